//! The problems of a scenario, in words.

use crate::kind::check::OneOrMany;
use crate::kind::check::expect::{Expect, Unmet, told_status};
use crate::kind::check::http_request::RequestSettings;
use crate::model::{Outcome, Problem, Reason};
use crate::probe::http::{HttpError, Response};

/// Answers to a cleanup request that asserts nothing: done, or nothing there any more.
const CLEAN: [u16; 7] = [200, 201, 202, 203, 204, 404, 410];

pub(super) fn not_met(settings: &RequestSettings, unmet: &Unmet, more: usize) -> Problem {
    let more = if more > 0 { format!("; {more} more assertions are false") } else { String::new() };
    Problem::new(Reason::NotMet, format!("the answer to {} is not as expected: {}", settings.told(), unmet.subject))
        .expected(unmet.expected.clone())
        .observed(format!("{}{more}", unmet.observed))
        .next("look at the log of the target for this request; correct the service, or `expect` and `capture` in the step")
}

/// What keeps a cleanup request from having worked.
pub(super) fn not_cleaned(settings: &RequestSettings, answered: Result<Response, HttpError>) -> Option<Unmet> {
    let told = settings.told();
    let response = match answered {
        Ok(response) => response,
        Err(error) => return Some(Unmet::new(told, "an answer", error.to_string())),
    };
    let clean = || Expect::status(OneOrMany(CLEAN.to_vec()));
    let expect = if settings.expect.is_empty() { clean() } else { settings.expect.clone() };
    let unmet = expect.unmet(&response).into_iter().next()?;
    Some(Unmet::new(told.clone(), unmet.expected, format!("{told}: {}", told_status(&response))))
}

pub(super) fn left_behind(unmet: &Unmet, count: usize) -> Problem {
    Problem::new(
        Reason::CleanupFailed,
        format!("everything is as expected, and {count} cleanup requests did not work"),
    )
    .expected(unmet.expected.clone())
    .observed(unmet.observed.clone())
    .next("remove by hand what the step made, and correct the `cleanup` of the step")
}

pub(super) fn stored(sign: &str) -> Problem {
    Problem::new(Reason::Unidentified, "an answer came out of a cache, so nothing shows which release made it")
        .expected("answers that the service made now")
        .observed(sign)
        .next("ask for something that no cache holds, for example with `query = { fresh = \"{{ run }}\" }`")
}

pub(super) fn unidentified(observed: &str) -> Problem {
    Problem::new(Reason::Unidentified, "everything is as expected, and nothing shows which release answered")
        .expected("a target that tells the release under test")
        .observed(format!("{observed}; the target has no `identity` rule"))
        .next("tell the commit in an answer of the service, and add `identity = { path = \"/health\", json = \"$.commit\", equals = \"{{ commit }}\" }` to the target in rollsafe.toml")
}

pub(super) fn unsafe_to_retry(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Warn(problem) => Outcome::Warn(problem.unsafe_to_retry()),
        Outcome::Fail(problem) => Outcome::Fail(problem.unsafe_to_retry()),
        Outcome::Error(problem) => Outcome::Error(problem.unsafe_to_retry()),
        Outcome::Pass(_) | Outcome::Skip(_) => outcome,
    }
}
