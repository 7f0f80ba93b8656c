//! What to read, and how to report it.

use std::fmt::{self, Display, Formatter};

use chrono::{DateTime, Utc};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde::Serialize;

use crate::ConvertError;

/// What an input is. Gzip around any of them is taken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// pcap or pcapng: Ethernet with VLAN tags, Linux cooked (both versions), raw IP, BSD loopback.
    Pcap,
    /// Zeek `conn.log`: tab-separated with `#fields` or a bare line of names, or JSON lines.
    Zeek,
    /// What Argus' `ra` prints with commas or tabs: `.binetflow`. Its times carry no zone and are read as UTC; its bytes are those of
    /// Ethernet frames, from which 14 a packet are taken off.
    Argus,
}

impl Display for Kind {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Pcap => "packet capture",
            Self::Zeek => "Zeek conn.log",
            Self::Argus => "Argus CSV",
        })
    }
}

/// Which fields the records have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FormatVersion {
    /// The default format: 14 fields, no TCP flags.
    V2,
    /// All 29 fields of versions 2 to 5, in the documented order.
    V5,
}

/// How to report.
#[derive(Debug, Clone)]
pub struct Options {
    /// Networks that are inside: their hosts become instances.
    pub local: Vec<IpNet>,
    /// Length of a capture window, seconds: 60 or 600, as AWS has them.
    pub window_secs: u32,
    /// Format of the records.
    pub version: FormatVersion,
    /// Account that owns the interfaces: 12 digits.
    pub account: String,
    /// Region that they are in, as AWS spells regions.
    pub region: String,
    /// Moves the capture so that it begins then: for captures whose clock began at 1970, or long ago. The input is then read twice.
    /// Without it what lies within one window of 1970 is left out.
    pub begin: Option<DateTime<Utc>>,
    /// Most records held in memory.
    pub max_records: usize,
}

impl Default for Options {
    /// Private networks, windows of a minute, version 5, times as they are, twenty million records.
    fn default() -> Self {
        Self {
            local: private_networks(),
            window_secs: 60,
            version: FormatVersion::V5,
            account: "123456789012".to_owned(),
            region: "eu-west-1".to_owned(),
            begin: None,
            max_records: 20_000_000,
        }
    }
}

impl Options {
    pub(crate) fn check(&self) -> Result<(), ConvertError> {
        let wrong = |name, reason| Err(ConvertError::Option { name, reason });
        if self.local.is_empty() {
            return wrong("local", "at least one network must be inside");
        }
        if !matches!(self.window_secs, 60 | 600) {
            return wrong("window", "a capture window is 60 or 600 seconds long");
        }
        if self.account.len() != 12 || !self.account.bytes().all(|byte| byte.is_ascii_digit()) {
            return wrong("account", "an account has 12 digits");
        }
        let region = self.region.as_bytes();
        if region.is_empty() || !region.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-') {
            return wrong("region", "a region is written like eu-west-1");
        }
        Ok(())
    }
}

/// The private networks: RFC 1918, and unique local IPv6 addresses (RFC 4193).
pub fn private_networks() -> Vec<IpNet> {
    let v4 = [([10, 0, 0, 0], 8), ([172, 16, 0, 0], 12), ([192, 168, 0, 0], 16)];
    let v4 = v4.into_iter().filter_map(|(base, length)| Ipv4Net::new(base.into(), length).ok()).map(IpNet::from);
    let v6 = Ipv6Net::new([0xfc00, 0, 0, 0, 0, 0, 0, 0].into(), 7).ok().map(IpNet::from);
    v4.chain(v6).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_four_private_networks() {
        let names: Vec<String> = private_networks().iter().map(ToString::to_string).collect();
        assert_eq!(names, ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]);
    }

    #[test]
    fn options_out_of_range_are_refused_by_name() {
        let good = Options::default();
        assert!(good.check().is_ok());
        let bad = [
            Options { local: Vec::new(), ..good.clone() },
            Options { window_secs: 61, ..good.clone() },
            Options { account: "12345".to_owned(), ..good.clone() },
            Options { region: "../x".to_owned(), ..good },
        ];
        let names: Vec<String> = bad.iter().map(|options| options.check().unwrap_err().to_string()).collect();
        let firsts: Vec<&str> = names.iter().map(|name| name.split(':').next().unwrap()).collect();
        assert_eq!(firsts, ["local", "window", "account", "region"]);
    }
}
