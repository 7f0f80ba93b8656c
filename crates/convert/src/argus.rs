//! What Argus' `ra` prints with commas or tabs, as in the CTU-13 data: `.binetflow`.
//!
//! Totals of both sides and the bytes of the source are given; packets of the source often are not, and are then estimated as half of
//! all, within what packets of 34 to 1,514 bytes can carry. The sums of both sides together stay exact.

use std::net::IpAddr;
use std::path::Path;

use crate::ConvertError;
use crate::aggregate::{Observation, Tuple};
use crate::connection::{Connection, Side};
use crate::flags::{Ends, FIN, RST, SYN, SYN_ACK};
use crate::input::{Input, Lines};
use crate::number::{instant, micros};
use crate::packet::Refusal;
use crate::summary::{Place, Tally};

/// Of an Ethernet frame.
const FRAME_HEADER: u64 = 14;
const LEAST_FRAME: u64 = FRAME_HEADER + 20;
const LARGEST_FRAME: u64 = FRAME_HEADER + 1_500;

const COLUMNS: [&str; 12] =
    ["StartTime", "Dur", "Proto", "SrcAddr", "Sport", "Dir", "DstAddr", "Dport", "State", "TotPkts", "TotBytes", "SrcBytes"];
/// The optional one.
const SOURCE_PACKETS: &str = "SrcPkts";

struct Columns {
    separator: char,
    count: usize,
    at: [usize; COLUMNS.len()],
    source_packets: Option<usize>,
}

impl Columns {
    fn new(path: &Path, place: Place, text: &str) -> Result<Self, ConvertError> {
        let separator = if text.contains('\t') { '\t' } else { ',' };
        let names: Vec<&str> = text.split(separator).map(str::trim).collect();
        let position = |column: &str| names.iter().position(|name| *name == column);
        let mut at = [0; COLUMNS.len()];
        for (column, at) in COLUMNS.into_iter().zip(&mut at) {
            *at = position(column).ok_or_else(|| ConvertError::MissingColumn { path: path.to_path_buf(), line: place.number(), column })?;
        }
        Ok(Self { separator, count: names.len(), at, source_packets: position(SOURCE_PACKETS) })
    }
}

/// Reads every connection.
pub(crate) fn read(
    path: &Path,
    input: Input,
    tally: &mut Tally,
    sink: &mut dyn FnMut(Place, &Observation, &mut Tally) -> Result<(), ConvertError>,
) -> Result<(), ConvertError> {
    let mut lines = Lines::new(path, input);
    let mut columns: Option<Columns> = None;
    while let Some((place, text)) = lines.next(tally)? {
        if text.contains("StartTime") {
            columns = Some(Columns::new(path, place, text)?);
            continue;
        }
        if text.trim().is_empty() {
            continue;
        }
        let Some(columns) = &columns else {
            tally.skip(place, "before the line of column names", text);
            continue;
        };
        match connection(columns, text) {
            Ok(connection) => {
                tally.connections += 1;
                sink(place, &Observation::Connection(connection), tally)?;
            }
            Err((reason, detail)) => tally.skip(place, reason, detail),
        }
    }
    Ok(())
}

fn connection(columns: &Columns, line: &str) -> Result<Connection, Refusal> {
    let values: Vec<&str> = line.split(columns.separator).map(str::trim).collect();
    if values.len() != columns.count {
        return Err(("number of values", format!("{} values for {} columns", values.len(), columns.count)));
    }
    let [start, duration, protocol, source, source_port, direction, destination, destination_port, state, packets, bytes, source_bytes] =
        columns.at.map(|at| values[at]);
    let unreadable = |name: &str, text: &str| ("field cannot be read", format!("{name} {text:?}"));
    // The protocol first: of what is not IP the other fields have other forms.
    let protocol = protocol_number(protocol).ok_or_else(|| ("not IP", protocol.to_owned()))?;
    let address = |name, text: &str| text.parse::<IpAddr>().map_err(|_| unreadable(name, text));
    let number = |name, text: &str| text.parse::<u64>().map_err(|_| unreadable(name, text));
    let has_ports = matches!(protocol, 6 | 17 | 33 | 132 | 136);
    let port = |name, text: &str| if has_ports { port(text).ok_or_else(|| unreadable(name, text)) } else { Ok(0) };
    let tuple = Tuple {
        source: address("SrcAddr", source)?,
        destination: address("DstAddr", destination)?,
        protocol,
        source_port: port("Sport", source_port)?,
        destination_port: port("Dport", destination_port)?,
    };
    let start = instant(start).ok_or_else(|| unreadable("StartTime", start))?;
    let duration = micros(duration).filter(|duration| *duration >= 0).ok_or_else(|| unreadable("Dur", duration))?;
    let (packets, bytes, source_bytes) = (number("TotPkts", packets)?, number("TotBytes", bytes)?, number("SrcBytes", source_bytes)?);
    let back_bytes = bytes.checked_sub(source_bytes).ok_or_else(|| unreadable("SrcBytes", &source_bytes.to_string()))?;
    if packets == 0 {
        return Err(("no packets", format!("{source} to {destination}")));
    }
    let source_packets = match columns.source_packets {
        Some(at) => number(SOURCE_PACKETS, values[at])?.min(packets),
        None => estimate(packets, source_bytes, back_bytes),
    };
    let (from, to) = if protocol == 6 { ends(state, direction) } else { Default::default() };
    let side = |packets: u64, bytes: u64, ends| Side { packets, bytes: of_packets(bytes, packets), ends };
    Ok(Connection {
        start,
        duration,
        tuple,
        forward: side(source_packets, source_bytes, from),
        reverse: side(packets - source_packets, back_bytes, to),
    })
}

/// Packets of the source out of all.
fn estimate(packets: u64, source_bytes: u64, back_bytes: u64) -> u64 {
    let (most, least) = (|bytes: u64| bytes / LEAST_FRAME, |bytes: u64| bytes.div_ceil(LARGEST_FRAME));
    match (source_bytes, back_bytes) {
        (_, 0) => packets,
        (0, _) => 0,
        _ => {
            let low = least(source_bytes).max(packets.saturating_sub(most(back_bytes))).max(1);
            let high = most(source_bytes).min(packets.saturating_sub(least(back_bytes))).min(packets.saturating_sub(1));
            // Half of an odd number: the one who opens sends first. Totals that no packets can have leave the half as it is.
            let half = packets.div_ceil(2);
            if low <= high { half.clamp(low, high) } else { half }
        }
    }
}

/// Bytes of IP packets from those of frames. Frames too short to be any are taken for packets already.
fn of_packets(bytes: u64, packets: u64) -> u64 {
    if bytes / LEAST_FRAME >= packets { bytes - packets * FRAME_HEADER } else { bytes }
}

/// A port in decimal, or in hexadecimal as some versions write it; not written is 0.
fn port(text: &str) -> Option<u16> {
    match text.strip_prefix("0x") {
        Some(hex) => u16::from_str_radix(hex, 16).ok(),
        None if text.is_empty() => Some(0),
        None => text.parse().ok(),
    }
}

/// The IANA number of a protocol as Argus names it.
fn protocol_number(name: &str) -> Option<u8> {
    Some(match name {
        "icmp" => 1,
        "igmp" => 2,
        "tcp" => 6,
        // What Argus finds inside UDP has names of its own.
        "udp" | "rtp" | "rtcp" | "udt" => 17,
        "ipv6" => 41,
        "gre" => 47,
        "esp" => 50,
        "ah" => 51,
        "ipv6-icmp" | "icmp6" => 58,
        "ospf" => 89,
        "pim" => 103,
        "sctp" => 132,
        number => number.parse().ok()?,
    })
}

/// TCP flags of both sides, from `FSPA_FSPA` or a word such as `CON`.
fn ends(state: &str, direction: &str) -> (Ends, Ends) {
    let letters = |text: &str| text.bytes().all(|letter| b"FSRPAECU".contains(&letter));
    let (from, to) = match state.split_once('_') {
        Some((from, to)) if letters(from) && letters(to) => (from, to),
        // A question mark says that the opening was not seen.
        _ if direction.contains('?') => ("", ""),
        _ => match state {
            "REQ" => ("S", ""),
            "CON" | "EST" | "ACC" => ("SA", "SA"),
            "FIN" | "CLO" => ("FSA", "FSA"),
            "RST" => ("SA", "RA"),
            _ => ("", ""),
        },
    };
    // `<-` says that the destination opened it.
    let backwards = direction.starts_with('<') && !direction.ends_with('>');
    let end = |text: &str, answers: bool| {
        let opening = match text.contains('S') {
            true if answers && text.contains('A') => SYN_ACK,
            true => SYN,
            false => 0,
        };
        let closing = if text.contains('F') { FIN } else { 0 } | if text.contains('R') { RST } else { 0 };
        Ends::new(opening, closing)
    };
    (end(from, backwards), end(to, !backwards))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEADER: &str = "StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,sTos,dTos,TotPkts,TotBytes,SrcBytes,Label";

    fn columns(text: &str) -> Result<Columns, ConvertError> {
        Columns::new(Path::new("x"), Place::Line(1), text)
    }

    fn one(line: &str) -> Result<Connection, Refusal> {
        connection(&columns(HEADER).unwrap(), line)
    }

    #[test]
    fn a_request_and_its_answer() {
        let read = one("1970/01/0101:00:13.781929,0.001165,udp,192.168.1.119,62128,  <->,8.8.8.8,53,CON,0,0,2,168,76,flow=x").unwrap();
        assert_eq!((read.start, read.duration), (3_613_781_929, 1_165));
        assert_eq!((read.forward.packets, read.forward.bytes, read.reverse.packets, read.reverse.bytes), (1, 62, 1, 78));
    }

    #[test]
    fn flags_are_those_of_the_side_that_opened() {
        for (state, direction, expected) in [
            ("S_", "->", [2, 0, 0, 0]),
            ("S_RA", "->", [2, 0, 0, 4]),
            ("FSPA_FSPA", "->", [2, 1, 18, 1]),
            ("FSPA_FSPA", "<-", [18, 1, 2, 1]),
            ("SRPA_SPA", "?>", [2, 4, 18, 0]),
            ("PA_PA", "<?>", [0; 4]),
            ("CON", "->", [2, 0, 18, 0]),
            ("CON", "<?>", [0; 4]),
            ("URP", "->", [0; 4]),
        ] {
            let (from, to) = ends(state, direction);
            assert_eq!([from.opening, from.closing, to.opening, to.closing], expected, "{state} {direction}");
        }
    }

    #[test]
    fn what_cannot_be_used_says_why() {
        let reason = |line: &str| one(line).unwrap_err().0;
        assert_eq!(reason("1970/01/0101:00:10.1,1.0,arp,192.168.1.119,,who,192.168.1.2,,CON,,,63,2646,252,"), "not IP");
        assert_eq!(reason("x,1.0,tcp,10.0.0.1,1,->,10.0.0.2,2,S_,,,1,60,60,"), "field cannot be read");
        assert_eq!(reason("1970/01/0101:00:10.1,1.0,tcp,10.0.0.1,1,->,10.0.0.2,2,S_,,,1,60,61,"), "field cannot be read");
        assert_eq!(reason("a,b"), "number of values");
        assert!(matches!(columns("StartTime,Dur"), Err(ConvertError::MissingColumn { line: 1, column: "Proto", .. })));
    }

    #[test]
    fn icmp_has_no_ports_however_they_are_written() {
        let read = one("1970/01/0101:00:10.1,1.0,icmp,10.0.0.1,0x0303,->,10.0.0.2,0xd0b4,URP,,,2,140,140,").unwrap();
        assert_eq!((read.tuple.source_port, read.tuple.destination_port, read.reverse.packets), (0, 0, 0));
    }

    proptest! {
        #[test]
        fn packets_are_divided_within_what_is_possible(source in 1_u64..2_000, back in 1_u64..2_000, size in 34_u64..1_514, other in 34_u64..1_514) {
            let estimated = estimate(source + back, source * size, back * other);
            prop_assert!((1..source + back).contains(&estimated));
            prop_assert!(source * size <= estimated * LARGEST_FRAME && estimated * LEAST_FRAME <= source * size);
        }

        #[test]
        fn never_panics(line in ".{0,200}") {
            let _ = one(&line);
        }
    }
}
