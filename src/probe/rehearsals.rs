//! The records of rehearsed rollbacks under `.rollsafe/rehearsals/`, which say that a command was really executed.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::records::Records;
use crate::model::Verdict;

/// One rehearsal of a rollback, as `.rollsafe/rehearsals/<any name>.json` holds it:
///
/// ```json
/// { "command_sha256": "9f86d0…", "commit": "4b825d…", "ended": "2026-11-21T09:00:00Z", "verdict": "GO" }
/// ```
///
/// `command_sha256` is the SHA-256, in hex, of the rollback command as it is pasted into a shell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rehearsal {
    /// The digest of the command that was rehearsed.
    pub(crate) command_sha256: String,
    /// The commit of the release that was rolled back.
    pub(crate) commit: String,
    /// When it ended, in UTC.
    pub(crate) ended: Timestamp,
    /// What it showed.
    pub(crate) verdict: Verdict,
}

/// Why the recorded rehearsals could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RehearsalError {
    /// The folder or a file is not readable.
    #[error("`{}` could not be read", path.display())]
    Read {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is no rehearsal.
    #[error("`{}` is no record of a rehearsal", path.display())]
    Form {
        /// The path.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

impl Records {
    /// Every recorded rehearsal, the newest first. Without the folder there is none.
    ///
    /// # Errors
    /// When one of the records cannot be read: it could be the newest one.
    pub(crate) fn rehearsals(&self) -> Result<Vec<Rehearsal>, RehearsalError> {
        let folder = self.folder.join("rehearsals");
        if !folder.exists() {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for path in json_files(&folder).map_err(|source| RehearsalError::Read { path: folder.clone(), source })? {
            found.push(rehearsal(path)?);
        }
        found.sort_by_key(|rehearsal: &Rehearsal| std::cmp::Reverse(rehearsal.ended));
        Ok(found)
    }
}

fn json_files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            paths.push(path);
        }
    }
    paths.sort_unstable();
    Ok(paths)
}

fn rehearsal(path: PathBuf) -> Result<Rehearsal, RehearsalError> {
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(source) => return Err(RehearsalError::Read { path, source }),
    };
    serde_json::from_slice(&bytes).map_err(|source| RehearsalError::Form { path, source })
}

#[cfg(test)]
mod rehearsal_tests {
    use super::*;

    fn service(rehearsals: &[(&str, &str)]) -> tempfile::TempDir {
        let service = tempfile::tempdir().unwrap();
        let folder = service.path().join(".rollsafe/rehearsals");
        std::fs::create_dir_all(&folder).unwrap();
        for (name, text) in rehearsals {
            std::fs::write(folder.join(name), text).unwrap();
        }
        service
    }

    #[test]
    fn rehearsals_are_told_newest_first() {
        let service = service(&[
            ("a.json", r#"{"command_sha256": "1", "commit": "c", "ended": "2026-01-01T00:00:00Z", "verdict": "GO"}"#),
            (
                "b.json",
                r#"{"command_sha256": "2", "commit": "c", "ended": "2026-02-01T00:00:00Z", "verdict": "NO-GO"}"#,
            ),
            ("note.txt", "not a record"),
        ]);
        let found = Records::of_service(service.path()).rehearsals().unwrap();
        let seen: Vec<_> = found.iter().map(|one| (one.command_sha256.as_str(), one.verdict)).collect();
        assert_eq!(seen, [("2", Verdict::NoGo), ("1", Verdict::Go)]);
    }

    #[test]
    fn no_folder_is_no_rehearsal_and_a_broken_record_is_an_error() {
        let empty = tempfile::tempdir().unwrap();
        assert_eq!(Records::of_service(empty.path()).rehearsals().unwrap(), []);
        let broken = service(&[("a.json", "{}")]);
        assert!(matches!(Records::of_service(broken.path()).rehearsals(), Err(RehearsalError::Form { .. })));
    }
}
