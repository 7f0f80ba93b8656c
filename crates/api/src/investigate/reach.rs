//! Affected resources: what a host can have touched from a time on.

use std::collections::{BTreeMap, HashMap};

use detect::{ReachEdge, Reached};
use flow::{Direction, TimeRange, Timestamp};
use query::panels::ConnectionHour;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Coverage, HISTORY_DAYS, Investigator};
use crate::InvestigateError;

/// Most reports of connections that are gone through.
const REPORTS: usize = 500_000;
/// IANA number of TCP.
const TCP: u8 = 6;

/// A host that can have been touched, and what it is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReachedHost {
    /// The host and the way to it.
    #[serde(flatten)]
    pub reached: Reached,
    /// Its `Name` tag.
    pub name: Option<String>,
    /// The service by which it was reached, such as `ssh`.
    pub service: Option<String>,
}

/// What a host can have touched.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReachPanel {
    /// The host itself first, then each in the order of the instant from which it can have been touched.
    pub rows: Vec<ReachedHost>,
    /// Hosts in all; more than there are rows when `limit` cut them off.
    pub total: usize,
    /// Whether there were more connections than are gone through, of which the earliest were.
    pub truncated: bool,
    /// The SQL behind the connections.
    pub query: String,
    /// What is missing.
    pub coverage: Coverage,
}

impl Investigator {
    /// What `host`, an entity or an address, can have touched from the beginning of `range` until its end: over connections that were let
    /// through, each taken only while it was open after its opener can have been touched. At most `limit` hosts are given.
    ///
    /// # Errors
    /// When the lake cannot answer.
    pub async fn reach(&self, host: &str, range: TimeRange, limit: usize) -> Result<ReachPanel, InvestigateError> {
        let (reports, coverage) = futures::try_join!(
            async { Ok::<_, InvestigateError>(self.engine.connections_within(host, range, HISTORY_DAYS, REPORTS).await?) },
            self.coverage(None, range),
        )?;
        let truncated = reports.rows.len() == REPORTS;
        let mut holders = Holders { investigator: self, known: HashMap::new() };
        let edges = edges(&reports.rows, |address, near, at| holders.of(address, near, at));
        let host = query::panels::Subject::of(host).canonical();
        let start = holders.of(&host, None, range.from);
        let all = detect::reach(&start, range.from, range.to, &edges, usize::MAX);
        let total = all.len();
        let rows = all.into_iter().take(limit).map(|reached| ReachedHost {
            name: self.name_of(&reached.host, reached.at),
            service: reached.by.as_ref().and_then(|by| flow::service_name(by.protocol?, by.service_port?)).map(str::to_owned),
            reached,
        });
        Ok(ReachPanel { rows: rows.collect(), total, truncated, query: reports.query, coverage })
    }
}

/// Who held which address, looked up once for each and hour.
struct Holders<'a> {
    investigator: &'a Investigator,
    known: HashMap<(String, Option<String>, Timestamp), String>,
}

impl Holders<'_> {
    /// The entity that held the address; the address itself when nothing is known of it, or when it is no address.
    fn of(&mut self, address: &str, near: Option<&str>, at: Timestamp) -> String {
        let key = (address.to_owned(), near.map(str::to_owned), at.hour());
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let holder = self.investigator.holder_of(address, near, at).unwrap_or_else(|| address.to_owned());
        self.known.insert(key, holder.clone());
        holder
    }
}

/// What both ends reported of one connection in one hour.
#[derive(Default)]
struct Both {
    opener: Option<ConnectionHour>,
    server: Option<ConnectionHour>,
}

/// Who opened it, to whom, in which hour, on which port, by which protocol.
type Key = (String, String, Timestamp, Option<u16>, Option<u8>);

/// The connections that were let through. One that the server's side rejected is none, whatever its opener saw leave; nor is TCP that
/// nothing ever answered.
fn edges(reports: &[ConnectionHour], mut holder: impl FnMut(&str, Option<&str>, Timestamp) -> String) -> Vec<ReachEdge> {
    let mut found: BTreeMap<Key, Both> = BTreeMap::new();
    for report in reports {
        let remote = holder(&report.remote, Some(&report.entity), report.hour);
        let outbound = report.direction == Direction::Outbound;
        let (from, to) = if outbound { (report.entity.clone(), remote) } else { (remote, report.entity.clone()) };
        let both = found.entry((from, to, report.hour, report.service_port, report.protocol)).or_default();
        let side = if outbound { &mut both.opener } else { &mut both.server };
        match side {
            None => *side = Some(report.clone()),
            // Two addresses of one host.
            Some(known) => {
                known.first = known.first.into_iter().chain(report.first).min();
                known.last = known.last.into_iter().chain(report.last).max();
                known.bytes_in += report.bytes_in;
                known.bytes_out += report.bytes_out;
                known.is_new &= report.is_new;
            }
        }
    }
    let edge = |((from, to, _, service_port, protocol), both): (Key, Both)| {
        if both.server.as_ref().is_some_and(|server| server.first.is_none()) {
            return None;
        }
        let sides = || both.opener.iter().chain(&both.server);
        if protocol == Some(TCP) && sides().all(|side| side.bytes_in == 0 || side.bytes_out == 0) {
            return None;
        }
        Some(ReachEdge {
            from,
            to,
            service_port,
            protocol,
            first_seen: sides().filter_map(|side| side.first).min()?,
            last_seen: sides().filter_map(|side| side.last).max()?,
            bytes: sides().map(|side| side.bytes_in + side.bytes_out).max().unwrap_or_default(),
            is_new: sides().all(|side| side.is_new),
        })
    };
    found.into_iter().filter_map(edge).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(entity: &str, remote: &str, direction: Direction, bytes: (u64, u64), accepted: bool) -> ConnectionHour {
        let at = |secs| accepted.then(|| Timestamp::from_secs(secs));
        ConnectionHour {
            entity: entity.to_owned(),
            remote: remote.to_owned(),
            direction,
            service_port: Some(22),
            protocol: Some(TCP),
            hour: Timestamp::from_secs(0),
            first: at(100),
            last: at(200),
            bytes_in: bytes.0,
            bytes_out: bytes.1,
            is_new: true,
        }
    }

    fn ways(reports: &[ConnectionHour]) -> Vec<(String, String, u64)> {
        let holder = |address: &str, _: Option<&str>, _| address.replace("10.0.0.", "i-");
        edges(reports, holder).into_iter().map(|edge| (edge.from, edge.to, edge.bytes)).collect()
    }

    #[test]
    fn both_ends_tell_of_one_connection() {
        let reports =
            [report("i-1", "10.0.0.2", Direction::Outbound, (50, 60), true), report("i-2", "10.0.0.1", Direction::Inbound, (60, 70), true)];
        assert_eq!(ways(&reports), [("i-1".to_owned(), "i-2".to_owned(), 130)]);
    }

    #[test]
    fn what_the_other_side_rejected_is_no_way() {
        let left = report("i-1", "10.0.0.2", Direction::Outbound, (0, 60), true);
        assert_eq!(ways(std::slice::from_ref(&left)), [], "nothing answered");
        let refused = report("i-2", "10.0.0.1", Direction::Inbound, (0, 0), false);
        assert_eq!(ways(&[left.clone(), refused]), []);
        let answered = report("i-1", "10.0.0.2", Direction::Outbound, (40, 60), true);
        assert_eq!(ways(&[answered]).len(), 1, "the other end does not report");
        let udp = ConnectionHour { protocol: Some(17), ..left };
        assert_eq!(ways(&[udp]).len(), 1, "a datagram needs no answer");
    }
}
