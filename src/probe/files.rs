//! Reading files of the service, with a cap.

use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use ring::digest::{SHA256, digest};

/// The largest file that is read whole, in bytes.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    /// There is no such file.
    #[error("there is no file `{}`", path.display())]
    Missing {
        /// The path.
        path: PathBuf,
    },
    /// It is larger than what is read whole.
    #[error("`{}` is larger than 16 MiB", path.display())]
    TooLarge {
        /// The path.
        path: PathBuf,
    },
    /// It is not text.
    #[error("`{}` is not valid UTF-8", path.display())]
    NotText {
        /// The path.
        path: PathBuf,
    },
    /// Anything else, such as a missing permission.
    #[error("`{}` could not be read", path.display())]
    Read {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// The door to files below the folder of the service.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    root: PathBuf,
}

impl Files {
    /// Paths are taken from this folder.
    pub(crate) fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder that paths are taken from.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The whole text of a file.
    ///
    /// # Errors
    /// When it is missing, too large, not text or not readable.
    pub(crate) fn read(&self, path: impl AsRef<Path>) -> Result<String, FileError> {
        let path = self.root.join(path);
        String::from_utf8(Self::bytes(&path)?).map_err(|_| FileError::NotText { path })
    }

    /// Whether something stands at a path.
    pub(crate) fn exists(&self, path: impl AsRef<Path>) -> bool {
        self.root.join(path).exists()
    }

    /// The bytes of a file, with the same cap.
    ///
    /// # Errors
    /// When it is missing, too large or not readable.
    pub(crate) fn read_bytes(&self, path: impl AsRef<Path>) -> Result<Vec<u8>, FileError> {
        Self::bytes(&self.root.join(path))
    }

    /// Writes a file whole; folders are made.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn write(&self, path: impl AsRef<Path>, text: &str) -> std::io::Result<()> {
        let path = self.root.join(path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(path, text)
    }

    /// The last bytes of a file, for logs: how many there are in all, and up to `most` from the end.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn tail(&self, path: impl AsRef<Path>, most: u64) -> std::io::Result<(u64, Vec<u8>)> {
        let mut file = std::fs::File::open(self.root.join(path))?;
        let total = file.metadata()?.len();
        file.seek(SeekFrom::Start(total.saturating_sub(most)))?;
        let mut bytes = Vec::new();
        file.take(most).read_to_end(&mut bytes)?;
        Ok((total, bytes))
    }

    /// The one true path of something that is there: absolute, without links. Two names of one file give the same.
    pub(crate) fn canonical(&self, path: impl AsRef<Path>) -> Option<PathBuf> {
        self.root.join(path).canonicalize().ok()
    }

    /// Whether a folder stands at a path.
    pub(crate) fn is_folder(&self, path: impl AsRef<Path>) -> bool {
        self.root.join(path).is_dir()
    }

    /// Whether a file stands at a path that somebody may execute.
    pub(crate) fn is_executable(&self, path: impl AsRef<Path>) -> bool {
        self.root.join(path).metadata().is_ok_and(|metadata| metadata.is_file() && may_be_executed(&metadata))
    }

    /// The files that stand right inside a folder and whose names end in an extension, in the order of their
    /// names. Nothing if the folder is not there.
    pub(crate) fn inside(&self, folder: impl AsRef<Path>, extension: &str) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(self.root.join(folder)) else { return Vec::new() };
        let paths = entries.flatten().map(|entry| entry.path());
        let fits = |path: &PathBuf| path.is_file() && path.extension().is_some_and(|found| found == extension);
        let mut files: Vec<PathBuf> = paths.filter(fits).collect();
        files.sort();
        files
    }

    fn bytes(path: &Path) -> Result<Vec<u8>, FileError> {
        let file = std::fs::File::open(path).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => FileError::Missing { path: path.to_owned() },
            _ => FileError::Read { path: path.to_owned(), source },
        })?;
        let mut bytes = Vec::new();
        file.take(LARGEST + 1)
            .read_to_end(&mut bytes)
            .map_err(|source| FileError::Read { path: path.to_owned(), source })?;
        if bytes.len() as u64 > LARGEST {
            return Err(FileError::TooLarge { path: path.to_owned() });
        }
        Ok(bytes)
    }
}

/// Whether any of the three execute bits is set (POSIX, `<sys/stat.h>`).
#[cfg(unix)]
fn may_be_executed(metadata: &std::fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o111 != 0
}

/// Elsewhere every file may be started.
#[cfg(not(unix))]
fn may_be_executed(_: &std::fs::Metadata) -> bool {
    true
}

/// Bytes as hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    let digit = |number: u8| char::from_digit(u32::from(number), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The SHA-256 of some bytes (FIPS 180-4), in hex.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(digest(&SHA256, bytes).as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_names_of_one_file_have_one_canonical_path() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("sub")).unwrap();
        std::fs::write(folder.path().join("a.toml"), "a = 1").unwrap();
        let files = Files::new(folder.path());
        assert_eq!(files.canonical("sub/../a.toml"), files.canonical("a.toml"));
        assert!(files.canonical("a.toml").is_some());
        assert_eq!(files.canonical("b.toml"), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_executable_by_its_mode_and_a_folder_never_is() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("go.sh");
        std::fs::write(&script, "#!/bin/sh\n").unwrap();
        let files = Files::new(folder.path());
        assert!(!files.is_executable("go.sh"));
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
        assert!(files.is_executable("go.sh"));
        assert!(!files.is_executable("."));
        assert!(files.is_folder("."));
    }
}
