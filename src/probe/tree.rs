//! What the files below some folders are at a moment, so that a later look shows which of them changed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::files::Files;

/// Folders that hold no code of the project: version control, environments, caches.
const PASSED_OVER: &[&str] = &["__pycache__", "node_modules", "venv", "__pypackages__", "_build", "site-packages"];

/// The most files that are looked at. A project that is larger names narrower paths.
const MOST_FILES: usize = 200_000;

/// What a file is at a moment. A file that is written again differs, even with the same bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileState {
    /// When it was last written.
    pub(crate) modified: SystemTime,
    /// Its length in bytes.
    pub(crate) length: u64,
}

/// The files below some paths, each with its state, by path relative to the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tree {
    files: BTreeMap<String, FileState>,
}

impl Tree {
    /// The paths of all files, in order.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// The files that were there before and are not the same now, or gone.
    pub(crate) fn changed_since(&self, before: &Self) -> Vec<String> {
        let same = |path: &String, state: &FileState| self.files.get(path) == Some(state);
        before.files.iter().filter(|(path, state)| !same(path, state)).map(|(path, _)| path.clone()).collect()
    }
}

impl Files {
    /// What a file is now; nothing if there is none.
    pub(crate) fn state(&self, path: impl AsRef<Path>) -> Option<FileState> {
        state(&self.root().join(path))
    }

    /// All files at or below some paths whose name has one of the endings (without a dot). Hidden folders,
    /// environments and caches are passed over; links to folders are not followed. It waits for the disk, so
    /// it belongs on a blocking thread.
    pub(crate) fn tree(&self, paths: &[String], endings: &[&str]) -> Tree {
        let mut tree = Tree::default();
        let mut waiting: Vec<PathBuf> = paths.iter().map(|path| self.root().join(path)).collect();
        while let Some(path) = waiting.pop() {
            if path.is_dir() {
                waiting.extend(inside(&path));
            } else if has_ending(&path, endings) && tree.files.len() < MOST_FILES {
                let name = path.strip_prefix(self.root()).unwrap_or(&path);
                let name = name.to_string_lossy().trim_start_matches("./").to_owned();
                tree.files.extend(state(&path).map(|state| (name, state)));
            }
        }
        tree
    }
}

fn state(path: &Path) -> Option<FileState> {
    let metadata = std::fs::metadata(path).ok()?;
    Some(FileState { modified: metadata.modified().ok()?, length: metadata.len() })
}

fn has_ending(path: &Path, endings: &[&str]) -> bool {
    path.extension().and_then(|ending| ending.to_str()).is_some_and(|ending| endings.contains(&ending))
}

/// What stands in a folder and is looked at.
fn inside(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let wanted = |entry: &std::fs::DirEntry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let folder_link = entry.file_type().is_ok_and(|kind| kind.is_symlink()) && entry.path().is_dir();
        !name.starts_with('.') && !PASSED_OVER.contains(&&*name) && !folder_link
    };
    entries.flatten().filter(wanted).map(|entry| entry.path()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service() -> (tempfile::TempDir, Files) {
        let folder = tempfile::tempdir().unwrap();
        for path in ["app/a.py", "app/deep/b.py", "app/c.txt", ".venv/lib/d.py", "app/__pycache__/e.py", "top.py"] {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x = 1\n").unwrap();
        }
        let files = Files::new(folder.path());
        (folder, files)
    }

    #[test]
    fn code_is_found_and_environments_and_caches_are_passed_over() {
        let (_folder, files) = service();
        let tree = files.tree(&[".".to_owned()], &["py"]);
        assert_eq!(tree.paths().collect::<Vec<_>>(), ["app/a.py", "app/deep/b.py", "top.py"]);
        let tree = files.tree(&["app/deep".to_owned(), "top.py".to_owned()], &["py"]);
        assert_eq!(tree.paths().collect::<Vec<_>>(), ["app/deep/b.py", "top.py"]);
    }

    #[test]
    fn a_file_that_was_written_or_removed_is_seen() {
        let (folder, files) = service();
        let paths = [".".to_owned()];
        let before = files.tree(&paths, &["py"]);
        assert_eq!(files.tree(&paths, &["py"]).changed_since(&before), Vec::<String>::new());
        std::fs::write(folder.path().join("app/a.py"), "import os\n").unwrap();
        std::fs::remove_file(folder.path().join("top.py")).unwrap();
        assert_eq!(files.tree(&paths, &["py"]).changed_since(&before), ["app/a.py", "top.py"]);
    }
}
