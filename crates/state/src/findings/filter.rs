//! Which findings, and in what order.

use detect::{FindingType, Severity};
use flow::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::database::Query;

/// Values of which a property has one, and values of which it has none. Empty, it holds always.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice<T> {
    /// The property has one of these; any value when empty.
    pub any_of: Vec<T>,
    /// The property has none of these.
    pub none_of: Vec<T>,
}

impl<T> Default for Choice<T> {
    fn default() -> Self {
        Self { any_of: Vec::new(), none_of: Vec::new() }
    }
}

impl<T> Choice<T> {
    /// One of these.
    pub fn of(values: impl IntoIterator<Item = T>) -> Self {
        Self { any_of: values.into_iter().collect(), none_of: Vec::new() }
    }

    /// None of these.
    pub fn but(values: impl IntoIterator<Item = T>) -> Self {
        Self { any_of: Vec::new(), none_of: values.into_iter().collect() }
    }

    /// Reads values separated by commas, those that begin with `!` as values that it does not have.
    ///
    /// # Errors
    /// That of the first word that `read` refuses.
    pub fn parse<E>(text: &str, read: impl Fn(&str) -> Result<T, E>) -> Result<Self, E> {
        let mut choice = Self::default();
        for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            match word.strip_prefix('!') {
                Some(word) => choice.none_of.push(read(word.trim())?),
                None => choice.any_of.push(read(word)?),
            }
        }
        Ok(choice)
    }
}

/// Which findings to give. An empty or absent condition holds always.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FindingFilter {
    /// Types.
    pub types: Choice<FindingType>,
    /// Bands of severity.
    pub severities: Choice<Severity>,
    /// Entities they are about.
    pub entities: Choice<String>,
    /// Accounts.
    pub accounts: Choice<String>,
    /// Remote addresses among their actors.
    pub remotes: Choice<String>,
    /// A part of the title, the description, the id, the type, the entity, the account, the note, or a remote address; any case.
    pub text: Option<String>,
    /// Whether one of the conditions above is enough; all have to hold otherwise. Those below always have to hold.
    pub any: bool,
    /// At least this severity.
    pub min_severity: Option<f64>,
    /// Put away, or not.
    pub archived: Option<bool>,
    /// Last seen at or after.
    pub from: Option<Timestamp>,
    /// First seen before.
    pub to: Option<Timestamp>,
}

impl FindingFilter {
    /// Writes the conditions after `WHERE TRUE`.
    pub(super) fn push(&self, query: &mut Query) {
        let mut conditions = Conditions { query, any: self.any, count: 0 };
        conditions.choice(&self.types, |query, types| one_of(query, "finding_type", types.iter().map(|known| known.name().to_owned())));
        conditions.choice(&self.severities, |query, bands| {
            query.push("(FALSE");
            for band in bands {
                query.push(" OR (severity >= ").push_bind(band.least());
                query.push(" AND severity < ").push_bind(band.above()).push(")");
            }
            query.push(")");
        });
        conditions.choice(&self.entities, |query, names| one_of(query, "entity", names.iter().cloned()));
        conditions.choice(&self.accounts, |query, names| one_of(query, "coalesce(account_id, '')", names.iter().cloned()));
        conditions.choice(&self.remotes, |query, addresses| {
            query.push("EXISTS (SELECT 1 FROM occurrences o WHERE o.finding_id = findings.id AND ");
            one_of(query, "o.remote_addr", addresses.iter().cloned());
            query.push(")");
        });
        if let Some(text) = self.text.as_deref().filter(|text| !text.trim().is_empty()) {
            // Both sides in small letters: of the databases, one looks at them in `LIKE` and the other does not.
            let pattern = like(&text.trim().to_ascii_lowercase());
            let query = conditions.next();
            query.push("(FALSE");
            for column in ["title", "description", "id", "finding_type", "entity", "account_id", "note"] {
                query.push(" OR lower(").push(column).push(") LIKE ").push_bind(pattern.clone()).push(" ESCAPE '\\'");
            }
            query.push(" OR EXISTS (SELECT 1 FROM occurrences o WHERE o.finding_id = findings.id AND lower(o.remote_addr) LIKE ");
            query.push_bind(pattern).push(" ESCAPE '\\'))");
        }
        conditions.end();
        if let Some(least) = self.min_severity {
            query.push(" AND severity >= ").push_bind(least);
        }
        if let Some(archived) = self.archived {
            query.push(" AND archived = ").push_bind(archived);
        }
        if let Some(from) = self.from {
            query.push(" AND last_seen >= ").push_bind(from.micros());
        }
        if let Some(to) = self.to {
            query.push(" AND first_seen < ").push_bind(to.micros());
        }
    }
}

/// Conditions joined by all or any.
struct Conditions<'a> {
    query: &'a mut Query,
    any: bool,
    count: usize,
}

impl Conditions<'_> {
    /// Where the next condition is written.
    fn next(&mut self) -> &mut Query {
        self.query.push(match (self.count, self.any) {
            (0, _) => " AND (",
            (_, true) => " OR ",
            (_, false) => " AND ",
        });
        self.count += 1;
        self.query
    }

    fn choice<T>(&mut self, choice: &Choice<T>, write: impl Fn(&mut Query, &[T])) {
        if !choice.any_of.is_empty() {
            write(self.next(), &choice.any_of);
        }
        if !choice.none_of.is_empty() {
            let query = self.next();
            query.push("NOT ");
            write(query, &choice.none_of);
        }
    }

    fn end(self) {
        if self.count > 0 {
            self.query.push(")");
        }
    }
}

/// Writes that a column has one of these values.
fn one_of(query: &mut Query, column: &'static str, values: impl Iterator<Item = String>) {
    query.push("(").push(column).push(" IN ").push_list(values).push(")");
}

/// A pattern for `LIKE` that finds the text itself, anywhere.
fn like(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

/// What to order findings by. Ties are broken by id, so that pages never overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingSort {
    /// End of the last occurrence.
    #[default]
    LastSeen,
    /// Start of the first occurrence.
    FirstSeen,
    /// Severity.
    Severity,
    /// Number of occurrences.
    Count,
    /// Type, by name.
    Type,
    /// Entity.
    Entity,
}

impl FindingSort {
    pub(super) const fn column(self) -> &'static str {
        match self {
            Self::LastSeen => "last_seen",
            Self::FirstSeen => "first_seen",
            Self::Severity => "severity",
            Self::Count => "count",
            Self::Type => "finding_type",
            Self::Entity => "entity",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_meet() {
        for (number, band) in
            [(1.0, "low"), (3.9, "low"), (4.0, "medium"), (6.9, "medium"), (7.0, "high"), (9.0, "critical"), (10.0, "critical")]
        {
            assert_eq!(Severity::of(number).as_str(), band, "{number}");
        }
        assert_eq!("HIGH".parse(), Ok(Severity::High));
        assert!("severe".parse::<Severity>().is_err());
    }

    #[test]
    fn patterns_are_taken_literally() {
        assert_eq!(like("50%_a\\b"), "%50\\%\\_a\\\\b%");
    }
}
