//! `github`: workflow commands that GitHub shows as annotations, and the summary of a step.
//!
//! GitHub shows at most ten annotations of each level for one step of a job, so the verdict comes first, then
//! one for each step that stands in the way, then the further places.

use crate::model::{CUT, Event, Outcome, Problem, RunReport, StepReport};

use super::Format;
use super::boundary::head;
use super::evidence::places;
use super::headline::{because, blocks};
use super::markdown;
use super::markup::{github_message, github_property};
use super::wording::{five_lines, word};
use super::wrap::cut;

/// The form.
pub(super) const GITHUB: Format =
    Format { name: "github", summary: "workflow commands that GitHub shows as annotations", render };

/// What GitHub takes as the summary of one step, in bytes. A larger one is refused as a whole.
const SUMMARY_LIMIT: usize = 1024 * 1024;
/// How many annotations of one level GitHub shows for one step of a job.
const SHOWN: usize = 10;
/// The most columns of one part of a message.
const LONGEST_PART: usize = 600;

/// The text for the file that `GITHUB_STEP_SUMMARY` names; it is appended there.
pub(crate) fn step_summary(report: &RunReport) -> String {
    within(markdown::render(report, &[]), SUMMARY_LIMIT)
}

/// A text of sections that fits into a number of bytes; the note at its end tells that something is missing.
fn within(text: String, limit: usize) -> String {
    if text.len() <= limit {
        return text;
    }
    let note = format!("\n\n{CUT} The rest did not fit into the summary; the record of the run has all of it.\n");
    let room = limit.saturating_sub(note.len());
    let head = head(&text, room);
    let end = head.rfind("\n### ").or_else(|| head.rfind('\n')).unwrap_or(head.len());
    format!("{}{note}", head[..end].trim_end())
}

fn render(report: &RunReport, _: &[Event]) -> String {
    let mut errors = vec![verdict(report)];
    let mut warnings = Vec::new();
    let mut places = Vec::new();
    for step in &report.steps {
        match level(report, step) {
            Some("error") => {
                errors.push(annotation("error", step));
                places.extend(further_places(step));
            }
            Some(level) => warnings.push(annotation(level, step)),
            None => {}
        }
    }
    errors.extend(places);
    errors.truncate(SHOWN);
    warnings.truncate(SHOWN);
    errors.into_iter().chain(warnings).map(|line| line + "\n").collect()
}

/// The level of a step; those that only wait for another one have none of their own.
fn level(report: &RunReport, step: &StepReport) -> Option<&'static str> {
    match &step.result {
        Outcome::Pass(_) | Outcome::Skip(_) => None,
        Outcome::Warn(_) | Outcome::Fail(_) | Outcome::Error(_) if blocks(report, step) => Some("error"),
        Outcome::Warn(_) | Outcome::Fail(_) | Outcome::Error(_) => Some("warning"),
    }
}

fn verdict(report: &RunReport) -> String {
    let level = if report.verdict == crate::model::Verdict::Go { "notice" } else { "error" };
    let title = github_property(&super::headline::answer(report));
    format!("::{level} title={title}::{}", github_message(&because(report)))
}

fn annotation(level: &str, step: &StepReport) -> String {
    let (file, line) = places(&step.evidence)
        .next()
        .map_or((step.step.file.as_str(), step.step.line), |(file, line, _)| (file, line));
    command(level, step, (file, line), &message(step))
}

/// The places of a step behind its first one, which its own annotation stands at.
fn further_places(step: &StepReport) -> impl Iterator<Item = String> {
    places(&step.evidence).skip(1).map(|(file, line, message)| command("error", step, (file, line), message))
}

fn command(level: &str, step: &StepReport, (file, line): (&str, usize), message: &str) -> String {
    let title = format!("{} {}", word(&step.result), step.step.id);
    format!(
        "::{level} file={},line={line},title={}::{}",
        github_property(file),
        github_property(&title),
        github_message(message)
    )
}

fn message(step: &StepReport) -> String {
    match &step.result {
        Outcome::Pass(passed) => passed.observed.clone(),
        Outcome::Skip(skipped) => skipped.why.clone(),
        Outcome::Warn(problem) | Outcome::Fail(problem) | Outcome::Error(problem) => five_parts(step, problem),
    }
}

fn five_parts(step: &StepReport, problem: &Problem) -> String {
    let advisory = if step.is_required() { "" } else { "advisory, it does not count: " };
    let short = |text: &str| cut(text, LONGEST_PART);
    let problem = Problem {
        what: short(&problem.what),
        expected: short(&problem.expected),
        observed: short(&problem.observed),
        next: short(&problem.next),
        ..*problem
    };
    format!("{advisory}{}", five_lines(&problem))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Evidence;
    use crate::report::sample;

    #[test]
    fn the_whole_document() {
        insta::assert_snapshot!(render(&sample::report(), &[]));
    }

    #[test]
    fn a_go_is_a_notice_and_its_reservations_are_warnings() {
        let text = render(&sample::go(), &[]);
        let levels: Vec<&str> = text.lines().map(|line| line.split(' ').next().unwrap()).collect();
        assert_eq!(levels, ["::notice", "::warning", "::warning", "::warning"]);
    }

    #[test]
    fn every_line_is_one_of_our_commands() {
        let text = render(&sample::report(), &[]);
        for line in text.lines() {
            assert!(line.starts_with("::error ") || line.starts_with("::warning "), "{line}");
            assert_eq!(line.matches("::error ").count() + line.matches("::warning ").count(), 1, "{line}");
        }
    }

    #[test]
    fn every_bad_step_is_shown_before_further_places() {
        let mut report = sample::report();
        report.steps[0].evidence = (1..=50).map(|line| Evidence::place("a.py", line, "x")).collect();
        let text = render(&report, &[]);
        let errors: Vec<&str> = text.lines().filter(|line| line.starts_with("::error")).collect();
        assert_eq!(errors.len(), SHOWN);
        assert!(errors[2].contains("tag-release") && errors[3].contains("check-health"), "{errors:#?}");
        assert!(errors[4].starts_with("::error file=a.py,line=2,"), "{}", errors[4]);
    }

    #[test]
    fn a_summary_that_is_too_long_is_cut_between_two_sections() {
        let text = within(format!("## NO-GO\n\n### one\n\nshort\n\n### two\n\n{}\n", "é".repeat(220)), 300);
        let note = "… The rest did not fit into the summary; the record of the run has all of it.";
        assert_eq!(text, format!("## NO-GO\n\n### one\n\nshort\n\n{note}\n"));
        assert_eq!(within("short".to_owned(), 500), "short");
        let endless = within("é".repeat(500), 300);
        assert!(endless.len() <= 300 && endless.starts_with("éé"), "{endless}");
    }

    #[test]
    fn the_summary_of_a_step_fits_however_long_the_run() {
        let mut report = sample::report();
        let step = report.steps[0].clone();
        report.steps = std::iter::repeat_n(step, 2_000).collect();
        let text = step_summary(&report);
        assert!(text.len() <= SUMMARY_LIMIT, "{}", text.len());
        assert!(text.ends_with("has all of it.\n"));
    }
}
