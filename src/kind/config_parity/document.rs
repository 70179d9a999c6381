//! From the text of a configuration to its settings: dotted keys and plain values, whatever the form was.
//!
//! Tables are opened (`db.host`), lists are one value. A key that is given twice is an error, because a reader
//! that takes the last one silently hides the first one.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::dotenv;

/// The form of a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Format {
    /// TOML 1.0.
    Toml,
    /// A JSON object (RFC 8259).
    Json,
    /// `KEY=value` lines as in a `.env` file.
    Dotenv,
}

impl Format {
    /// The form that the name of a file tells: `.toml`, `.json`, and `.env`, `.env.staging` or `staging.env`.
    pub(super) fn of_file(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        if name == ".env" || name.starts_with(".env.") {
            return Some(Self::Dotenv);
        }
        match name.rsplit_once('.').map(|(_, extension)| extension) {
            Some("toml") => Some(Self::Toml),
            Some("json") => Some(Self::Json),
            Some("env") => Some(Self::Dotenv),
            Some(_) | None => None,
        }
    }

    /// The word in messages.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Toml => "TOML",
            Self::Json => "JSON",
            Self::Dotenv => ".env lines",
        }
    }
}

/// What a value is. A `.env` file has text only, and what that is meant to be is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Untyped,
    Text,
    Number,
    Truth,
    Nothing,
    Time,
    List,
    Table,
}

/// One value of a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value {
    shape: Shape,
    text: String,
}

impl Value {
    /// Whether both are the same value. Types must agree where both sides have types: `8` is not `"8"`.
    pub(super) fn equals(&self, other: &Self) -> bool {
        let typed = self.shape != Shape::Untyped && other.shape != Shape::Untyped;
        self.text == other.text && (!typed || self.shape == other.shape)
    }

    /// Whether both read the same. For values that must differ: `8` and `"8"` do not.
    pub(super) fn reads_like(&self, other: &Self) -> bool {
        self.text.trim() == other.text.trim()
    }

    /// Whether there is a key but nothing behind it.
    pub(super) fn is_empty(&self) -> bool {
        self.shape == Shape::Nothing
            || self.text.trim().is_empty()
            || matches!((self.shape, self.text.as_str()), (Shape::List, "[]") | (Shape::Table, "{}"))
    }

    /// The value as text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The value with the quotes that tell a text from a number.
    pub(super) fn quoted(&self) -> String {
        match self.shape {
            Shape::Text | Shape::Untyped => format!("{:?}", self.text),
            Shape::Nothing => "null".to_owned(),
            Shape::Number | Shape::Truth | Shape::Time | Shape::List | Shape::Table => self.text.clone(),
        }
    }
}

/// All settings of one side, by their dotted keys.
pub(super) type Settings = BTreeMap<String, Value>;

/// Reads a configuration.
///
/// # Errors
/// Says what cannot be read. The text itself is not repeated beyond what the parser shows of it.
pub(super) fn read(text: &str, format: Format) -> Result<Settings, String> {
    let entries = match format {
        Format::Dotenv => dotenv::parse(text)?.into_iter().map(|(key, text)| (key, Node::untyped(text))).collect(),
        Format::Json => table(serde_json::from_str(text).map_err(|error| error.to_string())?)?,
        Format::Toml => table(toml_node(toml::from_str(text).map_err(|error| error.message().to_owned())?))?,
    };
    let mut settings = Settings::new();
    open(entries, "", &mut settings)?;
    Ok(settings)
}

/// A value before tables are opened.
#[derive(Debug)]
enum Node {
    Leaf(Value),
    List(Vec<Self>),
    Table(Vec<(String, Self)>),
}

impl Node {
    fn untyped(text: String) -> Self {
        Self::Leaf(Value { shape: Shape::Untyped, text })
    }

    fn leaf(shape: Shape, text: impl fmt::Display) -> Self {
        Self::Leaf(Value { shape, text: text.to_string() })
    }

    /// One line that tells every part of the value, for lists.
    fn line(&self) -> String {
        match self {
            Self::Leaf(value) => value.quoted(),
            Self::List(items) => format!("[{}]", items.iter().map(Self::line).collect::<Vec<_>>().join(", ")),
            Self::Table(entries) => {
                let mut parts: Vec<_> =
                    entries.iter().map(|(key, node)| format!("{key:?}: {}", node.line())).collect();
                parts.sort_unstable();
                format!("{{{}}}", parts.join(", "))
            }
        }
    }
}

fn table(node: Node) -> Result<Vec<(String, Node)>, String> {
    match node {
        Node::Table(entries) => Ok(entries),
        Node::Leaf(_) | Node::List(_) => Err("it is no object with keys and values".to_owned()),
    }
}

/// Opens tables into dotted keys. An empty table stays as a value, so that it is not overlooked.
fn open(entries: Vec<(String, Node)>, above: &str, settings: &mut Settings) -> Result<(), String> {
    for (key, node) in entries {
        let key = if above.is_empty() { key } else { format!("{above}.{key}") };
        let value = match node {
            Node::Table(entries) if !entries.is_empty() => {
                open(entries, &key, settings)?;
                continue;
            }
            Node::Leaf(value) => value,
            Node::List(_) => Value { shape: Shape::List, text: node.line() },
            Node::Table(_) => Value { shape: Shape::Table, text: node.line() },
        };
        if settings.insert(key.clone(), value).is_some() {
            return Err(format!("two values have the dotted key `{key}`"));
        }
    }
    Ok(())
}

fn toml_node(value: toml::Value) -> Node {
    match value {
        toml::Value::String(text) => Node::leaf(Shape::Text, text),
        toml::Value::Integer(number) => Node::leaf(Shape::Number, number),
        toml::Value::Float(number) => Node::leaf(Shape::Number, number),
        toml::Value::Boolean(truth) => Node::leaf(Shape::Truth, truth),
        toml::Value::Datetime(time) => Node::leaf(Shape::Time, time),
        toml::Value::Array(items) => Node::List(items.into_iter().map(toml_node).collect()),
        toml::Value::Table(entries) => {
            Node::Table(entries.into_iter().map(|(key, value)| (key, toml_node(value))).collect())
        }
    }
}

/// Reads JSON and refuses a key that is given twice, which `serde_json::Value` does not.
struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Node, E> {
        Ok(Node::leaf(Shape::Text, text))
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Node, E> {
        Ok(Node::leaf(Shape::Truth, truth))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Node, E> {
        Ok(Node::leaf(Shape::Number, number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Node, E> {
        Ok(Node::leaf(Shape::Number, number))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Node, E> {
        Ok(Node::leaf(Shape::Number, number))
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        Ok(Node::leaf(Shape::Nothing, ""))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut entries = BTreeMap::new();
        while let Some((key, node)) = map.next_entry::<String, Node>()? {
            if entries.insert(key.clone(), node).is_some() {
                return Err(A::Error::custom(format_args!("`{key}` is given twice")));
            }
        }
        Ok(Node::Table(entries.into_iter().collect()))
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, format: Format) -> Vec<String> {
        read(text, format).unwrap().iter().map(|(key, value)| format!("{key}={}", value.quoted())).collect()
    }

    #[test]
    fn toml_and_json_of_the_same_content_are_the_same() {
        let toml = "a = 1\nb = true\nc = 1.5\nl = [1, \"x\", {k = 2}]\n[db]\nhost = \"h\"\n[db.pool]\n";
        let json = r#"{"db": {"pool": {}, "host": "h"}, "a": 1, "b": true, "c": 1.5, "l": [1, "x", {"k": 2}]}"#;
        let expected = ["a=1", "b=true", "c=1.5", "db.host=\"h\"", "db.pool={}", "l=[1, \"x\", {\"k\": 2}]"];
        assert_eq!(shown(toml, Format::Toml), expected);
        assert_eq!(shown(json, Format::Json), expected);
    }

    #[test]
    fn a_number_is_not_its_text_but_reads_like_it() {
        let both = read(r#"{"a": 8, "b": "8", "c": 8.0, "d": " 8"}"#, Format::Json).unwrap();
        assert!(!both["a"].equals(&both["b"]));
        assert!(both["a"].reads_like(&both["b"]));
        assert!(both["b"].reads_like(&both["d"]));
        assert!(both["a"].equals(&both["c"]));
        let untyped = read("A=8", Format::Dotenv).unwrap();
        assert!(both["a"].equals(&untyped["A"]));
        assert!(both["b"].equals(&untyped["A"]));
    }

    #[test]
    fn empty_values_are_told() {
        let settings = read(r#"{"a": "", "b": null, "c": [], "d": {}, "e": " ", "f": 0, "g": false}"#, Format::Json);
        let empty: Vec<bool> = settings.unwrap().values().map(Value::is_empty).collect();
        assert_eq!(empty, [true, true, true, true, true, false, false]);
    }

    #[test]
    fn a_key_given_twice_is_refused_in_every_form() {
        assert!(read(r#"{"a": 1, "a": 2}"#, Format::Json).unwrap_err().contains("`a` is given twice"));
        assert!(read("a = 1\na = 2", Format::Toml).is_err());
        assert!(read("A=1\nA=2", Format::Dotenv).is_err());
        let error = read(r#"{"a.b": 1, "a": {"b": 2}}"#, Format::Json).unwrap_err();
        assert_eq!(error, "two values have the dotted key `a.b`");
    }

    #[test]
    fn only_an_object_has_settings() {
        assert_eq!(read("[1]", Format::Json).unwrap_err(), "it is no object with keys and values");
        assert!(read("<html>", Format::Json).is_err());
    }

    #[test]
    fn the_name_of_a_file_tells_its_form() {
        let of = |path| Format::of_file(path);
        assert_eq!(of("settings/staging.toml"), Some(Format::Toml));
        assert_eq!(of("a.json"), Some(Format::Json));
        assert_eq!(of(".env"), Some(Format::Dotenv));
        assert_eq!(of("deploy/.env.staging"), Some(Format::Dotenv));
        assert_eq!(of("staging.env"), Some(Format::Dotenv));
        assert_eq!(of("settings.yaml"), None);
        assert_eq!(of("settings"), None);
    }
}
