//! `health`: the release under test is up and says that it is well.
//!
//! Fooled by, and prevented here: a page for every path (a path that cannot exist is asked as a control, and a web page
//! is no health report), an old release that answers now and then (every sample proves the release), a stored answer (no
//! cache can answer, and signs of one are an error), a body that says it is not well under status 200 (it is read), a
//! redirect to a login (none is followed).

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::kind::check::expect::{Expect, JsonRules, json_body, told_body, told_status};
use crate::kind::check::identity::{Identified, from_cache};
use crate::kind::check::self_report::{Mood, Statement, complaints};
use crate::kind::check::{Check, Context, Judgement, Judging, OneOrMany, SettingProblem};
use crate::kind::{Kind, parse, schema};
use crate::model::{Elapsed, Evidence, Length, Outcome, Problem, Reason, excerpt};
use crate::probe::http::{Request, Response};

/// The kind `health`.
pub(crate) const KIND: Kind = Kind {
    name: "health",
    summary: "the release under test is up and says that it is well",
    details: "\
Asks the health path of the target several times; all samples must agree.

- **pass**: every sample has the expected status, holds the rules on its body, does not say itself that it is not well, and comes from the release under test.
- **warn**: `unidentified` where the target has no `identity` rule; `threshold` where single samples were slower than `max-latency`, or the body says `warn`; `unclassified` where a part is not well under a whole that is.
- **fail**: `unhealthy` where the body says `ok: false`, `status: down` and the like, or the status is 5xx; `wrong-target` where another release answers, even once; `missing` for 404; `not-met` for any other status, a redirect, a web page or a rule that is false.
- **error**: `unreachable`, `timeout`; `inconclusive` where a cache answers, a rate limit does, or a path that cannot exist gets the same answer; `unparsable` where a body of type JSON is none.

Redirects are never followed. Each question carries a query and headers that no cache can answer.",
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
    OneOrMany::one(200)
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
            let mut look = Look { health: self, context, samples: Vec::new(), last: None };
            let judgement = look.all().await.map_or_else(|judgement| judgement, Judgement::new);
            let judgement = judgement.examined(look.samples.len(), "samples").with(look.evidence());
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

    /// What keeps one answer from being good, before it is asked what the body says.
    fn unusable(&self, response: &Response) -> Option<Outcome> {
        if let Some(sign) = response.cached() {
            return Some(Outcome::Error(from_cache(&self.path, &sign)));
        }
        if !self.status.as_slice().contains(&response.status) {
            return Some(self.wrong_status(response));
        }
        if self.body_contains.is_none() && is_page(response) {
            return Some(Outcome::Fail(self.page(response)));
        }
        let says_json =
            response.media_type().is_some_and(|media| media == "application/json" || media.ends_with("+json"));
        let unparsable = says_json && self.json.is_empty() && json_body(response).is_err();
        unparsable.then(|| Outcome::Error(self.no_json(response)))
    }

    fn wrong_status(&self, response: &Response) -> Outcome {
        let path = &self.path;
        let (reason, what, next) = match response.status {
            300..400 => (
                Reason::NotMet,
                format!("`{path}` sends on to another address, and none is followed"),
                "set `path` to the one that answers at last, often with or without the slash at its end".to_owned(),
            ),
            400 => (
                Reason::NotMet,
                format!("the service refuses to answer `{path}`"),
                "add the host of the target to the hosts that the service answers for".to_owned(),
            ),
            401 | 403 => (
                Reason::NotMet,
                format!("`{path}` answers only to those who sign in"),
                "open the health path to the gate, or judge a signed-in answer with the kind `http-scenario`"
                    .to_owned(),
            ),
            404 | 410 => (
                Reason::Missing,
                format!("there is no `{path}`"),
                format!(
                    "set `path` to the health path of the service, or add one; `curl -i` on `{path}/` shows whether only a slash is missing"
                ),
            ),
            405 => (
                Reason::NotMet,
                format!("`{path}` does not take GET"),
                "set `path` to one that answers to GET".to_owned(),
            ),
            429 => (
                Reason::Inconclusive,
                format!("a rate limit answered instead of `{path}`"),
                "raise `interval`, lower `samples`, or leave the gate out of the rate limit".to_owned(),
            ),
            500..600 => (
                Reason::Unhealthy,
                format!("the service is not well: `{path}` answers {}", response.status),
                "look at the log of the target; run the gate again when it answers".to_owned(),
            ),
            other => (
                Reason::NotMet,
                format!("`{path}` answers {other}"),
                "correct the service, or `status` in the step".to_owned(),
            ),
        };
        let problem = Problem::new(reason, what)
            .expected(self.expect().words().swap_remove(0))
            .observed(told_status(response))
            .next(next);
        if reason == Reason::Inconclusive { Outcome::Error(problem) } else { Outcome::Fail(problem) }
    }

    fn page(&self, response: &Response) -> Problem {
        Problem::new(Reason::NotMet, format!("`{}` answers with a web page, not with a health report", self.path))
            .expected("a health report that a program can read, such as JSON")
            .observed(told_body(response))
            .next("set `path` to the real health path; if the page is the report, assert on it with `body-contains`")
    }

    fn no_json(&self, response: &Response) -> Problem {
        Problem::new(Reason::Unparsable, format!("the body of `{}` says that it is JSON and is not", self.path))
            .expected("a JSON body")
            .observed(told_body(response))
            .next(format!("look at what `{}` answers, and correct it", self.path))
    }

    /// What the body says of itself, apart from what the rules speak of.
    fn complaints(&self, body: &Value) -> Vec<Statement> {
        complaints(body, &self.json.places(body))
    }

    /// The problem of a body that says that it is not well, or of a rule that is false.
    fn not_good(&self, response: &Response) -> Option<Problem> {
        let body = json_body(response).ok();
        let said = body.as_ref().map(|body| self.complaints(body)).unwrap_or_default();
        if let Some(bad) = said.iter().find(|statement| statement.mood == Mood::Bad) {
            return Some(self.says(bad, Reason::Unhealthy, "the service says itself that it is not well"));
        }
        let unmet = self.expect().unmet(response);
        let first = unmet.first()?;
        let more =
            if unmet.len() > 1 { format!("; {} more rules are false", unmet.len() - 1) } else { String::new() };
        let problem = Problem::new(Reason::NotMet, format!("`{}` is not as expected: {}", self.path, first.subject))
            .expected(first.expected.clone())
            .observed(format!("{}{more}", first.observed))
            .next("look at the log of the target, or correct the rule in the step");
        Some(problem)
    }

    fn says(&self, statement: &Statement, reason: Reason, what: &str) -> Problem {
        Problem::new(reason, what)
            .expected(format!("no part of the answer of `{}` says that something is not well", self.path))
            .observed(format!(
                "`{}` is {} under status 200 or the like",
                statement.location,
                excerpt(&statement.says, 200)
            ))
            .next("look at the log of the target; if the statement is fine as it is, assert on it with `json`")
    }
}

fn is_page(response: &Response) -> bool {
    let is_html = response.media_type().is_some_and(|media| media == "text/html" || media == "application/xhtml+xml");
    let start = response.text().trim_start().chars().take(15).collect::<String>().to_ascii_lowercase();
    is_html || start.starts_with("<!doctype html") || start.starts_with("<html")
}

/// One good answer.
#[derive(Debug)]
struct Sample {
    status: u16,
    time: Elapsed,
    release: Option<String>,
    reservation: Option<Statement>,
}

/// The looks at one target, as far as they got.
struct Look<'a> {
    health: &'a Health,
    context: &'a Context,
    samples: Vec<Sample>,
    last: Option<Response>,
}

impl Look<'_> {
    /// Takes all samples, and the control behind the first one.
    async fn all(&mut self) -> Result<Outcome, Judgement> {
        if self.health.require_identity && self.context.identity_rule().is_none() {
            return Ok(Outcome::Error(no_rule()));
        }
        for number in 0..self.health.samples {
            if number > 0 {
                self.context.pause(self.health.interval.0).await?;
            }
            if let Some(outcome) = self.sample().await? {
                return Ok(outcome);
            }
            if number == 0 && self.cannot_be_told_from(&self.context.nowhere().await?) {
                return Ok(Outcome::Error(self.catch_all()));
            }
        }
        Ok(self.outcome())
    }

    /// Takes one sample; an outcome only if it is not good.
    async fn sample(&mut self) -> Result<Option<Outcome>, Judgement> {
        let request = self.context.fresh(Request::new("GET", self.context.url_of(&self.health.path)?));
        let response = self.context.ask(&request).await?;
        let response = self.last.insert(response).clone();
        if let Some(outcome) = self.health.unusable(&response) {
            return Ok(Some(outcome));
        }
        let release = self.release(&response).await?;
        if let Some(problem) = self.health.not_good(&response) {
            return Ok(Some(Outcome::Fail(problem)));
        }
        let said = json_body(&response).map(|body| self.health.complaints(&body)).unwrap_or_default();
        let (status, time) = (response.status, response.phases.total);
        self.samples.push(Sample { status, time, release, reservation: said.into_iter().next() });
        Ok(None)
    }

    /// The release that answered: told by this very answer where it can be, otherwise asked for.
    async fn release(&self, response: &Response) -> Result<Option<String>, Judgement> {
        let Some(rule) = self.context.identity_rule() else { return Ok(None) };
        if rule.path == self.health.path {
            return rule.proof(response).map(Some).map_err(|problem| Judgement::error(*problem));
        }
        match self.context.identity().await? {
            Identified::Proven(release) => Ok(Some(release)),
            Identified::Unidentified => Ok(None),
        }
    }

    /// Whether a path that cannot exist gets an answer that is just as good.
    fn cannot_be_told_from(&self, control: &Response) -> bool {
        let Some(last) = &self.last else { return false };
        let proves = |rule: &crate::model::Identity| rule.path != self.health.path || rule.proof(control).is_ok();
        control.media_type() == last.media_type()
            && self.health.unusable(control).is_none()
            && self.health.not_good(control).is_none()
            && self.context.identity_rule().is_none_or(proves)
    }

    fn catch_all(&self) -> Problem {
        let path = &self.health.path;
        Problem::new(Reason::Inconclusive, format!("`{path}` cannot be told from a path that does not exist"))
            .expected(format!("a path that cannot exist gets another answer than `{path}`"))
            .observed("it gets an answer that would count as healthy too")
            .next("set `path` to the real health path, or assert with `json` on something that only it tells")
    }

    /// The outcome of samples that are all good.
    fn outcome(&self) -> Outcome {
        if let Some(slow) = self.slow() {
            return slow;
        }
        if let Some(statement) = self.samples.iter().find_map(|sample| sample.reservation.as_ref()) {
            let whole = statement.location.matches('[').count() == 1;
            let reason = if whole { Reason::Threshold } else { Reason::Unclassified };
            return Outcome::Warn(self.health.says(statement, reason, "the service is well, with a reservation"));
        }
        if self.context.identity_rule().is_none() {
            return Outcome::Warn(self.unidentified());
        }
        Outcome::pass(self.observed())
    }

    /// What is to be said of slow answers.
    fn slow(&self) -> Option<Outcome> {
        let limit = self.health.max_latency?;
        let slow = self.samples.iter().filter(|sample| sample.time > Elapsed::from(limit.0)).count();
        let problem = |reason, what: &str| {
            Problem::new(reason, what)
                .expected(format!("answers within {limit}"))
                .observed(format!(
                    "{slow} of {} samples took longer, the slowest {}",
                    self.samples.len(),
                    self.slowest()
                ))
                .next("look at the log and the load of the target, and run the gate again")
        };
        match slow {
            0 => None,
            slow if slow * 2 >= self.samples.len() => {
                Some(Outcome::Fail(problem(Reason::NotMet, "the health path is slow")))
            }
            _ => Some(Outcome::Warn(problem(Reason::Threshold, "single answers of the health path are slow"))),
        }
    }

    fn unidentified(&self) -> Problem {
        Problem::new(Reason::Unidentified, "the service is well, and nothing shows which release it is")
            .expected("an answer that tells the release under test")
            .observed(format!("{}; the target has no `identity` rule", self.observed()))
            .next("tell the commit in the answer, and add `identity = { path = \"/health\", json = \"$.commit\", equals = \"{{ commit }}\" }` to the target in rollsafe.toml")
    }

    fn observed(&self) -> String {
        let release = self.samples.iter().find_map(|sample| sample.release.as_deref());
        let release = release.map(|release| format!(" from release {}", excerpt(release, 60))).unwrap_or_default();
        format!(
            "{} of {} samples of `{}` are good{release}, the slowest after {}",
            self.samples.len(),
            self.health.samples,
            self.health.path,
            self.slowest()
        )
    }

    fn slowest(&self) -> Elapsed {
        self.samples.iter().map(|sample| sample.time).max().unwrap_or_default()
    }

    fn evidence(&self) -> Vec<Evidence> {
        let row = |(number, sample): (usize, &Sample)| {
            let release = sample.release.clone().unwrap_or_else(|| "not told".to_owned());
            vec![(number + 1).to_string(), sample.status.to_string(), sample.time.to_string(), release]
        };
        let rows: Vec<_> = self.samples.iter().enumerate().map(row).collect();
        let mut evidence = Vec::new();
        if !rows.is_empty() {
            evidence.push(Evidence::table("good samples", &["sample", "status", "time", "release"], rows));
        }
        if let Some(last) = &self.last {
            evidence.extend(last.address.map(|address| Evidence::text("address", address.to_string())));
            evidence.push(last.evidence("last answer"));
        }
        evidence
    }
}

fn no_rule() -> Problem {
    Problem::new(Reason::Precondition, "the step asks for a proof of the release, and the target has no rule for it")
        .expected("an `identity` rule of the target")
        .observed("no `identity` in the target")
        .next("add `identity = { path = \"/health\", json = \"$.commit\", equals = \"{{ commit }}\" }` to the target in rollsafe.toml")
}
