//! Whether a rule holds for what was seen. A type mismatch and a missing value are failures; nothing is converted.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::json::{Json, Node, named, shown, type_of};
use super::rule::{JsonType, Operators, Rule};

/// An assertion that is false.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unmet {
    /// What it is about, such as `$.qty` or `status`.
    pub(crate) subject: String,
    /// What should have been seen.
    pub(crate) expected: String,
    /// What was seen.
    pub(crate) observed: String,
}

impl Unmet {
    /// An assertion that is false.
    pub(crate) fn new(subject: impl Into<String>, expected: impl Into<String>, observed: impl Into<String>) -> Self {
        Self { subject: subject.into(), expected: expected.into(), observed: observed.into() }
    }
}

impl Rule {
    /// What is not as the rule says. Where there are several values, the rule must hold for all of them; where there
    /// is none, it holds only if that is what it asks for.
    pub(crate) fn unmet(&self, subject: &str, nodes: &[Node<'_>]) -> Option<Unmet> {
        let observed = self.unmet_by(nodes)?;
        Some(Unmet::new(subject, format!("`{subject}` {self}"), observed))
    }

    fn unmet_by(&self, nodes: &[Node<'_>]) -> Option<String> {
        if self.operators().exists == Some(false) {
            return nodes.first().map(|node| format!("it is there: {}", shown(node.value)));
        }
        if nodes.is_empty() {
            return Some("nothing is there".to_owned());
        }
        let (node, why) = nodes.iter().find_map(|node| Some((node, self.operators().false_for(node.value)?)))?;
        match nodes.len() {
            1 => Some(why),
            several => Some(format!("{why}, at `{}`, one of {several} values", node.location)),
        }
    }
}

impl Operators {
    /// What the value is instead, if an operator does not hold for it.
    fn false_for(&self, value: &Value) -> Option<String> {
        let json = |operator: &Option<Json>, holds: fn(&Value, &Value) -> Held| {
            operator.as_ref().map(|operand| holds(value, &operand.0))
        };
        let all = [
            json(&self.equals, |value, operand| Ok(same(value, operand))),
            json(&self.not, |value, operand| Ok(!same(value, operand))),
            json(&self.greater, |value, operand| Ok(compared(value, operand)?.is_gt())),
            json(&self.at_least, |value, operand| Ok(compared(value, operand)?.is_ge())),
            json(&self.less, |value, operand| Ok(compared(value, operand)?.is_lt())),
            json(&self.at_most, |value, operand| Ok(compared(value, operand)?.is_le())),
            json(&self.contains, contains),
            self.one_of.as_ref().map(|all| Ok(all.iter().any(|one| same(value, &one.0)))),
            self.matches.as_ref().map(|pattern| match value {
                Value::String(text) => pattern.is_in(text),
                _ => Err(format!("{}, not a string", named(value))),
            }),
            self.length.as_ref().map(|rule| has_length(value, rule)),
            self.r#type.map(|r#type| Ok(is_of(value, r#type))),
        ];
        all.into_iter().flatten().find_map(|held| match held {
            Ok(true) => None,
            Ok(false) => Some(described(value, self.equals.as_ref())),
            Err(why) => Some(format!("{} ({why})", shown(value))),
        })
    }
}

/// Whether an operator holds, or why it cannot be asked of such a value.
type Held = Result<bool, String>;

/// The value, with its type where that is the difference.
fn described(value: &Value, wanted: Option<&Json>) -> String {
    match wanted {
        Some(wanted) if type_of(&wanted.0) != type_of(value) => {
            format!("{} ({}, not {})", shown(value), named(value), named(&wanted.0))
        }
        Some(_) | None => shown(value),
    }
}

/// Whether two values are equal. JSON has one type of number, so 1 and 1.0 are the same (RFC 8259, section 6).
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => order(left, right) == Ordering::Equal,
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, member)| right.get(key).is_some_and(|other| same(member, other)))
        }
        _ => left == right,
    }
}

/// The order of two numbers: exact for whole numbers.
fn order(left: &Number, right: &Number) -> Ordering {
    let whole = |number: &Number| number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
    if let (Some(left), Some(right)) = (whole(left), whole(right)) {
        return left.cmp(&right);
    }
    let float = |number: &Number| number.as_f64().expect("every JSON number has a float near it");
    float(left).partial_cmp(&float(right)).expect("JSON numbers are finite")
}

fn compared(value: &Value, operand: &Value) -> Result<Ordering, String> {
    match (value, operand) {
        (Value::Number(value), Value::Number(operand)) => Ok(order(value, operand)),
        (Value::Number(_), _) => Err(format!("{} to compare with is not a number", shown(operand))),
        _ => Err(format!("{}, not a number", named(value))),
    }
}

fn contains(value: &Value, operand: &Value) -> Held {
    match (value, operand) {
        (Value::String(text), Value::String(part)) => Ok(text.contains(part.as_str())),
        (Value::Array(items), _) => Ok(items.iter().any(|item| same(item, operand))),
        (Value::String(_), _) => Err(format!("a text cannot contain {}", named(operand))),
        _ => Err(format!("{}, neither a string nor an array", named(value))),
    }
}

fn has_length(value: &Value, rule: &Rule) -> Held {
    let length = match value {
        Value::String(text) => text.chars().count(),
        Value::Array(items) => items.len(),
        Value::Object(members) => members.len(),
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            return Err(format!("{} has no length", named(value)));
        }
    };
    match rule.operators().false_for(&Value::from(length)) {
        None => Ok(true),
        Some(_) => Err(format!("its length is {length}")),
    }
}

fn is_of(value: &Value, r#type: JsonType) -> bool {
    match r#type {
        JsonType::Integer => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        JsonType::String
        | JsonType::Number
        | JsonType::Boolean
        | JsonType::Null
        | JsonType::Array
        | JsonType::Object => type_of(value) == r#type.as_str(),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Deserialize)]
    struct Written {
        rule: Rule,
    }

    /// What is observed instead, for a rule and the values that it is asked of.
    fn observed(rule: &str, values: &[Value]) -> Option<String> {
        let rule = toml::from_str::<Written>(&format!("rule = {rule}")).unwrap().rule;
        let nodes: Vec<_> =
            values.iter().enumerate().map(|(index, value)| Node { location: format!("$[{index}]"), value }).collect();
        rule.unmet("$.x", &nodes).map(|unmet| unmet.observed)
    }

    #[test]
    fn what_is_true_is_met() {
        for (rule, value) in [
            ("1", json!(1)),
            ("1", json!(1.0)),
            ("'a'", json!("a")),
            ("[1, 'a']", json!([1, "a"])),
            ("{ equals = { a = 1 } }", json!({"a": 1})),
            ("{ not = 1 }", json!("1")),
            ("{ greater = 1 }", json!(1.5)),
            ("{ at-least = 1, at-most = 1 }", json!(1)),
            ("{ less = 9007199254740993 }", json!(9_007_199_254_740_992_u64)),
            ("{ one-of = ['a', 2] }", json!(2)),
            ("{ contains = 'b' }", json!("abc")),
            ("{ contains = 2 }", json!([1, 2])),
            ("{ matches = '^a.c$' }", json!("abc")),
            ("{ exists = true }", json!(null)),
            ("{ length = 3 }", json!("äöü")),
            ("{ length = { at-least = 1 } }", json!([0])),
            ("{ length = 0 }", json!({})),
            ("{ type = 'integer' }", json!(2.0)),
            ("{ type = 'null' }", json!(null)),
        ] {
            assert_eq!(observed(rule, std::slice::from_ref(&value)), None, "{rule} {value}");
        }
    }

    #[test]
    fn what_is_false_says_what_was_seen() {
        for (rule, value, seen) in [
            ("1", json!(2), "2"),
            ("1", json!("1"), "\"1\" (a string, not a number)"),
            ("true", json!(1), "1 (a number, not a boolean)"),
            ("'null'", json!(null), "null (null, not a string)"),
            ("{ not = 1 }", json!(1.0), "1.0"),
            ("{ at-least = 1 }", json!("2"), "\"2\" (a string, not a number)"),
            ("{ greater = 1 }", json!(1), "1"),
            ("{ one-of = ['a'] }", json!("b"), "\"b\""),
            ("{ contains = 'x' }", json!(5), "5 (a number, neither a string nor an array)"),
            ("{ contains = 5 }", json!("5"), "\"5\" (a text cannot contain a number)"),
            ("{ matches = 'a' }", json!(["a"]), "[\"a\"] (an array, not a string)"),
            ("{ length = 3 }", json!([1]), "[1] (its length is 1)"),
            ("{ length = 0 }", json!(0), "0 (a number has no length)"),
            ("{ type = 'integer' }", json!(1.5), "1.5"),
            ("{ exists = false }", json!(null), "it is there: null"),
        ] {
            assert_eq!(observed(rule, std::slice::from_ref(&value)).as_deref(), Some(seen), "{rule} {value}");
        }
    }

    #[test]
    fn nothing_there_is_a_failure_unless_that_is_asked_for() {
        for rule in ["1", "{ not = 1 }", "{ exists = true }", "{ length = 0 }", "{ type = 'null' }"] {
            assert_eq!(observed(rule, &[]).as_deref(), Some("nothing is there"), "{rule}");
        }
        assert_eq!(observed("{ exists = false }", &[]), None);
    }

    #[test]
    fn a_rule_must_hold_for_every_value() {
        assert_eq!(observed("{ at-least = 1 }", &[json!(1), json!(2)]), None);
        let seen = observed("{ at-least = 1 }", &[json!(1), json!(0), json!(5)]);
        assert_eq!(seen.as_deref(), Some("0, at `$[1]`, one of 3 values"));
    }
}
