use detect::{FindingType, Occurrence, SuppressionRule};
use flow::Timestamp;
use serde_json::json;
use state::{FindingFilter, FindingSort, FindingSummary, GroupFilter, Store};

use crate::databases::{Databases, both};
use crate::support::{contact, hour, hours, resource, tor};

fn rule(name: &str, criterion: serde_json::Value) -> SuppressionRule {
    SuppressionRule {
        name: name.to_owned(),
        criteria: serde_json::from_value(json!({ "criterion": criterion })).unwrap(),
        schedule: None,
        expires: None,
        owner: "ada".to_owned(),
        reason: "our own scanner".to_owned(),
        created: hour(0),
    }
}

async fn keep(store: &Store, occurrences: &[Occurrence]) {
    for occurrence in occurrences {
        let range = hours(0, 100);
        store.replace_occurrences(occurrence.finding_type, range, std::slice::from_ref(occurrence), &resource).await.unwrap();
    }
    store.regroup().await.unwrap();
}

async fn all(store: &Store) -> Vec<FindingSummary> {
    store.findings(&FindingFilter::default(), FindingSort::Type, false, 0, 100).await.unwrap().0
}

fn states(found: &[FindingSummary]) -> Vec<(bool, Option<&str>)> {
    found.iter().map(|finding| (finding.archived, finding.suppressed_by.as_deref())).collect()
}

async fn a_rule_hides_what_is_there_and_gives_it_back(databases: Databases) {
    let store = databases.fresh().await;
    let port = contact(FindingType::NetworkPortUnusual, "i-1", "198.51.100.1", 1);
    keep(&store, &[port, tor("i-1", "203.0.113.1", 0)]).await;
    assert!(all(&store).await[0].group.is_some());
    store.put_suppression_rule(&rule("relays", json!({ "weir.remote": { "Cidr": ["203.0.113.0/24"] } }))).await.unwrap();
    let high = store.suppress(hour(10)).await.unwrap();
    assert_eq!((high.len(), high[0].rule.as_str(), high[0].finding_type), (1, "relays", FindingType::TorClient), "an alarm");
    let found = all(&store).await;
    assert_eq!(states(&found), [(false, None), (true, Some("relays"))]);
    assert_eq!(store.finding(&found[1].id).await.unwrap().unwrap().suppressed_by.as_deref(), Some("relays"));
    assert_eq!(store.groups(&GroupFilter::default(), 0, 10).await.unwrap().1, 0, "what is known to be harmless is in no story");
    assert_eq!(store.suppress(hour(11)).await.unwrap(), [], "told once");
    let rules = store.suppression_rules(hour(11)).await.unwrap();
    assert_eq!((rules[0].hidden, rules[0].hidden_high, rules[0].expired), (1, 1, false));
    assert!(store.delete_suppression_rule("relays").await.unwrap());
    store.suppress(hour(12)).await.unwrap();
    assert_eq!(states(&all(&store).await), [(false, None), (false, None)]);
    assert_eq!(store.groups(&GroupFilter::default(), 0, 10).await.unwrap().1, 1);
    assert!(!store.delete_suppression_rule("relays").await.unwrap());
}

async fn an_expired_rule_gives_back_what_only_it_hid(databases: Databases) {
    let store = databases.fresh().await;
    keep(&store, &[tor("i-1", "203.0.113.1", 0), contact(FindingType::Spambot, "i-1", "203.0.113.1", 0)]).await;
    let ids: Vec<String> = all(&store).await.into_iter().map(|finding| finding.id).collect();
    store.archive(&ids[..1], true, "ada", hour(1)).await.unwrap();
    let ending = SuppressionRule { expires: Some(hour(20)), ..rule("ending", json!({ "severity": { "Gte": 1 } })) };
    store.put_suppression_rule(&ending).await.unwrap();
    store.suppress(hour(10)).await.unwrap();
    assert_eq!(states(&all(&store).await), [(true, Some("ending")), (true, Some("ending"))]);
    store.suppress(hour(20)).await.unwrap();
    assert_eq!(states(&all(&store).await), [(true, None), (false, None)], "what somebody put away by hand stays away");
}

async fn what_somebody_took_back_stays(databases: Databases) {
    let store = databases.fresh().await;
    let first = tor("i-1", "203.0.113.1", 0);
    keep(&store, std::slice::from_ref(&first)).await;
    store.put_suppression_rule(&rule("all", json!({ "severity": { "Gte": 1 } }))).await.unwrap();
    store.suppress(hour(10)).await.unwrap();
    // A later occurrence does not bring back what a rule hides.
    store
        .replace_occurrences(FindingType::TorClient, hours(0, 9), &[first.clone(), tor("i-1", "203.0.113.1", 5)], &resource)
        .await
        .unwrap();
    store.suppress(hour(10)).await.unwrap();
    assert_eq!(states(&all(&store).await), [(true, Some("all"))]);
    store.archive(&[first.finding_id()], false, "ada", hour(11)).await.unwrap();
    store.suppress(hour(12)).await.unwrap();
    assert_eq!(states(&all(&store).await), [(false, None)]);
}

async fn a_preview_tells_what_would_be_hidden(databases: Databases) {
    let store = databases.fresh().await;
    keep(&store, &[tor("i-1", "203.0.113.1", 0), contact(FindingType::NewCountry, "i-2", "198.51.100.1", 2)]).await;
    let now = hour(50);
    let preview = store.preview_suppression(&rule("all", json!({ "severity": { "Gte": 1 } })), now).await.unwrap();
    assert_eq!((preview.looked_at, preview.hidden, preview.occurrences, preview.hidden_high), (2, 2, 2, 1));
    assert_eq!(preview.by_severity.get("low"), Some(&1));
    assert_eq!(preview.findings[0].finding_type, FindingType::TorClient);
    assert_eq!(states(&all(&store).await), [(false, None), (false, None)], "nothing is hidden by looking");
    let later = Timestamp::from_secs(now.secs() + 100 * 86_400);
    assert_eq!(store.preview_suppression(&rule("all", json!({ "severity": { "Gte": 1 } })), later).await.unwrap().looked_at, 0);
    let wrong = rule("wrong", json!({ "severty": { "Gte": 1 } }));
    assert!(store.preview_suppression(&wrong, now).await.unwrap_err().to_string().contains("severty"));
    assert!(store.put_suppression_rule(&wrong).await.is_err());
}

async fn samples_are_apart_and_can_be_taken_away(databases: Databases) {
    let store = databases.fresh().await;
    keep(&store, &[tor("i-1", "203.0.113.1", 0)]).await;
    let ids = store.make_samples(FindingType::ALL, hour(10)).await.unwrap();
    assert_eq!(ids.len(), FindingType::ALL.len());
    assert_eq!(store.make_samples(&[FindingType::TorClient], hour(12)).await.unwrap(), [ids[2].clone()], "again takes the place");
    let found = all(&store).await;
    assert_eq!(found.len(), ids.len() + 1);
    for finding in &found {
        assert_eq!(finding.sample, finding.title.starts_with("[SAMPLE]"));
        assert_eq!(finding.sample, ids.contains(&finding.id));
    }
    store.regroup().await.unwrap();
    assert_eq!(store.groups(&GroupFilter::default(), 0, 10).await.unwrap().1, 0);
    // A detection run over the hours of a sample leaves it, and a rule does not hide it.
    store.replace_occurrences(FindingType::TorClient, hours(0, 100), &[], &resource).await.unwrap();
    store.put_suppression_rule(&rule("all", json!({ "severity": { "Gte": 1 } }))).await.unwrap();
    store.suppress(hour(20)).await.unwrap();
    let found = all(&store).await;
    assert_eq!(found.len(), ids.len());
    assert!(found.iter().all(|finding| finding.sample && !finding.archived));
    assert_eq!(store.delete_samples().await.unwrap(), ids.len() as u64);
    assert_eq!(all(&store).await, []);
}

both! { a_rule_hides_what_is_there_and_gives_it_back, an_expired_rule_gives_back_what_only_it_hid, what_somebody_took_back_stays, a_preview_tells_what_would_be_hidden, samples_are_apart_and_can_be_taken_away }
