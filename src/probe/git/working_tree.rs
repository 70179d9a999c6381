//! The state of the working tree: what differs from the commit, and which index entries hide a difference.
//!
//! Two ways lead to the same answer. libgit2 has no start-up cost and wins on small trees. The git program
//! compares in parallel and wins on wide ones; it alone can read trees with filters (git-lfs), submodules that
//! are to be looked into, a sparse index, and formats that libgit2 does not know. Where libgit2 fails, the
//! program is asked as well.

use std::path::Path;

use super::flagged::{Flagged, IndexEntries};
use super::program::Place;
use super::{Git, GitError, GitProgram, porcelain, status};

/// The size of an index file up to which libgit2 is asked, in bytes: some 350 files with paths of usual length. On
/// two cores both take 2 ms there; at 2,000 files libgit2 takes twice as long, at 50,000 files as well.
const SMALL_INDEX: u64 = 32 * 1024;

/// How untracked files are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Untracked {
    /// A folder that holds nothing else as one entry, with a slash behind it.
    Folders,
    /// Every file by itself, so that patterns can be held against it.
    Files,
}

/// The state of the working tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WorkingTree {
    /// How many files the index holds.
    pub(crate) files: usize,
    /// Everything that differs from the commit, in the order of paths. Ignored files are not among it.
    pub(crate) changes: Vec<Change>,
    /// Index entries that hide changes of their files, in the order of paths.
    pub(crate) flagged: Vec<Flagged>,
    /// How many files a sparse checkout leaves out.
    pub(crate) left_out: usize,
    /// What git is in the middle of.
    pub(crate) operation: Option<Operation>,
    /// Who was asked.
    pub(crate) source: Source,
}

/// Who told the changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The library.
    Library,
    /// The git program.
    Program,
}

/// One path that differs from the commit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Change {
    /// The path from the top of the working tree. Bytes that are not UTF-8 become the replacement character.
    pub(crate) path: String,
    /// How it differs.
    pub(crate) state: ChangeState,
}

/// How a path differs from the commit. Where index and working tree both differ, the working tree is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ChangeState {
    /// No commit and no index knows it.
    Untracked,
    /// Only the index knows it.
    Added,
    /// Its content or its mode differs.
    Modified,
    /// It is gone.
    Deleted,
    /// It is a link, a file or a submodule, and was something else.
    TypeChanged,
    /// A merge could not settle it.
    Conflicted,
}

impl ChangeState {
    /// The word in reports.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Untracked => "untracked",
            Self::Added => "added",
            Self::Modified => "modified",
            Self::Deleted => "deleted",
            Self::TypeChanged => "type changed",
            Self::Conflicted => "conflicted",
        }
    }
}

/// Something that git was told to do and has not finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// `git merge`.
    Merge,
    /// `git rebase` or `git am`.
    Rebase,
    /// `git cherry-pick`.
    CherryPick,
    /// `git revert`.
    Revert,
    /// `git bisect`.
    Bisect,
}

impl Operation {
    /// The word behind `git`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Rebase => "rebase",
            Self::CherryPick => "cherry-pick",
            Self::Revert => "revert",
            Self::Bisect => "bisect",
        }
    }

    /// Reads it from the files that git keeps meanwhile (gitrepository-layout and git's `wt-status.c`).
    fn of(git_folder: &Path) -> Option<Self> {
        let files = [
            ("rebase-merge", Self::Rebase),
            ("rebase-apply", Self::Rebase),
            ("MERGE_HEAD", Self::Merge),
            ("CHERRY_PICK_HEAD", Self::CherryPick),
            ("REVERT_HEAD", Self::Revert),
            ("BISECT_LOG", Self::Bisect),
        ];
        files.into_iter().find(|(file, _)| git_folder.join(file).exists()).map(|(_, operation)| operation)
    }
}

impl Git {
    /// The state of the working tree.
    ///
    /// # Errors
    /// When there is no repository or no working tree, or the git program is needed and is missing.
    pub(crate) async fn working_tree(
        &self,
        program: GitProgram<'_>,
        untracked: Untracked,
    ) -> Result<WorkingTree, GitError> {
        let answer = self.ask(program.limit, move |repository| repository.small_tree(untracked)).await;
        match answer {
            Ok(Some(tree)) => Ok(tree),
            Ok(None) | Err(GitError::Read(_) | GitError::Unsupported { .. }) => {
                self.large_tree(program, untracked).await
            }
            Err(error) => Err(error),
        }
    }

    /// Asks the git program. The index entries are read beside it.
    async fn large_tree(&self, program: GitProgram<'_>, untracked: Untracked) -> Result<WorkingTree, GitError> {
        let place = self.place(program.limit).await?;
        let (changes, entries) =
            tokio::join!(changes(program, &place, untracked), self.index_entries(program, &place));
        let (changes, entries) = (changes?, entries?);
        let git_folder = self.git_folder()?;
        Ok(WorkingTree {
            files: entries.files,
            changes,
            flagged: entries.flagged,
            left_out: entries.left_out,
            operation: Operation::of(&git_folder),
            source: Source::Program,
        })
    }
}

/// Asks `git status`. Settings that would hide a change (a file system monitor, a cache of untracked files, ignored submodules)
/// are switched off for this one question.
async fn changes(program: GitProgram<'_>, place: &Place, untracked: Untracked) -> Result<Vec<Change>, GitError> {
    let files = match untracked {
        Untracked::Folders => "--untracked-files=normal",
        Untracked::Files => "--untracked-files=all",
    };
    let settings = ["-c", "core.fsmonitor=false", "-c", "core.untrackedCache=false"];
    let question = ["status", "--porcelain=v2", "-z", files, "--ignore-submodules=none", "--no-renames"];
    let bytes = program.read(place, &[&settings[..], &question[..]].concat()).await?;
    porcelain::changes(&bytes).ok_or_else(|| GitError::Unreadable {
        command: "git status --porcelain=v2 -z".to_owned(),
        detail: "an entry has another form than `git status` documents".to_owned(),
    })
}

impl super::Repository {
    /// The state by libgit2, or nothing where the git program must or should be asked.
    fn small_tree(&self, untracked: Untracked) -> Result<Option<WorkingTree>, GitError> {
        let folder = self.inner.path();
        let Some(top) = self.inner.workdir() else { return Err(GitError::Bare { folder: folder.to_owned() }) };
        let index_size = std::fs::metadata(folder.join("index")).map_or(0, |index| index.len());
        if index_size > SMALL_INDEX || top.join(".gitmodules").exists() {
            return Ok(None);
        }
        let index = self.inner.index()?;
        if self.has_filters(&index) {
            return Ok(None);
        }
        let entries = IndexEntries::of(self, &index);
        Ok(Some(WorkingTree {
            files: entries.files,
            changes: status::changes(&self.inner, untracked)?,
            flagged: entries.flagged,
            left_out: entries.left_out,
            operation: Operation::of(folder),
            source: Source::Library,
        }))
    }
}
