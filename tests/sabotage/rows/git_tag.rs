//! `git-tag`: a release whose name others read differently, or not at all.

use crate::room::Room;
use crate::{Component, Row};

const GIT: &[Component] = &[Component::Git];
const TAG: &str = "tag = \"v1.1.0\"";

pub(crate) const ROWS: &[Row] = &[
    Row {
        kind: "git-tag",
        name: "annotated-and-pushed",
        needs: GIT,
        step: "tag = \"v1.1.0\"\nversion-file = { file = \"pyproject.toml\", key = \"project.version\" }",
        arrange: |room| released(room),
        expect: ("pass", "met"),
    },
    Row {
        kind: "git-tag",
        name: "the-tag-of-the-release-is-found",
        needs: GIT,
        step: "",
        arrange: |room| {
            released(room);
            for moving in ["latest", "deployed/staging"] {
                room.git(&["tag", moving]);
            }
        },
        expect: ("pass", "met"),
    },
    Row {
        kind: "git-tag",
        name: "only-local",
        needs: GIT,
        step: TAG,
        arrange: |room| {
            released(room);
            room.git(&["push", "-q", "origin", ":v1.1.0"]);
        },
        expect: ("fail", "missing"),
    },
    Row {
        kind: "git-tag",
        name: "moved-here-and-not-on-the-remote",
        needs: GIT,
        step: TAG,
        arrange: |room| {
            released(room);
            commit(room, "app.py", "2\n");
            room.git(&["tag", "-f", "-a", "-m", "moved", "v1.1.0"]);
        },
        expect: ("fail", "mismatch"),
    },
    Row {
        kind: "git-tag",
        name: "moved-on-the-remote",
        needs: GIT,
        step: TAG,
        arrange: |room| {
            released(room);
            let remote = room.outside().join("remote.git");
            room.git_in(&remote, &["update-ref", "refs/tags/v1.1.0", "refs/tags/v1.0.0"]);
        },
        expect: ("fail", "mismatch"),
    },
    Row {
        kind: "git-tag",
        name: "lightweight-tag-with-the-id-of-the-commit",
        needs: GIT,
        step: "tag = \"v1.2.0\"",
        arrange: |room| {
            released(room);
            commit(room, "app.py", "2\n");
            room.git(&["tag", "v1.2.0"]);
            room.git(&["push", "-q", "origin", "v1.2.0"]);
        },
        expect: ("fail", "not-met"),
    },
    Row {
        kind: "git-tag",
        name: "one-documentation-commit-past-the-tag",
        needs: GIT,
        step: TAG,
        arrange: |room| {
            released(room);
            commit(room, "README.md", "words\n");
            room.git(&["push", "-q", "origin", "main"]);
        },
        expect: ("fail", "mismatch"),
    },
    Row {
        kind: "git-tag",
        name: "no-tag-on-the-commit",
        needs: GIT,
        step: "",
        arrange: |room| {
            released(room);
            commit(room, "README.md", "words\n");
        },
        expect: ("fail", "missing"),
    },
    Row {
        kind: "git-tag",
        name: "tag-on-a-file",
        needs: GIT,
        step: TAG,
        arrange: |room| {
            released(room);
            room.git(&["tag", "-f", "-a", "-m", "file", "v1.1.0", "HEAD:pyproject.toml"]);
        },
        expect: ("fail", "mismatch"),
    },
    Row {
        kind: "git-tag",
        name: "shallow-clone-without-tags",
        needs: GIT,
        step: TAG,
        arrange: |room| shallow(room, &["--no-tags"]),
        expect: ("error", "inconclusive"),
    },
    Row {
        kind: "git-tag",
        name: "shallow-clone-without-tags-and-no-tag-named",
        needs: GIT,
        step: "",
        arrange: |room| shallow(room, &["--no-tags"]),
        expect: ("error", "inconclusive"),
    },
    Row {
        kind: "git-tag",
        name: "shallow-clone-without-the-release-before",
        needs: GIT,
        step: TAG,
        arrange: |room| shallow(room, &["--branch", "v1.1.0"]),
        expect: ("error", "inconclusive"),
    },
    Row {
        kind: "git-tag",
        name: "remote-answers-with-nothing",
        needs: GIT,
        step: TAG,
        arrange: |room| {
            released(room);
            let outside = room.outside().to_owned();
            std::fs::rename(outside.join("remote.git"), outside.join("old.git")).expect("the remote can be moved");
            room.git_in(&outside, &["init", "-q", "--bare", "remote.git"]);
        },
        expect: ("fail", "missing"),
    },
    Row {
        kind: "git-tag",
        name: "remote-is-gone",
        needs: GIT,
        step: TAG,
        arrange: |room| {
            released(room);
            std::fs::remove_dir_all(room.outside().join("remote.git")).expect("the remote can be removed");
        },
        expect: ("error", "unreachable"),
    },
    Row {
        kind: "git-tag",
        name: "remote-was-never-configured",
        needs: GIT,
        step: TAG,
        arrange: |room| {
            released(room);
            room.git(&["remote", "remove", "origin"]);
        },
        expect: ("error", "precondition"),
    },
    Row {
        kind: "git-tag",
        name: "greater-release-that-only-the-remote-has",
        needs: GIT,
        step: TAG,
        arrange: |room| {
            released(room);
            room.git(&["tag", "-a", "-m", "next", "v2.0.0", "HEAD~1"]);
            room.git(&["push", "-q", "origin", "v2.0.0"]);
            room.git(&["tag", "-d", "v2.0.0"]);
        },
        expect: ("fail", "not-met"),
    },
    Row {
        kind: "git-tag",
        name: "loses-the-release-before",
        needs: GIT,
        step: "tag = \"v1.2.0\"",
        arrange: |room| {
            released(room);
            room.git(&["checkout", "-q", "-b", "other", "v1.0.0"]);
            commit(room, "app.py", "other\n");
            room.git(&["tag", "-a", "-m", "other", "v1.2.0"]);
            room.git(&["push", "-q", "origin", "v1.2.0"]);
        },
        expect: ("fail", "not-met"),
    },
    Row {
        kind: "git-tag",
        name: "version-file-of-the-last-release",
        needs: GIT,
        step: "tag = \"v1.2.0\"\nversion-file = { file = \"pyproject.toml\", key = \"project.version\" }",
        arrange: |room| {
            released(room);
            commit(room, "app.py", "2\n");
            room.git(&["tag", "-a", "-m", "next", "v1.2.0"]);
            room.git(&["push", "-q", "origin", "v1.2.0"]);
            room.write("pyproject.toml", "[project]\nversion = \"1.2.0\"\n");
        },
        expect: ("fail", "mismatch"),
    },
    Row {
        kind: "git-tag",
        name: "not-signed",
        needs: GIT,
        step: "tag = \"v1.1.0\"\nsigned = \"required\"",
        arrange: |room| released(room),
        expect: ("fail", "not-met"),
    },
    Row {
        kind: "git-tag",
        name: "name-is-free",
        needs: GIT,
        step: "tag = \"v1.2.0\"\nmust-be = \"absent\"",
        arrange: |room| released(room),
        expect: ("pass", "met"),
    },
    Row {
        kind: "git-tag",
        name: "name-is-taken-on-the-remote-alone",
        needs: GIT,
        step: "tag = \"v1.2.0\"\nmust-be = \"absent\"",
        arrange: |room| {
            released(room);
            room.git(&["push", "-q", "origin", "HEAD:refs/tags/v1.2.0"]);
        },
        expect: ("fail", "not-met"),
    },
    Row {
        kind: "git-tag",
        name: "empty-remote-shows-no-free-name",
        needs: GIT,
        step: "tag = \"v1.2.0\"\nmust-be = \"absent\"\nremote = \"empty\"",
        arrange: |room| {
            released(room);
            room.git_in(room.outside(), &["init", "-q", "--bare", "empty.git"]);
            room.git(&["remote", "add", "empty", "../empty.git"]);
        },
        expect: ("error", "inconclusive"),
    },
    Row {
        kind: "git-tag",
        name: "no-repository",
        needs: GIT,
        step: TAG,
        arrange: |room| room.write("app.py", "1\n"),
        expect: ("error", "precondition"),
    },
    Row {
        kind: "git-tag",
        name: "no-git-program",
        needs: GIT,
        step: TAG,
        arrange: |room| {
            released(room);
            room.environment("PATH", "/nonexistent");
        },
        expect: ("error", "tool-missing"),
    },
];

/// Two releases with annotated tags, both pushed. HEAD is the second one.
fn released(room: &mut Room) {
    room.git_in(room.outside(), &["init", "-q", "--bare", "-b", "main", "remote.git"]);
    room.git(&["init", "-q", "-b", "main"]);
    room.git(&["remote", "add", "origin", "../remote.git"]);
    for version in ["1.0.0", "1.1.0"] {
        commit(room, "pyproject.toml", &format!("[project]\nversion = \"{version}\"\n"));
        room.git(&["tag", "-a", "-m", version, &format!("v{version}")]);
    }
    room.git(&["push", "-q", "origin", "main", "v1.0.0", "v1.1.0"]);
}

/// The service as a CI server clones it: one commit of the released repository.
fn shallow(room: &mut Room, options: &[&str]) {
    released(room);
    std::fs::remove_dir_all(room.root()).expect("the working tree can be removed");
    let outside = room.outside().to_owned();
    let address = format!("file://{}", outside.join("remote.git").display());
    let clone = [&["-c", "advice.detachedHead=false", "clone", "-q", "--depth=1"], options, &[&address, "service"]];
    room.git_in(&outside, &clone.concat());
}

fn commit(room: &Room, path: &str, text: &str) {
    room.write(path, text);
    room.git(&["add", "--", path]);
    room.git(&["commit", "-q", "-m", path]);
}
