//! A service in a folder of its own, for tests of the loader.

use jiff::Timestamp;
use tempfile::TempDir;

use crate::diagnostic::{Colour, Problems};
use crate::model::Profile;
use crate::probe::git::Git;
use crate::probe::{Clock, Environment};

use super::{LoadRequest, Project, load};

/// A service file with everything that steps must inherit.
pub(super) const SERVICE: &str =
    "[service]\nname = \"orders\"\nowner = \"team-orders\"\nrollback = \"make rollback\"\n";

/// A service in a folder of its own, and the request that loads it.
pub(super) struct Sandbox {
    pub(super) folder: TempDir,
    pub(super) request: LoadRequest,
    pub(super) environment: Environment,
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
        let request = LoadRequest {
            folder: folder.path().to_owned(),
            service_file: None,
            checklists: Vec::new(),
            profile: Profile::Gate,
            target: None,
            variables: Vec::new(),
            run: "run-1".to_owned(),
            values: true,
        };
        Self { folder, request, environment: Environment::default() }
    }

    /// A service with the usual service file and one checklist, `a`, that holds the given steps.
    pub(super) fn steps(steps: &str) -> Self {
        Self::of(&[("checklists/a.toml", &format!("[checklist]\nname = \"a\"\n\n{steps}"))])
    }

    /// Loads it on a fixed day.
    pub(super) fn load(&self) -> Result<Project, Problems> {
        let today: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        let git = Git::new(self.folder.path());
        load(&self.request, &self.environment, &git, Clock::still(today))
    }

    /// Loads it, which must work.
    pub(super) fn project(&self) -> Project {
        self.load().unwrap_or_else(|problems| panic!("{}", problems.draw(Colour::Plain)))
    }

    /// Everything that is wrong with it, drawn, without the path of the folder.
    pub(super) fn problems(&self) -> Problems {
        self.load().expect_err("something must be wrong")
    }

    /// The problems as text, with the folder left out of paths.
    pub(super) fn drawn(&self) -> String {
        self.problems().draw(Colour::Plain).replace(&self.folder.path().display().to_string(), "[folder]")
    }
}
