//! `tap`: the Test Anything Protocol, version 14.
//!
//! `not ok` stands for exactly the steps that stand in the way of GO. An advisory step that is not good is a
//! TODO, which the protocol counts as no failure.

use crate::model::{Event, Outcome, Problem, RunReport, StepReport};

use super::Format;
use super::evidence;
use super::headline::{blocks, headline, is_hollow};
use super::markup::{joined, visible};

/// The form.
pub(super) const TAP: Format = Format { name: "tap", summary: "the Test Anything Protocol, version 14", render };

fn render(report: &RunReport, _: &[Event]) -> String {
    let hollow = is_hollow(report);
    let planned = report.steps.len() + usize::from(hollow);
    let mut parts = vec![format!("TAP version 14\n1..{planned}\n# {}\n", escaped(&headline(report)))];
    for (index, step) in report.steps.iter().enumerate() {
        parts.extend([test_point(report, step, index + 1), diagnosis(step)]);
    }
    if hollow {
        parts.push(format!("not ok {planned} - verdict\n"));
    }
    parts.concat()
}

fn test_point(report: &RunReport, step: &StepReport, number: usize) -> String {
    let status = if blocks(report, step) || is_advisory_problem(step) { "not ok" } else { "ok" };
    format!("{status} {number} - {}{}\n", escaped(step.step.id.as_str()), directive(report, step))
}

fn is_advisory_problem(step: &StepReport) -> bool {
    !step.is_required() && matches!(step.result, Outcome::Fail(_) | Outcome::Error(_))
}

fn directive(report: &RunReport, step: &StepReport) -> String {
    match &step.result {
        Outcome::Skip(skipped) if !blocks(report, step) => {
            format!(" # SKIP {}: {}", skipped.reason.as_str(), escaped(&skipped.why))
        }
        Outcome::Fail(_) | Outcome::Error(_) if !step.is_required() => " # TODO advisory".to_owned(),
        Outcome::Pass(_) | Outcome::Warn(_) | Outcome::Fail(_) | Outcome::Error(_) | Outcome::Skip(_) => {
            String::new()
        }
    }
}

/// The YAML block under a test point. Every value is a JSON string, which YAML 1.2 reads as it is.
fn diagnosis(step: &StepReport) -> String {
    let mut entries =
        vec![("outcome", step.result.as_str().to_owned()), ("reason", step.result.reason().as_str().to_owned())];
    match &step.result {
        Outcome::Pass(passed) => entries.push(("observed", passed.observed.clone())),
        Outcome::Warn(problem) | Outcome::Fail(problem) | Outcome::Error(problem) => entries.extend(parts(problem)),
        Outcome::Skip(skipped) => entries.push(("why", skipped.why.clone())),
    }
    if !step.evidence.is_empty() {
        entries.push(("evidence", evidence::text(&step.evidence)));
    }
    let lines: Vec<String> = entries.iter().map(|(key, value)| format!("  {key}: {}\n", quoted(value))).collect();
    let millis = step.elapsed_ms.as_duration().as_millis();
    format!("  ---\n{}  duration_ms: {millis}\n  ...\n", lines.concat())
}

fn parts(problem: &Problem) -> [(&'static str, String); 5] {
    [
        ("message", problem.what.clone()),
        ("expected", problem.expected.clone()),
        ("observed", problem.observed.clone()),
        ("retry", problem.retry.as_str().to_owned()),
        ("next", problem.next.clone()),
    ]
}

fn quoted(text: &str) -> String {
    serde_json::to_string(&visible(text)).expect("a string is always valid JSON")
}

/// A text in a line of TAP, where a number sign would begin a directive.
fn escaped(text: &str) -> String {
    visible(&joined(text)).replace('\\', "\\\\").replace('#', "\\#")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn the_whole_document() {
        insta::assert_snapshot!(render(&sample::report(), &[]));
    }

    #[test]
    fn only_what_stands_in_the_way_is_not_ok() {
        let text = render(&sample::go(), &[]);
        let bad: Vec<&str> = text.lines().filter(|line| line.starts_with("not ok")).collect();
        assert_eq!(bad, ["not ok 6 - edge-review/read-the-notes # TODO advisory"]);
    }

    #[test]
    fn a_run_that_decided_nothing_is_not_ok() {
        let text = render(&sample::hollow(), &[]);
        assert!(text.contains("1..2\n") && text.ends_with("not ok 2 - verdict\n"), "{text}");
    }

    #[test]
    fn planted_lines_are_no_test_points() {
        let text = render(&sample::report(), &[]);
        let points = text.lines().filter(|line| line.starts_with("ok ") || line.starts_with("not ok ")).count();
        assert_eq!(points, sample::report().steps.len());
        assert!(!text.lines().any(|line| line.starts_with("Bail out!")));
    }
}
