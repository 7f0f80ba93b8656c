//! A query that either database runs, and the rows that come of it.

use std::borrow::Cow;

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments as _, AssertSqlSafe, ColumnIndex, Decode, Postgres, Row as _, Sqlite, Type};

use super::{On, postgres};

/// A query with its parameters. Its text is made of text of the program alone; what comes from outside is a parameter.
#[derive(Debug)]
pub(crate) struct Query {
    sql: Cow<'static, str>,
    values: Vec<Value>,
}

/// A query of this text, with `?` for each parameter.
pub(crate) fn query(sql: &'static str) -> Query {
    Query { sql: Cow::Borrowed(sql), values: Vec::new() }
}

impl Query {
    /// The value of the next `?`.
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Adds to the text.
    pub(crate) fn push(&mut self, sql: &'static str) -> &mut Self {
        self.sql.to_mut().push_str(sql);
        self
    }

    /// Adds a parameter to the text.
    pub(crate) fn push_bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.push("?");
        self.values.push(value.into());
        self
    }

    /// Adds a list of parameters to the text, in parentheses.
    pub(crate) fn push_list<T: Into<Value>>(&mut self, values: impl IntoIterator<Item = T>) -> &mut Self {
        let mut before = "(";
        for value in values {
            self.push(before).push_bind(value);
            before = ", ";
        }
        // PostgreSQL knows no empty list; nothing is equal to null.
        self.push(if before == "(" { "(NULL)" } else { ")" })
    }

    /// Every row.
    // What runs a query is on the heap, here and in `execute`: each question of an analyst would carry it about several times over.
    pub(crate) async fn fetch_all(self, on: impl Into<On<'_>>) -> sqlx::Result<Vec<Row>> {
        Ok(match on.into() {
            On::SqlitePool(pool) => all(Box::pin(self.sqlite()?.fetch_all(pool)).await?, Row::Sqlite),
            On::Sqlite(connection) => all(Box::pin(self.sqlite()?.fetch_all(connection)).await?, Row::Sqlite),
            On::PostgresPool(pool) => all(postgres::within(self.postgres()?.fetch_all(pool)).await?, Row::Postgres),
            On::Postgres(connection) => all(postgres::within(self.postgres()?.fetch_all(connection)).await?, Row::Postgres),
        })
    }

    /// The first row, of a query that gives at most one.
    pub(crate) async fn fetch_optional(self, on: impl Into<On<'_>>) -> sqlx::Result<Option<Row>> {
        Ok(self.fetch_all(on).await?.into_iter().next())
    }

    /// The row of a query that gives exactly one.
    pub(crate) async fn fetch_one(self, on: impl Into<On<'_>>) -> sqlx::Result<Row> {
        self.fetch_optional(on).await?.ok_or(sqlx::Error::RowNotFound)
    }

    /// The first column of every row.
    pub(crate) async fn fetch_column<T: for<'r> Field<'r>>(self, on: impl Into<On<'_>>) -> sqlx::Result<Vec<T>> {
        Ok(self.fetch_all(on).await?.iter().map(|row| row.get(0)).collect())
    }

    /// Runs it; how many rows it changed.
    pub(crate) async fn execute(self, on: impl Into<On<'_>>) -> sqlx::Result<u64> {
        Ok(match on.into() {
            On::SqlitePool(pool) => Box::pin(self.sqlite()?.execute(pool)).await?.rows_affected(),
            On::Sqlite(connection) => Box::pin(self.sqlite()?.execute(connection)).await?.rows_affected(),
            On::PostgresPool(pool) => postgres::within(self.postgres()?.execute(pool)).await?.rows_affected(),
            On::Postgres(connection) => postgres::within(self.postgres()?.execute(connection)).await?.rows_affected(),
        })
    }

    fn sqlite(self) -> sqlx::Result<sqlx::query::Query<'static, Sqlite, SqliteArguments>> {
        let mut arguments = SqliteArguments::default();
        for value in self.values {
            match value {
                Value::Text(text) => arguments.add(text),
                Value::Integer(number) => arguments.add(number),
                Value::Real(number) => arguments.add(number),
                Value::Truth(truth) => arguments.add(truth),
            }
            .map_err(sqlx::Error::Encode)?;
        }
        Ok(sqlx::query_with(AssertSqlSafe(self.sql), arguments))
    }

    fn postgres(self) -> sqlx::Result<sqlx::query::Query<'static, Postgres, PgArguments>> {
        let mut arguments = PgArguments::default();
        for value in self.values {
            match value {
                // PostgreSQL's texts hold every character but this one, which no name has that is worth telling apart from another.
                Value::Text(text) => {
                    arguments.add(text.map(|text| if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }))
                }
                Value::Integer(number) => arguments.add(number),
                Value::Real(number) => arguments.add(number),
                Value::Truth(truth) => arguments.add(truth),
            }
            .map_err(sqlx::Error::Encode)?;
        }
        Ok(sqlx::query_with(AssertSqlSafe(numbered(&self.sql)), arguments))
    }
}

/// The text with `$1`, `$2`, … for its parameters, as PostgreSQL has them.
fn numbered(sql: &str) -> String {
    let (mut text, mut count, mut quoted) = (String::with_capacity(sql.len() + 32), 0, false);
    for letter in sql.chars() {
        quoted ^= letter == '\'';
        if letter == '?' && !quoted {
            count += 1;
            text.push('$');
            text.push_str(&count.to_string());
        } else {
            text.push(letter);
        }
    }
    text
}

fn all<R>(rows: Vec<R>, row: fn(R) -> Row) -> Vec<Row> {
    rows.into_iter().map(row).collect()
}

/// The value of a parameter.
#[derive(Debug)]
pub(crate) enum Value {
    Text(Option<String>),
    Integer(Option<i64>),
    Real(f64),
    Truth(bool),
}

macro_rules! values {
    ($($from:ty => |$value:ident| $into:expr;)*) => {
        $(impl From<$from> for Value {
            fn from($value: $from) -> Self {
                $into
            }
        })*
    };
}

values! {
    String => |text| Self::Text(Some(text));
    &String => |text| Self::Text(Some(text.clone()));
    &str => |text| Self::Text(Some(text.to_owned()));
    &Option<String> => |text| Self::Text(text.clone());
    Option<&str> => |text| Self::Text(text.map(str::to_owned));
    i64 => |number| Self::Integer(Some(number));
    f64 => |number| Self::Real(number);
    bool => |truth| Self::Truth(truth);
}

/// What a column of either database can be read as.
pub(crate) trait Field<'r>: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres> {}

impl<'r, T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>> Field<'r> for T {}

/// A row of either database.
#[derive(Debug)]
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    /// A column, by its name or its place. Which columns there are, and of which kind, is fixed by the schema, which both databases enforce.
    pub(crate) fn get<'r, T: Field<'r>, I: ColumnIndex<SqliteRow> + ColumnIndex<PgRow>>(&'r self, column: I) -> T {
        match self {
            Self::Sqlite(row) => row.get(column),
            Self::Postgres(row) => row.get(column),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_numbered_outside_of_texts() {
        assert_eq!(numbered("SELECT ?, '?' WHERE a = ? AND b LIKE '%''?' ESCAPE '\\' AND c = ?"), {
            "SELECT $1, '?' WHERE a = $2 AND b LIKE '%''?' ESCAPE '\\' AND c = $3"
        });
    }

    #[test]
    fn a_list_is_never_empty() {
        let text = |values: &[i64]| {
            let mut query = query("x IN ");
            query.push_list(values.iter().copied());
            query.sql
        };
        assert_eq!((text(&[]).as_ref(), text(&[1]).as_ref(), text(&[1, 2]).as_ref()), ("x IN (NULL)", "x IN (?)", "x IN (?, ?)"));
    }
}
