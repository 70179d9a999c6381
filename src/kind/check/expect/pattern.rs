//! Regular expressions as a checklist writes them.

use std::fmt;

use regex::Regex;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, Error};

use crate::kind::check::names::Names;
use crate::model::Template;

/// A regular expression in the syntax of the `regex` crate. It may hold names, whose values stand for themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern(String);

impl Pattern {
    /// A pattern from its text. Names in it stand for any value.
    ///
    /// # Errors
    /// Says what is wrong with the text.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("an empty pattern matches everything, so it asserts nothing".to_owned());
        }
        compiled(&Template(text).fill(|_| Some("x".to_owned()))).map(|_| Self(text.to_owned()))
    }

    /// Whether the pattern is found anywhere in a text.
    ///
    /// # Errors
    /// When a name was not filled in and made the pattern invalid.
    pub(crate) fn is_in(&self, text: &str) -> Result<bool, String> {
        Ok(compiled(&self.0)?.is_match(text))
    }

    /// The pattern with names filled in; their values are escaped.
    pub(crate) fn filled(&self, names: &Names) -> Self {
        Self(names.fill_with(&self.0, |value| regex::escape(&value)))
    }
}

fn compiled(text: &str) -> Result<Regex, String> {
    Regex::new(text).map_err(|error| match error {
        regex::Error::Syntax(message) => {
            let last = message.lines().last().unwrap_or_default().trim_start_matches("error: ");
            format!("`{text}` is not a regular expression: {last}")
        }
        other => format!("`{text}` cannot be used as a regular expression: {other}"),
    })
}

impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

impl JsonSchema for Pattern {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Pattern".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1, "description": "A regular expression; it may match anywhere in the text." })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_pattern_is_found_anywhere() {
        assert_eq!(Pattern::parse("b+").unwrap().is_in("abba"), Ok(true));
        assert_eq!(Pattern::parse("^b").unwrap().is_in("abba"), Ok(false));
    }

    #[test]
    fn an_invalid_pattern_is_refused_in_one_line() {
        let error = Pattern::parse("(a").unwrap_err();
        assert_eq!(error, "`(a` is not a regular expression: unclosed group");
        assert!(Pattern::parse("").unwrap_err().contains("asserts nothing"));
    }

    #[test]
    fn a_value_that_is_filled_in_stands_for_itself() {
        let mut names = Names::default();
        names.capture("id", json!("a.c"));
        let pattern = Pattern::parse("^{{ id }}$").unwrap().filled(&names);
        assert_eq!((pattern.is_in("a.c"), pattern.is_in("abc")), (Ok(true), Ok(false)));
    }
}
