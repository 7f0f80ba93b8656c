//! The entry: one object in, its records out.

use std::cell::Cell;
use std::io::{self, BufReader, Read};
use std::rc::Rc;

use bytes::Bytes;
use flow::{Counts, Decoded, Timestamp};

use crate::aws_vpc::parquet;
use crate::container::{self, Counting, Kind, MAGIC_LEN, Members};
use crate::lines::Lines;
use crate::sink::{OnChunk, Sink};
use crate::{DecodeError, Limits, Options};

/// Containers that may be in one another, such as gzip that a client already took off once.
const MAX_CONTAINERS: usize = 3;
/// Bytes of text looked at together when an object is read piece by piece.
const BLOCK: usize = 1024 * 1024;

/// Body of an object.
pub enum Body<'a> {
    /// All of it in memory. Parquet needs this.
    Whole(Bytes),
    /// A reader of it: text formats only, decoded in bounded memory.
    Stream(&'a mut dyn Read),
}

/// What one object turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// How many records of each sort.
    pub counts: Counts,
    /// What it is, such as `aws-vpc text, gzip, 14 fields`.
    pub format: String,
    /// Whether the columns were told by trying known orders on the content.
    pub guessed: bool,
    /// Whether the object was read to its end.
    pub complete: bool,
    /// What stopped it, when it was not.
    pub problem: Option<String>,
    /// Earliest start among its records, those with a suspect clock aside.
    pub first_time: Option<Timestamp>,
    /// Latest end among its records, those with a suspect clock aside.
    pub last_time: Option<Timestamp>,
}

/// What has been found out on the way.
#[derive(Debug, Default)]
struct Found {
    containers: Vec<&'static str>,
    source: &'static str,
    shape: &'static str,
    fields: usize,
    guessed: bool,
    no_record: bool,
}

/// Decodes one object, appending to `out`.
///
/// `on_chunk` is called whenever `out` holds at least `options.chunk_records` records of any sort; it takes them and clears `out`. It is
/// not called at the end: what remains stays in `out`, so that many small objects fill one chunk. Positions of rejects count lines,
/// Parquet rows or JSON events from 1.
///
/// # Errors
/// When nothing of the object could be used, in which case `out` is as it was, or when `on_chunk` fails. An object that breaks off
/// half-way is no error: its summary is not `complete` and names the problem.
pub fn decode(
    object: &str,
    body: Body<'_>,
    options: &Options,
    out: &mut Decoded,
    on_chunk: &mut OnChunk<'_>,
) -> Result<Summary, DecodeError> {
    let rejects_before = out.rejects.len();
    let mut sink = Sink::new(object, options, out, on_chunk);
    let mut found = Found::default();
    let mut result = match body {
        Body::Whole(bytes) => whole(bytes, options, &mut sink, &mut found),
        Body::Stream(reader) => stream(reader, options, &mut sink, &mut found),
    };
    if result.is_ok() && found.no_record {
        result = Err(DecodeError::UnknownFormat { found: "the JSON holds neither flow-log lines nor flow-log records".to_owned() });
    }
    let Sink { counts, times, handed_over, .. } = sink;
    let problem = match result {
        Ok(()) => None,
        Err(error @ DecodeError::Stopped(_)) => return Err(error),
        Err(error) if counts.accepted + counts.coverage > 0 || handed_over => Some(problem(&error)),
        Err(error) => {
            out.rejects.truncate(rejects_before);
            return Err(error);
        }
    };
    Ok(Summary {
        counts,
        format: found.describe(),
        guessed: found.guessed,
        complete: problem.is_none(),
        problem,
        first_time: times.map(|(first, _)| first),
        last_time: times.map(|(_, last)| last),
    })
}

/// What is said of an object that broke off.
fn problem(error: &DecodeError) -> String {
    let mut text = error.chain();
    // Data that was merely cut is right up to the cut; damage is noticed later than it happened.
    if matches!(error, DecodeError::Container { source, .. } if matches!(source.kind(), io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput))
    {
        text.push_str("; the last records before the damage was noticed may be wrong");
    }
    text
}

impl Found {
    fn describe(&self) -> String {
        let mut text = if self.source.is_empty() { "empty".to_owned() } else { format!("{} {}", self.source, self.shape) };
        for container in &self.containers {
            text.push_str(", ");
            text.push_str(container);
        }
        if self.fields > 0 {
            text.push_str(&format!(", {} field{}", self.fields, if self.fields == 1 { "" } else { "s" }));
        }
        text
    }

    fn lines(&mut self, lines: &Lines<'_, '_, '_, '_>) {
        (self.source, self.shape, self.fields) = lines.describe();
        self.guessed = lines.guessed;
        self.no_record = lines.found_no_record();
    }
}

/// Reads an object in memory, unpacking it in one go where it is small enough.
fn whole(mut bytes: Bytes, options: &Options, sink: &mut Sink<'_, '_>, found: &mut Found) -> Result<(), DecodeError> {
    let limits = &options.limits;
    for _ in 0..=MAX_CONTAINERS {
        let kind = Kind::of(&bytes[..bytes.len().min(MAGIC_LEN)])?;
        let unpacked = match kind {
            Kind::Text => return text(&bytes, options, sink, found),
            Kind::Parquet => {
                (found.source, found.shape) = ("aws-vpc", "parquet");
                return parquet::decode(bytes, limits, sink, &mut found.fields, &mut found.source);
            }
            Kind::Gzip => container::gunzip(&bytes, limits),
            Kind::Zstd => unzstd(&bytes, limits),
        };
        match unpacked {
            Some(unpacked) => {
                found.containers.push(kind.name());
                bytes = unpacked.into();
            }
            None => return stream(&mut &bytes[..], options, sink, found),
        }
    }
    Err(too_deep())
}

fn too_deep() -> DecodeError {
    DecodeError::Unsupported { what: "data compressed more than three times", remedy: "unpack the object first" }
}

fn unzstd(bytes: &[u8], limits: &Limits) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    container::zstd(bytes).ok()?.take(limits.max_buffer as u64 + 1).read_to_end(&mut out).ok()?;
    (out.len() <= limits.max_buffer && limits.check(out.len() as u64, bytes.len() as u64).is_ok()).then_some(out)
}

fn text(bytes: &[u8], options: &Options, sink: &mut Sink<'_, '_>, found: &mut Found) -> Result<(), DecodeError> {
    if bytes.is_empty() {
        return Ok(());
    }
    options.limits.check(bytes.len() as u64, bytes.len() as u64)?;
    let mut lines = Lines::new(options, sink);
    let result = lines.feed(bytes, true);
    found.lines(&lines);
    result.map(drop)
}

/// Reads an object piece by piece.
fn stream(reader: &mut dyn Read, options: &Options, sink: &mut Sink<'_, '_>, found: &mut Found) -> Result<(), DecodeError> {
    let (reader, compressed) = Counting::new(reader);
    layer(Box::new(reader), &compressed, MAX_CONTAINERS, "object", options, sink, found)
}

/// Reads what comes out of `reader`, unpacking one more container if it is one.
fn layer(
    mut reader: Box<dyn Read + '_>,
    compressed: &Rc<Cell<u64>>,
    depth: usize,
    outer: &'static str,
    options: &Options,
    sink: &mut Sink<'_, '_>,
    found: &mut Found,
) -> Result<(), DecodeError> {
    let failed = |container: &'static str| move |source: io::Error| DecodeError::Container { container, source };
    let mut head = Vec::with_capacity(MAGIC_LEN);
    reader.by_ref().take(MAGIC_LEN as u64).read_to_end(&mut head).map_err(failed(outer))?;
    let kind = Kind::of(&head)?;
    let reader = io::Cursor::new(head).chain(reader);
    if kind != Kind::Text && depth == 0 {
        return Err(too_deep());
    }
    match kind {
        Kind::Text => blocks(reader, compressed, outer, options, sink, found),
        Kind::Parquet => {
            Err(DecodeError::Unsupported { what: "Parquet from a stream", remedy: "give the object as a whole and not compressed again" })
        }
        Kind::Gzip => {
            found.containers.push(kind.name());
            let reader = Members::new(BufReader::with_capacity(64 * 1024, reader));
            layer(Box::new(reader), compressed, depth - 1, kind.name(), options, sink, found)
        }
        Kind::Zstd => {
            found.containers.push(kind.name());
            let reader = container::zstd(BufReader::with_capacity(64 * 1024, reader)).map_err(failed(kind.name()))?;
            layer(Box::new(reader), compressed, depth - 1, kind.name(), options, sink, found)
        }
    }
}

/// Reads text in blocks that end where lines and documents do.
fn blocks(
    mut reader: impl Read,
    compressed: &Rc<Cell<u64>>,
    outer: &'static str,
    options: &Options,
    sink: &mut Sink<'_, '_>,
    found: &mut Found,
) -> Result<(), DecodeError> {
    let mut lines = Lines::new(options, sink);
    let mut buffer: Vec<u8> = Vec::new();
    let mut decoded = 0u64;
    let mut capacity = BLOCK;
    let result = loop {
        let had = buffer.len();
        let read = reader.by_ref().take((capacity - had) as u64).read_to_end(&mut buffer);
        let got = buffer.len() - had;
        decoded += got as u64;
        let last = read.is_ok() && got < capacity - had;
        let over = options.limits.check(decoded, compressed.get());
        let outcome = lines.feed(&buffer, last);
        let taken = match outcome {
            Ok(taken) => taken,
            Err(error) => break Err(error),
        };
        if let Err(source) = read {
            break Err(DecodeError::Container { container: outer, source });
        }
        if over.is_err() {
            break over;
        }
        if last {
            break Ok(());
        }
        buffer.drain(..taken);
        // A document that does not fit needs more room, up to the limit that `feed` enforces.
        capacity = if buffer.len() * 2 > capacity { capacity * 2 } else { BLOCK.max(buffer.len() * 2) };
    };
    if decoded > 0 {
        found.lines(&lines);
    }
    result
}
