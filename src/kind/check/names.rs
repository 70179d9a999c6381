//! Filling in names while a step runs: what it captured itself, and every name of the run.
//!
//! Values keep their type where they can: a string of a JSON body that is exactly one `{{ name }}` becomes the number
//! or the truth value that was captured. Anywhere else a value is put into the text as it is written in JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use crate::model::Template;

/// The names that are known at this point of a step.
#[derive(Debug, Default)]
pub(crate) struct Names {
    captured: BTreeMap<String, Value>,
    run: Arc<BTreeMap<String, String>>,
    asked: Mutex<BTreeSet<String>>,
}

impl Names {
    /// Nothing but the names of the run.
    pub(crate) fn of_run(run: &Arc<BTreeMap<String, String>>) -> Self {
        Self { run: Arc::clone(run), ..Self::default() }
    }

    /// The names that something asks for when it is filled in.
    pub(crate) fn asked_by(fill: impl FnOnce(&Self)) -> BTreeSet<String> {
        let names = Self::default();
        fill(&names);
        names.asked.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a captured value.
    pub(crate) fn capture(&mut self, name: &str, value: Value) {
        self.captured.insert(name.to_owned(), value);
    }

    /// The captured values as texts, for later steps.
    pub(crate) fn captured(&self) -> BTreeMap<String, String> {
        self.captured.iter().map(|(name, value)| (name.clone(), scalar_text(value))).collect()
    }

    /// A text with every known name filled in.
    pub(crate) fn fill(&self, text: &str) -> String {
        self.fill_with(text, |value| value)
    }

    /// The same, with every value changed before it is put in.
    pub(crate) fn fill_with(&self, text: &str, change: impl Fn(String) -> String) -> String {
        Template(text).fill(|name| self.text_of(name).map(&change))
    }

    /// A JSON value with every known name filled in, keys left alone.
    pub(crate) fn fill_value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.whole(text).unwrap_or_else(|| Value::String(self.fill(text))),
            Value::Array(items) => items.iter().map(|item| self.fill_value(item)).collect(),
            Value::Object(members) => {
                members.iter().map(|(key, member)| (key.clone(), self.fill_value(member))).collect()
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    /// Whether a name is known.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.captured.contains_key(name) || self.run.contains_key(name)
    }

    /// The captured value, if a text is exactly one captured name.
    fn whole(&self, text: &str) -> Option<Value> {
        let name = sole_name(text)?;
        self.captured.get(name).cloned()
    }

    fn text_of(&self, name: &str) -> Option<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
        self.captured.get(name).map(scalar_text).or_else(|| self.run.get(name).cloned())
    }
}

/// The name, if a text is exactly one placeholder.
pub(crate) fn sole_name(text: &str) -> Option<&str> {
    let placeholders = Template(text).placeholders();
    let [only] = placeholders.as_slice() else { return None };
    (only.range == (0..text.len())).then_some(only.name)
}

/// A value as text: a string without its quotes, anything else as JSON.
pub(crate) fn scalar_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn names() -> Names {
        let run =
            BTreeMap::from([("commit".to_owned(), "abc".to_owned()), ("id".to_owned(), "of the run".to_owned())]);
        let mut names = Names::of_run(&Arc::new(run));
        names.capture("id", json!(7));
        names.capture("sku", json!("A1"));
        names
    }

    #[test]
    fn a_captured_value_goes_before_a_name_of_the_run() {
        assert_eq!(names().fill("/orders/{{ id }}?c={{ commit }}&x={{ other }}"), "/orders/7?c=abc&x={{ other }}");
        assert_eq!([names().knows("id"), names().knows("commit"), names().knows("other")], [true, true, false]);
    }

    #[test]
    fn what_is_filled_in_tells_its_names() {
        let asked = Names::asked_by(|names| drop(names.fill_value(&json!(["{{ a }}", { "k": "x {{ b.c }}" }]))));
        assert_eq!(asked.into_iter().collect::<Vec<_>>(), ["a", "b.c"]);
    }

    #[test]
    fn a_string_that_is_exactly_one_captured_name_keeps_the_type() {
        let body = json!({ "a": "{{ id }}", "b": " {{ id }}", "c": ["{{ sku }}", "{{ commit }}"], "d": 1 });
        let filled = json!({ "a": 7, "b": " 7", "c": ["A1", "abc"], "d": 1 });
        assert_eq!(names().fill_value(&body), filled);
    }

    #[test]
    fn later_steps_get_captured_values_as_texts() {
        let captured = BTreeMap::from([("id".to_owned(), "7".to_owned()), ("sku".to_owned(), "A1".to_owned())]);
        assert_eq!(names().captured(), captured);
    }
}
