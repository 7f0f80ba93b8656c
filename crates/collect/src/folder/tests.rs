//! A source over a real folder. Times are short and are waited for, never slept through: each step waits for what it expects.

use super::*;

const SOON: Duration = Duration::from_secs(20);

struct World {
    folder: tempfile::TempDir,
    deliveries: mpsc::Receiver<Delivery>,
    health: Arc<Health>,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl World {
    fn start(change: impl FnOnce(&mut Folder), prepare: impl FnOnce(&Path)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let logs = folder.path().join("logs");
        std::fs::create_dir(&logs).unwrap();
        prepare(&logs);
        let mut settings = Folder { path: logs, settle_secs: 1, rescan_secs: 3_600, ..Folder::default() };
        change(&mut settings);
        let surroundings = Surroundings::new(folder.path().join("spool"), 1, Clock::new(|| Timestamp::from_secs(0))).unwrap();
        let source = Box::new(FolderSource::new(settings, &surroundings));
        let (health, stop) = (source.health(), CancellationToken::new());
        let (out, deliveries) = mpsc::channel(16);
        let task = tokio::spawn(source.run(out, stop.clone()));
        Self { folder, deliveries, health, stop, task }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("logs").join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        std::fs::write(self.path(name), text).unwrap();
    }

    async fn watched(&self) {
        let watched = async {
            while self.health.report().state != State::Running {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(SOON, watched).await.unwrap();
    }

    async fn next(&mut self) -> Delivery {
        tokio::time::timeout(SOON, self.deliveries.recv()).await.unwrap().unwrap()
    }

    /// The next delivery's name and size, answered as committed.
    async fn take(&mut self) -> (String, u64) {
        let delivery = self.next().await;
        let found = (delivery.object.path.file_name().unwrap().to_string_lossy().into_owned(), delivery.object.size);
        delivery.answer(Outcome::Committed);
        found
    }

    async fn nothing(&mut self, millis: u64) {
        let delivery = tokio::time::timeout(Duration::from_millis(millis), self.deliveries.recv()).await;
        assert!(delivery.is_err(), "{delivery:?}");
    }
}

#[tokio::test]
async fn what_is_there_comes_first_in_the_order_of_time_and_unfinished_names_do_not() {
    let mut world = World::start(
        |_| (),
        |logs| {
            for name in [
                "b/222222222222_vpcflowlogs_eu-west-1_fl-2_20261101T0000Z_a.log.gz",
                "a/111111111111_vpcflowlogs_eu-west-1_fl-1_20261101T0005Z_b.log.gz",
                "a/.hidden",
                ".hidden/x.log",
                "a/x.log.part",
                "empty.log",
            ] {
                std::fs::create_dir_all(logs.join(name).parent().unwrap()).unwrap();
                std::fs::write(logs.join(name), if name.contains("empty") { "" } else { "text" }).unwrap();
            }
        },
    );
    assert!(world.take().await.0.contains("T0000Z"));
    let second = world.next().await;
    assert!(second.object.uri.starts_with("file:///") && second.object.uri.ends_with("T0005Z_b.log.gz"));
    assert!(ingest::sources::folder::list(&world.path("a")).unwrap().contains(&second.object), "one name, whoever lists");
    second.answer(Outcome::Committed);
    world.nothing(1_500).await;
    assert_eq!(world.health.report().committed, 2);
}

#[tokio::test]
async fn a_file_is_delivered_when_it_has_stopped_growing_and_again_when_replaced() {
    let mut world = World::start(|_| (), |_| ());
    world.watched().await;
    let mut text = String::new();
    for _ in 0..6 {
        text.push_str("line\n");
        world.write("new/day/a.log", &text);
        world.nothing(400).await;
    }
    assert_eq!(world.take().await, ("a.log".to_owned(), 30));
    // Same length, other content and time.
    world.write("new/day/a.log", &text.to_uppercase());
    assert_eq!(world.take().await, ("a.log".to_owned(), 30));
    world.nothing(1_500).await;
    // A finished name given by renaming, as careful writers do.
    world.write("b.log.part", "whole");
    world.nothing(1_500).await;
    std::fs::rename(world.path("b.log.part"), world.path("b.log")).unwrap();
    assert_eq!(world.take().await, ("b.log".to_owned(), 5));
}

#[tokio::test]
async fn a_change_that_nobody_told_of_is_found_by_listing() {
    let mut world = World::start(
        |settings| {
            settings.path = settings.path.join("later");
            settings.rescan_secs = 1;
        },
        |_| (),
    );
    while world.health.report().state != State::Failing {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(world.health.report().last_error.unwrap().message.contains("later"));
    world.write("later/a.log", "text");
    assert_eq!(world.take().await.0, "a.log");
    world.watched().await;
    // The folder is taken away and another one put in its place: the old watch is deaf.
    std::fs::rename(world.path("later"), world.path("gone")).unwrap();
    world.write("later/b.log", "text");
    assert_eq!(world.take().await.0, "b.log");
}

#[tokio::test]
async fn a_failed_or_dropped_delivery_comes_again_and_an_unusable_one_does_not() {
    let mut world = World::start(|_| (), |logs| std::fs::write(logs.join("a.log"), "text").unwrap());
    let first = world.next().await;
    world.write("b.log", "text");
    first.answer(Outcome::Failed("the disk is full".into()));
    drop(world.next().await);
    let mut names = vec![];
    for _ in 0..2 {
        let delivery = world.next().await;
        names.push(delivery.object.path.file_name().unwrap().to_string_lossy().into_owned());
        delivery.answer(Outcome::Unusable("no flow log".into()));
    }
    names.sort();
    assert_eq!(names, ["a.log", "b.log"]);
    world.nothing(1_500).await;
    let report = world.health.report();
    assert_eq!((report.delivered, report.failed, report.unusable, report.in_flight), (4, 2, 2, 0));
}

#[tokio::test]
async fn a_version_under_way_is_followed_by_the_next_one() {
    let mut world = World::start(|_| (), |logs| std::fs::write(logs.join("a.log"), "text").unwrap());
    let first = world.next().await;
    world.write("a.log", "more text");
    let file = std::fs::File::options().write(true).open(world.path("a.log")).unwrap();
    file.set_modified(file.metadata().unwrap().modified().unwrap() + Duration::from_secs(5)).unwrap();
    world.nothing(1_500).await;
    first.answer(Outcome::Committed);
    assert_eq!(world.take().await, ("a.log".to_owned(), 9));
}

#[tokio::test]
async fn a_stopped_source_lets_go_of_the_channel_and_waits_for_answers() {
    let mut world = World::start(|_| (), |logs| std::fs::write(logs.join("a.log"), "text").unwrap());
    let delivery = world.next().await;
    world.stop.cancel();
    assert!(tokio::time::timeout(SOON, world.deliveries.recv()).await.unwrap().is_none());
    assert!(!world.task.is_finished());
    delivery.answer(Outcome::Committed);
    tokio::time::timeout(SOON, world.task).await.unwrap().unwrap();
    assert_eq!((world.health.report().committed, world.health.report().state), (1, State::Stopped));
}
