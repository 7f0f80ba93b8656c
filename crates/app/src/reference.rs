//! The reference pages, made from what the program itself uses, so that they cannot lie.

mod settings;

use clap::CommandFactory as _;
use detect::{Detector, detectors};
use flow::{FIELDS, Stage};
use lake::{ColumnKind, Table};

use crate::cli::{Arguments, Page};

/// One page, in Markdown.
pub(crate) fn page(page: Page) -> String {
    match page {
        Page::Tables => tables(),
        Page::Detectors => manual_pages(),
        Page::Configuration => settings::page(),
        Page::Cli => commands(),
    }
}

fn tables() -> String {
    let mut text = "# Tables\n\nEvery table is a Delta table of Parquet files below `lake/` in the data folder, partitioned by `date`, the UTC day as text. \
        Any reader of Delta or Parquet can open them; `weir sql` and the HTTP interface know them by these names.\n"
        .to_owned();
    for table in Table::ALL {
        text += &format!("\n## `{table}`\n\n{}\n\nOrder inside a file: {}.\n\n", table.doc(), table.order().join(", "));
        text += "| column | kind | meaning |\n| --- | --- | --- |\n";
        match table.columns() {
            None => {
                for spec in FIELDS {
                    let stage = match spec.stage {
                        Stage::Observed if spec.aws.is_empty() => String::new(),
                        Stage::Observed => format!(" AWS: `{}`.", spec.aws.join("`, `")),
                        Stage::Attributed => " Attributed.".to_owned(),
                    };
                    text += &format!("| `{}` | {} | {}{stage} |\n", spec.name, spec.kind, one_line(spec.doc));
                }
                text += "\nIn SQL `flows` also has `local_addr`, `local_port`, `remote_addr` and `remote_port`: the two sides by `direction`, null when it is unknown.\n";
            }
            Some(columns) => {
                for column in columns {
                    text += &format!("| `{}` | {} | {} |\n", column.name, kind(column.kind), one_line(column.doc));
                }
            }
        }
    }
    text += "\n## Functions\n\n| function | gives |\n| --- | --- |\n";
    for function in query::FUNCTIONS {
        text += &format!("| `{}` | {} |\n", function.signature, function.doc);
    }
    text
}

fn manual_pages() -> String {
    let mut text = "# Detectors\n\nEach detector is a query and a scorer: the query gathers features from the lake, the scorer judges them. Their thresholds are settings.\n"
        .to_owned();
    for detector in detectors() {
        text += &format!("\n{}\n", shifted(*detector));
    }
    text
}

/// A manual page, its headings one level down.
fn shifted(detector: &dyn Detector) -> String {
    let lines: Vec<String> =
        detector.manual().trim().lines().map(|line| if line.starts_with('#') { format!("#{line}") } else { line.to_owned() }).collect();
    lines.join("\n")
}

fn commands() -> String {
    let mut text = "# Command line\n\nExit codes: 0 done, 1 failed, 2 used wrongly. Data goes to standard output, progress and logs to standard error. \
        Times are RFC 3339, dates, Unix seconds, or relative such as `-24h`.\n"
        .to_owned();
    let mut command = Arguments::command().term_width(100);
    command.build();
    describe(&mut command, "weir", &mut text);
    text
}

fn describe(command: &mut clap::Command, path: &str, text: &mut String) {
    *text += &format!("\n## `{path}`\n\n```text\n{}\n```\n", command.render_long_help().to_string().trim_end());
    for child in command.get_subcommands_mut().filter(|child| !child.is_hide_set() && child.get_name() != "help") {
        let name = format!("{path} {}", child.get_name());
        describe(child, &name, text);
    }
}

const fn kind(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Text => "text",
        ColumnKind::Integer => "integer",
        ColumnKind::Count => "count",
        ColumnKind::Real => "number",
        ColumnKind::Time => "timestamp (µs, UTC)",
        ColumnKind::Flag => "boolean",
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pages committed under `docs/reference` are those the program makes; `WEIR_UPDATE=1` rewrites them.
    #[test]
    fn committed_pages_are_true() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference");
        let pages = [
            ("tables.md", Page::Tables),
            ("detectors.md", Page::Detectors),
            ("configuration.md", Page::Configuration),
            ("command-line.md", Page::Cli),
        ];
        for (name, kind) in pages {
            let path = folder.join(name);
            let made = page(kind);
            if std::env::var_os("WEIR_UPDATE").is_some() {
                std::fs::create_dir_all(&folder).unwrap();
                std::fs::write(&path, &made).unwrap();
            }
            let committed = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(committed == made, "docs/reference/{name} is out of date: WEIR_UPDATE=1 cargo test -p app reference");
        }
    }
}
