//! Commands that work, and commands that only say so.

use crate::Row;
use crate::room::Room;

/// What all rows have in common.
const COMMAND: Row = Row { kind: "command", name: "", needs: &[], step: "", arrange: |_| {}, expect: ("", "") };

/// A restore that tells what it did.
const RESTORE: &str = "command = 'sh restore.sh'\nstdout.matches = '^restored \\d+ rows$'\nmin-lines = 2\n";

/// Reads the JUnit report of `make test`.
const JUNIT: &str = "command = 'sh run.sh'\nresult = 'junit'\nresult-file = 'build/junit.xml'\n";

/// A report of one good test.
const GOOD_REPORT: &str =
    "<testsuites><testsuite name='a'><testcase classname='a' name='b'/></testsuite></testsuites>\n";

/// The rows of the kind `command`.
pub(crate) const ROWS: &[Row] = &[
    Row {
        name: "restores",
        step: RESTORE,
        arrange: |room| room.write("restore.sh", "echo reading\necho restored 120 rows\n"),
        expect: ("pass", "met"),
        ..COMMAND
    },
    Row { name: "nothing-to-say", step: "command = 'true'\n", expect: ("pass", "met"), ..COMMAND },
    Row {
        name: "writes-a-good-junit-report",
        step: JUNIT,
        arrange: |room| {
            room.write("good.xml", GOOD_REPORT);
            room.write("run.sh", "mkdir -p build && cp good.xml build/junit.xml\n");
        },
        expect: ("pass", "met"),
        ..COMMAND
    },
    Row {
        name: "exits-with-3",
        step: "command = 'sh run.sh'\n",
        arrange: |room| room.write("run.sh", "echo all fine\nexit 3\n"),
        expect: ("fail", "exit-status"),
        ..COMMAND
    },
    Row {
        name: "exits-with-0-where-a-failure-is-wanted",
        step: "command = 'sh run.sh'\nexit-status = [1, 2]\n",
        arrange: |room| room.write("run.sh", "exit 0\n"),
        expect: ("fail", "exit-status"),
        ..COMMAND
    },
    Row {
        name: "prints-success-and-restored-nothing",
        step: RESTORE,
        arrange: |room| room.write("restore.sh", "echo reading\necho restore complete\n"),
        expect: ("fail", "not-met"),
        ..COMMAND
    },
    Row {
        name: "backup-says-done-after-a-pipe-hid-the-failure",
        step: "command = 'sh backup.sh'\nstderr.not-contains = ['not found', 'error']\nstdout.contains = 'done'\n",
        arrange: |room| room.write("backup.sh", "no-such-dump orders | cat > dump.sql\necho backup done\n"),
        expect: ("fail", "not-met"),
        ..COMMAND
    },
    Row {
        name: "colour-splits-the-word-that-must-not-be-there",
        step: "command = 'sh run.sh'\nstdout.not-contains = 'ERROR'\n",
        arrange: |room| room.write("run.sh", "printf 'ER\\033[31mROR\\033[0m: lost 3 rows\\n'\n"),
        expect: ("fail", "not-met"),
        ..COMMAND
    },
    Row {
        name: "prints-nothing-in-which-an-error-could-stand",
        step: "command = 'sh run.sh'\nstdout.not-contains = 'ERROR'\n",
        arrange: |room| room.write("run.sh", "exit 0\n"),
        expect: ("error", "zero-work"),
        ..COMMAND
    },
    Row {
        name: "prints-less-than-when-it-works",
        step: "command = 'sh run.sh'\nmin-lines = 3\n",
        arrange: |room| room.write("run.sh", "echo nothing to do\n"),
        expect: ("error", "zero-work"),
        ..COMMAND
    },
    Row {
        name: "floods-the-place-where-the-error-stands",
        step: "command = 'sh run.sh'\nstdout.not-contains = 'ERROR'\ntimeout = '60s'\n",
        arrange: |room| {
            let flood = "yes line | head -n 3000000\n";
            room.write("run.sh", &format!("{flood}echo ERROR\n{flood}"));
        },
        expect: ("error", "inconclusive"),
        ..COMMAND
    },
    Row {
        name: "repairs-what-it-should-check",
        step: "command = 'sh lint.sh'\neffect = 'read'\nunchanged = ['app']\n",
        arrange: |room| {
            room.write("app/main.py", "import os\nx = 1\n");
            room.write("lint.sh", "echo 'x = 1' > app/main.py\necho All checks passed!\n");
        },
        expect: ("fail", "changed-files"),
        ..COMMAND
    },
    Row {
        name: "watches-a-folder-that-is-not-there",
        step: "command = 'true'\nunchanged = ['apps']\n",
        arrange: |room| room.write("app/main.py", "x = 1\n"),
        expect: ("error", "precondition"),
        ..COMMAND
    },
    Row {
        name: "program-is-missing",
        step: "command = 'no-such-program --check'\n",
        expect: ("error", "tool-missing"),
        ..COMMAND
    },
    Row {
        name: "program-is-missing-behind-a-shell",
        step: "command = 'sh run.sh'\n",
        arrange: |room| room.write("run.sh", "no-such-program --check\n"),
        expect: ("error", "tool-missing"),
        ..COMMAND
    },
    Row {
        name: "is-killed-by-the-system",
        step: "command = 'sh run.sh'\n",
        arrange: |room| room.write("run.sh", "echo half of it\nkill -KILL $$\n"),
        expect: ("error", "tool-failed"),
        ..COMMAND
    },
    Row {
        name: "does-not-end",
        step: "command = 'sleep 30'\ntimeout = '300ms'\n",
        expect: ("error", "timeout"),
        ..COMMAND
    },
    Row {
        name: "leaves-a-worker-behind",
        step: "command = 'sh run.sh'\n",
        arrange: |room| room.write("run.sh", "sleep 30 > /dev/null 2>&1 &\necho started\n"),
        expect: ("warn", "leaked"),
        ..COMMAND
    },
    Row {
        name: "report-of-an-earlier-run-is-good",
        step: JUNIT,
        arrange: |room| {
            room.write("build/junit.xml", GOOD_REPORT);
            room.write("run.sh", "echo collected 0 tests\n");
        },
        expect: ("error", "unparsable"),
        ..COMMAND
    },
    Row {
        name: "report-has-a-failure-and-the-status-is-0",
        step: JUNIT,
        arrange: |room| report(room, "<testsuite><testcase classname='a' name='b'><failure/></testcase></testsuite>"),
        expect: ("fail", "tests-failed"),
        ..COMMAND
    },
    Row {
        name: "report-has-no-tests",
        step: JUNIT,
        arrange: |room| report(room, "<testsuites><testsuite name='a' tests='0'/></testsuites>"),
        expect: ("error", "zero-work"),
        ..COMMAND
    },
    Row {
        name: "tap-says-not-ok-and-the-status-is-0",
        step: "command = 'sh run.sh'\nresult = 'tap'\n",
        arrange: |room| room.write("run.sh", "echo 1..2\necho ok 1\necho not ok 2 - total\n"),
        expect: ("fail", "tests-failed"),
        ..COMMAND
    },
    Row {
        name: "tap-stops-before-its-plan-is-done",
        step: "command = 'sh run.sh'\nresult = 'tap'\n",
        arrange: |room| room.write("run.sh", "echo 1..9\necho ok 1\n"),
        expect: ("error", "unparsable"),
        ..COMMAND
    },
    Row {
        name: "sarif-has-a-finding-and-the-status-is-0",
        step: "command = 'cat log.sarif'\nresult = 'sarif'\n",
        arrange: |room| {
            let result = "{\"ruleId\": \"B105\", \"message\": {\"text\": \"a password in the code\"}}";
            room.write("log.sarif", &sarif(result));
        },
        expect: ("fail", "findings"),
        ..COMMAND
    },
    Row {
        name: "plugin-says-critical-and-a-wrapper-swallowed-the-status",
        step: "command = 'sh run.sh'\nresult = 'nagios'\n",
        arrange: |room| room.write("run.sh", "echo 'DISK CRITICAL - 1% free'\n"),
        expect: ("error", "inconclusive"),
        ..COMMAND
    },
];

/// A command that writes a report and ends with 0.
fn report(room: &Room, text: &str) {
    room.write("new.xml", text);
    room.write("run.sh", "mkdir -p build && cp new.xml build/junit.xml\n");
}

fn sarif(result: &str) -> String {
    let tool = "{\"driver\": {\"name\": \"bandit\"}}";
    format!("{{\"version\": \"2.1.0\", \"runs\": [{{\"tool\": {tool}, \"results\": [{result}]}}]}}")
}
