//! What goes to standard output: tables for people, JSON and CSV for programs.

use std::io::{self, Write as _};

use clap::ValueEnum;
use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, ContentArrangement, Table};
use serde::Serialize;

/// The form of the data on standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// One JSON document.
    Json,
    /// Comma-separated values with a header.
    Csv,
}

/// A table on its way out: a header and rows of text.
#[derive(Debug, Default)]
pub(crate) struct Grid {
    pub(crate) header: Vec<&'static str>,
    pub(crate) rows: Vec<Vec<String>>,
    /// Columns to align to the right, by position.
    pub(crate) right: &'static [usize],
}

tokio::task_local! {
    /// Set while a step of a larger command runs whose own output is not wanted.
    static MUTED: ();
}

/// Runs a step without its output.
pub(crate) async fn muted<T>(step: impl Future<Output = T>) -> T {
    MUTED.scope((), step).await
}

/// Writes text to standard output. A reader that went away ends the program quietly, as `head` expects.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    if MUTED.try_with(|()| ()).is_ok() {
        return Ok(());
    }
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
        result => Ok(result?),
    }
}

/// Writes a value as indented JSON.
pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> anyhow::Result<()> {
    print(&(serde_json::to_string_pretty(value)? + "\n"))
}

/// Writes a grid as a table or as CSV.
pub(crate) fn grid(format: Format, grid: &Grid) -> anyhow::Result<()> {
    if format == Format::Csv {
        let mut text = csv_line(grid.header.iter().copied());
        for row in &grid.rows {
            text += &csv_line(row.iter().map(String::as_str));
        }
        return print(&text);
    }
    if grid.rows.is_empty() {
        return print("nothing\n");
    }
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_content_arrangement(ContentArrangement::Dynamic).set_header(&grid.header);
    for row in &grid.rows {
        table.add_row(row);
    }
    for column in grid.right {
        if let Some(column) = table.column_mut(*column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    print(&format!("{table}\n"))
}

fn csv_line<'a>(values: impl Iterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = values
        .map(|value| if value.contains([',', '"', '\n', '\r']) { format!("\"{}\"", value.replace('"', "\"\"")) } else { value.to_owned() })
        .collect();
    quoted.join(",") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_quotes_what_needs_it() {
        assert_eq!(csv_line(["a", "b,c", "d\"e"].into_iter()), "a,\"b,c\",\"d\"\"e\"\n");
    }
}
