//! How a step ended. The set of outcomes is closed: every reader handles all of them by name.
//!
//! A fail says that the claim of the step is false. An error says that nobody could find out. The two are
//! never mixed, because only the second one is worth a second run.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The end of one step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub(crate) enum Outcome {
    /// Evaluated on at least the declared minimum of real work, and true.
    Pass(Passed),
    /// True, with a named reservation.
    Warn(Problem),
    /// Evaluated, and false.
    Fail(Problem),
    /// Could not be decided.
    Error(Problem),
    /// Left out by a declared rule before it ran, or never reached.
    Skip(Skipped),
}

impl Outcome {
    /// A pass that says in numbers what was seen.
    pub(crate) fn pass(observed: impl Into<String>) -> Self {
        Self::Pass(Passed { reason: Reason::Met, observed: observed.into() })
    }

    /// A step left out or never reached.
    pub(crate) fn skip(reason: Reason, why: impl Into<String>) -> Self {
        Self::Skip(Skipped { reason, why: why.into() })
    }

    /// The word in reports.
    pub(crate) fn as_str(&self) -> &'static str {
        match self {
            Self::Pass(_) => "pass",
            Self::Warn(_) => "warn",
            Self::Fail(_) => "fail",
            Self::Error(_) => "error",
            Self::Skip(_) => "skip",
        }
    }

    /// The machine-readable cause.
    pub(crate) fn reason(&self) -> Reason {
        match self {
            Self::Pass(passed) => passed.reason,
            Self::Warn(problem) | Self::Fail(problem) | Self::Error(problem) => problem.reason,
            Self::Skip(skipped) => skipped.reason,
        }
    }

    /// Whether steps that need this one may start.
    pub(crate) fn is_good(&self) -> bool {
        match self {
            Self::Pass(_) | Self::Warn(_) => true,
            Self::Fail(_) | Self::Error(_) => false,
            Self::Skip(skipped) => skipped.reason == Reason::NotApplicable,
        }
    }
}

/// What a pass tells: the numbers, so that a reader sees that something was really looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Passed {
    /// Always `met`.
    pub(crate) reason: Reason,
    /// What was seen, with its numbers.
    pub(crate) observed: String,
}

/// The five parts that every warn, fail and error has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Problem {
    /// The machine-readable cause.
    pub(crate) reason: Reason,
    /// What is not good, as a sentence without its end mark.
    pub(crate) what: String,
    /// What should have been seen.
    pub(crate) expected: String,
    /// What was seen.
    pub(crate) observed: String,
    /// Whether the step may simply be run again.
    pub(crate) retry: RetrySafety,
    /// The next command or action to try.
    pub(crate) next: String,
}

impl Problem {
    /// Starts a problem; the other parts are added with the methods below, and none may stay empty.
    pub(crate) fn new(reason: Reason, what: impl Into<String>) -> Self {
        Self {
            reason,
            what: what.into(),
            expected: String::new(),
            observed: String::new(),
            retry: RetrySafety::Safe,
            next: String::new(),
        }
    }

    /// Sets what should have been seen.
    #[must_use]
    pub(crate) fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = expected.into();
        self
    }

    /// Sets what was seen.
    #[must_use]
    pub(crate) fn observed(mut self, observed: impl Into<String>) -> Self {
        self.observed = observed.into();
        self
    }

    /// Says that a second run could do harm or repeat a write.
    #[must_use]
    pub(crate) fn unsafe_to_retry(mut self) -> Self {
        self.retry = RetrySafety::Unsafe;
        self
    }

    /// Sets the next command or action to try.
    #[must_use]
    pub(crate) fn next(mut self, next: impl Into<String>) -> Self {
        self.next = next.into();
        self
    }
}

/// Whether a step may simply be run again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RetrySafety {
    /// Running it again changes nothing.
    Safe,
    /// Running it again could repeat a write.
    Unsafe,
}

impl RetrySafety {
    /// The answer to "is it safe to retry?", as a reader wants it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "yes, it only looks",
            Self::Unsafe => "no, it may repeat a write",
        }
    }
}

/// What a skip tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Skipped {
    /// The machine-readable cause.
    pub(crate) reason: Reason,
    /// The rule that decided it, in words.
    pub(crate) why: String,
}

/// The machine-readable cause of an outcome. Stable: a script may rely on these words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Reason {
    /// Pass: the claim was evaluated and is true.
    Met,

    /// Warn: passed only when tried again.
    AfterRetry,
    /// Warn: not good, and a person decided to live with it for a time.
    Waived,
    /// Warn: a warn threshold was crossed.
    Threshold,
    /// Warn: the rollback was never rehearsed, or too long ago.
    Unrehearsed,
    /// Warn: nothing shows which release answered.
    Unidentified,
    /// Warn: what the step made could not be removed again.
    CleanupFailed,
    /// Warn: something was found that no rule speaks of.
    Unclassified,
    /// Warn: a process that the step started outlived it and was ended.
    Leaked,

    /// Fail: a linter found something.
    Findings,
    /// Fail: a test failed.
    TestsFailed,
    /// Fail: a command ended with another exit status than expected.
    ExitStatus,
    /// Fail: an assertion on what was seen is false.
    NotMet,
    /// Fail: two things that should agree do not, or two that should differ do not.
    Mismatch,
    /// Fail: something that should be there is not.
    Missing,
    /// Fail: the service says that it is not well.
    Unhealthy,
    /// Fail: the working tree has changes that no commit holds.
    Dirty,
    /// Fail: a step that only checks changed files.
    ChangedFiles,
    /// Fail: fewer of something than declared, or than last time.
    TooFew,
    /// Fail: more of something than declared.
    TooMany,
    /// Fail: a text that was never filled in.
    Placeholder,
    /// Fail: a person said no.
    Rejected,
    /// Fail or error: another release, or another service, answered.
    WrongTarget,
    /// Fail or error: no answer.
    Unreachable,

    /// Error: nothing was examined.
    ZeroWork,
    /// Error: no end within the limit.
    Timeout,
    /// Error: a program that the step needs is not there.
    ToolMissing,
    /// Error: a program could not do its work.
    ToolFailed,
    /// Error: an answer that could not be read.
    Unparsable,
    /// Error: nothing to judge.
    NoData,
    /// Error: too little to decide.
    Inconclusive,
    /// Error: something that the step stands on is not as it must be.
    Precondition,
    /// Error: a recorded result is for another commit or too old.
    Stale,
    /// Error: nobody was there to answer.
    Unanswered,
    /// Error: a defect of rollsafe itself.
    Internal,

    /// Skip: declared as not applicable, with a reason.
    NotApplicable,
    /// Skip: outside what the caller selected.
    NotSelected,
    /// Skip: the step's `when` is not true here.
    ConditionFalse,
    /// Skip: the target does not allow what the step does.
    EffectNotAllowed,
    /// Skip: a step that it needs is not good.
    Blocked,
    /// Skip: the run was told to stop at the first failure.
    StoppedEarly,
    /// Skip or error: the run was interrupted.
    Interrupted,
    /// Skip or error: the run's own deadline passed.
    Deadline,
}

impl Reason {
    /// The word in reports and scripts.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::AfterRetry => "after-retry",
            Self::Waived => "waived",
            Self::Threshold => "threshold",
            Self::Unrehearsed => "unrehearsed",
            Self::Unidentified => "unidentified",
            Self::CleanupFailed => "cleanup-failed",
            Self::Unclassified => "unclassified",
            Self::Leaked => "leaked",
            Self::Findings => "findings",
            Self::TestsFailed => "tests-failed",
            Self::ExitStatus => "exit-status",
            Self::NotMet => "not-met",
            Self::Mismatch => "mismatch",
            Self::Missing => "missing",
            Self::Unhealthy => "unhealthy",
            Self::Dirty => "dirty",
            Self::ChangedFiles => "changed-files",
            Self::TooFew => "too-few",
            Self::TooMany => "too-many",
            Self::Placeholder => "placeholder",
            Self::Rejected => "rejected",
            Self::WrongTarget => "wrong-target",
            Self::Unreachable => "unreachable",
            Self::ZeroWork => "zero-work",
            Self::Timeout => "timeout",
            Self::ToolMissing => "tool-missing",
            Self::ToolFailed => "tool-failed",
            Self::Unparsable => "unparsable",
            Self::NoData => "no-data",
            Self::Inconclusive => "inconclusive",
            Self::Precondition => "precondition",
            Self::Stale => "stale",
            Self::Unanswered => "unanswered",
            Self::Internal => "internal",
            Self::NotApplicable => "not-applicable",
            Self::NotSelected => "not-selected",
            Self::ConditionFalse => "condition-false",
            Self::EffectNotAllowed => "effect-not-allowed",
            Self::Blocked => "blocked",
            Self::StoppedEarly => "stopped-early",
            Self::Interrupted => "interrupted",
            Self::Deadline => "deadline",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_reads_the_same_in_code_and_in_json() {
        let reasons = [Reason::Met, Reason::ExitStatus, Reason::WrongTarget, Reason::EffectNotAllowed];
        for reason in reasons {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
        }
    }

    #[test]
    fn an_outcome_is_one_flat_object_in_json() {
        let outcome = Outcome::Fail(Problem::new(Reason::Findings, "ruff found 1 problem").next("ruff check app"));
        let value = serde_json::to_value(&outcome).unwrap();
        assert_eq!(value["outcome"], "fail");
        assert_eq!(value["reason"], "findings");
        assert_eq!(value["next"], "ruff check app");
        assert_eq!(serde_json::from_value::<Outcome>(value).unwrap(), outcome);
    }

    #[test]
    fn only_a_declared_skip_lets_the_next_step_start() {
        assert!(Outcome::skip(Reason::NotApplicable, "no cache").is_good());
        assert!(!Outcome::skip(Reason::NotSelected, "--only").is_good());
        assert!(!Outcome::skip(Reason::Blocked, "needs build").is_good());
    }
}
