//! Runs the command, looks at what it left, and judges both.

use crate::kind::check::fresh_file::FreshFile;
use crate::kind::check::{Context, Judgement};
use crate::model::{Count, Effect, Evidence, Outcome, Problem, Reason};
use crate::probe::files::FileError;
use crate::probe::fingerprint::Fingerprint;
use crate::probe::process::{Command, Exit, Finished};

use super::exit_status::in_words;
use super::result_format::ResultFormat;
use super::results::Results;
use super::{CommandStep, nagios, results};

/// How many bytes of each stream are kept when something is looked for in them.
const KEPT_TO_SEARCH: usize = 4 * 1024 * 1024;
/// How many changed files a message names.
const NAMED: usize = 10;

/// What was seen of a command.
struct Seen {
    finished: Finished,
    /// How many files had to stay as they were.
    watched: usize,
    /// Which of them did not.
    changes: Vec<String>,
    /// The results that it wrote, if it writes any, or why they cannot be used.
    results: Option<Result<Results, Problem>>,
}

/// Runs the command and judges it.
pub(super) async fn judge(step: &CommandStep, context: &Context) -> Judgement {
    match run(step, context).await {
        Ok(seen) => seen.judgement(step),
        Err(judgement) => judgement,
    }
}

async fn run(step: &CommandStep, context: &Context) -> Result<Seen, Judgement> {
    let root = &context.service.root;
    let unreadable = |error: FileError| Judgement::error(not_watched(&error.to_string()));
    let before = Fingerprint::of(root, &step.unchanged).await.map_err(unreadable)?;
    if let Some(absent) = before.absent().first() {
        return Err(Judgement::error(not_watched(&format!("there is no `{absent}`"))));
    }
    let file = step.result_file.as_ref().map(|path| FreshFile::at(path, context));
    let command = command(step, context);
    let is_for_people = !step.result.is_document() || file.is_some();
    let finished = if is_for_people { context.run(&command).await? } else { context.run_unheard(&command).await? };
    let after = Fingerprint::of(root, &step.unchanged).await.map_err(unreadable)?;
    let text = match &file {
        Some(file) => file.read(context).map_err(|error| error.to_string()),
        None => whole_output(&finished),
    };
    let results = results::read(step.result, text, root);
    Ok(Seen { watched: before.len(), changes: after.changes_since(&before), results, finished })
}

/// Standard output as a document.
fn whole_output(finished: &Finished) -> Result<String, String> {
    if finished.stdout.is_whole() {
        return Ok(anstream::adapter::strip_str(&finished.stdout.text()).to_string());
    }
    Err(format!("standard output is too long to be kept ({} bytes); let it write to a file", finished.stdout.total))
}

fn command(step: &CommandStep, context: &Context) -> Command {
    let mut command = context.command(&step.command);
    if let Some(folder) = &step.folder {
        command.folder.push(folder);
    }
    command.environment.extend(step.environment.iter().map(|(name, value)| (name.clone(), value.clone())));
    if step.searches_output() {
        command.keep = KEPT_TO_SEARCH;
    }
    command
}

fn not_watched(observed: &str) -> Problem {
    Problem::new(Reason::Precondition, "what must stay as it is could not be looked at")
        .expected("readable files and folders under `unchanged`")
        .observed(observed)
        .next("correct the paths under `unchanged`; they are taken from the folder of the service")
}

impl Seen {
    fn judgement(self, step: &CommandStep) -> Judgement {
        let outcome = self.outcome(step);
        let mut judgement = Judgement::new(complete(outcome, step));
        judgement.examined = Some(self.examined(step));
        judgement.with(self.evidence(step))
    }

    fn examined(&self, step: &CommandStep) -> Count {
        match &self.results {
            Some(Ok(results)) => results.examined.clone(),
            Some(Err(_)) => Count::new(0, "results"),
            None if step.min_lines > 0 => Count::new(lines(&self.finished), "lines"),
            None => Count::new(1, "commands"),
        }
    }

    fn outcome(&self, step: &CommandStep) -> Outcome {
        let result = self.result(step);
        if !result.is_good() {
            return result;
        }
        step.stdout
            .broken("standard output", &self.finished.stdout)
            .or_else(|| step.stderr.broken("standard error", &self.finished.stderr))
            .or_else(|| self.too_few_lines(step.min_lines))
            .or_else(|| self.changed_files())
            .or_else(|| self.left_behind(&result))
            .unwrap_or(result)
    }

    /// What the command itself says.
    fn result(&self, step: &CommandStep) -> Outcome {
        let exit = self.finished.exit;
        let is_good_end = matches!(exit, Exit::Status(status) if step.exit_status.contains(status));
        match (&self.results, step.result, exit) {
            (Some(results), _, _) => self.of_results(step, results, is_good_end),
            (None, ResultFormat::Nagios, Exit::Status(status)) => {
                nagios::outcome(status, &self.finished.stdout.text())
            }
            (None, _, _) if is_good_end => self.pass(),
            (None, _, _) => self.bad_end(step, exit),
        }
    }

    /// Bad results are bad however the command ended; good ones count only with a good end.
    fn of_results(&self, step: &CommandStep, results: &Result<Results, Problem>, is_good_end: bool) -> Outcome {
        match results {
            Ok(Results { outcome: Outcome::Fail(problem), .. }) => Outcome::Fail(problem.clone()),
            Ok(_) | Err(_) if !is_good_end => self.bad_end(step, self.finished.exit),
            Ok(results) => results.outcome.clone(),
            Err(problem) => Outcome::Error(problem.clone()),
        }
    }

    fn pass(&self) -> Outcome {
        let (end, time, lines) = (in_words(self.finished.exit), self.finished.elapsed, lines(&self.finished));
        let files = if self.watched > 0 { format!(", {} files as they were", self.watched) } else { String::new() };
        Outcome::pass(format!("{end} in {time}, {lines} lines on standard output{files}"))
    }

    /// An end that no setting calls good. A program that was not found, could not be executed or was ended by a
    /// signal has not said anything about the service.
    fn bad_end(&self, step: &CommandStep, exit: Exit) -> Outcome {
        let problem = |reason, what| {
            Problem::new(reason, what).expected(step.exit_status.to_string()).observed(format!(
                "{} after {}{}",
                in_words(exit),
                self.finished.elapsed,
                self.last_words()
            ))
        };
        match exit {
            Exit::Status(127) => Outcome::Error(problem(Reason::ToolMissing, "a program was not found")),
            Exit::Status(126) => Outcome::Error(problem(Reason::ToolFailed, "a program could not be executed")),
            Exit::Status(_) => Outcome::Fail(problem(Reason::ExitStatus, "the command failed")),
            Exit::Signal(_) | Exit::TimedOut | Exit::Cancelled => {
                Outcome::Error(problem(Reason::ToolFailed, "the command did not come to its own end"))
            }
        }
    }

    /// The last line that it wrote, which mostly says why.
    fn last_words(&self) -> String {
        let last = |text: String| text.lines().rev().find(|line| !line.trim().is_empty()).map(str::to_owned);
        let (stderr, stdout) = (&self.finished.stderr, &self.finished.stdout);
        let line = last(stderr.text()).or_else(|| last(stdout.text()));
        line.map(|line| format!("; its last line: {}", crate::model::excerpt(&line, 200))).unwrap_or_default()
    }

    fn too_few_lines(&self, least: usize) -> Option<Outcome> {
        let lines = lines(&self.finished);
        (lines < least).then(|| {
            let what = "the command printed less than it does when it works";
            let problem = Problem::new(Reason::ZeroWork, what)
                .expected(format!("at least {least} lines on standard output"))
                .observed(format!("{lines} lines"));
            Outcome::Error(problem)
        })
    }

    fn changed_files(&self) -> Option<Outcome> {
        let named = self.changes.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        (!self.changes.is_empty()).then(|| {
            let problem = Problem::new(Reason::ChangedFiles, "the command changed files that it must leave alone")
                .expected(format!("{} files as they were", self.watched))
                .observed(format!("changes ({}): {named}", self.changes.len()))
                .unsafe_to_retry()
                .next("look at `git diff`, undo what the command did, and run it in a form that only checks");
            Outcome::Fail(problem)
        })
    }

    /// A warn about what had to be ended, unless there is a warn already.
    fn left_behind(&self, result: &Outcome) -> Option<Outcome> {
        let leaks = &self.finished.leaks;
        let is_pass = matches!(result, Outcome::Pass(_));
        (is_pass && !leaks.is_empty()).then(|| {
            let problem = Problem::new(Reason::Leaked, "the command left something behind, which was ended")
                .expected("all that it starts ends with it")
                .observed(leaks.join("; "))
                .next("wait for what the command starts in the background, or start it as part of the target");
            Outcome::Warn(problem)
        })
    }

    fn evidence(self, step: &CommandStep) -> Vec<Evidence> {
        let mut evidence = vec![
            Evidence::text("command", step.command.to_string()),
            Evidence::text("end", in_words(self.finished.exit)),
        ];
        evidence.extend(self.finished.evidence());
        evidence.extend(self.results.into_iter().flatten().flat_map(|results| results.evidence));
        if self.watched > 0 {
            evidence.push(Evidence::count("watched", self.watched, "files"));
        }
        evidence.extend(self.changes.into_iter().map(|change| Evidence::text("changed", change)));
        evidence
    }
}

/// Lines on standard output that are not blank.
fn lines(finished: &Finished) -> usize {
    finished.stdout.text().lines().filter(|line| !line.trim().is_empty()).count()
}

/// Fills in what is the same for all problems of a command.
fn complete(outcome: Outcome, step: &CommandStep) -> Outcome {
    let complete = |mut problem: Problem| {
        if problem.next.is_empty() {
            problem.next = format!("run `{}` by hand and look at what it prints", step.command);
        }
        if step.effect == Effect::Read { problem } else { problem.unsafe_to_retry() }
    };
    match outcome {
        Outcome::Warn(problem) => Outcome::Warn(complete(problem)),
        Outcome::Fail(problem) => Outcome::Fail(complete(problem)),
        Outcome::Error(problem) => Outcome::Error(complete(problem)),
        Outcome::Pass(passed) => Outcome::Pass(passed),
        Outcome::Skip(skipped) => Outcome::Skip(skipped),
    }
}
