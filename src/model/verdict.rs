//! The answer of a run: the worst of its required steps, never a score.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Outcome, Reason, StepReport};

/// The answer of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub(crate) enum Verdict {
    /// Every required step is good.
    #[serde(rename = "GO")]
    Go,
    /// No required step failed, and at least one could not be decided.
    #[serde(rename = "UNDECIDED")]
    Undecided,
    /// A required step failed.
    #[serde(rename = "NO-GO")]
    NoGo,
}

impl Verdict {
    /// The verdict over all planned steps. `strict` lets a warn close the gate as well. A run in which no
    /// required step was really decided is not a GO: nothing was looked at.
    pub(crate) fn of(steps: &[StepReport], strict: bool) -> Self {
        let required = || steps.iter().filter(|step| step.is_required());
        let worst = required().map(|step| Self::of_step(&step.result, strict)).max();
        let decided = required().any(|step| matches!(step.result, Outcome::Pass(_) | Outcome::Warn(_)));
        match worst {
            Some(Self::Go) if decided => Self::Go,
            Some(Self::Go) | None => Self::Undecided,
            Some(worst) => worst,
        }
    }

    /// What one required step says about the whole.
    pub(crate) fn of_step(outcome: &Outcome, strict: bool) -> Self {
        match outcome {
            Outcome::Warn(_) if strict => Self::NoGo,
            Outcome::Pass(_) | Outcome::Warn(_) => Self::Go,
            Outcome::Fail(_) => Self::NoGo,
            Outcome::Error(_) => Self::Undecided,
            Outcome::Skip(skipped) => Self::of_skip(skipped.reason),
        }
    }

    /// A step that was left out on purpose closes nothing; one that was never reached leaves the answer open.
    fn of_skip(reason: Reason) -> Self {
        match reason {
            Reason::NotApplicable | Reason::NotSelected | Reason::ConditionFalse => Self::Go,
            _ => Self::Undecided,
        }
    }

    /// The word in reports.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Go => "GO",
            Self::Undecided => "UNDECIDED",
            Self::NoGo => "NO-GO",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
