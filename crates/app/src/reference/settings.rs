//! The page of settings: every table and key of `weir.toml` with its kind, default and meaning, from the types that read it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;
use utoipa::{PartialSchema as _, ToSchema as _};

use super::one_line;
use crate::config::{Config, VARIABLE};

pub(super) fn page() -> String {
    let mut text = format!(
        "# Configuration\n\n`weir --config weir.toml …`, or `WEIR_CONFIG`. Every value has a default, so an empty file is valid; an unknown key is an \
         error that names the line. A variable of the environment sets one value: `{VARIABLE}SERVE__LISTEN=0.0.0.0:8420` is `listen` in `[serve]`; a \
         value that is not valid TOML is taken as text. `weir config check` says what is wrong, `weir config show` what is in force.\n\n\
         Tables in double brackets can stand any number of times, each with keys of its own; the defaults given are those of one that is there.\n"
    );
    let pages = Settings::new();
    pages.table(&mut text, "", &json(&Config::schema()), &json(&Config::default()), false);
    text
}

fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// The types of the settings, and the defaults of those that stand any number of times.
struct Settings {
    types: BTreeMap<String, Value>,
    defaults: BTreeMap<&'static str, Value>,
}

impl Settings {
    fn new() -> Self {
        let mut named = Vec::new();
        Config::schemas(&mut named);
        let defaults = [
            ("Folder", json(&collect::Folder::default())),
            ("S3Queue", json(&collect::S3Queue::default())),
            ("S3Listing", json(&collect::S3Listing::default())),
            ("Account", json(&collect::inventory::Account::default())),
        ];
        Self { types: named.into_iter().map(|(name, schema)| (name, json(&schema))).collect(), defaults: defaults.into() }
    }

    /// The table at `path`, then those inside it.
    fn table(&self, text: &mut String, path: &str, schema: &Value, defaults: &Value, repeated: bool) {
        let properties = schema["properties"].as_object().cloned().unwrap_or_default();
        if !path.is_empty() {
            let heading = if repeated { format!("[[{path}]]") } else { format!("[{path}]") };
            let _ = write!(text, "\n## `{heading}`\n\n{}\n", one_line(schema["description"].as_str().unwrap_or_default()));
        }
        let (tables, keys): (Vec<_>, Vec<_>) = properties.iter().partition(|(_, property)| self.inner(property).is_some());
        if !keys.is_empty() {
            *text += "\n| key | kind | default | meaning |\n| --- | --- | --- | --- |\n";
        }
        for (key, property) in keys {
            let meaning = one_line(property["description"].as_str().unwrap_or_default());
            let _ = writeln!(text, "| `{key}` | {} | {} | {meaning} |", self.kind(property), default(defaults.get(key)));
        }
        for (key, property) in tables {
            let Some((name, inside, repeated)) = self.inner(property) else { continue };
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            let mut inside = inside.clone();
            // What the table is for at this place says more than what its type is.
            if let Some(here) = property["description"].as_str() {
                inside["description"] = here.into();
            }
            let defaults = if repeated { self.defaults.get(name) } else { defaults.get(key) };
            self.table(text, &path, &inside, defaults.unwrap_or(&Value::Null), repeated);
        }
    }

    /// The type of a property that is a table: its name, what it is, and whether there can be several.
    fn inner<'a>(&'a self, property: &'a Value) -> Option<(&'a str, &'a Value, bool)> {
        let name = |value: &'a Value| value["$ref"].as_str().and_then(|link| link.rsplit('/').next());
        let optional = property["oneOf"].as_array().and_then(|forms| forms.iter().find_map(name));
        let (name, repeated) = match (name(property).or(optional), name(&property["items"])) {
            (Some(one), _) => (one, false),
            (None, Some(several)) => (several, true),
            (None, None) => return None,
        };
        let (name, schema) = self.types.get_key_value(name)?;
        schema["properties"].is_object().then_some((name.as_str(), schema, repeated))
    }

    fn kind(&self, property: &Value) -> String {
        if let Some(link) = property["$ref"].as_str().and_then(|link| link.rsplit('/').next()) {
            let words = self.types.get(link).and_then(|schema| schema["enum"].as_array());
            return words.map_or_else(
                || "text".to_owned(),
                |words| words.iter().map(|word| format!("`{}`", word.as_str().unwrap_or_default())).collect::<Vec<_>>().join(" or "),
            );
        }
        let kind = &property["type"];
        let name = kind.as_str().or_else(|| kind.as_array()?.iter().find_map(|kind| kind.as_str().filter(|kind| *kind != "null")));
        match name {
            Some("integer") => "whole number".to_owned(),
            Some("boolean") => "`true` or `false`".to_owned(),
            Some("number") => "number".to_owned(),
            Some("array") => format!("list of {}", self.kind(&property["items"])),
            Some("object") => format!("table of {}", self.kind(&property["additionalProperties"])),
            _ => "text".to_owned(),
        }
    }
}

/// A default as it would be written.
fn default(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::Object(map)) if map.is_empty() => "none".to_owned(),
        Some(Value::Array(list)) if list.is_empty() => "none".to_owned(),
        Some(Value::String(text)) if text.is_empty() => String::new(),
        Some(value) => format!("`{value}`"),
    }
}
