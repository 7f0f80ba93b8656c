//! The lake over time: what compaction, expiry and vacuum leave as it was.

use serde_json::Value;

use crate::weir::{Weir, World};

/// Ingested day by day, so that there are files to merge.
pub(crate) fn in_pieces(world: &World) -> Weir {
    let weir = Weir::new();
    world.tell(&weir);
    let settings = weir.settings("[ingest]\nbatch_bytes = 200000\n");
    weir.ok(["--config", settings.to_str().unwrap(), "ingest", "--no-detect", &world.logs()]);
    weir.ok(["detect"]);
    weir
}

fn holds(checks: &Value) -> bool {
    checks.as_array().unwrap().iter().all(|check| check["ok"] == true)
}

#[test]
fn compaction_changes_no_answer() {
    let world = World::get();
    let weir = in_pieces(world);
    let victim = world.victim();
    let profile = || weir.json(["profile", &victim, "--from", "-3d"]);
    let (profile_before, findings) = (profile(), weir.json(["findings", "list"]));
    let counts = "SELECT entity, count(*) AS flows, sum(bytes) AS bytes FROM flows GROUP BY entity ORDER BY entity";
    let flows = weir.sql(counts);

    let plan = weir.json(["compact", "--dry-run"]);
    assert!(!plan.as_array().unwrap().is_empty());
    let done = weir.json(["compact"]);
    assert!(done["files_after"].as_u64() < done["files_before"].as_u64(), "{done}");
    assert!(done["bytes_after"].as_u64() < done["bytes_before"].as_u64(), "{done}");
    assert_eq!(weir.json(["compact", "--dry-run"]), Value::Array(Vec::new()));

    assert_eq!(weir.sql(counts), flows);
    assert_eq!(profile(), profile_before);
    assert!(holds(&weir.json(["verify"])));
    weir.ok(["detect"]);
    assert_eq!(weir.json(["findings", "list"]), findings);

    // A second delivery of everything is still known.
    let again = weir.json(["ingest", "--no-detect", &world.logs()]);
    assert_eq!((&again["accepted"], &again["objects"]), (&0.into(), &0.into()), "{again}");

    let kept = weir.json(["vacuum"]);
    assert_eq!((&kept["files"], &kept["kept"]), (&0.into(), &done["files_before"]), "a day's grace: {kept}");
    let gone = weir.json(["vacuum", "--keep-hours", "0"]);
    assert_eq!(gone["files"], done["files_before"]);
    assert_eq!(profile(), profile_before);
}

#[test]
fn flows_expire_and_what_they_summed_up_to_stays() {
    let world = World::get();
    let weir = in_pieces(world);
    let days = weir.sql("SELECT date, count(*) AS rows FROM flows GROUP BY date ORDER BY date");
    let days: Vec<&str> = days.as_array().unwrap().iter().map(|day| day["date"].as_str().unwrap()).collect();
    let before = days[days.len() / 2];
    let volume = weir.json(["volume", &world.victim(), "--from", days[0]]);

    let planned = weir.json(["expire", "flows", "--before", before, "--dry-run"]);
    assert_eq!(weir.sql("SELECT min(date) AS first FROM flows")[0]["first"], days[0], "a dry run changes nothing");
    let done = weir.json(["expire", "flows", "--before", before]);
    assert_eq!(done["tables"], planned["tables"]);
    assert_eq!(done["tables"][0]["days"], days.len() / 2);
    assert_eq!(weir.sql("SELECT min(date) AS first FROM flows")[0]["first"], before);
    assert_eq!(weir.json(["volume", &world.victim(), "--from", days[0]]), volume);
    let checks = weir.json(["verify"]);
    assert!(holds(&checks), "{checks:#}");
    assert!(!weir.run(["expire", "objects", "--before", before]).status.success(), "the ledger does not expire");
    // The expired days are not taken in again.
    assert_eq!(weir.json(["ingest", "--no-detect", &world.logs()])["accepted"], 0);
}
