//! The detectors, one folder for each family: query, scorer, manual pages, tests.

pub(crate) mod brute_force;
mod card;
mod contact;
pub(crate) mod flood;
mod known;
pub(crate) mod list_contact;
pub(crate) mod network_port_unusual;
pub(crate) mod new_service;
pub(crate) mod novelty;
pub(crate) mod port_probe;
pub(crate) mod rare_destination;
pub(crate) mod scan;
#[cfg(test)]
mod testing;
pub(crate) mod traffic_volume_unusual;
