//! How findings are grouped: whether a story stays in one piece, and whether a group tells one story.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;

use crate::found::Found;
use crate::truth::Truth;

/// Sums over the groups of a world.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Grouping {
    /// Stories of which at least one finding is in a group.
    pub stories: usize,
    /// Groups that each of them is spread over, added up: as many as stories when each is in one piece.
    pub fragments: usize,
    /// Groups with two findings or more.
    pub groups: usize,
    /// Findings in them.
    pub members: usize,
    /// Findings in them that belong to the most frequent story of their group.
    pub of_main_story: usize,
}

impl Grouping {
    /// Adds that of another world.
    pub fn add(&mut self, other: Self) {
        self.stories += other.stories;
        self.fragments += other.fragments;
        self.groups += other.groups;
        self.members += other.members;
        self.of_main_story += other.of_main_story;
    }
}

/// Counts. A finding belongs to the story whose attack is on its machine, or done to it, at its time; of several to the one that calls for
/// its type. A finding of no story is one that its group should not have.
pub(crate) fn grouping(truth: &Truth, found: &[Found<'_>]) -> Grouping {
    let mut spread: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut groups: BTreeMap<&str, Vec<Option<&str>>> = BTreeMap::new();
    for found in found {
        let Some(group) = found.group else { continue };
        let story = story(truth, found);
        if let Some(story) = story {
            spread.entry(story).or_default().insert(group);
        }
        groups.entry(group).or_default().push(story);
    }
    let mut sums = Grouping { stories: spread.len(), fragments: spread.values().map(BTreeSet::len).sum(), ..Grouping::default() };
    for members in groups.values().filter(|members| members.len() > 1) {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for story in members.iter().flatten() {
            *counts.entry(story).or_default() += 1;
        }
        sums.groups += 1;
        sums.members += members.len();
        sums.of_main_story += counts.values().max().copied().unwrap_or(0);
    }
    sums
}

fn story<'a>(truth: &'a Truth, found: &Found<'_>) -> Option<&'a str> {
    let near = |from, to| found.first <= to + Duration::hours(1) && found.last >= from - Duration::hours(1);
    let attacks = || truth.attacks.iter().filter(|attack| near(attack.from, attack.to));
    let own = || attacks().filter(|attack| attack.entity == found.entity);
    let named = own().find(|attack| attack.finding_types.iter().any(|kind| kind == found.finding_type));
    let allowed = || truth.allowed.iter().find(|allowed| allowed.entity == found.entity && near(allowed.from, allowed.to));
    let suffered = || attacks().find(|attack| attack.victims.iter().any(|victim| victim == found.entity));
    let attack = named.or_else(|| own().next()).map(|attack| attack.story.as_str());
    attack.or_else(|| allowed().and_then(|allowed| allowed.story.as_deref())).or_else(|| suffered().map(|attack| attack.story.as_str()))
}
