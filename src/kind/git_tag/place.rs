//! Where the tag is: the rules on the commit, here and on the remote.

use crate::model::{Outcome, Problem, Reason};
use crate::probe::git::{RemoteTag, Tag, short};

use super::GitTag;
use super::survey::{Remote, Survey};

/// What to do where a clone lacks tags or history.
pub(super) const UNSHALLOW: &str = "git fetch --tags --unshallow (in CI: check out with full history and tags)";

/// Whether the tag is here, and on the commit under test.
pub(super) fn of_local(settings: &GitTag, survey: &Survey) -> Option<Outcome> {
    let there = survey.remote.tag(&survey.name);
    match (&survey.local.tag, there) {
        (None, Some(there)) => Some(only_on_remote(settings, survey, &there)),
        (None, None) => Some(nowhere(settings, survey)),
        (Some(here), there) if here.commit.as_deref() != Some(&survey.local.commit) => {
            Some(on_another_commit(settings, survey, here, there.as_ref()))
        }
        (Some(_), _) => None,
    }
}

/// Whether the remote has the tag on the same commit.
pub(super) fn of_remote(settings: &GitTag, survey: &Survey) -> Option<Outcome> {
    let (tag, remote) = (&survey.name, settings.remote()?);
    let commit = short(&survey.local.commit);
    match survey.remote.tag(tag) {
        None => Some(Outcome::Fail(
            Problem::new(Reason::Missing, format!("{tag} is not on the remote"))
                .expected(format!("{tag} is on {remote}, on {commit}"))
                .observed(format!("{tag} is only here; {remote} answered, and does not have it"))
                .next(format!("git push {remote} {tag}")),
        )),
        Some(there) if there.commit != survey.local.commit => Some(Outcome::Fail(
            Problem::new(Reason::Mismatch, format!("{tag} is on another commit on the remote than here"))
                .expected(format!("{tag} is on {commit}, here and on {remote}"))
                .observed(format!("here it is on {commit}, on {remote} it is on {}", short(&there.commit)))
                .next(format!(
                    "git fetch --force {remote} tag {tag} to take over the published one; never move a tag that \
                     others may have"
                )),
        )),
        Some(_) => None,
    }
}

/// Whether the tag is annotated. The remote decides where it is asked: CI servers are known to fetch an annotated
/// tag as a lightweight one.
pub(super) fn annotated(settings: &GitTag, survey: &Survey) -> Option<Outcome> {
    if !settings.annotated || is_annotated(survey) {
        return None;
    }
    let tag = &survey.name;
    let push = settings.remote().map(|remote| format!(", then git push --force {remote} refs/tags/{tag}"));
    Some(Outcome::Fail(
        Problem::new(Reason::NotMet, format!("{tag} is a lightweight tag"))
            .expected("an annotated tag, which says who made it and when")
            .observed(format!("{tag} names the commit {} itself", short(&survey.local.commit)))
            .next(format!("git tag -a -f {tag} {tag}^{{}}{}; or set `annotated = false`", push.unwrap_or_default())),
    ))
}

/// Whether the tag that others get is annotated.
pub(super) fn is_annotated(survey: &Survey) -> bool {
    let here = survey.local.tag.as_ref().is_some_and(|tag| tag.annotation.is_some());
    survey.remote.tag(&survey.name).map_or(here, |there| there.is_annotated)
}

/// Whether the name is taken already, where it must be free.
pub(super) fn taken(settings: &GitTag, survey: &Survey) -> Option<Outcome> {
    let here = survey.local.tag.as_ref().map(|tag| tag.commit.as_ref().unwrap_or(&tag.object));
    let here = here.map(|commit| format!("on {} here", on(commit, survey)));
    let there = survey.remote.tag(&survey.name);
    let there =
        there.map(|there| format!("on {} on {}", on(&there.commit, survey), settings.remote().unwrap_or_default()));
    let places: Vec<String> = here.into_iter().chain(there).collect();
    if places.is_empty() {
        return None;
    }
    let tag = &survey.name;
    Some(Outcome::Fail(
        Problem::new(Reason::NotMet, format!("{tag} exists already"))
            .expected(format!("{tag} is still free"))
            .observed(format!("{tag} is {}", places.join(" and ")))
            .next("choose the next version; a published tag is never moved"),
    ))
}

/// Whether nothing shows that a tag would have been seen: an empty remote, or a clone without its tags.
pub(super) fn nothing_shown(settings: &GitTag, survey: &Survey) -> Option<Outcome> {
    let (observed, next) = match &survey.remote {
        Remote::Answered(refs) if refs.len() == 0 => {
            let remote = settings.remote().unwrap_or_default();
            (format!("{remote} answered, and showed no branch and no tag"), format!("git push {remote} HEAD"))
        }
        Remote::None if survey.local.is_shallow => {
            ("this is a shallow clone, which may lack tags".to_owned(), UNSHALLOW.to_owned())
        }
        Remote::Answered(_) | Remote::None | Remote::Silent(_) => return None,
    };
    Some(Outcome::Error(
        Problem::new(Reason::Inconclusive, format!("nothing shows whether {} is free", survey.name))
            .expected("at least 1 reference, to know that a tag would have been seen")
            .observed(observed)
            .next(next),
    ))
}

fn only_on_remote(settings: &GitTag, survey: &Survey, there: &RemoteTag) -> Outcome {
    let (tag, remote) = (&survey.name, settings.remote().unwrap_or_default());
    let commit = short(&survey.local.commit);
    let problem =
        |reason, what: String| {
            Problem::new(reason, what).expected(format!("{tag} is on {commit}, here and on {remote}")).observed(
                format!("{remote} has it on {}; {} is {commit}", short(&there.commit), survey.local.commit_name),
            )
        };
    if there.commit != survey.local.commit {
        let next = format!("git fetch {remote} tag {tag}, then git checkout {tag} and run the gate there");
        Outcome::Fail(
            problem(Reason::Mismatch, format!("{tag} is on another commit than the one under test")).next(next),
        )
    } else if survey.local.is_shallow {
        Outcome::Error(problem(Reason::Inconclusive, format!("this shallow clone lacks {tag}")).next(UNSHALLOW))
    } else {
        let next = format!("git fetch {remote} tag {tag}");
        Outcome::Fail(problem(Reason::Missing, format!("{tag} is only on the remote")).next(next))
    }
}

fn nowhere(settings: &GitTag, survey: &Survey) -> Outcome {
    let (tag, commit) = (&survey.name, short(&survey.local.commit));
    let problem = |reason, what: String, observed: String| {
        Problem::new(reason, what).expected(format!("{tag} is on {commit}")).observed(observed)
    };
    let looked = format!("{} tags of the series are here", survey.local.tags);
    match &survey.remote {
        Remote::None | Remote::Silent(_) if survey.local.is_shallow => {
            let observed = format!("a shallow clone; {looked}");
            Outcome::Error(
                problem(Reason::Inconclusive, format!("this shallow clone lacks {tag}"), observed).next(UNSHALLOW),
            )
        }
        Remote::None | Remote::Silent(_) => Outcome::Fail(
            problem(Reason::Missing, format!("there is no tag {tag}"), looked)
                .next(format!("git tag -a {tag} {commit}")),
        ),
        Remote::Answered(refs) => {
            let remote = settings.remote().unwrap_or_default();
            let observed = format!("{looked}, and {} references on {remote}", refs.len());
            let next = format!("git tag -a {tag} {commit}, then git push {remote} {tag}");
            Outcome::Fail(problem(Reason::Missing, format!("there is no tag {tag}"), observed).next(next))
        }
    }
}

fn on_another_commit(settings: &GitTag, survey: &Survey, here: &Tag, there: Option<&RemoteTag>) -> Outcome {
    let (tag, local) = (&survey.name, &survey.local);
    let place = here.commit.as_deref().map_or("no commit at all", short);
    let remote = settings.remote().unwrap_or_default();
    let on_remote = there.map(|there| format!(", and on {} on {remote}", on(&there.commit, survey)));
    let apart = local.distance.map(|distance| format!(", {}", distance.from(tag)));
    let observed = format!(
        "{tag} is on {place} here{}; {} is {}{}",
        on_remote.unwrap_or_default(),
        local.commit_name,
        short(&local.commit),
        apart.unwrap_or_default()
    );
    let next = match there {
        Some(there) if there.commit == local.commit => format!("git fetch --force {remote} tag {tag}"),
        Some(_) | None => {
            format!("git checkout {tag} and run the gate there, or give the tested commit a tag of its own")
        }
    };
    Outcome::Fail(
        Problem::new(Reason::Mismatch, format!("{tag} is on another commit than the one under test"))
            .expected(format!("{tag} is on {}", short(&local.commit)))
            .observed(observed)
            .next(next),
    )
}

/// A commit by its id, or as the one under test.
fn on(commit: &str, survey: &Survey) -> String {
    if commit == survey.local.commit { "the commit under test".to_owned() } else { short(commit).to_owned() }
}
