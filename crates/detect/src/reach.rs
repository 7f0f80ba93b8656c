//! What a host can have touched: the time-respecting reach over connections that were let through.
//!
//! A host that is suspect from some instant on makes suspect whom it opens a connection to from then on, each from the instant when that
//! connection could have carried something, and so on. A connection that was over before is no way.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use flow::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Accepted connections that one host opened to another on one service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct ReachEdge {
    /// Who opened them.
    pub from: String,
    /// To whom.
    pub to: String,
    /// The server's port.
    pub service_port: Option<u16>,
    /// IANA protocol number.
    pub protocol: Option<u8>,
    /// First packet window.
    #[schema(value_type = String, format = DateTime)]
    pub first_seen: Timestamp,
    /// End of the last packet window.
    #[schema(value_type = String, format = DateTime)]
    pub last_seen: Timestamp,
    /// Bytes both ways.
    pub bytes: u64,
    /// Whether the two had not spoken so in the history before.
    pub is_new: bool,
}

/// A host that can have been touched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reached {
    /// The host.
    pub host: String,
    /// From when on.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Hosts on the way to it, the first host not counted.
    pub hops: u32,
    /// The connection by which it was reached first; none for the host that it begins with.
    pub by: Option<ReachEdge>,
    /// Whether every connection on the way to it is new.
    pub all_new: bool,
}

/// A host that can be reached: from when on, over how many hops, by which connection.
type Step<'a> = (Timestamp, u32, Option<&'a ReachEdge>, &'a str);

/// Who can have been touched from `host` on from `start`, by connections no later than `end`: the host itself first, then each in the order
/// of the instant from which it can have been, at most `limit` hosts. `edges` come in any order.
///
/// Of several ways to a host the one that is there first counts, then the shorter one, then the one whose connection comes first in order.
pub fn reach(host: &str, start: Timestamp, end: Timestamp, edges: &[ReachEdge], limit: usize) -> Vec<Reached> {
    let mut from: BTreeMap<&str, Vec<&ReachEdge>> = BTreeMap::new();
    for edge in edges.iter().filter(|edge| edge.first_seen < end && edge.last_seen >= start && edge.from != edge.to) {
        from.entry(&edge.from).or_default().push(edge);
    }
    let mut reached: Vec<Reached> = Vec::new();
    let mut known: BTreeMap<&str, bool> = BTreeMap::new();
    let mut next: BinaryHeap<Reverse<Step<'_>>> = BinaryHeap::new();
    next.push(Reverse((start, 0, None, host)));
    while let Some(Reverse((at, hops, by, host))) = next.pop() {
        if known.contains_key(host) {
            continue;
        }
        if reached.len() == limit {
            break;
        }
        let all_new = by.is_none_or(|edge| edge.is_new && known.get(edge.from.as_str()).copied().unwrap_or(true));
        known.insert(host, all_new);
        reached.push(Reached { host: host.to_owned(), at, hops, by: by.cloned(), all_new });
        for edge in from.get(host).into_iter().flatten() {
            // It has to be open still when its opener may have been touched.
            if edge.last_seen >= at && !known.contains_key(edge.to.as_str()) {
                next.push(Reverse((at.max(edge.first_seen), hops + 1, Some(edge), &edge.to)));
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn time(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    fn edge(from: &str, to: &str, first: i64, last: i64, is_new: bool) -> ReachEdge {
        ReachEdge {
            from: from.to_owned(),
            to: to.to_owned(),
            service_port: Some(22),
            protocol: Some(6),
            first_seen: time(first),
            last_seen: time(last),
            bytes: 1_000,
            is_new,
        }
    }

    fn hosts(reached: &[Reached]) -> Vec<(&str, i64, u32)> {
        reached.iter().map(|reached| (reached.host.as_str(), reached.at.secs(), reached.hops)).collect()
    }

    #[test]
    fn time_is_respected() {
        let edges = [
            edge("a", "b", 100, 110, true),
            edge("b", "c", 50, 60, true),   // over before b was touched
            edge("b", "d", 105, 120, true), // open when b was touched
            edge("d", "e", 90, 300, false), // opened before, open still
            edge("a", "f", 10, 20, true),   // over before a was suspect
            edge("d", "g", 900, 910, true), // after the end
        ];
        let found = reach("a", time(30), time(500), &edges, 100);
        assert_eq!(hosts(&found), [("a", 30, 0), ("b", 100, 1), ("d", 105, 2), ("e", 105, 3)]);
        assert_eq!(found.iter().map(|reached| reached.all_new).collect::<Vec<_>>(), [true, true, true, false]);
        assert_eq!(found[2].by.as_ref().map(|by| by.from.as_str()), Some("b"));
    }

    #[test]
    fn the_first_way_counts_and_the_limit_holds() {
        let edges =
            [edge("a", "b", 100, 110, true), edge("a", "c", 40, 50, true), edge("c", "b", 60, 70, false), edge("b", "a", 200, 210, true)];
        let found = reach("a", time(0), time(500), &edges, 100);
        assert_eq!(hosts(&found), [("a", 0, 0), ("c", 40, 1), ("b", 60, 2)]);
        assert_eq!(reach("a", time(0), time(500), &edges, 2).len(), 2);
        assert_eq!(hosts(&reach("z", time(0), time(500), &edges, 100)), [("z", 0, 0)]);
    }

    proptest! {
        #[test]
        fn every_way_can_be_gone_and_none_is_missed(
            raw in prop::collection::vec((0..8_u8, 0..8_u8, 0..100_i64, 0..20_i64), 0..40), seed in any::<u64>()
        ) {
            let edges: Vec<ReachEdge> =
                raw.iter().map(|(from, to, first, length)| edge(&from.to_string(), &to.to_string(), *first, first + length, first % 2 == 0)).collect();
            let found = reach("0", time(10), time(90), &edges, 100);
            let at: BTreeMap<&str, Timestamp> = found.iter().map(|reached| (reached.host.as_str(), reached.at)).collect();
            for reached in &found {
                if let Some(by) = &reached.by {
                    prop_assert!(at[by.from.as_str()] <= by.last_seen && reached.at == at[by.from.as_str()].max(by.first_seen));
                }
            }
            for edge in edges.iter().filter(|edge| edge.first_seen < time(90) && edge.from != edge.to) {
                if let Some(opened) = at.get(edge.from.as_str()).filter(|opened| **opened <= edge.last_seen) {
                    prop_assert!(at.get(edge.to.as_str()).is_some_and(|reached| *reached <= edge.first_seen.max(*opened)), "{edge:?}");
                }
            }
            let mut turned = edges.clone();
            if !turned.is_empty() {
                let by = usize::try_from(seed % turned.len() as u64).unwrap();
                turned.rotate_left(by);
            }
            prop_assert_eq!(reach("0", time(10), time(90), &turned, 100), found);
        }
    }
}
