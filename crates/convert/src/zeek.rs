//! Zeek `conn.log`: tab-separated with `#fields` (or a bare line of names), and JSON lines.
//!
//! Source: Zeek, `base/protocols/conn/main.zeek`: fields, `conn_state` and the letters of `history`.

use std::borrow::Cow;
use std::net::IpAddr;
use std::path::Path;

use serde_json::Value;

use crate::ConvertError;
use crate::aggregate::{Observation, Tuple};
use crate::connection::{Connection, Side};
use crate::flags::{Ends, FIN, RST, SYN, SYN_ACK};
use crate::input::{Input, Lines};
use crate::number::{instant, micros};
use crate::packet::Refusal;
use crate::summary::{Place, Tally};

/// The fields that are read.
const FIELDS: [&str; 16] = [
    "ts",
    "id.orig_h",
    "id.orig_p",
    "id.resp_h",
    "id.resp_p",
    "proto",
    "duration",
    "orig_bytes",
    "resp_bytes",
    "conn_state",
    "history",
    "orig_pkts",
    "orig_ip_bytes",
    "resp_pkts",
    "resp_ip_bytes",
    "ip_proto",
];
/// Those without which nothing can be said.
const NEEDED: [&str; 8] = ["ts", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto", "orig_pkts", "resp_pkts"];
/// IP and transport header of a packet whose log gives payload only: without options.
const HEADERS: u64 = 40;

/// Columns of a tab-separated log.
struct Columns {
    separator: char,
    count: usize,
    at: [Option<usize>; FIELDS.len()],
}

impl Columns {
    fn new<'a>(names: impl Iterator<Item = &'a str>, separator: char) -> Self {
        let names: Vec<&str> = names.map(str::trim).collect();
        Self { separator, count: names.len(), at: FIELDS.map(|field| names.iter().position(|name| *name == field)) }
    }

    fn missing(&self) -> Option<&'static str> {
        let has = |needed: &str| FIELDS.iter().zip(&self.at).any(|(field, at)| *field == needed && at.is_some());
        NEEDED.into_iter().find(|needed| !has(needed))
    }
}

/// One line, by field.
enum Row<'a> {
    Values { columns: &'a Columns, values: Vec<&'a str> },
    Object(Value),
}

impl Row<'_> {
    /// The text of a field; `None` when it is not there or unset.
    fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        let text = match self {
            Self::Values { columns, values } => {
                let field = FIELDS.iter().position(|field| *field == name)?;
                Cow::Borrowed(*values.get(columns.at[field]?)?)
            }
            Self::Object(object) => {
                // Shippers write the members of `id` flat with an underscore, or as an object.
                let nested = || object.get("id").and_then(|id| id.get(name.strip_prefix("id.")?));
                match object.get(name).or_else(|| object.get(name.replace('.', "_"))).or_else(nested)? {
                    Value::String(text) => Cow::Borrowed(text.as_str()),
                    // `serde_json` would write small numbers with an exponent, and integers must stay exact.
                    Value::Number(number) if number.is_f64() => Cow::Owned(number.as_f64()?.to_string()),
                    Value::Number(number) => Cow::Owned(number.to_string()),
                    _ => return None,
                }
            }
        };
        (!matches!(&*text, "-" | "" | "(empty)")).then_some(text)
    }

    fn needed(&self, name: &'static str) -> Result<Cow<'_, str>, Refusal> {
        self.get(name).ok_or_else(|| ("field not set", name.to_owned()))
    }

    fn parsed<T: std::str::FromStr>(&self, name: &'static str) -> Result<Option<T>, Refusal> {
        let Some(text) = self.get(name) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| ("field cannot be read", format!("{name} {text:?}")))
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
    let mut separator = '\t';
    let mut columns: Option<Columns> = None;
    while let Some((place, text)) = lines.next(tally)? {
        if let Some(directive) = text.strip_prefix('#') {
            if let Some(escaped) = directive.strip_prefix("separator") {
                separator = unescaped(escaped.trim()).unwrap_or('\t');
            } else if let Some(names) = directive.strip_prefix("fields") {
                columns = Some(header(path, place, names.trim_start_matches(separator), separator)?);
            }
            continue;
        }
        let row = if text.trim_start().starts_with('{') {
            match serde_json::from_str(text) {
                Ok(object) => Row::Object(object),
                Err(error) => {
                    tally.skip(place, "no JSON", error);
                    continue;
                }
            }
        } else if text.trim().is_empty() {
            continue;
        } else if text.contains("id.orig_h") {
            columns = Some(header(path, place, text, separator)?);
            continue;
        } else {
            let Some(columns) = &columns else {
                tally.skip(place, "before the line of field names", text);
                continue;
            };
            let values: Vec<&str> = text.split(columns.separator).collect();
            if values.len() != columns.count {
                tally.skip(place, "number of values", format!("{} values for {} fields", values.len(), columns.count));
                continue;
            }
            Row::Values { columns, values }
        };
        match connection(&row) {
            Ok(connection) => {
                tally.connections += 1;
                sink(place, &Observation::Connection(connection), tally)?;
            }
            Err((reason, detail)) => tally.skip(place, reason, detail),
        }
    }
    Ok(())
}

fn header(path: &Path, place: Place, names: &str, separator: char) -> Result<Columns, ConvertError> {
    let columns = Columns::new(names.split(separator), separator);
    match columns.missing() {
        Some(column) => Err(ConvertError::MissingColumn { path: path.to_path_buf(), line: place.number(), column }),
        None => Ok(columns),
    }
}

/// `\x09` as the character that it stands for.
fn unescaped(text: &str) -> Option<char> {
    match text.strip_prefix("\\x") {
        Some(hex) => u8::from_str_radix(hex, 16).ok().map(char::from),
        None => text.chars().next(),
    }
}

fn connection(row: &Row<'_>) -> Result<Connection, Refusal> {
    let unreadable = |name: &str, text: &str| ("field cannot be read", format!("{name} {text:?}"));
    let ts = row.needed("ts")?;
    let start = instant(&ts).ok_or_else(|| unreadable("ts", &ts))?;
    let duration = match row.get("duration") {
        Some(text) => micros(&text).filter(|duration| *duration >= 0).ok_or_else(|| unreadable("duration", &text))?,
        None => 0,
    };
    let source: IpAddr = row.parsed("id.orig_h")?.ok_or(("field not set", "id.orig_h".to_owned()))?;
    let destination: IpAddr = row.parsed("id.resp_h")?.ok_or(("field not set", "id.resp_h".to_owned()))?;
    let name = row.needed("proto")?;
    let protocol = match (&*name, row.parsed::<u8>("ip_proto")?) {
        (_, Some(number)) => number,
        ("tcp", _) => 6,
        ("udp", _) => 17,
        ("icmp", _) if source.is_ipv6() => 58,
        ("icmp", _) => 1,
        (other, _) => return Err(("protocol not known", other.to_owned())),
    };
    // Of ICMP the ports are type and code.
    let has_ports = matches!(protocol, 6 | 17 | 33 | 132 | 136);
    let port = |name| Ok::<u16, Refusal>(if has_ports { row.parsed(name)?.unwrap_or(0) } else { 0 });
    let tuple = Tuple { source, destination, protocol, source_port: port("id.orig_p")?, destination_port: port("id.resp_p")? };
    let (opened, answered) = if protocol == 6 { ends(row) } else { Default::default() };
    let side = |packets, ip_bytes, payload, ends| {
        let packets: u64 = row.parsed(packets)?.ok_or_else(|| ("field not set", packets.to_owned()))?;
        let bytes = match row.parsed::<u64>(ip_bytes)? {
            Some(bytes) => bytes,
            None => row.parsed::<u64>(payload)?.unwrap_or(0).saturating_add(packets.saturating_mul(HEADERS)),
        };
        Ok::<Side, Refusal>(Side { packets, bytes, ends })
    };
    let forward = side("orig_pkts", "orig_ip_bytes", "orig_bytes", opened)?;
    let reverse = side("resp_pkts", "resp_ip_bytes", "resp_bytes", answered)?;
    if forward.packets == 0 && reverse.packets == 0 {
        return Err(("no packets", format!("{source} to {destination}")));
    }
    Ok(Connection { start, duration, tuple, forward, reverse })
}

/// TCP flags of both sides: from `history`, else from `conn_state`.
fn ends(row: &Row<'_>) -> (Ends, Ends) {
    if let Some(history) = row.get("history") {
        let (mut originator, mut responder) = (Ends::default(), Ends::default());
        for letter in history.chars() {
            let side = if letter.is_ascii_uppercase() { &mut originator } else { &mut responder };
            match letter.to_ascii_lowercase() {
                's' => side.opening |= SYN,
                'h' => side.opening |= SYN_ACK,
                'f' => side.closing |= FIN,
                'r' => side.closing |= RST,
                // FIN and RST in one packet.
                'i' => side.closing |= FIN | RST,
                // SYN with FIN or RST in one packet; Zeek does not say which.
                'q' => side.opening |= SYN,
                _ => {}
            }
        }
        return (originator, responder);
    }
    let (originator, responder) = match row.get("conn_state").as_deref() {
        Some("S0") => ((SYN, 0), (0, 0)),
        Some("S1") => ((SYN, 0), (SYN_ACK, 0)),
        Some("SF") => ((SYN, FIN), (SYN_ACK, FIN)),
        Some("REJ") => ((SYN, 0), (0, RST)),
        Some("S2") => ((SYN, FIN), (SYN_ACK, 0)),
        Some("S3") => ((SYN, 0), (SYN_ACK, FIN)),
        Some("RSTO") => ((SYN, RST), (SYN_ACK, 0)),
        Some("RSTR") => ((SYN, 0), (SYN_ACK, RST)),
        Some("RSTOS0") => ((SYN, RST), (0, 0)),
        Some("RSTRH") => ((0, 0), (SYN_ACK, RST)),
        Some("SH") => ((SYN, FIN), (0, 0)),
        Some("SHR") => ((0, 0), (SYN_ACK, FIN)),
        _ => ((0, 0), (0, 0)),
    };
    (Ends::new(originator.0, originator.1), Ends::new(responder.0, responder.1))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn flags(object: Value) -> [u8; 4] {
        let (originator, responder) = ends(&Row::Object(object));
        [originator.opening, originator.closing, responder.opening, responder.closing]
    }

    #[test]
    fn flags_come_from_history() {
        for (history, expected) in [
            ("ShADadFf", [2, 1, 18, 1]),
            ("S", [2, 0, 0, 0]),
            ("Sr", [2, 0, 0, 4]),
            ("ShADadR", [2, 4, 18, 0]),
            ("^hA", [0, 0, 18, 0]),
            ("Dd", [0; 4]),
        ] {
            assert_eq!(flags(json!({ "history": history })), expected, "{history}");
        }
    }

    #[test]
    fn flags_come_from_the_state_when_there_is_no_history() {
        for (state, expected) in [
            ("S0", [2, 0, 0, 0]),
            ("REJ", [2, 0, 0, 4]),
            ("SF", [2, 1, 18, 1]),
            ("RSTO", [2, 4, 18, 0]),
            ("RSTOS0", [2, 4, 0, 0]),
            ("OTH", [0; 4]),
        ] {
            assert_eq!(flags(json!({ "conn_state": state, "history": "-" })), expected, "{state}");
        }
    }

    #[test]
    fn the_three_ways_to_write_addresses_as_json_are_read() {
        let rest = json!({ "ts": 1.5, "proto": "icmp", "orig_pkts": 2, "resp_pkts": 0, "orig_ip_bytes": 168, "duration": 1e-5 });
        let ids = [
            json!({ "id.orig_h": "10.0.0.1", "id.orig_p": 8, "id.resp_h": "10.0.0.2", "id.resp_p": 0 }),
            json!({ "id_orig_h": "10.0.0.1", "id_orig_p": 8, "id_resp_h": "10.0.0.2", "id_resp_p": 0 }),
            json!({ "id": { "orig_h": "10.0.0.1", "orig_p": 8, "resp_h": "10.0.0.2", "resp_p": 0 } }),
        ];
        for mut id in ids {
            id.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
            let read = connection(&Row::Object(id)).unwrap();
            assert_eq!((read.start, read.duration, read.tuple.protocol, read.tuple.source_port), (1_500_000, 10, 1, 0));
            assert_eq!((read.forward.packets, read.forward.bytes), (2, 168));
        }
    }
}
