//! What the caller decides: formats known beforehand, limits, and the time it is.

use std::collections::BTreeMap;

use flow::Timestamp;

use crate::LineFormat;

const MIB: u64 = 1024 * 1024;

/// Settings of [`decode`](crate::decode).
#[derive(Debug, Clone)]
pub struct Options {
    /// Columns of objects without a header, when the user names them. A header in the object is believed before this.
    pub format: Option<LineFormat>,
    /// Columns by flow-log id (`fl-…`). The columns of a flow log never change, so one header seen earlier settles it for good.
    pub known_formats: BTreeMap<String, LineFormat>,
    /// Bounds on what an object may ask for.
    pub limits: Limits,
    /// Records after which a chunk is handed over.
    pub chunk_records: usize,
    /// The caller's clock: records that lie more than ten minutes after it are marked. [`Timestamp::MAX`] marks none.
    pub now: Timestamp,
}

impl Default for Options {
    fn default() -> Self {
        Self { format: None, known_formats: BTreeMap::new(), limits: Limits::default(), chunk_records: 250_000, now: Timestamp::MAX }
    }
}

/// Bounds on what an object may ask for, so that nothing from outside can exhaust memory or time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Decoded bytes of one object. 64 GiB: a thousand times the largest object that AWS delivers (75 MB of gzip); text is decoded
    /// in bounded memory, so this bounds time.
    pub max_decoded_bytes: u64,
    /// Decoded bytes for one compressed byte, looked at from `ratio_from` decoded bytes on. Flow logs compress about 10 to 1, a log of idle interfaces up
    /// to 100 to 1; a bomb reaches 1000 to 1.
    pub max_ratio: u64,
    /// Decoded size from which `max_ratio` counts. 64 MiB: below it even a bomb is harmless.
    pub ratio_from: u64,
    /// Bytes of one line. 64 KiB: the longest line of every documented field, tags included, stays below 8 KiB.
    pub max_line: usize,
    /// Columns of a header. 256: all documented fields are fewer than 100.
    pub max_columns: usize,
    /// Bytes of one JSON document, which is held in memory. 64 MiB: ten times the largest subscription payload (6 MB).
    pub max_document: usize,
    /// Decoded bytes that a compressed object may take in memory at once; larger ones are decoded piece by piece, a little slower.
    pub max_buffer: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_decoded_bytes: 64 * 1024 * MIB,
            max_ratio: 250,
            ratio_from: 64 * MIB,
            max_line: 64 * 1024,
            max_columns: 256,
            max_document: 64 * 1024 * 1024,
            max_buffer: 128 * 1024 * 1024,
        }
    }
}

impl Limits {
    /// Whether `decoded` bytes out of `compressed` ones are within bounds; the text says which bound was passed.
    pub(crate) fn check(&self, decoded: u64, compressed: u64) -> Result<(), crate::DecodeError> {
        if decoded > self.max_decoded_bytes {
            return Err(crate::DecodeError::OverLimit { what: "decoded size", limit: self.max_decoded_bytes });
        }
        if decoded > self.ratio_from && decoded / self.max_ratio.max(1) > compressed {
            return Err(crate::DecodeError::OverLimit { what: "decoded size for each compressed byte", limit: self.max_ratio });
        }
        Ok(())
    }
}
