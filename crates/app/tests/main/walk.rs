//! The walk: from the finding to the four answers.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::weir::World;

fn types_of<'a>(findings: &'a Value, entity: &str) -> BTreeSet<&'a str> {
    findings
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["resource"]["instanceDetails"]["instanceId"] == entity)
        .map(|finding| finding["type"].as_str().unwrap())
        .collect()
}

#[test]
fn the_intrusion_is_found_and_nothing_else() {
    let world = World::get();
    let weir = world.ingested();
    let findings = weir.json(["findings", "list"]);
    let victim = world.victim();
    let raised = types_of(&findings, &victim);
    for expected in [
        "UnauthorizedAccess:EC2/TorClient",
        "Behavior:EC2/NetworkPortUnusual",
        "Behavior:EC2/TrafficVolumeUnusual",
        "UnauthorizedAccess:EC2/MaliciousIPCaller.Custom",
    ] {
        assert!(raised.contains(expected), "{expected} is missing; raised: {raised:?}");
    }
    for finding in findings.as_array().unwrap() {
        assert_eq!(
            finding["resource"]["instanceDetails"]["instanceId"],
            victim.as_str(),
            "a finding about a machine that did nothing: {finding:#}"
        );
        assert_eq!(finding["schemaVersion"], "2.0");
        assert!(finding["service"]["count"].as_u64().unwrap() > 0);
    }
}

#[test]
fn every_finding_rests_on_rows_that_its_query_gives() {
    let world = World::get();
    let weir = world.ingested();
    for finding in weir.json(["findings", "list"]).as_array().unwrap() {
        let evidence = &finding["weir"]["evidence"];
        let rows = weir.sql(evidence["rows"]["sql"].as_str().unwrap());
        assert!(!rows.as_array().unwrap().is_empty(), "{} rests on nothing: {}", finding["type"], evidence["rows"]["sql"]);
        for key in ["summary", "actual", "confidence", "technique"] {
            assert!(!evidence[key].is_null(), "{} lacks {key}", finding["type"]);
        }
        assert!(!evidence["would_not_fire"].as_array().unwrap().is_empty(), "{}", finding["type"]);
        assert!(!finding["weir"]["actors"].as_array().unwrap().is_empty());
    }
}

#[test]
fn volume_and_details_of_a_scope_agree() {
    let world = World::get();
    let weir = world.ingested();
    let victim = world.victim();
    let scope = ["--from", "-24h"];
    let sum = |rows: &Value, column: &str| rows.as_array().unwrap().iter().map(|row| row[column].as_u64().unwrap()).sum::<u64>();
    let volume = weir.json(["volume", &victim].into_iter().chain(scope));
    let details = weir.json(["details", &victim, "--limit", "1000000"].into_iter().chain(scope));
    let direction = |wanted: &str| {
        let rows: Vec<Value> = volume.as_array().unwrap().iter().filter(|bin| bin["direction"] == wanted).cloned().collect();
        sum(&Value::Array(rows), "bytes")
    };
    assert!(direction("inbound") > 0 && direction("outbound") > 0);
    assert_eq!(direction("inbound"), sum(&details, "bytes_in"));
    assert_eq!(direction("outbound"), sum(&details, "bytes_out"));
    assert_eq!(sum(&volume, "flows"), sum(&details, "flows"));
    let folded = weir.json(["details", &victim, "--fold", "--limit", "1000000"].into_iter().chain(scope));
    assert!(folded.as_array().unwrap().len() < details.as_array().unwrap().len());
    assert_eq!(sum(&folded, "bytes_in"), sum(&details, "bytes_in"));
    assert!(details.as_array().unwrap().iter().any(|row| !row["findings"].as_array().unwrap().is_empty()), "rows of findings are marked");
}

#[test]
fn the_profile_answers_the_four_questions() {
    let world = World::get();
    let weir = world.ingested();
    let profile = weir.json(["profile", &world.victim(), "--from", "-24h"]);
    let answers = ["ports", "transfer", "permission", "reach"].map(|question| &profile["answers"][question]);
    for answer in answers {
        assert!(answer["answer"].as_str().unwrap().len() > 20, "{answer:#}");
        assert!(!answer["query"].as_str().unwrap().is_empty(), "{answer:#}");
    }
    let rules = answers[2].to_string();
    assert!(rules.contains("sg-"), "the third answer names security-group rules: {rules}");
    let text = weir.ok(["profile", &world.victim(), "--from", "-24h"]);
    assert!(text.contains("inbound: at most") && text.contains('█'), "{text}");
}

#[test]
fn the_lake_keeps_its_promises() {
    let checks = World::get().ingested().json(["verify"]);
    assert!(checks.as_array().unwrap().len() >= 8);
    for check in checks.as_array().unwrap() {
        assert_eq!(check["ok"], true, "{check:#}");
    }
}

#[test]
fn a_finding_is_archived_and_comes_back() {
    let world = World::get();
    let weir = crate::weir::Weir::new();
    world.tell(&weir);
    weir.ok(["ingest", &world.logs()]);
    let before = weir.json(["findings", "list"]);
    let id = before[0]["id"].as_str().unwrap().to_owned();
    weir.ok(["findings", "archive", &id]);
    let ids = |findings: &Value| {
        findings.as_array().unwrap().iter().map(|finding| finding["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(!ids(&weir.json(["findings", "list"])).contains(&id));
    assert!(ids(&weir.json(["findings", "list", "--archived"])).contains(&id));
    // Detecting again does not bring it back: a person put it away.
    weir.ok(["detect"]);
    assert!(!ids(&weir.json(["findings", "list"])).contains(&id));
    weir.ok(["findings", "unarchive", &id]);
    assert_eq!(weir.json(["findings", "list"]), before);
}

#[test]
fn an_inventory_that_comes_late_is_made_up_for() {
    let world = World::get();
    let weir = crate::weir::Weir::new();
    weir.ok(["ingest", "--no-detect", &world.logs()]);
    // Without an inventory nothing is known of security groups, which tell who opened a connection.
    let rules =
        |weir: &crate::weir::Weir| weir.sql("SELECT entity, direction_rule, count(*) AS flows FROM flows GROUP BY 1, 2 ORDER BY 1, 2");
    assert_ne!(rules(&weir), rules(world.ingested()));
    world.tell(&weir);
    weir.ok(["rebuild"]);
    assert_eq!(rules(&weir), rules(world.ingested()));
    assert_eq!(weir.json(["findings", "list"]), world.ingested().json(["findings", "list"]));
    assert!(weir.json(["verify"]).as_array().unwrap().iter().all(|check| check["ok"] == true));
}

#[test]
fn the_intrusion_is_one_story() {
    let world = World::get();
    let weir = world.ingested();
    let groups = weir.json(["groups", "list"]);
    let groups = groups.as_array().unwrap();
    let victim = world.victim();
    let of_victim: Vec<&Value> =
        groups.iter().filter(|group| group["entities"].as_array().unwrap().iter().any(|entity| *entity == victim.as_str())).collect();
    assert_eq!(of_victim.len(), 1, "{groups:#?}");
    let id = of_victim[0]["id"].as_str().unwrap();
    let group = weir.json(["groups", "show", &id[..8]]);
    let findings = weir.json(["findings", "list"]);
    for member in group["members"].as_array().unwrap() {
        let of = |finding: &&Value| finding["id"] == member["finding_id"];
        assert_eq!(findings.as_array().unwrap().iter().find(of).unwrap()["weir"]["group"], id);
    }
    assert!(group["members"].as_array().unwrap().len() >= 3);
    assert!(group["severity"].as_f64().unwrap() >= 7.0);
}
