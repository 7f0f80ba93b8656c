//! Objects as the flow-log service delivers them to S3: slots of five minutes of the records' end, compressed, with its key names.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::DateTime;
use libdeflater::{CompressionLvl, Compressor};
use xxhash_rust::xxh3::xxh3_64;

use crate::aggregate::{Cell, Key};
use crate::host::{Host, id};
use crate::line::Writer;
use crate::{ConvertError, Options};

/// Length of a slot, seconds.
const SLOT: i64 = 300;

/// Writes the records, which are sorted by window; gives the number of objects.
pub(crate) fn deliver(records: &[(Key, Cell)], hosts: &[Host], options: &Options, out: &Path) -> Result<u64, ConvertError> {
    // Level 6 is what gzip does when nobody says anything.
    let mut compressor = Compressor::new(CompressionLvl::new(6).unwrap_or_default());
    let flow_log = id("fl", options, "");
    let slot_of = |key: &Key| {
        let end = key.window + i64::from(options.window_secs) - 1;
        end - end.rem_euclid(SLOT)
    };
    let writer = Writer::new(options);
    let mut text = String::new();
    let mut objects = 0;
    for slot in records.chunk_by(|(first, _), (second, _)| slot_of(first) == slot_of(second)) {
        text.clear();
        text.push_str(writer.header());
        for (key, cell) in slot {
            if let Ok(index) = hosts.binary_search_by_key(&key.interface(), |host| host.address) {
                writer.line(&hosts[index], key, cell, &mut text);
            }
        }
        let path = out.join(object_key(options, &flow_log, slot_of(&slot[0].0), xxh3_64(text.as_bytes()) & 0xffff_ffff));
        let mut packed = vec![0; compressor.gzip_compress_bound(text.len())];
        // The header carries neither a name nor a time.
        let size = compressor
            .gzip_compress(text.as_bytes(), &mut packed)
            .map_err(|source| ConvertError::Compress { path: path.clone(), source })?;
        write(&path, &packed[..size])?;
        objects += 1;
    }
    Ok(objects)
}

/// The key of an object under the output folder.
fn object_key(options: &Options, flow_log: &str, slot: i64, hash: u64) -> PathBuf {
    let Options { account, region, .. } = options;
    let time = DateTime::from_timestamp(slot, 0).unwrap_or_default();
    let (day, stamp) = (time.format("%Y/%m/%d"), time.format("%Y%m%dT%H%MZ"));
    PathBuf::from(format!(
        "AWSLogs/{account}/vpcflowlogs/{region}/{day}/{account}_vpcflowlogs_{region}_{flow_log}_{stamp}_{hash:08x}.log.gz"
    ))
}

/// Writes a file whole, making the folders above it.
pub(crate) fn write(path: &Path, content: &[u8]) -> Result<(), ConvertError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|source| ConvertError::Write { path: folder.to_path_buf(), source })?;
    }
    fs::write(path, content).map_err(|source| ConvertError::Write { path: path.to_path_buf(), source })
}
