//! Every planted attack is found on the machine that did or suffered it, and little else is.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::weir::Weir;

/// What an attack brings with it besides the finding that it was planted for: true as well.
fn follows(kind: &str) -> bool {
    [
        // Guessing and sweeping inside on ports of administration is a first use of them.
        "Weir:EC2/LateralMovement",
        // The other end of guessing inside, a miner's long connection, a relay that is a client as well.
        "Impact:EC2/WinRMBruteForce",
        "Weir:EC2/LongConnection",
        "UnauthorizedAccess:EC2/TorClient",
        // New ports, new volumes and new places are what attacks are made of.
        "Behavior:EC2/NetworkPortUnusual",
        "Behavior:EC2/TrafficVolumeUnusual",
        "Weir:EC2/NewCountry",
        "Weir:EC2/NewNetwork",
    ]
    .contains(&kind)
}

/// A contact with a listed address passes the NAT gateway, whose interface is logged as well.
fn at_the_gateway(kind: &str, entity: &str) -> bool {
    let listed = ["Backdoor:EC2/C&CActivity.B", "CryptoCurrency:EC2/BitcoinTool.B", "Trojan:EC2/BlackholeTraffic", "Trojan:EC2/DropPoint"];
    entity.starts_with("eni-") && listed.contains(&kind)
}

fn pairs<'a>(rows: &'a [Value], kind: &str, entity: impl Fn(&'a Value) -> &'a Value) -> BTreeSet<(&'a str, &'a str)> {
    rows.iter().map(|row| (row[kind].as_str().unwrap(), entity(row).as_str().unwrap())).collect()
}

#[test]
fn every_kind_of_attack_is_found_and_nobody_else_is_accused() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("attacks");
    let _ = std::fs::remove_dir_all(&folder);
    let weir = Weir::new();
    let out = folder.display().to_string();
    let options = ["--days", "17", "--instances", "20", "--records", "160000", "--seed", "11", "--scenario", "all"];
    weir.ok(["simulate", "--out", &out].into_iter().chain(options));
    let truth: Value = serde_json::from_slice(&std::fs::read(folder.join("truth.json")).unwrap()).unwrap();
    let mut inventory: Vec<String> =
        std::fs::read_dir(folder.join("inventory")).unwrap().map(|entry| entry.unwrap().path().display().to_string()).collect();
    inventory.sort();
    weir.ok(["inventory", "import"].map(str::to_owned).into_iter().chain(inventory));
    for (kind, file) in [
        ("trusted", "trusted.txt"),
        ("tor-relay", "tor-relays.txt"),
        ("threat", "threat-list.txt"),
        ("c2", "c2.txt"),
        ("mining", "mining.txt"),
        ("black-hole", "black-hole.txt"),
        ("drop-point", "drop-point.txt"),
        ("scanner", "scanners.txt"),
    ] {
        let file = folder.join("intel").join(file).display().to_string();
        weir.ok(["intel", "import", "--no-detect", "--name", kind, "--kind", kind, &file]);
    }
    weir.ok(["ingest", &folder.join("AWSLogs").display().to_string()]);

    let findings = weir.json(["findings", "list"]);
    let findings = findings.as_array().unwrap();
    let raised = pairs(findings, "type", |finding| &finding["weir"]["entity"]);
    let attacks = truth["attacks"].as_array().unwrap();
    let planted = pairs(attacks, "type", |attack| &attack["entity"]);
    let missed: Vec<_> = planted.difference(&raised).collect();
    assert!(missed.is_empty(), "planted and not found: {missed:#?}\nraised: {raised:#?}");

    let victim = truth["intrusion"]["entity"]["instance_id"].as_str().unwrap();
    let attackers: BTreeSet<&str> = planted.iter().map(|(_, entity)| *entity).chain([victim]).collect();
    let accused: Vec<_> = raised
        .difference(&planted)
        .filter(|(kind, entity)| *entity != victim && !(follows(kind) && attackers.contains(entity)) && !at_the_gateway(kind, entity))
        .collect();
    assert!(accused.is_empty(), "nobody planted these: {accused:#?}");

    for finding in findings {
        let sql = finding["weir"]["evidence"]["rows"]["sql"].as_str().unwrap();
        let rows = weir.sql(sql);
        assert!(!rows.as_array().unwrap().is_empty(), "{} rests on nothing: {sql}", finding["type"]);
    }
}
