//! One step that is not a pass, with everything that is needed to act on it.

use super::EVIDENCE_LINES;
use crate::model::{CUT, Evidence, Outcome, Problem, Reason, RunReport, StepReport};
use crate::report::evidence;
use crate::report::headline::blocks;
use crate::report::markup::{line, terminal};
use crate::report::page::{INDENT, Page};
use crate::report::wording::{expired, time, waived, word};
use crate::report::wrap::{columns, cut, pad};

/// The most characters of one part of a problem.
const LONGEST_PART: usize = 1_200;
/// The most places that are named above the evidence.
const PLACES: usize = 1;

/// Writes the block of a step that warns, failed or could not be decided.
pub(super) fn write(page: &mut Page, report: &RunReport, step: &StepReport, verbose: bool) {
    let (Outcome::Warn(problem) | Outcome::Fail(problem) | Outcome::Error(problem)) = &step.result else {
        return;
    };
    page.gap();
    title(page, step);
    importance(page, report, step);
    five_parts(page, problem);
    header_parts(page, step);
    seen(page, &step.evidence, verbose);
    page.gap();
}

/// `FAIL   safer-workflow/run-linting      lint  312.0ms`, and the title where it says more than the name.
fn title(page: &mut Page, step: &StepReport) {
    let outcome = page.styles.outcome(&step.result).style(word(&step.result)).to_string();
    let gap = " ".repeat(INDENT - word(&step.result).len());
    let id = line(step.step.id.as_str());
    let facts = format!("{}  {}", line(&step.step.kind), time(step));
    let room = page.room(INDENT);
    let strong = page.styles.strong;
    if columns(&id) + 2 + columns(&facts) <= room {
        let id = strong.style(pad(&id, room - columns(&facts))).to_string();
        page.line(&format!("{outcome}{gap}{id}{}", page.styles.quiet.style(facts)));
    } else {
        page.line(&format!("{outcome}{gap}{}", strong.style(id)));
        page.line(&format!("{}{facts}", " ".repeat(INDENT)));
    }
    if step.step.title != step.step.id.step() {
        page.line(&format!("{}{}", " ".repeat(INDENT), cut(&line(&step.step.title), room)));
    }
}

fn importance(page: &mut Page, report: &RunReport, step: &StepReport) {
    let indent = " ".repeat(INDENT);
    if !step.is_required() {
        page.line(&format!("{indent}advisory: it does not count for the verdict"));
    } else if matches!(step.result, Outcome::Warn(_)) && blocks(report, step) {
        page.line(&format!("{indent}--strict: a reservation counts as not good"));
    }
}

fn five_parts(page: &mut Page, problem: &Problem) {
    page.labelled("what", &part(&format!("{} ({})", problem.what, problem.reason.as_str())));
    page.labelled("expected", &part(&problem.expected));
    page.labelled("observed", &part(&problem.observed));
    page.labelled("retry", problem.retry.as_str());
    to_copy(page, "next", &problem.next);
}

fn header_parts(page: &mut Page, step: &StepReport) {
    if step.attempts > 1 {
        page.labelled("attempts", &step.attempts.to_string());
    }
    page.labelled("owner", &part(&step.step.owner));
    to_copy(page, "rollback", &step.step.rollback);
    waiver(page, step);
    let places = evidence::places(&step.evidence).take(PLACES).map(|(file, at, _)| format!("{file}:{at}"));
    let places: Vec<String> = places.chain([format!("{}:{}", step.step.file, step.step.line)]).collect();
    page.labelled("place", &line(&places.join(", step in ")));
}

fn waiver(page: &mut Page, step: &StepReport) {
    if let Some(waiver) = &step.waiver {
        let text = match step.result.reason() {
            Reason::Waived => waived(waiver),
            _ => expired(waiver),
        };
        page.labelled("waiver", &part(&text));
    }
}

/// The most telling evidence, or all of it.
fn seen(page: &mut Page, evidence: &[Evidence], verbose: bool) {
    let lines = if verbose {
        evidence.iter().flat_map(evidence::lines).collect()
    } else {
        evidence::telling(evidence, EVIDENCE_LINES)
    };
    let room = page.room(INDENT + 10);
    let lines: Vec<String> = lines.iter().map(|line| cut(line, room)).collect();
    page.column("evidence", &lines);
}

/// A text that is short enough to be read, safe for a terminal, its lines kept.
fn part(text: &str) -> String {
    let mut shown: String = text.chars().take(LONGEST_PART).collect();
    if shown.len() < text.len() {
        shown.push_str(CUT);
    }
    terminal(&shown)
}

/// A command, on one line however long, so that it can be copied.
fn to_copy(page: &mut Page, label: &str, text: &str) {
    page.column(label, &[cut(&line(text), LONGEST_PART)]);
}
