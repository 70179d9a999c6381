//! Where the reports of a run go: one format on standard output, any number of files, and what GitHub Actions reads.

use std::path::Path;

use crate::model::{Event, RunReport};
use crate::probe::environment::{Environment, GITHUB_ACTIONS, GITHUB_STEP_SUMMARY};
use crate::report::{self, Destination, FORMATS, Format};

use super::console::Console;
use super::refusal::Refusal;

/// The requested reports.
#[derive(Debug)]
pub(crate) struct Outputs {
    /// What standard output gets.
    pub(crate) stdout: &'static Format,
    destinations: Vec<Destination>,
    annotations: bool,
    step_summary: Option<String>,
}

impl Outputs {
    /// Reads `--format` and `--report`.
    ///
    /// # Errors
    /// When a format is unknown or a destination is not of the form `FORMAT=PATH`.
    pub(crate) fn parse(format: &str, reports: &[String], environment: &Environment) -> Result<Self, Refusal> {
        let stdout = report::find(format).ok_or_else(|| unknown(format))?;
        let destinations = reports
            .iter()
            .map(|text| Destination::parse(text).map_err(|error| Refusal::Usage(error.to_string())))
            .collect::<Result<_, _>>()?;
        let on_github = environment.get(GITHUB_ACTIONS) == Some("true");
        let step_summary = environment.get(GITHUB_STEP_SUMMARY).filter(|_| on_github).map(str::to_owned);
        Ok(Self { stdout, destinations, annotations: on_github && format == "text", step_summary })
    }

    /// Writes every file, the others too when one cannot be written. Returns whether all could.
    pub(crate) fn write_files(&self, report: &RunReport, events: &[Event], console: Console) -> bool {
        let mut all_written = true;
        for destination in &self.destinations {
            let text = (destination.format.render)(report, events);
            if let Err(error) = destination.write(&text) {
                console.remark(&chain(&error));
                all_written = false;
            }
        }
        all_written && self.tell_github(report, events, console)
    }

    /// Annotations on standard output, where a job of GitHub Actions shows text, and the summary of the job step.
    fn tell_github(&self, report: &RunReport, events: &[Event], console: Console) -> bool {
        if self.annotations {
            let annotations = report::find("github").map(|format| (format.render)(report, events));
            if console.answer(&annotations.unwrap_or_default()).is_err() {
                return false;
            }
        }
        let (Some(path), Some(markdown)) = (&self.step_summary, report::find("markdown")) else { return true };
        match report::append(markdown, Path::new(path), &report::step_summary(report)) {
            Ok(()) => true,
            Err(error) => {
                console.remark(&chain(&error));
                false
            }
        }
    }
}

/// An error with everything that led to it.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    let told: Vec<String> = std::iter::once(error).chain(causes).map(ToString::to_string).collect();
    format!("error: {}\n", told.join(": "))
}

fn unknown(format: &str) -> Refusal {
    let known: Vec<_> = FORMATS.iter().map(|format| format!("  {:9} {}", format.name, format.summary)).collect();
    Refusal::Usage(format!("there is no format `{format}`; use one of\n{}", known.join("\n")))
}
