//! `rollsafe kinds` and `rollsafe schema`: the documentation of the kinds, for people and for editors.

use crate::checklist;
use crate::kind::KINDS;
use crate::model::did_you_mean;
use crate::report;

use super::args::{KindsArguments, SchemaArguments, SchemaOf};
use super::exit_status::ExitStatus;
use super::refusal::Refusal;
use super::session::Session;

/// Lists the kinds, or explains one.
pub(crate) fn kinds(session: &Session, arguments: &KindsArguments) -> ExitStatus {
    let text = match &arguments.name {
        None => checklist::kind_list(),
        Some(name) => match crate::kind::find(name) {
            Some(kind) => checklist::kind_page(kind),
            None => return unknown(name).tell(session.console, false),
        },
    };
    super::told(session.console.answer(&text))
}

fn unknown(name: &str) -> Refusal {
    let help = did_you_mean(name, KINDS.iter().map(|kind| kind.name), "`rollsafe kinds` lists them");
    Refusal::Usage(format!("there is no kind `{name}`; {help}"))
}

/// Prints a JSON Schema.
pub(crate) fn schema(session: &Session, arguments: &SchemaArguments) -> ExitStatus {
    let schema = match arguments.of {
        SchemaOf::Checklist => checklist::schema(),
        SchemaOf::Report => report::schema(),
    };
    super::told(session.console.answer(&format!("{schema:#}\n")))
}
