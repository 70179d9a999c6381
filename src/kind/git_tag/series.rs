//! What the tag claims beside its commit: a version, and a place after all releases before it.

use crate::model::{Outcome, Problem, Reason};
use crate::probe::git::{Ancestry, TagVersion, short};

use super::GitTag;
use super::place::UNSHALLOW;
use super::survey::{Previous, Remote, Survey};
use super::version_file::{NoVersion, VersionFile};

/// The first of the rules that does not hold.
pub(super) fn rule(settings: &GitTag, survey: &Survey) -> Option<Outcome> {
    let file = settings.version_file.as_ref().and_then(|file| version_file(file, survey));
    file.or_else(|| no_series(settings, survey))
        .or_else(|| if settings.greatest { greatest(settings, survey) } else { None })
        .or_else(|| previous(settings, survey))
}

/// What a pass tells of the series.
pub(super) fn words(settings: &GitTag, survey: &Survey) -> String {
    let number = survey.names.len();
    let mut words = vec![if settings.greatest {
        format!("no release among {number} tags is greater")
    } else {
        format!("{number} tags looked at")
    }];
    match &survey.previous {
        Some(previous) => words.push(format!("{} is in its history", previous.tag)),
        None if settings.previous_is_ancestor => words.push("there was no release before it".to_owned()),
        None => {}
    }
    words.extend(settings.version_file.as_ref().map(|file| format!("{} agrees", file.file)));
    words.join("; ")
}

fn version_file(file: &VersionFile, survey: &Survey) -> Option<Outcome> {
    let commit = short(&survey.local.commit);
    let expected = format!("{} of {commit} says {}", file.file, survey.version_text().unwrap_or(&survey.name));
    let problem = |reason, what: String| Problem::new(reason, what).expected(&expected);
    let Some(bytes) = &survey.local.version_file else {
        let missing = problem(Reason::Missing, format!("{} is not in the commit", file.file));
        let next = format!("git ls-tree -r --name-only {commit}");
        return Some(Outcome::Fail(missing.observed(format!("{commit} has no such file")).next(next)));
    };
    let show = format!("git show {commit}:./{}", file.file);
    match file.version(bytes) {
        Ok(version) if is_version_of(&version, survey) => None,
        Ok(version) => {
            let differs = problem(Reason::Mismatch, format!("{} states another version than the tag", file.file));
            let next = format!("correct the version in {}, commit it, and tag that commit", file.file);
            let observed = format!("it says {version}, the tag is {}", survey.name);
            Some(Outcome::Fail(differs.observed(observed).next(next)))
        }
        Err(NoVersion::Missing) => {
            let place = file.key.as_deref().unwrap_or("its first line");
            let missing = problem(Reason::Missing, format!("{} states no version", file.file));
            Some(Outcome::Fail(missing.observed(format!("nothing stands under {place}")).next(show)))
        }
        Err(NoVersion::Unparsable(why)) => {
            let unread = problem(Reason::Unparsable, format!("{} could not be read", file.file));
            Some(Outcome::Error(unread.observed(why).next(show)))
        }
    }
}

fn is_version_of(version: &str, survey: &Survey) -> bool {
    let parsed = TagVersion::parse(version);
    let is_same = survey.version.as_ref().zip(parsed).is_some_and(|((_, tag), found)| tag.is_same_release(&found));
    is_same || survey.version_text() == Some(version)
}

/// A tag without a version, or outside the named series, has no place among others.
fn no_series(settings: &GitTag, survey: &Survey) -> Option<Outcome> {
    if !settings.greatest && !settings.previous_is_ancestor {
        return None;
    }
    let named = settings.series.as_deref().unwrap_or_default();
    if survey.version.is_some() && survey.name.starts_with(named) {
        return None;
    }
    let expected =
        if named.is_empty() { "a version in the name".to_owned() } else { format!("`{named}` and a version") };
    Some(Outcome::Error(
        Problem::new(Reason::Precondition, format!("{} belongs to no series of releases", survey.name))
            .expected(format!("{expected}, such as v1.2.0"))
            .observed(format!("the tag is {}", survey.name))
            .next("correct `tag` or `series`, or set `greatest = false` and `previous-is-ancestor = false`"),
    ))
}

fn greatest(settings: &GitTag, survey: &Survey) -> Option<Outcome> {
    let (series, version) = survey.version.as_ref()?;
    if survey.local.is_shallow && matches!(survey.remote, Remote::None) {
        return Some(Outcome::Error(
            Problem::new(Reason::Inconclusive, "nothing shows which releases there are")
                .expected("all tags of the series")
                .observed(format!("a shallow clone with {} of them, and no remote", survey.local.tags))
                .next(UNSHALLOW),
        ));
    }
    let names = &survey.names;
    let greater = series.greater_than(version, names.iter().map(String::as_str))?;
    let commit_has = settings.series.as_deref().unwrap_or(series.prefix());
    Some(Outcome::Fail(
        Problem::new(Reason::NotMet, format!("{} is not the greatest release of its series", survey.name))
            .expected(format!("no greater release among the {} tags that begin with `{commit_has}`", names.len()))
            .observed(format!("{greater} is greater"))
            .next("choose a greater version; for an older line of releases name its `series`, such as \"v1.\""),
    ))
}

fn previous(settings: &GitTag, survey: &Survey) -> Option<Outcome> {
    let Previous { tag: previous, ancestry } = survey.previous.as_ref()?;
    let (tag, commit) = (&survey.name, short(&survey.local.commit));
    let problem = |reason, what: String| {
        Problem::new(reason, what).expected(format!("{previous} is in the history of {commit}"))
    };
    match ancestry {
        Ancestry::Ancestor => None,
        Ancestry::NotAncestor => Some(Outcome::Fail(
            problem(Reason::NotMet, format!("{tag} does not contain the release before it"))
                .observed(format!("{commit} does not descend from {previous}"))
                .next(format!("git log --oneline {commit}..{previous} shows what would be lost; merge it first")),
        )),
        Ancestry::Unknown => {
            let (observed, next) = if survey.local.is_shallow {
                ("the history of this shallow clone is cut off".to_owned(), UNSHALLOW.to_owned())
            } else {
                let remote = settings.remote().unwrap_or("origin");
                (format!("{previous} leads to no commit of this clone"), format!("git fetch --tags {remote}"))
            };
            let what = format!("nothing shows whether {tag} contains the release before it");
            Some(Outcome::Error(problem(Reason::Inconclusive, what).observed(observed).next(next)))
        }
    }
}
