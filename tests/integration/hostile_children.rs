//! Children that do not want to end, print without end, or hide: the run ends within its limits, in little memory,
//! and nothing of it is left.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::room::Room;

/// The memory that a run may take, in KiB.
const MOST_MEMORY: u64 = 64 * 1024;

/// A room with one command step, and a mark in the environment by which its processes are found again.
fn room(script: &str, timeout: &str) -> (Room, String) {
    let mut room = Room::new();
    let mark = format!("{:?}-{:?}", std::thread::current().id(), Instant::now());
    room.environment("HOSTILE_MARK", &mark);
    room.write("script.sh", script);
    let step = format!(
        "[checklist]\nname = 'gate'\n[[step]]\nid = 'a'\nkind = 'command'\ncommand = ['sh', 'script.sh']\ntimeout = '{timeout}'\n"
    );
    room.write("checklists/gate.toml", &step);
    (room, mark)
}

struct Ended {
    status: Option<i32>,
    elapsed: Duration,
    memory: u64,
    result: serde_json::Value,
}

/// Runs the gate and watches its memory.
fn run(room: &Room) -> Ended {
    let began = Instant::now();
    let mut child = room
        .command(&["run", "--format", "json"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut memory = 0;
    let status = loop {
        memory = memory.max(peak_memory(&child));
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(began.elapsed() < Duration::from_secs(120), "the run does not end");
        std::thread::sleep(Duration::from_millis(5));
    };
    let output = child.wait_with_output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    Ended { status: status.code(), elapsed: began.elapsed(), memory, result: report["steps"][0].clone() }
}

fn peak_memory(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// The processes that still carry the mark.
fn left_behind(mark: &str) -> Vec<String> {
    let wanted = format!("HOSTILE_MARK={mark}");
    let mut left = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let environment = std::fs::read(entry.path().join("environ")).unwrap_or_default();
        if environment.split(|&byte| byte == 0).any(|variable| variable == wanted.as_bytes()) {
            left.push(std::fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default());
        }
    }
    left
}

fn reason(ended: &Ended) -> &str {
    ended.result["result"]["reason"].as_str().unwrap()
}

#[test]
fn a_child_that_ignores_sigterm_is_killed_after_its_grace() {
    let (room, mark) = room("trap '' TERM\nwhile true; do sleep 0.1; done\n", "500ms");
    let ended = run(&room);
    assert_eq!((ended.status, reason(&ended)), (Some(3), "timeout"));
    assert!(ended.elapsed < Duration::from_secs(8), "{:?}", ended.elapsed);
    assert_eq!(left_behind(&mark), Vec::<String>::new());
}

#[test]
fn a_grandchild_that_holds_the_pipe_does_not_hold_the_run() {
    let (room, mark) = room("sleep 60 &\necho done\n", "30s");
    let ended = run(&room);
    assert_eq!((ended.status, reason(&ended)), (Some(0), "leaked"));
    assert!(ended.elapsed < Duration::from_secs(5), "{:?}", ended.elapsed);
    assert_eq!(left_behind(&mark), Vec::<String>::new());
}

#[test]
fn ten_gigabytes_of_output_are_read_in_little_memory() {
    let (room, mark) = room("echo first\nhead -c 10000000000 /dev/zero\necho\necho last\n", "100s");
    let ended = run(&room);
    assert_eq!((ended.status, reason(&ended)), (Some(0), "met"), "{:?}", ended.result);
    assert!(ended.memory < MOST_MEMORY, "{} KiB", ended.memory);
    let output = ended.result["evidence"].as_array().unwrap().iter().find(|fact| fact["label"] == "stdout").unwrap();
    assert_eq!(output["fact"]["value"]["bytes"], 10_000_000_012_u64);
    assert_eq!(left_behind(&mark), Vec::<String>::new());
}

#[test]
fn a_flood_of_lines_is_read_in_little_memory() {
    let (room, mark) = room("yes 'a line of output' | head -n 20000000\n", "60s");
    let ended = run(&room);
    assert_eq!(ended.status, Some(0), "{:?}", ended.result);
    assert!(ended.memory < MOST_MEMORY, "{} KiB", ended.memory);
    assert_eq!(left_behind(&mark), Vec::<String>::new());
}

#[test]
fn a_child_that_reads_its_input_gets_none() {
    let (room, _) = room("read line && echo \"got $line\" || echo nothing\n", "10s");
    let ended = run(&room);
    assert_eq!(ended.status, Some(0));
    assert!(ended.result.to_string().contains("nothing"));
}

#[test]
fn a_child_that_reads_the_terminal_does_not_hang_the_run() {
    let (room, mark) = room("cat < /dev/tty\n", "2s");
    let ended = run(&room);
    assert_ne!(ended.status, Some(0));
    assert!(ended.elapsed < Duration::from_secs(8), "{:?}", ended.elapsed);
    assert_eq!(left_behind(&mark), Vec::<String>::new());
}

#[test]
fn a_child_that_forks_away_is_found_and_ended() {
    let (room, mark) = room("setsid sh -c 'sleep 60 & sleep 60' < /dev/null > /dev/null 2>&1 &\nsleep 0.2\n", "10s");
    let ended = run(&room);
    assert_eq!((ended.status, reason(&ended)), (Some(0), "leaked"), "{:?}", ended.result);
    assert_eq!(left_behind(&mark), Vec::<String>::new());
}

#[test]
fn a_child_that_forks_away_and_hangs_is_ended_at_the_timeout() {
    let (room, mark) = room("setsid sleep 60 &\ntrap '' TERM\nsleep 60\n", "500ms");
    let ended = run(&room);
    assert_eq!((ended.status, reason(&ended)), (Some(3), "timeout"));
    assert_eq!(left_behind(&mark), Vec::<String>::new());
}
