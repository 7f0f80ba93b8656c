//! `weir serve` with sources: it collects, judges and answers, and survives what happens to it.

use std::path::Path;
use std::time::{Duration, Instant};

use rand::{Rng as _, SeedableRng as _};
use serde_json::Value;

use crate::crash::{contents, write_objects};
use crate::serve::Server;
use crate::weir::Weir;

const HEADER: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status \
    tcp-flags flow-direction\n";
/// Long enough for a busy machine; what is measured is printed.
const PATIENCE: Duration = Duration::from_secs(600);

fn watched(folder: &Path, more: &str) -> String {
    format!(
        "[ingest]\nbatch_secs = 1\n{more}\n[[sources.folder]]\nname = \"logs\"\npath = {:?}\nsettle_secs = 1\nrescan_secs = 2\n",
        folder.display().to_string()
    )
}

/// Asks until the answer is as wanted, and says how long that took.
pub(crate) fn wait_for(what: &str, mut holds: impl FnMut() -> bool) -> Duration {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(100));
    }
    begun.elapsed()
}

fn accepted(server: &Server) -> u64 {
    server.json("/api/v1/sources")["totals"]["accepted"].as_u64().unwrap()
}

/// A machine that talks to one address for a while, and is answered: 40 records.
fn talk(remote: &str, first: i64) -> String {
    let line = |minute: i64| {
        let (start, port) = (first + minute * 60, 40_000 + minute);
        let end = start + 59;
        format!(
            "5 123456789012 eni-1 10.0.0.5 {remote} {port} 9001 6 40 52000 {start} {end} ACCEPT OK 3 egress\n\
             5 123456789012 eni-1 {remote} 10.0.0.5 9001 {port} 6 38 9000 {start} {end} ACCEPT OK 19 ingress\n"
        )
    };
    HEADER.to_owned() + &(0..20).map(line).collect::<String>()
}

pub(crate) fn stop(mut server: Server) {
    let told = std::process::Command::new("kill").args(["-TERM", &server.child.id().to_string()]).status().unwrap();
    assert!(told.success());
    wait_for("the process ends", || server.child.try_wait().unwrap().is_some());
    assert!(server.child.wait().unwrap().success());
}

#[test]
fn an_object_put_into_the_folder_becomes_a_finding_on_the_screen() {
    let weir = Weir::new();
    let logs = weir.path().join("logs");
    std::fs::create_dir_all(&logs).unwrap();
    std::fs::write(logs.join("before.log"), talk("198.51.100.7", 1_763_900_000)).unwrap();
    let list = weir.path().join("relays.txt");
    std::fs::write(&list, "203.0.113.9\n").unwrap();
    weir.ok(["intel", "import", "--name", "relays", "--kind", "tor-relay", list.to_str().unwrap()]);

    let told = weir.path().join("told.jsonl");
    let settings = watched(&logs, &format!("[[deliver]]\nname = \"desk\"\nkind = \"file\"\npath = {:?}\n", told.display().to_string()));
    let server = Server::start_with(&weir, &settings);
    wait_for("what was there before", || accepted(&server) == 40);
    assert_eq!(server.get("/readyz"), (200, "ready\n".to_owned()));
    // One process writes. Another one is told so, and can still look.
    let other = weir.run(["ingest", logs.to_str().unwrap()]);
    assert_eq!(other.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&other.stderr).contains("another weir process is writing"));
    assert_eq!(weir.sql("SELECT count(*) AS flows FROM flows")[0]["flows"], 40);

    // One that only answers, and has no receivers, leaves those of this one alone.
    stop(Server::start(&weir));

    // A file that grows is taken when it is whole.
    let path = logs.join("contact.log");
    let text = talk("203.0.113.9", 1_763_903_600);
    std::fs::write(&path, &text[..text.len() / 2]).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    std::fs::write(&path, &text).unwrap();
    let findings = || server.json("/api/v1/findings")["rows"].as_array().unwrap().clone();
    let took = wait_for("a finding", || {
        findings().iter().any(|finding| finding["finding_type"].as_str().is_some_and(|name| name.starts_with("UnauthorizedAccess:EC2/Tor")))
    });
    println!("object whole to finding on screen: {took:?}");
    assert_eq!(accepted(&server), 80);

    let lines = || std::fs::read_to_string(&told).unwrap_or_default().lines().map(str::to_owned).collect::<Vec<_>>();
    wait_for("the desk is told", || !lines().is_empty());
    let finding: Value = serde_json::from_str(&lines()[0]).unwrap();
    let shown = findings().iter().any(|shown| finding.to_string().contains(shown["id"].as_str().unwrap()));
    assert!(shown && finding.to_string().contains("UnauthorizedAccess:EC2/Tor"), "{finding}");
    wait_for("the delivery is counted", || server.json("/api/v1/status")["receivers"][0]["delivered"] == lines().len());

    let status = server.json("/api/v1/status");
    let source = &status["sources"][0];
    assert_eq!((&source["name"], &source["state"], &source["committed"]), (&"logs".into(), &"running".into(), &2.into()), "{source:#}");
    for (name, what) in [("collect", "objects"), ("detect", "findings")] {
        let job = status["jobs"].as_array().unwrap().iter().find(|job| job["name"] == name).unwrap().clone();
        assert!(job["note"].as_str().unwrap().contains(what) && job["failures"] == 0, "{job}");
    }
    let (_, metrics) = server.get("/metrics");
    assert!(metrics.contains("weir_source_committed_total{source=\"logs\",kind=\"folder\"} 2"), "{metrics}");
    assert!(metrics.contains("weir_job_failing{job=\"collect\"} 0"), "{metrics}");
    stop(server);

    // A second start reads nothing again, and tells nothing again.
    let before = lines();
    let server = Server::start_with(&weir, &settings);
    std::fs::write(logs.join("after.log"), talk("198.51.100.8", 1_763_907_200)).unwrap();
    wait_for("what came later", || accepted(&server) == 120);
    assert_eq!(weir.sql("SELECT count(*) AS objects FROM objects")[0]["objects"], 3);
    wait_for("what came later is judged", || {
        let status = server.json("/api/v1/status");
        let detect = status["jobs"].as_array().unwrap().iter().find(|job| job["name"] == "detect").cloned().unwrap_or_default();
        detect["state"] == "idle" && detect["last_success"].is_string()
    });
    std::thread::sleep(Duration::from_secs(6));
    let after = lines();
    assert!(after.starts_with(&before) && after[before.len()..].iter().all(|line| !before.contains(line)), "{after:#?}");
    stop(server);
}

#[test]
fn a_lake_that_cannot_be_written_slows_collection_down_and_loses_nothing() {
    let weir = Weir::new();
    let logs = weir.path().join("logs");
    std::fs::create_dir_all(&logs).unwrap();
    // A file where the manifests belong: nothing can be committed.
    weir.ok(["sql", "SELECT 1"]);
    let manifests = weir.data().join("lake").join("_batches");
    let _ = std::fs::remove_dir_all(&manifests);
    let server = Server::start_with(&weir, &watched(&logs, "[watch]\ndetect = false"));
    std::fs::write(&manifests, "in the way").unwrap();
    std::fs::write(logs.join("a.log"), talk("198.51.100.7", 1_763_900_000)).unwrap();
    wait_for("the trouble is said", || server.get("/readyz").0 == 503);
    assert!(server.get("/readyz").1.contains("cannot be committed"));
    assert_eq!((server.get("/healthz").0, accepted(&server)), (200, 0));
    std::fs::remove_file(&manifests).unwrap();
    wait_for("what waited", || accepted(&server) == 40);
    wait_for("ready again", || server.get("/readyz").0 == 200);
    stop(server);
}

#[test]
fn killed_again_and_again_while_it_collects_and_tidies_up_it_loses_and_doubles_nothing() {
    let kills: u32 = std::env::var("WEIR_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(15);
    let logs = tempfile::tempdir().unwrap();
    write_objects(logs.path());
    let whole = Weir::new();
    whole.ok(["ingest", "--no-detect", logs.path().to_str().unwrap()]);
    let expected = contents(&whole);
    let names = |name: &str| logs.path().join(name);
    let mut objects: Vec<_> =
        std::fs::read_dir(logs.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    objects.sort();

    // Small batches and a keeper that never rests, so that there are many instants at which to be killed.
    let more = "batch_bytes = 8000\n[watch]\ndetect = false\n[keep]\nevery_secs = 1\nvacuum_after_hours = 0";
    let weir = Weir::new();
    let folder = weir.path().join("logs");
    std::fs::create_dir_all(&folder).unwrap();
    let mut dice = rand::rngs::SmallRng::seed_from_u64(7);
    let mut put = 0;
    for kill in 0..kills {
        // Some objects come before the start, some while it runs, some a second time.
        let mut deliver = |dice: &mut rand::rngs::SmallRng| {
            if put < objects.len() && dice.random_range(0..10) < 8 {
                std::fs::copy(names(&objects[put]), folder.join(&objects[put])).unwrap();
                put += 1;
            } else if put > 0 {
                let again = dice.random_range(0..put);
                std::fs::copy(names(&objects[again]), folder.join(&objects[again])).unwrap();
            }
        };
        deliver(&mut dice);
        let mut server = Server::start_with(&weir, &watched(&folder, more));
        deliver(&mut dice);
        std::thread::sleep(Duration::from_millis(dice.random_range(0..2_500)));
        assert!(server.child.try_wait().unwrap().is_none(), "it ended by itself before kill {kill}");
        server.child.kill().unwrap();
        server.child.wait().unwrap();
    }
    for object in &objects[put..] {
        std::fs::copy(names(object), folder.join(object)).unwrap();
    }
    let server = Server::start_with(&weir, &watched(&folder, more));
    let records = expected[6].as_array().unwrap().iter().map(|object| object["records"].as_u64().unwrap()).sum::<u64>();
    wait_for("everything", || {
        let totals = &server.json("/api/v1/sources")["totals"];
        totals["accepted"].as_u64().unwrap() + totals["rejected"].as_u64().unwrap() + totals["coverage"].as_u64().unwrap() == records
    });
    stop(server);
    assert_eq!(without_names(contents(&weir)), without_names(expected), "after {kills} kills");
    let checks = weir.json(["verify"]);
    assert!(checks.as_array().unwrap().iter().all(|check| check["ok"] == true), "{checks:#}");
    println!("{kills} kills");
}

/// The sums, the refused records and the coverage, without the folder that objects came from and without the ledger, in which an object
/// that was put there a second time stands a second time.
pub(crate) fn without_names(contents: Vec<Value>) -> Vec<String> {
    let base = |text: &str| text.rsplit('/').next().unwrap_or_default().to_owned();
    let mut parts = Vec::new();
    for mut part in contents.into_iter().take(6) {
        for row in part.as_array_mut().unwrap() {
            for key in ["source_object", "object"] {
                if let Some(name) = row.get(key).and_then(Value::as_str).map(base) {
                    row[key] = name.into();
                }
            }
        }
        parts.push(part.to_string());
    }
    parts
}

#[test]
fn what_was_uploaded_is_matched_against_a_list_that_changes_later() {
    let weir = Weir::new();
    let list = weir.path().join("relays.txt");
    std::fs::write(&list, "192.0.2.1\n").unwrap();
    let server = Server::start_with(
        &weir,
        &format!(
            "[ingest]\nbatch_secs = 1\n[sources.upload]\nenabled = true\n[[lists]]\nname = \"relays\"\nkind = \"tor-relay\"\nlocation = {:?}\nevery_secs = 1\n",
            list.display().to_string()
        ),
    );
    let upload = |name: &str, text: String| {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let client = reqwest::Client::builder().timeout(PATIENCE).build().unwrap();
            client.put(format!("http://{}/upload/{name}", server.address)).body(text).send().await.unwrap().status().as_u16()
        })
    };
    assert_eq!(upload("contact.log", talk("203.0.113.9", 1_763_900_000)), 201);
    assert_eq!(upload("other.log", "no flow log".to_owned()), 422);
    assert_eq!(accepted(&server), 40);
    let job = |name: &str| server.json("/api/v1/status")["jobs"].as_array().unwrap().iter().find(|job| job["name"] == name).cloned();
    let judged = || job("detect").is_some_and(|job| job["state"] == "idle" && job["runs"].as_u64() > Some(0));
    wait_for("it is judged", judged);
    let findings = || server.json("/api/v1/findings")["rows"].to_string();
    assert!(!findings().contains("Tor"), "{}", findings());

    std::fs::write(&list, "192.0.2.1\n203.0.113.9\n").unwrap();
    let took = wait_for("a finding in the past", || findings().contains("UnauthorizedAccess:EC2/Tor"));
    println!("list changed to finding on screen: {took:?}");
    assert_eq!(server.json("/api/v1/sources")["lists"][0]["entries"], 2);

    // A list that turns empty is a fault, and the one before stays.
    std::fs::write(&list, "\n").unwrap();
    wait_for("the fault is said", || job("lists").is_some_and(|job| job["state"] == "failing"));
    assert_eq!(server.json("/api/v1/sources")["lists"][0]["entries"], 2);
    stop(server);
}
