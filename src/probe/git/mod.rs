//! Asking the repository of the service and its remotes. The only user of libgit2.
//!
//! A repository is opened for each question, on a blocking thread, and only plain data comes back. What libgit2
//! cannot do is asked of the git program. Both sides of a comparison are peeled: an annotated tag has an id of
//! its own, and only the commit that it leads to says what was released.

use std::path::{Path, PathBuf};

mod error;
mod flagged;
mod head;
mod index_file;
mod porcelain;
mod program;
mod release_facts;
mod remote;
mod repository;
mod series;
mod signature;
mod status;
mod tag;
mod tag_names;
mod working_tree;

#[cfg(test)]
pub(crate) mod sandbox;

pub(crate) use error::GitError;
pub(crate) use flagged::{Flagged, IndexFlag};
pub(crate) use head::Head;
pub(crate) use program::GitProgram;
pub(crate) use release_facts::ReleaseFacts;
pub(crate) use remote::{RemoteRefs, RemoteTag};
pub(crate) use repository::{Ancestry, Distance, Repository, short};
pub(crate) use series::{Series, TagVersion};
pub(crate) use signature::Signature;
pub(crate) use tag::{Annotation, Tag};
pub(crate) use working_tree::{Change, ChangeState, Operation, Source, Untracked, WorkingTree};

use super::limit::{Limit, Stop};
use program::Place;

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

    /// Asks the repository a question. Blocks.
    ///
    /// # Errors
    /// When it cannot be opened, and whatever the question gives back.
    pub(crate) fn ask_now<T>(
        &self,
        question: impl FnOnce(&Repository) -> Result<T, GitError>,
    ) -> Result<T, GitError> {
        question(&Repository::open(&self.root)?)
    }

    /// Asks the repository a question on a blocking thread. Several questions that belong together are one call,
    /// because opening costs as much as most answers. A thread that hangs in a dead file system is left behind
    /// when the time is over.
    ///
    /// # Errors
    /// When it cannot be opened or the time is over, and whatever the question gives back.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        limit: &Limit,
        question: impl FnOnce(&Repository) -> Result<T, GitError> + Send + 'static,
    ) -> Result<T, GitError> {
        let git = self.clone();
        let answer = tokio::task::spawn_blocking(move || git.ask_now(question));
        tokio::select! {
            answer = answer => match answer {
                Ok(answer) => answer,
                Err(error) => match error.try_into_panic() {
                    Ok(panic) => std::panic::resume_unwind(panic),
                    Err(_) => Err(GitError::Stopped(Stop::Cancelled)),
                },
            },
            stop = limit.reached() => Err(GitError::Stopped(stop)),
        }
    }

    /// The folder that the repository is looked for from.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Where the git program has to look.
    async fn place(&self, limit: &Limit) -> Result<Place, GitError> {
        match self.ask(limit, |repository| Ok(repository.place())).await {
            Err(GitError::Unsupported { .. }) => Ok(Place::unopened(&self.root)),
            answer => answer,
        }
    }

    /// The folder in which git keeps the repository, also of a format that libgit2 cannot open.
    fn git_folder(&self) -> Result<PathBuf, GitError> {
        let ceilings: [&Path; 0] = [];
        git2::Repository::discover_path(&self.root, ceilings)
            .map_err(|source| GitError::on_opening(&self.root, source))
    }
}
