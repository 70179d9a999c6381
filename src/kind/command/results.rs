//! What the results say that a command wrote: tests, or findings.

use std::path::Path;

use crate::kind::check::{TestResults, finding, junit, sarif};
use crate::model::{Count, Evidence, Outcome, Problem, Reason};

use super::result_format::ResultFormat;
use super::tap;

/// How many failed tests or findings a message names.
const NAMED: usize = 5;

/// What the results of a command say.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Results {
    /// The outcome, as far as it is up to them.
    pub(super) outcome: Outcome,
    /// What they tell of.
    pub(super) examined: Count,
    /// The numbers and places.
    pub(super) evidence: Vec<Evidence>,
}

/// Reads results in a form that is a document; nothing for the others.
pub(super) fn read(
    format: ResultFormat,
    text: Result<String, String>,
    root: &Path,
) -> Option<Result<Results, Problem>> {
    let tests = |text: Result<TestResults, String>| text.map(|results| of_tests(&results));
    let read = match format {
        ResultFormat::ExitStatus | ResultFormat::Nagios => return None,
        ResultFormat::Junit => text.and_then(|text| tests(junit::read(&text).map_err(|error| error.to_string()))),
        ResultFormat::Tap => text.and_then(|text| tests(tap::read(&text).map_err(|error| error.to_string()))),
        ResultFormat::Sarif => text.and_then(|text| sarif::read(&text, root)).map(|log| of_findings(&log)),
    };
    Some(read.map_err(|why| unreadable(format, why)))
}

fn unreadable(format: ResultFormat, why: String) -> Problem {
    Problem::new(
        Reason::Unparsable,
        format!("the command ended well and its {} results cannot be used", format.as_str()),
    )
    .expected(format!("results of this run in the form of {}", format.as_str()))
    .observed(why)
}

fn of_tests(results: &TestResults) -> Results {
    let counts = results.counts();
    Results {
        outcome: tests_outcome(results),
        examined: Count::new(counts.all(), "tests"),
        evidence: results.evidence(),
    }
}

fn tests_outcome(results: &TestResults) -> Outcome {
    let counts = results.counts();
    let problem = |reason, what: &str, observed: String| {
        Problem::new(reason, what).expected("every test is good, and at least one passed").observed(observed)
    };
    if counts.bad() > 0 {
        let observed = format!("{counts}\n{}", results.shown_bad(NAMED));
        Outcome::Fail(problem(Reason::TestsFailed, "tests failed", observed))
    } else if results.unfinished > 0 {
        let observed = format!("{counts}, {} began and did not end", results.unfinished);
        Outcome::Error(problem(Reason::Inconclusive, "a test began and never ended", observed))
    } else if counts.passed == 0 {
        Outcome::Error(problem(Reason::ZeroWork, "no test passed, because none ran", counts.to_string()))
    } else if counts.retried > 0 {
        let observed = format!("{counts}, {} of them only when run again", counts.retried);
        Outcome::Warn(problem(Reason::AfterRetry, "tests passed only when they were run again", observed))
    } else {
        Outcome::pass(counts.to_string())
    }
}

fn of_findings(log: &sarif::Log) -> Results {
    let tool = log.version.as_ref().map_or_else(|| log.tool.clone(), |version| format!("{} {version}", log.tool));
    let suppressed = log.suppressed;
    let outcome = if log.findings.is_empty() {
        Outcome::pass(format!("{tool} found nothing, {suppressed} findings suppressed"))
    } else {
        let number = log.findings.len();
        let problem = Problem::new(Reason::Findings, format!("{tool} found {number} problems"))
            .expected("no finding that is not suppressed")
            .observed(finding::shown(&log.findings, NAMED))
            .next("correct what is found, or suppress it where it stands and say why");
        Outcome::Fail(problem)
    };
    let mut evidence = vec![Evidence::text("tool", tool), Evidence::count("suppressed", suppressed, "findings")];
    evidence.extend(finding::evidence(&log.findings));
    Results { outcome, examined: Count::new(log.runs, "runs of the tool"), evidence }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(format: ResultFormat, text: &str) -> (&'static str, Reason, usize) {
        let read = read(format, Ok(text.to_owned()), Path::new("/srv")).unwrap();
        match read {
            Ok(results) => (results.outcome.as_str(), results.outcome.reason(), results.examined.number),
            Err(problem) => ("unreadable", problem.reason, 0),
        }
    }

    fn sarif(results: &str) -> String {
        format!(
            r#"{{"version": "2.1.0", "runs": [{{"tool": {{"driver": {{"name": "bandit"}}}}, "results": [{results}]}}]}}"#
        )
    }

    #[test]
    fn tests_are_judged_one_by_one() {
        assert_eq!(judged(ResultFormat::Tap, "1..2\nok 1\nok 2\n"), ("pass", Reason::Met, 2));
        assert_eq!(judged(ResultFormat::Tap, "1..2\nok 1\nnot ok 2\n"), ("fail", Reason::TestsFailed, 2));
        assert_eq!(judged(ResultFormat::Tap, "1..0 # SKIP\n"), ("error", Reason::ZeroWork, 0));
        assert_eq!(judged(ResultFormat::Tap, "1..1\nok 1 # SKIP\n"), ("error", Reason::ZeroWork, 1));
        assert_eq!(judged(ResultFormat::Tap, "ok 1\n"), ("unreadable", Reason::Unparsable, 0));
    }

    #[test]
    fn junit_is_read_by_the_reader_that_all_kinds_share() {
        let report = |inside| format!("<testsuite><testcase classname='a' name='b'>{inside}</testcase></testsuite>");
        assert_eq!(judged(ResultFormat::Junit, &report("")), ("pass", Reason::Met, 1));
        assert_eq!(judged(ResultFormat::Junit, &report("<failure/>")), ("fail", Reason::TestsFailed, 1));
        assert_eq!(judged(ResultFormat::Junit, &report("<skipped/>")), ("error", Reason::ZeroWork, 1));
        assert_eq!(judged(ResultFormat::Junit, "<testsuite>"), ("unreadable", Reason::Unparsable, 0));
    }

    #[test]
    fn a_finding_fails_and_a_suppressed_one_is_counted() {
        let finding = r#"{"ruleId": "B105", "message": {"text": "password"}}"#;
        let suppressed = r#"{"ruleId": "B105", "message": {"text": "x"}, "suppressions": [{"kind": "inSource"}]}"#;
        assert_eq!(judged(ResultFormat::Sarif, &sarif("")), ("pass", Reason::Met, 1));
        assert_eq!(judged(ResultFormat::Sarif, &sarif(suppressed)), ("pass", Reason::Met, 1));
        assert_eq!(judged(ResultFormat::Sarif, &sarif(finding)), ("fail", Reason::Findings, 1));
        assert_eq!(judged(ResultFormat::Sarif, "no findings"), ("unreadable", Reason::Unparsable, 0));
    }

    #[test]
    fn what_could_not_be_read_says_why() {
        let problem = read(ResultFormat::Junit, Err("it is gone".to_owned()), Path::new("/")).unwrap().unwrap_err();
        assert_eq!(problem.observed, "it is gone");
        assert!(read(ResultFormat::Nagios, Ok(String::new()), Path::new("/")).is_none());
    }
}
