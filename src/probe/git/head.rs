//! What is checked out.

use git2::ErrorCode;

use super::{Git, GitError, GitProgram, Repository};
use crate::probe::limit::Limit;

/// What is checked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// The full id of the commit.
    pub(crate) commit: String,
    /// The branch; nothing where HEAD is detached.
    pub(crate) branch: Option<String>,
}

impl Repository {
    /// What is checked out.
    ///
    /// # Errors
    /// [`GitError::Unborn`] before the first commit.
    pub(crate) fn head(&self) -> Result<Head, GitError> {
        let head = self.inner.head().map_err(|source| match source.code() {
            ErrorCode::UnbornBranch | ErrorCode::NotFound => GitError::Unborn,
            _ => GitError::Read(source),
        })?;
        let branch = head.is_branch().then(|| String::from_utf8_lossy(head.shorthand_bytes()).into_owned());
        Ok(Head { commit: head.peel_to_commit()?.id().to_string(), branch })
    }

    /// The branch of a remote that a local branch is pushed to: the configured one, or the one of the same name.
    fn branch_on(&self, remote: &str, branch: &str) -> String {
        let setting = |key: &str| self.text_setting(&format!("branch.{branch}.{key}"));
        let merge = setting("merge").filter(|_| setting("remote").as_deref() == Some(remote));
        let upstream = merge.as_deref().and_then(|merge| merge.strip_prefix("refs/heads/"));
        upstream.unwrap_or(branch).to_owned()
    }
}

impl Git {
    /// What is checked out, in a repository of any format.
    ///
    /// # Errors
    /// [`GitError::Unborn`] before the first commit.
    pub(crate) async fn head(&self, program: GitProgram<'_>) -> Result<Head, GitError> {
        match self.ask(program.limit, Repository::head).await {
            Err(GitError::Unsupported { .. }) => self.head_by_program(program).await,
            answer => answer,
        }
    }

    async fn head_by_program(&self, program: GitProgram<'_>) -> Result<Head, GitError> {
        let place = self.place(program.limit).await?;
        let line = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).trim().to_owned();
        let commit = program.read(&place, &["rev-parse", "--verify", "HEAD^{commit}"]).await;
        let commit = commit.map(line).map_err(|error| match error {
            GitError::Program { .. } => GitError::Unborn,
            other => other,
        })?;
        let branch = program.read(&place, &["symbolic-ref", "--short", "HEAD"]).await;
        Ok(Head { commit, branch: branch.map(line).ok() })
    }

    /// The branch of a remote that a local branch is pushed to: the configured one, or the one of the same name.
    ///
    /// # Errors
    /// When the repository cannot be opened.
    pub(crate) async fn branch_on(&self, limit: &Limit, remote: &str, branch: &str) -> Result<String, GitError> {
        let (remote, branch) = (remote.to_owned(), branch.to_owned());
        let same = branch.clone();
        match self.ask(limit, move |repository| Ok(repository.branch_on(&remote, &branch))).await {
            Err(GitError::Unsupported { .. }) => Ok(same),
            answer => answer,
        }
    }
}
