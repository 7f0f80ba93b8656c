//! Writes small mmdb files (MaxMind DB file format 2.0), so that tests need no foreign data.

use std::collections::BTreeMap;

use ipnet::IpNet;

/// A value of the data section.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Text(String),
    /// 16 bits, as the metadata wants.
    Short(u16),
    /// 32 bits.
    Number(u32),
    /// 64 bits.
    Long(u64),
    Real(f64),
    Flag(bool),
    Map(BTreeMap<String, Self>),
    List(Vec<Self>),
}

pub(crate) fn map<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Map(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// Data-type numbers of the format.
const TEXT: u8 = 2;
const DOUBLE: u8 = 3;
const UINT16: u8 = 5;
const UINT32: u8 = 6;
const MAP: u8 = 7;
const UINT64: u8 = 9;
const ARRAY: u8 = 11;
const BOOLEAN: u8 = 14;

fn control(kind: u8, size: usize, out: &mut Vec<u8>) {
    let (short, more): (u8, Vec<u8>) = match size {
        0..=28 => (size as u8, vec![]),
        29..=284 => (29, vec![(size - 29) as u8]),
        _ => (30, ((size - 285) as u16).to_be_bytes().to_vec()),
    };
    if kind <= 7 {
        out.push(kind << 5 | short);
    } else {
        out.push(short);
        out.push(kind - 7);
    }
    out.extend(more);
}

/// Leading zeros are left out.
fn unsigned(kind: u8, number: u64, out: &mut Vec<u8>) {
    let bytes = number.to_be_bytes();
    let used = &bytes[(number.leading_zeros() / 8) as usize..];
    control(kind, used.len(), out);
    out.extend(used);
}

fn encode(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Text(text) => {
            control(TEXT, text.len(), out);
            out.extend(text.as_bytes());
        }
        Value::Short(number) => unsigned(UINT16, u64::from(*number), out),
        Value::Number(number) => unsigned(UINT32, u64::from(*number), out),
        Value::Long(number) => unsigned(UINT64, *number, out),
        Value::Real(number) => {
            control(DOUBLE, 8, out);
            out.extend(number.to_be_bytes());
        }
        Value::Flag(flag) => control(BOOLEAN, usize::from(*flag), out),
        Value::Map(members) => {
            control(MAP, members.len(), out);
            for (key, value) in members {
                encode(&Value::Text(key.clone()), out);
                encode(value, out);
            }
        }
        Value::List(values) => {
            control(ARRAY, values.len(), out);
            values.iter().for_each(|value| encode(value, out));
        }
    }
}

/// A file that answers `entries`; IPv4 networks of a file for both families are at `::/96`, as the format wants.
pub(crate) fn write(database_type: &str, build_epoch: u64, ip_version: u16, entries: &[(&str, Value)]) -> Vec<u8> {
    const EMPTY: u32 = u32::MAX;
    const DATA: u32 = 1 << 24;
    let mut nodes: Vec<[u32; 2]> = vec![[EMPTY; 2]];
    let mut data = Vec::new();
    for (network, value) in entries {
        let (bits, length) = match network.parse().unwrap() {
            IpNet::V4(net) if ip_version == 4 => (u128::from(u32::from(net.addr())) << 96, net.prefix_len()),
            IpNet::V4(net) => (u128::from(u32::from(net.addr())), net.prefix_len() + 96),
            IpNet::V6(net) => (u128::from(net.addr()), net.prefix_len()),
        };
        let offset = data.len() as u32;
        encode(value, &mut data);
        let mut node = 0usize;
        for depth in 0..length {
            let side = (bits >> (127 - depth) & 1) as usize;
            if depth + 1 == length {
                nodes[node][side] = DATA | offset;
            } else {
                if nodes[node][side] == EMPTY {
                    nodes[node][side] = nodes.len() as u32;
                    nodes.push([EMPTY; 2]);
                }
                node = nodes[node][side] as usize;
            }
        }
    }
    let count = nodes.len() as u32;
    let mut file = Vec::new();
    for record in nodes.iter().flatten() {
        let record = match *record {
            EMPTY => count,
            data if data & DATA != 0 => count + 16 + (data & !DATA),
            node => node,
        };
        file.extend(record.to_be_bytes());
    }
    file.extend([0; 16]);
    file.extend(data);
    file.extend(b"\xab\xcd\xefMaxMind.com");
    let metadata = map([
        ("binary_format_major_version", Value::Short(2)),
        ("binary_format_minor_version", Value::Short(0)),
        ("build_epoch", Value::Long(build_epoch)),
        ("database_type", Value::Text(database_type.to_owned())),
        ("description", map([("en", Value::Text("made up".to_owned()))])),
        ("ip_version", Value::Short(ip_version)),
        ("languages", Value::List(vec![Value::Text("en".to_owned())])),
        ("node_count", Value::Number(count)),
        ("record_size", Value::Short(32)),
    ]);
    encode(&metadata, &mut file);
    file
}
