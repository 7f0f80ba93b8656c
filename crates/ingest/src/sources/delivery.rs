//! An object on its way from a source that watches, and the answer the source waits for.

use tokio::sync::oneshot;

use super::Object;

/// What became of a delivered object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is in the lake, now or from before: the source may forget it.
    Committed,
    /// It is in the ledger, and nothing in it was understood; the text says why. Delivering it again would change nothing.
    Unusable(String),
    /// Its bytes could not be read or the lake could not be written; the text says why. The source delivers it again.
    Failed(String),
}

/// An object handed to the collector, which answers exactly once: when the object is committed, and never before.
#[derive(Debug)]
pub struct Delivery {
    /// What to read. A source that fetches from afar has put the bytes at its `path` already.
    pub object: Object,
    done: oneshot::Sender<Outcome>,
}

impl Delivery {
    /// A delivery, and where its outcome will be told. A receiver whose sender is gone without a word means that collecting ended before the
    /// object was committed: nothing is known of it, deliver it again.
    pub fn new(object: Object) -> (Self, oneshot::Receiver<Outcome>) {
        let (done, outcome) = oneshot::channel();
        (Self { object, done }, outcome)
    }

    /// Tells the source. A source that no longer listens is none of ours: the ledger knows the object.
    pub fn answer(self, outcome: Outcome) {
        let _ = self.done.send(outcome);
    }
}
