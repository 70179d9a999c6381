//! Index entries that hide changes: git was told to take their files for unchanged without looking.

use std::path::{Path, PathBuf};

use super::program::Place;
use super::{Git, GitError, GitProgram, Repository, index_file};

/// What the index says of its files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct IndexEntries {
    /// How many there are.
    pub(super) files: usize,
    /// Those that hide changes.
    pub(super) flagged: Vec<Flagged>,
    /// Those that a sparse checkout leaves out, and that are really not there.
    pub(super) left_out: usize,
    /// The files of attributes among them.
    pub(super) attributes: Vec<String>,
    /// Whether one of them stands for a submodule.
    pub(super) has_submodules: bool,
}

/// The mode of an index entry that stands for a submodule.
const SUBMODULE: u32 = 0o160_000;

/// An index entry that hides changes of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flagged {
    /// The path from the top of the working tree.
    pub(crate) path: String,
    /// By which flag.
    pub(crate) flag: IndexFlag,
}

/// The flags that make git look away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IndexFlag {
    /// `git update-index --assume-unchanged`.
    AssumeUnchanged,
    /// `git update-index --skip-worktree`.
    SkipWorktree,
}

impl IndexFlag {
    /// The word behind `--` in `git update-index`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::AssumeUnchanged => "assume-unchanged",
            Self::SkipWorktree => "skip-worktree",
        }
    }
}

impl IndexEntries {
    /// Reads the index file of a repository, or nothing where only git itself can read it.
    pub(super) fn read(repository: &Repository) -> Option<Self> {
        let bytes = match std::fs::read(repository.inner.path().join("index")) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Some(Self::default()),
            Err(_) => return None,
        };
        let mut sparse = SparseCheckout::of(repository);
        let mut entries = Self::default();
        let files = index_file::visit(&bytes, |entry| {
            entries.has_submodules |= entry.mode == SUBMODULE;
            if is_attributes(entry.path) {
                entries.attributes.push(String::from_utf8_lossy(entry.path).into_owned());
            }
            if entry.assumes || entry.skips {
                entries.add(&String::from_utf8_lossy(entry.path), entry.assumes, &mut sparse);
            }
        })?;
        Some(Self { files, ..entries })
    }

    /// Reads `git ls-files -v -z`: a letter, a space, the path. `S` skips the working tree, a small letter
    /// assumes that the file is unchanged (git-ls-files, options `-t` and `-v`).
    fn parse(bytes: &[u8], mut sparse: SparseCheckout) -> Option<Self> {
        let mut entries = Self::default();
        for entry in bytes.split(|&byte| byte == 0).filter(|entry| !entry.is_empty()) {
            let (&letter, path) = entry.split_first()?;
            let path = String::from_utf8_lossy(path.strip_prefix(b" ")?);
            entries.files += 1;
            if letter.is_ascii_lowercase() || letter == b'S' {
                entries.add(&path, letter.is_ascii_lowercase(), &mut sparse);
            }
        }
        Some(entries)
    }

    fn add(&mut self, path: &str, assumes: bool, sparse: &mut SparseCheckout) {
        if !assumes && sparse.leaves_out(path) {
            self.left_out += 1;
            return;
        }
        let flag = if assumes { IndexFlag::AssumeUnchanged } else { IndexFlag::SkipWorktree };
        self.flagged.push(Flagged { path: path.to_owned(), flag });
    }
}

/// A sparse checkout leaves files out by the same flag that hides changes. What it leaves out is not there.
struct SparseCheckout {
    is_on: bool,
    top: PathBuf,
}

impl SparseCheckout {
    fn of(repository: &Repository) -> Self {
        let config = repository.inner.config();
        let is_on = config.and_then(|config| config.get_bool("core.sparseCheckout")).unwrap_or(false);
        Self { is_on, top: repository.inner.workdir().unwrap_or(Path::new("")).to_owned() }
    }

    fn leaves_out(&mut self, path: &str) -> bool {
        self.is_on && self.top.join(path).symlink_metadata().is_err()
    }
}

fn is_attributes(path: &[u8]) -> bool {
    path == b".gitattributes" || path.ends_with(b"/.gitattributes")
}

impl Git {
    /// The entries of the index from its file, and by the git program where only git can read it.
    pub(super) async fn index_entries(
        &self,
        program: GitProgram<'_>,
        place: &Place,
    ) -> Result<IndexEntries, GitError> {
        match self.ask(program.limit, |repository| Ok(IndexEntries::read(repository))).await {
            Ok(Some(entries)) => Ok(entries),
            Ok(None) | Err(GitError::Unsupported { .. }) => self.listed_entries(program, place).await,
            Err(error) => Err(error),
        }
    }

    async fn listed_entries(&self, program: GitProgram<'_>, place: &Place) -> Result<IndexEntries, GitError> {
        let list = ["ls-files", "-v", "-z", "--full-name", "--", ":/"];
        let bytes = program.read(place, &list).await?;
        let is_on = program.read(place, &["config", "--type=bool", "core.sparseCheckout"]).await;
        let top = program.read(place, &["rev-parse", "--show-toplevel"]).await?;
        let sparse = SparseCheckout {
            is_on: is_on.is_ok_and(|answer| answer.starts_with(b"true")),
            top: PathBuf::from(String::from_utf8_lossy(&top).trim_end()),
        };
        IndexEntries::parse(&bytes, sparse).ok_or_else(|| GitError::Unreadable {
            command: "git ls-files -v -z".to_owned(),
            detail: "an entry is not a letter, a space and a path".to_owned(),
        })
    }
}
