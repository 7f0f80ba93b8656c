//! What holds for all inputs: round trips, blocks of any size, and that nothing panics.

use std::io::{Read, Write as _};

use flow::{Action, Address, Decoded, Timestamp};
use formats::{Body, Limits, Options, decode};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::support::{fixture, fixtures, read, read_stream, shown};

const FIELDS: [&str; 14] = [
    "version",
    "account-id",
    "interface-id",
    "pkt-srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
    "start",
    "end",
    "action",
    "log-status",
];

#[derive(Debug, Clone)]
struct Record {
    src: Address,
    dst: Address,
    ports: (u16, u16),
    protocol: u8,
    packets: u64,
    bytes: u64,
    start: u32,
    length: u16,
    accept: bool,
    interface: u8,
}

impl Record {
    fn value(&self, field: &str) -> String {
        match field {
            "version" => "2".to_owned(),
            "account-id" => "123456789012".to_owned(),
            "interface-id" => format!("eni-{:02x}", self.interface),
            "pkt-srcaddr" => self.src.to_string(),
            "dstaddr" => self.dst.to_string(),
            "srcport" => self.ports.0.to_string(),
            "dstport" => self.ports.1.to_string(),
            "protocol" => self.protocol.to_string(),
            "packets" => self.packets.to_string(),
            "bytes" => self.bytes.to_string(),
            "start" => self.start.to_string(),
            "end" => (u64::from(self.start) + u64::from(self.length)).to_string(),
            "action" => if self.accept { "ACCEPT" } else { "REJECT" }.to_owned(),
            _ => "OK".to_owned(),
        }
    }
}

fn address() -> impl Strategy<Value = Address> {
    prop_oneof![any::<u32>().prop_map(Address::from_v4_bits), any::<u128>().prop_map(Address::from_bits)]
}

prop_compose! {
    fn record()(
        src in address(), dst in address(), ports: (u16, u16), protocol: u8, packets in 0..=i64::MAX as u64, bytes in 0..=i64::MAX as u64,
        start: u32, length: u16, accept: bool, interface: u8,
    ) -> Record {
        Record { src, dst, ports, protocol, packets, bytes, start, length, accept, interface }
    }
}

/// Gives out as many bytes at a time as it is told to.
struct Dribble<'a> {
    rest: &'a [u8],
    sizes: Vec<usize>,
    turn: usize,
}

impl Read for Dribble<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let size = self.sizes.get(self.turn % self.sizes.len().max(1)).copied().unwrap_or(1).max(1);
        self.turn += 1;
        let size = size.min(buffer.len()).min(self.rest.len());
        buffer[..size].copy_from_slice(&self.rest[..size]);
        self.rest = &self.rest[size..];
        Ok(size)
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The outcome of either way of reading, as text.
fn outcome(result: Result<(formats::Summary, Decoded), formats::DecodeError>) -> String {
    match result {
        Ok((summary, decoded)) => format!("{summary:?}\n{}", shown(&decoded)),
        Err(error) => error.chain(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn records_round_trip_in_any_order_of_columns(records in prop::collection::vec(record(), 1..20), order in Just(FIELDS.to_vec()).prop_shuffle()) {
        let mut text = order.join(" ");
        for record in &records {
            let values: Vec<String> = order.iter().map(|field| record.value(field)).collect();
            text.push_str(&format!("\n{}", values.join(" ")));
        }
        let (summary, decoded) = read("a", text, &Options::default()).unwrap();
        prop_assert_eq!(summary.counts.accepted, records.len() as u64);
        let flows = &decoded.flows;
        for (row, record) in records.iter().enumerate() {
            prop_assert_eq!(flows.src_addr.get(row), Some(record.src));
            prop_assert_eq!(flows.dst_addr.get(row), Some(record.dst));
            let ports = flow::has_ports(record.protocol).then_some(record.ports);
            prop_assert_eq!(flows.src_port.get(row), ports.map(|ports| ports.0));
            prop_assert_eq!(flows.dst_port.get(row), ports.map(|ports| ports.1));
            prop_assert_eq!(flows.protocol.get(row), Some(record.protocol));
            prop_assert_eq!(flows.packets.get(row), Some(record.packets));
            prop_assert_eq!(flows.bytes.get(row), Some(record.bytes));
            prop_assert_eq!(flows.start_time.get(row), Some(Timestamp::from_secs(i64::from(record.start))));
            prop_assert_eq!(flows.end_time.get(row), Some(Timestamp::from_secs(i64::from(record.start) + i64::from(record.length))));
            prop_assert_eq!(flows.action.get(row), Some(if record.accept { Action::Accept } else { Action::Reject }));
            let interface = record.value("interface-id");
            prop_assert_eq!(flows.text(&flows.interface_id, row), Some(interface.as_str()));
        }
    }

    #[test]
    fn bytes_of_any_kind_do_no_harm(
        head in prop_oneof![
            Just(Vec::new()), Just(b"\x1f\x8b\x08\0\0\0\0\0".to_vec()), Just(b"\x28\xb5\x2f\xfd".to_vec()), Just(b"PAR1".to_vec()), Just(b"{".to_vec()),
            Just(b"version srcaddr bytes start end\n".to_vec()),
        ],
        body: Vec<u8>,
        words in "[ 0-9a-z.:{}\\[\",\n-]{0,200}",
    ) {
        for body in [&body[..], words.as_bytes()] {
            let object = [&head[..], body].concat();
            let options = Options::default();
            let whole = outcome(read("a", gzip(&object), &options));
            let streamed = outcome(read_stream("a", gzip(&object).as_slice(), &options));
            prop_assert!(whole == streamed || object.starts_with(b"PAR1"), "{whole}\n{streamed}");
            let _ = read("a", zstd::encode_all(object.as_slice(), 1).unwrap(), &options);
            let _ = read_stream("a", object.as_slice(), &options);
            let _ = read("a", object, &options);
        }
    }

    #[test]
    fn damaged_fixtures_do_no_harm(pick: Index, at: Index, byte: u8, cut: Index) {
        let paths = fixtures();
        let mut object = std::fs::read(pick.get(&paths)).unwrap();
        if !object.is_empty() {
            let at = at.index(object.len());
            object[at] = byte;
            object.truncate(cut.index(object.len()) + 1);
        }
        let _ = read("a", object.clone(), &Options::default());
        let _ = read_stream("a", object.as_slice(), &Options::default());
    }

    #[test]
    fn a_stream_in_pieces_reads_like_the_whole(pick: Index, sizes in prop::collection::vec(1usize..300, 1..8), compress: bool, chunk in 1usize..50) {
        let paths: Vec<_> = fixtures().into_iter().filter(|path| path.extension().is_none_or(|extension| extension != "parquet")).collect();
        let mut object = std::fs::read(pick.get(&paths)).unwrap();
        if compress {
            object = gzip(&object);
        }
        let options = Options { chunk_records: chunk, ..Options::default() };
        let whole = outcome(read("a", object.clone(), &options));
        let pieces = outcome(read_stream("a", Dribble { rest: &object, sizes, turn: 0 }, &options));
        prop_assert_eq!(whole, pieces);
    }
}

/// Blocks end in the middle of lines and documents; whatever their size, records are the same.
#[test]
fn large_objects_read_the_same_in_blocks() {
    for (name, times) in [("v5.log", 4_000), ("trap_37_firehose.json", 4_000), ("trap_37_log_events.json", 4_000)] {
        let object = fixture(name).repeat(times);
        assert!(object.len() > 1024 * 1024, "{name} has more than one block");
        let options = Options { limits: Limits { max_buffer: 1, ..Limits::default() }, ..Options::default() };
        let mut out = Decoded::default();
        let whole = decode(name, Body::Whole(object.clone().into()), &options, &mut out, &mut |_| Ok(())).unwrap();
        let (streamed, decoded) = read_stream(name, gzip(&object).as_slice(), &options).unwrap();
        assert_eq!(whole.counts, streamed.counts, "{name}");
        assert_eq!(out.rejects, decoded.rejects, "{name}");
        let (large, _) = read(name, gzip(&object), &options).unwrap();
        assert_eq!(large, streamed, "{name}: too large for one buffer");
    }
}

/// Parquet is read by code that is not ours: no single damaged byte may bring it down.
#[test]
fn parquet_with_any_byte_damaged_does_no_harm() {
    let file = fixture("trap_21_numbers_of_every_type.log.parquet");
    for at in 0..file.len() {
        let mut damaged = file.clone();
        damaged[at] ^= [0xff, 0x01, 0x80][at % 3];
        let _ = read("a", damaged, &Options::default());
    }
}
