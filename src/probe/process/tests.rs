//! Children that behave, and children that do not.

use std::collections::BTreeSet;
use std::sync::Mutex;

use tokio::sync::watch;

use crate::probe::Environment;

use super::*;

const LONG: Duration = Duration::from_secs(30);

fn command(argv: &[&str]) -> Command {
    Command::new(argv.iter().map(|&word| word.to_owned()).collect(), std::env::temp_dir())
}

fn shell(script: &str) -> Command {
    Command { grace: Duration::from_millis(200), ..command(&["sh", "-c", script]) }
}

async fn run(command: &Command, limit: Duration) -> Finished {
    Process::default().run(command, &Limit::alone(limit), &|_, _| {}).await.unwrap()
}

/// Whether a process with this very command line is there, and not only as a zombie.
fn is_running(command_line: &str) -> bool {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = entries.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " ")).any(|line| line.trim() == command_line)
}

/// Runs a test of this module in a process of its own, where it owns all children. True inside that process.
fn is_alone(test: &str) -> bool {
    const ALONE: &str = "ROLLSAFE_TEST_ALONE";
    #[expect(clippy::disallowed_methods, reason = "a test that starts itself again")]
    if std::env::var_os(ALONE).is_some() {
        return true;
    }
    #[expect(clippy::disallowed_methods, reason = "a test that starts itself again")]
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture", &format!("probe::process::tests::{test}")])
        .env(ALONE, "1")
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && shown.contains("1 passed"), "{shown}");
    false
}

#[tokio::test]
async fn both_streams_and_the_status_are_told() {
    let finished = run(&shell("echo out; echo err >&2; exit 3"), LONG).await;
    assert_eq!(finished.exit, Exit::Status(3));
    assert_eq!((finished.stdout.text(), finished.stderr.text()), ("out\n".to_owned(), "err\n".to_owned()));
    assert_eq!(finished.leaks, Vec::<String>::new());
}

#[tokio::test]
async fn a_signal_is_told_as_such() {
    assert_eq!(run(&shell("kill -ABRT $$"), LONG).await.exit, Exit::Signal(6));
}

#[tokio::test]
async fn there_is_no_input_and_the_variables_are_set() {
    let mut command = shell("cat; echo \"$COLOUR $HOME\"");
    command.environment = vec![("COLOUR".to_owned(), "two words".to_owned())];
    let finished = run(&command, LONG).await;
    let home = Environment::of_this_process().get("HOME").unwrap_or_default().to_owned();
    assert_eq!(finished.stdout.text(), format!("two words {home}\n"));
}

#[tokio::test]
async fn every_piece_is_heard_as_it_comes() {
    let heard = Mutex::new(Vec::new());
    let listener = |stream, piece: &[u8]| heard.lock().unwrap().push((stream, piece.to_vec()));
    let limit = Limit::alone(LONG);
    let command = shell("printf one; sleep 0.05; printf two >&2");
    Process::default().run(&command, &limit, &listener).await.unwrap();
    assert_eq!(heard.into_inner().unwrap(), [(Stream::Stdout, b"one".to_vec()), (Stream::Stderr, b"two".to_vec())]);
}

#[tokio::test]
async fn a_program_with_a_slash_is_taken_from_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("tool");
    std::fs::write(&script, "#!/bin/sh\npwd\n").unwrap();
    std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let command = Command::new(vec!["./tool".to_owned()], folder.path());
    let place = folder.path().canonicalize().unwrap();
    assert_eq!(run(&command, LONG).await.stdout.text(), format!("{}\n", place.display()));
}

#[tokio::test]
async fn what_cannot_be_started_says_why() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("plain"), "text").unwrap();
    std::fs::write(folder.path().join("orphan"), "#!/no/such/python\n").unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder.path().join("orphan"), mode).unwrap();
    let start = async |program: &str, folder: &Path| {
        let command = Command::new(vec![program.to_owned()], folder);
        Process::default().run(&command, &Limit::alone(LONG), &|_, _| {}).await.unwrap_err()
    };
    let here = folder.path();
    assert!(matches!(start("no-such-program", here).await, ProcessError::NotFound { .. }));
    assert!(matches!(start("./no-such-program", here).await, ProcessError::NotFound { .. }));
    assert!(matches!(start("true", &here.join("gone")).await, ProcessError::NoFolder { .. }));
    assert!(matches!(start("true", &here.join("plain")).await, ProcessError::NoFolder { .. }));
    for (program, reason) in [("./plain", "ermission"), ("./orphan", "interpreter")] {
        let ProcessError::Start { source, .. } = start(program, here).await else { panic!("{program}") };
        assert!(source.to_string().contains(reason), "{source}");
    }
}

#[tokio::test]
async fn a_child_that_ignores_sigterm_is_killed_after_the_grace() {
    let begin = clock::instant();
    let finished =
        run(&shell("trap '' TERM; echo on; while :; do sleep 0.01; done"), Duration::from_millis(100)).await;
    assert_eq!((finished.exit, finished.stdout.text().as_str()), (Exit::TimedOut, "on\n"));
    assert!(begin.elapsed() >= Duration::from_millis(300), "{:?}", begin.elapsed());
    assert!(begin.elapsed() < Duration::from_secs(3), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn a_child_that_hears_sigterm_may_say_goodbye_and_so_may_its_own_children() {
    let script = "(trap 'sleep 0.05; echo inner; exit' TERM; while :; do sleep 0.01; done) & \
                  trap 'echo outer; exit' TERM; while :; do sleep 0.01; done";
    let mut command = shell(script);
    command.grace = LONG;
    let begin = clock::instant();
    let finished = run(&command, Duration::from_millis(200)).await;
    assert_eq!((finished.exit, finished.stdout.text().as_str()), (Exit::TimedOut, "outer\ninner\n"));
    assert_eq!(finished.leaks, Vec::<String>::new());
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn the_signal_of_the_run_ends_a_command_at_once() {
    let (sender, receiver) = watch::channel(false);
    let limit = Limit::starting_now(LONG, receiver);
    let command = shell("sleep 29.11");
    let process = Process::default();
    let (finished, ()) = tokio::join!(process.run(&command, &limit, &|_, _| {}), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        sender.send(true).unwrap();
    });
    assert_eq!(finished.unwrap().exit, Exit::Cancelled);
    assert!(!is_running("sleep 29.11"));
}

#[tokio::test]
async fn a_grandchild_that_holds_the_pipe_does_not_hold_the_step() {
    let begin = clock::instant();
    let finished = run(&shell("sleep 29.22 & echo done"), LONG).await;
    assert_eq!((finished.exit, finished.stdout.text().as_str()), (Exit::Status(0), "done\n"));
    assert!(begin.elapsed() < Duration::from_secs(3), "{:?}", begin.elapsed());
    assert_eq!(finished.leaks.len(), 2, "{:?}", finished.leaks);
    assert!(finished.leaks[0].starts_with("`sleep 29.22` (process "), "{:?}", finished.leaks);
    assert!(finished.leaks[1].starts_with("output held open by what it left behind"), "{:?}", finished.leaks);
    assert!(!is_running("sleep 29.22"));
}

#[tokio::test]
async fn a_grandchild_that_ends_within_the_wait_is_no_leak() {
    let finished = run(&shell("(sleep 0.05; echo late) & echo done"), LONG).await;
    assert_eq!((finished.stdout.text().as_str(), finished.leaks.len()), ("done\nlate\n", 0));
}

#[tokio::test]
async fn a_quiet_grandchild_in_the_group_is_told_and_ended() {
    let finished = run(&shell("sleep 29.33 >/dev/null 2>&1 &"), LONG).await;
    assert_eq!(finished.leaks.len(), 1, "{:?}", finished.leaks);
    assert!(finished.leaks[0].contains("`sleep 29.33`"), "{:?}", finished.leaks);
    assert!(!is_running("sleep 29.33"));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_process_that_escapes_with_setsid_is_found_by_its_mark() {
    let script = "setsid sh -c 'sleep 29.44 & sleep 29.45' >/dev/null 2>&1 & sleep 0.1; exit 4";
    let finished = run(&shell(script), LONG).await;
    assert_eq!(finished.exit, Exit::Status(4));
    assert!(finished.leaks.iter().any(|leak| leak.contains("29.44")), "{:?}", finished.leaks);
    assert!(!is_running("sleep 29.44") && !is_running("sleep 29.45"));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_survivor_of_one_command_is_not_taken_from_another() {
    let one =
        shell("setsid sleep 29.55 >/dev/null 2>&1 & sleep 0.6; pgrep -f '^sleep 29.55' >/dev/null && echo alive");
    let other = shell("sleep 0.2");
    let (one, other) = tokio::join!(run(&one, LONG), run(&other, LONG));
    assert_eq!(other.leaks, Vec::<String>::new());
    assert_eq!(one.stdout.text(), "alive\n");
    assert_eq!(one.leaks.len(), 1, "{:?}", one.leaks);
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_mark_a_survivor_belongs_to_the_only_command() {
    if is_alone("without_a_mark_a_survivor_belongs_to_the_only_command") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let script = "env -i setsid sleep 29.66 >/dev/null 2>&1 & sleep 0.1";
        let finished = runtime.block_on(run(&shell(script), LONG));
        assert_eq!(finished.leaks.len(), 1, "{:?}", finished.leaks);
        assert!(!is_running("sleep 29.66"));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_sweep_ends_what_still_runs_and_spares_what_was_there_before() {
    if is_alone("a_sweep_ends_what_still_runs_and_spares_what_was_there_before") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let _guard = runtime.enter();
        let log = folder.path().join("log");
        let script = "env -i setsid sleep 29.77 >/dev/null 2>&1 & sleep 29.78";
        let running = Process::default().start(&shell(script), &log).unwrap();
        std::thread::sleep(Duration::from_millis(200));
        let swept = Process::default().sweep();
        assert!(swept.iter().any(|line| line.contains("29.77")), "{swept:?}");
        assert!(!is_running("sleep 29.77") && !is_running("sleep 29.78"));
        drop(running);
        assert_eq!(Process::default().sweep(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_dropped_run_takes_its_group_with_it() {
    let command = shell("sleep 29.88 & sleep 29.89");
    let limit = Limit::alone(LONG);
    let process = Process::default();
    let running = process.run(&command, &limit, &|_, _| {});
    assert!(timeout(Duration::from_millis(150), running).await.is_err());
    assert!(!is_running("sleep 29.88") && !is_running("sleep 29.89"));
}

/// The memory that this process ever held, in KiB (`proc(5)`, `VmHWM`).
fn highest_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn a_child_that_prints_a_lot_costs_no_memory() {
    if is_alone("a_child_that_prints_a_lot_costs_no_memory") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let before = highest_memory();
        let finished = runtime.block_on(run(&shell("yes some words | head -c 200000000"), LONG));
        assert_eq!((finished.exit, finished.stdout.total), (Exit::Status(0), 200_000_000));
        assert_eq!(finished.stdout.head.len() + finished.stdout.tail.len(), Command::KEEP);
        assert!(finished.stdout.text().starts_with("some words\nsome words\n"));
        let more = highest_memory() - before;
        assert!(more < 32 * 1024, "{more} KiB more, of 195,312 KiB that were printed");
    }
}

#[tokio::test]
async fn a_stopped_child_is_told_and_woken_to_hear_sigterm() {
    let script = "trap 'echo woken; exit' TERM; kill -STOP $$; while :; do sleep 0.01; done";
    let finished = run(&shell(script), Duration::from_millis(200)).await;
    assert_eq!((finished.exit, finished.stdout.text().as_str()), (Exit::TimedOut, "woken\n"));
    assert!(finished.leaks[0].contains("stood still"), "{:?}", finished.leaks);
}

#[tokio::test]
async fn a_thousand_commands_leave_no_zombie_and_no_open_file() {
    let open = || std::fs::read_dir("/proc/self/fd").unwrap().count();
    run(&command(&["true"]), LONG).await;
    let before = open();
    let mut pids = BTreeSet::new();
    for _ in 0..100 {
        let finished = run(&shell("echo $$"), LONG).await;
        pids.insert(finished.stdout.text().trim().to_owned());
    }
    assert_eq!(pids.len(), 100);
    assert!(pids.iter().all(|pid| !Path::new("/proc").join(pid).exists()));
    assert!(open() < before + 60, "{before} before, {} now", open());
}

#[tokio::test]
async fn a_started_program_writes_its_log_and_is_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("service.log");
    std::fs::write(&log, "before\n").unwrap();
    let script = "trap 'echo bye; exit 0' TERM; echo up; echo err >&2; while :; do sleep 0.01; done";
    let mut running = Process::default().start(&shell(script), &log).unwrap();
    while !std::fs::read_to_string(&log).unwrap().contains("err") {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(running.ended(), None);
    assert_eq!(running.stop(LONG).await, Exit::Status(0));
    let written = std::fs::read_to_string(&log).unwrap();
    assert!(written.starts_with("before\nup\nerr\n") && written.ends_with("bye\n"), "{written}");
}

#[tokio::test]
async fn a_started_program_that_ends_by_itself_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = Process::default().start(&shell("exit 7"), &folder.path().join("log")).unwrap();
    let begin = clock::instant();
    let exit = loop {
        if let Some(exit) = running.ended() {
            break exit;
        }
        assert!(begin.elapsed() < LONG);
        tokio::time::sleep(Duration::from_millis(2)).await;
    };
    assert_eq!((exit, running.ended()), (Exit::Status(7), Some(Exit::Status(7))));
    assert_eq!(running.stop(LONG).await, Exit::Status(7));
}

#[tokio::test]
async fn a_log_that_cannot_be_written_is_an_error() {
    let error = Process::default().start(&shell("true"), Path::new("/no/such/folder/log")).unwrap_err();
    assert!(matches!(error, ProcessError::Start { .. }), "{error:?}");
}
