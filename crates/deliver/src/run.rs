//! Delivering for good.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::error::chain;
use crate::{Notice, Target};

/// Notices asked for at once. More than `digest_over` by default, so that a digest can tell of many.
const AT_ONCE: usize = 200;
/// Without being told of news, the outbox is asked this often.
const LOOK: Duration = Duration::from_secs(30);

/// An error of an outbox.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
/// A future of an outbox.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A notice that is due.
#[derive(Debug, Clone)]
pub struct Due {
    /// Its position in the outbox: larger than those before it.
    pub position: u64,
    /// The notice; `None` when its finding is gone, which settles it.
    pub notice: Option<Notice>,
}

/// Whoever keeps the notices and the positions.
pub trait Outbox: Send + Sync {
    /// The notices after the position that `target` is settled up to, the first ones first, at most `limit`. None is left out: what comes
    /// back is what lies between two positions. A target that was never here has no notices from before now.
    fn due<'a>(&'a self, target: &'a str, limit: usize) -> BoxFuture<'a, Result<Vec<Due>, BoxError>>;

    /// Everything up to `position` is settled for `target`. Must be kept over a crash when it returns.
    fn settle<'a>(&'a self, target: &'a str, position: u64) -> BoxFuture<'a, Result<(), BoxError>>;
}

/// Delivers to one target until `stop` is cancelled. `wake` changes when there is something new; without, the outbox is asked every 30 seconds.
/// Errors are in the target's health and are tried again; they do not end it.
pub async fn run(target: &Target, outbox: &dyn Outbox, mut wake: watch::Receiver<u64>, stop: CancellationToken) {
    let mut listening = true;
    while !stop.is_cancelled() {
        wake.mark_unchanged();
        let pause = match step(target, outbox).await {
            Next::More => continue,
            Next::Wait(pause) => pause,
            Next::Idle if listening => {
                tokio::select! {
                    () = stop.cancelled() => break,
                    changed = wake.changed() => listening = changed.is_ok(),
                    () = tokio::time::sleep(LOOK) => {}
                }
                continue;
            }
            Next::Idle => LOOK,
        };
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(pause) => {}
        }
    }
    target.health().stopped();
}

enum Next {
    More,
    Idle,
    Wait(Duration),
}

async fn step(target: &Target, outbox: &dyn Outbox) -> Next {
    let due = match outbox.due(target.name(), AT_ONCE).await {
        Ok(due) => due,
        Err(error) => return Next::Wait(target.pause(&format!("cannot read what is due: {}", chain(error.as_ref())), None)),
    };
    let Some(last) = due.last() else {
        target.idle();
        return Next::Idle;
    };
    let last = last.position;
    let (mut positions, mut notices) = (Vec::new(), Vec::new());
    let mut gone = None;
    for Due { position, notice } in due {
        match notice {
            Some(notice) => {
                positions.push(position);
                notices.push(notice);
            }
            None if notices.is_empty() => gone = Some(position),
            None => {}
        }
    }
    let progress = target.send(&notices).await;
    let through = if progress.settled == notices.len() {
        Some(last)
    } else {
        // Everything before the first that is not settled, those that are gone included.
        match progress.settled {
            0 => gone,
            settled => positions.get(settled - 1).copied(),
        }
    };
    if let Some(through) = through
        && let Err(error) = outbox.settle(target.name(), through).await
    {
        return Next::Wait(target.pause(&format!("cannot keep what is settled: {}", chain(error.as_ref())), None));
    }
    progress.wait.map_or(Next::More, Next::Wait)
}
