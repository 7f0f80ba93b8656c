use std::collections::BTreeSet;

use api::Auth;
use api::investigate::{DetailsQuery, SeriesKey};
use flow::TimeRange;
use query::panels::{DetailFilter, DetailSort};

use crate::world::{ACCOUNT, BATCH, Client, DB, HOURS, RELAY, SCANNER, UPDATES, WEB, finding, hour, investigator, scope};

#[tokio::test]
async fn details_add_up_to_the_volume() {
    let investigator = investigator().await;
    let day = TimeRange::new(hour(HOURS - 24), hour(HOURS));
    for entity in [WEB, DB, RELAY, ACCOUNT] {
        for (range, bin) in [(day, 3_600), (scope(), 3_600), (scope(), 60)] {
            let volume = investigator.volume(entity, range, bin).await.unwrap();
            for fold in [false, true] {
                let query = DetailsQuery { fold, limit: usize::MAX, ..DetailsQuery::default() };
                let details = investigator.details(entity, range, &query).await.unwrap();
                let sum = |direction: &str| volume.rows.iter().filter(|row| row.direction == direction).map(|row| row.bytes).sum::<u64>();
                assert_eq!((details.totals.bytes_in, details.totals.bytes_out), (sum("inbound"), sum("outbound")), "{entity} {bin} {fold}");
                assert_eq!(details.rows.iter().map(|line| line.row.bytes_in).sum::<u64>(), details.totals.bytes_in);
                assert_eq!(details.total, details.rows.len());
            }
        }
    }
}

#[tokio::test]
async fn pages_cover_everything_once() {
    let investigator = investigator().await;
    let range = TimeRange::new(hour(HOURS - 72), hour(HOURS));
    for sort in [DetailSort::Annotated, DetailSort::Protocol, DetailSort::BytesOut, DetailSort::Remote] {
        let mut seen = BTreeSet::new();
        let mut offset = 0;
        loop {
            let query = DetailsQuery { sort, offset, limit: 7, ..DetailsQuery::default() };
            let page = investigator.details(WEB, range, &query).await.unwrap();
            for line in &page.rows {
                let row = &line.row;
                let key = format!("{:?} {:?} {:?} {:?} {:?}", row.remote, row.local_port, row.remote_port, row.protocol, row.action);
                assert!(seen.insert(key), "{sort:?} gives a row twice");
            }
            offset += 7;
            if offset >= page.total {
                assert_eq!(seen.len(), page.total);
                break;
            }
        }
    }
}

#[tokio::test]
async fn rows_know_their_findings_and_their_other_side() {
    let investigator = investigator().await;
    for fold in [false, true] {
        let query = DetailsQuery { fold, ..DetailsQuery::default() };
        let details = investigator.details(WEB, scope(), &query).await.unwrap();
        let first = &details.rows[0];
        assert_eq!(first.row.remote.as_deref(), Some(RELAY), "rows of findings come first");
        assert_eq!((first.row.findings.clone(), first.lists.clone()), (vec![finding()], vec!["relays".to_owned()]));
        assert!(details.rows[1..].iter().all(|line| line.row.findings.is_empty()));
        let inside = details.rows.iter().find(|line| line.row.remote.as_deref() == Some("10.0.1.6")).unwrap();
        assert_eq!((inside.remote_entity.as_deref(), inside.remote_name.as_deref()), (Some(DB), Some("db-1")));
    }
    // The same from the other end.
    let details = investigator.details(RELAY, scope(), &DetailsQuery::default()).await.unwrap();
    assert_eq!((details.rows[0].row.entity.as_deref(), details.rows[0].row.findings.clone()), (Some(WEB), vec![finding()]));
}

#[tokio::test]
async fn filters_keep_what_they_say() {
    let investigator = investigator().await;
    let range = TimeRange::new(hour(HOURS - 24), hour(HOURS));
    let count = async |filter: DetailFilter| {
        let query = DetailsQuery { filter, fold: true, limit: 1, ..DetailsQuery::default() };
        investigator.details(WEB, range, &query).await.unwrap().total
    };
    assert_eq!(count(DetailFilter::default()).await, 5);
    assert_eq!(count(DetailFilter::default().with("remote", "10.0.0.0/8").unwrap()).await, 2);
    assert_eq!(count(DetailFilter::default().with("action", "reject").unwrap()).await, 1);
    assert_eq!(count(DetailFilter::default().with("port", "9001").unwrap()).await, 1);
    assert_eq!(count(DetailFilter::default().with("direction", "inbound").unwrap()).await, 2);
}

#[tokio::test]
async fn the_band_is_learned_and_the_bad_hours_are_above_it() {
    let investigator = investigator().await;
    let volume = investigator.volume(WEB, TimeRange::new(hour(HOURS - 6), hour(HOURS)), 3_600).await.unwrap();
    let baseline = volume.baseline.unwrap();
    assert!(baseline.mature && baseline.days > 14.0, "{baseline:?}");
    assert_eq!(volume.bands.len(), 12, "two directions, with traffic or not");
    for row in &volume.rows {
        let (low, high) = (row.expected_low.unwrap(), row.expected_high.unwrap());
        let bad = row.start >= hour(HOURS - 2) && row.direction == "outbound";
        assert_eq!(row.bytes > high, bad || (row.bytes > 10_000_000), "{row:?}");
        assert!(low <= high);
    }
    let young = investigator.volume(WEB, TimeRange::new(hour(30), hour(33)), 3_600).await.unwrap();
    assert!(young.rows.iter().all(|row| row.expected_high.is_none()) && young.bands.is_empty());
    assert!(!young.baseline.unwrap().mature);
    let minutes = investigator.volume(WEB, scope(), 60).await.unwrap();
    assert!(minutes.baseline.is_none() && minutes.rows.iter().all(|row| row.expected_high.is_none()));
}

#[tokio::test]
async fn a_series_is_one_row_over_time() {
    let investigator = investigator().await;
    let key = SeriesKey { remote: Some(RELAY.to_owned()), remote_port: Some(9_001), protocol: Some(6), ..SeriesKey::default() };
    let series = investigator.series(WEB, scope(), 3_600, &key).await.unwrap();
    let outbound: Vec<u64> = series.rows.iter().filter(|row| row.direction == "outbound").map(|row| row.bytes).collect();
    assert_eq!(outbound, [2_000_000_000, 3_000_000_000]);
    let narrow = TimeRange::new(hour(HOURS - 1), hour(HOURS - 1).plus_secs(301));
    let series = investigator.series(WEB, narrow, 60, &key).await.unwrap();
    assert_eq!(series.rows.len(), 2);
    let again = investigator.sql(&series.query, 10).await.unwrap();
    assert_eq!(again.rows.len(), 2, "the query behind it gives it again");
}

#[tokio::test]
async fn what_is_missing_is_shown_beside_it() {
    let investigator = investigator().await;
    assert!(investigator.coverage(Some(WEB), scope()).await.unwrap().complete);
    let lost = investigator.coverage(Some(DB), scope()).await.unwrap();
    assert_eq!((lost.complete, lost.lost.len(), lost.silent.len()), (false, 1, 0));
    let after = investigator.coverage(Some(WEB), TimeRange::new(hour(HOURS - 1), hour(HOURS + 3))).await.unwrap();
    assert_eq!(after.silent.iter().map(|span| (span.start, span.end)).collect::<Vec<_>>(), [(hour(HOURS), hour(HOURS + 3))]);
}

#[tokio::test]
async fn a_profile_has_every_panel_with_the_same_numbers() {
    let investigator = investigator().await;
    let profile = investigator.profile(WEB, scope(), Some(3_600)).await.unwrap();
    assert_eq!((profile.entity.name.as_deref(), profile.entity.account.as_deref()), (Some("web-1"), Some(ACCOUNT)));
    assert_eq!(profile.entity.facts.security_groups[0].id, "sg-web");
    assert!(profile.entity.facts.security_groups[0].outbound.iter().any(|rule| rule == "TCP 9001 to 203.0.113.0/24: as ever"));
    assert_eq!(profile.findings.iter().map(|finding| &finding.id).collect::<Vec<_>>(), [&finding()]);
    assert_eq!(profile.volume.rows, investigator.volume(WEB, scope(), 3_600).await.unwrap().rows);
    assert_eq!(profile.distinct.rows, investigator.distinct(WEB, scope(), 3_600).await.unwrap().rows);
    assert_eq!(profile.ports.rows, investigator.ports(WEB, scope(), 50).await.unwrap().rows);
    assert!(profile.new.rows.iter().any(|novel| novel.kind == "remote_port" && novel.value == "tcp/9001"));
    assert_eq!(profile.addresses.rows[0].address, "10.0.1.5");
    assert_eq!(profile.addresses.assigned[0].address, "10.0.1.5");
    for query in [&profile.volume.query, &profile.details.query, &profile.distinct.query, &profile.ports.query, &profile.new.query] {
        investigator.sql(query, 1_000).await.unwrap();
    }
}

#[tokio::test]
async fn an_address_knows_who_held_it_and_who_spoke_with_it() {
    let investigator = investigator().await;
    let range = TimeRange::new(hour(0), hour(HOURS));
    let relay = investigator.entity(RELAY, range).await.unwrap();
    let facts = relay.address.unwrap();
    assert!(facts.public && facts.holders.is_empty());
    assert_eq!(facts.lists[0].list, "relays");
    assert_eq!(facts.talked_to.iter().map(|volume| volume.entity.as_str()).collect::<Vec<_>>(), [WEB, BATCH]);
    assert_eq!(relay.first_seen, Some(hour(HOURS - 100).plus_secs(300)));
    let own = investigator.entity("10.0.1.6", range).await.unwrap().address.unwrap();
    assert_eq!((own.holders[0].entity.as_str(), own.holders[0].name.as_deref()), (DB, Some("db-1")));
    let nobody = investigator.entity("i-0ffffffffffffffff", range).await.unwrap();
    assert_eq!((nobody.facts.known, nobody.first_seen, nobody.flows), (false, None, 0));
}

#[tokio::test]
async fn search_finds_by_what_people_know() {
    let investigator = investigator().await;
    let find = async |text: &str| {
        let found = investigator.search(text).await.unwrap();
        found.rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!(find(WEB).await[0], WEB);
    assert_eq!(find("WEB-1").await, [WEB]);
    assert_eq!(find("*b-1").await, [WEB, DB]);
    assert_eq!(find("10.0.1.5").await, [WEB]);
    assert!(find("10.0.0.0/16").await.contains(&BATCH.to_owned()));
    assert_eq!(find("203.0.113.*").await, [RELAY]);
    assert_eq!(find(SCANNER).await, [SCANNER], "rejected traffic counts");
    assert!(find(ACCOUNT).await.starts_with(&[ACCOUNT.to_owned()]));
    assert_eq!(find(&finding()).await, [finding()]);
    assert!(find("torclient").await.contains(&finding()) && find("*:EC2/TorClient").await.contains(&finding()), "by its type");
    assert!(find("nothing-like-it").await.is_empty());
    assert!(investigator.search(" ").await.is_err());
}

#[tokio::test]
async fn the_first_page_says_what_is_new() {
    let investigator = investigator().await;
    let summary = investigator.summary(scope()).await.unwrap();
    assert_eq!(summary.top[0].entity.traffic.entity, WEB);
    assert_eq!((summary.top[0].entity.findings, summary.top[0].spark.len()), (1, 2));
    assert_eq!(summary.latest[0].id, finding());
    assert_eq!(summary.findings_over_time.iter().map(|bin| bin.occurrences).sum::<u64>(), 2);
    assert_eq!(summary.lists[0].age_days, 2);
    assert!(summary.has_history);
    assert_eq!(summary.newcomers, [], "another machine met that country four days ago");
    let earlier = investigator.summary(TimeRange::new(hour(HOURS - 101), hour(HOURS - 99))).await.unwrap();
    assert_eq!(earlier.newcomers.iter().map(|new| new.value.as_str()).collect::<Vec<_>>(), ["64501", "DE"]);
    let sources = investigator.sources().await.unwrap();
    assert_eq!((sources.totals.objects, sources.gaps.len(), sources.detected_through), (1, 1, Some(hour(HOURS))));
    let checks = investigator.verify().await.unwrap();
    assert!(checks.iter().all(|check| check.ok), "{checks:?}");
}

#[tokio::test]
async fn http_gives_the_same_numbers() {
    let (client, investigator) = Client::with_investigator(Auth::Open).await;
    let range = format!("from={}&to={}", scope().from, scope().to);
    let volume = client.json(&format!("/api/v1/entities/{WEB}/volume?{range}&bin=1h")).await;
    let expected = investigator.volume(WEB, scope(), 3_600).await.unwrap();
    assert_eq!(volume, serde_json::to_value(&expected).unwrap());
    let keys: Vec<&str> = volume["rows"][0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["start", "direction", "action", "bytes", "packets", "flows", "expected_low", "expected_high"]);
    let details = client.json(&format!("/api/v1/entities/{WEB}/details?{range}&fold=true&sort=bytes_out")).await;
    for key in [
        "remote",
        "local_port",
        "remote_port",
        "protocol",
        "direction",
        "action",
        "bytes_in",
        "bytes_out",
        "packets_in",
        "packets_out",
        "flows",
        "first",
        "last",
        "findings",
    ] {
        assert!(details["rows"][0].get(key).is_some(), "{key}");
    }
    assert_eq!(details["rows"][0]["remote"], RELAY);
    assert_eq!(details["rows"][1]["remote"], "10.0.1.6");
    let updates = client.json(&format!("/api/v1/entities/{WEB}/details?{range}&remote={UPDATES}")).await;
    assert_eq!((updates["total"].as_u64(), updates["unfiltered"].as_u64() > updates["total"].as_u64()), (Some(2), true));
}

#[tokio::test]
async fn reach_goes_by_connections_that_were_open() {
    let investigator = investigator().await;
    let reach = investigator.reach(WEB, scope(), 100).await.unwrap();
    let hosts: Vec<&str> = reach.rows.iter().map(|host| host.reached.host.as_str()).collect();
    assert_eq!(hosts, [WEB, DB], "the load balancer only connects to it, and who is outside is no resource");
    let by = reach.rows[1].reached.by.as_ref().unwrap();
    assert_eq!((by.from.as_str(), by.service_port, by.is_new), (WEB, Some(5_432), true));
    assert_eq!(reach.rows[1].reached.at, hour(HOURS - 1).plus_secs(900));
    assert!(reach.rows[1].reached.all_new && !reach.truncated);

    // The load balancer has connected to it every hour.
    let from_outside = investigator.reach("10.0.3.1", scope(), 1).await.unwrap();
    assert_eq!((from_outside.rows.len(), from_outside.total), (1, 3));
    let later = investigator.reach(WEB, TimeRange::new(hour(HOURS - 24), hour(HOURS - 2)), 100).await.unwrap();
    assert_eq!(later.total, 1, "nothing was opened to a machine of one's own before");
    let again = investigator.sql(&reach.query, 10).await.unwrap();
    assert!(!again.rows.is_empty(), "the query gives its numbers again");
}
