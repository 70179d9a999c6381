//! Steps that were left out or never reached, in two groups: only one of them keeps the answer open.

use crate::model::{Outcome, Reason, RunReport, Skipped, StepReport, Verdict};
use crate::report::headline::blocks;
use crate::report::markup::line;
use crate::report::page::Page;
use crate::report::wrap::{columns, pad};

/// The widest name of a step.
const WIDEST_NAME: usize = 44;
/// The columns in front of a name.
const INDENT: usize = 2;

/// Writes both groups. Steps that the caller did not select are only counted in the line of the verdict.
pub(super) fn write(page: &mut Page, report: &RunReport) {
    let all = report.steps.iter().filter_map(skipped).filter(|(_, skipped)| skipped.reason != Reason::NotSelected);
    let (open, settled): (Vec<_>, Vec<_>) = all.partition(|(step, _)| blocks(report, step));
    let heading = match report.verdict {
        Verdict::Go | Verdict::Undecided => "Never ran, so the answer stays open:",
        Verdict::NoGo => "Never ran:",
    };
    group(page, heading, &open);
    group(page, "Left out, and not needed for the answer:", &settled);
}

fn skipped(step: &StepReport) -> Option<(&StepReport, &Skipped)> {
    match &step.result {
        Outcome::Skip(skipped) => Some((step, skipped)),
        Outcome::Pass(_) | Outcome::Warn(_) | Outcome::Fail(_) | Outcome::Error(_) => None,
    }
}

fn group(page: &mut Page, heading: &str, steps: &[(&StepReport, &Skipped)]) {
    if steps.is_empty() {
        return;
    }
    page.gap();
    page.line(heading);
    let name = |step: &StepReport| line(step.step.id.as_str());
    let widest = steps.iter().map(|(step, _)| columns(&name(step))).max().unwrap_or(0).min(WIDEST_NAME);
    let mut before = None;
    for (step, skipped) in steps {
        let why = if before == Some(*skipped) { "the same" } else { &skipped.why };
        let why = line(&format!("{}: {why}", skipped.reason.as_str()));
        row(page, &pad(&name(step), widest), &why);
        before = Some(*skipped);
    }
}

/// The name and the reason beside it, or below it where the terminal is too narrow for both.
fn row(page: &mut Page, name: &str, why: &str) {
    let start = format!("{}{name}  ", " ".repeat(INDENT));
    let column = columns(&start);
    if page.has_room(column) {
        page.hanging(&start, column, why);
    } else {
        page.line(&start);
        page.hanging(&" ".repeat(INDENT * 3), INDENT * 3, why);
    }
}
