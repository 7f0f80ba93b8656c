//! `profile`, `volume`, `details`, `reach`: the analyst's questions in the terminal.

use anyhow::Context as _;
use api::Investigator;
use api::investigate::answers::Answers;
use api::investigate::{DetailLine, DetailsQuery, EntityHead, Profile, ReachedHost, VolumeRow};
use flow::{TimeRange, Timestamp};
use query::panels::{DetailFilter, DetailSort};
use serde::Serialize;

use super::arguments::{Details, Global, Reach, Scope, Volume};
use super::{now, open};
use crate::chart::{self, Column};
use crate::home::Access;
use crate::human;
use crate::output::{self, Format, Grid};

async fn begin(global: &Global, scope: &Scope) -> anyhow::Result<(Investigator, TimeRange)> {
    let weir = open(global, Access::Read).await?;
    let investigator = weir.investigator().await?;
    let range = scope.range(investigator.lake_range().await?, now())?;
    Ok((investigator, range))
}

pub(crate) async fn volume(global: &Global, arguments: &Volume) -> anyhow::Result<()> {
    let (investigator, range) = begin(global, &arguments.scope).await?;
    let panel = investigator.volume(&arguments.scope.entity, range, arguments.bin).await?;
    if global.output == Format::Json {
        return output::json(&panel.rows);
    }
    let number = |value: Option<u64>| value.map(|value| value.to_string()).unwrap_or_default();
    let rows = panel
        .rows
        .iter()
        .map(|bin| {
            vec![
                bin.start.to_string(),
                bin.direction.clone(),
                bin.action.clone().unwrap_or_default(),
                bin.bytes.to_string(),
                bin.packets.to_string(),
                bin.flows.to_string(),
                number(bin.expected_low),
                number(bin.expected_high),
            ]
        })
        .collect();
    let header = vec!["start", "direction", "action", "bytes", "packets", "flows", "expected_low", "expected_high"];
    output::grid(global.output, &Grid { header, rows, right: &[3, 4, 5, 6, 7] })
}

pub(crate) async fn details(global: &Global, arguments: &Details) -> anyhow::Result<()> {
    let filter = filter(&arguments.conditions, arguments.any)?;
    let sort = match &arguments.sort {
        None => DetailSort::default(),
        Some(column) => {
            serde_json::from_value(column.to_ascii_lowercase().into()).with_context(|| format!("rows cannot be ordered by {column:?}"))?
        }
    };
    let (investigator, range) = begin(global, &arguments.scope).await?;
    let wanted = DetailsQuery { filter, sort, descending: !arguments.ascending, fold: arguments.fold, offset: 0, limit: arguments.limit };
    let page = investigator.details(&arguments.scope.entity, range, &wanted).await?;
    if global.output == Format::Json {
        return output::json(&page.rows);
    }
    output::grid(global.output, &detail_grid(&page.rows, global.output))?;
    if global.output == Format::Table && page.total > page.rows.len() {
        output::print(&format!("{} of {} rows; --limit shows more\n", page.rows.len(), human::count(page.total as u64)))?;
    }
    Ok(())
}

pub(crate) async fn reach(global: &Global, arguments: &Reach) -> anyhow::Result<()> {
    let (investigator, range) = begin(global, &arguments.scope).await?;
    let panel = investigator.reach(&arguments.scope.entity, range, arguments.limit).await?;
    if global.output == Format::Json {
        return output::json(&panel);
    }
    let row = |host: &ReachedHost| {
        let by = host.reached.by.as_ref();
        let port = by.and_then(|by| by.service_port).map(|port| port.to_string()).unwrap_or_default();
        vec![
            host.reached.at.to_string(),
            host.reached.hops.to_string(),
            host.reached.host.clone(),
            host.name.clone().unwrap_or_default(),
            by.map(|by| by.from.clone()).unwrap_or_default(),
            host.service.clone().unwrap_or(port),
            by.map(|by| if by.is_new { "new" } else { "usual" }).unwrap_or_default().to_owned(),
        ]
    };
    let header = vec!["from", "hops", "host", "name", "reached_by", "service", "connection"];
    output::grid(global.output, &Grid { header, rows: panel.rows.iter().map(row).collect(), right: &[1] })?;
    if global.output == Format::Table && panel.total > panel.rows.len() {
        output::print(&format!("{} of {} hosts; --limit shows more\n", panel.rows.len(), human::count(panel.total as u64)))?;
    }
    if global.output == Format::Table && panel.truncated {
        output::print("there were more connections than are gone through, so hosts reached late may be missing: shorten the scope\n")?;
    }
    Ok(())
}

fn detail_grid(rows: &[DetailLine], format: Format) -> Grid {
    let exact = format == Format::Csv;
    let bytes = |count: u64| if exact { count.to_string() } else { human::bytes(count) };
    let port = |port: Option<u16>| port.map(|port| port.to_string()).unwrap_or_default();
    Grid {
        header: vec![
            "remote",
            "local_port",
            "remote_port",
            "protocol",
            "service",
            "direction",
            "action",
            "bytes_in",
            "bytes_out",
            "packets_in",
            "packets_out",
            "flows",
            "first",
            "last",
            "findings",
        ],
        rows: rows
            .iter()
            .map(|line| {
                let row = &line.row;
                vec![
                    row.remote.clone().unwrap_or_default(),
                    port(row.local_port),
                    port(row.remote_port),
                    row.protocol_name.clone().unwrap_or_default(),
                    row.service.clone().unwrap_or_default(),
                    row.direction.to_string(),
                    row.action.clone().unwrap_or_default(),
                    bytes(row.bytes_in),
                    bytes(row.bytes_out),
                    row.packets_in.to_string(),
                    row.packets_out.to_string(),
                    row.flows.to_string(),
                    row.first.to_string(),
                    row.last.to_string(),
                    if exact {
                        row.findings.join(" ")
                    } else {
                        row.findings.iter().map(|id| id[..id.len().min(8)].to_owned()).collect::<Vec<_>>().join(" ")
                    },
                ]
            })
            .collect(),
        right: &[1, 2, 7, 8, 9, 10, 11],
    }
}

/// Conditions as typed, `column=value`.
fn filter(conditions: &[String], any: bool) -> anyhow::Result<DetailFilter> {
    let mut filter = DetailFilter::default();
    filter.match_any(any);
    for condition in conditions {
        let (property, values) = condition.split_once('=').with_context(|| format!("{condition:?}: write COLUMN=VALUE"))?;
        // `port!=22,23` is `port=!22,!23`.
        match property.strip_suffix('!') {
            None => filter.add(property, values),
            Some(property) => filter.add(property, &values.split(',').map(|value| format!("!{value}")).collect::<Vec<_>>().join(",")),
        }
        .with_context(|| format!("{condition:?}"))?;
    }
    Ok(filter)
}

/// A profile page and the answers to the four questions.
#[derive(Serialize)]
struct Page {
    #[serde(flatten)]
    profile: Profile,
    answers: Answers,
}

pub(crate) async fn profile(global: &Global, scope: &Scope) -> anyhow::Result<()> {
    let (investigator, range) = begin(global, scope).await?;
    let profile = Box::pin(investigator.profile(&scope.entity, range, Some(flow::HOUR_SECS))).await?;
    let answers = Box::pin(investigator.answers(&scope.entity, range, None)).await?;
    if global.output == Format::Json {
        return output::json(&Page { profile, answers });
    }
    let mut text = format!("{}\n{}\n", heading(&profile.entity), human::range(range));
    if !profile.findings.is_empty() {
        text += "\nfindings\n";
        for finding in &profile.findings {
            text += &format!(
                "  {:<8} {}  {} to {}  {}\n           {}\n",
                finding.severity_word.as_str(),
                finding.finding_type,
                finding.first_seen,
                finding.last_seen,
                finding.id,
                finding.summary
            );
        }
    }
    text += &format!(
        "\noverall VPC flow volume, a column an interval; · is the top of what was to be expected{}\n",
        profile.volume.baseline.as_ref().map(|baseline| format!(" ({})", baseline.words.trim_end_matches('.'))).unwrap_or_default()
    );
    for direction in ["inbound", "outbound"] {
        text += &volume_chart(&profile.volume.rows, direction, range);
    }
    if !profile.ports.rows.is_empty() {
        text += "\nvolume by common port\n";
        for port in profile.ports.rows.iter().map(|line| &line.port).take(10) {
            let name = port.service.clone().unwrap_or_default();
            let number = port.port.map_or_else(|| "-".to_owned(), |port| port.to_string());
            let protocol = port.protocol.and_then(flow::protocol_name).unwrap_or("");
            text += &format!(
                "  {number:>5} {protocol:<5} {name:<16} {:<9} {:>9} in {:>9} out  {} remotes, {} rejected\n",
                port.direction.as_str(),
                human::bytes(port.bytes_in),
                human::bytes(port.bytes_out),
                human::count(port.remotes),
                human::count(port.rejected)
            );
        }
    }
    text += "\nanswers\n";
    for (question, verdict, answer, _) in answers.lines() {
        text += &format!("  {question}\n    {verdict}: {answer}\n");
    }
    text += &format!("\nmore: weir details {} --from {} --to {}\n", scope.entity, range.from, range.to);
    output::print(&text)
}

fn heading(entity: &EntityHead) -> String {
    let mut parts = vec![entity.id.clone()];
    parts.extend(entity.name.clone().map(|name| format!("({name})")));
    parts.extend(entity.account.clone().map(|account| format!("account {account}")));
    parts.join("  ")
}

/// Characters that a chart is wide.
const WIDTH: usize = 96;

/// One direction of the volume as a chart, with its greatest value and its time axis.
fn volume_chart(bins: &[VolumeRow], direction: &str, range: TimeRange) -> String {
    let hour = flow::HOUR_SECS;
    let (first, last) = (range.from.floor(hour), range.to);
    let count = usize::try_from((last.secs() - first.secs() + hour - 1) / hour).unwrap_or(0).clamp(1, 24 * 366);
    let mut columns = vec![Column::default(); count];
    for bin in bins.iter().filter(|bin| bin.direction == direction) {
        let index = usize::try_from((bin.start.secs() - first.secs()) / hour).unwrap_or(0);
        if let Some(column) = columns.get_mut(index) {
            #[expect(clippy::cast_precision_loss, reason = "drawn in eighths of a line")]
            let bytes = bin.bytes as f64;
            column.value += bytes;
            #[expect(clippy::cast_precision_loss, reason = "drawn in eighths of a line")]
            let usual = bin.expected_high.map(|high| high as f64);
            column.usual = column.usual.or(usual);
        }
    }
    let top = columns
        .iter()
        .enumerate()
        .max_by(|left, right| left.1.value.total_cmp(&right.1.value))
        .map_or((0, 0.0), |(index, column)| (index, column.value));
    let at = first.plus_secs(i64::try_from(top.0).unwrap_or(0) * hour);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a sum of unsigned counts")]
    let greatest = top.1 as u64;
    let fitted = chart::fit(&columns, WIDTH);
    let mut text = format!("\n  {direction}: at most {} in an hour, at {at}\n", human::bytes(greatest));
    for line in chart::draw(&fitted, 6) {
        text += &format!("  │{line}\n");
    }
    text += &format!("  └{}\n   {}\n", "─".repeat(fitted.len()), axis(first, last, fitted.len()));
    text
}

/// The ends of the time axis, below a chart of `width` columns.
fn axis(from: Timestamp, to: Timestamp, width: usize) -> String {
    let (left, right) = (from.to_string(), to.to_string());
    let gap = width.saturating_sub(left.len() + right.len()).max(1);
    format!("{left}{}{right}", " ".repeat(gap))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_read_or_explained() {
        let texts = |conditions: &[&str]| conditions.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        let read = filter(&texts(&["remote=10.0.0.0/8", "protocol=tcp", "port!=22,23"]), false).unwrap();
        let same =
            DetailFilter::default().with("remote", "10.0.0.0/8").unwrap().with("protocol", "6").unwrap().with("port", "!22,!23").unwrap();
        assert_eq!(read, same);
        assert_ne!(filter(&texts(&["port=22"]), true).unwrap(), filter(&texts(&["port=22"]), false).unwrap());
        for wrong in ["port", "port=x", "colour=red", "direction=up", "reach=far", "protocol=nope", "action=maybe"] {
            let error = filter(&texts(&[wrong]), false).unwrap_err().to_string();
            assert!(error.contains(wrong), "{error}");
        }
    }
}
