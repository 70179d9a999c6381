//! What a step is before it runs: its name, its place in the order, and the rules it runs under.

use std::fmt;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The full name of a step, `checklist/step`. It is the name in waivers, reports and selections.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub(crate) struct StepId(String);

impl StepId {
    /// Joins the name of a checklist and the `id` that a step has in it.
    pub(crate) fn new(checklist: &str, step: &str) -> Self {
        Self(format!("{checklist}/{step}"))
    }

    /// The whole name.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the checklist.
    pub(crate) fn checklist(&self) -> &str {
        self.0.split_once('/').map_or(self.0.as_str(), |(checklist, _)| checklist)
    }

    /// The `id` inside the checklist.
    pub(crate) fn step(&self) -> &str {
        self.0.split_once('/').map_or(self.0.as_str(), |(_, step)| step)
    }
}

impl fmt::Display for StepId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Whether the verdict depends on a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Importance {
    /// The default: a step that is not good closes the gate.
    Required,
    /// The step runs and is reported, and never closes the gate.
    Advisory,
}

/// What a step may do to the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Effect {
    /// Looks, and leaves everything as it was.
    Read,
    /// Adds or changes data, and can be undone or ignored.
    Write,
    /// May lose data or interrupt the service.
    Destructive,
}

impl Effect {
    /// The word in checklists and reports.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Destructive => "destructive",
        }
    }
}

/// When in a release a step has its place. Steps of a later phase wait for all steps of the earlier ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Phase {
    /// Before the deploy.
    #[default]
    Before,
    /// While a release is rehearsed.
    Rehearsal,
    /// After the deploy.
    After,
}

impl Phase {
    /// The word in checklists and reports.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::Rehearsal => "rehearsal",
            Self::After => "after",
        }
    }
}

/// The use that a run is made for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Profile {
    /// A job in CI before a deploy, no person present.
    #[default]
    Gate,
    /// A person walks a release through staging.
    Rehearsal,
    /// A running staging service is probed after a deploy.
    Staging,
}

impl Profile {
    /// The word in checklists, flags and reports.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Gate => "gate",
            Self::Rehearsal => "rehearsal",
            Self::Staging => "staging",
        }
    }
}

/// How often a step may be tried again after a fail or an error. A pass after a retry is a warn.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Retry {
    /// Further attempts after the first, at least 1.
    pub(crate) times: u32,
    /// The wait before the first retry.
    pub(crate) interval: Duration,
    /// Each wait is this many times the one before; 1 keeps it even.
    pub(crate) backoff: f64,
    /// No wait is longer than this.
    pub(crate) max_interval: Duration,
}

/// How long a step is asked again until it is true. Waiting until ready is not a retry, so a pass stays a pass.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Until {
    /// The step must be true within this time.
    pub(crate) within: Duration,
    /// The longest wait between two attempts; the first waits are shorter.
    pub(crate) interval: Duration,
}

/// A person's decision to live with a step that is not good, for a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Waiver {
    /// Why the step may be waived.
    pub(crate) reason: String,
    /// Who decided it.
    pub(crate) owner: String,
    /// The last day on which it counts, in UTC, as `2026-12-04`.
    pub(crate) expires: String,
}

/// Everything about a step that is not its judgement. Events and reports know a step by this alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct StepHeader {
    /// The full name.
    pub(crate) id: StepId,
    /// The kind of the step, such as `git-tag`.
    pub(crate) kind: String,
    /// The name for people; the `id` where none is given.
    pub(crate) title: String,
    /// Why the step exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) why: Option<String>,
    /// Who answers for the step.
    pub(crate) owner: String,
    /// The expected result in words.
    pub(crate) expected: String,
    /// What to do when it goes wrong.
    pub(crate) rollback: String,
    /// Whether the verdict depends on it.
    pub(crate) importance: Importance,
    /// What it may do to the target.
    pub(crate) effect: Effect,
    /// When it has its place.
    pub(crate) phase: Phase,
    /// Words to select it by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tags: Vec<String>,
    /// Steps that must be good before it starts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) needs: Vec<StepId>,
    /// The file it stands in, relative to the service.
    pub(crate) file: String,
    /// The line of its `[[step]]`, from 1.
    pub(crate) line: usize,
}
