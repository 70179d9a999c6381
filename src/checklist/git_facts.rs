//! The names whose values come from the repository, looked up when they are first used.

use std::cell::OnceCell;

use crate::model::{Release, Template};
use crate::probe::git::{Git, GitError};

use super::names::{Missing, Value};

/// The form of release tags where the service file names none.
pub(super) const TAG_PATTERN: &str = "v{{ version }}";

/// The facts of the release under test.
#[derive(Debug)]
pub(super) struct GitFacts<'g> {
    git: &'g Git,
    pattern: String,
    declared: Option<String>,
    are_looked_up: bool,
    commit: OnceCell<Result<String, Missing>>,
    tags: OnceCell<Result<Tags, Missing>>,
}

/// What the branches and tags of the repository say.
#[derive(Clone, Debug)]
struct Tags {
    branch: Option<String>,
    exact: Option<String>,
    previous: Option<String>,
}

impl<'g> GitFacts<'g> {
    /// The names, in alphabetical order.
    pub(super) const NAMES: [&'static str; 6] =
        ["branch", "commit", "previous-release", "short-commit", "tag", "version"];

    /// The facts of a repository. `pattern` is the form of release tags, `declared` the version that a file of the
    /// service names, and `are_looked_up` says whether anything is looked up at all.
    pub(super) fn new(git: &'g Git, pattern: Option<String>, declared: Option<String>, are_looked_up: bool) -> Self {
        let pattern = pattern.unwrap_or_else(|| TAG_PATTERN.to_owned());
        Self { git, pattern, declared, are_looked_up, commit: OnceCell::new(), tags: OnceCell::new() }
    }

    /// Whether a name is one of these.
    pub(super) fn has(name: &str) -> bool {
        Self::NAMES.contains(&name)
    }

    /// The value of a name; nothing for other names.
    pub(super) fn value(&self, name: &str) -> Option<Value> {
        if !Self::has(name) {
            return None;
        }
        if !self.are_looked_up {
            return Some(Value::Late(format!("{{{{ {name} }}}}")));
        }
        Some(self.look_up(name).map_or_else(Value::Missing, Value::Known))
    }

    /// Whether the value of a name was looked up already, or costs nothing.
    pub(super) fn is_known(&self, name: &str) -> bool {
        match name {
            "commit" | "short-commit" => self.commit.get().is_some(),
            "version" | "tag" if self.declared.is_some() => true,
            _ => self.tags.get().is_some(),
        }
    }

    /// The release under test. Tags are asked for only if something else did, or `everything` is asked for.
    pub(super) fn release(&self, everything: bool) -> Release {
        if !self.are_looked_up {
            return Release::default();
        }
        let known = |name: &str| if everything || self.is_known(name) { self.look_up(name).ok() } else { None };
        Release { commit: self.look_up("commit").ok(), tag: known("tag"), version: known("version") }
    }

    fn look_up(&self, name: &str) -> Result<String, Missing> {
        match name {
            "commit" => self.commit(),
            "short-commit" => self.commit().map(|commit| commit.chars().take(SHORT).collect()),
            "branch" => self.tags()?.branch.ok_or_else(no_branch),
            "tag" => self.tag(),
            "version" => self.version(),
            _ => self.tags()?.previous.ok_or_else(|| self.no_previous()),
        }
    }

    fn commit(&self) -> Result<String, Missing> {
        self.commit.get_or_init(|| commit_of(self.git)).clone()
    }

    fn tags(&self) -> Result<Tags, Missing> {
        self.tags.get_or_init(|| tags_of(self.git, &self.pattern, self.declared_tag().as_deref())).clone()
    }

    fn tag(&self) -> Result<String, Missing> {
        match self.declared_tag() {
            Some(tag) => Ok(tag),
            None => self.tags()?.exact.ok_or_else(|| self.no_tag()),
        }
    }

    /// The tag that the release is to have, where a file of the service declares its version.
    fn declared_tag(&self) -> Option<String> {
        let version = self.declared.as_ref()?;
        Some(Template(&self.pattern).fill(|_| Some(version.clone())))
    }

    fn version(&self) -> Result<String, Missing> {
        match &self.declared {
            Some(version) => Ok(version.clone()),
            None => Ok(version_in(&self.pattern, &self.tag()?).to_owned()),
        }
    }

    fn no_tag(&self) -> Missing {
        let help = format!(
            "tag the commit, such as `git tag -a {}`, or name the file that holds the version: \
             `version-file = \"pyproject.toml:project.version\"` under [service]",
            Template(&self.pattern).fill(|_| Some("1.2.3".to_owned()))
        );
        Missing::new(format!("no tag of the form `{}` is on the commit under test", self.pattern), help)
    }

    fn no_previous(&self) -> Missing {
        let why = format!("no earlier tag of the form `{}` is in the repository", self.pattern);
        Missing::new(why, "fetch all tags (`git fetch --tags`), or correct `tag` under [service]")
    }
}

/// Signs of a commit id in its short form.
const SHORT: usize = 12;

fn no_branch() -> Missing {
    Missing::new("no branch is checked out", "check out a branch, or use `{{ commit }}`")
}

/// What stands in a tag where its form has the version.
fn version_in<'t>(pattern: &str, tag: &'t str) -> &'t str {
    let Some(placeholder) = Template(pattern).placeholders().into_iter().next() else { return tag };
    let (before, after) = (&pattern[..placeholder.range.start], &pattern[placeholder.range.end..]);
    let tag = tag.strip_prefix(before).unwrap_or(tag);
    tag.strip_suffix(after).unwrap_or(tag)
}

fn commit_of(git: &Git) -> Result<String, Missing> {
    git.commit_now().map_err(|error| unanswered(&error))
}

fn tags_of(git: &Git, pattern: &str, declared: Option<&str>) -> Result<Tags, Missing> {
    let facts = git.release_facts(pattern, declared).map_err(|error| unanswered(&error))?;
    Ok(Tags { branch: facts.branch, exact: facts.exact_tag, previous: facts.previous_tag })
}

fn unanswered(error: &GitError) -> Missing {
    let help = match error {
        GitError::NoRepository { .. } => "run inside the repository of the service, or `git init` one and commit",
        GitError::Unborn => "commit first",
        GitError::DubiousOwnership { .. } => "tell git to trust it: `git config --global --add safe.directory PATH`",
        GitError::Unsupported { .. } | GitError::Bare { .. } => "check the service out with its working tree",
        GitError::UnknownCommit { .. }
        | GitError::InvalidName { .. }
        | GitError::NoRemote { .. }
        | GitError::Unreachable { .. }
        | GitError::ProgramMissing
        | GitError::Program { .. }
        | GitError::Unreadable { .. }
        | GitError::Stopped(_)
        | GitError::Read(_) => "look at what `git status` says",
    };
    Missing::new(error.to_string(), help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_what_the_form_of_the_tag_leaves() {
        assert_eq!(version_in("v{{ version }}", "v1.2.3"), "1.2.3");
        assert_eq!(version_in("orders-{{ version }}-final", "orders-1.2.3-final"), "1.2.3");
    }

    #[test]
    fn a_declared_version_needs_no_tag_on_the_commit() {
        let git = Git::new("/nowhere");
        let facts = GitFacts::new(&git, Some("orders-v{{ version }}".to_owned()), Some("2.0.0".to_owned()), true);
        assert_eq!(facts.value("version"), Some(Value::Known("2.0.0".to_owned())));
        assert_eq!(facts.value("tag"), Some(Value::Known("orders-v2.0.0".to_owned())));
    }

    #[test]
    fn nothing_is_looked_up_where_only_names_are_checked() {
        let git = Git::new("/nowhere");
        let facts = GitFacts::new(&git, None, None, false);
        assert_eq!(facts.value("commit"), Some(Value::Late("{{ commit }}".to_owned())));
        assert_eq!(facts.value("comit"), None);
    }
}
