//! From what was seen of a run of tests to its outcome.

use crate::kind::check::fresh_file::NotFresh;
use crate::kind::check::junit::{COLLECTION_FAILURE, JunitError};
use crate::kind::check::{Check, TestCounts, TestResults};
use crate::model::{Elapsed, Evidence, Outcome, Problem, Reason, excerpt};
use crate::probe::process::{Exit, Finished};

use super::UnitTest;
use super::pytest::{self, PytestOutput};
use super::report::{Loaded, NoReport};

/// How many failed tests are named.
const SHOWN: usize = 5;

/// How many of the last lines of a program are shown, and how long each may be.
const LAST_LINES: (usize, usize) = (4, 200);

/// Everything that was seen of a run.
#[derive(Debug)]
pub(super) struct Seen {
    /// The command that was run.
    pub(super) line: String,
    /// The command as a person runs it.
    pub(super) again: String,
    pub(super) exit: Exit,
    pub(super) is_pytest: bool,
    pub(super) report: Result<Loaded, NoReport>,
    pub(super) output: PytestOutput,
    /// The last lines of the output, for a run that broke.
    pub(super) last_words: String,
    pub(super) elapsed: Elapsed,
    /// How many processes or open pipes were left behind.
    pub(super) leaks: usize,
}

impl Seen {
    pub(super) fn evidence(&self) -> Vec<Evidence> {
        let mut evidence = vec![Evidence::text("command", &self.line), Evidence::text("end", ended(self.exit))];
        evidence.extend(self.output.version.iter().map(|version| Evidence::text("pytest version", version)));
        evidence.extend(self.output.summary.iter().map(|summary| Evidence::text("summary", summary)));
        if self.is_pytest {
            evidence.push(Evidence::count("deselected", self.output.deselected, "tests"));
        }
        evidence.extend(self.report.iter().flat_map(Loaded::evidence));
        evidence
    }

    fn problem(&self, reason: Reason, what: impl Into<String>) -> Problem {
        Problem::new(reason, what).next(format!("run `{}` by hand", self.again))
    }
}

/// The last lines that a program wrote, of standard error if there are any, otherwise of standard output.
pub(super) fn last_words(finished: &Finished) -> String {
    let captured = if finished.stderr.total > 0 { &finished.stderr } else { &finished.stdout };
    let text = captured.text();
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let from = lines.len().saturating_sub(LAST_LINES.0);
    lines[from..].iter().map(|line| excerpt(line, LAST_LINES.1)).collect::<Vec<_>>().join("\n")
}

fn ended(exit: Exit) -> String {
    match exit {
        Exit::Status(status) => format!("exit status {status}"),
        Exit::Signal(signal) => format!("ended by signal {signal}"),
        Exit::TimedOut => "ended because its time was over".to_owned(),
        Exit::Cancelled => "ended because the run was told to stop".to_owned(),
    }
}

impl UnitTest {
    /// The outcome of a run that came to its end.
    pub(super) fn outcome(&self, seen: &Seen) -> Outcome {
        match &seen.report {
            Ok(loaded) => self.outcome_of(seen, &loaded.results),
            Err(why) if seen.exit == Exit::Status(0) => Outcome::Error(no_report(seen, why)),
            Err(_) => Outcome::Error(not_good_end(seen, &TestResults::default())),
        }
    }

    fn outcome_of(&self, seen: &Seen, results: &TestResults) -> Outcome {
        let counts = results.counts();
        if counts.bad() > 0 && !stopped_while_collecting(seen, results) {
            return Outcome::Fail(tests_failed(seen, results));
        }
        if seen.exit != Exit::Status(0) {
            return Outcome::Error(not_good_end(seen, results));
        }
        if counts.passed == 0 {
            return Outcome::Error(nothing_passed(seen, counts));
        }
        if let Some(problem) = unsure(seen, results) {
            return Outcome::Error(problem);
        }
        match self.outside_limits(seen, counts) {
            Some(problem) => Outcome::Fail(problem),
            None => with_reservation(seen, counts),
        }
    }

    /// All limits that the numbers break, in one problem.
    fn outside_limits(&self, seen: &Seen, counts: TestCounts) -> Option<Problem> {
        let broken = self.broken_limits(seen, counts);
        let reason = if broken.first()?.key == "min-passed" { Reason::TooFew } else { Reason::TooMany };
        let what: Vec<&str> = broken.iter().map(|limit| limit.what.as_str()).collect();
        let keys: Vec<String> = broken.iter().map(|limit| format!("`{}`", limit.key)).collect();
        let problem =
            Problem::new(reason, what.join("; ")).expected(self.expectation()).observed(numbers(seen, counts));
        Some(problem.next(format!(
            "run `{}` by hand and find out why; if it is meant so, change {} in the step",
            seen.again,
            keys.join(" and ")
        )))
    }

    /// The limits that the numbers break; too few passed tests come first.
    fn broken_limits(&self, seen: &Seen, counts: TestCounts) -> Vec<BrokenLimit> {
        let least = self.min_passed.get();
        let too_few = (counts.passed < least)
            .then(|| BrokenLimit { key: "min-passed", what: format!("{} of {least} tests passed", counts.passed) });
        let limits = [
            ("max-skipped", "skipped", counts.skipped, self.max_skipped),
            ("max-xfail", "expected to fail", counts.expected_failures, self.max_xfail),
            ("max-deselected", "deselected", seen.output.deselected, self.max_deselected),
        ];
        let too_many =
            limits.into_iter().filter(|(.., number, most)| number > most).map(|(key, word, number, most)| {
                BrokenLimit { key, what: format!("{} {word}, {most} may be", tests_were(number)) }
            });
        too_few.into_iter().chain(too_many).collect()
    }
}

/// A limit of the step that the numbers break.
#[derive(Debug)]
struct BrokenLimit {
    /// The key in the step.
    key: &'static str,
    what: String,
}

fn tests_were(number: usize) -> String {
    format!("{number} {}", if number == 1 { "test was" } else { "tests were" })
}

/// `47 passed, 0 skipped in 1.20s`, with what pytest alone knows.
fn numbers(seen: &Seen, counts: TestCounts) -> String {
    let deselected = match seen.output.deselected {
        0 => String::new(),
        number => format!(", {number} deselected"),
    };
    format!("{counts}{deselected} in {}", seen.elapsed)
}

/// Whether pytest gave up before any test, because modules could not be imported.
fn stopped_while_collecting(seen: &Seen, results: &TestResults) -> bool {
    let uncollected = |message: &str| message.starts_with(COLLECTION_FAILURE);
    seen.is_pytest && seen.exit == Exit::Status(2) && results.bad().all(|case| uncollected(&case.message))
}

fn tests_failed(seen: &Seen, results: &TestResults) -> Problem {
    let counts = results.counts();
    let noun = if counts.bad() == 1 { "test" } else { "tests" };
    let belied = if seen.exit == Exit::Status(0) { ", although the exit status is 0" } else { "" };
    seen.problem(Reason::TestsFailed, format!("{} {noun} failed{belied}", counts.bad()))
        .expected("no failed test")
        .observed(format!("{}\n{}", numbers(seen, counts), results.shown_bad(SHOWN)))
}

/// The runner did not end well, and no test says why.
fn not_good_end(seen: &Seen, results: &TestResults) -> Problem {
    let words = match seen.exit {
        Exit::Status(status) if seen.is_pytest => pytest::meaning(status),
        Exit::Status(_) | Exit::Signal(_) | Exit::TimedOut | Exit::Cancelled => None,
    };
    let reason = match seen.exit {
        Exit::Status(5) if seen.is_pytest => Reason::ZeroWork,
        Exit::Status(_) | Exit::Signal(_) | Exit::TimedOut | Exit::Cancelled => Reason::ToolFailed,
    };
    let what = words.unwrap_or("the test runner failed, and no test says why");
    let details = if results.counts().bad() > 0 { results.shown_bad(SHOWN) } else { seen.last_words.clone() };
    seen.problem(reason, what)
        .expected("exit status 0 and at least one test")
        .observed(format!("{}\n{details}", ended(seen.exit)).trim_end().to_owned())
}

fn no_report(seen: &Seen, why: &NoReport) -> Problem {
    let reason = match why {
        NoReport::NotFresh(NotFresh::Missing { .. }) => Reason::NoData,
        NoReport::NotFresh(NotFresh::Stale { .. }) | NoReport::Copied(_) => Reason::Stale,
        NoReport::Broken(JunitError::Contradiction(_)) => Reason::Inconclusive,
        NoReport::NotFresh(NotFresh::Unreadable(_)) | NoReport::Broken(_) => Reason::Unparsable,
    };
    let what = "the run ended with exit status 0 and left no report that could be judged";
    seen.problem(reason, what).expected("a JUnit report written by this run").observed(why.to_string()).next(format!(
        "run `{}` by hand and see whether it writes its report; a hook or plugin that ends the process early prevents it",
        seen.again
    ))
}

fn nothing_passed(seen: &Seen, counts: TestCounts) -> Problem {
    let what = if counts.all() == 0 { "no test was run" } else { "no test ran and passed" };
    seen.problem(Reason::ZeroWork, what)
        .expected("at least one test that passes")
        .observed(numbers(seen, counts))
        .next(format!(
            "run `{}` by hand; look for options in PYTEST_ADDOPTS and the configuration that skip or only list tests",
            seen.again
        ))
}

/// Signs that the numbers are not the numbers of the whole.
fn unsure(seen: &Seen, results: &TestResults) -> Option<Problem> {
    let problem = |what: &str, observed: String| {
        seen.problem(Reason::Inconclusive, what).expected("a run of all tests to its end").observed(observed)
    };
    if results.unfinished > 0 {
        let observed = format!("{} began and did not end; {}", results.unfinished, numbers(seen, results.counts()));
        return Some(problem("a test began and never ended", observed));
    }
    if let Some(line) = &seen.output.cut_short {
        return Some(problem("pytest did not run all the tests", line.clone()));
    }
    if seen.is_pytest && seen.output.summary.is_none() {
        let what = "pytest printed no summary, so nobody can tell whether tests were deselected";
        let observed = format!("{} in the report, no summary line", results.counts());
        return Some(problem(what, observed));
    }
    None
}

/// A pass, or a warn that names what is not quite right.
fn with_reservation(seen: &Seen, counts: TestCounts) -> Outcome {
    let again = counts.retried.max(seen.output.reruns);
    if again > 0 {
        let problem = seen
            .problem(Reason::AfterRetry, format!("{} good only when run again", tests_were(again)))
            .expected("every test passes the first time");
        return Outcome::Warn(problem.observed(numbers(seen, counts)));
    }
    if seen.leaks > 0 {
        let problem = seen
            .problem(Reason::Leaked, "the tests left processes or open pipes behind")
            .expected("nothing that outlives the tests");
        return Outcome::Warn(problem.observed(format!("{} of them; {}", seen.leaks, numbers(seen, counts))));
    }
    Outcome::pass(numbers(seen, counts))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::kind::check::junit;

    /// A run of pytest with a summary and the given tests.
    fn seen(status: i32, cases: &str) -> Seen {
        let results = junit::read(&format!("<testsuite name=\"pytest\">{cases}</testsuite>")).unwrap();
        Seen {
            line: "pytest -q --junitxml=/tmp/junit.xml".to_owned(),
            again: "pytest -q".to_owned(),
            exit: Exit::Status(status),
            is_pytest: true,
            report: Ok(Loaded { results, sha256: String::new() }),
            output: PytestOutput { summary: Some("3 passed in 1.20s".to_owned()), ..PytestOutput::default() },
            last_words: "the last line".to_owned(),
            elapsed: Duration::from_millis(1_200).into(),
            leaks: 0,
        }
    }

    fn settings(text: &str) -> UnitTest {
        toml::from_str(text).unwrap()
    }

    /// The outcome and the reason of a run.
    fn judged(text: &str, seen: &Seen) -> (String, Reason) {
        let outcome = settings(text).outcome(seen);
        (outcome.as_str().to_owned(), outcome.reason())
    }

    fn is(outcome: &str, reason: Reason) -> (String, Reason) {
        (outcome.to_owned(), reason)
    }

    fn missing() -> NoReport {
        NotFresh::Missing { path: "junit.xml".into() }.into()
    }

    const GOOD: &str = "<testcase name='a'/><testcase name='b'/>";
    const SKIPPED: &str = "<testcase name='s'><skipped type='pytest.skip'/></testcase>";
    const XFAILED: &str = "<testcase name='x'><skipped type='pytest.xfail'/></testcase>";
    const BAD: &str =
        "<testcase name='f'><failure message='assert 3 == 4'>tests/test_a.py:7: AssertionError</failure></testcase>";
    const UNCOLLECTED: &str =
        "<testcase name='m'><error message='collection failure'>E   ImportError: x</error></testcase>";

    #[test]
    fn a_good_run_passes_with_its_numbers() {
        assert_eq!(settings("").outcome(&seen(0, GOOD)), Outcome::pass("2 passed, 0 skipped in 1.20s"));
    }

    #[test]
    fn failed_tests_fail_whatever_the_exit_status_says() {
        for status in [0, 1, 2] {
            assert_eq!(judged("", &seen(status, &[GOOD, BAD].concat())), is("fail", Reason::TestsFailed));
        }
        let Outcome::Fail(problem) = settings("").outcome(&seen(0, BAD)) else { panic!("it fails") };
        assert_eq!(problem.what, "1 test failed, although the exit status is 0");
        assert_eq!(problem.observed, "0 passed, 0 skipped, 1 failed in 1.20s\ntests/test_a.py:7 f: assert 3 == 4");
    }

    #[test]
    fn a_run_in_which_nothing_passed_is_zero_work() {
        for cases in ["", SKIPPED, XFAILED, &[SKIPPED, XFAILED].concat()] {
            assert_eq!(judged("max-skipped = 9\nmax-xfail = 9", &seen(0, cases)), is("error", Reason::ZeroWork));
        }
        assert_eq!(judged("", &seen(5, "")), is("error", Reason::ZeroWork));
    }

    #[test]
    fn a_runner_that_ends_badly_is_an_error_that_says_why() {
        for status in [1, 2, 3, 4, 137] {
            assert_eq!(judged("", &seen(status, GOOD)), is("error", Reason::ToolFailed));
        }
        let Outcome::Error(problem) = settings("").outcome(&seen(2, UNCOLLECTED)) else { panic!("it is an error") };
        assert_eq!(problem.reason, Reason::ToolFailed);
        assert_eq!(problem.observed, "exit status 2\nm: collection failure ImportError: x");
    }

    #[test]
    fn a_module_that_is_not_imported_beside_tests_that_ran_is_a_failure() {
        assert_eq!(judged("", &seen(1, &[GOOD, UNCOLLECTED].concat())), is("fail", Reason::TestsFailed));
    }

    #[test]
    fn numbers_outside_the_limits_fail_and_all_of_them_are_told() {
        assert_eq!(judged("min-passed = 3", &seen(0, GOOD)), is("fail", Reason::TooFew));
        assert_eq!(judged("", &seen(0, &[GOOD, SKIPPED].concat())), is("fail", Reason::TooMany));
        assert_eq!(judged("max-skipped = 1", &seen(0, &[GOOD, SKIPPED].concat())), is("pass", Reason::Met));
        assert_eq!(judged("", &seen(0, &[GOOD, XFAILED].concat())), is("fail", Reason::TooMany));
        let outcome = settings("min-passed = 3").outcome(&seen(0, &[GOOD, SKIPPED].concat()));
        let Outcome::Fail(problem) = outcome else { panic!("it fails") };
        assert_eq!(problem.what, "2 of 3 tests passed; 1 test was skipped, 0 may be");
    }

    #[test]
    fn deselected_tests_fail_unless_they_are_allowed() {
        let mut seen = seen(0, GOOD);
        seen.output.deselected = 5;
        assert_eq!(judged("", &seen), is("fail", Reason::TooMany));
        assert_eq!(judged("max-deselected = 5", &seen), is("pass", Reason::Met));
    }

    #[test]
    fn a_run_that_was_cut_short_is_inconclusive() {
        let unfinished = seen(0, "<testcase name='a'/><testcase time='0.0'/>");
        assert_eq!(judged("", &unfinished), is("error", Reason::Inconclusive));
        let mut early = seen(0, GOOD);
        early.output.cut_short = Some("_pytest.outcomes.Exit: x".to_owned());
        assert_eq!(judged("", &early), is("error", Reason::Inconclusive));
        let mut silent = seen(0, GOOD);
        silent.output.summary = None;
        assert_eq!(judged("", &silent), is("error", Reason::Inconclusive));
        silent.is_pytest = false;
        assert_eq!(judged("", &silent), is("pass", Reason::Met));
    }

    #[test]
    fn a_good_exit_status_without_a_report_is_no_pass() {
        let cases = [
            (missing(), Reason::NoData),
            (NoReport::Copied("2020-01-02T03:04:05Z".parse().unwrap()), Reason::Stale),
            (NoReport::Broken(JunitError::Truncated), Reason::Unparsable),
            (NoReport::Broken(JunitError::Contradiction("x".to_owned())), Reason::Inconclusive),
        ];
        for (why, reason) in cases {
            let seen = Seen { report: Err(why), ..seen(0, "") };
            assert_eq!(judged("", &seen), is("error", reason));
        }
        let seen = Seen { report: Err(missing()), ..seen(4, "") };
        assert_eq!(judged("", &seen), is("error", Reason::ToolFailed));
    }

    #[test]
    fn a_test_that_passed_only_on_a_second_try_is_a_warn() {
        let mut seen = seen(0, GOOD);
        seen.output.reruns = 1;
        assert_eq!(judged("", &seen), is("warn", Reason::AfterRetry));
        seen.output.reruns = 0;
        seen.leaks = 1;
        assert_eq!(judged("", &seen), is("warn", Reason::Leaked));
    }

    #[test]
    fn settings_that_cannot_show_anything_are_problems() {
        let keys = |text| settings(text).problems().iter().map(|problem| problem.key).collect::<Vec<_>>();
        assert_eq!(keys("command = 'make test'"), ["junit"]);
        assert_eq!(keys("command = 'pytest --collect-only'"), ["command"]);
        assert_eq!(keys("command = 'tox -- --junitxml={{ junit }}'"), Vec::<&str>::new());
        assert_eq!(keys("command = 'make test'\njunit = 'build/junit.xml'"), Vec::<&str>::new());
        assert!(toml::from_str::<UnitTest>("min-passed = 0").is_err());
        assert!(toml::from_str::<UnitTest>("min-pased = 1").is_err());
    }
}
