//! Columns told by content, when nothing else tells them: each documented order is tried on a sample of lines.
//!
//! The number of values only says which orders are worth a try. Every value has to be one that its field can have; where several orders
//! fit, the one whose fields recognise more values wins, and a draw is an error, because columns in the wrong place are worse than none.

use flow::Address;

use super::LineFormat;
use super::fields::{ADDED, TRANSIT_GATEWAY, V2, cut};
use super::record::{is_null, time_of};
use super::text::{ControlCharacter, Span, iso_time, parse_u64, split_blank, split_comma};
use crate::DecodeError;
use crate::container::BOM;

/// How well a value fits a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// It cannot be one.
    Never,
    /// It says nothing.
    Open,
    /// It looks like one.
    Good,
}

/// An order of columns worth trying.
struct Candidate {
    name: String,
    fields: Vec<&'static str>,
}

fn candidates() -> Vec<Candidate> {
    let mut all = vec![Candidate { name: "version 2".to_owned(), fields: V2.to_vec() }];
    let mut fields = V2.to_vec();
    let alphabetical = |version: u8, fields: &[&'static str]| {
        let mut sorted = fields.to_vec();
        sorted.sort_unstable();
        Candidate { name: format!("version {version}, alphabetical"), fields: sorted }
    };
    all.push(alphabetical(2, &fields));
    for (version, added) in ADDED {
        fields.extend_from_slice(added);
        all.push(Candidate { name: format!("version {version}"), fields: fields.clone() });
        all.push(alphabetical(*version, &fields));
    }
    all.push(Candidate { name: "transit gateway".to_owned(), fields: TRANSIT_GATEWAY.to_vec() });
    let mut sorted = TRANSIT_GATEWAY.to_vec();
    sorted.sort_unstable();
    all.push(Candidate { name: "transit gateway, alphabetical".to_owned(), fields: sorted });
    all
}

/// What a candidate made of the sample.
#[derive(Default)]
struct Score {
    lines: usize,
    /// Values recognised.
    good: usize,
    /// Lines that contradict themselves: fewer bytes than packets, or an end before the start.
    odd: usize,
}

/// The order of columns that the sample fits.
///
/// # Errors
/// [`DecodeError::UnknownFormat`] when none fits at least half of the lines, [`DecodeError::Ambiguous`] when several fit equally.
pub(crate) fn columns(sample: &[&[u8]]) -> Result<LineFormat, DecodeError> {
    let lines: Vec<Vec<&[u8]>> = sample.iter().filter_map(|line| values(line).ok()).filter(|values| !values.is_empty()).collect();
    let total = sample.iter().filter(|line| !line.trim_ascii().is_empty()).count();
    let mut fitting: Vec<(Score, Candidate)> = candidates()
        .into_iter()
        .map(|candidate| (score(&candidate, &lines), candidate))
        .filter(|(score, _)| score.lines > 0 && score.lines * 2 >= total && !(score.lines >= 3 && score.odd * 2 > score.lines))
        .collect();
    fitting.sort_by_key(|(score, _)| std::cmp::Reverse((score.lines, score.good)));
    let mut fitting = fitting.into_iter();
    let Some((best, candidate)) = fitting.next() else {
        let found = match lines.first() {
            Some(values) => format!("there is no header, and {} values in the first line fit no documented order", values.len()),
            None => {
                format!("it is not text of a flow log ({:?})", cut(&String::from_utf8_lossy(sample.first().copied().unwrap_or_default())))
            }
        };
        return Err(DecodeError::UnknownFormat { found });
    };
    let equal: Vec<String> =
        fitting.take_while(|(score, _)| (score.lines, score.good) == (best.lines, best.good)).map(|(_, other)| other.name).collect();
    if equal.is_empty() {
        Ok(LineFormat::from_known(candidate.fields))
    } else {
        Err(DecodeError::Ambiguous { candidates: std::iter::once(candidate.name).chain(equal).collect() })
    }
}

/// The values of a line, without the time that CloudWatch puts in front.
fn values(line: &[u8]) -> Result<Vec<&[u8]>, ControlCharacter> {
    let mut spans: Vec<Span> = Vec::new();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = line.strip_prefix(BOM).unwrap_or(line);
    split_blank(line, 256, &mut spans)?;
    if spans.len() == 1 && line.contains(&b',') {
        split_comma(line, 256, &mut spans)?;
    }
    let mut values: Vec<&[u8]> = spans.iter().map(|&(start, end)| &line[start as usize..end as usize]).collect();
    if values.first().is_some_and(|first| iso_time(first).is_some()) {
        values.remove(0);
    }
    Ok(values)
}

fn score(candidate: &Candidate, lines: &[Vec<&[u8]>]) -> Score {
    let mut total = Score::default();
    for values in lines {
        if values.len() != candidate.fields.len() {
            continue;
        }
        let mut good = 0;
        let fits = candidate.fields.iter().zip(values).all(|(field, value)| match fit(field, value) {
            Fit::Never => false,
            Fit::Open => true,
            Fit::Good => {
                good += 1;
                true
            }
        });
        // A line of nothing but dashes and small numbers proves nothing.
        if !fits || good < 3 {
            continue;
        }
        total.lines += 1;
        total.good += good;
        let number = |wanted: &str| candidate.fields.iter().position(|field| *field == wanted).and_then(|slot| parse_u64(values[slot]));
        let fewer = |less: &str, more: &str| matches!((number(less), number(more)), (Some(less), Some(more)) if less < more);
        total.odd += usize::from(fewer("bytes", "packets") || fewer("end", "start"));
    }
    total
}

fn fit(field: &str, value: &[u8]) -> Fit {
    if is_null(value) {
        return Fit::Open;
    }
    let known = |good: bool| if good { Fit::Good } else { Fit::Never };
    let most = |limit: u64| if parse_u64(value).is_some_and(|value| value <= limit) { Fit::Open } else { Fit::Never };
    let one_of = |words: &[&str]| known(words.iter().any(|word| word.as_bytes() == value));
    let starts = |prefix: &str| known(value.starts_with(prefix.as_bytes()));
    let digits = value.iter().all(u8::is_ascii_digit);
    match field {
        "version" => most(99),
        "account-id" | "tgw-src-vpc-account-id" | "tgw-dst-vpc-account-id" => {
            known((digits && (9..=12).contains(&value.len())) || value == b"unknown")
        }
        "interface-id" | "tgw-src-eni" | "tgw-dst-eni" | "next-hop-interface-id" => starts("eni-"),
        "vpc-id" | "tgw-src-vpc-id" | "tgw-dst-vpc-id" | "next-hop-vpc-id" => starts("vpc-"),
        "subnet-id" | "tgw-src-subnet-id" | "tgw-dst-subnet-id" | "next-hop-subnet-id" => starts("subnet-"),
        "instance-id" => starts("i-"),
        "tgw-id" => starts("tgw-"),
        "tgw-attachment-id" | "tgw-pair-attachment-id" => starts("tgw-attach-"),
        "resource-type" => starts("TransitGateway"),
        "srcaddr" | "dstaddr" | "pkt-srcaddr" | "pkt-dstaddr" => known(Address::parse(value).is_some()),
        "srcport" | "dstport" => most(65_535),
        "protocol" | "tcp-flags" => most(255),
        "traffic-path" => most(20),
        "encryption-status" => most(9),
        "packets" | "bytes" => most(i64::MAX as u64),
        "packets-lost-no-route" | "packets-lost-blackhole" | "packets-lost-mtu-exceeded" | "packets-lost-ttl-expired" => {
            most(i64::MAX as u64)
        }
        // From 1973 on, so that no count of bytes short of 100 MB passes; some writers lose digits.
        "start" | "end" => match parse_u64(value) {
            Some(value) if time_of(value).0.secs() >= 1_000_000_000 => Fit::Good,
            Some(value) if value >= 100_000_000 => Fit::Open,
            _ => Fit::Never,
        },
        "action" => one_of(&["ACCEPT", "REJECT"]),
        "log-status" => one_of(&["OK", "NODATA", "SKIPDATA"]),
        "type" => one_of(&["IPv4", "IPv6", "EFA"]),
        "flow-direction" => one_of(&["ingress", "egress"]),
        "sublocation-type" => one_of(&["wavelength", "outpost", "localzone"]),
        "region" => {
            known(value.iter().filter(|&&byte| byte == b'-').count() >= 2 && word(value) && value.last().is_some_and(u8::is_ascii_digit))
        }
        "az-id" | "tgw-src-az-id" | "tgw-dst-az-id" | "next-hop-az-id" => known(value.windows(3).any(|part| part == b"-az") && word(value)),
        "pkt-src-aws-service" | "pkt-dst-aws-service" => {
            known(value.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_') && !digits)
        }
        "ecs-cluster-arn" | "ecs-container-instance-arn" | "ecs-task-definition-arn" | "ecs-task-arn" => starts("arn:"),
        "interface-type" | "next-hop-interface-type" => known(word(value) && value.contains(&b'_')),
        "reject-reason" => {
            if digits || !value.iter().all(u8::is_ascii_alphabetic) {
                Fit::Never
            } else {
                Fit::Open
            }
        }
        // Names and tags can be anything but what is plainly another field.
        _ => {
            if Address::parse(value).is_some() || matches!(value, b"OK" | b"ACCEPT" | b"REJECT") {
                Fit::Never
            } else {
                Fit::Open
            }
        }
    }
}

fn word(value: &[u8]) -> bool {
    value.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(text: &str) -> Result<Vec<String>, DecodeError> {
        let lines: Vec<&[u8]> = text.lines().map(str::as_bytes).collect();
        columns(&lines).map(|format| format.names().to_vec())
    }

    #[test]
    fn the_default_format_is_recognised() {
        assert_eq!(guess("2 123456789012 eni-1 10.0.0.1 10.0.0.2 1 2 6 1 40 1700000000 1700000060 ACCEPT OK").unwrap(), V2);
        assert_eq!(guess("2 123456789012 eni-1 - - - - - - - 1700000000 1700000060 - NODATA").unwrap(), V2);
        assert_eq!(guess("2,123456789012,eni-1,-,-,-,-,-,-,-,1700000000,1700000060,-,NODATA").unwrap(), V2);
        assert_eq!(guess("2026-01-02T03:04:05.678Z 2 123456789012 eni-1 - - - - - - - 1700000000 1700000060 - NODATA").unwrap(), V2);
    }

    #[test]
    fn the_alphabetical_order_is_another_one() {
        let line = "123456789012 ACCEPT 40 10.0.0.2 443 1700000060 eni-1 OK 1 6 10.0.0.1 40000 1700000000 2";
        assert_eq!(guess(line).unwrap()[..3], ["account-id", "action", "bytes"]);
    }

    #[test]
    fn contradictions_refuse_an_order() {
        // Bytes before packets: the values fit the default format, and three lines of it would have fewer bytes than packets.
        let line = "2 123456789012 eni-1 10.0.0.1 10.0.0.2 1 2 6 840 10 1700000000 1700000060 ACCEPT OK\n";
        assert!(matches!(guess(&line.repeat(3)), Err(DecodeError::UnknownFormat { .. })));
    }

    #[test]
    fn other_things_are_not_recognised() {
        for text in ["", "hello", "1 2 3", "a b c d e f g h i j k l m n", "- - - - - - - - - - - - - -"] {
            assert!(guess(text).is_err(), "{text}");
        }
    }
}
