//! What happened, in plain sentences in order of time.

use std::collections::BTreeSet;

use flow::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::clock::{length, moment};
use super::score::{Score, tactic};
use super::signal::Signal;
use super::{GroupLink, is_weak};
use crate::wording::count;

/// A sentence of a story.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StoryLine {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The sentence.
    pub text: String,
    /// The tactic that it tells of; none for the first and the last sentence.
    pub tactic: Option<String>,
    /// The findings that it tells of.
    pub findings: Vec<String>,
}

/// What a group is about: the tactics, and where.
pub(super) fn title(signals: &[&Signal], score: &Score) -> String {
    let entities = entities(signals);
    // The machine with most findings, and of those the one that was first.
    let of = |entity: &str| signals.iter().filter(|signal| signal.entity == entity).count();
    let most = entities.iter().map(|entity| of(entity)).max().unwrap_or(0);
    let lead = entities.iter().find(|entity| of(entity) == most).copied().unwrap_or_default();
    let others = match entities.len().saturating_sub(1) {
        0 => String::new(),
        number => format!(" and {}", count(number as u64, "other machine")),
    };
    format!("{} on {}{others}", tactics(&score.chain), named(lead, signals))
}

fn tactics(chain: &[String]) -> String {
    chain.join(", then ")
}

/// The machines, in the order in which they first appear.
fn entities<'a>(signals: &[&'a Signal]) -> Vec<&'a str> {
    let mut known = BTreeSet::new();
    signals.iter().map(|signal| signal.entity.as_str()).filter(|entity| known.insert(*entity)).collect()
}

fn named(entity: &str, signals: &[&Signal]) -> String {
    let name = signals.iter().find(|signal| signal.entity == entity).and_then(|signal| signal.entity_name.as_ref());
    name.map_or_else(|| entity.to_owned(), |name| format!("{entity} ({name})"))
}

/// Why a finding is in its group: its strongest link to an earlier finding, else to a later one.
pub(super) fn because(signal: &Signal, links: &[GroupLink]) -> String {
    let strongest = |earlier: bool| {
        let mine = links.iter().filter(|link| if earlier { link.to == signal.id } else { link.from == signal.id });
        mine.max_by(|left, right| left.weight.total_cmp(&right.weight).then_with(|| (&right.from, &right.to).cmp(&(&left.from, &left.to))))
    };
    let (link, which) = match (strongest(true), strongest(false)) {
        (Some(link), _) => (link, "an earlier"),
        (None, Some(link)) => (link, "a later"),
        (None, None) => return String::new(),
    };
    let shared: Vec<String> = link.shared.iter().map(super::Shared::words).collect();
    let apart = if link.gap_secs < 60 { "at the same time".to_owned() } else { format!("{} apart", length(link.gap_secs)) };
    format!("Linked with {which} finding by {}; {apart}.", shared.join(" and by "))
}

/// The story of a group. `signals` come in order of time.
pub(super) fn story(signals: &[&Signal], links: &[GroupLink], score: &Score) -> Vec<StoryLine> {
    let (Some(first), Some(last)) = (signals.first(), signals.iter().map(|signal| signal.last_seen).max()) else { return Vec::new() };
    let mut lines = vec![opening(signals, first.first_seen, last)];
    let mut before: Option<Timestamp> = None;
    let mut known: BTreeSet<&str> = BTreeSet::new();
    // Findings of one kind about one machine that follow each other are one step.
    for step in signals.chunk_by(|left, right| left.finding_type == right.finding_type && left.entity == right.entity) {
        let Some(head) = step.first() else { continue };
        let when = match before {
            None => format!("At {},", moment(head.first_seen)),
            Some(before) => match head.first_seen.secs() - before.secs() {
                ..60 => "At the same time,".to_owned(),
                gap => format!("{} later,", capital(&length(gap))),
            },
        };
        let mut text = format!("{when} {}", decapital(head.title.trim_end_matches('.')));
        if let Some(name) = &head.entity_name {
            text = text.replacen(&head.entity, &format!("{} ({name})", head.entity), 1);
        }
        text += &more(step);
        // What is new in the story has to be tied to it.
        if !known.is_empty() && !known.contains(head.entity.as_str()) {
            let tie = links.iter().filter(|link| link.to == head.id).max_by(|left, right| left.weight.total_cmp(&right.weight));
            if let Some(shared) = tie.and_then(|link| link.shared.first()) {
                text += &format!(" The link is {}.", shared.words());
            }
        }
        known.insert(&head.entity);
        before = Some(head.first_seen);
        let findings = step.iter().map(|signal| signal.id.clone()).collect();
        lines.push(StoryLine { at: head.first_seen, text, tactic: Some(tactic(head).1), findings });
    }
    lines.push(closing(signals, last, score));
    lines
}

fn opening(signals: &[&Signal], first: Timestamp, last: Timestamp) -> StoryLine {
    let machines = entities(signals);
    let place = match machines.as_slice() {
        [only] => named(only, signals),
        [one, other] => format!("{} and {}", named(one, signals), named(other, signals)),
        [one, rest @ ..] => format!("{} and {}", named(one, signals), count(rest.len() as u64, "other machine")),
        [] => String::new(),
    };
    let text = format!("{} within {} on {place}.", count(signals.len() as u64, "finding"), length(last.secs() - first.secs()));
    StoryLine { at: first, text, tactic: None, findings: Vec::new() }
}

/// Whether the text names the address, and not one that it is the beginning or the end of.
fn names(text: &str, address: &str) -> bool {
    let part = |letter: char| letter.is_ascii_alphanumeric() || letter == ':' || letter == '.';
    text.split(|letter: char| !part(letter)).any(|word| word.trim_end_matches(['.', ':']) == address)
}

/// The end of a step's sentence: how often, with whom else, and how much it weighs.
fn more(step: &[&Signal]) -> String {
    let Some(head) = step.first() else { return String::new() };
    let mut text = String::new();
    let remotes: BTreeSet<&str> = step.iter().flat_map(|signal| signal.remotes.iter().map(|remote| remote.remote_addr.as_str())).collect();
    if step.len() > 1 {
        let (more, with) = (count(step.len() as u64 - 1, "more finding"), count(remotes.len() as u64, "remote host"));
        text += &format!(", and {more} of the kind, with {with} in all");
    } else if remotes.len() > 1 {
        text += &format!(", and the same with {}", count(remotes.len() as u64 - 1, "more remote host"));
        // The title names the remote that stands out, which need not be the first.
        let named = head.remotes.iter().filter(|remote| names(&head.title, &remote.remote_addr));
        let first = named.filter_map(|remote| Some((remote.spans.first()?.first, &remote.remote_addr))).min();
        if let Some((from, address)) = first.filter(|(from, _)| from.secs() - head.first_seen.secs() >= 60) {
            text += &format!(", {address} itself from {} later on", length(from.secs() - head.first_seen.secs()));
        }
    }
    let (first, last) = (head.first_seen, step.iter().map(|signal| signal.last_seen).max().unwrap_or(head.last_seen));
    if last.secs() - first.secs() >= 2 * flow::HOUR_SECS {
        text += &format!("; it went on for {}", length(last.secs() - first.secs()));
    }
    text.push('.');
    if step.iter().any(|signal| signal.success) {
        text += " One attempt looks as if it had succeeded.";
    }
    if step.iter().all(|signal| signal.archived) {
        text += " It has been put away.";
    } else if step.iter().all(|signal| is_weak(signal)) {
        text += " On its own it would say little.";
    }
    text
}

fn closing(signals: &[&Signal], last: Timestamp, score: &Score) -> StoryLine {
    let course = match score.chain.as_slice() {
        [] | [_] => String::new(),
        chain => format!("These are {} tactics in the order of an attack: {}. ", chain.len(), tactics(chain)),
    };
    let put_away = signals.iter().filter(|signal| signal.archived).count();
    let rest = if put_away == 0 || put_away == signals.len() {
        String::new()
    } else {
        format!(" {} of the findings {} been put away.", put_away, if put_away == 1 { "has" } else { "have" })
    };
    StoryLine { at: last, text: format!("{course}The last sign was noted at {}.{rest}", moment(last)), tactic: None, findings: Vec::new() }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A title inside a sentence: "An unprotected port" becomes "an unprotected port"; names and identifiers stay as they are.
fn decapital(text: &str) -> String {
    match text.split_once(' ') {
        Some((first @ ("A" | "An" | "The" | "Network"), rest)) => format!("{} {rest}", first.to_lowercase()),
        _ => text.to_owned(),
    }
}
