//! Where decoded records go: counting, rejects, coverage, text columns and chunks.

use std::borrow::Cow;

use flow::{Counts, CoverageFact, CoverageKind, Decoded, REJECT_TEXT_CAP, Reject, Symbol, Timestamp};

use crate::aws_vpc::fields::TextColumn;
use crate::{BoxError, DecodeError, ObjectKey, Options};

/// Why a record is refused, in words that name the field.
pub(crate) type Reason = Cow<'static, str>;

/// The caller's function that takes a full chunk.
pub(crate) type OnChunk<'a> = dyn FnMut(&mut Decoded) -> Result<(), BoxError> + 'a;

/// A text seen before in a column, and its symbol.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    len: u8,
    set: bool,
    symbol: Option<Symbol>,
    raw: [u8; Self::LONGEST],
}

impl Seen {
    /// Identifiers of all kinds fit; longer texts take the longer way.
    const LONGEST: usize = 26;
    /// Texts remembered for a column. Records name the same interfaces over and over.
    const MANY: usize = 512;

    /// Where a text is looked for: identifiers differ in their last bytes.
    #[inline]
    fn place(raw: &[u8]) -> usize {
        let word = raw.last_chunk::<8>().map_or_else(|| u64::from(raw.last().copied().unwrap_or(0)), |last| u64::from_le_bytes(*last));
        usize::try_from(word.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 55).unwrap_or(0) % Self::MANY
    }
}

/// Symbols that hold for all records of an object, until the table of strings is replaced.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Constants {
    pub(crate) source: Symbol,
    pub(crate) account: Option<Symbol>,
    pub(crate) region: Option<Symbol>,
    pub(crate) flow_log: Option<Symbol>,
}

/// Takes the records of one object.
pub(crate) struct Sink<'a, 'b> {
    pub(crate) object: &'a str,
    pub(crate) key: ObjectKey,
    pub(crate) out: &'a mut Decoded,
    pub(crate) counts: Counts,
    pub(crate) now: Timestamp,
    pub(crate) constants: Constants,
    /// Earliest start and latest end among records whose clock is not suspect.
    pub(crate) times: Option<(Timestamp, Timestamp)>,
    /// Whether a chunk was handed over.
    pub(crate) handed_over: bool,
    /// Scratch space for `extra`.
    pub(crate) scratch: String,
    seen: [Vec<Seen>; TextColumn::COUNT],
    last_extra: Option<(String, Symbol)>,
    on_chunk: &'a mut OnChunk<'b>,
    chunk_records: usize,
}

impl<'a, 'b> Sink<'a, 'b> {
    pub(crate) fn new(object: &'a str, options: &Options, out: &'a mut Decoded, on_chunk: &'a mut OnChunk<'b>) -> Self {
        let key = ObjectKey::parse(object);
        let constants = Constants::intern(object, &key, out);
        Self {
            object,
            key,
            out,
            counts: Counts::default(),
            now: options.now,
            constants,
            times: None,
            handed_over: false,
            scratch: String::new(),
            seen: Default::default(),
            last_extra: None,
            on_chunk,
            chunk_records: options.chunk_records.max(1),
        }
    }

    /// Counts a refused record and keeps it.
    #[cold]
    pub(crate) fn reject(&mut self, position: u64, reason: Reason, text: &[u8]) -> Result<(), DecodeError> {
        let cut = &text[..text.len().min(REJECT_TEXT_CAP)];
        let mut text = String::from_utf8_lossy(cut).into_owned();
        // Replacement characters are longer than what they replace.
        while text.len() > REJECT_TEXT_CAP {
            text.pop();
        }
        self.out.rejects.push(Reject { object: self.object.to_owned(), position, reason, text });
        self.counts.records += 1;
        self.counts.rejected += 1;
        self.after_record()
    }

    /// Keeps a coverage fact; counting it is the caller's business.
    #[cold]
    pub(crate) fn cover(
        &mut self,
        kind: CoverageKind,
        interface_id: Option<String>,
        account_id: Option<String>,
        start_time: Timestamp,
        end_time: Timestamp,
    ) {
        self.out.coverage.push(CoverageFact { kind, interface_id, account_id, start_time, end_time, object: self.object.to_owned() });
    }

    /// Widens the range of times.
    #[inline]
    pub(crate) fn saw(&mut self, start: Timestamp, end: Timestamp) {
        self.times = Some(match self.times {
            Some((first, last)) => (first.min(start), last.max(end)),
            None => (start, end),
        });
    }

    /// Hands a full chunk over. To be called after every record.
    #[inline]
    pub(crate) fn after_record(&mut self) -> Result<(), DecodeError> {
        if self.out.len() >= self.chunk_records { self.hand_over() } else { Ok(()) }
    }

    #[cold]
    fn hand_over(&mut self) -> Result<(), DecodeError> {
        self.handed_over = true;
        (self.on_chunk)(self.out).map_err(DecodeError::Stopped)?;
        // The receiver has emptied the table of strings.
        self.constants = Constants::intern(self.object, &self.key, self.out);
        for seen in &mut self.seen {
            seen.clear();
        }
        self.last_extra = None;
        Ok(())
    }

    /// The symbol of a text, by way of those seen before. `Err` when the bytes are not UTF-8.
    #[inline]
    pub(crate) fn symbol(&mut self, column: TextColumn, raw: &[u8]) -> Result<Option<Symbol>, ()> {
        if let Some(seen) = self.seen[column as usize].get(Seen::place(raw))
            && seen.set
            && seen.raw.get(..usize::from(seen.len)) == Some(raw)
        {
            return Ok(seen.symbol);
        }
        self.intern(column, raw)
    }

    fn intern(&mut self, column: TextColumn, raw: &[u8]) -> Result<Option<Symbol>, ()> {
        let text = std::str::from_utf8(raw).map_err(|_| ())?;
        let symbols = &mut self.out.flows.symbols;
        let symbol = match column {
            TextColumn::Account => account(text).map(|account| symbols.intern(&account)),
            _ => Some(symbols.intern(text)),
        };
        if raw.len() <= Seen::LONGEST
            && let Ok(len) = u8::try_from(raw.len())
        {
            let seen = &mut self.seen[column as usize];
            seen.resize(Seen::MANY, Seen::default());
            let place = &mut seen[Seen::place(raw)];
            *place = Seen { len, set: true, symbol, raw: [0; Seen::LONGEST] };
            place.raw[..raw.len()].copy_from_slice(raw);
        }
        Ok(symbol)
    }

    /// The symbol of what stands in `scratch`.
    pub(crate) fn extra_symbol(&mut self) -> Symbol {
        if let Some((text, symbol)) = &self.last_extra
            && *text == self.scratch
        {
            return *symbol;
        }
        let symbol = self.out.flows.symbols.intern(&self.scratch);
        self.last_extra = Some((self.scratch.clone(), symbol));
        symbol
    }
}

impl Constants {
    fn intern(object: &str, key: &ObjectKey, out: &mut Decoded) -> Self {
        let symbols = &mut out.flows.symbols;
        let mut option = |text: &Option<String>| text.as_deref().map(|text| symbols.intern(text));
        Self {
            account: option(&key.account_id),
            region: option(&key.region),
            flow_log: option(&key.flow_log_id),
            source: symbols.intern(object),
        }
    }
}

/// The account as twelve digits: `unknown` is null, and zeros lost on the way through a number are put back.
pub(crate) fn account(text: &str) -> Option<Cow<'_, str>> {
    if text == "unknown" {
        return None;
    }
    let short = text.len() < 12 && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    Some(if short { Cow::Owned(format!("{text:0>12}")) } else { Cow::Borrowed(text) })
}
