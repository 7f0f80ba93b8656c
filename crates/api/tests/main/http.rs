use api::Auth;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::json;

use crate::world::{Client, RELAY, WEB, finding, hour};

/// A request, the status of its answer, and what the answer or the detail of the problem must hold.
#[derive(serde::Deserialize)]
struct Scenario {
    get: String,
    status: u16,
    holds: String,
}

#[tokio::test]
async fn requests_and_answers() {
    let client = Client::new(Auth::Open).await;
    for line in include_str!("../../../../fixtures/api/requests.jsonl").lines() {
        let Scenario { get: path, status, holds } = serde_json::from_str(line).unwrap();
        let reply = client.get(&path).await;
        assert_eq!(reply.status.as_u16(), status, "{path}: {}", reply.text);
        if status >= 400 {
            assert_eq!(reply.header("content-type"), "application/problem+json", "{path}");
            let problem = reply.json();
            assert_eq!(problem["status"], status, "{path}");
            assert!(problem["detail"].as_str().unwrap().contains(&holds), "{path}: {problem}");
        } else {
            assert!(reply.text.contains(&holds), "{path} lacks {holds}: {}", reply.text);
        }
    }
}

#[tokio::test]
async fn every_answer_is_guarded() {
    let client = Client::new(Auth::Open).await;
    for path in ["/", "/api/v1/range", "/api/v1/nothing", "/metrics"] {
        let reply = client.get(path).await;
        let policy = reply.header("content-security-policy");
        assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{path}");
        assert_eq!((reply.header("x-content-type-options"), reply.header("referrer-policy")), ("nosniff", "no-referrer"), "{path}");
    }
    assert_eq!(client.get("/api/v1/range").await.header("cache-control"), "no-store");
    let path = format!("/api/v1/findings/{}/archive", finding());
    let foreign = Request::post(&path).header("sec-fetch-site", "cross-site").body(Body::empty()).unwrap();
    assert_eq!(client.send(foreign).await.status, StatusCode::FORBIDDEN);
    let renamed = Request::get("/api/v1/range").header("host", "evil.example:8420").body(Body::empty()).unwrap();
    assert_eq!(client.send(renamed).await.status, StatusCode::FORBIDDEN);
    let own = Request::post(&path).header("sec-fetch-site", "same-origin").body(Body::empty()).unwrap();
    assert_eq!(client.send(own).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_token_is_needed_where_tokens_are_on() {
    let (client, investigator) = Client::with_investigator(Auth::Tokens).await;
    let secret = investigator.store().create_token("laptop", hour(0)).await.unwrap();
    let ask = async |header: Option<String>| {
        let mut request = Request::get("/api/v1/range");
        if let Some(header) = header {
            request = request.header("authorization", header);
        }
        client.send(request.body(Body::empty()).unwrap()).await
    };
    for header in [None, Some(String::new()), Some("Bearer".to_owned()), Some("Bearer weir_00".to_owned()), Some(format!("Basic {secret}"))]
    {
        let reply = ask(header.clone()).await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{header:?}");
        assert_eq!((reply.header("www-authenticate"), reply.header("content-type")), ("Bearer", "application/problem+json"));
    }
    assert_eq!(ask(Some(format!("Bearer {secret}"))).await.status, StatusCode::OK);
    assert_eq!(ask(Some(format!("bearer {secret}"))).await.status, StatusCode::OK);
    assert_eq!(client.get("/healthz").await.status, StatusCode::OK);
    assert_eq!(client.get("/api/v1/nothing").await.status, StatusCode::NOT_FOUND);
    let archive = Request::post(format!("/api/v1/findings/{}/archive", finding()))
        .header("authorization", format!("Bearer {secret}"))
        .body(Body::empty())
        .unwrap();
    assert_eq!(client.send(archive).await.status, StatusCode::OK);
    let summary = investigator.store().finding_summary(&finding()).await.unwrap().unwrap();
    assert_eq!((summary.archived, summary.triaged_by.as_deref()), (true, Some("laptop")), "what is decided has a name on it");
    investigator.store().revoke_token("laptop").await.unwrap();
    assert_eq!(ask(Some(format!("Bearer {secret}"))).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn findings_are_put_away_and_taken_back() {
    let client = Client::new(Auth::Open).await;
    let path = format!("/api/v1/findings/{}", finding());
    assert_eq!(client.json(&path).await["archived"], false);
    assert_eq!(client.post(&format!("{path}/archive"), json!({})).await.json()["changed"], 1);
    assert_eq!(client.json(&path).await["archived"], true);
    assert_eq!(client.json("/api/v1/findings?archived=false").await["total"], 0);
    assert_eq!(client.json("/api/v1/findings.json").await[0]["service"]["archived"], true);
    assert_eq!(client.post(&format!("{path}/unarchive"), json!({})).await.status, StatusCode::OK);
    assert_eq!(client.post("/api/v1/findings/archive", json!({ "ids": [finding(), "x"], "archived": true })).await.json()["changed"], 1);
    assert_eq!(client.post("/api/v1/findings/unknown/archive", json!({})).await.status, StatusCode::NOT_FOUND);
    let note =
        Request::put(format!("{path}/note")).header("content-type", "application/json").body(Body::from(r#"{"note":" seen "}"#)).unwrap();
    assert_eq!(client.send(note).await.status, StatusCode::OK);
    let page = client.json(&format!("{path}/page")).await;
    assert_eq!((page["summary"]["note"].as_str(), page["summary"]["triaged_by"].as_str()), (Some("seen"), Some("local")));
    let answers = client.json(&format!("/api/v1/entities/{WEB}/answers?finding={}", finding())).await;
    assert_eq!((answers["scope"]["from"].clone(), answers["finding"].clone()), (page["scope"]["from"].clone(), json!(finding())));
}

#[tokio::test]
async fn sql_reads_and_nothing_else() {
    let client = Client::new(Auth::Open).await;
    let ask = async |query: &str| client.post("/api/v1/sql", json!({ "query": query })).await;
    let answer = ask("SELECT remote_addr, sum(bytes_out) AS sent, max(hour) AS hour FROM activity WHERE service_port = 9001 GROUP BY 1;")
        .await
        .json();
    assert_eq!(answer["columns"][0]["name"], "remote_addr");
    assert_eq!(answer["rows"], json!([[RELAY, 5_001_000_000_u64, "2026-11-20T23:00:00Z"]]));
    assert_eq!(ask("SELECT 1 AS a, NULL AS b").await.json()["rows"], json!([[1, null]]));
    for query in [
        "DROP TABLE volume",
        "SELECT nothing FROM volume",
        "INSERT INTO volume VALUES (1)",
        "COPY volume TO 'x'",
        "",
        "SELECT 1; SELECT 2",
        "SELECT 1 / 0",
        "SELECT CAST('x' AS BIGINT)",
    ] {
        let reply = ask(query).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{query}: {}", reply.text);
    }
    let reply = client.post("/api/v1/sql", json!({ "query": "SELECT * FROM flows", "limit": 10 })).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(reply.json()["detail"].as_str().unwrap().contains("more than 10 rows"));
    let no_json = Request::post("/api/v1/sql").body(Body::from("SELECT 1")).unwrap();
    assert_eq!(client.send(no_json).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let large = json!({ "query": "x".repeat(300_000) });
    assert_eq!(client.post("/api/v1/sql", large).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn details_come_as_csv() {
    let client = Client::new(Auth::Open).await;
    let path = format!("/api/v1/entities/{WEB}/details");
    let file = client.get(&format!("{path}.csv?from=-2h&fold=true")).await;
    assert!(file.header("content-type").starts_with("text/csv"));
    assert!(file.header("content-disposition").contains("attachment; filename=\"details-i-0aaaaaaaaaaaaaaa1-2026-11-20.csv\""));
    let lines: Vec<&str> = file.text.trim_end().split("\r\n").collect();
    assert_eq!(lines.len(), 5, "a head and four connections");
    assert!(lines[1].contains(RELAY) && lines[1].contains(&finding()));
    let asked = Request::get(format!("{path}?from=-2h&fold=true")).header("accept", "text/csv").body(Body::empty()).unwrap();
    assert_eq!(client.send(asked).await.text, file.text);
}

#[tokio::test]
async fn answers_are_compressed_for_those_who_can() {
    let client = Client::new(Auth::Open).await;
    let router_reply = {
        let request = Request::get("/api/openapi.json").header("accept-encoding", "gzip").body(Body::empty()).unwrap();
        client.head(request).await
    };
    assert_eq!(router_reply.get("content-encoding").unwrap(), "gzip");
}

#[tokio::test]
async fn requests_are_counted_by_route() {
    let client = Client::new(Auth::Open).await;
    client.get(&format!("/api/v1/entities/{WEB}?from=-2h")).await;
    client.get("/api/v1/entities/i-2?from=-2h").await;
    client.get("/wp-admin").await;
    let text = client.get("/metrics").await.text;
    for line in [
        "weir_http_requests_total{method=\"GET\",route=\"/api/v1/entities/{id}\",status=\"200\"} 2",
        "weir_http_requests_total{method=\"GET\",route=\"other\",status=\"404\"} 1",
        "weir_findings{type=\"UnauthorizedAccess:EC2/TorClient\",severity=\"high\",archived=\"false\"} 1",
        "weir_lag_seconds 3600",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}
