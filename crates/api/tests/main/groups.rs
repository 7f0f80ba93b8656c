use api::Auth;
use detect::FindingType;
use flow::{TimeRange, Timestamp};

use crate::world::{Client, HOURS, START, WEB, finding, hour, occurrence};

#[tokio::test]
async fn a_group_is_told_and_findings_lead_to_it() {
    let (client, investigator) = Client::with_investigator(Auth::Open).await;
    let mut volume = occurrence(HOURS - 1);
    volume.finding_type = FindingType::TrafficVolumeUnusual;
    let other = volume.finding_id();
    let describe = |entity: &str, _: Timestamp| detect::Resource::unknown(entity, None, None);
    let whole = TimeRange::new(START, hour(HOURS));
    investigator.store().replace_occurrences(FindingType::TrafficVolumeUnusual, whole, &[volume], &describe).await.unwrap();
    investigator.store().regroup().await.unwrap();
    let page = client.json("/api/v1/groups").await;
    assert_eq!(page["total"], 1);
    let id = page["rows"][0]["id"].as_str().unwrap();
    let group = client.json(&format!("/api/v1/groups/{id}")).await;
    assert_eq!(group["chain"], serde_json::json!(["Command and Control", "Exfiltration"]));
    assert_eq!(group["members"].as_array().unwrap().len(), 2);
    assert!(group["story"].as_array().unwrap().len() >= 4);
    for finding in [finding(), other.clone()] {
        assert_eq!(client.json(&format!("/api/v1/findings/{finding}")).await["group"], id);
        let alias = detect::group_id(&finding);
        assert_eq!(client.json(&format!("/api/v1/groups/{alias}")).await["id"], id, "every id that it may have had leads to it");
    }
    let listed = client.json("/api/v1/findings").await;
    assert!(listed["rows"].as_array().unwrap().iter().all(|row| row["group"] == id));
    let profile = client.json(&format!("/api/v1/entities/{WEB}/profile")).await;
    assert!(profile["findings"].as_array().unwrap().iter().any(|row| row["group"] == id), "{profile:#}");
    assert_eq!(client.json(&format!("/api/v1/groups?entity={WEB}")).await["total"], 1);
    assert_eq!(client.json("/api/v1/groups?entity=i-none").await["total"], 0);
}
