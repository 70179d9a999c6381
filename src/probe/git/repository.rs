//! An open repository: questions that libgit2 answers from the files at hand. Everything in here blocks.

use std::path::{Path, PathBuf};

use git2::{ErrorCode, Oid, RepositoryOpenFlags};

use super::GitError;

/// An open repository. It lives on one thread for the length of one question.
pub(crate) struct Repository {
    pub(super) inner: git2::Repository,
}

/// Whether one commit comes before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ancestry {
    /// It does, or they are the same.
    Ancestor,
    /// It does not.
    NotAncestor,
    /// The history that could tell is not in this clone.
    Unknown,
}

/// How far two commits are apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Distance {
    /// Commits that only the first one has.
    pub(crate) ahead: usize,
    /// Commits that only the second one has.
    pub(crate) behind: usize,
}

impl Distance {
    /// Where the first commit is, seen from the second one: `1 commit past v1.1.0`.
    pub(crate) fn from(self, name: &str) -> String {
        let commits = |number| if number == 1 { "1 commit".to_owned() } else { format!("{number} commits") };
        match (self.ahead, self.behind) {
            (0, 0) => format!("at {name}"),
            (ahead, 0) => format!("{} past {name}", commits(ahead)),
            (0, behind) => format!("{} behind {name}", commits(behind)),
            (ahead, behind) => format!("{} past and {} behind {name}", commits(ahead), commits(behind)),
        }
    }
}

/// Enough of an id to name a commit in a message.
pub(crate) fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}

impl Repository {
    /// Opens the repository that holds a folder.
    ///
    /// # Errors
    /// When there is none, it belongs to somebody else, or libgit2 cannot read its format.
    pub(super) fn open(folder: &Path) -> Result<Self, GitError> {
        let ceilings: [&Path; 0] = [];
        git2::Repository::open_ext(folder, RepositoryOpenFlags::empty(), ceilings)
            .map(|inner| Self { inner })
            .map_err(|source| GitError::on_opening(folder, source))
    }

    /// Whether the history is cut off, so that what is not there may still exist.
    pub(crate) fn is_shallow(&self) -> bool {
        self.inner.is_shallow()
    }

    /// Whether one commit comes before another. A shallow clone can say yes, and never no.
    ///
    /// # Errors
    /// When `descendant` is no commit of this repository.
    pub(crate) fn ancestry(&self, ancestor: &str, descendant: &str) -> Result<Ancestry, GitError> {
        let descendant = self.commit(descendant)?;
        let Ok(ancestor) = self.commit(ancestor) else { return Ok(Ancestry::Unknown) };
        if ancestor == descendant {
            return Ok(Ancestry::Ancestor);
        }
        match self.inner.graph_descendant_of(descendant, ancestor) {
            Ok(true) => Ok(Ancestry::Ancestor),
            Ok(false) | Err(_) if self.is_shallow() => Ok(Ancestry::Unknown),
            Ok(false) => Ok(Ancestry::NotAncestor),
            Err(source) => Err(GitError::Read(source)),
        }
    }

    /// How far two commits are apart, where the history that can tell is in this clone.
    pub(crate) fn distance(&self, commit: &str, other: &str) -> Option<Distance> {
        if self.is_shallow() {
            return None;
        }
        let (commit, other) = (self.commit(commit).ok()?, self.commit(other).ok()?);
        let (ahead, behind) = self.inner.graph_ahead_behind(commit, other).ok()?;
        Some(Distance { ahead, behind })
    }

    /// The bytes of a file as a commit holds it, or nothing where the commit has no such file. `path` is taken
    /// from `folder`, which must be inside the working tree.
    ///
    /// # Errors
    /// When `commit` is no commit of this repository, or its tree cannot be read.
    pub(crate) fn file_of(&self, commit: &str, folder: &Path, path: &str) -> Result<Option<Vec<u8>>, GitError> {
        let tree = self.inner.find_commit(self.commit(commit)?)?.tree()?;
        let entry = match tree.get_path(&self.below_top(folder).join(path)) {
            Ok(entry) => entry,
            Err(source) if source.code() == ErrorCode::NotFound => return Ok(None),
            Err(source) => return Err(GitError::Read(source)),
        };
        Ok(entry.to_object(&self.inner)?.as_blob().map(|blob| blob.content().to_vec()))
    }

    /// Where a folder stands below the top of the working tree.
    fn below_top(&self, folder: &Path) -> PathBuf {
        let folder = folder.canonicalize().unwrap_or(folder.to_owned());
        let top = self.inner.workdir().and_then(|top| top.canonicalize().ok()).unwrap_or_default();
        folder.strip_prefix(&top).map(Path::to_owned).unwrap_or_default()
    }

    /// The address of a configured remote, without user name and password.
    pub(crate) fn remote_url(&self, remote: &str) -> Option<String> {
        let remote = self.inner.find_remote(remote).ok()?;
        Some(super::remote::without_userinfo(&String::from_utf8_lossy(remote.url_bytes())))
    }

    /// A setting of git as text.
    pub(super) fn text_setting(&self, key: &str) -> Option<String> {
        self.inner.config().ok()?.get_string(key).ok()
    }

    /// The commit with a full id.
    pub(super) fn commit(&self, id: &str) -> Result<Oid, GitError> {
        let unknown = || GitError::UnknownCommit { commit: id.to_owned() };
        let oid = Oid::from_str(id).ok().filter(|oid| oid.to_string() == id).ok_or_else(unknown)?;
        self.inner.find_commit(oid).map(|commit| commit.id()).map_err(|_| unknown())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::git::sandbox::Sandbox;

    #[test]
    fn history_is_told_in_all_four_directions() {
        let sandbox = Sandbox::new();
        let root = sandbox.git(&["rev-parse", "HEAD"]);
        let left = sandbox.commit("left.py", "1\n");
        sandbox.git(&["checkout", "-q", "-b", "other", &root]);
        let right = sandbox.commit("right.py", "1\n");
        let git = sandbox.probe();
        let ancestry = |one: &str, other: &str| git.ask_now(|repository| repository.ancestry(one, other)).unwrap();
        assert_eq!(ancestry(&root, &left), Ancestry::Ancestor);
        assert_eq!(ancestry(&left, &left), Ancestry::Ancestor);
        assert_eq!(ancestry(&left, &root), Ancestry::NotAncestor);
        assert_eq!(ancestry(&left, &right), Ancestry::NotAncestor);
        assert_eq!(ancestry(&"0".repeat(40), &left), Ancestry::Unknown);
        let apart = |one: &str, other: &str| git.ask_now(|repository| Ok(repository.distance(one, other))).unwrap();
        assert_eq!(apart(&left, &root).unwrap().from("v1"), "1 commit past v1");
        assert_eq!(apart(&root, &left).unwrap().from("v1"), "1 commit behind v1");
        assert_eq!(apart(&left, &right).unwrap().from("v1"), "1 commit past and 1 commit behind v1");
    }

    #[test]
    fn a_shallow_clone_can_say_yes_and_never_no() {
        let sandbox = Sandbox::new();
        let root = sandbox.git(&["rev-parse", "HEAD"]);
        let middle = sandbox.commit("a.py", "1\n");
        let last = sandbox.commit("a.py", "2\n");
        sandbox.git(&["push", "-q"]);
        let url = format!("file://{}", sandbox.remote().display());
        sandbox.git_in(sandbox.outside(), &["clone", "-q", "--depth=2", &url, "shallow"]);
        let git = super::super::Git::new(sandbox.outside().join("shallow"));
        let ancestry = |one: &str| git.ask_now(|repository| repository.ancestry(one, &last)).unwrap();
        assert_eq!(ancestry(&middle), Ancestry::Ancestor);
        assert_eq!(ancestry(&root), Ancestry::Unknown);
        assert_eq!(git.ask_now(|repository| Ok(repository.distance(&last, &middle))).unwrap(), None);
    }

    #[test]
    fn only_a_full_id_of_a_commit_at_hand_is_a_commit() {
        let sandbox = Sandbox::new();
        let full = sandbox.git(&["rev-parse", "HEAD"]);
        let tree = sandbox.git(&["rev-parse", "HEAD^{tree}"]);
        let commit =
            |id: &str| sandbox.probe().ask_now(|repository| repository.commit(id).map(|oid| oid.to_string()));
        assert_eq!(commit(&full).unwrap(), full);
        for id in [&full[..10], "main", &tree, ""] {
            assert!(matches!(commit(id), Err(GitError::UnknownCommit { .. })), "{id}");
        }
    }

    #[test]
    fn a_file_is_read_as_the_commit_holds_it() {
        let sandbox = Sandbox::new();
        let commit = sandbox.commit("service/VERSION", "1.0.0\n");
        sandbox.write("service/VERSION", "9\n");
        let folder = sandbox.root().join("service");
        let read =
            |path: &str| sandbox.probe().ask_now(|repository| repository.file_of(&commit, &folder, path)).unwrap();
        assert_eq!(read("VERSION").as_deref(), Some(&b"1.0.0\n"[..]));
        assert_eq!(read("app.py"), None);
    }
}
