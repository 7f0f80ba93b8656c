//! `simulate`, `ingest`, `rebuild`: getting records, and making what is derived from them anew.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use flow::TimeRange;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use ingest::sources;
use serde_json::json;

use super::arguments::{Global, Ingest, Rebuild, Simulate, scope};
use super::{bucket, now, open};
use crate::documents::inventory_time;
use crate::home::{Access, Weir};
use crate::output::{self, Format};
use crate::{human, watch};

/// A progress bar on standard error; none when asked to be quiet or when nobody watches.
pub(crate) fn bar(global: &Global, total: u64, template: &'static str) -> ProgressBar {
    let bar =
        ProgressBar::with_draw_target(Some(total), if global.quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() });
    bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

pub(crate) fn simulate(global: &Global, arguments: &Simulate) -> anyhow::Result<()> {
    let mut config = simulate::Config {
        out: arguments.out.clone(),
        days: arguments.days,
        instances: arguments.instances,
        records: arguments.records,
        seed: arguments.seed,
        version: if arguments.log_version >= 3 { simulate::FormatVersion::V5 } else { simulate::FormatVersion::V2 },
        intrusion: !arguments.no_intrusion,
        attacks: arguments.scenario == "all",
        ..simulate::Config::default()
    };
    if let Some(end) = &arguments.end {
        config.end = flow::Timestamp::parse_relative(end, now())?.hour().datetime();
    }
    let summary = make_world(global, &config)?;
    match global.output {
        Format::Json => output::json(&summary),
        _ => output::print(&format!(
            "{} records of {} instances in {} objects ({}) below {}\nlook at {} from {} to {}\n",
            human::count(summary.records),
            summary.instances,
            human::count(summary.objects),
            human::bytes(summary.bytes),
            summary.out.display(),
            summary.entity.instance_id,
            summary.scope.from,
            summary.scope.to,
        )),
    }
}

/// Makes a world, with a progress bar.
pub(crate) fn make_world(global: &Global, config: &simulate::Config) -> anyhow::Result<simulate::Summary> {
    let bar = bar(global, 0, "simulating  {bar:30} {pos}/{len} hours  {msg}");
    let summary = simulate::simulate(config, &mut |progress| {
        bar.set_length(progress.hours_total);
        bar.set_position(progress.hours);
        bar.set_message(format!("{} records", human::count(progress.records)));
    });
    bar.finish_and_clear();
    Ok(summary?)
}

pub(crate) async fn ingest(global: &Global, arguments: &Ingest) -> anyhow::Result<()> {
    let begun = Instant::now();
    let mut weir = open(global, Access::Write).await?;
    if !arguments.inventory.is_empty() {
        let files: Vec<_> =
            arguments.inventory.iter().map(|file| Ok((file.clone(), inventory_time(file)?))).collect::<anyhow::Result<_>>()?;
        weir.documents.import(&files).await?;
        weir = weir.reloaded().await?;
    }
    let mut objects = Vec::new();
    let mut listings = Vec::new();
    for path in &arguments.paths {
        match path.to_str().filter(|path| path.starts_with("s3://")) {
            Some(url) => listings.push(bucket::listing(url, &arguments.bucket)?),
            None => objects.append(&mut sources::folder::list(path)?),
        }
    }
    let mut config = weir.ingest_config(now());
    config.decode.format = arguments.format_line.clone();
    let bar = bar(global, 0, "ingesting   {bar:30} {bytes}/{total_bytes}  {msg}");
    let mut pipeline = weir.pipeline(config);
    let summary = pipeline
        .collect(objects, now, |progress| {
            bar.set_length(progress.bytes_total);
            bar.set_position(progress.bytes);
            bar.set_message(format!(
                "{} records, {} of {} objects",
                human::count(progress.records),
                progress.objects,
                progress.objects_total
            ));
        })
        .await;
    let mut summary = summary?;
    for listing in listings {
        let read = bucket::ingest(&weir, &mut pipeline, listing, |progress| {
            bar.set_length(progress.bytes_total);
            bar.set_position(progress.bytes);
            bar.set_message(format!("{} records of {} objects", human::count(progress.records), progress.objects));
        });
        summary += Box::pin(read).await?;
    }
    bar.finish_and_clear();
    let detected = if arguments.no_detect { None } else { catch_up(global, &weir).await? };
    let seconds = begun.elapsed().as_secs_f64();
    let counts = summary.counts;
    if global.output == Format::Json {
        return output::json(&json!({
            "objects": summary.objects,
            "records": counts.records,
            "accepted": counts.accepted,
            "rejected": counts.rejected,
            "coverage": counts.coverage,
            "duplicates": counts.duplicates,
            "bytes_in": summary.bytes_in,
            "lake_bytes": summary.lake_bytes,
            "seconds": (seconds * 1_000.0).round() / 1_000.0,
            "known": summary.known,
            "failed": summary.failed,
            "unusable": summary.unusable,
            "batches": summary.batches,
            "first_time": summary.first_time,
            "last_time": summary.last_time,
            "findings": detected.as_ref().map(|detected| &detected.findings),
        }));
    }
    let mut text = format!(
        "{} records of {} objects ({}) in {seconds:.1} s: {} accepted, {} rejected, {} coverage, {} duplicates; {} added to the lake\n",
        human::count(counts.records),
        human::count(summary.objects),
        human::bytes(summary.bytes_in),
        human::count(counts.accepted),
        human::count(counts.rejected),
        human::count(counts.coverage),
        human::count(counts.duplicates),
        human::bytes(summary.lake_bytes),
    );
    if summary.known > 0 {
        text += &format!("{} objects were in the lake already\n", human::count(summary.known));
    }
    if summary.unusable > 0 {
        text += &format!(
            "{} objects were not understood: weir sql \"SELECT uri, problem FROM objects WHERE problem IS NOT NULL\"\n",
            human::count(summary.unusable)
        );
    }
    if summary.failed > 0 {
        text += &format!("{} objects could not be read and are tried again next time\n", human::count(summary.failed));
    }
    if counts.rejected > 0 {
        text += "why records were rejected: weir sql \"SELECT reason, count(*) FROM rejects GROUP BY reason\"\n";
    }
    if let Some(detected) = detected {
        text += &format!("{} findings, {} of them new: weir findings list\n", detected.count(), detected.new);
    }
    output::print(&text)
}

pub(crate) async fn rebuild(global: &Global, arguments: &Rebuild) -> anyhow::Result<()> {
    let weir = open(global, Access::Write).await?;
    let engine = weir.engine().await?;
    let held = engine.range().await?;
    let Some((first, last)) = held.first.zip(held.last) else { return output::print("the lake is empty\n") };
    let range = match (&arguments.from, &arguments.to) {
        (None, None) => TimeRange::new(first, last),
        (from, to) => {
            let range = scope(from.as_deref(), to.as_deref(), held, now())?;
            if from.is_some() { range } else { TimeRange::new(first, range.to) }
        }
    };
    let bar = bar(global, 0, "rebuilding  {spinner} {msg}");
    let rebuilt = ingest::rebuild(&weir.lake, &weir.inventory, &weir.attributor(), range, now, |day| bar.set_message(day.to_owned())).await;
    bar.finish_and_clear();
    let rebuilt = rebuilt.context("the days that were not reached are as they were")?;
    if !arguments.no_detect {
        watch_from(global, &weir, Some(range.from)).await?;
    }
    match global.output {
        Format::Json => output::json(&rebuilt),
        _ => output::print(&format!("{} records of {} days attributed anew\n", human::count(rebuilt.flows), rebuilt.days)),
    }
}

/// Judges what has not been judged yet, if anything.
pub(crate) async fn catch_up(global: &Global, weir: &Weir) -> anyhow::Result<Option<watch::Detected>> {
    let engine = weir.detector_engine().await?;
    if !watch::behind(weir, &engine).await? {
        return Ok(None);
    }
    let bar = bar(global, 0, "detecting   {spinner} {msg}");
    bar.set_message("every detector over the hours that may have changed");
    let detected = watch::catch_up(weir, &engine).await;
    bar.finish_and_clear();
    detected.map(Some)
}

/// Runs every detector from an instant to the end of the lake.
pub(crate) async fn watch_from(global: &Global, weir: &Weir, from: Option<flow::Timestamp>) -> anyhow::Result<watch::Detected> {
    let engine = weir.detector_engine().await?;
    let held = engine.range().await?;
    let Some((first, last)) = held.first.zip(held.last) else { return Ok(watch::Detected::default()) };
    let bar = bar(global, 0, "detecting   {spinner} {msg}");
    bar.set_message("every detector over the hours that may have changed");
    let range = TimeRange::new(from.map_or(first, |from| from.max(first)), last);
    let detected = watch::detect(weir, &engine, Some(range), None).await;
    bar.finish_and_clear();
    detected
}
