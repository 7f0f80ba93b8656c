//! A bucket that tells of new objects through a queue.

mod event;
mod recent;

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName, QueueAttributeName};
use futures::future::{BoxFuture, join_all};
use ingest::sources::{Delivery, Outcome};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::event::Notice;
use self::recent::Recent;
use crate::aws::failed;
use crate::outbox::Outbox;
use crate::s3::{Named, Store};
use crate::{Backoff, Health, Poison, S3Queue, Source, Spool, State, Surroundings};

/// Messages that SQS gives at once, at most.
const BATCH: usize = 10;
/// How often the queue is asked how many messages wait.
const DEPTH_EVERY: Duration = Duration::from_secs(30);
/// Deliveries of one copy before it is given up until the message comes again.
const DELIVERIES: u32 = 5;

/// Takes messages off a queue, fetches the objects they name, and deletes a message when all its objects are committed.
///
/// A message that was not deleted comes again when its visibility runs out, here or at another worker, so nothing is lost whatever happens
/// in between.
#[derive(Debug)]
pub struct S3QueueSource {
    settings: S3Queue,
    spool: Spool,
    health: Arc<Health>,
}

impl S3QueueSource {
    /// A source for the queue of `settings`. Does not reach for it yet.
    pub fn new(settings: S3Queue, surroundings: &Surroundings) -> Self {
        let health = Health::new(&settings.name, "s3_queue", &settings.queue_url, surroundings.clock.clone());
        Self { settings, spool: surroundings.spool.clone(), health: Arc::new(health) }
    }
}

impl Source for S3QueueSource {
    fn health(&self) -> Arc<Health> {
        Arc::clone(&self.health)
    }

    fn run(self: Box<Self>, out: mpsc::Sender<Delivery>, stop: CancellationToken) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            let wait = Duration::from_secs(u64::from(self.settings.wait_secs));
            let client = Client::new(&self.settings.aws.load(None, wait).await);
            let store = Store::new(self.settings.object_aws.clone().unwrap_or_else(|| self.settings.aws.clone()));
            let worker = Arc::new(Worker {
                client,
                store,
                fetches: Semaphore::new(self.settings.fetches),
                recent: Recent::default(),
                outbox: Outbox::new(&out, &self.health),
                stop,
                spool: self.spool,
                health: Arc::clone(&self.health),
                settings: self.settings,
            });
            receive(worker, out).await;
            self.health.ended(State::Stopped);
        })
    }
}

/// What became of a message, or of one of its objects; the worst one counts for the message.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    /// Everything it asks for is done.
    Done,
    /// Collecting ends: somebody else may have it at once.
    Released,
    /// Later, perhaps.
    Later,
    /// Hardly ever; the text says why.
    Hopeless(String),
}

struct Worker {
    settings: S3Queue,
    client: Client,
    store: Store,
    spool: Spool,
    fetches: Semaphore,
    recent: Recent,
    outbox: Outbox,
    stop: CancellationToken,
    health: Arc<Health>,
}

/// Receives until told to stop; every message has a task of its own.
async fn receive(worker: Arc<Worker>, out: mpsc::Sender<Delivery>) {
    let slots = Arc::new(Semaphore::new(worker.settings.in_flight));
    let backoff = Backoff::default();
    let mut tasks = JoinSet::new();
    let mut attempt = 0;
    let mut depth_due = Instant::now();
    loop {
        while tasks.try_join_next().is_some() {}
        let mut permits = tokio::select! {
            () = worker.stop.cancelled() => break,
            () = out.closed() => break,
            permit = Arc::clone(&slots).acquire_owned() => Vec::from_iter(permit),
        };
        while permits.len() < BATCH
            && let Ok(permit) = Arc::clone(&slots).try_acquire_owned()
        {
            permits.push(permit);
        }
        if depth_due <= Instant::now() {
            depth_due = Instant::now() + DEPTH_EVERY;
            let worker = Arc::clone(&worker);
            tasks.spawn(async move { worker.ask_depth().await });
        }
        let received = tokio::select! {
            () = worker.stop.cancelled() => break,
            received = worker.receive(permits.len()) => received,
        };
        match received {
            Ok(messages) => {
                attempt = 0;
                worker.health.worked();
                for (message, permit) in messages.into_iter().zip(permits) {
                    let worker = Arc::clone(&worker);
                    tasks.spawn(async move { worker.handle(message, permit).await });
                }
            }
            Err(error) => {
                worker.health.trouble(&error.chain());
                tokio::select! {
                    () = worker.stop.cancelled() => break,
                    () = tokio::time::sleep(backoff.wait(attempt)) => attempt += 1,
                }
            }
        }
    }
    // Whoever collects sees that nothing more comes; what was delivered is answered.
    drop(out);
    while tasks.join_next().await.is_some() {}
}

impl Worker {
    async fn receive(&self, most: usize) -> Result<Vec<Message>, crate::CollectError> {
        let settings = &self.settings;
        let request = self.client.receive_message().queue_url(&settings.queue_url);
        let request = request.max_number_of_messages(i32::try_from(most.min(BATCH)).unwrap_or(1));
        let request = request.wait_time_seconds(i32::try_from(settings.wait_secs).unwrap_or(20));
        let request = request.visibility_timeout(i32::try_from(settings.visibility_secs).unwrap_or(i32::MAX));
        let request = request.message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount);
        let response = request.send().await.map_err(|error| failed(format!("receive from {}", settings.queue_url), error))?;
        Ok(response.messages.unwrap_or_default())
    }

    /// How many messages wait. A role may forbid the question; then it stays open.
    async fn ask_depth(&self) {
        let name = QueueAttributeName::ApproximateNumberOfMessages;
        let request = self.client.get_queue_attributes().queue_url(&self.settings.queue_url).attribute_names(name.clone());
        let attributes = request.send().await.ok().and_then(|response| response.attributes);
        self.health.backlog(attributes.and_then(|attributes| attributes.get(&name)?.parse().ok()));
    }

    async fn handle(&self, message: Message, permit: OwnedSemaphorePermit) {
        let body = message.body().unwrap_or_default();
        let count = message.attributes().and_then(|attributes| attributes.get(&MessageSystemAttributeName::ApproximateReceiveCount));
        let receives: u32 = count.and_then(|count| count.parse().ok()).unwrap_or(1);
        match event::parse(body) {
            Ok(Notice::Test) => self.delete(&message).await,
            Ok(Notice::Created(objects)) => {
                let work = async {
                    let verdicts = join_all(objects.iter().map(|named| self.collect(named))).await;
                    verdicts.into_iter().max().unwrap_or(Verdict::Done)
                };
                let verdict = tokio::select! {
                    verdict = work => verdict,
                    never = self.keep_hidden(&message) => never,
                };
                match verdict {
                    Verdict::Done => self.delete(&message).await,
                    Verdict::Released => self.hide(&message, Duration::ZERO).await,
                    Verdict::Hopeless(reason) if receives >= self.settings.max_receives => {
                        self.park(&message, reason, receives).await;
                    }
                    Verdict::Later | Verdict::Hopeless(_) => self.hide(&message, self.pause(receives)).await,
                }
            }
            Err(reason) => self.park(&message, reason, receives).await,
        }
        drop(permit);
    }

    /// How long a message that failed is left alone.
    fn pause(&self, receives: u32) -> Duration {
        let longest = Duration::from_secs(u64::from(self.settings.visibility_secs));
        Backoff { first: Duration::from_secs(2), longest }.wait(receives.saturating_sub(1))
    }

    /// Brings one object into the lake.
    async fn collect(&self, named: &Named) -> Verdict {
        if !self.wanted(named) {
            self.health.skipped();
            return Verdict::Done;
        }
        let _turn = self.recent.turn(named.uri()).await;
        if self.recent.has(named) {
            self.health.skipped();
            return Verdict::Done;
        }
        let fetching = async {
            let _permit = self.fetches.acquire().await;
            self.store.fetch(named, &self.settings.name, &self.spool).await
        };
        let fetched = tokio::select! {
            fetched = fetching => fetched,
            () = self.stop.cancelled() => return Verdict::Released,
        };
        let fetched = match fetched {
            Ok(fetched) => fetched,
            Err(error) => {
                self.health.trouble(&error.chain());
                return if error.is_transient() { Verdict::Later } else { Verdict::Hopeless(error.chain()) };
            }
        };
        for attempt in 0..DELIVERIES {
            match self.outbox.deliver(fetched.object.clone()).await {
                Some(Outcome::Committed | Outcome::Unusable(_)) => {
                    self.recent.add(named);
                    return Verdict::Done;
                }
                None => return Verdict::Released,
                Some(Outcome::Failed(_)) => {}
            }
            tokio::select! {
                () = tokio::time::sleep(Backoff::default().wait(attempt)) => {}
                () = self.stop.cancelled() => return Verdict::Released,
            }
        }
        Verdict::Later
    }

    fn wanted(&self, named: &Named) -> bool {
        let settings = &self.settings;
        // A name that ends so is a folder's mark, made by consoles.
        !named.key.ends_with('/')
            && (settings.buckets.is_empty() || settings.buckets.contains(&named.bucket))
            && (settings.prefixes.is_empty() || settings.prefixes.iter().any(|prefix| named.key.starts_with(prefix)))
            && (settings.suffixes.is_empty() || settings.suffixes.iter().any(|suffix| named.key.ends_with(suffix)))
    }

    /// Keeps a message from coming again while it is worked on. Never ends.
    async fn keep_hidden(&self, message: &Message) -> Verdict {
        let whole = Duration::from_secs(u64::from(self.settings.visibility_secs));
        loop {
            tokio::time::sleep(whole / 2).await;
            self.hide(message, whole).await;
        }
    }

    async fn hide(&self, message: &Message, time: Duration) {
        let secs = i32::try_from(time.as_secs()).unwrap_or(i32::MAX);
        let request = self.client.change_message_visibility().queue_url(&self.settings.queue_url).visibility_timeout(secs);
        if let Err(error) = request.set_receipt_handle(message.receipt_handle.clone()).send().await {
            self.health.trouble(&failed("change the visibility of a message".to_owned(), error).chain());
        }
    }

    async fn delete(&self, message: &Message) {
        let request = self.client.delete_message().queue_url(&self.settings.queue_url);
        if let Err(error) = request.set_receipt_handle(message.receipt_handle.clone()).send().await {
            // It comes again, and its objects are known then.
            self.health.trouble(&failed("delete a message".to_owned(), error).chain());
        }
    }

    async fn park(&self, message: &Message, reason: String, receives: u32) {
        let deleted = self.settings.poison == Poison::Delete;
        self.health.park(message.message_id().unwrap_or_default(), reason, message.body().unwrap_or_default(), receives, deleted);
        if deleted {
            self.delete(message).await;
        }
    }
}
