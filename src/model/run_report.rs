//! The final facts of a run. A report needs nothing else.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Count, Elapsed, Evidence, Importance, Outcome, Profile, StepHeader, Target, Verdict, Waiver};

/// The version of the JSON form of [`RunReport`]. It changes when a reader could be misled.
pub(crate) const SCHEMA_VERSION: u32 = 1;

/// Everything about one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct RunReport {
    /// The version of this form.
    pub(crate) schema_version: u32,
    /// The program that made it.
    pub(crate) tool: Tool,
    /// The id of the run.
    pub(crate) run: String,
    /// The answer.
    pub(crate) verdict: Verdict,
    /// Whether the run went to its end.
    pub(crate) ending: Ending,
    /// Whether a warn closes the gate as well (`--strict`).
    pub(crate) strict: bool,
    /// How many steps ended how.
    pub(crate) counts: Counts,
    /// The name of the service.
    pub(crate) service: String,
    /// The release under test.
    pub(crate) release: Release,
    /// Where it ran, if a target was named.
    pub(crate) target: Option<Target>,
    /// What the run was made for.
    pub(crate) profile: Profile,
    /// The checklists, with their digests.
    pub(crate) checklists: Vec<ChecklistSource>,
    /// When it began, in UTC.
    #[schemars(with = "String")]
    pub(crate) started: Timestamp,
    /// How long it took.
    pub(crate) elapsed_ms: Elapsed,
    /// Every planned step, in checklist order.
    pub(crate) steps: Vec<StepReport>,
    /// What was seen that belongs to no step, such as the log of the target.
    pub(crate) evidence: Vec<Evidence>,
}

/// The program that made a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Tool {
    /// Its name.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: String,
}

impl Tool {
    /// This very program.
    pub(crate) fn this() -> Self {
        Self { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() }
    }
}

/// How a run came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Ending {
    /// Every planned step was decided.
    Finished,
    /// It stopped at the first failure, as asked.
    StoppedEarly,
    /// Its deadline passed.
    Deadline,
    /// A signal to interrupt (Ctrl-C) stopped it.
    Interrupted,
    /// A signal to terminate stopped it.
    Terminated,
}

/// The release under test. What could not be told is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Release {
    /// The full id of the commit.
    pub(crate) commit: Option<String>,
    /// The tag of the release.
    pub(crate) tag: Option<String>,
    /// The version of the release.
    pub(crate) version: Option<String>,
}

/// A checklist as it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ChecklistSource {
    /// Its name.
    pub(crate) name: String,
    /// Its title.
    pub(crate) title: String,
    /// Its path, relative to the service.
    pub(crate) file: String,
    /// The SHA-256 of its bytes, in hex.
    pub(crate) sha256: String,
}

/// Everything about one step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct StepReport {
    /// What the step is.
    pub(crate) step: StepHeader,
    /// How it ended.
    pub(crate) result: Outcome,
    /// How much was really examined.
    pub(crate) examined: Option<Count>,
    /// How many attempts were made; 0 when it never ran.
    pub(crate) attempts: u32,
    /// When it began, since the start of the run.
    pub(crate) started_ms: Elapsed,
    /// How long it took, waits between attempts included.
    pub(crate) elapsed_ms: Elapsed,
    /// The waiver that changed its outcome to warn, or one that has expired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) waiver: Option<Waiver>,
    /// What was seen.
    pub(crate) evidence: Vec<Evidence>,
}

impl StepReport {
    /// Whether the verdict depends on the step.
    pub(crate) fn is_required(&self) -> bool {
        self.step.importance == Importance::Required
    }
}

/// How many steps ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Counts {
    /// Passed.
    pub(crate) pass: usize,
    /// Passed with a reservation.
    pub(crate) warn: usize,
    /// Failed.
    pub(crate) fail: usize,
    /// Could not be decided.
    pub(crate) error: usize,
    /// Left out or never reached.
    pub(crate) skip: usize,
}

impl Counts {
    /// Counts the outcomes of some steps.
    pub(crate) fn of(steps: &[StepReport]) -> Self {
        let mut counts = Self::default();
        for step in steps {
            match step.result {
                Outcome::Pass(_) => counts.pass += 1,
                Outcome::Warn(_) => counts.warn += 1,
                Outcome::Fail(_) => counts.fail += 1,
                Outcome::Error(_) => counts.error += 1,
                Outcome::Skip(_) => counts.skip += 1,
            }
        }
        counts
    }
}
