//! `unit-test`: the tests of the project were run, enough of them, and all are good.
//!
//! The exit status of a test runner is only a hint: pytest ends with 0 when every test was skipped, when it only
//! listed the tests, and when a plugin says so. What counts is the JUnit report of this very run, test by test,
//! and what the output says about tests that were left out before they could be counted.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::kind::check::{Check, CommandLine, Context, Judgement, Judging, SettingProblem};
use crate::kind::{self, Kind};
use crate::model::{Effect, Evidence, Template};
use crate::probe::process::{Command, Finished};

mod judge;
mod pytest;
mod report;

use judge::Seen;
use report::Expected;

/// The name that stands for the path of the report in `command` and `environment`.
const REPORT_NAME: &str = "junit";

/// Variables that change what pytest does without being seen in the command.
const ADDITIONS: &[&str] = &["PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD"];

/// The descriptor of the kind.
pub(crate) const KIND: Kind = Kind {
    name: "unit-test",
    summary: "The unit tests were run, enough of them, and every one is good",
    details: include_str!("details.md"),
    example: r#"[[step]]
id = "run-unit-tests"
kind = "unit-test"
command = [".venv/bin/pytest", "tests/unit"]
min-passed = 20
"#,
    parse: kind::parse::<UnitTest>,
    schema: kind::schema::<UnitTest>,
};

/// Runs the tests of the project and reads their JUnit report.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct UnitTest {
    /// The command that runs the tests. `{{ junit }}` in it stands for a path where the report may be written.
    /// Default: `pytest`, from `.venv/bin` or `venv/bin` if it is there.
    #[serde(default)]
    command: Option<CommandLine>,
    /// The JUnit report that the command writes, relative to the service. Not needed for pytest, which is asked
    /// for one, and not where `{{ junit }}` is used. A report that was there before the run does not count.
    #[serde(default)]
    junit: Option<String>,
    /// How many tests must pass at least, from 1. Default: 1. Set it close to the real number: it is what notices
    /// tests that are no longer found.
    #[serde(default = "one")]
    min_passed: NonZeroUsize,
    /// How many tests may be skipped. Default: 0.
    #[serde(default)]
    max_skipped: usize,
    /// How many tests may fail as expected (pytest's `xfail`). Default: 0.
    #[serde(default)]
    max_xfail: usize,
    /// How many tests may be collected and then left out, by `-k`, `-m`, `--deselect` or a plugin. Default: 0.
    #[serde(default)]
    max_deselected: usize,
    /// Environment variables for the command. Default: none but the inherited ones.
    #[serde(default)]
    environment: BTreeMap<String, String>,
    /// The folder to run in, relative to the service. Default: the folder of the service.
    #[serde(default)]
    folder: Option<String>,
}

fn one() -> NonZeroUsize {
    NonZeroUsize::MIN
}

/// Where the report of a run comes from.
#[derive(Debug, PartialEq, Eq)]
enum Source {
    /// A file that the command writes by itself, relative to the service.
    File(PathBuf),
    /// The path that stands for `{{ junit }}`.
    Named,
    /// pytest is asked for it.
    Asked,
    /// Nowhere.
    None,
}

impl UnitTest {
    fn source(&self) -> Source {
        let Some(command) = &self.command else {
            return self.junit.as_ref().map_or(Source::Asked, |path| Source::File(path.into()));
        };
        if let Some(path) = &self.junit {
            Source::File(path.into())
        } else if self.names_report() {
            Source::Named
        } else if let Some(path) = pytest::named_report(command).filter(|_| pytest::position(command).is_some()) {
            Source::File(
                self.folder.as_deref().map_or_else(|| (&path).into(), |folder| PathBuf::from(folder).join(&path)),
            )
        } else if pytest::position(command).is_some() {
            Source::Asked
        } else {
            Source::None
        }
    }

    /// Whether `{{ junit }}` stands anywhere.
    fn names_report(&self) -> bool {
        let names = |text: &String| Template(text).placeholders().iter().any(|found| found.name == REPORT_NAME);
        self.command.iter().flat_map(CommandLine::argv).any(names) || self.environment.values().any(names)
    }

    fn is_pytest(&self) -> bool {
        self.command.as_ref().is_none_or(|command| pytest::position(command).is_some())
    }

    fn folder(&self, context: &Context) -> PathBuf {
        let root = &context.service.root;
        self.folder.as_ref().map_or_else(|| root.clone(), |folder| root.join(folder))
    }

    /// The path of the report, absolute.
    fn report_path(&self, context: &Context) -> PathBuf {
        match self.source() {
            Source::File(path) => context.service.root.join(path),
            Source::Named | Source::Asked | Source::None => context.scratch.join("junit.xml"),
        }
    }

    /// The command line that is really run.
    fn line(&self, context: &Context, report: &str) -> CommandLine {
        let line = self.command.clone().unwrap_or_else(|| self.usual_tool(context));
        let line = line.argv().iter().map(|argument| fill(argument, report)).collect();
        let line = CommandLine::new(line).expect("it was a command before");
        match self.source() {
            _ if !self.is_pytest() => line,
            Source::Asked => pytest::asked_for(&line, Some(report)),
            Source::File(_) | Source::Named | Source::None => pytest::asked_for(&line, None),
        }
    }

    /// pytest of the project; in another folder its path must not depend on where it is started.
    fn usual_tool(&self, context: &Context) -> CommandLine {
        let tool = context.project_tool("pytest");
        if self.folder.is_none() || !tool.program().contains('/') {
            return tool;
        }
        let path = context.service.root.join(tool.program()).to_string_lossy().into_owned();
        CommandLine::new(vec![path]).expect("a path is a program")
    }

    fn command(&self, context: &Context, line: &CommandLine, report: &str) -> Command {
        let mut command = context.command(line);
        command.folder = self.folder(context);
        let own = self.environment.iter().map(|(name, value)| (name.clone(), fill(value, report)));
        command.environment.extend(own);
        command
    }

    /// Variables that change what the runner does, with their values.
    fn additions(&self, context: &Context) -> Vec<Evidence> {
        let value = |name: &str| {
            let own = self.environment.get(name).map(String::as_str);
            own.or(context.probes.environment.get(name)).map(|value| Evidence::text(name, value))
        };
        ADDITIONS.iter().filter_map(|name| value(name)).collect()
    }

    async fn run(&self, context: &Context) -> Judgement {
        let expected = Expected::at(self.report_path(context), context);
        let report = expected.path().to_string_lossy().into_owned();
        let line = self.line(context, &report);
        let finished = match context.run(&self.command(context, &line, &report)).await {
            Ok(finished) => finished,
            Err(judgement) => return judgement.with(self.additions(context)),
        };
        let seen = self.seen(context, &line, &finished, expected.load(context));
        let evidence = [self.additions(context), seen.evidence(), finished.evidence()].concat();
        let judgement = Judgement::new(self.outcome(&seen)).with(evidence);
        match &seen.report {
            Ok(loaded) => judgement.examined(loaded.results.counts().ran(), "tests"),
            Err(_) => judgement,
        }
    }

    /// The command as a person runs it: without the options of rollsafe, and with no path that is gone by then.
    fn by_hand(&self, context: &Context) -> String {
        let line = self.command.clone().unwrap_or_else(|| self.usual_tool(context));
        let words: Vec<String> = line.argv().iter().map(|word| fill(word, "junit.xml")).collect();
        shell_words::join(words)
    }

    fn seen(
        &self,
        context: &Context,
        line: &CommandLine,
        finished: &Finished,
        report: Result<report::Loaded, report::NoReport>,
    ) -> Seen {
        Seen {
            line: line.to_string(),
            again: self.by_hand(context),
            exit: finished.exit,
            is_pytest: self.is_pytest(),
            report,
            output: pytest::PytestOutput::read(&finished.stdout.text()),
            last_words: judge::last_words(finished),
            elapsed: finished.elapsed,
            leaks: finished.leaks.len(),
        }
    }
}

/// Puts the path of the report where its name stands.
fn fill(text: &str, report: &str) -> String {
    Template(text).fill(|name| (name == REPORT_NAME).then(|| report.to_owned()))
}

impl Check for UnitTest {
    fn expectation(&self) -> String {
        format!(
            "every test passes, at least {}, with at most {} skipped, {} expected to fail and {} deselected",
            self.min_passed, self.max_skipped, self.max_xfail, self.max_deselected
        )
    }

    fn effect(&self) -> Effect {
        Effect::Read
    }

    fn actions(&self) -> Vec<String> {
        let command = self.command.as_ref().map_or_else(|| "pytest of the project".to_owned(), ToString::to_string);
        let report = match self.source() {
            Source::File(path) => format!("the report `{}`", path.display()),
            Source::Named | Source::Asked => "a report in a folder of its own".to_owned(),
            Source::None => "no report".to_owned(),
        };
        vec![format!("run `{command}` and read {report}")]
    }

    fn problems(&self) -> Vec<SettingProblem> {
        let Some(command) = &self.command else { return Vec::new() };
        let mut problems = Vec::new();
        if self.source() == Source::None {
            problems.push(SettingProblem {
                key: "junit",
                message: format!("nothing says where `{command}` writes its JUnit report"),
                help: "name it, such as junit = \"build/junit.xml\", or let the command write to {{ junit }}"
                    .to_owned(),
            });
        }
        if let Some(option) = pytest::position(command).and_then(|_| pytest::hollow_option(command)) {
            problems.push(SettingProblem {
                key: "command",
                message: format!("with `{option}` pytest does not run all the tests"),
                help: format!("leave `{option}` out"),
            });
        }
        problems
    }

    fn local_names(&self) -> Vec<String> {
        vec![REPORT_NAME.to_owned()]
    }

    fn judge<'a>(&'a self, context: &'a Context) -> Judging<'a> {
        Box::pin(self.run(context))
    }
}
