//! The rules between two sides, and what they find.
//!
//! Of the rules that speak of values (`must-equal`, `must-differ`, `may-differ`) the most specific one decides for
//! a key: a whole key goes before a pattern, a longer pattern before a shorter one. `must-exist` and the two
//! `forbid` tables hold besides. A rule that matches nothing is a mistake in the rule, because it would never fire.

use std::collections::{BTreeMap, BTreeSet};

use regex::{Regex, RegexBuilder};
use schemars::JsonSchema;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::sides::Sides;

/// A dotted key such as `db.host`; with `.*` at its end the key and everything below it; `*` alone every key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(transparent)]
pub(super) struct KeyPattern(String);

impl KeyPattern {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn matches(&self, key: &str) -> bool {
        match (self.0.as_str(), self.0.strip_suffix(".*")) {
            ("*", _) => true,
            (_, Some(above)) => key.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')),
            (whole, None) => whole == key,
        }
    }

    /// How closely the pattern names a key; the greater goes first.
    fn weight(&self) -> (bool, usize) {
        (!self.0.ends_with('*'), self.0.len())
    }
}

/// A regular expression that is searched for in a value, upper and lower case alike.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(with = "String")]
pub(super) struct Pattern(Regex);

impl Pattern {
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.trim().is_empty() {
            return Err(D::Error::custom("an empty pattern is found in every value"));
        }
        RegexBuilder::new(&text).case_insensitive(true).build().map(Self).map_err(D::Error::custom)
    }
}

/// The rules of a step.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    pub(super) must_equal: Vec<KeyPattern>,
    pub(super) must_differ: Vec<KeyPattern>,
    pub(super) may_differ: Vec<KeyPattern>,
    pub(super) must_exist: Vec<KeyPattern>,
    pub(super) forbid: BTreeMap<KeyPattern, Pattern>,
    pub(super) forbid_always: BTreeMap<KeyPattern, Pattern>,
}

/// Which rule speaks of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rule {
    MustEqual,
    MustDiffer,
    MayDiffer,
    MustExist,
    Forbid,
    ForbidAlways,
}

impl Rule {
    /// The name in checklists.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::MustEqual => "must-equal",
            Self::MustDiffer => "must-differ",
            Self::MayDiffer => "may-differ",
            Self::MustExist => "must-exist",
            Self::Forbid => "forbid",
            Self::ForbidAlways => "forbid-always",
        }
    }
}

/// A rule that is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Violation {
    pub(super) key: String,
    pub(super) rule: Rule,
    /// Whether the key, or what the rule stands on, is not there at all.
    pub(super) lacking: bool,
    pub(super) text: String,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "`{}` ({}): {}", self.key, self.rule.as_str(), self.text)
    }
}

/// A key that some rule classifies, with what both sides hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Compared {
    pub(super) key: String,
    pub(super) rule: Rule,
    pub(super) left: String,
    pub(super) right: String,
}

/// What a comparison found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Comparison {
    pub(super) compared: Vec<Compared>,
    pub(super) violations: Vec<Violation>,
    pub(super) unclassified: Vec<String>,
}

impl Rules {
    /// Whether there is no rule that can be broken.
    pub(super) fn assert_nothing(&self) -> bool {
        self.must_equal.is_empty()
            && self.must_differ.is_empty()
            && self.must_exist.is_empty()
            && self.forbid.is_empty()
            && self.forbid_always.is_empty()
    }

    /// Every pattern with its rule, in the order in which the rules are documented.
    fn patterns(&self) -> impl Iterator<Item = (Rule, &KeyPattern)> {
        let values = self.value_rules();
        let exist = self.must_exist.iter().map(|pattern| (Rule::MustExist, pattern));
        let forbid = self.forbid.keys().map(|pattern| (Rule::Forbid, pattern));
        let always = self.forbid_always.keys().map(|pattern| (Rule::ForbidAlways, pattern));
        values.chain(exist).chain(forbid).chain(always)
    }

    fn value_rules(&self) -> impl Iterator<Item = (Rule, &KeyPattern)> {
        let equal = self.must_equal.iter().map(|pattern| (Rule::MustEqual, pattern));
        let differ = self.must_differ.iter().map(|pattern| (Rule::MustDiffer, pattern));
        let may = self.may_differ.iter().map(|pattern| (Rule::MayDiffer, pattern));
        equal.chain(differ).chain(may)
    }

    /// Patterns that stand in two of the rules that exclude each other.
    pub(super) fn contradictions(&self) -> Vec<&str> {
        let mut seen = BTreeSet::new();
        self.value_rules()
            .filter(|(_, pattern)| !seen.insert(*pattern))
            .map(|(_, pattern)| pattern.as_str())
            .collect()
    }

    /// The rule that decides on the values of a key.
    fn of_value(&self, key: &str) -> Option<Rule> {
        self.value_rules()
            .filter(|(_, pattern)| pattern.matches(key))
            .max_by_key(|(_, pattern)| pattern.weight())
            .map(|(rule, _)| rule)
    }

    fn must_exist(&self, key: &str) -> bool {
        self.must_exist.iter().any(|pattern| pattern.matches(key))
    }

    /// Holds both sides against the rules.
    pub(super) fn compare(&self, sides: &Sides<'_>) -> Comparison {
        let mut comparison = Comparison { violations: self.unmatched(sides), ..Comparison::default() };
        for key in sides.keys() {
            let rule = self.of_value(key).or_else(|| self.must_exist(key).then_some(Rule::MustExist));
            match rule {
                Some(rule) => comparison.compared.push(sides.compared(key, rule)),
                None => comparison.unclassified.push(key.to_owned()),
            }
            comparison.violations.extend(rule.and_then(|rule| sides.values(key, rule)));
            if self.must_exist(key) {
                comparison.violations.extend(sides.absence(key));
            }
        }
        comparison.violations.extend(self.forbidden(sides));
        comparison
    }

    /// Rules whose key is on neither side: a typing mistake that would make the rule silent.
    fn unmatched(&self, sides: &Sides<'_>) -> Vec<Violation> {
        self.patterns()
            .filter(|(_, pattern)| !sides.keys().iter().any(|key| pattern.matches(key)))
            .map(|(rule, pattern)| Violation {
                key: pattern.as_str().to_owned(),
                rule,
                lacking: true,
                text: sides.no_such_key(pattern),
            })
            .collect()
    }

    fn forbidden(&self, sides: &Sides<'_>) -> Vec<Violation> {
        let proven = self.forbid.iter().flat_map(|(keys, pattern)| sides.forbidden_on_left(keys, pattern));
        let always = self.forbid_always.iter().flat_map(|(keys, pattern)| sides.forbidden_on_both(keys, pattern));
        proven.chain(always).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::{Format, read};
    use super::super::shown::Shown;
    use super::*;

    fn keys(list: &[&str]) -> Vec<KeyPattern> {
        list.iter().map(|&key| KeyPattern(key.to_owned())).collect()
    }

    fn forbid(key: &str, pattern: &str) -> BTreeMap<KeyPattern, Pattern> {
        let pattern = serde_json::from_value(pattern.into()).unwrap();
        BTreeMap::from([(KeyPattern(key.to_owned()), pattern)])
    }

    fn compare(rules: &Rules, left: &str, right: &str) -> Comparison {
        let (left, right) = (read(left, Format::Toml).unwrap(), read(right, Format::Toml).unwrap());
        let shown = Shown::new("run", &left, &right);
        rules.compare(&Sides { left: ("staging", &left), right: ("production", &right), shown: &shown })
    }

    fn violations(rules: &Rules, left: &str, right: &str) -> Vec<String> {
        compare(rules, left, right).violations.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_pattern_names_a_key_or_everything_below_it() {
        let matches = |pattern: &str, key| KeyPattern(pattern.to_owned()).matches(key);
        assert!(matches("db.host", "db.host") && !matches("db.host", "db.hosts") && !matches("db", "db.host"));
        assert!(matches("db.*", "db.host") && matches("db.*", "db") && !matches("db.*", "dbs.host"));
        assert!(matches("*", "anything"));
    }

    #[test]
    fn rules_that_hold_leave_nothing_behind() {
        let rules = Rules {
            must_equal: keys(&["workers", "db.*"]),
            must_differ: keys(&["db.host"]),
            may_differ: keys(&["level"]),
            must_exist: keys(&["db.host", "name"]),
            forbid: forbid("db.host", "^prod"),
            ..Rules::default()
        };
        let left = "workers = 4\nname = \"a\"\ndb = {host = \"stage\", major = 15}";
        let right = "workers = 4\nname = \"b\"\nlevel = \"x\"\ndb = {host = \"prod-1\", major = 15}";
        let comparison = compare(&rules, left, right);
        assert_eq!((comparison.violations, comparison.unclassified), (vec![], vec![]));
        let seen: Vec<_> = comparison.compared.iter().map(|row| (row.key.as_str(), row.rule)).collect();
        let expected = [
            ("db.host", Rule::MustDiffer),
            ("db.major", Rule::MustEqual),
            ("level", Rule::MayDiffer),
            ("name", Rule::MustExist),
            ("workers", Rule::MustEqual),
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn the_same_value_where_it_must_differ_is_told_without_showing_it() {
        let rules = Rules { must_differ: keys(&["url"]), ..Rules::default() };
        let found = violations(&rules, "url = \"postgres://prod\"", "url = \" postgres://prod\"");
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("`url` (must-differ): staging and production have the same value, hidden "));
        assert!(!found[0].contains("postgres"), "{}", found[0]);
    }

    #[test]
    fn a_value_that_must_equal_is_told_with_both_values_and_types() {
        let rules = Rules { must_equal: keys(&["workers"]), ..Rules::default() };
        let found = violations(&rules, "workers = 4", "workers = \"4\"");
        assert_eq!(found, ["`workers` (must-equal): staging has 4, production has \"4\""]);
    }

    #[test]
    fn a_missing_or_empty_key_is_told_with_its_side() {
        let rules = Rules { must_equal: keys(&["a"]), must_exist: keys(&["b"]), ..Rules::default() };
        let found = violations(&rules, "b = \"\"", "a = 1\nb = \"x\"");
        assert_eq!(found, ["`a` (must-equal): staging lacks it", "`b` (must-exist): it is empty in staging"]);
        assert!(compare(&rules, "b = \"\"", "a = 1\nb = \"x\"").violations.iter().all(|found| found.lacking));
    }

    #[test]
    fn a_rule_for_a_key_that_nobody_has_is_told_with_the_nearest_key() {
        let rules = Rules { must_differ: keys(&["databse_url", "db"]), ..Rules::default() };
        let found = violations(&rules, "database_url = \"a\"\n[db]\nhost = 1", "database_url = \"b\"");
        let expected = [
            "`databse_url` (must-differ): neither staging nor production has such a key; the nearest one is `database_url`",
            "`db` (must-differ): it is a table; write `db.*` for everything in it",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_production_value_in_staging_is_found_in_any_case() {
        let rules = Rules { forbid: forbid("*", "prod-db"), ..Rules::default() };
        let found = violations(&rules, "a = \"postgres://PROD-DB/x\"", "a = \"postgres://prod-db/x\"");
        assert_eq!(found, ["`a` (forbid): the value in staging holds what `prod-db` forbids"]);
    }

    #[test]
    fn a_pattern_that_production_does_not_hold_proves_nothing() {
        let rules = Rules { forbid: forbid("url", "prod-db"), ..Rules::default() };
        let found = violations(&rules, "url = \"stage\"", "url = \"db-prod\"");
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("is not found in production either"), "{}", found[0]);
        let always = Rules { forbid_always: forbid("url", "prod"), ..Rules::default() };
        assert_eq!(violations(&always, "url = \"stage\"", "url = \"db\""), Vec::<String>::new());
        assert_eq!(violations(&always, "url = \"stage\"", "url = \"prod\"").len(), 1);
    }

    #[test]
    fn a_key_without_a_rule_is_unclassified_even_where_a_pattern_is_forbidden() {
        let rules = Rules { must_equal: keys(&["a"]), forbid_always: forbid("*", "x"), ..Rules::default() };
        assert_eq!(compare(&rules, "a = 1\nb = 2", "a = 1\nc = 3").unclassified, ["b", "c"]);
    }

    #[test]
    fn the_same_key_in_two_value_rules_is_a_contradiction() {
        let rules = Rules { must_equal: keys(&["a", "b"]), may_differ: keys(&["b"]), ..Rules::default() };
        assert_eq!(rules.contradictions(), ["b"]);
    }

    #[test]
    fn an_empty_pattern_and_a_broken_one_are_refused() {
        assert!(serde_json::from_value::<Pattern>(" ".into()).is_err());
        assert!(serde_json::from_value::<Pattern>("(".into()).is_err());
    }
}
