//! A service in a folder of its own, for tests of the loader.

use std::path::Path;

use tempfile::TempDir;

use crate::diagnostic::{Code, Colour, Problems};
use crate::model::Profile;
use crate::probe::git::Git;
use crate::probe::{Clock, Environment};

use super::{LoadRequest, Project, Step, load};

/// A service file with everything that steps must inherit.
pub(super) const SERVICE: &str =
    "[service]\nname = \"orders\"\nowner = \"team-orders\"\nrollback = \"make rollback\"\n";

/// A service in a folder of its own, and the request that loads it.
pub(super) struct Sandbox {
    pub(super) folder: TempDir,
    pub(super) request: LoadRequest,
    pub(super) environment: Environment,
}

/// The request of a gate that loads everything in a folder.
pub(super) fn request(folder: &Path) -> LoadRequest {
    LoadRequest {
        folder: folder.to_owned(),
        service_file: None,
        checklists: Vec::new(),
        profile: Profile::Gate,
        target: None,
        variables: Vec::new(),
        run: "run-1".to_owned(),
        values: true,
    }
}

/// The first moment of the day on which tests load.
pub(super) fn clock() -> Clock {
    Clock::still("2026-11-21T00:00:00Z".parse().unwrap())
}

impl Sandbox {
    /// A service with the given files. Where none is called `rollsafe.toml`, the usual one is there.
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let usual =
            [("rollsafe.toml", SERVICE)].into_iter().filter(|(name, _)| files.iter().all(|(given, _)| given != name));
        for (name, text) in usual.chain(files.iter().copied()) {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let request = request(folder.path());
        Self { folder, request, environment: Environment::default() }
    }

    /// A service with the usual service file and one checklist, `a`, that holds the given steps.
    pub(super) fn steps(steps: &str) -> Self {
        Self::of(&[("checklists/a.toml", &format!("[checklist]\nname = \"a\"\n\n{steps}"))])
    }

    /// The usual service with more in its service file, and one checklist `a` with the given steps.
    pub(super) fn service(service: &str, steps: &str) -> Self {
        let steps = format!("[checklist]\nname = \"a\"\n\n{steps}");
        Self::of(&[("rollsafe.toml", &format!("{SERVICE}{service}")), ("checklists/a.toml", &steps)])
    }

    /// The same with a change of the request.
    pub(super) fn asked(mut self, change: impl FnOnce(&mut LoadRequest)) -> Self {
        change(&mut self.request);
        self
    }

    /// Loads it on a fixed day.
    pub(super) fn load(&self) -> Result<Project, Problems> {
        load(&self.request, &self.environment, &Git::new(self.folder.path()), clock())
    }

    /// Loads it, which must work.
    pub(super) fn project(&self) -> Project {
        self.load().unwrap_or_else(|problems| panic!("{}", problems.draw(Colour::Plain)))
    }

    /// Loads it, and gives back the only step.
    pub(super) fn step(&self) -> Step {
        let mut project = self.project();
        let mut steps = project.checklists.remove(0).steps;
        assert_eq!(steps.len(), 1);
        steps.remove(0)
    }

    /// The code of every problem.
    pub(super) fn codes(&self) -> Vec<Code> {
        self.problems().sorted().iter().map(|problem| problem.code).collect()
    }

    /// Everything that is wrong with it.
    pub(super) fn problems(&self) -> Problems {
        self.load().expect_err("something must be wrong")
    }

    /// The problems as text, with the folder left out of paths.
    pub(super) fn drawn(&self) -> String {
        self.problems().draw(Colour::Plain).replace(&self.folder.path().display().to_string(), "[folder]")
    }
}

/// A step of the sample kind with a text.
pub(super) fn sample(id: &str, text: &str) -> String {
    format!("[[step]]\nid = \"{id}\"\nkind = \"sample\"\ntext = \"{text}\"\n")
}
