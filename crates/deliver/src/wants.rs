//! What a target is told, and how often.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use detect::Severity;
use flow::Timestamp;

use crate::{Notice, Settings};

/// Findings whose last delivery is remembered, at most.
const TOLD_CAP: usize = 50_000;

/// Decides what a target is told. What it was told is remembered in memory only: after a restart an update may come sooner.
#[derive(Debug)]
pub(crate) struct Wants {
    min_severity: Severity,
    types: Option<BTreeSet<&'static str>>,
    update_secs: i64,
    told: Mutex<HashMap<String, Told>>,
}

#[derive(Debug, Clone)]
struct Told {
    at: Timestamp,
    band: Severity,
    event_id: String,
}

impl Wants {
    pub(crate) fn new(settings: &Settings) -> Result<Self, String> {
        Ok(Self {
            min_severity: settings.min_severity,
            types: settings.wanted_types()?,
            update_secs: i64::try_from(settings.update_secs).unwrap_or(i64::MAX),
            told: Mutex::default(),
        })
    }

    fn told(&self) -> MutexGuard<'_, HashMap<String, Told>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Of these notices those that are to be told, as positions. A finding that stands among them twice is judged as if the first had been
    /// told.
    pub(crate) fn choose(&self, notices: &[Notice], now: Timestamp) -> Vec<usize> {
        let mut chosen = Vec::new();
        let mut here: HashMap<&str, Told> = HashMap::new();
        let told = self.told();
        for (index, notice) in notices.iter().enumerate() {
            let finding = notice.finding();
            let last = here.get(finding.id.as_str()).or_else(|| told.get(&finding.id));
            if self.fits(notice) && last.is_none_or(|last| self.is_news(notice, last, now)) {
                here.insert(&finding.id, Told::new(notice, now));
                chosen.push(index);
            }
        }
        chosen
    }

    fn fits(&self, notice: &Notice) -> bool {
        let finding = notice.finding();
        !finding.archived
            && finding.suppressed_by.is_none()
            && notice.band() >= self.min_severity
            && self.types.as_ref().is_none_or(|types| types.contains(finding.finding_type.name()))
    }

    fn is_news(&self, notice: &Notice, last: &Told, now: Timestamp) -> bool {
        let age = now.secs().saturating_sub(last.at.secs());
        last.event_id != notice.event_id() && (age >= self.update_secs || notice.band() > last.band)
    }

    /// Remembers that this was told.
    pub(crate) fn remember(&self, notice: &Notice, now: Timestamp) {
        let mut told = self.told();
        if told.len() >= TOLD_CAP {
            let oldest = now.secs().saturating_sub(self.update_secs);
            told.retain(|_, last| last.at.secs() > oldest);
            if told.len() >= TOLD_CAP {
                told.clear();
            }
        }
        told.insert(notice.finding().id.clone(), Told::new(notice, now));
    }
}

impl Told {
    fn new(notice: &Notice, at: Timestamp) -> Self {
        Self { at, band: notice.band(), event_id: notice.event_id().to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;
    use crate::notice::tests::notice;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(1_800_000_000 + secs)
    }

    fn update(key: &str, severity: f64, bytes: u64) -> Notice {
        let mut finding = notice(key, severity).finding().clone();
        finding.occurrences[0].connection.bytes_out += bytes;
        Notice::new(finding, false, at(0))
    }

    #[test]
    fn severity_types_archive_and_suppression_decide() {
        let mut settings = Settings::new("a", Kind::File);
        settings.min_severity = Severity::High;
        settings.types = vec!["UnauthorizedAccess:*".to_owned()];
        let wants = Wants::new(&settings).unwrap();
        let mut archived = notice("c", 8.0).finding().clone();
        archived.archived = true;
        let mut suppressed = notice("d", 8.0).finding().clone();
        suppressed.suppressed_by = Some("scanner".to_owned());
        let other = crate::notice::tests::finding(detect::FindingType::TrafficVolumeUnusual, "e", 8.0);
        let given = [
            notice("a", 6.9),
            notice("b", 7.0),
            Notice::new(archived, true, at(0)),
            Notice::new(suppressed, true, at(0)),
            Notice::new(other, true, at(0)),
        ];
        assert_eq!(wants.choose(&given, at(0)), [1]);
    }

    #[test]
    fn an_update_waits_its_time_unless_the_band_rises() {
        let wants = Wants::new(&Settings::new("a", Kind::File)).unwrap();
        let first = notice("a", 5.0);
        assert_eq!(wants.choose(std::slice::from_ref(&first), at(0)), [0]);
        wants.remember(&first, at(0));
        assert_eq!(wants.choose(&[first], at(5_000)), [0; 0], "a double is no news, however late");
        assert_eq!(wants.choose(&[update("a", 6.0, 1)], at(899)), [0; 0]);
        assert_eq!(wants.choose(&[update("a", 7.0, 1)], at(1)), [0], "medium became high");
        assert_eq!(wants.choose(&[update("a", 5.0, 1)], at(900)), [0]);
    }

    #[test]
    fn in_one_batch_the_first_speaks_for_the_rest() {
        let wants = Wants::new(&Settings::new("a", Kind::File)).unwrap();
        let given = [notice("a", 5.0), notice("b", 5.0), update("a", 5.0, 1), update("a", 7.0, 2)];
        assert_eq!(wants.choose(&given, at(0)), [0, 1, 3]);
        let mut every = Settings::new("a", Kind::File);
        every.update_secs = 0;
        assert_eq!(Wants::new(&every).unwrap().choose(&given, at(0)), [0, 1, 2, 3]);
    }

    #[test]
    fn memory_is_bounded() {
        let wants = Wants::new(&Settings::new("a", Kind::File)).unwrap();
        let told = Told::new(&notice("a", 5.0), at(0));
        wants.told().extend((0..TOLD_CAP).map(|index| (index.to_string(), told.clone())));
        wants.remember(&notice("a", 5.0), at(10));
        assert_eq!(wants.told().len(), 1);
    }
}
