//! The order of columns of a flow log, as people and the EC2 API write it.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use super::fields::{self, Plan, cut};

/// The order of columns of a flow log that writes no header.
///
/// Reads `${version} ${account-id} …` as `DescribeFlowLogs` returns it, and bare names separated by spaces or commas; hyphens and
/// underscores are the same. Shows itself in the first form. Unknown names are kept, because AWS adds fields; at least one must be known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineFormat {
    names: Vec<String>,
}

impl LineFormat {
    /// The names of the fields, hyphenated, in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    pub(crate) fn from_known(names: impl IntoIterator<Item = &'static str>) -> Self {
        Self { names: names.into_iter().map(str::to_owned).collect() }
    }

    pub(crate) fn plan(&self, max_columns: usize) -> Result<Plan, String> {
        let names: Vec<Cow<'_, str>> = self.names.iter().map(|name| Cow::Borrowed(name.as_str())).collect();
        Plan::compile(&names, max_columns)
    }
}

impl FromStr for LineFormat {
    type Err = LineFormatError;

    fn from_str(text: &str) -> Result<Self, LineFormatError> {
        let mut names: Vec<String> = Vec::new();
        for word in text.split(|character: char| character.is_whitespace() || character == ',').filter(|word| !word.is_empty()) {
            let name = match word.strip_prefix("${") {
                Some(rest) => rest.strip_suffix('}').ok_or_else(|| LineFormatError::Malformed { word: cut(word) })?,
                None => word,
            };
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
            if name.is_empty() || !name.bytes().all(plain) {
                return Err(LineFormatError::Malformed { word: cut(word) });
            }
            let name = fields::normalise(name).into_owned();
            if names.contains(&name) {
                return Err(LineFormatError::Duplicate { name: cut(&name) });
            }
            names.push(name);
        }
        if !names.iter().any(|name| fields::is_known(name)) {
            return Err(LineFormatError::NothingKnown);
        }
        Ok(Self { names })
    }
}

impl Display for LineFormat {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        for (index, name) in self.names.iter().enumerate() {
            if index > 0 {
                formatter.write_str(" ")?;
            }
            write!(formatter, "${{{name}}}")?;
        }
        Ok(())
    }
}

/// A text that is no order of columns.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineFormatError {
    /// A word is no field name.
    #[error("{word:?} is not a field name: write ${{version}} ${{account-id}} …, or the bare names separated by spaces or commas")]
    Malformed {
        /// The word.
        word: String,
    },
    /// A field occurs twice.
    #[error("the field {name:?} occurs twice")]
    Duplicate {
        /// The field.
        name: String,
    },
    /// No word is a field of AWS flow logs.
    #[error("none of the names is a field of AWS flow logs, such as srcaddr or bytes")]
    NothingKnown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_spellings_read_the_same() {
        let expected: LineFormat = "version account-id srcaddr".parse().unwrap();
        for text in ["${version} ${account-id} ${srcaddr}", "version,account_id, srcaddr", "  version\taccount-id   ${srcaddr}\n"] {
            assert_eq!(text.parse::<LineFormat>().unwrap(), expected, "{text:?}");
        }
        assert_eq!(expected.to_string(), "${version} ${account-id} ${srcaddr}");
        assert_eq!(expected.to_string().parse::<LineFormat>().unwrap(), expected);
    }

    #[test]
    fn errors_say_what_is_wrong() {
        let error = |text: &str| text.parse::<LineFormat>().unwrap_err().to_string();
        assert!(error("${version ${srcaddr}").contains("${version"));
        assert!(error("2 123456789012 10.0.0.1").contains("10.0.0.1"));
        assert!(error("srcaddr srcaddr").contains("twice"));
        assert!(error("").contains("srcaddr or bytes"));
        assert!(error("field-of-the-future").contains("srcaddr or bytes"));
        assert!("srcaddr field-of-the-future".parse::<LineFormat>().is_ok());
    }
}
