//! JSON values and paths as a checklist writes them in TOML.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use serde_json::{Map, Number, Value};

use crate::kind::check::names::Names;
use crate::model::{Template, excerpt};

/// A JSON value written in TOML. Dates, `nan` and `inf`, which JSON does not have, are refused instead of changed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Json(pub(crate) Value);

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = toml::Value::deserialize(deserializer)?;
        json_of(written).map(Self).map_err(D::Error::custom)
    }
}

fn json_of(written: toml::Value) -> Result<Value, String> {
    match written {
        toml::Value::String(text) => Ok(Value::String(text)),
        toml::Value::Integer(number) => Ok(Value::from(number)),
        toml::Value::Boolean(truth) => Ok(Value::Bool(truth)),
        toml::Value::Float(number) => {
            Number::from_f64(number).map(Value::Number).ok_or_else(|| format!("JSON has no number `{number}`"))
        }
        toml::Value::Datetime(date) => Err(format!("JSON has no dates; write \"{date}\" in quotes")),
        toml::Value::Array(items) => items.into_iter().map(json_of).collect(),
        toml::Value::Table(members) => {
            let members = members.into_iter().map(|(key, member)| Ok((key, json_of(member)?)));
            members.collect::<Result<Map<_, _>, String>>().map(Value::Object)
        }
    }
}

impl JsonSchema for Json {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Json".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "Any JSON value: a text, a number, true or false, a list, a table." })
    }
}

/// A path into a JSON value (RFC 9535). It may hold names, which are filled in while the step runs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct JsonPath(String);

/// One value that a path leads to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node<'value> {
    /// Where it stands, as a normalised path such as `$['items'][0]`.
    pub(crate) location: String,
    /// The value.
    pub(crate) value: &'value Value,
}

impl JsonPath {
    /// A path from its text. Names in it stand for any value.
    ///
    /// # Errors
    /// Says what is wrong with the text.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let tried = Template(text).fill(|_| Some("0".to_owned()));
        parsed(&tried).map(|_| Self(text.to_owned()))
    }

    /// Every value that the path leads to.
    ///
    /// # Errors
    /// When a name that was filled in made the path invalid.
    pub(crate) fn locate<'value>(&self, value: &'value Value) -> Result<Vec<Node<'value>>, String> {
        let path = parsed(&self.0)?;
        let node = |found: &serde_json_path::LocatedNode<'value>| Node {
            location: found.location().to_string(),
            value: found.node(),
        };
        Ok(path.query_located(value).iter().map(node).collect())
    }

    /// The path with names filled in. Quotes in a value are escaped, so that it stays one text.
    pub(crate) fn filled(&self, names: &Names) -> Self {
        let escaped = |value: String| value.replace('\\', "\\\\").replace('\'', "\\'").replace('"', "\\\"");
        Self(names.fill_with(&self.0, escaped))
    }
}

fn parsed(text: &str) -> Result<serde_json_path::JsonPath, String> {
    serde_json_path::JsonPath::parse(text)
        .map_err(|error| format!("`{text}` is not a JSONPath such as `$.items[0].name`: {}", error.message()))
}

impl fmt::Display for JsonPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for JsonPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

impl JsonSchema for JsonPath {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "JsonPath".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "description": "A path into a JSON value (RFC 9535), such as `$.items[0].name`." })
    }
}

/// The type of a value, in the words of JSON.
pub(crate) fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// The type of a value with its article.
pub(crate) fn named(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// A value as a message shows it.
pub(crate) fn shown(value: &Value) -> String {
    excerpt(&value.to_string(), 200)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Written {
        value: Json,
    }

    fn read(text: &str) -> Result<Value, String> {
        toml::from_str::<Written>(text).map(|written| written.value.0).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn toml_becomes_the_json_that_it_says() {
        assert_eq!(read("value = { a = [1, 1.5, true], b = 'x' }").unwrap(), json!({"a": [1, 1.5, true], "b": "x"}));
    }

    #[test]
    fn what_json_does_not_have_is_refused() {
        assert!(read("value = 2026-12-04").unwrap_err().contains("in quotes"));
        assert!(read("value = [nan]").unwrap_err().contains("NaN"));
    }

    #[test]
    fn a_path_leads_to_values_with_their_places() {
        let value = json!({"items": [{"n": 1}, {"n": 2}]});
        let nodes = JsonPath::parse("$.items[*].n").unwrap();
        let nodes = nodes.locate(&value).unwrap();
        assert_eq!(nodes.len(), 2);
        assert_eq!((nodes[1].location.as_str(), nodes[1].value), ("$['items'][1]['n']", &json!(2)));
    }

    #[test]
    fn an_invalid_path_is_refused_and_names_in_a_path_are_not() {
        for text in ["", "id", "$.", "$.a b", "$[?@.id == ]"] {
            JsonPath::parse(text).unwrap_err();
        }
        for text in ["$", "$.a", "$[?@.id == '{{ id }}']", "$[{{ n }}]"] {
            JsonPath::parse(text).unwrap();
        }
    }

    #[test]
    fn a_value_with_quotes_stays_one_text_in_a_path() {
        let mut names = Names::default();
        names.capture("id", json!("it's"));
        let value = json!([{"id": "it's"}, {"id": "other"}]);
        let path = JsonPath::parse("$[?@.id == '{{ id }}']").unwrap().filled(&names);
        assert_eq!(path.locate(&value).unwrap().len(), 1);
    }
}
