//! Whole steps on real commands, in the ways in which commands mislead.

use std::path::Path;

use super::*;
use crate::kind::check::Judgement;
use crate::model::{Count, Outcome, Problem, Reason, RetrySafety};

/// Runs a step in a folder that holds the file `app/a.py`.
async fn judgement(settings: &str) -> Judgement {
    let folder = tempfile::tempdir().unwrap();
    judgement_in(folder.path(), settings).await
}

async fn judgement_in(folder: &Path, settings: &str) -> Judgement {
    std::fs::create_dir_all(folder.join("app")).unwrap();
    std::fs::write(folder.join("app/a.py"), "x = 1\n").unwrap();
    let step: CommandStep = toml::from_str(settings).unwrap();
    step.judge(&Context::for_test(folder, "2026-01-02T03:04:05Z")).await
}

/// The settings for a shell script.
fn script(script: &str, more: &str) -> String {
    format!("command = ['sh', '-c', '''{script}''']\n{more}")
}

async fn judged(settings: &str) -> (&'static str, Reason) {
    let outcome = judgement(settings).await.outcome;
    if let Outcome::Warn(problem) | Outcome::Fail(problem) | Outcome::Error(problem) = &outcome {
        let Problem { what, expected, observed, next, .. } = problem;
        assert!([what, expected, observed, next].iter().all(|part| !part.trim().is_empty()), "{problem:?}");
    }
    (outcome.as_str(), outcome.reason())
}

const PASS: (&str, Reason) = ("pass", Reason::Met);

#[tokio::test]
async fn a_good_end_passes_and_tells_its_numbers() {
    let judgement = judgement("command = 'printf \"one\\n\\ntwo\\n\"'\nmin-lines = 2").await;
    let Outcome::Pass(passed) = &judgement.outcome else { panic!("{judgement:?}") };
    assert!(passed.observed.starts_with("exit status 0 in "), "{}", passed.observed);
    assert!(passed.observed.ends_with(", 2 lines on standard output"), "{}", passed.observed);
    assert_eq!(judgement.examined, Some(Count::new(2, "lines")));
}

#[tokio::test]
async fn every_bad_end_has_its_own_words() {
    assert_eq!(judged(&script("exit 3", "")).await, ("fail", Reason::ExitStatus));
    assert_eq!(judged(&script("exit 3", "exit-status = [0, 3]")).await, PASS);
    assert_eq!(judged(&script("exit 0", "exit-status = 3")).await, ("fail", Reason::ExitStatus));
    assert_eq!(judged(&script("no-such-program-here", "")).await, ("error", Reason::ToolMissing));
    assert_eq!(judged(&script("./app/a.py", "")).await, ("error", Reason::ToolFailed));
    assert_eq!(judged(&script("kill -KILL $$", "")).await, ("error", Reason::ToolFailed));
    assert_eq!(judged("command = 'no-such-program-here'").await, ("error", Reason::ToolMissing));
    assert_eq!(judged("command = 'true'\nfolder = 'gone'").await, ("error", Reason::ToolMissing));
}

#[tokio::test]
async fn a_failure_shows_the_last_words_and_whether_a_retry_is_safe() {
    let settings = script("echo start; echo \"disk full\" >&2; exit 1", "effect = 'read'");
    let Outcome::Fail(problem) = judgement(&settings).await.outcome else { panic!("it must fail") };
    assert!(problem.observed.ends_with("; its last line: disk full"), "{}", problem.observed);
    assert_eq!(problem.retry, RetrySafety::Safe);
    let Outcome::Fail(problem) = judgement(&script("exit 1", "")).await.outcome else { panic!("it must fail") };
    assert_eq!(problem.retry, RetrySafety::Unsafe);
}

#[tokio::test]
async fn success_that_only_the_exit_status_claims_is_seen_through() {
    let lies = "echo 'ERROR: dump failed' >&2; echo backup done";
    assert_eq!(judged(&script(lies, "stderr.not-contains = 'ERROR'")).await, ("fail", Reason::NotMet));
    assert_eq!(judged(&script(lies, "stdout.contains = 'rows'")).await, ("fail", Reason::NotMet));
    assert_eq!(judged(&script(lies, "min-lines = 2")).await, ("error", Reason::ZeroWork));
    assert_eq!(judged(&script("exit 0", "stdout.not-contains = 'ERROR'")).await, ("error", Reason::ZeroWork));
}

#[tokio::test]
async fn a_check_that_changes_what_it_checks_fails() {
    let watched = "unchanged = ['app']\neffect = 'read'";
    assert_eq!(judged(&script("cat app/a.py", watched)).await, PASS);
    assert_eq!(judged(&script("echo 'x = 2' > app/a.py", watched)).await, ("fail", Reason::ChangedFiles));
    assert_eq!(judged(&script("rm -r app", watched)).await, ("fail", Reason::ChangedFiles));
    assert_eq!(judged(&script("touch app/b.py", watched)).await, ("fail", Reason::ChangedFiles));
    assert_eq!(judged(&script("true", "unchanged = ['typo']")).await, ("error", Reason::Precondition));
    let judgement = judgement(&script("echo 'x = 2' > app/a.py", watched)).await;
    let Outcome::Fail(problem) = judgement.outcome else { panic!("it must fail") };
    assert_eq!(problem.observed, "changes (1): changed app/a.py");
}

#[tokio::test]
async fn what_outlives_the_command_is_a_warn() {
    let settings = script("sleep 29.91 >/dev/null 2>&1 &", "");
    assert_eq!(judged(&settings).await, ("warn", Reason::Leaked));
}

#[tokio::test]
async fn variables_and_folder_reach_the_command() {
    let settings = "command = ['sh', '-c', 'echo $COLOUR; ls']\nfolder = 'app'\nenvironment = { COLOUR = 'red blue' }\n\
                    stdout.matches = ['^red blue$', '^a\\.py$']";
    assert_eq!(judged(settings).await, PASS);
}

#[tokio::test]
async fn results_that_a_command_writes_are_believed_more_than_its_exit_status() {
    let tap = |tests: &str, status: u8| script(&format!("printf '{tests}'; exit {status}"), "result = 'tap'");
    assert_eq!(judged(&tap("1..1\\nok 1\\n", 0)).await, PASS);
    assert_eq!(judged(&tap("1..2\\nok 1\\nnot ok 2\\n", 0)).await, ("fail", Reason::TestsFailed));
    assert_eq!(judged(&tap("1..1\\nok 1\\n", 2)).await, ("fail", Reason::ExitStatus));
    assert_eq!(judged(&tap("1..2\\nok 1\\n", 0)).await, ("error", Reason::Unparsable));
    assert_eq!(judged(&tap("1..0\\n", 0)).await, ("error", Reason::ZeroWork));
}

#[tokio::test]
async fn results_of_an_earlier_run_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let report = "<testsuite><testcase classname='a' name='b'/></testsuite>";
    std::fs::write(folder.path().join("junit.xml"), report).unwrap();
    let more = "result = 'junit'\nresult-file = 'junit.xml'";
    let old = judgement_in(folder.path(), &format!("command = 'true'\n{more}")).await.outcome;
    assert_eq!((old.as_str(), old.reason()), ("error", Reason::Unparsable));
    let new = judgement_in(folder.path(), &script(&format!("echo \"{report}\" > junit.xml"), more)).await;
    assert_eq!((new.outcome, new.examined), (Outcome::pass("1 passed, 0 skipped"), Some(Count::new(1, "tests"))));
}

#[tokio::test]
async fn a_plugin_is_judged_by_its_protocol() {
    let plugin = |text: &str, status: u8| script(&format!("echo '{text}'; exit {status}"), "result = 'nagios'");
    assert_eq!(judged(&plugin("DISK OK - 30% free", 0)).await, PASS);
    assert_eq!(judged(&plugin("DISK WARNING - 9% free", 1)).await, ("warn", Reason::Threshold));
    assert_eq!(judged(&plugin("DISK CRITICAL - 1% free", 2)).await, ("fail", Reason::NotMet));
    assert_eq!(judged(&plugin("DISK CRITICAL - 1% free", 0)).await, ("error", Reason::Inconclusive));
}

#[test]
fn the_example_loads_and_has_no_problems() {
    let text = KIND.example.replace("[[step]]", "").replace("id = \"dump-is-readable\"", "");
    let text = text.replace("kind = \"command\"", "");
    let lines = text.lines().filter(|line| !line.starts_with("expected"));
    let step: CommandStep = toml::from_str(&lines.collect::<Vec<_>>().join("\n")).unwrap();
    assert_eq!(step.problems(), []);
    assert_eq!(step.effect(), Effect::Read);
}
