//! Shared by the modules of this test.

use std::path::{Path, PathBuf};

use arrow::array::{Array, AsArray};
use arrow::datatypes::TimestampMicrosecondType;
use arrow::util::display::array_value_to_string;
use flow::{Decoded, Timestamp};
use formats::{Body, DecodeError, Options, Summary, decode};

/// A file of `fixtures/formats` at the root of the workspace.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let path = workspace().join("fixtures/formats").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every fixture, sorted by name.
pub(crate) fn fixtures() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(workspace().join("fixtures/formats")).unwrap();
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_none_or(|extension| extension != "md")).collect();
    paths.sort();
    paths
}

pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub(crate) fn read(object: &str, bytes: impl Into<Vec<u8>>, options: &Options) -> Result<(Summary, Decoded), DecodeError> {
    let mut out = Decoded::default();
    let summary = decode(object, Body::Whole(bytes.into().into()), options, &mut out, &mut |_| Ok(()))?;
    assert!(summary.counts.balanced(), "{object}: {summary:?}");
    assert_eq!(summary.counts.accepted, out.flows.len() as u64, "{object}");
    assert_eq!(summary.counts.rejected, out.rejects.len() as u64, "{object}");
    Ok((summary, out))
}

pub(crate) fn read_stream(object: &str, mut reader: impl std::io::Read, options: &Options) -> Result<(Summary, Decoded), DecodeError> {
    let mut out = Decoded::default();
    let summary = decode(object, Body::Stream(&mut reader), options, &mut out, &mut |_| Ok(()))?;
    assert!(summary.counts.balanced(), "{object}: {summary:?}");
    Ok((summary, out))
}

/// Every record as text, one a line, and what else there is: what two ways of reading must agree on.
pub(crate) fn shown(decoded: &Decoded) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    let batch = decoded.flows.to_arrow(0..decoded.flows.len()).unwrap();
    for row in 0..batch.num_rows() {
        for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
            if column.is_null(row) {
                continue;
            }
            let value = match column.as_primitive_opt::<TimestampMicrosecondType>() {
                Some(times) => Timestamp::from_micros(times.value(row)).to_string(),
                None => array_value_to_string(column, row).unwrap(),
            };
            write!(text, "{}={value} ", field.name()).unwrap();
        }
        text.pop();
        text.push('\n');
    }
    for reject in &decoded.rejects {
        writeln!(text, "reject {}: {} | {}", reject.position, reject.reason, reject.text).unwrap();
    }
    for fact in &decoded.coverage {
        let of = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        writeln!(
            text,
            "{} {} {} {} to {}",
            fact.kind.as_str(),
            of(&fact.account_id),
            of(&fact.interface_id),
            fact.start_time,
            fact.end_time
        )
        .unwrap();
    }
    text
}
