//! `lint`: a linter looked at enough files, could have found something, found nothing, and left the files alone.
//!
//! A linter that finds nothing says the same as a linter that looked at nothing. So the step counts the files that
//! rules were really applied to, gives the same configuration a piece of bad code in which it must find something,
//! counts what comments and configuration hide, and compares the files before and after.

use std::num::NonZeroUsize;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::kind::check::{Check, CommandLine, Context, Judgement, Judging, SettingProblem};
use crate::kind::{self, Kind};
use crate::model::{Effect, Problem, Reason};

mod flake8;
mod judge;
mod other;
mod ruff;
mod run;
mod suppression;

use judge::Looked;

/// The descriptor of the kind.
pub(crate) const KIND: Kind = Kind {
    name: "lint",
    summary: "A linter examined enough files and found nothing",
    details: include_str!("details.md"),
    example: r#"[[step]]
id = "run-linting"
kind = "lint"
paths = ["app", "tests"]
min-files = 5
"#,
    parse: kind::parse::<Lint>,
    schema: kind::schema::<Lint>,
};

/// Runs a linter over the code of the service.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Lint {
    /// Which linter: `ruff`, `flake8`, `sarif` (any that writes SARIF to standard output) or `exit-status` (any that
    /// ends with 0 when it found nothing). Default: `ruff`.
    #[serde(default)]
    tool: Tool,
    /// The program, such as `["uv", "run", "ruff"]`; for ruff, options behind `check` are passed on. Default for ruff and
    /// flake8: the program of that name, from `.venv/bin` or `venv/bin` if it is there. The others need it, with their paths.
    #[serde(default)]
    command: Option<CommandLine>,
    /// The files and folders to look at, relative to the service. Default: `["."]`.
    #[serde(default = "everything")]
    paths: Vec<String>,
    /// The configuration file for ruff or flake8, relative to the service. Default: what the linter finds itself.
    #[serde(default)]
    config: Option<String>,
    /// Whether `ruff format --check` must be content as well. Default: false.
    #[serde(default)]
    format: bool,
    /// For `sarif` and `exit-status`: the same linter on code that is known to be bad, in which it must find something.
    #[serde(default)]
    control: Option<CommandLine>,
    /// For `sarif` and `exit-status`: the endings of the files that count as examined. Default: `["py", "pyi"]`.
    #[serde(default = "python")]
    endings: Vec<String>,
    /// How many files must be examined at least, from 1. Default: 1. Set it close to the real number: it is what notices
    /// folders that are no longer looked at.
    #[serde(default = "one")]
    min_files: NonZeroUsize,
    /// How many comments that silence a finding (`# noqa` and the like) may stand in the files. Default: no limit.
    #[serde(default)]
    max_suppressions: Option<usize>,
    /// How many files may be hidden from every rule, by `# ruff: noqa`, `# flake8: noqa` or the configuration (per-file-ignores,
    /// lint.exclude). Default: 0.
    #[serde(default)]
    max_hidden: usize,
    /// How many files below the paths the linter may pass over because its configuration or `.gitignore` excludes
    /// them. Default: no limit.
    #[serde(default)]
    max_excluded: Option<usize>,
    /// The versions of the linter that may be used, such as `">=0.12, <1"`. Default: any.
    #[serde(default)]
    version: Option<String>,
}

/// The linters that are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Tool {
    /// ruff, 0.5 or later.
    #[default]
    Ruff,
    /// flake8.
    Flake8,
    /// Any linter that writes SARIF 2.1 to standard output.
    Sarif,
    /// Any linter whose exit status is 0 when it found nothing.
    ExitStatus,
}

fn everything() -> Vec<String> {
    vec![".".to_owned()]
}

fn python() -> Vec<String> {
    vec!["py".to_owned(), "pyi".to_owned()]
}

fn one() -> NonZeroUsize {
    NonZeroUsize::MIN
}

impl Tool {
    fn as_str(self) -> &'static str {
        match self {
            Self::Ruff => "ruff",
            Self::Flake8 => "flake8",
            Self::Sarif => "sarif",
            Self::ExitStatus => "exit-status",
        }
    }

    /// Whether rollsafe knows how to call it.
    fn is_known(self) -> bool {
        match self {
            Self::Ruff | Self::Flake8 => true,
            Self::Sarif | Self::ExitStatus => false,
        }
    }
}

impl Lint {
    async fn run(&self, context: &Context) -> Judgement {
        if let Some(judgement) = self.missing_path(context) {
            return judgement;
        }
        let before = self.tree(context).await;
        let looked = match self.tool {
            Tool::Ruff => ruff::look(self, context, &before).await,
            Tool::Flake8 => flake8::look(self, context, &before).await,
            Tool::Sarif => other::look_sarif(self, context, &before).await,
            Tool::ExitStatus => other::look_exit_status(self, context, &before).await,
        };
        let changed = self.tree(context).await.changed_since(&before);
        match looked {
            Ok(looked) => self.judged(context, Looked { changed, ..looked }).await,
            Err(judgement) => judgement,
        }
    }

    /// A path that is not there is a mistake in the step: nothing can be said about the code.
    fn missing_path(&self, context: &Context) -> Option<Judgement> {
        let path = self.paths.iter().find(|path| !context.probes.files.exists(path))?;
        let problem = Problem::new(Reason::Precondition, format!("the path `{path}` is not there"))
            .expected(format!("`{}` below the folder of the service", self.paths.join("`, `")))
            .observed(format!("no `{path}`"))
            .next("correct `paths` in the step or under [defaults.lint] in rollsafe.toml");
        Some(Judgement::error(problem))
    }
}

impl Check for Lint {
    fn expectation(&self) -> String {
        let paths = self.paths.join(", ");
        format!("{} finds nothing in {paths}, in at least {} files", self.tool.as_str(), self.min_files)
    }

    fn effect(&self) -> Effect {
        Effect::Read
    }

    fn actions(&self) -> Vec<String> {
        match self.tool {
            Tool::Ruff => ruff::actions(self),
            Tool::Flake8 => flake8::actions(self),
            Tool::Sarif | Tool::ExitStatus => {
                let commands = self.command.iter().chain(&self.control);
                commands.map(|command| format!("run `{command}`")).collect()
            }
        }
    }

    fn problems(&self) -> Vec<SettingProblem> {
        let mut problems = self.missing_settings();
        problems.extend(self.useless_settings());
        problems.extend(self.hollow_option());
        problems
    }

    fn judge<'a>(&'a self, context: &'a Context) -> Judging<'a> {
        Box::pin(self.run(context))
    }
}

fn problem(key: &'static str, message: impl Into<String>, help: impl Into<String>) -> SettingProblem {
    SettingProblem { key, message: message.into(), help: help.into() }
}

/// The options that make any linter end well whatever it found, or change files.
const HOLLOW: &[&str] = &["--exit-zero", "--fix", "--fix-only", "--unsafe-fixes", "--add-noqa"];

/// The options that make ruff or flake8 do something else than answer, or answer elsewhere.
const ELSEWHERE: &[&str] = &[
    "-e",
    "--diff",
    "--watch",
    "-w",
    "--statistics",
    "--show-files",
    "--show-settings",
    "--output-file",
    "-o",
    "--output-format",
    "--format",
    "--help",
    "--version",
];

impl Lint {
    fn hollow_option(&self) -> Option<SettingProblem> {
        let hollow = |name: &&str| HOLLOW.contains(name) || (self.tool.is_known() && ELSEWHERE.contains(name));
        let arguments = self.command.iter().flat_map(|command| &command.argv()[1..]);
        let option = arguments.filter_map(|argument| argument.split('=').next()).find(hollow)?;
        let message = format!("with `{option}` the linter could not be judged");
        let help = format!("leave `{option}` out; the step only looks, and asks for the output that it needs");
        Some(problem("command", message, help))
    }

    fn missing_settings(&self) -> Vec<SettingProblem> {
        let mut problems = Vec::new();
        let tool = self.tool.as_str();
        if self.paths.is_empty() {
            problems.push(problem("paths", "there is nothing to look at", "name at least one folder"));
        }
        if !self.tool.is_known() && self.command.is_none() {
            problems.push(problem(
                "command",
                format!("`{tool}` needs the command of the linter"),
                "command = [\"mypy\", \"app\"]",
            ));
        }
        if !self.tool.is_known() && self.control.is_none() {
            problems.push(problem(
                "control",
                format!("`{tool}` needs a command that shows that the linter can find something"),
                "control = [\"mypy\", \"tests/bad.py\"], the same linter on code that is known to be bad",
            ));
        }
        problems
    }

    fn useless_settings(&self) -> Vec<SettingProblem> {
        let mut problems = Vec::new();
        let tool = self.tool.as_str();
        if self.format && self.tool != Tool::Ruff {
            problems.push(problem(
                "format",
                format!("`{tool}` does not format"),
                "leave it out, or use tool = \"ruff\"",
            ));
        }
        if self.config.is_some() && !self.tool.is_known() {
            problems.push(problem("config", format!("`{tool}` takes no `config`"), "put the option into `command`"));
        }
        if self.control.is_some() && self.tool.is_known() {
            problems.push(problem(
                "control",
                format!("`{tool}` is given bad code by rollsafe itself"),
                "leave it out",
            ));
        }
        if let Some(range) = &self.version {
            if self.tool == Tool::ExitStatus {
                problems.push(problem("version", "nothing tells the version of this linter", "leave it out"));
            } else if let Err(error) = semver::VersionReq::parse(range) {
                problems.push(problem(
                    "version",
                    format!("`{range}` is no range of versions: {error}"),
                    "version = \">=0.12\"",
                ));
            }
        }
        problems
    }
}
