//! Hours of the week in which something is expected.

use flow::{DAY_SECS, HOUR_SECS, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Days of the week and hours of the day, UTC. A stretch that ends before it begins goes on into the next day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Days that it begins on, in English; every day when empty.
    #[serde(default)]
    pub days: Vec<String>,
    /// Beginning, `22:00`.
    pub from: String,
    /// End, `06:00`; that minute no longer belongs to it.
    pub to: String,
}

fn seconds(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    ((0..24).contains(&hours) && (0..60).contains(&minutes) || (hours, minutes) == (24, 0)).then_some(hours * HOUR_SECS + minutes * 60)
}

impl Schedule {
    /// What is wrong with it.
    pub(super) fn problem(&self) -> Option<String> {
        if let Some(day) = self.days.iter().find(|day| !DAYS.contains(&day.as_str())) {
            return Some(format!("{day:?} is no day: write monday, tuesday, …"));
        }
        match (seconds(&self.from), seconds(&self.to)) {
            (Some(from), Some(to)) if from != to => None,
            _ => Some("a schedule goes from one time of day to another: 22:00, 06:00".to_owned()),
        }
    }

    /// Whether an instant lies in it.
    pub(super) fn covers(&self, at: Timestamp) -> bool {
        let (Some(from), Some(to)) = (seconds(&self.from), seconds(&self.to)) else { return false };
        let time = at.secs().rem_euclid(DAY_SECS);
        let day = at.hour_of_week() / 24;
        let on = |day: usize| self.days.is_empty() || self.days.iter().any(|known| known == DAYS[day]);
        if from < to { on(day) && (from..to).contains(&time) } else { (on(day) && time >= from) || (on((day + 6) % 7) && time < to) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nights_go_on_into_the_next_day() {
        let schedule = Schedule { days: vec!["friday".to_owned()], from: "22:00".to_owned(), to: "06:00".to_owned() };
        assert_eq!(schedule.problem(), None);
        // 27 November 2026 is a Friday.
        for (at, covered) in [
            ("2026-11-27T21:59:59Z", false),
            ("2026-11-27T22:00:00Z", true),
            ("2026-11-28T05:59:00Z", true),
            ("2026-11-28T06:00:00Z", false),
            ("2026-11-28T23:00:00Z", false),
            ("2026-11-27T03:00:00Z", false),
        ] {
            assert_eq!(schedule.covers(at.parse().unwrap()), covered, "{at}");
        }
        let office = Schedule { days: Vec::new(), from: "08:00".to_owned(), to: "24:00".to_owned() };
        assert!(office.covers("2026-11-24T23:59:59Z".parse().unwrap()) && !office.covers("2026-11-24T07:59:59Z".parse().unwrap()));
        assert!(Schedule { days: vec!["today".to_owned()], ..office.clone() }.problem().is_some());
        assert!(Schedule { to: "25:00".to_owned(), ..office }.problem().is_some());
    }
}
