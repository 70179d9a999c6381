//! The kind on real repositories.

use crate::kind::check::{Check, Context, Judgement};
use crate::model::{Count, Outcome, Problem, Reason};
use crate::probe::git::sandbox::Sandbox;

use super::GitClean;

fn settings(text: &str) -> GitClean {
    toml::from_str(text).unwrap()
}

async fn judge(sandbox: &Sandbox, text: &str) -> Judgement {
    let context = Context::for_test(&sandbox.root(), "2026-01-02T03:04:05Z");
    settings(text).judge(&context).await
}

async fn fails(sandbox: &Sandbox, text: &str) -> Problem {
    match judge(sandbox, text).await.outcome {
        Outcome::Fail(problem) => problem,
        other => panic!("{other:?}"),
    }
}

async fn errs(sandbox: &Sandbox, text: &str) -> Problem {
    match judge(sandbox, text).await.outcome {
        Outcome::Error(problem) => problem,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_clean_tree_passes_with_its_numbers() {
    let sandbox = Sandbox::new();
    let commit = sandbox.git(&["rev-parse", "HEAD"]);
    let judgement = judge(&sandbox, "branch = [\"release/*\", \"main\"]\npushed = true").await;
    let expected = format!("1 files are as in {} on main: 0 changes, pushed to origin/main", &commit[..12]);
    assert_eq!(judgement.outcome, Outcome::pass(expected));
    assert_eq!(judgement.examined, Some(Count::new(1, "files")));
}

#[tokio::test]
async fn every_change_fails_with_its_path_and_its_state() {
    let sandbox = Sandbox::new();
    sandbox.commit("gone.py", "1\n");
    sandbox.git(&["rm", "-q", "gone.py"]);
    sandbox.write("app.py", "changed\n");
    sandbox.write("notes/a.txt", "new\n");
    let problem = fails(&sandbox, "").await;
    assert_eq!(problem.reason, Reason::Dirty);
    assert_eq!(problem.observed, "3 changed: app.py modified, gone.py deleted, notes/ untracked");
}

#[tokio::test]
async fn ten_paths_are_named_and_the_rest_is_counted() {
    let sandbox = Sandbox::new();
    for number in 0..12 {
        sandbox.write(&format!("f{number:02}.txt"), "");
    }
    let observed = fails(&sandbox, "").await.observed;
    assert!(observed.starts_with("12 changed: f00.txt untracked, "), "{observed}");
    assert!(observed.ends_with("f09.txt untracked, and 2 more"), "{observed}");
}

#[tokio::test]
async fn an_untracked_file_may_be_allowed_and_a_changed_one_ignored() {
    let sandbox = Sandbox::new();
    sandbox.write("notes/a.txt", "new\n");
    assert!(matches!(judge(&sandbox, "untracked = \"allowed\"").await.outcome, Outcome::Pass(_)));
    assert!(matches!(judge(&sandbox, "ignore = [\"notes/*\"]").await.outcome, Outcome::Pass(_)));
    assert_eq!(fails(&sandbox, "ignore = [\"*.txt\"]").await.observed, "1 changed: notes/a.txt untracked");
    sandbox.write("app.py", "changed\n");
    assert_eq!(fails(&sandbox, "untracked = \"allowed\"").await.observed, "1 changed: app.py modified");
}

#[tokio::test]
async fn settings_of_git_cannot_hide_an_untracked_file() {
    let sandbox = Sandbox::new();
    sandbox.git(&["config", "status.showUntrackedFiles", "no"]);
    sandbox.write("notes.txt", "new\n");
    assert_eq!(fails(&sandbox, "").await.reason, Reason::Dirty);
}

#[tokio::test]
async fn a_flagged_entry_fails_whatever_is_ignored() {
    for flag in ["assume-unchanged", "skip-worktree"] {
        let sandbox = Sandbox::new();
        sandbox.git(&["update-index", &format!("--{flag}"), "app.py"]);
        sandbox.write("app.py", "changed\n");
        assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
        let problem = fails(&sandbox, "ignore = [\"**\"]").await;
        assert_eq!(problem.observed, format!("1 hidden from git: app.py ({flag})"));
        assert_eq!(problem.next, format!("git update-index --no-{flag} app.py, then git status"));
    }
}

#[tokio::test]
async fn a_merge_that_is_not_finished_fails() {
    let sandbox = Sandbox::new();
    sandbox.git(&["checkout", "-q", "-b", "other"]);
    sandbox.commit("new.py", "1\n");
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.git(&["merge", "-q", "--no-ff", "--no-commit", "other"]);
    let problem = fails(&sandbox, "ignore = [\"**\"]").await;
    assert_eq!((problem.reason, problem.observed.as_str()), (Reason::Dirty, "a merge is not finished"));
    assert_eq!(problem.next, "git merge --continue, or git merge --abort");
}

#[tokio::test]
async fn a_branch_that_is_not_allowed_fails_and_a_detached_head_is_an_error() {
    let sandbox = Sandbox::new();
    sandbox.git(&["checkout", "-q", "-b", "feature/x"]);
    let problem = fails(&sandbox, "branch = [\"main\", \"*\"]").await;
    assert_eq!((problem.reason, problem.observed.as_str()), (Reason::NotMet, "the branch is feature/x"));
    sandbox.git(&["checkout", "-q", "--detach"]);
    let mut context = Context::for_test(&sandbox.root(), "2026-01-02T03:04:05Z");
    std::sync::Arc::get_mut(&mut context.probes).unwrap().environment = crate::probe::Environment::default();
    let outcome = settings("branch = [\"main\"]").judge(&context).await.outcome;
    assert_eq!((outcome.as_str(), outcome.reason()), ("error", Reason::Precondition));
}

#[tokio::test]
async fn the_live_remote_decides_what_is_pushed() {
    let sandbox = Sandbox::new();
    sandbox.commit("new.py", "1\n");
    let problem = fails(&sandbox, "pushed = true").await;
    assert_eq!(problem.reason, Reason::Mismatch);
    assert!(problem.observed.ends_with(", 1 commit past origin/main"), "{}", problem.observed);
    sandbox.git(&["push", "-q"]);
    sandbox.git_in(&sandbox.remote(), &["update-ref", "refs/heads/main", "HEAD~1"]);
    assert_eq!(sandbox.git(&["rev-parse", "origin/main"]), sandbox.git(&["rev-parse", "HEAD"]));
    assert_eq!(fails(&sandbox, "pushed = true").await.reason, Reason::Mismatch);
    sandbox.git(&["checkout", "-q", "-b", "other"]);
    assert_eq!(fails(&sandbox, "pushed = true").await.reason, Reason::Missing);
}

#[tokio::test]
async fn the_upstream_of_the_branch_is_the_one_that_is_asked_for() {
    let sandbox = Sandbox::new();
    sandbox.git(&["checkout", "-q", "-b", "local-name"]);
    sandbox.git(&["branch", "-q", "--set-upstream-to=origin/main"]);
    assert!(matches!(judge(&sandbox, "pushed = true").await.outcome, Outcome::Pass(_)));
}

#[tokio::test]
async fn a_remote_that_is_gone_and_one_that_never_was_are_errors() {
    let sandbox = Sandbox::new();
    std::fs::rename(sandbox.remote(), sandbox.outside().join("gone.git")).unwrap();
    assert_eq!(errs(&sandbox, "pushed = true").await.reason, Reason::Unreachable);
    sandbox.git(&["remote", "remove", "origin"]);
    assert_eq!(errs(&sandbox, "pushed = true").await.reason, Reason::Precondition);
}

#[tokio::test]
async fn nothing_tracked_and_no_repository_are_errors() {
    let sandbox = Sandbox::new();
    sandbox.git(&["rm", "-q", "app.py"]);
    sandbox.git(&["commit", "-q", "-m", "empty"]);
    assert_eq!(errs(&sandbox, "").await.reason, Reason::ZeroWork);
    std::fs::remove_dir_all(sandbox.root().join(".git")).unwrap();
    assert_eq!(errs(&sandbox, "").await.reason, Reason::Precondition);
}

#[test]
fn a_pattern_that_is_none_is_a_problem_of_its_key() {
    let problems = settings("ignore = [\"a[\"]\nbranch = [\"{x\"]\npushed = true\nremote = \" \"").problems();
    assert_eq!(problems.iter().map(|problem| problem.key).collect::<Vec<_>>(), ["ignore", "branch", "remote"]);
    assert_eq!(settings("").problems(), []);
}
