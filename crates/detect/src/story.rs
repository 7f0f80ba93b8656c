//! The whole of a finding: what its occurrences come to together.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use flow::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::evidence::{Contribution, Novelty, NoveltyStatus};
use crate::{Evidence, Occurrence, RowsQuery, Traffic, wording};

/// Remote addresses shown as contributions.
const TOP: usize = 5;
/// Occurrences whose rows are asked for by one query, the strongest ones; more make a statement that nobody reads.
const ROWS: usize = 50;

/// What the occurrences of a finding come to together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Story {
    /// One sentence: how often, how long, how much, and the strongest occurrence. Of a single occurrence what that one says.
    pub lead: String,
    /// Since when it has been going on. That is before the first occurrence where the hours before it count as well.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// End of the last occurrence.
    #[schema(value_type = String, format = DateTime)]
    pub to: Timestamp,
    /// Number of occurrences.
    pub occurrences: u64,
    /// Different remote addresses.
    pub remotes: u64,
    /// All traffic of it, each hour once.
    pub traffic: Traffic,
    /// Key of the strongest occurrence: the most severe, of these the one furthest above its limit, of these the one with most bytes.
    pub strongest: String,
}

/// Tells the story of these occurrences, and folds their evidence into one. They are distinct and in ascending order of their ends.
/// `None` when there are none.
///
/// The evidence is the strongest occurrence's, with the story's lead as its summary; since when, the novelty, the lists, the
/// contributions and the rows are those of all.
pub(crate) fn tell(occurrences: &[Occurrence]) -> Option<(Story, Evidence)> {
    let mut ordered: Vec<&Occurrence> = occurrences.iter().collect();
    ordered.sort_by(|left, right| stronger(right, left));
    let strongest = *ordered.first()?;
    let from = occurrences.iter().map(|occurrence| occurrence.evidence.since.min(occurrence.first_seen)).min()?;
    let to = occurrences.iter().map(|occurrence| occurrence.last_seen).max()?;
    let remotes: BTreeSet<&str> = occurrences.iter().map(|occurrence| occurrence.connection.remote_addr.as_str()).collect();
    let traffic = traffic(occurrences);
    let alone = occurrences.len() == 1 && traffic == strongest.connection.traffic();
    let mut story = Story {
        lead: strongest.evidence.summary.clone(),
        from,
        to,
        occurrences: occurrences.len() as u64,
        remotes: remotes.len() as u64,
        traffic,
        strongest: strongest.occurrence_key.clone(),
    };
    if alone {
        return Some((story, strongest.evidence.clone()));
    }
    story.lead = lead(&story, &strongest.evidence.summary);
    let lists: BTreeSet<&String> = occurrences.iter().flat_map(|occurrence| &occurrence.evidence.list_names).collect();
    let evidence = Evidence {
        summary: story.lead.clone(),
        since: from,
        novelty: novelty(occurrences),
        contributions: contributions(occurrences),
        rows: RowsQuery::of_all(ordered.iter().take(ROWS).map(|occurrence| &occurrence.evidence.rows)),
        list_names: lists.into_iter().cloned().collect(),
        so_far: Some(traffic),
        ..strongest.evidence.clone()
    };
    Some((story, evidence))
}

/// Takes back what occurrences call usual only because of occurrences before them: how well a value was known is a matter of the time
/// before it came up in the finding for the first time.
pub(crate) fn judge_by_the_time_before(occurrences: &mut [Occurrence]) {
    let mut first: BTreeMap<(String, String), Novelty> = BTreeMap::new();
    for novelty in novelty(occurrences) {
        first.insert((novelty.kind.clone(), novelty.value.clone()), novelty);
    }
    for novelty in occurrences.iter_mut().flat_map(|occurrence| &mut occurrence.evidence.novelty) {
        let before = first.get(&(novelty.kind.clone(), novelty.value.clone()));
        if let Some(before) = before.filter(|before| novelty.status == NoveltyStatus::Usual && before.status != NoveltyStatus::Usual) {
            novelty.clone_from(before);
        }
    }
}

fn lead(story: &Story, strongest: &str) -> String {
    let with = if story.remotes > 1 { format!(" with {} remote addresses", story.remotes) } else { String::new() };
    format!(
        "{} over {}, from {} to {}: {} out and {} in altogether{with}; {} {strongest}",
        wording::count(story.occurrences, "occurrence"),
        wording::length(story.to.secs().saturating_sub(story.from.secs())),
        story.from,
        story.to,
        wording::bytes(wording::number(story.traffic.bytes_out)),
        wording::bytes(wording::number(story.traffic.bytes_in)),
        if story.occurrences > 1 { "at the strongest," } else { "of this," },
    )
}

/// Severity first, then how far above the limit, then bytes, then the later one.
fn stronger(left: &Occurrence, right: &Occurrence) -> Ordering {
    let margin = |occurrence: &Occurrence| occurrence.evidence.margin.unwrap_or(0.0);
    let rest = |occurrence: &Occurrence| (occurrence.connection.traffic().bytes(), occurrence.last_seen);
    left.severity
        .total_cmp(&right.severity)
        .then_with(|| margin(left).total_cmp(&margin(right)))
        .then_with(|| rest(left).cmp(&rest(right)))
        .then_with(|| left.occurrence_key.cmp(&right.occurrence_key))
}

/// Every hour once: where an occurrence counts all since it began, the one that has counted most stands for those that began then.
fn traffic(occurrences: &[Occurrence]) -> Traffic {
    let mut runs: BTreeMap<Timestamp, Traffic> = BTreeMap::new();
    let mut total = Traffic::default();
    for occurrence in occurrences {
        match occurrence.evidence.so_far {
            Some(so_far) => {
                let most = runs.entry(occurrence.evidence.since).or_default();
                if so_far.bytes() >= most.bytes() {
                    *most = so_far;
                }
            }
            None => total = total.plus(occurrence.connection.traffic()),
        }
    }
    runs.into_values().fold(total, Traffic::plus)
}

/// How well known each value was when it came up first.
fn novelty(occurrences: &[Occurrence]) -> Vec<Novelty> {
    let mut earliest: Vec<&Occurrence> = occurrences.iter().collect();
    earliest.sort_by(|left, right| (left.first_seen, &left.occurrence_key).cmp(&(right.first_seen, &right.occurrence_key)));
    let mut known = BTreeSet::new();
    let all = earliest.into_iter().flat_map(|occurrence| &occurrence.evidence.novelty);
    all.filter(|novelty| known.insert((&novelty.kind, &novelty.value))).cloned().collect()
}

/// The remote addresses with most bytes in the occurrences.
fn contributions(occurrences: &[Occurrence]) -> Vec<Contribution> {
    let mut remotes: BTreeMap<&str, u64> = BTreeMap::new();
    for occurrence in occurrences {
        let bytes = remotes.entry(&occurrence.connection.remote_addr).or_default();
        *bytes = bytes.saturating_add(occurrence.connection.traffic().bytes());
    }
    let whole = remotes.values().fold(0_u64, |whole, bytes| whole.saturating_add(*bytes));
    let mut remotes: Vec<(&str, u64)> = remotes.into_iter().collect();
    // Stable: equal bytes stay in the order of their addresses.
    remotes.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    remotes.into_iter().take(TOP).map(|(remote, bytes)| Contribution::of("remote_addr", remote, bytes, whole)).collect()
}

#[cfg(test)]
mod tests;
