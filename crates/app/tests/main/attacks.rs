//! Every planted attack is found on the machine that did or suffered it, and little else is.

use std::path::Path;

use serde_json::Value;

use crate::weir::Weir;

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
    for (kind, file) in evaluate::world::LISTS {
        let file = folder.join("intel").join(file).display().to_string();
        weir.ok(["intel", "import", "--no-detect", "--name", kind, "--kind", kind, &file]);
    }
    weir.ok(["ingest", &folder.join("AWSLogs").display().to_string()]);

    let findings = weir.json(["findings", "list"]);
    let findings = findings.as_array().unwrap();
    let what_happened = evaluate::truth::Truth::of_world(&truth).unwrap();
    let score = evaluate::score::score(&what_happened, findings).unwrap();
    assert!(score.planted.len() > truth["attacks"].as_array().unwrap().len(), "the intrusion counts as well");
    let missed: Vec<_> = score.planted.iter().filter(|planted| planted.delay_minutes.is_none()).collect();
    assert!(missed.is_empty(), "planted and not found: {missed:#?}");
    // The intrusion is a story of many steps: what else is found on its victim is not looked at here.
    let victim = truth["intrusion"]["entity"]["instance_id"].as_str().unwrap();
    let accused: Vec<_> =
        score.false_alarms.iter().chain(&score.low_alarms).chain(&score.beside).filter(|alarm| alarm.entity != victim).collect();
    assert!(accused.is_empty(), "nobody planted these: {accused:#?}");
    assert_eq!((score.accused_victims.len(), score.unexplained), (0, 0), "{score:#?}");

    for finding in findings {
        let sql = finding["weir"]["evidence"]["rows"]["sql"].as_str().unwrap();
        let rows = weir.sql(sql);
        assert!(!rows.as_array().unwrap().is_empty(), "{} rests on nothing: {sql}", finding["type"]);
    }
}
