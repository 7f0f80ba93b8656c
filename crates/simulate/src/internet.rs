//! The rest of the world: who visits, who scans, whom the company calls, and who attacks.
//!
//! Attackers and relays have addresses from the documentation ranges (RFC 5737, RFC 3849), so that no real host is accused.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::dice::{Dice, low8, low16, mix, real, whole};

/// An address range that AWS names in the `pkt-*-aws-service` fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    None,
    S3,
    Ec2,
}

impl Service {
    /// As the field shows it.
    pub(crate) const fn text(self) -> &'static [u8] {
        match self {
            Self::None => b"-",
            Self::S3 => b"S3",
            Self::Ec2 => b"EC2",
        }
    }
}

/// A destination that the company calls: its addresses and the AWS service they belong to.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) addresses: &'static [Ipv4Addr],
    pub(crate) service: Service,
}

const fn ip(a: u8, b: u8, c: u8, d: u8) -> Ipv4Addr {
    Ipv4Addr::new(a, b, c, d)
}

pub(crate) static S3: Place =
    Place { addresses: &[ip(52, 218, 36, 91), ip(52, 218, 101, 146), ip(52, 218, 120, 20), ip(3, 5, 66, 73)], service: Service::S3 };
/// The monitoring vendor that every agent reports to.
pub(crate) static AGENT: Place =
    Place { addresses: &[ip(34, 250, 17, 104), ip(34, 250, 17, 105), ip(54, 73, 210, 12)], service: Service::Ec2 };
pub(crate) static NTP: Place =
    Place { addresses: &[ip(185, 125, 190, 56), ip(185, 125, 190, 57), ip(91, 189, 91, 157)], service: Service::None };
pub(crate) static MIRROR: Place =
    Place { addresses: &[ip(185, 125, 190, 36), ip(185, 125, 190, 39), ip(151, 101, 86, 132)], service: Service::None };
pub(crate) static GIT: Place = Place { addresses: &[ip(140, 82, 121, 3), ip(140, 82, 121, 4)], service: Service::None };
pub(crate) static MAIL: Place = Place { addresses: &[ip(159, 183, 224, 103)], service: Service::None };
/// A vendor that many machines begin to call shortly before the end.
pub(crate) static NEW_VENDOR: Place = Place { addresses: &[ip(18, 202, 61, 180), ip(18, 202, 61, 181)], service: Service::Ec2 };
/// The company's office.
pub(crate) static OFFICE: Place = Place { addresses: &[ip(62, 96, 40, 18), ip(62, 96, 40, 19)], service: Service::None };
/// Uptime checks of the public site, trusted as well.
pub(crate) static UPTIME: Place = Place { addresses: &[ip(46, 101, 250, 135), ip(178, 62, 52, 237)], service: Service::None };

/// The sources of the brute force, all in one /24.
pub(crate) const BRUTE: [Ipv4Addr; 6] =
    [ip(203, 0, 113, 17), ip(203, 0, 113, 23), ip(203, 0, 113, 41), ip(203, 0, 113, 66), ip(203, 0, 113, 90), ip(203, 0, 113, 118)];
/// The one of them that finds the password, and that is on the company's threat list.
pub(crate) const BRUTE_LISTED: Ipv4Addr = ip(203, 0, 113, 66);
/// The host that the intruder commands from; on the threat list.
pub(crate) const COMMAND: Ipv4Addr = ip(198, 51, 100, 77);
/// Its port: nobody else in the company ever uses it.
pub(crate) const COMMAND_PORT: u16 = 4444;
/// Where the data goes.
pub(crate) const DROP: Ipv4Addr = ip(198, 51, 100, 203);
/// Tor guards and the ports they listen on.
pub(crate) const GUARDS: [(Ipv4Addr, u16); 3] = [(ip(192, 0, 2, 34), 9001), (ip(192, 0, 2, 97), 9001), (ip(192, 0, 2, 181), 443)];

/// A network that the public network ACL denies; its probes are refused even on open ports.
pub(crate) const DENIED_NET: &str = "45.143.203.0/24";

/// First octets of networks where visitors live, without any special-purpose range inside.
const VISITOR_NETS: &[u8] = &[
    24, 31, 37, 46, 62, 68, 71, 73, 77, 78, 79, 80, 81, 82, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 95, 98, 99, 109, 121, 126, 151, 176,
    178, 180, 188, 200, 213, 217,
];
/// First octets of networks that scans come from.
const SCANNER_NETS: &[u8] = &[5, 45, 64, 71, 80, 89, 91, 92, 94, 103, 118, 141, 147, 162, 167, 185, 193, 194, 195, 212];

/// The visitor with this number.
pub(crate) fn visitor(seed: u64, number: u64) -> Ipv4Addr {
    host(VISITOR_NETS, mix(&[seed, 0x51, number]))
}

/// The same visitor's address in the newer protocol.
pub(crate) fn visitor_v6(seed: u64, number: u64) -> Ipv6Addr {
    let word = mix(&[seed, 0x56, number]);
    let part = |shift: u32| low16(word >> shift);
    Ipv6Addr::new(0x2a02, 0x0800 | (part(0) & 0x7ff), part(16), part(8) & 0xff, part(32), part(24), part(48), part(40))
}

/// The scanner with this number; one in sixty sits in the network that is denied.
pub(crate) fn scanner(seed: u64, number: u64) -> Ipv4Addr {
    let word = mix(&[seed, 0x5c, number]);
    if number % 60 == 7 { ip(45, 143, 203, low8(word) | 1) } else { host(SCANNER_NETS, word) }
}

fn host(nets: &[u8], word: u64) -> Ipv4Addr {
    let net = nets[usize::from(low16(word)) % nets.len()];
    // The last octet is never 0 or 255, which would look like a network.
    ip(net, low8(word >> 16), low8(word >> 24), low8(word >> 32).clamp(1, 254))
}

/// Who comes now: a few visitors come often, most seldom.
pub(crate) fn some_visitor(dice: &mut Dice, crowd: u64) -> u64 {
    skewed(dice, crowd, 2.0)
}

/// A number below `crowd`, small ones far more often.
pub(crate) fn skewed(dice: &mut Dice, crowd: u64, power: f64) -> u64 {
    whole(real(crowd) * dice.unit().powf(power)).min(crowd.saturating_sub(1))
}

/// The list of relays: the guards of this world and many that are never seen.
pub(crate) fn relay_list(seed: u64) -> Vec<IpAddr> {
    let mut all: Vec<IpAddr> = GUARDS.iter().map(|(address, _)| IpAddr::V4(*address)).collect();
    all.extend(
        (1..=254).filter(|octet| mix(&[seed, 0x70, u64::from(*octet)]).is_multiple_of(2)).map(|octet| IpAddr::V4(ip(192, 0, 2, octet))),
    );
    all.extend((0..400_u64).map(|number| {
        let word = mix(&[seed, 0x71, number]);
        let part = |shift: u32| low16(word >> shift);
        IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0xf000 | (part(0) & 0xfff), part(16), 0, 0, part(32), part(48) | 1))
    }));
    all.sort_unstable();
    all.dedup();
    all
}

/// The company's own threat list: the two hosts that matter and others that are never seen.
pub(crate) fn threat_list(seed: u64) -> Vec<IpAddr> {
    let mut all = vec![IpAddr::V4(BRUTE_LISTED), IpAddr::V4(COMMAND)];
    // High parts of two documentation networks that no attacker of this world uses.
    all.extend(
        (220..=254)
            .filter(|octet| !mix(&[seed, 0x72, u64::from(*octet)]).is_multiple_of(3))
            .map(|octet| IpAddr::V4(ip(198, 51, 100, octet))),
    );
    all.extend((0..60_u64).map(|number| {
        let word = mix(&[seed, 0x73, number]);
        IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0xe000 | (low16(word) & 0xfff), low16(word >> 16), 0, 0, 0, low16(word >> 32) | 1))
    }));
    all.sort_unstable();
    all.dedup();
    all
}

/// Addresses that the company trusts.
pub(crate) fn trusted_list() -> Vec<IpAddr> {
    OFFICE.addresses.iter().chain(UPTIME.addresses).map(|address| IpAddr::V4(*address)).collect()
}

/// Ports that scans try, commonest first; each is about a seventh rarer than the one before.
pub(crate) const SCANNED: &[u16] = &[
    23, 22, 3389, 443, 80, 445, 8080, 8443, 5900, 21, 1433, 25, 3306, 6379, 5432, 8888, 81, 2323, 5555, 9200, 27017, 2375, 1883, 5060,
    11211,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attackers_visitors_and_scanners_are_different_people() {
        let documentation = |address: Ipv4Addr| {
            let [a, b, c, _] = address.octets();
            matches!((a, b, c), (192, 0, 2) | (198, 51, 100) | (203, 0, 113))
        };
        for number in 0..5_000 {
            assert!(!documentation(visitor(1, number)) && !documentation(scanner(1, number)));
        }
        assert!(GUARDS.iter().all(|(address, _)| documentation(*address)) && documentation(COMMAND) && documentation(DROP));
    }

    #[test]
    fn lists_hold_what_they_must_and_nothing_else_that_is_used() {
        let relays = relay_list(1);
        assert!(GUARDS.iter().all(|(address, _)| relays.contains(&IpAddr::V4(*address))));
        assert!(relays.len() > 300);
        let threats = threat_list(1);
        assert!(threats.contains(&IpAddr::V4(BRUTE_LISTED)) && threats.contains(&IpAddr::V4(COMMAND)));
        assert!(!threats.contains(&IpAddr::V4(DROP)) && !relays.contains(&IpAddr::V4(DROP)));
        assert_eq!(BRUTE.iter().filter(|address| threats.contains(&IpAddr::V4(**address))).count(), 1);
    }
}
