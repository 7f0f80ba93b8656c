//! One receiver, and what it is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use crate::file::FileTarget;
use crate::slack::Slack;
use crate::syslog::Syslog;
use crate::wants::Wants;
use crate::webhook::Webhook;
use crate::{Clock, DeliverError, Health, Kind, Notice, Settings, backoff, check};

/// One call of [`Target::send`] begins nothing more after this time.
const SLICE: Duration = Duration::from_secs(10);

/// How one notice ended.
#[derive(Debug, Clone)]
pub(crate) enum Verdict {
    /// The receiver took it.
    Delivered,
    /// The receiver will never take it, and why.
    Refused(String),
    /// It may take it later.
    Failed(Trouble),
}

/// Why nothing can be delivered now.
#[derive(Debug, Clone)]
pub(crate) struct Trouble {
    pub(crate) message: String,
    /// The receiver asked for so much time.
    pub(crate) after: Option<Duration>,
}

impl Trouble {
    pub(crate) fn new(message: String) -> Self {
        Self { message, after: None }
    }
}

/// What became of the first of some notices.
#[derive(Debug)]
pub(crate) struct Put {
    /// How these ended, one for each notice from the first on; none has failed.
    pub(crate) taken: Vec<Verdict>,
    /// What came after them.
    pub(crate) trouble: Option<Trouble>,
}

impl Put {
    pub(crate) fn failed(trouble: Trouble) -> Self {
        Self { taken: Vec::new(), trouble: Some(trouble) }
    }

    /// All of these notices ended in the same way.
    fn all(notices: usize, verdict: Verdict) -> Self {
        match verdict {
            Verdict::Failed(trouble) => Self::failed(trouble),
            taken => Self { taken: vec![taken; notices], trouble: None },
        }
    }
}

#[derive(Debug)]
enum Channel {
    Webhook(Webhook),
    Slack(Slack),
    Syslog(Syslog),
    File(FileTarget),
}

impl Channel {
    /// Delivers some of the first notices.
    async fn put(&self, notices: &[&Notice], health: &Health) -> Put {
        let Some(first) = notices.first() else { return Put { taken: Vec::new(), trouble: None } };
        match self {
            Self::Webhook(webhook) => Put::all(1, webhook.put(first).await),
            Self::Slack(slack) if notices.len() > slack.digest_over => {
                let put = Put::all(notices.len(), slack.put_digest(notices).await);
                if put.trouble.is_none() {
                    health.digest();
                }
                put
            }
            Self::Slack(slack) => Put::all(1, slack.put(first).await),
            Self::Syslog(syslog) => syslog.put(notices).await,
            Self::File(file) => file.put(notices).await,
        }
    }
}

/// How far [`Target::send`] came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// So many of the notices, from the first on, are settled: delivered, refused, or not wanted. They must not be sent again.
    pub settled: usize,
    /// Why the rest is not: the receiver could not take it, and is to be tried again after this time. `None` when there is no rest, or when
    /// the call only ended to let others act, and can be repeated at once.
    pub wait: Option<Duration>,
}

/// A receiver.
#[derive(Debug)]
pub struct Target {
    name: String,
    channel: Channel,
    wants: Wants,
    clock: Clock,
    health: Arc<Health>,
    first: Duration,
    longest: Duration,
    slice: Duration,
    failures: AtomicU32,
}

impl Target {
    /// A target. Reads its secrets; connects to nothing yet.
    ///
    /// # Errors
    /// When a setting makes no sense, or a secret cannot be read.
    pub fn new(settings: &Settings, clock: Clock) -> Result<Self, DeliverError> {
        check(std::slice::from_ref(settings))?;
        let (channel, place) = match settings.kind {
            Kind::Webhook => {
                let webhook = Webhook::new(settings, clock.clone())?;
                let place = webhook.place();
                (Channel::Webhook(webhook), place)
            }
            Kind::Slack => {
                let slack = Slack::new(settings, clock.clone())?;
                let place = slack.place();
                (Channel::Slack(slack), place)
            }
            Kind::Syslog => {
                let syslog = Syslog::new(settings)?;
                let place = syslog.place();
                (Channel::Syslog(syslog), place)
            }
            Kind::File => {
                let file = FileTarget::new(settings);
                let place = file.place();
                (Channel::File(file), place)
            }
        };
        Ok(Self {
            name: settings.name.clone(),
            channel,
            wants: Wants::new(settings).map_err(|problem| DeliverError::setting(&settings.name, problem))?,
            health: Arc::new(Health::new(&settings.name, settings.kind.as_str(), place, clock.clone())),
            clock,
            first: Duration::from_millis(settings.retry_first_millis),
            longest: Duration::from_secs(settings.retry_longest_secs),
            slice: SLICE,
            failures: AtomicU32::new(0),
        })
    }

    /// Its name, as configured.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it is doing.
    pub fn health(&self) -> Arc<Health> {
        Arc::clone(&self.health)
    }

    /// Delivers these notices, in their order, until one cannot be delivered now or about ten seconds have passed. Tries each once: who calls
    /// waits as long as the [`Progress`] says and calls again with what is not settled, and what has come since.
    ///
    /// Must not be called from two places at once, or the order is lost. When the call is dropped half-way, what it delivered is delivered
    /// again by the next one.
    pub async fn send(&self, notices: &[Notice]) -> Progress {
        let begun = Instant::now();
        let wanted = self.wants.choose(notices, self.clock.now());
        let mut rest: Vec<&Notice> = wanted.iter().filter_map(|index| notices.get(*index)).collect();
        let mut wait = None;
        while !rest.is_empty() {
            if self.failures.load(Ordering::Relaxed) > 0 {
                self.health.retried();
            }
            let put = self.channel.put(&rest, &self.health).await;
            let done = put.taken.len().min(rest.len());
            for (notice, verdict) in rest.drain(..done).zip(&put.taken) {
                self.failures.store(0, Ordering::Relaxed);
                match verdict {
                    Verdict::Refused(reason) => self.health.refused(notice, reason),
                    Verdict::Delivered | Verdict::Failed(_) => {
                        self.wants.remember(notice, self.clock.now());
                        self.health.delivered();
                    }
                }
            }
            if let Some(trouble) = put.trouble {
                wait = Some(self.pause(&trouble.message, trouble.after));
                break;
            }
            if begun.elapsed() >= self.slice {
                break;
            }
        }
        let settled = match rest.first() {
            Some(_) => wanted.get(wanted.len() - rest.len()).copied().unwrap_or(notices.len()),
            None => notices.len(),
        };
        let told = wanted.len() - rest.len();
        self.health.skipped(settled.saturating_sub(told));
        self.health.waiting(rest.len(), rest.first().map(|notice| notice.updated_at()));
        Progress { settled, wait }
    }

    /// Nothing is due: whatever failed before is over.
    pub(crate) fn idle(&self) {
        if self.failures.swap(0, Ordering::Relaxed) > 0 {
            self.health.recovered();
        }
    }

    /// Something failed, here or in the outbox: notes it and says how long to wait.
    pub(crate) fn pause(&self, message: &str, asked: Option<Duration>) -> Duration {
        self.health.trouble(message);
        let failures = self.failures.load(Ordering::Relaxed).saturating_add(1);
        self.failures.store(failures, Ordering::Relaxed);
        backoff::wait(self.first, self.longest, failures).max(asked.unwrap_or_default())
    }
}

/// Every target that is configured; none has connected yet.
///
/// # Errors
/// Names the first target whose settings make no sense or whose secret cannot be read, or two of one name.
pub fn targets(settings: &[Settings], clock: &Clock) -> Result<Vec<Target>, DeliverError> {
    check(settings)?;
    settings.iter().map(|settings| Target::new(settings, clock.clone())).collect()
}

#[cfg(test)]
mod tests {
    use flow::Timestamp;

    use super::*;
    use crate::notice::tests::notice;

    #[tokio::test]
    async fn a_long_call_ends_to_let_others_act_and_can_be_repeated_at_once() {
        let receiver = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let mut settings = Settings::new("siem", Kind::Syslog);
        settings.address = Some(format!("udp://{}", receiver.local_addr().unwrap()));
        let mut target = Target::new(&settings, Clock::new(|| Timestamp::from_secs(0))).unwrap();
        target.slice = Duration::ZERO;
        let mut archived = notice("x", 8.0).finding().clone();
        archived.archived = true;
        let mut notices: Vec<Notice> = (0..150).map(|index| notice(&index.to_string(), 8.0)).collect();
        notices.insert(0, Notice::new(archived, true, Timestamp::from_secs(0)));
        assert_eq!(target.send(&notices).await, Progress { settled: 101, wait: None });
        assert_eq!((target.health().report().waiting, target.health().report().skipped), (50, 1));
        assert_eq!(target.send(&notices[101..]).await, Progress { settled: 50, wait: None });
        assert_eq!(target.health().report().delivered, 150);
        assert_eq!(target.send(&[]).await, Progress { settled: 0, wait: None });
    }
}
