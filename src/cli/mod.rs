//! Floor 5: flags, commands, wiring, exit status. The only place that prints or ends.

mod args;
mod check;
mod console;
mod demo;
mod demo_command;
mod exit_status;
mod kinds;
mod outputs;
mod plan;
mod refusal;
mod report;
mod run;
mod session;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Arguments, Colour, Command};
use exit_status::ExitStatus;
use session::Session;

/// Reads the command line of this process, does what it says, and returns its exit status.
pub(crate) fn run() -> ExitCode {
    match Arguments::try_parse() {
        Ok(arguments) => dispatch(&arguments).into(),
        Err(error) => refuse(&error).into(),
    }
}

fn dispatch(arguments: &Arguments) -> ExitStatus {
    let session = Session::begin(arguments.color);
    match &arguments.command {
        Command::Run(arguments) => run::run(&session, arguments),
        Command::Plan(arguments) => plan::plan(&session, arguments),
        Command::Check(arguments) => check::check(&session, arguments),
        Command::Demo(arguments) => demo_command::demo(&session, arguments),
        Command::Report(arguments) => report::report(&session, arguments),
        Command::Kinds(arguments) => kinds::kinds(&session, arguments),
        Command::Schema(arguments) => kinds::schema(&session, arguments),
        Command::Completions(arguments) => completions(&session, arguments.shell),
    }
}

fn completions(session: &Session, shell: clap_complete::Shell) -> ExitStatus {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "rollsafe", &mut script);
    told(session.console.answer(&String::from_utf8_lossy(&script)))
}

/// The status of a command that only had something to say.
fn told(result: std::io::Result<()>) -> ExitStatus {
    result.map_or(ExitStatus::ReportNotWritten, |()| ExitStatus::Go)
}

/// Shows what clap says: help and version on standard output, wrong usage on standard error, and there is still one
/// JSON document on standard output if that was asked for.
fn refuse(error: &clap::Error) -> ExitStatus {
    drop(error.print());
    if !error.use_stderr() {
        return ExitStatus::Go;
    }
    if wants_json(std::env::args()) {
        let session = Session::begin(Colour::Never);
        let message = error.to_string();
        let message = message.lines().next().unwrap_or_default().trim_start_matches("error: ");
        drop(session.console.answer(&refusal::refused(message, &[])));
    }
    ExitStatus::Usage
}

/// Whether `--format json` stands on a command line that could not be read.
fn wants_json(arguments: impl Iterator<Item = String>) -> bool {
    let arguments: Vec<String> = arguments.collect();
    arguments.iter().any(|argument| argument == "--format=json")
        || arguments.windows(2).any(|pair| pair[0] == "--format" && pair[1] == "json")
}
