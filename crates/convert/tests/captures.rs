//! Packet captures, built byte by byte.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::net::IpAddr;
use std::path::Path;

use convert::{ConvertError, FormatVersion, Host, Kind, Options, Summary, convert};

use crate::read_back::{objects, records, sums};

/// 14 November 2023, 22:13:20 UTC.
const START: u32 = 1_700_000_000;

/// One TCP packet: seconds after the start, whether it goes from client to server, flags, payload bytes.
#[derive(Clone, Copy)]
struct Packet(u32, bool, u8, u16);

const CLIENT: [u8; 4] = [10, 1, 2, 3];
const SERVER: [u8; 4] = [198, 51, 100, 7];

/// Ethernet, IPv4 and TCP, with checksums left at zero as cards do that compute them.
fn frame(Packet(_, up, flags, payload): Packet) -> Vec<u8> {
    let (from, to, from_port, to_port) = if up { (CLIENT, SERVER, 40_000_u16, 443_u16) } else { (SERVER, CLIENT, 443, 40_000) };
    let mut bytes = [[2_u8; 12].as_slice(), &[8, 0], &[0x45, 0]].concat();
    bytes.extend((40 + payload).to_be_bytes());
    bytes.extend([0, 0, 0, 0, 64, 6, 0, 0]);
    bytes.extend(from.into_iter().chain(to));
    bytes.extend(from_port.to_be_bytes().into_iter().chain(to_port.to_be_bytes()));
    bytes.extend([0, 0, 0, 1, 0, 0, 0, 1, 0x50, flags, 4, 0, 0, 0, 0, 0]);
    bytes.extend(vec![7; payload.into()]);
    bytes
}

fn number(value: u32, big: bool) -> [u8; 4] {
    if big { value.to_be_bytes() } else { value.to_le_bytes() }
}

fn header(big: bool, nanoseconds: bool) -> Vec<u8> {
    let magic = if nanoseconds { 0xa1b2_3c4d } else { 0xa1b2_c3d4 };
    let version = if big { [0, 2, 0, 4] } else { [2, 0, 4, 0] };
    [number(magic, big).as_slice(), &version, &[0; 8], &number(65_535, big), &number(1, big)].concat()
}

fn pcap(packets: &[Packet], big: bool, nanoseconds: bool, kept: usize) -> Vec<u8> {
    let mut bytes = header(big, nanoseconds);
    for packet in packets {
        let frame = frame(*packet);
        let kept = kept.min(frame.len());
        let fraction = if nanoseconds { 250_000_000 } else { 250_000 };
        for value in [START + packet.0, fraction, kept as u32, frame.len() as u32] {
            bytes.extend(number(value, big));
        }
        bytes.extend(&frame[..kept]);
    }
    bytes
}

fn block(kind: u32, mut body: Vec<u8>) -> Vec<u8> {
    body.resize(body.len().next_multiple_of(4), 0);
    let length = (body.len() as u32 + 12).to_le_bytes();
    [kind.to_le_bytes().as_slice(), &length, &body, &length].concat()
}

/// With nanoseconds, as option 9 of the interface says.
fn pcapng(packets: &[Packet]) -> Vec<u8> {
    let mut bytes = block(0x0a0d_0d0a, [&0x1a2b_3c4d_u32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat());
    bytes.extend(block(1, [&[1, 0, 0, 0][..], &[0; 4], &[9, 0, 1, 0, 9, 0, 0, 0], &[0; 4]].concat()));
    for packet in packets {
        let frame = frame(*packet);
        let ticks = u64::from(START + packet.0) * 1_000_000_000 + 250_000_000;
        let numbers = [0, (ticks >> 32) as u32, ticks as u32, frame.len() as u32, frame.len() as u32];
        bytes.extend(block(6, [numbers.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>(), frame].concat()));
    }
    bytes
}

/// A handshake, a request, four answers over three minutes, and the end.
const TALK: [Packet; 10] = [
    Packet(0, true, 0x02, 0),
    Packet(0, false, 0x12, 0),
    Packet(0, true, 0x10, 0),
    Packet(1, true, 0x18, 300),
    Packet(2, false, 0x18, 1_400),
    Packet(60, false, 0x18, 1_400),
    Packet(120, false, 0x18, 1_400),
    Packet(179, false, 0x18, 200),
    Packet(180, false, 0x11, 0),
    Packet(180, true, 0x14, 0),
];

fn run(content: &[u8], options: &Options) -> (tempfile::TempDir, Result<Summary, ConvertError>) {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("input");
    fs::write(&input, content).unwrap();
    let summary = convert(&input, None, options, &folder.path().join("out"));
    (folder, summary)
}

fn interface(summary: &Summary, address: [u8; 4]) -> String {
    let host: &Host = summary.hosts.iter().find(|host| host.address == IpAddr::from(address)).unwrap();
    host.interface_id.clone()
}

#[test]
fn every_form_of_capture_gives_the_same_records() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&pcap(&TALK, false, false, 9_999)).unwrap();
    let forms = [
        pcap(&TALK, false, false, 9_999),
        pcap(&TALK, true, false, 9_999),
        pcap(&TALK, false, true, 9_999),
        pcap(&TALK, true, true, 9_999),
        // Kept only up to the flags: bytes are those of the wire.
        pcap(&TALK, false, false, 54),
        pcapng(&TALK),
        packed.finish().unwrap(),
    ];
    let mut first = None;
    for (index, content) in forms.iter().enumerate() {
        let (_folder, summary) = run(content, &Options::default());
        let summary = summary.unwrap();
        assert_eq!((summary.kind, summary.packets, summary.skipped.len()), (Kind::Pcap, 10, 0), "form {index}");
        let decoded = records(&summary.logs);
        let eni = interface(&summary, CLIENT);
        let (up, down) = ("10.1.2.3:40000", "198.51.100.7:443");
        let expected = BTreeMap::from([
            (format!("{eni} {up}>{down}"), (4, 460, 0x02 | 0x04)),
            (format!("{eni} {down}>{up}"), (6, 4_640, 0x12 | 0x01)),
        ]);
        assert_eq!(sums(&decoded), expected, "form {index}");
        assert_eq!(decoded.flows.len() as u64, summary.records);
        let lines = objects(&summary.logs).iter().map(|object| fs::read(object).unwrap()).collect::<Vec<_>>();
        assert_eq!(*first.get_or_insert_with(|| lines.clone()), lines, "form {index}");
    }
}

#[test]
fn records_are_windows_of_an_interface() {
    for (window_secs, version, at_least) in [(60, FormatVersion::V5, 6), (600, FormatVersion::V2, 2)] {
        let options = Options { window_secs, version, ..Options::default() };
        let (_folder, summary) = run(&pcap(&TALK, false, false, 9_999), &options);
        let summary = summary.unwrap();
        let flows = records(&summary.logs).flows;
        assert!(flows.len() >= at_least, "{}", flows.len());
        let mut starts: Vec<i64> = Vec::new();
        for row in 0..flows.len() {
            let (start, end) = (flows.start_time.get(row).unwrap(), flows.end_time.get(row).unwrap());
            assert_eq!((end.datetime() - start.datetime()).num_seconds(), i64::from(window_secs) - 1);
            starts.push(start.datetime().timestamp());
            assert_eq!(flows.tcp_flags.get(row).is_some(), version == FormatVersion::V5);
        }
        assert!(starts.iter().all(|start| (start - starts[0]) % i64::from(window_secs) == 0), "{starts:?}");
        assert!(starts.iter().all(|start| (i64::from(START) - 599..=i64::from(START) + 180).contains(start)), "{starts:?}");
    }
}

#[test]
fn only_the_ends_of_a_long_connection_have_flags() {
    let (_folder, summary) = run(&pcap(&TALK, false, false, 9_999), &Options::default());
    let flows = records(&summary.unwrap().logs).flows;
    let server = flow::Address::from(IpAddr::from(SERVER));
    let mut down: Vec<(i64, u8)> = (0..flows.len())
        .filter(|row| flows.src_addr.get(*row) == Some(server))
        .map(|row| (flows.start_time.get(row).unwrap().datetime().timestamp(), flows.tcp_flags.get(row).unwrap()))
        .collect();
    down.sort_unstable();
    let flags: Vec<u8> = down.into_iter().map(|(_, flags)| flags).collect();
    assert!(flags.len() >= 3 && flags[0] == 18 && flags[flags.len() - 1] == 1, "{flags:?}");
    assert!(flags[1..flags.len() - 1].iter().all(|flags| *flags == 0), "{flags:?}");
}

#[test]
fn a_capture_that_breaks_off_is_right_up_to_there() {
    let whole = pcap(&TALK, false, false, 9_999);
    for cut in [1, 30, 60] {
        let (_folder, summary) = run(&whole[..whole.len() - cut], &Options::default());
        let summary = summary.unwrap();
        assert_eq!(summary.packets, 9, "cut by {cut}");
        assert!(summary.skipped["the capture breaks off"].first.starts_with("packet 10: "), "{:?}", summary.skipped);
    }
    let whole = pcapng(&TALK);
    let (_folder, summary) = run(&whole[..whole.len() - 7], &Options::default());
    assert_eq!(summary.unwrap().packets, 9);
}

#[test]
fn a_block_larger_than_what_is_read_ahead_is_no_damage() {
    let whole = pcapng(&TALK);
    // A block of another kind of three megabytes, as keys and names may be, before the last packet.
    let last = frame(TALK[9]).len().next_multiple_of(4) + 32;
    let (before, after) = whole.split_at(whole.len() - last);
    let content = [before, &block(0x0bad, vec![0; 3 * 1024 * 1024]), after].concat();
    let (_folder, summary) = run(&content, &Options::default());
    let summary = summary.unwrap();
    assert_eq!((summary.packets, summary.skipped.len()), (10, 0), "{:?}", summary.skipped);
}

#[test]
fn what_is_no_input_says_so() {
    let error = |content: &[u8]| run(content, &Options::default()).1.unwrap_err();
    assert!(matches!(error(b"GIF89a"), ConvertError::UnknownKind { .. }));
    let nothing = error(&header(false, false));
    assert!(matches!(&nothing, ConvertError::NothingUsed { reason, .. } if reason == "it is empty"), "{nothing}");
    let outside = Options { local: vec!["10.9.0.0/16".parse().unwrap()], ..Options::default() };
    let error = run(&pcap(&TALK, false, false, 9_999), &outside).1.unwrap_err().to_string();
    assert!(error.ends_with("neither end is inside (10 times, first packet 1: 10.1.2.3 to 198.51.100.7)"), "{error}");
    let missing = convert(Path::new("/nowhere/x"), None, &Options::default(), Path::new("/nowhere/out")).unwrap_err();
    assert!(matches!(missing, ConvertError::Read { .. }));
}

#[test]
fn two_captures_do_not_go_into_one_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join("input"), folder.path().join("out"));
    fs::write(&input, pcap(&TALK, false, false, 9_999)).unwrap();
    assert!(convert(&input, None, &Options::default(), &out).is_ok());
    assert!(matches!(convert(&input, None, &Options::default(), &out), Err(ConvertError::NotEmpty { .. })));
}

#[test]
fn ipv6_has_hosts_and_records_as_well() {
    let mut ip = vec![0x60, 0, 0, 0, 0, 20, 17, 64];
    ip.extend([0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5]);
    ip.extend([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9]);
    ip.extend([0x9c, 0x40, 0, 53, 0, 20, 0, 0]);
    ip.extend([1; 12]);
    let frame = [[2_u8; 12].as_slice(), &[0x86, 0xdd], &ip].concat();
    let mut content = header(false, false);
    for value in [START, 0, frame.len() as u32, frame.len() as u32] {
        content.extend(value.to_le_bytes());
    }
    content.extend(frame);
    let (_folder, summary) = run(&content, &Options::default());
    let summary = summary.unwrap();
    let eni = &summary.hosts[0].interface_id;
    assert_eq!(sums(&records(&summary.logs)), BTreeMap::from([(format!("{eni} fd00::5:40000>2001:db8::9:53"), (1, 60, 0))]));
}
