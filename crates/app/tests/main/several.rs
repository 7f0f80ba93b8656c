//! Collecting from a bucket through a queue while both misbehave and the collectors are killed: one collector into a folder, and several of
//! them into a lake in a bucket.

use std::time::{Duration, Instant};

use axum::http::Method;
use rand::rngs::SmallRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::Value;

use crate::aws::Aws;
use crate::crash::{contents, write_objects};
use crate::proxy::{Asked, Fault, Proxy};
use crate::serve::Server;
use crate::watching::{stop, without_names};
use crate::weir::Weir;

const PATIENCE: Duration = Duration::from_secs(900);

/// What goes wrong between a collector and its bucket and queue.
fn misbehave(asked: &Asked, number: usize) -> Option<Fault> {
    let queue = asked.target.rsplit('.').next().unwrap_or_default();
    match number % 24 {
        3 | 14 => Some(Fault::Busy),
        6 | 17 if asked.method == Method::GET => Some(Fault::CutShort),
        7 | 8 | 19 if queue == "ReceiveMessage" => Some(Fault::Twice),
        9 if queue.starts_with("DeleteMessage") => Some(Fault::Lost),
        11 if number % 7 == 0 => Some(Fault::Silence),
        _ => None,
    }
}

/// What goes wrong between a collector and its lake: refused, and done without an answer.
fn misbehave_as_a_lake(_: &Asked, number: usize) -> Option<Fault> {
    match number % 60 {
        17 => Some(Fault::Busy),
        41 => Some(Fault::Lost),
        _ => None,
    }
}

/// How many kills: `WEIR_KILLS` asks for more, as a soak does.
fn kills(usual: u32) -> u32 {
    std::env::var("WEIR_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

struct Scene {
    aws: Aws,
    /// The way to the queue and to the objects, and the way to the lake.
    source: Proxy,
    lake: Proxy,
    queue: String,
    objects: Vec<(String, Vec<u8>)>,
    /// What an ingest without any trouble makes of the objects, and how many records that is.
    expected: Vec<String>,
    records: u64,
    runtime: tokio::runtime::Runtime,
}

impl Scene {
    fn new() -> Self {
        let logs = tempfile::tempdir().unwrap();
        write_objects(logs.path());
        let whole = Weir::new();
        whole.ok(["ingest", "--no-detect", logs.path().to_str().unwrap()]);
        let expected = contents(&whole);
        let records = expected[6].as_array().unwrap().iter().map(|object| object["records"].as_u64().unwrap()).sum();
        let mut objects: Vec<(String, Vec<u8>)> = std::fs::read_dir(logs.path())
            .unwrap()
            .map(|entry| entry.unwrap())
            .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
            .collect();
        objects.sort();
        let aws = Aws::start();
        aws.put("logs", Vec::new());
        aws.put("lake", Vec::new());
        let queue = aws.queue_of("logs", "arrivals");
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let (source, lake) =
            runtime.block_on(async { (Proxy::start(&aws.url, misbehave).await, Proxy::start(&aws.url, misbehave_as_a_lake).await) });
        Self { aws, source, lake, queue, objects, expected: without_names(expected), records, runtime }
    }

    /// Settings of a collector.
    fn settings(&self, batch_bytes: u32) -> String {
        let aws = format!(
            "{{ region = \"us-east-1\", endpoint_url = {:?}, access_key_id = \"test\", secret_access_key = \"test\", timeout_secs = 2 }}",
            self.source.url
        );
        // Small batches, so that there are many instants at which to be killed; a message that nobody deletes comes again soon.
        format!(
            "[ingest]\nbatch_secs = 1\nbatch_bytes = {batch_bytes}\n[watch]\ndetect = false\n[keep]\nevery_secs = 1\nvacuum_after_hours = 1\n\
             [[sources.s3_queue]]\nname = \"arrivals\"\nqueue_url = {:?}\naws = {aws}\nvisibility_secs = 10\nwait_secs = 1\nmax_receives = 10000\n",
            self.queue
        )
    }

    /// A folder for one more process, whose lake is in the bucket.
    fn beside(&self, endpoint: &str) -> Weir {
        Weir::within(&[
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("WEIR__LAKE__LOCATION", "s3://lake/weir"),
            ("WEIR__LAKE__REGION", "us-east-1"),
            ("WEIR__LAKE__ENDPOINT", endpoint),
        ])
    }

    fn put(&self, number: usize) {
        let (name, bytes) = &self.objects[number];
        self.aws.put(&format!("logs/{name}"), bytes.clone());
    }

    /// Kills the collectors again and again while objects come, some of them twice, then lets them work until everything is there.
    fn run(&self, role: &str, workers: &[Weir], reader: &Weir, kills: u32, batch_bytes: u32) {
        let settings = self.settings(batch_bytes);
        let start = |worker: &Weir| Server::start_as(role, worker, &settings);
        let mut dice = SmallRng::seed_from_u64(11);
        let mut put = 0;
        let mut servers: Vec<Server> = workers.iter().map(start).collect();
        for kill in 0..kills {
            if put < self.objects.len() && (kill as usize * self.objects.len()) >= put * kills as usize {
                self.put(put);
                put += 1;
            } else if put > 0 {
                // The same bytes written again: another notification of an object that is there.
                self.put(dice.random_range(0..put));
            }
            std::thread::sleep(Duration::from_millis(dice.random_range(0..1_500)));
            let chosen = dice.random_range(0..servers.len());
            assert!(servers[chosen].child.try_wait().unwrap().is_none(), "it ended by itself before kill {kill}");
            servers[chosen].child.kill().unwrap();
            servers[chosen].child.wait().unwrap();
            servers[chosen] = start(&workers[chosen]);
        }
        while put < self.objects.len() {
            self.put(put);
            put += 1;
        }
        let begun = Instant::now();
        while self.seen(reader) != self.records {
            assert!(begun.elapsed() < PATIENCE, "{} of {} records", self.seen(reader), self.records);
            std::thread::sleep(Duration::from_secs(2));
        }
        // Until the queue is empty, since what is known already must be told so too.
        let left = || {
            let asked = format!("{{\"QueueUrl\": {:?}, \"AttributeNames\": [\"All\"]}}", self.queue);
            let answer = self.aws.sqs("GetQueueAttributes", &asked);
            let count = |name: &str| answer["Attributes"][name].as_str().and_then(|text| text.parse::<u64>().ok()).unwrap();
            count("ApproximateNumberOfMessages") + count("ApproximateNumberOfMessagesNotVisible")
        };
        while left() > 0 {
            assert!(begun.elapsed() < PATIENCE, "{} messages are left", left());
            std::thread::sleep(Duration::from_millis(500));
        }
        for server in servers {
            stop(server);
        }
    }

    /// Records that are in the lake, whatever became of them.
    fn seen(&self, reader: &Weir) -> u64 {
        let query = "SELECT coalesce((SELECT sum(flows) FROM volume), 0) + (SELECT count(*) FROM rejects) + (SELECT count(*) FROM coverage) AS records";
        reader.sql(query)[0]["records"].as_u64().unwrap()
    }

    fn check(&self, reader: &Weir, kills: u32) {
        let found = contents(reader);
        let ledger = found[6].as_array().unwrap().clone();
        assert_eq!(without_names(found), self.expected, "after {kills} kills");
        let balanced = |object: &Value| {
            let count = |name: &str| object[name].as_u64().unwrap();
            count("records") == count("accepted") + count("rejected") + count("coverage") + count("duplicates")
        };
        assert!(ledger.iter().all(balanced), "{ledger:#?}");
        let checks = reader.json(["verify"]);
        assert!(checks.as_array().unwrap().iter().all(|check| check["ok"] == true), "{checks:#}");
        for fault in [Fault::Busy, Fault::CutShort, Fault::Twice] {
            assert!(self.source.count(fault) > 0, "{fault:?} never happened");
        }
        println!("{kills} kills, {} requests to the sources, {} to the lake", self.source.seen().len(), self.lake.seen().len());
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        // The proxies end with their runtime, which must not wait for requests that were met with silence.
        let runtime = std::mem::replace(&mut self.runtime, tokio::runtime::Builder::new_current_thread().build().unwrap());
        runtime.shutdown_background();
    }
}

#[test]
fn killed_again_and_again_while_bucket_and_queue_misbehave_it_loses_and_doubles_nothing() {
    let scene = Scene::new();
    let kills = kills(50);
    let weir = [Weir::new()];
    scene.run("serve", &weir, &weir[0], kills, 8_000);
    scene.check(&weir[0], kills);
}

#[test]
fn several_collectors_killed_again_and_again_make_the_lake_that_one_makes() {
    let scene = Scene::new();
    let kills = kills(5);
    let workers: Vec<Weir> = (0..3).map(|_| scene.beside(&scene.lake.url)).collect();
    let reader = scene.beside(&scene.aws.url);
    // Somebody who merges files all the time, and has no sources.
    let tidy = scene.beside(&scene.lake.url);
    let keeper =
        Server::start_with(&tidy, "[watch]\nwithout_sources = true\ndetect = false\n[keep]\nevery_secs = 4\nvacuum_after_hours = 1\n");
    scene.run("collect", &workers, &reader, kills, 20_000);
    stop(keeper);
    scene.check(&reader, kills);
    assert!(scene.lake.count(Fault::Lost) > 0 && scene.lake.count(Fault::Busy) > 0, "the lake's line never failed");
}
