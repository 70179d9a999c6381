//! Which branch is checked out, and whether it may be released from.

use crate::model::{Outcome, Problem, Reason};
use crate::probe::Environment;
use crate::probe::environment::{BRANCH_VARIABLES, GITHUB_REF_NAME, GITHUB_REF_TYPE};

use super::{GitClean, pattern_set};

/// The branch that a CI server checked out, by its own variables. A job for a tag has none, and the reference of a
/// pull request is none.
pub(super) fn of_ci(environment: &Environment, remote: &str) -> Option<String> {
    let is_branch = environment.get(GITHUB_REF_TYPE) == Some("branch");
    let names = BRANCH_VARIABLES.into_iter().filter(|&name| name != GITHUB_REF_NAME || is_branch);
    let value = names.filter_map(|name| environment.get(name)).find(|value| !value.is_empty())?;
    let value = value.strip_prefix("refs/heads/").unwrap_or(value);
    let value = value.strip_prefix(&format!("{remote}/")).unwrap_or(value);
    (!value.starts_with("refs/")).then(|| value.to_owned())
}

/// The fail or the error of a branch that is not allowed.
pub(super) fn rule(settings: &GitClean, branch: Option<&str>) -> Option<Outcome> {
    let first = settings.branch.first()?;
    let expected = format!("the branch is {}", settings.branch.join(" or "));
    let Some(branch) = branch else { return Some(unknown(&expected)) };
    if pattern_set(&settings.branch).is_ok_and(|allowed| allowed.is_match(branch)) {
        return None;
    }
    Some(Outcome::Fail(
        Problem::new(Reason::NotMet, format!("a release may not be made from the branch `{branch}`"))
            .expected(expected)
            .observed(format!("the branch is {branch}"))
            .next(format!("git switch {first}")),
    ))
}

/// The error of a branch that nothing tells.
pub(super) fn unknown(expected: &str) -> Outcome {
    Outcome::Error(
        Problem::new(Reason::Precondition, "nothing tells which branch is checked out")
            .expected(expected)
            .observed("HEAD is detached, and no variable of a CI server names a branch")
            .next("git switch to the branch, or run the gate in a job for a branch"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ci_server_names_the_branch_of_a_detached_checkout() {
        let github = Environment::of([("GITHUB_REF_TYPE", "branch"), ("GITHUB_REF_NAME", "release/1.x")]);
        assert_eq!(of_ci(&github, "origin"), Some("release/1.x".to_owned()));
        let azure = Environment::of([("BUILD_SOURCEBRANCH", "refs/heads/main")]);
        assert_eq!(of_ci(&azure, "origin"), Some("main".to_owned()));
        let jenkins = Environment::of([("BRANCH_NAME", ""), ("GIT_BRANCH", "origin/main")]);
        assert_eq!(of_ci(&jenkins, "origin"), Some("main".to_owned()));
    }

    #[test]
    fn a_tag_and_a_pull_request_are_no_branch() {
        let tag = Environment::of([("GITHUB_REF_TYPE", "tag"), ("GITHUB_REF_NAME", "main")]);
        assert_eq!(of_ci(&tag, "origin"), None);
        let request = Environment::of([("BUILD_SOURCEBRANCH", "refs/pull/7/merge")]);
        assert_eq!(of_ci(&request, "origin"), None);
        assert_eq!(of_ci(&Environment::default(), "origin"), None);
    }
}
