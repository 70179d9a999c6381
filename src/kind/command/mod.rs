//! The kind `command`: runs a program of the team and judges how it ends, what it prints, and what it leaves.
//!
//! It is the kind for everything that has no kind of its own. An exit status is the weakest proof there is, so the
//! settings offer stronger ones: texts in the output, files that must stay as they are, and the results that other
//! programs write (JUnit, SARIF, TAP, the protocol of Nagios plugins).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::kind::check::{Check, CommandLine, Context, Judging, SettingProblem};
use crate::kind::{self, Kind};
use crate::model::Effect;

use exit_status::ExitStatuses;
use output_rule::OutputRule;
use result_format::ResultFormat;

mod exit_status;
mod judge;
mod nagios;
mod no_assertion;
mod output_rule;
mod result_format;
mod results;
mod tap;
#[cfg(test)]
mod tests;

/// The descriptor of the kind.
pub(crate) const KIND: Kind = Kind {
    name: "command",
    summary: "A program of your own ends as it should, prints what it should, and leaves what it should.",
    details: include_str!("details.md"),
    example: r#"[[step]]
id = "dump-is-readable"
kind = "command"
expected = "the dump of last night lists the table of orders"
command = ["pg_restore", "--list", "backups/latest.dump"]
effect = "read"
stdout = { contains = ["TABLE DATA public orders"], not-matches = "^pg_restore: error" }
min-lines = 20
unchanged = ["backups"]
"#,
    parse: kind::parse::<CommandStep>,
    schema: kind::schema::<CommandStep>,
};

/// Settings of a `command` step.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct CommandStep {
    /// The program and its arguments: an array, or one string that is split like a shell splits words. No shell is
    /// started: whoever wants one writes `["sh", "-c", "..."]`. The names of the run are in its environment, such as
    /// `ROLLSAFE_COMMIT`.
    command: CommandLine,
    /// The folder to start it in, relative to the folder of the service. Default: the folder of the service.
    #[serde(default)]
    folder: Option<String>,
    /// Environment variables on top of the inherited ones: a table of strings. Default: none.
    #[serde(default)]
    environment: BTreeMap<String, String>,
    /// The exit status that counts as good, or a list of them; numbers from 0 to 255. Default: 0. With `result =
    /// "nagios"` the protocol says what each status means.
    #[serde(default)]
    #[schemars(default = "default_status")]
    exit_status: ExitStatuses,
    /// What standard output must hold and must not hold. Default: anything.
    #[serde(default)]
    stdout: OutputRule,
    /// What standard error must hold and must not hold. Default: anything.
    #[serde(default)]
    stderr: OutputRule,
    /// The least number of lines on standard output that are not blank. Fewer mean that nothing was done, which is an
    /// error. Default: 0.
    #[serde(default)]
    min_lines: usize,
    /// What the command may do to the target: `read`, `write` or `destructive`. Default: `write`, because nobody can
    /// tell from outside what a command does.
    #[serde(default = "default_effect")]
    effect: Effect,
    /// Files and folders, relative to the folder of the service, whose contents the command must leave as they were.
    /// Folders such as `.git`, `.venv`, `node_modules` and the caches of Python tools are left out. Default: none.
    #[serde(default)]
    unchanged: Vec<String>,
    /// How the result is read: `exit-status`, or results that the command writes: `junit` (tests in JUnit XML), `sarif`
    /// (findings), `tap` (tests in the Test Anything Protocol), `nagios` (Nagios plugin). Default: `exit-status`.
    #[serde(default)]
    result: ResultFormat,
    /// The file in which the command leaves its results, relative to the folder of the service. It must have been
    /// written by this very run. Needed for `junit`. Default for `sarif` and `tap`: standard output.
    #[serde(default)]
    result_file: Option<String>,
}

fn default_effect() -> Effect {
    Effect::Write
}

/// The default of `exit-status`, for the schema.
fn default_status() -> i32 {
    0
}

impl CommandStep {
    /// Whether the output has to be kept because something is looked for in it.
    fn searches_output(&self) -> bool {
        let is_document = self.result.is_document() && self.result_file.is_none();
        is_document || self.stdout.is_there() || self.stderr.is_there() || self.min_lines > 0
    }
}

impl Check for CommandStep {
    fn expectation(&self) -> String {
        let mut parts = vec![match self.result {
            ResultFormat::ExitStatus => format!("`{}` ends with {}", self.command, self.exit_status),
            ResultFormat::Junit | ResultFormat::Tap => format!("every test that `{}` runs is good", self.command),
            ResultFormat::Sarif => format!("`{}` finds nothing", self.command),
            ResultFormat::Nagios => format!("`{}` says OK", self.command),
        }];
        for (name, rule) in [("standard output", &self.stdout), ("standard error", &self.stderr)] {
            if rule.is_there() {
                parts.push(format!("{name} is as described"));
            }
        }
        if !self.unchanged.is_empty() {
            parts.push(format!("{} stays as it was", self.unchanged.join(", ")));
        }
        parts.join(", ")
    }

    fn effect(&self) -> Effect {
        self.effect
    }

    fn actions(&self) -> Vec<String> {
        let place = self.folder.as_ref().map(|folder| format!(" in {folder}")).unwrap_or_default();
        vec![format!("runs `{}`{place}", self.command)]
    }

    fn problems(&self) -> Vec<SettingProblem> {
        no_assertion::problems(self)
    }

    fn judge<'a>(&'a self, context: &'a Context) -> Judging<'a> {
        Box::pin(judge::judge(self, context))
    }
}
