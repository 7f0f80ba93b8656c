use detect::{FindingType, Occurrence, group_id};
use state::{FindingFilter, FindingSort, GroupFilter, Store};

use crate::databases::{Databases, both};
use crate::support::{contact, hour, hours, resource};

async fn keep(store: &Store, occurrences: &[Occurrence]) {
    for occurrence in occurrences {
        store.replace_occurrences(occurrence.finding_type, hours(0, 100), std::slice::from_ref(occurrence), &resource).await.unwrap();
    }
    store.regroup().await.unwrap();
}

fn intrusion() -> Vec<Occurrence> {
    vec![
        contact(FindingType::LateralMovement, "i-1", "10.0.0.7", 10),
        contact(FindingType::Strobe, "i-1", "203.0.113.1", 12),
        contact(FindingType::Exfiltration, "i-2", "203.0.113.1", 14),
    ]
}

async fn groups_follow_from_the_findings(databases: Databases) {
    let mut shown = Vec::new();
    for turn in 0..3 {
        let store = databases.fresh().await;
        let mut occurrences = intrusion();
        occurrences.rotate_left(turn);
        keep(&store, &occurrences).await;
        store.regroup().await.unwrap();
        let (page, total) = store.groups(&GroupFilter::default(), 0, 10).await.unwrap();
        assert_eq!((total, page.len()), (1, 1));
        let group = store.group(&page[0].id).await.unwrap().unwrap();
        shown.push((page, group));
    }
    assert!(shown.windows(2).all(|pair| pair[0] == pair[1]));
    let (page, group) = &shown[0];
    assert_eq!(page[0].id, group_id(&intrusion()[0].finding_id()));
    assert_eq!((page[0].findings, page[0].entity_count), (3, 2));
    assert_eq!(page[0].chain, ["Lateral Movement", "Command and Control", "Exfiltration"]);
    assert_eq!(group.members.len(), 3);
}

async fn findings_know_their_group_and_old_ids_lead_to_it(databases: Databases) {
    let store = databases.fresh().await;
    let all = intrusion();
    keep(&store, &all[1..]).await;
    let before = store.groups(&GroupFilter::default(), 0, 10).await.unwrap().0[0].id.clone();
    assert_eq!(before, group_id(&all[1].finding_id()));
    // An older finding comes late: the group has another id, and the one before leads to it.
    keep(&store, &all[..1]).await;
    let group = store.group(&before).await.unwrap().unwrap();
    assert_eq!(group.id, group_id(&all[0].finding_id()));
    let (found, _) = store.findings(&FindingFilter::default(), FindingSort::Type, false, 0, 10).await.unwrap();
    assert!(found.iter().all(|finding| finding.group.as_ref() == Some(&group.id)));
    assert_eq!(store.finding(&all[2].finding_id()).await.unwrap().unwrap().group, Some(group.id.clone()));
    assert_eq!(store.group("unknown").await.unwrap(), None);
    // What goes takes its group along.
    store.replace_occurrences(FindingType::Strobe, hours(0, 100), &[], &resource).await.unwrap();
    store.replace_occurrences(FindingType::Exfiltration, hours(0, 100), &[], &resource).await.unwrap();
    store.regroup().await.unwrap();
    assert_eq!(store.groups(&GroupFilter::default(), 0, 10).await.unwrap().1, 0);
    assert_eq!(store.finding(&all[0].finding_id()).await.unwrap().unwrap().group, None);
}

async fn putting_findings_away_is_seen_in_the_group(databases: Databases) {
    let store = databases.fresh().await;
    let all = intrusion();
    keep(&store, &all).await;
    let ids: Vec<String> = all.iter().map(Occurrence::finding_id).collect();
    store.archive(&ids[..1], true, "ada", hour(50)).await.unwrap();
    let (page, _) = store.groups(&GroupFilter { archived: Some(false), ..GroupFilter::default() }, 0, 10).await.unwrap();
    assert_eq!((page[0].chain.len(), page[0].findings), (2, 3));
    store.archive(&ids, true, "ada", hour(50)).await.unwrap();
    assert_eq!(store.groups(&GroupFilter { archived: Some(false), ..GroupFilter::default() }, 0, 10).await.unwrap().1, 0);
    assert_eq!(store.groups(&GroupFilter { archived: Some(true), ..GroupFilter::default() }, 0, 10).await.unwrap().1, 1);
}

async fn groups_are_found_by_entity_time_and_severity(databases: Databases) {
    let store = databases.fresh().await;
    keep(&store, &intrusion()).await;
    let found = async |filter: GroupFilter| store.groups(&filter, 0, 10).await.unwrap().1;
    let by = |entity: &str| GroupFilter { entity: Some(entity.to_owned()), ..GroupFilter::default() };
    assert_eq!((found(by("i-2")).await, found(by("i-3")).await), (1, 0));
    let time = |from, to| GroupFilter { from: Some(hour(from)), to: Some(hour(to)), ..GroupFilter::default() };
    assert_eq!((found(time(11, 12)).await, found(time(20, 30)).await, found(time(0, 10)).await), (1, 0, 0));
    let grave = |least| GroupFilter { min_severity: Some(least), ..GroupFilter::default() };
    assert_eq!((found(grave(7.0)).await, found(grave(9.5)).await), (1, 0));
}

both! { groups_follow_from_the_findings, findings_know_their_group_and_old_ids_lead_to_it, putting_findings_away_is_seen_in_the_group, groups_are_found_by_entity_time_and_severity }
