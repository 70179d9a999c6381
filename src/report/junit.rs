//! `junit`: JUnit XML as the CI servers read it.
//!
//! A server shows the red cases and nothing else, so the cases are red exactly where a step stands in the way of
//! GO: a false claim is a failure, a claim that nobody could decide an error. An advisory step that is not good
//! is skipped with its message, because a server would count it otherwise.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::model::{Event, Outcome, RunReport, StepReport, Verdict};

use super::Format;
use super::evidence;
use super::headline::{headline, is_hollow};
use super::markup::visible;
use super::wording::five_lines;

/// The form.
pub(super) const JUNIT: Format =
    Format { name: "junit", summary: "JUnit XML, for the test view of a CI server", render };

fn render(report: &RunReport, _: &[Event]) -> String {
    let mut document = Report::new(visible(&report.service));
    document.timestamp = report.started.to_string().parse().ok();
    document.set_time(report.elapsed_ms.as_duration());
    for checklist in checklists(report) {
        document.add_test_suite(suite(report, checklist));
    }
    if is_hollow(report) {
        document.add_test_suite(verdict_suite(report));
    }
    document.to_string().expect("a document of safe text can always be written")
}

/// The names of the checklists in the order of their first step.
fn checklists(report: &RunReport) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for name in report.steps.iter().map(|step| step.step.id.checklist()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn suite(report: &RunReport, checklist: &str) -> TestSuite {
    let mut suite = TestSuite::new(visible(checklist));
    suite.timestamp = report.started.to_string().parse().ok();
    for (name, value) in run_properties(report) {
        suite.add_property((name.to_owned(), visible(&value)));
    }
    let steps = report.steps.iter().filter(|step| step.step.id.checklist() == checklist);
    let mut time = std::time::Duration::ZERO;
    for step in steps {
        time += step.elapsed_ms.as_duration();
        suite.add_test_case(test_case(report, step));
    }
    suite.set_time(time);
    if !report.evidence.is_empty() {
        suite.set_system_out(evidence::text(&report.evidence));
    }
    suite
}

fn run_properties(report: &RunReport) -> Vec<(&'static str, String)> {
    let mut properties = vec![
        ("run", report.run.clone()),
        ("verdict", report.verdict.to_string()),
        ("profile", report.profile.as_str().to_owned()),
        ("strict", report.strict.to_string()),
    ];
    let release = &report.release;
    let optional = [
        ("commit", release.commit.clone()),
        ("tag", release.tag.clone()),
        ("version", release.version.clone()),
        ("target", report.target.as_ref().map(|target| target.name.clone())),
    ];
    properties.extend(optional.into_iter().filter_map(|(name, value)| value.map(|value| (name, value))));
    properties
}

fn test_case(report: &RunReport, step: &StepReport) -> TestCase {
    let mut case = TestCase::new(visible(step.step.id.step()), status(report, step));
    case.set_classname(visible(step.step.id.checklist()));
    case.set_time(step.elapsed_ms.as_duration());
    for (name, value) in step_properties(step) {
        case.add_property((name.to_owned(), visible(&value)));
    }
    case.set_system_out(system_out(step));
    case
}

fn step_properties(step: &StepReport) -> Vec<(&'static str, String)> {
    let header = &step.step;
    vec![
        ("title", header.title.clone()),
        ("kind", header.kind.clone()),
        ("outcome", step.result.as_str().to_owned()),
        ("reason", step.result.reason().as_str().to_owned()),
        ("importance", if step.is_required() { "required" } else { "advisory" }.to_owned()),
        ("owner", header.owner.clone()),
        ("rollback", header.rollback.clone()),
        ("attempts", step.attempts.to_string()),
        ("file", header.file.clone()),
        ("line", header.line.to_string()),
    ]
}

fn status(report: &RunReport, step: &StepReport) -> TestCaseStatus {
    if step.is_required() {
        return match Verdict::of_step(&step.result, report.strict) {
            Verdict::NoGo => red(NonSuccessKind::Failure, &step.result),
            Verdict::Undecided => red(NonSuccessKind::Error, &step.result),
            Verdict::Go => calm(&step.result),
        };
    }
    calm(&step.result)
}

fn red(kind: NonSuccessKind, outcome: &Outcome) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(outcome.reason().as_str());
    match outcome {
        Outcome::Pass(passed) => status.set_message(visible(&passed.observed)),
        Outcome::Skip(skipped) => status.set_message(visible(&skipped.why)),
        Outcome::Warn(problem) | Outcome::Fail(problem) | Outcome::Error(problem) => {
            status.set_message(visible(&problem.what)).set_description(visible(&five_lines(problem)))
        }
    };
    status
}

/// A case that no server counts as a failure.
fn calm(outcome: &Outcome) -> TestCaseStatus {
    let message = match outcome {
        Outcome::Pass(_) | Outcome::Warn(_) => return TestCaseStatus::success(),
        Outcome::Skip(skipped) => skipped.why.clone(),
        Outcome::Fail(problem) | Outcome::Error(problem) => {
            format!("advisory, {}: {}", outcome.as_str(), problem.what)
        }
    };
    let mut status = TestCaseStatus::skipped();
    status.set_type(outcome.reason().as_str()).set_message(visible(&message));
    status
}

/// What happened, in lines: all that is known of the outcome, then the evidence.
fn system_out(step: &StepReport) -> String {
    let told = match &step.result {
        Outcome::Pass(passed) => format!("observed: {}", passed.observed),
        Outcome::Skip(skipped) => format!("why: {}", skipped.why),
        Outcome::Warn(problem) | Outcome::Fail(problem) | Outcome::Error(problem) => five_lines(problem),
    };
    let evidence = evidence::text(&step.evidence);
    format!("{}: {}\n{evidence}", step.result.as_str(), visible(&told)).trim_end().to_owned()
}

/// A red case for a run that is not GO although no step of it is red.
fn verdict_suite(report: &RunReport) -> TestSuite {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type("no-data").set_message(visible(&headline(report)));
    let mut case = TestCase::new("verdict", status);
    case.set_classname("rollsafe").set_time(std::time::Duration::ZERO);
    let mut suite = TestSuite::new("rollsafe");
    suite.set_time(std::time::Duration::ZERO).add_test_case(case);
    suite
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use quick_xml::events::{BytesStart, Event as Xml};

    #[test]
    fn the_whole_document() {
        insta::assert_snapshot!(render(&sample::report(), &[]));
    }

    /// The elements of a document with their attributes, in order; fails when it is not well-formed.
    fn elements(document: &str) -> Vec<(String, Vec<(String, String)>)> {
        let mut reader = quick_xml::Reader::from_str(document);
        reader.config_mut().check_end_names = true;
        let mut elements = Vec::new();
        loop {
            match reader.read_event().unwrap() {
                Xml::Start(start) | Xml::Empty(start) => elements.push(element(&start)),
                Xml::Eof => return elements,
                _ => {}
            }
        }
    }

    fn element(start: &BytesStart<'_>) -> (String, Vec<(String, String)>) {
        let attributes = start.attributes().map(|attribute| {
            let attribute = attribute.unwrap();
            let name = String::from_utf8(attribute.key.as_ref().to_vec()).unwrap();
            (name, attribute.normalized_value(quick_xml::XmlVersion::Explicit1_0).unwrap().into_owned())
        });
        (String::from_utf8(start.name().as_ref().to_vec()).unwrap(), attributes.collect())
    }

    fn attribute(attributes: &[(String, String)], name: &str) -> String {
        attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default()
    }

    fn sum(document: &[(String, Vec<(String, String)>)], name: &str) -> [usize; 4] {
        let of = |key: &str| {
            let found = document.iter().filter(|(element, _)| element == name);
            found.map(|(_, attributes)| attribute(attributes, key).parse::<usize>().unwrap_or(0)).sum()
        };
        [of("tests"), of("failures"), of("errors"), of("skipped")]
    }

    #[test]
    fn the_counts_of_root_suites_and_cases_are_equal() {
        for report in [sample::report(), sample::go(), sample::hollow(), sample::interrupted()] {
            let document = elements(&render(&report, &[]));
            let number = |name: &str| document.iter().filter(|(element, _)| element == name).count();
            let cases = [number("testcase"), number("failure"), number("error"), number("skipped")];
            assert_eq!(sum(&document, "testsuite"), cases);
            assert_eq!(sum(&document, "testsuites"), cases);
        }
    }

    #[test]
    fn a_reader_of_the_cases_comes_to_the_verdict_of_the_run() {
        let all = [
            sample::report(),
            sample::go(),
            sample::plain_go(),
            sample::strict(),
            sample::go_for_a_part(),
            sample::hollow(),
            sample::interrupted(),
        ];
        for report in all {
            let document = elements(&render(&report, &[]));
            let has = |name: &str| document.iter().any(|(element, _)| element == name);
            let verdict = match (has("failure"), has("error")) {
                (true, _) => Verdict::NoGo,
                (false, true) => Verdict::Undecided,
                (false, false) => Verdict::Go,
            };
            assert_eq!(verdict, report.verdict);
        }
    }

    #[test]
    fn every_case_has_its_checklist_its_name_and_a_time() {
        let report = sample::report();
        let document = elements(&render(&report, &[]));
        let cases: Vec<_> = document.iter().filter(|(name, _)| name == "testcase").collect();
        for (step, (_, attributes)) in report.steps.iter().zip(cases) {
            assert_eq!(attribute(attributes, "classname"), step.step.id.checklist());
            assert_eq!(attribute(attributes, "name"), step.step.id.step());
            assert!(attribute(attributes, "time").parse::<f64>().unwrap() >= 0.0);
        }
    }

    #[test]
    fn no_character_is_in_it_that_xml_forbids() {
        let document = render(&sample::report(), &[]);
        let forbidden = |character: &char| {
            let allowed =
                matches!(character, '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
            !allowed || matches!(character, '\u{7f}'..='\u{9f}')
        };
        assert_eq!(document.chars().find(forbidden), None);
    }
}
