//! What the runner promises: order, retries, waiting, locks, phases, waivers, selection.

use crate::room::Room;

/// Runs steps given as TOML and returns the exit status and the report.
fn run(room: &Room, steps: &str, more: &[&str]) -> (Option<i32>, serde_json::Value) {
    room.write("checklists/gate.toml", &format!("[checklist]\nname = 'gate'\n{steps}"));
    let arguments = [&["run", "--format", "json"], more].concat();
    let output = room.rollsafe(&arguments);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let report = serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("{error}: {text}{}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code(), report)
}

fn step(id: &str, script: &str, more: &str) -> String {
    let script = serde_json::to_string(script).unwrap();
    format!("[[step]]\nid = '{id}'\nkind = 'command'\ncommand = ['sh', '-c', {script}]\n{more}\n")
}

/// `id outcome reason` of every step, in the order of the report.
fn results(report: &serde_json::Value) -> Vec<String> {
    let word = |value: &serde_json::Value| value.as_str().unwrap_or("?").to_owned();
    report["steps"]
        .as_array()
        .unwrap_or_else(|| panic!("{report:#}"))
        .iter()
        .map(|step| {
            let id = word(&step["step"]["id"]).replace("gate/", "");
            format!("{id} {} {}", word(&step["result"]["outcome"]), word(&step["result"]["reason"]))
        })
        .collect()
}

#[test]
fn a_step_whose_need_is_not_good_is_blocked_and_the_others_run() {
    let steps = [
        step("a", "exit 1", ""),
        step("b", "true", "needs = ['a']"),
        step("c", "true", "needs = ['b']"),
        step("d", "true", ""),
    ];
    let (status, report) = run(&Room::new(), &steps.concat(), &[]);
    assert_eq!(status, Some(1));
    assert_eq!(results(&report), ["a fail exit-status", "b skip blocked", "c skip blocked", "d pass met"]);
}

#[test]
fn a_blocked_required_step_leaves_the_run_undecided() {
    let steps = [step("a", "exit 1", "advisory = true"), step("b", "true", "needs = ['a']")];
    let (status, report) = run(&Room::new(), &steps.concat(), &[]);
    assert_eq!((status, results(&report)[1].as_str()), (Some(3), "b skip blocked"));
}

#[test]
fn an_advisory_step_never_closes_the_gate() {
    let steps = [step("a", "exit 1", "advisory = true"), step("b", "true", "")];
    assert_eq!(run(&Room::new(), &steps.concat(), &[]).0, Some(0));
}

#[test]
fn a_gate_of_advisory_steps_alone_is_not_a_go() {
    assert_eq!(run(&Room::new(), &step("a", "true", "advisory = true"), &[]).0, Some(3));
}

#[test]
fn a_pass_after_a_retry_is_a_warn_that_says_so() {
    let flaky = step("a", "test -e tried || { touch tried; exit 1; }", "retry = { times = 2, interval = '10ms' }");
    let (status, report) = run(&Room::new(), &flaky, &[]);
    assert_eq!((status, results(&report)), (Some(0), vec!["a warn after-retry".to_owned()]));
    assert_eq!(report["steps"][0]["attempts"], 2);
}

#[test]
fn retries_end_and_the_last_outcome_counts() {
    let (status, report) =
        run(&Room::new(), &step("a", "echo x >> tries; exit 1", "retry = { times = 2, interval = '10ms' }"), &[]);
    assert_eq!((status, report["steps"][0]["attempts"].as_u64()), (Some(1), Some(3)));
}

#[test]
fn waiting_until_ready_is_not_a_retry() {
    let slow = step(
        "a",
        "test $(wc -l < tries) -ge 3 || { echo x >> tries; exit 1; }",
        "until = { within = '10s', interval = '20ms' }",
    );
    let room = Room::new();
    room.write("tries", "");
    let (status, report) = run(&room, &slow, &[]);
    assert_eq!((status, results(&report)), (Some(0), vec!["a pass met".to_owned()]));
}

#[test]
fn waiting_has_an_end() {
    let never = step("a", "exit 1", "until = { within = '400ms', interval = '50ms' }");
    let (status, report) = run(&Room::new(), &never, &[]);
    assert_eq!((status, results(&report)), (Some(1), vec!["a fail exit-status".to_owned()]));
    assert!(report["steps"][0]["result"]["observed"].as_str().unwrap().contains("within 400ms"));
}

#[test]
fn a_lock_keeps_two_steps_apart_and_an_exclusive_step_is_alone() {
    let guarded = "mkdir held && sleep 0.1 && rmdir held";
    let steps = [
        step("a", guarded, "lock = 'db'"),
        step("b", guarded, "lock = 'db'"),
        step("c", "test ! -e held && sleep 0.1 && test ! -e held", "exclusive = true"),
    ];
    let (status, report) = run(&Room::new(), &steps.concat(), &["--jobs", "8"]);
    assert_eq!(status, Some(0), "{:?}", results(&report));
}

#[test]
fn a_later_phase_waits_for_the_earlier_one() {
    let mut room = Room::new();
    room.service_file("[profile.gate]\nphases = ['before', 'after']\n");
    let steps = [step("late", "test -e early", "phase = 'after'"), step("early", "sleep 0.1; touch early", "")];
    assert_eq!(run(&room, &steps.concat(), &["--jobs", "8"]).0, Some(0));
}

#[test]
fn fail_fast_starts_nothing_more() {
    let steps = [step("a", "exit 1", ""), step("b", "true", ""), step("c", "true", "")];
    let (status, report) = run(&Room::new(), &steps.concat(), &["--jobs", "1", "--fail-fast"]);
    assert_eq!(status, Some(1));
    assert_eq!(results(&report), ["a fail exit-status", "b skip stopped-early", "c skip stopped-early"]);
}

#[test]
fn a_waiver_makes_a_warn_and_an_expired_one_is_void() {
    for (expires, status, outcome) in [("2999-01-01", 0, "a warn waived"), ("2020-01-01", 1, "a fail exit-status")] {
        let mut room = Room::new();
        room.service_file(&format!(
            "[[waiver]]\nstep = 'gate/a'\nreason = 'moves on Friday'\nowner = 'dana'\nexpires = {expires}\n"
        ));
        let steps = [step("a", "exit 1", ""), step("b", "true", "")];
        let (code, report) = run(&room, &steps.concat(), &[]);
        assert_eq!((code, results(&report)[0].as_str()), (Some(status), outcome));
        assert_eq!(report["steps"][0]["waiver"]["owner"], "dana");
    }
}

#[test]
fn not_applicable_is_a_skip_that_says_why_and_does_not_block() {
    let mut room = Room::new();
    room.service_file("[not-applicable]\n'gate/a' = 'no such thing here'\n");
    let steps = [step("a", "exit 1", ""), step("b", "true", "needs = ['a']")];
    let (status, report) = run(&room, &steps.concat(), &[]);
    assert_eq!(
        (status, results(&report)),
        (Some(0), vec!["a skip not-applicable".to_owned(), "b pass met".to_owned()])
    );
    assert_eq!(report["steps"][0]["result"]["why"], "no such thing here");
}

#[test]
fn only_takes_what_a_step_needs_with_it() {
    let steps = [step("a", "true", ""), step("b", "true", "needs = ['a']"), step("c", "exit 1", "")];
    let (status, report) = run(&Room::new(), &steps.concat(), &["--only", "b"]);
    assert_eq!(
        (status, results(&report)),
        (Some(0), vec!["a pass met".into(), "b pass met".into(), "c skip not-selected".into()])
    );
}

#[test]
fn an_unknown_or_empty_selection_is_refused() {
    let steps = step("build-image", "true", "");
    let (status, report) = run(&Room::new(), &steps, &["--only", "build-imge"]);
    assert_eq!(status, Some(2));
    assert!(report["error"]["message"].as_str().unwrap().contains("did you mean `build-image`?"), "{report}");
    let (status, report) = run(&Room::new(), &steps, &["--skip", "build-image"]);
    assert_eq!(status, Some(2), "{report}");
}

#[test]
fn a_write_is_not_made_where_the_target_allows_only_reads() {
    let mut room = Room::new();
    room.service_file("[target.production]\nenvironment = 'production'\nurl = 'http://127.0.0.1:9'\n");
    let (status, report) = run(&room, &step("a", "touch written", ""), &["--target", "production"]);
    assert_eq!(status, Some(2), "nothing is left to run: {report}");
    assert!(!room.root().join("written").exists());
    let steps = [step("a", "touch written", ""), step("b", "true", "effect = 'read'")];
    let (status, report) = run(&room, &steps.concat(), &["--target", "production"]);
    assert_eq!((status, results(&report)[0].as_str()), (Some(3), "a skip effect-not-allowed"));
    assert!(!room.root().join("written").exists());
}
