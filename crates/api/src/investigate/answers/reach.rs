//! What else may be affected?

use std::collections::{BTreeMap, BTreeSet};

use flow::{Address, DAY_SECS, TimeRange, Timestamp};
use query::panels::{RemoteVolume, Subject};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Answer, Case};
use crate::investigate::{HISTORY_DAYS, Investigator};
use crate::{InvestigateError, words};

/// Remotes followed.
const REMOTES: usize = 20;
/// Rows given.
const ROWS: u32 = 200;
/// Internal addresses looked at.
const INTERNAL: usize = 100;

/// Why an entity may be affected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ContactKind {
    /// It exchanged traffic with the same remote.
    SameRemote,
    /// The entity spoke with it in the scope for the first time in 45 days.
    NewInternal,
}

/// An entity that may be affected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Contact {
    /// Why.
    pub kind: ContactKind,
    /// The entity, or the private address of which no entity is known.
    pub entity: String,
    /// The value of its tag `Name`.
    pub name: Option<String>,
    /// The remote that both spoke with, or the address at which it was contacted.
    pub remote: String,
    /// Bytes towards the entity that saw the traffic: this one for the same remote, the one asked about for a new contact.
    pub bytes_in: u64,
    /// Bytes away from it.
    pub bytes_out: u64,
    /// Flow records that were not rejected.
    pub accepted: u64,
    /// Flow records that were rejected.
    pub rejected: u64,
    /// Server ports.
    pub ports: String,
    /// First time.
    #[schema(value_type = String, format = DateTime)]
    pub first: Timestamp,
    /// Last time.
    #[schema(value_type = String, format = DateTime)]
    pub last: Timestamp,
    /// Whether any of it was in the scope.
    pub in_scope: bool,
}

impl Investigator {
    pub(super) async fn answer_reach(&self, case: Case<'_>) -> Result<Answer<Contact>, InvestigateError> {
        let by_address = case.is_address();
        let new: Vec<&str> = case.novel.rows.iter().filter(|novel| novel.kind == "remote_addr").map(|novel| novel.value.as_str()).collect();
        let (remotes, whose) = if by_address {
            (vec![Subject::of(case.entity).canonical()], "this address")
        } else if let Some(finding) = case.finding {
            let known: BTreeSet<&str> = finding.actors.iter().map(|actor| actor.remote_addr.as_str()).collect();
            let ordered = finding.actors.iter().map(|actor| actor.remote_addr.as_str()).filter(|remote| known.contains(remote));
            (distinct(ordered), "the remotes of the finding")
        } else {
            let public = new.iter().copied().filter(|remote| is_public(remote));
            (distinct(public), "the new remotes")
        };
        // A remote that others met weeks ago matters as well.
        let wide = TimeRange::new(case.range.from.plus_secs(-HISTORY_DAYS * DAY_SECS), case.range.to);
        let internal: Vec<String> = new
            .iter()
            .filter(|remote| !is_public(remote) || self.holder_of(remote, Some(case.entity), case.range.from).is_some())
            .take(INTERNAL)
            .map(|remote| (*remote).to_owned())
            .collect();
        let (shared, inside) = futures::try_join!(self.engine.touched_by(&remotes, wide, ROWS), async {
            if internal.is_empty() { Ok(None) } else { self.engine.remotes(case.entity, case.range, &internal, ROWS).await.map(Some) }
        })?;
        let in_scope = |first: Timestamp, last: Timestamp| first < case.range.to && last >= case.range.from;
        let mut rows: Vec<Contact> = Vec::new();
        for volume in shared.rows.into_iter().filter(|volume| by_address || volume.entity != case.entity) {
            rows.push(Contact {
                kind: ContactKind::SameRemote,
                name: self.name_of(&volume.entity, volume.last),
                in_scope: in_scope(volume.first, volume.last),
                entity: volume.entity,
                remote: volume.remote,
                bytes_in: volume.bytes_in,
                bytes_out: volume.bytes_out,
                accepted: volume.accepted,
                rejected: volume.rejected,
                ports: volume.ports,
                first: volume.first,
                last: volume.last,
            });
        }
        let mut query = [case.novel.query.clone(), shared.query];
        if let Some(volumes) = inside {
            rows.extend(volumes.rows.into_iter().map(|volume| self.contacted(case, volume)));
            query[1] = format!("{}\n;\n{}", query[1], volumes.query).trim_start_matches("\n;\n").to_owned();
        }
        let (verdict, answer) = words_of(&rows, case, &remotes, whose, &new);
        let mut caveats = case.caveats(!by_address && case.finding.is_none());
        caveats.extend(case.more_is_new());
        if rows.iter().any(|row| !row.in_scope) {
            caveats.push("Traffic with the same remotes is looked for in the 45 days before as well.".to_owned());
        }
        Ok(Answer {
            question: "What else may be affected?".to_owned(),
            answer,
            verdict: verdict.to_owned(),
            rows,
            query: query.into_iter().filter(|query| !query.is_empty()).collect::<Vec<_>>().join("\n;\n"),
            confidence: case.confidence(!by_address && case.finding.is_none()),
            caveats,
        })
    }

    fn contacted(&self, case: Case<'_>, volume: RemoteVolume) -> Contact {
        let entity = self.holder_of(&volume.remote, Some(case.entity), volume.first);
        Contact {
            kind: ContactKind::NewInternal,
            name: entity.as_deref().and_then(|entity| self.name_of(entity, volume.first)),
            entity: entity.unwrap_or_else(|| volume.remote.clone()),
            remote: volume.remote,
            bytes_in: volume.bytes_in,
            bytes_out: volume.bytes_out,
            accepted: volume.accepted,
            rejected: volume.rejected,
            ports: volume.ports,
            first: volume.first,
            last: volume.last,
            in_scope: true,
        }
    }
}

fn distinct<'a>(remotes: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut known = BTreeSet::new();
    remotes.filter(|remote| known.insert(*remote)).take(REMOTES).map(str::to_owned).collect()
}

fn is_public(text: &str) -> bool {
    Address::parse(text.as_bytes()).is_some_and(Address::is_public)
}

fn words_of(rows: &[Contact], case: Case<'_>, remotes: &[String], whose: &str, new: &[&str]) -> (&'static str, String) {
    if rows.is_empty() && remotes.is_empty() && new.is_empty() {
        let (verdict, words) = case.nothing();
        if verdict == "no-data" {
            return (verdict, words);
        }
        return ("none-known", "Nobody new was contacted in this time, so there is no trail to follow.".to_owned());
    }
    // By entity: most bytes first.
    let of_kind = |kind: ContactKind| {
        let mut by_entity: BTreeMap<&str, (u64, Option<&str>)> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.kind == kind) {
            let (bytes, name) = by_entity.entry(&row.entity).or_default();
            *bytes = bytes.saturating_add(row.bytes_in).saturating_add(row.bytes_out);
            *name = row.name.as_deref();
        }
        let mut entities: Vec<(&str, u64, Option<&str>)> =
            by_entity.into_iter().map(|(entity, (bytes, name))| (entity, bytes, name)).collect();
        entities.sort_by_key(|(_, bytes, _)| std::cmp::Reverse(*bytes));
        entities
            .into_iter()
            .map(|(entity, bytes, name)| {
                let name = name.map(|name| format!(" ({name})")).unwrap_or_default();
                format!("{entity}{name} with {}", words::bytes(bytes))
            })
            .collect::<Vec<String>>()
    };
    let (same, internal) = (of_kind(ContactKind::SameRemote), of_kind(ContactKind::NewInternal));
    let mut parts = Vec::new();
    if remotes.is_empty() {
        parts.push("No new public remote was contacted, so none was followed to others.".to_owned());
    } else if same.is_empty() {
        parts.push(format!("No other entity exchanged traffic with {whose} ({}).", words::list(remotes, 3)));
    } else {
        parts.push(format!(
            "{} exchanged traffic with {whose} ({}): {}.",
            others(same.len()),
            words::list(remotes, 3),
            words::list(&same, 3)
        ));
    }
    if !internal.is_empty() {
        parts.push(format!(
            "It spoke for the first time in {:.0} days with {} inside: {}.",
            case.history_days,
            words::count(internal.len(), "machine"),
            words::list(&internal, 3)
        ));
    }
    let verdict = if rows.is_empty() { "none-known" } else { "others" };
    (verdict, parts.join(" "))
}

fn others(count: usize) -> String {
    if count == 1 { "1 other entity".to_owned() } else { format!("{count} other entities") }
}
