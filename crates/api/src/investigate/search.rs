//! Finding an entity, an address or a finding by a part of what is known of it.

use std::collections::BTreeSet;

use detect::FindingType;
use flow::{Address, EntityKind, Timestamp};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use state::{Choice, FindingFilter, FindingSort, FindingSummary};
use utoipa::ToSchema;

use super::Investigator;
use super::rows::typed;
use crate::InvestigateError;

/// Answers of one search.
const CAP: usize = 200;
/// Longest search, characters.
const TEXT_CAP: usize = 200;

/// Something a search found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Found {
    /// Its identifier.
    pub id: String,
    /// `instance`, `interface`, `ip-address`, `account`, `vpc`, `subnet`, `resource` or `finding`.
    pub kind: String,
    /// The value of its tag `Name`, or a finding's title.
    pub name: Option<String>,
    /// Its account.
    pub account: Option<String>,
    /// What matched, such as `address 10.0.0.5`.
    pub matched: String,
    /// First time in the lake, of what was found there.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub first_seen: Option<Timestamp>,
    /// Last time in the lake.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_seen: Option<Timestamp>,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SearchResult {
    /// The text searched for.
    pub text: String,
    /// What was found: exact matches first, then ours, then addresses of others; at most 200.
    pub rows: Vec<Found>,
    /// Whether there is more.
    pub more: bool,
}

#[derive(Deserialize)]
struct IdRow {
    id: String,
    account_id: Option<String>,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
}

impl Investigator {
    /// Looks for an identifier, a `Name` tag, an address, a network such as `10.0.0.0/16`, an account, a finding's id, or a
    /// finding's type; `*` and `?` stand for any letters and any letter, and the case does not matter. Looks in the inventory, the lake and the findings.
    ///
    /// # Errors
    /// When the text is empty or too long, or the lake cannot answer.
    pub async fn search(&self, text: &str) -> Result<SearchResult, InvestigateError> {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > TEXT_CAP {
            return Err(InvestigateError::invalid(format!("search for 1 to {TEXT_CAP} characters")));
        }
        let wildcard = text.contains(['*', '?']);
        let mut rows: Vec<Found> = Vec::new();
        if let Some(finding) = self.store.finding_summary(text).await? {
            rows.push(of_finding(finding, "finding".to_owned()));
        }
        rows.extend(self.of_type(text).await?);
        if wildcard {
            rows.extend(self.by_pattern(text));
        } else {
            rows.extend(self.inventory.search(text).into_iter().map(|hit| Found {
                id: hit.entity.id,
                kind: hit.entity.kind.to_string(),
                name: hit.entity.name,
                account: hit.entity.account,
                matched: hit.matched,
                first_seen: None,
                last_seen: None,
            }));
        }
        rows.extend(Box::pin(self.in_lake(text)).await?);
        let mut known = BTreeSet::new();
        rows.retain(|row| known.insert(row.id.clone()));
        rows.sort_by_key(|row| !row.id.eq_ignore_ascii_case(text));
        let more = rows.len() > CAP;
        rows.truncate(CAP);
        Ok(SearchResult { text: text.to_owned(), rows, more })
    }

    /// Findings of the types that have the text in their name, the latest first.
    async fn of_type(&self, text: &str) -> Result<Vec<Found>, InvestigateError> {
        let pattern = if text.contains(['*', '?']) { text.to_lowercase() } else { format!("*{}*", text.to_lowercase()) };
        let types: Vec<FindingType> =
            FindingType::ALL.iter().copied().filter(|known| glob(&pattern, &known.name().to_lowercase())).collect();
        // What stands in every name, such as `ec2`, asks for no type.
        if types.is_empty() || types.len() == FindingType::ALL.len() {
            return Ok(Vec::new());
        }
        let filter = FindingFilter { types: Choice::of(types), ..FindingFilter::default() };
        let (found, _) = self.store.findings(&filter, FindingSort::LastSeen, true, 0, CAP as u64).await?;
        Ok(found
            .into_iter()
            .map(|finding| (format!("type {}", finding.finding_type), finding))
            .map(|(matched, finding)| of_finding(finding, matched))
            .collect())
    }

    fn by_pattern(&self, pattern: &str) -> Vec<Found> {
        let pattern = pattern.to_lowercase();
        let fits = |text: &str| glob(&pattern, &text.to_lowercase());
        let mut found = Vec::new();
        for entity in self.inventory.entities() {
            let matched = if fits(&entity.id) {
                Some(entity.id.clone())
            } else if let Some(name) = entity.name.as_deref().filter(|name| fits(name)) {
                Some(format!("Name {name}"))
            } else if let Some(account) = entity.account.as_deref().filter(|account| fits(account)) {
                Some(format!("account {account}"))
            } else {
                let at = entity.gone.map_or(Timestamp::MAX, |gone| gone.plus_secs(-1));
                let held = self.inventory.addresses_of(&entity.id, at).into_iter().map(|held| held.address.to_string());
                held.into_iter().find(|address| fits(address)).map(|address| format!("address {address}"))
            };
            if let Some(matched) = matched {
                found.push(Found {
                    kind: entity.kind.to_string(),
                    id: entity.id,
                    name: entity.name,
                    account: entity.account,
                    matched,
                    first_seen: None,
                    last_seen: None,
                });
            }
        }
        found
    }

    /// Entities, accounts and remote addresses that the lake knows.
    async fn in_lake(&self, text: &str) -> Result<Vec<Found>, InvestigateError> {
        let times = "min(first_time) AS first, max(last_time) AS last";
        let mut found = Vec::new();
        let limit = CAP + 1;
        // What looks like an address or a network is looked for among the remote addresses, everything else among the entities.
        let remote = if let Some(address) = Address::parse(text.as_bytes()) {
            Some(("remote_addr = $text", address.to_string()))
        } else if text.parse::<IpNet>().is_ok() {
            Some(("cidr_match($text, remote_addr)", text.to_owned()))
        } else if text.contains(['*', '?']) && text.bytes().all(|byte| byte.is_ascii_hexdigit() || b".:*?".contains(&byte)) {
            Some(("remote_addr LIKE $text", like(text)))
        } else {
            None
        };
        if let Some((condition, value)) = remote {
            let sql = format!(
                "SELECT remote_addr AS id, CAST(NULL AS VARCHAR) AS account_id, {times} FROM activity WHERE {condition} \
                 GROUP BY remote_addr ORDER BY sum(bytes_in) + sum(bytes_out) DESC, 1 LIMIT {limit}"
            );
            let answer = self.engine.ask(&sql, &[("text", value.into())]).await?;
            found.extend(lake_rows(&answer, "remote address")?);
        }
        if text.parse::<IpNet>().is_err() {
            let pattern = if text.contains(['*', '?']) { like(&text.to_lowercase()) } else { format!("%{}%", like(&text.to_lowercase())) };
            let sql = format!(
                "SELECT entity AS id, min(account_id) AS account_id, min(hour) AS first, max(hour) AS last FROM volume \
                 WHERE lower(entity) LIKE $text GROUP BY entity ORDER BY 1 LIMIT {limit}"
            );
            let answer = self.engine.ask(&sql, &[("text", pattern.into())]).await?;
            found.extend(lake_rows(&answer, "entity")?);
        }
        if EntityKind::of(text) == EntityKind::Account {
            let sql = "SELECT account_id AS id, account_id, min(hour) AS first, max(hour) AS last FROM volume WHERE account_id = $text GROUP BY account_id";
            let answer = self.engine.ask(sql, &[("text", text.into())]).await?;
            found.extend(lake_rows(&answer, "account")?);
        }
        Ok(found)
    }
}

fn of_finding(finding: FindingSummary, matched: String) -> Found {
    Found {
        id: finding.id,
        kind: "finding".to_owned(),
        name: Some(finding.title),
        account: finding.account_id,
        matched,
        first_seen: Some(finding.first_seen),
        last_seen: Some(finding.last_seen),
    }
}

fn lake_rows(answer: &query::Answer, matched: &str) -> Result<Vec<Found>, InvestigateError> {
    let found = typed::<IdRow>("a search", answer)?.into_iter().map(|row| Found {
        kind: EntityKind::of(&row.id).to_string(),
        id: row.id,
        name: None,
        account: row.account_id,
        matched: matched.to_owned(),
        first_seen: row.first,
        last_seen: row.last,
    });
    Ok(found.collect())
}

/// A pattern with `*` and `?` as one for `LIKE`.
fn like(pattern: &str) -> String {
    let mut text = String::with_capacity(pattern.len() + 4);
    for letter in pattern.chars() {
        match letter {
            '*' => text.push('%'),
            '?' => text.push('_'),
            '%' | '_' | '\\' => {
                text.push('\\');
                text.push(letter);
            }
            other => text.push(other),
        }
    }
    text
}

/// Whether the pattern, in which `*` stands for any letters and `?` for any letter, is the whole text.
fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut next) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while next < text.len() {
        if pattern.get(at) == Some(&'*') {
            star = Some((at, next));
            at += 1;
        } else if at < pattern.len() && (pattern[at] == '?' || pattern[at] == text[next]) {
            at += 1;
            next += 1;
        } else if let Some((star_at, star_next)) = star {
            // The last star takes one letter more.
            star = Some((star_at, star_next + 1));
            at = star_at + 1;
            next = star_next + 1;
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|letter| *letter == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, text, fits) in [
            ("10.0.*.*", "10.0.3.4", true),
            ("10.0.*.*", "10.1.3.4", false),
            ("i-?1*", "i-01abc", true),
            ("*web*", "the web server", true),
            ("*", "", true),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxbyyd", false),
            ("?", "", false),
        ] {
            assert_eq!(glob(pattern, text), fits, "{pattern} {text}");
        }
        assert_eq!(like("1?.%*"), "1_.\\%%");
    }
}
