//! The kind on real repositories.

use std::path::Path;
use std::sync::Arc;

use crate::kind::check::{Check, Context, Judgement};
use crate::model::{Count, Outcome, Problem, Reason, Release};
use crate::probe::git::sandbox::Sandbox;

use super::GitTag;

/// Two releases, each with an annotated tag, both pushed. HEAD is the second one.
fn released() -> Sandbox {
    let sandbox = Sandbox::new();
    release(&sandbox, "1.0.0");
    release(&sandbox, "1.1.0");
    sandbox
}

fn release(sandbox: &Sandbox, version: &str) {
    sandbox.commit("pyproject.toml", &format!("[project]\nversion = \"{version}\"\n"));
    sandbox.git(&["tag", "-a", "-m", version, &format!("v{version}")]);
    sandbox.git(&["push", "-q", "origin", "main", &format!("v{version}")]);
}

fn settings(text: &str) -> GitTag {
    toml::from_str(text).unwrap()
}

async fn judge_in(folder: &Path, text: &str, tag: Option<&str>) -> Judgement {
    let mut context = Context::for_test(folder, "2026-01-02T03:04:05Z");
    context.release = Arc::new(Release { tag: tag.map(str::to_owned), ..Release::default() });
    settings(text).judge(&context).await
}

async fn judge(sandbox: &Sandbox, text: &str) -> Judgement {
    judge_in(&sandbox.root(), text, Some("v1.1.0")).await
}

async fn fails(sandbox: &Sandbox, text: &str) -> Problem {
    failed(judge(sandbox, text).await)
}

fn failed(judgement: Judgement) -> Problem {
    match judgement.outcome {
        Outcome::Fail(problem) => problem,
        other => panic!("{other:?}"),
    }
}

async fn errs(sandbox: &Sandbox, text: &str) -> Problem {
    errored(judge(sandbox, text).await)
}

fn errored(judgement: Judgement) -> Problem {
    match judgement.outcome {
        Outcome::Error(problem) => problem,
        other => panic!("{other:?}"),
    }
}

async fn passes(sandbox: &Sandbox, text: &str) -> String {
    match judge(sandbox, text).await.outcome {
        Outcome::Pass(passed) => passed.observed,
        other => panic!("{other:?}"),
    }
}

fn head(sandbox: &Sandbox) -> String {
    sandbox.git(&["rev-parse", "--short=12", "HEAD"])
}

#[tokio::test]
async fn an_annotated_tag_on_head_and_on_the_remote_passes_with_its_numbers() {
    let sandbox = released();
    sandbox.git(&["tag", "latest"]);
    sandbox.git(&["tag", "deployed/staging"]);
    let text = "version-file = { file = \"pyproject.toml\", key = \"project.version\" }";
    let judgement = judge(&sandbox, text).await;
    let expected = format!(
        "v1.1.0 (annotated) is on {}, here and on origin; no release among 2 tags is greater; v1.0.0 is in its \
         history; pyproject.toml agrees",
        head(&sandbox)
    );
    assert_eq!(judgement.outcome, Outcome::pass(expected));
    assert_eq!(judgement.examined, Some(Count::new(2, "tags")));
}

#[tokio::test]
async fn a_tag_that_was_never_pushed_fails() {
    let sandbox = released();
    sandbox.git_in(&sandbox.remote(), &["tag", "-d", "v1.1.0"]);
    let problem = fails(&sandbox, "").await;
    assert_eq!((problem.reason, problem.next.as_str()), (Reason::Missing, "git push origin v1.1.0"));
    assert_eq!(problem.observed, "v1.1.0 is only here; origin answered, and does not have it");
    assert!(passes(&sandbox, "remote = \"none\"").await.contains("no remote was asked"));
}

#[tokio::test]
async fn a_tag_that_was_moved_here_and_not_on_the_remote_fails() {
    let sandbox = released();
    sandbox.commit("app.py", "2\n");
    sandbox.git(&["tag", "-f", "-a", "-m", "moved", "v1.1.0"]);
    let problem = fails(&sandbox, "").await;
    let there = sandbox.git(&["rev-parse", "--short=12", "HEAD~1"]);
    assert_eq!(problem.reason, Reason::Mismatch);
    assert_eq!(problem.observed, format!("here it is on {}, on origin it is on {there}", head(&sandbox)));
}

#[tokio::test]
async fn a_tag_that_was_moved_on_the_remote_fails() {
    let sandbox = released();
    sandbox.git_in(&sandbox.remote(), &["update-ref", "refs/tags/v1.1.0", "v1.0.0"]);
    assert_eq!(fails(&sandbox, "").await.reason, Reason::Mismatch);
}

#[tokio::test]
async fn head_one_commit_past_the_tag_fails_and_says_so() {
    let sandbox = released();
    sandbox.commit("README.md", "words\n");
    let problem = fails(&sandbox, "").await;
    assert_eq!(problem.reason, Reason::Mismatch);
    let tagged = sandbox.git(&["rev-parse", "--short=12", "HEAD~1"]);
    let expected = format!(
        "v1.1.0 is on {tagged} here, and on {tagged} on origin; HEAD is {}, 1 commit past v1.1.0",
        head(&sandbox)
    );
    assert_eq!(problem.observed, expected);
    let problem = failed(judge_in(&sandbox.root(), "", None).await);
    assert_eq!(problem.reason, Reason::Missing);
    assert_eq!(problem.observed, format!("{} is 1 commit past v1.1.0", head(&sandbox)));
}

#[tokio::test]
async fn the_commit_under_test_counts_and_not_head() {
    let sandbox = released();
    let mut context = Context::for_test(&sandbox.root(), "2026-01-02T03:04:05Z");
    let commit = Some(sandbox.git(&["rev-parse", "HEAD~1"]));
    context.release = Arc::new(Release { commit, ..Release::default() });
    let judged = settings("tag = \"v1.1.0\"").judge(&context).await;
    let problem = failed(judged);
    assert!(problem.observed.contains("the commit under test is"), "{}", problem.observed);
}

#[tokio::test]
async fn an_annotated_tag_is_followed_to_its_commit_and_a_lightweight_one_fails() {
    let sandbox = released();
    assert_ne!(sandbox.git(&["rev-parse", "v1.1.0"]), sandbox.git(&["rev-parse", "HEAD"]));
    sandbox.commit("app.py", "2\n");
    sandbox.git(&["tag", "v1.2.0"]);
    sandbox.git(&["push", "-q", "origin", "v1.2.0"]);
    let problem = fails(&sandbox, "tag = \"v1.2.0\"").await;
    assert_eq!((problem.reason, problem.what.as_str()), (Reason::NotMet, "v1.2.0 is a lightweight tag"));
    assert!(passes(&sandbox, "tag = \"v1.2.0\"\nannotated = false").await.starts_with("v1.2.0 (lightweight)"));
}

#[tokio::test]
async fn a_lightweight_copy_of_an_annotated_tag_passes() {
    let sandbox = released();
    sandbox.git(&["tag", "-f", "v1.1.0", "v1.1.0^{}"]);
    assert!(passes(&sandbox, "").await.starts_with("v1.1.0 (annotated)"));
}

#[tokio::test]
async fn a_tag_on_no_commit_fails() {
    let sandbox = released();
    sandbox.git(&["tag", "-f", "-a", "-m", "file", "v1.1.0", "HEAD:app.py"]);
    let problem = fails(&sandbox, "").await;
    assert_eq!(problem.reason, Reason::Mismatch);
    assert!(problem.observed.starts_with("v1.1.0 is on no commit at all here"), "{}", problem.observed);
}

#[tokio::test]
async fn a_tag_that_is_nowhere_or_only_on_the_remote_fails() {
    let sandbox = released();
    let problem = fails(&sandbox, "tag = \"v9.0.0\"").await;
    assert_eq!(problem.reason, Reason::Missing);
    assert_eq!(problem.observed, "2 tags of the series are here, and 4 references on origin");
    sandbox.git(&["tag", "-d", "v1.1.0"]);
    let problem = fails(&sandbox, "").await;
    assert_eq!((problem.reason, problem.next.as_str()), (Reason::Missing, "git fetch origin tag v1.1.0"));
}

#[tokio::test]
async fn a_shallow_clone_without_its_tags_is_an_error_that_says_how_to_get_them() {
    let sandbox = released();
    let shallow = sandbox.outside().join("shallow");
    let url = format!("file://{}", sandbox.remote().display());
    sandbox.git_in(sandbox.outside(), &["clone", "-q", "--depth=1", "--no-tags", &url, "shallow"]);
    for (text, tag) in [("", Some("v1.1.0")), ("", None), ("remote = \"none\"", Some("v1.1.0"))] {
        let problem = errored(judge_in(&shallow, text, tag).await);
        assert_eq!(problem.reason, Reason::Inconclusive);
        assert!(problem.next.starts_with("git fetch --tags --unshallow"), "{}", problem.next);
    }
    sandbox.git_in(&shallow, &["fetch", "-q", "origin", "tag", "v1.1.0"]);
    let problem = errored(judge_in(&shallow, "", Some("v1.1.0")).await);
    assert_eq!(problem.what, "nothing shows whether v1.1.0 contains the release before it");
    let judged = judge_in(&shallow, "previous-is-ancestor = false", Some("v1.1.0")).await;
    assert!(matches!(judged.outcome, Outcome::Pass(_)), "{judged:?}");
}

#[tokio::test]
async fn a_clone_without_tags_still_knows_the_greater_ones_of_the_remote() {
    let sandbox = released();
    sandbox.git(&["tag", "-a", "-m", "next", "v2.0.0", "HEAD~1"]);
    sandbox.git(&["push", "-q", "origin", "v2.0.0"]);
    sandbox.git(&["tag", "-d", "v2.0.0"]);
    let problem = fails(&sandbox, "").await;
    assert_eq!((problem.reason, problem.observed.as_str()), (Reason::NotMet, "v2.0.0 is greater"));
    assert!(passes(&sandbox, "series = \"v1.\"").await.contains("no release among 2 tags"));
    assert!(passes(&sandbox, "greatest = false").await.contains("3 tags looked at"));
}

#[tokio::test]
async fn a_release_that_would_lose_the_one_before_it_fails() {
    let sandbox = released();
    sandbox.git(&["checkout", "-q", "-b", "other", "v1.0.0"]);
    sandbox.commit("app.py", "other\n");
    sandbox.git(&["tag", "-a", "-m", "x", "v1.2.0"]);
    sandbox.git(&["push", "-q", "origin", "v1.2.0"]);
    let problem = fails(&sandbox, "tag = \"v1.2.0\"").await;
    assert_eq!(problem.reason, Reason::NotMet);
    assert_eq!(problem.what, "v1.2.0 does not contain the release before it");
}

#[tokio::test]
async fn the_committed_version_file_counts_and_not_the_one_on_disk() {
    let sandbox = released();
    let file = "version-file = { file = \"pyproject.toml\", key = \"project.version\" }";
    sandbox.write("pyproject.toml", "[project]\nversion = \"9.9.9\"\n");
    passes(&sandbox, file).await;
    sandbox.git(&["commit", "-qam", "bump"]);
    sandbox.git(&["tag", "-a", "-m", "x", "v1.2.0"]);
    sandbox.git(&["push", "-q", "origin", "v1.2.0"]);
    let problem = fails(&sandbox, &format!("tag = \"v1.2.0\"\n{file}")).await;
    assert_eq!(problem.reason, Reason::Mismatch);
    assert_eq!(problem.observed, "it says 9.9.9, the tag is v1.2.0");
    let missing = "tag = \"v1.2.0\"\nversion-file = { file = \"VERSION\" }";
    assert_eq!(fails(&sandbox, missing).await.reason, Reason::Missing);
}

#[tokio::test]
async fn a_version_file_below_a_service_in_a_folder_is_found() {
    let sandbox = Sandbox::new();
    sandbox.commit("services/orders/VERSION", "1.0.0\n");
    sandbox.git(&["tag", "-a", "-m", "x", "orders-v1.0.0"]);
    sandbox.git(&["push", "-q", "origin", "orders-v1.0.0"]);
    let folder = sandbox.root().join("services/orders");
    let judged = judge_in(&folder, "version-file = { file = \"VERSION\" }", Some("orders-v1.0.0")).await;
    assert!(matches!(judged.outcome, Outcome::Pass(_)), "{judged:?}");
}

#[tokio::test]
async fn a_remote_that_is_gone_one_that_never_was_and_no_repository_are_errors() {
    let sandbox = released();
    std::fs::rename(sandbox.remote(), sandbox.outside().join("gone.git")).unwrap();
    let problem = errs(&sandbox, "").await;
    assert_eq!((problem.reason, problem.next.as_str()), (Reason::Unreachable, "git ls-remote --tags origin"));
    let problem = errs(&sandbox, "remote = \"upstream\"").await;
    assert_eq!(problem.reason, Reason::Precondition);
    assert_eq!(problem.observed, "there is no remote `upstream`");
    std::fs::remove_dir_all(sandbox.root().join(".git")).unwrap();
    assert_eq!(errs(&sandbox, "").await.reason, Reason::Precondition);
}

#[tokio::test]
async fn before_tagging_the_name_must_be_free_in_both_places() {
    let sandbox = released();
    let absent = |tag: &str| format!("tag = \"{tag}\"\nmust-be = \"absent\"");
    let observed = passes(&sandbox, &absent("v1.2.0")).await;
    assert!(observed.starts_with("v1.2.0 is still free, here and on origin"), "{observed}");
    assert_eq!(fails(&sandbox, &absent("v1.0.5")).await.observed, "v1.1.0 is greater");
    sandbox.git(&["tag", "v1.2.0"]);
    assert_eq!(fails(&sandbox, &absent("v1.2.0")).await.observed, "v1.2.0 is on the commit under test here");
    sandbox.git(&["push", "-q", "origin", "v1.2.0"]);
    sandbox.git(&["tag", "-d", "v1.2.0"]);
    let problem = fails(&sandbox, &absent("v1.2.0")).await;
    assert_eq!(problem.observed, "v1.2.0 is on the commit under test on origin");
}

#[tokio::test]
async fn an_empty_remote_does_not_show_that_a_name_is_free() {
    let sandbox = Sandbox::new();
    sandbox.git_in(sandbox.outside(), &["init", "-q", "--bare", "empty.git"]);
    let text = format!(
        "tag = \"v1.0.0\"\nmust-be = \"absent\"\nremote = \"{}\"",
        sandbox.outside().join("empty.git").display()
    );
    assert_eq!(errs(&sandbox, &text).await.reason, Reason::Inconclusive);
    assert!(passes(&sandbox, "tag = \"v1.0.0\"\nmust-be = \"absent\"").await.contains("no release before it"));
}

#[tokio::test]
async fn a_name_without_a_version_needs_to_say_so() {
    let sandbox = released();
    sandbox.git(&["tag", "-a", "-m", "x", "stable"]);
    sandbox.git(&["push", "-q", "origin", "stable"]);
    assert_eq!(errs(&sandbox, "tag = \"stable\"").await.reason, Reason::Precondition);
    passes(&sandbox, "tag = \"stable\"\ngreatest = false\nprevious-is-ancestor = false").await;
    assert_eq!(errs(&sandbox, "tag = \"not a name\"").await.reason, Reason::Precondition);
}

#[expect(clippy::disallowed_methods, reason = "a test makes its key without the code under test")]
fn with_key(sandbox: &Sandbox) {
    let key = sandbox.outside().join("key");
    let mut keygen = std::process::Command::new("ssh-keygen");
    let status = keygen.args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key).status().unwrap();
    assert!(status.success());
    sandbox.git(&["config", "gpg.format", "ssh"]);
    sandbox.git(&["config", "user.signingkey", key.to_str().unwrap()]);
    sandbox.git(&["tag", "-f", "-s", "-m", "signed", "v1.1.0"]);
    sandbox.git(&["push", "-q", "-f", "origin", "v1.1.0"]);
}

fn trust(sandbox: &Sandbox) {
    let public = std::fs::read_to_string(sandbox.outside().join("key.pub")).unwrap();
    let signers = sandbox.outside().join("signers");
    std::fs::write(&signers, format!("test@example.test {public}")).unwrap();
    sandbox.git(&["config", "gpg.ssh.allowedSignersFile", signers.to_str().unwrap()]);
}

#[tokio::test]
async fn only_a_good_signature_by_a_trusted_key_passes_where_one_is_required() {
    let sandbox = released();
    let required = "signed = \"required\"";
    assert_eq!(fails(&sandbox, required).await.what, "v1.1.0 is not signed");
    assert!(passes(&sandbox, "signed = \"optional\"").await.contains("(annotated, not signed)"));
    with_key(&sandbox);
    assert_eq!(errs(&sandbox, required).await.reason, Reason::Inconclusive);
    trust(&sandbox);
    let observed = passes(&sandbox, required).await;
    assert!(observed.contains("signed by test@example.test with ED25519 key"), "{observed}");
    sandbox.git(&["config", "gpg.ssh.program", "/nonexistent/ssh-keygen"]);
    assert_eq!(errs(&sandbox, required).await.reason, Reason::ToolMissing);
}

#[tokio::test]
async fn a_signed_object_under_another_name_or_with_other_words_does_not_pass() {
    let sandbox = released();
    with_key(&sandbox);
    trust(&sandbox);
    let object = sandbox.git(&["rev-parse", "v1.1.0"]);
    sandbox.git(&["update-ref", "refs/tags/v1.2.0", &object]);
    sandbox.git(&["push", "-q", "origin", "v1.2.0"]);
    let problem = fails(&sandbox, "tag = \"v1.2.0\"\nsigned = \"required\"").await;
    assert_eq!((problem.reason, problem.observed.as_str()), (Reason::Mismatch, "it was made for the name v1.1.0"));
    let forged = sandbox.git(&["cat-file", "tag", "v1.1.0"]).replace("\nsigned\n", "\nforged\n");
    std::fs::write(sandbox.outside().join("forged"), forged + "\n").unwrap();
    let path = sandbox.outside().join("forged");
    let forged = sandbox.git(&["hash-object", "-t", "tag", "-w", path.to_str().unwrap()]);
    sandbox.git(&["update-ref", "refs/tags/v1.1.0", &forged]);
    sandbox.git(&["push", "-q", "-f", "origin", "v1.1.0"]);
    sandbox.git(&["push", "-q", "origin", ":v1.2.0"]);
    sandbox.git(&["tag", "-d", "v1.2.0"]);
    assert_eq!(fails(&sandbox, "signed = \"required\"").await.what, "the signature of v1.1.0 is bad");
}

#[test]
fn settings_that_cannot_be_meant_are_told() {
    let keys = |text: &str| settings(text).problems().iter().map(|problem| problem.key).collect::<Vec<_>>();
    assert_eq!(keys(""), Vec::<&str>::new());
    assert_eq!(keys("must-be = \"absent\""), ["tag"]);
    assert_eq!(keys("tag = \"\"\nremote = \"\""), ["tag", "remote"]);
    assert_eq!(keys("version-file = { file = \"pyproject.toml\" }"), ["version-file"]);
    assert!(toml::from_str::<GitTag>("remote = false").is_err());
}

#[test]
fn the_plan_shows_what_is_asked() {
    let actions = settings("tag = \"v1.1.0\"\ngreatest = false\nprevious-is-ancestor = false").actions();
    let expected =
        ["git rev-parse refs/tags/v1.1.0^{commit}", "git ls-remote -- origin refs/tags/v1.1.0 refs/tags/v1.1.0^{}"];
    assert_eq!(actions, expected);
}
