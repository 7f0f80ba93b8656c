//! The rows of the query as hourly series.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::RecordBatch;
use flow::{Direction, HOUR_SECS, TimeRange, Timestamp};

use super::TYPE;
use crate::baseline::hours;
use crate::columns::Columns;
use crate::detectors::contact::{Contact, ContactColumns};
use crate::{HISTORY_SECS, ScoreError, Traffic};

/// One series: an entity's bytes one way, with public addresses or with the others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Scope {
    pub(super) entity: String,
    pub(super) public: bool,
    pub(super) direction: Direction,
}

/// One of the largest remote hosts of an hour.
#[derive(Debug, Clone)]
pub(super) struct Remote {
    pub(super) contact: Contact,
    /// The most it carried this way in an hour of the 45 days before.
    pub(super) before_max: u64,
    /// What it carried in all those hours.
    pub(super) before_sum: u64,
    /// In how many of those hours it was seen.
    pub(super) before_hours: u64,
    /// What it carried up to and with this hour since the large hours began.
    pub(super) so_far: Traffic,
}

/// Everything the query delivered.
#[derive(Debug, Default)]
pub(super) struct Features {
    /// Bytes in and out by entity, scope and hour.
    series: BTreeMap<(String, bool), BTreeMap<Timestamp, (u64, u64)>>,
    /// The account of each entity, and its first hour on record.
    entities: BTreeMap<String, (String, Timestamp)>,
    /// The hours of each account in which someone reported.
    reporting: BTreeMap<String, BTreeSet<Timestamp>>,
    /// The hours of each entity of which records were lost.
    lost: BTreeMap<String, BTreeSet<Timestamp>>,
    remotes: BTreeMap<(Scope, Timestamp), Vec<Remote>>,
}

impl Features {
    /// Reads the rows, in any order.
    pub(super) fn read(batches: &[RecordBatch]) -> Result<Self, ScoreError> {
        let mut features = Self::default();
        for batch in batches {
            features.read_batch(batch)?;
        }
        for remotes in features.remotes.values_mut() {
            remotes.sort_by(|left, right| left.contact.remote_addr.cmp(&right.contact.remote_addr));
        }
        Ok(features)
    }

    fn read_batch(&mut self, batch: &RecordBatch) -> Result<(), ScoreError> {
        let columns = Columns::new(TYPE, batch);
        let record = columns.text("record")?;
        let entity = columns.text("entity")?;
        let account = columns.text("account_id")?;
        let hour = columns.time("hour")?;
        let public = columns.boolean("public")?;
        let bytes = [columns.integer("bytes_in")?, columns.integer("bytes_out")?];
        // Of each direction: whether the remote was among the largest, its largest hour before, and all it carried before.
        let ways = [
            (Direction::Inbound, columns.boolean("large_in")?, columns.integer("before_max_in")?, columns.integer("before_sum_in")?),
            (Direction::Outbound, columns.boolean("large_out")?, columns.integer("before_max_out")?, columns.integer("before_sum_out")?),
        ];
        let before_hours = columns.integer("before_hours")?;
        let contacts = ContactColumns::new(&columns)?;
        for row in 0..batch.num_rows() {
            let at = hour.required(row)?;
            match record.required(row)? {
                "series" => {
                    let name = entity.required(row)?;
                    let sums = self.series.entry((name.to_owned(), public.is_true(row))).or_default().entry(at).or_default();
                    sums.0 = sums.0.saturating_add(bytes[0].count(row)?);
                    sums.1 = sums.1.saturating_add(bytes[1].count(row)?);
                    let account = account.get(row).unwrap_or_default();
                    let known = self.entities.entry(name.to_owned()).or_insert_with(|| (account.to_owned(), at));
                    if known.0.as_str() < account {
                        account.clone_into(&mut known.0);
                    }
                    known.1 = known.1.min(at);
                }
                "remote" => {
                    let contact = contacts.read(row)?;
                    // The query looks back from the start of the range; what is older than 45 days at this hour is no history.
                    let known = contact.remote_last_seen.is_some_and(|last| last >= at.plus_secs(-HISTORY_SECS));
                    let if_known = |count: u64| if known { count } else { 0 };
                    for (direction, large, before_max, before_sum) in &ways {
                        if !large.is_true(row) {
                            continue;
                        }
                        let scope = Scope { entity: contact.entity.clone(), public: public.is_true(row), direction: *direction };
                        self.remotes.entry((scope, at)).or_default().push(Remote {
                            contact: contact.clone(),
                            before_max: if_known(before_max.count(row)?),
                            before_sum: if_known(before_sum.count(row)?),
                            before_hours: if_known(before_hours.count(row)?),
                            so_far: Traffic::default(),
                        });
                    }
                }
                "reporting" => {
                    self.reporting.entry(account.get(row).unwrap_or_default().to_owned()).or_default().insert(at);
                }
                "lost" => {
                    self.lost.entry(entity.required(row)?.to_owned()).or_default().insert(at);
                }
                other => return Err(record.bad(row, other, "sort of row")),
            }
        }
        Ok(())
    }

    /// Every series, in order.
    pub(super) fn scopes(&self) -> Vec<Scope> {
        self.series
            .keys()
            .flat_map(|(entity, public)| {
                [Direction::Inbound, Direction::Outbound].map(|direction| Scope { entity: entity.clone(), public: *public, direction })
            })
            .collect()
    }

    /// The values of a series up to `to`, from the entity's first hour on record. An hour in which the account reported and the entity
    /// did not is zero; an hour in which nobody did is missing.
    pub(super) fn series(&self, scope: &Scope, to: Timestamp) -> Vec<(Timestamp, f64)> {
        let empty = BTreeMap::new();
        let silent = BTreeSet::new();
        let known = self.series.get(&(scope.entity.clone(), scope.public)).unwrap_or(&empty);
        let Some((account, first)) = self.entities.get(&scope.entity) else { return Vec::new() };
        let reporting = self.reporting.get(account).unwrap_or(&silent);
        hours(TimeRange::new(*first, to))
            .filter_map(|hour| match known.get(&hour) {
                Some((inbound, outbound)) => {
                    let bytes = if scope.direction == Direction::Inbound { *inbound } else { *outbound };
                    Some((hour, crate::wording::number(bytes)))
                }
                None => reporting.contains(&hour).then_some((hour, 0.0)),
            })
            .collect()
    }

    /// The hours of which records of the entity were lost.
    pub(super) fn lost(&self, entity: &str) -> &BTreeSet<Timestamp> {
        static NONE: BTreeSet<Timestamp> = BTreeSet::new();
        self.lost.get(entity).unwrap_or(&NONE)
    }

    /// The largest remote hosts of an hour of a series, by address. The large hours began at `since`: what a host did before is told as
    /// of then, so that it does not become usual by what is being judged.
    pub(super) fn remotes(&self, scope: &Scope, since: Timestamp, hour: Timestamp) -> Vec<Remote> {
        let run = |address: &str| {
            let hours = self.remotes.range((scope.clone(), since.min(hour))..=(scope.clone(), hour));
            let address = address.to_owned();
            hours.flat_map(|(_, remotes)| remotes).filter(move |remote| remote.contact.remote_addr == address)
        };
        let now = self.remotes.get(&(scope.clone(), hour)).map_or(&[][..], Vec::as_slice);
        now.iter()
            .map(|remote| {
                let mut remote = remote.clone();
                remote.so_far = Traffic::default();
                for (index, earlier) in run(&remote.contact.remote_addr.clone()).enumerate() {
                    remote.so_far = remote.so_far.plus(earlier.contact.volume());
                    if index == 0 {
                        (remote.before_max, remote.before_sum, remote.before_hours) =
                            (earlier.before_max, earlier.before_sum, earlier.before_hours);
                        remote.contact.remote_last_seen = earlier.contact.remote_last_seen;
                    }
                }
                remote
            })
            .collect()
    }
}

impl Scope {
    /// `public` or `internal`.
    pub(super) const fn addresses(&self) -> &'static str {
        if self.public { "public" } else { "internal" }
    }

    /// The hour starting at `hour`.
    pub(super) const fn hour(hour: Timestamp) -> TimeRange {
        TimeRange::new(hour, hour.plus_secs(HOUR_SECS))
    }
}
