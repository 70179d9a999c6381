//! `rollsafe demo`: the example service written into a folder, started, and held against its checklists.

use std::path::{Path, PathBuf};

mod breakage;
mod embedded;
mod history;
mod service;

pub(crate) use breakage::{BREAKAGES, find};
pub(crate) use service::DemoService;

/// Why the example could not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    /// Somebody else's files are there.
    #[error(
        "`{}` is left alone: {why}\nhelp: name another folder, or remove this one and what stands beside it",
        path.display()
    )]
    NotOurs {
        /// The folder.
        path: PathBuf,
        /// What is there.
        why: String,
    },
    /// git refused.
    #[error("`{command}` failed: {said}\nhelp: `demo` needs git; run the command by hand to see more")]
    Git {
        /// The command.
        command: String,
        /// What it said.
        said: String,
    },
    /// The system refused.
    #[error("`{}` could not be written: {said}", path.display())]
    Write {
        /// The path.
        path: PathBuf,
        /// What the system said.
        said: String,
    },
    /// A breakage and the example do not fit. A test keeps it from happening.
    #[error("the example has changed and `{path}` no longer holds what this breakage replaces")]
    Outdated {
        /// The file.
        path: String,
    },
}

/// The list of breakages.
pub(crate) fn list() -> String {
    let width = BREAKAGES.iter().map(|breakage| breakage.name.len()).max().unwrap_or_default();
    let lines = BREAKAGES.iter().map(|breakage| {
        format!("  {:width$}  {}\n  {:width$}  caught by {}\n", breakage.name, breakage.summary, "", breakage.step)
    });
    format!("Ways to break the example service:\n\n{}", lines.collect::<String>())
}

/// What to try after a run of the demo.
pub(crate) fn try_next(folder: &Path, remote: &Path, broken: bool) -> String {
    let folder = folder.display();
    let first = if broken { "rollsafe demo" } else { "rollsafe demo --broken failing-test" };
    format!(
        "\nThe service is in {folder}, its remote in {}. What to try next:\n\
         \x20 {first:38} {}\n\
         \x20 rollsafe demo --list                   more ways to break it\n\
         \x20 cd {folder} && rollsafe plan           what the gate does, step by step\n\
         \x20 cd {folder} && rollsafe report         this run again; --format markdown, json, junit\n",
        remote.display(),
        if broken { "the same service as it should be" } else { "the same gate on a broken service" },
    )
}
