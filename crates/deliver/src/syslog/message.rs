//! One message as RFC 5424 (section 6) writes it.

use chrono::SecondsFormat;
use detect::Severity;

use crate::Notice;

/// The byte order mark that says that the text is UTF-8 (section 6.4).
const BOM: &str = "\u{feff}";
/// What a text that was cut ends with.
const CUT: &str = " [cut]";
/// Characters of one value of the structured data.
const VALUE_CAP: usize = 200;

/// What is the same in all messages of a target.
#[derive(Debug, Clone)]
pub(super) struct Look {
    pub(super) facility: u8,
    pub(super) hostname: String,
    pub(super) app_name: String,
    pub(super) process: u32,
    pub(super) enterprise: u32,
    pub(super) console: Option<String>,
}

/// Whether a text can stand in the header: 1 to `cap` of `PRINTUSASCII`.
pub(super) fn is_name(text: &str, cap: usize) -> bool {
    (1..=cap).contains(&text.len()) && text.bytes().all(|byte| (33..=126).contains(&byte))
}

/// Syslog's severity (table 2): 2 critical, 3 error, 4 warning, 5 notice.
const fn level(band: Severity) -> u8 {
    match band {
        Severity::Critical => 2,
        Severity::High => 3,
        Severity::Medium => 4,
        Severity::Low => 5,
    }
}

/// The message, at most `limit` bytes, where `limit` is 480 or more. When it is larger its text is cut, then what is least needed of its
/// structured data left out; it then has the parameter `cut`.
pub(super) fn message(notice: &Notice, look: &Look, limit: usize) -> Vec<u8> {
    let finding = notice.finding();
    let time = notice.updated_at().datetime().to_rfc3339_opts(SecondsFormat::Millis, true);
    let priority = u32::from(look.facility) * 8 + u32::from(level(notice.band()));
    let head = format!("<{priority}>1 {time} {} {} {} finding ", look.hostname, look.app_name, look.process);
    let news = if notice.is_new() { "" } else { " (updated)" };
    let url = look.console.as_ref().map(|console| notice.url(console));
    let link = url.as_deref().map(|url| format!(" {url}")).unwrap_or_default();
    let text = one_line(&format!("{}{news}: {}{link}", finding.title, finding.story.lead));
    // The most needed first: the end goes when there is no room.
    let mut parameters = vec![
        ("id", finding.id.clone()),
        ("event", notice.event_id().to_owned()),
        ("severity", format!("{:.1}", finding.severity)),
        ("type", finding.finding_type.name().to_owned()),
        ("new", notice.is_new().to_string()),
        ("entity", finding.entity.clone()),
        ("account", finding.account_id.clone().unwrap_or_default()),
        ("region", finding.region.clone().unwrap_or_default()),
        ("remote", finding.latest().map(|latest| latest.connection.remote_addr.clone()).unwrap_or_default()),
        ("count", finding.count.to_string()),
        ("first", finding.first_seen.to_string()),
        ("last", finding.last_seen.to_string()),
        ("technique", finding.technique.id.clone()),
    ];
    parameters.retain(|(_, value)| !value.is_empty());
    let whole = format!("{head}{} {BOM}{text}", structured(look.enterprise, &parameters, false));
    if whole.len() <= limit {
        return whole.into_bytes();
    }
    loop {
        let front = format!("{head}{} {BOM}", structured(look.enterprise, &parameters, true));
        // A quarter of the message for its text, or there is none to read.
        let enough = (limit / 4).min(text.len() + CUT.len());
        if front.len() + enough <= limit || parameters.len() <= 3 {
            let text = cut(&text, limit.saturating_sub(front.len()));
            return format!("{front}{text}").into_bytes();
        }
        parameters.pop();
    }
}

fn structured(enterprise: u32, parameters: &[(&str, String)], cut: bool) -> String {
    let mut element = format!("[weir@{enterprise}");
    for (name, value) in parameters {
        element.push_str(&format!(" {name}=\"{}\"", value_of(value)));
    }
    if cut {
        element.push_str(" cut=\"true\"");
    }
    element.push(']');
    element
}

/// A value with `"`, `\` and `]` escaped (section 6.3.3).
fn value_of(text: &str) -> String {
    let mut value = String::new();
    for letter in one_line(text).chars().take(VALUE_CAP) {
        if matches!(letter, '"' | '\\' | ']') {
            value.push('\\');
        }
        value.push(letter);
    }
    value
}

/// Control characters become spaces (section 6.4): a message is one line for those who read it by lines.
fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// At most `limit` bytes of a text, whole characters, with a mark when some are missing.
fn cut(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let mut end = limit.saturating_sub(CUT.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let cut = format!("{}{CUT}", &text[..end]);
    if cut.len() <= limit { cut } else { String::new() }
}

#[cfg(test)]
mod tests {
    use flow::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::notice::tests::notice;

    fn look() -> Look {
        Look {
            facility: 16,
            hostname: "weir-1.example.net".to_owned(),
            app_name: "weir".to_owned(),
            process: 4711,
            enterprise: 32_473,
            console: None,
        }
    }

    fn text(notice: &Notice, look: &Look, limit: usize) -> String {
        let bytes = message(notice, look, limit);
        assert!(bytes.len() <= limit, "{} bytes", bytes.len());
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn the_whole_message() {
        let notice = notice("a", 8.0);
        let (id, event) = (&notice.finding().id, notice.event_id());
        let expected = format!(
            "<131>1 2026-11-24T07:00:00.000Z weir-1.example.net weir 4711 finding [weir@32473 id=\"{id}\" event=\"{event}\" severity=\"8.0\" \
             type=\"UnauthorizedAccess:EC2/TorClient\" new=\"true\" entity=\"i-99999999\" account=\"111122223333\" region=\"us-east-1\" \
             remote=\"198.51.100.0\" count=\"1\" first=\"2026-11-24T05:00:00Z\" last=\"2026-11-24T06:00:00Z\" technique=\"{}\"] \u{feff}{}: {}",
            notice.finding().technique.id,
            notice.finding().title,
            notice.finding().story.lead
        );
        assert_eq!(text(&notice, &look(), 8_192), expected);
    }

    #[test]
    fn the_priority_follows_severity_and_facility() {
        for (severity, facility, priority) in [(2.0, 16, 133), (5.0, 16, 132), (8.0, 4, 35), (9.0, 23, 186)] {
            let look = Look { facility, ..look() };
            assert!(text(&notice("a", severity), &look, 8_192).starts_with(&format!("<{priority}>1 ")));
        }
    }

    #[test]
    fn what_is_too_long_is_cut_and_says_so() {
        let mut finding = notice("a", 8.0).finding().clone();
        finding.title = "é".repeat(3_000);
        let long = Notice::new(finding, false, Timestamp::from_secs(0));
        let look = Look { console: Some("https://weir.example.net".to_owned()), ..look() };
        for limit in [1_400, 1_401, 600, 480] {
            let text = text(&long, &look, limit);
            assert!(text.contains(" cut=\"true\"] \u{feff}é") && text.ends_with("é [cut]"), "{limit}: {text}");
            assert!(text.contains(&format!("id=\"{}\"", long.finding().id)), "{limit}");
        }
    }

    proptest! {
        #[test]
        fn whatever_a_finding_says_the_message_keeps_its_form(title in ".{0,300}", entity in ".{0,300}", limit in 480_usize..3_000) {
            let mut finding = notice("a", 8.0).finding().clone();
            (finding.title, finding.entity) = (title, entity);
            let text = text(&Notice::new(finding, true, Timestamp::from_secs(0)), &look(), limit);
            prop_assert!(!text.contains(char::is_control));
            let data = text.split_once(" finding [").unwrap().1;
            let mut quoted = false;
            let mut escaped = false;
            let end = data.char_indices().find(|(_, letter)| {
                let plain = !escaped;
                escaped = plain && *letter == '\\';
                if plain && *letter == '"' { quoted = !quoted; }
                plain && *letter == ']' && !quoted
            }).map(|(at, _)| at);
            let rest = &data[end.unwrap()..];
            prop_assert!(rest.starts_with("] \u{feff}"), "{}", rest);
        }
    }
}
