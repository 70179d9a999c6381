//! Floor 0: the plain data of a release gate.
//!
//! Everything that crosses a floor is defined here: what a step is, how it ended, what was seen, and what
//! the run as a whole says. Nothing in here touches the outside world, waits, or prints. The types derive
//! `serde` because the JSON report and the record of a run are these very types.

mod elapsed;
mod event;
mod evidence;
mod excerpt;
mod masker;
mod nearest;
mod outcome;
mod quantity;
mod run_report;
mod secret;
mod step;
mod target;
mod template;
mod verdict;

pub(crate) use elapsed::Elapsed;
pub(crate) use event::{Event, EventKind};
pub(crate) use evidence::{Count, Evidence, Fact, Output, Stream};
pub(crate) use excerpt::{CUT, excerpt};
pub(crate) use masker::Masker;
pub(crate) use nearest::{did_you_mean, nearest};
#[cfg(test)]
pub(crate) use outcome::RetrySafety;
pub(crate) use outcome::{Outcome, Problem, Reason, Skipped};
pub(crate) use quantity::Length;
#[cfg(test)]
pub(crate) use quantity::{ByteSize, Share};
pub(crate) use run_report::{ChecklistSource, Counts, Ending, Release, RunReport, SCHEMA_VERSION, StepReport, Tool};
pub(crate) use secret::Secret;
pub(crate) use step::{Effect, Importance, Phase, Profile, Retry, StepHeader, StepId, Until, Waiver};
pub(crate) use target::{Identity, Target};
pub(crate) use template::{Placeholder, Template};
pub(crate) use verdict::Verdict;
