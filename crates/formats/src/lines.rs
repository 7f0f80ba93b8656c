//! Text: lines and JSON documents, in blocks of any size.

use std::borrow::Cow;

use flow::Timestamp;

use crate::aws_vpc::fields::Plan;
use crate::aws_vpc::record::assemble;
use crate::aws_vpc::text::{self, LineCells, Span};
use crate::aws_vpc::{LineFormat, guess};
use crate::container::BOM;
use crate::envelope::{self, Extent, Item};
use crate::sink::{Reason, Sink};
use crate::{DecodeError, Options};

/// Records looked at when the columns have to be guessed.
const SAMPLE_RECORDS: usize = 256;
/// Bytes looked at when the columns have to be guessed.
const SAMPLE_BYTES: usize = 256 * 1024;

/// What is known of the columns.
enum Columns {
    Unknown,
    Known(Box<Plan>),
    /// A header in mid-file cannot be used: what follows is refused.
    Broken,
}

/// Reads the text of one object.
pub(crate) struct Lines<'o, 's, 'a, 'b> {
    options: &'o Options,
    sink: &'s mut Sink<'a, 'b>,
    columns: Columns,
    /// Names and plan of records that are JSON objects.
    named: Option<(Vec<String>, Plan)>,
    spans: Vec<Span>,
    line_number: u64,
    event_number: u64,
    /// Inside a line that is refused already, up to its end.
    skipping: bool,
    documents: bool,
    /// Whether columns were guessed, if only for a part.
    pub(crate) guessed: bool,
}

impl<'o, 's, 'a, 'b> Lines<'o, 's, 'a, 'b> {
    pub(crate) fn new(options: &'o Options, sink: &'s mut Sink<'a, 'b>) -> Self {
        Self {
            options,
            sink,
            columns: Columns::Unknown,
            named: None,
            spans: Vec::with_capacity(64),
            line_number: 0,
            event_number: 0,
            skipping: false,
            documents: false,
            guessed: false,
        }
    }

    /// What the text turned out to be.
    pub(crate) fn describe(&self) -> (&'static str, &'static str, usize) {
        let plan = match (&self.columns, &self.named) {
            (Columns::Known(plan), _) => Some(plan.as_ref()),
            (_, Some((_, plan))) => Some(plan),
            _ => None,
        };
        let source = if plan.is_some_and(|plan| plan.gateway.is_some()) { "aws-tgw" } else { "aws-vpc" };
        let shape = match plan {
            _ if self.documents => "json",
            Some(plan) if plan.comma => "csv",
            _ => "text",
        };
        (source, shape, plan.map_or(0, |plan| plan.width))
    }

    /// Whether nothing but JSON of unknown shape was found.
    pub(crate) fn found_no_record(&self) -> bool {
        self.documents && self.sink.counts.rejected > 0 && self.sink.counts.accepted + self.sink.counts.coverage == 0
    }

    /// Reads as many complete lines and documents of `block` as there are, all of it when it is the `last`; says how many bytes it took.
    pub(crate) fn feed(&mut self, block: &[u8], last: bool) -> Result<usize, DecodeError> {
        let mut at = 0;
        while let Some(&first) = block.get(at) {
            let rest = &block[at..];
            if self.skipping {
                match memchr::memchr(b'\n', rest) {
                    Some(end) => {
                        self.skipping = false;
                        self.line_number += 1;
                        at += end + 1;
                        continue;
                    }
                    None => return Ok(block.len()),
                }
            }
            if matches!(first, b'{' | b'[' | b' ' | b'\t' | b',' | b']' | 0xef)
                && let Some(start) = self.document_start(rest)
            {
                match self.document(&rest[start..], last)? {
                    Some(taken) => at += start + taken,
                    None => return Ok(at),
                }
                continue;
            }
            let (len, taken) = match memchr::memchr(b'\n', rest) {
                Some(end) => (end, end + 1),
                None if last => (rest.len(), rest.len()),
                None if rest.len() > self.options.limits.max_line + BOM.len() + 1 => {
                    // The end is not in sight: refuse it now rather than keep it.
                    self.overlong(self.line_number + 1, rest)?;
                    self.skipping = true;
                    return Ok(block.len());
                }
                None => return Ok(at),
            };
            self.line_number += 1;
            self.line(rest, len, self.line_number, None, |lines, _| {
                if lines.documents {
                    return Ok(());
                }
                let limit = rest.len().min(SAMPLE_BYTES);
                let mut sample: Vec<&[u8]> = rest[..limit].split(|&byte| byte == b'\n').collect();
                // The last piece may be cut, unless the text ends there.
                if sample.len() > 1 && (limit < rest.len() || !last) {
                    sample.pop();
                }
                sample.truncate(SAMPLE_RECORDS);
                lines.resolve(&sample)
            })?;
            at += taken;
        }
        Ok(at)
    }

    /// Where a JSON document starts, if nothing but blanks, a byte-order mark, or what stands between documents is before it.
    fn document_start(&self, rest: &[u8]) -> Option<usize> {
        let mut at = 0;
        loop {
            match rest.get(at)? {
                b'{' | b'[' => return Some(at),
                b' ' | b'\t' => at += 1,
                b',' | b']' if self.documents => at += 1,
                0xef if rest[at..].starts_with(BOM) => at += BOM.len(),
                _ => return None,
            }
        }
    }

    /// Reads the document at the start of `rest`; `None` when more bytes are needed.
    fn document(&mut self, rest: &[u8], last: bool) -> Result<Option<usize>, DecodeError> {
        let length = match envelope::extent(rest, self.options.limits.max_document) {
            Extent::Complete(length) => length,
            Extent::Unfinished if !last => return Ok(None),
            Extent::Unfinished | Extent::Broken => {
                self.documents = true;
                self.event_number += 1;
                let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                self.sink.reject(self.event_number, Cow::Borrowed("it starts like JSON and is not"), &rest[..end])?;
                self.skipping = true;
                return Ok(Some(end));
            }
        };
        self.documents = true;
        let document = &rest[..length];
        if matches!(self.columns, Columns::Unknown) {
            self.look_ahead(rest, document)?;
        }
        envelope::read(document, &self.options.limits, &mut |item| self.item(item))?;
        self.line_number += memchr::memchr_iter(b'\n', document).count() as u64;
        // What stands between documents.
        let gap = rest[length..].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b',' | b']')).count();
        Ok(Some(length + gap))
    }

    /// Settles the columns from the messages of this document and those after it, unless they are records by name.
    fn look_ahead(&mut self, rest: &[u8], document: &[u8]) -> Result<(), DecodeError> {
        let mut messages: Vec<Vec<u8>> = Vec::new();
        let limits = &self.options.limits;
        let mut window = &rest[..rest.len().min(SAMPLE_BYTES.max(document.len()))];
        while messages.len() < SAMPLE_RECORDS {
            let Some(start) = window.iter().position(|byte| matches!(byte, b'{' | b'[')) else { break };
            window = &window[start..];
            let Extent::Complete(length) = envelope::extent(window, limits.max_document) else { break };
            let before = messages.len();
            envelope::read(&window[..length], limits, &mut |item| {
                if let Item::Message { text, .. } = item
                    && messages.len() < SAMPLE_RECORDS
                {
                    messages.extend(text.split(|&byte| byte == b'\n').map(<[u8]>::to_vec));
                }
                Ok(())
            })?;
            if messages.len() == before {
                // What holds no message is read once and not once for every document before it.
                break;
            }
            window = &window[length..];
        }
        if messages.is_empty() {
            return Ok(());
        }
        let sample: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
        self.resolve(&sample)
    }

    fn item(&mut self, item: Item<'_>) -> Result<(), DecodeError> {
        self.event_number += 1;
        let position = self.event_number;
        match item {
            Item::Message { text, time } => {
                for line in text.split(|&byte| byte == b'\n') {
                    self.line(line, line.len(), position, time, |lines, line| lines.resolve(&[line]))?;
                }
                Ok(())
            }
            Item::Record { names, values } => {
                if self.named.as_ref().is_none_or(|(known, _)| *known != names) {
                    let borrowed: Vec<Cow<'_, str>> = names.iter().map(|name| Cow::Borrowed(name.as_str())).collect();
                    match Plan::compile(&borrowed, self.options.limits.max_columns) {
                        Ok(plan) => self.named = Some((names, plan)),
                        Err(reason) => {
                            return self.sink.reject(position, Cow::Owned(format!("the object's names: {reason}")), &values.text);
                        }
                    }
                }
                let Some((_, plan)) = &self.named else { return Ok(()) };
                let cells = LineCells { line: &values.text, spans: &values.spans };
                match assemble(&cells, plan, None, self.sink) {
                    Ok(()) => self.sink.after_record(),
                    Err(reason) => self.sink.reject(position, reason, &values.text),
                }
            }
            Item::Refused { reason, text } => self.sink.reject(position, Cow::Borrowed(reason), text),
        }
    }

    /// Settles the columns where there is no header: by configuration, by the flow log's known format, or by guessing from `sample`.
    fn resolve(&mut self, sample: &[&[u8]]) -> Result<(), DecodeError> {
        let limit = self.options.limits.max_columns;
        let known = || self.options.known_formats.get(self.sink.key.flow_log_id.as_deref()?);
        let plan = |format: &LineFormat| format.plan(limit).map_err(|reason| DecodeError::BadHeader { reason });
        let plan = match self.options.format.as_ref().or_else(known) {
            Some(format) => plan(format)?,
            // A record before the header is refused; it does not settle the columns.
            None if sample.iter().any(|line| text::header(line, limit, &mut self.spans).is_some()) => return Ok(()),
            None => {
                let format = guess::columns(sample)?;
                self.guessed = true;
                plan(&format)?
            }
        };
        self.columns = Columns::Known(Box::new(plan));
        Ok(())
    }

    #[cold]
    fn overlong(&mut self, position: u64, line: &[u8]) -> Result<(), DecodeError> {
        let reason = format!("the line is longer than {} bytes", self.options.limits.max_line);
        self.sink.reject(position, Cow::Owned(reason), line)
    }

    /// Reads the line of `len` bytes at the start of `rest`. `resolve` is called when a record comes before its columns are known.
    #[inline]
    fn line(
        &mut self,
        rest: &[u8],
        len: usize,
        position: u64,
        event_time: Option<Timestamp>,
        resolve: impl FnOnce(&mut Self, &[u8]) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let (mut rest, mut len) = (rest, len);
        if rest.first() == Some(&0xef) && rest.starts_with(BOM) && len >= BOM.len() {
            rest = &rest[BOM.len()..];
            len -= BOM.len();
        }
        if len > 0 && rest[len - 1] == b'\r' {
            len -= 1;
        }
        let line = &rest[..len];
        if len > self.options.limits.max_line {
            return self.overlong(position, line);
        }
        let limit = self.options.limits.max_columns;
        if line.first().is_some_and(|byte| byte.is_ascii_lowercase() || matches!(byte, b' ' | b'\t' | b'"'))
            && let Some(plan) = text::header(line, limit, &mut self.spans)
        {
            return self.switch(plan, position, line);
        }
        if !matches!(self.columns, Columns::Known(_)) {
            if line.iter().all(|byte| matches!(byte, b' ' | b'\t')) {
                return Ok(());
            }
            if matches!(self.columns, Columns::Broken) {
                return self.sink.reject(position, Cow::Borrowed("it follows a header that cannot be used"), line);
            }
            resolve(self, line)?;
        }
        let Columns::Known(plan) = &self.columns else {
            return self.sink.reject(position, Cow::Borrowed("its columns are not known"), line);
        };
        match split(line, plan, limit, &mut self.spans) {
            Ok([]) => return Ok(()),
            Ok(spans) => {
                let (spans, event_time) = match spans.split_first() {
                    // A line that CloudWatch exported has the event's time in front.
                    Some((&(start, end), others)) if others.len() == plan.width => {
                        match text::iso_time(&line[start as usize..end as usize]) {
                            Some(time) => (others, Some(time)),
                            None => (spans, event_time),
                        }
                    }
                    _ => (spans, event_time),
                };
                if spans.len() != plan.width {
                    let more = if spans.len() > limit { "more than " } else { "" };
                    let count = spans.len().min(limit);
                    let reason = format!("it has {more}{count} values where the format has {}", plan.width);
                    return self.sink.reject(position, Cow::Owned(reason), line);
                }
                match assemble(&LineCells { line: rest, spans }, plan, event_time, self.sink) {
                    Ok(()) => {}
                    Err(reason) => return self.sink.reject(position, reason, line),
                }
            }
            Err(reason) => return self.sink.reject(position, reason, line),
        }
        self.sink.after_record()
    }

    /// Takes the columns of a header.
    #[cold]
    fn switch(&mut self, plan: Result<Plan, String>, position: u64, line: &[u8]) -> Result<(), DecodeError> {
        match plan {
            Ok(plan) => {
                self.columns = Columns::Known(Box::new(plan));
                Ok(())
            }
            Err(reason) if self.sink.counts.records == 0 => Err(DecodeError::BadHeader { reason }),
            Err(reason) => {
                self.columns = Columns::Broken;
                self.sink.reject(position, Cow::Owned(format!("the header cannot be used: {reason}")), line)
            }
        }
    }
}

/// Splits a line as its format asks: at blanks, or at commas when the header did so or there is no blank.
#[inline]
fn split<'v>(line: &[u8], plan: &Plan, limit: usize, spans: &'v mut Vec<Span>) -> Result<&'v [Span], Reason> {
    let mut result = if plan.comma { text::split_comma(line, limit, spans) } else { text::split_blank(line, limit, spans) };
    if spans.len() == 1 && plan.width > 1 && !plan.comma {
        result = text::split_comma(line, limit, spans);
    }
    match result {
        Ok(()) => Ok(spans),
        Err(text::ControlCharacter) => Err(Cow::Borrowed("there is a control character in the line")),
    }
}
