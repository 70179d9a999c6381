//! `config-parity`: two configurations agree where they must and differ where they must.
//!
//! Every key needs a rule, a rule needs a key, and the two sides must not be one and the same. Values that could
//! be secret are compared as they are and shown as a short hash.

mod document;
mod dotenv;
mod rules;
mod shown;
mod side;
mod sides;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kind::check::{Check, Context, Judgement, Judging, SettingProblem};
use crate::kind::{self, Kind};
use crate::model::{Evidence, Outcome, Problem, Reason};

use rules::{Comparison, KeyPattern, Pattern, Rule, Rules, Violation};
use shown::Shown;
use side::{Loaded, Side};
use sides::Sides;

/// The descriptor.
pub(crate) const KIND: Kind = Kind {
    name: "config-parity",
    summary: "Two configurations agree where they must and differ where they must",
    details: include_str!("details.md"),
    example: EXAMPLE,
    parse: kind::parse::<ConfigParity>,
    schema: kind::schema::<ConfigParity>,
};

const EXAMPLE: &str = "\
[[step]]
id = \"verify-staging-config\"
kind = \"config-parity\"
title = \"Verify staging config\"
expected = \"staging is production with other addresses, secrets and log level, and nothing else\"
left = { name = \"staging\", file = \"settings/staging.toml\" }
right = { name = \"production\", file = \"settings/production.toml\" }
must-equal = [\"workers\", \"db.major\", \"cache.*\"]
must-differ = [\"environment\", \"public_url\", \"db.url\"]
must-exist = [\"secret_key\", \"allowed_hosts\"]
may-differ = [\"log_level\"]
forbid = { \"db.url\" = \"prod-db\" }
";

/// The settings.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct ConfigParity {
    /// The side under test, such as staging: a table with `name` and one of `file`,
    /// `command`, `path` and `url`, perhaps with `format` and `headers`.
    left: Side,
    /// The side to compare with, such as production; a table like `left`.
    right: Side,
    /// Keys that must be on both sides with the same value and type. A list of dotted keys; `db.*` stands for `db` and
    /// everything below it, `*` for every key. Where several lists speak of a key, the closest name decides. Default:
    /// none.
    #[serde(default)]
    must_equal: Vec<KeyPattern>,
    /// Keys that must be on both sides with different values, such as addresses and secrets. A list like `must-equal`.
    /// Default: none.
    #[serde(default)]
    must_differ: Vec<KeyPattern>,
    /// Keys that must be on both sides and not empty, whatever they hold. A list like `must-equal`. Default: none.
    #[serde(default)]
    must_exist: Vec<KeyPattern>,
    /// Keys that may differ or be missing on one side. A list like `must-equal`. Default: none.
    #[serde(default)]
    may_differ: Vec<KeyPattern>,
    /// Patterns that must not be found in values of the left side: a table from a key to a regular expression, searched
    /// in upper and lower case. Each must be found on the right side, which proves that it finds something. Default:
    /// none.
    #[serde(default)]
    forbid: BTreeMap<KeyPattern, Pattern>,
    /// Patterns that must not be found in values of either side, such as `localhost`; a table like `forbid`. Default:
    /// none.
    #[serde(default)]
    forbid_always: BTreeMap<KeyPattern, Pattern>,
    /// What a key without a rule means: `warn`, `fail` or `allow`. Default: `warn`.
    #[serde(default)]
    unclassified: Unclassified,
}

/// What a key without a rule means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Unclassified {
    /// The step warns.
    #[default]
    Warn,
    /// The step fails.
    Fail,
    /// Nothing.
    Allow,
}

impl Check for ConfigParity {
    fn expectation(&self) -> String {
        format!(
            "{} and {} agree in {} keys or groups of keys and differ in {}",
            self.left.name,
            self.right.name,
            self.must_equal.len(),
            self.must_differ.len()
        )
    }

    fn uses_target(&self) -> bool {
        self.left.asks_target() || self.right.asks_target()
    }

    fn actions(&self) -> Vec<String> {
        [&self.left, &self.right]
            .into_iter()
            .map(|side| format!("read {} for {}", side.origin(), side.name))
            .collect()
    }

    fn problems(&self) -> Vec<SettingProblem> {
        let rules = self.rules();
        let mut problems: Vec<_> = rules.contradictions().into_iter().map(contradiction).collect();
        if rules.assert_nothing() {
            problems.push(SettingProblem {
                key: "",
                message: "the step compares nothing".to_owned(),
                help: "add must-equal, must-differ, must-exist or forbid".to_owned(),
            });
        }
        if self.left.name == self.right.name {
            problems.push(SettingProblem {
                key: "right",
                message: format!("both sides have the name `{}`", self.left.name),
                help: "give each side a name of its own, such as \"staging\" and \"production\"".to_owned(),
            });
        }
        problems
    }

    fn judge<'a>(&'a self, context: &'a Context) -> Judging<'a> {
        Box::pin(async move { self.compare(context).await.unwrap_or_else(|early| early) })
    }
}

fn contradiction(key: &str) -> SettingProblem {
    SettingProblem {
        key: "",
        message: format!("`{key}` stands twice among must-equal, must-differ and may-differ"),
        help: "keep it in the one list that is meant".to_owned(),
    }
}

impl ConfigParity {
    fn rules(&self) -> Rules {
        Rules {
            must_equal: self.must_equal.clone(),
            must_differ: self.must_differ.clone(),
            may_differ: self.may_differ.clone(),
            must_exist: self.must_exist.clone(),
            forbid: self.forbid.clone(),
            forbid_always: self.forbid_always.clone(),
        }
    }

    async fn compare(&self, context: &Context) -> Result<Judgement, Judgement> {
        let left = self.left.load(context).await?;
        let right = self.right.load(context).await?;
        let evidence = [self.left.evidence(&left), self.right.evidence(&right)];
        if let Some(how) = self.same_place(&left, &right) {
            return Err(Judgement::error(self.not_two(how)).with(evidence));
        }
        let shown = Shown::new(&context.run, &left.settings, &right.settings);
        let comparison = self.rules().compare(&Sides {
            left: (&self.left.name, &left.settings),
            right: (&self.right.name, &right.settings),
            shown: &shown,
        });
        let unidentified = left.is_unidentified() || (right.is_unidentified() && self.right.asks_target());
        let outcome = match self.outcome(&comparison, context.step.id.as_str()) {
            Outcome::Pass(passed) if unidentified => Outcome::Warn(unidentified_side(passed.observed)),
            outcome => outcome,
        };
        Ok(Judgement::new(outcome)
            .examined(comparison.compared.len(), "keys")
            .with(evidence)
            .with(self.tables(&comparison)))
    }

    /// How both sides turn out to be one, if they do. A copy to the last byte is only suspicious where something must
    /// differ.
    fn same_place(&self, left: &Loaded, right: &Loaded) -> Option<&'static str> {
        if self.left.is_at_the_place_of(left, &self.right, right) {
            return Some("they are one and the same");
        }
        (!self.must_differ.is_empty() && left.is_copy_of(right)).then_some("they are the same to the last byte")
    }

    fn not_two(&self, how: &str) -> Problem {
        let (left, right) = (&self.left, &self.right);
        Problem::new(Reason::Precondition, "both sides come from the same place")
            .expected(format!("the configurations of {} and of {}, each from its own place", left.name, right.name))
            .observed(format!("{}: {}; {}: {}; {how}", left.name, left.origin(), right.name, right.origin()))
            .next(format!("name the real configuration of {} and of {} in the step", left.name, right.name))
    }

    fn outcome(&self, comparison: &Comparison, step: &str) -> Outcome {
        if !comparison.violations.is_empty() {
            return Outcome::Fail(self.broken(comparison, step));
        }
        match (self.unclassified, comparison.unclassified.is_empty()) {
            (Unclassified::Allow, _) | (_, true) => Outcome::pass(self.numbers(comparison)),
            (Unclassified::Warn, false) => Outcome::Warn(self.without_rule(comparison)),
            (Unclassified::Fail, false) => Outcome::Fail(self.without_rule(comparison)),
        }
    }

    fn broken(&self, comparison: &Comparison, step: &str) -> Problem {
        let violations = &comparison.violations;
        let lacking = violations.iter().all(|violation| violation.lacking);
        let reason = if lacking { Reason::Missing } else { Reason::Mismatch };
        let (left, right) = (&self.left.name, &self.right.name);
        Problem::new(reason, format!("{} between {left} and {right}", counted(violations.len())))
            .expected(format!(
                "every rule holds for all {} keys",
                comparison.compared.len() + comparison.unclassified.len()
            ))
            .observed(violations.iter().map(Violation::to_string).collect::<Vec<_>>().join("; "))
            .next(format!("correct {}, then run `rollsafe run --only {step}`", self.left.origin()))
    }

    fn without_rule(&self, comparison: &Comparison) -> Problem {
        let keys = comparison.unclassified.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
        Problem::new(Reason::Unclassified, format!("{} keys have no rule", comparison.unclassified.len()))
            .expected("every key of both sides stands in must-equal, must-differ, must-exist or may-differ")
            .observed(format!("no rule for {keys}; {}", self.numbers(comparison)))
            .next("put each of them into the list that is meant; may-differ if it does not matter")
    }

    fn numbers(&self, comparison: &Comparison) -> String {
        let of = |rule: Rule| comparison.compared.iter().filter(|row| row.rule == rule).count();
        format!(
            "{} keys of {} and {} compared: {} equal, {} different, {} there on both sides, {} may differ; {} patterns \
             not found",
            comparison.compared.len(),
            self.left.name,
            self.right.name,
            of(Rule::MustEqual),
            of(Rule::MustDiffer),
            of(Rule::MustExist),
            of(Rule::MayDiffer),
            self.forbid.len() + self.forbid_always.len(),
        )
    }

    fn tables(&self, comparison: &Comparison) -> Vec<Evidence> {
        let rows = comparison.compared.iter();
        let rows =
            rows.map(|row| vec![row.key.clone(), row.rule.as_str().to_owned(), row.left.clone(), row.right.clone()]);
        let mut tables =
            vec![Evidence::table("keys", &["key", "rule", &self.left.name, &self.right.name], rows.collect())];
        if !comparison.unclassified.is_empty() {
            tables.push(Evidence::text("keys without a rule", comparison.unclassified.join(", ")));
        }
        tables
    }
}

fn unidentified_side(observed: String) -> Problem {
    Problem::new(Reason::Unidentified, "nothing shows which release told its configuration")
        .expected("an answer of the release under test")
        .observed(observed)
        .next("set `identity` of the target in rollsafe.toml, and ask with `path`")
}

fn counted(violations: usize) -> String {
    match violations {
        1 => "1 rule is broken".to_owned(),
        number => format!("{number} rules are broken"),
    }
}

#[cfg(test)]
mod tests;
