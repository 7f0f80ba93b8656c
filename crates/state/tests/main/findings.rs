use detect::{FindingType, Occurrence};
use flow::TimeRange;
use state::{Choice, FindingFilter, FindingSort, FindingSummary, MarkSubject, Severity, Store};

use crate::databases::{Databases, both};
use crate::support::{contact, hour, hours, resource, tor};

const TOR: FindingType = FindingType::TorClient;

async fn replace(store: &Store, range: TimeRange, occurrences: &[Occurrence]) -> state::Changed {
    store.replace_occurrences(TOR, range, occurrences, &resource).await.unwrap()
}

async fn all(store: &Store) -> Vec<FindingSummary> {
    store.findings(&FindingFilter::default(), FindingSort::LastSeen, true, 0, 100).await.unwrap().0
}

async fn replacing_with_the_same_changes_nothing(databases: Databases) {
    let store = databases.fresh().await;
    let mut occurrences = vec![tor("i-1", "203.0.113.1", 0), tor("i-1", "203.0.113.2", 1), tor("i-2", "203.0.113.1", 1)];
    let first = replace(&store, hours(0, 5), &occurrences).await;
    assert_eq!((first.new_findings.len(), first.updated.len(), first.removed.len()), (2, 0, 0));
    let before = all(&store).await;
    occurrences.reverse();
    assert!(replace(&store, hours(0, 5), &occurrences).await.is_empty());
    assert_eq!(all(&store).await, before);
    let finding = store.finding(&occurrences[0].finding_id()).await.unwrap().unwrap();
    assert_eq!((finding.entity.as_str(), finding.count, finding.actors.len()), ("i-2", 1, 1));
}

async fn the_order_of_runs_does_not_matter(databases: Databases) {
    let occurrences: Vec<Occurrence> = (0..6).map(|index| tor("i-1", &format!("203.0.113.{index}"), index)).collect();
    let mut outcomes = Vec::new();
    for order in [[0, 2, 4], [4, 2, 0], [2, 0, 4]] {
        let store = databases.fresh().await;
        for from in order {
            replace(&store, hours(from, from + 2), &occurrences).await;
        }
        let id = occurrences[0].finding_id();
        outcomes.push((all(&store).await, store.finding(&id).await.unwrap().unwrap()));
    }
    assert!(outcomes.windows(2).all(|pair| pair[0] == pair[1]));
    let (_, finding) = &outcomes[0];
    assert_eq!((finding.count, finding.actors.len()), (6, 6));
    let summary = &outcomes[0].0[0].summary;
    assert!(summary.starts_with("6 occurrences over 5 h 30 min, from ") && *summary == finding.story.lead, "{summary}");
    assert_eq!(finding.resource.launch_time.as_deref(), Some(hour(5).plus_secs(1_800).to_string().as_str()), "as it was at the end");
}

async fn what_a_run_no_longer_finds_is_gone(databases: Databases) {
    let store = databases.fresh().await;
    let (first, second) = (tor("i-1", "203.0.113.1", 0), tor("i-1", "203.0.113.1", 3));
    replace(&store, hours(0, 5), &[first.clone(), second.clone()]).await;
    let changed = replace(&store, hours(3, 5), &[]).await;
    assert_eq!(changed.updated, [first.finding_id()]);
    let finding = store.finding(&first.finding_id()).await.unwrap().unwrap();
    assert_eq!((finding.count, finding.last_seen), (1, first.last_seen));
    let changed = replace(&store, hours(0, 1), &[]).await;
    assert_eq!(changed.removed, [first.finding_id()]);
    assert_eq!(store.finding(&first.finding_id()).await.unwrap(), None);
    assert_eq!(all(&store).await, []);
}

async fn a_range_and_a_type_touch_nothing_else(databases: Databases) {
    let store = databases.fresh().await;
    let port = contact(FindingType::NetworkPortUnusual, "i-1", "203.0.113.1", 0);
    store.replace_occurrences(FindingType::NetworkPortUnusual, hours(0, 1), &[port], &resource).await.unwrap();
    replace(&store, hours(0, 1), &[tor("i-1", "203.0.113.1", 0), tor("i-1", "203.0.113.1", 1)]).await;
    let found = all(&store).await;
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|finding| finding.count == 1), "the one in the next hour was not asked for");
    replace(&store, hours(0, 100), &[]).await;
    assert_eq!(all(&store).await.len(), 1);
}

async fn a_record_with_a_wrong_clock_counts_for_its_hour(databases: Databases) {
    let store = databases.fresh().await;
    let mut early = tor("i-1", "203.0.113.1", 1);
    early.first_seen = hour(0);
    replace(&store, hours(1, 2), &[early.clone()]).await;
    assert!(replace(&store, hours(0, 1), &[]).await.is_empty());
    assert!(replace(&store, hours(1, 2), &[early]).await.is_empty());
}

async fn triage_is_kept(databases: Databases) {
    let store = databases.fresh().await;
    let occurrence = tor("i-1", "203.0.113.1", 0);
    let id = occurrence.finding_id();
    replace(&store, hours(0, 1), std::slice::from_ref(&occurrence)).await;
    assert_eq!(store.archive(&[id.clone(), "unknown".to_owned()], true, "ada", hour(9)).await.unwrap(), 1);
    assert!(store.set_note(&id, Some("known research box"), "ada", hour(9)).await.unwrap());
    replace(&store, hours(0, 1), std::slice::from_ref(&occurrence)).await;
    assert!(all(&store).await[0].archived);
    let changed = replace(&store, hours(0, 1), &[]).await;
    assert_eq!((changed.updated.len(), changed.removed.len()), (1, 0));
    let kept = &all(&store).await[0];
    assert_eq!(
        (kept.count, kept.archived, kept.note.as_deref(), kept.triaged_by.as_deref()),
        (0, true, Some("known research box"), Some("ada"))
    );
    let finding = store.finding(&id).await.unwrap().unwrap();
    assert_eq!((finding.count, finding.archived, finding.occurrences.len()), (0, true, 0));
    // The same again brings it back as it was; something later takes it out of the archive.
    replace(&store, hours(0, 1), &[occurrence]).await;
    assert!(all(&store).await[0].archived);
    replace(&store, hours(5, 6), &[tor("i-1", "203.0.113.7", 5)]).await;
    let again = &all(&store).await[0];
    assert_eq!((again.count, again.archived, again.note.as_deref()), (2, false, Some("known research box")));
}

async fn filters_and_pages(databases: Databases) {
    let store = databases.fresh().await;
    let occurrences: Vec<Occurrence> = (0..20).map(|index| tor(&format!("i-{index:02}"), "203.0.113.1", index)).collect();
    replace(&store, hours(0, 20), &occurrences).await;
    let port = contact(FindingType::NetworkPortUnusual, "i-05", "198.51.100.100", 3);
    store.replace_occurrences(FindingType::NetworkPortUnusual, hours(0, 20), &[port], &resource).await.unwrap();
    let count = async |filter: FindingFilter| store.findings(&filter, FindingSort::Severity, true, 0, 1).await.unwrap().1;
    let filter = FindingFilter::default;
    assert_eq!(count(filter()).await, 21);
    assert_eq!(count(FindingFilter { types: Choice::of([TOR]), ..filter() }).await, 20);
    assert_eq!(count(FindingFilter { severities: Choice::of([Severity::Medium, Severity::Critical]), ..filter() }).await, 1);
    assert_eq!(count(FindingFilter { min_severity: Some(7.0), ..filter() }).await, 20);
    assert_eq!(count(FindingFilter { entities: Choice::of(["i-05".to_owned()]), ..filter() }).await, 2);
    assert_eq!(count(FindingFilter { accounts: Choice::of(["0".to_owned()]), ..filter() }).await, 0);
    assert_eq!(count(FindingFilter { remotes: Choice::of(["198.51.100.100".to_owned()]), ..filter() }).await, 1);
    let all = count(filter()).await;
    assert_eq!(count(FindingFilter { types: Choice::but([TOR]), ..filter() }).await, all - 20);
    assert_eq!(count(FindingFilter { entities: Choice::but(["i-05".to_owned()]), ..filter() }).await, all - 2);
    assert_eq!(
        count(FindingFilter { accounts: Choice::but(["0".to_owned()]), ..filter() }).await,
        all,
        "a finding without account is of no other"
    );
    assert_eq!(count(FindingFilter { remotes: Choice::but(["198.51.100.100".to_owned()]), ..filter() }).await, all - 1);
    let either = FindingFilter { types: Choice::of([TOR]), severities: Choice::of([Severity::Medium]), any: true, ..filter() };
    assert_eq!(count(either.clone()).await, 21, "one of the conditions is enough");
    assert_eq!(count(FindingFilter { any: false, ..either.clone() }).await, 0);
    assert_eq!(count(FindingFilter { archived: Some(true), ..either }).await, 0, "the state always has to hold");
    assert_eq!(count(FindingFilter { any: true, ..filter() }).await, all, "no condition is none that fails");
    assert_eq!(count(FindingFilter { archived: Some(true), ..filter() }).await, 0);
    assert_eq!(count(FindingFilter { from: Some(hour(10)), to: Some(hour(12)), ..filter() }).await, 2);
    assert_eq!(count(FindingFilter { text: Some("51.100.10".to_owned()), ..filter() }).await, 1);
    assert_eq!(count(FindingFilter { text: Some("TORCLIENT".to_owned()), ..filter() }).await, 20);
    assert_eq!(count(FindingFilter { text: Some("i%5".to_owned()), ..filter() }).await, 0, "no pattern of its own");
    let mut seen = std::collections::BTreeSet::new();
    for page in 0..5 {
        let (rows, total) = store.findings(&filter(), FindingSort::Type, false, page * 5, 5).await.unwrap();
        assert_eq!(total, 21);
        assert!(rows.into_iter().all(|row| seen.insert(row.id)));
    }
    assert_eq!(seen.len(), 21);
    let totals = store.finding_totals().await.unwrap();
    assert_eq!(totals.iter().map(|total| (total.severity, total.count)).collect::<Vec<_>>(), [(Severity::Medium, 1), (Severity::High, 20)]);
}

async fn marks_tell_connections_and_times(databases: Databases) {
    let store = databases.fresh().await;
    replace(&store, hours(0, 9), &[tor("i-1", "203.0.113.1", 0), tor("i-1", "203.0.113.2", 4), tor("i-2", "203.0.113.2", 4)]).await;
    let marks = store.marks(MarkSubject::Entity("i-1"), hours(4, 5)).await.unwrap();
    assert_eq!(marks.len(), 1);
    assert_eq!((marks[0].remote_addr.as_str(), marks[0].service_port), ("203.0.113.2", Some(9_001)));
    assert_eq!(store.marks(MarkSubject::Remote("203.0.113.2"), hours(0, 9)).await.unwrap().len(), 2);
    assert_eq!(store.marks(MarkSubject::Account("111122223333"), hours(0, 9)).await.unwrap().len(), 3);
    let bins = store.occurrences_over_time(hours(0, 9), 86_400).await.unwrap();
    assert_eq!((bins.iter().map(|bin| bin.occurrences).sum::<u64>(), bins[0].severity), (3, Severity::High));
}

both! { replacing_with_the_same_changes_nothing, the_order_of_runs_does_not_matter, what_a_run_no_longer_finds_is_gone, a_range_and_a_type_touch_nothing_else, a_record_with_a_wrong_clock_counts_for_its_hour, triage_is_kept, filters_and_pages, marks_tell_connections_and_times }
