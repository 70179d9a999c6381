//! The git history of the example service: two releases, an annotated tag on each, and a bare repository beside it
//! as the real remote. Dates and identity are fixed, so that the ids are the same everywhere.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::model::Stream;
use crate::probe::Limit;
use crate::probe::process::{Command, Exit, Process};

use super::DemoError;

/// Settings that keep the settings of the machine out: no signing, no hooks, no line-end conversion.
const SETTINGS: &[&str] = &[
    "-c",
    "init.defaultBranch=main",
    "-c",
    "commit.gpgsign=false",
    "-c",
    "tag.gpgsign=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.autocrlf=false",
    "-c",
    "advice.detachedHead=false",
];

/// How long one git command may take.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A repository that is being written.
#[derive(Debug)]
pub(crate) struct History<'a> {
    pub(crate) process: &'a Process,
    pub(crate) folder: PathBuf,
}

impl History<'_> {
    /// Begins the history.
    pub(crate) async fn begin(&self) -> Result<(), DemoError> {
        self.git(&["init", "--quiet"], "").await
    }

    /// Commits everything as a release and tags it.
    pub(crate) async fn release(&self, version: &str, date: &str) -> Result<(), DemoError> {
        let (message, tag) = (format!("Release {version}"), format!("v{version}"));
        self.git(&["add", "--all"], date).await?;
        self.git(&["commit", "--quiet", "--message", &message], date).await?;
        self.git(&["tag", "--annotate", "--message", &message, &tag], date).await
    }

    /// Makes the remote and pushes everything there.
    pub(crate) async fn push_to(&self, remote: &Path) -> Result<(), DemoError> {
        let remote = remote.to_string_lossy();
        self.git(&["init", "--quiet", "--bare", &remote], "").await?;
        self.git(&["remote", "add", "origin", &remote], "").await?;
        self.git(&["push", "--quiet", "--set-upstream", "origin", "main", "--tags"], "").await
    }

    /// Everything that the repository points to, to tell whether somebody worked in it.
    pub(crate) async fn state(&self) -> Result<String, DemoError> {
        self.read(&["for-each-ref", "--format=%(refname) %(objectname)"]).await
    }

    /// Runs one git command with the fixed identity and date.
    pub(crate) async fn git(&self, arguments: &[&str], date: &str) -> Result<(), DemoError> {
        self.run(arguments, date).await.map(drop)
    }

    async fn read(&self, arguments: &[&str]) -> Result<String, DemoError> {
        self.run(arguments, "").await
    }

    async fn run(&self, arguments: &[&str], date: &str) -> Result<String, DemoError> {
        let argv = ["git"].iter().chain(SETTINGS).chain(arguments).map(|&word| word.to_owned()).collect();
        let mut command = Command::new(argv, &self.folder);
        command.environment = identity(date);
        let shown = format!("git {}", arguments.join(" "));
        let finished = self.process.run(&command, &Limit::alone(TIMEOUT), &|_: Stream, _: &[u8]| {}).await;
        let finished =
            finished.map_err(|error| DemoError::Git { command: shown.clone(), said: error.to_string() })?;
        if finished.exit == Exit::Status(0) {
            return Ok(finished.stdout.text());
        }
        Err(DemoError::Git { command: shown, said: finished.stderr.text().trim().to_owned() })
    }
}

fn identity(date: &str) -> Vec<(String, String)> {
    let date = if date.is_empty() { "2026-02-02T10:00:00Z" } else { date };
    [
        ("GIT_AUTHOR_NAME", "Orders Team"),
        ("GIT_AUTHOR_EMAIL", "team-orders@orders.example"),
        ("GIT_COMMITTER_NAME", "Orders Team"),
        ("GIT_COMMITTER_EMAIL", "team-orders@orders.example"),
        ("GIT_AUTHOR_DATE", date),
        ("GIT_COMMITTER_DATE", date),
        ("LC_ALL", "C"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}
