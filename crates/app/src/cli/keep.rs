//! `sql`, `verify`, `token`, `config`: asking and keeping.

use std::io::Read as _;
use std::process::ExitCode;

use anyhow::Context as _;
use arrow::util::display::{ArrayFormatter, FormatOptions};

use super::arguments::{Global, Sql};
use super::{now, open};
use crate::config::Config;
use crate::home::Access;
use crate::human;
use crate::output::{self, Format, Grid};

pub(crate) async fn sql(global: &Global, arguments: &Sql) -> anyhow::Result<()> {
    let mut query = arguments.query.clone();
    if query == "-" {
        query.clear();
        std::io::stdin().read_to_string(&mut query).context("cannot read the query from standard input")?;
    }
    let weir = open(global, Access::Read).await?;
    let answer = weir.engine().await?.sql(&query, arguments.limit).await?;
    if global.output == Format::Json {
        let mut writer = arrow::json::WriterBuilder::new().with_explicit_nulls(true).build::<_, arrow::json::writer::JsonArray>(Vec::new());
        writer.write_batches(&answer.batches.iter().collect::<Vec<_>>())?;
        writer.finish()?;
        let text = String::from_utf8(writer.into_inner())?;
        return output::print(&(if text.is_empty() { "[]".to_owned() } else { text } + "\n"));
    }
    let header: Vec<String> = answer.schema.fields().iter().map(|field| field.name().clone()).collect();
    let options = FormatOptions::new().with_null("");
    let mut rows = Vec::with_capacity(answer.rows());
    for batch in &answer.batches {
        let columns = batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &options)).collect::<Result<Vec<_>, _>>()?;
        rows.extend((0..batch.num_rows()).map(|row| columns.iter().map(|column| column.value(row).to_string()).collect::<Vec<_>>()));
    }
    // Column names come from the query, so they live as long as the program.
    let header = header.into_iter().map(|name| &*name.leak()).collect();
    output::grid(global.output, &Grid { header, rows, right: &[] })
}

pub(crate) async fn verify(global: &Global) -> anyhow::Result<ExitCode> {
    let weir = open(global, Access::Read).await?;
    let checks = weir.detector_engine().await?.verify().await?;
    let whole = checks.iter().all(|check| check.ok);
    match global.output {
        Format::Json => output::json(&checks)?,
        format => {
            let rows = checks
                .iter()
                .map(|check| {
                    let result = if check.ok { "holds".to_owned() } else { format!("broken by {} rows", human::count(check.violations)) };
                    vec![check.invariant.to_string(), check.check.clone(), result]
                })
                .collect();
            output::grid(format, &Grid { header: vec!["invariant", "check", "result"], rows, right: &[0] })?;
        }
    }
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

pub(crate) async fn create_token(global: &Global, name: &str) -> anyhow::Result<()> {
    let weir = open(global, Access::Read).await?;
    let secret = weir.store.create_token(name, now()).await?;
    match global.output {
        Format::Json => output::json(&serde_json::json!({ "name": name, "token": secret })),
        _ => output::print(&format!("{secret}\n")),
    }
}

pub(crate) async fn show_tokens(global: &Global) -> anyhow::Result<()> {
    let weir = open(global, Access::Read).await?;
    let tokens = weir.store.tokens().await?;
    if global.output == Format::Json {
        return output::json(&tokens);
    }
    let rows = tokens.iter().map(|token| vec![token.name.clone(), token.created.to_string()]).collect();
    output::grid(global.output, &Grid { header: vec!["name", "created"], rows, right: &[] })
}

pub(crate) async fn revoke_token(global: &Global, name: &str) -> anyhow::Result<()> {
    let weir = open(global, Access::Read).await?;
    anyhow::ensure!(weir.store.revoke_token(name).await?, "there is no token {name:?}: weir token list");
    output::print("revoked\n")
}

pub(crate) fn check_config(global: &Global) -> anyhow::Result<()> {
    let config = Config::load(global.config.as_deref())?;
    for file in &config.geo.files {
        anyhow::ensure!(file.exists(), "geo.files: {} is not there", file.display());
    }
    let does = if config.works() { "collects, detects and answers" } else { "only answers: no source is set" };
    output::print(&format!("the settings are valid; weir serve {does}\n"))
}

pub(crate) fn show_config(global: &Global) -> anyhow::Result<()> {
    let config = Config::load(global.config.as_deref())?;
    match global.output {
        Format::Json => output::json(&config),
        _ => output::print(&toml::to_string_pretty(&config)?),
    }
}
