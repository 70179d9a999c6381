//! A file that a command is to write, and whether what lies there afterwards is really from this run.
//!
//! A result that an earlier run left behind is the oldest way to a false GO. So the file must have been written
//! during the run, even if its text is the same as before.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::kind::check::Context;
use crate::probe::clock;
use crate::probe::files::FileError;
use crate::probe::tree::FileState;

/// How much older than the start of the command a file may seem, for file systems with coarse times.
const TOLERANCE: Duration = Duration::from_secs(2);

/// A file that was there or not before a command.
#[derive(Debug)]
pub(crate) struct FreshFile {
    path: PathBuf,
    before: Option<FileState>,
    begun: SystemTime,
}

/// Why there is nothing to read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotFresh {
    /// The command wrote none.
    #[error("the command wrote no `{}`", path.display())]
    Missing {
        /// Where it was expected.
        path: PathBuf,
    },
    /// It is from an earlier run.
    #[error("`{}` is from an earlier run", path.display())]
    Stale {
        /// Where it lies.
        path: PathBuf,
    },
    /// It cannot be read.
    #[error(transparent)]
    Unreadable(#[from] FileError),
}

impl FreshFile {
    /// Looks at what is there before the command. The path is taken from the folder of the service.
    pub(crate) fn at(path: impl AsRef<Path>, context: &Context) -> Self {
        let path = path.as_ref().to_owned();
        Self { before: context.probes.files.state(&path), path, begun: clock::machine_time() }
    }

    /// Reads what the command wrote.
    ///
    /// # Errors
    /// When it wrote nothing there, or it cannot be read.
    pub(crate) fn read(&self, context: &Context) -> Result<String, NotFresh> {
        let files = &context.probes.files;
        let path = || self.path.clone();
        let after = files.state(&self.path).ok_or_else(|| NotFresh::Missing { path: path() })?;
        if self.before == Some(after) || after.modified + TOLERANCE < self.begun {
            return Err(NotFresh::Stale { path: path() });
        }
        Ok(files.read(&self.path)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_after(before: Option<&str>, write: impl Fn(&Path)) -> Result<String, NotFresh> {
        let folder = tempfile::tempdir().unwrap();
        let context = Context::for_test(folder.path(), "2026-01-02T03:04:05Z");
        let path = folder.path().join("report.xml");
        if let Some(text) = before {
            std::fs::write(&path, text).unwrap();
            std::thread::sleep(Duration::from_millis(20));
        }
        let file = FreshFile::at("report.xml", &context);
        write(&path);
        file.read(&context)
    }

    #[test]
    fn a_file_that_the_command_wrote_is_read() {
        assert_eq!(read_after(None, |path| std::fs::write(path, "new").unwrap()).unwrap(), "new");
        assert_eq!(read_after(Some("same"), |path| std::fs::write(path, "same").unwrap()).unwrap(), "same");
    }

    #[test]
    fn a_file_of_an_earlier_run_is_refused() {
        assert!(matches!(read_after(Some("old"), |_| {}), Err(NotFresh::Stale { .. })));
        let restore = |path: &Path| {
            let file = std::fs::File::create(path).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000)).unwrap();
        };
        assert!(matches!(read_after(Some("old"), restore), Err(NotFresh::Stale { .. })));
    }

    #[test]
    fn a_file_that_was_not_written_is_told() {
        let error = read_after(None, |_| {}).unwrap_err();
        assert_eq!(error.to_string(), "the command wrote no `report.xml`");
    }
}
