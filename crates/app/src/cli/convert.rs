//! `convert`: packet captures, Zeek and Argus logs as VPC flow logs.

use ::convert::{FormatVersion, Options};
use anyhow::Context as _;

use super::arguments::{Convert, Global};
use crate::human;
use crate::output::{self, Format};

pub(crate) fn run(global: &Global, arguments: &Convert) -> anyhow::Result<()> {
    let mut options = Options {
        window_secs: arguments.window,
        version: if arguments.log_version == 2 { FormatVersion::V2 } else { FormatVersion::V5 },
        account: arguments.account.clone(),
        region: arguments.region.clone(),
        ..Options::default()
    };
    if !arguments.local.is_empty() {
        let parse = |text: &String| text.parse().with_context(|| format!("--local {text}: no network; write one such as 10.0.0.0/8"));
        options.local = arguments.local.iter().map(parse).collect::<anyhow::Result<_>>()?;
    }
    if let Some(begin) = &arguments.begin {
        options.begin = Some(flow::Timestamp::parse_relative(begin, super::now())?.datetime());
    }
    let summary = ::convert::convert(&arguments.input, None, &options, &arguments.out)?;
    if global.output == Format::Json {
        return output::json(&summary);
    }
    let mut text = format!(
        "{} records of {} machines in {} objects, {} to {}\n",
        human::count(summary.records),
        summary.hosts.len(),
        human::count(summary.objects),
        summary.first.to_rfc3339(),
        summary.last.to_rfc3339()
    );
    for (reason, skipped) in &summary.skipped {
        text += &format!("left out: {} × {reason}, first at {}\n", human::count(skipped.count), skipped.first);
    }
    text +=
        &format!("\nweir inventory import {out}/inventory/*.json\nweir ingest {}\n", summary.logs.display(), out = arguments.out.display());
    output::print(&text)
}
