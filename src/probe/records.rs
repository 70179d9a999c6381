//! The records of runs under `.rollsafe/runs/`: one folder a run, with its report, its events, its evidence and
//! the digests of them all.
//!
//! Every file of a record is written whole or not at all. A record counts only when it was finished, which
//! writes the digests last, and it is read only while every digest still holds. The folder carries its own
//! ignore file, so that no record is committed by accident.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Deserialize;

use super::run_record::{DIGESTS, Digests, EVENTS, REPORT, RunRecord, digests_of, plain_path, write_whole};
use crate::model::{Event, Release, RunReport, SCHEMA_VERSION, Verdict};

/// The name of the newest record for a reader.
const LATEST: &str = "latest";

/// Why a record could not be written or read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecordError {
    /// There is a record of this run already.
    #[error("there is a record of run `{run}` already")]
    Exists {
        /// The id of the run.
        run: String,
    },
    /// A name that is no plain path below the record.
    #[error("`{name}` is no name for a part of a record")]
    Name {
        /// As it was given.
        name: String,
    },
    /// A file or folder could not be written.
    #[error("`{}` could not be written", path.display())]
    Write {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file or folder could not be read.
    #[error("`{}` could not be read", path.display())]
    Read {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// No record has this name.
    #[error("there is no record of a run `{name}` in `{}`", folder.display())]
    Missing {
        /// As it was asked for.
        name: String,
        /// Where it was looked for.
        folder: PathBuf,
    },
    /// Several records begin with this name.
    #[error("`{name}` is the beginning of several runs: {}", runs.join(", "))]
    Ambiguous {
        /// As it was asked for.
        name: String,
        /// The ids that begin with it.
        runs: Vec<String>,
    },
    /// The run never came to its end.
    #[error("the record of run `{run}` was never finished")]
    Unfinished {
        /// The id of the run.
        run: String,
    },
    /// The record is not what was written.
    #[error("the record of run `{run}` was changed after the run: `{file}` {how}")]
    Changed {
        /// The id of the run.
        run: String,
        /// The file, relative to the folder of the run.
        file: String,
        /// What is wrong with it.
        how: &'static str,
    },
    /// The record was written by another version.
    #[error("the record of run `{run}` has schema version {version}, and this program reads {SCHEMA_VERSION}")]
    Version {
        /// The id of the run.
        run: String,
        /// The version that it has.
        version: u32,
    },
    /// A file of the record is not what its name says.
    #[error("`{}` could not be understood", path.display())]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

/// The door to the records of a service.
#[derive(Clone, Debug)]
pub(crate) struct Records {
    /// The folder that holds everything that rollsafe keeps of a service.
    pub(super) folder: PathBuf,
}

/// One record as a list shows it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RecordEntry {
    /// The id of the run.
    pub(crate) run: String,
    /// What the run was; nothing when it was never finished or cannot be read.
    pub(crate) head: Option<RecordHead>,
}

/// The first facts of a recorded run.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct RecordHead {
    /// When it began.
    pub(crate) started: Timestamp,
    /// Its answer.
    pub(crate) verdict: Verdict,
    /// The release that was tested.
    pub(crate) release: Release,
}

impl Records {
    /// The records of the service in a folder.
    pub(crate) fn of_service(root: impl Into<PathBuf>) -> Self {
        Self { folder: root.into().join(".rollsafe") }
    }

    /// Begins the record of a run.
    ///
    /// # Errors
    /// When there is one already, or its folder cannot be made.
    pub(crate) fn start(&self, run: &str) -> Result<RunRecord, RecordError> {
        let path = self.runs().join(plain(run)?);
        std::fs::create_dir_all(self.runs()).map_err(|source| write_error(&self.runs(), source))?;
        self.ignore()?;
        match std::fs::create_dir(&path) {
            Ok(()) => Ok(RunRecord::in_folder(path)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                Err(RecordError::Exists { run: run.to_owned() })
            }
            Err(source) => Err(write_error(&path, source)),
        }
    }

    /// All records, the newest first; those without an end come last.
    ///
    /// # Errors
    /// When the folder of the records cannot be read. That there is none is an empty list.
    pub(crate) fn list(&self) -> Result<Vec<RecordEntry>, RecordError> {
        let mut entries: Vec<RecordEntry> = self.names()?.into_iter().map(|run| self.entry(run)).collect();
        let key = |entry: &RecordEntry| (entry.head.as_ref().map(|head| head.started), entry.run.clone());
        entries.sort_by_key(|entry| std::cmp::Reverse(key(entry)));
        Ok(entries)
    }

    /// The id of the one run whose id is, or begins with, a name. `latest` is the newest that was finished.
    ///
    /// # Errors
    /// When there is none, or more than one.
    pub(crate) fn find(&self, name: &str) -> Result<String, RecordError> {
        let missing = || RecordError::Missing { name: name.to_owned(), folder: self.runs() };
        if name == LATEST {
            let newest = self.list()?.into_iter().find(|entry| entry.head.is_some());
            return newest.map(|entry| entry.run).ok_or_else(missing);
        }
        let mut runs = self.names()?;
        if let Some(exact) = runs.iter().find(|run| *run == name) {
            return Ok(exact.clone());
        }
        runs.retain(|run| !name.is_empty() && run.starts_with(name));
        match runs.len() {
            0 => Err(missing()),
            1 => Ok(runs.remove(0)),
            _ => Err(RecordError::Ambiguous { name: name.to_owned(), runs }),
        }
    }

    /// The report and the events of a run, after every digest of its record was found to hold.
    ///
    /// # Errors
    /// When the record is missing, unfinished, changed, of another version or not readable.
    pub(crate) fn read(&self, run: &str) -> Result<(RunReport, Vec<Event>), RecordError> {
        let folder = self.runs().join(plain(run)?);
        if !folder.is_dir() {
            return Err(RecordError::Missing { name: run.to_owned(), folder: self.runs() });
        }
        verify(run, &folder)?;
        let path = folder.join(REPORT);
        let value: serde_json::Value = parse(&path, &bytes_of(&path)?)?;
        refuse_other_version(run, &value)?;
        let report = serde_json::from_value(value).map_err(|source| RecordError::Unreadable { path, source })?;
        Ok((report, events_of(&folder.join(EVENTS))?))
    }

    fn runs(&self) -> PathBuf {
        self.folder.join("runs")
    }

    /// Keeps the records out of the repository of the service.
    fn ignore(&self) -> Result<(), RecordError> {
        let path = self.folder.join(".gitignore");
        if path.exists() { Ok(()) } else { write_whole(&path, b"*\n") }
    }

    /// The ids of all runs that have a folder, in alphabetical order.
    fn names(&self) -> Result<Vec<String>, RecordError> {
        let folder = self.runs();
        let entries = match std::fs::read_dir(&folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(|source| read_error(&folder, source))?,
        };
        let folders = entries.filter_map(Result::ok).filter(|entry| entry.path().is_dir());
        let mut names: Vec<String> = folders.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort_unstable();
        Ok(names)
    }

    fn entry(&self, run: String) -> RecordEntry {
        let folder = self.runs().join(&run);
        let report = folder.join(REPORT);
        let finished = folder.join(DIGESTS).is_file();
        let head = finished.then(|| bytes_of(&report).and_then(|bytes| parse(&report, &bytes)).ok()).flatten();
        RecordEntry { run, head }
    }
}

/// Refuses a record that is unfinished or not what was written.
fn verify(run: &str, folder: &Path) -> Result<(), RecordError> {
    let path = folder.join(DIGESTS);
    if !path.is_file() {
        return Err(RecordError::Unfinished { run: run.to_owned() });
    }
    let recorded: Digests = parse(&path, &bytes_of(&path)?)?;
    let found = digests_of(folder)?;
    let changed = |file: &str, how| Err(RecordError::Changed { run: run.to_owned(), file: file.to_owned(), how });
    for (file, digest) in &recorded.files {
        match found.get(file) {
            None => return changed(file, "is missing"),
            Some(now) if now != digest => return changed(file, "has other bytes"),
            Some(_) => {}
        }
    }
    match found.keys().find(|file| !recorded.files.contains_key(*file)) {
        Some(file) => changed(file, "was added"),
        None => Ok(()),
    }
}

fn events_of(path: &Path) -> Result<Vec<Event>, RecordError> {
    let bytes = bytes_of(path)?;
    bytes.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).map(|line| parse(path, line)).collect()
}

fn refuse_other_version(run: &str, report: &serde_json::Value) -> Result<(), RecordError> {
    let version = report["schema_version"].as_u64().and_then(|version| u32::try_from(version).ok()).unwrap_or(0);
    if version == SCHEMA_VERSION { Ok(()) } else { Err(RecordError::Version { run: run.to_owned(), version }) }
}

/// The id of a run, if it is one plain name.
fn plain(run: &str) -> Result<&Path, RecordError> {
    let path = plain_path(run)?;
    if path.components().count() == 1 { Ok(path) } else { Err(RecordError::Name { name: run.to_owned() }) }
}

pub(super) fn bytes_of(path: &Path) -> Result<Vec<u8>, RecordError> {
    std::fs::read(path).map_err(|source| read_error(path, source))
}

fn parse<T: serde::de::DeserializeOwned>(path: &Path, bytes: &[u8]) -> Result<T, RecordError> {
    serde_json::from_slice(bytes).map_err(|source| RecordError::Unreadable { path: path.to_owned(), source })
}

pub(super) fn write_error(path: &Path, source: std::io::Error) -> RecordError {
    RecordError::Write { path: path.to_owned(), source }
}

pub(super) fn read_error(path: &Path, source: std::io::Error) -> RecordError {
    RecordError::Read { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(run: &str, started: &str) -> RunReport {
        serde_json::from_value(serde_json::json!({
            "schema_version": SCHEMA_VERSION,
            "tool": { "name": "rollsafe", "version": "0.0.0" },
            "run": run, "verdict": "UNDECIDED", "ending": "finished", "strict": false,
            "counts": { "pass": 0, "warn": 0, "fail": 0, "error": 0, "skip": 0 },
            "service": "orders", "release": { "commit": null, "tag": null, "version": "1.1.0" },
            "target": null, "profile": "gate", "checklists": [], "started": started,
            "elapsed_ms": 12.5, "steps": [], "evidence": []
        }))
        .unwrap()
    }

    fn events(report: &RunReport) -> Vec<Event> {
        let started = serde_json::json!({ "at_ms": 0.0, "event": "run-started", "run": report.run, "steps": [] });
        let finished = serde_json::json!({ "at_ms": 12.5, "event": "run-finished", "report": report });
        [started, finished].map(|event| serde_json::from_value(event).unwrap()).to_vec()
    }

    /// A service with some finished records, each with one evidence file.
    fn service_with(runs: &[(&str, &str)]) -> (tempfile::TempDir, Records) {
        let folder = tempfile::tempdir().unwrap();
        let records = Records::of_service(folder.path());
        for (run, started) in runs {
            let report = report(run, started);
            let record = records.start(run).unwrap();
            record.write("evidence/a/b/stdout.txt", b"seen").unwrap();
            record.write_report(&report).unwrap();
            record.write_events(&events(&report)).unwrap();
            record.finish().unwrap();
        }
        (folder, records)
    }

    const DAY: &str = "2026-03-14T09:26:53.589793Z";

    #[test]
    fn a_record_reads_back_as_it_was_written() {
        let (_folder, records) = service_with(&[("r1", DAY)]);
        let report = report("r1", DAY);
        assert_eq!(records.read("r1").unwrap(), (report.clone(), events(&report)));
    }

    #[test]
    fn records_are_kept_out_of_the_repository() {
        let (folder, _) = service_with(&[("r1", DAY)]);
        assert_eq!(std::fs::read_to_string(folder.path().join(".rollsafe/.gitignore")).unwrap(), "*\n");
    }

    #[test]
    fn any_change_to_a_record_is_found_and_named() {
        let breakages = [
            ("report.json", Some("{} "), "has other bytes"),
            ("evidence/a/b/stdout.txt", Some("x"), "has other bytes"),
            ("events.jsonl", None, "is missing"),
            ("evidence/new.txt", Some("x"), "was added"),
        ];
        for (file, text, how) in breakages {
            let (folder, records) = service_with(&[("r1", DAY)]);
            let path = folder.path().join(".rollsafe/runs/r1").join(file);
            match text {
                Some(text) => std::fs::write(path, text).unwrap(),
                None => std::fs::remove_file(path).unwrap(),
            }
            let message = records.read("r1").unwrap_err().to_string();
            assert_eq!(message, format!("the record of run `r1` was changed after the run: `{file}` {how}"));
        }
    }

    #[test]
    fn a_run_that_never_ended_has_no_record_to_read() {
        let (_folder, records) = service_with(&[]);
        let record = records.start("r1").unwrap();
        record.write_report(&report("r1", DAY)).unwrap();
        assert!(matches!(records.read("r1"), Err(RecordError::Unfinished { run }) if run == "r1"));
        assert_eq!(records.list().unwrap(), [RecordEntry { run: "r1".to_owned(), head: None }]);
        assert!(matches!(records.find("latest"), Err(RecordError::Missing { .. })));
    }

    #[test]
    fn a_record_of_another_version_is_refused() {
        let (_folder, records) = service_with(&[]);
        let record = records.start("r1").unwrap();
        let report = RunReport { schema_version: SCHEMA_VERSION + 1, ..report("r1", DAY) };
        record.write_report(&report).unwrap();
        record.finish().unwrap();
        assert!(matches!(records.read("r1"), Err(RecordError::Version { .. })));
    }

    #[test]
    fn one_run_has_one_record() {
        let (_folder, records) = service_with(&[("r1", DAY)]);
        assert!(matches!(records.start("r1"), Err(RecordError::Exists { run }) if run == "r1"));
    }

    #[test]
    fn the_newest_record_comes_first_whatever_its_name() {
        let (_folder, records) =
            service_with(&[("b", DAY), ("c", "2025-01-01T00:00:00Z"), ("a", "2026-12-31T00:00:00Z")]);
        let runs: Vec<String> = records.list().unwrap().into_iter().map(|entry| entry.run).collect();
        assert_eq!(runs, ["a", "b", "c"]);
        assert_eq!(records.find("latest").unwrap(), "a");
    }

    #[test]
    fn the_beginning_of_an_id_is_enough_if_it_is_the_only_one() {
        let (folder, records) = service_with(&[("run-10", DAY), ("run-1", DAY), ("other", DAY)]);
        assert_eq!(records.find("run-1").unwrap(), "run-1");
        assert_eq!(records.find("o").unwrap(), "other");
        assert_eq!(
            records.find("run").unwrap_err().to_string(),
            "`run` is the beginning of several runs: run-1, run-10"
        );
        let missing =
            format!("there is no record of a run `x` in `{}`", folder.path().join(".rollsafe/runs").display());
        assert_eq!(records.find("x").unwrap_err().to_string(), missing);
        assert!(records.find("").is_err());
    }

    #[test]
    fn a_service_without_records_has_an_empty_list() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Records::of_service(folder.path()).list().unwrap(), []);
    }

    #[test]
    fn no_name_leaves_the_records() {
        let (_folder, records) = service_with(&[]);
        for name in ["../x", "a/b", "/tmp", "", ".", ".."] {
            assert!(matches!(records.start(name), Err(RecordError::Name { .. })), "{name}");
            assert!(matches!(records.read(name), Err(RecordError::Name { .. })), "{name}");
        }
    }
}
