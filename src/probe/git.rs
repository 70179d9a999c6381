//! Asking the repository of the service and its remotes.

use std::path::PathBuf;

/// The door to git. A repository is opened per question, on a blocking thread.
#[derive(Clone, Debug)]
pub(crate) struct Git {
    root: PathBuf,
}

impl Git {
    /// The repository that holds a folder.
    pub(crate) fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }
}
