//! flake8: what it is asked, and what its answers mean.
//!
//! Its exit status is not looked at beyond 0 and 1, because the configuration may hold `exit-zero`: every line that it
//! prints is a finding or a number, and anything else makes the answer unreadable. With `--benchmark` it tells how many files
//! it really read.

use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use crate::kind::check::{CommandLine, Context, Judgement};
use crate::probe::tree::Tree;

use super::Lint;
use super::judge::Looked;
use super::run::{BAD_CODE, answered, bad_file, remarks, unreadable};
use crate::kind::check::finding::{Finding, relative};

/// Plain lines, whatever the configuration says.
const PLAIN: &[&str] = &["--format=default", "--color=never", "--no-show-source"];

fn line(lint: &Lint, command: &CommandLine) -> CommandLine {
    let config = lint.config.iter().map(|path| format!("--config={path}"));
    command.with(config).with(PLAIN.to_vec())
}

/// What would be run.
pub(super) fn actions(lint: &Lint) -> Vec<String> {
    let usual = || CommandLine::new(vec!["flake8".to_owned()]).expect("a name is a program");
    let command = line(lint, &lint.command.clone().unwrap_or_else(usual));
    vec![
        format!("run `{}`", command.with(["--benchmark"]).with(&lint.paths)),
        "show the same bad code under each path".to_owned(),
    ]
}

/// Asks flake8 everything.
///
/// # Errors
/// The judgement of the step, when an answer is missing or could not be read.
pub(super) async fn look(lint: &Lint, context: &Context, tree: &Tree) -> Result<Looked, Judgement> {
    let command = lint.command.clone().unwrap_or_else(|| context.project_tool("flake8"));
    let check = line(lint, &command).with(["--benchmark"]).with(&lint.paths);
    let (finished, version, silent) = tokio::try_join!(
        lint.start(context, check.clone(), b""),
        version(lint, context, &command),
        silent(lint, context, &command),
    )?;
    let finished = answered(finished, &check, &[0, 1])?;
    let answer = Answer::read(&finished.stdout.text(), &context.service.root)
        .map_err(|why| unreadable(&check, &finished, &why))?;
    let all: Vec<String> = tree.paths().map(str::to_owned).collect();
    Ok(Looked {
        program: command.to_string(),
        name: "flake8".to_owned(),
        version,
        again: command.with(&lint.paths).to_string(),
        findings: answer.findings,
        number: answer.files,
        passed_over: all.len().saturating_sub(answer.files),
        examined: all,
        silent,
        remarks: remarks(&finished),
        ..Looked::default()
    })
}

/// `7.5.0 (mccabe: ...)`.
async fn version(lint: &Lint, context: &Context, command: &CommandLine) -> Result<Option<String>, Judgement> {
    let finished = lint.start(context, command.with(["--version"]), b"").await?;
    let text = finished.stdout.text();
    Ok(text
        .split_whitespace()
        .next()
        .filter(|word| word.starts_with(|first: char| first.is_ascii_digit()))
        .map(str::to_owned))
}

/// The paths under which it is silent about bad code.
async fn silent(lint: &Lint, context: &Context, command: &CommandLine) -> Result<Vec<String>, Judgement> {
    let mut silent = Vec::new();
    for path in &lint.paths {
        let name = format!("--stdin-display-name={}", bad_file(path, context));
        let asked = line(lint, command).with([name.as_str(), "-"]);
        let finished = answered(lint.start(context, asked.clone(), BAD_CODE).await?, &asked, &[0, 1])?;
        let answer = Answer::read(&finished.stdout.text(), &context.service.root);
        if answer.map_err(|why| unreadable(&asked, &finished, &why))?.findings.iter().all(is_about_syntax) {
            silent.push(path.clone());
        }
    }
    Ok(silent)
}

/// flake8 tells broken syntax and unreadable files whatever is selected.
fn is_about_syntax(finding: &Finding) -> bool {
    finding.code.starts_with("E9")
}

/// What it printed.
#[derive(Debug, Default, PartialEq, Eq)]
struct Answer {
    findings: Vec<Finding>,
    files: usize,
}

impl Answer {
    fn read(text: &str, root: &Path) -> Result<Self, String> {
        static FINDING: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"^(.+?):(\d+):(\d+): ([A-Z]+[0-9]+) (.*)$").expect("the pattern is a constant")
        });
        static FILES: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"^(\d+) +total files processed$").expect("the pattern is a constant"));
        // Lines of --benchmark, and of `statistics` and `count` in a configuration.
        static NUMBERS: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(
                r"^\d+(\.\d+)?( +(seconds elapsed|(total )?[a-z ]+ processed( per second)?|[A-Z]+[0-9]+ .*))?$",
            )
            .expect("the pattern is a constant")
        });
        let mut answer = Self::default();
        for line in text.lines().map(str::trim_end).filter(|line| !line.is_empty()) {
            if let Some(found) = FINDING.captures(line) {
                let number = |at: usize| found[at].parse().unwrap_or(1);
                let (file, line, column) = (relative(&found[1], root), number(2), number(3));
                answer.findings.push(Finding {
                    file,
                    line,
                    column,
                    code: found[4].to_owned(),
                    message: found[5].to_owned(),
                });
            } else if let Some(found) = FILES.captures(line) {
                answer.files = found[1].parse().unwrap_or(0);
            } else if !NUMBERS.is_match(line) {
                return Err(format!("a line is no finding: `{line}`"));
            }
        }
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(usize, usize), String> {
        Answer::read(text, Path::new("/srv")).map(|answer| (answer.findings.len(), answer.files))
    }

    #[test]
    fn findings_and_the_number_of_files_are_read() {
        let text = "app/n.py:2:1: F401 're' imported but unused\n0.663      seconds elapsed\n\
                    4          total logical lines processed\n6          logical lines processed per second\n\
                    18         total tokens processed\n4          total files processed\n6          files processed per second\n";
        assert_eq!(read(text), Ok((1, 4)));
        assert_eq!(read("1     F401 're' imported but unused\n1\n"), Ok((0, 0)), "statistics and count");
    }

    #[test]
    fn a_line_that_is_no_finding_makes_the_answer_unreadable() {
        assert!(read("app/n.py\n").is_err(), "`quiet` in the configuration hides the findings");
        assert!(read("All checks passed!\n").is_err());
    }
}
