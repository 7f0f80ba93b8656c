//! From a record to its line, in the two formats that a world can be written in.

use std::net::IpAddr;

use crate::FormatVersion;
use crate::dice::{at, low8};
use crate::record::Segment;
use crate::world::{InterfaceKind, REGION, World};

/// Writes lines in one format.
pub(crate) struct Writer {
    version: FormatVersion,
    /// What every line of an interface begins with, and what it has in the middle.
    texts: Vec<Texts>,
    window_secs: u64,
}

struct Texts {
    head: Vec<u8>,
    place: Vec<u8>,
    zone: Vec<u8>,
}

/// What a line says instead of traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    NoData,
    SkipData,
}

impl Writer {
    /// A writer for the interfaces of a world.
    pub(crate) fn new(world: &World, version: FormatVersion) -> Self {
        let number = match version {
            FormatVersion::V2 => 2,
            FormatVersion::V5 => 5,
        };
        let texts = (0_u32..).zip(&world.interfaces).map(|(index, interface)| {
            // The load balancer's interface was made by a service, which then shows as an unknown owner.
            let account = if interface.kind == InterfaceKind::Balancer { "unknown" } else { world.accounts[interface.account].id };
            let instance = if interface.kind == InterfaceKind::Instance { &world.instance(index).id } else { "-" };
            let subnet = &world.subnets[interface.subnet];
            Texts {
                head: format!("{number} {account} {}", interface.id).into_bytes(),
                place: format!(" {} {} {instance}", world.accounts[interface.account].vpc, subnet.id).into_bytes(),
                zone: format!(" {REGION} {} - -", subnet.zone_id()).into_bytes(),
            }
        });
        Self { version, texts: texts.collect(), window_secs: world.window }
    }

    /// The line of field names that every object begins with.
    pub(crate) fn header(&self) -> &'static [u8] {
        match self.version {
            FormatVersion::V2 => {
                b"version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n"
            }
            FormatVersion::V5 => {
                b"version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status \
vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region az-id sublocation-type sublocation-id \
pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path\n"
            }
        }
    }

    /// Appends the line of a segment.
    pub(crate) fn line(&self, segment: &Segment, out: &mut Vec<u8>) {
        let texts = &self.texts[at(segment.interface)];
        out.extend_from_slice(&texts.head);
        address(segment.source, out);
        address(segment.destination, out);
        let ports = [u64::from(segment.source_port), u64::from(segment.destination_port), u64::from(segment.protocol)];
        for value in ports.into_iter().chain([segment.packets, segment.bytes, segment.window, segment.end()]) {
            number(value, out);
        }
        out.extend_from_slice(if segment.accepted { b" ACCEPT OK" } else { b" REJECT OK" });
        if self.version == FormatVersion::V5 {
            out.extend_from_slice(&texts.place);
            number(u64::from(segment.flags), out);
            out.extend_from_slice(if segment.source.is_ipv6() { b" IPv6" } else { b" IPv4" });
            address(segment.packet_source, out);
            address(segment.packet_destination, out);
            out.extend_from_slice(&texts.zone);
            for service in [segment.source_service, segment.destination_service] {
                out.push(b' ');
                out.extend_from_slice(service.text());
            }
            out.extend_from_slice(if segment.egress { b" egress" } else { b" ingress" });
            match segment.path {
                0 => out.extend_from_slice(b" -"),
                code => number(u64::from(code), out),
            }
        }
        out.push(b'\n');
    }

    /// Appends the line of a window without traffic, or with traffic that was not recorded.
    pub(crate) fn status(&self, interface: u32, window: u64, status: Status, out: &mut Vec<u8>) {
        let texts = &self.texts[at(interface)];
        out.extend_from_slice(&texts.head);
        out.extend_from_slice(b" - - - - - - -");
        number(window, out);
        number(window + self.window_secs - 1, out);
        out.extend_from_slice(match status {
            Status::NoData => b" - NODATA",
            Status::SkipData => b" - SKIPDATA",
        });
        if self.version == FormatVersion::V5 {
            out.extend_from_slice(&texts.place);
            out.extend_from_slice(b" - - - -");
            out.extend_from_slice(&texts.zone);
            out.extend_from_slice(b" - - - -");
        }
        out.push(b'\n');
    }
}

fn address(address: IpAddr, out: &mut Vec<u8>) {
    match address {
        IpAddr::V4(v4) => {
            for (index, octet) in v4.octets().into_iter().enumerate() {
                out.push(if index == 0 { b' ' } else { b'.' });
                if octet >= 100 {
                    out.push(b'0' + octet / 100);
                }
                if octet >= 10 {
                    out.push(b'0' + octet / 10 % 10);
                }
                out.push(b'0' + octet % 10);
            }
        }
        IpAddr::V6(v6) => {
            out.push(b' ');
            out.extend_from_slice(v6.to_string().as_bytes());
        }
    }
}

fn number(mut value: u64, out: &mut Vec<u8>) {
    let mut digits = [0_u8; 20];
    let mut first = digits.len();
    loop {
        first -= 1;
        digits[first] = b'0' + low8(value % 10);
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.push(b' ');
    out.extend_from_slice(&digits[first..]);
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::internet::Service;
    use crate::time::Span;

    #[test]
    fn lines_have_the_columns_of_their_header() {
        let world = World::new(1, 20, Span { start: 1_792_540_800, end: 1_795_132_800 }, None);
        let (own, remote) = (world.address(3, false), IpAddr::V4(Ipv4Addr::new(52, 218, 36, 91)));
        let segment = Segment {
            interface: 3,
            window: 1_792_540_830,
            window_secs: 60,
            source: own,
            destination: remote,
            packet_source: own,
            packet_destination: remote,
            source_port: 40_001,
            destination_port: 443,
            source_service: Service::None,
            destination_service: Service::S3,
            packets: 7,
            bytes: 1_001,
            protocol: 6,
            flags: 3,
            accepted: true,
            egress: true,
            path: 7,
        };
        for (version, columns) in [(FormatVersion::V2, 14), (FormatVersion::V5, 29)] {
            let writer = Writer::new(&world, version);
            let mut out = writer.header().to_vec();
            writer.line(&segment, &mut out);
            writer.status(0, 1_792_540_800, Status::NoData, &mut out);
            writer.status(1, 1_792_540_800, Status::SkipData, &mut out);
            let text = String::from_utf8(out).unwrap();
            assert!(text.lines().all(|line| line.split(' ').count() == columns), "{text}");
            let line: Vec<&str> = text.lines().nth(1).unwrap().split(' ').collect();
            let field = |name: &str| line[text.lines().next().unwrap().split(' ').position(|known| known == name).unwrap()];
            assert_eq!((field("srcaddr"), field("dstaddr")), (own.to_string().as_str(), "52.218.36.91"));
            assert_eq!((field("bytes"), field("start"), field("end")), ("1001", "1792540830", "1792540889"));
            if version == FormatVersion::V5 {
                assert_eq!((field("tcp-flags"), field("type"), field("flow-direction")), ("3", "IPv4", "egress"));
                assert_eq!((field("pkt-src-aws-service"), field("pkt-dst-aws-service"), field("traffic-path")), ("-", "S3", "7"));
            }
        }
    }
}
