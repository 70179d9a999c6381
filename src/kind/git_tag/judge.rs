//! Looks, holds one rule after the other against what was seen, and says what was found.

use crate::kind::check::{Context, Judgement};
use crate::model::{Evidence, Outcome, Problem, Reason};
use crate::probe::git::{GitError, Repository, Series, short};

use super::survey::{Remote, Survey, survey};
use super::{GitTag, MustBe, place, series, signed};

/// Looks, and judges.
pub(super) async fn judge(settings: &GitTag, context: &Context) -> Result<Judgement, GitError> {
    let Some(name) = settings.tag.as_ref().or(context.release.tag.as_ref()) else {
        return no_tag(settings, context).await;
    };
    let survey = survey(settings, context, name).await?;
    let outcome = match settings.must_be {
        MustBe::Present => present(settings, context, &survey).await?,
        MustBe::Absent => absent(settings, context, &survey),
    };
    let judgement = Judgement::new(outcome).with(evidence(settings, &survey));
    Ok(match settings.must_be {
        MustBe::Present => judgement.examined(survey.names.len(), "tags"),
        MustBe::Absent => judgement.examined(survey.local.tags + survey.remote.refs(), "references"),
    })
}

async fn present(settings: &GitTag, context: &Context, survey: &Survey) -> Result<Outcome, GitError> {
    let broken = place::of_local(settings, survey)
        .or_else(|| silent(context, survey))
        .or_else(|| place::of_remote(settings, survey))
        .or_else(|| place::annotated(settings, survey));
    if let Some(outcome) = broken {
        return Ok(outcome);
    }
    let signature = match signed::rule(settings, context, survey).await? {
        Ok(words) => words,
        Err(outcome) => return Ok(outcome),
    };
    Ok(series::rule(settings, survey).unwrap_or_else(|| passed(settings, survey, &signature)))
}

fn absent(settings: &GitTag, context: &Context, survey: &Survey) -> Outcome {
    let broken = place::taken(settings, survey)
        .or_else(|| silent(context, survey))
        .or_else(|| place::nothing_shown(settings, survey))
        .or_else(|| series::rule(settings, survey));
    broken.unwrap_or_else(|| passed(settings, survey, ""))
}

/// The error of a remote that did not answer.
fn silent(context: &Context, survey: &Survey) -> Option<Outcome> {
    match &survey.remote {
        Remote::Silent(error) => Some(context.git_gave_no_answer(error).outcome),
        Remote::None | Remote::Answered(_) => None,
    }
}

fn passed(settings: &GitTag, survey: &Survey, signature: &str) -> Outcome {
    let tag = &survey.name;
    let here = match settings.remote() {
        Some(remote) => format!("here and on {remote}"),
        None => "here; no remote was asked".to_owned(),
    };
    let first = match settings.must_be {
        MustBe::Present => {
            let form = if place::is_annotated(survey) { "annotated" } else { "lightweight" };
            format!("{tag} ({form}{signature}) is on {}, {here}", short(&survey.local.commit))
        }
        MustBe::Absent => format!("{tag} is still free, {here}"),
    };
    Outcome::pass([first, series::words(settings, survey)].join("; "))
}

/// The fail of a commit that has no tag at all, where the step names none.
async fn no_tag(settings: &GitTag, context: &Context) -> Result<Judgement, GitError> {
    let prefix = settings.series.clone().unwrap_or_default();
    let commit = context.release.commit.clone();
    let question = move |repository: &Repository| {
        let commit = commit.map_or_else(|| repository.head().map(|head| head.commit), Ok)?;
        let names = repository.tag_names(&prefix)?;
        let nearest = nearest(&prefix, &names);
        let on = nearest.and_then(|name| repository.tag(name).ok().flatten()).and_then(|tag| tag.commit);
        let distance = on.and_then(|on| repository.distance(&commit, &on));
        let observed = match (nearest, distance) {
            (Some(name), Some(distance)) => format!("{} is {}", short(&commit), distance.from(name)),
            (Some(_), None) | (None, _) => format!("{} has no tag; {} tags looked at", short(&commit), names.len()),
        };
        Ok((observed, names.len(), repository.is_shallow()))
    };
    let (observed, tags, is_shallow) = context.probes.git.ask(&context.limit, question).await?;
    let problem = |reason| {
        Problem::new(reason, "the commit under test has no tag of a release")
            .expected("a tag of the series on the commit under test")
            .observed(&observed)
    };
    let outcome = if is_shallow {
        let fetch = "git fetch --tags --unshallow (in CI: check out with full history)";
        Outcome::Error(problem(Reason::Inconclusive).next(fetch))
    } else {
        Outcome::Fail(problem(Reason::Missing).next(
            "git tag -a v<version>, then git push origin v<version>; where a tag is there, name it in `tag`, or its form \
             in `tag` under [service]",
        ))
    };
    Ok(Judgement::new(outcome).examined(tags, "tags"))
}

/// The greatest release among some names: in the series, otherwise with a `v` before the version, otherwise bare.
fn nearest<'name>(prefix: &str, names: &'name [String]) -> Option<&'name str> {
    let greatest = |before: &str| Series::of_pattern(before).greatest(names.iter().map(String::as_str));
    greatest(prefix).or_else(|| greatest("v"))
}

fn evidence(settings: &GitTag, survey: &Survey) -> Vec<Evidence> {
    let local = &survey.local;
    let mut evidence = vec![
        Evidence::text("tag", &survey.name),
        Evidence::text("commit under test", &local.commit),
        Evidence::table("where the tag is", &["place", "object", "commit", "form"], places(settings, survey)),
        Evidence::count("tags of the series here", local.tags, "tags"),
        Evidence::count("references that the remote showed", survey.remote.refs(), "references"),
    ];
    let annotation = local.tag.as_ref().and_then(|tag| tag.annotation.as_ref());
    let previous = survey.previous.as_ref().map(|previous| &previous.tag);
    let texts = [
        ("tagger", annotation.and_then(|annotation| annotation.tagger.as_ref())),
        ("remote", local.remote_url.as_ref()),
        ("previous release", previous),
    ];
    evidence.extend(texts.into_iter().filter_map(|(label, text)| Some(Evidence::text(label, text?))));
    evidence
}

/// One row for each place that has the tag.
fn places(settings: &GitTag, survey: &Survey) -> Vec<Vec<String>> {
    let form = |annotated| if annotated { "annotated" } else { "lightweight" }.to_owned();
    let here = survey.local.tag.iter().map(|tag| {
        let commit = tag.commit.clone().unwrap_or_else(|| "none".to_owned());
        vec!["here".to_owned(), tag.object.clone(), commit, form(tag.annotation.is_some())]
    });
    let remote = settings.remote().unwrap_or_default();
    let there = survey.remote.tag(&survey.name);
    let there = there.map(|tag| vec![remote.to_owned(), tag.object, tag.commit, form(tag.is_annotated)]);
    here.chain(there).collect()
}
