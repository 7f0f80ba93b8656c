//! Texts that are not shown, from the environment or a file.

use std::fmt::{self, Debug, Formatter};
use std::path::PathBuf;

use crate::DeliverError;

/// A text that is not shown.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl Debug for Secret {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

/// The secret that `variable` or the first line of `file` holds, without the space around it; `None` when neither is set.
///
/// # Errors
/// When the one that is set holds nothing or cannot be read.
pub(crate) fn read(name: &str, variable: Option<&str>, file: Option<&PathBuf>) -> Result<Option<Secret>, DeliverError> {
    if let Some(variable) = variable {
        let text = std::env::var(variable).unwrap_or_default();
        let text = text.trim();
        if text.is_empty() {
            return Err(DeliverError::Variable { name: name.to_owned(), variable: variable.to_owned() });
        }
        return Ok(Some(Secret(text.to_owned())));
    }
    let Some(path) = file else { return Ok(None) };
    let text = std::fs::read_to_string(path).map_err(|source| DeliverError::File { name: name.to_owned(), path: path.clone(), source })?;
    let line = text.lines().next().unwrap_or_default().trim();
    if line.is_empty() {
        return Err(DeliverError::setting(name, format!("the first line of {} holds no text", path.display())));
    }
    Ok(Some(Secret(line.to_owned())))
}
