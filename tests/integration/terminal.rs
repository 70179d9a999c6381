//! A person at a terminal: the real program on a pseudo-terminal, and somebody who types.

use std::process::Command;

use crate::room::Room;

/// Runs a program on a terminal of its own, types each answer when its question stands there, and prints what the
/// terminal showed. Ends with the status of the program.
const TERMINAL: &str = r"
import os, pty, select, sys, time
turns, program = [t.split('=', 1) for t in sys.argv[1].split('|') if t], sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    os.execv(program[0], program)
shown, unseen, end = b'', b'', time.time() + 60
while time.time() < end:
    if not select.select([terminal], [], [], 0.1)[0]:
        continue
    try:
        piece = os.read(terminal, 4096)
    except OSError:
        break
    shown, unseen = shown + piece, unseen + piece
    while turns and turns[0][0].encode() in unseen:
        question, answer = turns.pop(0)
        unseen = unseen.split(question.encode(), 1)[1]
        os.write(terminal, answer.encode() + b'\n')
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
";

/// Runs the gate while somebody answers `question=answer` in turn. Returns the exit status and the report.
fn run(room: &Room, dialogue: &[&str]) -> (Option<i32>, serde_json::Value) {
    let program = room.command(&["run", "--report", "json=report.json"]);
    let mut command = Command::new("python3");
    command.args(["-c", TERMINAL, &dialogue.join("|")]).arg(program.get_program()).args(program.get_args());
    command.env_clear().envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = command.current_dir(room.root()).output().unwrap();
    let report = std::fs::read(room.root().join("report.json"))
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stdout)));
    (output.status.code(), serde_json::from_slice(&report).unwrap())
}

/// A room with one commit and a step that asks.
fn room() -> Room {
    let room = Room::new();
    let step = "[checklist]\nname = 'gate'\n[[step]]\nid = 'look'\nkind = 'manual'\n\
                question = 'Does the invoice show the right total?'\n";
    room.write("checklists/gate.toml", step);
    room.git(&["init", "-q", "-b", "main"]);
    room.git(&["add", "."]);
    room.git(&["commit", "-q", "-m", "Begin"]);
    room
}

fn fact(report: &serde_json::Value, label: &str) -> String {
    let evidence = report["steps"][0]["evidence"].as_array().unwrap();
    let found = evidence.iter().find(|evidence| evidence["label"] == label);
    found.and_then(|evidence| evidence["fact"]["value"].as_str()).unwrap_or_default().to_owned()
}

#[test]
fn a_person_who_says_yes_lets_the_release_pass_and_is_recorded() {
    let room = room();
    let dialogue = [
        "yes or no: =",
        "Please answer yes or no: =y",
        "did you see? =",
        "did you see? =total 12.00",
        "Your name [Test]: =",
    ];
    let (status, report) = run(&room, &dialogue);
    assert_eq!((status, report["steps"][0]["result"]["outcome"].as_str()), (Some(0), Some("pass")), "{report:#}");
    assert_eq!((fact(&report, "who"), fact(&report, "what they saw")), ("Test".to_owned(), "total 12.00".to_owned()));
    assert_eq!(fact(&report, "source"), "the terminal");
    assert_eq!(fact(&report, "commit"), room.git(&["rev-parse", "HEAD"]));
}

#[test]
fn the_recorded_answer_of_one_run_serves_the_next_one_without_a_person() {
    let room = room();
    let (_, report) = run(&room, &["yes or no: =yes", "did you see? =total 12.00", "Your name [Test]: =dana"]);
    room.write(".rollsafe/answers/gate.toml", &fact(&report, "for the file with recorded answers"));
    let output = room.rollsafe(&["run", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), fact(&report, "who").as_str()), (Some(0), "dana"), "{report:#}");
}

#[test]
fn a_person_who_says_no_stops_the_release() {
    let (status, report) = run(&room(), &["yes or no: =no", "did you see? =total 11.99", "Your name [Test]: ="]);
    let result = &report["steps"][0]["result"];
    assert_eq!((status, result["reason"].as_str()), (Some(1), Some("rejected")), "{report:#}");
    assert!(result["observed"].as_str().unwrap().contains("total 11.99"), "{result:#}");
}

#[test]
fn nobody_is_asked_on_a_ci_server_even_at_a_terminal() {
    let mut room = room();
    room.environment("CI", "true");
    let (status, report) = run(&room, &[]);
    assert_eq!(
        (status, report["steps"][0]["result"]["reason"].as_str()),
        (Some(3), Some("unanswered")),
        "{report:#}"
    );
}
