use flow::{Direction, DirectionRule, TimeRange, Timestamp};
use query::panels::{DetailFilter, DetailRow, DetailSort, DetailsRequest, NovelPage};

use crate::small_lake;

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn day() -> TimeRange {
    TimeRange::new(time("2026-11-20T00:00:00Z"), time("2026-11-21T00:00:00Z"))
}

fn request(entity: &str, range: TimeRange, fold: bool) -> DetailsRequest<'_> {
    DetailsRequest { entity, range, fold }
}

#[tokio::test]
async fn volume_is_the_sum_of_flows_whatever_the_bins() {
    let lake = tempfile::tempdir().unwrap();
    let engine = small_lake::engine(lake.path()).await;
    let total: u64 = small_lake::records().iter().filter(|record| record.entity == "i-web").map(|record| record.bytes).sum();
    for bin in [60, 300, 3_600, 86_400] {
        let panel = engine.volume("i-web", day(), bin).await.unwrap();
        assert_eq!(panel.rows.iter().map(|bin| bin.bytes).sum::<u64>(), total, "bins of {bin} s");
        assert!(panel.query.contains("'i-web'"), "{}", panel.query);
    }
    let remote = engine.volume("203.0.113.9", day(), 3_600).await.unwrap();
    assert_eq!(remote.rows.iter().map(|bin| bin.flows).sum::<u64>(), 5);
    let account = engine.volume("123456789012", day(), 86_400).await.unwrap();
    assert_eq!(account.rows.iter().map(|bin| bin.flows).sum::<u64>(), small_lake::records().len() as u64);
}

#[tokio::test]
async fn one_record_with_flags_settles_the_direction_of_its_connection() {
    let lake = tempfile::tempdir().unwrap();
    let engine = small_lake::engine(lake.path()).await;
    let details = engine.details(request("i-web", day(), false)).await.unwrap();
    let long = details.rows.iter().find(|row| row.remote_port == Some(4_444)).unwrap();
    assert_eq!((long.direction, long.direction_rule), (Direction::Outbound, DirectionRule::SynAck));
    assert_eq!((long.flows, long.bytes_in, long.bytes_out), (4, 2_010_000, 110_000));
    assert_eq!((long.first, long.last), (time("2026-11-20T10:05:00Z"), time("2026-11-20T10:07:59Z")));

    // Looked at alone, the later minute has only its ports; that the remote answers on 4444 is known from before.
    let later = TimeRange::new(time("2026-11-20T10:07:00Z"), time("2026-11-20T10:08:00Z"));
    let details = engine.details(request("i-web", later, false)).await.unwrap();
    assert_eq!(details.rows.len(), 1);
    assert_eq!((details.rows[0].direction, details.rows[0].direction_rule), (Direction::Outbound, DirectionRule::Inventory));
}

#[tokio::test]
async fn details_filter_sort_and_fold() {
    let lake = tempfile::tempdir().unwrap();
    let engine = small_lake::engine(lake.path()).await;
    let mut rows = engine.details(request("i-web", day(), false)).await.unwrap().rows;
    let keep = |filter: DetailFilter| rows.iter().filter(|row| filter.keeps(row)).count();
    assert_eq!(rows.len(), 7);
    let with = |conditions: &[(&str, &str)]| {
        conditions.iter().fold(DetailFilter::default(), |filter, (property, text)| filter.with(property, text).unwrap())
    };
    assert_eq!(keep(DetailFilter::default()), 7);
    assert_eq!(keep(with(&[("remote", "198.51.100.0/24")])), 4);
    assert_eq!(keep(with(&[("remote", "!198.51.100.0/24")])), 3);
    assert_eq!(keep(with(&[("remote", "51.100.7")])), 2);
    assert_eq!(keep(with(&[("reach", "private")])), 1);
    assert_eq!(keep(with(&[("reach", "private,public")])), rows.iter().filter(|row| row.remote.is_some()).count());
    assert_eq!(keep(with(&[("action", "reject")])), 1);
    assert_eq!(keep(with(&[("port", "443"), ("direction", "inbound")])), 4);
    assert_eq!(keep(with(&[("port", "443,4444")])), keep(with(&[("port", "443")])) + keep(with(&[("port", "4444")])));
    assert_eq!(keep(with(&[("port", "!443")])), 7 - keep(with(&[("port", "443")])));
    let mut either = with(&[("remote_port", "4444"), ("action", "reject")]);
    let both = keep(either.clone());
    either.match_any(true);
    assert_eq!(keep(either), keep(with(&[("remote_port", "4444")])) + 1 - both);
    for (property, text) in
        [("port", "x"), ("colour", "red"), ("reach", "far"), ("direction", "up"), ("action", "maybe"), ("protocol", "!nope")]
    {
        assert!(DetailFilter::default().with(property, text).is_err(), "{property}={text}");
    }
    DetailSort::BytesOut.sort(&mut rows, true);
    assert_eq!(rows[0].remote_port, Some(4_444));
    assert!(rows.windows(2).all(|pair| pair[0].bytes_out >= pair[1].bytes_out));
    DetailSort::Remote.sort(&mut rows, false);
    assert_eq!(rows[0].remote.as_deref(), Some("10.0.0.6"), "addresses sort as numbers");

    let folded = engine.details(request("i-web", day(), true)).await.unwrap().rows;
    let web = folded.iter().find(|row| row.local_port == Some(443) && row.remote.as_deref() == Some("198.51.100.7")).unwrap();
    assert_eq!((web.remote_port, web.flows, web.service.as_deref()), (None, 4, Some("https")));
    let bytes = |rows: &[query::panels::DetailRow]| rows.iter().map(|row| row.bytes_in + row.bytes_out).sum::<u64>();
    assert_eq!(bytes(&folded), bytes(&rows));

    let remote = engine.details(request("203.0.113.9", day(), false)).await.unwrap().rows;
    assert!(remote.iter().all(|row| row.entity.as_deref() == Some("i-web")));
    assert_eq!(remote.iter().map(|row| row.flows).sum::<u64>(), 5);
}

#[tokio::test]
async fn what_is_new_is_new() {
    let lake = tempfile::tempdir().unwrap();
    let engine = small_lake::engine(lake.path()).await;
    let all = NovelPage::default();
    let novel = engine.new_in_scope("i-web", day(), 45, all).await.unwrap().rows;
    assert!(novel.iter().any(|row| row.kind == "remote_port" && row.value == "tcp/4444"), "{novel:?}");
    // A page holds of each kind those with most bytes, and says how many there are; the next page goes on where it ended.
    let of = |kind: &str| novel.iter().filter(|row| row.kind == kind).cloned().collect::<Vec<_>>();
    let remotes = of("remote_addr");
    assert!(remotes.len() > 1 && remotes.iter().all(|row| row.total == remotes.len() as u64), "{remotes:?}");
    assert!(remotes.windows(2).all(|pair| pair[0].bytes >= pair[1].bytes));
    let page = NovelPage { limit: 1, ..all };
    let first = engine.new_in_scope("i-web", day(), 45, page).await.unwrap().rows;
    let kinds: Vec<&str> = first.iter().map(|row| row.kind.as_str()).collect();
    assert!(kinds.windows(2).all(|pair| pair[0] < pair[1]) && kinds.contains(&"remote_port"), "one of each kind: {kinds:?}");
    assert!(first.contains(&remotes[0]));
    let page = NovelPage { kind: Some("remote_addr"), offset: 1, limit: 1 };
    assert_eq!(engine.new_in_scope("i-web", day(), 45, page).await.unwrap().rows, remotes[1..2]);
    let later = TimeRange::new(time("2026-11-20T11:00:00Z"), time("2026-11-20T12:00:00Z"));
    let novel = engine.new_in_scope("i-web", later, 45, all).await.unwrap().rows;
    assert!(novel.is_empty(), "everything was there an hour before: {novel:?}");
}

/// The roll-up tells of the connections of a day what the records tell, client ports folded away.
#[tokio::test]
async fn connections_by_the_hour_are_those_of_the_records() {
    let lake = tempfile::tempdir().unwrap();
    let engine = small_lake::engine(lake.path()).await;
    for subject in ["i-web", "203.0.113.9", "123456789012"] {
        let details = engine.details(DetailsRequest { entity: subject, range: day(), fold: true }).await.unwrap().rows;
        let (connections, total) = engine.connections(subject, day(), &[], 1_000).await.unwrap();
        assert_eq!(total, connections.rows.len() as u64, "{subject}");
        let sums = |rows: &[DetailRow]| {
            let mut sums = std::collections::BTreeMap::new();
            for row in rows.iter().filter(|row| row.remote.is_some()) {
                let key = (row.entity.clone(), row.remote.clone(), row.protocol, row.action.clone());
                let (bytes_in, bytes_out, flows, first, last) = sums.entry(key).or_insert((0, 0, 0, row.first, row.last));
                *bytes_in += row.bytes_in;
                *bytes_out += row.bytes_out;
                *flows += row.flows;
                *first = row.first.min(*first);
                *last = row.last.max(*last);
            }
            sums
        };
        assert!(!details.is_empty(), "{subject}");
        assert_eq!(sums(&connections.rows), sums(&details), "{subject}");
        assert!(connections.rows.windows(2).all(|pair| pair[0].bytes_in + pair[0].bytes_out >= pair[1].bytes_in + pair[1].bytes_out));
    }
    let (all, total) = engine.connections("i-web", day(), &[], 1_000).await.unwrap();
    let last = all.rows.last().unwrap().remote.clone().unwrap();
    let (first, same) = engine.connections("i-web", day(), std::slice::from_ref(&last), 1).await.unwrap();
    assert_eq!((first.rows[0].remote.as_ref(), first.rows.len(), same), (Some(&last), 1, total), "asked for first, and all are counted");

    let contact = &all.rows[0];
    let key = (contact.remote.clone().unwrap(), contact.first);
    let seen = engine.interfaces("i-web", std::slice::from_ref(&key)).await.unwrap();
    assert!(seen[&("i-web".to_owned(), key.0.clone(), key.1.hour())].starts_with("eni-"), "{seen:?}");
}

#[tokio::test]
async fn who_else_spoke_with_it() {
    let lake = tempfile::tempdir().unwrap();
    let engine = small_lake::engine(lake.path()).await;
    let touched = engine.touched_by(&["203.0.113.9".to_owned(), "10.0.0.5".to_owned()], day(), 10).await.unwrap().rows;
    let pairs: Vec<_> = touched.iter().map(|row| (row.entity.as_str(), row.remote.as_str(), row.rejected)).collect();
    assert_eq!(pairs, [("i-web", "203.0.113.9", 1), ("i-db", "10.0.0.5", 0)]);
    assert_eq!(touched[0].ports, "tcp/22,tcp/40001,tcp/4444");
    assert_eq!((touched[0].hours, touched[0].hour_max), (1, 2_120_060));
}

#[tokio::test]
async fn the_small_lake_verifies_and_a_broken_one_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let engine = small_lake::engine(folder.path()).await;
    for check in engine.verify().await.unwrap() {
        assert!(check.ok, "{check:?}");
    }
    // The same records again, as a batch that forgot to look whether they were known.
    let mut writer = engine.lake().begin(time(small_lake::NOON)).await.unwrap();
    writer.write_flows(&mut small_lake::batch(&small_lake::records())).await.unwrap();
    writer.commit(&mut []).await.unwrap();
    let broken: Vec<_> = engine.verify().await.unwrap().into_iter().filter(|check| !check.ok).map(|check| check.invariant).collect();
    assert_eq!(broken, [1, 2]);
}
