//! What every command stands on: the environment, the clock, the console and the folder that the caller is in.

use std::path::PathBuf;

use crate::checklist::LoadRequest;
use crate::probe::environment::ROLLSAFE_CLOCK;
use crate::probe::{Clock, Environment};

use super::args::{Colour, SourceArguments};
use super::console::Console;

/// The surroundings of a command.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// The variables that the program was started with.
    pub(crate) environment: Environment,
    /// The clock.
    pub(crate) clock: Clock,
    /// Where to write.
    pub(crate) console: Console,
    /// The folder that the caller is in.
    pub(crate) folder: PathBuf,
}

impl Session {
    /// Looks around.
    pub(crate) fn begin(colour: Colour) -> Self {
        let environment = Environment::of_this_process();
        let clock = clock(&environment);
        let console = Console::new(colour, &environment);
        let folder = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        Self { environment, clock, console, folder }
    }

    /// What to load for some arguments. `values` says whether values are looked up, or only names are checked.
    pub(crate) fn load_request(&self, source: &SourceArguments, run: &str, values: bool) -> LoadRequest {
        LoadRequest {
            folder: self.folder.clone(),
            service_file: source.service.clone(),
            checklists: source.checklists.clone(),
            profile: source.profile,
            target: source.target.clone(),
            variables: source.variables.clone(),
            run: run.to_owned(),
            values,
        }
    }
}

/// The clock of the machine. A debug build can hold it still, so that tests compare whole outputs; a release build
/// cannot, because the end of a waiver depends on it.
fn clock(environment: &Environment) -> Clock {
    let still = environment.get(ROLLSAFE_CLOCK).filter(|_| cfg!(debug_assertions));
    still.and_then(|text| text.parse().ok()).map_or_else(Clock::system, Clock::still)
}
