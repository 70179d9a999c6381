//! A run that is stopped half-way still gives its reports, with unfinished steps marked, and leaves nothing behind.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::room::Room;

const STEPS: &str = "[checklist]\nname = 'gate'\n\
    [[step]]\nid = 'quick'\nkind = 'command'\ncommand = ['true']\n\
    [[step]]\nid = 'slow'\nkind = 'command'\ncommand = ['sh', '-c', 'touch started; sleep 60']\n\
    [[step]]\nid = 'last'\nkind = 'command'\ncommand = ['true']\nneeds = ['slow']\n";

fn start(room: &Room, more: &[&str]) -> Child {
    room.write("checklists/gate.toml", STEPS);
    let arguments = [&["run", "--format", "json", "--report", "junit=gate.xml"], more].concat();
    room.command(&arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

fn wait_for(room: &Room, path: &str) {
    let began = Instant::now();
    while !room.root().join(path).exists() {
        assert!(began.elapsed() < Duration::from_secs(20), "`{path}` never came");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

fn finish(child: Child) -> (Option<i32>, serde_json::Value) {
    let output = child.wait_with_output().unwrap();
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap())
}

fn results(report: &serde_json::Value) -> Vec<String> {
    let steps = report["steps"].as_array().unwrap().iter();
    steps
        .map(|step| {
            format!("{} {}", step["result"]["outcome"].as_str().unwrap(), step["result"]["reason"].as_str().unwrap())
        })
        .collect()
}

#[test]
fn a_signal_stops_gracefully_and_every_report_is_written() {
    for (name, status, ending) in [("-INT", 130, "interrupted"), ("-TERM", 143, "terminated")] {
        let room = Room::new();
        let child = start(&room, &[]);
        wait_for(&room, "started");
        signal(&child, name);
        let (code, report) = finish(child);
        assert_eq!((code, report["ending"].as_str()), (Some(status), Some(ending)));
        assert_eq!(results(&report), ["pass met", "error interrupted", "skip interrupted"]);
        assert_eq!(report["verdict"], "UNDECIDED");
        assert!(std::fs::read_to_string(room.root().join("gate.xml")).unwrap().contains("interrupted"));
    }
}

#[test]
fn a_second_signal_kills_what_ignores_the_first() {
    let room = Room::new();
    room.write("stubborn.sh", "trap '' TERM INT\ntouch started\nwhile true; do sleep 0.05; done\n");
    room.write(
        "checklists/gate.toml",
        "[checklist]\nname = 'gate'\n[[step]]\nid = 'a'\nkind = 'command'\ncommand = ['sh', 'stubborn.sh']\n",
    );
    let child =
        room.command(&["run", "--format", "json"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    wait_for(&room, "started");
    let began = Instant::now();
    signal(&child, "-INT");
    std::thread::sleep(Duration::from_millis(200));
    signal(&child, "-INT");
    let (code, report) = finish(child);
    assert_eq!(code, Some(130));
    assert_eq!(results(&report), ["error interrupted"]);
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}

#[test]
fn a_deadline_stops_the_run_and_leaves_it_undecided() {
    let room = Room::new();
    let (code, report) = finish(start(&room, &["--deadline", "700ms"]));
    assert_eq!((code, report["ending"].as_str()), (Some(3), Some("deadline")));
    assert_eq!(results(&report), ["pass met", "error deadline", "skip deadline"]);
}
