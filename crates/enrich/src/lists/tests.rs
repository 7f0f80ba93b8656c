use super::*;
use crate::testing::{fixture, time};
use proptest::prelude::*;

fn address(text: &str) -> Address {
    text.parse().unwrap()
}

fn read(file: &str, kind: ListKind) -> (List, Vec<RejectedLine>) {
    List::parse(file, kind, &fixture(&format!("lists/{file}")), time("2026-11-24T00:00:00Z"))
}

fn entries(file: &str, kind: ListKind) -> Vec<String> {
    read(file, kind).0.entries.iter().map(ToString::to_string).collect()
}

fn list(name: &str, kind: ListKind, text: &str) -> List {
    let (list, rejected) = List::parse(name, kind, text.as_bytes(), Timestamp::default());
    assert_eq!(rejected, []);
    list
}

#[test]
fn plain_text() {
    let (list, rejected) = read("plain.txt", ListKind::Threat);
    let entries: Vec<String> = list.entries.iter().map(ToString::to_string).collect();
    let expected = ["198.51.100.1/32", "198.51.100.20/30", "198.51.100.30/32", "203.0.113.0/28", "2001:db8::9/128", "2001:db8:bad::/48"];
    assert_eq!(entries, expected, "each once, ascending");
    let rejected: Vec<(usize, &str, &str)> = rejected.iter().map(|line| (line.line, line.text.as_str(), line.reason.as_str())).collect();
    assert_eq!(
        rejected,
        [(11, "0.0.0.0/0", "the network holds every address"), (12, "pool.example.net:3333", "neither an address nor a network")]
    );
}

#[test]
fn vendors_forms() {
    assert_eq!(entries("alien-vault.txt", ListKind::Threat), ["198.51.100.9/32", "198.51.100.10/32"]);
    assert_eq!(entries("otx.csv", ListKind::Threat), ["192.0.2.0/24", "198.51.100.1/32"]);
    assert_eq!(entries("proofpoint.csv", ListKind::Threat), ["198.51.100.1/32", "203.0.113.1/32"]);
    assert_eq!(entries("fire-eye.csv", ListKind::Threat), ["192.0.2.0/25", "198.51.100.40/32", "203.0.113.1/32"]);
    assert_eq!(entries("stix.xml", ListKind::Threat), ["198.51.100.1/32", "198.51.100.2/32", "203.0.113.0/24"]);
    assert_eq!(entries("stix2.json", ListKind::Threat), ["198.51.100.1/32", "198.51.100.2/32", "2001:db8:bad::/48"]);
    assert_eq!(entries("warning-list.json", ListKind::Scanner), ["198.51.100.0/25", "203.0.113.77/32", "2001:db8:5ca::/48"]);
    for file in ["alien-vault.txt", "proofpoint.csv", "fire-eye.csv", "stix.xml", "warning-list.json"] {
        assert_eq!(read(file, ListKind::Threat).1, [], "{file}");
    }
    let (_, rejected) = read("otx.csv", ListKind::Threat);
    assert_eq!((rejected.len(), rejected[0].line, rejected[0].text.as_str()), (1, 4, "hostname, bad.example.net, example"));
    assert_eq!(read("stix2.json", ListKind::Threat).1[0].reason, "the indicator compares no address");
}

#[test]
fn relays_with_flags_know_their_guards() {
    assert_eq!(entries("relays.csv", ListKind::TorGuard), ["198.51.100.1/32", "2001:db8::3/128"]);
    assert_eq!(entries("relays.csv", ListKind::TorExit), ["198.51.100.2/32"]);
    let lists = Lists::new([read("relays.csv", ListKind::TorRelay).0]);
    assert_eq!(lists.hit(address("198.51.100.1"), ListKind::TorGuard), Some(vec!["relays.csv"]));
    assert_eq!(lists.hit(address("198.51.100.2"), ListKind::TorGuard), None);
    assert_eq!(lists.hit(address("198.51.100.2"), ListKind::TorRelay), Some(vec!["relays.csv"]));
    assert_eq!(lists.hit(address("198.51.100.2"), ListKind::TorExit), None);
}

#[test]
fn without_flags_every_relay_may_be_a_guard() {
    let lists = Lists::new([read("relays-without-flags.csv", ListKind::TorRelay).0]);
    assert_eq!(lists.hit(address("198.51.100.2"), ListKind::TorGuard), Some(vec!["relays-without-flags.csv"]));
}

#[test]
fn trusted_wins() {
    let lists = Lists::new([
        list("bad", ListKind::Threat, "198.51.100.0/24\n203.0.113.1"),
        list("ours", ListKind::Trusted, "198.51.100.64/26"),
        list("pool", ListKind::Mining, "203.0.113.1"),
    ]);
    assert_eq!(lists.hit(address("198.51.100.1"), ListKind::Threat), Some(vec!["bad"]));
    assert_eq!(lists.hit(address("198.51.100.65"), ListKind::Threat), None);
    assert_eq!(lists.hit(address("198.51.100.65"), ListKind::Trusted), Some(vec!["ours"]));
    assert!(lists.is_trusted(address("198.51.100.65")));
    assert_eq!(lists.matches(address("198.51.100.65")).count(), 2);
    assert_eq!(lists.hit(address("203.0.113.1"), ListKind::Mining), Some(vec!["pool"]));
    assert_eq!(lists.hit(address("::ffff:203.0.113.1"), ListKind::Threat), Some(vec!["bad"]), "a mapped address is the same address");
    assert_eq!(lists.hit(address("10.0.0.1"), ListKind::Threat), None);
}

#[test]
fn the_longest_network_of_a_list_counts() {
    let lists = Lists::new([list("bad", ListKind::Threat, "198.51.100.0/24\n198.51.100.0/28\n198.51.100.5\n198.51.0.0/16")]);
    let network = |text| lists.matches(address(text)).map(|found| found.network.to_string()).collect::<Vec<_>>();
    assert_eq!(network("198.51.100.5"), ["198.51.100.5/32"]);
    assert_eq!(network("198.51.100.6"), ["198.51.100.0/28"]);
    assert_eq!(network("198.51.100.16"), ["198.51.100.0/24"]);
    assert_eq!(network("198.51.101.0"), ["198.51.0.0/16"]);
    assert_eq!(network("198.52.0.0"), Vec::<String>::new());
}

#[test]
fn the_same_name_replaces() {
    let mut lists = Lists::new([list("feed", ListKind::Threat, "198.51.100.1")]);
    lists.add(list("feed", ListKind::C2, "198.51.100.2"));
    assert_eq!(lists.iter().count(), 1);
    assert_eq!(lists.hit(address("198.51.100.1"), ListKind::Threat), None);
    assert_eq!(lists.hit(address("198.51.100.2"), ListKind::C2), Some(vec!["feed"]));
    assert!(lists.remove("feed"));
    assert!(!lists.remove("feed"));
    assert!(lists.is_empty());
}

#[test]
fn lists_are_stored_as_json() {
    let (relays, _) = read("relays.csv", ListKind::TorRelay);
    let json = serde_json::to_string(&relays).unwrap();
    assert_eq!(serde_json::from_str::<List>(&json).unwrap(), relays);
    assert!(json.contains(r#""kind":"tor-relay""#) && json.contains(r#""198.51.100.1/32""#));
    for kind in ListKind::ALL {
        assert_eq!(kind.as_str().parse(), Ok(kind));
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
    }
    assert!("tor".parse::<ListKind>().is_err());
}

#[test]
fn odd_spellings() {
    assert_eq!(list("a", ListKind::Threat, "\u{feff}198.51.100.7/24\r\n").entries[0].to_string(), "198.51.100.0/24", "host bits are cut");
    assert_eq!(list("a", ListKind::Threat, "::ffff:198.51.100.0/120").entries[0].to_string(), "198.51.100.0/24");
    assert_eq!(list("a", ListKind::Threat, "ip\n198.51.100.1").entries.len(), 1, "a header of one column");
    assert_eq!(list("a", ListKind::Threat, "198.51.100.1\t10").entries.len(), 1);
    let quoted = "# first line\n\"first_seen_utc\",\"dst_ip\",\"dst_port\"\n\"2026-01-17 07:44:46\",\"198.51.100.7\",\"443\"\n";
    assert_eq!(list("a", ListKind::C2, quoted).entries[0].to_string(), "198.51.100.7/32");
    assert_eq!(list("a", ListKind::Threat, "[\"198.51.100.1\"]").entries.len(), 1);
    assert_eq!(list("a", ListKind::Threat, "").entries.len(), 0);
    let (_, rejected) = List::parse("a", ListKind::Threat, b"198.51.100.9-198.51.100.1", Timestamp::default());
    assert_eq!(rejected[0].reason, "the range ends before it begins");
    let (_, rejected) = List::parse("a", ListKind::Threat, b"<html></html>", Timestamp::default());
    assert_eq!(rejected[0].reason, "XML without any Address_Value");
    let (_, rejected) = List::parse("a", ListKind::Threat, br#"{"error": "no"}"#, Timestamp::default());
    assert_eq!(rejected.len(), 1);
}

proptest! {
    #[test]
    fn agrees_with_asking_every_network(
        networks in prop::collection::vec((0u32..1 << 12, 18u8..=32, 0usize..3), 0..40),
        asked in prop::collection::vec(0u32..1 << 12, 20),
    ) {
        let base = 0xC633_6000; // 198.51.96.0
        let kinds = [ListKind::Threat, ListKind::C2, ListKind::Mining];
        let made: Vec<List> = (0..3).map(|owner| {
            let mut entries: Vec<IpNet> = networks.iter().filter(|(_, _, of)| *of == owner)
                .map(|&(offset, length, _)| IpNet::new(std::net::Ipv4Addr::from(base + offset).into(), length).unwrap().trunc()).collect();
            entries.sort_unstable();
            entries.dedup();
            List { name: format!("list-{owner}"), kind: kinds[owner], added: Timestamp::default(), source: None, valid_from: None, entries, guards: None }
        }).collect();
        let lists = Lists::new(made.clone());
        for offset in asked {
            let remote = Address::from_v4_bits(base + offset);
            let mut expected: Vec<(String, String)> = made.iter().filter_map(|list| {
                let longest = list.entries.iter().filter(|net| net.contains(&remote.to_ip())).max_by_key(|net| net.prefix_len())?;
                Some((list.name.clone(), longest.to_string()))
            }).collect();
            expected.sort();
            let mut found: Vec<(String, String)> = lists.matches(remote).map(|found| (found.list.to_string(), found.network.to_string())).collect();
            found.sort();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn parsing_never_panics(bytes: Vec<u8>, text in "[0-9a-f./:,;#<>{}\\[\\]\"' \n-]{0,80}") {
        let _ = List::parse("any", ListKind::TorRelay, &bytes, Timestamp::default());
        let _ = List::parse("any", ListKind::TorRelay, text.as_bytes(), Timestamp::default());
    }
}

/// Reads the public lists that lie beside the workspace, where they do.
#[test]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn public_lists_are_read() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/intel");
    if !folder.is_dir() {
        eprintln!("skipped: no public lists beside the workspace");
        return;
    }
    let expected = [
        ("tor-relays-all.csv", ListKind::TorRelay, 10_000),
        ("tor-exit-ipv4.txt", ListKind::TorExit, 700),
        ("ipsum-level3.txt", ListKind::Threat, 14_000),
        ("maltrail-crypto_mining.txt", ListKind::Mining, 500),
        ("misp-warninglist-sinkholes.json", ListKind::BlackHole, 50),
        ("misp-warninglist-shodan-scanning.json", ListKind::Scanner, 20),
    ];
    let mut all = Vec::new();
    for (file, kind, at_least) in expected {
        let Ok(bytes) = std::fs::read(folder.join(file)) else { continue };
        let (list, rejected) = List::parse(file, kind, &bytes, Timestamp::default());
        assert!(list.entries.len() >= at_least, "{file}: {} entries, first refused {:?}", list.entries.len(), rejected.first());
        assert!(kind == ListKind::Mining || rejected.is_empty(), "{file}: {:?}", rejected.first());
        all.push(list);
    }
    let lists = Lists::new(all);
    assert!(lists.hit(address("204.8.96.141"), ListKind::TorGuard).is_some());
}
