//! `lint`: every known way to make a linter find nothing.

use std::os::unix::fs::PermissionsExt;

use crate::room::Room;
use crate::{Component, Row};

const PYTHON: &[Component] = &[Component::Python];

/// ruff as a person would write it.
const RUFF: &str = "command = [\"{{ bin }}/ruff\"]\npaths = [\"app\"]\n";

/// A file in which there is nothing to find.
const CLEAN: &str = "\"\"\"Totals.\"\"\"\n\n\ndef total(prices):\n    \"\"\"Add up.\"\"\"\n    return sum(prices)\n";

/// A file with an unused import.
const BAD: &str = "\"\"\"Totals.\"\"\"\n\nimport os\n";

fn clean(room: &mut Room) {
    room.write("app/totals.py", CLEAN);
    room.write("app/__init__.py", "");
}

/// A clean project with one bad file and a configuration.
fn hidden_by(room: &mut Room, configuration: &str) {
    clean(room);
    room.write("app/bad.py", BAD);
    room.write("ruff.toml", configuration);
}

/// A program of the project.
fn program(room: &Room, path: &str, text: &str) {
    room.write(path, text);
    let path = room.root().join(path);
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("a file can be made executable");
}

pub(crate) const ROWS: &[Row] = &[
    Row { kind: "lint", name: "clean", needs: PYTHON, step: RUFF, arrange: clean, expect: ("pass", "met") },
    Row {
        kind: "lint",
        name: "clean and formatted, in a range of versions, one file by name",
        needs: PYTHON,
        step: "command = [\"{{ bin }}/ruff\", \"check\", \"--preview\"]\npaths = [\"app\", \"tests/test_totals.py\"]\nformat = true\nmin-files = 3\nversion = \">=0.5\"\n",
        arrange: |room| {
            clean(room);
            room.write("tests/test_totals.py", CLEAN);
        },
        expect: ("pass", "met"),
    },
    Row {
        kind: "lint",
        name: "clean with a suppression that is allowed",
        needs: PYTHON,
        step: "command = [\"{{ bin }}/ruff\"]\npaths = [\"app\"]\nmax-suppressions = 1\n",
        arrange: |room| {
            clean(room);
            room.write("app/bad.py", "import os  # noqa: F401\n");
        },
        expect: ("pass", "met"),
    },
    Row {
        kind: "lint",
        name: "a finding",
        needs: PYTHON,
        step: RUFF,
        arrange: |room| hidden_by(room, ""),
        expect: ("fail", "findings"),
    },
    Row {
        kind: "lint",
        name: "broken syntax",
        needs: PYTHON,
        step: RUFF,
        arrange: |room| {
            clean(room);
            room.write("app/bad.py", "def (\n");
        },
        expect: ("fail", "findings"),
    },
    Row {
        kind: "lint",
        name: "a file that is not formatted",
        needs: PYTHON,
        step: "command = [\"{{ bin }}/ruff\"]\npaths = [\"app\"]\nformat = true\n",
        arrange: |room| {
            clean(room);
            room.write("app/wide.py", "\"\"\"Wide.\"\"\"\n\nX = [ 1,2 ]\n");
        },
        expect: ("fail", "findings"),
    },
    Row {
        kind: "lint",
        name: "a folder without Python files",
        needs: PYTHON,
        step: RUFF,
        arrange: |room| room.write("app/README.md", "# Nothing here\n"),
        expect: ("error", "zero-work"),
    },
    Row {
        kind: "lint",
        name: "a path that is not there",
        needs: PYTHON,
        step: "command = [\"{{ bin }}/ruff\"]\npaths = [\"app\", \"source\"]\n",
        arrange: clean,
        expect: ("error", "precondition"),
    },
    Row {
        kind: "lint",
        name: "fewer files than declared",
        needs: PYTHON,
        step: "command = [\"{{ bin }}/ruff\"]\npaths = [\"app\"]\nmin-files = 3\n",
        arrange: clean,
        expect: ("fail", "too-few"),
    },
    Row {
        kind: "lint",
        name: "no rule is selected",
        needs: PYTHON,
        step: RUFF,
        arrange: |room| hidden_by(room, "lint.select = []\n"),
        expect: ("error", "inconclusive"),
    },
    Row {
        kind: "lint",
        name: "every rule is ignored",
        needs: PYTHON,
        step: RUFF,
        arrange: |room| hidden_by(room, "lint.ignore = [\"ALL\"]\n"),
        expect: ("error", "inconclusive"),
    },
    Row {
        kind: "lint",
        name: "every rule is ignored in one of two folders",
        needs: PYTHON,
        step: "command = [\"{{ bin }}/ruff\"]\npaths = [\"app\", \"tests\"]\n",
        arrange: |room| {
            clean(room);
            room.write("tests/bad.py", BAD);
            room.write("tests/ruff.toml", "lint.select = []\n");
        },
        expect: ("error", "inconclusive"),
    },
    Row {
        kind: "lint",
        name: "every rule is ignored in every file",
        needs: PYTHON,
        step: RUFF,
        arrange: |room| hidden_by(room, "lint.per-file-ignores = { \"*\" = [\"ALL\"] }\n"),
        expect: ("error", "inconclusive"),
    },
    Row {
        kind: "lint",
        name: "every rule is ignored in one file",
        needs: PYTHON,
        step: RUFF,
        arrange: |room| hidden_by(room, "lint.per-file-ignores = { \"app/bad.py\" = [\"ALL\"] }\n"),
        expect: ("fail", "too-many"),
    },
    Row {
        kind: "lint",
        name: "one file is excluded from linting alone",
        needs: PYTHON,
        step: RUFF,
        arrange: |room| hidden_by(room, "lint.exclude = [\"app/bad.py\"]\n"),
        expect: ("fail", "too-many"),
    },
    Row {
        kind: "lint",
        name: "all files are excluded from linting alone",
        needs: PYTHON,
        step: RUFF,
        arrange: |room| hidden_by(room, "lint.exclude = [\"*\"]\n"),
        expect: ("fail", "too-few"),
    },
    Row {
        kind: "lint",
        name: "a comment hides a file from every rule",
        needs: PYTHON,
        step: RUFF,
        arrange: |room| {
            clean(room);
            room.write("app/bad.py", "# ruff: noqa\nimport os\n");
        },
        expect: ("fail", "too-many"),
    },
    Row {
        kind: "lint",
        name: "a comment for flake8 hides a file from every rule",
        needs: PYTHON,
        step: RUFF,
        arrange: |room| {
            clean(room);
            room.write("app/bad.py", "import os\n\n# flake8: noqa\n");
        },
        expect: ("fail", "too-many"),
    },
    Row {
        kind: "lint",
        name: "more suppressions than allowed",
        needs: PYTHON,
        step: "command = [\"{{ bin }}/ruff\"]\npaths = [\"app\"]\nmax-suppressions = 1\n",
        arrange: |room| {
            clean(room);
            room.write("app/bad.py", "import os  # noqa: F401\nimport re  # noqa\n");
        },
        expect: ("fail", "too-many"),
    },
    Row {
        kind: "lint",
        name: "the folder is excluded",
        needs: PYTHON,
        step: "command = [\"{{ bin }}/ruff\"]\npaths = [\".\"]\n",
        arrange: |room| hidden_by(room, "exclude = [\"app\"]\n"),
        expect: ("error", "zero-work"),
    },
    Row {
        kind: "lint",
        name: "one file is excluded",
        needs: PYTHON,
        step: "command = [\"{{ bin }}/ruff\"]\npaths = [\"app\"]\nmin-files = 3\n",
        arrange: |room| hidden_by(room, "extend-exclude = [\"bad.py\"]\n"),
        expect: ("fail", "too-few"),
    },
    Row {
        kind: "lint",
        name: "one file is excluded and none may be",
        needs: PYTHON,
        step: "command = [\"{{ bin }}/ruff\"]\npaths = [\"app\"]\nmax-excluded = 0\n",
        arrange: |room| hidden_by(room, "extend-exclude = [\"bad.py\"]\n"),
        expect: ("fail", "too-many"),
    },
    Row {
        kind: "lint",
        name: "the only file is excluded also where it is named",
        needs: PYTHON,
        step: "command = [\"{{ bin }}/ruff\"]\npaths = [\"app/bad.py\"]\n",
        arrange: |room| hidden_by(room, "force-exclude = true\nextend-exclude = [\"bad.py\"]\n"),
        expect: ("error", "zero-work"),
    },
    Row {
        kind: "lint",
        name: "only other files are included",
        needs: PYTHON,
        step: RUFF,
        arrange: |room| hidden_by(room, "include = [\"*.txt\"]\n"),
        expect: ("error", "zero-work"),
    },
    Row {
        kind: "lint",
        name: "the configuration repairs instead of telling",
        needs: PYTHON,
        step: RUFF,
        arrange: |room| hidden_by(room, "fix = true\nunsafe-fixes = true\n"),
        expect: ("fail", "findings"),
    },
    Row {
        kind: "lint",
        name: "a wrapper repairs and then checks",
        needs: PYTHON,
        step: "command = [\"./lint.sh\", \"{{ bin }}/ruff\"]\npaths = [\"app\"]\n",
        arrange: |room| {
            hidden_by(room, "");
            program(room, "lint.sh", "#!/bin/sh\n\"$1\" check -q --no-cache --fix app >&2\nexec \"$@\"\n");
        },
        expect: ("fail", "changed-files"),
    },
    Row {
        kind: "lint",
        name: "a broken configuration",
        needs: PYTHON,
        step: RUFF,
        arrange: |room| hidden_by(room, "exit-zero = true\n"),
        expect: ("error", "tool-failed"),
    },
    Row {
        kind: "lint",
        name: "the wrong version",
        needs: PYTHON,
        step: "command = [\"{{ bin }}/ruff\"]\npaths = [\"app\"]\nversion = \"<0.1\"\n",
        arrange: clean,
        expect: ("error", "precondition"),
    },
    Row {
        kind: "lint",
        name: "a program that only says that all is well",
        needs: &[],
        step: "command = [\"./ruff\"]\npaths = [\"app\"]\n",
        arrange: |room| {
            clean(room);
            program(room, "ruff", "#!/bin/sh\necho 'All checks passed!'\n");
        },
        expect: ("error", "unparsable"),
    },
    Row {
        kind: "lint",
        name: "a program that always answers with an empty report",
        needs: &[],
        step: "command = [\"./ruff\"]\npaths = [\"app\"]\n",
        arrange: |room| {
            clean(room);
            program(
                room,
                "ruff",
                "#!/bin/sh\ncase \"$*\" in\n*sarif*) echo '{\"version\": \"2.1.0\", \"runs\": [{\"tool\": {\"driver\": {\"name\": \"ruff\"}}, \"results\": []}]}' ;;\n\
                 *show-files*) echo app/totals.py ;;\n*CPY001*) echo '{\"code\": \"CPY001\", \"filename\": \"app/totals.py\"}' ;;\nesac\n",
            );
        },
        expect: ("error", "inconclusive"),
    },
    Row {
        kind: "lint",
        name: "the linter is not there",
        needs: &[],
        step: "command = [\"./no-such-folder/ruff\"]\npaths = [\"app\"]\n",
        arrange: clean,
        expect: ("error", "tool-missing"),
    },
    Row {
        kind: "lint",
        name: "findings of an unknown linter",
        needs: &[],
        step: "tool = \"exit-status\"\ncommand = [\"./linter\", \"app\"]\ncontrol = [\"./linter\", \"bad\"]\npaths = [\"app\"]\n",
        arrange: |room| {
            hidden_by(room, "");
            room.write("bad/bad.py", BAD);
            program(room, "linter", "#!/bin/sh\n! grep -rn '^import os' \"$1\"\n");
        },
        expect: ("fail", "findings"),
    },
    Row {
        kind: "lint",
        name: "an unknown linter finds nothing",
        needs: &[],
        step: "tool = \"exit-status\"\ncommand = [\"./linter\", \"app\"]\ncontrol = [\"./linter\", \"bad\"]\npaths = [\"app\"]\n",
        arrange: |room| {
            clean(room);
            room.write("bad/bad.py", BAD);
            program(room, "linter", "#!/bin/sh\n! grep -rn '^import os' \"$1\"/\n");
        },
        expect: ("pass", "met"),
    },
    Row {
        kind: "lint",
        name: "an unknown linter that never finds anything",
        needs: &[],
        step: "tool = \"exit-status\"\ncommand = [\"true\"]\ncontrol = [\"true\", \"bad\"]\npaths = [\"app\"]\n",
        arrange: |room| hidden_by(room, ""),
        expect: ("error", "inconclusive"),
    },
    Row {
        kind: "lint",
        name: "a control that breaks instead of finding",
        needs: &[],
        step: "tool = \"exit-status\"\ncommand = [\"true\"]\ncontrol = [\"ls\", \"no/such/file\"]\npaths = [\"app\"]\n",
        arrange: clean,
        expect: ("error", "inconclusive"),
    },
    Row {
        kind: "lint",
        name: "an unknown linter that changes files",
        needs: &[],
        step: "tool = \"exit-status\"\ncommand = [\"./linter\", \"app\"]\ncontrol = [\"grep\", \"-n\", \"-H\", \"^import\", \"bad/bad.py\"]\npaths = [\"app\"]\n",
        arrange: |room| {
            hidden_by(room, "");
            room.write("bad/bad.py", BAD);
            program(room, "linter", "#!/bin/sh\necho > app/bad.py\n");
        },
        expect: ("fail", "changed-files"),
    },
    Row {
        kind: "lint",
        name: "ruff through SARIF",
        needs: PYTHON,
        step: "tool = \"sarif\"\ncommand = [\"{{ bin }}/ruff\", \"check\", \"--no-cache\", \"--output-format\", \"sarif\", \"app\"]\n\
               control = [\"{{ bin }}/ruff\", \"check\", \"--no-cache\", \"--output-format\", \"sarif\", \"bad\"]\npaths = [\"app\"]\n",
        arrange: |room| {
            clean(room);
            room.write("bad/bad.py", BAD);
        },
        expect: ("pass", "met"),
    },
    Row {
        kind: "lint",
        name: "findings through SARIF",
        needs: PYTHON,
        step: "tool = \"sarif\"\ncommand = [\"{{ bin }}/ruff\", \"check\", \"--no-cache\", \"--output-format\", \"sarif\", \"app\"]\n\
               control = [\"{{ bin }}/ruff\", \"check\", \"--no-cache\", \"--output-format\", \"sarif\", \"app\"]\npaths = [\"app\"]\n",
        arrange: |room| hidden_by(room, ""),
        expect: ("fail", "findings"),
    },
];
