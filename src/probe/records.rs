//! The records of runs under `.rollsafe/runs/`: one folder a run, with its report, its events, its evidence and
//! the digests of them all.

use std::path::PathBuf;

/// The door to the records of a service.
#[derive(Clone, Debug)]
pub(crate) struct Records {
    folder: PathBuf,
}

impl Records {
    /// The records of the service in a folder.
    pub(crate) fn of_service(root: impl Into<PathBuf>) -> Self {
        Self { folder: root.into().join(".rollsafe") }
    }
}
