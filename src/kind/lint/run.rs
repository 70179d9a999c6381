//! Running a linter: quietly, because its output is meant for rollsafe, and with room for all of it.

use std::path::Path;

use crate::kind::check::{CommandLine, Context, Judgement};
use crate::model::{Evidence, Problem, Reason, Stream, excerpt};
use crate::probe::process::{Command, Exit, Finished};
use crate::probe::tree::Tree;

use super::{Lint, Tool};

/// How much of the output of a linter is kept, in bytes: findings in a large project are many.
const KEEP: usize = 64 * 1024 * 1024;

/// Python that breaks at least one rule of every family that people select, so that a linter that is silent
/// here would be silent everywhere.
pub(super) const BAD_CODE: &[u8] = include_bytes!("bad_code.txt");

/// The name of a file that does not exist, for the bad code.
const BAD_FILE: &str = "rollsafe_control.py";

impl Lint {
    /// Runs a command of the linter.
    pub(super) async fn start(
        &self,
        context: &Context,
        line: CommandLine,
        input: &'static [u8],
    ) -> Result<Finished, Judgement> {
        let command = Command { input, keep: KEEP, ..context.command(&line) };
        context.run_unheard(&command).await
    }

    /// The files of the code below the paths, with their states.
    pub(super) async fn tree(&self, context: &Context) -> Tree {
        let (files, paths, endings) = (context.probes.files.clone(), self.paths.clone(), self.counted());
        let tree = tokio::task::spawn_blocking(move || {
            files.tree(&paths, &endings.iter().map(String::as_str).collect::<Vec<_>>())
        });
        tree.await.unwrap_or_default()
    }

    /// The endings of the files that count.
    fn counted(&self) -> Vec<String> {
        match self.tool {
            Tool::Ruff => [super::python(), vec!["ipynb".to_owned()]].concat(),
            Tool::Flake8 => vec!["py".to_owned()],
            Tool::Sarif | Tool::ExitStatus => self.endings.clone(),
        }
    }
}

/// The path under which bad code is shown to a linter: inside a folder, or in the place of a file, so that the
/// configuration for that place is used.
pub(super) fn bad_file(path: &str, context: &Context) -> String {
    if context.service.root.join(path).is_dir() {
        Path::new(path).join(BAD_FILE).to_string_lossy().into_owned()
    } else {
        path.to_owned()
    }
}

/// Lets a run through whose exit status is one that the linter uses for its answers.
///
/// # Errors
/// Any other end: the linter could not do its work.
#[expect(clippy::result_large_err, reason = "made at most once in a step")]
pub(super) fn answered(finished: Finished, shown: &CommandLine, good: &[i32]) -> Result<Finished, Judgement> {
    match finished.exit {
        Exit::Status(status) if good.contains(&status) => Ok(finished),
        Exit::Status(_) | Exit::Signal(_) | Exit::TimedOut | Exit::Cancelled => Err(failed(&finished, shown, good)),
    }
}

/// A linter that could not do its work.
pub(super) fn failed(finished: &Finished, shown: &CommandLine, good: &[i32]) -> Judgement {
    let end = match finished.exit {
        Exit::Status(status) => format!("exit status {status}"),
        Exit::Signal(signal) => format!("ended by signal {signal}"),
        Exit::TimedOut | Exit::Cancelled => "ended by rollsafe".to_owned(),
    };
    let text = if finished.stderr.total > 0 { finished.stderr.text() } else { finished.stdout.text() };
    let good: Vec<String> = good.iter().map(ToString::to_string).collect();
    let problem = Problem::new(Reason::ToolFailed, format!("`{}` could not do its work", shown.program()))
        .expected(format!("exit status {}", good.join(" or ")))
        .observed(format!("{end}: {}", excerpt(&text, 600)))
        .next(format!("run `{shown}` by hand and correct the configuration or the step"));
    Judgement::error(problem).with(finished.evidence())
}

/// An answer that could not be read.
pub(super) fn unreadable(shown: &CommandLine, finished: &Finished, why: &str) -> Judgement {
    let problem = Problem::new(Reason::Unparsable, format!("the answer of `{}` could not be read", shown.program()))
        .expected("the findings in the form that was asked for")
        .observed(format!("{why}: {}", excerpt(&finished.stdout.text(), 200)))
        .next(format!("run `{shown}` by hand; is it the linter itself, or something else of that name?"));
    Judgement::error(problem).with(finished.evidence())
}

/// What a linter said beside its answer.
pub(super) fn remarks(finished: &Finished) -> Vec<Evidence> {
    let mut evidence = vec![Evidence::elapsed("time", finished.elapsed)];
    if finished.stderr.total > 0 {
        evidence.push(Evidence::output("remarks of the linter", finished.stderr.output(Stream::Stderr)));
    }
    evidence.extend(finished.leaks.iter().map(|leak| Evidence::text("left behind", leak)));
    evidence
}
