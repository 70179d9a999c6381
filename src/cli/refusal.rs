//! Why nothing was run, for people and for programs.

use serde_json::{Value, json};

use crate::diagnostic::{Colour, Diagnostic, Problems};
use crate::model::SCHEMA_VERSION;
use crate::runner::SelectionError;

use super::console::Console;
use super::exit_status::ExitStatus;

/// Why nothing was run. All of them end with the same exit status.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// The service file or a checklist is not valid.
    #[error("{}", count(problems))]
    Invalid {
        /// Every problem of every file.
        problems: Box<Problems>,
    },
    /// The selection names something unknown, or selects nothing.
    #[error(transparent)]
    Selection(#[from] SelectionError),
    /// Anything else that the caller can correct.
    #[error("{0}")]
    Usage(String),
}

impl Refusal {
    /// Tells it on standard error, and, where a program reads standard output as JSON, there as one document.
    pub(crate) fn tell(&self, console: Console, as_json: bool) -> ExitStatus {
        console.remark(&self.text(console));
        if as_json {
            // Whoever closed standard output does not wait for the document.
            drop(console.answer(&self.document()));
        }
        ExitStatus::Usage
    }

    fn text(&self, console: Console) -> String {
        match self {
            Self::Invalid { problems } => {
                let colour = if console.colour_err { Colour::Styled } else { Colour::Plain };
                format!("{}\n\n{self}; nothing was run\n", problems.draw(colour))
            }
            Self::Selection(_) | Self::Usage(_) => format!("error: {self}\n"),
        }
    }

    /// The document that stands in the place of a report.
    fn document(&self) -> String {
        let diagnostics = match self {
            Self::Invalid { problems } => {
                problems.sorted().into_iter().map(|diagnostic| entry(diagnostic, problems)).collect()
            }
            Self::Selection(_) | Self::Usage(_) => Vec::new(),
        };
        refused(&self.to_string(), &diagnostics)
    }
}

/// The JSON document of a refusal.
pub(crate) fn refused(message: &str, diagnostics: &[Value]) -> String {
    let error = json!({
        "exit_status": ExitStatus::Usage.number(),
        "message": message,
        "diagnostics": diagnostics,
    });
    let document = json!({ "schema_version": SCHEMA_VERSION, "error": error });
    format!("{document:#}\n")
}

fn entry(diagnostic: &Diagnostic, problems: &Problems) -> Value {
    let place = diagnostic.place();
    let position = place.map(|place| problems.sources().position(place));
    json!({
        "code": diagnostic.code.as_str(),
        "message": diagnostic.message,
        "file": place.map(|place| problems.sources().name(place.file)),
        "line": position.map(|(line, _)| line),
        "column": position.map(|(_, column)| column),
        "help": diagnostic.help,
    })
}

fn count(problems: &Problems) -> String {
    match problems.sorted().len() {
        1 => "1 problem".to_owned(),
        many => format!("{many} problems"),
    }
}
