//! Handing an object to the collector and waiting for its answer.

use std::sync::Arc;

use ingest::sources::{Delivery, Object, Outcome};
use tokio::sync::mpsc;

use crate::Health;

/// A source's way to the collector. Tasks hold this and the source itself holds the channel, so that the channel closes as soon as the
/// source has stopped, while answers to what was delivered may still come.
#[derive(Debug, Clone)]
pub(crate) struct Outbox {
    out: mpsc::WeakSender<Delivery>,
    health: Arc<Health>,
}

impl Outbox {
    pub(crate) fn new(out: &mpsc::Sender<Delivery>, health: &Arc<Health>) -> Self {
        Self { out: out.downgrade(), health: Arc::clone(health) }
    }

    /// Delivers once and gives the answer; `None` when collecting ends before there is one.
    pub(crate) async fn deliver(&self, object: Object) -> Option<Outcome> {
        let (size, modified) = (object.size, object.modified);
        let (delivery, answer) = Delivery::new(object);
        let out = self.out.upgrade()?;
        out.send(delivery).await.ok()?;
        drop(out);
        self.health.delivered();
        let outcome = answer.await.ok();
        self.health.answered(outcome.as_ref(), size, modified);
        if let Some(Outcome::Failed(reason)) = &outcome {
            self.health.trouble(reason);
        }
        outcome
    }
}
