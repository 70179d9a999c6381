//! Reading files of the service, with a cap.

use std::io::Read;
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
        String::from_utf8(self.bytes(&path)?).map_err(|_| FileError::NotText { path })
    }

    /// Whether something stands at a path.
    pub(crate) fn exists(&self, path: impl AsRef<Path>) -> bool {
        self.root.join(path).exists()
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

    fn bytes(&self, path: &Path) -> Result<Vec<u8>, FileError> {
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

/// The SHA-256 of some bytes (FIPS 180-4), in hex.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    digest(&SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
