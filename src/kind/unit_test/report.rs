//! Where the report of a run is, and whether what lies there in the end is really from this run.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;

use crate::kind::check::fresh_file::{FreshFile, NotFresh};
use crate::kind::check::junit::{self, JunitError};
use crate::kind::check::{Context, TestResults};
use crate::model::Evidence;
use crate::probe::clock;
use crate::probe::files::sha256;

/// How much older than the start of the step a report may say that it is, for clocks that are written in seconds.
const TOLERANCE: Duration = Duration::from_secs(2);

/// A report that was there or not before the run.
#[derive(Debug)]
pub(super) struct Expected {
    path: PathBuf,
    file: FreshFile,
    begun: SystemTime,
}

/// Why there is no report to judge.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoReport {
    /// The run wrote none, or it cannot be read.
    #[error(transparent)]
    NotFresh(#[from] NotFresh),
    /// The file is new and what it tells is old.
    #[error("the report says that its tests began at {0}, before the run")]
    Copied(Timestamp),
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
    pub(super) fn at(path: PathBuf, context: &Context) -> Self {
        Self { file: FreshFile::at(&path, context), path, begun: clock::machine_time() }
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
        let text = self.file.read(context)?;
        let results = junit::read(&text)?;
        match results.started {
            Some(started) if SystemTime::from(started) + TOLERANCE < self.begun => Err(NoReport::Copied(started)),
            Some(_) | None => Ok(Loaded { sha256: sha256(text.as_bytes()), results }),
        }
    }
}
