//! `git-clean`: what is tested is what the commit holds.
//!
//! A gate that runs on a changed tree says something about a state that nobody can deploy again.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::kind::check::{Check, Context, Judging, SettingProblem};
use crate::kind::{self, Kind};

mod branch;
mod judge;
mod seen;
#[cfg(test)]
mod tests;

/// The descriptor.
pub(crate) const KIND: Kind = Kind {
    name: "git-clean",
    summary: "The working tree is what the commit holds, on an allowed branch, and pushed where that is asked for.",
    details: include_str!("details.md"),
    example: r#"[[step]]
id = "clean-tree"
kind = "git-clean"
expected = "nothing is changed or untracked, and main is pushed"
ignore = ["coverage/**"]
branch = ["main", "release/*"]
pushed = true
"#,
    parse: kind::parse::<GitClean>,
    schema: kind::schema::<GitClean>,
};

/// The settings of `git-clean`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct GitClean {
    /// What files mean that git does not know and that no `.gitignore` names: `forbidden` fails the step, `allowed`
    /// lets them pass. Default: `forbidden`.
    untracked: UntrackedFiles,
    /// Patterns of paths, from the top of the repository, whose changes do not count. `*` stays within a folder,
    /// `**` crosses folders. How many were ignored is told. Flagged index entries count in any case. Default: none.
    ignore: Vec<String>,
    /// Patterns of the branches that a release may be made from; `*` stays between two slashes. In a detached
    /// checkout of a CI server the branch is the one that the server names in its variables. Default: any branch.
    branch: Vec<String>,
    /// Whether the commit must be the one that the branch has on the remote. The remote itself is asked.
    /// Default: false.
    pushed: bool,
    /// The remote that `pushed` asks: a configured name, or an address. Default: `origin`.
    remote: String,
}

/// What untracked files mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum UntrackedFiles {
    /// They fail the step.
    #[default]
    Forbidden,
    /// They do not count.
    Allowed,
}

impl Default for GitClean {
    fn default() -> Self {
        Self {
            untracked: UntrackedFiles::default(),
            ignore: Vec::new(),
            branch: Vec::new(),
            pushed: false,
            remote: "origin".to_owned(),
        }
    }
}

impl Check for GitClean {
    fn expectation(&self) -> String {
        let tree = match self.untracked {
            UntrackedFiles::Forbidden => "no file is changed or untracked".to_owned(),
            UntrackedFiles::Allowed => "no tracked file is changed".to_owned(),
        };
        let branch = (!self.branch.is_empty()).then(|| format!("the branch is {}", self.branch.join(" or ")));
        let pushed = self.pushed.then(|| format!("the commit is what {} has", self.remote));
        [Some(tree), branch, pushed].into_iter().flatten().collect::<Vec<_>>().join(", and ")
    }

    fn actions(&self) -> Vec<String> {
        let mut actions = vec!["git status --porcelain=v2".to_owned(), "git ls-files -v".to_owned()];
        if self.pushed {
            actions.push(format!("git ls-remote -- {} refs/heads/<branch>", self.remote));
        }
        actions
    }

    fn problems(&self) -> Vec<SettingProblem> {
        let wrong = |key, patterns: &[String]| {
            let error = pattern_set(patterns).err()?;
            let help = "patterns look like `build/**`, `*.log` or `release/*`".to_owned();
            Some(SettingProblem { key, message: error.to_string(), help })
        };
        let remote = (self.pushed && self.remote.trim().is_empty()).then(|| SettingProblem {
            key: "remote",
            message: "the remote has no name".to_owned(),
            help: "name a remote such as \"origin\", or leave `pushed` out".to_owned(),
        });
        [wrong("ignore", &self.ignore), wrong("branch", &self.branch), remote].into_iter().flatten().collect()
    }

    fn judge<'a>(&'a self, context: &'a Context) -> Judging<'a> {
        Box::pin(async move {
            judge::judge(self, context).await.unwrap_or_else(|error| context.git_gave_no_answer(&error))
        })
    }
}

/// Patterns as a set. `*` stays within a folder.
fn pattern_set(patterns: &[String]) -> Result<GlobSet, globset::Error> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        set.add(GlobBuilder::new(pattern).literal_separator(true).build()?);
    }
    set.build()
}
