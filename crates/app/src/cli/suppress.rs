//! `suppress`: rules that hide findings known to be harmless.

use anyhow::Context as _;
use detect::{Condition, Criteria, Schedule, SuppressionRule};
use flow::Timestamp;
use state::HiddenHigh;

use super::arguments::{Global, RuleArguments, SuppressCommand};
use super::{now, open};
use crate::home::{Access, Weir};
use crate::output::{self, Format, Grid};

pub(crate) async fn run(global: &Global, command: SuppressCommand) -> anyhow::Result<()> {
    let weir = open(global, Access::Read).await?;
    match command {
        SuppressCommand::Add(arguments) => add(global, &weir, &arguments).await,
        SuppressCommand::Preview(arguments) => preview(global, &weir, &arguments).await,
        SuppressCommand::List => list(global, &weir).await,
        SuppressCommand::Remove { name } => {
            anyhow::ensure!(weir.store.delete_suppression_rule(&name).await?, "there is no rule {name:?}: weir suppress list");
            suppress(&weir).await?;
            output::print("removed\n")
        }
    }
}

/// Brings findings in line with the rules, and sounds the alarm when one hides a finding of high severity.
pub(crate) async fn suppress(weir: &Weir) -> anyhow::Result<Vec<HiddenHigh>> {
    let high = weir.store.suppress(now()).await?;
    for hidden in &high {
        tracing::warn!(
            rule = hidden.rule,
            finding = hidden.finding,
            finding_type = hidden.finding_type.name(),
            entity = hidden.entity,
            "a rule hides a finding of high severity"
        );
    }
    Ok(high)
}

/// The rule that the arguments describe.
fn rule(arguments: &RuleArguments) -> anyhow::Result<SuppressionRule> {
    let mut criteria = match &arguments.criteria {
        Some(text) => {
            let text = match text.strip_prefix('@') {
                Some(file) => std::fs::read_to_string(file).with_context(|| format!("cannot read {file}"))?,
                None => text.clone(),
            };
            let value: serde_json::Value = serde_json::from_str(&text).context("the criteria are no JSON")?;
            // As AWS's tools print a filter, and what stands inside it.
            let inner = value.get("findingCriteria").or_else(|| value.get("FindingCriteria")).unwrap_or(&value);
            serde_json::from_value::<Criteria>(inner.clone()).context("these are no finding criteria")?
        }
        None => Criteria::default(),
    };
    let mut equal = |attribute: &str, values: &[String]| {
        if !values.is_empty() {
            let condition = criteria.criterion.entry(attribute.to_owned()).or_default();
            condition.equals.extend_from_slice(values);
        }
    };
    let types: Vec<String> = arguments.finding_type.iter().map(|kind| kind.name().to_owned()).collect();
    equal("type", &types);
    equal("weir.entity", &arguments.entity);
    for tag in &arguments.tag {
        let (key, value) = tag.split_once('=').with_context(|| format!("{tag:?} is no tag: write KEY=VALUE"))?;
        equal(&format!("weir.tags.{key}"), &[value.to_owned()]);
    }
    let mut special = |attribute: &str, condition: Condition| criteria.criterion.insert(attribute.to_owned(), condition);
    if !arguments.remote.is_empty() {
        special("weir.remote", Condition { cidr: arguments.remote.clone(), ..Condition::default() });
    }
    for (side, ports) in [("local", &arguments.local_port), ("remote", &arguments.remote_port)] {
        if !ports.is_empty() {
            let attribute = format!("service.action.networkConnectionAction.{side}PortDetails.port");
            special(&attribute, Condition { in_range: ports.clone(), ..Condition::default() });
        }
    }
    let schedule = arguments.schedule.as_deref().map(schedule).transpose()?;
    let expires = arguments.expires.as_deref().map(|text| Timestamp::parse_relative(text, now())).transpose()?;
    let owner = arguments.owner.clone().or_else(|| std::env::var("USER").ok()).unwrap_or_else(|| "command line".to_owned());
    let rule = SuppressionRule {
        name: arguments.name.clone(),
        criteria,
        schedule,
        expires,
        owner,
        reason: arguments.reason.clone(),
        created: now(),
    };
    match rule.problem() {
        Some(problem) => anyhow::bail!("{problem}"),
        None => Ok(rule),
    }
}

/// Reads `22:00-06:00`, `monday,friday 22:00-06:00`.
fn schedule(text: &str) -> anyhow::Result<Schedule> {
    let (days, hours) = text.trim().rsplit_once(' ').unwrap_or(("", text.trim()));
    let (from, to) = hours.split_once('-').with_context(|| format!("{text:?} is no schedule: write monday,friday 22:00-06:00"))?;
    let days = days.split(',').map(|day| day.trim().to_lowercase()).filter(|day| !day.is_empty()).collect();
    Ok(Schedule { days, from: from.to_owned(), to: to.to_owned() })
}

async fn add(global: &Global, weir: &Weir, arguments: &RuleArguments) -> anyhow::Result<()> {
    let rule = rule(arguments)?;
    weir.store.put_suppression_rule(&rule).await?;
    let high = suppress(weir).await?;
    let states = weir.store.suppression_rules(now()).await?;
    let state = states.into_iter().find(|state| state.rule.name == rule.name).context("the rule is gone")?;
    if global.output == Format::Json {
        return output::json(&serde_json::json!({ "state": state, "hidden_high": high }));
    }
    let mut text = format!("rule {:?} hides {} findings\n", rule.name, state.hidden);
    if state.hidden_high > 0 {
        text += &format!("alarm: {} of them are of high severity; weir suppress preview shows them\n", state.hidden_high);
    }
    output::print(&text)
}

async fn preview(global: &Global, weir: &Weir, arguments: &RuleArguments) -> anyhow::Result<()> {
    let preview = weir.store.preview_suppression(&rule(arguments)?, now()).await?;
    if global.output == Format::Json {
        return output::json(&preview);
    }
    let rows = preview
        .findings
        .iter()
        .map(|finding| {
            vec![
                finding.severity_word.as_str().to_owned(),
                finding.finding_type.name().to_owned(),
                finding.entity.clone(),
                finding.count.to_string(),
                finding.last_seen.to_string(),
                finding.id.clone(),
            ]
        })
        .collect();
    let header = vec!["severity", "type", "entity", "count", "last seen", "finding"];
    output::grid(global.output, &Grid { header, rows, right: &[3] })?;
    if global.output == Format::Table {
        output::print(&format!(
            "it would hide {} of {} findings since {}, {} of them of high severity\n",
            preview.hidden, preview.looked_at, preview.from, preview.hidden_high
        ))?;
    }
    Ok(())
}

async fn list(global: &Global, weir: &Weir) -> anyhow::Result<()> {
    let states = weir.store.suppression_rules(now()).await?;
    if global.output == Format::Json {
        return output::json(&states);
    }
    let rows = states
        .iter()
        .map(|state| {
            let expires = state.rule.expires.map(|at| at.to_string()).unwrap_or_default();
            vec![
                state.rule.name.clone(),
                state.hidden.to_string(),
                state.hidden_high.to_string(),
                state.rule.owner.clone(),
                state.rule.reason.clone(),
                if state.expired { format!("{expires} (over)") } else { expires },
            ]
        })
        .collect();
    let header = vec!["name", "hides", "of them high", "owner", "reason", "expires"];
    output::grid(global.output, &Grid { header, rows, right: &[1, 2] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_are_read() {
        let read = schedule("Monday,friday 22:00-06:00").unwrap();
        assert_eq!(
            (read.days, read.from, read.to),
            (vec!["monday".to_owned(), "friday".to_owned()], "22:00".to_owned(), "06:00".to_owned())
        );
        assert!(schedule("22:00-06:00").unwrap().days.is_empty());
        assert!(schedule("at night").is_err());
    }
}
