//! Opening an input, telling what it is by its content, and reading its lines.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::summary::{Place, Tally};
use crate::{ConvertError, Kind};

/// Longest line that is read.
const MAX_LINE: u64 = 1024 * 1024;
/// Bytes looked at to tell what an input is.
const PEEK: usize = 16 * 1024;
/// Beginnings of packet captures: pcap with micro- and nanoseconds in both byte orders, and pcapng.
const CAPTURES: [[u8; 4]; 5] =
    [[0xa1, 0xb2, 0xc3, 0xd4], [0xd4, 0xc3, 0xb2, 0xa1], [0xa1, 0xb2, 0x3c, 0x4d], [0x4d, 0x3c, 0xb2, 0xa1], [0x0a, 0x0d, 0x0d, 0x0a]];

/// An input without its gzip, from its first byte on.
pub(crate) type Input = BufReader<Box<dyn Read + Send>>;

/// Opens an input. What is unpacked is read piece by piece and never held: memory is bounded by the records that come out.
pub(crate) fn open(path: &Path) -> Result<Input, ConvertError> {
    let read = |source| ConvertError::Read { path: path.to_path_buf(), source };
    let mut file = BufReader::new(File::open(path).map_err(read)?);
    let packed = file.fill_buf().map_err(read)?.starts_with(&[0x1f, 0x8b]);
    let inner: Box<dyn Read + Send> = if packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    Ok(BufReader::with_capacity(PEEK, inner))
}

/// What an input is, by its first bytes.
pub(crate) fn kind(path: &Path) -> Result<Kind, ConvertError> {
    let mut begin = Vec::new();
    let source = open(path)?.take(PEEK as u64).read_to_end(&mut begin);
    if begin.is_empty() {
        source.map_err(|source| ConvertError::Read { path: path.to_path_buf(), source })?;
    }
    if CAPTURES.iter().any(|magic| begin.starts_with(magic)) {
        return Ok(Kind::Pcap);
    }
    let text = String::from_utf8_lossy(&begin);
    for line in text.lines().filter(|line| !line.trim().is_empty()).take(64) {
        let zeek = ["id.orig_h", "id_orig_h", "\"orig_h\"", "#separator"].iter().any(|word| line.contains(word));
        if zeek {
            return Ok(Kind::Zeek);
        }
        if line.contains("StartTime") && line.contains("SrcAddr") {
            return Ok(Kind::Argus);
        }
    }
    Err(ConvertError::UnknownKind { path: path.to_path_buf(), begins: text.chars().take(40).collect() })
}

/// Reads lines of bounded length, and counts those that cannot be used.
pub(crate) struct Lines<'a> {
    path: &'a Path,
    input: Input,
    buffer: Vec<u8>,
    /// Number of the line last read, from 1.
    number: u64,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(path: &'a Path, input: Input) -> Self {
        Self { path, input, buffer: Vec::new(), number: 0 }
    }

    /// The next line that is text, without its end; `None` at the end of the input.
    ///
    /// # Errors
    /// When reading fails before any connection was read. Compressed data that ends early is right up to there.
    pub(crate) fn next(&mut self, tally: &mut Tally) -> Result<Option<(Place, &str)>, ConvertError> {
        loop {
            self.number += 1;
            let place = Place::Line(self.number);
            match self.fill() {
                Ok(true) => {}
                Ok(false) => return Ok(None),
                Err(source) if tally.connections == 0 => return Err(ConvertError::Read { path: self.path.to_path_buf(), source }),
                Err(source) => {
                    tally.skip(place, "the log breaks off", source);
                    return Ok(None);
                }
            }
            if self.buffer.len() as u64 > MAX_LINE {
                tally.skip(place, "line too long", format!("over {MAX_LINE} bytes"));
            } else if let Err(error) = std::str::from_utf8(&self.buffer) {
                tally.skip(place, "no UTF-8", error);
            } else {
                break;
            }
        }
        let text = std::str::from_utf8(&self.buffer).unwrap_or_default();
        Ok(Some((Place::Line(self.number), text.trim_end_matches(['\n', '\r']))))
    }

    /// Reads a line; of one that is too long, a byte more than is allowed. Says whether there was one.
    fn fill(&mut self) -> io::Result<bool> {
        self.buffer.clear();
        let size = (&mut self.input).take(MAX_LINE + 1).read_until(b'\n', &mut self.buffer)?;
        if size as u64 > MAX_LINE && !self.buffer.ends_with(b"\n") {
            self.skip_line()?;
        }
        Ok(size > 0)
    }

    /// Reads past the end of the line.
    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let buffer = self.input.fill_buf()?;
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let size = end.map_or(buffer.len(), |end| end + 1);
            let done = end.is_some() || buffer.is_empty();
            self.input.consume(size);
            if done {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_input_is_follows_from_its_content() {
        let folder = tempfile::tempdir().unwrap();
        let told = |content: &[u8]| {
            let path = folder.path().join("input");
            std::fs::write(&path, content).unwrap();
            kind(&path).ok()
        };
        assert_eq!(told(&[0xd4, 0xc3, 0xb2, 0xa1, 2, 0]), Some(Kind::Pcap));
        assert_eq!(told(&[0x0a, 0x0d, 0x0d, 0x0a, 0]), Some(Kind::Pcap));
        assert_eq!(told(b"#separator \\x09\n"), Some(Kind::Zeek));
        assert_eq!(told(b"\n{\"ts\":1,\"id.orig_h\":\"10.0.0.1\"}\n"), Some(Kind::Zeek));
        assert_eq!(told(b"ts\tuid\tid.orig_h\n"), Some(Kind::Zeek));
        assert_eq!(told(b"StartTime,Dur,Proto,SrcAddr\n"), Some(Kind::Argus));
        assert_eq!((told(b"hello"), told(b"")), (None, None));
    }

    #[test]
    fn a_line_without_end_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("input");
        let mut content = vec![b'x'; 3 * 1024 * 1024];
        content.extend_from_slice(b"\ngood\r\n\xff\n");
        std::fs::write(&path, content).unwrap();
        let (mut tally, mut lines) = (Tally::default(), Lines::new(&path, open(&path).unwrap()));
        assert_eq!(lines.next(&mut tally).unwrap(), Some((Place::Line(2), "good")));
        assert_eq!(lines.next(&mut tally).unwrap(), None);
        let counted: Vec<(&str, &str)> = tally.skipped.iter().map(|(reason, skipped)| (*reason, &skipped.first[..6])).collect();
        assert_eq!(counted, [("line too long", "line 1"), ("no UTF-8", "line 3")]);
    }
}
