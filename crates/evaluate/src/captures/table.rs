//! What is known of each capture, from its description and labels.

use super::{Capture, Seen};

const SCAN: &[&str] = &["Recon:EC2/Portscan"];
const SWEEP: &[&str] = &["Impact:EC2/PortSweep"];
const INTERNAL_SCAN: &[&str] = &["Weir:EC2/InternalScan"];
const INTERNAL_SWEEP: &[&str] = &["Weir:EC2/InternalSweep"];
const INTERNAL_GUESSING: &[&str] = &["Weir:EC2/InternalBruteForce", "UnauthorizedAccess:EC2/SSHBruteForce"];
const SSH_GUESSING: &[&str] = &["UnauthorizedAccess:EC2/SSHBruteForce"];

/// Where captures whose clock began at 1970 are put.
const PUT_AT: Option<&str> = Some("2024-01-08T09:00:00Z");

/// Of which nothing is known but that it is harmless.
const HARMLESS: Capture = Capture { name: "", file: "", about: "", local: &[], begin: None, attacks: &[], suspects: &[], targets: &[] };

/// An attack over the whole capture, by one host inside on others outside.
const fn seen(host: &'static str, finding_types: &'static [&'static str]) -> Seen {
    Seen { host, finding_types, inbound: false, at_all_others: false, victims: &[], during: None }
}

/// The captures that are scored.
pub const CAPTURES: [Capture; 26] = [
    Capture {
        name: "nmap-three-networks",
        file: "002-zeek-scenario-port-scanning/conn.log.gz",
        about: "nmap by one host over three networks, from the fortieth minute on",
        attacks: &[
            Seen { at_all_others: true, during: Some((2_390, 3_935)), ..seen("172.16.1.11", INTERNAL_SCAN) },
            Seen { at_all_others: true, during: Some((2_390, 3_935)), ..seen("172.16.1.11", INTERNAL_SWEEP) },
        ],
        ..HARMLESS
    },
    Capture {
        name: "iot-bot-sweep",
        file: "slips/test7-malicious.pcap",
        about: "a bot of things that looks for telnet and 8080 at random addresses",
        attacks: &[seen("192.168.2.16", SWEEP)],
        ..HARMLESS
    },
    Capture {
        name: "icmp-sweep",
        file: "slips/test12-icmp-portscan.pcap",
        about: "a ping sweep of the own network",
        attacks: &[Seen { at_all_others: true, ..seen("192.168.1.109", INTERNAL_SWEEP) }],
        ..HARMLESS
    },
    Capture {
        name: "ssh-guessing-on-902",
        file: "slips/test19-malicious-ssh__malicious-ssh-bruteforce.pcap",
        about: "40 SSH passwords tried on port 902 of a neighbour",
        local: &["147.32.80.0/24"],
        attacks: &[Seen { victims: &["147.32.80.37"], ..seen("147.32.80.40", INTERNAL_GUESSING) }],
        ..HARMLESS
    },
    Capture {
        name: "ftp-guessing",
        file: "pcap-zeek/ftp_bruteforce.pcap",
        about: "30 FTP sessions of password guessing at a neighbour",
        attacks: &[Seen { victims: &["192.168.56.101"], ..seen("192.168.56.1", INTERNAL_GUESSING) }],
        ..HARMLESS
    },
    Capture {
        name: "syn-scan",
        file: "pcap-ndpi/synscan.pcap",
        about: "a SYN scan of two thousand ports of one host outside",
        attacks: &[seen("172.16.0.8", SCAN)],
        ..HARMLESS
    },
    Capture {
        name: "vertical-scan",
        file: "port-scans_vertical_conn.log",
        about: "44 ports of one host outside within a second",
        attacks: &[seen("192.168.1.9", SCAN)],
        ..HARMLESS
    },
    Capture {
        name: "horizontal-scan",
        file: "port-scans_horizontal_conn.log",
        about: "said to be a horizontal scan; most peers answer, ten do not",
        begin: PUT_AT,
        attacks: &[seen("10.0.2.112", SWEEP)],
        ..HARMLESS
    },
    Capture {
        name: "mirai-like-sweep",
        file: "test4-malicious.binetflow",
        about: "a device that looks for ports 81 and 23 at a hundred addresses",
        attacks: &[seen("192.168.2.12", SWEEP)],
        ..HARMLESS
    },
    Capture {
        name: "cloud-server-day-1",
        file: "rita-cloud-vm/conn-2024-04-19.log.gz",
        about: "a public server; 186 sources with 20 or more established SSH connections that day",
        local: &["64.225.56.201/32"],
        attacks: &[Seen { inbound: true, ..seen("64.225.56.201", SSH_GUESSING) }],
        ..HARMLESS
    },
    Capture {
        name: "cloud-server-day-2",
        file: "rita-cloud-vm/conn-2024-04-20.log.gz",
        about: "the same server on the next day; 108 such sources",
        local: &["64.225.56.201/32"],
        attacks: &[Seen { inbound: true, ..seen("64.225.56.201", SSH_GUESSING) }],
        ..HARMLESS
    },
    Capture {
        name: "windows-host-a",
        file: "008-zeek-mixed/conn.log.labeled.gz",
        about: "a harmless Windows host on a public address; all attacks come in",
        local: &["147.32.81.167/32"],
        targets: &["147.32.81.167"],
        ..HARMLESS
    },
    Capture {
        name: "windows-host-b",
        file: "011-zeek-mixed/conn.log.labeled.gz",
        about: "another one",
        local: &["147.32.83.165/32"],
        targets: &["147.32.83.165"],
        ..HARMLESS
    },
    Capture {
        name: "ssh-honeypot",
        file: "006-zeek-scenario-ssh/conn.log.gz",
        about: "a dozen SSH sessions over IPv6 on port 902 within a day: too few to be guessing",
        local: &["2001:718:2:1663:2d1c:6afd:7fc2:31f8/128"],
        targets: &["2001:718:2:1663:2d1c:6afd:7fc2:31f8"],
        ..HARMLESS
    },
    Capture {
        name: "njrat",
        file: "001-zeek-scenario-malicious/labeled-conn.log.gz",
        about: "NjRAT calling its controller for fifty minutes; telling that takes a week of history",
        begin: PUT_AT,
        suspects: &["192.168.1.115"],
        ..HARMLESS
    },
    Capture {
        name: "tls-controller",
        file: "slips/test-cc__test-cc-capture-1.pcap",
        about: "a made-up controller called every two seconds for eleven minutes; telling that takes a week of history",
        local: &["147.32.80.37/32"],
        suspects: &["147.32.80.37"],
        ..HARMLESS
    },
    Capture {
        name: "apt29-nashua",
        file: "otrf-apt29/day1_NASHUA_conn.log.gz",
        about: "an exercise: a controller, and lateral movement by administrators' ports; telling that takes two weeks of history",
        local: &["10.0.0.0/8"],
        suspects: &["10.0.1.4", "10.0.1.6"],
        ..HARMLESS
    },
    Capture {
        name: "apt29-scranton",
        file: "otrf-apt29/day1_SCRANTON_conn.log.gz",
        about: "the same exercise seen from another workstation",
        local: &["10.0.0.0/8"],
        suspects: &["10.0.1.4", "10.0.1.6"],
        ..HARMLESS
    },
    Capture {
        name: "wannacry",
        file: "tudelft-ransomware/WannaCry.binetflow.gz",
        about: "a machine whose ransomware calls Tor; telling that takes the relay list of its day",
        begin: PUT_AT,
        suspects: &["192.168.1.119"],
        ..HARMLESS
    },
    Capture {
        name: "one-flow-a-second",
        file: "aws-flowlog-latency-hitc/tcpdump.pcap.gz",
        about: "a measurement on EC2: a harmless packet a second, each from another port",
        ..HARMLESS
    },
    Capture {
        name: "bitcoin-node",
        file: "pcap-ndpi/bitcoin.pcap",
        about: "a node of a peer-to-peer network, by its owner's will",
        ..HARMLESS
    },
    Capture {
        name: "search-engine",
        file: "pcap-ndpi/bot.pcap",
        about: "a search engine visits a web server",
        local: &["89.31.72.220/32"],
        ..HARMLESS
    },
    Capture { name: "ftp-transfer", file: "pcap-ndpi/ftp.pcap", about: "an FTP transfer", ..HARMLESS },
    Capture { name: "remote-desktop", file: "pcap-ndpi/rdp.pcap", about: "a remote desktop session", ..HARMLESS },
    Capture { name: "remote-help", file: "pcap-ndpi/teamviewer.pcap", about: "a remote help session", begin: PUT_AT, ..HARMLESS },
    Capture { name: "web-visit", file: "pcap-sanders/tcp_ports.pcapng", about: "a visit of a web site", ..HARMLESS },
];

/// Captures of the same folders that are not scored, and why.
pub const LEFT_OUT: [(&str, &str); 9] = [
    ("mining, emotet, openvpn (nDPI)", "merged from captures that are weeks or years apart"),
    ("tor (nDPI)", "telling it takes the relay list of 2013"),
    ("WebattackRCE (nDPI)", "all on the loopback interface, which flow logs do not have"),
    ("dns-tunnel-iodine, icmp-tunnel, bad-dns-traffic (nDPI)", "seconds to minutes of a tunnel, below what any flow log tells"),
    (
        "psexec (Suricata), ratinfected (Sanders)",
        "a handful of connections; telling them takes weeks of history, and no bystander is in them",
    ),
    ("IoT-23 excerpt", "sampled rows, and hosts that scan are labelled benign"),
    ("test11 (Slips)", "made by hand: its states and packet counts contradict each other"),
    ("test1 to 3, 5, 6, 9, 10, 13 (Slips)", "another format, or nobody says which rows are the attack"),
    ("LUFlow, AWS honeypots, CS448B", "no addresses, no bytes, or no ports"),
];
