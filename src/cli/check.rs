//! `rollsafe check`: loads everything and shows every problem; runs nothing and needs no target.

use crate::checklist;
use crate::probe::git::Git;

use super::args::CheckArguments;
use super::exit_status::ExitStatus;
use super::refusal::Refusal;
use super::session::Session;

/// Checks the files.
pub(crate) fn check(session: &Session, arguments: &CheckArguments) -> ExitStatus {
    let request = session.load_request(&arguments.source, "check", false);
    let git = Git::new(&session.folder);
    match checklist::load(&request, &session.environment, &git, session.clock) {
        Err(problems) => Refusal::Invalid { problems: Box::new(problems) }.tell(session.console, false),
        Ok(project) => {
            let steps: usize = project.checklists.iter().map(|checklist| checklist.steps.len()).sum();
            let names: Vec<_> = project.checklists.iter().map(|checklist| checklist.source.file.as_str()).collect();
            let text = format!("no problem in {} with {steps} steps: {}\n", plural(names.len()), names.join(", "));
            super::told(session.console.answer(&text))
        }
    }
}

fn plural(checklists: usize) -> String {
    if checklists == 1 { "1 checklist".to_owned() } else { format!("{checklists} checklists") }
}
