//! The summary that a tired person can act on: the verdict first, then what stands in its way and what to do,
//! then how to see more. Its last line has the verdict again, so that `tail -1` tells it.
//!
//! It is a pure function of the report, so that the end of a run, the `text` format and a recorded run that is
//! shown again read the same.

mod block;
mod skipped;
mod table;

use crate::model::{Outcome, RunReport, StepReport, Verdict};

use super::evidence::telling;
use super::headline::{answer, because, ending, subject};
use super::markup::line;
use super::page::{INDENT, Page};
use super::styles::Styles;
use super::wording::void_waivers;
use super::wrap::cut;

/// The most lines of evidence that is not asked for.
const EVIDENCE_LINES: usize = 10;

/// How a summary looks.
#[derive(Clone, Debug)]
pub(crate) struct SummarySettings {
    /// Whether words have colour.
    pub(crate) colour: bool,
    /// The columns of the terminal.
    pub(crate) width: u16,
    /// Whether steps that passed are shown whatever the verdict, and all evidence with them.
    pub(crate) verbose: bool,
    /// The folder of the record, as the reader would write it; nothing when the run was not recorded.
    pub(crate) record: Option<String>,
}

impl SummarySettings {
    /// Plain text of 80 columns for a run that is recorded in the usual place.
    pub(crate) fn plain(report: &RunReport) -> Self {
        let record = Some(format!(".rollsafe/runs/{}", report.run));
        Self { colour: false, width: 80, verbose: false, record }
    }
}

/// The whole summary.
pub(crate) fn summary(report: &RunReport, settings: &SummarySettings) -> String {
    let mut page = Page::new(settings.width, Styles::new(settings.colour));
    verdict_line(&mut page, report);
    if report.verdict == Verdict::Go || settings.verbose {
        table::write(&mut page, report);
    }
    for step in report.steps.iter().filter(|step| has_problem(step)) {
        block::write(&mut page, report, step, settings.verbose);
    }
    skipped::write(&mut page, report);
    beside_the_steps(&mut page, report, settings.verbose);
    notes(&mut page, report);
    counts(&mut page, report);
    how_to_see_more(&mut page, report, settings);
    last_line(&mut page, report);
    page.into_text()
}

fn has_problem(step: &StepReport) -> bool {
    matches!(step.result, Outcome::Warn(_) | Outcome::Fail(_) | Outcome::Error(_))
}

fn verdict_line(page: &mut Page, report: &RunReport) {
    let answer = line(&answer(report));
    let style = page.styles.verdict(report.verdict);
    let because = line(&because(report));
    let (start, indent) = (format!("{}  ", style.style(&answer)), answer.len() + 2);
    if indent <= page.room(0) / 2 {
        page.hanging(&start, indent, &because);
    } else {
        page.line(&format!("{start}{because}"));
    }
    if let Some(ending) = ending(report) {
        page.line(ending);
    }
    page.gap();
}

/// Waivers that have expired while their step is good again.
fn notes(page: &mut Page, report: &RunReport) {
    page.gap();
    for note in void_waivers(report) {
        page.hanging("note   ", INDENT, &line(&note));
    }
}

/// What was seen that belongs to no step, where it may tell why the answer is not GO.
fn beside_the_steps(page: &mut Page, report: &RunReport, verbose: bool) {
    if report.evidence.is_empty() || (report.verdict == Verdict::Go && !verbose) {
        return;
    }
    page.gap();
    page.line("Seen beside the steps:");
    for line in telling(&report.evidence, EVIDENCE_LINES) {
        page.line(&format!("  {}", cut(&line, page.room(2))));
    }
}

fn counts(page: &mut Page, report: &RunReport) {
    let counts = &report.counts;
    let numbers = [
        (counts.pass, "pass"),
        (counts.warn, "warn"),
        (counts.fail, "fail"),
        (counts.error, "error"),
        (counts.skip, "skip"),
    ];
    let shown: Vec<String> =
        numbers.iter().filter(|(number, _)| *number > 0).map(|(number, name)| format!("{number} {name}")).collect();
    let strict = if report.strict { ", strict" } else { "" };
    let steps = if report.steps.len() == 1 { "step" } else { "steps" };
    let profile = report.profile.as_str();
    let run = format!("{} {steps} in {} (profile {profile}{strict})", report.steps.len(), report.elapsed_ms);
    page.gap();
    page.hanging("", 0, &format!("{run}: {}", shown.join(", ")));
}

fn how_to_see_more(page: &mut Page, report: &RunReport, settings: &SummarySettings) {
    if let Some(record) = &settings.record {
        page.line(&format!("record: {}", line(record)));
        page.line(&format!("more:   rollsafe report {} --format markdown", line(&report.run)));
    }
}

fn last_line(page: &mut Page, report: &RunReport) {
    let answer = answer(report);
    page.gap();
    page.line(&format!("{}  {}", page.styles.verdict(report.verdict).style(line(&answer)), line(&subject(report))));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use crate::report::wrap::columns;

    fn plain(report: &RunReport) -> String {
        summary(report, &SummarySettings::plain(report))
    }

    #[test]
    fn a_no_go_tells_what_to_do() {
        insta::assert_snapshot!(plain(&sample::report()));
    }

    #[test]
    fn a_go_is_short_and_shows_its_numbers() {
        insta::assert_snapshot!(plain(&sample::plain_go()));
    }

    #[test]
    fn a_go_with_reservations_tells_them() {
        insta::assert_snapshot!(plain(&sample::go()));
    }

    #[test]
    fn a_go_over_a_part_says_so_first_and_last() {
        insta::assert_snapshot!(plain(&sample::go_for_a_part()));
    }

    #[test]
    fn an_interrupted_run_says_what_never_ran() {
        insta::assert_snapshot!(plain(&sample::interrupted()));
    }

    #[test]
    fn a_strict_run_says_why_a_reservation_counts() {
        let text = plain(&sample::strict());
        assert!(text.contains("profile gate, strict"), "{text}");
        assert!(text.starts_with("NO-GO  orders"), "{text}");
    }

    #[test]
    fn a_verbose_summary_shows_what_passed_and_all_evidence() {
        let report = sample::report();
        let text = summary(&report, &SummarySettings { verbose: true, ..SummarySettings::plain(&report) });
        assert!(text.contains("PASS   run-unit-tests"), "{text}");
        assert!(text.contains("| progress 10%␍progress 20%"), "{text}");
    }

    #[test]
    fn the_last_line_tells_the_verdict() {
        let all = [sample::report(), sample::go(), sample::go_for_a_part(), sample::hollow(), sample::interrupted()];
        for report in all {
            let text = plain(&report);
            let last = text.trim_end().lines().last().unwrap();
            assert!(last.starts_with(report.verdict.as_str()), "{last}");
        }
    }

    #[test]
    fn a_waiver_that_expired_is_said_even_where_its_step_is_good() {
        let mut report = sample::plain_go();
        report.steps[0].waiver = sample::report().steps[4].waiver.clone();
        let note = "note   the waiver of safer-workflow/run-unit-tests expired on 2026-02-01 and no\n       \
                    longer counts: first release (dana)\n";
        let text = plain(&report);
        assert!(text.contains(note), "{text}");
    }

    #[test]
    fn without_a_record_none_is_promised() {
        let report = sample::go();
        let settings = SummarySettings { record: None, ..SummarySettings::plain(&report) };
        assert!(!summary(&report, &settings).contains("rollsafe report"));
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_except_what_must_be_copied_whole() {
        for width in [60, 80, 120] {
            let report = sample::report();
            let text = summary(&report, &SummarySettings { width, ..SummarySettings::plain(&report) });
            for line in text.lines() {
                let copied = line.contains("next      ") || line.contains("xxxx") || line.contains("--format");
                assert!(copied || columns(line) <= usize::from(width), "{width}: {line}");
            }
        }
    }

    #[test]
    fn captured_text_moves_no_cursor_and_gives_no_command() {
        let text = plain(&sample::report());
        for bad in ["\u{1b}", "\u{202e}", "\u{7}", "\r", "##[error]", "\u{0}"] {
            assert!(!text.contains(bad), "{bad:?}");
        }
        assert!(text.lines().all(|line| !line.trim_start().starts_with("::")), "{text}");
    }

    #[test]
    fn colour_changes_nothing_but_colour() {
        let report = sample::report();
        let coloured = summary(&report, &SummarySettings { colour: true, ..SummarySettings::plain(&report) });
        assert!(coloured.contains("\u{1b}["));
        assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain(&report));
    }
}
