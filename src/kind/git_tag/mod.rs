//! `git-tag`: the release has a name that everybody reads the same way.
//!
//! A tag can be on this machine alone, on another commit than the one that was tested, or moved after it was
//! published. Only both sides together, each followed to the commit, say what was released.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::kind::check::{Check, Context, Judging, SettingProblem};
use crate::kind::{self, Kind};

use version_file::VersionFile;

mod judge;
mod place;
mod series;
mod signed;
mod survey;
#[cfg(test)]
mod tests;
mod version_file;

/// The descriptor.
pub(crate) const KIND: Kind = Kind {
    name: "git-tag",
    summary: "The tag of the release is on the commit under test, here and on the remote.",
    details: include_str!("details.md"),
    example: r#"[[step]]
id = "tag-the-release"
kind = "git-tag"
expected = "an annotated tag on the tested commit, pushed, greater than all before it"
tag = "v{{ version }}"
version-file = { file = "pyproject.toml", key = "project.version" }
"#,
    parse: kind::parse::<GitTag>,
    schema: kind::schema::<GitTag>,
};

/// The name that stands for no remote.
const NO_REMOTE: &str = "none";

/// Settings of a `git-tag` step.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct GitTag {
    /// The name of the tag, such as `v{{ version }}`. Default: the tag of the release, `{{ tag }}`.
    tag: Option<String>,
    /// `present`: the tag is on the commit under test, here and on the remote. `absent`, for the step before tagging: the
    /// name is still free in both places. Default: `present`.
    must_be: MustBe,
    /// Whether the tag must be annotated, so that it says who made it and when. A lightweight tag then fails the step.
    /// Default: true.
    annotated: bool,
    /// Whether the tag carries a signature: `no` does not look, `optional` verifies one that is there, `required` fails
    /// without a good one. Keys and trust are those of `git verify-tag` here. Default: `no`.
    signed: Signed,
    /// The remote that must have the same tag: a configured name, or an address. `none` says that there is no remote,
    /// and nothing then shows what others will get. Default: `origin`.
    remote: String,
    /// The file of the service whose version must be the one in the name of the tag. It is read as the commit under
    /// test holds it. Default: no file is compared.
    version_file: Option<VersionFile>,
    /// What the names of the series begin with, for `greatest` and `previous-is-ancestor`; `v1.` keeps to one major
    /// version. Default: what stands before the version in the tag.
    series: Option<String>,
    /// Whether no release of the series may be greater. For a release, pre-releases do not count. Default: true.
    greatest: bool,
    /// Whether the release before this one must be part of its history. Default: true.
    previous_is_ancestor: bool,
}

/// Whether the tag is there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum MustBe {
    /// It is there.
    #[default]
    Present,
    /// Its name is free.
    Absent,
}

/// What is asked of the signature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Signed {
    /// Nothing.
    #[default]
    No,
    /// One that is there is good.
    Optional,
    /// There is one, and it is good.
    Required,
}

impl Default for GitTag {
    fn default() -> Self {
        Self {
            tag: None,
            must_be: MustBe::default(),
            annotated: true,
            signed: Signed::default(),
            remote: "origin".to_owned(),
            version_file: None,
            series: None,
            greatest: true,
            previous_is_ancestor: true,
        }
    }
}

impl GitTag {
    /// The remote to ask, if there is one.
    fn remote(&self) -> Option<&str> {
        (self.remote != NO_REMOTE).then_some(self.remote.as_str())
    }

    /// The tag in words, where its name may not be known yet.
    fn tag_in_words(&self) -> &str {
        self.tag.as_deref().unwrap_or("the tag of the release")
    }
}

impl Check for GitTag {
    fn expectation(&self) -> String {
        let tag = self.tag_in_words();
        let and_remote = self.remote().map(|remote| format!(" and on {remote}")).unwrap_or_default();
        match self.must_be {
            MustBe::Present => format!("{tag} is on the commit under test, here{and_remote}"),
            MustBe::Absent => format!("{tag} is still free, here{and_remote}"),
        }
    }

    fn reads_release(&self) -> bool {
        true
    }

    fn actions(&self) -> Vec<String> {
        let tag = self.tag.as_deref().unwrap_or("<tag>");
        let mut actions = vec![format!("git rev-parse refs/tags/{tag}^{{commit}}")];
        if let Some(remote) = self.remote() {
            let prefix = self.series.as_deref().unwrap_or("");
            let patterns = self.patterns(tag, prefix);
            actions.push(format!("git ls-remote -- {remote} {}", patterns.join(" ")));
        }
        match self.signed {
            Signed::No => {}
            Signed::Optional | Signed::Required => actions.push(format!("git verify-tag {tag}")),
        }
        actions
    }

    fn problems(&self) -> Vec<SettingProblem> {
        let problem = |is_wrong: bool, key, message: &str, help: &str| {
            is_wrong.then(|| SettingProblem { key, message: message.to_owned(), help: help.to_owned() })
        };
        let is_empty = |text: Option<&str>| text.is_some_and(|text| text.trim().is_empty());
        [
            problem(is_empty(self.tag.as_deref()), "tag", "the tag has no name", "write \"v{{ version }}\""),
            problem(
                self.must_be == MustBe::Absent && self.tag.is_none(),
                "tag",
                "a tag that is not there yet needs a name",
                "write tag = \"v{{ version }}\"",
            ),
            problem(
                is_empty(Some(&self.remote)),
                "remote",
                "the remote has no name",
                "write \"origin\", or \"none\" where there is no remote",
            ),
            problem(
                self.version_file.as_ref().is_some_and(VersionFile::lacks_key),
                "version-file",
                "nothing says where in the file the version stands",
                "write { file = \"pyproject.toml\", key = \"project.version\" }",
            ),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn judge<'a>(&'a self, context: &'a Context) -> Judging<'a> {
        Box::pin(async move {
            judge::judge(self, context).await.unwrap_or_else(|error| context.git_gave_no_answer(&error))
        })
    }
}
