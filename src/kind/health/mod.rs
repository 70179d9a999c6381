//! `health`: the release under test is up and says that it is well.
//!
//! Fooled by, and prevented here: a page for every path (a path that cannot exist is asked as a control, and a web page
//! is no health report), an old release that answers now and then (every sample proves the release), a stored answer (no
//! cache can answer, and signs of one are an error), a body that says it is not well under status 200 (it is read), a
//! redirect to a login (none is followed).

mod answer;
mod look;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::kind::check::expect::{Expect, JsonRules};
use crate::kind::check::{Check, Context, Judgement, Judging, OneOrMany, SettingProblem};
use crate::kind::{Kind, parse, schema};
use crate::model::{Length, Outcome, Reason};
use look::Look;

/// The kind `health`.
pub(crate) const KIND: Kind = Kind {
    name: "health",
    summary: "the release under test is up and says that it is well",
    details: include_str!("details.md"),
    example: r#"[[step]]
id = "health"
kind = "health"
expected = "the release under test is up and its database answers"
path = "/health"
json = { "$.ok" = true, "$.checks.database" = "ok" }
samples = 5
interval = "200ms"
max-latency = "500ms"
"#,
    parse: parse::<Health>,
    schema: schema::<Health>,
};

/// The settings of a step of the kind `health`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Health {
    /// The path to ask.
    #[serde(default = "default_path")]
    path: String,
    /// The status code of a service that is well, or a list of codes.
    #[serde(default = "default_status")]
    status: OneOrMany<u16>,
    /// Rules on the JSON body, such as `{ "$.ok" = true, "$.checks.database" = "ok" }`.
    #[serde(default)]
    json: JsonRules,
    /// A text that the body contains, or a list of texts. With it, a web page may be the health report.
    body_contains: Option<OneOrMany<String>>,
    /// How many times the path is asked. All answers must be good.
    #[serde(default = "default_samples")]
    samples: usize,
    /// The wait between two samples.
    #[serde(default = "default_interval")]
    interval: Length,
    /// The longest time until the whole answer is there. A fail when half of the samples are slower, otherwise a warn.
    max_latency: Option<Length>,
    /// Whether it is an error, and not a warn, that the target has no `identity` rule.
    #[serde(default)]
    require_identity: bool,
}

fn default_path() -> String {
    "/health".to_owned()
}

fn default_status() -> OneOrMany<u16> {
    OneOrMany(vec![200])
}

fn default_samples() -> usize {
    3
}

fn default_interval() -> Length {
    Length(std::time::Duration::from_millis(200))
}

impl Check for Health {
    fn expectation(&self) -> String {
        let rules = self.expect().words().join(", ");
        format!("{} answers in a row of `{}` from the release under test: {rules}", self.samples, self.path)
    }

    fn uses_target(&self) -> bool {
        true
    }

    fn actions(&self) -> Vec<String> {
        vec![
            format!("GET {} ({} times, every {})", self.path, self.samples, self.interval),
            "GET a path that cannot exist, as a control".to_owned(),
        ]
    }

    fn problems(&self) -> Vec<SettingProblem> {
        let mut problems = Vec::new();
        let mut add = |key, message: String, help: String| problems.push(SettingProblem { key, message, help });
        if !self.path.starts_with('/') {
            let help = "write the path behind the `url` of the target, such as \"/health\"".to_owned();
            add("path", format!("the path `{}` does not begin with a slash", self.path), help);
        }
        if !(1..=1_000).contains(&self.samples) {
            let help = "write a number from 1 to 1000; three in a row is a good start".to_owned();
            add("samples", format!("{} samples show nothing", self.samples), help);
        }
        for (message, help) in self.expect().mistakes() {
            add("", message, help);
        }
        problems
    }

    fn judge<'a>(&'a self, context: &'a Context) -> Judging<'a> {
        Box::pin(async move {
            let mut look = Look::new(self, context);
            let judgement = look.all().await.map_or_else(|judgement| judgement, Judgement::new);
            let judgement = judgement.examined(look.good(), "samples").with(look.evidence());
            failing_on_wrong_target(judgement)
        })
    }
}

/// The claim of this kind is that this very release is up, so another one that answers makes it false.
fn failing_on_wrong_target(mut judgement: Judgement) -> Judgement {
    judgement.outcome = match judgement.outcome {
        Outcome::Error(problem) if problem.reason == Reason::WrongTarget => Outcome::Fail(problem),
        other => other,
    };
    judgement
}

impl Health {
    /// The rules on one answer. The time is judged over all samples.
    fn expect(&self) -> Expect {
        Expect {
            json: self.json.clone(),
            body_contains: self.body_contains.clone(),
            ..Expect::status(self.status.clone())
        }
    }
}

#[cfg(test)]
mod tests;
