use detect::FindingType;
use flow::Timestamp;
use state::Store;

use crate::databases::{Databases, both};
use crate::support::{hour, hours, resource, tor};

const NOW: Timestamp = Timestamp::from_secs(1_764_100_000);

async fn told(store: &Store, receiver: &str) -> Vec<(u64, String, bool)> {
    let notices = store.notices(receiver, 100).await.unwrap();
    notices.into_iter().map(|notice| (notice.position, notice.finding_id, notice.is_new)).collect()
}

async fn detect(store: &Store, count: i64) {
    let occurrences: Vec<_> = (0..count).map(|index| tor("i-1", "192.0.2.1", index)).collect();
    store.replace_occurrences(FindingType::TorClient, hours(0, 10), &occurrences, &resource).await.unwrap();
}

async fn changes_are_told_once_and_in_order(databases: Databases) {
    let store = databases.fresh().await;
    detect(&store, 1).await;
    store.set_receivers(&["mail".to_owned(), "file".to_owned()]).await.unwrap();
    store.release_notices(NOW).await.unwrap();
    assert_eq!(told(&store, "mail").await, [], "what was there before is no news");

    let id = tor("i-1", "192.0.2.1", 0).finding_id();
    detect(&store, 2).await;
    assert_eq!(told(&store, "mail").await, [], "not before rules were applied");
    store.release_notices(NOW).await.unwrap();
    detect(&store, 2).await;
    assert_eq!(told(&store, "mail").await, [(1, id.clone(), false)], "the same again is no change");
    assert_eq!(store.notices("mail", 1).await.unwrap()[0].at, NOW);

    let other = tor("i-2", "192.0.2.1", 3);
    let both = [tor("i-1", "192.0.2.1", 0), tor("i-1", "192.0.2.1", 1), other.clone()];
    store.replace_occurrences(FindingType::TorClient, hours(0, 10), &both, &resource).await.unwrap();
    store.release_notices(NOW.plus_secs(60)).await.unwrap();
    store.settle_notices("mail", 1).await.unwrap();
    assert_eq!(told(&store, "mail").await, [(2, other.finding_id(), true)]);
    assert_eq!(told(&store, "file").await.len(), 2, "each goes at its own pace");
    store.settle_notices("file", 2).await.unwrap();
    store.settle_notices("mail", 1).await.unwrap();
    assert_eq!(told(&store, "mail").await.len(), 1, "settling does not go back");
    assert_eq!(told(&store, "nobody").await, []);

    // One that is not configured any more is not waited for; one that comes back begins anew.
    store.set_receivers(&["file".to_owned()]).await.unwrap();
    store.set_receivers(&["file".to_owned(), "mail".to_owned()]).await.unwrap();
    assert_eq!(told(&store, "mail").await, []);
    detect(&store, 3).await;
    store.release_notices(hour(20)).await.unwrap();
    assert_eq!(told(&store, "mail").await.first().map(|notice| notice.0), Some(3), "places are not given twice");
}

async fn without_receivers_nothing_is_kept(databases: Databases) {
    let store = databases.fresh().await;
    detect(&store, 2).await;
    store.set_receivers(&["mail".to_owned()]).await.unwrap();
    detect(&store, 3).await;
    store.set_receivers(&[]).await.unwrap();
    detect(&store, 4).await;
    store.set_receivers(&["mail".to_owned()]).await.unwrap();
    store.release_notices(NOW).await.unwrap();
    assert_eq!(told(&store, "mail").await, []);
}

both! { changes_are_told_once_and_in_order, without_receivers_nothing_is_kept }
