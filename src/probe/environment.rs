//! The only reader of environment variables.
//!
//! The variables are read once, when the program starts. The names that rollsafe itself looks at are listed
//! here, so that one place tells them all.

use std::collections::BTreeMap;

/// Asks for plain text without colour, whatever its value (no-color.org).
pub(crate) const NO_COLOR: &str = "NO_COLOR";
/// Set by CI servers; no live display and no questions then.
pub(crate) const CI: &str = "CI";
/// `true` inside a job of GitHub Actions.
pub(crate) const GITHUB_ACTIONS: &str = "GITHUB_ACTIONS";
/// The file that a step of GitHub Actions appends its summary to.
pub(crate) const GITHUB_STEP_SUMMARY: &str = "GITHUB_STEP_SUMMARY";
/// `dumb` for a terminal that cannot move its cursor.
pub(crate) const TERM: &str = "TERM";
/// Variables in which CI servers name the branch that they checked out: GitHub Actions, GitLab, `CircleCI`,
/// Buildkite, Bitbucket, Azure Pipelines, Jenkins (two). Servers that name the target of a pull request in such a
/// variable are not among them.
pub(crate) const BRANCH_VARIABLES: [&str; 8] = [
    GITHUB_REF_NAME,
    "CI_COMMIT_BRANCH",
    "CIRCLE_BRANCH",
    "BUILDKITE_BRANCH",
    "BITBUCKET_BRANCH",
    "BUILD_SOURCEBRANCH",
    "BRANCH_NAME",
    "GIT_BRANCH",
];
/// The branch or the tag of a job of GitHub Actions.
pub(crate) const GITHUB_REF_NAME: &str = "GITHUB_REF_NAME";
/// `branch` or `tag`: what `GITHUB_REF_NAME` names.
pub(crate) const GITHUB_REF_TYPE: &str = "GITHUB_REF_TYPE";
/// The program that answers when git asks for a name or a password.
pub(crate) const GIT_ASKPASS: &str = "GIT_ASKPASS";
/// The ssh program that git starts.
pub(crate) const GIT_SSH: &str = "GIT_SSH";
/// The ssh command that git starts; goes before [`GIT_SSH`].
pub(crate) const GIT_SSH_COMMAND: &str = "GIT_SSH_COMMAND";
/// Holds the clock still in tests; only a debug build looks at it.
pub(crate) const ROLLSAFE_CLOCK: &str = "ROLLSAFE_CLOCK";

/// The environment variables as they were at the start. Values that are not valid Unicode are left out here, and
/// are still inherited by the programs that rollsafe starts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment {
    variables: BTreeMap<String, String>,
}

impl Environment {
    /// The variables of this process.
    #[expect(clippy::disallowed_methods, reason = "this is the one door to the environment")]
    pub(crate) fn of_this_process() -> Self {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self { variables }
    }

    /// Given variables, for tests.
    #[cfg(test)]
    pub(crate) fn of<const N: usize>(variables: [(&str, &str); N]) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { variables }
    }

    /// The value of a variable. An empty value counts as set.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// Whether a variable is set to something.
    pub(crate) fn is_set(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| !value.is_empty())
    }
}
