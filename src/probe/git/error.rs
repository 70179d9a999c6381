//! Why git gave no answer.

use std::path::{Path, PathBuf};

use git2::{ErrorClass, ErrorCode};

use crate::probe::limit::Stop;

/// Why git gave no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GitError {
    /// No folder from here upwards is a repository.
    #[error("`{}` is not inside a git repository", folder.display())]
    NoRepository {
        /// The folder that was asked for.
        folder: PathBuf,
    },
    /// The repository belongs to another user, so its settings are not trusted.
    #[error("the repository `{}` belongs to another user", folder.display())]
    DubiousOwnership {
        /// The folder of the repository.
        folder: PathBuf,
    },
    /// A format that libgit2 cannot read, such as reftable or SHA-256.
    #[error("the repository has a format that is not supported")]
    Unsupported {
        /// What libgit2 said.
        source: git2::Error,
    },
    /// A repository without a working tree.
    #[error("the repository `{}` has no working tree", folder.display())]
    Bare {
        /// The folder of the repository.
        folder: PathBuf,
    },
    /// There is no commit yet.
    #[error("HEAD names no commit")]
    Unborn,
    /// An id that names no commit in this repository.
    #[error("`{commit}` is no commit of this repository")]
    UnknownCommit {
        /// The id as it was given.
        commit: String,
    },
    /// A name that no tag can have (`git check-ref-format`).
    #[error("`{name}` cannot be the name of a tag")]
    InvalidName {
        /// The name as it was given.
        name: String,
    },
    /// No remote of this name is configured.
    #[error("there is no remote `{remote}`")]
    NoRemote {
        /// The name.
        remote: String,
    },
    /// A configured remote did not answer.
    #[error("the remote `{remote}` did not answer: {detail}")]
    Unreachable {
        /// The name.
        remote: String,
        /// What git said, without user names and passwords.
        detail: String,
    },
    /// There is no git program.
    #[error("there is no program `git`")]
    ProgramMissing,
    /// The git program could not do what it was asked.
    #[error("`{command}` failed: {detail}")]
    Program {
        /// The command.
        command: String,
        /// What git said.
        detail: String,
    },
    /// The git program wrote more than is kept, or something that cannot be read.
    #[error("the answer of `{command}` could not be read: {detail}")]
    Unreadable {
        /// The command.
        command: String,
        /// What is wrong with it.
        detail: String,
    },
    /// The time was over, or the run was told to stop.
    #[error("git was stopped before it had answered")]
    Stopped(Stop),
    /// Anything else that libgit2 could not read.
    #[error("the repository could not be read: {0}")]
    Read(#[from] git2::Error),
}

impl GitError {
    /// What an error on opening the repository of a folder means.
    pub(super) fn on_opening(folder: &Path, source: git2::Error) -> Self {
        match (source.code(), source.class()) {
            (ErrorCode::NotFound, _) => Self::NoRepository { folder: folder.to_owned() },
            (ErrorCode::Owner, _) => Self::DubiousOwnership { folder: quoted(&source).unwrap_or(folder.to_owned()) },
            (_, ErrorClass::Repository) if is_about_format(&source) => Self::Unsupported { source },
            _ => Self::Read(source),
        }
    }
}

/// libgit2 has no code of its own for a format that it cannot read.
fn is_about_format(error: &git2::Error) -> bool {
    let message = error.message();
    ["unsupported extension", "unknown object format", "unsupported repository version"]
        .iter()
        .any(|words| message.contains(words))
}

/// The path that libgit2 names in quotes.
fn quoted(error: &git2::Error) -> Option<PathBuf> {
    let path = error.message().split('\'').nth(1)?;
    Some(PathBuf::from(path.trim_end_matches('/')))
}
