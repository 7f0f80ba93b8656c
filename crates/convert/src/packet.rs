//! From the bytes of a frame to what a flow log counts of it.

use std::collections::HashMap;
use std::net::IpAddr;

use etherparse::{EtherType, Ipv6ExtensionSlice, LaxNetSlice, LaxSlicedPacket};

use crate::aggregate::Tuple;
use crate::flags::reported;

/// Link types (<https://www.tcpdump.org/linktypes.html>).
mod link {
    pub(super) const NULL: i32 = 0;
    pub(super) const ETHERNET: i32 = 1;
    /// Raw IP as some BSDs number it.
    pub(super) const RAW_BSD: i32 = 12;
    pub(super) const RAW_OPENBSD: i32 = 14;
    pub(super) const RAW: i32 = 101;
    pub(super) const LOOP: i32 = 108;
    pub(super) const LINUX_COOKED: i32 = 113;
    pub(super) const IPV4: i32 = 228;
    pub(super) const IPV6: i32 = 229;
    pub(super) const LINUX_COOKED_2: i32 = 276;
}

const TCP: u8 = 6;
/// Protocols whose first four bytes are the ports: TCP, UDP, DCCP, SCTP, UDP-Lite.
const WITH_PORTS: [u8; 5] = [TCP, 17, 33, 132, 136];
/// Fragmented packets of which the ports are remembered at once.
const MAX_FRAGMENTED: usize = 65_536;

/// A frame as it was captured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame<'a> {
    pub(crate) link_type: i32,
    /// As much of it as was kept.
    pub(crate) data: &'a [u8],
    /// Bytes that it had on the wire.
    pub(crate) wire_len: u64,
}

/// What a flow log counts of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) tuple: Tuple,
    /// Bytes of the IP packet, header included.
    pub(crate) bytes: u64,
    pub(crate) flags: u8,
}

/// Why a frame has no flow.
pub(crate) type Refusal = (&'static str, String);

/// Reads frames. Only the first fragment of a packet has its ports, so they are remembered for the others.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    fragmented: HashMap<(IpAddr, IpAddr, u8, u32), (u16, u16)>,
}

impl Reader {
    /// What is counted of a frame.
    pub(crate) fn read(&mut self, frame: &Frame<'_>) -> Result<Counted, Refusal> {
        let sliced = slice(frame)?;
        let broken = || match &sliced.stop_err {
            Some((error, _)) => ("damaged packet", error.to_string()),
            None => ("not IP", String::new()),
        };
        let net = sliced.net.as_ref().ok_or_else(broken)?;
        // Bytes on the wire before the IP header: what is not IP in what was kept.
        let (source, destination, total, header_len, fragment): (IpAddr, IpAddr, u64, usize, Option<(u32, bool)>) = match net {
            LaxNetSlice::Ipv4(v4) => {
                let header = v4.header();
                let first = header.fragments_offset().value() == 0;
                let fragment = header.is_fragmenting_payload().then(|| (u32::from(header.identification()), first));
                (header.source_addr().into(), header.destination_addr().into(), header.total_len().into(), header.slice().len(), fragment)
            }
            LaxNetSlice::Ipv6(v6) => {
                let header = v6.header();
                let total = match header.payload_length() {
                    0 => 0,
                    length => u64::from(length) + 40,
                };
                let fragment = v6.extensions().clone().into_iter().find_map(|extension| match extension {
                    Ipv6ExtensionSlice::Fragment(part) if part.is_fragmenting_payload() => {
                        Some((part.identification(), part.fragment_offset().value() == 0))
                    }
                    _ => None,
                });
                (header.source_addr().into(), header.destination_addr().into(), total, 40, fragment)
            }
            LaxNetSlice::Arp(_) => return Err(("not IP", "ARP".to_owned())),
        };
        let payload = net.ip_payload_ref().ok_or_else(broken)?;
        let protocol = payload.ip_number.0;
        let bytes = match total {
            // A segmenting card or a jumbogram writes no length.
            0 => frame.wire_len.saturating_sub(header_start(frame, &sliced)),
            total => total,
        };
        let (source_port, destination_port) = match fragment {
            Some((number, false)) if WITH_PORTS.contains(&protocol) => {
                self.fragmented.get(&(source, destination, protocol, number)).copied().unwrap_or_default()
            }
            _ if WITH_PORTS.contains(&protocol) => {
                let [a, b, c, d] = *payload.payload.first_chunk().ok_or_else(|| {
                    ("cut before its ports", format!("{} bytes of {bytes} after a header of {header_len}", payload.payload.len()))
                })?;
                (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]))
            }
            _ => (0, 0),
        };
        if let Some((number, true)) = fragment {
            if self.fragmented.len() >= MAX_FRAGMENTED {
                self.fragmented.clear();
            }
            self.fragmented.insert((source, destination, protocol, number), (source_port, destination_port));
        }
        let whole = !matches!(fragment, Some((_, false)));
        let flags = if protocol == TCP && whole { payload.payload.get(13).copied().map_or(0, reported) } else { 0 };
        Ok(Counted { tuple: Tuple { source, destination, protocol, source_port, destination_port }, bytes, flags })
    }
}

/// Bytes of a frame before its IP header.
fn header_start(frame: &Frame<'_>, sliced: &LaxSlicedPacket<'_>) -> u64 {
    let tags = 4 * sliced.link_exts.len() as u64;
    match frame.link_type {
        link::ETHERNET => 14 + tags,
        link::LINUX_COOKED => 16 + tags,
        link::LINUX_COOKED_2 => 20 + tags,
        link::NULL | link::LOOP => 4,
        _ => 0,
    }
}

fn slice<'a>(frame: &Frame<'a>) -> Result<LaxSlicedPacket<'a>, Refusal> {
    let data = frame.data;
    let short = || ("cut before its addresses", format!("{} bytes", data.len()));
    let typed = |at: usize, len: usize| {
        let ether_type = data.get(at..at + 2).and_then(|bytes| bytes.first_chunk()).ok_or_else(short)?;
        Ok(LaxSlicedPacket::from_ether_type(EtherType(u16::from_be_bytes(*ether_type)), data.get(len..).ok_or_else(short)?))
    };
    let raw = |at: usize| match data.get(at..) {
        Some(packet) if !packet.is_empty() => LaxSlicedPacket::from_ip(packet).map_err(|error| ("damaged packet", error.to_string())),
        _ => Err(short()),
    };
    match frame.link_type {
        link::ETHERNET => LaxSlicedPacket::from_ethernet(data).map_err(|_| short()),
        link::LINUX_COOKED => typed(14, 16),
        link::LINUX_COOKED_2 => typed(0, 20),
        link::NULL | link::LOOP => raw(4),
        link::RAW | link::RAW_BSD | link::RAW_OPENBSD | link::IPV4 | link::IPV6 => raw(0),
        other => Err(("link type not supported", format!("number {other}"))),
    }
}

#[cfg(test)]
mod tests {
    use etherparse::PacketBuilder;
    use proptest::prelude::*;

    use super::*;

    const SOURCE: [u8; 4] = [10, 0, 0, 5];
    const DESTINATION: [u8; 4] = [192, 0, 2, 7];

    fn syn() -> Vec<u8> {
        let mut packet = Vec::new();
        PacketBuilder::ethernet2([2; 6], [4; 6])
            .ipv4(SOURCE, DESTINATION, 64)
            .tcp(40_000, 443, 1, 1_000)
            .syn()
            .write(&mut packet, &[])
            .unwrap();
        packet
    }

    fn read(link_type: i32, data: &[u8]) -> Result<Counted, Refusal> {
        Reader::default().read(&Frame { link_type, data, wire_len: data.len() as u64 })
    }

    fn expected(bytes: u64, protocol: u8, ports: (u16, u16), flags: u8) -> Counted {
        let (source, destination) = (SOURCE.into(), DESTINATION.into());
        Counted { tuple: Tuple { source, destination, protocol, source_port: ports.0, destination_port: ports.1 }, bytes, flags }
    }

    #[test]
    fn the_same_packet_is_found_behind_every_link() {
        let ethernet = syn();
        let ip = &ethernet[14..];
        let tagged = [&ethernet[..12], &[0x81, 0, 0, 7, 0x88, 0xa8, 0, 9], &ethernet[12..]].concat();
        let cooked = [&[0; 14], &[8, 0][..], ip].concat();
        let cooked_2 = [&[8, 0][..], &[0; 18], ip].concat();
        let loopback = [&[2, 0, 0, 0][..], ip].concat();
        for (link_type, data) in [(1, &ethernet[..]), (1, &tagged), (113, &cooked), (276, &cooked_2), (0, &loopback), (101, ip), (228, ip)]
        {
            assert_eq!(read(link_type, data), Ok(expected(40, 6, (40_000, 443), 2)), "link type {link_type}");
        }
    }

    #[test]
    fn protocols_without_ports_have_none() {
        let mut packet = Vec::new();
        PacketBuilder::ipv4(SOURCE, DESTINATION, 64).icmpv4_echo_request(1, 2).write(&mut packet, &[0; 56]).unwrap();
        assert_eq!(read(101, &packet), Ok(expected(84, 1, (0, 0), 0)));
    }

    #[test]
    fn ipv6_counts_its_header() {
        let mut packet = Vec::new();
        let (source, destination) = ([0xfd; 16], [0x20; 16]);
        PacketBuilder::ipv6(source, destination, 64).udp(5353, 53).write(&mut packet, &[0; 12]).unwrap();
        let counted = read(229, &packet).unwrap();
        assert_eq!((counted.bytes, counted.tuple.protocol, counted.tuple.destination_port), (60, 17, 53));
        assert_eq!(counted.tuple.source, IpAddr::from(source));
    }

    #[test]
    fn a_cut_packet_counts_as_long_as_it_was() {
        let mut packet = syn();
        // The header says 1,000 bytes; 44 of the frame were kept.
        packet[16..18].copy_from_slice(&1_000_u16.to_be_bytes());
        assert_eq!(
            read(1, &packet[..44]).map(|counted| (counted.bytes, counted.tuple.destination_port, counted.flags)),
            Ok((1_000, 443, 0))
        );
        assert_eq!(read(1, &packet[..36]).map_err(|(reason, _)| reason), Err("cut before its ports"));
        // No length at all, as segmenting cards write it: that of the wire, without the Ethernet header.
        packet[16..18].copy_from_slice(&[0, 0]);
        let frame = Frame { link_type: 1, data: &packet, wire_len: 7_014 };
        assert_eq!(Reader::default().read(&frame).map(|counted| counted.bytes), Ok(7_000));
    }

    #[test]
    fn later_fragments_belong_to_the_flow_of_the_first() {
        let mut packet = Vec::new();
        PacketBuilder::ipv4(SOURCE, DESTINATION, 64).udp(40_000, 53).write(&mut packet, &[7; 32]).unwrap();
        packet[4..6].copy_from_slice(&[0x12, 0x34]);
        let (mut first, mut second) = (packet.clone(), packet);
        first[6..8].copy_from_slice(&[0x20, 0]);
        second[6..8].copy_from_slice(&[0, 5]);
        let mut reader = Reader::default();
        let ports: Vec<(u16, u16)> = [&first, &second]
            .map(|data| reader.read(&Frame { link_type: 101, data, wire_len: data.len() as u64 }).unwrap().tuple)
            .map(|tuple| (tuple.source_port, tuple.destination_port))
            .into();
        assert_eq!(ports, [(40_000, 53), (40_000, 53)]);
        assert_eq!(read(101, &second).unwrap().tuple.source_port, 0, "without the first there are no ports");
    }

    #[test]
    fn what_is_no_flow_says_why() {
        let arp = [&[2_u8; 12][..], &[8, 6], &[0, 1, 8, 0, 6, 4, 0, 1], &[0; 20]].concat();
        let lldp = [&[2_u8; 12][..], &[0x88, 0xcc], &[0; 20]].concat();
        let reasons = [(1, &arp[..]), (1, &lldp), (105, &arp), (1, &arp[..5]), (101, &[])]
            .map(|(link_type, data)| read(link_type, data).unwrap_err().0);
        assert_eq!(reasons, ["not IP", "not IP", "link type not supported", "cut before its addresses", "cut before its addresses"]);
    }

    proptest! {
        #[test]
        fn never_panics(link_type in prop_oneof![Just(0), Just(1), Just(101), Just(113), Just(276), any::<i32>()], data in prop::collection::vec(any::<u8>(), 0..120)) {
            let _ = read(link_type, &data);
        }

        #[test]
        fn never_panics_behind_an_ip_header(mut data in prop::collection::vec(any::<u8>(), 1..120), v6 in any::<bool>()) {
            data[0] = if v6 { 0x60 } else { 0x45 };
            let _ = read(101, &data);
        }
    }
}
