//! Long captured texts moved out of a report into evidence files of their own.
//!
//! A report stays small enough to be read and sent, and the record keeps everything. What was moved leaves its
//! head and its tail behind. Moving twice changes nothing, so it may be done as soon as a step ends.

use std::collections::BTreeSet;

use crate::model::{CUT, Evidence, Fact, Output, RunReport, StepReport};
#[cfg(test)]
use crate::model::{Event, EventKind};

use super::boundary::{head, tail};

/// The longest text that stays in a report, in bytes.
const LONGEST: usize = 4 * 1024;
/// What is left of a longer one at each of its ends, in bytes.
const END: usize = 1_800;

/// Moves the long texts of a run out of its report: the path of each, relative to the folder of the run, and
/// the text itself.
pub(crate) fn record_files(report: &mut RunReport) -> Vec<(String, String)> {
    let mut files: Vec<_> = report.steps.iter_mut().flat_map(step_files).collect();
    files.extend(moved(&mut report.evidence, "evidence"));
    files
}

/// Moves the long texts of one step out of its report.
pub(crate) fn step_files(step: &mut StepReport) -> Vec<(String, String)> {
    let folder = format!("evidence/{}/{}", safe(step.step.id.checklist()), safe(step.step.id.step()));
    moved(&mut step.evidence, &folder)
}

/// Moves the long texts out of an event; its files are those of the report.
#[cfg(test)]
fn shorten(event: &mut Event) {
    match &mut event.kind {
        EventKind::StepFinished { report } => drop(step_files(report)),
        EventKind::RunFinished { report } => drop(record_files(report)),
        EventKind::RunStarted { .. }
        | EventKind::TargetProgress { .. }
        | EventKind::StepStarted { .. }
        | EventKind::StepOutput { .. }
        | EventKind::StepRetrying { .. }
        | EventKind::Stopping { .. } => {}
    }
}

fn moved(evidence: &mut [Evidence], folder: &str) -> Vec<(String, String)> {
    let mut taken: BTreeSet<String> = outputs(evidence).filter_map(|output| output.file.clone()).collect();
    let mut files = Vec::new();
    for output in outputs(evidence).filter(|output| output.text.len() > LONGEST) {
        let path = free_path(folder, output, &mut taken);
        let left = ends(&output.text);
        files.push((path.clone(), std::mem::replace(&mut output.text, left)));
        output.file = Some(path);
    }
    files
}

fn outputs(evidence: &mut [Evidence]) -> impl Iterator<Item = &mut Output> {
    evidence.iter_mut().filter_map(|one| match &mut one.fact {
        Fact::Output(output) => Some(output),
        Fact::Text(_) | Fact::Count(_) | Fact::Elapsed(_) | Fact::Place { .. } | Fact::Table { .. } => None,
    })
}

/// `evidence/checklist/step/stdout.txt`, or the next free number behind the name.
fn free_path(folder: &str, output: &Output, taken: &mut BTreeSet<String>) -> String {
    let name = output.stream.as_str();
    let numbered = (2..).map(|number| format!("{folder}/{name}-{number}.txt"));
    let mut candidates = std::iter::once(format!("{folder}/{name}.txt")).chain(numbered);
    let path = candidates.find(|path| !taken.contains(path)).expect("some number is always free");
    taken.insert(path.clone());
    path
}

/// The head and the tail of a text with the mark of a cut directly at both, which masking relies on.
fn ends(text: &str) -> String {
    let (head, tail) = (head(text, END), tail(text, END));
    let left_out = text.len() - head.len() - tail.len();
    format!("{head}{CUT}\n[{left_out} bytes are in the evidence file]\n{CUT}{tail}")
}

/// A name that is safe as the name of a file, whatever was in it.
fn safe(name: &str) -> String {
    let safe: String = name.chars().map(|next| if is_safe(next) { next } else { '-' }).take(100).collect();
    if safe.is_empty() { "-".to_owned() } else { safe }
}

fn is_safe(character: char) -> bool {
    character.is_ascii_lowercase() || character.is_ascii_digit() || matches!(character, '-' | '_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn long() -> String {
        (0..2_000).map(|number| format!("line {number} é\n")).collect::<Vec<_>>().concat()
    }

    fn with_outputs(texts: &[&str]) -> RunReport {
        let mut report = sample::plain_go();
        report.steps[0].evidence =
            texts.iter().map(|text| Evidence::output("stdout", sample::output(text))).collect();
        report
    }

    fn output_of(report: &RunReport, index: usize) -> &Output {
        match &report.steps[0].evidence[index].fact {
            Fact::Output(output) => output,
            other => panic!("no output: {other:?}"),
        }
    }

    #[test]
    fn a_long_output_moves_into_its_file_and_leaves_its_ends() {
        let text = long();
        let mut report = with_outputs(&[&text]);
        let files = record_files(&mut report);
        let path = "evidence/safer-workflow/run-unit-tests/stdout.txt";
        assert_eq!(files, [(path.to_owned(), text.clone())]);
        let output = output_of(&report, 0);
        assert_eq!(output.file.as_deref(), Some(path));
        assert_eq!(output.bytes, text.len() as u64);
        assert!(output.text.len() < LONGEST);
        assert!(output.text.starts_with("line 0 é\n") && output.text.ends_with("line 1999 é\n"), "{}", output.text);
        let parts: Vec<&str> = output.text.split(CUT).collect();
        assert_eq!(parts.len(), 3);
        assert!(text.starts_with(parts[0]) && text.ends_with(parts[2]));
    }

    #[test]
    fn two_outputs_of_a_step_have_two_files() {
        let mut report = with_outputs(&[&long(), "short", &long()]);
        let paths: Vec<String> = record_files(&mut report).into_iter().map(|(path, _)| path).collect();
        let folder = "evidence/safer-workflow/run-unit-tests";
        assert_eq!(paths, [format!("{folder}/stdout.txt"), format!("{folder}/stdout-2.txt")]);
        assert_eq!(output_of(&report, 1).file, None);
    }

    #[test]
    fn moving_twice_changes_nothing() {
        let mut report = with_outputs(&[&long(), &long()]);
        record_files(&mut report);
        let once = report.clone();
        assert_eq!(record_files(&mut report), []);
        assert_eq!(report, once);
    }

    #[test]
    fn an_event_is_shortened_like_the_report() {
        let mut report = with_outputs(&[&long()]);
        let mut step = sample::event(1, EventKind::StepFinished { report: Box::new(report.steps[0].clone()) });
        let mut run = sample::event(2, EventKind::RunFinished { report: Box::new(report.clone()) });
        record_files(&mut report);
        shorten(&mut step);
        shorten(&mut run);
        assert_eq!(step.kind, EventKind::StepFinished { report: Box::new(report.steps[0].clone()) });
        assert_eq!(run.kind, EventKind::RunFinished { report: Box::new(report) });
    }

    #[test]
    fn a_thousand_steps_without_output_make_no_file() {
        let mut report = sample::plain_go();
        let step = report.steps[0].clone();
        report.steps = std::iter::repeat_n(step, 1_000).collect();
        assert_eq!(record_files(&mut report), []);
    }

    #[test]
    fn a_name_cannot_leave_the_folder() {
        assert_eq!(safe("../Etc/passwd"), "----tc-passwd");
        assert_eq!(safe(""), "-");
        assert_eq!(safe("run-unit_tests-2"), "run-unit_tests-2");
    }
}
