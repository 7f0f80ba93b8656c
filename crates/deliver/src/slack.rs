//! An incoming webhook of Slack: one message a notice, or one for many.

use std::time::Duration;

use detect::Severity;
use flow::Timestamp;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::http::Http;
use crate::notice::capital;
use crate::target::Verdict;
use crate::{Clock, DeliverError, Notice, Settings};

/// More notices than this at once are one message.
const DIGEST_OVER: usize = 50;
/// Slack takes about one message a second from an incoming webhook.
const PACE: Duration = Duration::from_secs(1);
/// Findings that a digest names.
const NAMED: usize = 10;
/// Characters of a section (Slack allows 3,000) and of a field (Slack allows 2,000), escapes included.
const SECTION_CAP: usize = 2_900;
const FIELD_CAP: usize = 1_900;
/// Characters of a title.
const TITLE_CAP: usize = 400;

#[derive(Debug)]
pub(crate) struct Slack {
    http: Http,
    console: Option<String>,
    pub(crate) digest_over: usize,
    pace: Duration,
    next: Mutex<Option<Instant>>,
}

impl Slack {
    pub(crate) fn new(settings: &Settings, clock: Clock) -> Result<Self, DeliverError> {
        Ok(Self {
            http: Http::new(settings, clock)?,
            console: settings.console_url.clone(),
            digest_over: settings.digest_over.unwrap_or(DIGEST_OVER),
            pace: settings.pace_millis.map_or(PACE, Duration::from_millis),
            next: Mutex::default(),
        })
    }

    /// Its path is the secret.
    pub(crate) fn place(&self) -> String {
        self.http.place(false)
    }

    pub(crate) async fn put(&self, notice: &Notice) -> Verdict {
        self.post(message(notice, self.console.as_deref())).await
    }

    /// One message that tells of all of them.
    pub(crate) async fn put_digest(&self, notices: &[&Notice]) -> Verdict {
        self.post(digest(notices, self.console.as_deref())).await
    }

    async fn post(&self, message: Value) -> Verdict {
        let mut next = self.next.lock().await;
        if let Some(next) = *next {
            tokio::time::sleep_until(next).await;
        }
        let verdict = self.http.post(HeaderMap::new(), message.to_string()).await;
        *next = Some(Instant::now() + self.pace);
        verdict
    }
}

/// Slack's three control characters, escaped ("Formatting text for app surfaces"): nothing in the text can be a link or a mention then.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The text in one line and escaped, and cut so that what is sent has at most `cap` characters; no escape is cut in two.
fn fit(text: &str, cap: usize) -> String {
    // A line break would end bold type and begin a quotation or a list.
    let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let whole = escape(&text);
    if whole.chars().count() <= cap {
        return whole;
    }
    let mut cut = String::new();
    let mut left = cap.saturating_sub(1);
    for letter in text.chars() {
        let escaped = escape(letter.encode_utf8(&mut [0; 4]));
        let length = escaped.chars().count();
        if length > left {
            break;
        }
        left -= length;
        cut.push_str(&escaped);
    }
    cut.push('…');
    cut
}

fn emblem(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => ":rotating_light:",
        Severity::High => ":red_circle:",
        Severity::Medium => ":large_orange_circle:",
        Severity::Low => ":large_blue_circle:",
    }
}

fn minute(at: Timestamp) -> String {
    at.datetime().format("%Y-%m-%d %H:%M").to_string()
}

/// A text that Slack formats, without looking for links and names in it by itself.
fn markdown(text: String) -> Value {
    json!({ "type": "mrkdwn", "text": text, "verbatim": true })
}

/// The title, which leads to the finding when the console's address is known.
fn title(notice: &Notice, console: Option<&str>) -> String {
    let text = fit(&notice.finding().title, TITLE_CAP);
    match console {
        Some(console) => format!("<{}|{}>", escape(&notice.url(console)).replace('|', "%7C"), text.replace('|', "¦")),
        None => text,
    }
}

fn message(notice: &Notice, console: Option<&str>) -> Value {
    let finding = notice.finding();
    let band = capital(notice.band());
    let news = if notice.is_new() { "new" } else { "updated" };
    let times = if finding.count == 1 { "once".to_owned() } else { format!("{} times", finding.count) };
    let account = [finding.account_id.as_deref(), finding.region.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(", ");
    let fields = [
        ("Severity", format!("{band} ({:.1}), {news}", finding.severity)),
        ("Machine", notice.machine()),
        ("When", format!("{} to {} UTC", minute(finding.first_seen), minute(finding.last_seen))),
        ("Seen", times),
        ("Type", finding.finding_type.name().to_owned()),
        ("Account", account),
    ];
    let fields: Vec<Value> = fields
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| markdown(format!("*{name}*\n{}", fit(&value, FIELD_CAP))))
        .collect();
    json!({
        "text": format!("{band}: {}", fit(&finding.title, TITLE_CAP)),
        "blocks": [
            { "type": "section", "text": markdown(format!("{} *{}*", emblem(notice.band()), title(notice, console))) },
            { "type": "section", "fields": fields },
            { "type": "section", "text": markdown(fit(&finding.story.lead, SECTION_CAP)) },
        ],
    })
}

fn digest(notices: &[&Notice], console: Option<&str>) -> Value {
    let new = notices.iter().filter(|notice| notice.is_new()).count();
    let bands: Vec<String> = Severity::ALL
        .into_iter()
        .rev()
        .map(|band| (band, notices.iter().filter(|notice| notice.band() == band).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(band, count)| format!("{count} {}", band.as_str()))
        .collect();
    let head = format!("{} findings at once, {new} of them new: {}", notices.len(), bands.join(", "));
    let mut worst: Vec<&&Notice> = notices.iter().collect();
    // Stable, so that the earlier comes first among equals.
    worst.sort_by(|left, right| right.finding().severity.total_cmp(&left.finding().severity));
    let mut blocks = vec![
        json!({ "type": "section", "text": markdown(format!("{} *{}*", emblem(worst.first().map_or(Severity::Low, |notice| notice.band())), escape(&head))) }),
    ];
    for notice in worst.iter().take(NAMED) {
        let line = format!("{} {} · {}", emblem(notice.band()), title(notice, console), fit(&notice.machine(), TITLE_CAP));
        blocks.push(json!({ "type": "section", "text": markdown(line) }));
    }
    let rest = notices.len().saturating_sub(NAMED);
    if rest > 0 {
        let place = console.map_or_else(
            || "the console".to_owned(),
            |console| format!("<{}/#/findings|the console>", escape(console.trim_end_matches('/'))),
        );
        blocks.push(json!({ "type": "section", "text": markdown(format!("and {rest} more, in {place}")) }));
    }
    json!({ "text": head, "blocks": blocks })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notice::tests::notice;

    #[test]
    fn nothing_in_a_finding_can_mention_or_link() {
        let mut finding = notice("a", 8.0).finding().clone();
        finding.title = "<!channel> & <https://evil.example|bank> \n*x*".to_owned();
        finding.entity = "<@U123>".to_owned();
        let message = message(&Notice::new(finding, true, Timestamp::from_secs(0)), Some("https://weir.example.net"));
        let text = message.to_string();
        assert!(!text.contains("<!") && !text.contains("<@") && !text.contains("<https://evil"), "{text}");
        let title = message["blocks"][0]["text"]["text"].as_str().unwrap();
        assert!(title.starts_with(":red_circle: *<https://weir.example.net/#/findings/"), "{title}");
        assert!(title.contains("|&lt;!channel&gt; &amp; &lt;https://evil.example¦bank&gt;"), "{title}");
        assert_eq!(title.lines().count(), 1);
        assert_eq!(message["text"].as_str().unwrap().split_once(' ').unwrap().0, "High:");
        assert!(text.contains("&lt;@U123&gt;"));
    }

    #[test]
    fn a_message_says_what_how_bad_where_when_and_how_often() {
        let notice = notice("a", 8.0);
        let message = message(&notice, None);
        let text = message.to_string();
        for part in [
            "High (8.0), new",
            "i-99999999",
            "2026-11-24 05:00 to 2026-11-24 06:00 UTC",
            "once",
            "UnauthorizedAccess:EC2/TorClient",
            "111122223333, us-east-1",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("#/findings"), "no link without the console's address");
    }

    #[test]
    fn long_texts_are_cut_between_escapes() {
        assert_eq!(fit("a<b", 10), "a&lt;b");
        assert_eq!(fit("abcdef", 5), "abcd…");
        assert_eq!(fit("ab<<<<", 8), "ab&lt;…");
        let mut finding = notice("a", 8.0).finding().clone();
        finding.title = "<é>".repeat(2_000);
        finding.story.lead = "&".repeat(9_000);
        let message = message(&Notice::new(finding, true, Timestamp::from_secs(0)), Some("https://weir.example.net"));
        for block in message["blocks"].as_array().unwrap() {
            assert!(block["text"]["text"].as_str().unwrap_or_default().chars().count() <= 3_000);
        }
    }

    #[test]
    fn a_digest_counts_all_and_names_the_worst() {
        let notices: Vec<Notice> = (0..60).map(|index| notice(&index.to_string(), if index == 59 { 9.5 } else { 5.0 })).collect();
        let refs: Vec<&Notice> = notices.iter().collect();
        let message = digest(&refs, Some("https://weir.example.net/"));
        assert_eq!(message["text"], "60 findings at once, 60 of them new: 1 critical, 59 medium");
        let blocks = message["blocks"].as_array().unwrap();
        assert_eq!(blocks.len(), 12);
        assert!(blocks[1]["text"]["text"].as_str().unwrap().contains(&notices[59].finding().id), "the worst first");
        assert_eq!(blocks[11]["text"]["text"], "and 50 more, in <https://weir.example.net/#/findings|the console>");
    }
}
