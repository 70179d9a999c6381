//! Preparing a target, once per digest of what the preparation depends on.
//!
//! The digest covers the commands, the contents of the declared inputs and the folder. It is kept beside the records
//! when the preparation has succeeded. A preparation counts as gone when the program that starts the target, or one
//! that the preparation itself made, is no longer there.

use crate::checklist::TargetSetup;
use crate::kind::Service;
use crate::kind::check::CommandLine;
use crate::model::{Elapsed, Evidence, Length, Problem, Reason, Stream};
use crate::probe::files::sha256;
use crate::probe::process::{Command, Exit, Finished};
use crate::probe::{Limit, Probes};

/// Why a target could not be made ready for the steps, and what was seen.
#[derive(Clone, Debug)]
pub(crate) struct Unready {
    /// The problem, with its five parts.
    pub(crate) problem: Problem,
    /// Whether the claim "the service comes up" was evaluated and is false, rather than not decided.
    pub(crate) is_fail: bool,
    /// The output of what went wrong.
    pub(crate) evidence: Vec<Evidence>,
}

/// Prepares the target unless it is prepared. `progress` is told what goes on.
pub(crate) async fn prepare(
    setup: &TargetSetup,
    service: &Service,
    probes: &Probes,
    limit: &Limit,
    progress: &mut (dyn FnMut(String) + Send),
) -> Result<(), Unready> {
    if setup.prepare.is_empty() {
        return Ok(());
    }
    let digest = digest(setup, probes);
    let stamp = format!(".rollsafe/prepared/{}", setup.target.name);
    if probes.files.read(&stamp).is_ok_and(|kept| kept == digest) && is_complete(setup, probes) {
        progress(format!("target {}: prepared before, nothing has changed", setup.target.name));
        return Ok(());
    }
    let limit = limit.at_most(setup.prepare_timeout.0);
    for line in &setup.prepare {
        progress(format!("target {}: {line}", setup.target.name));
        run(line, setup, service, probes, &limit).await?;
    }
    // Without the stamp the preparation only runs again next time.
    if probes.files.write(".rollsafe/.gitignore", "*\n").and_then(|()| probes.files.write(&stamp, &digest)).is_err() {
        progress(format!("target {}: prepared, and will be prepared again next time", setup.target.name));
    }
    Ok(())
}

/// The digest of everything that the preparation depends on.
fn digest(setup: &TargetSetup, probes: &Probes) -> String {
    let mut text = probes.files.root().display().to_string();
    for line in &setup.prepare {
        text.extend([&line.to_string(), "\n"]);
    }
    for input in &setup.prepare_inputs {
        let content = probes.files.read_bytes(input).map_or_else(|error| error.to_string(), |bytes| sha256(&bytes));
        text.extend([input, " ", &content, "\n"]);
    }
    sha256(text.as_bytes())
}

/// Whether every program inside the service that preparing or starting needs is there.
fn is_complete(setup: &TargetSetup, probes: &Probes) -> bool {
    let programs = setup.prepare.iter().chain(&setup.start).map(CommandLine::program);
    programs.filter(|program| program.contains('/')).all(|program| probes.files.exists(program))
}

async fn run(
    line: &CommandLine,
    setup: &TargetSetup,
    service: &Service,
    probes: &Probes,
    limit: &Limit,
) -> Result<(), Unready> {
    let mut command = Command::new(line.argv().to_vec(), &service.root);
    command.environment = setup.environment.clone().into_iter().collect();
    match probes.process.run(&command, limit, &|_: Stream, _: &[u8]| {}).await {
        Ok(finished) if finished.exit == Exit::Status(0) => Ok(()),
        Ok(finished) => Err(ended_badly(line, setup, &finished, limit)),
        Err(error) => Err(Unready {
            problem: problem(line, setup, Reason::ToolMissing).observed(error.to_string()),
            is_fail: false,
            evidence: Vec::new(),
        }),
    }
}

fn problem(line: &CommandLine, setup: &TargetSetup, reason: Reason) -> Problem {
    Problem::new(reason, format!("target {} could not be prepared", setup.target.name))
        .expected(format!("`{line}` ends with status 0"))
        .next(format!("run `{line}` by hand in the folder of the service"))
}

fn ended_badly(line: &CommandLine, setup: &TargetSetup, finished: &Finished, limit: &Limit) -> Unready {
    let (reason, observed) = match finished.exit {
        Exit::Status(status) => (Reason::ToolFailed, format!("it ended with status {status}")),
        Exit::Signal(signal) => (Reason::ToolFailed, format!("it was ended by signal {signal}")),
        Exit::TimedOut => (Reason::Timeout, format!("it did not end within {}", Length(limit.timeout()))),
        Exit::Cancelled => (Reason::Interrupted, "it was stopped with the run".to_owned()),
    };
    let observed = format!("{observed} after {}", Elapsed::from(finished.elapsed.as_duration()));
    Unready {
        problem: problem(line, setup, reason).observed(observed),
        is_fail: false,
        evidence: finished.evidence(),
    }
}
