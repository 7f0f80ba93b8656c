//! From a record to its line.

use std::fmt::Write as _;
use std::net::IpAddr;

use crate::aggregate::{Cell, Key};
use crate::host::{Host, id};
use crate::{FormatVersion, Options};

/// Where a packet to a public address goes out: the internet gateway, of a Nitro interface (AWS, traffic-path).
const INTERNET_GATEWAY: &str = "8";
/// To another resource of the VPC.
const SAME_VPC: &str = "1";

/// Writes lines in one format.
pub(crate) struct Writer<'a> {
    options: &'a Options,
    vpc: String,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(options: &'a Options) -> Self {
        Self { options, vpc: vpc_id(options) }
    }

    /// The line of field names that every object begins with.
    pub(crate) const fn header(&self) -> &'static str {
        match self.options.version {
            FormatVersion::V2 => {
                "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n"
            }
            FormatVersion::V5 => {
                "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status \
vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region az-id sublocation-type sublocation-id \
pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path\n"
            }
        }
    }

    /// Appends the line of a record of this host.
    pub(crate) fn line(&self, host: &Host, key: &Key, cell: &Cell, out: &mut String) {
        let Key { window, egress, tuple } = key;
        let Options { account, region, window_secs, version, .. } = self.options;
        let number = if *version == FormatVersion::V2 { 2 } else { 5 };
        let end = window + i64::from(*window_secs) - 1;
        // Writing to a `String` cannot fail.
        let _ = write!(
            out,
            "{number} {account} {} {} {} {} {} {} {} {} {window} {end} ACCEPT OK",
            host.interface_id,
            tuple.source,
            tuple.destination,
            tuple.source_port,
            tuple.destination_port,
            tuple.protocol,
            cell.packets,
            cell.bytes
        );
        if *version == FormatVersion::V5 {
            let family = if tuple.source.is_ipv4() { "IPv4" } else { "IPv6" };
            let path = match (egress, self.inside(tuple.destination)) {
                (false, _) => "-",
                (true, true) => SAME_VPC,
                (true, false) => INTERNET_GATEWAY,
            };
            let direction = if *egress { "egress" } else { "ingress" };
            let (vpc, zone) = (&self.vpc, zone_id(region));
            let _ = write!(
                out,
                " {vpc} {} {} {} {family} {} {} {region} {zone} - - - - {direction} {path}",
                host.subnet_id, host.instance_id, cell.flags, tuple.source, tuple.destination
            );
        }
        out.push('\n');
    }

    fn inside(&self, address: IpAddr) -> bool {
        self.options.local.iter().any(|net| net.contains(&address))
    }
}

/// The id of the one VPC.
pub(crate) fn vpc_id(options: &Options) -> String {
    id("vpc", options, "")
}

/// The id of the region's first zone, such as `euw1-az1` of `eu-west-1`.
pub(crate) fn zone_id(region: &str) -> String {
    let mut text = String::new();
    for (index, part) in region.split('-').enumerate() {
        // Continents keep two letters, and so do words of two such as `northeast` by their parts.
        text.push_str(match (index, part) {
            (0, part) => part,
            (_, "northeast") => "ne",
            (_, "northwest") => "nw",
            (_, "southeast") => "se",
            (_, "southwest") => "sw",
            (_, part) => part.get(..1).unwrap_or(part),
        });
    }
    text + "-az1"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::Tuple;

    #[test]
    fn lines_have_the_columns_of_their_header() {
        let tuple = Tuple {
            source: "10.0.0.1".parse().unwrap(),
            destination: "192.0.2.1".parse().unwrap(),
            protocol: 6,
            source_port: 40_000,
            destination_port: 443,
        };
        let (key, cell) = (Key { window: 1_000, egress: true, tuple }, Cell { packets: 2, bytes: 120, flags: 3 });
        for (version, columns) in [(FormatVersion::V2, 14), (FormatVersion::V5, 29)] {
            let options = Options { version, window_secs: 600, ..Options::default() };
            let writer = Writer::new(&options);
            let mut line = String::new();
            writer.line(&Host::new(tuple.source, &options), &key, &cell, &mut line);
            assert_eq!((writer.header().split(' ').count(), line.split(' ').count()), (columns, columns));
            assert!(line.contains(" 40000 443 6 2 120 1000 1599 ACCEPT OK"), "{line}");
            assert_eq!(line.ends_with(" - - - - egress 8\n"), version == FormatVersion::V5, "{line}");
        }
    }

    #[test]
    fn zones_are_written_as_the_regions_do() {
        assert_eq!(["eu-west-1", "us-east-1", "ap-southeast-2"].map(zone_id), ["euw1-az1", "use1-az1", "apse2-az1"]);
    }
}
