//! `rollback-ready`: the command that takes a release back is there, is written down, and leads somewhere.
//!
//! The command itself is never run here; `rollback-rehearsal` does that. What can be known without running it is
//! asked question by question, and all answers are told at once.

mod arguments;
mod command;
mod documented;
mod makefile;
mod previous;
mod rehearsed;
mod runner;
mod script;
mod shell_text;

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::kind::check::answers::{Answer, Answers, missing, not_met};
use crate::kind::check::{Check, CommandLine, Context, Judgement, Judging, SettingProblem};
use crate::kind::{self, Kind};
use crate::model::{Evidence, Length, Outcome, Problem, Reason, Template};
use crate::probe::process::Exit;

use previous::{Artifact, Previous};

/// The descriptor.
pub(crate) const KIND: Kind = Kind {
    name: "rollback-ready",
    summary: "A rollback command is ready: it resolves, is documented, and the release before is there",
    details: include_str!("details.md"),
    example: EXAMPLE,
    parse: kind::parse::<RollbackReady>,
    schema: kind::schema::<RollbackReady>,
};

const EXAMPLE: &str = "\
[[step]]
id = \"keep-a-rollback-command-ready\"
kind = \"rollback-ready\"
title = \"Keep a rollback command ready\"
expected = \"make rollback leads back to the release before, and the runbook says so\"
command = \"make rollback\"
artifact = { git-tag = true }
dry-run = \"make rollback DRY_RUN=1\"
documented-in = [\"docs/runbook.md\"]
rehearsed-within = \"30d\"
";

/// The settings.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct RollbackReady {
    /// The rollback command. Default: the `rollback` of the service, otherwise that of the step.
    #[serde(default)]
    command: Option<CommandLine>,
    /// The release to go back to, such as a tag. Default: the release before the present one, by the tags of the
    /// repository that have the form of release tags.
    #[serde(default)]
    previous_release: Option<String>,
    /// How the release before is shown to be really there: `{ git-tag = true }` (in the repository and on the remote
    /// `origin`, or the one that `remote` names), `{ command = [...] }` or `{ file = "..." }`. Default: `{ git-tag = true
    /// }`.
    #[serde(default)]
    artifact: Artifact,
    /// A command that tries the rollback without changing anything. It must end with status 0 and print something.
    /// Default: none.
    #[serde(default)]
    dry_run: Option<CommandLine>,
    /// A text that the dry run must print, such as `{{ previous-release }}`. Default: none.
    #[serde(default)]
    dry_run_mentions: Option<String>,
    /// Files, relative to the service, in which the exact command must stand. Default: none.
    #[serde(default)]
    documented_in: Vec<String>,
    /// The most characters that the command may have. A number, default 120.
    #[serde(default = "usual_length")]
    max_length: usize,
    /// How old the newest rehearsal of this very command may be. A length of time, default `30d`.
    #[serde(default = "usual_age")]
    rehearsed_within: Length,
}

fn usual_length() -> usize {
    120
}

fn usual_age() -> Length {
    Length(Duration::from_secs(30 * 86_400))
}

impl Check for RollbackReady {
    fn expectation(&self) -> String {
        let command =
            self.command.as_ref().map_or_else(|| "the rollback command".to_owned(), |one| format!("`{one}`"));
        format!("{command} is ready, and the release before is there")
    }

    fn reads_release(&self) -> bool {
        true
    }

    fn actions(&self) -> Vec<String> {
        let mut actions = vec!["look at the rollback command without running it".to_owned()];
        actions.push(match &self.artifact {
            Artifact::GitTag { remote } => format!("look for the tag of the release before, here and on {remote}"),
            Artifact::Command(command) => format!("run `{command}`"),
            Artifact::File(file) => format!("read {file}"),
        });
        actions.extend(self.documented_in.iter().map(|file| format!("read {file}")));
        actions.extend(self.dry_run.iter().map(|command| format!("run `{command}`")));
        actions
    }

    fn problems(&self) -> Vec<SettingProblem> {
        let mut problems = Vec::new();
        if self.dry_run.is_some() && self.dry_run == self.command {
            problems.push(SettingProblem {
                key: "dry-run",
                message: "the dry run is the rollback itself".to_owned(),
                help: "name a command that only tries, such as the same one with --dry-run".to_owned(),
            });
        }
        if self.dry_run_mentions.is_some() && self.dry_run.is_none() {
            problems.push(SettingProblem {
                key: "dry-run-mentions",
                message: "there is no dry run that could print it".to_owned(),
                help: "add `dry-run`, or leave `dry-run-mentions` out".to_owned(),
            });
        }
        problems
    }

    fn judge<'a>(&'a self, context: &'a Context) -> Judging<'a> {
        Box::pin(async move {
            match self.command_line(context) {
                Ok(command) => self.ask(&command, context).await,
                Err(problem) => Judgement::fail(*problem),
            }
        })
    }
}

impl RollbackReady {
    /// The command of the step, otherwise the note of the service or of the step read as a command.
    fn command_line(&self, context: &Context) -> Result<CommandLine, Box<Problem>> {
        if let Some(command) = &self.command {
            return Ok(command.clone());
        }
        let note = context.service.rollback.as_deref().unwrap_or(&context.step.rollback);
        let note = Template(note).fill(|name| context.names.get(name).cloned());
        CommandLine::split(&note).map_err(|message| Box::new(no_command(&note, &message)))
    }

    async fn ask(&self, command: &CommandLine, context: &Context) -> Judgement {
        let shown = command.to_string();
        let mut answers = Answers::default();
        answers.put("short", command::is_short(&shown, self.max_length));
        answers.put("filled in", command::is_filled_in(context, command));
        answers.put("has an effect", command::has_effect(command));
        answers.put("resolves", command::resolves(context, command).await);
        let previous = self.ask_for_previous(&mut answers, context).await;
        if !self.documented_in.is_empty() {
            let files = &self.documented_in;
            answers.put("documented", documented::is_documented(&shown, previous.as_ref(), files, context));
        }
        let mut evidence = Vec::new();
        if let Some(dry_run) = &self.dry_run {
            answers.put("dry run", self.try_dry(dry_run, command, context, &mut evidence).await);
        }
        answers.put("rehearsed", rehearsed::is_rehearsed(command, self.rehearsed_within, context));
        Judgement::new(answers.outcome(&format!("`{shown}`")))
            .examined(answers.number(), "questions")
            .with([
                Evidence::text("rollback command", &shown),
                Evidence::text("command_sha256", rehearsed::digest(command)),
                answers.evidence(),
            ])
            .with(evidence)
    }

    async fn ask_for_previous(&self, answers: &mut Answers, context: &Context) -> Option<Previous> {
        match Previous::of(self.previous_release.as_deref(), context) {
            Err(outcome) => {
                answers.put("previous release", Err(outcome));
                None
            }
            Ok(previous) => {
                answers.put("previous release", previous.is_another_than(&context.release));
                answers.put("is there", previous.is_there(&self.artifact, context).await);
                Some(previous)
            }
        }
    }

    async fn try_dry(
        &self,
        dry_run: &CommandLine,
        command: &CommandLine,
        context: &Context,
        evidence: &mut Vec<Evidence>,
    ) -> Answer {
        if dry_run == command {
            return Err(Outcome::Error(dry_run_is_real(dry_run)));
        }
        let finished = context.run(&context.command(dry_run)).await.map_err(|judgement| judgement.outcome)?;
        evidence.extend(finished.evidence());
        if finished.exit != Exit::Status(0) {
            return Err(Outcome::Fail(dry_run_failed(dry_run, &finished.ending())));
        }
        let printed = finished.stdout.text() + &finished.stderr.text();
        let wanted = self.dry_run_mentions.as_deref().unwrap_or("");
        if printed.trim().is_empty() || !printed.contains(wanted) {
            return Err(Outcome::Fail(dry_run_silent(dry_run, wanted, &finished.ending())));
        }
        Ok(format!("`{dry_run}`: {}", finished.ending()))
    }
}

fn no_command(note: &str, message: &str) -> Problem {
    missing("there is no rollback command")
        .expected("a command in `rollback` of the service, or in `command` of the step")
        .observed(format!("`{note}`: {message}"))
        .next("write the rollback as one command, such as a target of the Makefile, and name it in `command`")
}

fn dry_run_is_real(dry_run: &CommandLine) -> Problem {
    Problem::new(Reason::Precondition, "the dry run is the rollback itself")
        .expected("a command that only tries")
        .observed(format!("`{dry_run}` for both; it was not run"))
        .next("set `dry-run` to a command that changes nothing, such as the same one with --dry-run")
}

fn dry_run_failed(dry_run: &CommandLine, observed: &str) -> Problem {
    Problem::new(Reason::ExitStatus, "the dry run of the rollback failed")
        .expected(format!("`{dry_run}` ends with status 0"))
        .observed(observed)
        .next(format!("run `{dry_run}` by hand and correct what it says"))
}

fn dry_run_silent(dry_run: &CommandLine, wanted: &str, observed: &str) -> Problem {
    let expected = if wanted.is_empty() { "what it would do".to_owned() } else { format!("`{wanted}`") };
    not_met("the dry run of the rollback does not say what it would do")
        .expected(format!("`{dry_run}` prints {expected}"))
        .observed(observed)
        .next(format!("let `{dry_run}` print what it would do, and to which release"))
}

#[cfg(test)]
mod tests;
