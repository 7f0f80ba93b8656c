//! Where flow logs are in a bucket.
//!
//! Source: Amazon VPC user guide, "Flow log files": `AWSLogs/<account>/vpcflowlogs/<region>/<yyyy>/<mm>/<dd>/[<hh>/]`, or with Hive-compatible
//! prefixes `AWSLogs/aws-account-id=<account>/aws-service=vpcflowlogs/aws-region=<region>/year=<yyyy>/month=<mm>/day=<dd>/[hour=<hh>/]`.

use flow::Timestamp;

/// The value of a folder's name, in the plain form or in Hive's: `<value>` or `<name>=<value>`.
pub(super) fn value<'a>(folder: &'a str, name: &str) -> &'a str {
    folder.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')).unwrap_or(folder)
}

/// The folder that a prefix ends with, without its slash.
pub(super) fn last_folder(prefix: &str) -> &str {
    prefix.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

/// Whether a prefix is that of one region's flow logs, below which days are.
pub(super) fn is_region(prefix: &str) -> bool {
    let mut folders = prefix.trim_end_matches('/').rsplit('/').skip(1);
    prefix.ends_with('/') && folders.next().is_some_and(|service| value(service, "aws-service") == "vpcflowlogs")
}

/// Year, month and day, of a key below a region's prefix, and where their folder ends in the key.
pub(super) fn day_of<'a>(region: &str, key: &'a str) -> Option<(Timestamp, &'a str)> {
    let below = key.strip_prefix(region)?;
    let mut folders = below.split('/');
    let mut next = |name: &str, length: usize| {
        let folder = folders.next()?;
        let text = value(folder, name);
        (text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())).then_some((folder.len() + 1, text))
    };
    let (year, month, day) = (next("year", 4)?, next("month", 2)?, next("day", 2)?);
    let time = Timestamp::from_date(&format!("{}-{}-{}", year.1, month.1, day.1))?;
    let end = region.len() + year.0 + month.0 + day.0;
    Some((time, key.get(..end)?))
}

/// A key before all of those of `day` and later, in both forms: listing may begin after it.
pub(super) fn before_day(region: &str, day: Timestamp) -> String {
    let date = day.date();
    let (year, month, day) = (&date[..4], &date[5..7], &date[8..]);
    let hive = last_folder(region).contains('=');
    if hive { format!("{region}year={year}/month={month}/day={day}") } else { format!("{region}{year}/{month}/{day}") }
}

/// A key after all of those in a day's folder: the character after the slash that the folder's name ends with.
pub(super) fn after_day(folder: &str) -> String {
    format!("{}0", folder.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = "prod/AWSLogs/123456789012/vpcflowlogs/eu-west-1/";
    const HIVE: &str = "AWSLogs/aws-account-id=123456789012/aws-service=vpcflowlogs/aws-region=eu-west-1/";

    #[test]
    fn days_and_regions_are_found_in_both_forms() {
        let day = Timestamp::from_date("2026-11-02").unwrap();
        for (region, folder) in [(PLAIN, "2026/11/02/"), (HIVE, "year=2026/month=11/day=02/")] {
            assert!(is_region(region) && !is_region(&region[..region.len() - 10]));
            for hour in ["", "07/", "hour=07/"] {
                let key = format!("{region}{folder}{hour}x.log.gz");
                let (time, found) = day_of(region, &key).unwrap();
                assert_eq!((time, found), (day, format!("{region}{folder}").as_str()));
                assert!(before_day(region, day) < key && key < after_day(found));
            }
            let earlier = format!("{region}{}z.log.gz", folder.replace("02", "01"));
            let later = format!("{region}{}a.log.gz", folder.replace("02", "03"));
            assert!(earlier < before_day(region, day) && after_day(&format!("{region}{folder}")) < later);
            assert_eq!(day_of(region, &format!("{region}x.log.gz")), None);
            assert_eq!(day_of(region, &format!("{region}2026/13/45/x.log.gz")), None);
        }
        assert!(!is_region("AWSLogs/123456789012/CloudTrail/eu-west-1/"));
        assert_eq!(value("aws-region=eu-west-1", "aws-region"), "eu-west-1");
        assert_eq!(last_folder(PLAIN), "eu-west-1");
    }
}
