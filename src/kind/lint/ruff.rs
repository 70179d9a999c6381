//! ruff: what it is asked, and what its answers mean.
//!
//! Three questions at once, because each costs a few milliseconds: what it finds; in which files a rule can speak
//! at all; and what it says to bad code under each path. The second uses a rule that every file breaks (a copyright
//! notice that cannot be), so that files which the configuration keeps from all rules stand out by their silence.
//! Only when some are silent is it asked which of them it takes at all. The cache is not used: it could answer for
//! an older file, and it would write into the tree.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

use crate::kind::check::{CommandLine, Context, Judgement};
use crate::probe::process::Finished;
use crate::probe::tree::Tree;

use super::Lint;
use super::judge::Looked;
use super::run::{BAD_CODE, answered, bad_file, remarks, unreadable};
use crate::kind::check::finding::{Finding, relative};
use crate::kind::check::sarif;

/// A copyright notice that no text matches.
const WITNESS: &[&str] = &[
    "--preview",
    "--select",
    "CPY001",
    "--ignore-noqa",
    "--config",
    r#"lint.flake8-copyright.notice-rgx="\\A(?:$.)""#,
    "--output-format",
    "json-lines",
];

/// ruff as this step calls it.
#[derive(Debug)]
struct Ruff<'a> {
    lint: &'a Lint,
    context: &'a Context,
    /// The program and what stands before `check`.
    program: CommandLine,
    /// The options behind `check`.
    options: Vec<String>,
}

/// Asks ruff everything.
///
/// # Errors
/// The judgement of the step, when an answer is missing or could not be read.
pub(super) async fn look(lint: &Lint, context: &Context, tree: &Tree) -> Result<Looked, Judgement> {
    let usual = || context.project_tool("ruff");
    let (program, options) = split(lint, &lint.command.clone().unwrap_or_else(usual));
    Ruff { lint, context, program, options }.look(tree).await
}

/// What would be run.
pub(super) fn actions(lint: &Lint) -> Vec<String> {
    let usual = || CommandLine::new(vec!["ruff".to_owned()]).expect("a name is a program");
    let (program, options) = split(lint, &lint.command.clone().unwrap_or_else(usual));
    let check = program.with(["check"]).with(options).with(["--no-fix", "--no-cache"]).with(&lint.paths);
    let format = lint.format.then(|| program.with(["format", "--check", "--no-cache"]).with(&lint.paths));
    let mut actions: Vec<String> =
        [Some(check), format].iter().flatten().map(|line| format!("run `{line}`")).collect();
    actions.push("ask the same for the files that it takes, and show it bad code".to_owned());
    actions
}

/// The program, and the options for `check`.
fn split(lint: &Lint, command: &CommandLine) -> (CommandLine, Vec<String>) {
    let argv = command.argv();
    let check = argv.iter().skip(1).position(|word| word == "check").map_or(argv.len(), |at| at + 1);
    let program = CommandLine::new(argv[..check].to_vec()).expect("the program stands first");
    let mut options: Vec<String> = argv.iter().skip(check + 1).filter(|option| !is_given(option)).cloned().collect();
    options.extend(lint.config.iter().flat_map(|path| ["--config".to_owned(), path.clone()]));
    (program, options)
}

/// Whether the step gives an option anyway; ruff takes it only once.
fn is_given(option: &str) -> bool {
    matches!(option, "--no-fix" | "--no-cache" | "-n")
}

impl Ruff<'_> {
    async fn look(&self, tree: &Tree) -> Result<Looked, Judgement> {
        let (found, heard, format, silent) = tokio::try_join!(
            self.ask(self.check(&["--output-format", "sarif"]), &[0, 1]),
            self.ask(self.witness(), &[0, 1]),
            self.format(),
            self.controls(&self.lint.paths),
        )?;
        let root = &self.context.service.root;
        let log = sarif::read(&found.1.stdout.text(), root).map_err(|why| unreadable(&found.0, &found.1, &why))?;
        let heard = heard_files(&heard.1.stdout.text(), root);
        let unheard = tree.paths().filter(|path| !heard.contains(*path)).map(str::to_owned).collect();
        let (hidden, excluded) = self.sorted(unheard).await?;
        Ok(Looked {
            program: self.program.to_string(),
            name: "ruff".to_owned(),
            version: log.version,
            again: self.check(&[]).to_string(),
            findings: [log.findings, format].concat(),
            number: heard.len(),
            examined: heard.into_iter().collect(),
            hidden,
            excluded,
            silent,
            suppressed: log.suppressed,
            remarks: remarks(&found.1),
            ..Looked::default()
        })
    }

    /// `ruff check` over the paths with the options of the step and more.
    fn check(&self, more: &[&str]) -> CommandLine {
        self.options(&self.options).with(more.to_vec()).with(&self.lint.paths)
    }

    /// The same with the rule that every file breaks.
    fn witness(&self) -> CommandLine {
        let preview = |option: &&String| matches!(option.as_str(), "--preview" | "--no-preview" | "--ignore-noqa");
        let options: Vec<String> = self.options.iter().filter(|option| !preview(option)).cloned().collect();
        self.options(&options).with(WITNESS.to_vec()).with(&self.lint.paths)
    }

    fn options(&self, options: &[String]) -> CommandLine {
        self.program.with(["check"]).with(options).with(["--no-fix", "--no-cache"])
    }

    /// Sorts files in which no rule speaks into those that it takes, and those that it does not take.
    async fn sorted(&self, unheard: Vec<String>) -> Result<(Vec<String>, Vec<String>), Judgement> {
        if unheard.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let (_, finished) = self.ask(self.check(&["--show-files"]), &[0]).await?;
        let taken = taken_files(&finished.stdout.text(), &self.context.service.root);
        Ok(unheard.into_iter().partition(|path| taken.contains(path)))
    }

    async fn ask(&self, line: CommandLine, good: &[i32]) -> Result<(CommandLine, Finished), Judgement> {
        let finished = self.lint.start(self.context, line.clone(), b"").await?;
        Ok((line.clone(), answered(finished, &line, good)?))
    }

    /// The files that would be formatted anew, if that was asked.
    async fn format(&self) -> Result<Vec<Finding>, Judgement> {
        if !self.lint.format {
            return Ok(Vec::new());
        }
        let config = self.lint.config.iter().flat_map(|path| ["--config".to_owned(), path.clone()]);
        let line = self.program.with(["format", "--check", "--no-cache"]).with(config).with(&self.lint.paths);
        let (line, finished) = self.ask(line, &[0, 1]).await?;
        let findings = unformatted(&finished.stdout.text(), &self.context.service.root);
        if findings.is_empty() && finished.exit != crate::probe::process::Exit::Status(0) {
            return Err(unreadable(&line, &finished, "it names no file"));
        }
        Ok(findings)
    }

    /// Shows bad code under each path, all at once; returns the paths where nothing was found in it.
    fn controls<'b>(&'b self, paths: &'b [String]) -> std::pin::Pin<Box<dyn Future<Output = Controls> + Send + 'b>> {
        Box::pin(async move {
            let Some((first, rest)) = paths.split_first() else { return Ok(Vec::new()) };
            let (silent, more) = tokio::try_join!(self.control(first), self.controls(rest))?;
            Ok(silent.into_iter().chain(more).collect())
        })
    }

    /// Shows bad code under one path.
    async fn control(&self, path: &str) -> Result<Option<String>, Judgement> {
        let file = bad_file(path, self.context);
        let asked = ["--output-format", "json-lines", "--stdin-filename", file.as_str(), "-"];
        let line = self.options(&self.options).with(asked);
        let finished = self.lint.start(self.context, line.clone(), BAD_CODE).await?;
        let finished = answered(finished, &line, &[0, 1])?;
        Ok((!speaks(&finished.stdout.text())).then(|| path.to_owned()))
    }
}

/// The paths under which a linter is silent about bad code.
type Controls = Result<Vec<String>, Judgement>;

/// One line of `--output-format json-lines`.
#[derive(Debug, Deserialize)]
struct Line {
    code: Option<String>,
    filename: String,
}

fn lines(text: &str) -> impl Iterator<Item = Line> {
    text.lines().filter_map(|line| serde_json::from_str(line).ok())
}

/// Whether a rule that was selected found something. Broken syntax is told without any rule.
fn speaks(text: &str) -> bool {
    lines(text).any(|line| line.code.is_some_and(|code| code != "invalid-syntax" && !code.starts_with("E9")))
}

/// The files of `--show-files`; the configuration files among them are no code.
fn taken_files(text: &str, root: &Path) -> BTreeSet<String> {
    let code = |line: &&str| !line.is_empty() && Path::new(line).extension().is_none_or(|ending| ending != "toml");
    text.lines().filter(code).map(|line| relative(line, root)).collect()
}

/// The files in which the witness rule spoke.
fn heard_files(text: &str, root: &Path) -> BTreeSet<String> {
    lines(text).map(|line| relative(&line.filename, root)).collect()
}

/// The files that `ruff format --check` would change, in the words of ruff before and since 0.15.
fn unformatted(text: &str, root: &Path) -> Vec<Finding> {
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?m)^(?:Would reformat: (.+)| *--> (.+?)(?::(\d+):(\d+))?)$").expect("the pattern is a constant")
    });
    let number = |found: Option<regex::Match<'_>>| found.and_then(|text| text.as_str().parse().ok()).unwrap_or(1);
    let finding = |found: regex::Captures<'_>| Finding {
        file: found.get(1).or(found.get(2)).map(|path| relative(path.as_str(), root)).unwrap_or_default(),
        line: number(found.get(3)),
        column: number(found.get(4)),
        code: "format".to_owned(),
        message: "`ruff format` would change the file".to_owned(),
    };
    NAMED.captures_iter(text).map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_behind_check_are_passed_on() {
        let lint: Lint = toml::from_str("config = 'strict.toml'").unwrap();
        let parts = |text| {
            let (program, options) = split(&lint, &CommandLine::split(text).unwrap());
            (program.to_string(), options.join(" "))
        };
        assert_eq!(parts("ruff"), ("ruff".to_owned(), "--config strict.toml".to_owned()));
        assert_eq!(parts("ruff check --no-fix -n"), parts("ruff"));
        assert_eq!(parts("uv run ruff check --preview").0, "uv run ruff");
        assert_eq!(parts("uv run ruff check --preview").1, "--preview --config strict.toml");
    }

    #[test]
    fn only_a_rule_that_was_selected_counts_as_speaking() {
        let line = |code: &str| format!("{{\"code\":{code},\"filename\":\"/a.py\",\"message\":\"m\"}}\n");
        assert!(speaks(&line("\"F401\"")));
        assert!(!speaks(&[line("null"), line("\"invalid-syntax\""), line("\"E902\"")].concat()));
        assert!(!speaks(""));
        assert!(!speaks("All checks passed!"));
    }

    #[test]
    fn files_are_told_relative_to_the_service_and_configuration_is_no_code() {
        let root = Path::new("/srv/orders");
        let files = taken_files("/srv/orders/app/a.py\n/srv/orders/pyproject.toml\n\n", root);
        assert_eq!(files, BTreeSet::from(["app/a.py".to_owned()]));
    }

    #[test]
    fn files_that_are_not_formatted_are_found_in_both_forms() {
        let root = Path::new("/srv/orders");
        let files = |text| unformatted(text, root).into_iter().map(|finding| (finding.file, finding.line)).collect();
        let old: Vec<(String, usize)> = files("Would reformat: app/f.py\n1 file would be reformatted\n");
        assert_eq!(old, [("app/f.py".to_owned(), 1)]);
        let new: Vec<_> = files("unformatted: File would be reformatted\n --> app/f.py:3:2\n  |\n");
        assert_eq!(new, [("app/f.py".to_owned(), 3)]);
        assert_eq!(files("23 files already formatted\n"), Vec::<(String, usize)>::new());
    }
}
