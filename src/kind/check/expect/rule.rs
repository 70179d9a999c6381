//! One rule on a value: a plain value that it must equal, or a table of operators that must all hold.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::kind::check::names::{Names, sole_name};

use super::json::{Json, shown};
use super::pattern::Pattern;

/// One rule on a value. It always asserts something.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rule(Operators);

/// The operators of a rule; all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Operators {
    /// The value is exactly this. Numbers are compared by value, so 1 equals 1.0; nothing else is converted.
    pub(crate) equals: Option<Json>,
    /// The value is not this.
    pub(crate) not: Option<Json>,
    /// The value is a number above this.
    pub(crate) greater: Option<Json>,
    /// The value is this number or above.
    pub(crate) at_least: Option<Json>,
    /// The value is a number below this.
    pub(crate) less: Option<Json>,
    /// The value is this number or below.
    pub(crate) at_most: Option<Json>,
    /// The value is one of these.
    pub(crate) one_of: Option<Vec<Json>>,
    /// The value is a text that holds this text, or a list that holds this value.
    pub(crate) contains: Option<Json>,
    /// The value is a text in which this regular expression is found.
    pub(crate) matches: Option<Pattern>,
    /// Whether there is a value at all; with `false` it stands alone.
    pub(crate) exists: Option<bool>,
    /// The number of signs of a text, of values of a list, or of members of an object.
    pub(crate) length: Option<Box<Rule>>,
    /// The type of the value.
    pub(crate) r#type: Option<JsonType>,
}

/// A type of JSON. `integer` is a number without a fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum JsonType {
    /// A text.
    String,
    /// Any number.
    Number,
    /// A number without a fraction.
    Integer,
    /// True or false.
    Boolean,
    /// Nothing.
    Null,
    /// A list.
    Array,
    /// An object.
    Object,
}

impl JsonType {
    /// The word in checklists and messages.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::Null => "null",
            Self::Array => "array",
            Self::Object => "object",
        }
    }
}

impl Rule {
    /// The rule that a value equals another.
    pub(crate) fn equals(value: Value) -> Self {
        Self(Operators { equals: Some(Json(value)), ..Operators::default() })
    }

    /// The operators.
    pub(crate) fn operators(&self) -> &Operators {
        &self.0
    }

    /// Whether the rule can hold for a text at all.
    pub(crate) fn fits_text(&self) -> bool {
        let rule = &self.0;
        let numbers = [&rule.greater, &rule.at_least, &rule.less, &rule.at_most];
        let is_text = |json: &Json| json.0.is_string();
        numbers.iter().all(|limit| limit.is_none())
            && rule.equals.as_ref().is_none_or(is_text)
            && rule.contains.as_ref().is_none_or(is_text)
            && rule.one_of.as_ref().is_none_or(|all| all.iter().any(is_text))
            && rule.r#type.is_none_or(|r#type| matches!(r#type, JsonType::String))
    }

    /// The rule with names filled in.
    pub(crate) fn filled(&self, names: &Names) -> Self {
        let fill = |json: &Option<Json>| json.as_ref().map(|json| Json(names.fill_value(&json.0)));
        let rule = &self.0;
        Self(Operators {
            equals: fill(&rule.equals),
            not: fill(&rule.not),
            greater: fill(&rule.greater),
            at_least: fill(&rule.at_least),
            less: fill(&rule.less),
            at_most: fill(&rule.at_most),
            one_of: rule.one_of.as_ref().map(|all| all.iter().map(|one| Json(names.fill_value(&one.0))).collect()),
            contains: fill(&rule.contains),
            matches: rule.matches.as_ref().map(|pattern| pattern.filled(names)),
            exists: rule.exists,
            length: rule.length.as_ref().map(|length| Box::new(length.filled(names))),
            r#type: rule.r#type,
        })
    }
}

impl fmt::Display for Rule {
    /// The rule in words that fit behind the name of a value: `is 1`, `is at least 1 and less than 5`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.words().join(" and "))
    }
}

impl Operators {
    fn words(&self) -> Vec<String> {
        let json = |word: &str, json: &Option<Json>| json.as_ref().map(|json| format!("{word} {}", shown(&json.0)));
        let exists = self.exists.map(|exists| if exists { "is there" } else { "is not there" }.to_owned());
        let one_of = self
            .one_of
            .as_ref()
            .map(|all| format!("is one of {}", all.iter().map(|one| shown(&one.0)).collect::<Vec<_>>().join(", ")));
        let all = [
            json("is", &self.equals),
            json("is not", &self.not),
            json("is greater than", &self.greater),
            json("is at least", &self.at_least),
            json("is less than", &self.less),
            json("is at most", &self.at_most),
            one_of,
            json("contains", &self.contains),
            self.matches.as_ref().map(|pattern| format!("matches `{pattern}`")),
            exists,
            self.length.as_ref().map(|length| format!("has a length that {length}")),
            self.r#type.map(|r#type| format!("has the type {}", r#type.as_str())),
        ];
        all.into_iter().flatten().collect()
    }

    /// What is wrong with the operators together.
    fn mistake(&self) -> Option<String> {
        let given = self.words().len();
        let limits = [&self.greater, &self.at_least, &self.less, &self.at_most];
        let is_limit =
            |json: &Json| json.0.is_number() || json.0.as_str().is_some_and(|text| sole_name(text).is_some());
        if given == 0 {
            return Some("the rule is empty, so it asserts nothing".to_owned());
        }
        if self.exists == Some(false) && given > 1 {
            return Some(
                "`exists = false` must stand alone: a value that is not there has no other property".to_owned(),
            );
        }
        if self.one_of.as_ref().is_some_and(Vec::is_empty) {
            return Some("`one-of` is empty, so nothing can be true".to_owned());
        }
        let wrong = limits.into_iter().flatten().find(|json| !is_limit(json))?;
        Some(format!(
            "{} is not a number; `greater`, `at-least`, `less` and `at-most` compare numbers",
            shown(&wrong.0)
        ))
    }
}

struct RuleVisitor;

impl<'de> Visitor<'de> for RuleVisitor {
    type Value = Rule;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value such as 1 or \"paid\", or a table of operators such as { at-least = 1 }")
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Rule, E> {
        Ok(Rule::equals(Value::Bool(truth)))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Rule, E> {
        Ok(Rule::equals(Value::from(number)))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Rule, E> {
        Ok(Rule::equals(Value::from(number)))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Rule, E> {
        Json::deserialize(number.into_deserializer()).map(|json| Rule::equals(json.0))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Rule, E> {
        Ok(Rule::equals(Value::String(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, sequence: A) -> Result<Rule, A::Error> {
        Json::deserialize(SeqAccessDeserializer::new(sequence)).map(|json| Rule::equals(json.0))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Rule, A::Error> {
        let operators = Operators::deserialize(MapAccessDeserializer::new(map))?;
        match operators.mistake() {
            Some(mistake) => Err(A::Error::custom(mistake)),
            None => Ok(Rule(operators)),
        }
    }
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RuleVisitor)
    }
}

impl JsonSchema for Rule {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Rule".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let operators = generator.subschema_for::<Operators>();
        json_schema!({
            "description": "A value that must be equal, or a table of operators that must all hold.",
            "anyOf": [{ "type": ["string", "number", "boolean", "array"] }, operators]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Written {
        rule: Rule,
    }

    fn read(text: &str) -> Result<String, String> {
        let text = format!("rule = {text}");
        toml::from_str::<Written>(&text)
            .map(|written| written.rule.to_string())
            .map_err(|error| error.message().to_owned())
    }

    #[test]
    fn a_rule_says_in_words_what_it_was_written_for() {
        for (written, words) in [
            ("1", "is 1"),
            ("\"paid\"", "is \"paid\""),
            ("[1, 2]", "is [1,2]"),
            ("{ at-least = 1, less = 5 }", "is at least 1 and is less than 5"),
            ("{ one-of = ['a', 'b'] }", "is one of \"a\", \"b\""),
            ("{ length = 3 }", "has a length that is 3"),
            ("{ length = { at-least = 1 } }", "has a length that is at least 1"),
            ("{ exists = false }", "is not there"),
            ("{ type = 'integer' }", "has the type integer"),
            ("{ matches = '^a' }", "matches `^a`"),
            ("{ not = '', contains = 'x' }", "is not \"\" and contains \"x\""),
            ("{ equals = { a = 1 } }", "is {\"a\":1}"),
        ] {
            assert_eq!(read(written).unwrap(), words, "{written}");
        }
    }

    #[test]
    fn a_rule_that_asserts_nothing_or_nonsense_is_refused() {
        for (written, problem) in [
            ("{}", "asserts nothing"),
            ("{ one-of = [] }", "nothing can be true"),
            ("{ exists = false, equals = 1 }", "must stand alone"),
            ("{ at-least = 'x' }", "is not a number"),
            ("{ matches = '(' }", "not a regular expression"),
            ("{ aproximately = 1 }", "unknown field `aproximately`"),
            ("{ length = {} }", "asserts nothing"),
            ("nan", "JSON has no number"),
        ] {
            let error = read(written).unwrap_err();
            assert!(error.contains(problem), "{written}: {error}");
        }
    }

    #[test]
    fn names_are_filled_in_everywhere() {
        let mut names = Names::default();
        names.capture("n", serde_json::json!(7));
        for (written, words) in [
            ("'{{ n }}'", "is 7"),
            ("{ at-least = '{{ n }}' }", "is at least 7"),
            ("{ one-of = ['{{ n }}'] }", "is one of 7"),
            ("{ length = '{{ n }}' }", "has a length that is 7"),
            ("{ matches = '^{{ n }}$' }", "matches `^7$`"),
        ] {
            let rule = toml::from_str::<Written>(&format!("rule = {written}")).unwrap().rule;
            assert_eq!(rule.filled(&names).to_string(), words, "{written}");
        }
    }
}
