//! Linters that rollsafe does not know: those that write SARIF, and those that only have an exit status.
//!
//! Nothing tells which files they read, so the files below the paths are counted; and nothing but a control on code that
//! is known to be bad tells whether they could have found something.

use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use crate::kind::check::{CommandLine, Context, Judgement};
use crate::model::excerpt;
use crate::probe::process::{Exit, Finished};
use crate::probe::tree::Tree;

use super::Lint;
use super::judge::Looked;
use super::run::{answered, failed, remarks, unreadable};
use crate::kind::check::finding::{Finding, relative};
use crate::kind::check::sarif;

/// How many of the last lines of an unknown linter are shown.
const LAST_LINES: usize = 5;

/// Runs a linter that writes SARIF to standard output, and its control.
///
/// # Errors
/// The judgement of the step, when an answer is missing or could not be read.
pub(super) async fn look_sarif(lint: &Lint, context: &Context, tree: &Tree) -> Result<Looked, Judgement> {
    let (command, control) = commands(lint);
    let (found, shown) =
        tokio::try_join!(lint.start(context, command.clone(), b""), lint.start(context, control.clone(), b""))?;
    let read = |finished: &Finished| sarif::read(&finished.stdout.text(), &context.service.root);
    let log = read(&found).map_err(|why| unreadable(command, &found, &why))?;
    let shown = read(&shown).map_err(|why| unreadable(control, &shown, &why))?;
    // Zero and one are the answers of linters; a tool that broke may still have written a log.
    let found = answered(found, command, &[0, 1])?;
    let silent = shown.findings.is_empty();
    Ok(Looked {
        name: log.tool,
        version: log.version,
        findings: log.findings,
        suppressed: log.suppressed,
        ..looked(command, control, silent, &found, tree)
    })
}

/// Runs a linter that has only an exit status, and its control.
///
/// # Errors
/// The judgement of the step, when one of them did not start or end, or broke.
pub(super) async fn look_exit_status(lint: &Lint, context: &Context, tree: &Tree) -> Result<Looked, Judgement> {
    let (command, control) = commands(lint);
    let (found, shown) =
        tokio::try_join!(lint.start(context, command.clone(), b""), lint.start(context, control.clone(), b""))?;
    let findings = findings(&found, &context.service.root).ok_or_else(|| failed(&found, command, &[0, 1]))?;
    // A control that broke, such as one on a file that is not there, shows nothing.
    let silent = shown.exit == Exit::Status(0) || places(&shown, &context.service.root).is_empty();
    Ok(Looked { name: command.program().to_owned(), findings, ..looked(command, control, silent, &found, tree) })
}

/// What an unknown linter found; nothing if it broke. A linter that found something ends with 1, or names places.
fn findings(finished: &Finished, root: &Path) -> Option<Vec<Finding>> {
    let places = places(finished, root);
    match finished.exit {
        Exit::Status(0) => Some(Vec::new()),
        Exit::Status(1) if places.is_empty() => Some(vec![last_lines(finished)]),
        Exit::Status(_) if !places.is_empty() => Some(places),
        Exit::Status(_) | Exit::Signal(_) | Exit::TimedOut | Exit::Cancelled => None,
    }
}

/// The lines of the form `file:line: text` or `file:line:column: text`, in which almost all linters write.
fn places(finished: &Finished, root: &Path) -> Vec<Finding> {
    static PLACE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?m)^([^\s:][^:\n]*):(\d+):(?:(\d+):)? ?(.+)$").expect("the pattern is a constant")
    });
    let text = [finished.stdout.text(), finished.stderr.text()].join("\n");
    let number = |found: Option<regex::Match<'_>>| found.and_then(|text| text.as_str().parse().ok()).unwrap_or(1);
    let finding = |found: regex::Captures<'_>| Finding {
        file: relative(&found[1], root),
        line: number(found.get(2)),
        column: number(found.get(3)),
        code: String::new(),
        message: found[4].trim().to_owned(),
    };
    PLACE.captures_iter(&text).map(finding).collect()
}

fn commands(lint: &Lint) -> (&CommandLine, &CommandLine) {
    const CHECKED: &str = "the loader lets no such step through without it";
    (lint.command.as_ref().expect(CHECKED), lint.control.as_ref().expect(CHECKED))
}

fn looked(command: &CommandLine, control: &CommandLine, silent: bool, finished: &Finished, tree: &Tree) -> Looked {
    let examined: Vec<String> = tree.paths().map(str::to_owned).collect();
    Looked {
        program: command.to_string(),
        again: command.to_string(),
        number: examined.len(),
        examined,
        silent: if silent { vec![control.to_string()] } else { Vec::new() },
        remarks: remarks(finished),
        ..Looked::default()
    }
}

/// What an unknown linter said in the end, as its one finding.
fn last_lines(finished: &Finished) -> Finding {
    let captured = if finished.stdout.total > 0 { &finished.stdout } else { &finished.stderr };
    let text = captured.text();
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let message = lines[lines.len().saturating_sub(LAST_LINES)..].join(" | ");
    Finding { file: String::new(), line: 1, column: 1, code: String::new(), message: excerpt(&message, 600) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Elapsed;
    use crate::probe::process::Captured;

    fn finished(status: i32, text: &str) -> Finished {
        let stdout = Captured { head: text.into(), tail: Vec::new(), total: text.len() as u64 };
        let (stderr, elapsed) = (Captured::default(), Elapsed::default());
        Finished { exit: Exit::Status(status), stdout, stderr, elapsed, leaks: Vec::new() }
    }

    fn shown(status: i32, text: &str) -> Option<Vec<String>> {
        let found = findings(&finished(status, text), Path::new("/srv"))?;
        Some(found.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn lines_with_places_are_findings() {
        let lines = "app/a.py:3: error: Name \"x\" is not defined\napp/b.py:4:2: W0611: unused\nFound 2 errors\n";
        let expected = ["app/a.py:3:1 error: Name \"x\" is not defined", "app/b.py:4:2 W0611: unused"];
        assert_eq!(shown(1, lines), Some(expected.map(str::to_owned).to_vec()));
        assert_eq!(shown(20, lines).map(|found| found.len()), Some(2));
        assert_eq!(shown(0, lines), Some(Vec::new()));
    }

    #[test]
    fn a_linter_that_broke_is_no_finding() {
        assert_eq!(shown(2, "usage: mypy [-h]\n"), None);
        assert_eq!(shown(1, "two files are bad\n"), Some(vec!["two files are bad".to_owned()]));
    }
}
