//! What the name of an object says about the records in it.

use flow::Timestamp;

/// What the key or path of a delivered object says: account, region, flow log and time slot, each if it is there.
///
/// The base name is believed first (`<account>_vpcflowlogs_<region>_<fl-id>_<time>_<hash>.log.gz`), split from its right end, because a
/// prefix may contain anything; the folders (`AWSLogs/<account>/vpcflowlogs/<region>/…`, or their Hive form) fill what it lacks.
/// Source: Amazon VPC user guide, "Flow log files".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObjectKey {
    /// Account that owns the flow log, twelve digits.
    pub account_id: Option<String>,
    /// Region.
    pub region: Option<String>,
    /// Flow log, `fl-…`.
    pub flow_log_id: Option<String>,
    /// Start of the five-minute slot in which the records ended.
    pub slot: Option<Timestamp>,
}

impl ObjectKey {
    /// Reads a key or path, already URL-decoded (see [`decode_key`]). Never fails: what is not there is `None`.
    pub fn parse(key: &str) -> Self {
        let (folders, base) = key.rsplit_once('/').unwrap_or(("", key));
        let mut found = Self::from_base(base).unwrap_or_default();
        let from_folders = Self::from_folders(folders);
        found.account_id = found.account_id.or(from_folders.account_id);
        found.region = found.region.or(from_folders.region);
        found
    }

    /// Whether the name said nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn from_base(base: &str) -> Option<Self> {
        let mut parts = base.rsplitn(6, '_');
        let _hash = parts.next()?;
        let slot = slot_time(parts.next()?)?;
        let flow_log_id = Some(parts.next()?).filter(|id| id.starts_with("fl-"))?;
        let region = parts.next().filter(|region| is_region(region));
        let service = parts.next();
        let account = parts.next().map(|account| account.rsplit('_').next().unwrap_or(account)).filter(|account| is_account(account));
        Some(Self {
            account_id: account.filter(|_| service == Some("vpcflowlogs")).map(str::to_owned),
            region: region.map(str::to_owned),
            flow_log_id: Some(flow_log_id.to_owned()),
            slot: Some(slot),
        })
    }

    fn from_folders(folders: &str) -> Self {
        let parts: Vec<&str> = folders.split('/').collect();
        let mut found = Self::default();
        // From the right: a prefix may itself contain `AWSLogs`.
        for (index, part) in parts.iter().enumerate().rev() {
            let value = |name: &str| part.strip_prefix(name).and_then(|rest| rest.strip_prefix('='));
            if let Some(account) = value("aws-account-id").filter(|account| is_account(account)) {
                found.account_id.get_or_insert_with(|| account.to_owned());
            } else if let Some(region) = value("aws-region").filter(|region| is_region(region)) {
                found.region.get_or_insert_with(|| region.to_owned());
            } else if *part == "vpcflowlogs" && found == Self::default() {
                let before = index.checked_sub(1).and_then(|before| parts.get(before)).filter(|account| is_account(account));
                let after = parts.get(index + 1).filter(|region| is_region(region));
                found.account_id = before.map(|&account| account.to_owned());
                found.region = after.map(|&region| region.to_owned());
            }
        }
        found
    }
}

/// Decodes the URL-encoding of a key in an event notification: `+` is a space, `%XX` a byte. Decode once and never twice: a key may
/// contain a real percent sign. What is no valid escape stays as it is; bytes that are not UTF-8 are replaced.
pub fn decode_key(key: &str) -> String {
    let bytes = key.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while let Some(&byte) = bytes.get(index) {
        let digit = |offset: usize| bytes.get(index + offset).and_then(|&byte| char::from(byte).to_digit(16));
        match (byte, digit(1), digit(2)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(u8::try_from(high * 16 + low).unwrap_or(b'%'));
                index += 3;
            }
            _ => {
                decoded.push(if byte == b'+' { b' ' } else { byte });
                index += 1;
            }
        }
    }
    String::from_utf8(decoded).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// `20260102T1620Z`.
fn slot_time(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    if bytes.len() != 14 || bytes[8] != b'T' || bytes[13] != b'Z' || !text.is_ascii() {
        return None;
    }
    let (date, clock) = (&text[..8], &text[9..13]);
    format!("{}-{}-{}T{}:{}:00", &date[..4], &date[4..6], &date[6..], &clock[..2], &clock[2..]).parse().ok()
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `us-east-1`, `us-gov-west-1`, `eu-isoe-west-1`.
fn is_region(text: &str) -> bool {
    let mut parts = text.split('-');
    let words = parts.clone().count();
    (3..=5).contains(&words)
        && parts.next_back().is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
        && parts.all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BASE: &str = "123456789012_vpcflowlogs_us-gov-west-1_fl-0123456789abcdef0_20260102T1620Z_5f4e3d2c.log.gz";

    fn full() -> ObjectKey {
        ObjectKey {
            account_id: Some("123456789012".into()),
            region: Some("us-gov-west-1".into()),
            flow_log_id: Some("fl-0123456789abcdef0".into()),
            slot: Some("2026-01-02T16:20:00Z".parse().unwrap()),
        }
    }

    #[test]
    fn every_documented_layout() {
        for folder in [
            "",
            "logs/AWSLogs/123456789012/vpcflowlogs/us-gov-west-1/2026/01/02/",
            "AWSLogs/x/AWSLogs/123456789012/vpcflowlogs/us-gov-west-1/2026/01/02/16/",
            "AWSLogs/aws-account-id=123456789012/aws-service=vpcflowlogs/aws-region=us-gov-west-1/year=2026/month=01/day=02/hour=16/",
            "any_thing_with_underscores/",
        ] {
            assert_eq!(ObjectKey::parse(&format!("{folder}{BASE}")), full(), "{folder}");
        }
    }

    #[test]
    fn folders_fill_what_the_base_name_lacks() {
        let key = ObjectKey::parse("AWSLogs/123456789012/vpcflowlogs/eu-west-1/2026/01/02/renamed.gz");
        assert_eq!((key.account_id.as_deref(), key.region.as_deref()), (Some("123456789012"), Some("eu-west-1")));
        assert_eq!((key.flow_log_id, key.slot), (None, None));
        let hive = ObjectKey::parse("aws-account-id=123456789012/aws-service=vpcflowlogs/aws-region=eu-west-1/year=2026/x.parquet");
        assert_eq!((hive.account_id.as_deref(), hive.region.as_deref()), (Some("123456789012"), Some("eu-west-1")));
    }

    #[test]
    fn a_prefix_glued_to_the_base_name_does_no_harm() {
        assert_eq!(ObjectKey::parse(&format!("copy_of_{BASE}")), full());
    }

    #[test]
    fn other_names_say_nothing() {
        for key in ["", "/", "a.log", "a_b_c_d_e_f", "1_vpcflowlogs_us-east-1_fl-1_20261302T1620Z_x.gz", "é_é_é_20260102T16éZ_é"] {
            assert!(ObjectKey::parse(key).is_empty(), "{key}");
        }
    }

    #[test]
    fn url_encoding_is_decoded_once() {
        assert_eq!(decode_key("aws-account-id%3D1/a+b%2B%253D"), "aws-account-id=1/a b+%3D");
        assert_eq!(decode_key("100%/%zz%4"), "100%/%zz%4");
        assert_eq!(decode_key("%ff"), "\u{fffd}");
    }

    proptest! {
        #[test]
        fn never_panics(key: String) {
            let _ = ObjectKey::parse(&key);
            let _ = ObjectKey::parse(&decode_key(&key));
        }
    }
}
