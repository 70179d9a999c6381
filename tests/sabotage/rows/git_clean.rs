//! `git-clean`: a working tree that is not what the commit holds, and says that it is.

use crate::room::Room;
use crate::{Component, Row};

const GIT: &[Component] = &[Component::Git];

pub(crate) const ROWS: &[Row] = &[
    Row {
        kind: "git-clean",
        name: "clean-and-pushed",
        needs: GIT,
        step: "branch = [\"main\"]\npushed = true",
        arrange: |room| pushed(room),
        expect: ("pass", "met"),
    },
    Row {
        kind: "git-clean",
        name: "untracked-file",
        needs: GIT,
        step: "",
        arrange: |room| {
            pushed(room);
            room.write("notes.txt", "new\n");
        },
        expect: ("fail", "dirty"),
    },
    Row {
        kind: "git-clean",
        name: "untracked-file-that-a-setting-of-git-hides",
        needs: GIT,
        step: "",
        arrange: |room| {
            pushed(room);
            room.git(&["config", "status.showUntrackedFiles", "no"]);
            room.write("notes.txt", "new\n");
        },
        expect: ("fail", "dirty"),
    },
    Row {
        kind: "git-clean",
        name: "untracked-file-among-many",
        needs: GIT,
        step: "",
        arrange: |room| {
            pushed(room);
            many_files(room);
            room.git(&["config", "status.showUntrackedFiles", "no"]);
            room.write("notes.txt", "new\n");
        },
        expect: ("fail", "dirty"),
    },
    Row {
        kind: "git-clean",
        name: "staged-and-not-committed",
        needs: GIT,
        step: "",
        arrange: |room| {
            pushed(room);
            room.write("app.py", "2\n");
            room.git(&["add", "app.py"]);
        },
        expect: ("fail", "dirty"),
    },
    Row {
        kind: "git-clean",
        name: "edit-under-assume-unchanged",
        needs: GIT,
        step: "",
        arrange: |room| {
            pushed(room);
            room.git(&["update-index", "--assume-unchanged", "app.py"]);
            room.write("app.py", "2\n");
        },
        expect: ("fail", "dirty"),
    },
    Row {
        kind: "git-clean",
        name: "edit-under-skip-worktree",
        needs: GIT,
        step: "ignore = [\"**\"]",
        arrange: |room| {
            pushed(room);
            room.git(&["update-index", "--skip-worktree", "app.py"]);
            room.write("app.py", "2\n");
        },
        expect: ("fail", "dirty"),
    },
    Row {
        kind: "git-clean",
        name: "edit-under-assume-unchanged-among-many",
        needs: GIT,
        step: "",
        arrange: |room| {
            pushed(room);
            many_files(room);
            room.git(&["update-index", "--assume-unchanged", "app.py"]);
            room.write("app.py", "2\n");
        },
        expect: ("fail", "dirty"),
    },
    Row {
        kind: "git-clean",
        name: "merge-that-is-not-finished",
        needs: GIT,
        step: "",
        arrange: |room| {
            pushed(room);
            room.git(&["checkout", "-q", "-b", "other"]);
            room.git(&["commit", "-q", "--allow-empty", "-m", "other"]);
            room.git(&["checkout", "-q", "main"]);
            room.git(&["merge", "-q", "--no-ff", "--no-commit", "other"]);
        },
        expect: ("fail", "dirty"),
    },
    Row {
        kind: "git-clean",
        name: "another-branch",
        needs: GIT,
        step: "branch = [\"main\", \"release/*\"]",
        arrange: |room| {
            pushed(room);
            room.git(&["checkout", "-q", "-b", "feature/main"]);
        },
        expect: ("fail", "not-met"),
    },
    Row {
        kind: "git-clean",
        name: "detached-checkout-of-a-branch-in-ci",
        needs: GIT,
        step: "branch = [\"main\"]\npushed = true",
        arrange: |room| {
            pushed(room);
            room.git(&["checkout", "-q", "--detach"]);
            room.environment("GITHUB_REF_TYPE", "branch");
            room.environment("GITHUB_REF_NAME", "main");
        },
        expect: ("pass", "met"),
    },
    Row {
        kind: "git-clean",
        name: "detached-checkout-of-a-tag-in-ci",
        needs: GIT,
        step: "branch = [\"main\"]",
        arrange: |room| {
            pushed(room);
            room.git(&["checkout", "-q", "--detach"]);
            room.environment("GITHUB_REF_TYPE", "tag");
            room.environment("GITHUB_REF_NAME", "main");
        },
        expect: ("error", "precondition"),
    },
    Row {
        kind: "git-clean",
        name: "commit-that-was-not-pushed",
        needs: GIT,
        step: "pushed = true",
        arrange: |room| {
            pushed(room);
            room.git(&["commit", "-q", "--allow-empty", "-m", "here"]);
        },
        expect: ("fail", "mismatch"),
    },
    Row {
        kind: "git-clean",
        name: "stale-remote-reference",
        needs: GIT,
        step: "pushed = true",
        arrange: |room| {
            pushed(room);
            room.git(&["commit", "-q", "--allow-empty", "-m", "pushed"]);
            room.git(&["push", "-q", "origin", "main"]);
            let remote = room.outside().join("remote.git");
            room.git_in(&remote, &["update-ref", "refs/heads/main", "refs/heads/main~1"]);
        },
        expect: ("fail", "mismatch"),
    },
    Row {
        kind: "git-clean",
        name: "stale-remote-reference-after-a-fetch-that-failed",
        needs: GIT,
        step: "pushed = true",
        arrange: |room| {
            pushed(room);
            room.git(&["remote", "set-url", "origin", "http://127.0.0.1:1/orders.git"]);
        },
        expect: ("error", "unreachable"),
    },
    Row {
        kind: "git-clean",
        name: "branch-that-the-remote-does-not-have",
        needs: GIT,
        step: "pushed = true",
        arrange: |room| {
            pushed(room);
            room.git(&["checkout", "-q", "-b", "other"]);
        },
        expect: ("fail", "missing"),
    },
    Row {
        kind: "git-clean",
        name: "filtered-file-that-was-only-touched",
        needs: GIT,
        step: "",
        arrange: |room| {
            pushed(room);
            room.git(&["config", "filter.upper.clean", "tr a-z A-Z"]);
            room.git(&["config", "filter.upper.smudge", "tr A-Z a-z"]);
            room.write(".gitattributes", "*.bin filter=upper\n");
            room.write("a.bin", "text\n");
            room.git(&["add", "."]);
            room.git(&["commit", "-q", "-m", "filtered"]);
            room.write("a.bin", "text\n");
        },
        expect: ("pass", "met"),
    },
    Row {
        kind: "git-clean",
        name: "nothing-is-tracked",
        needs: GIT,
        step: "",
        arrange: |room| {
            room.git(&["init", "-q", "-b", "main"]);
            room.git(&["commit", "-q", "--allow-empty", "-m", "empty"]);
        },
        expect: ("error", "zero-work"),
    },
    Row {
        kind: "git-clean",
        name: "no-repository",
        needs: GIT,
        step: "",
        arrange: |room| room.write("app.py", "1\n"),
        expect: ("error", "precondition"),
    },
];

/// One commit on `main`, pushed. The files that the room itself writes are ignored.
fn pushed(room: &mut Room) {
    room.git_in(room.outside(), &["init", "-q", "--bare", "-b", "main", "remote.git"]);
    room.git(&["init", "-q", "-b", "main"]);
    room.git(&["remote", "add", "origin", "../remote.git"]);
    room.write(".gitignore", "rollsafe.toml\nchecklists/\n.rollsafe/\n");
    room.write("app.py", "1\n");
    room.git(&["add", "."]);
    room.git(&["commit", "-q", "-m", "first"]);
    room.git(&["push", "-q", "-u", "origin", "main"]);
}

/// So many files that the git program is asked instead of the library.
fn many_files(room: &Room) {
    for number in 0..1_000 {
        room.write(&format!("folder/with/a/long/name/file{number}.py"), "");
    }
    room.git(&["add", "."]);
    room.git(&["commit", "-q", "-m", "many"]);
}
