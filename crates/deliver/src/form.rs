//! The forms of a finding.

use chrono::SecondsFormat;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::Notice;

/// The source of GuardDuty's own events.
const EVENT_SOURCE: &str = "aws.guardduty";
/// Remote end points that a shortened OCSF finding keeps.
const SHORT_EVIDENCES: usize = 10;

/// The form of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// The event by which GuardDuty tells EventBridge of a finding: an envelope with `detail-type` "GuardDuty Finding", and the finding as
    /// its `detail`.
    EventBridge,
    /// GuardDuty's finding, as its API writes it.
    GuardDuty,
    /// OCSF 1.5.0, Detection Finding.
    Ocsf,
    /// The AWS Security Finding Format.
    Asff,
}

/// How findings are written for one target.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    pub(crate) format: Format,
    pub(crate) event_source: String,
    pub(crate) console: Option<String>,
}

impl Form {
    pub(crate) fn new(format: Format, event_source: Option<&str>, console: Option<&str>) -> Self {
        Self { format, event_source: event_source.unwrap_or(EVENT_SOURCE).to_owned(), console: console.map(str::to_owned) }
    }

    /// The finding in this form.
    pub(crate) fn value(&self, notice: &Notice) -> Value {
        match self.format {
            Format::EventBridge => self.event(notice),
            Format::GuardDuty => self.guardduty(notice),
            Format::Ocsf => {
                let mut finding = notice.finding().to_ocsf();
                if let Some(console) = &self.console {
                    finding["finding_info"]["src_url"] = notice.url(console).into();
                }
                finding
            }
            Format::Asff => {
                let mut finding = notice.finding().to_asff();
                if let Some(console) = &self.console {
                    finding["SourceUrl"] = notice.url(console).into();
                }
                finding
            }
        }
    }

    fn guardduty(&self, notice: &Notice) -> Value {
        let mut finding = notice.finding().to_guardduty();
        finding["weir"]["eventId"] = notice.event_id().into();
        finding["weir"]["new"] = notice.is_new().into();
        if let Some(console) = &self.console {
            finding["weir"]["url"] = notice.url(console).into();
        }
        finding
    }

    /// GuardDuty's event (EventBridge event reference, "GuardDuty Finding"). In its `detail` the additional information is a plain object,
    /// where the API has it as a text.
    fn event(&self, notice: &Notice) -> Value {
        let mut detail = self.guardduty(notice);
        let info =
            detail["service"]["additionalInfo"]["value"].as_str().and_then(|text| serde_json::from_str::<Map<String, Value>>(text).ok());
        if let Some(info) = info {
            detail["service"]["additionalInfo"] = info.into();
        }
        json!({
            "version": "0",
            "id": notice.event_id(),
            "detail-type": "GuardDuty Finding",
            "source": self.event_source,
            "account": detail["accountId"],
            "time": notice.updated_at().datetime().to_rfc3339_opts(SecondsFormat::Secs, true),
            "region": detail["region"],
            "resources": [],
            "detail": detail,
        })
    }

    /// The finding in this form as a text of at most `limit` bytes. What is larger first loses its single occurrences, then its single remote
    /// end points, then all of Weir's own part, and says so in `weir.leftOut`; `None` when it is still larger.
    pub(crate) fn text(&self, notice: &Notice, limit: usize) -> Option<String> {
        let mut value = self.value(notice);
        let text = value.to_string();
        if text.len() <= limit {
            return Some(text);
        }
        let own = match self.format {
            Format::EventBridge => Some("/detail/weir"),
            Format::GuardDuty => Some("/weir"),
            Format::Ocsf => {
                value.get_mut("evidences").and_then(Value::as_array_mut)?.truncate(SHORT_EVIDENCES);
                None
            }
            Format::Asff => None,
        };
        let mut left_out: Vec<&str> = Vec::new();
        for member in ["occurrences", "actors", "evidence", "story"] {
            let Some(members) = own.and_then(|own| value.pointer_mut(own)).and_then(Value::as_object_mut) else { break };
            if members.shift_remove(member).is_some() {
                left_out.push(member);
                members.insert("leftOut".to_owned(), json!(left_out));
            }
            if value.to_string().len() <= limit {
                break;
            }
        }
        Some(value.to_string()).filter(|text| text.len() <= limit)
    }
}

#[cfg(test)]
mod tests {
    use detect::{FindingType, sample};

    use super::*;
    use crate::notice::tests::{finding, notice};

    fn form(format: Format) -> Form {
        Form::new(format, None, Some("https://weir.example.net"))
    }

    #[test]
    fn the_event_is_what_guardduty_sends() {
        let notice = notice("a", 8.0);
        let event = form(Format::EventBridge).value(&notice);
        let members: Vec<&String> = event.as_object().unwrap().keys().collect();
        assert_eq!(members, ["version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"]);
        assert_eq!(event["version"], "0");
        assert_eq!(event["id"], notice.event_id());
        assert_eq!(event["detail-type"], "GuardDuty Finding");
        assert_eq!(event["source"], "aws.guardduty");
        assert_eq!(event["account"], "111122223333");
        assert_eq!(event["time"], "2026-11-24T07:00:00Z");
        assert_eq!(event["region"], "us-east-1");
        assert_eq!(event["resources"], json!([]));
        assert_eq!(event["detail"]["type"], "UnauthorizedAccess:EC2/TorClient");
        assert_eq!(event["detail"]["severity"], 8.0);
        let info = json!({ "threatListName": "GeneratedFindingThreatListName", "sample": true });
        assert_eq!(event["detail"]["service"]["additionalInfo"], info, "a plain object");
        assert_eq!(event["detail"]["weir"]["url"], notice.url("https://weir.example.net"));
        assert_eq!(Form::new(Format::EventBridge, Some("weir"), None).value(&notice)["source"], "weir");
        assert_eq!(form(Format::EventBridge).value(&notice), event, "the same event, whenever it is written");
    }

    #[test]
    fn the_other_forms_are_those_of_the_export_with_a_link() {
        let notice = notice("a", 8.0);
        let url = notice.url("https://weir.example.net");
        let guardduty = form(Format::GuardDuty).value(&notice);
        assert_eq!((&guardduty["id"], &guardduty["weir"]["url"]), (&json!(notice.finding().id), &json!(url)));
        assert!(guardduty["service"]["additionalInfo"]["value"].is_string(), "as the API has it");
        let ocsf = form(Format::Ocsf).value(&notice);
        assert_eq!((&ocsf["class_uid"], &ocsf["finding_info"]["src_url"]), (&json!(2004), &json!(url)));
        let asff = form(Format::Asff).value(&notice);
        assert_eq!((&asff["SchemaVersion"], &asff["SourceUrl"]), (&json!("2018-10-08"), &json!(url)));
    }

    #[test]
    fn what_is_too_large_loses_details_and_says_so() {
        let small = finding(FindingType::TorClient, "a", 8.0);
        let occurrences = (0..600).map(|index| {
            let mut occurrence = sample(FindingType::TorClient, small.first_seen.plus_secs(3_600 * index));
            occurrence.occurrence_key = index.to_string();
            occurrence
        });
        let large = detect::Finding::assemble("a", occurrences.collect(), &detect::sample_resource()).unwrap();
        let large = Notice::new(large, false, small.last_seen);
        let whole = form(Format::EventBridge).value(&large).to_string();
        assert!(whole.len() > 256 << 10);
        for (format, own) in [(Format::EventBridge, "/detail/weir"), (Format::GuardDuty, "/weir")] {
            let text = form(format).text(&large, 256 << 10).unwrap();
            assert!(text.len() <= 256 << 10);
            let value: Value = serde_json::from_str(&text).unwrap();
            let weir = value.pointer(own).unwrap();
            assert_eq!(weir["leftOut"], json!(["occurrences"]));
            assert!(weir.get("occurrences").is_none() && weir.get("actors").is_some());
            assert_eq!(form(format).text(&large, 500), None, "there is an end to leaving out");
        }
        let notice = Notice::new(small, true, large.updated_at());
        let text = form(Format::EventBridge).text(&notice, 256 << 10).unwrap();
        assert!(!text.contains("leftOut"));
    }
}
