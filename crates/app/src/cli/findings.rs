//! `detect` and `findings`.

use api::investigate::FindingForm;
use detect::{Finding, FindingType};
use flow::{TimeRange, Timestamp};
use serde_json::Value;
use state::{Choice, FindingFilter as Filter, FindingSort, Severity as Band, Store};

use super::arguments::{Detect, ExportFormat, FindingFilter, FindingsCommand, Global, scope};
use super::{now, open};
use crate::home::{Access, Weir};
use crate::human;
use crate::output::{self, Format, Grid};
use crate::watch;

pub(crate) async fn detect(global: &Global, arguments: &Detect) -> anyhow::Result<()> {
    let weir = open(global, Access::Write).await?;
    let engine = weir.detector_engine().await?;
    let held = engine.range().await?;
    let range = match (&arguments.from, &arguments.to, held.first) {
        (None, None, _) => None,
        (None, Some(_), Some(first)) => Some(TimeRange::new(first, scope(None, arguments.to.as_deref(), held, now())?.to)),
        (from, to, _) => Some(scope(from.as_deref(), to.as_deref(), held, now())?),
    };
    let detected = watch::detect(&weir, &engine, range, arguments.detector).await?;
    if global.output == Format::Json {
        return output::json(&detected.findings);
    }
    let rows = detected.findings.iter().flat_map(|(kind, ids)| ids.iter().map(|id| vec![kind.clone(), id.clone()])).collect();
    output::grid(global.output, &Grid { header: vec!["type", "finding"], rows, right: &[] })
}

pub(crate) async fn run(global: &Global, command: FindingsCommand) -> anyhow::Result<()> {
    let weir = open(global, Access::Read).await?;
    match command {
        FindingsCommand::List(filter) => list(global, &weir, &filter).await,
        FindingsCommand::Show { id } => show(global, &weir, &id).await,
        FindingsCommand::Archive { ids } => archive(&weir.store, &ids, true).await,
        FindingsCommand::Unarchive { ids } => archive(&weir.store, &ids, false).await,
        FindingsCommand::Export { filter, format } => {
            let found = whole(&weir, &filter).await?;
            let form = match format {
                ExportFormat::Guardduty | ExportFormat::Jsonl => FindingForm::GuardDuty,
                ExportFormat::Ocsf => FindingForm::Ocsf,
                ExportFormat::Asff => FindingForm::Asff,
            };
            let written: Vec<Value> = found.iter().map(|finding| form.write(finding)).collect();
            if format == ExportFormat::Jsonl {
                return output::print(&written.iter().map(|finding| format!("{finding}\n")).collect::<String>());
            }
            output::json(&written)
        }
        FindingsCommand::Sample { types, remove } => {
            if remove {
                let removed = weir.store.delete_samples().await?;
                return output::print(&format!("{removed} sample findings removed\n"));
            }
            let types = if types.is_empty() { FindingType::ALL } else { &types };
            let ids = weir.store.make_samples(types, now()).await?;
            if global.output == Format::Json {
                return output::json(&ids);
            }
            output::print(&format!(
                "{} sample findings made: weir findings list; weir findings sample --remove takes them away\n",
                ids.len()
            ))
        }
    }
}

async fn list(global: &Global, weir: &Weir, filter: &FindingFilter) -> anyhow::Result<()> {
    if global.output == Format::Json {
        let found = whole(weir, filter).await?;
        return output::json(&found.iter().map(Finding::to_guardduty).collect::<Vec<Value>>());
    }
    let (found, _) = summaries(weir, filter).await?;
    let rows = found
        .iter()
        .map(|finding| {
            vec![
                finding.severity_word.as_str().to_owned(),
                finding.finding_type.name().to_owned(),
                finding.entity_name.as_ref().map_or_else(|| finding.entity.clone(), |name| format!("{} ({name})", finding.entity)),
                finding.count.to_string(),
                finding.first_seen.to_string(),
                finding.last_seen.to_string(),
                finding.id.clone(),
            ]
        })
        .collect();
    let header = vec!["severity", "type", "entity", "count", "first seen", "last seen", "finding"];
    output::grid(global.output, &Grid { header, rows, right: &[3] })
}

async fn show(global: &Global, weir: &Weir, id: &str) -> anyhow::Result<()> {
    let finding = one(&weir.store, id).await?;
    if global.output == Format::Json {
        return output::json(&finding.to_guardduty());
    }
    output::print(&describe(&finding))
}

/// A finding in words: what happened, why it was raised, what would have kept it silent, what it rests on.
pub(crate) fn describe(finding: &Finding) -> String {
    let evidence = &finding.evidence;
    let mut text = format!(
        "{}\n{}  severity {:.1} ({})  confidence {}\n{}\n\n{}\n",
        finding.title,
        finding.finding_type,
        finding.severity,
        Band::of(finding.severity).as_str(),
        evidence.confidence.word,
        finding.id,
        evidence.summary,
    );
    let mut say = |label: &str, value: String| text += &format!("  {label:<15} {value}\n");
    say("entity", finding.entity.clone());
    say("seen", human::range(TimeRange::new(finding.first_seen, finding.last_seen)));
    say("occurrences", finding.count.to_string());
    let traffic = finding.story.traffic;
    say("in all", format!("{} in, {} out since {}", human::bytes(traffic.bytes_in), human::bytes(traffic.bytes_out), finding.story.from));
    if let Some(expected) = &evidence.expected {
        say("expected", expected.words.clone());
    }
    say("actual", evidence.actual.words.clone());
    if let Some(threshold) = &evidence.threshold {
        say("threshold", threshold.words.clone());
    }
    if let Some(margin) = evidence.margin {
        say("margin", format!("{margin:.1} × the threshold"));
    }
    if let Some(rank) = &evidence.rank {
        say("rank", rank.clone());
    }
    say("technique", format!("{} {} ({})", evidence.technique.id, evidence.technique.name, evidence.technique.tactic));
    if !evidence.list_names.is_empty() {
        say("lists", evidence.list_names.join(", "));
    }
    for reason in &evidence.confidence.reasons {
        say("confidence", reason.clone());
    }
    for novelty in &evidence.novelty {
        say("known", format!("{} {}: {}", novelty.kind, novelty.value, novelty.note));
    }
    for would in &evidence.would_not_fire {
        say("silent if", would.clone());
    }
    text += "\nremote end points\n";
    for actor in finding.actors.iter().take(20) {
        let port = actor.remote_port.map_or_else(
            || actor.local_port.map(|port| format!(" to our port {port}")).unwrap_or_default(),
            |port| format!(" port {port}"),
        );
        text += &format!(
            "  {}{port}  {} in, {} out, {} times, {} to {}\n",
            actor.remote_addr,
            human::bytes(actor.bytes_in),
            human::bytes(actor.bytes_out),
            actor.count,
            actor.first_seen,
            actor.last_seen
        );
    }
    if finding.actors.len() > 20 {
        text += &format!("  and {} more: weir findings show {} --output json\n", finding.actors.len() - 20, finding.id);
    }
    text += &format!("\nthe rows behind it\n  {}\n", evidence.rows.sql.replace('\n', "\n  "));
    text
}

async fn archive(store: &Store, ids: &[String], archived: bool) -> anyhow::Result<()> {
    let mut whole = Vec::new();
    for id in ids {
        whole.push(one(store, id).await?.id);
    }
    let who = std::env::var("USER").unwrap_or_else(|_| "command line".to_owned());
    let changed = store.archive(&whole, archived, &who, now()).await?;
    output::print(&format!("{changed} findings {}\n", if archived { "archived" } else { "taken back from the archive" }))
}

/// The finding with this id, or the only one whose id begins so.
async fn one(store: &Store, id: &str) -> anyhow::Result<Finding> {
    if let Some(finding) = store.finding(id).await? {
        return Ok(finding);
    }
    let filter = Filter { text: Some(id.to_owned()), ..Filter::default() };
    let (found, _) = store.findings(&filter, FindingSort::default(), true, 0, 1_000).await?;
    let mut fitting = found.iter().filter(|finding| id.len() >= 4 && finding.id.starts_with(id));
    match (fitting.next(), fitting.next()) {
        (Some(only), None) => store.finding(&only.id).await?.ok_or_else(|| anyhow::anyhow!("finding {id:?} is gone")),
        (Some(_), Some(_)) => anyhow::bail!("several findings begin with {id:?}; give more of the id"),
        (None, _) => anyhow::bail!("there is no finding {id:?}: weir findings list"),
    }
}

async fn summaries(weir: &Weir, filter: &FindingFilter) -> anyhow::Result<(Vec<state::FindingSummary>, u64)> {
    let time = |text: &Option<String>| text.as_deref().map(|text| Timestamp::parse_relative(text, now())).transpose();
    let filter = Filter {
        types: Choice::of(filter.finding_type),
        min_severity: filter.severity.map(super::arguments::Severity::least),
        entities: Choice::of(filter.entity.clone()),
        archived: (!filter.archived).then_some(false),
        from: time(&filter.from)?,
        to: time(&filter.to)?,
        ..Filter::default()
    };
    let (mut found, total) = weir.store.findings(&filter, FindingSort::LastSeen, true, 0, 100_000).await?;
    found.sort_by(|left, right| {
        right.severity.total_cmp(&left.severity).then(right.last_seen.cmp(&left.last_seen)).then(left.id.cmp(&right.id))
    });
    Ok((found, total))
}

async fn whole(weir: &Weir, filter: &FindingFilter) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for summary in summaries(weir, filter).await?.0 {
        findings.extend(weir.store.finding(&summary.id).await?);
    }
    Ok(findings)
}
