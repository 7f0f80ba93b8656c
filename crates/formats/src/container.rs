//! Compression, told by the first bytes and never by the name.

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use flate2::bufread::GzDecoder;

use crate::aws_vpc::text;
use crate::{DecodeError, Limits};

/// What the first bytes say an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Gzip,
    Zstd,
    Parquet,
}

/// Bytes needed to tell a [`Kind`].
pub(crate) const MAGIC_LEN: usize = 6;

/// Byte-order mark of UTF-8.
pub(crate) const BOM: &[u8] = b"\xef\xbb\xbf";

impl Kind {
    /// Looks at the first [`MAGIC_LEN`] bytes, or all there are.
    pub(crate) fn of(head: &[u8]) -> Result<Self, DecodeError> {
        let unsupported = |what| Err(DecodeError::Unsupported { what, remedy: "compress the object with gzip or zstd, or not at all" });
        match head {
            [0x1f, 0x8b, ..] => Ok(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Ok(Self::Zstd),
            [b'P', b'A', b'R', b'1', ..] => Ok(Self::Parquet),
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
                Err(DecodeError::Unsupported { what: "UTF-16 text", remedy: "save the object as UTF-8, which is what AWS writes" })
            }
            [b'B', b'Z', b'h', ..] => unsupported("bzip2"),
            [0xfd, b'7', b'z', b'X', b'Z', 0] => unsupported("xz"),
            [b'P', b'K', 3, 4, ..] => unsupported("a ZIP archive"),
            _ => Ok(Self::Text),
        }
    }

    /// The word shown; nothing for plain text.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Parquet => "Parquet",
        }
    }
}

/// Decompresses gzip members that fit into `limits.max_buffer` together. `None` when they do not, or when something is wrong with
/// them: the caller then reads piece by piece, which gets out what can be had.
pub(crate) fn gunzip(object: &[u8], limits: &Limits) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut rest = object;
    let mut decompressor = libdeflater::Decompressor::new();
    while !rest.is_empty() {
        // The decompressor does not tell where a member ends. What looks like the head of the next one is taken for its end when the
        // eight bytes before it are the checksum and the length of what came out.
        let ends = memchr::memmem::find_iter(rest.get(18..)?, &[0x1f, 0x8b, 8]).map(|at| at + 18).chain([rest.len()]);
        let base = out.len();
        let taken = ends.filter(|&end| rest.get(end + 3).is_none_or(|flags| flags & 0xe0 == 0)).find(|&end| {
            let trailer = &rest[end - 8..end];
            let word = |at: usize| u32::from_le_bytes([trailer[at], trailer[at + 1], trailer[at + 2], trailer[at + 3]]);
            let Ok(len) = usize::try_from(word(4)) else { return false };
            // Deflate cannot expand more than 1032 times.
            if base + len > limits.max_buffer || len / 1_032 > end {
                return false;
            }
            out.resize(base + len, 0);
            decompressor.gzip_decompress(&rest[..end], &mut out[base..]).is_ok_and(|got| got == len)
                && libdeflater::crc32(&out[base..]) == word(0)
        })?;
        if base > 0 && out[base - 1] != b'\n' && starts_anew(&out[base..]) {
            out.insert(base, b'\n');
        }
        rest = &rest[taken..];
        limits.check(out.len() as u64, object.len() as u64).ok()?;
    }
    Some(out)
}

/// Whether a gzip member begins an object of its own, so that a line cannot reach into it: a byte-order mark, a JSON document or a header.
fn starts_anew(head: &[u8]) -> bool {
    head.starts_with(BOM) || matches!(head.first(), Some(b'{' | b'[')) || text::starts_with_field(head)
}

/// Decompresses gzip members one after the other, in bounded memory. A line break is put between members where one ends without and
/// the next begins an object of its own.
pub(crate) struct Members<R> {
    decoder: Option<GzDecoder<R>>,
    pending: Vec<u8>,
    last: u8,
}

impl<R: BufRead> Members<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { decoder: Some(GzDecoder::new(reader)), pending: Vec::new(), last: b'\n' }
    }

    /// Goes to the next member; `false` when there is none.
    fn advance(&mut self) -> io::Result<bool> {
        let Some(decoder) = self.decoder.take() else { return Ok(false) };
        let mut reader = decoder.into_inner();
        loop {
            let head = reader.fill_buf()?;
            match head.first() {
                None => return Ok(false),
                Some(0x1f) => break,
                // Padding up to a block's end is common.
                Some(0) => reader.consume(1),
                Some(_) => return Err(io::Error::new(io::ErrorKind::InvalidData, "there are other bytes after the last gzip member")),
            }
        }
        let mut decoder = GzDecoder::new(reader);
        if self.last != b'\n' {
            let mut head = Vec::new();
            decoder.by_ref().take(64).read_to_end(&mut head)?;
            if starts_anew(&head) {
                self.pending.push(b'\n');
            }
            self.pending.append(&mut head);
        }
        self.decoder = Some(decoder);
        Ok(true)
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let got = if self.pending.is_empty() {
                match &mut self.decoder {
                    Some(decoder) => decoder.read(buffer)?,
                    None => return Ok(0),
                }
            } else {
                let got = self.pending.len().min(buffer.len());
                buffer[..got].copy_from_slice(&self.pending[..got]);
                self.pending.drain(..got);
                got
            };
            if got > 0 {
                self.last = buffer[got - 1];
                return Ok(got);
            }
            if !self.advance()? {
                return Ok(0);
            }
        }
    }
}

/// Decompresses a payload that travels inside a document, if it is compressed; at most `cap` bytes of it.
pub(crate) fn inflate_payload(payload: Vec<u8>, cap: usize) -> io::Result<Vec<u8>> {
    if !payload.starts_with(&[0x1f, 0x8b]) {
        return Ok(payload);
    }
    let mut out = Vec::new();
    Members::new(payload.as_slice()).take(cap as u64 + 1).read_to_end(&mut out)?;
    if out.len() > cap { Err(io::Error::new(io::ErrorKind::InvalidData, "the payload is too large")) } else { Ok(out) }
}

/// A reader of zstd frames, in bounded memory.
pub(crate) fn zstd<R: BufRead>(reader: R) -> io::Result<impl Read> {
    let mut decoder = ::zstd::stream::read::Decoder::with_buffer(reader)?;
    // 128 MiB, the most that the format asks every decoder to support (RFC 8878 recommends 8 MiB; `zstd --long` writes this).
    decoder.window_log_max(27)?;
    Ok(decoder)
}

/// Counts the bytes read through it.
pub(crate) struct Counting<R> {
    reader: R,
    count: Rc<Cell<u64>>,
}

impl<R> Counting<R> {
    pub(crate) fn new(reader: R) -> (Self, Rc<Cell<u64>>) {
        let count = Rc::new(Cell::new(0));
        (Self { reader, count: Rc::clone(&count) }, count)
    }
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let got = self.reader.read(buffer)?;
        self.count.set(self.count.get() + got as u64);
        Ok(got)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn both_ways(object: &[u8]) -> Vec<u8> {
        let whole = gunzip(object, &Limits::default()).unwrap();
        let mut streamed = Vec::new();
        Members::new(object).read_to_end(&mut streamed).unwrap();
        assert_eq!(whole, streamed);
        whole
    }

    #[test]
    fn members_are_joined() {
        assert_eq!(both_ways(&[gzip(b"one\ntw"), gzip(b"o\n"), gzip(b"o\n"), gzip(b"")].concat()), b"one\ntwo\no\n");
    }

    #[test]
    fn a_member_that_begins_an_object_begins_a_line() {
        for second in [&b"version srcaddr\n"[..], b"\xef\xbb\xbfversion", b"{}"] {
            assert_eq!(both_ways(&[gzip(b"OK"), gzip(second)].concat()), [b"OK\n", second].concat());
        }
    }

    #[test]
    fn damage_is_left_to_the_stream() {
        let mut object = gzip(b"some text that is long enough to be cut");
        let length = object.len();
        assert!(gunzip(&object[..length - 3], &Limits::default()).is_none());
        object[length - 6] ^= 1;
        assert!(gunzip(&object, &Limits::default()).is_none());
        assert!(gunzip(&gzip(&[b' '; 1000]), &Limits { max_buffer: 999, ..Limits::default() }).is_none());
    }

    #[test]
    fn padding_is_skipped_and_other_bytes_are_not() {
        let mut object = gzip(b"text");
        object.extend([0; 100]);
        let mut out = Vec::new();
        Members::new(object.as_slice()).read_to_end(&mut out).unwrap();
        assert_eq!(out, b"text");
        object.push(b'x');
        assert!(Members::new(object.as_slice()).read_to_end(&mut out).is_err());
    }
}
