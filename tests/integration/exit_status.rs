//! Exit status × output format, as a matrix.

use crate::room::Room;

/// Every format that standard output can have.
const FORMATS: &[&str] = &["text", "json", "jsonl", "junit", "markdown", "github", "tap"];

/// How a run can end, with the steps that make it end so and more arguments.
const ENDINGS: &[(i32, &str, &[&str])] = &[
    (0, "command = ['true']", &[]),
    (1, "command = ['false']", &[]),
    (2, "command = ['true']\nunknown-key = 1", &[]),
    (2, "command = ['true']", &["--only", "nothing-like-it"]),
    (2, "command = ['true']", &["--report", "nonsense"]),
    (3, "command = ['there-is-no-such-program']", &[]),
    (3, "command = ['sleep', '30']", &["--deadline", "300ms"]),
    (4, "command = ['true']", &["--report", "json=/proc/no/such/folder/report.json"]),
];

fn room(step: &str) -> Room {
    let room = Room::new();
    room.write(
        "checklists/gate.toml",
        &format!("[checklist]\nname = 'gate'\n[[step]]\nid = 'a'\nkind = 'command'\n{step}\n"),
    );
    room
}

#[test]
fn the_exit_status_does_not_depend_on_the_format() {
    for (expected, step, more) in ENDINGS {
        for format in FORMATS {
            let arguments = [&["run", "--format", format], *more].concat();
            let output = room(step).rollsafe(&arguments);
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(*expected), "{format} {step} {more:?}: {said}");
        }
    }
}

#[test]
fn json_on_standard_output_is_one_document_whatever_happens() {
    for (expected, step, more) in ENDINGS {
        let arguments = [&["run", "--format", "json"], *more].concat();
        let output = room(step).rollsafe(&arguments);
        let text = String::from_utf8(output.stdout).unwrap();
        let document: serde_json::Value =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!(document["schema_version"], 1, "{expected} {step} {more:?}");
        let says_why =
            if *expected == 2 { document["error"]["message"].is_string() } else { document["verdict"].is_string() };
        assert!(says_why, "{expected} {step} {more:?}: {text}");
    }
}

#[test]
fn a_wrong_flag_is_one_json_document_as_well() {
    let output = room("command = ['true']").rollsafe(&["run", "--format", "json", "--no-such-flag"]);
    assert_eq!(output.status.code(), Some(2));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(document["error"]["message"].as_str().unwrap().contains("--no-such-flag"));
}

#[test]
fn the_last_line_of_the_text_holds_the_verdict() {
    for (step, verdict) in [
        ("command = ['true']", "GO"),
        ("command = ['false']", "NO-GO"),
        ("command = ['no-such-program']", "UNDECIDED"),
    ] {
        let output = room(step).rollsafe(&["run"]);
        let text = String::from_utf8(output.stdout).unwrap();
        let last = text.lines().last().unwrap();
        assert!(last.split_whitespace().any(|word| word == verdict), "{last}");
        assert!(text.lines().next().unwrap().contains(verdict), "{text}");
    }
}

#[test]
fn a_report_that_cannot_be_written_leaves_the_others_whole() {
    let room = room("command = ['true']");
    let output =
        room.rollsafe(&["run", "--report", "json=/proc/no/such/report.json", "--report", "junit=out/gate.xml"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(std::fs::read_to_string(room.root().join("out/gate.xml")).unwrap().contains("<testsuite"));
    assert!(String::from_utf8_lossy(&output.stderr).contains("/proc/no/such/report.json"));
}

#[test]
fn warnings_close_the_gate_only_with_strict() {
    let flaky = "command = ['sh', '-c', 'test -e tried || { touch tried; exit 1; }']\nretry = { times = 1, interval = '10ms' }";
    assert_eq!(room(flaky).rollsafe(&["run"]).status.code(), Some(0));
    assert_eq!(room(flaky).rollsafe(&["run", "--strict"]).status.code(), Some(1));
}
