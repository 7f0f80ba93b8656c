//! JSON documents that carry flow-log lines: CloudWatch Logs subscriptions, log-event listings, Lambda and Kinesis payloads, Firehose
//! lines; and records written as JSON objects.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flow::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Number, Value};

use crate::aws_vpc::fields;
use crate::aws_vpc::record::time_of;
use crate::aws_vpc::text::Span;
use crate::container::{BOM, inflate_payload};
use crate::{DecodeError, Limits};

/// How often an envelope may hold another one. Lambda → gzip → subscription → message → object is five.
const MAX_NESTING: usize = 6;
/// Brackets that may be open at once; documents of these shapes have fewer than ten.
const MAX_DEPTH: usize = 64;

/// Where a JSON document ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// After this many bytes.
    Complete(usize),
    /// Later than the bytes at hand.
    Unfinished,
    /// Nowhere: it is no document, or too long or too deep.
    Broken,
}

/// Finds the end of the JSON object or array at the start of `bytes`, without looking at what it means.
pub(crate) fn extent(bytes: &[u8], cap: usize) -> Extent {
    let mut depth = 0usize;
    let mut at = 0;
    let end = bytes.len().min(cap);
    while at < end {
        match bytes[at] {
            b'{' | b'[' if depth == MAX_DEPTH => return Extent::Broken,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Extent::Complete(at + 1);
                }
            }
            b'"' => loop {
                let rest = &bytes[at + 1..end];
                match memchr::memchr3(b'"', b'\\', b'\n', rest) {
                    None => {
                        at = end;
                        break;
                    }
                    Some(offset) => {
                        at += 1 + offset;
                        match bytes[at] {
                            b'"' => break,
                            // A string cannot hold a line break: the line was cut.
                            b'\n' => return Extent::Broken,
                            _ => at += 1,
                        }
                        if at >= end {
                            break;
                        }
                    }
                }
            },
            _ => {}
        }
        at += 1;
    }
    if bytes.len() >= cap { Extent::Broken } else { Extent::Unfinished }
}

/// Text values of a record, as a line would have them.
#[derive(Debug, Default)]
pub(crate) struct Values {
    pub(crate) text: Vec<u8>,
    pub(crate) spans: Vec<Span>,
}

/// What a document holds.
#[derive(Debug)]
pub(crate) enum Item<'a> {
    /// One or more lines, and the time of the event that carried them.
    Message { text: &'a [u8], time: Option<Timestamp> },
    /// A record by name.
    Record { names: Vec<String>, values: Values },
    /// Something else.
    Refused { reason: &'static str, text: &'a [u8] },
}

type Visit<'v> = dyn FnMut(Item<'_>) -> Result<(), DecodeError> + 'v;

/// The usual shapes, read without building a tree.
#[derive(Deserialize)]
struct Usual<'a> {
    #[serde(borrow, default)]
    message: Option<Cow<'a, str>>,
    #[serde(default)]
    timestamp: Option<Number>,
    #[serde(rename = "messageType", borrow, default)]
    message_type: Option<Cow<'a, str>>,
    #[serde(rename = "logEvents", alias = "events", borrow, default)]
    events: Option<Vec<Event<'a>>>,
}

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow)]
    message: Cow<'a, str>,
    #[serde(default)]
    timestamp: Option<Number>,
}

/// Reads one document and visits what it holds.
pub(crate) fn read(document: &[u8], limits: &Limits, visit: &mut Visit<'_>) -> Result<(), DecodeError> {
    nested(document, limits, 0, visit)
}

fn nested(document: &[u8], limits: &Limits, nesting: usize, visit: &mut Visit<'_>) -> Result<(), DecodeError> {
    if let Ok(usual) = serde_json::from_slice::<Usual<'_>>(document) {
        if usual.message_type.as_deref() == Some("CONTROL_MESSAGE") {
            return Ok(());
        }
        if let Some(events) = usual.events {
            for event in events {
                message(event.message.as_bytes(), time(event.timestamp.as_ref()), limits, nesting, visit)?;
            }
            return Ok(());
        }
        if let Some(text) = usual.message {
            return message(text.as_bytes(), time(usual.timestamp.as_ref()), limits, nesting, visit);
        }
    }
    match serde_json::from_slice::<Value>(document) {
        Ok(value) => walk(&value, limits, nesting, visit),
        Err(_) => visit(Item::Refused { reason: "it starts like JSON and is not", text: document }),
    }
}

/// A message is a line, lines, or another envelope.
fn message(text: &[u8], time: Option<Timestamp>, limits: &Limits, nesting: usize, visit: &mut Visit<'_>) -> Result<(), DecodeError> {
    let trimmed = text.strip_prefix(BOM).unwrap_or(text).trim_ascii();
    if trimmed.is_empty() {
        return Ok(());
    }
    if !matches!(trimmed[0], b'{' | b'[') {
        return visit(Item::Message { text: trimmed, time });
    }
    if nesting >= MAX_NESTING {
        return visit(Item::Refused { reason: "too many envelopes in one another", text: trimmed });
    }
    let mut rest = trimmed;
    while let Some(start) = rest.iter().position(|byte| matches!(byte, b'{' | b'[')) {
        rest = &rest[start..];
        let Extent::Complete(length) = extent(rest, limits.max_document) else {
            return visit(Item::Refused { reason: "it starts like JSON and is not", text: rest });
        };
        nested(&rest[..length], limits, nesting + 1, visit)?;
        rest = &rest[length..];
    }
    Ok(())
}

fn time(number: Option<&Number>) -> Option<Timestamp> {
    number.and_then(Number::as_u64).map(|value| time_of(value).0)
}

/// The less usual shapes.
fn walk(value: &Value, limits: &Limits, nesting: usize, visit: &mut Visit<'_>) -> Result<(), DecodeError> {
    let refused = |visit: &mut Visit<'_>| {
        let text = value.to_string();
        visit(Item::Refused { reason: "the JSON holds neither a flow-log line nor a flow-log record", text: text.as_bytes() })
    };
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| walk(item, limits, nesting, visit)),
        Value::Object(object) => {
            if let Some(Value::String(text)) = object.get("message") {
                let at = object.get("timestamp").and_then(Value::as_number);
                return message(text.as_bytes(), time(at), limits, nesting, visit);
            }
            if let Some(inner @ Value::Object(_)) = object.get("message") {
                return walk(inner, limits, nesting, visit);
            }
            if object.get("messageType").and_then(Value::as_str) == Some("CONTROL_MESSAGE") {
                return Ok(());
            }
            if let Some(data) = object.get("awslogs").and_then(|logs| logs.get("data")).and_then(Value::as_str) {
                return payload(data, limits, nesting, visit);
            }
            for name in ["logEvents", "events", "Records", "records"] {
                if let Some(Value::Array(items)) = object.get(name) {
                    return items.iter().try_for_each(|item| carrier(item, limits, nesting, visit));
                }
            }
            match record(object) {
                Some((names, values)) => visit(Item::Record { names, values }),
                None => refused(visit),
            }
        }
        _ => refused(visit),
    }
}

/// A Kinesis or Firehose record holds base64 `data`; anything else is what [`walk`] knows.
fn carrier(item: &Value, limits: &Limits, nesting: usize, visit: &mut Visit<'_>) -> Result<(), DecodeError> {
    let data = item.get("kinesis").and_then(|kinesis| kinesis.get("data")).or_else(|| item.get("data"));
    match data.and_then(Value::as_str) {
        Some(data) => payload(data, limits, nesting, visit),
        None => walk(item, limits, nesting, visit),
    }
}

/// Base64 of a line or envelope, compressed or not.
fn payload(data: &str, limits: &Limits, nesting: usize, visit: &mut Visit<'_>) -> Result<(), DecodeError> {
    let Ok(bytes) = STANDARD.decode(data.trim()) else {
        return visit(Item::Refused { reason: "the payload is not base64", text: data.as_bytes() });
    };
    match inflate_payload(bytes, limits.max_document) {
        Ok(text) => message(&text, None, limits, nesting + 1, visit),
        Err(_) => visit(Item::Refused { reason: "the payload's gzip data cannot be read", text: data.as_bytes() }),
    }
}

/// An object whose names are those of flow-log fields: at least five of them, or all.
fn record(object: &Map<String, Value>) -> Option<(Vec<String>, Values)> {
    let names: Vec<String> = object.keys().map(|name| fields::normalise(name).into_owned()).collect();
    let known = names.iter().filter(|name| fields::is_known(name)).count();
    if known == 0 || (known < 5 && known < names.len()) {
        return None;
    }
    let mut values = Values::default();
    for value in object.values() {
        let start = values.text.len();
        match value {
            Value::Null => values.text.push(b'-'),
            Value::String(text) => values.text.extend_from_slice(text.as_bytes()),
            other => {
                let text = other.to_string();
                // Some writers have only floating-point numbers.
                values.text.extend_from_slice(text.strip_suffix(".0").unwrap_or(&text).as_bytes());
            }
        }
        values.spans.push((u32::try_from(start).ok()?, u32::try_from(values.text.len()).ok()?));
        values.text.push(b' ');
    }
    values.text.pop();
    Some((names, values))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn messages(document: &str) -> Vec<String> {
        let mut found = Vec::new();
        read(document.as_bytes(), &Limits::default(), &mut |item| {
            found.push(match item {
                Item::Message { text, time } => {
                    let at = time.map(|time| format!("{} ", time.secs())).unwrap_or_default();
                    at + std::str::from_utf8(text).unwrap()
                }
                Item::Record { names, values } => format!("{}: {}", names.join(" "), String::from_utf8(values.text).unwrap()),
                Item::Refused { reason, .. } => format!("refused: {reason}"),
            });
            Ok(())
        })
        .unwrap();
        found
    }

    #[test]
    fn every_shape_is_unwrapped() {
        let subscription = r#"{"messageType":"DATA_MESSAGE","owner":"1","logEvents":[{"id":"a","timestamp":1418530010000,"message":"x y","extractedFields":{"a":"b"}}]}"#;
        assert_eq!(messages(subscription), ["1418530010 x y"]);
        assert_eq!(messages(r#"{"messageType":"CONTROL_MESSAGE","logEvents":[{"id":"","timestamp":1,"message":"probe"}]}"#), [""; 0]);
        assert_eq!(messages(r#"{"events":[{"message":"x","timestamp":1000000000000,"ingestionTime":1}]}"#), ["1000000000 x"]);
        assert_eq!(messages(r#"{"message":"{\"message\":\"x\"}\n"}"#), ["x"]);
        assert_eq!(messages(r#"{"message":"x","timestamp":"today"}"#), ["x"]);
        assert_eq!(messages(r#"[{"message":"x"},{"message":"y"}]"#), ["x", "y"]);
        let data = STANDARD.encode(subscription);
        assert_eq!(messages(&format!(r#"{{"awslogs":{{"data":"{data}"}}}}"#)), ["1418530010 x y"]);
        assert_eq!(messages(&format!(r#"{{"Records":[{{"kinesis":{{"data":"{data}"}}}}]}}"#)), ["1418530010 x y"]);
        assert_eq!(messages(&format!(r#"{{"records":[{{"recordId":"1","data":"{data}"}}]}}"#)), ["1418530010 x y"]);
        assert_eq!(messages(r#"{"account_id":"1","bytes":4.0,"end":null}"#), ["account-id bytes end: 1 4 -"]);
        assert_eq!(messages(r#"{"Event":"s3:TestEvent"}"#), ["refused: the JSON holds neither a flow-log line nor a flow-log record"]);
    }

    #[test]
    fn envelopes_without_end_are_refused() {
        let mut document = "x".to_owned();
        for _ in 0..20 {
            document = serde_json::json!({ "message": document }).to_string();
        }
        assert_eq!(messages(&document), ["refused: too many envelopes in one another"]);
    }

    #[test]
    fn extents() {
        assert_eq!(extent(br#"{"a":"}\"","b":[1]} x"#, 100), Extent::Complete(19));
        assert_eq!(extent(br#"{"a":"}"#, 100), Extent::Unfinished);
        assert_eq!(extent(b"{\"a\":\"\n\"}", 100), Extent::Broken);
        assert_eq!(extent(&[b'['; 100], 1000), Extent::Broken);
        assert_eq!(extent(b"{    }", 4), Extent::Broken);
    }

    proptest! {
        #[test]
        fn never_panics(document in r#"[{}\[\]",:\\a0n\n]{0,40}"#, cap in 0usize..50) {
            let document = format!("{{{document}");
            let _ = extent(document.as_bytes(), cap);
            let _ = messages(&document);
        }

        #[test]
        fn extents_are_those_of_the_reader(value in "[ -~]{0,20}", number: u32) {
            let document = serde_json::json!({ "a": [value, { "b": number }] }).to_string();
            prop_assert_eq!(extent(format!("{document}{document}").as_bytes(), 10_000), Extent::Complete(document.len()));
        }
    }
}
