//! Objects that were committed lately, and those that are being worked on.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OwnedMutexGuard;
use xxhash_rust::xxh3::xxh3_128;

use crate::s3::Named;

/// Versions remembered. A queue gives a message twice within minutes, if at all.
const CAP: usize = 50_000;

/// Versions that were committed, so that a message that comes twice costs no second fetch; and one turn for each name, so that two messages
/// about one object do not work on it at the same time.
#[derive(Debug, Default)]
pub(super) struct Recent {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    known: BTreeSet<u128>,
    order: VecDeque<u128>,
    turns: BTreeMap<String, Arc<tokio::sync::Mutex<()>>>,
}

/// The right to work on an object.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    recent: &'a Recent,
    uri: String,
    guard: Option<OwnedMutexGuard<()>>,
}

impl Recent {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn turn(&self, uri: String) -> Turn<'_> {
        let turn = Arc::clone(self.lock().turns.entry(uri.clone()).or_default());
        let guard = Some(turn.lock_owned().await);
        Turn { recent: self, uri, guard }
    }

    /// Whether this version was committed lately. Without a mark of its version nothing can be said.
    pub(super) fn has(&self, named: &Named) -> bool {
        mark(named).is_some_and(|mark| self.lock().known.contains(&mark))
    }

    pub(super) fn add(&self, named: &Named) {
        let Some(mark) = mark(named) else { return };
        let mut inner = self.lock();
        if inner.known.insert(mark) {
            inner.order.push_back(mark);
        }
        if inner.order.len() > CAP
            && let Some(oldest) = inner.order.pop_front()
        {
            inner.known.remove(&oldest);
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut inner = self.recent.lock();
        drop(self.guard.take());
        // Only the map still holds it: nobody waits.
        if inner.turns.get(&self.uri).is_some_and(|turn| Arc::strong_count(turn) == 1) {
            inner.turns.remove(&self.uri);
        }
    }
}

fn mark(named: &Named) -> Option<u128> {
    if named.etag.is_none() && named.version.is_none() {
        return None;
    }
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    Some(xxh3_128(format!("{}\0{}\0{}", named.uri(), text(&named.version), text(&named.etag)).as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_at_a_time_and_what_is_known_is_bounded() {
        let recent = Recent::default();
        let first = recent.turn("a".into()).await;
        let other = recent.turn("b".into()).await;
        let second = recent.turn("a".into());
        tokio::pin!(second);
        assert!(futures::poll!(second.as_mut()).is_pending());
        drop((first, other));
        drop(second.await);
        assert!(recent.lock().turns.is_empty());

        let named = |etag: usize| Named { bucket: "b".into(), key: "k".into(), etag: Some(etag.to_string()), ..Named::default() };
        for etag in 0..=CAP {
            recent.add(&named(etag));
            recent.add(&named(etag));
        }
        assert!(!recent.has(&named(0)) && recent.has(&named(1)) && recent.has(&named(CAP)));
        assert!(!recent.has(&Named { etag: None, ..named(1) }));
    }
}
