//! Parquet's hybrid of run lengths and packed bits, for keys and definition levels.
//!
//! Source: Apache Parquet format, "Encodings", Run Length Encoding / Bit-Packing Hybrid (RLE = 3).

/// Bits that hold every number up to `most`.
pub(crate) const fn width(most: u32) -> u8 {
    // At most 32.
    (u32::BITS - most.leading_zeros()) as u8
}

/// Appends `values`, each below 2^`width`.
pub(crate) fn encode(values: &[u32], width: u8, out: &mut Vec<u8>) {
    // A run costs a header and a value, and the packed bits around it a header more: in narrow columns only long ones are worth that.
    let worthwhile = match width {
        0 | 1 => 24,
        2 => 16,
        _ => 8,
    };
    let (mut packed, mut at) = (0, 0);
    while at < values.len() {
        let value = values[at];
        let equal = values[at..].iter().take_while(|&&other| other == value).count();
        if equal >= worthwhile || (equal == values.len() - at && equal >= 8) {
            pack(&values[packed..at], width, out);
            run(value, equal, width, out);
            at += equal;
            packed = at;
        } else {
            // Packed values come in eights; only the last of all may be fewer.
            at = (at + 8).min(values.len());
        }
    }
    pack(&values[packed..], width, out);
}

/// Appends `count` times the same value.
pub(crate) fn run(value: u32, count: usize, width: u8, out: &mut Vec<u8>) {
    if count > 0 {
        varint(count << 1, out);
        out.extend_from_slice(&value.to_le_bytes()[..usize::from(width).div_ceil(8)]);
    }
}

/// Appends values bit by bit, lowest bit first, filled up with zeros to a multiple of eight values.
fn pack(values: &[u32], width: u8, out: &mut Vec<u8>) {
    if values.is_empty() {
        return;
    }
    varint(values.len().div_ceil(8) << 1 | 1, out);
    let width = u32::from(width);
    let (groups, rest) = values.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let last = if rest.is_empty() { &[][..] } else { std::slice::from_ref(&last) };
    out.reserve(values.len().div_ceil(8) * width as usize);
    for group in groups.iter().chain(last) {
        let (mut word, mut bits) = (0u64, 0);
        for &value in group {
            word |= u64::from(value) << bits;
            bits += width;
            if bits >= 32 {
                out.extend_from_slice(&word.to_le_bytes()[..4]);
                word >>= 32;
                bits -= 32;
            }
        }
        // Eight values of any width end at a byte.
        out.extend_from_slice(&word.to_le_bytes()[..(bits / 8) as usize]);
    }
}

fn varint(mut value: usize, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Reads what was written, by the letter of the format.
    fn decode(mut bytes: &[u8], width: u8, count: usize) -> Vec<u32> {
        let mut values = Vec::new();
        while values.len() < count {
            let (mut header, mut shift) = (0usize, 0);
            loop {
                let (&byte, rest) = bytes.split_first().unwrap();
                bytes = rest;
                header |= usize::from(byte & 0x7f) << shift;
                shift += 7;
                if byte & 0x80 == 0 {
                    break;
                }
            }
            if header & 1 == 0 {
                let (value, rest) = bytes.split_at(usize::from(width).div_ceil(8));
                bytes = rest;
                let mut four = [0; 4];
                four[..value.len()].copy_from_slice(value);
                values.extend(std::iter::repeat_n(u32::from_le_bytes(four), header >> 1));
            } else {
                let (packed, rest) = bytes.split_at((header >> 1) * usize::from(width));
                bytes = rest;
                for value in 0..(header >> 1) * 8 {
                    let bit = |at: usize| u32::from(packed[at / 8] >> (at % 8) & 1);
                    values.push((0..usize::from(width)).map(|index| bit(value * usize::from(width) + index) << index).sum());
                }
            }
        }
        assert!(bytes.is_empty());
        assert!(values[count..].iter().all(|filling| *filling == 0));
        values.truncate(count);
        values
    }

    proptest! {
        #[test]
        fn reads_back(runs in prop::collection::vec((any::<u32>(), 1usize..40), 0..20), width in 0u8..=32) {
            let mask = if width == 0 { 0 } else { u32::MAX >> (32 - width) };
            let values: Vec<u32> = runs.iter().flat_map(|(value, count)| std::iter::repeat_n(value & mask, *count)).collect();
            let mut out = Vec::new();
            encode(&values, width, &mut out);
            prop_assert_eq!(decode(&out, width, values.len()), values);
        }
    }

    #[test]
    fn widths() {
        assert_eq!([0, 1, 2, 255, 256, u32::MAX].map(width), [0, 1, 2, 8, 9, 32]);
    }
}
