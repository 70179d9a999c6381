//! A valid project: everything that a run needs, checked and filled in as far as it can be before the run.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::kind::Service;
use crate::kind::check::CommandLine;
use crate::model::{ChecklistSource, Length, Phase, Profile, Release, Secret, Target};

use super::secret::LateSecret;
use super::step::Step;

/// Everything that a run needs, checked and filled in as far as it can be before the run.
#[derive(Debug)]
pub(crate) struct Project {
    /// The service.
    pub(crate) service: Arc<Service>,
    /// The use that the run is made for, and what it selects.
    pub(crate) profile: ProfileRules,
    /// Where it runs, if a target was named.
    pub(crate) target: Option<TargetSetup>,
    /// The checklists in the order in which they were named.
    pub(crate) checklists: Vec<Checklist>,
    /// All declared secrets, with their values.
    pub(crate) secrets: Vec<Secret>,
    /// Secrets in files that the preparation of the target still writes. They are read after it.
    pub(crate) late_secrets: Vec<LateSecret>,
    /// Every name that is known before the run, with its value. Secrets are not among them.
    pub(crate) names: BTreeMap<String, String>,
    /// The release under test.
    pub(crate) release: Release,
}

/// What a profile selects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProfileRules {
    /// Which profile.
    pub(crate) profile: Profile,
    /// The phases whose steps run.
    pub(crate) phases: Vec<Phase>,
    /// Whether a warn closes the gate as well.
    pub(crate) strict: bool,
}

/// A target and how it is brought up, if rollsafe does that. Texts may still hold `{{ port }}`.
#[derive(Clone, Debug)]
pub(crate) struct TargetSetup {
    /// The target; its URL may still hold `{{ port }}`.
    pub(crate) target: Target,
    /// Commands that make it ready to start, run once per digest of their inputs.
    pub(crate) prepare: Vec<CommandLine>,
    /// The files that the preparation depends on, relative to the service.
    pub(crate) prepare_inputs: Vec<String>,
    /// How long the preparation may take.
    pub(crate) prepare_timeout: Length,
    /// The command that starts the service, if rollsafe starts it.
    pub(crate) start: Option<CommandLine>,
    /// Variables for `prepare` and `start`, secrets filled in.
    pub(crate) environment: BTreeMap<String, String>,
    /// When it counts as ready, for a target that is started.
    pub(crate) ready: Option<Ready>,
    /// The time between SIGTERM and SIGKILL when it is stopped.
    pub(crate) stop_grace: Length,
}

/// When a started target counts as ready: a path answers with a status under 400.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ready {
    /// The path to ask.
    pub(crate) path: String,
    /// How long that may take.
    pub(crate) within: Length,
}

/// A valid checklist.
#[derive(Debug)]
pub(crate) struct Checklist {
    /// Its name, title, file and digest.
    pub(crate) source: ChecklistSource,
    /// Its steps in reading order.
    pub(crate) steps: Vec<Step>,
}
