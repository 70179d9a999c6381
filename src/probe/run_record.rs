//! One record while it is written: its files, each whole or not at all, and at the end their digests.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::files::sha256;
use super::records::{RecordError, bytes_of, read_error, write_error};
use crate::model::{Event, RunReport};

/// The report of the run, in JSON.
pub(super) const REPORT: &str = "report.json";
/// The events of the run, one JSON object a line.
pub(super) const EVENTS: &str = "events.jsonl";
/// The SHA-256 of every other file of the record.
pub(super) const DIGESTS: &str = "digests.json";

/// The digests of a record.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Digests {
    pub(super) algorithm: String,
    pub(super) files: BTreeMap<String, String>,
}

/// The record of one run while it is written.
#[derive(Debug)]
pub(crate) struct RunRecord {
    path: PathBuf,
}

impl RunRecord {
    /// A record in a folder that was just made for it.
    pub(super) fn in_folder(path: PathBuf) -> Self {
        Self { path }
    }

    /// Writes a file whole or not at all. The name is a path below the record; folders are made.
    ///
    /// # Errors
    /// When the name leaves the record, or the file cannot be written.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), RecordError> {
        let path = self.path.join(plain_path(name)?);
        if let Some(folder) = path.parent()
            && folder != self.path
        {
            std::fs::create_dir_all(folder).map_err(|source| write_error(folder, source))?;
        }
        write_whole(&path, bytes)
    }

    /// Writes the report of the run.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn write_report(&self, report: &RunReport) -> Result<(), RecordError> {
        let mut bytes = serde_json::to_vec_pretty(report).expect("a report has only text keys and finite numbers");
        bytes.push(b'\n');
        self.write(REPORT, &bytes)
    }

    /// Writes the events of the run.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn write_events(&self, events: &[Event]) -> Result<(), RecordError> {
        let mut bytes = Vec::new();
        for event in events {
            serde_json::to_writer(&mut bytes, event).expect("an event has only text keys and finite numbers");
            bytes.push(b'\n');
        }
        self.write(EVENTS, &bytes)
    }

    /// Ends the record with the digests of all its files. Without them a record counts as unfinished.
    ///
    /// # Errors
    /// When a file cannot be read again, or the digests cannot be written.
    pub(crate) fn finish(self) -> Result<(), RecordError> {
        let digests = Digests { algorithm: "sha256".to_owned(), files: digests_of(&self.path)? };
        let mut bytes = serde_json::to_vec_pretty(&digests).expect("digests are texts");
        bytes.push(b'\n');
        self.write(DIGESTS, &bytes)
    }
}

/// The SHA-256 of every file below a folder but the digests themselves, by relative path with slashes.
pub(super) fn digests_of(folder: &Path) -> Result<BTreeMap<String, String>, RecordError> {
    let mut digests = BTreeMap::new();
    let mut open = vec![(folder.to_owned(), String::new())];
    while let Some((folder, prefix)) = open.pop() {
        for entry in std::fs::read_dir(&folder).map_err(|source| read_error(&folder, source))? {
            let entry = entry.map_err(|source| read_error(&folder, source))?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                open.push((entry.path(), format!("{name}/")));
            } else if name != DIGESTS {
                digests.insert(name, sha256(&bytes_of(&entry.path())?));
            }
        }
    }
    Ok(digests)
}

/// A relative path that stays where it is put.
pub(super) fn plain_path(name: &str) -> Result<&Path, RecordError> {
    let path = Path::new(name);
    let stays = path.components().all(|part| matches!(part, Component::Normal(_)));
    if stays && !name.is_empty() { Ok(path) } else { Err(RecordError::Name { name: name.to_owned() }) }
}

/// Writes beside the file and then takes its place. Nothing waits for the disk: a record that is lost with the
/// machine was never finished.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), RecordError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let written = temporary(folder).and_then(|mut file| {
        file.write_all(bytes)?;
        file.persist(path).map(drop).map_err(|error| error.error)
    });
    written.map_err(|source| write_error(path, source))
}

/// A file that is gone unless it is persisted. Its rights are those of any new file, not of a private one.
fn temporary(folder: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".part-");
    #[cfg(unix)]
    let rights = std::os::unix::fs::PermissionsExt::from_mode(0o666);
    #[cfg(unix)]
    builder.permissions(rights);
    builder.tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> (tempfile::TempDir, RunRecord) {
        let folder = tempfile::tempdir().unwrap();
        let record = RunRecord::in_folder(folder.path().to_owned());
        (folder, record)
    }

    #[test]
    fn the_digests_are_those_of_every_file() {
        let (folder, record) = record();
        record.write("evidence/list/step/stdout.txt", b"abc").unwrap();
        record.write("report.json", b"").unwrap();
        record.finish().unwrap();
        let expected = r#"{
  "algorithm": "sha256",
  "files": {
    "evidence/list/step/stdout.txt": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    "report.json": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
  }
}
"#;
        assert_eq!(std::fs::read_to_string(folder.path().join(DIGESTS)).unwrap(), expected);
    }

    #[test]
    fn a_file_is_written_whole_and_others_may_read_it() {
        let (folder, record) = record();
        record.write("a.txt", b"one, and longer").unwrap();
        record.write("a.txt", b"two").unwrap();
        let names: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["a.txt"]);
        assert_eq!(std::fs::read(folder.path().join("a.txt")).unwrap(), b"two");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let rights = std::fs::metadata(folder.path().join("a.txt")).unwrap().permissions();
            assert_eq!(rights.mode() & 0o400, 0o400);
        }
    }

    #[test]
    fn a_name_cannot_leave_the_record() {
        let (_folder, record) = record();
        for name in ["../a", "/tmp/a", "a/../../b", ""] {
            assert!(matches!(record.write(name, b"x"), Err(RecordError::Name { .. })), "{name}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_written_leaves_nothing_behind() {
        let (folder, record) = record();
        std::fs::create_dir(folder.path().join("a.txt")).unwrap();
        assert!(matches!(record.write("a.txt", b"x"), Err(RecordError::Write { .. })));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
