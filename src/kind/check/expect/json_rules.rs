//! Rules on the values of a JSON document, each behind the path that leads to them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::kind::check::names::Names;

use super::Unmet;
use super::json::JsonPath;
use super::rule::Rule;

/// Rules on the values of a JSON document: path to rule.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(transparent)]
pub(crate) struct JsonRules(BTreeMap<JsonPath, Rule>);

impl JsonRules {
    /// Whether there is no rule.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Everything that is not as the rules say, in the order of the paths.
    pub(crate) fn unmet(&self, document: &Value) -> Vec<Unmet> {
        let unmet = self.0.iter().filter_map(|(path, rule)| match path.locate(document) {
            Ok(nodes) => rule.unmet(&path.to_string(), &nodes),
            Err(message) => Some(Unmet::new(path.to_string(), format!("`{path}` {rule}"), message)),
        });
        unmet.collect()
    }

    /// The places in a document that a rule speaks of.
    pub(crate) fn places(&self, document: &Value) -> Vec<String> {
        let found = self.0.keys().filter_map(|path| path.locate(document).ok()).flatten();
        found.map(|node| node.location).collect()
    }

    /// The rules in words.
    pub(crate) fn words(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|(path, rule)| format!("`{path}` {rule}"))
    }

    /// The rules with names filled in.
    pub(crate) fn filled(&self, names: &Names) -> Self {
        Self(self.0.iter().map(|(path, rule)| (path.filled(names), rule.filled(names))).collect())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rules(text: &str) -> JsonRules {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn every_rule_that_is_false_is_told() {
        let rules = rules("'$.qty' = 1\n'$.items[*].ok' = true\n'$.id' = { exists = true }\n'$.gone' = 'x'");
        let document = json!({"qty": 2, "items": [{"ok": true}, {"ok": false}], "id": 7});
        let unmet = rules.unmet(&document);
        assert_eq!(
            unmet,
            [
                Unmet::new("$.gone", "`$.gone` is \"x\"", "nothing is there"),
                Unmet::new(
                    "$.items[*].ok",
                    "`$.items[*].ok` is true",
                    "false, at `$['items'][1]['ok']`, one of 2 values"
                ),
                Unmet::new("$.qty", "`$.qty` is 1", "2"),
            ]
        );
    }

    #[test]
    fn names_are_filled_into_paths_and_rules() {
        let mut names = Names::default();
        names.capture("id", json!(7));
        let rules = rules("'$[?@.id == {{ id }}].id' = '{{ id }}'").filled(&names);
        assert_eq!(rules.unmet(&json!([{"id": 7}, {"id": 8}])), []);
        assert_eq!(rules.unmet(&json!([{"id": 8}])).len(), 1);
        assert_eq!(rules.places(&json!([{"id": 8}, {"id": 7}])), ["$[1]['id']"]);
    }

    #[test]
    fn an_invalid_path_does_not_load() {
        let error = toml::from_str::<JsonRules>("'id' = 1").unwrap_err();
        assert!(error.message().contains("is not a JSONPath"), "{error}");
    }
}
