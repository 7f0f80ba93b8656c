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
}

impl FindingType {
    /// The type with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.name() == name)
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
            ]
        );
        for known in FindingType::ALL {
            assert_eq!(FindingType::from_name(known.name()), Some(*known));
            assert_eq!(serde_json::to_value(known).unwrap(), known.name());
            assert_eq!(serde_json::from_value::<FindingType>(known.name().into()).unwrap(), *known);
        }
        assert_eq!(FindingType::from_name("Recon:EC2/Portscan"), None);
    }

    #[test]
    fn templates_take_values_and_are_not_expanded_twice() {
        assert_eq!(FindingType::fill("{a} to {b}{", &[("a", "{b}"), ("b", "x")]), "{b} to x{");
        assert_eq!(FindingType::fill("{unknown} é", &[]), "{unknown} é");
    }
}
