use api::investigate::answers::{ContactKind, Transfer};
use detect::NoveltyStatus;
use flow::TimeRange;

use crate::world::{BATCH, DB, HOURS, RELAY, SCANNER, WEB, finding, hour, investigator, scope};

#[tokio::test]
async fn the_four_questions_about_a_finding() {
    let investigator = investigator().await;
    let answers = investigator.answers(WEB, scope(), Some(&finding())).await.unwrap();

    let ports = &answers.ports;
    assert_eq!(ports.verdict, "new", "{}", ports.answer);
    assert!(ports.answer.contains("tor-or (TCP 9001)"), "{}", ports.answer);
    assert_eq!((ports.rows[0].port, ports.rows[0].in_finding, ports.rows[0].new), (Some(9_001), true, Some(true)));
    let known = ports.rows.iter().find(|row| row.port == Some(443)).unwrap();
    assert_eq!((known.new, known.in_finding), (Some(false), false));

    let transfer = &answers.transfer;
    assert_eq!(transfer.verdict, "large", "{}", transfer.answer);
    assert!(transfer.answer.contains("2.8 GiB") && transfer.answer.contains(RELAY), "{}", transfer.answer);
    let relay = transfer.rows.iter().find_map(|row| match row {
        Transfer::Remote(remote) if remote.remote == RELAY => Some(remote),
        _ => None,
    });
    let relay = relay.unwrap();
    assert_eq!((relay.status, relay.in_finding, relay.bytes_out, relay.before_hours), (NoveltyStatus::New, true, 5_000_000_000, 0));
    assert!(relay.share > 0.9);
    let usual = transfer.rows.iter().find_map(|row| match row {
        Transfer::Remote(remote) if remote.remote == "10.0.3.1" => Some(remote),
        _ => None,
    });
    assert_eq!(usual.unwrap().status, NoveltyStatus::Usual);

    let permission = &answers.permission;
    assert_eq!(permission.verdict, "allowed", "{}", permission.answer);
    let first = &permission.rows[0];
    assert_eq!((first.remote.as_str(), first.outcome.as_str(), first.contradiction), (RELAY, "allowed", false));
    assert_eq!(first.rules[0].group_id, "sg-web");
    assert!(first.rules[0].text.contains("TCP 9001") && first.rules[0].text.contains("203.0.113.0/24"), "{}", first.rules[0].text);
    assert_eq!(first.request.as_ref().map(|acl| (acl.acl_id.as_str(), acl.rule)), Some(("acl-1", Some(100))));
    assert!(permission.answer.contains("sg-web"), "{}", permission.answer);

    let reach = &answers.reach;
    assert_eq!(reach.verdict, "others", "{}", reach.answer);
    let of = |kind: ContactKind| reach.rows.iter().filter(move |row| row.kind == kind).map(|row| (row.entity.as_str(), row.in_scope));
    assert_eq!(of(ContactKind::SameRemote).collect::<Vec<_>>(), [(BATCH, false)]);
    assert_eq!(of(ContactKind::NewInternal).collect::<Vec<_>>(), [(DB, true)]);
    assert!(reach.answer.contains("db-1"), "{}", reach.answer);

    for (question, verdict, answer, _) in answers.lines() {
        assert!(question.ends_with('?') && !verdict.is_empty() && answer.ends_with('.'), "{question} {verdict} {answer}");
    }
}

#[tokio::test]
async fn a_quiet_day_and_a_day_without_data_are_not_the_same() {
    let investigator = investigator().await;
    let usual = investigator.answers(WEB, TimeRange::new(hour(HOURS - 30), hour(HOURS - 28)), None).await.unwrap();
    assert_eq!(
        [usual.ports.verdict.as_str(), usual.transfer.verdict.as_str(), usual.reach.verdict.as_str()],
        ["usual", "usual", "none-known"]
    );
    let quiet = investigator.answers("i-0ffffffffffffffff", TimeRange::new(hour(HOURS - 30), hour(HOURS - 28)), None).await.unwrap();
    assert_eq!([quiet.ports.verdict.as_str(), quiet.transfer.verdict.as_str(), quiet.permission.verdict.as_str()], ["quiet"; 3]);
    let first = investigator.answers(WEB, TimeRange::new(hour(5), hour(7)), None).await.unwrap();
    assert_eq!([first.ports.verdict.as_str(), first.transfer.verdict.as_str()], ["no-history"; 2], "five hours are no history");
    assert!(first.ports.rows.iter().all(|row| row.new.is_none()));
    let nothing = investigator.answers(WEB, TimeRange::new(hour(HOURS + 30), hour(HOURS + 32)), None).await.unwrap();
    for (_, verdict, _, caveats) in nothing.lines() {
        assert_eq!(verdict, "no-data");
        assert!(!caveats.is_empty());
    }
}

#[tokio::test]
async fn rejected_traffic_is_explained_by_the_rules() {
    let investigator = investigator().await;
    let hours = TimeRange::new(hour(HOURS - 6), hour(HOURS - 5));
    let answers = investigator.answers(WEB, hours, None).await.unwrap();
    let scan = answers.permission.rows.iter().find(|row| row.remote == SCANNER).unwrap();
    assert_eq!((scan.outcome.as_str(), scan.logged.as_deref(), scan.contradiction), ("blocked-by-security-group", Some("reject"), false));
    assert!(scan.rules.is_empty());
    // The database's group lets nothing out, and yet the log says that it spoke with the update server.
    let answers = investigator.answers(DB, hours, None).await.unwrap();
    assert_eq!(answers.permission.verdict, "contradiction", "{}", answers.permission.answer);
}

#[tokio::test]
async fn an_address_can_be_asked_about_too() {
    let investigator = investigator().await;
    let answers = investigator.answers(RELAY, scope(), None).await.unwrap();
    assert_eq!((answers.ports.verdict.as_str(), answers.ports.rows[0].new), ("usual", Some(false)), "it was met on that port before");
    assert!(answers.ports.answer.starts_with("Entities connected to it for 1 service"), "{}", answers.ports.answer);
    assert_eq!(answers.permission.verdict, "allowed");
    assert_eq!(answers.permission.rows[0].entity, WEB);
    let entities: Vec<&str> = answers.reach.rows.iter().map(|row| row.entity.as_str()).collect();
    assert_eq!(entities, [WEB, BATCH]);
    assert!(investigator.answers(DB, scope(), Some(&finding())).await.is_err(), "the finding is about another entity");
    assert!(investigator.answers(WEB, scope(), Some("0")).await.is_err());
}

#[tokio::test]
async fn a_finding_page_has_all_that_belongs_to_it() {
    let investigator = investigator().await;
    let page = investigator.finding_page(&finding()).await.unwrap();
    assert_eq!((page.scope.from, page.scope.to), (scope().from, scope().to));
    assert_eq!((page.finding.count, page.finding.actors.len(), page.remotes.len()), (2, 1, 1));
    assert_eq!(page.remotes[0].lists[0].kind, "tor-relay");
    assert_eq!(page.entity.name.as_deref(), Some("web-1"));
    assert_eq!(page.finding.resource.instance_type.as_deref(), Some("m7i.large"));
    assert!(page.related.is_empty());
}
