//! `unit-test`: every known way to end a run of pytest well without good tests.

use crate::room::Room;
use crate::{Component, Row};

const PYTHON: &[Component] = &[Component::Python];

/// pytest as a person would write it.
const PYTEST: &str = "command = [\"{{ bin }}/pytest\", \"-q\", \"tests\"]\nmin-passed = 3\n";

/// The same with the smallest floor, so that only the trick itself can be noticed.
const LOW_FLOOR: &str = "command = [\"{{ bin }}/pytest\", \"-q\", \"tests\"]\n";

/// Three good tests.
const GOOD: &str =
    "def test_a():\n    assert 1 + 1 == 2\n\n\ndef test_b():\n    assert True\n\n\ndef test_c():\n    assert 'a'\n";

/// A runner that takes a good report from a run of long ago.
const OLD_REPORT: &str = "<testsuites><testsuite name=\"pytest\" tests=\"3\" failures=\"0\" errors=\"0\" timestamp=\"2020-01-02T03:04:05+00:00\">\
    <testcase classname=\"t\" name=\"a\"/><testcase classname=\"t\" name=\"b\"/><testcase classname=\"t\" name=\"c\"/></testsuite></testsuites>";

fn good(room: &mut Room) {
    room.write("tests/test_good.py", GOOD);
}

fn with_conftest(room: &Room, text: &str) {
    room.write("tests/test_good.py", GOOD);
    room.write("conftest.py", text);
}

pub(crate) const ROWS: &[Row] = &[
    Row { kind: "unit-test", name: "good", needs: PYTHON, step: PYTEST, arrange: good, expect: ("pass", "met") },
    Row {
        kind: "unit-test",
        name: "good behind a runner that writes to the named report",
        needs: PYTHON,
        step: "command = [\"sh\", \"-c\", \"exec \\\"$0\\\" tests --junitxml=\\\"$1\\\"\", \"{{ bin }}/pytest\", \"{{ junit }}\"]\n",
        arrange: good,
        expect: ("pass", "met"),
    },
    Row {
        kind: "unit-test",
        name: "good with a report of its own",
        needs: PYTHON,
        step: "command = [\"{{ bin }}/pytest\", \"tests\", \"--junitxml=build/junit.xml\"]\n",
        arrange: |room| {
            good(room);
            room.write("build/junit.xml", OLD_REPORT);
        },
        expect: ("pass", "met"),
    },
    Row {
        kind: "unit-test",
        name: "good with less output than usual",
        needs: PYTHON,
        step: PYTEST,
        arrange: |room| {
            good(room);
            room.write("pytest.ini", "[pytest]\naddopts = -qq --color=yes\n");
        },
        expect: ("pass", "met"),
    },
    Row {
        kind: "unit-test",
        name: "skipped as allowed",
        needs: PYTHON,
        step: "command = [\"{{ bin }}/pytest\", \"tests\"]\nmax-skipped = 1\n",
        arrange: |room| {
            good(room);
            room.write(
                "tests/test_skip.py",
                "import pytest\n\n\n@pytest.mark.skip(reason='later')\ndef test_s():\n    pass\n",
            );
        },
        expect: ("pass", "met"),
    },
    Row {
        kind: "unit-test",
        name: "a failing test",
        needs: PYTHON,
        step: PYTEST,
        arrange: |room| {
            good(room);
            room.write("tests/test_bad.py", "def test_bad():\n    assert 3 == 4\n");
        },
        expect: ("fail", "tests-failed"),
    },
    Row {
        kind: "unit-test",
        name: "a broken fixture",
        needs: PYTHON,
        step: PYTEST,
        arrange: |room| {
            good(room);
            room.write(
                "tests/test_bad.py",
                "import pytest\n\n\n@pytest.fixture\ndef database():\n    raise OSError('refused')\n\n\ndef test_bad(database):\n    pass\n",
            );
        },
        expect: ("fail", "tests-failed"),
    },
    Row {
        kind: "unit-test",
        name: "all skipped",
        needs: PYTHON,
        step: "command = [\"{{ bin }}/pytest\", \"tests\"]\nmax-skipped = 100\n",
        arrange: |room| {
            room.write(
                "tests/test_good.py",
                &format!("import pytest\n\npytestmark = pytest.mark.skip(reason='no database')\n\n\n{GOOD}"),
            );
        },
        expect: ("error", "zero-work"),
    },
    Row {
        kind: "unit-test",
        name: "a module skipped as a whole",
        needs: PYTHON,
        step: LOW_FLOOR,
        arrange: |room| {
            good(room);
            room.write(
                "tests/test_skip.py",
                "import pytest\n\npytest.importorskip('no_such_database')\n\n\ndef test_s():\n    pass\n",
            );
        },
        expect: ("fail", "too-many"),
    },
    Row {
        kind: "unit-test",
        name: "all expected to fail",
        needs: PYTHON,
        step: "command = [\"{{ bin }}/pytest\", \"tests\"]\nmax-xfail = 100\n",
        arrange: |room| {
            room.write("tests/test_x.py", "import pytest\n\n\n@pytest.mark.xfail\ndef test_x():\n    assert False\n");
        },
        expect: ("error", "zero-work"),
    },
    Row {
        kind: "unit-test",
        name: "some expected to fail",
        needs: PYTHON,
        step: LOW_FLOOR,
        arrange: |room| {
            good(room);
            room.write("tests/test_x.py", "import pytest\n\n\n@pytest.mark.xfail\ndef test_x():\n    assert False\n");
        },
        expect: ("fail", "too-many"),
    },
    Row {
        kind: "unit-test",
        name: "only listed by PYTEST_ADDOPTS",
        needs: PYTHON,
        step: LOW_FLOOR,
        arrange: |room| {
            good(room);
            room.environment("PYTEST_ADDOPTS", "--collect-only");
        },
        expect: ("error", "zero-work"),
    },
    Row {
        kind: "unit-test",
        name: "only set up by PYTEST_ADDOPTS",
        needs: PYTHON,
        step: LOW_FLOOR,
        arrange: |room| {
            good(room);
            room.environment("PYTEST_ADDOPTS", "--setup-only");
        },
        expect: ("error", "inconclusive"),
    },
    Row {
        kind: "unit-test",
        name: "only listed by the environment of the step",
        needs: PYTHON,
        step: "command = [\"{{ bin }}/pytest\", \"tests\"]\nenvironment = { PYTEST_ADDOPTS = \"--co\" }\n",
        arrange: good,
        expect: ("error", "zero-work"),
    },
    Row {
        kind: "unit-test",
        name: "deselected by PYTEST_ADDOPTS",
        needs: PYTHON,
        step: LOW_FLOOR,
        arrange: |room| {
            good(room);
            room.environment("PYTEST_ADDOPTS", "-k test_a");
        },
        expect: ("fail", "too-many"),
    },
    Row {
        kind: "unit-test",
        name: "deselected by the configuration",
        needs: PYTHON,
        step: LOW_FLOOR,
        arrange: |room| {
            good(room);
            room.write("pytest.ini", "[pytest]\naddopts = -k test_a\n");
        },
        expect: ("fail", "too-many"),
    },
    Row {
        kind: "unit-test",
        name: "deselected without saying so",
        needs: PYTHON,
        step: LOW_FLOOR,
        arrange: |room| {
            good(room);
            room.write("pytest.ini", "[pytest]\naddopts = -k test_a -qqq\n");
        },
        expect: ("fail", "too-many"),
    },
    Row {
        kind: "unit-test",
        name: "no terminal output at all",
        needs: PYTHON,
        step: LOW_FLOOR,
        arrange: |room| {
            with_conftest(room, "def pytest_deselected(items):\n    pass\n");
            room.write("pytest.ini", "[pytest]\naddopts = -k test_a -p no:terminal\n");
        },
        expect: ("error", "inconclusive"),
    },
    Row {
        kind: "unit-test",
        name: "dropped by a hook",
        needs: PYTHON,
        step: PYTEST,
        arrange: |room| with_conftest(room, "def pytest_collection_modifyitems(items):\n    items[:] = items[:1]\n"),
        expect: ("fail", "too-few"),
    },
    Row {
        kind: "unit-test",
        name: "fewer tests than there were",
        needs: PYTHON,
        step: PYTEST,
        arrange: |room| room.write("tests/test_good.py", "def test_a():\n    pass\n"),
        expect: ("fail", "too-few"),
    },
    Row {
        kind: "unit-test",
        name: "no test",
        needs: PYTHON,
        step: PYTEST,
        arrange: |room| room.write("tests/helper.py", "def total():\n    return 3\n"),
        expect: ("error", "zero-work"),
    },
    Row {
        kind: "unit-test",
        name: "all deselected",
        needs: PYTHON,
        step: "command = [\"{{ bin }}/pytest\", \"tests\", \"-k\", \"no_such_test\"]\nmax-deselected = 100\n",
        arrange: good,
        expect: ("error", "zero-work"),
    },
    Row {
        kind: "unit-test",
        name: "a module that cannot be imported",
        needs: PYTHON,
        step: PYTEST,
        arrange: |room| {
            good(room);
            room.write("tests/test_import.py", "import no_such_module\n");
        },
        expect: ("error", "tool-failed"),
    },
    Row {
        kind: "unit-test",
        name: "a module that cannot be imported, gone on without it",
        needs: PYTHON,
        step: PYTEST,
        arrange: |room| {
            good(room);
            room.write("tests/test_import.py", "import no_such_module\n");
            room.write("pytest.ini", "[pytest]\naddopts = --continue-on-collection-errors\n");
        },
        expect: ("fail", "tests-failed"),
    },
    Row {
        kind: "unit-test",
        name: "a path that is not there",
        needs: PYTHON,
        step: "command = [\"{{ bin }}/pytest\", \"no/such/folder\"]\n",
        arrange: good,
        expect: ("error", "tool-failed"),
    },
    Row {
        kind: "unit-test",
        name: "an unknown option",
        needs: PYTHON,
        step: LOW_FLOOR,
        arrange: |room| {
            good(room);
            room.write("pytest.ini", "[pytest]\naddopts = --no-such-option\n");
        },
        expect: ("error", "tool-failed"),
    },
    Row {
        kind: "unit-test",
        name: "pytest is not there",
        needs: PYTHON,
        step: "command = [\"{{ bin }}/no-such-folder/pytest\", \"tests\"]\n",
        arrange: good,
        expect: ("error", "tool-missing"),
    },
    Row {
        kind: "unit-test",
        name: "ended with 0 in the middle of a test",
        needs: PYTHON,
        step: LOW_FLOOR,
        arrange: |room| {
            with_conftest(
                room,
                "import pytest\n\n\ndef pytest_runtest_call(item):\n    if item.name == 'test_b':\n        pytest.exit('done', returncode=0)\n",
            );
        },
        expect: ("error", "inconclusive"),
    },
    Row {
        kind: "unit-test",
        name: "ended with 0 between two tests",
        needs: PYTHON,
        step: LOW_FLOOR,
        arrange: |room| {
            with_conftest(
                room,
                "import pytest\n\n\ndef pytest_runtest_logfinish(nodeid):\n    pytest.exit('done', returncode=0)\n",
            );
        },
        expect: ("error", "inconclusive"),
    },
    Row {
        kind: "unit-test",
        name: "ended with 0 before any test",
        needs: PYTHON,
        step: LOW_FLOOR,
        arrange: |room| {
            with_conftest(
                room,
                "import pytest\n\n\ndef pytest_collection_finish(session):\n    pytest.exit('done', returncode=0)\n",
            );
        },
        expect: ("error", "zero-work"),
    },
    Row {
        kind: "unit-test",
        name: "the process ends itself with 0",
        needs: PYTHON,
        step: LOW_FLOOR,
        arrange: |room| with_conftest(room, "import os\n\nos._exit(0)\n"),
        expect: ("error", "no-data"),
    },
    Row {
        kind: "unit-test",
        name: "the process ends itself with 0 after a failure",
        needs: PYTHON,
        step: LOW_FLOOR,
        arrange: |room| {
            with_conftest(room, "import os\n\n\ndef pytest_unconfigure():\n    os._exit(0)\n");
            room.write("tests/test_bad.py", "def test_bad():\n    assert False\n");
        },
        expect: ("fail", "tests-failed"),
    },
    Row {
        kind: "unit-test",
        name: "a hook turns the exit status to 0",
        needs: PYTHON,
        step: LOW_FLOOR,
        arrange: |room| {
            with_conftest(room, "def pytest_sessionfinish(session):\n    session.exitstatus = 0\n");
            room.write("tests/test_bad.py", "def test_bad():\n    assert False\n");
        },
        expect: ("fail", "tests-failed"),
    },
    Row {
        kind: "unit-test",
        name: "a shell swallows the exit status",
        needs: PYTHON,
        step: "command = [\"sh\", \"-c\", \"\\\"$0\\\" tests --junitxml=\\\"$1\\\" || true\", \"{{ bin }}/pytest\", \"{{ junit }}\"]\n",
        arrange: |room| {
            good(room);
            room.write("tests/test_bad.py", "def test_bad():\n    assert False\n");
        },
        expect: ("fail", "tests-failed"),
    },
    Row {
        kind: "unit-test",
        name: "the report is switched off",
        needs: PYTHON,
        step: LOW_FLOOR,
        arrange: |room| with_conftest(room, "def pytest_configure(config):\n    config.option.xmlpath = None\n"),
        expect: ("error", "no-data"),
    },
    Row {
        kind: "unit-test",
        name: "only the tests that failed last time",
        needs: PYTHON,
        step: LOW_FLOOR,
        arrange: |room| {
            good(room);
            room.write("pytest.ini", "[pytest]\naddopts = --last-failed\n");
            room.write(".pytest_cache/v/cache/lastfailed", "{\"tests/test_good.py::test_a\": true}");
        },
        expect: ("error", "inconclusive"),
    },
    Row {
        kind: "unit-test",
        name: "a runner that writes no report",
        needs: &[],
        step: "command = [\"true\"]\njunit = \"build/junit.xml\"\n",
        arrange: |_| {},
        expect: ("error", "no-data"),
    },
    Row {
        kind: "unit-test",
        name: "the report of an earlier run",
        needs: &[],
        step: "command = [\"true\"]\njunit = \"build/junit.xml\"\n",
        arrange: |room| room.write("build/junit.xml", OLD_REPORT),
        expect: ("error", "stale"),
    },
    Row {
        kind: "unit-test",
        name: "a copy of an earlier report",
        needs: &[],
        step: "command = [\"cp\", \"kept.xml\", \"build/junit.xml\"]\njunit = \"build/junit.xml\"\n",
        arrange: |room| {
            room.write("kept.xml", OLD_REPORT);
            room.write("build/junit.xml", OLD_REPORT);
        },
        expect: ("error", "stale"),
    },
    Row {
        kind: "unit-test",
        name: "a report that was cut",
        needs: &[],
        step: "command = [\"sh\", \"-c\", \"head -c 150 kept.xml > build/junit.xml\"]\njunit = \"build/junit.xml\"\n",
        arrange: |room| {
            room.write("kept.xml", OLD_REPORT);
            room.write("build/placeholder", "");
        },
        expect: ("error", "unparsable"),
    },
    Row {
        kind: "unit-test",
        name: "a runner that breaks and leaves the earlier report",
        needs: &[],
        step: "command = [\"false\"]\njunit = \"build/junit.xml\"\n",
        arrange: |room| room.write("build/junit.xml", OLD_REPORT),
        expect: ("error", "tool-failed"),
    },
    Row {
        kind: "unit-test",
        name: "tests that leave a process behind",
        needs: PYTHON,
        step: LOW_FLOOR,
        arrange: |room| {
            good(room);
            room.write(
                "tests/test_leak.py",
                "import subprocess\n\n\ndef test_leak():\n    subprocess.Popen(['sleep', '300'])\n",
            );
        },
        expect: ("warn", "leaked"),
    },
];
