//! The ways in which real flow logs surprise a reader, one test a trap. Fixtures of the same name lie in `fixtures/formats`.

use std::io::Write as _;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int16Array, Int64Array, RecordBatch, StringArray, TimestampSecondArray, UInt64Array};
use flow::{Action, CoverageKind, Decoded, Encryption, FlowBatch, TimeQuality, Timestamp};
use formats::{Body, DecodeError, Limits, LineFormat, ObjectKey, Options, Summary, decode, decode_key};

use crate::support::{fixture, fixtures, read, read_stream, shown};

const KEY: &str = "AWSLogs/123456789012/vpcflowlogs/us-east-1/2026/01/01/123456789012_vpcflowlogs_us-east-1_fl-0123456789abcdef0_20260101T0000Z_0a1b2c3d.log.gz";
const START: i64 = 1_767_225_600;

fn records(name: &str) -> (Summary, Decoded) {
    read(name, fixture(name), &Options::default()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn refusal(name: &str) -> DecodeError {
    read(name, fixture(name), &Options::default()).map(|(summary, _)| summary).expect_err(name)
}

/// Accepted, rejected, coverage.
fn counts(summary: &Summary) -> [u64; 3] {
    [summary.counts.accepted, summary.counts.rejected, summary.counts.coverage]
}

fn reasons(decoded: &Decoded) -> Vec<(u64, &str)> {
    decoded.rejects.iter().map(|reject| (reject.position, reject.reason.as_ref())).collect()
}

fn text(flows: &FlowBatch, column: impl Fn(&FlowBatch) -> &flow::Column<flow::Symbol>) -> Vec<Option<&str>> {
    (0..flows.len()).map(|row| flows.text(column(flows), row)).collect()
}

fn bytes(flows: &FlowBatch) -> Vec<Option<u64>> {
    (0..flows.len()).map(|row| flows.bytes.get(row)).collect()
}

fn starts(flows: &FlowBatch) -> Vec<i64> {
    (0..flows.len()).map(|row| flows.start_time.get(row).unwrap().micros()).collect()
}

#[test]
fn fixtures_decode_as_recorded() {
    for path in fixtures() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // What comes out of damaged data is the decompressor's business.
        if name.starts_with("trap_24") {
            continue;
        }
        let object = std::fs::read(&path).unwrap();
        let now = Options { now: Timestamp::from_secs(START), ..Options::default() };
        let recorded = match read(&name, object, &now) {
            Ok((summary, decoded)) => format!("{summary:#?}\n{}", shown(&decoded)),
            Err(error) => format!("error: {}\n", error.chain()),
        };
        insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name.clone(), recorded);
        });
    }
}

#[test]
fn version_2_default_format() {
    let (summary, decoded) = records("v2.log");
    assert_eq!((counts(&summary), summary.format.as_str(), summary.guessed), ([2, 0, 0], "aws-vpc text, 14 fields", false));
    let flows = &decoded.flows;
    assert_eq!(flows.src_addr.get(0), Some("10.0.0.5".parse().unwrap()));
    assert_eq!(flows.dst_port.get(1), Some(22));
    assert_eq!(flows.action.get(1), Some(Action::Reject));
    assert_eq!(flows.time_quality.get(0), Some(TimeQuality::Second));
    assert_eq!(text(flows, |flows| &flows.source_object), [Some("v2.log"); 2]);
    assert_eq!(text(flows, |flows| &flows.extra), [None; 2], "the version is no news");
    assert_eq!((summary.first_time, summary.last_time), (Some(Timestamp::from_secs(START)), Some(Timestamp::from_secs(START + 60))));
}

#[test]
fn version_5_fields_have_their_columns() {
    let (_, decoded) = records("v5.log");
    let flows = &decoded.flows;
    assert_eq!(flows.dst_addr.get(1), Some("198.51.100.7".parse().unwrap()), "the packet's address");
    assert_eq!(flows.src_addr.get(1), Some("10.0.0.5".parse().unwrap()));
    assert_eq!(flows.iface_src_addr.get(0), None, "the same address twice is one");
    assert_eq!(flows.iface_src_addr.get(1), Some("10.0.0.6".parse().unwrap()));
    assert_eq!(flows.traffic_path.get(0), Some(8));
    assert_eq!(text(flows, |flows| &flows.dst_service), [Some("S3"); 2]);
    assert_eq!(text(flows, |flows| &flows.zone_id), [Some("euw1-az2"); 2]);
    assert_eq!(text(flows, |flows| &flows.extra), [None; 2]);
}

#[test]
fn version_11_fields_without_a_column_go_to_extra() {
    let (summary, decoded) = records("v11.log");
    assert_eq!((counts(&summary), summary.format.as_str()), ([3, 0, 0], "aws-vpc text, 54 fields"));
    let flows = &decoded.flows;
    assert_eq!(
        text(flows, |flows| &flows.extra),
        [
            Some(
                r#"{"ecs-cluster-name":"shop","ecs-task-id":"1234","instance-tag":"web%20server","next-hop-interface-type":"nat_gateway"}"#
            ),
            Some(r#"{"type":"EFA"}"#),
            Some(r#"{"encryption-status":"7"}"#),
        ]
    );
    assert_eq!([0, 1, 2].map(|row| flows.encryption.get(row)), [Some(Encryption::Both), Some(Encryption::None), None]);
    assert_eq!(text(flows, |flows| &flows.reject_reason), [Some("EC"), None, Some("BPA")]);
    assert_eq!(text(flows, |flows| &flows.resource_id)[1], Some("nat-0123456789abcdef0"));
    assert_eq!(text(flows, |flows| &flows.interface_id)[1], None);
}

#[test]
fn transit_gateway_records_are_told_by_their_columns() {
    let (summary, decoded) = records("transit_gateway.log");
    assert_eq!(summary.format, "aws-tgw text, 36 fields");
    let flows = &decoded.flows;
    assert_eq!(text(flows, |flows| &flows.interface_id), [Some("eni-0aaa"), Some("eni-0bbb")], "the side of the attachment");
    assert_eq!(text(flows, |flows| &flows.vpc_id), [Some("vpc-0aaa"), Some("vpc-0bbb")]);
    assert_eq!(text(flows, |flows| &flows.resource_id), [Some("tgw-attach-0123456789abcdef0"); 2]);
    assert_eq!(flows.action.get(0), None);
    assert!(text(flows, |flows| &flows.extra)[0].unwrap().contains(r#""packets-lost-blackhole":"4""#));
}

#[test]
fn the_object_key_fills_what_the_columns_lack() {
    let (_, decoded) = read(KEY, fixture("no_time.log"), &Options::default()).unwrap();
    let flows = &decoded.flows;
    assert_eq!(text(flows, |flows| &flows.account_id), [Some("123456789012")]);
    assert_eq!(text(flows, |flows| &flows.region), [Some("us-east-1")]);
    assert_eq!(text(flows, |flows| &flows.flow_log_id), [Some("fl-0123456789abcdef0")]);
    assert_eq!(starts(flows), [START * 1_000_000]);
    assert_eq!(flows.time_quality.get(0), Some(TimeQuality::Window));
}

#[test]
fn a_record_without_any_time_is_refused() {
    let (summary, decoded) = records("no_time.log");
    assert_eq!(counts(&summary), [0, 1, 0]);
    assert!(decoded.rejects[0].reason.starts_with("no time"));
}

#[test]
fn the_event_gives_the_time_that_the_record_lacks() {
    let (_, decoded) = records("event_time.json");
    assert_eq!(starts(&decoded.flows), [START * 1_000_000]);
    assert_eq!(decoded.flows.time_quality.get(0), Some(TimeQuality::Window));
}

#[test]
fn one_time_stands_for_both() {
    let (_, decoded) = records("end_only.log");
    assert_eq!(decoded.flows.start_time.get(0), decoded.flows.end_time.get(0));
    assert_eq!(decoded.flows.clock_suspect.get(0), None);
}

#[test]
fn the_format_of_a_flow_log_is_known_by_its_id() {
    let format: LineFormat = "${srcaddr} ${dstaddr} ${bytes} ${end}".parse().unwrap();
    let known = Options { known_formats: [("fl-0123456789abcdef0".to_owned(), format.clone())].into(), ..Options::default() };
    let line = "10.0.0.5 10.0.0.6 77 1767225660";
    let (summary, decoded) = read(KEY, line, &known).unwrap();
    assert!(!summary.guessed);
    assert_eq!(bytes(&decoded.flows), [Some(77)]);
    assert!(matches!(read("elsewhere.log", line, &known), Err(DecodeError::UnknownFormat { .. })));
    let given = Options { format: Some(format), ..Options::default() };
    assert_eq!(read("elsewhere.log", line, &given).unwrap().0.counts.accepted, 1);
}

#[test]
fn chunks_are_handed_over_as_they_fill() {
    let object = fixture("v5.log").repeat(50);
    let options = Options { chunk_records: 7, ..Options::default() };
    let mut out = Decoded::default();
    let mut taken = String::new();
    let summary = decode("a", Body::Whole(object.clone().into()), &options, &mut out, &mut |chunk| {
        assert!(chunk.len() >= 7);
        taken.push_str(&shown(chunk));
        chunk.clear();
        Ok(())
    })
    .unwrap();
    assert_eq!(summary.counts.accepted, 100);
    assert_eq!(out.len(), 100 % 7, "the rest stays");
    taken.push_str(&shown(&out));
    assert_eq!(taken, shown(&read("a", object.clone(), &Options::default()).unwrap().1));
    let stopped = decode("a", Body::Whole(object.into()), &options, &mut Decoded::default(), &mut |_| Err("no room".into())).unwrap_err();
    assert_eq!(stopped.chain(), "stopped by the receiver of the records: no room");
}

#[test]
fn trap_01_malformed_line() {
    let (summary, decoded) = records("trap_01_malformed_line.log");
    assert_eq!(counts(&summary), [2, 3, 0]);
    assert_eq!(
        reasons(&decoded),
        [(3, "srcaddr is not an address"), (4, "it has 1 values where the format has 14"), (5, "srcport is not a number from 0 to 65535")]
    );
    assert_eq!(decoded.rejects[1].text, "hello");
}

#[test]
fn trap_02_too_few_and_too_many_values() {
    let (summary, decoded) = records("trap_02_too_few_and_too_many_values.log");
    assert_eq!(counts(&summary), [1, 2, 0]);
    assert_eq!(reasons(&decoded), [(2, "it has 13 values where the format has 14"), (3, "it has 15 values where the format has 14")]);
}

#[test]
fn trap_03_format_by_content_and_not_by_count() {
    // As many values as version 5 in its documented order has.
    let (summary, decoded) = records("trap_03_alphabetical_without_header.log");
    assert!(summary.guessed);
    assert_eq!(bytes(&decoded.flows), [Some(840); 2]);
    assert_eq!(decoded.flows.dst_port.get(0), Some(443));
    // As many values as version 2 has, in no documented order.
    let error = refusal("trap_03_order_of_nobody.log");
    assert!(error.to_string().contains("--format-line"), "{error}");
    let format = "srcaddr dstaddr version account-id interface-id srcport dstport protocol packets bytes start end action log-status";
    let options = Options { format: Some(format.parse().unwrap()), ..Options::default() };
    let (summary, _) = read("a", fixture("trap_03_order_of_nobody.log"), &options).unwrap();
    assert_eq!((counts(&summary), summary.guessed), ([1, 0, 0], false));
}

#[test]
fn trap_04_alphabetical_header() {
    let (summary, decoded) = records("trap_04_alphabetical_header.log");
    assert_eq!((counts(&summary), summary.guessed), ([1, 0, 0], false));
    assert_eq!(
        shown(&decoded).replace("trap_04_alphabetical_header.log", "v5.log"),
        shown(&records("v5.log").1).lines().next().unwrap().to_owned() + "\n"
    );
}

#[test]
fn trap_05_header_repeated_in_mid_file() {
    let (summary, decoded) = records("trap_05_header_repeated_in_mid_file.log");
    assert_eq!(counts(&summary), [3, 0, 0]);
    assert_eq!(bytes(&decoded.flows), [Some(840), Some(840), Some(99)]);
    assert_eq!(decoded.flows.action.get(2), None, "the third header has no action");
}

#[test]
fn trap_06_mixed_formats_in_one_stream() {
    let (summary, decoded) = records("trap_06_mixed_formats_in_one_stream.log");
    assert_eq!(counts(&summary), [2, 1, 0]);
    assert_eq!(reasons(&decoded), [(2, "it has 29 values where the format has 14")]);
}

#[test]
fn trap_07_milliseconds_instead_of_seconds() {
    let (_, decoded) = records("trap_07_milliseconds_instead_of_seconds.log");
    let base = START * 1_000_000;
    assert_eq!(starts(&decoded.flows), [base, base + 123_000, base + 123_456, base + 123_456, 4_000_000_000_000_000]);
    let quality: Vec<_> = (0..5).map(|row| decoded.flows.time_quality.get(row).unwrap()).collect();
    use TimeQuality::{Exact, Second};
    assert_eq!(quality, [Second, Exact, Exact, Exact, Second]);
}

#[test]
fn trap_08_dashes_everywhere() {
    let (summary, decoded) = records("trap_08_dashes_everywhere.log");
    // NODATA and SKIPDATA with addresses and ports are flows, counted once, and facts about coverage beside.
    assert_eq!(counts(&summary), [3, 0, 0]);
    assert_eq!(decoded.flows.src_addr.get(0), None);
    assert_eq!(decoded.flows.bytes.get(0), None, "missing is not zero");
    assert_eq!(decoded.flows.src_addr.get(2), Some("10.0.0.5".parse().unwrap()), "the interface's address where the packet's is missing");
    let kinds: Vec<_> = decoded.coverage.iter().map(|fact| fact.kind).collect();
    assert_eq!(kinds, [CoverageKind::NoData, CoverageKind::SkipData]);
}

#[test]
fn trap_09_unknown_account() {
    let (_, decoded) = read(KEY, fixture("trap_09_unknown_account.log"), &Options::default()).unwrap();
    assert_eq!(
        text(&decoded.flows, |flows| &flows.account_id),
        [None, Some("123456789012"), Some("123456789012")],
        "an account that the source calls unknown is not the flow log's"
    );
}

#[test]
fn trap_10_account_as_number() {
    let (_, decoded) = records("trap_10_account_as_number.log");
    assert_eq!(text(&decoded.flows, |flows| &flows.account_id), [Some("064111117617"), Some("000000000001")]);
}

#[test]
fn trap_11_ipv6_forms() {
    let (summary, decoded) = records("trap_11_ipv6_forms.log");
    assert_eq!(counts(&summary), [2, 3, 0]);
    assert_eq!(decoded.flows.src_addr.get(0), Some("2001:db8::1".parse().unwrap()));
    assert_eq!(decoded.flows.src_addr.get(1), Some("10.0.0.5".parse().unwrap()), "a mapped address is the IPv4 address");
    assert_eq!(decoded.flows.dst_addr.get(1), Some("2001:db8::1".parse().unwrap()), "families may differ");
}

#[test]
fn trap_12_number_syntax() {
    let (summary, decoded) = records("trap_12_number_syntax.log");
    assert_eq!(counts(&summary), [1, 7, 0]);
    assert_eq!(decoded.flows.packets.get(0), Some(10), "leading zeros are not octal");
}

#[test]
fn trap_13_large_counters() {
    let (summary, decoded) = records("trap_13_large_counters.log");
    assert_eq!(counts(&summary), [2, 2, 0]);
    assert_eq!(bytes(&decoded.flows), [Some(1 << 32), Some(i64::MAX as u64)]);
}

#[test]
fn trap_14_start_after_end() {
    let (summary, decoded) = records("trap_14_start_after_end.log");
    assert_eq!(counts(&summary), [4, 0, 0]);
    assert_eq!([0, 1, 2, 3].map(|row| decoded.flows.clock_suspect.get(row)), [Some(true), Some(true), Some(true), None]);
    assert_eq!(summary.first_time, Some(Timestamp::from_secs(START)), "a suspect clock moves nothing");
}

#[test]
fn trap_15_in_the_future() {
    let options = Options { now: Timestamp::from_secs(START + 1), ..Options::default() };
    let (_, decoded) = read("a", fixture("trap_15_in_the_future.log"), &options).unwrap();
    assert_eq!([0, 1].map(|row| decoded.flows.clock_suspect.get(row)), [None, None], "up to ten minutes ahead");
    let options = Options { now: Timestamp::from_secs(START), ..Options::default() };
    let (_, decoded) = read("a", fixture("trap_15_in_the_future.log"), &options).unwrap();
    assert_eq!([0, 1].map(|row| decoded.flows.clock_suspect.get(row)), [None, Some(true)]);
}

#[test]
fn trap_16_late_delivery() {
    let (summary, decoded) = records("trap_16_late_delivery.log");
    assert_eq!(counts(&summary), [3, 0, 0], "how late is not the decoder's business");
    assert_eq!(decoded.flows.clock_suspect.get(2), None);
}

#[test]
fn trap_17_same_record_twice() {
    assert_eq!(counts(&records("trap_17_same_record_twice.log").0), [2, 0, 0], "duplicates are told by those who know the ledger");
}

#[test]
fn trap_18_two_interfaces_see_one_flow() {
    let (_, decoded) = records("trap_18_two_interfaces_see_one_flow.log");
    assert_eq!(
        text(&decoded.flows, |flows| &flows.interface_id),
        [Some("eni-0a1b2c3d4e5f60718"), Some("eni-0bbbbbbbbbbbbbbbb")],
        "both are kept, each with its observation point"
    );
}

/// A Parquet file of these columns.
fn parquet_file(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, true))).unwrap();
    let mut file = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    file
}

#[test]
fn trap_20_parquet_columns_missing_and_in_any_order() {
    let file = parquet_file(vec![
        ("log_status", Arc::new(StringArray::from(vec!["OK", "NODATA"]))),
        ("end", Arc::new(Int64Array::from(vec![START, START]))),
        ("srcaddr", Arc::new(StringArray::from(vec!["10.0.0.5", "-"]))),
        ("interface_id", Arc::new(StringArray::from(vec!["eni-1", "eni-1"]))),
        ("bytes", Arc::new(Int64Array::from(vec![Some(7), None]))),
        ("a_field_of_the_future", Arc::new(StringArray::from(vec!["x", "-"]))),
    ]);
    let (summary, decoded) = read("a", file, &Options::default()).unwrap();
    assert_eq!((counts(&summary), summary.format.as_str()), ([1, 0, 1], "aws-vpc parquet, 6 fields"));
    assert_eq!(bytes(&decoded.flows), [Some(7)]);
    assert_eq!(text(&decoded.flows, |flows| &flows.extra), [Some(r#"{"a-field-of-the-future":"x"}"#)]);
    let other = parquet_file(vec![("name", Arc::new(StringArray::from(vec!["x"])))]);
    assert!(matches!(read("a", other, &Options::default()), Err(DecodeError::UnknownFormat { .. })));
}

#[test]
fn trap_21_parquet_numbers_of_every_type() {
    let file = parquet_file(vec![
        ("start", Arc::new(TimestampSecondArray::from(vec![START; 3]))),
        ("end", Arc::new(Float64Array::from(vec![START as f64; 3]))),
        ("srcport", Arc::new(Int16Array::from(vec![22; 3]))),
        ("protocol", Arc::new(Float64Array::from(vec![Some(6.0), None, Some(6.5)]))),
        ("packets", Arc::new(StringArray::from(vec!["10", "None", "10"]))),
        ("bytes", Arc::new(UInt64Array::from(vec![Some(1), None, Some(1)]))),
        ("account_id", Arc::new(Int64Array::from(vec![64_111_117_617; 3]))),
    ]);
    let (summary, decoded) = read("a", file, &Options::default()).unwrap();
    assert_eq!(counts(&summary), [2, 1, 0]);
    assert_eq!(reasons(&decoded), [(3, "protocol is not a number from 0 to 255")]);
    assert_eq!(starts(&decoded.flows), [START * 1_000_000; 2]);
    assert_eq!(decoded.flows.src_port.get(0), Some(22));
    assert_eq!([0, 1].map(|row| decoded.flows.packets.get(row)), [Some(10), None]);
    assert_eq!(text(&decoded.flows, |flows| &flows.account_id), [Some("064111117617"); 2]);
}

#[test]
fn trap_22_the_text_none() {
    let words = ["-", "", "None", "null", "NULL", "NaN"];
    let file = parquet_file(vec![
        ("end", Arc::new(Int64Array::from(vec![START; 6]))),
        ("bytes", Arc::new(StringArray::from(words.to_vec()))),
        ("srcaddr", Arc::new(StringArray::from(words.to_vec()))),
        ("action", Arc::new(StringArray::from(words.to_vec()))),
        ("vpc_id", Arc::new(StringArray::from(words.to_vec()))),
    ]);
    let (summary, decoded) = read("a", file, &Options::default()).unwrap();
    assert_eq!(counts(&summary), [6, 0, 0]);
    assert_eq!(bytes(&decoded.flows), [None; 6]);
    assert_eq!(text(&decoded.flows, |flows| &flows.vpc_id), [None; 6]);
}

#[test]
fn trap_23_concatenated_members() {
    let (summary, decoded) = records("trap_23_concatenated_members.log.gz");
    assert_eq!(counts(&summary), [4, 0, 0]);
    assert_eq!(bytes(&decoded.flows), [Some(840), Some(2), Some(3), Some(4)]);
}

#[test]
fn trap_24_truncated_and_corrupt() {
    for name in ["trap_24_truncated.log.gz", "trap_24_corrupt.log.gz"] {
        let (summary, decoded) = records(name);
        assert!(!summary.complete, "{name}");
        let problem = summary.problem.unwrap();
        assert!(problem.contains("gzip"), "{name}");
        assert!((50..400).contains(&summary.counts.accepted), "{name}: {:?}", summary.counts);
        // Of a cut file the last line is no record; damage is noticed by the checksum at the end, after what it made of lines.
        assert!(name.contains("corrupt") || decoded.rejects.is_empty(), "{name}");
        assert_eq!(problem.contains("may be wrong"), name.contains("corrupt"), "{problem}");
    }
    let error = read("a", vec![0x1f, 0x8b, 8, 0, 0], &Options::default()).unwrap_err();
    assert!(error.can_retry(), "{error}");
}

#[test]
fn trap_25_compression_not_told_by_name() {
    assert_eq!(records("trap_25_gzip_named_as_text.log").0.format, "aws-vpc text, gzip, 14 fields");
    assert_eq!(records("trap_25_text_named_as_gzip.log.gz").0.format, "aws-vpc text, 14 fields");
    assert_eq!(records("trap_25_gzip_in_gzip.log.gz").0.format, "aws-vpc text, gzip, gzip, 14 fields");
    let zstd = zstd::encode_all(fixture("v2.log").as_slice(), 3).unwrap();
    let (summary, _) = read("a", zstd.clone(), &Options::default()).unwrap();
    assert_eq!((counts(&summary), summary.format.as_str()), ([2, 0, 0], "aws-vpc text, zstd, 14 fields"));
    assert_eq!(read_stream("a", zstd.repeat(2).as_slice(), &Options::default()).unwrap().0.counts.accepted, 4);
    let bzip2 = read("a", "BZh91AY", &Options::default()).unwrap_err();
    assert!(bzip2.to_string().contains("bzip2"), "{bzip2}");
}

#[test]
fn trap_26_bombs() {
    let mut bomb = flate2::write::GzEncoder::new(fixture("v2.log.gz"), flate2::Compression::best());
    for _ in 0..4 {
        bomb.write_all(&[b' '; 1 << 20]).unwrap();
    }
    let bomb = bomb.finish().unwrap();
    let careful = Options { limits: Limits { ratio_from: 1 << 20, ..Limits::default() }, ..Options::default() };
    let (summary, _) = read("a", bomb, &careful).unwrap();
    assert!(!summary.complete);
    assert!(summary.problem.unwrap().contains("limit of 250"));
    let small = Options { limits: Limits { max_decoded_bytes: 100, ..Limits::default() }, ..Options::default() };
    assert!(matches!(read("a", fixture("v2.log"), &small), Err(DecodeError::OverLimit { limit: 100, .. })));

    let line = "x".repeat(70_000);
    let object = [fixture("v2.log"), line.into_bytes(), b"\n".to_vec(), fixture("v2.log")].concat();
    let (summary, decoded) = read("a", object, &Options::default()).unwrap();
    assert_eq!(counts(&summary), [4, 1, 0]);
    assert_eq!(reasons(&decoded), [(4, "the line is longer than 65536 bytes")]);
    assert_eq!(decoded.rejects[0].text.len(), flow::REJECT_TEXT_CAP);

    let names: Vec<String> = (0..300).map(|number| format!("field-{number}")).collect();
    let header = format!("version account-id interface-id srcaddr dstaddr {}\n", names.join(" "));
    assert!(matches!(read("a", header, &Options::default()), Err(DecodeError::BadHeader { .. })));
    let narrow = Options { limits: Limits { max_columns: 10, ..Limits::default() }, ..Options::default() };
    assert!(matches!(read("a", fixture("v2.log"), &narrow), Err(DecodeError::BadHeader { .. })));
}

#[test]
fn trap_27_zero_length() {
    for name in ["trap_27_zero_length.log", "trap_27_empty_member.log.gz"] {
        let (summary, _) = records(name);
        assert!(summary.complete && summary.format.starts_with("empty"), "{summary:?}");
        assert_eq!(summary.counts.records, 0);
    }
}

#[test]
fn trap_28_header_only_and_no_header() {
    for name in ["trap_28_header_only.log", "trap_28_header_only_without_newline.log.gz"] {
        let (summary, _) = records(name);
        assert_eq!((summary.counts.records, summary.complete), (0, true), "{name}");
    }
    let (summary, _) = records("trap_28_without_header.log.gz");
    assert_eq!((counts(&summary), summary.guessed), ([1, 0, 1], true));
}

#[test]
fn trap_29_byte_order_mark() {
    assert_eq!(counts(&records("trap_29_byte_order_mark.log").0), [1, 0, 0]);
    let error = refusal("trap_29_utf_16.log");
    assert!(error.to_string().contains("UTF-16") && error.to_string().contains("save the object as UTF-8"), "{error}");
}

#[test]
fn trap_30_crlf() {
    let (summary, decoded) = records("trap_30_crlf.log");
    assert_eq!(counts(&summary), [2, 0, 0], "{}", shown(&decoded));
    let (summary, decoded) = records("trap_30_lone_carriage_return.log");
    assert_eq!(counts(&summary), [1, 1, 0]);
    assert_eq!(reasons(&decoded), [(2, "there is a control character in the line")]);
}

#[test]
fn trap_31_spaces_tabs_and_commas() {
    assert_eq!(counts(&records("trap_31_spaces_and_tabs.log").0), [2, 0, 0]);
    let (summary, decoded) = records("trap_31_commas.log");
    assert_eq!((counts(&summary), summary.format.as_str()), ([2, 0, 0], "aws-vpc csv, 29 fields"));
    assert_eq!(bytes(&decoded.flows), [Some(840); 2]);
}

#[test]
fn trap_32_no_final_newline() {
    assert_eq!(bytes(&records("trap_32_no_final_newline.log").1.flows), [Some(840), Some(99)]);
}

#[test]
fn trap_33_not_utf_8() {
    let (summary, decoded) = records("trap_33_not_utf_8.log");
    assert_eq!(counts(&summary), [1, 2, 0]);
    assert_eq!(text(&decoded.flows, |flows| &flows.extra), [Some("{\"instance-tag\":\"caf\u{fffd}\"}")]);
    assert_eq!(reasons(&decoded), [(3, "interface-id is not UTF-8"), (4, "action is neither ACCEPT nor REJECT")]);
}

#[test]
fn trap_34_unknown_and_duplicate_column() {
    let (_, decoded) = records("trap_34_unknown_column.log");
    assert_eq!(text(&decoded.flows, |flows| &flows.extra), [Some(r#"{"another-one":"\"quoted\"","field-of-the-future":"value"}"#), None]);
    assert!(refusal("trap_34_duplicate_column.log").to_string().contains("\"srcaddr\" occurs twice"));
    let (summary, decoded) = records("trap_34_duplicate_column_in_mid_file.log");
    assert_eq!(counts(&summary), [2, 2, 0]);
    assert_eq!(decoded.rejects[1].reason, "it follows a header that cannot be used");
}

#[test]
fn trap_35_protocol_out_of_table() {
    let (summary, decoded) = records("trap_35_protocol_out_of_table.log");
    assert_eq!(counts(&summary), [2, 1, 0]);
    assert_eq!(decoded.flows.protocol.get(1), Some(255));
}

#[test]
fn trap_36_nodata_and_skipdata() {
    let (summary, decoded) = records("trap_36_nodata_and_skipdata.log");
    assert_eq!(counts(&summary), [1, 1, 2]);
    let fact = &decoded.coverage[1];
    assert_eq!((fact.kind, fact.interface_id.as_deref()), (CoverageKind::SkipData, Some("eni-0a1b2c3d4e5f60718")));
    assert_eq!((fact.start_time.secs(), fact.end_time.secs()), (START, START + 60));
}

#[test]
fn trap_37_lines_in_json() {
    let (summary, decoded) = records("trap_37_firehose.json");
    assert_eq!(counts(&summary), [2, 1, 1]);
    assert_eq!(reasons(&decoded), [(3, "it starts like JSON and is not")]);
    assert_eq!(bytes(&decoded.flows), [Some(840), Some(7)]);
    assert_eq!(counts(&records("trap_37_subscription.json.gz").0), [2, 0, 2]);
    assert_eq!(counts(&records("trap_37_lambda.json").0), [1, 0, 1]);
    assert_eq!(counts(&records("trap_37_kinesis.json").0), [1, 1, 1]);
    assert_eq!(counts(&records("trap_37_log_events.json").0), [1, 0, 0]);
    let (summary, decoded) = records("trap_37_records_by_name.json");
    assert_eq!((counts(&summary), summary.guessed), ([2, 0, 0], false));
    assert_eq!(bytes(&decoded.flows), [Some(840), Some(5)]);
    assert_eq!(counts(&records("trap_37_cloudwatch_export.log.gz").0), [1, 0, 1]);
}

#[test]
fn trap_38_only_the_name_looks_right() {
    let error = refusal("trap_38_123456789012_vpcflowlogs_us-east-1_fl-0123456789abcdef0_20260101T0000Z_0a1b2c3d.log");
    assert!(matches!(error, DecodeError::UnknownFormat { .. }), "{error}");
}

#[test]
fn trap_39_ports_of_icmp() {
    let (_, decoded) = records("trap_39_ports_of_icmp.log");
    assert_eq!([0, 1, 2].map(|row| decoded.flows.src_port.get(row)), [None, None, Some(0)]);
}

#[test]
fn trap_40_url_encoded_keys() {
    let key =
        decode_key("logs/AWSLogs/aws-account-id%3D123456789012/aws-service%3Dvpcflowlogs/aws-region%3Deu-west-1/year%3D2026/a+b.log.gz");
    assert!(key.ends_with("a b.log.gz"));
    let key = ObjectKey::parse(&key);
    assert_eq!((key.account_id.as_deref(), key.region.as_deref()), (Some("123456789012"), Some("eu-west-1")));
}
