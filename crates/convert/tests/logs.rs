//! Zeek and Argus logs.

use std::collections::BTreeMap;
use std::fs;

use chrono::{DateTime, Utc};
use convert::{ConvertError, Kind, Options, Summary, convert};
use proptest::prelude::*;

use crate::read_back::{records, sums};

const FIELDS: &str = "#separator \\x09\n#unset_field\t-\n#path\tconn\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\tlabel\n#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\tstring\tstring\tcount\tcount\tcount\tcount\tstring\n";

fn run(content: &str, options: &Options) -> (tempfile::TempDir, Result<Summary, ConvertError>) {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("conn.log");
    fs::write(&input, content).unwrap();
    let summary = convert(&input, None, options, &folder.path().join("out"));
    (folder, summary)
}

#[test]
fn a_connection_inside_is_reported_by_both_interfaces() {
    let line = "1700000000.5\tC1\t10.0.0.5\t40000\t10.0.0.6\t22\ttcp\tssh\t600.0\t-\t-\tSF\tShADadFf\t101\t10100\t51\t50000\tBenign\n";
    let (_folder, summary) = run(&format!("{FIELDS}{line}#close\t2023-11-14\n"), &Options::default());
    let summary = summary.unwrap();
    assert_eq!((summary.kind, summary.connections, summary.hosts.len()), (Kind::Zeek, 1, 2));
    let (client, server) = (&summary.hosts[0].interface_id, &summary.hosts[1].interface_id);
    let mut expected = BTreeMap::new();
    for eni in [client, server] {
        expected.insert(format!("{eni} 10.0.0.5:40000>10.0.0.6:22"), (101, 10_100, 3));
        expected.insert(format!("{eni} 10.0.0.6:22>10.0.0.5:40000"), (51, 50_000, 19));
    }
    let decoded = records(&summary.logs);
    assert_eq!(sums(&decoded), expected);
    assert!((40..=48).contains(&decoded.flows.len()), "ten or eleven windows, four times: {}", decoded.flows.len());
}

#[test]
fn refused_and_unanswered_connections_look_as_they_do_on_an_interface() {
    let lines = "1700000000.5\tC1\t10.0.0.5\t40000\t198.51.100.7\t23\ttcp\t-\t-\t-\t-\tREJ\t-\t1\t60\t1\t40\tx\n\
                 1700000000.5\tC2\t10.0.0.5\t40001\t198.51.100.8\t23\ttcp\t-\t3.0\t-\t-\tS0\tS\t2\t120\t0\t0\tx\n";
    let (_folder, summary) = run(&format!("{FIELDS}{lines}"), &Options::default());
    let summary = summary.unwrap();
    let eni = &summary.hosts[0].interface_id;
    let expected = BTreeMap::from([
        (format!("{eni} 10.0.0.5:40000>198.51.100.7:23"), (1, 60, 2)),
        (format!("{eni} 198.51.100.7:23>10.0.0.5:40000"), (1, 40, 4)),
        (format!("{eni} 10.0.0.5:40001>198.51.100.8:23"), (2, 120, 2)),
    ]);
    assert_eq!(sums(&records(&summary.logs)), expected);
}

#[test]
fn bad_lines_are_counted_with_the_place_of_the_first() {
    let good = "1700000000.5\tC1\t10.0.0.5\t40000\t198.51.100.7\t443\ttcp\t-\t1.0\t-\t-\tSF\tShAFf\t5\t500\t4\t400\tx\n";
    let no_time = good.replacen("1700000000.5", "noon", 1);
    let no_packets = good.replacen("\t5\t500", "\t-\t500", 1);
    let no_protocol = good.replacen("tcp", "unknown_transport", 1);
    let content = format!("{FIELDS}{good}a\tb\n{no_time}{good}{no_time}{no_packets}{no_protocol}{{oops\n");
    let (_folder, summary) = run(&content, &Options::default());
    let summary = summary.unwrap();
    assert_eq!(summary.connections, 2);
    let counted: Vec<(&str, u64, &str)> =
        summary.skipped.iter().map(|(reason, skipped)| (*reason, skipped.count, skipped.first.split(':').next().unwrap())).collect();
    let expected = [
        ("field cannot be read", 2, "line 8"),
        ("field not set", 1, "line 11"),
        ("no JSON", 1, "line 13"),
        ("number of values", 1, "line 7"),
        ("protocol not known", 1, "line 12"),
    ];
    assert_eq!(counted, expected);
}

#[test]
fn a_log_without_a_needed_field_names_it() {
    let content = "#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tresp_pkts\n";
    let error = run(content, &Options::default()).1.unwrap_err();
    assert!(matches!(error, ConvertError::MissingColumn { line: 1, column: "orig_pkts", .. }), "{error}");
}

#[test]
fn a_capture_can_be_moved_in_time() {
    let line = "12.5\tC1\t10.0.0.5\t40000\t198.51.100.7\t443\ttcp\t-\t1.0\t-\t-\tSF\tShAFf\t5\t500\t4\t400\tx\n";
    let begin: DateTime<Utc> = "2026-11-20T10:00:00Z".parse().unwrap();
    let (_folder, summary) = run(&format!("{FIELDS}{line}"), &Options { begin: Some(begin), ..Options::default() });
    let summary = summary.unwrap();
    assert_eq!(summary.moved_secs, begin.timestamp() - 13);
    assert!((begin - summary.first).num_seconds().abs() <= 60, "{}", summary.first);
}

#[test]
fn argus_lines_become_records() {
    let content = "StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,sTos,dTos,TotPkts,TotBytes,SrcBytes,Label\n\
        2011/08/10 09:46:53.047277,3550.182373,udp,198.51.100.7,39678,  <->,10.0.0.5,13363,CON,0,0,12,875,413,flow=Background\n\
        2011/08/10 09:46:53.048843,0.000883,tcp,10.0.0.5,4711,   ->,198.51.100.8,80,SRPA_SPA,0,0,9,2000,1000,flow=Normal\n\
        2011/08/10 09:46:53.048843,0.000883,arp,10.0.0.5,,  who,10.0.0.6,,CON,,,2,84,42,flow=Background\n";
    let (_folder, summary) = run(content, &Options::default());
    let summary = summary.unwrap();
    assert_eq!((summary.kind, summary.connections, summary.skipped["not IP"].count), (Kind::Argus, 2, 1));
    let eni = &summary.hosts[0].interface_id;
    let expected = BTreeMap::from([
        (format!("{eni} 198.51.100.7:39678>10.0.0.5:13363"), (6, 329, 0)),
        (format!("{eni} 10.0.0.5:13363>198.51.100.7:39678"), (6, 378, 0)),
        (format!("{eni} 10.0.0.5:4711>198.51.100.8:80"), (5, 930, 6)),
        (format!("{eni} 198.51.100.8:80>10.0.0.5:4711"), (4, 944, 18)),
    ]);
    assert_eq!(sums(&records(&summary.logs)), expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn sums_are_those_of_the_log(
        rows in prop::collection::vec((0_u32..7_200, 0_u32..4_000, 0_u64..500, 0_u64..900_000, 0_u64..500, 0_u64..900_000, 1024_u16..1100), 1..20),
        long in any::<bool>(),
    ) {
        let mut text = FIELDS.to_owned();
        let mut expected: BTreeMap<String, (u64, u64)> = BTreeMap::new();
        for (at, duration, up, up_bytes, down, down_bytes, port) in &rows {
            let (up_bytes, down_bytes) = (if *up == 0 { 0 } else { *up_bytes }, if *down == 0 { 0 } else { *down_bytes });
            let start = 1_700_000_000 + at;
            text += &format!("{start}.25\tC\t10.0.0.5\t{port}\t198.51.100.7\t443\ttcp\t-\t{duration}.5\t-\t-\tSF\tShADadFf\t{up}\t{up_bytes}\t{down}\t{down_bytes}\tx\n");
            for (key, packets, bytes) in [
                (format!("10.0.0.5:{port}>198.51.100.7:443"), *up, up_bytes),
                (format!("198.51.100.7:443>10.0.0.5:{port}"), *down, down_bytes),
            ] {
                if packets > 0 {
                    let sum = expected.entry(key).or_default();
                    *sum = (sum.0 + packets, sum.1 + bytes);
                }
            }
        }
        // A log in which the host inside never sends has no host.
        prop_assume!(rows.iter().any(|row| row.2 > 0));
        let options = Options { window_secs: if long { 600 } else { 60 }, ..Options::default() };
        let (_folder, summary) = run(&text, &options);
        let summary = summary.unwrap();
        let eni = &summary.hosts[0].interface_id;
        let found: BTreeMap<String, (u64, u64)> = sums(&records(&summary.logs))
            .into_iter()
            .map(|(key, (packets, bytes, _))| (key.strip_prefix(&format!("{eni} ")).unwrap().to_owned(), (packets, bytes)))
            .collect();
        prop_assert_eq!(found, expected);
    }
}
