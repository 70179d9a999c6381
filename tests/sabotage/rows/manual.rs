//! Answers of a person that count, and answers that do not. Nobody sits at a terminal in a room.

use jiff::{SignedDuration, Timestamp};

use crate::room::Room;
use crate::{Component, Row};

/// What all rows have in common.
const MANUAL: Row = Row {
    kind: "manual",
    name: "",
    needs: &[Component::Git],
    step: "question = 'Does the invoice show the right total?'\nmax-age = '12h'\n",
    arrange: |_| {},
    expect: ("", ""),
};

/// The rows of the kind `manual`.
pub(crate) const ROWS: &[Row] = &[
    Row {
        name: "yes-for-this-commit",
        arrange: |room| {
            let commit = commit(room);
            answers(room, &entry(&commit, "yes", 1, "total 12.00"));
        },
        expect: ("pass", "met"),
        ..MANUAL
    },
    Row {
        name: "yes-after-a-no",
        arrange: |room| {
            let commit = commit(room);
            let (no, yes) = (entry(&commit, "no", 2, "total 11.99"), entry(&commit, "yes", 1, "total 12.00"));
            answers(room, &(yes + &no));
        },
        expect: ("pass", "met"),
        ..MANUAL
    },
    Row {
        name: "no-for-this-commit",
        arrange: |room| {
            let commit = commit(room);
            answers(room, &entry(&commit, "no", 1, "total 11.99"));
        },
        expect: ("fail", "rejected"),
        ..MANUAL
    },
    Row {
        name: "no-after-a-yes",
        arrange: |room| {
            let commit = commit(room);
            let (yes, no) = (entry(&commit, "yes", 2, "total 12.00"), entry(&commit, "no", 1, "total 11.99"));
            answers(room, &(no + &yes));
        },
        expect: ("fail", "rejected"),
        ..MANUAL
    },
    Row {
        name: "nobody-answered",
        arrange: |room| {
            commit(room);
        },
        expect: ("error", "unanswered"),
        ..MANUAL
    },
    Row {
        name: "another-step-was-answered",
        arrange: |room| {
            let commit = commit(room);
            answers(room, &entry(&commit, "yes", 1, "total 12.00").replace("row/step", "row/other"));
        },
        expect: ("error", "unanswered"),
        ..MANUAL
    },
    Row {
        name: "one-more-commit-after-the-answer",
        arrange: |room| {
            let before = commit(room);
            answers(room, &entry(&before, "yes", 1, "total 12.00"));
            room.git(&["commit", "-q", "--allow-empty", "-m", "One more"]);
        },
        expect: ("error", "stale"),
        ..MANUAL
    },
    Row {
        name: "answer-of-yesterday",
        arrange: |room| {
            let commit = commit(room);
            answers(room, &entry(&commit, "yes", 13, "total 12.00"));
        },
        expect: ("error", "stale"),
        ..MANUAL
    },
    Row {
        name: "answer-of-tomorrow",
        arrange: |room| {
            let commit = commit(room);
            answers(room, &entry(&commit, "yes", -24, "total 12.00"));
        },
        expect: ("error", "stale"),
        ..MANUAL
    },
    Row {
        name: "form-filled-in-by-a-script",
        arrange: |room| {
            let commit = commit(room);
            answers(room, &entry(&commit, "yes", 1, "TODO"));
        },
        expect: ("error", "placeholder"),
        ..MANUAL
    },
    Row {
        name: "neither-yes-nor-no",
        arrange: |room| {
            let commit = commit(room);
            answers(room, &entry(&commit, "probably", 1, "total 12.00"));
        },
        expect: ("error", "unparsable"),
        ..MANUAL
    },
    Row {
        name: "no-commit-to-answer-for",
        arrange: |room| answers(room, &entry(&"0".repeat(40), "yes", 1, "total 12.00")),
        expect: ("error", "precondition"),
        ..MANUAL
    },
];

/// Makes a repository with one commit, and returns its id.
fn commit(room: &Room) -> String {
    room.write("app/main.py", "x = 1\n");
    room.git(&["init", "-q", "-b", "main"]);
    room.git(&["add", "app"]);
    room.git(&["commit", "-q", "-m", "Begin"]);
    room.git(&["rev-parse", "HEAD"])
}

/// An answer that was given some hours ago.
fn entry(commit: &str, answer: &str, hours_ago: i64, note: &str) -> String {
    let when = Timestamp::now() - SignedDuration::from_hours(hours_ago);
    format!(
        "[[answer]]\nstep = \"row/step\"\ncommit = \"{commit}\"\nwho = \"dana\"\nwhen = {when}\nanswer = \"{answer}\"\nnote = \"{note}\"\n"
    )
}

fn answers(room: &Room, text: &str) {
    room.write(".rollsafe/answers/row.toml", text);
}
