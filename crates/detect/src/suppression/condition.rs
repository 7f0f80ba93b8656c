//! One condition of a filter, in both generations of GuardDuty's operators.

use std::cmp::Ordering;

use flow::Address;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Values in one list, as in GuardDuty.
const VALUES_CAP: usize = 50;

/// A number to compare with: GuardDuty writes integers; text with a number or a time in it will do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Bound {
    /// A number.
    Number(f64),
    /// A number or a time as text.
    Text(String),
}

impl Bound {
    fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => number(text),
        }
    }
}

/// What has to hold of one attribute; all that is given has to hold. The names are those of GuardDuty's API; the older ones (`eq`, `neq`,
/// `gt`, …) are read as well, in lower case and capitalised. The last three are Weir's.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Condition {
    /// It is one of these.
    #[serde(alias = "Equals", alias = "eq", alias = "Eq", skip_serializing_if = "Vec::is_empty")]
    pub equals: Vec<String>,
    /// It is none of these.
    #[serde(alias = "NotEquals", alias = "neq", alias = "Neq", skip_serializing_if = "Vec::is_empty")]
    pub not_equals: Vec<String>,
    /// It is greater.
    #[serde(alias = "GreaterThan", alias = "gt", alias = "Gt", skip_serializing_if = "Option::is_none")]
    pub greater_than: Option<Bound>,
    /// It is greater or the same.
    #[serde(alias = "GreaterThanOrEqual", alias = "gte", alias = "Gte", skip_serializing_if = "Option::is_none")]
    pub greater_than_or_equal: Option<Bound>,
    /// It is less.
    #[serde(alias = "LessThan", alias = "lt", alias = "Lt", skip_serializing_if = "Option::is_none")]
    pub less_than: Option<Bound>,
    /// It is less or the same.
    #[serde(alias = "LessThanOrEqual", alias = "lte", alias = "Lte", skip_serializing_if = "Option::is_none")]
    pub less_than_or_equal: Option<Bound>,
    /// It fits one of these patterns, in which `*` stands for any text and `?` for one character.
    #[serde(alias = "Matches", skip_serializing_if = "Vec::is_empty")]
    pub matches: Vec<String>,
    /// It fits none of these patterns.
    #[serde(alias = "NotMatches", skip_serializing_if = "Vec::is_empty")]
    pub not_matches: Vec<String>,
    /// It is an address in one of these networks.
    #[serde(alias = "Cidr", skip_serializing_if = "Vec::is_empty")]
    pub cidr: Vec<String>,
    /// It is no address in one of these networks.
    #[serde(alias = "NotCidr", skip_serializing_if = "Vec::is_empty")]
    pub not_cidr: Vec<String>,
    /// It is a number in one of these ranges: `8000-8100`, or one number.
    #[serde(alias = "InRange", skip_serializing_if = "Vec::is_empty")]
    pub in_range: Vec<String>,
}

impl Condition {
    /// What is wrong with it.
    pub(super) fn problem(&self) -> Option<String> {
        let lists = [&self.equals, &self.not_equals, &self.matches, &self.not_matches, &self.cidr, &self.not_cidr, &self.in_range];
        if lists.iter().any(|list| list.len() > VALUES_CAP) {
            return Some(format!("at most {VALUES_CAP} values"));
        }
        let bounds = [&self.greater_than, &self.greater_than_or_equal, &self.less_than, &self.less_than_or_equal];
        if lists.iter().all(|list| list.is_empty()) && bounds.iter().all(|bound| bound.is_none()) {
            return Some("no operator is given".to_owned());
        }
        if bounds.into_iter().flatten().any(|bound| bound.number().is_none()) {
            return Some("what is compared with is a number or a time".to_owned());
        }
        if let Some(text) = self.cidr.iter().chain(&self.not_cidr).find(|text| network(text).is_none()) {
            return Some(format!("{text:?} is no network: write 10.0.0.0/8"));
        }
        let text = self.in_range.iter().find(|text| range(text).is_none())?;
        Some(format!("{text:?} is no range: write 8000-8100"))
    }

    /// Whether it holds of an attribute with these values; an attribute may have several, such as the addresses of an instance, or none.
    pub(super) fn holds(&self, values: &[String]) -> bool {
        let any =
            |list: &[String], fits: &dyn Fn(&str, &str) -> bool| list.iter().any(|wanted| values.iter().any(|value| fits(wanted, value)));
        let same = |wanted: &str, value: &str| wanted == value || canonical(wanted).is_some_and(|wanted| Some(wanted) == canonical(value));
        let inside = |wanted: &str, value: &str| {
            network(wanted).zip(Address::parse(value.as_bytes())).is_some_and(|((base, bits), address)| covers(base, bits, address))
        };
        let between =
            |wanted: &str, value: &str| range(wanted).zip(number(value)).is_some_and(|((low, high), value)| (low..=high).contains(&value));
        let compare = |bound: &Option<Bound>, fits: fn(Ordering) -> bool| {
            bound.as_ref().is_none_or(|bound| {
                let holds = |value: &String| {
                    number(value).zip(bound.number()).and_then(|(value, bound)| value.partial_cmp(&bound)).is_some_and(fits)
                };
                values.iter().any(holds)
            })
        };
        (self.equals.is_empty() || any(&self.equals, &same))
            && !any(&self.not_equals, &same)
            && (self.matches.is_empty() || any(&self.matches, &wildcard))
            && !any(&self.not_matches, &wildcard)
            && (self.cidr.is_empty() || any(&self.cidr, &inside))
            && !any(&self.not_cidr, &inside)
            && (self.in_range.is_empty() || any(&self.in_range, &between))
            && compare(&self.greater_than, Ordering::is_gt)
            && compare(&self.greater_than_or_equal, Ordering::is_ge)
            && compare(&self.less_than, Ordering::is_lt)
            && compare(&self.less_than_or_equal, Ordering::is_le)
    }
}

/// A number; a time as milliseconds since the epoch, which is how GuardDuty compares times.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    if let Some(number) = text.parse::<f64>().ok().filter(|number| number.is_finite()) {
        return Some(number);
    }
    let time: flow::Timestamp = text.parse().ok()?;
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of any year to come are below 2^53")]
    Some((time.micros() / 1_000) as f64)
}

fn canonical(text: &str) -> Option<Address> {
    Address::parse(text.as_bytes())
}

fn network(text: &str) -> Option<(Address, u32)> {
    let (base, bits) = text.trim().split_once('/').unwrap_or((text.trim(), ""));
    let base = Address::parse(base.as_bytes())?;
    let most = if base.is_ipv4() { 32 } else { 128 };
    let bits = if bits.is_empty() { most } else { bits.parse().ok().filter(|bits| *bits <= most)? };
    Some((base, bits))
}

fn covers(base: Address, bits: u32, address: Address) -> bool {
    if base.is_ipv4() != address.is_ipv4() {
        return false;
    }
    // IPv4 addresses are the last 32 of the 128 bits.
    let bits = if base.is_ipv4() { bits + 96 } else { bits };
    let mask = if bits == 0 { 0 } else { u128::MAX << (128 - bits) };
    base.to_bits() & mask == address.to_bits() & mask
}

fn range(text: &str) -> Option<(f64, f64)> {
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    let (low, high) = (low.trim().parse::<f64>().ok()?, high.trim().parse::<f64>().ok()?);
    (low <= high).then_some((low, high))
}

/// Whether a text fits a pattern of `*` and `?`, in time linear in the text for each star.
pub fn wildcard(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut seen, mut star) = (0, 0, None);
    while seen < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, seen));
                at += 1;
            }
            Some(letter) if *letter == '?' || *letter == text[seen] => {
                at += 1;
                seen += 1;
            }
            _ => {
                let Some((back, from)) = star else { return false };
                star = Some((back, from + 1));
                at = back + 1;
                seen = from + 1;
            }
        }
    }
    pattern[at..].iter().all(|letter| *letter == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(json: serde_json::Value) -> Condition {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn both_generations_are_one() {
        let old = condition(serde_json::json!({ "Eq": ["a"], "Neq": ["b"], "Gt": 1, "Gte": 2, "Lt": 9, "Lte": 8 }));
        let new = condition(serde_json::json!({
            "equals": ["a"], "notEquals": ["b"], "greaterThan": 1, "greaterThanOrEqual": 2, "lessThan": 9, "lessThanOrEqual": 8
        }));
        let capital = condition(serde_json::json!({
            "Equals": ["a"], "NotEquals": ["b"], "GreaterThan": 1, "GreaterThanOrEqual": 2, "LessThan": 9, "LessThanOrEqual": 8
        }));
        let lower = condition(serde_json::json!({ "eq": ["a"], "neq": ["b"], "gt": 1, "gte": 2, "lt": 9, "lte": 8 }));
        assert!(old == new && new == capital && capital == lower);
        assert!(serde_json::from_value::<Condition>(serde_json::json!({ "Like": ["a"] })).is_err());
    }

    #[test]
    fn operators() {
        for (json, value, holds) in [
            (serde_json::json!({ "Eq": ["22", "23"] }), "22", true),
            (serde_json::json!({ "Eq": ["22", "23"] }), "2", false),
            (serde_json::json!({ "Neq": ["22"] }), "23", true),
            (serde_json::json!({ "Neq": ["22"] }), "22", false),
            (serde_json::json!({ "Gte": 4, "Lt": 7 }), "4", true),
            (serde_json::json!({ "Gte": 4, "Lt": 7 }), "7", false),
            (serde_json::json!({ "Gt": "4" }), "4", false),
            (serde_json::json!({ "Gte": "2026-11-24T00:00:00Z" }), "1795478400000", true),
            (serde_json::json!({ "Gt": 4 }), "port", false),
            (serde_json::json!({ "Matches": ["*EC2/Port?can", "x"] }), "Recon:EC2/Portscan", true),
            (serde_json::json!({ "Matches": ["*EC2/Port?can"] }), "Recon:EC2/Portsscan", false),
            (serde_json::json!({ "Matches": ["a*b*c"] }), "a__b__b__c", true),
            (serde_json::json!({ "NotMatches": ["*scan"] }), "Recon:EC2/Portscan", false),
            (serde_json::json!({ "Cidr": ["10.0.0.0/8", "2001:db8::/32"] }), "10.200.1.1", true),
            (serde_json::json!({ "Cidr": ["10.0.0.0/8", "2001:db8::/32"] }), "2001:db8:1::1", true),
            (serde_json::json!({ "Cidr": ["10.0.0.0/8"] }), "11.0.0.1", false),
            (serde_json::json!({ "Cidr": ["0.0.0.0/0"] }), "2001:db8::1", false),
            (serde_json::json!({ "NotCidr": ["10.0.0.0/8"] }), "10.0.0.1", false),
            (serde_json::json!({ "InRange": ["8000-8100", "22"] }), "8100", true),
            (serde_json::json!({ "InRange": ["8000-8100", "22"] }), "8101", false),
            (serde_json::json!({ "Eq": ["2001:DB8:0::1"] }), "2001:db8::1", true),
        ] {
            let condition = condition(json.clone());
            assert_eq!(condition.problem(), None, "{json}");
            assert_eq!(condition.holds(&[value.to_owned()]), holds, "{json} of {value}");
        }
        assert!(!condition(serde_json::json!({ "Eq": ["a"] })).holds(&[]), "what is not there is nothing");
        assert!(condition(serde_json::json!({ "Neq": ["a"] })).holds(&[]));
    }

    #[test]
    fn mistakes_are_told() {
        for (json, part) in [
            (serde_json::json!({}), "no operator"),
            (serde_json::json!({ "Cidr": ["10.0.0.0/33"] }), "no network"),
            (serde_json::json!({ "InRange": ["9-8"] }), "no range"),
            (serde_json::json!({ "Gt": "much" }), "a number or a time"),
            (serde_json::json!({ "Eq": vec!["a"; 51] }), "at most 50"),
        ] {
            assert!(condition(json.clone()).problem().is_some_and(|problem| problem.contains(part)), "{json}");
        }
    }
}
