//! Words that several reports share, so that a reader of one can search for them in another.

use crate::model::{Outcome, Problem, RunReport, StepReport, Waiver};

/// The word of an outcome as lines begin with it; all are at most five columns wide.
pub(super) fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Pass(_) => "PASS",
        Outcome::Warn(_) => "WARN",
        Outcome::Fail(_) => "FAIL",
        Outcome::Error(_) => "ERROR",
        Outcome::Skip(_) => "SKIP",
    }
}

/// The one text that tells most about how a step ended.
pub(super) fn key(step: &StepReport) -> String {
    let key = match &step.result {
        Outcome::Pass(passed) => &passed.observed,
        Outcome::Warn(problem) | Outcome::Fail(problem) | Outcome::Error(problem) => &problem.what,
        Outcome::Skip(skipped) => &skipped.why,
    };
    if step.is_required() { key.clone() } else { format!("advisory: {key}") }
}

/// How long a step took; nothing for one that never ran.
pub(super) fn time(step: &StepReport) -> String {
    if step.attempts == 0 { String::new() } else { step.elapsed_ms.to_string() }
}

/// The five parts of a problem, one a line.
pub(super) fn five_lines(problem: &Problem) -> String {
    let Problem { reason: _, what, expected, observed, retry, next } = problem;
    let retry = retry.as_str();
    format!("{what}\nexpected: {expected}\nobserved: {observed}\nsafe to retry: {retry}\nnext: {next}")
}

/// What to say about a waiver that counts.
pub(super) fn waived(waiver: &Waiver) -> String {
    format!("until {}: {} ({})", waiver.expires, waiver.reason, waiver.owner)
}

/// What to say about a waiver that no longer counts.
pub(super) fn expired(waiver: &Waiver) -> String {
    format!("expired on {} and no longer counts: {} ({})", waiver.expires, waiver.reason, waiver.owner)
}

/// One note for each waiver that has expired while its step is good again or did not run.
pub(super) fn void_waivers(report: &RunReport) -> Vec<String> {
    let void = report.steps.iter().filter_map(|step| match (&step.waiver, &step.result) {
        (Some(waiver), Outcome::Pass(_) | Outcome::Skip(_)) => Some((&step.step.id, waiver)),
        (Some(_), Outcome::Warn(_) | Outcome::Fail(_) | Outcome::Error(_)) | (None, _) => None,
    });
    void.map(|(id, waiver)| format!("the waiver of {id} {}", expired(waiver))).collect()
}
