//! Real repositories for unit tests, made with the git program in a temporary folder.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Git, GitProgram};
use crate::probe::process::Process;
use crate::probe::{Environment, Limit};

/// A repository with a bare remote beside it. Both are gone when it is dropped.
pub(crate) struct Sandbox {
    folder: tempfile::TempDir,
    process: Process,
    limit: Limit,
    environment: Environment,
}

impl Sandbox {
    /// A repository with one commit on `main`, pushed to `origin`.
    pub(crate) fn new() -> Self {
        Self::with(&[])
    }

    /// The same, with options for `git init`.
    pub(crate) fn with(init: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sandbox = Self {
            folder,
            process: Process::default(),
            limit: Limit::alone(Duration::from_secs(30)),
            environment: Environment::default(),
        };
        std::fs::create_dir(sandbox.root()).unwrap();
        sandbox.git(&[&["init", "-q", "-b", "main"], init].concat());
        sandbox
            .git_in(sandbox.folder.path(), &[&["init", "-q", "--bare", "-b", "main", "remote.git"], init].concat());
        sandbox.git(&["remote", "add", "origin", sandbox.remote().to_str().unwrap()]);
        sandbox.commit("app.py", "print()\n");
        sandbox.git(&["push", "-q", "-u", "origin", "main"]);
        sandbox
    }

    /// The working tree.
    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("service")
    }

    /// The folder around the working tree and the remote.
    pub(crate) fn outside(&self) -> &Path {
        self.folder.path()
    }

    /// The bare repository behind `origin`.
    pub(crate) fn remote(&self) -> PathBuf {
        self.folder.path().join("remote.git")
    }

    /// The probe.
    pub(crate) fn probe(&self) -> Git {
        Git::new(self.root())
    }

    /// What questions to the git program need.
    pub(crate) fn program(&self) -> GitProgram<'_> {
        GitProgram { process: &self.process, limit: &self.limit, environment: &self.environment }
    }
    /// Writes a file of the working tree.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Commits a file and returns the id of the commit.
    pub(crate) fn commit(&self, path: &str, text: &str) -> String {
        self.write(path, text);
        self.git(&["add", "--", path]);
        self.git(&["commit", "-q", "-m", path]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Runs git in the working tree.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        self.git_in(&self.root(), arguments)
    }

    /// Runs git anywhere in the sandbox, without the settings of the machine.
    #[expect(clippy::disallowed_methods, reason = "a test arranges its repository without the code under test")]
    pub(crate) fn git_in(&self, folder: &Path, arguments: &[&str]) -> String {
        let mut command = std::process::Command::new("git");
        command.current_dir(folder).args(["-c", "protocol.file.allow=always"]).args(arguments);
        command.env("HOME", self.folder.path()).env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "Test").env(format!("GIT_{role}_EMAIL"), "test@example.test");
            command.env(format!("GIT_{role}_DATE"), "2026-01-02T03:04:05Z");
        }
        let output = command.output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}
