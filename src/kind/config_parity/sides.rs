//! The two sides of a comparison, and what a rule says against them.

use std::collections::BTreeSet;

use crate::model::excerpt;

use super::document::{Settings, Value};
use super::rules::{Compared, KeyPattern, Pattern, Rule, Violation};
use super::shown::Shown;

/// How many characters of a value are shown.
const SHOWN: usize = 80;

/// The two sides with the names that messages give them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sides<'a> {
    pub(super) left: (&'a str, &'a Settings),
    pub(super) right: (&'a str, &'a Settings),
    pub(super) shown: &'a Shown,
}

impl<'a> Sides<'a> {
    /// The keys of both sides, each once.
    pub(super) fn keys(&self) -> BTreeSet<&'a str> {
        self.left.1.keys().chain(self.right.1.keys()).map(String::as_str).collect()
    }

    fn pair(&self, key: &str) -> (Option<&'a Value>, Option<&'a Value>) {
        (self.left.1.get(key), self.right.1.get(key))
    }

    pub(super) fn compared(&self, key: &str, rule: Rule) -> Compared {
        let (left, right) = self.pair(key);
        let open = matches!(rule, Rule::MustEqual | Rule::MayDiffer) && !Shown::is_secret(key, [left, right]);
        let cell = |value: Option<&Value>| match value {
            None => "not there".to_owned(),
            Some(value) if open => excerpt(&value.quoted(), SHOWN),
            Some(value) => self.shown.hidden(value),
        };
        Compared { key: key.to_owned(), rule, left: cell(left), right: cell(right) }
    }

    /// What the rule on the values of a key says against it.
    pub(super) fn values(&self, key: &str, rule: Rule) -> Option<Violation> {
        let broken = |lacking, text| Violation { key: key.to_owned(), rule, lacking, text };
        let (left, right) = match (rule, self.pair(key)) {
            (Rule::MayDiffer | Rule::MustExist | Rule::Forbid | Rule::ForbidAlways, _) => return None,
            (Rule::MustEqual | Rule::MustDiffer, (Some(left), Some(right))) => (left, right),
            (Rule::MustEqual | Rule::MustDiffer, (left, _)) => {
                let lacking = if left.is_none() { self.left.0 } else { self.right.0 };
                return Some(broken(true, format!("{lacking} lacks it")));
            }
        };
        if rule == Rule::MustDiffer {
            let text = || format!("{} and {} have the same value, ", self.left.0, self.right.0);
            return left.reads_like(right).then(|| broken(false, text() + &self.shown.hidden(left)));
        }
        let Compared { left: here, right: there, .. } = self.compared(key, rule);
        let text = || format!("{} has {here}, {} has {there}", self.left.0, self.right.0);
        (!left.equals(right)).then(|| broken(false, text()))
    }

    /// Where a key that must exist is missing or empty.
    pub(super) fn absence(&self, key: &str) -> Vec<Violation> {
        [self.left, self.right]
            .into_iter()
            .filter_map(|(name, settings)| match settings.get(key) {
                None => Some(format!("{name} lacks it")),
                Some(value) if value.is_empty() => Some(format!("it is empty in {name}")),
                Some(_) => None,
            })
            .map(|text| Violation { key: key.to_owned(), rule: Rule::MustExist, lacking: true, text })
            .collect()
    }

    /// The left values that hold what only the right side may hold. A pattern that is not found on the right side
    /// finds nothing anywhere, so it proves nothing about the left one.
    pub(super) fn forbidden_on_left(&self, keys: &KeyPattern, pattern: &Pattern) -> Vec<Violation> {
        let mut found = holding(self.left, keys, pattern, Rule::Forbid);
        let matched = self.keys().iter().any(|key| keys.matches(key));
        if matched && holding(self.right, keys, pattern, Rule::Forbid).is_empty() {
            let text = format!(
                "the pattern `{}` is not found in {} either, so it proves nothing; correct it, or use forbid-always",
                pattern, self.right.0
            );
            found.push(Violation { key: keys.as_str().to_owned(), rule: Rule::Forbid, lacking: true, text });
        }
        found
    }

    pub(super) fn forbidden_on_both(&self, keys: &KeyPattern, pattern: &Pattern) -> Vec<Violation> {
        let left = holding(self.left, keys, pattern, Rule::ForbidAlways);
        left.into_iter().chain(holding(self.right, keys, pattern, Rule::ForbidAlways)).collect()
    }

    pub(super) fn no_such_key(&self, pattern: &KeyPattern) -> String {
        let below = format!("{}.", pattern.as_str());
        if self.keys().iter().any(|key| key.starts_with(&below)) {
            return format!("it is a table; write `{below}*` for everything in it");
        }
        let nearest = self.keys().into_iter().min_by_key(|key| strsim::damerau_levenshtein(key, pattern.as_str()));
        let hint = nearest
            .filter(|key| strsim::damerau_levenshtein(key, pattern.as_str()) <= 3)
            .map_or_else(String::new, |key| format!("; the nearest one is `{key}`"));
        format!("neither {} nor {} has such a key{hint}", self.left.0, self.right.0)
    }
}

/// The values of one side in which a pattern is found.
fn holding((name, settings): (&str, &Settings), keys: &KeyPattern, pattern: &Pattern, rule: Rule) -> Vec<Violation> {
    settings
        .iter()
        .filter(|(key, value)| keys.matches(key) && pattern.is_in(value.text()))
        .map(|(key, _)| Violation {
            key: key.clone(),
            rule,
            lacking: false,
            text: format!("the value in {name} holds what `{pattern}` forbids"),
        })
        .collect()
}
