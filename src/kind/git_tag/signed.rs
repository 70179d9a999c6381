//! The signature of the tag.

use crate::kind::check::Context;
use crate::model::{Outcome, Problem, Reason};
use crate::probe::git::{Annotation, GitError, Signature, Tag};

use super::survey::Survey;
use super::{GitTag, Signed};

/// The words for a pass, or the outcome of a signature that is not as it must be.
pub(super) async fn rule(
    settings: &GitTag,
    context: &Context,
    survey: &Survey,
) -> Result<Result<String, Outcome>, GitError> {
    let tag = match (settings.signed, &survey.local.tag) {
        (Signed::No, _) | (_, None) => return Ok(Ok(String::new())),
        (Signed::Optional | Signed::Required, Some(tag)) => tag,
    };
    if let Some(outcome) = another_object(settings, survey, tag) {
        return Ok(Err(outcome));
    }
    let is_signed = tag.annotation.as_ref().is_some_and(|annotation| annotation.is_signed);
    let signature = if is_signed {
        context.probes.git.signature(context.git_program(), &tag.object).await?
    } else {
        Signature::Absent
    };
    Ok(judged(settings, &survey.name, signature))
}

/// A signature speaks for one object and one name. The tag on the remote must be that object, and the name must be
/// the one that was signed.
fn another_object(settings: &GitTag, survey: &Survey, tag: &Tag) -> Option<Outcome> {
    let signed_name = |annotation: &Annotation| annotation.name != tag.name;
    let observed = match (survey.remote.tag(&tag.name), &tag.annotation) {
        (Some(there), _) if there.object != tag.object => {
            format!("the object here is {}, on the remote it is {}", tag.object, there.object)
        }
        (_, Some(annotation)) if signed_name(annotation) => format!("it was made for the name {}", annotation.name),
        (Some(_) | None, _) => return None,
    };
    let remote = settings.remote().unwrap_or("origin");
    Some(Outcome::Fail(
        Problem::new(Reason::Mismatch, format!("the signature does not speak for {} as others get it", tag.name))
            .expected("one tag object, made for this name, here and on the remote")
            .observed(observed)
            .next(format!("git fetch --force {remote} tag {0}, then git verify-tag {0}", tag.name)),
    ))
}

fn judged(settings: &GitTag, tag: &str, signature: Signature) -> Result<String, Outcome> {
    let problem = |reason, what: String, observed: String| {
        Problem::new(reason, what).expected("a good signature by a key that is trusted here").observed(observed)
    };
    let verify = format!("git verify-tag {tag}");
    match signature {
        Signature::Good { by } => Ok(format!(", signed by {by}")),
        Signature::Absent if settings.signed == Signed::Optional => Ok(", not signed".to_owned()),
        Signature::Absent => Err(Outcome::Fail(
            problem(Reason::NotMet, format!("{tag} is not signed"), "no signature in the tag".to_owned())
                .next(format!("git tag -s -f {tag} {tag}^{{}}, or set `signed = \"optional\"`")),
        )),
        Signature::Bad { detail } => {
            let what = format!("the signature of {tag} is bad");
            Err(Outcome::Fail(problem(Reason::NotMet, what, detail).next(verify)))
        }
        Signature::Unknown { detail } => Err(Outcome::Error(
            problem(
                Reason::Inconclusive,
                format!("nobody here can tell whether the signature of {tag} is good"),
                detail,
            )
            .next(format!("import the key of the signer, or set gpg.ssh.allowedSignersFile; then {verify}")),
        )),
        Signature::NoVerifier { detail } => Err(Outcome::Error(
            problem(
                Reason::ToolMissing,
                format!("the program that verifies the signature of {tag} is missing"),
                detail,
            )
            .next(format!("install gpg or ssh-keygen, then {verify}")),
        )),
    }
}
