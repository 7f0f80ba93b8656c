//! Kinds of entity: what a profile page can be about.

use std::fmt::{self, Display, Formatter};

use serde::{Deserialize, Serialize};

use crate::Address;

/// What an identifier names. The kind is told by the identifier itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntityKind {
    /// An EC2 instance, `i-…`.
    Instance,
    /// A network interface, `eni-…`, of which no instance is known.
    Interface,
    /// An address, local or remote.
    IpAddress,
    /// A VPC, `vpc-…`.
    Vpc,
    /// A subnet, `subnet-…`.
    Subnet,
    /// An account, twelve digits.
    Account,
    /// Anything else that reports flows, such as a NAT gateway.
    Resource,
}

impl EntityKind {
    /// The kind of the entity with this identifier.
    pub fn of(id: &str) -> Self {
        match id.split_once('-').map(|(prefix, _)| prefix) {
            Some("i") => Self::Instance,
            Some("eni") => Self::Interface,
            Some("vpc") => Self::Vpc,
            Some("subnet") => Self::Subnet,
            _ if id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit()) => Self::Account,
            _ if Address::parse(id.as_bytes()).is_some() => Self::IpAddress,
            _ => Self::Resource,
        }
    }

    /// The word shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Instance => "instance",
            Self::Interface => "interface",
            Self::IpAddress => "ip-address",
            Self::Vpc => "vpc",
            Self::Subnet => "subnet",
            Self::Account => "account",
            Self::Resource => "resource",
        }
    }
}

impl Display for EntityKind {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_tell_their_kind() {
        for (id, kind) in [
            ("i-0123456789abcdef0", EntityKind::Instance),
            ("eni-0a1b2c3d", EntityKind::Interface),
            ("203.0.113.9", EntityKind::IpAddress),
            ("2001:db8::1", EntityKind::IpAddress),
            ("vpc-1", EntityKind::Vpc),
            ("subnet-1", EntityKind::Subnet),
            ("012345678901", EntityKind::Account),
            ("nat-0123", EntityKind::Resource),
            ("", EntityKind::Resource),
        ] {
            assert_eq!(EntityKind::of(id), kind, "{id}");
        }
    }
}
