//! From a judgement to the final report of a step: waivers, and the ways a step can end without one.

use crate::checklist::StepWaiver;
use crate::model::{Outcome, Problem, Reason};

/// Why a run stops before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StopCause {
    /// A signal came.
    Signal,
    /// The deadline of the run passed.
    Deadline,
    /// A required step was not good, and the caller wanted to stop there.
    FailFast,
}

impl StopCause {
    /// The outcome of a step that was never started.
    pub(crate) fn not_started(self) -> Outcome {
        match self {
            Self::Signal => Outcome::skip(Reason::Interrupted, "the run was interrupted before this step"),
            Self::Deadline => Outcome::skip(Reason::Deadline, "the deadline of the run passed before this step"),
            Self::FailFast => {
                Outcome::skip(Reason::StoppedEarly, "a required step was not good, and --fail-fast was given")
            }
        }
    }

    /// The outcome of a step that was running, in the place of what its kind said about being stopped.
    pub(crate) fn cut_short(self, outcome: Outcome) -> Outcome {
        match (self, outcome) {
            (Self::Deadline, Outcome::Error(problem)) if problem.reason == Reason::Interrupted => {
                Outcome::Error(Problem { reason: Reason::Deadline, ..problem })
            }
            (_, outcome) => outcome,
        }
    }
}

/// The outcome after a waiver: a fail or an error becomes a warn that keeps what was seen. An expired waiver changes
/// nothing.
pub(crate) fn waive(outcome: Outcome, waiver: Option<&StepWaiver>) -> Outcome {
    let (Outcome::Fail(problem) | Outcome::Error(problem)) = &outcome else { return outcome };
    let Some(StepWaiver { waiver, expired: false }) = waiver else { return outcome };
    Outcome::Warn(Problem {
        reason: Reason::Waived,
        what: format!("{} (waived by {} until {}: {})", problem.what, waiver.owner, waiver.expires, waiver.reason),
        ..problem.clone()
    })
}

/// The outcome of a step whose need is not good.
pub(crate) fn blocked(by: &str, outcome: &Outcome) -> Outcome {
    Outcome::skip(Reason::Blocked, format!("it needs {by}, which ended with {}", outcome.as_str()))
}

/// The outcome of a step whose kind panicked.
pub(crate) fn panicked(kind: &str, message: &str) -> Outcome {
    Outcome::Error(
        Problem::new(Reason::Internal, format!("the kind `{kind}` has a defect and gave up"))
            .expected("a judgement")
            .observed(message)
            .unsafe_to_retry()
            .next("report this to the makers of rollsafe with the checklist; the other steps are not affected"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Waiver;

    fn waiver(expired: bool) -> StepWaiver {
        let waiver = Waiver {
            reason: "region moves on Friday".to_owned(),
            owner: "dana".to_owned(),
            expires: "2026-12-04".to_owned(),
        };
        StepWaiver { waiver, expired }
    }

    fn fail() -> Outcome {
        Outcome::Fail(Problem::new(Reason::Mismatch, "the region differs"))
    }

    #[test]
    fn a_waived_fail_is_a_warn_with_reason_owner_and_end() {
        let Outcome::Warn(problem) = waive(fail(), Some(&waiver(false))) else { panic!("not a warn") };
        assert_eq!(problem.reason, Reason::Waived);
        assert_eq!(problem.what, "the region differs (waived by dana until 2026-12-04: region moves on Friday)");
    }

    #[test]
    fn an_expired_waiver_is_void_and_a_pass_needs_none() {
        assert_eq!(waive(fail(), Some(&waiver(true))), fail());
        assert_eq!(waive(Outcome::pass("ok"), Some(&waiver(false))), Outcome::pass("ok"));
    }
}
