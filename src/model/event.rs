//! What happens during a run, in the order in which it happened.
//!
//! Only the dispatch loop of the runner makes events, so that one owner stamps the time and masks the secrets.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Elapsed, Problem, RunReport, StepHeader, StepId, StepReport, Stream};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Event {
    /// When, since the start of the run.
    pub(crate) at_ms: Elapsed,
    /// What.
    #[serde(flatten)]
    pub(crate) kind: EventKind,
}

/// The things that can happen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub(crate) enum EventKind {
    /// The plan is fixed and the run begins.
    RunStarted {
        /// The id of the run.
        run: String,
        /// Every planned step in checklist order.
        steps: Vec<StepHeader>,
    },
    /// Something about the target itself: prepared, started, ready, stopped.
    TargetProgress {
        /// What is going on, as a phrase.
        message: String,
    },
    /// A step begins.
    StepStarted {
        /// Which step.
        id: StepId,
    },
    /// A step wrote a line.
    StepOutput {
        /// Which step.
        id: StepId,
        /// Where the line came from.
        stream: Stream,
        /// The line, without its end.
        line: String,
    },
    /// An attempt was not good and another one follows.
    StepRetrying {
        /// Which step.
        id: StepId,
        /// The number of the attempt that follows, from 2.
        attempt: u32,
        /// The wait before it.
        wait_ms: Elapsed,
        /// Why the last attempt was not good.
        problem: Problem,
    },
    /// A step ended, or was left out.
    StepFinished {
        /// Everything about it.
        report: Box<StepReport>,
    },
    /// The run was asked to stop.
    Stopping {
        /// Why, as a phrase.
        why: String,
    },
    /// The run ended.
    RunFinished {
        /// Everything about it.
        report: Box<RunReport>,
    },
}
