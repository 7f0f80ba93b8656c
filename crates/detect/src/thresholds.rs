//! What the detectors are tuned to. Every number has its reason beside it, and can be set in the configuration.

mod behaviour;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use behaviour::{
    BruteForceThresholds, DenialOfServiceThresholds, NewServiceThresholds, NoveltyThresholds, PortProbeThresholds,
    RareDestinationThresholds, ScanThresholds, TorRelayThresholds,
};

/// The thresholds of every detector.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Thresholds {
    /// Of `Behavior:EC2/NetworkPortUnusual`.
    pub network_port_unusual: NetworkPortUnusualThresholds,
    /// Of `Behavior:EC2/TrafficVolumeUnusual`.
    pub traffic_volume_unusual: TrafficVolumeUnusualThresholds,
    /// Of `UnauthorizedAccess:EC2/TorClient`.
    pub tor_client: TorClientThresholds,
    /// Of `UnauthorizedAccess:EC2/MaliciousIPCaller.Custom` and the other kinds of lists.
    pub malicious_ip_caller: ListContactThresholds,
    /// Of `UnauthorizedAccess:EC2/TorRelay`.
    pub tor_relay: TorRelayThresholds,
    /// Of scans and sweeps, fast and slow, outside and inside.
    pub scan: ScanThresholds,
    /// Of brute force.
    pub brute_force: BruteForceThresholds,
    /// Of probed ports.
    pub port_probe: PortProbeThresholds,
    /// Of floods.
    pub denial_of_service: DenialOfServiceThresholds,
    /// Of mail and resolvers.
    pub new_service: NewServiceThresholds,
    /// Of what is done with new and rare destinations.
    pub rare_destination: RareDestinationThresholds,
    /// Of new edges, countries and networks, and of protocols that are not what they seem.
    pub novelty: NoveltyThresholds,
}

/// When a remote port is unusual.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NetworkPortUnusualThresholds {
    /// Least confidence of the connection's direction. A client's own ephemeral port, read as a service, is the main false alarm of
    /// this detector; rules that guess from port numbers are at most 0.90.
    pub min_direction_confidence: f64,
    /// Days the machine must have been watched. Two weeks hold every weekly job twice.
    pub min_baseline_days: f64,
    /// Highest chance that the next flow goes to a port never used before (Good-Turing). Above it, new ports are this machine's habit.
    pub max_new_port_chance: f64,
    /// Highest share of the other machines of the account that use the port. Above it, the port is the company's habit.
    pub max_peer_share: f64,
    /// Fewest machines in the account for that share to mean anything.
    pub min_peers: u64,
    /// Fewest flow segments; a port tried once is weather.
    pub min_flows: u64,
    /// Bytes that are enough whatever the number of flows.
    pub min_bytes: u64,
    /// Hours after its first use in which a port still counts as new.
    pub new_for_hours: u32,
}

impl Default for NetworkPortUnusualThresholds {
    fn default() -> Self {
        Self {
            min_direction_confidence: 0.95,
            min_baseline_days: 14.0,
            max_new_port_chance: 0.01,
            max_peer_share: 0.02,
            min_peers: 5,
            min_flows: 3,
            min_bytes: 1_000_000,
            new_for_hours: 24,
        }
    }
}

/// When a volume is unusual.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TrafficVolumeUnusualThresholds {
    /// How many robust deviations above the expected logarithm an hour must be. With the floor of the scale, 4 is at least ×2.7.
    pub min_z: f64,
    /// In how many of the last three hours it must be so.
    pub min_hours_of_three: u32,
    /// Chance under the tail model below which one hour alone is enough. Rarer than one hour in a year.
    pub max_tail_chance: f64,
    /// Robust deviations that the tail rule needs as well, so that a machine of clockwork regularity does not fire on a trifle.
    pub min_tail_z: f64,
    /// Bytes above the expectation. Below this a transfer is seldom worth an analyst's time. The features carry no hour below 50 MB.
    pub min_extra_bytes: u64,
    /// Share of the excess that one known remote host must carry, having never moved as much in an hour before.
    pub min_dominant_share: f64,
    /// Share of the excess that a new or rare remote host must carry.
    pub min_new_share: f64,
    /// Hours of history up to which a remote host is rare.
    pub rare_hours: u64,
    /// Days that must have been learned. The first weekend looks like an anomaly to a baseline that has seen none.
    pub min_baseline_days: f64,
    /// Unusual hours among the last 168 from which on they are learned as the new usual, so that a new service does not fire for ever: a
    /// working week of a busy day's hours, by when somebody has had a week to look.
    pub relearn_after_hours: u32,
}

impl Default for TrafficVolumeUnusualThresholds {
    fn default() -> Self {
        Self {
            min_z: 4.0,
            min_hours_of_three: 2,
            max_tail_chance: 1e-4,
            min_tail_z: 3.0,
            min_extra_bytes: 100_000_000,
            min_dominant_share: 0.5,
            min_new_share: 0.2,
            rare_hours: 3,
            min_baseline_days: 7.0,
            relearn_after_hours: 48,
        }
    }
}

/// When contact with Tor counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TorClientThresholds {
    /// Bytes that must have come back. A relay that never answered was not used; 0 raises attempts as well, with low confidence.
    pub min_bytes_in: u64,
    /// Least confidence of the connection's direction, so that a visitor from a relay is not taken for a client of it. Any rule that
    /// tells at all is enough: relays are few, and their ports are mostly registered ones.
    pub min_direction_confidence: f64,
}

impl Default for TorClientThresholds {
    fn default() -> Self {
        Self { min_bytes_in: 1, min_direction_confidence: 0.6 }
    }
}

/// When contact with a listed address counts, and for how much.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ListContactThresholds {
    /// Confidence of contact that the entity opened and that was answered.
    pub outbound_answered: f64,
    /// Confidence of contact that the remote side opened and that was answered.
    pub inbound_answered: f64,
    /// Confidence of contact that the entity opened and that was not answered.
    pub outbound_unanswered: f64,
    /// Confidence of contact that the remote side opened and that was not answered: scanning that a rule let through.
    pub inbound_unanswered: f64,
}

impl Default for ListContactThresholds {
    fn default() -> Self {
        Self { outbound_answered: 1.0, inbound_answered: 0.8, outbound_unanswered: 0.5, inbound_unanswered: 0.3 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_names_only_what_it_changes() {
        let read: Thresholds = serde_json::from_str(r#"{"tor_client": {"min_bytes_in": 0}}"#).unwrap();
        assert_eq!(read.tor_client.min_bytes_in, 0);
        assert_eq!(read.network_port_unusual, NetworkPortUnusualThresholds::default());
        assert!(serde_json::from_str::<Thresholds>(r#"{"tor_clients": {}}"#).is_err(), "a misspelt name is an error");
    }
}
