//! The registry of finding types. Names are GuardDuty's, so that rules, filters and run-books written for them keep working.

use std::fmt::{self, Display, Formatter};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A MITRE ATT&CK technique.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Technique {
    /// Identifier such as `T1571`.
    pub id: String,
    /// Name of the technique.
    pub name: String,
    /// The tactic it serves here.
    pub tactic: String,
}

macro_rules! finding_types {
    ($( $(#[doc = $doc:literal])+ $variant:ident {
        name: $name:literal, severity: $severity:literal, title: $title:literal, description: $description:literal,
        technique: ($id:literal, $technique:literal, $tactic:literal),
    } )+) => {
        /// A type of finding.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum FindingType {
            $( $(#[doc = $doc])+ #[serde(rename = $name)] $variant, )+
        }

        impl FindingType {
            /// Every type.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )+ ];

            /// The name, such as `UnauthorizedAccess:EC2/TorClient`.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$variant => $name, )+ }
            }

            /// The severity unless the detector has a reason for another: 1.0 to 10.0 (Low below 4, Medium below 7, High below 9).
            pub const fn default_severity(self) -> f64 {
                match self { $( Self::$variant => $severity, )+ }
            }

            /// Template of the title; see [`fill`](Self::fill).
            pub const fn title(self) -> &'static str {
                match self { $( Self::$variant => $title, )+ }
            }

            /// Template of the description; see [`fill`](Self::fill).
            pub const fn description(self) -> &'static str {
                match self { $( Self::$variant => $description, )+ }
            }

            /// The technique that the finding is a sign of.
            pub fn technique(self) -> Technique {
                let (id, name, tactic) = match self { $( Self::$variant => ($id, $technique, $tactic), )+ };
                Technique { id: id.to_owned(), name: name.to_owned(), tactic: tactic.to_owned() }
            }
        }
    };
}

finding_types! {
    /// The machine talks to a remote port it has no history with.
    NetworkPortUnusual {
        name: "Behavior:EC2/NetworkPortUnusual", severity: 5.0,
        title: "{entity} is talking to an unusual remote port, {port}.",
        description: "{entity} opened connections to {remote} on {port}, a remote port that it had not used in the 45 days before.",
        technique: ("T1571", "Non-Standard Port", "Command and Control"),
    }
    /// The machine moves far more bytes than it usually does at that hour, to or from a host that does not explain it.
    TrafficVolumeUnusual {
        name: "Behavior:EC2/TrafficVolumeUnusual", severity: 5.0,
        title: "{entity} is moving an unusual volume of {direction} traffic.",
        description: "{entity} moved far more {direction} bytes than is usual for it at this hour of the week; most of the excess is with {remote}.",
        technique: ("T1048", "Exfiltration Over Alternative Protocol", "Exfiltration"),
    }
    /// The machine connects to an entry point of the Tor network.
    TorClient {
        name: "UnauthorizedAccess:EC2/TorClient", severity: 8.0,
        title: "{entity} is connecting to a Tor entry node, {remote}.",
        description: "{entity} opened connections to {remote}, which is listed as an entry point of the Tor network.",
        technique: ("T1090.003", "Proxy: Multi-hop Proxy", "Command and Control"),
    }
    /// The machine exchanges traffic with an address on one of the operator's own threat lists.
    MaliciousIpCallerCustom {
        name: "UnauthorizedAccess:EC2/MaliciousIPCaller.Custom", severity: 5.0,
        title: "{entity} is exchanging traffic with {remote}, an address on a custom threat list.",
        description: "{entity} exchanged accepted traffic with {remote}, which is on the threat list {list}.",
        technique: ("T1071", "Application Layer Protocol", "Command and Control"),
    }
    /// The machine behaves as a relay of the Tor network.
    TorRelay {
        name: "UnauthorizedAccess:EC2/TorRelay", severity: 8.0,
        title: "{entity} behaves as a Tor relay.",
        description: "{entity} serves Tor relays on {port} and is a client of others.",
        technique: ("T1090.003", "Proxy: Multi-hop Proxy", "Command and Control"),
    }
    /// The machine exchanges traffic with a known command-and-control server.
    CommandAndControlB {
        name: "Backdoor:EC2/C&CActivity.B", severity: 8.0,
        title: "{entity} is exchanging traffic with {remote}, a command-and-control server.",
        description: "{entity} exchanged accepted traffic with {remote} on {port}, which is on the list {list} of command-and-control servers.",
        technique: ("T1071", "Application Layer Protocol", "Command and Control"),
    }
    /// The machine exchanges traffic with a known mining pool.
    BitcoinToolB {
        name: "CryptoCurrency:EC2/BitcoinTool.B", severity: 8.0,
        title: "{entity} is exchanging traffic with {remote}, a cryptocurrency host.",
        description: "{entity} exchanged accepted traffic with {remote} on {port}, which is on the list {list} of cryptocurrency hosts.",
        technique: ("T1496", "Resource Hijacking", "Impact"),
    }
    /// The machine calls a sinkhole.
    BlackholeTraffic {
        name: "Trojan:EC2/BlackholeTraffic", severity: 5.0,
        title: "{entity} is calling {remote}, a black hole.",
        description: "{entity} tried to reach {remote} on {port}, which is on the list {list} of sinkholes and black holes.",
        technique: ("T1071", "Application Layer Protocol", "Command and Control"),
    }
    /// The machine talks to a place where stolen data is delivered.
    DropPoint {
        name: "Trojan:EC2/DropPoint", severity: 5.0,
        title: "{entity} is exchanging traffic with {remote}, a drop point.",
        description: "{entity} exchanged accepted traffic with {remote} on {port}, which is on the list {list} of drop points.",
        technique: ("T1041", "Exfiltration Over C2 Channel", "Exfiltration"),
    }
    /// The machine tries many ports of one remote host.
    Portscan {
        name: "Recon:EC2/Portscan", severity: 5.0,
        title: "{entity} is scanning the ports of {remote}.",
        description: "{entity} tried many ports of {remote}, and most of the attempts failed.",
        technique: ("T1046", "Network Service Discovery", "Discovery"),
    }
    /// The machine tries one port of many public hosts.
    PortSweep {
        name: "Impact:EC2/PortSweep", severity: 8.0,
        title: "{entity} is sweeping public hosts on {port}.",
        description: "{entity} tried {port} on many public hosts, and most of the attempts failed.",
        technique: ("T1595.001", "Active Scanning: Scanning IP Blocks", "Reconnaissance"),
    }
    /// The machine tries many ports of one internal host.
    InternalScan {
        name: "Weir:EC2/InternalScan", severity: 7.0,
        title: "{entity} is scanning the ports of the internal host {remote}.",
        description: "{entity} tried many ports of the internal host {remote}, and most of the attempts failed.",
        technique: ("T1046", "Network Service Discovery", "Discovery"),
    }
    /// The machine tries one port of many internal hosts.
    InternalSweep {
        name: "Weir:EC2/InternalSweep", severity: 7.0,
        title: "{entity} is sweeping internal hosts on {port}.",
        description: "{entity} tried {port} on many internal hosts, and most of the attempts failed.",
        technique: ("T1046", "Network Service Discovery", "Discovery"),
    }
    /// The machine tries many ports or hosts, a few at a time, over days.
    SlowScan {
        name: "Weir:EC2/SlowScan", severity: 5.0,
        title: "{entity} is scanning slowly, over days.",
        description: "{entity} tried many ports of one host or one port of many hosts over several days, a few in each hour.",
        technique: ("T1046", "Network Service Discovery", "Discovery"),
    }
    /// Passwords are guessed over SSH.
    SshBruteForce {
        name: "UnauthorizedAccess:EC2/SSHBruteForce", severity: 2.0,
        title: "SSH brute force involving {entity}.",
        description: "Many short SSH sessions of the same size between {entity} and {remote}: passwords are being guessed.",
        technique: ("T1110.001", "Brute Force: Password Guessing", "Credential Access"),
    }
    /// Passwords are guessed over RDP.
    RdpBruteForce {
        name: "UnauthorizedAccess:EC2/RDPBruteForce", severity: 2.0,
        title: "RDP brute force involving {entity}.",
        description: "Many short RDP sessions of the same size between {entity} and {remote}: passwords are being guessed.",
        technique: ("T1110.001", "Brute Force: Password Guessing", "Credential Access"),
    }
    /// Passwords are guessed over WinRM.
    WinRmBruteForce {
        name: "Impact:EC2/WinRMBruteForce", severity: 2.0,
        title: "WinRM brute force involving {entity}.",
        description: "Many short WinRM sessions of the same size between {entity} and {remote}: passwords are being guessed.",
        technique: ("T1110.001", "Brute Force: Password Guessing", "Credential Access"),
    }
    /// Passwords are guessed on an internal machine, on any port of administration or data.
    InternalBruteForce {
        name: "Weir:EC2/InternalBruteForce", severity: 8.0,
        title: "{entity} is guessing passwords on the internal host {remote}.",
        description: "Many short sessions of the same size from {entity} to {remote} on {port}: passwords are being guessed.",
        technique: ("T1110.001", "Brute Force: Password Guessing", "Credential Access"),
    }
    /// Scanners reach an open port of the machine.
    PortProbeUnprotectedPort {
        name: "Recon:EC2/PortProbeUnprotectedPort", severity: 2.0,
        title: "An unprotected port of {entity} is being probed.",
        description: "Known or observed scanners reached {port} of {entity} and were answered.",
        technique: ("T1595.001", "Active Scanning: Scanning IP Blocks", "Reconnaissance"),
    }
    /// Scanners reach a port of a data-processing cluster.
    PortProbeEmrUnprotectedPort {
        name: "Recon:EC2/PortProbeEMRUnprotectedPort", severity: 8.0,
        title: "An unprotected EMR port of {entity} is being probed.",
        description: "Known or observed scanners reached {port} of {entity}, a port of EMR services, and were answered.",
        technique: ("T1595.001", "Active Scanning: Scanning IP Blocks", "Reconnaissance"),
    }
    /// The machine floods a host by TCP.
    DenialOfServiceTcp {
        name: "Backdoor:EC2/DenialOfService.Tcp", severity: 8.0,
        title: "{entity} is flooding {remote} with TCP.",
        description: "{entity} sent a flood of TCP packets to {remote}, nearly all of them unanswered.",
        technique: ("T1498.001", "Network Denial of Service: Direct Network Flood", "Impact"),
    }
    /// The machine floods a host by UDP.
    DenialOfServiceUdp {
        name: "Backdoor:EC2/DenialOfService.Udp", severity: 8.0,
        title: "{entity} is flooding {remote} with UDP.",
        description: "{entity} sent a flood of UDP packets to {remote}, with next to nothing coming back.",
        technique: ("T1498.001", "Network Denial of Service: Direct Network Flood", "Impact"),
    }
    /// The machine floods a host with DNS queries.
    DenialOfServiceDns {
        name: "Backdoor:EC2/DenialOfService.Dns", severity: 8.0,
        title: "{entity} is flooding {remote} with DNS.",
        description: "{entity} sent a flood of DNS packets to {remote}, with next to nothing coming back.",
        technique: ("T1498.002", "Network Denial of Service: Reflection Amplification", "Impact"),
    }
    /// The machine floods a port that is for TCP by UDP.
    DenialOfServiceUdpOnTcpPorts {
        name: "Backdoor:EC2/DenialOfService.UdpOnTcpPorts", severity: 8.0,
        title: "{entity} is flooding {remote} with UDP on a TCP port.",
        description: "{entity} sent a flood of UDP packets to {remote} on {port}, which is a port for TCP.",
        technique: ("T1498.001", "Network Denial of Service: Direct Network Flood", "Impact"),
    }
    /// The machine floods a host by a protocol that machines seldom use.
    DenialOfServiceUnusualProtocol {
        name: "Backdoor:EC2/DenialOfService.UnusualProtocol", severity: 8.0,
        title: "{entity} is flooding {remote} with an unusual protocol.",
        description: "{entity} sent a flood of {port} packets to {remote}, with next to nothing coming back.",
        technique: ("T1498.001", "Network Denial of Service: Direct Network Flood", "Impact"),
    }
    /// The machine is being flooded.
    InboundDenialOfService {
        name: "Weir:EC2/InboundDenialOfService", severity: 5.0,
        title: "{entity} is being flooded on {port}.",
        description: "{entity} received a flood on {port} from many sources that it did not answer.",
        technique: ("T1498", "Network Denial of Service", "Impact"),
    }
    /// A machine that never sent mail sends mail to many servers.
    Spambot {
        name: "Backdoor:EC2/Spambot", severity: 5.0,
        title: "{entity} is sending mail to many servers.",
        description: "{entity} opened connections to many mail servers on {port}, without any history of mail.",
        technique: ("T1071.003", "Application Layer Protocol: Mail Protocols", "Command and Control"),
    }
    /// The machine asks a public resolver that it has no history with.
    UnusualDnsResolver {
        name: "DefenseEvasion:EC2/UnusualDNSResolver", severity: 5.0,
        title: "{entity} is asking the unusual DNS resolver {remote}.",
        description: "{entity} sent DNS queries to {remote}, a public resolver that it had not used in the 45 days before.",
        technique: ("T1071.004", "Application Layer Protocol: DNS", "Command and Control"),
    }
    /// The machine uses DNS over HTTPS with a server that it has no history with.
    UnusualDohActivity {
        name: "DefenseEvasion:EC2/UnusualDoHActivity", severity: 5.0,
        title: "{entity} is using DNS over HTTPS with {remote}.",
        description: "{entity} talked HTTPS with {remote}, a public DNS-over-HTTPS server that it had not used in the 45 days before.",
        technique: ("T1572", "Protocol Tunneling", "Command and Control"),
    }
    /// The machine uses DNS over TLS with a server that it has no history with.
    UnusualDotActivity {
        name: "DefenseEvasion:EC2/UnusualDoTActivity", severity: 5.0,
        title: "{entity} is using DNS over TLS with {remote}.",
        description: "{entity} talked DNS over TLS with {remote}, a server that it had not used in the 45 days before.",
        technique: ("T1572", "Protocol Tunneling", "Command and Control"),
    }
    /// The machine calls a host at regular intervals.
    Beacon {
        name: "Weir:EC2/Beacon", severity: 3.0,
        title: "{entity} is calling {remote} at regular intervals.",
        description: "{entity} called {remote} on {port} at regular intervals, a host that is new to it and to nearly all others.",
        technique: ("T1071", "Application Layer Protocol", "Command and Control"),
    }
    /// The machine opens a great many sessions to one new host within minutes.
    Strobe {
        name: "Weir:EC2/Strobe", severity: 5.0,
        title: "{entity} is calling {remote} without pause.",
        description: "{entity} opened a great many sessions to {remote} on {port} within ten minutes, a host that it had not talked to before.",
        technique: ("T1071", "Application Layer Protocol", "Command and Control"),
    }
    /// The machine uses a port of administration towards an internal host, for the first time.
    LateralMovement {
        name: "Weir:EC2/LateralMovement", severity: 5.0,
        title: "{entity} is using {port} towards the internal host {remote} for the first time.",
        description: "{entity} opened {port} to the internal host {remote}, a port of administration that it had not used as a client in the 45 days before.",
        technique: ("T1021", "Remote Services", "Lateral Movement"),
    }
    /// The machine has sent a large amount of data to a new destination, all in all.
    Exfiltration {
        name: "Weir:EC2/Exfiltration", severity: 7.0,
        title: "{entity} has sent much data to the new destination {remote}.",
        description: "{entity} has sent much data to {remote} since it first talked to it a few days ago, and received little.",
        technique: ("T1048", "Exfiltration Over Alternative Protocol", "Exfiltration"),
    }
    /// A connection to a new host stays open for hours.
    LongConnection {
        name: "Weir:EC2/LongConnection", severity: 3.0,
        title: "{entity} keeps a connection to {remote} open for hours.",
        description: "{entity} kept a connection to {remote} on {port} open for hours, a host that is new to it and to nearly all others.",
        technique: ("T1571", "Non-Standard Port", "Command and Control"),
    }
    /// The machine behaves like a miner: small steady traffic for hours with a new host on a mining port.
    MiningBehavior {
        name: "Weir:EC2/MiningBehavior", severity: 4.0,
        title: "{entity} behaves like a cryptocurrency miner.",
        description: "{entity} exchanged small steady traffic with {remote} on {port} for hours, a host that is new to it and to nearly all others.",
        technique: ("T1496", "Resource Hijacking", "Impact"),
    }
    /// The traffic on a port does not look like the port's protocol.
    ProtocolMismatch {
        name: "Weir:EC2/ProtocolMismatch", severity: 2.0,
        title: "{entity} exchanges traffic with {remote} on {port} that does not look like it.",
        description: "The packets between {entity} and {remote} on {port} are far larger than that protocol's.",
        technique: ("T1572", "Protocol Tunneling", "Command and Control"),
    }
    /// The machine calls a country that it never called.
    NewCountry {
        name: "Weir:EC2/NewCountry", severity: 3.0,
        title: "{entity} is calling a country that is new to it.",
        description: "{entity} opened connections to {remote}, in a country that it had no traffic with in the 45 days before.",
        technique: ("T1071", "Application Layer Protocol", "Command and Control"),
    }
    /// The machine calls an autonomous system that it never called.
    NewNetwork {
        name: "Weir:EC2/NewNetwork", severity: 3.0,
        title: "{entity} is calling an autonomous system that is new to it.",
        description: "{entity} opened connections to {remote}, in an autonomous system that it had no traffic with in the 45 days before.",
        technique: ("T1071", "Application Layer Protocol", "Command and Control"),
    }
}

impl FindingType {
    /// The type with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.name() == name)
    }

    /// Whether GuardDuty writes it with a `portProbeAction`.
    pub const fn is_port_probe(self) -> bool {
        matches!(self, Self::PortProbeUnprotectedPort | Self::PortProbeEmrUnprotectedPort)
    }

    /// The data source feature, as findings name it.
    pub const fn feature_name(self) -> &'static str {
        "FlowLogs"
    }

    /// Puts values in the place of `{key}` in a template. A key without a value stays as it is.
    pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
        let mut text = String::with_capacity(template.len() + 64);
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let Some((key, tail)) = after.split_once('}') else {
                text.push('{');
                rest = after;
                continue;
            };
            match values.iter().find(|(known, _)| *known == key) {
                Some((_, value)) => text.push_str(value),
                None => {
                    text.push('{');
                    text.push_str(key);
                    text.push('}');
                }
            }
            rest = tail;
        }
        text.push_str(rest);
        text
    }
}

impl utoipa::PartialSchema for FindingType {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        let names = Self::ALL.iter().map(|known| known.name());
        utoipa::openapi::schema::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some("A type of finding."))
            .enum_values(Some(names))
            .into()
    }
}

impl ToSchema for FindingType {
    fn name() -> std::borrow::Cow<'static, str> {
        "FindingType".into()
    }
}

impl Display for FindingType {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_exact_and_round_trip() {
        let names: Vec<&str> = FindingType::ALL.iter().map(|known| known.name()).collect();
        assert_eq!(
            names,
            [
                "Behavior:EC2/NetworkPortUnusual",
                "Behavior:EC2/TrafficVolumeUnusual",
                "UnauthorizedAccess:EC2/TorClient",
                "UnauthorizedAccess:EC2/MaliciousIPCaller.Custom",
                "UnauthorizedAccess:EC2/TorRelay",
                "Backdoor:EC2/C&CActivity.B",
                "CryptoCurrency:EC2/BitcoinTool.B",
                "Trojan:EC2/BlackholeTraffic",
                "Trojan:EC2/DropPoint",
                "Recon:EC2/Portscan",
                "Impact:EC2/PortSweep",
                "Weir:EC2/InternalScan",
                "Weir:EC2/InternalSweep",
                "Weir:EC2/SlowScan",
                "UnauthorizedAccess:EC2/SSHBruteForce",
                "UnauthorizedAccess:EC2/RDPBruteForce",
                "Impact:EC2/WinRMBruteForce",
                "Weir:EC2/InternalBruteForce",
                "Recon:EC2/PortProbeUnprotectedPort",
                "Recon:EC2/PortProbeEMRUnprotectedPort",
                "Backdoor:EC2/DenialOfService.Tcp",
                "Backdoor:EC2/DenialOfService.Udp",
                "Backdoor:EC2/DenialOfService.Dns",
                "Backdoor:EC2/DenialOfService.UdpOnTcpPorts",
                "Backdoor:EC2/DenialOfService.UnusualProtocol",
                "Weir:EC2/InboundDenialOfService",
                "Backdoor:EC2/Spambot",
                "DefenseEvasion:EC2/UnusualDNSResolver",
                "DefenseEvasion:EC2/UnusualDoHActivity",
                "DefenseEvasion:EC2/UnusualDoTActivity",
                "Weir:EC2/Beacon",
                "Weir:EC2/Strobe",
                "Weir:EC2/LateralMovement",
                "Weir:EC2/Exfiltration",
                "Weir:EC2/LongConnection",
                "Weir:EC2/MiningBehavior",
                "Weir:EC2/ProtocolMismatch",
                "Weir:EC2/NewCountry",
                "Weir:EC2/NewNetwork",
            ]
        );
        for known in FindingType::ALL {
            assert_eq!(FindingType::from_name(known.name()), Some(*known));
            assert_eq!(serde_json::to_value(known).unwrap(), known.name());
            assert_eq!(serde_json::from_value::<FindingType>(known.name().into()).unwrap(), *known);
        }
        assert_eq!(FindingType::from_name("Recon:EC2/Portscan!"), None);
    }

    #[test]
    fn templates_take_values_and_are_not_expanded_twice() {
        assert_eq!(FindingType::fill("{a} to {b}{", &[("a", "{b}"), ("b", "x")]), "{b} to x{");
        assert_eq!(FindingType::fill("{unknown} é", &[]), "{unknown} é");
    }
}
