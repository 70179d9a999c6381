//! Whole judgements on real repositories, Makefiles and scripts.

use std::sync::Arc;

use super::*;
use crate::kind::Service;
use crate::model::Release;
use crate::probe::files::sha256;
use crate::probe::git::sandbox::Sandbox;

const NOW: &str = "2026-11-21T12:00:00Z";

const MAKEFILE: &str = "rollback:\n\tsh scripts/rollback.sh $(if $(DRY_RUN),--dry-run) $(VERSION)\n";
const SCRIPT: &str = "set -eu\nif [ \"${1:-}\" = --dry-run ]; then\n  echo would switch to v1.0.0\n  exit 0\nfi\n\
                      ln -sfn releases/1.0.0 current\n";
const RUNBOOK: &str = "# Roll back\n\n    make rollback\n";

const STEP: &str = "command = \"make rollback\"\nprevious-release = \"v1.0.0\"\ndry-run = \"make rollback DRY_RUN=1\"\n\
                    dry-run-mentions = \"v1.0.0\"\ndocumented-in = [\"runbook.md\"]\n";

/// A service with two releases, both tagged here and on the remote, and a rollback that works.
fn service() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.git(&["tag", "-a", "v1.0.0", "-m", "v1.0.0"]);
    std::fs::create_dir(sandbox.root().join("scripts")).unwrap();
    sandbox.write("scripts/rollback.sh", SCRIPT);
    sandbox.write("Makefile", MAKEFILE);
    sandbox.commit("runbook.md", RUNBOOK);
    sandbox.git(&["tag", "-a", "v1.1.0", "-m", "v1.1.0"]);
    sandbox.git(&["push", "-q", "origin", "main", "v1.0.0", "v1.1.0"]);
    sandbox
}

fn context(sandbox: &Sandbox) -> Context {
    let mut context = Context::for_test(&sandbox.root(), NOW);
    let commit = sandbox.git(&["rev-parse", "HEAD"]);
    context.release =
        Arc::new(Release { commit: Some(commit), tag: Some("v1.1.0".to_owned()), version: Some("1.1.0".to_owned()) });
    context
}

async fn judged(sandbox: &Sandbox, step: &str) -> Judgement {
    let step: RollbackReady = toml::from_str(step).unwrap();
    step.judge(&context(sandbox)).await
}

fn ended(judgement: &Judgement) -> (&'static str, &'static str) {
    (judgement.outcome.as_str(), judgement.outcome.reason().as_str())
}

fn rehearsed(sandbox: &Sandbox, command: &str) {
    std::fs::create_dir_all(sandbox.root().join(".rollsafe/rehearsals")).unwrap();
    let record = serde_json::json!({
        "command_sha256": sha256(command.as_bytes()), "commit": "abc", "ended": "2026-11-20T12:00:00Z", "verdict": "GO"
    });
    sandbox.write(".rollsafe/rehearsals/1.json", &record.to_string());
}

#[tokio::test]
async fn a_ready_rollback_warns_until_this_very_command_was_rehearsed() {
    let sandbox = service();
    let judgement = judged(&sandbox, STEP).await;
    assert_eq!(ended(&judgement), ("warn", "unrehearsed"), "{judgement:?}");
    rehearsed(&sandbox, "make rollback VERSION=1.0.0");
    assert_eq!(ended(&judged(&sandbox, STEP).await), ("warn", "unrehearsed"));
    rehearsed(&sandbox, "make rollback");
    let judgement = judged(&sandbox, STEP).await;
    assert_eq!(ended(&judgement), ("pass", "met"), "{judgement:?}");
    assert_eq!(judgement.examined, Some(crate::model::Count::new(9, "questions")));
}

#[tokio::test]
async fn the_evidence_tells_the_digest_that_a_record_needs() {
    let judgement = judged(&service(), STEP).await;
    let digest = "33cfdaae6b81bc22242a767231c7b5a096158b9bb8d87f47b13dc426ff13efb3";
    assert!(judgement.evidence.contains(&Evidence::text("command_sha256", digest)), "{judgement:?}");
}

#[tokio::test]
async fn the_note_of_the_service_is_the_command_where_the_step_names_none() {
    let sandbox = service();
    let step: RollbackReady = toml::from_str("previous-release = \"v1.0.0\"").unwrap();
    let mut context = context(&sandbox);
    context.service = Arc::new(Service { rollback: Some("make nothing".to_owned()), ..(*context.service).clone() });
    assert_eq!(ended(&step.judge(&context).await), ("fail", "missing"));
    context.service = Arc::new(Service { rollback: None, ..(*context.service).clone() });
    assert_eq!(ended(&step.judge(&context).await), ("warn", "unrehearsed"));
}

#[tokio::test]
async fn a_target_that_is_missing_or_does_nothing_fails() {
    let sandbox = service();
    let of = async |makefile: &str| {
        sandbox.write("Makefile", makefile);
        ended(&judged(&sandbox, "command = \"make rollback\"\nprevious-release = \"v1.0.0\"").await)
    };
    assert_eq!(of("deploy:\n\tls\n").await, ("fail", "missing"));
    assert_eq!(of("rollback:\n").await, ("fail", "not-met"));
    assert_eq!(of("rollback:\n\t@echo \"rolled back to $(VERSION)\"\n\t@:\n").await, ("fail", "not-met"));
    assert_eq!(of("rollback: switch\nswitch:\n\tln -sfn a b\n").await, ("warn", "unrehearsed"));
    assert_eq!(of("rollback-%:\n\tls\n").await, ("fail", "missing"));
    assert_eq!(of("rollback:\n  ls\n").await, ("fail", "missing"));
    assert_eq!(of("rollback:\n\tsh scripts/gone.sh\n").await, ("fail", "missing"));
    assert_eq!(of("rollback:\n\t./scripts/rollback.sh\n").await, ("fail", "not-met"));
}

#[tokio::test]
async fn no_line_of_the_recipe_is_ever_run() {
    let sandbox = service();
    sandbox.write("Makefile", "rollback:\n\t+touch RAN\n\t$(MAKE) other && touch RAN\nother:\n\ttouch RAN\n");
    let judgement = judged(&sandbox, "command = \"make rollback\"\nprevious-release = \"v1.0.0\"").await;
    assert_eq!(ended(&judgement), ("warn", "unrehearsed"));
    assert!(!sandbox.root().join("RAN").exists());
    let shown = format!("{judgement:?}");
    assert!(!shown.contains("PATH ="), "what make prints of the environment must not be shown: {shown}");
}

#[tokio::test]
async fn a_script_with_an_error_or_without_effect_fails() {
    let sandbox = service();
    let of = async |script: &str| {
        sandbox.write("scripts/rollback.sh", script);
        let direct = judged(&sandbox, "command = \"sh scripts/rollback.sh\"\nprevious-release = \"v1.0.0\"").await;
        let made = judged(&sandbox, "command = \"make rollback\"\nprevious-release = \"v1.0.0\"").await;
        assert_eq!(ended(&direct), ended(&made), "{script}");
        ended(&direct)
    };
    assert_eq!(of("if true; then\n  ln -s a b\n").await, ("fail", "not-met"));
    assert_eq!(of("#!/bin/sh\nset -eu\necho rolled back\n").await, ("fail", "not-met"));
    assert_eq!(of("exit 0\nln -sfn a b\n").await, ("fail", "not-met"));
    assert_eq!(of("ln -sfn a b\n").await, ("warn", "unrehearsed"));
}

#[tokio::test]
async fn a_script_of_a_package_must_be_there_and_do_something() {
    let sandbox = service();
    sandbox.write("package.json", r#"{"scripts": {"back": "node back.js", "nothing": "echo 'rolled; back'"}}"#);
    let of = async |command: &str| {
        ended(&judged(&sandbox, &format!("command = \"{command}\"\nprevious-release = \"v1.0.0\"")).await)
    };
    // A stand-in for npm, which is only looked for and never started.
    std::fs::create_dir(sandbox.root().join("bin")).unwrap();
    executable(&sandbox, "bin/npm", "#!/bin/sh\ntouch RAN\n");
    assert_eq!(of("bin/npm run back").await, ("warn", "unrehearsed"));
    assert_eq!(of("bin/npm run nothing").await, ("fail", "not-met"));
    assert_eq!(of("bin/npm run gone").await, ("fail", "missing"));
    assert_eq!(of("bin/npm run").await, ("fail", "missing"));
    assert!(!sandbox.root().join("RAN").exists());
}

#[tokio::test]
async fn just_is_asked_to_show_the_recipe_with_its_options() {
    let sandbox = service();
    std::fs::create_dir(sandbox.root().join("bin")).unwrap();
    let stand_in = "#!/bin/sh\nls > asked\n[ \"$*\" = '-f ops/justfile --show back' ] || { echo no recipe >&2; exit 1; }\n\
                    printf 'back:\\n    kubectl rollout undo\\n'\n";
    executable(&sandbox, "bin/just", stand_in);
    let of = async |command: &str| {
        ended(&judged(&sandbox, &format!("command = \"{command}\"\nprevious-release = \"v1.0.0\"")).await)
    };
    assert_eq!(of("bin/just -f ops/justfile back 1.0.0").await, ("warn", "unrehearsed"));
    assert_eq!(of("bin/just -f ops/justfile gone").await, ("fail", "missing"));
}

/// Writes a file that may be started.
fn executable(sandbox: &Sandbox, path: &str, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    sandbox.write(path, text);
    std::fs::set_permissions(sandbox.root().join(path), std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[tokio::test]
async fn the_release_before_must_be_tagged_here_and_there_and_be_another_one() {
    let sandbox = service();
    let of = async |name: &str| {
        let step = format!("command = \"make rollback\"\nprevious-release = \"{name}\"");
        ended(&judged(&sandbox, &step).await)
    };
    assert_eq!(of("1.0.0").await, ("warn", "unrehearsed"));
    assert_eq!(of("v0.9.0").await, ("fail", "missing"));
    assert_eq!(of("v1.1.0").await, ("fail", "mismatch"));
    sandbox.git(&["tag", "v1.0.1", "v1.1.0^{}"]);
    sandbox.git(&["push", "-q", "origin", "v1.0.1"]);
    assert_eq!(of("v1.0.1").await, ("fail", "mismatch"), "another name of the present commit");
    sandbox.git(&["push", "-q", "origin", ":refs/tags/v1.0.0"]);
    assert_eq!(of("v1.0.0").await, ("fail", "missing"), "a tag that is only local");
    sandbox.git(&["remote", "remove", "origin"]);
    assert_eq!(of("v1.0.0").await, ("error", "precondition"));
}

#[tokio::test]
async fn a_dry_run_must_end_well_and_say_what_it_would_do() {
    let sandbox = service();
    let of = async |dry_run: &str, mentions: &str| {
        let step = format!(
            "command = \"make rollback\"\nprevious-release = \"v1.0.0\"\ndry-run = {dry_run}\ndry-run-mentions = \
             \"{mentions}\""
        );
        ended(&judged(&sandbox, &step).await)
    };
    assert_eq!(of("[\"sh\", \"-c\", \"exit 3\"]", "x").await, ("fail", "exit-status"));
    assert_eq!(of("\"true\"", "").await, ("fail", "not-met"));
    assert_eq!(of("\"make rollback DRY_RUN=1\"", "v0.9.0").await, ("fail", "not-met"));
    assert_eq!(of("\"no-such-program-at-all\"", "").await, ("error", "tool-missing"));
    assert_eq!(of("\"make rollback\"", "").await, ("error", "precondition"), "the dry run is the rollback itself");
    assert!(!sandbox.root().join("current").is_symlink());
}

#[tokio::test]
async fn a_command_is_an_artifact_if_it_prints_the_release() {
    let sandbox = service();
    let of = async |command: &str| {
        let step = format!(
            "command = \"make rollback\"\nprevious-release = \"v1.0.0\"\nartifact = {{ command = {command} }}"
        );
        ended(&judged(&sandbox, &step).await)
    };
    assert_eq!(of("[\"echo\", \"orders:1.0.0\"]").await, ("warn", "unrehearsed"));
    assert_eq!(of("[\"echo\", \"orders:0.9.0\"]").await, ("fail", "not-met"));
    assert_eq!(of("[\"true\"]").await, ("fail", "missing"));
    assert_eq!(of("[\"sh\", \"-c\", \"echo 1.0.0; exit 1\"]").await, ("fail", "missing"));
}

#[tokio::test]
async fn everything_that_is_not_good_is_told_at_once() {
    let sandbox = service();
    sandbox.write("runbook.md", "make rollback-db\n");
    let judgement = judged(&sandbox, &STEP.replace("\"make rollback\"", "\"echo rolled back\"")).await;
    let Outcome::Fail(problem) = &judgement.outcome else { panic!("{judgement:?}") };
    assert_eq!(problem.reason, Reason::NotMet);
    assert!(
        problem.observed.ends_with("; also not good: documented (missing), rehearsed (unrehearsed)"),
        "{problem:?}"
    );
}

#[test]
fn a_dry_run_that_is_the_rollback_is_a_mistake_in_the_step() {
    let step: RollbackReady =
        toml::from_str("command = \"make rollback\"\ndry-run = [\"make\", \"rollback\"]").unwrap();
    assert_eq!(step.problems().len(), 1);
    let step: RollbackReady = toml::from_str("dry-run-mentions = \"x\"").unwrap();
    assert_eq!(step.problems().len(), 1);
}
