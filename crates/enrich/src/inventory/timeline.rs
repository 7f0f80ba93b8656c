//! What held when: the snapshots of one thing, as spans of time.

use std::collections::BTreeMap;
use std::sync::Arc;

use flow::Timestamp;
use serde::Serialize;

use super::model::Fact;

/// A fact and the time for which it is known to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Dated<T> {
    /// The fact.
    pub value: T,
    /// From when it holds: the snapshot's time, or earlier when the document says so itself.
    pub from: Timestamp,
    /// Until when it holds: the next snapshot that says something else; `None` when none does.
    pub to: Option<Timestamp>,
    /// The snapshot that first stated it.
    pub as_of: Timestamp,
    /// Whether the question is about a time before anything was known, so that the earliest answer stands in.
    pub assumed: bool,
}

/// A span in which one value holds.
#[derive(Debug, Clone)]
pub(crate) struct Segment<T> {
    pub(crate) value: Arc<T>,
    pub(crate) from: Timestamp,
    /// `Timestamp::MAX` when open.
    pub(crate) to: Timestamp,
    pub(crate) as_of: Timestamp,
    /// The last snapshot that stated it.
    pub(crate) last_seen: Timestamp,
}

/// When the things of one scope (an account's region, a VPC) were listed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope {
    /// How many things each snapshot lists.
    listed: BTreeMap<Timestamp, usize>,
}

impl Scope {
    pub(crate) fn add(&mut self, as_of: Timestamp) {
        *self.listed.entry(as_of).or_default() += 1;
    }

    /// The snapshots from which absence can be told. One that lists less than half of what the one before it did is taken for the
    /// answer to a narrower question, and tells nothing of what it does not list.
    pub(crate) fn complete(&self) -> Vec<Timestamp> {
        let mut before = 0;
        let complete = self.listed.iter().filter(|&(_, &count)| {
            let whole = count * 2 >= before;
            if whole {
                before = count;
            }
            whole
        });
        complete.map(|(&time, _)| time).collect()
    }
}

/// Everything the snapshots say of one thing.
#[derive(Debug, Clone)]
pub(crate) struct Timeline<T> {
    /// Which [`Scope`] it is listed in.
    pub(crate) scope: String,
    seen: BTreeMap<Timestamp, Arc<T>>,
    pub(crate) segments: Vec<Segment<T>>,
}

impl<T: Fact> Timeline<T> {
    pub(crate) const fn new(scope: String) -> Self {
        Self { scope, seen: BTreeMap::new(), segments: Vec::new() }
    }

    /// Notes that a snapshot states `value`; equal neighbours share one allocation. Returns whether the snapshot is new to this thing.
    pub(crate) fn add(&mut self, as_of: Timestamp, value: T) -> bool {
        let before = self.seen.range(..=as_of).next_back().map(|(_, known)| known);
        let after = self.seen.range(as_of..).next().map(|(_, known)| known);
        let shared = before.into_iter().chain(after).find(|known| ***known == value).cloned();
        self.seen.insert(as_of, shared.unwrap_or_else(|| Arc::new(value))).is_none()
    }

    /// Works the spans out, given the times at which everything of the scope was listed.
    pub(crate) fn settle(&mut self, complete: &[Timestamp]) {
        self.segments.clear();
        let mut previous: Option<Timestamp> = None;
        for (&time, value) in &self.seen {
            let from = match (value.begins(), previous) {
                (Some(begins), None) => begins.min(time),
                // An attachment between two snapshots began when it says; any other change was first seen at `time`.
                (Some(begins), Some(previous)) if begins > previous && begins < time => begins,
                _ => time,
            };
            // Listed without it since it was last seen: it was gone from then on.
            let absent = previous.and_then(|previous| {
                let next = complete.partition_point(|&listed| listed <= previous);
                complete.get(next).copied().filter(|&listed| listed < from)
            });
            match self.segments.last_mut() {
                Some(last) if absent.is_none() && *last.value == **value => last.last_seen = time,
                last => {
                    if let Some(last) = last {
                        last.to = absent.unwrap_or(from);
                    }
                    self.segments.push(Segment { value: Arc::clone(value), from, to: Timestamp::MAX, as_of: time, last_seen: time });
                }
            }
            previous = Some(time);
        }
        if let Some(last) = self.segments.last_mut() {
            let next = complete.partition_point(|&listed| listed <= last.last_seen);
            last.to = complete.get(next).copied().unwrap_or(Timestamp::MAX);
        }
    }

    /// What held at `at`.
    pub(crate) fn at(&self, at: Timestamp) -> Option<Dated<&T>> {
        let after = self.segments.partition_point(|segment| segment.from <= at);
        let (segment, assumed) = match after.checked_sub(1) {
            Some(index) => (&self.segments[index], false),
            None => (self.segments.first()?, true),
        };
        (assumed || at < segment.to).then(|| segment.dated(assumed))
    }

    /// What held at `at`, or whatever was known nearest to it.
    pub(crate) fn nearest(&self, at: Timestamp) -> Option<Dated<&T>> {
        let after = self.segments.partition_point(|segment| segment.from <= at);
        let segment = self.segments.get(after.saturating_sub(1))?;
        Some(segment.dated(after == 0))
    }
}

impl<T> Segment<T> {
    pub(crate) fn dated(&self, assumed: bool) -> Dated<&T> {
        let to = (self.to < Timestamp::MAX).then_some(self.to);
        Dated { value: &self.value, from: self.from, to, as_of: self.as_of, assumed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Held(u8, Option<i64>);

    impl Fact for Held {
        fn begins(&self) -> Option<Timestamp> {
            self.1.map(Timestamp::from_secs)
        }
    }

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    fn timeline(seen: &[(i64, Held)], listed: &[i64]) -> Timeline<Held> {
        let mut timeline = Timeline::new(String::new());
        for (time, held) in seen {
            timeline.add(at(*time), Held(held.0, held.1));
        }
        timeline.settle(&listed.iter().copied().map(at).collect::<Vec<_>>());
        timeline
    }

    fn answers(timeline: &Timeline<Held>, times: &[i64]) -> Vec<Option<(u8, bool)>> {
        times.iter().map(|&time| timeline.at(at(time)).map(|dated| (dated.value.0, dated.assumed))).collect()
    }

    #[test]
    fn a_fact_holds_until_a_snapshot_says_otherwise() {
        let timeline = timeline(&[(100, Held(1, None)), (200, Held(1, None)), (300, Held(2, None))], &[100, 200, 300, 400]);
        assert_eq!(
            answers(&timeline, &[99, 100, 299, 300, 399, 400]),
            [Some((1, true)), Some((1, false)), Some((1, false)), Some((2, false)), Some((2, false)), None]
        );
        assert_eq!(timeline.nearest(at(500)).unwrap().value.0, 2);
        assert_eq!(timeline.segments.len(), 2, "equal snapshots make one span");
    }

    #[test]
    fn the_documents_own_times_come_first() {
        let timeline = timeline(&[(100, Held(1, Some(40))), (200, Held(2, Some(150))), (300, Held(3, Some(150)))], &[100, 200, 300]);
        assert_eq!(
            answers(&timeline, &[39, 40, 149, 150, 299, 300]),
            [Some((1, true)), Some((1, false)), Some((1, false)), Some((2, false)), Some((2, false)), Some((3, false))]
        );
    }

    #[test]
    fn what_is_missing_for_a_while_is_missing() {
        let timeline = timeline(&[(100, Held(1, None)), (300, Held(1, None))], &[100, 200, 300]);
        assert_eq!(answers(&timeline, &[199, 200, 299, 300]), [Some((1, false)), None, None, Some((1, false))]);
    }

    #[test]
    fn order_of_import_does_not_matter() {
        let forward = timeline(&[(100, Held(1, None)), (200, Held(2, None)), (300, Held(1, None))], &[100, 200, 300]);
        let backward = timeline(&[(300, Held(1, None)), (100, Held(1, None)), (200, Held(2, None))], &[100, 200, 300]);
        let times = [50, 100, 150, 200, 250, 300];
        assert_eq!(answers(&forward, &times), answers(&backward, &times));
    }

    #[test]
    fn a_narrow_listing_deletes_nothing() {
        let mut scope = Scope::default();
        for (time, count) in [(100, 10), (200, 3), (300, 6)] {
            for _ in 0..count {
                scope.add(at(time));
            }
        }
        assert_eq!(scope.complete(), [at(100), at(300)]);
    }
}
