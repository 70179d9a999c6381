//! The virtual environment that rows with Python tools share, made once from the requirements of the example service.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The `bin` folder of the environment, or nothing where it cannot be made.
pub(crate) fn bin() -> Option<PathBuf> {
    static BIN: OnceLock<Option<PathBuf>> = OnceLock::new();
    BIN.get_or_init(make).clone()
}

fn make() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("venv");
    let requirements = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/orders/requirements.lock");
    let wanted = std::fs::read_to_string(&requirements).ok()?;
    let stamp = folder.join("requirements.installed");
    if std::fs::read_to_string(&stamp).ok().as_ref() != Some(&wanted) {
        run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
        run(Command::new(folder.join("bin/pip")).args(["install", "-q", "-r"]).arg(&requirements))?;
        std::fs::write(&stamp, &wanted).ok()?;
    }
    Some(folder.join("bin"))
}

fn run(command: &mut Command) -> Option<()> {
    command.status().ok().filter(std::process::ExitStatus::success).map(|_| ())
}
