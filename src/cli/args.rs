//! What can be written on the command line: clap types and their help, nothing else.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};

use crate::model::{Length, Profile};

/// Exit statuses, shown at the end of the long help.
const EXIT_STATUSES: &str = "\
Exit status:
    0  GO
    1  NO-GO: a required step failed
    2  bad usage or an invalid checklist; nothing was run
    3  UNDECIDED: nothing failed, and a required step could not be decided
    4  a requested report could not be written
  130  interrupted (143: terminated); reports are still written";

/// A release gate: runs release checklists against a service and answers GO, NO-GO or UNDECIDED, with evidence.
#[derive(Debug, Parser)]
#[command(name = "rollsafe", version, arg_required_else_help = true, after_long_help = EXIT_STATUSES)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Whether to use colour. `NO_COLOR` and `CI` are honoured with `auto`.
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub(crate) color: Colour,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run checklists and give the verdict: the gate.
    Run(RunArguments),
    /// Show what `run` would do, with everything filled in; touches nothing.
    Plan(PlanArguments),
    /// Check the service file and the checklists and show every problem; runs nothing.
    Check(CheckArguments),
    /// Write the example service, start it, and run its checklists: see the whole thing work.
    Demo(DemoArguments),
    /// Show a recorded run again, in any format.
    Report(ReportArguments),
    /// List the kinds of steps, or explain one.
    Kinds(KindsArguments),
    /// Print the JSON Schema of checklists and service files, for editors, or that of the JSON report.
    Schema(SchemaArguments),
    /// Print a completion script for a shell.
    Completions(CompletionsArguments),
}

/// Whether to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// Where the stream is a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Which files, which profile, which target, which steps.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct SourceArguments {
    /// Checklists to use. Without any: those of the profile, or all of `checklists/*.toml`.
    #[arg(value_name = "CHECKLIST", value_hint = ValueHint::FilePath)]
    pub(crate) checklists: Vec<PathBuf>,

    /// The service file. Without it: `rollsafe.toml` here or in a folder above.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) service: Option<PathBuf>,

    /// What the run is made for.
    #[arg(long, value_name = "PROFILE", value_parser = profile, default_value = "gate")]
    pub(crate) profile: Profile,

    /// The target to run against, a name in the service file.
    #[arg(long, value_name = "NAME")]
    pub(crate) target: Option<String>,

    /// Set a variable for `{{ name }}`; goes before the files. Repeatable.
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = variable)]
    pub(crate) variables: Vec<(String, String)>,
}

/// Which of the planned steps.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct SelectionArguments {
    /// Only this step or checklist, and what it needs. Repeatable.
    #[arg(long, value_name = "STEP")]
    pub(crate) only: Vec<String>,

    /// Not this step or checklist; steps that need it are blocked. Repeatable.
    #[arg(long, value_name = "STEP")]
    pub(crate) skip: Vec<String>,

    /// Only steps with this tag, and what they need. Repeatable.
    #[arg(long, value_name = "TAG")]
    pub(crate) tag: Vec<String>,
}

/// How a run goes and where its reports go.
#[derive(Args, Clone, Debug)]
pub(crate) struct RunningArguments {
    /// How many steps run at once. Without it: one for each processor.
    #[arg(long, short = 'j', value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) jobs: Option<u16>,

    /// What to print on standard output: text, json, jsonl, junit, markdown, github or tap.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: String,

    /// Write a report as well. Repeatable; all come from the same run.
    #[arg(long = "report", value_name = "FORMAT=PATH")]
    pub(crate) reports: Vec<String>,

    /// A warn closes the gate as well.
    #[arg(long)]
    pub(crate) strict: bool,

    /// Start nothing more once a required step is not good.
    #[arg(long)]
    pub(crate) fail_fast: bool,

    /// The end of the whole run, such as 15m. Reports are still written.
    #[arg(long, value_name = "TIME", value_parser = length)]
    pub(crate) deadline: Option<Length>,

    /// Show the output of steps while they run.
    #[arg(long, short = 'v')]
    pub(crate) verbose: bool,
}

/// Arguments of `run`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  rollsafe run                                      every checklist, locally
  rollsafe run --target staging --profile staging   verify staging after a deploy
  rollsafe run --only run-unit-tests -v             one step, with its output
  rollsafe run --format json > gate.json            one JSON document
  rollsafe run --report junit=out/gate.xml --report markdown=out/gate.md --deadline 15m

The last line of the text output holds the verdict. Exit status: 0 GO, 1 NO-GO, 2 usage or invalid
checklist, 3 UNDECIDED, 4 a report could not be written, 130/143 interrupted.")]
pub(crate) struct RunArguments {
    /// Which files, profile and target.
    #[command(flatten)]
    pub(crate) source: SourceArguments,
    /// Which steps.
    #[command(flatten)]
    pub(crate) selection: SelectionArguments,
    /// How.
    #[command(flatten)]
    pub(crate) running: RunningArguments,
}

/// Arguments of `plan`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  rollsafe plan                      what `rollsafe run` would do
  rollsafe plan --target staging     what may run there, and what is left out and why
  rollsafe plan --format json")]
pub(crate) struct PlanArguments {
    /// Which files, profile and target.
    #[command(flatten)]
    pub(crate) source: SourceArguments,
    /// Which steps.
    #[command(flatten)]
    pub(crate) selection: SelectionArguments,
    /// text or json.
    #[arg(long, value_enum, default_value_t = ListFormat::Text, value_name = "FORMAT")]
    pub(crate) format: ListFormat,
}

/// Arguments of `check`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  rollsafe check                               everything that `rollsafe run` would load
  rollsafe check checklists/safer-workflow.toml

Needs no network and no target. Every problem of every file is shown in one go.")]
pub(crate) struct CheckArguments {
    /// Which files, profile and target.
    #[command(flatten)]
    pub(crate) source: SourceArguments,
}

/// Arguments of `demo`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  rollsafe demo                              GO: the example service as it should be
  rollsafe demo --list                       the ways in which it can be broken
  rollsafe demo --broken failing-test        NO-GO, and the step that says why
  rollsafe demo /tmp/orders                  write it somewhere else

Needs Python 3.11 or newer with pip. The second time it uses again what is prepared.")]
pub(crate) struct DemoArguments {
    /// Where to write the example service.
    #[arg(value_name = "FOLDER", default_value = "rollsafe-demo", value_hint = ValueHint::DirPath)]
    pub(crate) folder: PathBuf,

    /// Break the service in a named way first.
    #[arg(long, value_name = "NAME")]
    pub(crate) broken: Option<String>,

    /// List the named ways, and write nothing.
    #[arg(long, conflicts_with = "broken")]
    pub(crate) list: bool,

    /// How.
    #[command(flatten)]
    pub(crate) running: RunningArguments,
}

/// Arguments of `report`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  rollsafe report                                     the latest run
  rollsafe report latest --format markdown
  rollsafe report 20261121T031500Z-3f2a --report junit=gate.xml")]
pub(crate) struct ReportArguments {
    /// The id of the run, the beginning of one, or `latest`.
    #[arg(value_name = "RUN", default_value = "latest")]
    pub(crate) run: String,

    /// The service file, whose folder holds the records. Without it: `rollsafe.toml` here or in a folder above.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) service: Option<PathBuf>,

    /// What to print on standard output: text, json, jsonl, junit, markdown, github or tap.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: String,

    /// Write it to a file as well. Repeatable.
    #[arg(long = "report", value_name = "FORMAT=PATH")]
    pub(crate) reports: Vec<String>,
}

/// Arguments of `kinds`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  rollsafe kinds                   one line for each kind
  rollsafe kinds http-scenario     every setting with its type, unit and default, and an example")]
pub(crate) struct KindsArguments {
    /// The kind to explain.
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
}

/// Arguments of `schema`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  rollsafe schema > rollsafe.schema.json
  rollsafe schema --of report")]
pub(crate) struct SchemaArguments {
    /// Which schema.
    #[arg(long, value_enum, default_value_t = SchemaOf::Checklist, value_name = "WHAT")]
    pub(crate) of: SchemaOf,
}

/// The schemas there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaOf {
    /// Checklists and the service file.
    Checklist,
    /// The JSON report.
    Report,
}

/// Arguments of `completions`.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  rollsafe completions bash > /etc/bash_completion.d/rollsafe
  rollsafe completions fish > ~/.config/fish/completions/rollsafe.fish")]
pub(crate) struct CompletionsArguments {
    /// The shell.
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

/// The forms of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

fn profile(text: &str) -> Result<Profile, String> {
    [Profile::Gate, Profile::Rehearsal, Profile::Staging]
        .into_iter()
        .find(|profile| profile.as_str() == text)
        .ok_or_else(|| "use gate, rehearsal or staging".to_owned())
}

fn variable(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

fn length(text: &str) -> Result<Length, String> {
    Length::parse(text)
}
