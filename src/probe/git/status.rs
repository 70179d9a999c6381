//! The changes of a working tree by libgit2, and whether libgit2 may be asked.

use std::path::Path;

use git2::{Status, StatusOptions};

use super::flagged::IndexEntries;
use super::working_tree::{Change, ChangeState, Untracked};
use super::{GitError, Repository};

/// Attributes that libgit2 does not act on, so that it takes a clean file for a changed one.
const UNKNOWN_ATTRIBUTES: [&str; 2] = ["filter=", "working-tree-encoding="];

/// Everything that differs from the commit, in the order of paths.
pub(super) fn changes(repository: &git2::Repository, untracked: Untracked) -> Result<Vec<Change>, GitError> {
    let mut options = StatusOptions::new();
    options.include_untracked(true).include_ignored(false).include_unreadable(true);
    options.recurse_untracked_dirs(untracked == Untracked::Files).exclude_submodules(false);
    let statuses = repository.statuses(Some(&mut options))?;
    let mut changes: Vec<Change> = statuses
        .iter()
        .map(|entry| Change {
            path: String::from_utf8_lossy(entry.path_bytes()).into_owned(),
            state: state(entry.status()),
        })
        .collect();
    changes.sort_unstable();
    Ok(changes)
}

/// The state that is told for a set of flags: conflicts first, then the working tree, then the index.
fn state(status: Status) -> ChangeState {
    let order = [
        (Status::CONFLICTED, ChangeState::Conflicted),
        (Status::WT_NEW, ChangeState::Untracked),
        (Status::WT_DELETED, ChangeState::Deleted),
        (Status::WT_TYPECHANGE, ChangeState::TypeChanged),
        (Status::WT_MODIFIED, ChangeState::Modified),
        (Status::INDEX_NEW, ChangeState::Added),
        (Status::INDEX_DELETED, ChangeState::Deleted),
        (Status::INDEX_TYPECHANGE, ChangeState::TypeChanged),
    ];
    let told = order.into_iter().find(|(flag, _)| status.contains(*flag));
    told.map_or(ChangeState::Modified, |(_, state)| state)
}

impl Repository {
    /// Whether the tree holds something that libgit2 does not look into: a submodule, a sparse checkout, or a file
    /// of attributes that names a filter.
    pub(super) fn needs_program(&self, entries: &IndexEntries) -> bool {
        if entries.has_submodules || entries.left_out > 0 {
            return true;
        }
        let top = self.inner.workdir().unwrap_or(Path::new(""));
        let tracked = entries.attributes.iter().map(|path| top.join(path));
        let own = [self.inner.commondir().join("info/attributes"), top.join(".gitattributes")];
        let named = self.inner.config().and_then(|config| config.get_path("core.attributesFile")).ok();
        tracked.chain(own).chain(named).any(|path| names_filter(&path))
    }
}

fn names_filter(path: &Path) -> bool {
    let text = std::fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    UNKNOWN_ATTRIBUTES.iter().any(|attribute| text.contains(attribute))
}
