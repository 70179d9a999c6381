//! The state of the working tree: what differs from the commit, and which index entries hide a difference.
//!
//! Two ways lead to the same answer. libgit2 has no start-up cost and wins on small trees. The git program
//! compares in parallel and wins on wide ones; it alone can read trees with filters (git-lfs), submodules that
//! are to be looked into, a sparse checkout, and formats that libgit2 does not know. Where libgit2 fails, the
//! program is asked as well.

use std::path::Path;

use super::flagged::{Flagged, IndexEntries};
use super::program::Place;
use super::{Git, GitError, GitProgram, porcelain, status};

/// The size of an index file up to which libgit2 is asked, in bytes: some 600 files with paths of usual length. On
/// two cores both take 4 ms at 800 files; at 2,000 and at 50,000 files libgit2 takes twice as long as the program.
const SMALL_INDEX: u64 = 56 * 1024;

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
        if self.inner.workdir().is_none() {
            return Err(GitError::Bare { folder: folder.to_owned() });
        }
        let index_size = std::fs::metadata(folder.join("index")).map_or(0, |index| index.len());
        if index_size > SMALL_INDEX {
            return Ok(None);
        }
        let Some(entries) = IndexEntries::read(self).filter(|entries| !self.needs_program(entries)) else {
            return Ok(None);
        };
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::git::IndexFlag;
    use crate::probe::git::sandbox::Sandbox;

    async fn tree(sandbox: &Sandbox, untracked: Untracked) -> WorkingTree {
        sandbox.probe().working_tree(sandbox.program(), untracked).await.unwrap()
    }

    /// One of everything.
    fn messy() -> Sandbox {
        let sandbox = Sandbox::new();
        for path in ["gone.py", "kept.py", "link", "staged.py", "flagged.py", "hidden.py", "both.py"] {
            sandbox.commit(path, "1\n");
        }
        sandbox.git(&["checkout", "-q", "-b", "other"]);
        sandbox.commit("both.py", "other\n");
        sandbox.git(&["checkout", "-q", "main"]);
        sandbox.commit("both.py", "main\n");
        let merged =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| sandbox.git(&["merge", "-q", "other"])));
        assert!(merged.is_err(), "the merge has a conflict");
        sandbox.write("staged.py", "2\n");
        sandbox.write("new a.py", "2\n");
        sandbox.git(&["add", "staged.py", "new a.py"]);
        sandbox.git(&["mv", "kept.py", "renamed.py"]);
        std::fs::remove_file(sandbox.root().join("gone.py")).unwrap();
        std::fs::remove_file(sandbox.root().join("link")).unwrap();
        std::os::unix::fs::symlink("app.py", sandbox.root().join("link")).unwrap();
        sandbox.git(&["update-index", "--assume-unchanged", "flagged.py"]);
        sandbox.git(&["update-index", "--skip-worktree", "hidden.py"]);
        sandbox.write("flagged.py", "2\n");
        sandbox.write("hidden.py", "2\n");
        sandbox.write("notes/deep/a.txt", "new\n");
        sandbox.write(".gitignore", "*.log\n");
        sandbox.write("a.log", "ignored\n");
        sandbox
    }

    #[tokio::test]
    async fn library_and_program_tell_the_same_of_a_messy_tree() {
        let sandbox = messy();
        for untracked in [Untracked::Folders, Untracked::Files] {
            let library = tree(&sandbox, untracked).await;
            let program = sandbox.probe().large_tree(sandbox.program(), untracked).await.unwrap();
            assert_eq!(library.source, Source::Library);
            assert_eq!(program, WorkingTree { source: Source::Program, ..library });
        }
        let seen = tree(&sandbox, Untracked::Folders).await;
        let states: Vec<_> = seen.changes.iter().map(|change| (change.path.as_str(), change.state)).collect();
        let expected = [
            (".gitignore", ChangeState::Untracked),
            ("both.py", ChangeState::Conflicted),
            ("gone.py", ChangeState::Deleted),
            ("kept.py", ChangeState::Deleted),
            ("link", ChangeState::TypeChanged),
            ("new a.py", ChangeState::Added),
            ("notes/", ChangeState::Untracked),
            ("renamed.py", ChangeState::Added),
            ("staged.py", ChangeState::Modified),
        ];
        assert_eq!(states, expected);
        assert_eq!(seen.operation, Some(Operation::Merge));
        let flags: Vec<_> = seen.flagged.iter().map(|entry| (entry.path.as_str(), entry.flag)).collect();
        assert_eq!(flags, [("flagged.py", IndexFlag::AssumeUnchanged), ("hidden.py", IndexFlag::SkipWorktree)]);
    }

    #[tokio::test]
    async fn a_filter_is_left_to_the_program() {
        let sandbox = Sandbox::new();
        sandbox.git(&["config", "filter.upper.clean", "tr a-z A-Z"]);
        sandbox.git(&["config", "filter.upper.smudge", "tr A-Z a-z"]);
        sandbox.commit("data/.gitattributes", "*.bin filter=upper\n");
        sandbox.commit("data/a.bin", "text\n");
        sandbox.git(&["commit", "-q", "--allow-empty", "-m", "x"]);
        sandbox.write("data/a.bin", "text\n");
        let seen = tree(&sandbox, Untracked::Folders).await;
        assert_eq!((seen.source, seen.changes), (Source::Program, vec![]));
    }

    #[tokio::test]
    async fn a_wide_tree_is_left_to_the_program() {
        let sandbox = Sandbox::new();
        for number in 0..600 {
            sandbox.write(&format!("folder/with/a/name/of/usual/length/file{number}.py"), "");
        }
        sandbox.git(&["add", "."]);
        sandbox.git(&["commit", "-q", "-m", "many"]);
        sandbox.write("extra.py", "");
        let seen = tree(&sandbox, Untracked::Folders).await;
        assert_eq!((seen.source, seen.files, seen.changes.len()), (Source::Program, 601, 1));
    }

    #[tokio::test]
    async fn a_format_that_only_the_program_reads_is_read() {
        for format in ["--object-format=sha256", "--ref-format=reftable"] {
            let sandbox = Sandbox::with(&[format]);
            sandbox.git(&["update-index", "--assume-unchanged", "app.py"]);
            sandbox.write("new.py", "");
            let seen = tree(&sandbox, Untracked::Folders).await;
            assert_eq!((seen.source, seen.files, seen.changes.len(), seen.flagged.len()), (Source::Program, 1, 1, 1));
            let head = sandbox.probe().head(sandbox.program()).await.unwrap();
            assert_eq!((head.commit, head.branch.as_deref()), (sandbox.git(&["rev-parse", "HEAD"]), Some("main")));
        }
    }

    #[tokio::test]
    async fn a_sparse_checkout_hides_nothing_and_an_edit_under_its_flag_does() {
        let sandbox = Sandbox::new();
        sandbox.commit("docs/a.md", "1\n");
        sandbox.git(&["sparse-checkout", "set", "--cone", "app"]);
        let seen = tree(&sandbox, Untracked::Folders).await;
        assert_eq!((seen.left_out, seen.flagged, seen.changes), (1, vec![], vec![]));
        sandbox.git(&["config", "--worktree", "core.sparseCheckout", "false"]);
        assert_eq!(tree(&sandbox, Untracked::Folders).await.flagged.len(), 1);
    }

    #[tokio::test]
    async fn a_change_inside_a_submodule_is_seen_even_where_git_is_told_to_ignore_it() {
        let sandbox = Sandbox::new();
        sandbox.git(&["submodule", "--quiet", "add", sandbox.remote().to_str().unwrap(), "library"]);
        sandbox.git(&["config", "-f", ".gitmodules", "submodule.library.ignore", "all"]);
        sandbox.git(&["add", "."]);
        sandbox.git(&["commit", "-q", "-m", "library"]);
        assert_eq!(tree(&sandbox, Untracked::Folders).await.changes, []);
        sandbox.write("library/app.py", "changed\n");
        let seen = tree(&sandbox, Untracked::Folders).await;
        assert_eq!(seen.changes, [Change { path: "library".to_owned(), state: ChangeState::Modified }]);
    }

    #[tokio::test]
    async fn a_folder_inside_the_tree_stands_for_the_whole_tree() {
        let sandbox = Sandbox::new();
        sandbox.commit("service/app.py", "1\n");
        sandbox.write("elsewhere.py", "");
        let git = Git::new(sandbox.root().join("service"));
        for seen in [
            git.working_tree(sandbox.program(), Untracked::Folders).await.unwrap(),
            git.large_tree(sandbox.program(), Untracked::Folders).await.unwrap(),
        ] {
            assert_eq!((seen.files, seen.changes.len()), (2, 1));
        }
    }

    #[tokio::test]
    async fn a_bare_repository_has_no_working_tree() {
        let sandbox = Sandbox::new();
        let git = Git::new(sandbox.remote());
        let answer = git.working_tree(sandbox.program(), Untracked::Folders).await;
        assert!(matches!(answer, Err(GitError::Bare { .. })), "{answer:?}");
    }
}
