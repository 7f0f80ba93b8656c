use api::Auth;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::world::{Client, finding};

async fn delete(client: &Client, path: &str) -> Value {
    let reply = client.send(Request::delete(path).body(Body::empty()).unwrap()).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
    reply.json()
}

#[tokio::test]
async fn a_rule_is_looked_at_made_and_taken_away() {
    let client = Client::new(Auth::Open).await;
    let rule = json!({
        "name": "research", "reason": "a research box", "criteria": { "criterion": { "type": { "Matches": ["*TorClient"] } } },
        "schedule": null, "expires": null, "owner": null,
    });
    let preview = client.post("/api/v1/suppression/preview", rule.clone()).await.json();
    assert_eq!((&preview["hidden"], &preview["hidden_high"]), (&json!(1), &json!(1)));
    assert_eq!(preview["findings"][0]["id"], finding());
    assert_eq!(client.json(&format!("/api/v1/findings/{}", finding())).await["archived"], false);
    let added = client.post("/api/v1/suppression", rule).await.json();
    assert_eq!(added["hidden_high"][0]["finding"], finding(), "an alarm: {added:#}");
    assert_eq!(added["state"]["rule"]["owner"], "local");
    let hidden = client.json(&format!("/api/v1/findings/{}", finding())).await;
    assert_eq!((&hidden["archived"], &hidden["suppressed_by"]), (&json!(true), &json!("research")));
    assert_eq!(client.json("/api/v1/findings.json?format=ocsf").await[0]["status"], "Suppressed");
    assert_eq!(client.json("/api/v1/suppression").await[0]["hidden"], 1);
    assert_eq!(delete(&client, "/api/v1/suppression/research").await, json!([]));
    assert_eq!(client.json(&format!("/api/v1/findings/{}", finding())).await["archived"], false);
    for (wrong, part) in [
        (json!({ "name": "x", "reason": "y", "criteria": { "criterion": {} } }), "3 to 64"),
        (json!({ "name": "every", "reason": "y", "criteria": { "criterion": {} } }), "hide everything"),
        (json!({ "name": "every", "reason": "y", "criteria": { "criterion": { "colour": { "eq": ["red"] } } } }), "no attribute"),
    ] {
        let reply = client.post("/api/v1/suppression", wrong).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST);
        assert!(reply.json()["detail"].as_str().unwrap().contains(part), "{}", reply.text);
    }
}

#[tokio::test]
async fn samples_are_made_and_taken_away() {
    let client = Client::new(Auth::Open).await;
    let made = client.post("/api/v1/samples", json!({})).await.json();
    let ids = made["ids"].as_array().unwrap();
    assert_eq!(ids.len(), detect::FindingType::ALL.len());
    let sample = client.json(&format!("/api/v1/findings/{}", ids[0].as_str().unwrap())).await;
    assert_eq!((&sample["sample"], sample["title"].as_str().unwrap().starts_with("[SAMPLE] ")), (&json!(true), true));
    let written = client.json("/api/v1/findings.json?limit=1000&format=asff").await;
    assert_eq!(written.as_array().unwrap().iter().filter(|finding| finding["Sample"] == true).count(), ids.len());
    let removed = delete(&client, "/api/v1/samples").await;
    assert_eq!(removed["removed"], ids.len());
    assert_eq!(client.json("/api/v1/findings").await["total"], 1);
}
