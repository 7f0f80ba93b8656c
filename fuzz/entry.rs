//! What each fuzz target does with its bytes. The tests of `formats` do the same with the committed corpus.
#![allow(dead_code, reason = "each target uses one of these")]

use flow::Decoded;
use formats::{Body, Limits, LineFormat, ObjectKey, Options, decode, decode_key};

/// Limits so small that they are met often.
fn options(data: &[u8]) -> Options {
    let small = Limits {
        max_decoded_bytes: 1 << 24,
        max_line: 512,
        max_columns: 64,
        max_document: 1 << 16,
        max_buffer: 1 << 20,
        ..Limits::default()
    };
    Options { limits: small, chunk_records: 1 + data.len() % 7, ..Options::default() }
}

/// Decodes `data` as a whole and as a stream: both count every record once, and agree.
fn both(data: &[u8]) {
    let options = options(data);
    let mut taken = 0;
    let mut take = |out: &mut Decoded| {
        taken += out.len();
        out.clear();
        Ok(())
    };
    let mut out = Decoded::default();
    let whole = decode("fuzz.log", Body::Whole(data.to_vec().into()), &options, &mut out, &mut take);
    let mut reader = data;
    let streamed = decode("fuzz.log", Body::Stream(&mut reader), &options, &mut Decoded::default(), &mut |out| {
        out.clear();
        Ok(())
    });
    if let Ok(whole) = &whole {
        assert!(whole.counts.balanced(), "{whole:?}");
        assert!((taken + out.len()) as u64 >= whole.counts.records, "records went missing");
    }
    if let (Ok(whole), Ok(streamed)) = (&whole, &streamed) {
        assert_eq!(whole.counts, streamed.counts);
    }
}

/// Text, compressed or not.
pub(crate) fn text(data: &[u8]) {
    both(data);
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(format) = text.parse::<LineFormat>()
    {
        assert_eq!(format.to_string().parse(), Ok(format));
    }
}

/// A Parquet file.
pub(crate) fn parquet(data: &[u8]) {
    if !data.starts_with(b"PAR1") {
        return;
    }
    let mut out = Decoded::default();
    let result = decode("fuzz.parquet", Body::Whole(data.to_vec().into()), &options(data), &mut out, &mut |out| {
        out.clear();
        Ok(())
    });
    assert!(result.is_err() || result.is_ok_and(|summary| summary.counts.balanced()));
}

/// JSON around lines.
pub(crate) fn envelope(data: &[u8]) {
    both(&[b"{", data].concat());
    both(data);
}

/// The key of an object.
pub(crate) fn object_key(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let key = ObjectKey::parse(&decode_key(&text));
    assert!(key.account_id.is_none_or(|account| account.len() == 12));
    let _ = ObjectKey::parse(&text);
}
