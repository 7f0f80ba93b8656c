//! Samples, exports and suppression rules on the command line.

use crate::weir::Weir;

#[test]
fn samples_are_made_exported_and_taken_away() {
    let weir = Weir::new();
    let ids = weir.json(["findings", "sample"]);
    let count = ids.as_array().unwrap().len();
    assert_eq!(count, detect::FindingType::ALL.len());
    assert_eq!(weir.json(["findings", "list"]).as_array().unwrap().len(), count);
    let ocsf = weir.json(["findings", "export", "--format", "ocsf"]);
    assert!(ocsf.as_array().unwrap().iter().all(|event| event["class_uid"] == 2_004 && event["unmapped"]["sample"] == true));
    let asff = weir.json(["findings", "export", "--format", "asff"]);
    assert!(asff.as_array().unwrap().iter().all(|finding| finding["SchemaVersion"] == "2018-10-08" && finding["Sample"] == true));
    let lines = weir.ok(["findings", "export", "--format", "jsonl"]);
    assert_eq!(lines.lines().count(), count);
    for line in lines.lines() {
        let finding: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(finding["title"].as_str().unwrap().starts_with("[SAMPLE] "));
    }
    assert_eq!(weir.json(["groups", "list"]), serde_json::json!([]), "samples are no story");
    weir.ok(["findings", "sample", "--remove"]);
    assert_eq!(weir.json(["findings", "list"]), serde_json::json!([]));
}

#[test]
fn rules_are_made_shown_and_removed() {
    let weir = Weir::new();
    let rule = ["scanner", "--reason", "weekly scan", "--owner", "ada", "--remote", "198.51.100.0/24", "--local-port", "8000-8100"];
    let more = [
        "--tag",
        "env=test",
        "--schedule",
        "saturday 00:00-24:00",
        "--criteria",
        r#"{"FindingCriteria":{"Criterion":{"severity":{"Lt":7}}}}"#,
    ];
    let preview = weir.json(["suppress", "preview"].into_iter().chain(rule).chain(more));
    assert_eq!(preview["hidden"], 0);
    assert_eq!(weir.json(["suppress", "list"]), serde_json::json!([]), "looking makes no rule");
    weir.ok(["suppress", "add"].into_iter().chain(rule).chain(more));
    let rules = weir.json(["suppress", "list"]);
    let criterion = &rules[0]["rule"]["criteria"]["criterion"];
    assert_eq!(criterion["weir.remote"]["cidr"][0], "198.51.100.0/24");
    assert_eq!(criterion["severity"]["lessThan"], 7.0);
    assert_eq!(criterion["weir.tags.env"]["equals"][0], "test");
    assert_eq!(rules[0]["rule"]["schedule"]["days"][0], "saturday");
    let wrong = weir.run(["suppress", "add", "every", "--reason", "none"]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("hide everything"));
    weir.ok(["suppress", "remove", "scanner"]);
    assert_eq!(weir.json(["suppress", "list"]), serde_json::json!([]));
}
