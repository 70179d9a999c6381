//! `rollsafe report`: a recorded run again, in any format, byte for byte as it was.

use std::path::PathBuf;

use crate::model::RunReport;
use crate::probe::records::Records;
use crate::report::{SummarySettings, summary};

use super::args::ReportArguments;
use super::exit_status::ExitStatus;
use super::outputs::Outputs;
use super::refusal::Refusal;
use super::session::Session;

/// Shows a recorded run.
pub(crate) fn report(session: &Session, arguments: &ReportArguments) -> ExitStatus {
    match show(session, arguments) {
        Ok(status) => status,
        Err(refusal) => refusal.tell(session.console, arguments.format == "json"),
    }
}

fn show(session: &Session, arguments: &ReportArguments) -> Result<ExitStatus, Refusal> {
    let outputs = Outputs::parse(&arguments.format, &arguments.reports, &crate::probe::Environment::default())?;
    let records = Records::of_service(root(session, arguments));
    let refused = |error: crate::probe::records::RecordError| Refusal::Usage(error.to_string());
    let id = records.find(&arguments.run).map_err(refused)?;
    let (report, events) = records.read(&id).map_err(refused)?;
    let text = match outputs.stdout.name {
        "text" => summary(&report, &text_settings(session, &report)),
        _ => (outputs.stdout.render)(&report, &events),
    };
    let told = super::told(session.console.answer(&text));
    let written = outputs.write_files(&report, &events, session.console);
    Ok(if written { told } else { ExitStatus::ReportNotWritten })
}

/// How the text of a run looks on standard output.
pub(crate) fn text_settings(session: &Session, report: &RunReport) -> SummarySettings {
    SummarySettings {
        colour: session.console.colour_out,
        width: session.console.width(),
        ..SummarySettings::plain(report)
    }
}

/// The folder of the service: that of the service file, here or above.
fn root(session: &Session, arguments: &ReportArguments) -> PathBuf {
    let named = arguments.service.as_ref().map(|file| session.folder.join(file));
    let here = || session.folder.ancestors().find(|folder| folder.join("rollsafe.toml").exists());
    named
        .and_then(|file| file.parent().map(PathBuf::from))
        .or_else(|| here().map(PathBuf::from))
        .unwrap_or_else(|| session.folder.clone())
}
