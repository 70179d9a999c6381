//! The verdict in one line: what was asked of which release where, the answer, and why it is that answer.

use crate::model::{Ending, Outcome, Reason, Release, RunReport, StepReport, Verdict};

/// How many characters of a commit id tell it apart for a person.
const SHORT_COMMIT: usize = 7;

/// How the required steps stand, as far as the verdict is concerned.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    judged: usize,
    failed: usize,
    undecided: usize,
    unreached: usize,
    reserved: usize,
}

impl Tally {
    /// Counts the required steps that were not left out on purpose.
    fn of(steps: &[StepReport]) -> Self {
        let mut tally = Self::default();
        for step in steps.iter().filter(|step| step.is_required()) {
            tally.add(&step.result);
        }
        tally
    }

    fn add(&mut self, outcome: &Outcome) {
        self.judged += 1;
        match outcome {
            Outcome::Pass(_) => {}
            Outcome::Warn(_) => self.reserved += 1,
            Outcome::Fail(_) => self.failed += 1,
            Outcome::Error(_) => self.undecided += 1,
            Outcome::Skip(_) if closes(outcome, false) => self.unreached += 1,
            Outcome::Skip(_) => self.judged -= 1,
        }
    }
}

/// Whether an outcome of a required step stands in the way of GO.
fn closes(outcome: &Outcome, strict: bool) -> bool {
    Verdict::of_step(outcome, strict) != Verdict::Go
}

/// Whether this very step stands in the way of GO. Every document marks exactly these steps as bad, so that a
/// reader of any of them comes to the verdict of the run.
pub(super) fn blocks(report: &RunReport, step: &StepReport) -> bool {
    step.is_required() && closes(&step.result, report.strict)
}

/// Whether the verdict is not GO although no single step stands in the way: nothing was decided.
pub(super) fn is_hollow(report: &RunReport) -> bool {
    report.verdict != Verdict::Go && !report.steps.iter().any(|step| blocks(report, step))
}

/// The whole line: `NO-GO  orders 1.1.0 (3f2a91c) on local: 1 of 9 required steps failed`.
pub(super) fn headline(report: &RunReport) -> String {
    format!("{}  {}", answer(report), because(report))
}

/// The answer itself; a GO over a part of the steps says so at once.
pub(super) fn answer(report: &RunReport) -> String {
    let left_out = not_selected(report);
    if report.verdict == Verdict::Go && left_out > 0 {
        let all = report.steps.len();
        return format!("GO for the {} selected of {all} steps", all - left_out);
    }
    report.verdict.to_string()
}

/// What stands behind the answer in the line.
pub(super) fn because(report: &RunReport) -> String {
    match statement(report) {
        statement if statement.is_empty() => subject(report),
        statement => format!("{}: {statement}", subject(report)),
    }
}

/// The release and the place: `orders 1.1.0 (3f2a91c) on local`.
pub(super) fn subject(report: &RunReport) -> String {
    let mut subject = report.service.clone();
    if let Some(name) = release_name(&report.release) {
        subject.extend([" ", &name]);
    }
    if let Some(target) = &report.target {
        subject.extend([" on ", &target.name]);
    }
    subject
}

/// The version, else the tag, with the short commit: `1.1.0 (3f2a91c)`.
fn release_name(release: &Release) -> Option<String> {
    let name = release.version.as_ref().or(release.tag.as_ref());
    let commit = release.commit.as_ref().map(|commit| commit.chars().take(SHORT_COMMIT).collect::<String>());
    match (name, commit) {
        (Some(name), Some(commit)) => Some(format!("{name} ({commit})")),
        (Some(name), None) => Some(name.clone()),
        (None, Some(commit)) => Some(format!("({commit})")),
        (None, None) => None,
    }
}

/// Why the verdict is what it is, in numbers; empty where the answer says it already.
pub(super) fn statement(report: &RunReport) -> String {
    let tally = Tally::of(&report.steps);
    let mut parts = match report.verdict {
        Verdict::Go => good_parts(report, &tally),
        Verdict::NoGo | Verdict::Undecided => bad_parts(report, &tally),
    };
    if report.verdict != Verdict::Go && not_selected(report) > 0 {
        parts.push(format!("{} not selected", not_selected(report)));
    }
    parts.join(", ")
}

fn good_parts(report: &RunReport, tally: &Tally) -> Vec<String> {
    let mut parts = Vec::new();
    if not_selected(report) == 0 {
        let steps = if tally.judged == 1 { "step is" } else { "steps are" };
        parts.push(format!("{} of {} required {steps} good", tally.judged, tally.judged));
    }
    if tally.reserved > 0 {
        parts.push(format!("{} with a reservation", tally.reserved));
    }
    parts
}

fn bad_parts(report: &RunReport, tally: &Tally) -> Vec<String> {
    let strict = if report.strict { tally.reserved } else { 0 };
    let counted = [
        (tally.failed, "failed"),
        (strict, "passed only with a reservation (--strict)"),
        (tally.undecided, "could not be decided"),
        (tally.unreached, "never ran"),
    ];
    let mut parts: Vec<String> = counted
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{number} {what}"))
        .collect();
    match parts.first_mut() {
        Some(first) => *first = with_total(first, tally.judged),
        None => parts.push("no required step was decided".to_owned()),
    }
    parts
}

/// `2 failed` of 9 becomes `2 of 9 required steps failed`.
fn with_total(part: &str, judged: usize) -> String {
    let (number, what) = part.split_once(' ').unwrap_or((part, ""));
    let steps = if judged == 1 { "step" } else { "steps" };
    format!("{number} of {judged} required {steps} {what}")
}

/// How many steps the caller left out.
fn not_selected(report: &RunReport) -> usize {
    report.steps.iter().filter(|step| step.result.reason() == Reason::NotSelected).count()
}

/// A sentence about a run that did not go to its end.
pub(super) fn ending(report: &RunReport) -> Option<&'static str> {
    match report.ending {
        Ending::Finished => None,
        Ending::StoppedEarly => Some("The run stopped at the first step that was not good, as asked."),
        Ending::Deadline => Some("The deadline of the run passed before its end."),
        Ending::Interrupted => Some("The run was interrupted before its end."),
        Ending::Terminated => Some("The run was told to terminate before its end."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_no_go_counts_what_failed_of_the_required_steps() {
        let line = "NO-GO  orders 1.1.0 (3f2a91c) on local: \
                    2 of 9 required steps failed, 1 could not be decided, 1 never ran";
        assert_eq!(headline(&sample::report()), line);
    }

    #[test]
    fn a_go_says_how_much_it_stands_on() {
        let line = "GO  orders 1.1.0 (3f2a91c) on local: 4 of 4 required steps are good, 2 with a reservation";
        assert_eq!(headline(&sample::go()), line);
    }

    #[test]
    fn a_go_over_a_part_says_so_at_once() {
        let line = "GO for the 2 selected of 11 steps  orders 1.1.0 (3f2a91c) on local";
        assert_eq!(headline(&sample::go_for_a_part()), line);
    }

    #[test]
    fn a_run_that_decided_nothing_is_hollow() {
        let report = sample::hollow();
        assert_eq!(headline(&report), "UNDECIDED  orders: no required step was decided, 1 not selected");
        assert!(is_hollow(&report));
        assert!(!is_hollow(&sample::report()));
    }

    #[test]
    fn under_strict_a_reservation_is_told_as_the_reason() {
        let line = "NO-GO  orders 1.1.0 (3f2a91c) on local: \
                    2 of 4 required steps passed only with a reservation (--strict)";
        assert_eq!(headline(&sample::strict()), line);
    }
}
