//! What is special about pytest: how it is called, what it is asked for, and what only its output tells.

use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use crate::kind::check::CommandLine;

/// The options that make pytest end well without running the tests, or run only the ones that failed last time.
const HOLLOW: &[&str] = &[
    "--collect-only",
    "--co",
    "--collectonly",
    "--setup-only",
    "--setuponly",
    "--setup-plan",
    "--setupplan",
    "--fixtures",
    "--fixtures-per-test",
    "--markers",
    "--cache-show",
    "--version",
    "-V",
    "--help",
    "-h",
    "--last-failed",
    "--lf",
    "--stepwise",
    "--sw",
];

/// The options that name the report.
const REPORT: &[&str] = &["--junitxml", "--junit-xml"];

/// How many lines at the end of the output may hold the summary.
const SUMMARY_LINES: usize = 60;

/// Where pytest stands in a command: the place of the argument that names it.
pub(super) fn position(command: &CommandLine) -> Option<usize> {
    const LAUNCHERS: &[&str] =
        &["uv", "uvx", "poetry", "pipenv", "pdm", "hatch", "rye", "pixi", "coverage", "env", "nice", "xvfb-run"];
    let names: Vec<&str> = command.argv().iter().map(|argument| file_name(argument)).collect();
    let at = names.iter().position(|name| matches!(*name, "pytest" | "py.test"))?;
    let launched = LAUNCHERS.contains(&names[0]) || names[0].starts_with("python");
    (at == 0 || launched).then_some(at)
}

fn file_name(argument: &str) -> &str {
    Path::new(argument).file_name().and_then(|name| name.to_str()).unwrap_or(argument)
}

/// The options given to pytest, up to `--`.
fn options(command: &CommandLine) -> &[String] {
    let behind = &command.argv()[position(command).map_or(0, |at| at + 1)..];
    behind.split(|argument| argument == "--").next().unwrap_or_default()
}

/// The first option that hollows the run out.
pub(super) fn hollow_option(command: &CommandLine) -> Option<&str> {
    options(command).iter().map(String::as_str).find(|option| HOLLOW.contains(option))
}

/// The report that the command itself asks for.
pub(super) fn named_report(command: &CommandLine) -> Option<String> {
    let options = options(command);
    options.iter().enumerate().find_map(|(at, option)| match option.split_once('=') {
        Some((name, path)) if REPORT.contains(&name) => Some(path.to_owned()),
        Some(_) => None,
        None => REPORT.contains(&option.as_str()).then(|| options.get(at + 1).cloned()).flatten(),
    })
}

/// The command with what rollsafe needs: the report if `report` is given, with the places of the tests in it, and
/// the usual amount of output, because with less of it the number of deselected tests is not told.
pub(super) fn asked_for(command: &CommandLine, report: Option<&str>) -> CommandLine {
    let argv = command.argv();
    let from = position(command).map_or(0, |at| at + 1);
    let end = argv[from..].iter().position(|argument| argument == "--").map_or(argv.len(), |at| from + at);
    let verbose = argv[from..end].iter().any(|option| option.starts_with("-v") || option.starts_with("--verbos"));
    let mut all = argv[..end].to_vec();
    if let Some(report) = report {
        all.extend([format!("--junitxml={report}"), "-o".to_owned(), "junit_family=xunit1".to_owned()]);
    }
    if !verbose {
        all.push("--verbosity=0".to_owned());
    }
    all.extend_from_slice(&argv[end..]);
    CommandLine::new(all).expect("it was a command before")
}

/// What an exit status of pytest means (pytest, Exit codes).
pub(super) fn meaning(status: i32) -> Option<&'static str> {
    match status {
        1 => Some("something other than a test made pytest fail, such as a coverage limit"),
        2 => Some("pytest was interrupted, most often because a test module could not be imported"),
        3 => Some("pytest had an internal error"),
        4 => Some(
            "pytest was called in a wrong way: an unknown option, a broken conftest.py, or a path that is not there",
        ),
        5 => Some("pytest found no test"),
        _ => None,
    }
}

/// What the output of pytest tells beyond the report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PytestOutput {
    /// The version, from the header.
    pub(super) version: Option<String>,
    /// The last line with numbers. Without it nobody knows whether tests were deselected.
    pub(super) summary: Option<String>,
    /// Tests that were collected and then left out by an option, a configuration or a plugin.
    pub(super) deselected: usize,
    /// Attempts that were made again after a failure.
    pub(super) reruns: usize,
    /// The line that says that the run ended before all tests had run, or that it left some out on purpose.
    pub(super) cut_short: Option<String>,
}

impl PytestOutput {
    /// Reads the output, with or without colours.
    pub(super) fn read(text: &str) -> Self {
        let text = COLOUR.replace_all(text, "");
        let lines: Vec<&str> = text.lines().collect();
        let tail = &lines[lines.len().saturating_sub(SUMMARY_LINES)..];
        let most = |pattern: &Regex| tail.iter().filter_map(|line| number(pattern, line)).max().unwrap_or(0);
        Self {
            version: VERSION.captures(&text).map(|found| found[1].to_owned()),
            summary: tail
                .iter()
                .rfind(|line| SUMMARY.is_match(line))
                .map(|line| line.trim_matches(['=', ' ']).to_owned()),
            deselected: most(&DESELECTED),
            reruns: most(&RERUNS),
            cut_short: lines
                .iter()
                .find(|line| CUT_SHORT.is_match(line))
                .map(|line| line.trim_matches(['!', ' ']).to_owned()),
        }
    }
}

fn number(pattern: &Regex, line: &str) -> Option<usize> {
    pattern.captures(line)?[1].parse().ok()
}

/// A pattern that is known to be right.
macro_rules! pattern {
    ($name:ident, $text:literal) => {
        static $name: LazyLock<Regex> = LazyLock::new(|| Regex::new($text).expect("the pattern is a constant"));
    };
}

pattern!(COLOUR, r"\x1b\[[0-9;]*[A-Za-z]");
pattern!(VERSION, r"(?m)\bpytest-(\d+\.[0-9A-Za-z.]+)");
pattern!(SUMMARY, r"\b\d+ (passed|failed|errors?|skipped|deselected|xfailed|xpassed)\b|\bno tests (ran|collected)\b");
pattern!(DESELECTED, r"\b(\d+) deselected\b");
// The words of pytest-rerunfailures and of pytest-retry.
pattern!(RERUNS, r"\b(\d+) (?:reruns?|retried)\b");
pattern!(CUT_SHORT, r"^(!{3,} .* !{3,}$|run-last-failure: rerun previous )");

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> CommandLine {
        CommandLine::split(text).unwrap()
    }

    #[test]
    fn pytest_is_known_by_itself_and_behind_a_launcher() {
        for (text, at) in [
            ("pytest -q", Some(0)),
            (".venv/bin/pytest", Some(0)),
            ("python3.12 -m pytest tests", Some(2)),
            ("uv run -- pytest", Some(3)),
            ("coverage run -m pytest", Some(3)),
            ("make test", None),
            ("make pytest", None),
            ("sh -c 'pytest -q'", None),
            ("tox", None),
        ] {
            assert_eq!(position(&line(text)), at, "{text}");
        }
    }

    #[test]
    fn what_rollsafe_needs_is_asked_for_before_the_end_of_the_options() {
        let asked = |text| asked_for(&line(text), Some("j.xml")).to_string();
        let wanted = "'--junitxml=j.xml' -o 'junit_family=xunit1'";
        assert_eq!(asked("pytest -q tests"), format!("pytest -q tests {wanted} '--verbosity=0'"));
        assert_eq!(asked("uv run -- pytest -vv -- a"), format!("uv run -- pytest -vv {wanted} -- a"));
        assert_eq!(asked_for(&line("pytest -v --junitxml=b.xml"), None), line("pytest -v --junitxml=b.xml"));
    }

    #[test]
    fn a_report_that_the_command_names_is_found() {
        assert_eq!(named_report(&line("pytest --junitxml=b/j.xml")), Some("b/j.xml".to_owned()));
        assert_eq!(named_report(&line("pytest --junit-xml b.xml -q")), Some("b.xml".to_owned()));
        assert_eq!(named_report(&line("pytest -q")), None);
    }

    #[test]
    fn options_that_run_no_test_are_found() {
        assert_eq!(hollow_option(&line("pytest --co tests")), Some("--co"));
        assert_eq!(hollow_option(&line("pytest -q tests -- --co")), None);
        assert_eq!(hollow_option(&line("uv run -h pytest")), None);
    }

    #[test]
    fn the_output_tells_version_deselected_and_reruns() {
        let text = "=== test session starts ===\nplatform linux -- Python 3.11.7, pytest-9.2.0, pluggy-1.7.0\n\
                    collected 6 items / 5 deselected / 1 selected\n\ntest_a.py .   [100%]\n\n\
                    \u{1b}[32m=== \u{1b}[1m1 passed\u{1b}[0m, 5 deselected, 2 rerun in 0.03s ===\u{1b}[0m\n";
        let expected = PytestOutput {
            version: Some("9.2.0".to_owned()),
            summary: Some("1 passed, 5 deselected, 2 rerun in 0.03s".to_owned()),
            deselected: 5,
            reruns: 2,
            cut_short: None,
        };
        assert_eq!(PytestOutput::read(text), expected);
    }

    #[test]
    fn a_run_that_ended_early_or_took_only_a_part_says_so() {
        let cut = |text| PytestOutput::read(text).cut_short;
        let early = "no tests ran in 0.42s\n!!!!!!!! _pytest.outcomes.Exit: x !!!!!!!!\n";
        assert_eq!(cut(early), Some("_pytest.outcomes.Exit: x".to_owned()));
        assert!(cut("run-last-failure: rerun previous 1 failure (skipped 3 files)\n").is_some());
        assert_eq!(cut("6 passed in 0.1s\n"), None);
    }
}
