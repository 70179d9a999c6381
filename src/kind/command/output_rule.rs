//! What the output of a command must hold, and what it must not hold.
//!
//! Rules: a stream that holds nothing proves nothing about what is not in it; neither does the part of a stream
//! that was dropped. Colours and other escape sequences are taken out before anything is looked for.

use std::fmt;

use regex::RegexBuilder;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, Error};

use crate::kind::check::OneOrMany;
use crate::model::{Outcome, Problem, Reason, excerpt};
use crate::probe::process::Captured;

/// How much of an output a message shows, in characters.
const SHOWN: usize = 200;

/// What one stream of a command must hold, and what it must not hold. All that is named must be true.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct OutputRule {
    /// A text, or several, that must all be there.
    pub(super) contains: OneOrMany<String>,
    /// A regular expression, or several, that must all match somewhere; `^` and `$` match at lines.
    pub(super) matches: OneOrMany<LinePattern>,
    /// A text, or several, of which none may be there. An output without a line is an error then, because nothing
    /// was looked at.
    pub(super) not_contains: OneOrMany<String>,
    /// A regular expression, or several, of which none may match anywhere. An output without a line is an error
    /// then.
    pub(super) not_matches: OneOrMany<LinePattern>,
    /// Whether there must be no output at all (`true`), or some (`false`).
    pub(super) empty: Option<bool>,
}

/// A regular expression that takes the output line by line: `^` and `$` match at lines, so that an expression with
/// them cannot miss what stands further down.
#[derive(Clone, Debug)]
pub(super) struct LinePattern(regex::Regex);

impl<'de> Deserialize<'de> for LinePattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.is_empty() {
            return Err(D::Error::custom("an empty expression matches everywhere, so it asserts nothing"));
        }
        let built = RegexBuilder::new(&text).multi_line(true).build();
        built.map(Self).map_err(|error| D::Error::custom(format_args!("`{text}` is no regular expression: {error}")))
    }
}

impl JsonSchema for LinePattern {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "LinePattern".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "regex" })
    }
}

impl OutputRule {
    /// Whether it asks for anything.
    pub(super) fn is_there(&self) -> bool {
        self.wants_something() || self.forbids_something() || self.empty.is_some()
    }

    /// Whether it can only be true of a stream that holds something.
    pub(super) fn wants_something(&self) -> bool {
        self.wants_text() || self.empty == Some(false)
    }

    /// Whether it names what must be there.
    pub(super) fn wants_text(&self) -> bool {
        !(self.contains.0.is_empty() && self.matches.0.is_empty())
    }

    /// Every text that it names.
    pub(super) fn texts(&self) -> impl Iterator<Item = &String> {
        self.contains.0.iter().chain(&self.not_contains.0)
    }

    /// Whether it names what must not be there.
    pub(super) fn forbids_something(&self) -> bool {
        !(self.not_contains.0.is_empty() && self.not_matches.0.is_empty())
    }

    /// The first thing that is not as it should be on a stream, called by its `name`.
    pub(super) fn broken(&self, name: &str, captured: &Captured) -> Option<Outcome> {
        let text = anstream::adapter::strip_str(&captured.text()).to_string();
        self.empty_as_asked(name, &text)
            .or_else(|| self.forbidden(name, &text))
            .or_else(|| self.nothing_to_look_at(name, &text))
            .or_else(|| self.absent(name, &text, captured.is_whole()))
            .or_else(|| self.not_all_looked_at(name, captured))
    }

    fn empty_as_asked(&self, name: &str, text: &str) -> Option<Outcome> {
        let is_empty = text.trim().is_empty();
        let (what, expected) = match self.empty? {
            true if !is_empty => ("is not empty", "no output there"),
            false if is_empty => ("is empty", "some output there"),
            true | false => return None,
        };
        Some(Outcome::Fail(problem(Reason::NotMet, format!("{name} {what}"), expected, text)))
    }

    fn forbidden(&self, name: &str, text: &str) -> Option<Outcome> {
        let texts = self.not_contains.0.iter().filter(|part| text.contains(part.as_str()));
        let patterns = self.not_matches.0.iter().filter(|pattern| pattern.0.is_match(text));
        let found = texts.map(|part| format!("contains `{part}`"));
        let found = found.chain(patterns.map(|pattern| format!("matches `{pattern}`"))).next()?;
        let line = self.forbidden_line(text).unwrap_or(text);
        Some(Outcome::Fail(problem(Reason::NotMet, format!("{name} {found}"), "nothing of the kind there", line)))
    }

    /// The first line that holds something forbidden.
    fn forbidden_line<'text>(&self, text: &'text str) -> Option<&'text str> {
        text.lines().find(|line| {
            self.not_contains.0.iter().any(|part| line.contains(part.as_str()))
                || self.not_matches.0.iter().any(|pattern| pattern.0.is_match(line))
        })
    }

    fn nothing_to_look_at(&self, name: &str, text: &str) -> Option<Outcome> {
        let is_asked = self.wants_something() || self.empty.is_some();
        let is_vain = self.forbids_something() && !is_asked && text.trim().is_empty();
        let what = format!("{name} is empty, so nothing was looked at");
        let expected = "an output in which something could have been found";
        is_vain.then(|| Outcome::Error(problem(Reason::ZeroWork, what, expected, text)))
    }

    fn absent(&self, name: &str, text: &str, is_whole: bool) -> Option<Outcome> {
        let texts = self.contains.0.iter().filter(|part| !text.contains(part.as_str()));
        let patterns = self.matches.0.iter().filter(|pattern| !pattern.0.is_match(text));
        let absent = texts.map(|part| format!("contain `{part}`"));
        let absent = absent.chain(patterns.map(|pattern| format!("match `{pattern}`"))).next()?;
        if is_whole {
            let what = format!("{name} does not {absent}");
            return Some(Outcome::Fail(problem(Reason::NotMet, what, format!("{name} to {absent}"), text)));
        }
        let what = format!("what was kept of {name} does not {absent}, and the rest was dropped");
        Some(Outcome::Error(problem(Reason::Inconclusive, what, format!("{name} to {absent}"), text)))
    }

    fn not_all_looked_at(&self, name: &str, captured: &Captured) -> Option<Outcome> {
        let is_open = self.forbids_something() && !captured.is_whole();
        is_open.then(|| {
            let what = format!("{name} was too long to be kept, so what is not in it cannot be told");
            let expected = "an output that can be kept whole";
            let observed = format!("{} bytes", captured.total);
            Outcome::Error(problem(Reason::Inconclusive, what, expected, &observed))
        })
    }
}

impl fmt::Display for LinePattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.as_str())
    }
}

fn problem(reason: Reason, what: String, expected: impl Into<String>, seen: &str) -> Problem {
    let seen = excerpt(seen, SHOWN);
    let observed = if seen.is_empty() { "no output".to_owned() } else { seen };
    Problem::new(reason, what).expected(expected).observed(observed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(toml: &str) -> OutputRule {
        toml::from_str(toml).unwrap()
    }

    fn judged(toml: &str, output: &str) -> Option<(&'static str, Reason)> {
        let captured = Captured { head: output.into(), tail: Vec::new(), total: output.len() as u64 };
        let outcome = rule(toml).broken("standard output", &captured)?;
        Some((outcome.as_str(), outcome.reason()))
    }

    const FAIL: Option<(&str, Reason)> = Some(("fail", Reason::NotMet));

    #[test]
    fn what_must_be_there_is_looked_for() {
        assert_eq!(judged("contains = ['3 passed', 'done']", "3 passed\ndone"), None);
        assert_eq!(judged("contains = ['3 passed', 'done']", "3 passed"), FAIL);
        assert_eq!(judged("matches = '^\\d+ passed$'", "x\n12 passed\ny"), None);
        assert_eq!(judged("matches = '^\\d+ passed$'", "no 12 passed"), FAIL);
        assert_eq!(judged("contains = 'a'", ""), FAIL);
    }

    #[test]
    fn what_must_not_be_there_is_looked_for() {
        assert_eq!(judged("not-contains = 'ERROR'", "all fine"), None);
        assert_eq!(judged("not-contains = 'ERROR'", "one\nERROR two"), FAIL);
        assert_eq!(judged("not-matches = ['^warn', 'fail$']", "must fail"), FAIL);
    }

    #[test]
    fn an_empty_output_does_not_prove_that_nothing_bad_is_in_it() {
        assert_eq!(judged("not-contains = 'ERROR'", " \n"), Some(("error", Reason::ZeroWork)));
        assert_eq!(judged("not-contains = 'ERROR'\ncontains = 'done'", ""), FAIL);
        assert_eq!(judged("empty = true\nnot-contains = 'ERROR'", ""), None);
    }

    #[test]
    fn colours_do_not_hide_a_text() {
        assert_eq!(judged("contains = '3 passed'", "\u{1b}[32m3 \u{1b}[1mpassed\u{1b}[0m"), None);
        assert_eq!(judged("not-contains = 'ERROR'", "ER\u{1b}[0mROR"), FAIL);
    }

    #[test]
    fn a_dropped_part_leaves_the_answer_open_unless_the_rest_decides() {
        let cut = Captured { head: b"one ERROR".to_vec(), tail: b"end".to_vec(), total: 1_000_000 };
        let judged = |toml: &str| rule(toml).broken("standard output", &cut).map(|outcome| outcome.reason());
        assert_eq!(judged("contains = 'end'"), None);
        assert_eq!(judged("contains = 'middle'"), Some(Reason::Inconclusive));
        assert_eq!(judged("not-contains = 'ERROR'"), Some(Reason::NotMet));
        assert_eq!(judged("not-contains = 'middle'"), Some(Reason::Inconclusive));
    }

    #[test]
    fn emptiness_can_be_asked_for_and_forbidden() {
        assert_eq!((judged("empty = true", "\n"), judged("empty = true", "x")), (None, FAIL));
        assert_eq!((judged("empty = false", "x"), judged("empty = false", " ")), (None, FAIL));
    }

    #[test]
    fn the_line_that_is_wrong_is_shown() {
        let captured = Captured { head: b"one\ntwo ERROR\nthree".to_vec(), tail: Vec::new(), total: 19 };
        let Some(Outcome::Fail(problem)) = rule("not-contains = 'ERROR'").broken("standard error", &captured) else {
            panic!("it must fail")
        };
        assert_eq!(problem.what, "standard error contains `ERROR`");
        assert_eq!(problem.observed, "two ERROR");
    }

    #[test]
    fn a_broken_expression_is_refused_where_it_stands() {
        let error = toml::from_str::<OutputRule>("matches = ['ok', '(']").unwrap_err();
        assert!(error.to_string().contains("is no regular expression"), "{error}");
        assert!(error.span().is_some());
    }
}
