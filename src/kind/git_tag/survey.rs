//! Everything that `git-tag` looks at, gathered before anything is judged: the repository at hand, and at the
//! same time the remote.

use crate::kind::check::Context;
use crate::probe::git::{Ancestry, Distance, GitError, RemoteRefs, RemoteTag, Repository, Series, Tag, TagVersion};

use super::{GitTag, MustBe};

/// What was seen.
#[derive(Debug)]
pub(super) struct Survey {
    /// The name of the tag.
    pub(super) name: String,
    /// Its version and the series that it belongs to; nothing where its name holds no version.
    pub(super) version: Option<(Series, TagVersion)>,
    /// The names of the series here and on the remote, in order.
    pub(super) names: Vec<String>,
    /// What the clone has.
    pub(super) local: Local,
    /// What the remote has.
    pub(super) remote: Remote,
    /// The release before this one.
    pub(super) previous: Option<Previous>,
}

/// What the clone has.
#[derive(Debug)]
pub(super) struct Local {
    /// The commit under test.
    pub(super) commit: String,
    /// `HEAD`, or `the commit under test` where that is another one.
    pub(super) commit_name: &'static str,
    /// Whether history and tags may be missing here that exist elsewhere.
    pub(super) is_shallow: bool,
    /// The tag.
    pub(super) tag: Option<Tag>,
    /// How many tags of the series are here.
    pub(super) tags: usize,
    /// How far the commit under test is from the tag.
    pub(super) distance: Option<Distance>,
    /// The file with the version, as the commit under test holds it.
    pub(super) version_file: Option<Vec<u8>>,
    /// The address of the remote.
    pub(super) remote_url: Option<String>,
}

/// What the remote has.
#[derive(Debug)]
pub(super) enum Remote {
    /// The step says that there is none.
    None,
    /// It answered.
    Answered(RemoteRefs),
    /// It did not.
    Silent(GitError),
}

/// The release before this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Previous {
    /// The name of its tag.
    pub(super) tag: String,
    /// Whether the commit under test stands on it.
    pub(super) ancestry: Ancestry,
}

impl Remote {
    /// One tag, if the remote showed it.
    pub(super) fn tag(&self, name: &str) -> Option<RemoteTag> {
        match self {
            Self::Answered(refs) => refs.tag(name),
            Self::None | Self::Silent(_) => None,
        }
    }

    /// How many references it showed.
    pub(super) fn refs(&self) -> usize {
        match self {
            Self::Answered(refs) => refs.len(),
            Self::None | Self::Silent(_) => 0,
        }
    }
}

impl Survey {
    /// The version in the name of the tag, as it is written there.
    pub(super) fn version_text(&self) -> Option<&str> {
        self.version.as_ref().and_then(|(series, _)| self.name.strip_prefix(series.prefix()))
    }
}

/// The names of the series here and on the remote, in order. A clone can lack tags, and a remote can lack those that
/// were never pushed.
fn united(mut names: Vec<String>, remote: &Remote) -> Vec<String> {
    if let Remote::Answered(refs) = remote {
        names.extend(refs.tag_names().map(str::to_owned));
        names.sort_unstable();
        names.dedup();
    }
    names
}

/// Looks at the clone, and at the same time at the remote.
pub(super) async fn survey(settings: &GitTag, context: &Context, name: &str) -> Result<Survey, GitError> {
    let series = Series::of_tag(name, context.release.version.as_deref());
    let derived = series.as_ref().map_or(name, Series::prefix);
    let prefix = settings.series.as_deref().unwrap_or(derived).to_owned();
    let (local, remote) =
        tokio::join!(look_here(settings, context, name, &prefix), look_there(settings, context, name, &prefix));
    let (local, names) = local?;
    let names = united(names, &remote);
    let version = series.and_then(|series| Some((series.version(name)?, series)));
    let version = version.map(|(version, series)| (series, version));
    let previous = match &version {
        Some(version) if settings.previous_is_ancestor => {
            previous(context, version, &names, &local.commit, &remote).await?
        }
        Some(_) | None => None,
    };
    Ok(Survey { name: name.to_owned(), version, names, local, remote, previous })
}

/// What the clone has, and the names of the series in it.
async fn look_here(
    settings: &GitTag,
    context: &Context,
    name: &str,
    prefix: &str,
) -> Result<(Local, Vec<String>), GitError> {
    let (name, prefix) = (name.to_owned(), prefix.to_owned());
    let (settings, commit, root) = (settings.clone(), context.release.commit.clone(), context.service.root.clone());
    let question = move |repository: &Repository| {
        let head = repository.head()?.commit;
        let commit = commit.unwrap_or_else(|| head.clone());
        let tag = repository.tag(&name)?;
        let on = tag.as_ref().and_then(|tag| tag.commit.as_deref());
        let file = settings.version_file.as_ref().map(|file| repository.file_of(&commit, &root, &file.file));
        let names = repository.tag_names(&prefix)?;
        let local = Local {
            is_shallow: repository.is_shallow(),
            tags: names.len(),
            distance: on.filter(|on| *on != commit).and_then(|on| repository.distance(&commit, on)),
            version_file: file.transpose()?.flatten(),
            remote_url: settings.remote().and_then(|remote| repository.remote_url(remote)),
            commit_name: if commit == head { "HEAD" } else { "the commit under test" },
            tag,
            commit,
        };
        Ok((local, names))
    };
    context.probes.git.ask(&context.limit, question).await
}

async fn look_there(settings: &GitTag, context: &Context, name: &str, prefix: &str) -> Remote {
    let Some(remote) = settings.remote() else { return Remote::None };
    let patterns = settings.patterns(name, prefix);
    match context.probes.git.remote_refs(context.git_program(), remote, &patterns).await {
        Ok(refs) => Remote::Answered(refs),
        Err(error) => Remote::Silent(error),
    }
}

impl GitTag {
    /// The references to ask the remote for: the tag, its series where that matters, and where the tag must be
    /// absent the branches as well, so that an empty answer shows itself.
    pub(super) fn patterns(&self, name: &str, prefix: &str) -> Vec<String> {
        let mut patterns = vec![format!("refs/tags/{name}"), format!("refs/tags/{name}^{{}}")];
        if self.greatest || self.previous_is_ancestor {
            patterns.push(format!("refs/tags/{prefix}*"));
        }
        match self.must_be {
            MustBe::Present => {}
            MustBe::Absent => patterns.push("refs/heads/*".to_owned()),
        }
        patterns
    }
}

/// The release before a version, and whether the commit under test stands on it.
async fn previous(
    context: &Context,
    (series, version): &(Series, TagVersion),
    names: &[String],
    commit: &str,
    remote: &Remote,
) -> Result<Option<Previous>, GitError> {
    let names = names.iter().map(String::as_str);
    let Some(tag) = series.previous(version, names).map(str::to_owned) else { return Ok(None) };
    let there = remote.tag(&tag).map(|tag| tag.commit);
    let (name, commit) = (tag.clone(), commit.to_owned());
    let question = move |repository: &Repository| {
        let here = repository.tag(&name)?.and_then(|tag| tag.commit);
        here.or(there).map_or(Ok(Ancestry::Unknown), |previous| repository.ancestry(&previous, &commit))
    };
    let ancestry = context.probes.git.ask(&context.limit, question).await?;
    Ok(Some(Previous { tag, ancestry }))
}
