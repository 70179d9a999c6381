//! Where the report of a run is, and whether what lies there in the end is really from this run.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;

use crate::kind::check::junit::{self, JunitError};
use crate::kind::check::{Context, TestResults};
use crate::model::Evidence;
use crate::probe::files::{FileError, sha256};
use crate::probe::tree::FileState;

/// How much older than the start of the step a report may seem, for file systems with coarse times.
const TOLERANCE: Duration = Duration::from_secs(2);

/// A report that was there or not before the run.
#[derive(Debug)]
pub(super) struct Expected {
    path: PathBuf,
    before: Option<FileState>,
    begun: SystemTime,
}

/// Why there is no report to judge.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoReport {
    /// The run wrote none.
    #[error("the run wrote no report")]
    Missing,
    /// It is from an earlier run.
    #[error("the report is from an earlier run: {0}")]
    Stale(String),
    /// The file could not be read.
    #[error("the report could not be read: {0}")]
    Unreadable(#[from] FileError),
    /// It is not a report that can be trusted.
    #[error("the report could not be used: {0}")]
    Broken(#[from] JunitError),
}

/// A report of this run.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) results: TestResults,
    pub(super) sha256: String,
}

impl Loaded {
    /// The digest, and what the report says.
    pub(super) fn evidence(&self) -> Vec<Evidence> {
        let mut evidence = vec![Evidence::text("JUnit report (SHA-256)", &self.sha256)];
        evidence.extend(self.results.evidence());
        evidence
    }
}

impl Expected {
    /// Looks at what is there before the run.
    pub(super) fn at(path: &Path, context: &Context) -> Self {
        let files = &context.probes.files;
        Self { path: path.to_owned(), before: files.state(path), begun: crate::probe::clock::machine_time() }
    }

    /// Where it is expected.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads it after the run.
    ///
    /// # Errors
    /// When there is nothing that could be judged.
    pub(super) fn load(&self, context: &Context) -> Result<Loaded, NoReport> {
        let files = &context.probes.files;
        let state = files.state(&self.path).ok_or(NoReport::Missing)?;
        self.fresh(&state)?;
        let text = files.read(&self.path)?;
        let results = junit::read(&text)?;
        self.begun_after(results.started)?;
        Ok(Loaded { sha256: sha256(text.as_bytes()), results })
    }

    /// The file itself must have been written during the run.
    fn fresh(&self, state: &FileState) -> Result<(), NoReport> {
        if self.before.as_ref() == Some(state) {
            return Err(NoReport::Stale("the run left the file as it was".to_owned()));
        }
        if state.modified + TOLERANCE < self.begun {
            return Err(NoReport::Stale("the file was last written before the run began".to_owned()));
        }
        Ok(())
    }

    /// So must what it tells: a copy of an older report is a new file.
    fn begun_after(&self, started: Option<Timestamp>) -> Result<(), NoReport> {
        let Some(started) = started else { return Ok(()) };
        if SystemTime::from(started) + TOLERANCE < self.begun {
            return Err(NoReport::Stale(format!("it says that its tests began at {started}, before the run")));
        }
        Ok(())
    }
}
