//! Where a program of the project's own Python environment is.

use super::{CommandLine, Context};

/// The folders of virtual environments that are looked into, in this order.
const ENVIRONMENTS: &[&str] = &[".venv/bin", "venv/bin"];

impl Context {
    /// The program of the project's virtual environment if it has one, otherwise the one on `PATH`.
    pub(crate) fn project_tool(&self, name: &str) -> CommandLine {
        let inside = ENVIRONMENTS.iter().map(|folder| format!("{folder}/{name}"));
        let found = inside.into_iter().find(|path| self.probes.files.exists(path));
        CommandLine::new(vec![found.unwrap_or_else(|| name.to_owned())]).expect("a name is a program")
    }
}
