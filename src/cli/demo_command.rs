//! `rollsafe demo`: writes the example service, then runs the gate on it like `rollsafe run` would in its folder.

use crate::model::did_you_mean;
use crate::probe::process::Process;

use super::args::{DemoArguments, SelectionArguments, SourceArguments};
use super::demo::{self, DemoService};
use super::exit_status::ExitStatus;
use super::refusal::Refusal;
use super::run::gate;
use super::session::Session;

/// Writes and runs the example, or lists the ways to break it.
pub(crate) fn demo(session: &Session, arguments: &DemoArguments) -> ExitStatus {
    if arguments.list {
        return super::told(session.console.answer(&demo::list()));
    }
    match write(session, arguments) {
        Ok(inside) => {
            let (source, selected) = (SourceArguments::default(), SelectionArguments::default());
            gate(&inside, &source, &selected, &arguments.running)
        }
        Err(refusal) => refusal.tell(session.console, arguments.running.format == "json"),
    }
}

/// Writes the example and returns a session inside its folder.
fn write(session: &Session, arguments: &DemoArguments) -> Result<Session, Refusal> {
    let breakage = match &arguments.broken {
        None => None,
        Some(name) => Some(demo::find(name).ok_or_else(|| unknown(name))?),
    };
    let process = Process::default();
    let service = DemoService::new(session.folder.join(&arguments.folder), &process);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Refusal::Usage(error.to_string()))?;
    runtime.block_on(service.write(breakage)).map_err(|error| Refusal::Usage(error.to_string()))?;
    let said = breakage.map(|breakage| format!("Broken on purpose: {}.\n", breakage.summary)).unwrap_or_default();
    let next = demo::try_next(&arguments.folder, &service.remote, breakage.is_some());
    session.console.remark(&format!("{said}{next}\n"));
    Ok(Session { folder: service.folder.clone(), ..session.clone() })
}

fn unknown(name: &str) -> Refusal {
    let names = demo::BREAKAGES.iter().map(|breakage| breakage.name);
    let help = did_you_mean(name, names, "`rollsafe demo --list` lists them");
    Refusal::Usage(format!("there is no breakage `{name}`; {help}"))
}
