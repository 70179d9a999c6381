//! Rollback commands that look ready and are not.

use crate::room::Room;
use crate::{Component, Row};

const MAKEFILE: &str = "rollback:\n\tsh scripts/rollback.sh $(if $(DRY_RUN),--dry-run)\n";

const SCRIPT: &str = "set -eu\nif [ \"${1:-}\" = --dry-run ]; then\n  echo would switch to v1.0.0\n  exit 0\nfi\n\
                      ln -sfn releases/1.0.0 current\n";

const STEP: &str = r#"
command = "make rollback"
dry-run = "make rollback DRY_RUN=1"
dry-run-mentions = "v1.0.0"
documented-in = ["docs/runbook.md"]
"#;

/// The SHA-256 of `make rollback`.
const COMMAND: &str = "33cfdaae6b81bc22242a767231c7b5a096158b9bb8d87f47b13dc426ff13efb3";

const fn row(
    name: &'static str,
    step: &'static str,
    arrange: fn(&mut Room),
    expect: (&'static str, &'static str),
) -> Row {
    Row { kind: "rollback-ready", name, needs: &[Component::Git, Component::Make], step, arrange, expect }
}

/// A service with two releases, both tagged here and on the remote, and a rollback that works. `change` comes before the
/// second release.
fn service(room: &Room, change: impl Fn(&Room)) {
    room.git(&["init", "-q", "-b", "main"]);
    room.write("Makefile", MAKEFILE);
    room.write("scripts/rollback.sh", SCRIPT);
    room.write("docs/runbook.md", "# Roll back\n\n    make rollback\n");
    commit(room, "first");
    room.git(&["tag", "-a", "v1.0.0", "-m", "v1.0.0"]);
    room.write("app.py", "print()\n");
    change(room);
    commit(room, "second");
    room.git(&["tag", "-a", "v1.1.0", "-m", "v1.1.0"]);
    room.git_in(room.outside(), &["init", "-q", "--bare", "remote.git"]);
    room.git(&["remote", "add", "origin", "../remote.git"]);
    room.git(&["push", "-q", "origin", "main", "--tags"]);
}

fn commit(room: &Room, message: &str) {
    room.git(&["add", "--all"]);
    room.git(&["commit", "-q", "-m", message]);
}

/// A record of a rehearsal that ended some hours ago.
fn rehearsal(room: &Room, command_sha256: &str, hours: i64, verdict: &str) {
    let ended = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(hours);
    let record = serde_json::json!({
        "command_sha256": command_sha256, "commit": "4b825dc6", "ended": ended.to_string(), "verdict": verdict
    });
    room.write(".rollsafe/rehearsals/1.json", &record.to_string());
}

fn with_makefile(room: &Room, makefile: &str) {
    service(room, |room| room.write("Makefile", makefile));
}

fn with_script(room: &Room, script: &str) {
    service(room, |room| room.write("scripts/rollback.sh", script));
}

pub(crate) const ROWS: &[Row] = &[
    row("ready_and_never_rehearsed", STEP, |room| service(room, |_| {}), ("warn", "unrehearsed")),
    row(
        "ready_and_rehearsed",
        STEP,
        |room| {
            service(room, |_| {});
            rehearsal(room, COMMAND, 20, "GO");
        },
        ("pass", "met"),
    ),
    row(
        "rehearsal_of_another_command",
        STEP,
        |room| {
            service(room, |_| {});
            rehearsal(room, &COMMAND.replace('3', "4"), 20, "GO");
        },
        ("warn", "unrehearsed"),
    ),
    row(
        "rehearsal_of_last_season",
        STEP,
        |room| {
            service(room, |_| {});
            rehearsal(room, COMMAND, 24 * 31, "GO");
        },
        ("warn", "unrehearsed"),
    ),
    row(
        "rehearsal_that_failed",
        STEP,
        |room| {
            service(room, |_| {});
            rehearsal(room, COMMAND, 20, "NO-GO");
        },
        ("fail", "not-met"),
    ),
    row(
        "rehearsal_that_cannot_be_read",
        STEP,
        |room| {
            service(room, |_| {});
            room.write(".rollsafe/rehearsals/1.json", "{}");
        },
        ("error", "unparsable"),
    ),
    row(
        "program_that_is_not_there",
        "command = \"kamal-no-such rollback\"",
        |room| service(room, |_| {}),
        ("fail", "missing"),
    ),
    row("target_that_is_not_there", STEP, |room| with_makefile(room, "deploy:\n\tls\n"), ("fail", "missing")),
    row("target_without_a_recipe", STEP, |room| with_makefile(room, "rollback:\n"), ("fail", "not-met")),
    row(
        "target_that_only_prints",
        STEP,
        |room| with_makefile(room, "rollback:\n\t@echo rolled back to v1.0.0\n\t@true\n"),
        ("fail", "not-met"),
    ),
    row("echo_as_the_command", "command = \"echo rolled back\"", |room| service(room, |_| {}), ("fail", "not-met")),
    row(
        "true_behind_a_shell",
        "command = [\"sh\", \"-c\", \"exit 0\"]",
        |room| service(room, |_| {}),
        ("fail", "not-met"),
    ),
    row(
        "command_with_a_placeholder",
        "command = \"make rollback VERSION=<previous>\"",
        |room| service(room, |_| {}),
        ("fail", "placeholder"),
    ),
    row(
        "command_with_a_variable_that_nobody_fills_in",
        "command = [\"make\", \"rollback\", \"VERSION=$PREVIOUS\"]",
        |room| service(room, |_| {}),
        ("fail", "placeholder"),
    ),
    row("script_with_a_syntax_error", STEP, |room| with_script(room, "if true; then\n"), ("fail", "not-met")),
    row(
        "script_that_ends_before_it_begins",
        STEP,
        |room| with_script(room, "echo v1.0.0\nexit 0\nln -s a b\n"),
        ("fail", "not-met"),
    ),
    row(
        "script_that_is_not_there",
        STEP,
        |room| {
            service(room, |room| std::fs::remove_file(room.root().join("scripts/rollback.sh")).expect("it is there"));
        },
        ("fail", "missing"),
    ),
    row(
        "runbook_with_another_command",
        STEP,
        |room| service(room, |room| room.write("docs/runbook.md", "    make rollback-database\n")),
        ("fail", "missing"),
    ),
    row(
        "first_release_of_all",
        STEP,
        |room| {
            service(room, |_| {});
            room.git(&["tag", "-d", "v1.0.0"]);
            room.git(&["push", "-q", "origin", ":refs/tags/v1.0.0"]);
        },
        ("fail", "missing"),
    ),
    row(
        "release_before_that_is_the_present_one",
        "command = \"make rollback\"\nprevious-release = \"v1.1.0\"",
        |room| service(room, |_| {}),
        ("fail", "mismatch"),
    ),
    row(
        "tag_of_the_release_before_only_here",
        STEP,
        |room| {
            service(room, |_| {});
            room.git(&["push", "-q", "origin", ":refs/tags/v1.0.0"]);
        },
        ("fail", "missing"),
    ),
    row(
        "artifact_that_is_not_there",
        "command = \"make rollback\"\nartifact = { file = \"releases/1.0.0/COMMIT\" }",
        |room| service(room, |_| {}),
        ("fail", "missing"),
    ),
    row(
        "dry_run_that_prints_nothing",
        "command = \"make rollback\"\ndry-run = \"true\"",
        |room| service(room, |_| {}),
        ("fail", "not-met"),
    ),
    row(
        "dry_run_that_fails",
        "command = \"make rollback\"\ndry-run = [\"sh\", \"-c\", \"echo would roll back; exit 1\"]",
        |room| service(room, |_| {}),
        ("fail", "exit-status"),
    ),
    row(
        "dry_run_to_another_release",
        STEP,
        |room| with_script(room, &SCRIPT.replace("to v1.0.0", "to v0.9.0")),
        ("fail", "not-met"),
    ),
];
