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

/// What is served has every property that the document requires and none that it does not know.
#[tokio::test]
async fn answers_are_as_the_document_says() {
    let document = serde_json::to_value(api::openapi()).unwrap();
    let client = Client::new(api::Auth::Open).await;
    let mut seen = std::collections::BTreeSet::new();
    let finding = crate::world::finding();
    let more = ["details?from=-2h", "details?from=-2h&fold=true", "volume?from=-3d&bin=1h", "volume?from=-20d&bin=6h"];
    let more = more.into_iter().flat_map(|panel| {
        [crate::world::WEB, crate::world::RELAY, crate::world::ACCOUNT].map(|entity| format!("/api/v1/entities/{entity}/{panel}"))
    });
    let findings = ["", "/page"].map(|page| format!("/api/v1/findings/{finding}{page}"));
    let recorded = include_str!("../../../../fixtures/api/requests.jsonl").lines().filter_map(|line| {
        let scenario: serde_json::Value = serde_json::from_str(line).unwrap();
        (scenario["status"] == 200).then(|| scenario["get"].as_str().unwrap().to_owned())
    });
    // JSON lines are no JSON document.
    for path in recorded.chain(more).chain(findings).filter(|path| !path.contains("format=jsonl")) {
        let Some((template, operation)) = operation(&document, &path) else { continue };
        let Some(schema) = operation.pointer("/responses/200/content/application~1json/schema") else { continue };
        let answer = client.json(&path).await;
        let mut faults = Vec::new();
        conforms(&document, schema, &answer, &template, &mut seen, &mut faults);
        assert!(faults.is_empty(), "{path}: {faults:#?}");
    }
    for name in ["Answers", "DetailsPage", "FindingPage", "Finding", "NoveltyStatus", "Profile", "Resource", "Summary", "VolumePanel"] {
        assert!(seen.contains(name), "{name} was not looked at: {seen:?}");
    }
}

#[test]
fn what_may_be_null_is_always_there() {
    let document = serde_json::to_value(api::openapi()).unwrap();
    let mut optional = Vec::new();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        let parts = std::iter::once(schema).chain(schema["allOf"].as_array().into_iter().flatten());
        for (part, (property, form)) in
            parts.flat_map(|part| part["properties"].as_object().into_iter().flatten().map(move |pair| (part, pair)))
        {
            let null = form["type"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "null"))
                || form["oneOf"].as_array().is_some_and(|forms| forms.iter().any(|form| form["type"] == "null"));
            if null && !part["required"].as_array().is_some_and(|required| required.iter().any(|name| name == property)) {
                optional.push(format!("{name}.{property}"));
            }
        }
    }
    let requests =
        ["NoteRequest.note", "SqlRequest.limit", "SuppressionRequest.schedule", "SuppressionRequest.expires", "SuppressionRequest.owner"];
    assert_eq!(optional, requests, "requests may leave something out, answers may not");
}

/// The operation that answers GET for a path, and its template.
fn operation(document: &serde_json::Value, path: &str) -> Option<(String, serde_json::Value)> {
    let path = path.split('?').next()?;
    let fits = |template: &str| {
        template.split('/').count() == path.split('/').count()
            && template.split('/').zip(path.split('/')).all(|(wanted, given)| wanted == given || wanted.starts_with('{'))
    };
    let (template, operations) = document["paths"].as_object()?.iter().find(|(template, _)| fits(template))?;
    Some((template.clone(), operations.get("get")?.clone()))
}

/// Notes what a value lacks or has too much; `seen` collects the names of the schemas that were met.
fn conforms(
    document: &serde_json::Value,
    schema: &serde_json::Value,
    value: &serde_json::Value,
    at: &str,
    seen: &mut std::collections::BTreeSet<String>,
    faults: &mut Vec<String>,
) {
    if let Some(reference) = schema["$ref"].as_str() {
        seen.insert(reference.rsplit('/').next().unwrap().to_owned());
        return conforms(document, document.pointer(&reference[1..]).unwrap(), value, at, seen, faults);
    }
    if let Some(forms) = schema["oneOf"].as_array() {
        // One of them, and its own faults only when there is no other.
        let mut fewest: Option<Vec<String>> = None;
        for form in forms {
            let mut own = Vec::new();
            conforms(document, form, value, at, seen, &mut own);
            if fewest.as_ref().is_none_or(|known| own.len() < known.len()) {
                fewest = Some(own);
            }
        }
        faults.extend(fewest.unwrap_or_default());
        return;
    }
    let (properties, required) = members(document, schema);
    match value {
        serde_json::Value::Object(members) if !properties.is_empty() => {
            faults.extend(required.iter().filter(|name| !members.contains_key(*name)).map(|name| format!("{at}.{name} is missing")));
            for (name, member) in members {
                match properties.get(name) {
                    Some(schema) => conforms(document, schema, member, &format!("{at}.{name}"), seen, faults),
                    None => faults.push(format!("{at}.{name} is unknown")),
                }
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| conforms(document, &schema["items"], item, at, seen, faults)),
        _ => {
            let kind = match value {
                serde_json::Value::Null => "null",
                serde_json::Value::Bool(_) => "boolean",
                serde_json::Value::Number(number) if number.is_f64() => "number",
                serde_json::Value::Number(_) => "integer",
                serde_json::Value::String(_) => "string",
                _ => "object",
            };
            let allowed = match &schema["type"] {
                serde_json::Value::Array(kinds) => kinds.clone(),
                serde_json::Value::Null => return,
                kind => vec![kind.clone()],
            };
            if !allowed.iter().any(|allowed| allowed == kind || (allowed == "number" && kind == "integer")) {
                faults.push(format!("{at} is {kind} and not {allowed:?}"));
            }
        }
    }
}

/// Properties and required ones of a schema, those of its parts included.
fn members(
    document: &serde_json::Value,
    schema: &serde_json::Value,
) -> (serde_json::Map<String, serde_json::Value>, std::collections::BTreeSet<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        return members(document, document.pointer(&reference[1..]).unwrap());
    }
    let mut properties = schema["properties"].as_object().cloned().unwrap_or_default();
    let mut required: std::collections::BTreeSet<String> =
        schema["required"].as_array().into_iter().flatten().map(|name| name.as_str().unwrap().to_owned()).collect();
    for part in schema["allOf"].as_array().into_iter().flatten() {
        let (more, needed) = members(document, part);
        properties.extend(more);
        required.extend(needed);
    }
    (properties, required)
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
