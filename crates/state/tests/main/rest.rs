use flow::Timestamp;
use state::{StateError, Store};

use crate::databases::{Databases, both};

const NOW: Timestamp = Timestamp::from_secs(1_764_000_000);

async fn what_is_written_is_read_again(databases: Databases) {
    let place = databases.place().await;
    let store = place.open().await;
    store.set_watermark("detect", NOW).await.unwrap();
    store.set_setting("theme", &serde_json::json!({ "dark": true })).await.unwrap();
    store.close().await;
    let store = place.open().await;
    assert_eq!(store.watermark("detect").await.unwrap(), Some(NOW));
    assert_eq!(store.watermark("other").await.unwrap(), None);
    assert_eq!(store.setting("theme").await.unwrap(), Some(serde_json::json!({ "dark": true })));
    store.set_watermark("detect", NOW.plus_secs(-5)).await.unwrap();
    assert_eq!(store.watermark("detect").await.unwrap(), Some(NOW.plus_secs(-5)));
}

async fn two_processes_write_at_once(databases: Databases) {
    let place = databases.place().await;
    let (left, right) = (place.open().await, place.open().await);
    let write = async |store: Store, name: &'static str| {
        for index in 0..20 {
            store.set_watermark(&format!("{name}-{index}"), NOW).await.unwrap();
        }
    };
    tokio::join!(write(left.clone(), "left"), write(right, "right"));
    assert_eq!(left.watermark("right-19").await.unwrap(), Some(NOW));
}

#[tokio::test]
async fn a_folder_is_made_for_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new").join("state.db");
    Store::open(&path).await.unwrap();
    assert!(path.exists());
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    std::fs::write(&path, "this is no database, and it is long enough to have a header of its own, which is no header").unwrap();
    let error = Store::open(&path).await.unwrap_err();
    assert!(matches!(error, StateError::Open { .. } | StateError::Migrate { .. }), "{error:?}");
    assert!(!error.is_transient());
}

async fn a_secret_is_shown_once_and_can_be_taken_back(databases: Databases) {
    let store = databases.fresh().await;
    let secret = store.create_token("laptop", NOW).await.unwrap();
    let other = store.create_token("server", NOW).await.unwrap();
    assert_ne!(secret, other);
    assert_eq!(store.check_token(&secret).await.unwrap().as_deref(), Some("laptop"));
    assert_eq!(store.check_token("weir_0").await.unwrap(), None);
    assert_eq!(store.check_token("").await.unwrap(), None);
    assert!(matches!(store.create_token("laptop", NOW).await, Err(StateError::TokenExists { .. })));
    assert!(matches!(store.create_token(" ", NOW).await, Err(StateError::Name { .. })));
    assert_eq!(store.tokens().await.unwrap().len(), 2);
    assert!(store.revoke_token("laptop").await.unwrap());
    assert!(!store.revoke_token("laptop").await.unwrap());
    assert_eq!(store.check_token(&secret).await.unwrap(), None);
}

async fn lists_replace_those_of_the_same_name(databases: Databases) {
    let store = databases.fresh().await;
    store.put_list("relays", "tor-relay", NOW, &serde_json::json!(["203.0.113.1"])).await.unwrap();
    store.put_list("relays", "tor-guard", NOW.plus_secs(1), &serde_json::json!([])).await.unwrap();
    store.put_list("bad", "threat", NOW, &serde_json::json!(null)).await.unwrap();
    let lists = store.lists().await.unwrap();
    assert_eq!(
        lists.iter().map(|list| (list.name.as_str(), list.kind.as_str())).collect::<Vec<_>>(),
        [("bad", "threat"), ("relays", "tor-guard")]
    );
    assert!(store.delete_list("bad").await.unwrap());
    assert!(!store.delete_list("bad").await.unwrap());
}

async fn names_are_ordered_by_their_bytes(databases: Databases) {
    let store = databases.fresh().await;
    for name in ["b", "a_c", "B", "a-b", "ä", "A", "a"] {
        store.put_list(name, "threat", NOW, &serde_json::json!([])).await.unwrap();
    }
    let names: Vec<String> = store.lists().await.unwrap().into_iter().map(|list| list.name).collect();
    assert_eq!(names, ["A", "B", "a", "a-b", "a_c", "b", "ä"]);
}

async fn a_name_may_hold_any_character(databases: Databases) {
    let store = databases.fresh().await;
    let name = "'; DROP TABLE lists; -- $1 ? \u{0} \\ 🦀";
    store.put_list(name, "threat", NOW, &serde_json::json!(["\u{0}"])).await.unwrap();
    let lists = store.lists().await.unwrap();
    assert_eq!(lists[0].list, serde_json::json!(["\u{0}"]), "what is kept as JSON is kept whole");
    assert_eq!(lists[0].name.replace('\u{fffd}', "\u{0}"), name);
    assert!(store.delete_list(name).await.unwrap());
}

both! { what_is_written_is_read_again, two_processes_write_at_once, names_are_ordered_by_their_bytes, a_name_may_hold_any_character, a_secret_is_shown_once_and_can_be_taken_back, lists_replace_those_of_the_same_name }
