//! `Weir:EC2/Beacon` and `Weir:EC2/Strobe`: the calls to a rare and new destination, by the minute.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use flow::{DAY_SECS, HOUR_SECS, TimeRange, Timestamp};

use super::regularity::{Call, Regularity, regularity};
use crate::detectors::card::{Card, service_key};
use crate::detectors::contact::{Contact, Pair, read_all};
use crate::detectors::known::{Known, KnownColumns};
use crate::evidence::{Measure, Unit};
use crate::{Context, Detector, FindingType, Occurrence, ScoreError, wording};

const FEATURES: &str = concat!(include_str!("rare.sql"), include_str!("minutes.sql"));
/// Minutes in which a strobe's sessions are counted.
const STROBE_MINUTES: i64 = 10;

/// One of the two.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Calls {
    finding_type: FindingType,
    manual: &'static str,
}

pub(crate) static BEACON: Calls = Calls { finding_type: FindingType::Beacon, manual: include_str!("manual/beacon.md") };
pub(crate) static STROBE: Calls = Calls { finding_type: FindingType::Strobe, manual: include_str!("manual/strobe.md") };

struct Minute {
    known: Known,
    minute: Timestamp,
    sessions: u64,
}

impl Detector for Calls {
    fn finding_type(&self) -> FindingType {
        self.finding_type
    }

    fn features(&self) -> &'static str {
        FEATURES
    }

    fn manual(&self) -> &'static str {
        self.manual
    }

    fn score(&self, features: &[RecordBatch], context: &Context<'_>) -> Result<Vec<Occurrence>, ScoreError> {
        let thresholds = &context.thresholds.rare_destination;
        let mut rows = read_all(
            self.finding_type,
            features,
            |columns| Ok((KnownColumns::new(columns)?, columns.time("minute")?, columns.integer("sessions")?)),
            |(known, minute, sessions), row| {
                Ok(Minute { known: known.read(row)?, minute: minute.required(row)?, sessions: sessions.count(row)? })
            },
        )?;
        rows.sort_by_key(|row| (row.minute, row.known.contact.bytes_out, row.known.contact.bytes_in));
        let mut days: BTreeMap<(Pair, i64), Vec<Minute>> = BTreeMap::new();
        for row in rows {
            let contact = &row.known.contact;
            days.entry((contact.pair(), contact.hour.secs().div_euclid(DAY_SECS))).or_default().push(row);
        }
        let mut occurrences = Vec::new();
        for ((_, day), minutes) in days {
            let Some(last) = minutes.last() else { continue };
            let seasoned = last.known.days_watched(context) >= thresholds.min_baseline_days;
            if !seasoned || !last.known.rare(thresholds.max_peer_share) || !last.known.contact.in_range(context) {
                continue;
            }
            let found = match self.finding_type {
                FindingType::Strobe => self.strobe(day, &minutes, context),
                _ => self.beacon(day, &minutes, context),
            };
            occurrences.extend(found);
        }
        Occurrence::sort(&mut occurrences);
        Ok(occurrences)
    }
}

impl Calls {
    fn beacon(&self, day: i64, minutes: &[Minute], context: &Context<'_>) -> Option<Occurrence> {
        let thresholds = &context.thresholds.rare_destination;
        let calls: Vec<Call> = minutes
            .iter()
            .map(|row| Call {
                minute: row.minute.secs().div_euclid(60),
                sessions: row.sessions,
                bytes: wording::number(row.known.contact.bytes_out),
            })
            .collect();
        let Regularity { score, steadiness, period, span_secs } = regularity(&calls)?;
        // One connection that is there in every minute is long, not regular.
        let continuous = period <= 1.0 && minutes.iter().all(|row| row.sessions <= 1);
        if continuous
            || (calls.len() as u64) < thresholds.min_beacon_windows
            || span_secs < thresholds.min_beacon_span_secs
            || score < thresholds.min_beacon_score
            || steadiness < thresholds.min_beacon_steadiness
        {
            return None;
        }
        let contact = whole(minutes)?;
        let summary = format!(
            "{} called {} on {} in {} minutes over {}, {period:.0} minutes apart (regularity {score:.2}).",
            contact.entity,
            contact.remote_addr,
            contact.service(),
            calls.len(),
            wording::ago(span_secs)
        );
        let actual = Measure::new(score, Unit::Share);
        let limit = Measure::new(thresholds.min_beacon_score, Unit::Share);
        let card = self.card(day, &contact, minutes, Card::new(self.finding_type, &contact, summary, actual, Some(limit)), context)?;
        Some(
            card.fact("periodMinutes", period)
                .fact("steadiness", crate::confidence::round(steadiness))
                .sure("regularity", 0.6, "regular calls are mostly harmless: clocks, updates, agents")
                .unless(format!("had the score been below {:.2} (here {score:.2})", thresholds.min_beacon_score))
                .unless(format!("had the gaps been less steady than {:.2} (here {steadiness:.2})", thresholds.min_beacon_steadiness))
                .done(),
        )
    }

    fn strobe(&self, day: i64, minutes: &[Minute], context: &Context<'_>) -> Option<Occurrence> {
        let thresholds = &context.thresholds.rare_destination;
        let most = minutes
            .iter()
            .enumerate()
            .map(|(index, from)| {
                let within = minutes[index..].iter().take_while(|row| row.minute.secs() - from.minute.secs() < STROBE_MINUTES * 60);
                (within.map(|row| row.sessions).sum::<u64>(), from.minute)
            })
            .max_by_key(|(sessions, minute)| (*sessions, std::cmp::Reverse(*minute)))?;
        if most.0 < thresholds.min_strobe_sessions {
            return None;
        }
        let contact = whole(minutes)?;
        let summary = format!(
            "{} opened {} sessions to {} on {} within ten minutes, from {} on.",
            contact.entity,
            most.0,
            contact.remote_addr,
            contact.service(),
            most.1
        );
        let actual = Measure::new(wording::number(most.0), Unit::Sessions);
        let limit = Measure::new(wording::number(thresholds.min_strobe_sessions), Unit::Sessions);
        let card = self.card(day, &contact, minutes, Card::new(self.finding_type, &contact, summary, actual, Some(limit)), context)?;
        Some(
            card.since(most.1)
                .sure("regularity", 0.8, "programs that try again without pause are broken or malicious")
                .unless(format!("with fewer than {} sessions in ten minutes (here {})", thresholds.min_strobe_sessions, most.0))
                .done(),
        )
    }

    /// What both say of the destination.
    fn card(&self, day: i64, contact: &Contact, minutes: &[Minute], card: Card, context: &Context<'_>) -> Option<Card> {
        let thresholds = &context.thresholds.rare_destination;
        let known = &minutes.last()?.known;
        let first = minutes.first()?.known.contact.first_time;
        let hours = TimeRange::new(first.hour(), contact.hour.plus_secs(HOUR_SECS));
        let (name, value, reason) = contact.direction_factor();
        Some(
            card.issue(format!("{} {}", contact.remote_addr, service_key(contact)))
                .occurrence_key(format!("{day} {} {}", contact.remote_addr, service_key(contact)))
                .since(first)
                .attempts(contact, hours, true, true)
                .sure(name, value, reason)
                .sure("peers", 1.0 - known.peer_share(), known.peers_reason())
                .unless(format!(
                    "had more than {} of the other machines talked to {} (here {})",
                    wording::percent(thresholds.max_peer_share),
                    known.remote_net,
                    known.peers_using
                ))
                .unless("had the machine talked to its network more than seven days before"),
        )
    }
}

/// All minutes as one contact, in the hour of the last: so that an hour that has not come yet changes nothing before it.
fn whole(minutes: &[Minute]) -> Option<Contact> {
    let last = minutes.last()?;
    let sum = |count: fn(&Contact) -> u64| minutes.iter().fold(0_u64, |sum, row| sum.saturating_add(count(&row.known.contact)));
    let contact = &last.known.contact;
    Some(Contact {
        bytes_in: sum(|contact| contact.bytes_in),
        bytes_out: sum(|contact| contact.bytes_out),
        packets_in: sum(|contact| contact.packets_in),
        packets_out: sum(|contact| contact.packets_out),
        flows: sum(|contact| contact.flows),
        ..contact.clone()
    })
}
