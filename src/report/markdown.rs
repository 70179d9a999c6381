//! `markdown`: for a comment on a pull request or the summary of a job.
//!
//! The verdict first, a table of the steps, then every step that is not a pass with its five parts and its
//! evidence folded away. Each of these is a section under a heading of its own, so that a text that is too
//! long can be cut between two of them.

use crate::model::{Event, Evidence, Outcome, Problem, Reason, RunReport, StepReport};

use super::Format;
use super::evidence;
use super::headline::{answer, blocks, ending, statement, subject};
use super::markup::{code, fence, html, inline, joined, visible};
use super::wording::{expired, key, time, void_waivers, waived, word};
use super::wrap::{at_most, cut};

/// The form.
pub(super) const MARKDOWN: Format =
    Format { name: "markdown", summary: "for a pull request or the summary of a job", render };

/// The most characters in a cell of the table.
const LONGEST_CELL: usize = 160;
/// The most characters of one part of a problem.
const LONGEST_PART: usize = 2_000;
/// The most lines of evidence of one step.
const EVIDENCE_LINES: usize = 200;
/// The most characters in one line of evidence.
const LONGEST_LINE: usize = 500;

pub(super) fn render(report: &RunReport, _: &[Event]) -> String {
    let sentences = [Some(statement(report)), ending(report).map(str::to_owned)];
    let paragraphs = sentences.iter().flatten().filter(|sentence| !sentence.is_empty()).map(|text| paragraph(text));
    let mut parts = vec![format!("## {}: {}\n\n", inline(&answer(report)), inline(&subject(report)))];
    parts.extend(paragraphs);
    parts.extend([table(report), facts(report)]);
    parts.extend(void_waivers(report).iter().map(|note| paragraph(&format!("Note: {note}."))));
    parts.extend(report.steps.iter().map(|step| section(report, step)));
    parts.push(beside_the_steps(&report.evidence));
    parts.concat()
}

fn paragraph(text: &str) -> String {
    format!("{}\n\n", inline(text))
}

fn table(report: &RunReport) -> String {
    let rows: String = report.steps.iter().map(row).collect();
    format!("| outcome | step | kind | seen | time |\n| --- | --- | --- | --- | ---: |\n{rows}\n")
}

fn row(step: &StepReport) -> String {
    format!(
        "| {} | {} | {} | {} | {} |\n",
        emphasis(&step.result),
        code(step.step.id.as_str(), true),
        inline(&step.step.kind),
        inline(&short(&seen(step), LONGEST_CELL)),
        time(step)
    )
}

/// The word of an outcome, heavier where somebody must act.
fn emphasis(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Pass(_) | Outcome::Skip(_) => word(outcome).to_owned(),
        Outcome::Warn(_) | Outcome::Fail(_) | Outcome::Error(_) => format!("**{}**", word(outcome)),
    }
}

/// What tells most about how a step ended, with the reason why one was left out.
fn seen(step: &StepReport) -> String {
    match &step.result {
        Outcome::Skip(skipped) => format!("{}: {}", skipped.reason.as_str(), skipped.why),
        Outcome::Pass(_) | Outcome::Warn(_) | Outcome::Fail(_) | Outcome::Error(_) => key(step),
    }
}

/// The beginning of a text on one line, cut after it was made harmless.
fn short(text: &str, limit: usize) -> String {
    cut(&visible(&joined(text)), limit)
}

/// The run itself in one line.
fn facts(report: &RunReport) -> String {
    let mut facts = vec![
        format!("run {}", code(&report.run, false)),
        format!("profile {}", report.profile.as_str()),
        format!("{} steps in {}", report.steps.len(), report.elapsed_ms),
    ];
    if report.strict {
        facts.push("strict".to_owned());
    }
    if let Some(commit) = &report.release.commit {
        facts.push(format!("commit {}", code(commit, false)));
    }
    if let Some(url) = report.target.as_ref().and_then(|target| target.url.as_ref()) {
        facts.push(format!("target {}", code(url, false)));
    }
    format!("{}\n\n", facts.join(" · "))
}

fn section(report: &RunReport, step: &StepReport) -> String {
    let (Outcome::Warn(problem) | Outcome::Fail(problem) | Outcome::Error(problem)) = &step.result else {
        return String::new();
    };
    let name = code(step.step.id.as_str(), false);
    let mut parts = vec![format!("### {} {name}\n\n", word(&step.result))];
    if step.step.title != step.step.id.step() {
        parts.push(paragraph(&step.step.title));
    }
    parts.extend([importance(report, step), five_parts(problem), header_parts(step), folded(&step.evidence)]);
    parts.concat()
}

fn importance(report: &RunReport, step: &StepReport) -> String {
    if !step.is_required() {
        "Advisory: it does not count for the verdict.\n\n".to_owned()
    } else if matches!(step.result, Outcome::Warn(_)) && blocks(report, step) {
        "Under `--strict` a reservation counts as not good.\n\n".to_owned()
    } else {
        String::new()
    }
}

fn five_parts(problem: &Problem) -> String {
    let reason = format!("{} ({})", problem.what, problem.reason.as_str());
    let parts = [
        part("What", &reason),
        part("Expected", &problem.expected),
        part("Observed", &problem.observed),
        part("Safe to retry", problem.retry.as_str()),
        format!("- **Next**: {}\n", code(&short(&problem.next, LONGEST_PART), false)),
    ];
    parts.concat()
}

fn header_parts(step: &StepReport) -> String {
    let rollback = code(&short(&step.step.rollback, LONGEST_PART), false);
    let mut parts = vec![part("Owner", &step.step.owner), format!("- **Rollback**: {rollback}\n")];
    if let Some(waiver) = &step.waiver {
        let counts = step.result.reason() == Reason::Waived;
        parts.push(part("Waiver", &if counts { waived(waiver) } else { expired(waiver) }));
    }
    let place = code(&format!("{}:{}", step.step.file, step.step.line), false);
    parts.push(format!("- **Step**: {place}\n\n"));
    parts.concat()
}

/// One part of a problem: in the line, or fenced where it has several lines.
fn part(label: &str, text: &str) -> String {
    if !text.trim().contains('\n') {
        return format!("- **{label}**: {}\n", inline(&short(text, LONGEST_PART)));
    }
    let text: String = text.chars().take(LONGEST_PART).collect();
    let fenced: Vec<String> = fence(&text).lines().map(|line| format!("  {line}\n")).collect();
    format!("- **{label}**:\n\n{}\n", fenced.concat())
}

/// What was seen that belongs to no step.
fn beside_the_steps(evidence: &[Evidence]) -> String {
    if evidence.is_empty() { String::new() } else { format!("### Seen beside the steps\n\n{}", folded(evidence)) }
}

/// The evidence behind a line that opens it.
fn folded(evidence: &[Evidence]) -> String {
    if evidence.is_empty() {
        return String::new();
    }
    let lines: Vec<String> = evidence.iter().flat_map(evidence::lines).collect();
    let shown: Vec<String> = at_most(lines, EVIDENCE_LINES).iter().map(|line| cut(line, LONGEST_LINE)).collect();
    let labels: Vec<String> = evidence.iter().map(|one| html(&short(&one.label, 40))).collect();
    let fenced = fence(&shown.join("\n"));
    format!("<details><summary>Evidence: {}</summary>\n\n{fenced}\n</details>\n\n", labels.join(", "))
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
    fn a_go_is_short() {
        insta::assert_snapshot!(render(&sample::plain_go(), &[]));
    }

    #[test]
    fn every_row_has_five_cells() {
        let text = render(&sample::report(), &[]);
        let table = text.split("\n\n").find(|part| part.starts_with("| outcome")).unwrap();
        assert_eq!(table.lines().count(), 2 + sample::report().steps.len());
        for row in table.lines() {
            let pipes = row.replace("\\|", "").matches('|').count();
            assert_eq!(pipes, 6, "{row}");
        }
    }

    #[test]
    fn no_tag_of_a_captured_text_is_open() {
        let text = render(&sample::report(), &[]);
        let mut fenced = false;
        for line in text.lines() {
            fenced ^= line.trim_start().starts_with("```");
            let own = line.starts_with("<details>") || line == "</details>" || line.contains('`');
            assert!(fenced || own || !line.replace("<!-- -->", "").contains('<'), "{line}");
        }
        assert!(!fenced);
    }
}
