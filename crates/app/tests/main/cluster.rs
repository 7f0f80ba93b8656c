//! A scheduler and two executors as processes: the answers of a cluster are those of the embedded engine, also when an executor is killed.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;

use crate::weir::{Weir, World};

/// A process that is killed in the end.
struct Process {
    child: Child,
    lines: mpsc::Receiver<String>,
}

impl Process {
    /// Starts `weir cluster …`.
    fn start(folder: &Weir, arguments: &[&str]) -> Self {
        let mut command = folder.command();
        command.env("WEIR_LOG", "info").arg("cluster").args(arguments);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (said, lines) = mpsc::channel();
        // Whatever it says is read, so that it never waits for a reader.
        std::thread::spawn(move || stderr.lines().map_while(Result::ok).for_each(|line| drop(said.send(line))));
        Self { child, lines }
    }

    /// Waits until it says this, and gives the line.
    fn says(&self, what: &str) -> String {
        let mut all = Vec::new();
        loop {
            match self.lines.recv_timeout(Duration::from_secs(60)) {
                Ok(line) if line.contains(what) => return line,
                Ok(line) => all.push(line),
                Err(error) => panic!("{error}: it never said {what:?}, but {all:#?}"),
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A scheduler, two executors, and the settings that use them.
struct Cluster {
    folder: Weir,
    executors: Vec<Process>,
    scheduler: Process,
    address: String,
}

impl Cluster {
    fn start() -> Self {
        let folder = Weir::new();
        let scheduler = Process::start(&folder, &["scheduler", "--listen", "127.0.0.1:0", "--executor-timeout", "11s"]);
        let said = scheduler.says("scheduling at");
        let address = said.split_once("scheduling at ").unwrap().1.trim().to_owned();
        let mut cluster = Self { folder, executors: Vec::new(), scheduler, address };
        for number in 0..2 {
            let work = cluster.work(number).display().to_string();
            let arguments = ["executor", "--scheduler", &cluster.address, "--listen", "127.0.0.1:0", "--slots", "2", "--work-dir", &work];
            let executor = Process::start(&cluster.folder, &arguments);
            executor.says("executing at");
            cluster.executors.push(executor);
        }
        cluster
    }

    fn work(&self, executor: usize) -> PathBuf {
        self.folder.path().join(format!("work-{executor}"))
    }

    /// The executor that has had a task in work for a while.
    fn busy(&self) -> usize {
        let mut tasks = vec![0_i32; self.executors.len()];
        for _ in 0..60 {
            let before = tasks.clone();
            std::thread::sleep(Duration::from_millis(500));
            for (executor, tasks) in self.executors.iter().zip(&mut tasks) {
                for line in executor.lines.try_iter() {
                    *tasks += i32::from(line.contains("Received task")) - i32::from(line.contains("Finished task"));
                }
            }
            if let Some(busy) = tasks.iter().zip(before).position(|(now, before)| *now > 0 && before == *now) {
                return busy;
            }
        }
        panic!("no executor had work for long");
    }

    fn settings(&self) -> String {
        self.settings_for(4)
    }

    /// The settings, each step of a query in so many parts.
    fn settings_for(&self, partitions: u16) -> String {
        let text = format!("[query]\nengine = \"ballista\"\nscheduler = \"{}\"\npartitions = {partitions}\n", self.address);
        self.folder.settings(&text).display().to_string()
    }

    /// Asks the cluster over this data folder.
    fn json(&self, weir: &Weir, arguments: &[&str]) -> Value {
        let settings = self.settings();
        weir.json(["--config", &settings].into_iter().chain(arguments.iter().copied()))
    }
}

/// Queries of every kind: the lake's tables and the view, functions with and without lists, joins, windows, named parts, the catalogue.
const QUERIES: &[&str] = &[
    "SELECT entity, direction, action, sum(bytes) AS bytes, sum(flows) AS flows, count(*) AS n FROM volume GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
    "SELECT count(*) AS n, sum(bytes) AS bytes, min(start_time) AS first, max(end_time) AS last, count(DISTINCT remote_addr) AS remotes FROM flows",
    "SELECT entity, local_port, remote_addr, remote_port, sum(bytes) AS bytes FROM flows WHERE direction = 'outbound' AND is_public(remote_addr) \
     GROUP BY 1, 2, 3, 4 ORDER BY bytes DESC, 1, 2, 3, 4 LIMIT 50",
    "SELECT DISTINCT remote_addr, list_names(remote_addr, 'tor-guard') AS names FROM activity \
     WHERE in_list(remote_addr, 'tor-guard') OR in_list(remote_addr, 'threat') ORDER BY 1",
    "SELECT protocol_name(protocol) AS protocol, service_name(protocol, service_port) AS service, sum(bytes_in + bytes_out) AS bytes \
     FROM activity GROUP BY 1, 2 ORDER BY 1, 2",
    "SELECT neighbourhood(remote_addr) AS net, count(*) AS n FROM activity WHERE cidr_match('10.0.0.0/8', remote_addr) GROUP BY 1 ORDER BY 1",
    "WITH days AS (SELECT entity, date, sum(bytes) AS bytes FROM volume GROUP BY 1, 2) \
     SELECT a.entity, a.date, a.bytes, a.bytes - b.bytes AS more FROM days AS a JOIN days AS b ON a.entity = b.entity AND a.date > b.date \
     WHERE a.bytes > (SELECT avg(bytes) FROM days) ORDER BY 1, 2, 3, 4",
    "SELECT entity, hour, bytes, sum(bytes) OVER (PARTITION BY entity, direction ORDER BY hour, action, bytes) AS so_far FROM volume \
     WHERE entity = (SELECT min(entity) FROM volume) AND action = 'ACCEPT' ORDER BY 1, 2, 3, 4",
    "SELECT entity FROM volume WHERE entity NOT IN (SELECT entity FROM seen WHERE kind = 'remote_port' AND value = 'tcp/22') GROUP BY 1 ORDER BY 1",
    "SELECT uri, accepted FROM objects WHERE records > 0 ORDER BY 1 LIMIT 20",
    "SELECT count(*) AS n FROM flows WHERE start_time < TIMESTAMP '2001-01-01T00:00:00Z'",
    "SELECT table_name FROM information_schema.tables WHERE table_schema = 'lake' ORDER BY 1",
    "SELECT 1 + 1 AS two",
];

#[test]
fn a_cluster_answers_as_the_embedded_engine_does() {
    let world = World::get();
    let embedded = world.ingested();
    let cluster = Cluster::start();

    for query in QUERIES {
        let expected = embedded.json(["sql", "--limit", "100000", query]);
        assert_eq!(cluster.json(embedded, &["sql", "--limit", "100000", query]), expected, "{query}");
    }
    let victim = world.victim();
    for command in ["profile", "volume", "details"] {
        let arguments = [command, &victim, "--from", "-72h"];
        assert_eq!(cluster.json(embedded, &arguments), embedded.json(arguments), "{command}");
    }
    // What is wrong with a query is told as it is told without a cluster, and so is what is too much.
    let settings = cluster.settings();
    for wrong in ["SELECT nothing FROM flows", "SELECT 1 / (packets - packets) FROM flows", "SELECT CAST(entity AS BIGINT) FROM volume"] {
        let told = |output: std::process::Output| (output.status.code(), String::from_utf8(output.stderr).unwrap());
        let (code, here) = told(embedded.run(["sql", wrong]));
        let (there_code, there) = told(embedded.run(["--config", &settings, "sql", wrong]));
        assert_eq!((code, there_code), (Some(1), Some(1)), "{wrong}");
        assert!(here.contains("the query cannot be run") && there.contains("the query cannot be run"), "{wrong}\n{here}\n{there}");
    }
    // Both executors worked.
    for executor in 0..2 {
        assert!(std::fs::read_dir(cluster.work(executor)).unwrap().count() > 0, "executor {executor} had nothing to do");
    }
}

#[test]
fn detectors_on_a_cluster_find_the_same() {
    let world = World::get();
    let expected = world.ingested().json(["findings", "list", "--archived"]);
    let cluster = Cluster::start();
    let weir = Weir::new();
    world.tell(&weir);
    weir.ok(["ingest", "--no-detect", &world.logs()]);
    // Few parts: the many small steps of detectors' queries take longer to hand out than to do.
    weir.ok(["--config", &cluster.settings_for(2), "detect"]);
    assert_eq!(weir.json(["findings", "list", "--archived"]), expected);
}

#[test]
fn an_executor_that_is_killed_costs_no_answer() {
    let embedded = World::get().ingested();
    let mut cluster = Cluster::start();
    let query = "SELECT a.action, count(*) AS n, sum((a.bytes + b.packets) % 7) AS s FROM flows AS a JOIN flows AS b \
         ON a.protocol = b.protocol AND a.start_time < b.start_time AND a.bytes % 40 = 1 AND b.bytes % 40 = 3 GROUP BY 1 ORDER BY 1";
    let expected = embedded.json(["sql", query]);
    let settings = cluster.settings();
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| embedded.json(["--config", &settings, "sql", query]));
        cluster.scheduler.says("Job submitted");
        let busy = cluster.busy();
        assert!(!asked.is_finished(), "the query is too quick for this test");
        // It is killed in the end of the statement, and waited for.
        drop(cluster.executors.remove(busy));
        assert_eq!(asked.join().unwrap(), expected);
    });
    // The one that is left answers the next.
    assert_eq!(cluster.json(embedded, &["sql", QUERIES[0]]), embedded.json(["sql", QUERIES[0]]));
}

#[test]
fn a_scheduler_that_is_not_there_is_named() {
    let weir = World::get().ingested();
    let settings = Weir::new();
    let file = settings.settings("[query]\nengine = \"ballista\"\nscheduler = \"http://127.0.0.1:9\"\n").display().to_string();
    let output = weir.run(["--config", &file, "sql", "SELECT count(*) FROM flows"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && told.contains("no scheduler answers at http://127.0.0.1:9"), "{told}");
}
