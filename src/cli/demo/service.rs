//! Writing the example service into a folder, without ever overwriting what somebody else wrote.
//!
//! A note under `.rollsafe/` in the folder lists every file that was written, with its digest, and where every ref of
//! the repository pointed. Only when all of it is still so is the folder written again; the virtual environment and
//! the records are kept. The bare repository beside the folder belongs to it and carries a mark of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::probe::files::sha256;
use crate::probe::process::Process;

use super::DemoError;
use super::breakage::{Afterwards, Breakage, Edit};
use super::embedded::{CHECKLISTS, ORDERS, ORDERS_1_0_0, REMOVED_IN_1_0_0};
use super::history::History;

/// Where the note stands.
const NOTE: &str = ".rollsafe/demo.json";

/// The mark in the bare repository.
const MARK: &str = "rollsafe-demo";

/// The example service in a folder.
#[derive(Debug)]
pub(crate) struct DemoService<'a> {
    /// The folder of the service.
    pub(crate) folder: PathBuf,
    /// The bare repository beside it.
    pub(crate) remote: PathBuf,
    process: &'a Process,
}

/// What was written last time.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    files: BTreeMap<String, String>,
    refs: String,
}

impl<'a> DemoService<'a> {
    /// The service in a folder, with its remote beside it: `orders` and `orders.git`.
    pub(crate) fn new(folder: PathBuf, process: &'a Process) -> Self {
        let mut remote = folder.clone().into_os_string();
        remote.push(".git");
        Self { folder, remote: PathBuf::from(remote), process }
    }

    /// Writes both releases with their history, breaks the second one if asked, and pushes.
    ///
    /// # Errors
    /// When the folder holds anything that this did not write, or something cannot be written.
    pub(crate) async fn write(&self, breakage: Option<&Breakage>) -> Result<(), DemoError> {
        self.clear().await?;
        std::fs::create_dir_all(&self.folder).map_err(|error| self.io(&self.folder, &error))?;
        let history = History { process: self.process, folder: self.folder.clone() };
        history.begin().await?;
        self.write_release(&first_release())?;
        history.release("1.0.0", "2026-01-05T10:00:00Z").await?;
        self.remove_files(first_release().keys())?;
        let second = broken(second_release(), breakage)?;
        self.write_release(&second)?;
        history.release("1.1.0", "2026-02-02T10:00:00Z").await?;
        history.push_to(&self.remote).await?;
        self.write_file(&self.remote.join(MARK), "")?;
        self.afterwards(&history, breakage).await?;
        self.write_note(&second, &history).await
    }

    /// Removes what was written last time, if it still is what was written.
    async fn clear(&self) -> Result<(), DemoError> {
        let note = self.read_note();
        if self.remote.exists() && !self.remote.join(MARK).exists() {
            return Err(DemoError::NotOurs {
                path: self.remote.clone(),
                why: "it was not made by `demo`".to_owned(),
            });
        }
        match note {
            None if is_empty_or_missing(&self.folder) => {}
            None => return Err(self.not_ours("it holds files that `demo` did not write".to_owned())),
            Some(note) => self.clear_ours(&note).await?,
        }
        remove_folder(&self.remote).map_err(|error| self.io(&self.remote, &error))
    }

    async fn clear_ours(&self, note: &Note) -> Result<(), DemoError> {
        let history = History { process: self.process, folder: self.folder.clone() };
        let refs = history.state().await.unwrap_or_default();
        if refs != note.refs {
            return Err(self.not_ours("its git history was changed since `demo` wrote it".to_owned()));
        }
        if let Some(path) = self.first_change(note) {
            return Err(self.not_ours(format!("`{path}` was changed or added since `demo` wrote it")));
        }
        self.remove_files(note.files.keys())?;
        for gone in [".git", "var"] {
            let path = self.folder.join(gone);
            remove_folder(&path).map_err(|error| self.io(&path, &error))?;
        }
        Ok(())
    }

    /// The first file that is not as it was written, or that is new.
    fn first_change(&self, note: &Note) -> Option<String> {
        let present = visible_files(&self.folder);
        let digest = |path: &String| std::fs::read(self.folder.join(path)).map(|bytes| sha256(&bytes)).ok();
        let added = present.iter().find(|path| !note.files.contains_key(*path)).cloned();
        let changed = || note.files.iter().find(|(path, wanted)| digest(path).is_some_and(|seen| seen != **wanted));
        added.or_else(|| changed().map(|(path, _)| path.clone()))
    }

    fn write_release(&self, files: &BTreeMap<String, String>) -> Result<(), DemoError> {
        files.iter().try_for_each(|(path, text)| self.write_file(&self.folder.join(path), text))
    }

    fn remove_files<'b>(&self, paths: impl Iterator<Item = &'b String>) -> Result<(), DemoError> {
        for path in paths {
            let path = self.folder.join(path);
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(self.io(&path, &error)),
                _ => {}
            }
        }
        Ok(())
    }

    async fn afterwards(&self, history: &History<'_>, breakage: Option<&Breakage>) -> Result<(), DemoError> {
        for change in breakage.map(|breakage| breakage.afterwards).unwrap_or_default() {
            match change {
                Afterwards::Git(arguments) => history.git(arguments, "2026-02-03T10:00:00Z").await?,
                Afterwards::Append(path, more) => {
                    let path = self.folder.join(path);
                    let text = std::fs::read_to_string(&path).map_err(|error| self.io(&path, &error))?;
                    self.write_file(&path, &(text + more))?;
                }
            }
        }
        Ok(())
    }

    fn read_note(&self) -> Option<Note> {
        let text = std::fs::read_to_string(self.folder.join(NOTE)).ok()?;
        serde_json::from_str(&text).ok()
    }

    async fn write_note(&self, files: &BTreeMap<String, String>, history: &History<'_>) -> Result<(), DemoError> {
        let digest =
            |path: &String| std::fs::read(self.folder.join(path)).map(|bytes| sha256(&bytes)).unwrap_or_default();
        let files = files.keys().map(|path| (path.clone(), digest(path))).collect();
        let note = Note { files, refs: history.state().await? };
        let text = serde_json::to_string_pretty(&note).expect("a note is always valid JSON");
        self.write_file(&self.folder.join(".rollsafe/.gitignore"), "*\n")?;
        self.write_file(&self.folder.join(NOTE), &text)
    }

    fn write_file(&self, path: &Path, text: &str) -> Result<(), DemoError> {
        let folder = path.parent().unwrap_or(path);
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(path, text))
            .map_err(|error| self.io(path, &error))
    }

    fn not_ours(&self, why: String) -> DemoError {
        DemoError::NotOurs { path: self.folder.clone(), why }
    }

    #[expect(clippy::unused_self, reason = "reads as the service saying what went wrong")]
    fn io(&self, path: &Path, error: &std::io::Error) -> DemoError {
        DemoError::Write { path: path.to_owned(), said: error.to_string() }
    }
}

/// Release 1.1.0: the example as it stands, with the checklists.
fn second_release() -> BTreeMap<String, String> {
    let checklists = CHECKLISTS.iter().map(|(path, text)| (format!("checklists/{path}"), (*text).to_owned()));
    ORDERS.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).chain(checklists).collect()
}

/// Release 1.0.0: the same without what came later, and with the older form of what changed.
fn first_release() -> BTreeMap<String, String> {
    let mut files = second_release();
    for path in REMOVED_IN_1_0_0.lines().map(str::trim).filter(|line| !line.is_empty()) {
        files.remove(path);
    }
    files.extend(ORDERS_1_0_0.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    files
}

/// Makes the edits of a breakage.
fn broken(
    mut files: BTreeMap<String, String>,
    breakage: Option<&Breakage>,
) -> Result<BTreeMap<String, String>, DemoError> {
    for edit in breakage.map(|breakage| breakage.edits).unwrap_or_default() {
        match edit {
            Edit::Write(path, text) => drop(files.insert((*path).to_owned(), (*text).to_owned())),
            Edit::Replace(path, from, to) => {
                let text = files.get_mut(*path).filter(|text| text.contains(from));
                let text = text.ok_or_else(|| DemoError::Outdated { path: (*path).to_owned() })?;
                *text = text.replacen(from, to, 1);
            }
        }
    }
    Ok(files)
}

fn is_empty_or_missing(folder: &Path) -> bool {
    std::fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none())
}

fn remove_folder(path: &Path) -> std::io::Result<()> {
    if path.exists() { std::fs::remove_dir_all(path) } else { Ok(()) }
}

/// The files that a person would see as part of the service: not what the tools and the service itself make.
fn visible_files(folder: &Path) -> BTreeSet<String> {
    const MADE: &[&str] = &[".git", ".venv", ".rollsafe", "var", ".pytest_cache", ".ruff_cache", "__pycache__"];
    let (mut files, mut open) = (BTreeSet::new(), vec![folder.to_owned()]);
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            if MADE.iter().any(|made| name == *made) {
                continue;
            }
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                open.push(path);
            } else if let Ok(relative) = path.strip_prefix(folder) {
                files.insert(relative.to_string_lossy().into_owned());
            }
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::super::breakage::BREAKAGES;
    use super::*;

    #[test]
    fn every_breakage_fits_the_example() {
        for breakage in BREAKAGES {
            let files = broken(second_release(), Some(breakage));
            assert!(files.is_ok(), "{}: {files:?}", breakage.name);
            assert!(!breakage.edits.is_empty() || !breakage.afterwards.is_empty(), "{}", breakage.name);
        }
    }

    #[test]
    fn the_first_release_is_older_in_every_file_of_its_overlay() {
        let (first, second) = (first_release(), second_release());
        assert!(first["pyproject.toml"].contains("version = \"1.0.0\""));
        assert!(second["pyproject.toml"].contains("version = \"1.1.0\""));
        for (path, _) in ORDERS_1_0_0 {
            assert_ne!(first[*path], second[*path], "{path} is the same in both releases");
        }
        assert!(first.len() < second.len());
    }
}
