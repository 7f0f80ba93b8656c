//! What a message of the queue says.
//!
//! Sources: Amazon S3 user guide, "Event message structure" and "EventBridge event message structure"; Amazon SNS developer guide, "Raw
//! message delivery".

use serde_json::Value;

use crate::s3::Named;

/// How often a message may be wrapped in another one.
const MAX_NESTING: usize = 4;

/// What a message says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Notice {
    /// That notifications were set up.
    Test,
    /// That these objects were created; the list is empty when the message speaks of something else that happened to objects.
    Created(Vec<Named>),
}

/// Reads a message.
///
/// # Errors
/// Why it cannot be understood, in words.
pub(super) fn parse(body: &str) -> Result<Notice, String> {
    let document = serde_json::from_str(body).map_err(|error| format!("it is not JSON: {error}"))?;
    read(&document, 0)
}

fn read(document: &Value, depth: usize) -> Result<Notice, String> {
    if depth == MAX_NESTING {
        return Err("it is wrapped too often".to_owned());
    }
    let text = |name: &str| document.get(name).and_then(Value::as_str);
    if text("Event") == Some("s3:TestEvent") {
        return Ok(Notice::Test);
    }
    if let Some(records) = document.get("Records").and_then(Value::as_array) {
        let created = records.iter().map(record).collect::<Result<Vec<_>, _>>()?;
        return Ok(Notice::Created(created.into_iter().flatten().collect()));
    }
    if let (Some(kind), Some("aws.s3")) = (text("detail-type"), text("source")) {
        return if kind == "Object Created" {
            bridged(document).map(|named| Notice::Created(vec![named]))
        } else {
            Ok(Notice::Created(vec![]))
        };
    }
    match (text("Type"), text("Message")) {
        (Some("Notification"), Some(message)) => {
            let inner = serde_json::from_str(message).map_err(|error| format!("its SNS message is not JSON: {error}"))?;
            read(&inner, depth + 1)
        }
        (Some(kind), _) => Err(format!("it is an SNS {kind}")),
        _ => Err("it is none of the shapes of an S3 notification".to_owned()),
    }
}

/// One of the records of S3's own message; `None` when nothing was created.
fn record(record: &Value) -> Result<Option<Named>, String> {
    let name = record.get("eventName").and_then(Value::as_str).ok_or("a record has no event name")?;
    if !name.trim_start_matches("s3:").starts_with("ObjectCreated:") {
        return Ok(None);
    }
    let s3 = record.get("s3").ok_or("a record has no `s3`")?;
    let mut named = object(s3, "eTag", "versionId")?;
    // Only here is the key URL-encoded.
    named.key = formats::decode_key(&named.key);
    named.region = record.get("awsRegion").and_then(Value::as_str).filter(|region| !region.is_empty()).map(str::to_owned);
    Ok(Some(named))
}

/// EventBridge's message.
fn bridged(document: &Value) -> Result<Named, String> {
    let detail = document.get("detail").ok_or("it has no `detail`")?;
    let mut named = object(detail, "etag", "version-id")?;
    named.region = document.get("region").and_then(Value::as_str).map(str::to_owned);
    Ok(named)
}

fn object(parent: &Value, etag: &str, version: &str) -> Result<Named, String> {
    let text = |path: &str| parent.pointer(path).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
    let object = |name: &str| text(&format!("/object/{name}"));
    Ok(Named {
        bucket: text("/bucket/name").ok_or("a record names no bucket")?,
        key: object("key").ok_or("a record names no key")?,
        version: object(version).filter(|version| version != "null"),
        etag: object(etag),
        size: parent.pointer("/object/size").and_then(Value::as_u64),
        region: None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn direct(event: &str, key: &str) -> Value {
        json!({"Records": [{"eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "eu-west-1", "eventName": event,
            "s3": {"bucket": {"name": "logs", "arn": "arn:aws:s3:::logs"}, "object": {"key": key, "size": 1024, "eTag": "d41d8cd9",
            "versionId": "v1", "sequencer": "0055AED6DCD90281E5"}}}]})
    }

    fn named(key: &str) -> Named {
        let text = |text: &str| Some(text.to_owned());
        Named {
            bucket: "logs".into(),
            key: key.into(),
            version: text("v1"),
            etag: text("d41d8cd9"),
            size: Some(1024),
            region: text("eu-west-1"),
        }
    }

    #[test]
    fn every_shape_names_the_same_object() {
        let key = "AWSLogs/aws-account-id=1/a b+c.log.gz";
        let encoded = "AWSLogs/aws-account-id%3D1/a+b%2Bc.log.gz";
        let direct = direct("ObjectCreated:Put", encoded);
        let bridged = json!({"version": "0", "detail-type": "Object Created", "source": "aws.s3", "region": "eu-west-1", "detail":
            {"bucket": {"name": "logs"}, "object": {"key": key, "size": 1024, "etag": "d41d8cd9", "version-id": "v1"}}});
        let wrapped = |inner: &Value| json!({"Type": "Notification", "TopicArn": "arn:aws:sns:…", "Message": inner.to_string()});
        for shape in [&direct, &wrapped(&direct), &bridged, &wrapped(&bridged)] {
            assert_eq!(parse(&shape.to_string()), Ok(Notice::Created(vec![named(key)])), "{shape}");
        }
        assert_eq!(
            parse(&self::direct("s3:ObjectCreated:CompleteMultipartUpload", encoded).to_string()),
            Ok(Notice::Created(vec![named(key)]))
        );
    }

    #[test]
    fn what_creates_nothing_is_no_object_and_no_error() {
        let test = r#"{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026-11-01T00:00:00.000Z","Bucket":"logs"}"#;
        assert_eq!(parse(test), Ok(Notice::Test));
        let wrapped = json!({"Type": "Notification", "Message": test}).to_string();
        assert_eq!(parse(&wrapped), Ok(Notice::Test));
        assert_eq!(parse(&direct("ObjectRemoved:Delete", "a").to_string()), Ok(Notice::Created(vec![])));
        assert_eq!(parse(r#"{"detail-type":"Object Deleted","source":"aws.s3"}"#), Ok(Notice::Created(vec![])));
    }

    #[test]
    fn what_is_not_understood_says_why() {
        let mut deep = direct("ObjectCreated:Put", "a");
        for _ in 0..5 {
            deep = json!({"Type": "Notification", "Message": deep.to_string()});
        }
        for (body, reason) in [
            ("hello", "not JSON"),
            ("{}", "none of the shapes"),
            (r#"{"Type":"SubscriptionConfirmation","Message":"…"}"#, "SNS SubscriptionConfirmation"),
            (r#"{"Records":[{"eventName":"ObjectCreated:Put","s3":{"object":{"key":"a"}}}]}"#, "no bucket"),
            (r#"{"Records":[{"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"b"}}}]}"#, "no key"),
            (&deep.to_string(), "too often"),
        ] {
            let error = parse(body).unwrap_err();
            assert!(error.contains(reason), "{body}: {error}");
        }
    }
}
