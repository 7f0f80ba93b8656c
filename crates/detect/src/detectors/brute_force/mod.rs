//! Brute force: many short sessions of the same size. The manual pages are in `manual/`.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use flow::{Direction, HOUR_SECS, TimeRange};

use super::card::{Card, service_key};
use super::contact::{Contact, ContactColumns, read_all};
use crate::evidence::{Measure, Unit};
use crate::{BruteForceThresholds, Context, Detector, FindingType, Occurrence, ScoreError, wording};

/// Days on which the two sides talked before, from which on it is the habit of an operator.
const HABIT_DAYS: u64 = 14;
/// Hours after the guesses in which a session of another size looks like their success.
const AFTERMATH_HOURS: i64 = 24;
const ACTOR: f64 = 8.0;
const SUCCESS: f64 = 8.5;

/// Brute force on some ports.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BruteForce {
    finding_type: FindingType,
    ports: &'static [u16],
    /// Whether only attempts on internal hosts count; else all of them.
    internal: bool,
    manual: &'static str,
}

pub(crate) static SSH: BruteForce =
    BruteForce { finding_type: FindingType::SshBruteForce, ports: &[22], internal: false, manual: include_str!("manual/ssh.md") };
pub(crate) static RDP: BruteForce =
    BruteForce { finding_type: FindingType::RdpBruteForce, ports: &[3389], internal: false, manual: include_str!("manual/rdp.md") };
pub(crate) static WINRM: BruteForce = BruteForce {
    finding_type: FindingType::WinRmBruteForce,
    ports: &[5985, 5986],
    internal: false,
    manual: include_str!("manual/winrm.md"),
};
pub(crate) static INTERNAL: BruteForce = BruteForce {
    finding_type: FindingType::InternalBruteForce,
    ports: &[21, 23, 445, 1433, 3306, 5432, 5900],
    internal: true,
    manual: include_str!("manual/internal.md"),
};

/// The sessions of an hour between two networks.
struct Sessions {
    contact: Contact,
    remote_net: String,
    public: bool,
    sessions: u64,
    sources: u64,
    low: f64,
    median: f64,
    high: f64,
    short: u64,
    most: u64,
    days_known: u64,
}

impl Sessions {
    fn short_share(&self) -> f64 {
        if self.sessions == 0 { 0.0 } else { wording::number(self.short) / wording::number(self.sessions) }
    }

    fn guesses(&self, thresholds: &BruteForceThresholds) -> bool {
        let sized =
            self.contact.service_port != Some(22) || (thresholds.min_ssh_packets..=thresholds.max_ssh_packets).contains(&self.median);
        self.sessions >= thresholds.min_sessions
            && sized
            && self.high - self.low <= thresholds.max_spread
            && self.short_share() >= thresholds.min_short_share
            && self.days_known < HABIT_DAYS
    }

    /// Whether a session stands out from guesses of `median` packets: someone got in.
    fn stands_out(&self, median: f64) -> bool {
        wording::number(self.most) > 3.0 * median + 20.0
    }
}

/// Entity, network of the other side, who opened the connections, and port.
type Guessed = (String, String, Direction, Option<u16>);

impl Detector for BruteForce {
    fn finding_type(&self) -> FindingType {
        self.finding_type
    }

    fn features(&self) -> &'static str {
        include_str!("features.sql")
    }

    fn manual(&self) -> &'static str {
        self.manual
    }

    fn score(&self, features: &[RecordBatch], context: &Context<'_>) -> Result<Vec<Occurrence>, ScoreError> {
        let thresholds = &context.thresholds.brute_force;
        let mut all = self.read(features)?;
        all.retain(|row| {
            let mine = row.contact.service_port.is_some_and(|port| self.ports.contains(&port));
            mine && (!self.internal || (!row.public && row.contact.direction == Direction::Outbound))
        });
        all.sort_by(|left, right| (left.contact.hour, &left.remote_net).cmp(&(right.contact.hour, &right.remote_net)));
        // When the guesses of a pair were last seen, and of what size they were.
        let mut guesses: BTreeMap<Guessed, (flow::Timestamp, f64)> = BTreeMap::new();
        let mut occurrences = Vec::new();
        for row in &all {
            let contact = &row.contact;
            let key = (contact.entity.clone(), row.remote_net.clone(), contact.direction, contact.service_port);
            let guessing = row.guesses(thresholds);
            let before = guesses.get(&key).copied();
            let after = before.filter(|(last, _)| contact.hour.secs() - last.secs() <= AFTERMATH_HOURS * HOUR_SECS);
            let success = match (guessing, after) {
                (true, _) => row.stands_out(row.median),
                (false, Some((_, median))) => row.stands_out(median),
                (false, None) => false,
            };
            if guessing {
                guesses.insert(key, (contact.hour, row.median));
            }
            if contact.in_range(context) && (guessing || success) {
                occurrences.push(self.occurrence(row, guessing, success, after.map(|(last, _)| last), thresholds));
            }
        }
        Occurrence::sort(&mut occurrences);
        Ok(occurrences)
    }
}

impl BruteForce {
    fn read(&self, features: &[RecordBatch]) -> Result<Vec<Sessions>, ScoreError> {
        read_all(
            self.finding_type,
            features,
            |columns| {
                Ok((
                    ContactColumns::new(columns)?,
                    columns.text("remote_net")?,
                    columns.boolean("public")?,
                    [
                        columns.integer("sessions")?,
                        columns.integer("sources")?,
                        columns.integer("short_sessions")?,
                        columns.integer("packets_most")?,
                        columns.integer("days_known")?,
                    ],
                    [columns.float("packets_low")?, columns.float("packets_median")?, columns.float("packets_high")?],
                ))
            },
            |(contact, net, public, [sessions, sources, short, most, days], [low, median, high]), row| {
                Ok(Sessions {
                    contact: contact.read(row)?,
                    remote_net: net.required(row)?.to_owned(),
                    public: public.is_true(row),
                    sessions: sessions.count(row)?,
                    sources: sources.count(row)?,
                    low: low.get(row).unwrap_or(0.0),
                    median: median.get(row).unwrap_or(0.0),
                    high: high.get(row).unwrap_or(f64::MAX),
                    short: short.count(row)?,
                    most: most.count(row)?,
                    days_known: days.count(row)?,
                })
            },
        )
    }

    fn occurrence(
        &self,
        row: &Sessions,
        guessing: bool,
        success: bool,
        guessed: Option<flow::Timestamp>,
        thresholds: &BruteForceThresholds,
    ) -> Occurrence {
        let contact = &row.contact;
        let actor = contact.direction == Direction::Outbound;
        let severity = match (success, actor) {
            (true, _) => SUCCESS,
            (false, true) => ACTOR,
            (false, false) => self.finding_type.default_severity(),
        };
        let hosts = wording::count(row.sources, "host");
        let mut summary = match (guessing, actor) {
            (true, false) => format!(
                "{} of {} guessed passwords of {} on {}: {} of about {:.0} packets each",
                hosts,
                row.remote_net,
                contact.entity,
                contact.service(),
                wording::count(row.sessions, "session"),
                row.median
            ),
            (true, true) => format!(
                "{} guesses passwords of {} of {} on {}: {} of about {:.0} packets each",
                contact.entity,
                hosts,
                row.remote_net,
                contact.service(),
                wording::count(row.sessions, "session"),
                row.median
            ),
            (false, _) => format!(
                "After guesses on {}, a session of {} packets between {} and {}",
                contact.service(),
                row.most,
                contact.entity,
                contact.remote_addr
            ),
        };
        if success && guessing {
            summary += &format!("; one session had {} packets, which looks like a guess that fitted", row.most);
        }
        summary.push('.');
        let number = wording::number;
        let (actual, limit) = if guessing {
            (Measure::new(number(row.sessions), Unit::Sessions), Measure::new(number(thresholds.min_sessions), Unit::Sessions))
        } else {
            (
                Measure::new(number(row.most), Unit::Packets),
                Measure::new(3.0 * row.median.min(thresholds.max_ssh_packets) + 20.0, Unit::Packets),
            )
        };
        let role = if actor { "actor" } else { "target" };
        let hours = TimeRange::new(contact.hour, contact.hour.plus_secs(HOUR_SECS));
        let size = if contact.service_port == Some(22) {
            (1.0, format!("{:.0} packets a session is the size of an SSH guess", row.median))
        } else {
            (0.7, "what a guess looks like on this port is not established for flow logs".to_owned())
        };
        let (name, value, reason) = contact.direction_factor();
        let mut card = Card::new(self.finding_type, contact, summary, actual, Some(limit))
            .issue(format!("{role} {}", service_key(contact)))
            .occurrence_key(format!("{} {} {}", contact.hour, row.remote_net, contact.direction))
            .severity(severity)
            .since(guessed.unwrap_or(contact.first_time))
            .attempts(contact, hours, false, true)
            .fact("remoteNetwork", row.remote_net.as_str())
            .fact("sessions", row.sessions)
            .fact("success", success)
            .sure("size", size.0, size.1)
            .sure(name, value, reason);
        if !guessing {
            return card
                .unless(format!("had the session been of the size of the guesses (here {} packets)", row.most))
                .unless(format!("had no guesses come before it, within {AFTERMATH_HOURS} hours"))
                .done();
        }
        card = card
            .unless(format!("with fewer than {} sessions in the hour (here {})", thresholds.min_sessions, row.sessions))
            .unless(format!(
                "had their sizes differed by more than {:.0} packets between the quartiles (here {:.0})",
                thresholds.max_spread,
                row.high - row.low
            ))
            .unless(format!(
                "had less than {} of them been shorter than a minute (here {})",
                wording::percent(thresholds.min_short_share),
                wording::percent(row.short_share())
            ))
            .unless(format!("had the two networks talked on {HABIT_DAYS} days before (here {})", row.days_known));
        card.done()
    }
}
