//! What it means for a step that git gave no answer. Always an error: nothing was found to be false.

use crate::kind::check::{Context, Judgement};
use crate::model::{Length, Problem, Reason};
use crate::probe::git::{GitError, GitProgram};
use crate::probe::limit::Stop;

impl Context {
    /// What questions to the git program need.
    pub(crate) fn git_program(&self) -> GitProgram<'_> {
        GitProgram { process: &self.probes.process, limit: &self.limit, environment: &self.probes.environment }
    }

    /// The judgement of a step that got no answer from git.
    pub(crate) fn git_gave_no_answer(&self, error: &GitError) -> Judgement {
        let problem = match error {
            GitError::Stopped(stop) => stopped(*stop, Length(self.limit.timeout())),
            GitError::Unborn
            | GitError::NoRepository { .. }
            | GitError::DubiousOwnership { .. }
            | GitError::Unsupported { .. }
            | GitError::Bare { .. }
            | GitError::UnknownCommit { .. }
            | GitError::InvalidName { .. }
            | GitError::NoRemote { .. }
            | GitError::Unreachable { .. }
            | GitError::ProgramMissing
            | GitError::Program { .. }
            | GitError::Unreadable { .. }
            | GitError::Read(_) => problem(error),
        };
        Judgement::error(problem)
    }
}

fn stopped(stop: Stop, limit: Length) -> Problem {
    let (reason, observed, next) = match stop {
        Stop::TimedOut => (
            Reason::Timeout,
            format!("no answer within {limit}"),
            "try `git ls-remote` and `git status` by hand; if they are only slow, give the step a longer `timeout`",
        ),
        Stop::Cancelled => (Reason::Interrupted, "the run was told to stop".to_owned(), "run the gate again"),
    };
    Problem::new(reason, "git did not answer in time")
        .expected(format!("an answer within {limit}"))
        .observed(observed)
        .next(next)
}

fn problem(error: &GitError) -> Problem {
    let (reason, what) = reason_and_what(error);
    Problem::new(reason, what).expected("an answer from git").observed(error.to_string()).next(next(error))
}

fn reason_and_what(error: &GitError) -> (Reason, &'static str) {
    match error {
        GitError::NoRepository { .. } => (Reason::Precondition, "the service is not in a git repository"),
        GitError::DubiousOwnership { .. } => (Reason::Precondition, "git does not trust the repository"),
        GitError::Unsupported { .. } => (Reason::Precondition, "the format of the repository cannot be read"),
        GitError::Bare { .. } => (Reason::Precondition, "the repository has no working tree"),
        GitError::Unborn => (Reason::Precondition, "the repository has no commit yet"),
        GitError::UnknownCommit { .. } => (Reason::Precondition, "the commit under test is not in the repository"),
        GitError::InvalidName { .. } => (Reason::Precondition, "the tag has a name that git does not allow"),
        GitError::NoRemote { .. } => (Reason::Precondition, "the remote is not configured"),
        GitError::Unreachable { .. } => (Reason::Unreachable, "the remote did not answer"),
        GitError::ProgramMissing => (Reason::ToolMissing, "`git` is not there"),
        GitError::Program { .. } | GitError::Stopped(_) => (Reason::ToolFailed, "git could not do its work"),
        GitError::Unreadable { .. } => (Reason::Unparsable, "an answer of git could not be read"),
        GitError::Read(_) => (Reason::ToolFailed, "the repository could not be read"),
    }
}

fn next(error: &GitError) -> String {
    match error {
        GitError::NoRepository { folder } => {
            format!("run rollsafe in a clone of the service; `git -C {} status` must work", folder.display())
        }
        GitError::DubiousOwnership { folder } => {
            format!("git config --global --add safe.directory {}", folder.display())
        }
        GitError::Unsupported { .. } => {
            "use a clone in the usual format: `git clone --ref-format=files`, SHA-1 object ids".to_owned()
        }
        GitError::Bare { .. } => "run rollsafe in a clone with a working tree".to_owned(),
        GitError::Unborn => "commit the service first".to_owned(),
        GitError::UnknownCommit { commit } => format!("git fetch origin {commit}"),
        GitError::InvalidName { name } => format!("git check-ref-format refs/tags/{name}"),
        GitError::NoRemote { remote } => {
            format!("git remote add {remote} <url>, or name another `remote` in the step (\"none\" to ask none)")
        }
        GitError::Unreachable { remote, .. } => format!("git ls-remote --tags {remote}"),
        GitError::ProgramMissing => "install git".to_owned(),
        GitError::Program { command, .. } | GitError::Unreadable { command, .. } => {
            format!("try `{command}` by hand")
        }
        GitError::Read(_) | GitError::Stopped(_) => "git fsck".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_of_another_user_comes_with_the_setting_that_trusts_it() {
        let problem = problem(&GitError::DubiousOwnership { folder: "/srv/orders".into() });
        assert_eq!(problem.reason, Reason::Precondition);
        assert_eq!(problem.next, "git config --global --add safe.directory /srv/orders");
    }

    #[test]
    fn a_silent_remote_and_a_missing_one_are_told_apart() {
        let silent = GitError::Unreachable { remote: "origin".to_owned(), detail: "no route".to_owned() };
        assert_eq!(problem(&silent).reason, Reason::Unreachable);
        assert_eq!(problem(&silent).observed, "the remote `origin` did not answer: no route");
        assert_eq!(problem(&GitError::NoRemote { remote: "origin".to_owned() }).reason, Reason::Precondition);
    }
}
