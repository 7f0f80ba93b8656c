//! Buckets, queues, a collector that answers as told, and a source that is run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use collect::{Aws, Clock, Health, Report, Secret, Source, Surroundings};
use flow::Timestamp;
use ingest::sources::{Delivery, Object, Outcome};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::moto;

pub(crate) const REGION: &str = "eu-west-1";
const PATIENCE: Duration = Duration::from_secs(60);

/// A name that no other test has.
pub(crate) fn unique(name: &str) -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    format!("{name}-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// How the service at `url` is reached.
pub(crate) fn aws(url: &str) -> Aws {
    Aws {
        region: Some(REGION.to_owned()),
        endpoint_url: Some(url.to_owned()),
        access_key_id: Some("test".to_owned()),
        secret_access_key: Secret::new("test"),
        timeout_secs: Some(2),
        ..Aws::default()
    }
}

/// What the test's own clients are made from; they have a good line.
pub(crate) async fn config() -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .endpoint_url(moto::url())
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .load()
        .await
}

/// Objects of the project's fixtures, by name.
pub(crate) fn fixtures() -> BTreeMap<String, Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/formats");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.to_string_lossy().contains(".log"));
    files.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(path).unwrap())).collect()
}

pub(crate) fn clock() -> Clock {
    #[expect(clippy::disallowed_methods, reason = "the simulated service runs on the real clock")]
    Clock::new(|| Timestamp::from_micros(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros() as i64))
}

/// A source under way, and what it delivered.
pub(crate) struct Running {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) health: Arc<Health>,
    pub(crate) stop: CancellationToken,
    pub(crate) deliveries: mpsc::Receiver<Delivery>,
    task: tokio::task::JoinHandle<()>,
}

/// Somewhere to run sources.
pub(crate) fn surroundings(folder: &Path, spool_mib: u64) -> Surroundings {
    Surroundings::new(folder.join("spool"), spool_mib, clock()).unwrap()
}

impl Running {
    pub(crate) fn start(source: impl FnOnce(&Surroundings) -> Box<dyn Source>) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), 64, source)
    }

    pub(crate) fn start_in(folder: tempfile::TempDir, spool_mib: u64, source: impl FnOnce(&Surroundings) -> Box<dyn Source>) -> Self {
        let source = source(&surroundings(folder.path(), spool_mib));
        let (health, stop) = (source.health(), CancellationToken::new());
        let (out, deliveries) = mpsc::channel(4);
        let task = tokio::spawn(source.run(out, stop.clone()));
        Self { folder, health, stop, deliveries, task }
    }

    pub(crate) async fn next(&mut self) -> Delivery {
        match tokio::time::timeout(PATIENCE, self.deliveries.recv()).await {
            Ok(Some(delivery)) => delivery,
            ended => panic!("nothing is delivered ({}): {:#?}", ended.is_ok(), self.health.report()),
        }
    }

    /// Takes what comes, answering with what `answer` says to the object and the number of times it came, until `count` different objects
    /// are committed. Gives each one's bytes, and how often it came.
    pub(crate) async fn take(
        &mut self,
        count: usize,
        answer: impl Fn(&Object, usize) -> Option<Outcome>,
    ) -> BTreeMap<String, (Vec<u8>, usize)> {
        let mut taken: BTreeMap<String, (Vec<u8>, usize)> = BTreeMap::new();
        let mut committed = std::collections::BTreeSet::new();
        while committed.len() < count {
            let delivery = self.next().await;
            let object = delivery.object.clone();
            let bytes = std::fs::read(&object.path).unwrap();
            assert_eq!(bytes.len() as u64, object.size, "{}", object.uri);
            let entry = taken.entry(object.uri.clone()).or_default();
            *entry = (bytes, entry.1 + 1);
            match answer(&object, entry.1) {
                Some(outcome) => {
                    if matches!(outcome, Outcome::Committed | Outcome::Unusable(_)) {
                        committed.insert(object.uri);
                    }
                    delivery.answer(outcome);
                }
                None => drop(delivery),
            }
        }
        taken
    }

    /// Waits until the report is as `wanted`.
    pub(crate) async fn until(&self, wanted: impl Fn(&Report) -> bool) -> Report {
        let waiting = async {
            loop {
                let report = self.health.report();
                if wanted(&report) {
                    return report;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("{:#?}", self.health.report()))
    }

    /// Stops the source and waits for its end; nothing may be left in the spool.
    pub(crate) async fn stop(mut self) -> Report {
        self.stop.cancel();
        while self.deliveries.recv().await.is_some() {}
        tokio::time::timeout(PATIENCE, &mut self.task).await.unwrap().unwrap();
        assert_eq!(self.spooled(), Vec::<PathBuf>::new());
        self.health.report()
    }

    /// Waits for a source that ends by itself.
    pub(crate) async fn ended(mut self) -> Report {
        let more = tokio::time::timeout(PATIENCE, self.deliveries.recv()).await.unwrap();
        assert!(more.is_none(), "{more:?}");
        tokio::time::timeout(PATIENCE, &mut self.task).await.unwrap().unwrap();
        self.health.report()
    }

    /// Files in the spool.
    pub(crate) fn spooled(&self) -> Vec<PathBuf> {
        let walk = walkdir::WalkDir::new(self.folder.path().join("spool/objects")).into_iter().map(|entry| entry.unwrap());
        walk.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
    }
}

/// An answer to everything.
pub(crate) fn commit(_: &Object, _: usize) -> Option<Outcome> {
    Some(Outcome::Committed)
}
