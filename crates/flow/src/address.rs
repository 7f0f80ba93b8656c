//! Internet addresses as 128 bits.
//!
//! IPv4 is kept as its IPv4-mapped IPv6 form (`::ffff:a.b.c.d`, RFC 4291 section 2.5.5.2), so one type, one sort order and one
//! hash serve both families, and `::ffff:1.2.3.4` in a log is the same address as `1.2.3.4`.

use std::fmt::{self, Display, Formatter};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

const MAPPED: u128 = 0xffff_0000_0000;

/// An IPv4 or IPv6 address.
///
/// Ordering is numeric; every IPv4 address sorts together.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(u128);

impl Address {
    /// The address with these 128 bits, IPv4 in its mapped form.
    pub const fn from_bits(bits: u128) -> Self {
        Self(bits)
    }

    /// The 128 bits, IPv4 in its mapped form.
    pub const fn to_bits(self) -> u128 {
        self.0
    }

    /// An IPv4 address from its 32 bits.
    pub const fn from_v4_bits(bits: u32) -> Self {
        Self(MAPPED | bits as u128)
    }

    /// The 32 bits of an IPv4 address, `None` for IPv6.
    pub const fn to_v4_bits(self) -> Option<u32> {
        if self.0 >> 32 == 0xffff { Some((self.0 & 0xffff_ffff) as u32) } else { None }
    }

    /// Whether this is an IPv4 address (or IPv4-mapped, which is the same thing here).
    pub const fn is_ipv4(self) -> bool {
        self.0 >> 32 == 0xffff
    }

    /// The standard library's form; mapped addresses come back as IPv4.
    pub fn to_ip(self) -> IpAddr {
        match self.to_v4_bits() {
            Some(bits) => IpAddr::V4(Ipv4Addr::from(bits)),
            None => IpAddr::V6(Ipv6Addr::from(self.0)),
        }
    }

    /// Reads a textual address: dotted IPv4 or any RFC 4291 IPv6 form, either case. Zone ids and brackets are refused, and so are
    /// leading zeros in IPv4 (`010` is octal to some readers).
    pub fn parse(text: &[u8]) -> Option<Self> {
        match parse_v4(text) {
            Some(bits) => Some(Self::from_v4_bits(bits)),
            None if text.contains(&b':') => {
                std::str::from_utf8(text).ok()?.parse::<Ipv6Addr>().ok().map(|address| Self(u128::from(address)))
            }
            None => None,
        }
    }

    /// Whether the address can be reached on the public internet: not private, shared (RFC 6598), loopback, link-local, multicast,
    /// documentation-free-for-all or otherwise reserved (IANA special-purpose registries). Documentation prefixes
    /// (RFC 5737, RFC 3849) count as public: logs and examples use them in the place of public addresses.
    pub fn is_public(self) -> bool {
        match self.to_v4_bits() {
            Some(bits) => {
                let [a, b, ..] = bits.to_be_bytes();
                !(a == 0
                    || a == 10
                    || a == 127
                    || a >= 224
                    || (a == 100 && (64..128).contains(&b))
                    || (a == 169 && b == 254)
                    || (a == 172 && (16..32).contains(&b))
                    || (a == 192 && b == 168)
                    || (a == 198 && (18..20).contains(&b)))
            }
            None => {
                let top = (self.0 >> 112) as u16;
                // Global unicast is 2000::/3; everything else is unique-local, link-local, multicast or reserved.
                top & 0xe000 == 0x2000
            }
        }
    }

    /// The covering network used when many neighbours act as one: /24 for IPv4, /64 for IPv6.
    pub fn neighbourhood(self) -> Self {
        if self.is_ipv4() { Self(self.0 & !0xff) } else { Self(self.0 & !0xffff_ffff_ffff_ffff) }
    }

    /// Appends the textual form to `out` without going through the formatting machinery for IPv4, the common case.
    pub fn write_to(self, out: &mut String) {
        let Some(bits) = self.to_v4_bits() else {
            use std::fmt::Write as _;
            // Writing to a `String` cannot fail.
            let _ = write!(out, "{}", Ipv6Addr::from(self.0));
            return;
        };
        for (index, octet) in bits.to_be_bytes().into_iter().enumerate() {
            if index > 0 {
                out.push('.');
            }
            if octet >= 100 {
                out.push(char::from(b'0' + octet / 100));
            }
            if octet >= 10 {
                out.push(char::from(b'0' + octet / 10 % 10));
            }
            out.push(char::from(b'0' + octet % 10));
        }
    }
}

/// Four decimal octets, no leading zeros, nothing else.
fn parse_v4(text: &[u8]) -> Option<u32> {
    if text.len() < 7 || text.len() > 15 {
        return None;
    }
    let mut bits = 0u32;
    let mut octet = 0u32;
    let mut digits = 0u32;
    let mut dots = 0u32;
    for &byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            if digits > 0 && octet == 0 {
                return None;
            }
            octet = octet * 10 + u32::from(digit);
            digits += 1;
            if octet > 255 {
                return None;
            }
        } else if byte == b'.' && digits > 0 && dots < 3 {
            bits = bits << 8 | octet;
            octet = 0;
            digits = 0;
            dots += 1;
        } else {
            return None;
        }
    }
    (dots == 3 && digits > 0).then_some(bits << 8 | octet)
}

impl From<IpAddr> for Address {
    fn from(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(v4) => Self::from_v4_bits(u32::from(v4)),
            IpAddr::V6(v6) => Self(u128::from(v6)),
        }
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        Self::parse(text.as_bytes()).ok_or_else(|| AddressError { text: text.chars().take(64).collect() })
    }
}

impl Display for Address {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        self.to_ip().fmt(formatter)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(self, formatter)
    }
}

/// A text that is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not an IPv4 or IPv6 address")]
pub struct AddressError {
    text: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn address(text: &str) -> Address {
        text.parse().unwrap()
    }

    #[test]
    fn mapped_and_plain_ipv4_are_one_address() {
        assert_eq!(address("::ffff:1.2.3.4"), address("1.2.3.4"));
        assert_eq!(address("::FFFF:1.2.3.4").to_string(), "1.2.3.4");
        assert!(address("::ffff:1.2.3.4").is_ipv4());
        assert!(!address("::1").is_ipv4());
    }

    #[test]
    fn doubtful_spellings_are_refused() {
        for text in
            ["", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1..2.3", "1.2.3.4 ", "fe80::1%eth0", "[::1]", "1.2.3.-4", "unknown"]
        {
            assert_eq!(Address::parse(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn public_means_reachable_from_the_internet() {
        for text in ["8.8.8.8", "203.0.113.9", "2600:1f18::1", "172.32.0.1", "100.128.0.1"] {
            assert!(address(text).is_public(), "{text}");
        }
        for text in [
            "10.0.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "169.254.169.254",
            "224.0.0.1",
            "127.0.0.1",
            "fd00::1",
            "fe80::1",
            "::1",
            "ff02::1",
        ] {
            assert!(!address(text).is_public(), "{text}");
        }
    }

    #[test]
    fn neighbourhoods() {
        assert_eq!(address("198.51.100.77").neighbourhood(), address("198.51.100.0"));
        assert_eq!(address("2001:db8:1:2:3::4").neighbourhood(), address("2001:db8:1:2::"));
    }

    proptest! {
        #[test]
        fn text_round_trips(bits: u128, v4: u32) {
            for address in [Address::from_bits(bits), Address::from_v4_bits(v4)] {
                let mut written = String::new();
                address.write_to(&mut written);
                prop_assert_eq!(&written, &address.to_string());
                prop_assert_eq!(Address::parse(written.as_bytes()), Some(address));
            }
        }

        #[test]
        fn agrees_with_the_standard_library_on_ipv4(text in "[0-9.]{0,16}") {
            let ours = Address::parse(text.as_bytes()).map(Address::to_ip);
            prop_assert_eq!(ours, text.parse::<Ipv4Addr>().ok().map(IpAddr::V4));
        }

        #[test]
        fn never_panics(bytes: Vec<u8>) {
            let _ = Address::parse(&bytes);
        }
    }
}
