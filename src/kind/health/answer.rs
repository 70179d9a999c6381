//! One answer of the health path: whether it can be used at all, and whether it is good.

use serde_json::Value;

use crate::kind::check::expect::{json_body, told_body, told_status};
use crate::kind::check::identity::from_cache;
use crate::kind::check::self_report::{Mood, Statement, complaints};
use crate::model::{Outcome, Problem, Reason, excerpt};
use crate::probe::http::Response;

use super::Health;

impl Health {
    /// What keeps one answer from being good, before it is asked what the body says.
    pub(super) fn unusable(&self, response: &Response) -> Option<Outcome> {
        if let Some(sign) = response.cached() {
            return Some(Outcome::Error(from_cache(&self.path, &sign)));
        }
        if !self.status.0.contains(&response.status) {
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
        let (reason, what, next) = words(&self.path, response.status);
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
    pub(super) fn complaints(&self, body: &Value) -> Vec<Statement> {
        complaints(body, &self.json.places(body))
    }

    /// The problem of a body that says that it is not well, or of a rule that is false.
    pub(super) fn not_good(&self, response: &Response) -> Option<Problem> {
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

    pub(super) fn says(&self, statement: &Statement, reason: Reason, what: &str) -> Problem {
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

/// What a status means for a health path, and what to do about it.
fn words(path: &str, status: u16) -> (Reason, String, String) {
    let (reason, what, next) = match status {
        300..400 => (
            Reason::NotMet,
            format!("`{path}` sends on to another address, and none is followed"),
            "set `path` to the one that answers at last, often the same with or without a slash at its end",
        ),
        400 => (
            Reason::NotMet,
            format!("the service refuses to answer `{path}`"),
            "add the host of the target to the hosts that the service answers for",
        ),
        401 | 403 => (
            Reason::NotMet,
            format!("`{path}` answers only to those who sign in"),
            "open the health path to the gate, or judge a signed-in answer with the kind `http-scenario`",
        ),
        404 | 410 => (
            Reason::Missing,
            format!("there is no `{path}`"),
            "set `path` to the health path of the service, or add one; often only a slash at its end is missing",
        ),
        405 => (Reason::NotMet, format!("`{path}` does not take GET"), "set `path` to one that answers to GET"),
        429 => (
            Reason::Inconclusive,
            format!("a rate limit answered instead of `{path}`"),
            "raise `interval`, lower `samples`, or leave the gate out of the rate limit",
        ),
        500..600 => (
            Reason::Unhealthy,
            format!("the service is not well: `{path}` answers {status}"),
            "look at the log of the target, and run the gate again when it answers",
        ),
        other => {
            (Reason::NotMet, format!("`{path}` answers {other}"), "correct the service, or `status` in the step")
        }
    };
    (reason, what, next.to_owned())
}
