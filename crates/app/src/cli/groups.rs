//! `groups`: findings that belong to one story.

use detect::{Group, GroupSide};
use flow::{TimeRange, Timestamp};
use state::{GroupFilter as Filter, GroupSummary, Severity as Band, Store};

use super::arguments::{Global, GroupFilter, GroupsCommand};
use super::{now, open};
use crate::home::Access;
use crate::human;
use crate::output::{self, Format, Grid};

/// Most groups that a list gives.
const LIST_CAP: u64 = 100_000;

pub(crate) async fn run(global: &Global, command: GroupsCommand) -> anyhow::Result<()> {
    let weir = open(global, Access::Read).await?;
    match command {
        GroupsCommand::List(filter) => list(global, &weir.store, &filter).await,
        GroupsCommand::Show { id } => {
            let group = one(&weir.store, &id).await?;
            if global.output == Format::Json { output::json(&group) } else { output::print(&describe(&group)) }
        }
    }
}

async fn list(global: &Global, store: &Store, filter: &GroupFilter) -> anyhow::Result<()> {
    let time = |text: &Option<String>| text.as_deref().map(|text| Timestamp::parse_relative(text, now())).transpose();
    let filter = Filter {
        min_severity: filter.severity.map(super::arguments::Severity::least),
        archived: (!filter.archived).then_some(false),
        entity: filter.entity.clone(),
        from: time(&filter.from)?,
        to: time(&filter.to)?,
    };
    let (found, _) = store.groups(&filter, 0, LIST_CAP).await?;
    if global.output == Format::Json {
        return output::json(&found);
    }
    let row = |group: &GroupSummary| {
        vec![
            group.severity_word.as_str().to_owned(),
            format!("{:.2}", group.score),
            group.title.clone(),
            group.findings.to_string(),
            group.first_seen.to_string(),
            group.last_seen.to_string(),
            group.id.clone(),
        ]
    };
    let header = vec!["severity", "score", "title", "findings", "first seen", "last seen", "group"];
    output::grid(global.output, &Grid { header, rows: found.iter().map(row).collect(), right: &[1, 3] })
}

/// The group with this id, or the only one whose id begins so.
async fn one(store: &Store, id: &str) -> anyhow::Result<Group> {
    if let Some(group) = store.group(id).await? {
        return Ok(group);
    }
    let (known, _) = store.groups(&Filter::default(), 0, LIST_CAP).await?;
    let mut fitting = known.iter().filter(|group| id.len() >= 4 && group.id.starts_with(id));
    match (fitting.next(), fitting.next()) {
        (Some(only), None) => store.group(&only.id).await?.ok_or_else(|| anyhow::anyhow!("group {id:?} is gone")),
        (Some(_), Some(_)) => anyhow::bail!("several groups begin with {id:?}; give more of the id"),
        (None, _) => anyhow::bail!("there is no group {id:?}: weir groups list"),
    }
}

/// A group in words: what happened, in order, and what holds it together.
fn describe(group: &Group) -> String {
    let mut text = format!(
        "{}\nseverity {:.1} ({})  score {:.2}\n{}\n{}\n\n",
        group.title,
        group.severity,
        Band::of(group.severity).as_str(),
        group.score,
        group.severity_reason,
        group.id
    );
    for line in &group.story {
        text += &format!("{}\n", line.text);
    }
    text += &format!("\nfindings, {}\n", human::range(TimeRange::new(group.first_seen, group.last_seen)));
    for member in &group.members {
        let marks = match (member.archived, member.weak) {
            (true, _) => " (put away)",
            (false, true) => " (weak)",
            (false, false) => "",
        };
        text += &format!(
            "  {}  {:.1}  {}  {}{marks}\n      {}\n      {}\n",
            member.first_seen, member.severity, member.finding_type, member.entity, member.finding_id, member.because
        );
    }
    text += "\nwho takes part\n";
    for entity in group.entities.iter().take(30) {
        let side = if entity.side == GroupSide::Local { "ours  " } else { "remote" };
        let name = entity.name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
        text += &format!("  {side}  {}{name}: {}\n", entity.id, entity.tactics.join(", "));
    }
    if group.entity_count > 30 {
        text += &format!("  and {} more: weir groups show {} --output json\n", group.entity_count - 30, group.id);
    }
    for merge in &group.merged {
        text += &format!("\ngroup {} with {} findings became part of it at {}\n", merge.id, merge.findings.len(), merge.merged_at);
    }
    text
}
