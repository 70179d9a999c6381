//! The release to go back to: known, another one than the present one, and really there.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kind::check::answers::{Answer, missing, not_met};
use crate::kind::check::{CommandLine, Context, placeholder};
use crate::model::{Outcome, Problem, Reason, Release, excerpt};
use crate::probe::git::{GitError, GitProgram, RemoteTag, Tag};
use crate::probe::limit::Stop;
use crate::probe::process::Exit;

/// How many characters of what a command printed are shown.
const SHOWN: usize = 120;

/// How a checklist says where the release before is to be found.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct WrittenArtifact {
    /// `true`: a tag of that name is in the repository and on the remote.
    #[serde(default)]
    git_tag: bool,
    /// The remote for `git-tag`, a configured name or an address. Default: `origin`.
    #[serde(default)]
    remote: Option<String>,
    /// A command that ends with status 0 and prints something, such as `docker manifest inspect orders:1.0.0`. The name
    /// of the release must stand in the command or in what it prints.
    #[serde(default)]
    command: Option<CommandLine>,
    /// A file, relative to the service, that is there and not empty, such as `releases/1.0.0/COMMIT`. The name of the
    /// release must stand in its path or in the file.
    #[serde(default)]
    file: Option<String>,
}

/// How the release before is shown to be really there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "WrittenArtifact")]
#[schemars(with = "WrittenArtifact")]
pub(super) enum Artifact {
    /// A tag in the repository and on a remote.
    GitTag { remote: String },
    /// What a command prints.
    Command(CommandLine),
    /// A file.
    File(String),
}

impl Default for Artifact {
    fn default() -> Self {
        Self::GitTag { remote: "origin".to_owned() }
    }
}

impl TryFrom<WrittenArtifact> for Artifact {
    type Error = String;

    fn try_from(written: WrittenArtifact) -> Result<Self, String> {
        match (written.git_tag, written.command, written.file, written.remote) {
            (true, None, None, remote) => Ok(Self::GitTag { remote: remote.unwrap_or_else(|| "origin".to_owned()) }),
            (false, Some(command), None, None) => Ok(Self::Command(command)),
            (false, None, Some(file), None) => Ok(Self::File(file)),
            _ => {
                Err("an artifact is one of { git-tag = true }, { command = [...] } and { file = \"...\" }; `remote` \
                      goes with git-tag"
                    .to_owned())
            }
        }
    }
}

/// The name of the release to go back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Previous(String);

impl Previous {
    /// The release that the step names, otherwise the one that the loader found before the present one.
    pub(super) fn of(named: Option<&str>, context: &Context) -> Result<Self, Outcome> {
        Self::named(named.or(context.names.get("previous-release").map(String::as_str)).unwrap_or(""))
    }

    /// A release by its name.
    pub(super) fn named(name: &str) -> Result<Self, Outcome> {
        let name = name.trim();
        if name.is_empty() || placeholder(name).is_some() {
            return Err(Outcome::Fail(unknown(name)));
        }
        Ok(Self(name.to_owned()))
    }

    /// The name as it was given.
    pub(super) fn name(&self) -> &str {
        &self.0
    }

    /// The name without the `v` that many tags have before the version.
    pub(super) fn bare(&self) -> &str {
        bare(&self.0)
    }

    /// Whether a text names this release.
    pub(super) fn is_named_in(&self, text: &str) -> bool {
        text.contains(self.bare())
    }

    /// Whether it is another release than the one under test.
    pub(super) fn is_another_than(&self, release: &Release) -> Answer {
        let known = [&release.tag, &release.version, &release.commit];
        let known: Vec<&str> = known.into_iter().flatten().map(String::as_str).collect();
        if known.is_empty() {
            return Err(Outcome::Error(self.nothing_to_differ_from()));
        }
        match known.iter().find(|present| bare(present) == self.bare()) {
            Some(present) => Err(Outcome::Fail(self.same_as(present))),
            None => Ok(format!("goes back to {}, the present one is {}", self.0, known[0])),
        }
    }

    /// Whether it can really be had.
    pub(super) async fn is_there(&self, artifact: &Artifact, context: &Context) -> Answer {
        match artifact {
            Artifact::GitTag { remote } => self.is_tagged(remote, context).await,
            Artifact::Command(command) => self.is_shown_by(command, context).await,
            Artifact::File(file) => self.is_in(file, context),
        }
    }

    async fn is_tagged(&self, remote: &str, context: &Context) -> Answer {
        let local = self.local_tag(context).await.map_err(|error| Outcome::Error(unasked(&error)))?;
        let Some(tag) = local else { return Err(Outcome::Fail(self.no_tag("the repository"))) };
        let there = self.remote_tag(&tag, remote, context).await.map_err(|error| Outcome::Error(unasked(&error)))?;
        let Some(there) = there else { return Err(Outcome::Fail(self.no_tag(&format!("the remote `{remote}`")))) };
        self.leads_back(&tag, &there, context.release.commit.as_deref())
    }

    /// The tag of the name; where there is none, the tag with a `v` before the name.
    async fn local_tag(&self, context: &Context) -> Result<Option<Tag>, GitError> {
        let names = [self.0.clone(), format!("v{}", self.bare())];
        let question = move |repository: &crate::probe::git::Repository| {
            repository.tag(&names[0])?.map_or_else(|| repository.tag(&names[1]), |tag| Ok(Some(tag)))
        };
        context.probes.git.ask(&context.limit, question).await
    }

    async fn remote_tag(&self, tag: &Tag, remote: &str, context: &Context) -> Result<Option<RemoteTag>, GitError> {
        let program = GitProgram {
            process: &context.probes.process,
            limit: &context.limit,
            environment: &context.probes.environment,
        };
        let pattern = format!("refs/tags/{}*", tag.name);
        let refs = context.probes.git.remote_refs(program, remote, &[pattern]).await?;
        Ok(refs.tag(&tag.name))
    }

    /// Whether both tags lead to one commit, and to another one than the present.
    fn leads_back(&self, tag: &Tag, there: &RemoteTag, present: Option<&str>) -> Answer {
        if tag.commit.as_deref() != Some(there.commit.as_str()) {
            let here = tag.commit.as_deref().unwrap_or("no commit");
            return Err(Outcome::Fail(self.moved(&format!("{here} here, {} on the remote", there.commit))));
        }
        if present == Some(there.commit.as_str()) {
            return Err(Outcome::Fail(self.same_as(&there.commit)));
        }
        Ok(format!("tag {} leads to {} here and on the remote", tag.name, there.commit))
    }

    async fn is_shown_by(&self, command: &CommandLine, context: &Context) -> Answer {
        let finished = context.run(&context.command(command)).await.map_err(|judgement| judgement.outcome)?;
        let printed = finished.stdout.text();
        let seen = finished.ending();
        if finished.exit != Exit::Status(0) || printed.trim().is_empty() {
            return Err(Outcome::Fail(self.not_there(&format!("the output of `{command}`"), &seen)));
        }
        if !self.is_named_in(&command.to_string()) && !self.is_named_in(&printed) {
            return Err(Outcome::Fail(self.unnamed(&format!("`{command}`"), &excerpt(&printed, SHOWN))));
        }
        Ok(format!("`{command}` shows it"))
    }

    fn is_in(&self, file: &str, context: &Context) -> Answer {
        let text = match context.probes.files.read(file) {
            Ok(text) => text,
            Err(error) => return Err(Outcome::Fail(self.not_there(file, &error.to_string()))),
        };
        if text.trim().is_empty() {
            return Err(Outcome::Fail(self.not_there(file, "the file is empty")));
        }
        if !self.is_named_in(file) && !self.is_named_in(&text) {
            return Err(Outcome::Fail(self.unnamed(file, &excerpt(&text, SHOWN))));
        }
        Ok(format!("{file} is there"))
    }

    fn nothing_to_differ_from(&self) -> Problem {
        Problem::new(Reason::Precondition, "it is not known which release is under test")
            .expected("a commit, a tag or a version of the release under test")
            .observed(format!("none of the three; so nobody can tell whether {} is another one", self.0))
            .next("run the gate inside the repository of the service")
    }

    fn same_as(&self, present: &str) -> Problem {
        Problem::new(Reason::Mismatch, "the release to go back to is the one under test")
            .expected("two different releases")
            .observed(format!("{} to go back to, {present} under test", self.0))
            .next("set `previous-release` of the step to the release that runs in production now")
    }

    fn no_tag(&self, place: &str) -> Problem {
        missing(format!("{place} has no tag for the release before"))
            .expected(format!("a tag {} in the repository and on the remote", self.0))
            .observed(format!("no such tag in {place}"))
            .next(format!("git fetch --tags && git push origin {}", self.0))
    }

    fn moved(&self, observed: &str) -> Problem {
        Problem::new(Reason::Mismatch, format!("the tag {} is not the same here and on the remote", self.0))
            .expected("one commit behind one name")
            .observed(observed)
            .next(format!("git ls-remote --tags origin {}", self.0))
    }

    fn not_there(&self, place: &str, observed: &str) -> Problem {
        missing("nothing shows that the release before is still there")
            .expected(format!("{} in {place}", self.0))
            .observed(observed)
            .next("build or fetch the release before, so that a rollback has something to go back to")
    }

    fn unnamed(&self, place: &str, observed: &str) -> Problem {
        not_met("what is shown is not the release before")
            .expected(format!("{} in {place}, or in its name", self.0))
            .observed(observed)
            .next("name the release in the artifact, such as \"releases/{{ previous-release }}/COMMIT\"")
    }
}

fn bare(name: &str) -> &str {
    name.strip_prefix('v').filter(|rest| rest.starts_with(|next: char| next.is_ascii_digit())).unwrap_or(name)
}

fn unknown(name: &str) -> Problem {
    missing("no release to go back to is known")
        .expected("the name of the release before, such as v1.0.0")
        .observed(if name.is_empty() { "no tag before this release, and no `previous-release`" } else { name })
        .next(
            "fetch all tags, or tag the release that runs in production now, or set `previous-release`; if this is the first release of \
             all, say so under [not-applicable] in rollsafe.toml",
        )
}

/// Why git gave no answer. None of these says that the release is not there.
fn unasked(error: &GitError) -> Problem {
    let reason = match error {
        GitError::ProgramMissing => Reason::ToolMissing,
        GitError::Unreachable { .. } => Reason::Unreachable,
        GitError::Stopped(Stop::TimedOut) => Reason::Timeout,
        GitError::Stopped(Stop::Cancelled) => Reason::Interrupted,
        GitError::Program { .. } | GitError::Read(_) => Reason::ToolFailed,
        GitError::Unreadable { .. } => Reason::Unparsable,
        GitError::NoRepository { .. }
        | GitError::DubiousOwnership { .. }
        | GitError::Unsupported { .. }
        | GitError::Bare { .. }
        | GitError::Unborn
        | GitError::UnknownCommit { .. }
        | GitError::InvalidName { .. }
        | GitError::NoRemote { .. } => Reason::Precondition,
    };
    Problem::new(reason, "git could not tell whether the release before is tagged")
        .expected("a repository and a remote that answer")
        .observed(error.to_string())
        .next("git ls-remote --tags origin")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn previous(name: &str) -> Previous {
        Previous(name.to_owned())
    }

    fn release(tag: Option<&str>, commit: Option<&str>) -> Release {
        Release { commit: commit.map(str::to_owned), tag: tag.map(str::to_owned), version: None }
    }

    fn reason(answer: Answer) -> &'static str {
        answer.err().map_or("met", |outcome| outcome.reason().as_str())
    }

    #[test]
    fn the_release_before_must_be_another_one() {
        assert_eq!(reason(previous("1.1.0").is_another_than(&release(Some("v1.1.0"), None))), "mismatch");
        assert_eq!(reason(previous("v1.0.0").is_another_than(&release(Some("v1.1.0"), None))), "met");
        assert_eq!(reason(previous("v1.0.0").is_another_than(&release(None, None))), "precondition");
        assert_eq!(reason(previous("abc").is_another_than(&release(None, Some("abc")))), "mismatch");
    }

    #[test]
    fn a_release_that_nobody_knows_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        let mut context = Context::for_test(folder.path(), "2026-11-21T12:00:00Z");
        for name in [None, Some(" "), Some("{{ previous-release }}"), Some("TODO")] {
            assert_eq!(Previous::of(name, &context).unwrap_err().reason(), Reason::Missing, "{name:?}");
        }
        let names = [("previous-release".to_owned(), "v1.0.0".to_owned())];
        context.names = std::sync::Arc::new(names.into_iter().collect());
        assert_eq!(Previous::of(None, &context), Ok(previous("v1.0.0")));
        assert_eq!(Previous::of(Some("v0.9.0"), &context), Ok(previous("v0.9.0")));
    }

    #[test]
    fn a_file_shows_the_release_only_if_one_of_them_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let context = Context::for_test(folder.path(), "2026-11-21T12:00:00Z");
        std::fs::write(folder.path().join("old"), "1.0.0").unwrap();
        std::fs::write(folder.path().join("other"), "0.9.0").unwrap();
        std::fs::write(folder.path().join("release-1.0.0"), "\n").unwrap();
        let of = |file| reason(previous("v1.0.0").is_in(file, &context));
        assert_eq!(
            [of("old"), of("other"), of("release-1.0.0"), of("nowhere")],
            ["met", "not-met", "missing", "missing"]
        );
    }

    #[test]
    fn an_artifact_is_exactly_one_thing() {
        let of = |text: &str| toml::from_str::<Artifact>(text).map_err(|error| error.message().to_owned());
        assert_eq!(of("git-tag = true"), Ok(Artifact::default()));
        assert_eq!(of("git-tag = true\nremote = \"up\""), Ok(Artifact::GitTag { remote: "up".to_owned() }));
        assert_eq!(of("file = \"x\""), Ok(Artifact::File("x".to_owned())));
        for text in ["", "git-tag = false", "git-tag = true\nfile = \"x\"", "file = \"x\"\nremote = \"up\""] {
            assert!(of(text).is_err(), "{text}");
        }
    }
}
