//! Lines: splitting them into values, reading numbers, recognising headers.

use std::borrow::Cow;

use flow::{Address, Timestamp};

use super::fields::{self, NOWHERE, Plan, Slot};
use super::record::{Cells, Integer, is_null};

/// Start and end of a value within its line.
pub(crate) type Span = (u32, u32);

/// The values of a line: `line` reaches beyond the last value where it can, so that numbers can be read eight bytes at a time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LineCells<'a> {
    pub(crate) line: &'a [u8],
    pub(crate) spans: &'a [Span],
}

impl<'a> LineCells<'a> {
    #[inline]
    fn raw(&self, slot: Slot) -> Option<&'a [u8]> {
        let &(start, end) = self.spans.get(slot)?;
        self.line.get(start as usize..end as usize)
    }
}

impl Cells for LineCells<'_> {
    #[inline]
    fn text(&self, slot: Slot) -> Option<Cow<'_, [u8]>> {
        let value = self.raw(slot)?;
        (!is_null(value)).then_some(Cow::Borrowed(value))
    }

    #[inline]
    fn address(&self, slot: Slot) -> Result<Option<Address>, ()> {
        let Some(&(start, end)) = self.spans.get(slot) else { return Ok(None) };
        let (start, end) = (start as usize, end as usize);
        if let Some(window) = self.line.get(start..).and_then(|rest| rest.first_chunk::<16>())
            && let Some(address) = parse_v4(window, end - start)
        {
            return Ok(Some(address));
        }
        match self.text(slot) {
            Some(text) => Address::parse(&text).map(Some).ok_or(()),
            None => Ok(None),
        }
    }

    #[inline]
    fn integer(&self, slot: Slot) -> Integer {
        if slot == NOWHERE {
            return Integer::Absent;
        }
        let Some(&(start, end)) = self.spans.get(slot) else { return Integer::Absent };
        match parse_span(self.line, start as usize, end as usize) {
            Some(value) => Integer::Value(value),
            None => match self.raw(slot) {
                Some(value) if !is_null(value) => Integer::Invalid,
                _ => Integer::Absent,
            },
        }
    }
}

/// A plain IPv4 address in the first `len` bytes of `window`, read without a loop over them; `None` for all else, which a slower reader
/// decides. Agrees with [`Address::parse`] on what it reads.
#[inline]
fn parse_v4(window: &[u8; 16], len: usize) -> Option<Address> {
    if !(7..=15).contains(&len) {
        return None;
    }
    let (words, _) = window.as_chunks::<8>();
    let mut odd = 0u32;
    for (index, word) in words.iter().enumerate() {
        // Digits become 0 to 9; whatever is above gets its high bit set.
        let digits = u64::from_le_bytes(*word) ^ 0x3030_3030_3030_3030;
        let above = digits | ((digits & 0x7f7f_7f7f_7f7f_7f7f) + 0x7676_7676_7676_7676);
        odd |= high_bits(above) << (8 * index);
    }
    let dots = odd & ((1 << len) - 1);
    if dots.count_ones() != 3 {
        return None;
    }
    let first = dots.trailing_zeros() as usize;
    let second = (dots & (dots - 1)).trailing_zeros() as usize;
    let third = (31 - dots.leading_zeros()) as usize;
    if window[first] != b'.' || window[second] != b'.' || window[third] != b'.' {
        return None;
    }
    let octet = |from: usize, to: usize| -> Option<u32> {
        let width = to.wrapping_sub(from);
        if !(1..=3).contains(&width) {
            return None;
        }
        // Three digits, leading zeros where there are fewer.
        let four = window.get(from..)?.first_chunk::<4>().map_or_else(|| last_octet(window, from), |four| u32::from_le_bytes(*four));
        let [hundreds, tens, ones, _] = ((four ^ 0x3030_3030) << (8 * (3 - width))).to_le_bytes();
        let value = u32::from(hundreds) * 100 + u32::from(tens) * 10 + u32::from(ones);
        let shortest = [0, 0, 10, 100][width];
        (value <= 255 && value >= shortest).then_some(value)
    };
    let bits = octet(0, first)? << 24 | octet(first + 1, second)? << 16 | octet(second + 1, third)? << 8 | octet(third + 1, len)?;
    Some(Address::from_v4_bits(bits))
}

/// The bytes from `from` on where there are fewer than four of them.
#[cold]
fn last_octet(window: &[u8; 16], from: usize) -> u32 {
    let mut four = [0; 4];
    for (to, from) in four.iter_mut().zip(window.iter().skip(from)) {
        *to = *from;
    }
    u32::from_le_bytes(four)
}

/// The high bits of the eight bytes of a word, lowest byte first.
#[inline]
const fn high_bits(word: u64) -> u32 {
    ((word & 0x8080_8080_8080_8080).wrapping_mul(0x0002_0408_1020_4081) >> 56) as u32
}

/// Base 10, digits only: no sign, no separators, no prefix. At most twenty digits.
pub(crate) fn parse_u64(text: &[u8]) -> Option<u64> {
    parse_span(text, 0, text.len())
}

#[inline]
fn parse_span(line: &[u8], start: usize, end: usize) -> Option<u64> {
    let len = end - start;
    let word = |at: usize| -> Option<u64> { Some(u64::from_le_bytes(*line.get(at..)?.first_chunk::<8>()?)) };
    match len {
        1..=8 => match word(start) {
            Some(word) => eight(word, len),
            None => slowly(line.get(start..end)?),
        },
        9..=16 => match (word(start), word(start + len - 8)) {
            // The first `len - 8` digits, then the last eight.
            (Some(first), Some(last)) => Some(eight(first, len - 8)? * 100_000_000 + eight(last, 8)?),
            _ => slowly(line.get(start..end)?),
        },
        _ => slowly(line.get(start..end)?),
    }
}

/// The number written in the first `len` (1 to 8) bytes of a little-endian word: SWAR, three multiplications.
#[inline]
fn eight(word: u64, len: usize) -> Option<u64> {
    // Digits move to the top; the bytes below become zeros, that is leading zeros.
    let digits = (word ^ 0x3030_3030_3030_3030) << (64 - 8 * len);
    if (digits | digits.wrapping_add(0x7676_7676_7676_7676)) & 0x8080_8080_8080_8080 != 0 {
        return None;
    }
    let pairs = (digits.wrapping_mul(10).wrapping_add(digits >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(100).wrapping_add(pairs >> 16)) & 0x0000_ffff_0000_ffff;
    Some((fours.wrapping_mul(10_000).wrapping_add(fours >> 32)) & 0xffff_ffff)
}

fn slowly(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || digits.len() > 20 {
        return None;
    }
    digits.iter().try_fold(0u64, |value, &byte| {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 { None } else { value.checked_mul(10)?.checked_add(u64::from(digit)) }
    })
}

/// A line holds a control character other than tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ControlCharacter;

/// Splits at runs of spaces and tabs. Stops after `most` + 1 values.
#[inline]
pub(crate) fn split_blank(line: &[u8], most: usize, spans: &mut Vec<Span>) -> Result<(), ControlCharacter> {
    spans.clear();
    let mut start = 0usize;
    let mut clean = true;
    let (blocks, tail) = line.as_chunks::<32>();
    // What is added to the last block is no blank.
    let mut last = [b'!'; 32];
    last[..tail.len()].copy_from_slice(tail);
    for (number, block) in blocks.iter().chain(std::iter::once(&last)).enumerate() {
        let mut breaks = 0u32;
        for (index, word) in block.as_chunks::<8>().0.iter().enumerate() {
            breaks |= high_bits(blanks(u64::from_le_bytes(*word))) << (8 * index);
        }
        while breaks != 0 {
            let offset = breaks.trailing_zeros() as usize;
            let at = number * 32 + offset;
            breaks &= breaks - 1;
            clean &= (block[offset & 31] == b' ') | (block[offset & 31] == b'\t');
            if at > start {
                spans.push(span(start, at));
            }
            start = at + 1;
        }
        if spans.len() > most {
            return Ok(());
        }
    }
    if line.len() > start {
        spans.push(span(start, line.len()));
    }
    if clean { Ok(()) } else { Err(ControlCharacter) }
}

/// The high bit of every byte that is a space or a control character; exact for each byte.
#[inline]
fn blanks(word: u64) -> u64 {
    let above = (word & 0x7f7f_7f7f_7f7f_7f7f) + 0x5f5f_5f5f_5f5f_5f5f;
    !(above | word) & 0x8080_8080_8080_8080
}

/// Splits at commas; blanks around a value and a pair of quotes are no part of it.
pub(crate) fn split_comma(line: &[u8], most: usize, spans: &mut Vec<Span>) -> Result<(), ControlCharacter> {
    spans.clear();
    let mut start = 0;
    for end in memchr::memchr_iter(b',', line).chain([line.len()]) {
        let (mut from, mut to) = (start, end);
        while from < to && matches!(line[from], b' ' | b'\t') {
            from += 1;
        }
        while from < to && matches!(line[to - 1], b' ' | b'\t') {
            to -= 1;
        }
        if to - from >= 2 && line[from] == b'"' && line[to - 1] == b'"' {
            from += 1;
            to -= 1;
        }
        spans.push(span(from, to));
        if spans.len() > most {
            return Ok(());
        }
        start = end + 1;
    }
    let control = |&byte: &u8| byte < b' ' && byte != b'\t';
    if line.iter().any(control) { Err(ControlCharacter) } else { Ok(()) }
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "lines are capped far below 4 GiB")]
fn span(start: usize, end: usize) -> Span {
    (start as u32, end as u32)
}

/// The plan of a header line; `None` when the line is no header; `Err` when it is one that cannot be used.
///
/// A header is a line whose first value is a known field name, and of whose values at least five, or all, are.
pub(crate) fn header(line: &[u8], max_columns: usize, spans: &mut Vec<Span>) -> Option<Result<Plan, String>> {
    // Nearly every line of data is told apart by its first word.
    let first = line.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'"'))?;
    let word = &line[first..];
    let end = word.iter().position(|byte| matches!(byte, b' ' | b'\t' | b',' | b'"')).unwrap_or(word.len());
    if !is_field(&word[..end]) {
        return None;
    }
    let comma = memchr::memchr(b',', line).is_some();
    let split = if comma { split_comma } else { split_blank };
    split(line, max_columns, spans).ok()?;
    let names: Vec<Cow<'_, str>> = spans
        .iter()
        .map(|&(start, end)| std::str::from_utf8(&line[start as usize..end as usize]).map(fields::normalise))
        .collect::<Result<_, _>>()
        .ok()?;
    let known = names.iter().filter(|name| fields::is_known(name)).count();
    if known < 5 && known < names.len() {
        return None;
    }
    Some(Plan::compile(&names, max_columns).map(|plan| Plan { comma, ..plan }))
}

/// Whether the first word is the name of a field, as it is in a header.
pub(crate) fn starts_with_field(head: &[u8]) -> bool {
    let end = head.iter().position(|byte| matches!(byte, b' ' | b'\t' | b',' | b'\n' | b'\r'));
    end.is_some_and(|end| is_field(&head[..end]))
}

fn is_field(word: &[u8]) -> bool {
    word.first().is_some_and(u8::is_ascii_lowercase)
        && word.len() <= fields::LONGEST_NAME
        && std::str::from_utf8(word).is_ok_and(|word| fields::is_known(&fields::normalise(word)))
}

/// The time in front of a line that CloudWatch exported, such as `2026-01-02T03:04:05.678Z`.
pub(crate) fn iso_time(value: &[u8]) -> Option<Timestamp> {
    if !(20..=30).contains(&value.len()) || value[4] != b'-' || value[10] != b'T' || value.last() != Some(&b'Z') {
        return None;
    }
    std::str::from_utf8(value).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn values(line: &[u8]) -> Result<Vec<&[u8]>, ControlCharacter> {
        let mut spans = Vec::new();
        split_blank(line, 1_000, &mut spans)?;
        Ok(spans.into_iter().map(|(start, end)| &line[start as usize..end as usize]).collect())
    }

    #[test]
    fn headers_are_told_by_names_in_any_order() {
        let mut spans = Vec::new();
        let mut width = |line: &str| header(line.as_bytes(), 256, &mut spans).map(|plan| plan.map(|plan| plan.width));
        assert_eq!(width("version account-id interface-id srcaddr dstaddr future-field"), Some(Ok(6)));
        assert_eq!(width("account_id,action,az_id,bytes,dstaddr"), Some(Ok(5)));
        assert_eq!(width("srcaddr dstaddr"), Some(Ok(2)));
        assert_eq!(width("srcaddr 10.0.0.1"), None);
        assert_eq!(width("2 123456789012 eni-1"), None);
        assert_eq!(width("eni-1 10.0.0.1"), None);
        assert!(matches!(width("start end start bytes packets"), Some(Err(_))));
    }

    #[test]
    fn control_characters_are_told() {
        assert_eq!(values(b"a\rb"), Err(ControlCharacter));
        assert_eq!(values(b"abcdefgh\0"), Err(ControlCharacter));
        assert_eq!(values(b" a\t\tb  "), Ok(vec![&b"a"[..], b"b"]));
    }

    proptest! {
        #[test]
        fn numbers_read_like_the_standard_library(text in "[0-9+_x-]{0,22}|[0-9]{1,21}", tail in "[ 0-9]{0,9}") {
            let expected = if text.bytes().all(|byte| byte.is_ascii_digit()) && text.len() <= 20 { text.parse().ok() } else { None };
            prop_assert_eq!(parse_u64(text.as_bytes()), expected);
            prop_assert_eq!(parse_span(format!("{text}{tail}").as_bytes(), 0, text.len()), expected);
        }

        #[test]
        fn addresses_read_like_the_slower_way(
            text in "[0-9]{1,3}[.][0-9]{1,3}[.][0-9]{1,3}[.][0-9]{1,3}|[0-9.:a-f/]{1,16}|(25[0-9]|[0-9]{1,2})([.](25[0-9]|1[0-9]{2}|[0-9])){3}",
            tail in "[ 0-9.]{16}",
        ) {
            let line = format!("{text}{tail}");
            let window = line.as_bytes().first_chunk::<16>().unwrap();
            let fast = parse_v4(window, text.len());
            let slow = Address::parse(text.as_bytes());
            prop_assert!(fast == slow || (fast.is_none() && !text.bytes().all(|byte| byte == b'.' || byte.is_ascii_digit())), "{fast:?} {slow:?}");
        }

        #[test]
        fn splits_like_the_standard_library(line in "[ \t!-~éß]{0,80}") {
            let expected: Vec<&[u8]> = line.split([' ', '\t']).filter(|part| !part.is_empty()).map(str::as_bytes).collect();
            prop_assert_eq!(values(line.as_bytes()), Ok(expected));
        }

        #[test]
        fn never_panics(line: Vec<u8>) {
            let mut spans = Vec::new();
            let _ = split_blank(&line, 4, &mut spans);
            let _ = split_comma(&line, 4, &mut spans);
            let _ = header(&line, 4, &mut spans);
            let _ = iso_time(&line);
        }
    }
}
