use std::path::Path;

use crate::world::Client;

#[tokio::test]
async fn the_committed_document_is_the_served_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi.json");
    let mut text = serde_json::to_string_pretty(&api::openapi()).unwrap();
    text.push('\n');
    if std::env::var_os("WEIR_UPDATE").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == text, "openapi.json is not up to date: run this test with WEIR_UPDATE=1");
    let served = Client::new(api::Auth::Tokens).await.json("/api/openapi.json").await;
    assert_eq!(served, serde_json::from_str::<serde_json::Value>(&text).unwrap());
}

#[test]
fn every_reference_leads_somewhere() {
    let document = serde_json::to_value(api::openapi()).unwrap();
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(references.len() > 50);
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap_or(&reference);
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            assert!(operation["summary"].is_string(), "{method} {path} has no summary");
        }
    }
}

fn collect(value: &serde_json::Value, references: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(members) => {
            for (key, value) in members {
                match value.as_str() {
                    Some(text) if key == "$ref" => references.push(text.to_owned()),
                    _ => collect(value, references),
                }
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
        _ => {}
    }
}
