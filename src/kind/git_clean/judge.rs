//! Looks at the working tree, and where it is asked for at the remote, and judges both.

use globset::GlobSet;

use crate::kind::check::{Context, Judgement};
use crate::model::{Outcome, Problem, Reason};
use crate::probe::git::{Change, ChangeState, GitError, Head, Repository, Untracked, WorkingTree, short};

use super::seen::Seen;
use super::{GitClean, UntrackedFiles, branch, pattern_set};

/// Looks, and judges.
pub(super) async fn judge(settings: &GitClean, context: &Context) -> Result<Judgement, GitError> {
    let (git, program) = (&context.probes.git, context.git_program());
    let untracked = if settings.ignore.is_empty() { Untracked::Folders } else { Untracked::Files };
    let (head, tree) = tokio::join!(git.head(program), git.working_tree(program, untracked));
    let seen = sort_out(settings, context, head?, tree?);
    let broken = seen.rule().or_else(|| branch::rule(settings, seen.branch.as_deref()));
    let outcome = match broken {
        Some(outcome) => outcome,
        None if settings.pushed => pushed(settings, context, &seen).await?,
        None => seen.pass(""),
    };
    Ok(Judgement::new(outcome).examined(seen.tree.files, "files").with(seen.evidence()))
}

/// Tells the changes that count from those that a setting lets pass.
fn sort_out(settings: &GitClean, context: &Context, head: Head, mut tree: WorkingTree) -> Seen {
    let ignore = pattern_set(&settings.ignore).unwrap_or_else(|_| GlobSet::empty());
    let counts = |change: &Change| {
        let is_allowed = change.state == ChangeState::Untracked && settings.untracked == UntrackedFiles::Allowed;
        !is_allowed && !ignore.is_match(&change.path)
    };
    let (changes, ignored): (Vec<_>, Vec<_>) = std::mem::take(&mut tree.changes).into_iter().partition(counts);
    let of_ci = || branch::of_ci(&context.probes.environment, &settings.remote);
    Seen { branch: head.branch.clone().or_else(of_ci), head, tree, changes, ignored: ignored.len() }
}

/// Whether the remote has the commit on its branch.
async fn pushed(settings: &GitClean, context: &Context, seen: &Seen) -> Result<Outcome, GitError> {
    let (git, remote) = (&context.probes.git, &settings.remote);
    let Some(branch) = &seen.branch else { return Ok(branch::unknown(&format!("a branch that {remote} has"))) };
    let there = git.branch_on(&context.limit, remote, branch).await?;
    let refs = git.remote_refs(context.git_program(), remote, &[format!("refs/heads/{there}")]).await?;
    let name = format!("{remote}/{there}");
    match refs.branch(&there) {
        Some(commit) if commit == seen.head.commit => Ok(seen.pass(&format!(", pushed to {name}"))),
        Some(commit) => Ok(not_pushed(context, remote, &seen.head.commit, (&name, commit)).await),
        None => Ok(no_such_branch(remote, &there)),
    }
}

async fn not_pushed(context: &Context, remote: &str, commit: &str, (name, there): (&str, &str)) -> Outcome {
    let (one, other) = (commit.to_owned(), there.to_owned());
    let question = move |repository: &Repository| Ok(repository.distance(&one, &other));
    let distance = context.probes.git.ask(&context.limit, question).await.ok().flatten();
    let apart = distance.map(|distance| format!(", {}", distance.from(name))).unwrap_or_default();
    let next = match distance {
        Some(distance) if distance.behind == 0 => format!("git push {remote}"),
        Some(distance) if distance.ahead == 0 => "git pull --ff-only".to_owned(),
        Some(_) => "git pull --rebase, then git push".to_owned(),
        None => format!("git fetch {remote}, then git status"),
    };
    Outcome::Fail(
        Problem::new(Reason::Mismatch, format!("the commit is not the one that {name} has"))
            .expected(format!("HEAD is {}, as {name} is now", short(there)))
            .observed(format!("HEAD is {}{apart}", short(commit)))
            .next(next),
    )
}

fn no_such_branch(remote: &str, branch: &str) -> Outcome {
    Outcome::Fail(
        Problem::new(Reason::Missing, format!("the branch `{branch}` is not on {remote}"))
            .expected(format!("{remote}/{branch} has the commit"))
            .observed(format!("{remote} answered, and has no branch `{branch}`"))
            .next(format!("git push -u {remote} {branch}")),
    )
}
