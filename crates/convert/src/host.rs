//! Hosts inside and the ids that they get.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::Options;

/// A host inside, as an instance with one interface. Its ids follow from account and address alone, so that several captures of one
/// network agree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Host {
    /// Its address.
    pub address: IpAddr,
    /// `i-…`
    pub instance_id: String,
    /// `eni-…`
    pub interface_id: String,
    /// `subnet-…`: of its /24, or /64.
    pub subnet_id: String,
}

impl Host {
    pub(crate) fn new(address: IpAddr, options: &Options) -> Self {
        let text = address.to_string();
        Self {
            address,
            instance_id: id("i", options, &text),
            interface_id: id("eni", options, &text),
            subnet_id: id("subnet", options, &subnet_of(address).to_string()),
        }
    }
}

/// The id of something of an account.
pub(crate) fn id(prefix: &str, options: &Options, name: &str) -> String {
    let seed = xxh3_64_with_seed(prefix.as_bytes(), 0);
    format!("{prefix}-0{:016x}", xxh3_64_with_seed(format!("{} {name}", options.account).as_bytes(), seed))
}

/// The /24 or /64 around an address.
pub(crate) fn subnet_of(address: IpAddr) -> IpNet {
    let length = if address.is_ipv4() { 24 } else { 64 };
    IpNet::new(address, length).map_or_else(|_| IpNet::from(address), |net| net.trunc())
}

/// Why flow logs have nothing from or to an address, if they have not.
pub(crate) fn unlogged(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(v4) if v4.is_unspecified() => Some("no address yet"),
        IpAddr::V4(v4) if v4.is_multicast() || v4.is_broadcast() => Some("multicast or broadcast"),
        IpAddr::V4(v4) if v4.is_link_local() => Some("link-local address"),
        IpAddr::V4(v4) if v4.is_loopback() => Some("loopback"),
        IpAddr::V6(v6) if v6.is_unspecified() => Some("no address yet"),
        IpAddr::V6(v6) if v6.is_multicast() => Some("multicast or broadcast"),
        IpAddr::V6(v6) if v6.is_unicast_link_local() => Some("link-local address"),
        IpAddr::V6(v6) if v6.is_loopback() => Some("loopback"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_length_of_real_ones_and_follow_from_the_address() {
        let options = Options::default();
        let host = Host::new("10.0.0.5".parse().unwrap(), &options);
        assert_eq!((host.instance_id.len(), host.interface_id.len(), host.subnet_id.len()), (19, 21, 24));
        assert_eq!(host, Host::new("10.0.0.5".parse().unwrap(), &options));
        let other = Host::new("10.0.0.6".parse().unwrap(), &options);
        assert!(other.instance_id != host.instance_id && other.subnet_id == host.subnet_id);
    }

    #[test]
    fn what_flow_logs_do_not_have() {
        let reasons = [
            "0.0.0.0",
            "224.0.0.252",
            "255.255.255.255",
            "169.254.169.254",
            "127.0.0.1",
            "ff02::1",
            "fe80::1",
            "::1",
            "10.0.0.1",
            "fd00::1",
        ]
        .map(|text| unlogged(text.parse().unwrap()).is_some());
        assert_eq!(reasons, [true, true, true, true, true, true, true, true, false, false]);
    }
}
