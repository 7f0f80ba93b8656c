//! Thresholds of the detectors of behaviour.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// When a machine behaves as a Tor relay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TorRelayThresholds {
    /// Distinct relays in one hour, on either side. A client has at most a few guards; clients of a client there are none.
    pub min_relays: u64,
}

impl Default for TorRelayThresholds {
    fn default() -> Self {
        Self { min_relays: 3 }
    }
}

/// When failing attempts are a scan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ScanThresholds {
    /// Chance that a first contact of an ordinary machine succeeds (Jung and others, 2004; outbound).
    pub benign_success: f64,
    /// The same for a scanner.
    pub scanner_success: f64,
    /// Likelihood ratio from which on it is a scanner: detection 0.99 over false alarm 0.01.
    pub min_likelihood: f64,
    /// Distinct targets that failed in the hour. Fewer are an outage.
    pub min_failed: u64,
    /// Share of the machine's failures that one port (a sweep) or one host (a scan) must have, or all that fail alike together; below it they
    /// have many causes.
    pub min_share: f64,
    /// Distinct targets that failed in seven days, for the slow kind.
    pub slow_min_failed: u64,
    /// Days on which they did.
    pub slow_min_days: u64,
}

impl Default for ScanThresholds {
    fn default() -> Self {
        Self {
            benign_success: 0.8,
            scanner_success: 0.2,
            min_likelihood: 99.0,
            min_failed: 10,
            min_share: 0.6,
            slow_min_failed: 30,
            slow_min_days: 3,
        }
    }
}

/// When sessions are guesses of passwords.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BruteForceThresholds {
    /// Sessions in an hour between two networks (/24, /64) on one port.
    pub min_sessions: u64,
    /// Fewest packets of an SSH guess from the client: keys, one password, goodbye (SSHCure).
    pub min_ssh_packets: f64,
    /// Most of them.
    pub max_ssh_packets: f64,
    /// Largest distance between the quartiles of packets per session: programs repeat themselves.
    pub max_spread: f64,
    /// Share of sessions that must be shorter than a minute.
    pub min_short_share: f64,
}

impl Default for BruteForceThresholds {
    fn default() -> Self {
        Self { min_sessions: 20, min_ssh_packets: 11.0, max_ssh_packets: 51.0, max_spread: 5.0, min_short_share: 0.8 }
    }
}

/// When a probed port is worth saying so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PortProbeThresholds {
    /// Distinct closed (machine, port) pairs that a network of sources must have tried on the day to be taken for a scanner, unless it is
    /// on a list. The sequential test needs four failures.
    pub min_failed: u64,
    /// Ports that are there to be reached by everyone.
    pub public_ports: Vec<u16>,
    /// Ports of Hadoop and its relatives, as EMR runs them.
    pub emr_ports: Vec<u16>,
    /// Ports of stores that have no password as they come: these are High.
    pub store_ports: Vec<u16>,
}

impl Default for PortProbeThresholds {
    fn default() -> Self {
        Self {
            min_failed: 4,
            public_ports: vec![80, 443, 8080, 8443],
            emr_ports: vec![8020, 8042, 8088, 8188, 9870, 18_080, 19_888, 50_070, 50_075],
            store_ports: vec![2375, 6379, 9200, 9300, 11_211, 27_017],
        }
    }
}

/// When traffic is a flood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DenialOfServiceThresholds {
    /// Bytes to one host in an hour. Ten minutes of the slowest flood that is worth the name.
    pub min_bytes: u64,
    /// Packets to one host in an hour, where they are small.
    pub min_packets: u64,
    /// Bytes out for each byte in. Ordinary protocols acknowledge what they get.
    pub min_disproportion: f64,
    /// Times the most that the machine sent to any one host in an hour of the week before.
    pub min_factor: f64,
    /// Distinct sources in an hour, of a flood that comes in.
    pub min_sources: u64,
    /// Times the most sources of any hour of the week before.
    pub min_source_factor: f64,
}

impl Default for DenialOfServiceThresholds {
    fn default() -> Self {
        Self {
            min_bytes: 10_000_000,
            min_packets: 20_000,
            min_disproportion: 20.0,
            min_factor: 3.0,
            min_sources: 100,
            min_source_factor: 10.0,
        }
    }
}

/// When a service is new to a machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewServiceThresholds {
    /// Days the machine must have been watched, so that something can be new.
    pub min_baseline_days: f64,
    /// Distinct networks of mail servers in an hour.
    pub min_mail_networks: u64,
    /// Highest share of machines that use the same resolver. Above it, it is the company's.
    pub max_peer_share: f64,
    /// Bytes from which on a resolver is Medium rather than Low: more than questions need.
    pub tunnel_bytes: u64,
}

impl Default for NewServiceThresholds {
    fn default() -> Self {
        Self { min_baseline_days: 7.0, min_mail_networks: 3, max_peer_share: 0.5, tunnel_bytes: 10_000_000 }
    }
}

/// When a destination is rare and new: the gate of beacons, strobes, exfiltration, long connections and mining.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RareDestinationThresholds {
    /// Highest share of machines that talk to the destination's network; one machine is always allowed. An agent that every machine
    /// reports to is not a beacon.
    pub max_peer_share: f64,
    /// Days the machine must have been watched.
    pub min_baseline_days: f64,
    /// Least regularity score of a beacon.
    pub min_beacon_score: f64,
    /// Least steadiness of a beacon's gaps: one minus their deviation over their median.
    pub min_beacon_steadiness: f64,
    /// Fewest minutes with a connection.
    pub min_beacon_windows: u64,
    /// Shortest time between the first and the last, seconds.
    pub min_beacon_span_secs: i64,
    /// Sessions within ten minutes that are a strobe.
    pub min_strobe_sessions: u64,
    /// Bytes sent to a new destination, all in all.
    pub min_exfiltration_bytes: u64,
    /// Bytes out for each byte in.
    pub min_exfiltration_ratio: f64,
    /// Hours in a row without a new session and with traffic both ways.
    pub min_long_hours: u64,
    /// Ports that mining pools are commonly reached on.
    pub mining_ports: Vec<u16>,
    /// Most bytes in a minute of a miner, which only sends results.
    pub max_mining_bytes_per_minute: f64,
}

impl Default for RareDestinationThresholds {
    fn default() -> Self {
        Self {
            max_peer_share: 0.02,
            min_baseline_days: 7.0,
            min_beacon_score: 0.8,
            min_beacon_steadiness: 0.6,
            min_beacon_windows: 8,
            min_beacon_span_secs: 3_600,
            min_strobe_sessions: 100,
            min_exfiltration_bytes: 1_000_000_000,
            min_exfiltration_ratio: 5.0,
            min_long_hours: 4,
            mining_ports: vec![3333, 4444, 5555, 7777, 8333, 9999, 14_444],
            max_mining_bytes_per_minute: 2_000.0,
        }
    }
}

/// When an edge inside the network, a country or a network is new.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NoveltyThresholds {
    /// Days the machine must have been watched.
    pub min_baseline_days: f64,
    /// Highest share of the other machines that know the country or the network.
    pub max_peer_share: f64,
    /// Most countries or networks that the machine may know and still be surprised by another: the others roam.
    pub max_known: u64,
    /// Fewest bytes with a new country or network.
    pub min_bytes: u64,
    /// Ports of administration, for movement inside.
    pub admin_ports: Vec<u16>,
    /// Mean bytes of a packet, both ways, that DNS and ICMP do not have.
    pub min_mismatch_packet: f64,
    /// Bytes that make it worth saying.
    pub min_mismatch_bytes: u64,
}

impl Default for NoveltyThresholds {
    fn default() -> Self {
        Self {
            min_baseline_days: 14.0,
            max_peer_share: 0.02,
            max_known: 20,
            min_bytes: 1_000_000,
            admin_ports: vec![22, 135, 139, 445, 2375, 3389, 5985, 5986, 6443, 10_250],
            min_mismatch_packet: 512.0,
            min_mismatch_bytes: 1_000_000,
        }
    }
}
