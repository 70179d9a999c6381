//! The looks at one target: samples, the control, and what they say together.

use crate::kind::check::expect::json_body;
use crate::kind::check::identity::Identified;
use crate::kind::check::self_report::Statement;
use crate::kind::check::{Context, Judgement};
use crate::model::{Elapsed, Evidence, Identity, Outcome, Problem, Reason, excerpt};
use crate::probe::http::{Request, Response};

use super::Health;

/// One good answer.
#[derive(Debug)]
struct Sample {
    status: u16,
    time: Elapsed,
    release: Option<String>,
    reservation: Option<Statement>,
}

/// The looks at one target, as far as they got.
pub(super) struct Look<'a> {
    health: &'a Health,
    context: &'a Context,
    samples: Vec<Sample>,
    last: Option<Response>,
}

impl<'a> Look<'a> {
    /// Nothing seen yet.
    pub(super) fn new(health: &'a Health, context: &'a Context) -> Self {
        Self { health, context, samples: Vec::new(), last: None }
    }

    /// How many samples were good so far.
    pub(super) fn good(&self) -> usize {
        self.samples.len()
    }

    /// Takes all samples, and the control behind the first one.
    pub(super) async fn all(&mut self) -> Result<Outcome, Judgement> {
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
        let proves = |rule: &Identity| rule.path != self.health.path || rule.proof(control).is_ok();
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

    /// What was seen so far.
    pub(super) fn evidence(&self) -> Vec<Evidence> {
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
