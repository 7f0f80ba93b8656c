//! The detectors, one folder each: query, scorer, manual page, tests.

mod contact;
pub(crate) mod malicious_ip_caller;
pub(crate) mod network_port_unusual;
#[cfg(test)]
mod testing;
pub(crate) mod tor_client;
pub(crate) mod traffic_volume_unusual;
