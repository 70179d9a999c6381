//! What the loader fills in for `{{ commit }}`, `{{ tag }}` and `{{ previous-release }}`. It is asked on every
//! start, so it opens no object but HEAD's and those of tags that are not packed.

use super::tag_names::{TagFiles, WrittenTag};
use super::{Git, GitError, Repository, Series};

/// What the repository says about the release under test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReleaseFacts {
    /// The full id of the commit that is checked out.
    pub(crate) commit: String,
    /// The branch; nothing where HEAD is detached.
    pub(crate) branch: Option<String>,
    /// The greatest tag of the series on this commit, an annotated one before a lightweight one.
    pub(crate) exact_tag: Option<String>,
    /// The release before the declared one, else before the one on this commit. Where there is neither: the greatest
    /// tag of the series.
    pub(crate) previous_tag: Option<String>,
}

impl Git {
    /// The full id of the commit that is checked out. Blocks.
    ///
    /// # Errors
    /// When there is no repository, or no commit yet.
    pub(crate) fn commit_now(&self) -> Result<String, GitError> {
        self.ask_now(|repository| Ok(repository.head()?.commit))
    }

    /// The facts of the release, with the tags that follow a pattern such as `v{{ version }}`. `declared` is the tag
    /// that the release under test is to have, where a file of the service says so. Blocks for a few milliseconds at
    /// 10,000 tags.
    ///
    /// # Errors
    /// When there is no repository, or no commit yet.
    pub(crate) fn release_facts(&self, tag_pattern: &str, declared: Option<&str>) -> Result<ReleaseFacts, GitError> {
        let series = Series::of_pattern(tag_pattern);
        self.ask_now(|repository| repository.release_facts(&series, declared))
    }
}

impl Repository {
    fn release_facts(&self, series: &Series, declared: Option<&str>) -> Result<ReleaseFacts, GitError> {
        let head = self.head()?;
        let files = TagFiles::read(self.inner.commondir())?;
        let written = files.tags(series.prefix())?;
        let exact_tag = self.exact_tag(&head.commit, series, &written);
        let tags = written.iter().map(|tag| tag.name);
        let previous_tag = match declared.or(exact_tag.as_deref()).and_then(|tag| series.version(tag)) {
            Some(version) => series.previous(&version, tags),
            None => series.greatest(tags),
        };
        let previous_tag = previous_tag.map(str::to_owned);
        Ok(ReleaseFacts { commit: head.commit, branch: head.branch, exact_tag, previous_tag })
    }

    fn exact_tag(&self, commit: &str, series: &Series, written: &[WrittenTag<'_>]) -> Option<String> {
        let on_commit = self.tags_on(commit, written);
        let greatest = |annotated: bool| {
            let tags = on_commit.iter().filter(|tag| tag.is_annotated == annotated);
            series.greatest(tags.map(|tag| tag.name.as_str()))
        };
        greatest(true).or_else(|| greatest(false)).map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::git::sandbox::Sandbox;

    fn facts(sandbox: &Sandbox) -> (Option<String>, Option<String>) {
        let facts = sandbox.probe().release_facts("v{{ version }}", None).unwrap();
        assert_eq!(facts.commit, sandbox.git(&["rev-parse", "HEAD"]));
        (facts.exact_tag, facts.previous_tag)
    }

    fn named(tags: [&str; 2]) -> (Option<String>, Option<String>) {
        let [exact, previous] = tags.map(|tag| (!tag.is_empty()).then(|| tag.to_owned()));
        (exact, previous)
    }

    #[test]
    fn the_greatest_annotated_tag_of_the_series_on_head_is_the_release() {
        let sandbox = Sandbox::new();
        assert_eq!(facts(&sandbox), (None, None));
        sandbox.git(&["tag", "-a", "-m", "one", "v1.0.0"]);
        sandbox.commit("app.py", "2\n");
        assert_eq!(facts(&sandbox), named(["", "v1.0.0"]));
        for tag in ["v1.1.0", "v1.2.0", "orders-v9.0.0"] {
            sandbox.git(&["tag", "-a", "-m", tag, tag]);
        }
        for tag in ["latest", "v1", "v1.10.0"] {
            sandbox.git(&["tag", tag]);
        }
        assert_eq!(facts(&sandbox), named(["v1.2.0", "v1.1.0"]));
    }

    #[test]
    fn the_release_before_a_declared_one_is_not_the_declared_one() {
        let sandbox = Sandbox::new();
        for tag in ["v1.0.0", "v1.1.0"] {
            sandbox.git(&["tag", "-a", "-m", tag, tag]);
        }
        sandbox.commit("runbook.md", "corrected\n");
        let previous = |declared| sandbox.probe().release_facts("v{{ version }}", declared).unwrap().previous_tag;
        assert_eq!(previous(Some("v1.1.0")).as_deref(), Some("v1.0.0"));
        assert_eq!(previous(Some("v1.2.0")).as_deref(), Some("v1.1.0"));
        assert_eq!(previous(None).as_deref(), Some("v1.1.0"));
    }

    #[test]
    fn packed_tags_give_the_same_facts() {
        let sandbox = Sandbox::new();
        sandbox.git(&["tag", "-a", "-m", "one", "v1.0.0"]);
        sandbox.commit("app.py", "2\n");
        sandbox.git(&["tag", "v1.1.0"]);
        sandbox.git(&["tag", "-a", "-m", "two", "v1.1.0-rc.1"]);
        let loose = facts(&sandbox);
        assert_eq!(loose, named(["v1.1.0-rc.1", "v1.0.0"]));
        sandbox.git(&["pack-refs", "--all"]);
        assert_eq!(facts(&sandbox), loose);
    }

    #[test]
    fn a_folder_without_a_commit_has_no_facts() {
        let folder = tempfile::tempdir().unwrap();
        let git = Git::new(folder.path());
        assert!(matches!(git.release_facts("v", None), Err(GitError::NoRepository { .. })));
        git2::Repository::init(folder.path()).unwrap();
        assert!(matches!(git.commit_now(), Err(GitError::Unborn)));
    }

    #[test]
    fn a_detached_head_has_no_branch() {
        let sandbox = Sandbox::new();
        assert_eq!(sandbox.probe().release_facts("v", None).unwrap().branch.as_deref(), Some("main"));
        sandbox.git(&["checkout", "-q", "--detach"]);
        assert_eq!(sandbox.probe().release_facts("v", None).unwrap().branch, None);
    }
}
