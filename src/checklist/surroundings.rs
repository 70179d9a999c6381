//! Everything around a checklist that its steps are read with.

use std::path::{Path, PathBuf};

use crate::model::{Phase, Profile, Target};
use crate::probe::files::Files;

use super::command_text::CommandTexts;
use super::names::Names;
use super::project::ProfileRules;
use super::service_file::ServiceFile;
use super::step::When;

/// Everything around a checklist that its steps are read with.
#[derive(Debug)]
pub(super) struct Surroundings<'a, 't> {
    /// The door to files; paths are shown from its root.
    pub(super) files: Files,
    /// The folder of the service.
    pub(super) root: PathBuf,
    /// The service file.
    pub(super) service: &'a ServiceFile<'t>,
    /// The names that texts may use.
    pub(super) names: &'a Names<'a>,
    /// What the profile selects.
    pub(super) profile: &'a ProfileRules,
    /// The target, if one was named.
    pub(super) target: Option<&'a Target>,
    /// Splits commands of steps.
    pub(super) commands: CommandTexts,
    /// Whether values are looked up.
    pub(super) values: bool,
}

impl Surroundings<'_, '_> {
    /// A path relative to the service, as reports show it.
    pub(super) fn relative(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).display().to_string()
    }

    /// Whether a step may run: only then must every name in it have a value.
    pub(super) fn may_run(&self, phase: Phase, when: &When) -> bool {
        let profile: Profile = self.profile.profile;
        self.values && self.profile.phases.contains(&phase) && when.holds(profile, self.target)
    }

    /// The declared reason why a step does not apply.
    pub(super) fn not_applicable(&self, checklist: &str, id: &str, kind: &str) -> Option<String> {
        let declared = &self.service.not_applicable;
        let by_step = declared.get(&format!("{checklist}/{id}"));
        by_step.or_else(|| declared.get(kind)).map(|entry| entry.reason.clone())
    }
}
