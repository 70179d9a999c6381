//! rollsafe: a release gate for small teams that run Python services.
//!
//! It reads release checklists in TOML, runs every step against a target, and answers GO, NO-GO or UNDECIDED
//! with evidence per step. The code stands on six floors; a file uses lower floors and its own folder, nothing
//! else, and a test holds that line.
//!
//! | floor | folder | owns |
//! | --- | --- | --- |
//! | 0 | `model`, `diagnostic` | plain data |
//! | 1 | `probe` | the only code that touches the outside world |
//! | 2 | `kind` | one file per kind of step |
//! | 3 | `checklist` | text to a valid checklist, or every problem found |
//! | 4 | `runner`, `report` | from a plan to events; from events to readers |
//! | 5 | `cli` | flags, wiring, exit status |

mod checklist;
mod cli;
mod diagnostic;
mod kind;
mod model;
mod probe;
mod report;
mod runner;

/// Reads the command line of this process, does what it says, and returns the exit status.
pub fn run() -> std::process::ExitCode {
    cli::run()
}
