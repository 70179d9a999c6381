//! One run through the requests of a scenario, as far as it gets.

use std::time::Duration;

use crate::kind::check::expect::{Unmet, json_body};
use crate::kind::check::http_request::{RequestSettings, captured};
use crate::kind::check::identity::Identified;
use crate::kind::check::names::Names;
use crate::kind::check::send_request::{no_answer, path_of};
use crate::kind::check::{Check, Context, Judgement};
use crate::model::{Evidence, Outcome, Problem, excerpt};
use crate::probe::Limit;
use crate::probe::http::{HttpError, Request, Response};

use super::HttpScenario;
use super::problem::{left_behind, not_cleaned, not_met, stored, unidentified, unsafe_to_retry};

/// How long all cleaning up may take. It has a time of its own, because it must run when that of the step is over.
const CLEANUP: Duration = Duration::from_secs(10);

/// One run through the requests, as far as it got.
pub(super) struct Play<'a> {
    scenario: &'a HttpScenario,
    context: &'a Context,
    names: Names,
    rows: Vec<Vec<String>>,
    answered: usize,
    wrote: bool,
    from_cache: Option<String>,
    failing: Option<Evidence>,
    cleanup: Vec<Unmet>,
}

impl<'a> Play<'a> {
    /// Nothing sent yet.
    pub(super) fn new(scenario: &'a HttpScenario, context: &'a Context) -> Self {
        Self {
            scenario,
            context,
            names: Names::of_run(&context.names),
            rows: Vec::new(),
            answered: 0,
            wrote: false,
            from_cache: None,
            failing: None,
            cleanup: Vec::new(),
        }
    }

    /// Sends all requests; the outcome of the first that is not good.
    pub(super) async fn requests(&mut self) -> Result<(), Outcome> {
        for settings in &self.scenario.request {
            let settings = settings.filled(&self.names);
            let request = settings.request(self.context).map_err(|problem| Outcome::Error(*problem))?;
            let answered = self.context.probes.http.send(&request, &self.context.limit).await;
            self.note(&settings, &request, &answered);
            let response = answered.map_err(|error| Outcome::Error(named(no_answer(&error, &request), &settings)))?;
            self.wrote |= !settings.is_safe();
            self.answered += 1;
            self.judge(&settings, &response).map_err(Outcome::Fail)?;
        }
        Ok(())
    }

    /// Holds one answer against what is expected, and takes the values that are to be captured.
    fn judge(&mut self, settings: &RequestSettings, response: &Response) -> Result<(), Problem> {
        let unmet = settings.expect.unmet(response);
        if let Some(first) = unmet.first() {
            self.failing = Some(response.evidence(format!("answer to {}", settings.told())));
            return Err(not_met(settings, first, unmet.len() - 1));
        }
        if let Err(unmet) = self.capture(settings, response) {
            self.failing = Some(response.evidence(format!("answer to {}", settings.told())));
            return Err(not_met(settings, &unmet, 0));
        }
        if settings.is_safe() && self.from_cache.is_none() {
            self.from_cache = response.cached().map(|sign| format!("{} was answered with `{sign}`", settings.told()));
        }
        Ok(())
    }

    fn capture(&mut self, settings: &RequestSettings, response: &Response) -> Result<(), Unmet> {
        for (name, path) in &settings.capture {
            let value = json_body(response).and_then(|body| captured(path, &body));
            let expected = || format!("one text, number or truth value at `{path}`, to capture as `{name}`");
            let value = value.map_err(|observed| Unmet::new(path.to_string(), expected(), observed))?;
            self.names.capture(name, value);
        }
        Ok(())
    }

    /// Sends the cleanup requests whose names are known, within a time of their own.
    pub(super) async fn cleanup(&mut self) {
        let limit = Limit::alone(CLEANUP);
        for settings in &self.scenario.cleanup {
            let unknown: Vec<_> = settings.names().into_iter().filter(|name| self.is_uncaptured(name)).collect();
            if unknown.is_empty() {
                self.clean(&settings.filled(&self.names), &limit).await;
            } else {
                let status = format!("not sent: no {} was captured", unknown.join(", "));
                self.rows.push(row(settings, &settings.line(), &status, ""));
            }
        }
    }

    async fn clean(&mut self, settings: &RequestSettings, limit: &Limit) {
        match settings.request(self.context) {
            Ok(request) => {
                let answered = self.context.probes.http.send(&request, limit).await;
                self.note(settings, &request, &answered);
                self.cleanup.extend(not_cleaned(settings, answered));
            }
            Err(problem) => self.cleanup.push(Unmet::new(settings.told(), problem.expected, problem.observed)),
        }
    }

    /// Whether a name is one of this step that was never captured.
    fn is_uncaptured(&self, name: &String) -> bool {
        self.scenario.local_names().contains(name) && !self.names.knows(name)
    }

    /// Adds a request to the transcript.
    fn note(&mut self, settings: &RequestSettings, request: &Request, answered: &Result<Response, HttpError>) {
        let (status, time) = match answered {
            Ok(response) => (response.status.to_string(), response.phases.total.to_string()),
            Err(error) => (excerpt(&error.to_string(), 120), String::new()),
        };
        self.rows.push(row(settings, &format!("{} {}", request.method, path_of(&request.url)), &status, &time));
    }

    /// What the run comes to. `failed` is the outcome of the first request that was not good.
    pub(super) fn judgement(self, failed: Option<Outcome>, release: &Identified) -> Judgement {
        let outcome = failed.unwrap_or_else(|| self.good(release));
        let outcome = if self.wrote { unsafe_to_retry(outcome) } else { outcome };
        let mut judgement = Judgement::new(outcome).examined(self.answered, "requests");
        judgement.captured = self.names.captured();
        let columns = ["name", "method", "path", "status", "time"];
        judgement.evidence.push(Evidence::table("requests", &columns, self.rows));
        judgement.evidence.extend(self.failing);
        let left = self.cleanup.into_iter();
        judgement.evidence.extend(left.map(|unmet| Evidence::text("cleanup failed", unmet.observed)));
        judgement
    }

    /// The outcome when every answer was as expected.
    fn good(&self, release: &Identified) -> Outcome {
        if let Some(unmet) = self.cleanup.first() {
            return Outcome::Warn(left_behind(unmet, self.cleanup.len()));
        }
        if let Some(sign) = &self.from_cache {
            return Outcome::Warn(stored(sign));
        }
        match release {
            Identified::Proven(release) => {
                Outcome::pass(format!("{}, from release {}", self.observed(), excerpt(release, 60)))
            }
            Identified::Unidentified if self.scenario.uses_target() => Outcome::Warn(unidentified(&self.observed())),
            Identified::Unidentified => Outcome::pass(self.observed()),
        }
    }

    fn observed(&self) -> String {
        let assertions: usize = self.scenario.request.iter().map(|request| request.expect.words().len()).sum();
        format!("{} requests were answered as expected, {assertions} assertions hold", self.answered)
    }
}

/// A line of the transcript. `line` is method and path.
fn row(settings: &RequestSettings, line: &str, status: &str, time: &str) -> Vec<String> {
    let (method, path) = line.split_once(' ').unwrap_or((line, ""));
    let name = settings.name.clone().unwrap_or_default();
    vec![name, method.to_owned(), path.to_owned(), status.to_owned(), time.to_owned()]
}

/// The problem with the name of the request in front, where it has one.
fn named(mut problem: Problem, settings: &RequestSettings) -> Problem {
    if let Some(name) = &settings.name {
        problem.what = format!("`{name}`: {}", problem.what);
    }
    problem
}
