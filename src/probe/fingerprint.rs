//! What files hold, as digests, so that two looks can be compared.
//!
//! Links are not followed: where one points to is what it holds. Folders that only tools of the trade write to,
//! and the records of rollsafe, are left out.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use ring::digest::{Context, SHA256};

use super::files::FileError;

/// Folders whose contents nobody keeps, and the records of git and rollsafe.
const LEFT_OUT: [&str; 9] = [
    ".git",
    ".rollsafe",
    ".venv",
    "node_modules",
    "__pycache__",
    ".pytest_cache",
    ".ruff_cache",
    ".mypy_cache",
    ".hypothesis",
];

/// The digest of every file below some paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    files: BTreeMap<PathBuf, Content>,
    absent: Vec<String>,
}

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Content {
    /// A file, by its SHA-256.
    Digest(Vec<u8>),
    /// A link, by what it points to.
    Link(PathBuf),
    /// Something without contents.
    Other,
}

impl Fingerprint {
    /// Looks at files and folders below a root. Runs on a blocking thread.
    ///
    /// # Errors
    /// When something is there and cannot be read.
    pub(crate) async fn of(root: &Path, paths: &[String]) -> Result<Self, FileError> {
        let (root, paths) = (root.to_owned(), paths.to_owned());
        let looking = tokio::task::spawn_blocking(move || Self::look(&root, &paths));
        looking.await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
    }

    /// How many files there are.
    pub(crate) fn len(&self) -> usize {
        self.files.len()
    }

    /// The paths at which there is nothing.
    pub(crate) fn absent(&self) -> &[String] {
        &self.absent
    }

    /// What came, went or changed since an earlier look, one line each: `changed app/main.py`.
    pub(crate) fn changes_since(&self, earlier: &Self) -> Vec<String> {
        let gone = earlier.files.keys().filter(|path| !self.files.contains_key(*path)).map(|path| ("removed", path));
        let other = self.files.iter().filter_map(|(path, digest)| match earlier.files.get(path) {
            None => Some(("added", path)),
            Some(before) if before != digest => Some(("changed", path)),
            Some(_) => None,
        });
        let mut changes: Vec<_> = gone.chain(other).collect();
        changes.sort_by_key(|(_, path)| *path);
        changes.into_iter().map(|(word, path)| format!("{word} {}", path.display())).collect()
    }

    fn look(root: &Path, paths: &[String]) -> Result<Self, FileError> {
        let mut seen = Self::default();
        for path in paths {
            match seen.add(root, Path::new(path)) {
                Err(FileError::Missing { .. }) if !root.join(path).exists() => seen.absent.push(path.clone()),
                added => added?,
            }
        }
        Ok(seen)
    }

    fn add(&mut self, root: &Path, path: &Path) -> Result<(), FileError> {
        let place = root.join(path);
        let broken = |source| failed(&place, source);
        let metadata = place.symlink_metadata().map_err(broken)?;
        if metadata.is_dir() {
            for name in names(&place).map_err(broken)? {
                self.add(root, &path.join(name))?;
            }
        } else {
            let digest = if metadata.is_symlink() { link_target(&place) } else { digest(&place) };
            self.files.insert(path.to_owned(), digest.map_err(broken)?);
        }
        Ok(())
    }
}

fn failed(path: &Path, source: std::io::Error) -> FileError {
    match source.kind() {
        std::io::ErrorKind::NotFound => FileError::Missing { path: path.to_owned() },
        _ => FileError::Read { path: path.to_owned(), source },
    }
}

/// The names in a folder that are looked at.
fn names(folder: &Path) -> std::io::Result<Vec<std::ffi::OsString>> {
    let mut names = Vec::new();
    for entry in folder.read_dir()? {
        let name = entry?.file_name();
        if !LEFT_OUT.iter().any(|left_out| name == *left_out) {
            names.push(name);
        }
    }
    Ok(names)
}

fn link_target(path: &Path) -> std::io::Result<Content> {
    path.read_link().map(Content::Link)
}

/// The SHA-256 of a file, read piece by piece. What is no file, such as a pipe, is only noted.
fn digest(path: &Path) -> std::io::Result<Content> {
    if !path.metadata()?.is_file() {
        return Ok(Content::Other);
    }
    let mut file = File::open(path)?;
    let mut digest = Context::new(&SHA256);
    let mut piece = vec![0; 64 * 1024];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(Content::Digest(digest.finish().as_ref().to_vec())),
            length => digest.update(&piece[..length]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, path: &str, text: &str) {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    async fn look(folder: &Path) -> Fingerprint {
        Fingerprint::of(folder, &["app".to_owned()]).await.unwrap()
    }

    #[tokio::test]
    async fn every_kind_of_change_is_named() {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in [("app/a.py", "1"), ("app/b.py", "1"), ("app/deep/c.py", "1")] {
            write(folder.path(), path, text);
        }
        let before = look(folder.path()).await;
        assert_eq!((before.len(), look(folder.path()).await), (3, before.clone()));
        write(folder.path(), "app/a.py", "2");
        write(folder.path(), "app/deep/d.py", "1");
        std::fs::remove_file(folder.path().join("app/b.py")).unwrap();
        let changes = look(folder.path()).await.changes_since(&before);
        assert_eq!(changes, ["changed app/a.py", "removed app/b.py", "added app/deep/d.py"]);
    }

    #[tokio::test]
    async fn caches_are_left_out_and_links_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "app/a.py", "1");
        write(folder.path(), "outside", "1");
        std::os::unix::fs::symlink("../outside", folder.path().join("app/link")).unwrap();
        let before = look(folder.path()).await;
        write(folder.path(), "app/__pycache__/a.pyc", "1");
        write(folder.path(), "outside", "2");
        assert_eq!((before.len(), look(folder.path()).await), (2, before));
    }

    #[tokio::test]
    async fn a_path_with_nothing_at_it_is_told_and_its_files_count_as_removed() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "app/a.py", "1");
        let before = look(folder.path()).await;
        std::fs::remove_dir_all(folder.path().join("app")).unwrap();
        let after = look(folder.path()).await;
        assert_eq!((before.absent(), after.absent()), (&[][..], &["app".to_owned()][..]));
        assert_eq!(after.changes_since(&before), ["removed app/a.py"]);
    }
}
