//! Reading lists, whatever they are written in.
//!
//! The forms are those that GuardDuty takes (its user guide, "Working with trusted IP lists and threat lists"): plain text, STIX,
//! OTX CSV, AlienVault reputation, Proofpoint ET, FireEye iSIGHT; besides them any CSV with a header that names a column of
//! addresses, relay lists of the Tor network, and JSON with a `list` of networks (MISP warning lists). The form is told by content.

use flow::Timestamp;
use ipnet::{IpNet, Ipv4Subnets, Ipv6Subnets};
use serde_json::Value;

use super::{List, ListKind, RejectedLine};

/// Columns that hold addresses, in lower case without punctuation, the first that a header has is read.
const ADDRESS_COLUMNS: &[&str] = &[
    "ip",
    "ipaddr",
    "ipaddress",
    "address",
    "indicator",
    "dstip",
    "srcip",
    "sourceip",
    "destinationip",
    "cidr",
    "network",
    "prefix",
    "subnet",
    "range",
    "host",
    "domain",
];

/// Characters of a refused line that are kept.
const TEXT_CAP: usize = 120;

/// Networks of one list; a text of a few bytes can name a range of hundreds, so the file's size is no bound.
const ENTRY_CAP: usize = 2_000_000;

/// What is being collected.
#[derive(Default)]
struct Reading {
    entries: Vec<IpNet>,
    guards: Option<Vec<IpNet>>,
    rejected: Vec<RejectedLine>,
}

impl Reading {
    fn reject(&mut self, line: usize, text: &str, reason: impl Into<String>) {
        self.rejected.push(RejectedLine { line, text: text.trim().chars().take(TEXT_CAP).collect(), reason: reason.into() });
    }

    fn add(&mut self, line: usize, text: &str) {
        if let Err(reason) = networks(text, &mut self.entries) {
            self.reject(line, text, reason);
        }
    }
}

impl List {
    /// Reads a list, and the lines of it that could not be read. Comments (`#`, `;`, `//`) and blank lines are neither.
    ///
    /// A relay list with a column `flags` keeps only guards when `kind` is `tor-guard`, only exits when it is `tor-exit`, and all
    /// relays, with a note of which are guards, when it is `tor-relay`.
    pub fn parse(name: &str, kind: ListKind, bytes: &[u8], added: Timestamp) -> (Self, Vec<RejectedLine>) {
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim_start_matches('\u{feff}');
        let mut reading = Reading::default();
        match text.trim_start().bytes().next() {
            Some(b'{' | b'[') if serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() => {
                json(&mut reading, &serde_json::from_str(text).unwrap_or_default());
            }
            Some(b'<') => xml(&mut reading, text),
            _ => lines(&mut reading, text, kind),
        }
        reading.entries.sort_unstable();
        reading.entries.dedup();
        if let Some(guards) = &mut reading.guards {
            guards.sort_unstable();
            guards.dedup();
        }
        let list =
            Self { name: name.to_owned(), kind, added, source: None, valid_from: None, entries: reading.entries, guards: reading.guards };
        (list, reading.rejected)
    }
}

/// Where the columns of a CSV are.
struct Header {
    addresses: Vec<usize>,
    flags: Option<usize>,
}

impl Header {
    fn of(line: &str) -> Option<Self> {
        let names: Vec<String> = split(line)
            .into_iter()
            .map(|name| name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase())
            .collect();
        // FireEye reports have a column for each sort of address; elsewhere the first that fits is meant.
        let several = names.iter().any(|name| name == "reportid");
        let position = |wanted: &str| names.iter().position(|name| name == wanted);
        let found = ADDRESS_COLUMNS.iter().filter_map(|wanted| position(wanted));
        let addresses: Vec<usize> =
            if several { ["ip", "sourceip", "cidr"].into_iter().filter_map(position).collect() } else { found.take(1).collect() };
        (!addresses.is_empty()).then(|| Self { addresses, flags: position("flags") })
    }
}

/// The cells of a line of CSV, without quotes and space around them.
fn split(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            _ => cells.last_mut().unwrap_or(&mut String::new()).push(letter),
        }
    }
    cells.into_iter().map(|cell| cell.trim().to_owned()).collect()
}

fn lines(reading: &mut Reading, text: &str, kind: ListKind) {
    let mut header: Option<Header> = None;
    let mut first = true;
    for (index, raw) in text.lines().enumerate() {
        let line = index + 1;
        let content = raw.trim();
        if content.is_empty() || content.starts_with(['#', ';']) || content.starts_with("//") {
            continue;
        }
        if std::mem::take(&mut first) {
            header = content.contains(',').then(|| Header::of(content)).flatten();
            if header.is_some() || Header::of(content).is_some() {
                continue;
            }
        }
        match &header {
            Some(header) => row(reading, line, content, header, kind),
            None => plain(reading, line, content),
        }
    }
}

/// A line of plain text: an address, network or range, perhaps with a port, and anything after it. AlienVault's reputation lines, which
/// go on with `#4#2#…`, are such lines too.
fn plain(reading: &mut Reading, line: usize, content: &str) {
    let content = content.split(['#', ';']).next().unwrap_or_default().trim();
    // A range may have space around its dash.
    let words: Vec<&str> = content.split([' ', '\t', ',', '|']).filter(|word| !word.is_empty()).collect();
    match words.as_slice() {
        [first, "-", last, ..] => reading.add(line, &format!("{first}-{last}")),
        [first, ..] => reading.add(line, first),
        [] => {}
    }
}

fn row(reading: &mut Reading, line: usize, content: &str, header: &Header, kind: ListKind) {
    let cells = split(content);
    let flags = header.flags.and_then(|column| cells.get(column));
    let has = |wanted: &str| {
        flags.is_some_and(|flags| flags.split(|letter: char| !letter.is_alphanumeric()).any(|flag| flag.eq_ignore_ascii_case(wanted)))
    };
    if header.flags.is_some() && ((kind == ListKind::TorGuard && !has("Guard")) || (kind == ListKind::TorExit && !has("Exit"))) {
        return;
    }
    let filled: Vec<&str> =
        header.addresses.iter().filter_map(|&column| cells.get(column)).map(String::as_str).filter(|cell| !cell.is_empty()).collect();
    if filled.is_empty() {
        return reading.reject(line, content, "the column of addresses is empty");
    }
    for cell in filled {
        let before = reading.entries.len();
        if let Err(reason) = networks(cell, &mut reading.entries) {
            // The line says more than the cell: an indicator's type, for one.
            reading.reject(line, content, reason);
        }
        if header.flags.is_some() && kind == ListKind::TorRelay {
            let guards = reading.guards.get_or_insert_default();
            if has("Guard") {
                guards.extend(&reading.entries[before..]);
            }
        }
    }
}

/// Adds what one text names: an address, a network or a range, perhaps with a port.
fn networks(text: &str, entries: &mut Vec<IpNet>) -> Result<(), String> {
    if entries.len() >= ENTRY_CAP {
        return Err(format!("the list has more than {ENTRY_CAP} entries"));
    }
    let text = text.trim().trim_matches('"');
    let single = |text: &str| flow::Address::parse(text.as_bytes()).map(flow::Address::to_ip);
    if let Some(address) = single(text) {
        entries.push(address.into());
        return Ok(());
    }
    if text.contains('/') {
        let network: IpNet = text.parse().map_err(|_| "neither an address nor a network".to_owned())?;
        // ::ffff:1.2.3.0/120 is 1.2.3.0/24.
        let network = match network.network() {
            std::net::IpAddr::V6(v6) if network.prefix_len() >= 96 => match v6.to_ipv4_mapped() {
                Some(v4) => IpNet::new(v4.into(), network.prefix_len() - 96).unwrap_or(network),
                None => network,
            },
            _ => network,
        };
        if network.prefix_len() == 0 {
            return Err("the network holds every address".to_owned());
        }
        entries.push(network.trunc());
        return Ok(());
    }
    if let Some((first, last)) = text.split_once('-')
        && let (Some(first), Some(last)) = (single(first.trim()), single(last.trim()))
    {
        match (first, last) {
            (std::net::IpAddr::V4(first), std::net::IpAddr::V4(last)) if first <= last => {
                entries.extend(Ipv4Subnets::new(first, last, 0).map(IpNet::V4));
            }
            (std::net::IpAddr::V6(first), std::net::IpAddr::V6(last)) if first <= last => {
                entries.extend(Ipv6Subnets::new(first, last, 0).map(IpNet::V6));
            }
            _ => return Err("the range ends before it begins".to_owned()),
        }
        return Ok(());
    }
    if let Ok(socket) = text.parse::<std::net::SocketAddr>() {
        entries.push(socket.ip().to_canonical().into());
        return Ok(());
    }
    Err("neither an address nor a network".to_owned())
}

/// STIX 2 bundles, and documents with a `list`, or that are one.
fn json(reading: &mut Reading, document: &Value) {
    let texts = document.get("list").or(Some(document)).and_then(Value::as_array);
    if let Some(texts) = texts
        && texts.iter().all(Value::is_string)
    {
        for (index, text) in texts.iter().filter_map(Value::as_str).enumerate() {
            reading.add(index + 1, text);
        }
        return;
    }
    let objects = document.get("objects").or(Some(document)).and_then(Value::as_array);
    let Some(objects) = objects else {
        return reading.reject(1, "", "JSON, but neither a STIX bundle nor a list of networks");
    };
    for (index, object) in objects.iter().enumerate() {
        let text = |member: &str| object.get(member).and_then(Value::as_str);
        match (text("type"), text("pattern"), text("value")) {
            (Some("indicator"), Some(pattern), _) => stix_pattern(reading, index + 1, pattern),
            (Some("ipv4-addr" | "ipv6-addr"), _, Some(value)) => reading.add(index + 1, value),
            _ => {}
        }
    }
}

/// The addresses that a STIX 2 pattern compares with: `[ipv4-addr:value = '198.51.100.1' OR ipv6-addr:value ISSUBSET '2001:db8::/32']`.
fn stix_pattern(reading: &mut Reading, position: usize, pattern: &str) {
    let mut found = false;
    for part in pattern.split("-addr:value").skip(1) {
        if let Some(value) = part.split('\'').nth(1) {
            found = true;
            reading.add(position, value);
        }
    }
    if !found {
        reading.reject(position, pattern, "the indicator compares no address");
    }
}

/// STIX 1: the content of every `Address_Value` element, several values being parted by `##comma##`.
fn xml(reading: &mut Reading, text: &str) {
    let mut position = 0;
    for part in text.split("Address_Value").skip(1) {
        // Each element gives two parts: what follows its opening tag, and what follows its closing tag.
        let Some((_, content)) = part.split_once('>') else { continue };
        let Some((content, closing)) = content.split_once('<') else { continue };
        if !closing.starts_with('/') {
            continue;
        }
        for value in content.split("##comma##").map(str::trim).filter(|value| !value.is_empty()) {
            position += 1;
            reading.add(position, value);
        }
    }
    if position == 0 {
        reading.reject(1, text, "XML without any Address_Value");
    }
}
