//! Every step that was looked at, with its numbers, grouped by checklist.

use crate::model::{Reason, RunReport, StepReport};
use crate::report::markup::line;
use crate::report::page::Page;
use crate::report::wording::{key, time, word};
use crate::report::wrap::{columns, cut, fold, pad};

/// The most lines that the numbers of one step take.
const LINES_EACH: usize = 2;
/// The widest name of a step.
const WIDEST_NAME: usize = 32;
/// The columns in front of a name: two spaces, the word, two spaces.
const BEFORE_NAME: usize = 9;
/// The columns of a time.
const TIME: usize = 8;

/// Writes the table; steps that the caller left out are not in it.
pub(super) fn write(page: &mut Page, report: &RunReport) {
    let shown: Vec<&StepReport> =
        report.steps.iter().filter(|step| step.result.reason() != Reason::NotSelected).collect();
    let widest = shown.iter().map(|step| columns(step.step.id.step())).max().unwrap_or(0).min(WIDEST_NAME);
    let mut checklist = "";
    for step in shown {
        if step.step.id.checklist() != checklist {
            checklist = step.step.id.checklist();
            heading(page, report, checklist);
        }
        row(page, step, widest);
    }
    page.gap();
}

fn heading(page: &mut Page, report: &RunReport, name: &str) {
    let title = report.checklists.iter().find(|source| source.name == name).map_or("", |source| &source.title);
    page.gap();
    let name = page.styles.strong.style(line(name)).to_string();
    page.line(&format!("{name}  {}", line(title)));
}

fn row(page: &mut Page, step: &StepReport, widest: usize) {
    let outcome = page.styles.outcome(&step.result).style(pad(word(&step.result), 5)).to_string();
    let name = pad(&cut(&line(step.step.id.step()), widest), widest);
    let indent = BEFORE_NAME + widest + 2;
    let room = page.room(indent + TIME + 2);
    let time = page.styles.quiet.style(format!("{:>TIME$}", time(step))).to_string();
    let lines = numbers(step, room);
    page.line(&format!("  {outcome}  {name}  {}  {time}", pad(&lines[0], room)));
    for line in &lines[1..] {
        page.line(&format!("{}{line}", " ".repeat(indent)));
    }
}

/// What the step says in its first lines, never none.
fn numbers(step: &StepReport, room: usize) -> Vec<String> {
    let mut lines = fold(&cut(&line(&key(step)), room * LINES_EACH), room);
    if lines.len() > LINES_EACH {
        let rest = lines.split_off(LINES_EACH - 1).join(" ");
        lines.push(cut(&rest, room));
    }
    if lines.is_empty() {
        lines.push(String::new());
    }
    lines
}
