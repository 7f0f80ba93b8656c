use std::collections::{BTreeMap, BTreeSet};

use flow::HOUR_SECS;
use proptest::prelude::*;

use super::*;

const START: Timestamp = Timestamp::from_secs(1_764_000_000);

/// A finding of one hour, `hour` hours and `minute` minutes after the start, about `entity` and `remote`.
fn signal(finding_type: FindingType, entity: &str, remote: &str, minutes: i64) -> Signal {
    let first = START.plus_secs(minutes * 60);
    let spans = vec![Span { first, last: first.plus_secs(1_800) }];
    let remote = SignalRemote {
        remote_addr: remote.to_owned(),
        asn: Some(64_500),
        service_port: Some(4_444),
        protocol: Some(6),
        spans: spans.clone(),
    };
    Signal {
        id: digest(&[finding_type.name(), entity, &remote.remote_addr, &minutes.to_string()]),
        finding_type,
        entity: entity.to_owned(),
        entity_name: None,
        title: FindingType::fill(
            finding_type.title(),
            &[
                ("entity", &format!("EC2 instance {entity}")),
                ("remote", &remote.remote_addr),
                ("port", "TCP port 4444"),
                ("direction", "outbound"),
            ],
        ),
        severity: finding_type.default_severity(),
        confidence: 0.8,
        first_seen: first,
        last_seen: first.plus_secs(1_800),
        count: 1,
        archived: false,
        addresses: Vec::new(),
        principal: None,
        scaling_group: None,
        background: false,
        success: false,
        listed: false,
        spans,
        remotes: vec![remote],
        fan: 1,
    }
}

fn probe(entity: &str, remote: &str, minutes: i64) -> Signal {
    Signal { background: true, ..signal(FindingType::PortProbeUnprotectedPort, entity, remote, minutes) }
}

fn groups(signals: impl IntoIterator<Item = Signal>) -> Vec<Group> {
    let mut grouping = Grouping::new(GroupThresholds::default());
    signals.into_iter().for_each(|signal| grouping.put(signal));
    grouping.groups()
}

fn sizes(groups: &[Group]) -> Vec<usize> {
    let mut sizes: Vec<usize> = groups.iter().map(|group| group.members.len()).collect();
    sizes.sort_unstable();
    sizes
}

/// An intrusion: guesses inside, a first use of a port of administration, a call home, much data out.
fn intrusion() -> Vec<Signal> {
    let guess = signal(FindingType::InternalBruteForce, "i-1", "10.0.1.6", 0);
    let lateral = signal(FindingType::LateralMovement, "i-1", "10.0.1.6", 40);
    let mut home = signal(FindingType::Strobe, "i-2", "203.0.113.9", 160);
    home.addresses = vec!["10.0.1.6".to_owned()];
    home.entity_name = Some("db".to_owned());
    let out = Signal { addresses: home.addresses.clone(), ..signal(FindingType::Exfiltration, "i-2", "203.0.113.9", 400) };
    vec![guess, lateral, home, out]
}

#[test]
fn an_intrusion_is_one_story() {
    let found = groups(intrusion());
    assert_eq!(sizes(&found), [4]);
    let group = &found[0];
    assert_eq!(group.id, group_id(&intrusion()[0].id));
    assert_eq!(group.chain, ["Credential Access", "Lateral Movement", "Command and Control", "Exfiltration"]);
    assert_eq!(
        group.title,
        "Credential Access, then Lateral Movement, then Command and Control, then Exfiltration on i-1 and 1 other machine"
    );
    assert_eq!((group.severity, group.severity_reason.as_str()), (8.0, "That of its gravest finding."));
    let story: Vec<&str> = group.story.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(
        story,
        [
            "4 findings within 7 hours on i-1 and i-2 (db).",
            "At 16:00 UTC on Monday, 24 November 2025, EC2 instance i-1 is guessing passwords on the internal host 10.0.1.6.",
            "40 minutes later, EC2 instance i-1 is using TCP port 4444 towards the internal host 10.0.1.6 for the first time.",
            "2 hours later, EC2 instance i-2 (db) is calling 203.0.113.9 without pause. The link is the same address, 10.0.1.6.",
            "4 hours later, EC2 instance i-2 has sent much data to the new destination 203.0.113.9.",
            "These are 4 tactics in the order of an attack: Credential Access, then Lateral Movement, then Command and Control, then Exfiltration. \
             The last sign was noted at 23:10 UTC on Monday, 24 November 2025.",
        ]
    );
    let entities: Vec<(&str, GroupSide, usize)> =
        group.entities.iter().map(|entity| (entity.id.as_str(), entity.side, entity.findings.len())).collect();
    assert_eq!(entities, [("i-2", GroupSide::Local, 4), ("i-1", GroupSide::Local, 2), ("203.0.113.9", GroupSide::Remote, 2)]);
    assert_eq!(group.members[2].because, "Linked with an earlier finding by the same address, 10.0.1.6; 2 hours apart.");
    assert!(group.links.iter().all(|link| link.weight >= 0.2));
}

#[test]
fn a_remote_that_came_in_later_is_not_said_to_have_been_there() {
    let mut signals = intrusion();
    let mut earlier = signals[3].remotes[0].clone();
    earlier.remote_addr = "203.0.113.90".to_owned();
    let start = signals[3].first_seen;
    signals[3].remotes[0].spans = vec![Span { first: start.plus_secs(9 * 3_600), last: start.plus_secs(10 * 3_600) }];
    signals[3].remotes.push(earlier);
    let story = &groups(signals)[0].story;
    let line = story.iter().find(|line| line.text.contains("sent much data")).unwrap();
    assert!(
        line.text.contains("203.0.113.9, and the same with 1 more remote host, 203.0.113.9 itself from 9 hours later on"),
        "{}",
        line.text
    );
}

#[test]
fn what_is_far_apart_is_not_linked() {
    let near = [signal(FindingType::TorClient, "i-1", "203.0.113.1", 0), signal(FindingType::Spambot, "i-1", "198.51.100.1", 20 * 60)];
    assert_eq!(sizes(&groups(near)), [2]);
    let far = [signal(FindingType::TorClient, "i-1", "203.0.113.1", 0), signal(FindingType::Spambot, "i-1", "198.51.100.1", 40 * 60)];
    assert_eq!(groups(far), []);
    let elsewhere = [signal(FindingType::TorClient, "i-1", "203.0.113.1", 0), signal(FindingType::Spambot, "i-2", "198.51.100.1", 0)];
    assert_eq!(groups(elsewhere), []);
}

#[test]
fn a_shared_remote_links_a_few_machines_and_never_many() {
    let contact = |index: i64| signal(FindingType::MaliciousIpCallerCustom, &format!("i-{index}"), "203.0.113.1", index);
    assert_eq!(sizes(&groups((0..4).map(contact))), [4]);
    assert_eq!(groups((0..40).map(contact)), [], "a host that forty machines talk to says nothing");
    // The first victims of a scanner are no group either, once it has gone on.
    assert_eq!(groups((0..40).map(|index| signal(FindingType::DropPoint, &format!("i-{index}"), "203.0.113.1", index * 15))), []);
}

#[test]
fn a_finding_with_a_great_many_remotes_is_linked_by_its_machine_alone() {
    let mut sweep = signal(FindingType::InternalSweep, "i-scanner", "10.0.0.1", 0);
    let template = sweep.remotes[0].clone();
    sweep.remotes = (0..60).map(|host| SignalRemote { remote_addr: format!("10.0.0.{host}"), ..template.clone() }).collect();
    sweep.fan = 60;
    let victims = (0..60).map(|host| Signal {
        addresses: vec![format!("10.0.0.{host}")],
        ..signal(FindingType::NetworkPortUnusual, &format!("i-{host}"), &format!("198.51.{host}.1"), 10)
    });
    let mut all: Vec<Signal> = victims.collect();
    all.iter_mut().for_each(|victim| victim.remotes[0].asn = None);
    all.push(sweep);
    assert_eq!(groups(all.clone()), []);
    all.push(signal(FindingType::InternalBruteForce, "i-scanner", "10.9.9.9", 30));
    assert_eq!(sizes(&groups(all)), [2]);
}

#[test]
fn a_resolver_in_common_is_nothing_in_common() {
    let asks = |index: i64| signal(FindingType::UnusualDnsResolver, &format!("i-{index}"), "8.8.8.8", index);
    assert_eq!(groups((0..3).map(asks)), []);
    let clock = |index: i64| {
        let mut signal = signal(FindingType::NetworkPortUnusual, &format!("i-{index}"), "203.0.113.1", index);
        signal.remotes[0].service_port = Some(123);
        signal
    };
    assert_eq!(groups((0..3).map(clock)), []);
}

#[test]
fn a_cloud_is_no_network_in_common() {
    let contact = |index: i64, asn| {
        let mut signal = signal(FindingType::DropPoint, &format!("i-{index}"), &format!("203.0.113.{index}"), index);
        signal.remotes[0].asn = Some(asn);
        signal
    };
    assert_eq!(sizes(&groups((0..2).map(|index| contact(index, 64_500)))), [2]);
    assert_eq!(groups((0..2).map(|index| contact(index, 16_509))), []);
}

#[test]
fn addresses_that_two_machines_have_link_nothing() {
    let own = |entity: &str, minutes| Signal {
        addresses: vec!["10.0.0.5".to_owned()],
        ..signal(FindingType::NetworkPortUnusual, entity, &format!("198.51.{minutes}.1"), minutes)
    };
    let (mut one, mut other) = (own("i-1", 0), own("i-2", 1));
    (one.remotes[0].asn, other.remotes[0].asn) = (None, None);
    assert_eq!(groups([one, other]), []);
}

#[test]
fn noise_joins_by_its_remote_or_by_a_success() {
    let tor = || signal(FindingType::TorClient, "i-1", "203.0.113.1", 60);
    assert_eq!(groups([probe("i-1", "198.51.100.7", 0), tor()]), [], "probes and Tor on one machine are no story");
    assert_eq!(sizes(&groups([probe("i-1", "203.0.113.1", 0), tor()])), [2]);
    let guess = Signal { success: true, severity: 8.5, background: true, ..signal(FindingType::SshBruteForce, "i-1", "198.51.100.7", 0) };
    let found = groups([guess, tor()]);
    assert_eq!(found[0].chain, ["Credential Access", "Command and Control"]);
    assert!(found[0].story[1].text.ends_with("One attempt looks as if it had succeeded."));
}

#[test]
fn weak_signals_join_and_neither_begin_nor_bridge() {
    let weak = |entity: &str, remote: &str, minutes| signal(FindingType::NewCountry, entity, remote, minutes);
    assert_eq!(groups([weak("i-1", "203.0.113.1", 0), weak("i-1", "203.0.113.2", 5)]), []);
    let strong = |entity: &str, remote: &str, minutes| Signal {
        remotes: Vec::new(),
        ..signal(FindingType::NetworkPortUnusual, entity, remote, minutes)
    };
    // The weak one shares the machine with one and the address with the other.
    let mut bridged = strong("i-2", "", 10);
    bridged.addresses = vec!["203.0.113.1".to_owned()];
    let found = groups([strong("i-1", "", 20), weak("i-1", "203.0.113.1", 0), bridged]);
    assert_eq!(sizes(&found), [2]);
    assert_eq!(found[0].id, group_id(&strong("i-1", "", 20).id), "named by its strong finding, though the weak one is older");
    assert!(found[0].members[0].weak);
}

#[test]
fn weak_signals_lengthen_a_chain_by_one() {
    let all = [
        signal(FindingType::LateralMovement, "i-1", "10.0.0.9", 0),
        Signal { severity: 3.0, ..signal(FindingType::Strobe, "i-1", "203.0.113.1", 10) },
        Signal { severity: 3.0, ..signal(FindingType::Exfiltration, "i-1", "203.0.113.1", 20) },
    ];
    let found = groups(all);
    assert_eq!(found[0].chain, ["Lateral Movement", "Command and Control"]);
    assert_eq!(found[0].severity, 5.0, "two weak ones prove nothing");
}

#[test]
fn together_findings_weigh_more() {
    let port = signal(FindingType::NetworkPortUnusual, "i-1", "203.0.113.1", 0);
    let out = Signal { severity: 5.0, ..signal(FindingType::TrafficVolumeUnusual, "i-1", "203.0.113.1", 30) };
    let found = groups([port.clone(), out.clone()]);
    assert_eq!(
        (found[0].severity, found[0].severity_reason.as_str()),
        (7.0, "High at least: Command and Control together with another tactic.")
    );
    // 1 - (1 - 0.5 * 0.8) * (1 - 0.5 * 0.8), the first 30 minutes older than the last, and two tactics in order.
    let age = (-0.5_f64 / 72.0).exp();
    assert!((found[0].score - 1.25 * (1.0 - 0.6 * (1.0 - 0.4 * age))).abs() < 0.001, "{}", found[0].score);
    let mut four = intrusion();
    four[3].listed = true;
    assert_eq!(groups(four)[0].severity, 9.0);
    // In the wrong order two tactics are no chain.
    let mut early = out;
    early.first_seen = port.first_seen.plus_secs(-3_600);
    assert_eq!(groups([port, early])[0].chain.len(), 1);
}

#[test]
fn what_is_put_away_stays_and_counts_for_nothing() {
    let mut all = intrusion();
    let before = groups(all.clone());
    all[3].archived = true;
    let after = groups(all.clone());
    assert_eq!((&after[0].id, after[0].members.len()), (&before[0].id, 4));
    assert_eq!(after[0].chain.len(), 3);
    assert!(after[0].score < before[0].score);
    assert!(after[0].story[5].text.ends_with("1 of the findings has been put away."));
    all.iter_mut().for_each(|signal| signal.archived = true);
    let put_away = groups(all);
    assert!(put_away[0].archived);
    assert_eq!(put_away[0].score, 0.0);
}

#[test]
fn a_merge_keeps_what_the_group_was() {
    let one = [signal(FindingType::TorClient, "i-1", "203.0.113.1", 0), signal(FindingType::Spambot, "i-1", "203.0.113.1", 60)];
    let other = [signal(FindingType::TorClient, "i-2", "198.51.100.1", 30), signal(FindingType::Spambot, "i-2", "198.51.100.1", 90)];
    let mut apart: Vec<Signal> = one.iter().chain(&other).cloned().collect();
    apart.iter_mut().for_each(|signal| signal.remotes[0].asn = None);
    let before = groups(apart.clone());
    assert_eq!(sizes(&before), [2, 2]);
    let mut bridge = signal(FindingType::InternalBruteForce, "i-1", "10.0.0.2", 120);
    bridge.remotes[0].asn = None;
    apart.iter_mut().filter(|signal| signal.entity == "i-2").for_each(|signal| signal.addresses = vec!["10.0.0.2".to_owned()]);
    apart.push(bridge.clone());
    let after = groups(apart);
    assert_eq!(sizes(&after), [5]);
    assert_eq!(after[0].id, group_id(&one[0].id));
    let merged = &after[0].merged;
    assert_eq!((merged.len(), &merged[0].id, &merged[0].by), (1, &group_id(&other[0].id), &bridge.id));
    assert_eq!(merged[0].findings, [other[0].id.clone(), other[1].id.clone()]);
}

#[test]
fn what_is_too_large_is_split_at_its_weakest_links() {
    let thresholds = GroupThresholds::default();
    // Every half hour a finding on the same machine, for a week, with a day's pause in the middle.
    let kinds = [FindingType::TorClient, FindingType::NetworkPortUnusual];
    let steady = (0..60).map(|index: i64| {
        let pause = if index >= 30 { 16 * 60 } else { 0 };
        signal(kinds[usize::try_from(index).unwrap() % 2], "i-1", &format!("198.51.{index}.1"), index * 30 + pause)
    });
    let found = groups(steady);
    assert_eq!(sizes(&found), [30, 30], "split at the pause");
    let long =
        (0..40).map(|index: i64| signal(kinds[usize::try_from(index).unwrap() % 2], "i-1", &format!("198.51.{index}.1"), index * 20 * 60));
    let found = groups(long);
    assert!(found.len() > 1);
    for group in &found {
        let begun = group.members.iter().map(|member| member.first_seen.secs());
        assert!(begun.clone().max().unwrap() - begun.min().unwrap() <= thresholds.max_secs);
    }
}

/// A small generator, so that a world is the same everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// Intrusions among what else a thousand machines raise in a week.
fn world(seed: u64) -> (Vec<Signal>, Vec<BTreeSet<String>>) {
    let mut dice = Dice(seed);
    let mut signals = Vec::new();
    let everyday = [
        FindingType::NetworkPortUnusual,
        FindingType::TrafficVolumeUnusual,
        FindingType::MaliciousIpCallerCustom,
        FindingType::Portscan,
        FindingType::NewCountry,
        FindingType::PortProbeUnprotectedPort,
    ];
    for _ in 0..140 {
        let kind = everyday[usize::try_from(dice.below(6)).unwrap()];
        let remote = format!("{}.{}.{}.{}", 20 + dice.below(150), dice.below(250), dice.below(250), dice.below(250));
        let minutes = i64::try_from(dice.below(7 * 24 * 60)).unwrap();
        let mut signal = signal(kind, &format!("i-{}", dice.below(1_000)), &remote, minutes);
        signal.background = kind == FindingType::PortProbeUnprotectedPort;
        signal.remotes[0].asn = Some(60_000 + u32::try_from(dice.below(300)).unwrap());
        signals.push(signal);
    }
    let mut attacks = Vec::new();
    for attack in 0..3 {
        let (first, second) = (format!("i-a{attack}"), format!("i-b{attack}"));
        let home = format!("185.{}.{}.9", dice.below(250), dice.below(250));
        let (inside, swept) = (format!("10.0.{attack}.6"), format!("10.0.{attack}.77"));
        let mut at = i64::try_from(dice.below(6 * 24 * 60)).unwrap();
        let steps = [
            (FindingType::Strobe, &first, home.as_str()),
            (FindingType::InternalSweep, &first, swept.as_str()),
            (FindingType::LateralMovement, &first, inside.as_str()),
            (FindingType::NetworkPortUnusual, &second, home.as_str()),
            (FindingType::Exfiltration, &second, home.as_str()),
        ];
        let mut ids = BTreeSet::new();
        for (kind, entity, remote) in steps {
            let mut step = signal(kind, entity, remote, at);
            step.remotes[0].asn = Some(64_600 + attack);
            if *entity == second {
                step.addresses = vec![inside.clone()];
            }
            ids.insert(step.id.clone());
            signals.push(step);
            at += 10 + i64::try_from(dice.below(240)).unwrap();
        }
        attacks.push(ids);
    }
    (signals, attacks)
}

#[test]
fn intrusions_are_whole_and_apart() {
    let (mut fragments, mut pure, mut members, mut largest) = (0_usize, 0_usize, 0_usize, 0_usize);
    for seed in 0..20 {
        let (signals, attacks) = world(seed);
        let mut found = groups(signals);
        found.sort_by(|left, right| right.score.total_cmp(&left.score));
        largest = largest.max(found.iter().map(|group| group.members.len()).max().unwrap_or(0));
        for attack in &attacks {
            let of = |group: &&Group| group.members.iter().any(|member| attack.contains(&member.finding_id));
            let touched: Vec<&Group> = found.iter().filter(of).collect();
            let grouped: usize =
                touched.iter().map(|group| group.members.iter().filter(|member| attack.contains(&member.finding_id)).count()).sum();
            fragments += touched.len() + attack.len() - grouped;
            pure += grouped;
            members += touched.iter().map(|group| group.members.len()).sum::<usize>();
        }
        let first: BTreeSet<&str> =
            found.iter().take(3).flat_map(|group| group.members.iter().map(|member| member.finding_id.as_str())).collect();
        assert!(attacks.iter().all(|attack| attack.iter().any(|id| first.contains(id.as_str()))), "seed {seed}: the intrusions come first");
    }
    assert!(fragments <= 63, "{fragments} pieces of 60 intrusions");
    assert!(pure * 100 >= members * 97, "{pure} of {members} findings in their groups are theirs");
    assert!(largest <= 8, "a group of {largest}");
}

fn any_signal() -> impl Strategy<Value = Signal> {
    let kinds = prop::sample::select(vec![
        FindingType::TorClient,
        FindingType::NetworkPortUnusual,
        FindingType::NewCountry,
        FindingType::LateralMovement,
        FindingType::Exfiltration,
        FindingType::PortProbeUnprotectedPort,
    ]);
    (kinds, 0..6_u8, 0..8_u8, 0..200_i64, any::<bool>(), any::<bool>()).prop_map(|(kind, entity, remote, hour, archived, role)| {
        let mut signal = signal(kind, &format!("i-{entity}"), &format!("10.0.0.{remote}"), hour * 60);
        signal.archived = archived;
        signal.background = kind == FindingType::PortProbeUnprotectedPort;
        signal.addresses = vec![format!("10.0.0.{entity}")];
        signal.principal = role.then(|| "arn:aws:iam::111122223333:instance-profile/web".to_owned());
        signal
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_order_of_arrival_does_not_matter(signals in prop::collection::vec(any_signal(), 0..40), seed in any::<u64>(), asked in 0..40_usize) {
        let signals: BTreeMap<String, Signal> = signals.into_iter().map(|signal| (signal.id.clone(), signal)).collect();
        let expected = groups(signals.values().cloned());
        let mut shuffled: Vec<Signal> = signals.values().cloned().collect();
        let mut dice = Dice(seed);
        for index in (1..shuffled.len()).rev() {
            shuffled.swap(index, usize::try_from(dice.below(index as u64 + 1)).unwrap());
        }
        let mut grouping = Grouping::new(GroupThresholds::default());
        for (index, signal) in shuffled.iter().enumerate() {
            // Something that was known before and is known better now.
            grouping.put(Signal { last_seen: signal.last_seen.plus_secs(HOUR_SECS), severity: 2.0, ..signal.clone() });
            if index == asked {
                grouping.groups();
                grouping.remove(&shuffled[0].id);
            }
        }
        shuffled.into_iter().for_each(|signal| grouping.put(signal));
        prop_assert_eq!(&grouping.groups(), &expected);
        let mut seen = BTreeSet::new();
        for group in &expected {
            prop_assert!(group.members.len() > 1);
            for member in &group.members {
                prop_assert!(seen.insert(member.finding_id.clone()), "in two groups");
                prop_assert!(group.links.iter().any(|link| link.from == member.finding_id || link.to == member.finding_id));
            }
            let told: BTreeSet<&String> = group.story.iter().flat_map(|line| &line.findings).collect();
            prop_assert_eq!(told.len(), group.members.len());
            prop_assert!(group.story.windows(2).all(|pair| pair[0].at <= pair[1].at));
        }
    }
}
