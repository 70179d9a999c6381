//! `git-clean`: what is tested is what the commit holds.
//!
//! A gate that runs on a changed tree says something about a state that nobody can deploy again.

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::kind::check::{Check, Context, Judgement, Judging, SettingProblem};
use crate::kind::{self, Kind};
use crate::model::{Evidence, Outcome, Problem, Reason};
use crate::probe::Environment;
use crate::probe::environment::{BRANCH_VARIABLES, GITHUB_REF_TYPE};
use crate::probe::git::{
    Change, ChangeState, Flagged, Git, GitError, GitProgram, Head, Operation, Source, Untracked, WorkingTree,
};

/// The descriptor.
pub(crate) const KIND: Kind = Kind {
    name: "git-clean",
    summary: "The working tree is exactly what the commit holds, on an allowed branch, and pushed",
    details: include_str!("git_clean.md"),
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

/// How many paths a message names. The evidence holds all of them, up to [`LISTED`].
const NAMED: usize = 10;
/// How many paths the evidence lists.
const LISTED: usize = 200;

/// The settings of `git-clean`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct GitClean {
    /// Whether files that git does not know, and that no `.gitignore` names, are `forbidden` or `allowed`.
    untracked: UntrackedFiles,
    /// Patterns of paths, from the top of the repository, whose changes do not count. `*` stays within a folder,
    /// `**` crosses folders. What was ignored is told. Flagged index entries count in any case.
    ignore: Vec<String>,
    /// Patterns of the branches that a release may be made from; any branch where it is empty. In a detached
    /// checkout of a CI server the branch is the one that the server names in its variables.
    branch: Vec<String>,
    /// Whether the commit must be the one that the branch has on the remote. The remote is asked live.
    pushed: bool,
    /// The remote that `pushed` asks.
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
        let mut text = match self.untracked {
            UntrackedFiles::Forbidden => "no file is changed or untracked".to_owned(),
            UntrackedFiles::Allowed => "no tracked file is changed".to_owned(),
        };
        if !self.branch.is_empty() {
            text.push_str(&format!(", the branch is {}", self.branch.join(" or ")));
        }
        if self.pushed {
            text.push_str(&format!(", and the commit is what {} has", self.remote));
        }
        text
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
            let judged = self.look(&context.probes.git, context.git_program()).await;
            judged.unwrap_or_else(|error| context.git_gave_no_answer(&error))
        })
    }
}

/// Everything that was seen.
struct Seen {
    head: Head,
    tree: WorkingTree,
    /// Changes that count.
    changes: Vec<Change>,
    /// Changes that a setting lets pass.
    ignored: usize,
}

impl GitClean {
    async fn look(&self, git: &Git, program: GitProgram<'_>) -> Result<Judgement, GitError> {
        let untracked = if self.ignore.is_empty() { Untracked::Folders } else { Untracked::Files };
        let (head, tree) = tokio::join!(git.head(program), git.working_tree(program, untracked));
        let seen = self.sort_out(head?, tree?);
        let branch = seen.head.branch.clone().or_else(|| branch_of_ci(program.environment, &self.remote));
        let outcome = match self.rules(&seen, branch.as_deref()) {
            Some(outcome) => outcome,
            None => self.rule_pushed(git, program, &seen, branch.as_deref()).await?,
        };
        Ok(Judgement::new(outcome).examined(seen.tree.files, "files").with(seen.evidence(branch.as_deref())))
    }

    fn sort_out(&self, head: Head, mut tree: WorkingTree) -> Seen {
        let ignore = pattern_set(&self.ignore).unwrap_or_else(|_| GlobSet::empty());
        let counts = |change: &Change| {
            let is_allowed = change.state == ChangeState::Untracked && self.untracked == UntrackedFiles::Allowed;
            !is_allowed && !ignore.is_match(&change.path)
        };
        let all = std::mem::take(&mut tree.changes);
        let (changes, ignored): (Vec<_>, Vec<_>) = all.into_iter().partition(counts);
        Seen { head, tree, changes, ignored: ignored.len() }
    }

    /// The first of the local rules that does not hold.
    fn rules(&self, seen: &Seen, branch: Option<&str>) -> Option<Outcome> {
        if seen.tree.files == 0 {
            return Some(nothing_tracked());
        }
        seen.dirty().or_else(|| self.rule_branch(branch))
    }

    fn rule_branch(&self, branch: Option<&str>) -> Option<Outcome> {
        if self.branch.is_empty() {
            return None;
        }
        let Some(branch) = branch else { return Some(no_branch(self.branch.join(" or "))) };
        let allowed = pattern_set(&self.branch).unwrap_or_else(|_| GlobSet::empty());
        if allowed.is_match(branch) {
            return None;
        }
        Some(Outcome::Fail(
            Problem::new(Reason::NotMet, format!("a release may not be made from the branch `{branch}`"))
                .expected(format!("the branch is {}", self.branch.join(" or ")))
                .observed(format!("the branch is {branch}"))
                .next(format!("git switch {}", self.branch[0])),
        ))
    }

    /// Whether the remote has the commit, where that is asked for, and the pass.
    async fn rule_pushed(
        &self,
        git: &Git,
        program: GitProgram<'_>,
        seen: &Seen,
        branch: Option<&str>,
    ) -> Result<Outcome, GitError> {
        if !self.pushed {
            return Ok(seen.pass(branch, ""));
        }
        let Some(branch) = branch else { return Ok(no_branch(format!("one that {} has", self.remote))) };
        let there = git.branch_on(program.limit, &self.remote, branch).await?;
        let refs = git.remote_refs(program, &self.remote, &[format!("refs/heads/{there}")]).await?;
        let name = format!("{}/{there}", self.remote);
        match refs.branch(&there) {
            Some(commit) if commit == seen.head.commit => Ok(seen.pass(Some(branch), &format!(", pushed to {name}"))),
            Some(commit) => Ok(self.not_pushed(git, program, &seen.head.commit, (&name, commit)).await),
            None => Ok(self.no_such_branch(&name, &there)),
        }
    }

    async fn not_pushed(
        &self,
        git: &Git,
        program: GitProgram<'_>,
        commit: &str,
        (name, remote_commit): (&str, &str),
    ) -> Outcome {
        let (here, there) = (commit.to_owned(), remote_commit.to_owned());
        let distance = git.ask(program.limit, move |repository| Ok(repository.distance(&here, &there))).await;
        let (apart, next) = match distance.ok().flatten() {
            Some(distance) if distance.behind == 0 => {
                (format!(", {} commits are not pushed", distance.ahead), format!("git push {}", self.remote))
            }
            Some(distance) if distance.ahead == 0 => {
                (format!(", {} commits behind it", distance.behind), "git pull --ff-only".to_owned())
            }
            Some(_) | None => (String::new(), format!("git fetch {}, then git status", self.remote)),
        };
        Outcome::Fail(
            Problem::new(Reason::Mismatch, format!("the commit is not the one that {name} has"))
                .expected(format!("HEAD is {}", short(remote_commit)))
                .observed(format!("HEAD is {}{apart}", short(commit)))
                .next(next),
        )
    }

    fn no_such_branch(&self, name: &str, branch: &str) -> Outcome {
        Outcome::Fail(
            Problem::new(Reason::Missing, format!("the branch `{branch}` is not on {}", self.remote))
                .expected(format!("{name} has the commit"))
                .observed(format!("{} answered, and has no branch `{branch}`", self.remote))
                .next(format!("git push -u {} {branch}", self.remote)),
        )
    }
}

impl Seen {
    /// The fail of a tree that is not what the commit holds.
    fn dirty(&self) -> Option<Outcome> {
        let flagged = self.tree.flagged.iter().map(|entry| format!("{} ({})", entry.path, entry.flag.as_str()));
        let changed = self.changes.iter().map(|change| format!("{} {}", change.path, change.state.as_str()));
        let mut observed: Vec<String> = Vec::new();
        observed.extend(self.tree.operation.map(|operation| format!("a {} is not finished", operation.as_str())));
        observed.extend(named("changed", self.changes.len(), changed));
        observed.extend(named("hidden from git", self.tree.flagged.len(), flagged));
        if observed.is_empty() {
            return None;
        }
        Some(Outcome::Fail(
            Problem::new(Reason::Dirty, "the working tree is not what the commit holds")
                .expected(format!("{} files as in {}", self.tree.files, short(&self.head.commit)))
                .observed(observed.join("; "))
                .next(self.next()),
        ))
    }

    fn next(&self) -> String {
        match (self.tree.operation, self.changes.first(), self.tree.flagged.first()) {
            (Some(Operation::Bisect), _, _) => "git bisect reset".to_owned(),
            (Some(operation), _, _) => format!("git {0} --continue, or git {0} --abort", operation.as_str()),
            (None, Some(_), _) => {
                "git status; commit the changes, put them aside with `git stash -u`, or name them in .gitignore"
                    .to_owned()
            }
            (None, None, Some(entry)) => show_again(entry),
            (None, None, None) => "git status".to_owned(),
        }
    }

    fn pass(&self, branch: Option<&str>, pushed: &str) -> Outcome {
        let on = branch.map(|branch| format!(" on {branch}")).unwrap_or_default();
        let ignored = if self.ignored == 0 { String::new() } else { format!(", {} ignored", self.ignored) };
        let commit = short(&self.head.commit);
        Outcome::pass(format!("{} files are as in {commit}{on}: 0 changes{ignored}{pushed}", self.tree.files))
    }

    fn evidence(&self, branch: Option<&str>) -> Vec<Evidence> {
        let asked = match self.tree.source {
            Source::Library => "libgit2",
            Source::Program => "git status",
        };
        let mut evidence = vec![
            Evidence::text("commit", &self.head.commit),
            Evidence::text("branch", branch.unwrap_or("detached")),
            Evidence::text("told by", asked),
            Evidence::count("changes that a setting ignores", self.ignored, "paths"),
        ];
        if self.tree.left_out > 0 {
            evidence.push(Evidence::count("left out by a sparse checkout", self.tree.left_out, "files"));
        }
        let changed = self.changes.iter().map(|change| vec![change.path.clone(), change.state.as_str().to_owned()]);
        let flagged = self.tree.flagged.iter().map(|entry| vec![entry.path.clone(), entry.flag.as_str().to_owned()]);
        let rows: Vec<_> = changed.chain(flagged).take(LISTED).collect();
        if !rows.is_empty() {
            evidence.push(Evidence::table("changes", &["path", "state"], rows));
        }
        evidence
    }
}

/// `12 changed: a, b, ...`, with the first few by name.
fn named(word: &str, number: usize, names: impl Iterator<Item = String>) -> Option<String> {
    if number == 0 {
        return None;
    }
    let first = names.take(NAMED).collect::<Vec<_>>().join(", ");
    let more = if number > NAMED { format!(", and {} more", number - NAMED) } else { String::new() };
    Some(format!("{number} {word}: {first}{more}"))
}

fn show_again(entry: &Flagged) -> String {
    format!("git update-index --no-{} {}, then git status", entry.flag.as_str(), shell_words::quote(&entry.path))
}

fn nothing_tracked() -> Outcome {
    Outcome::Error(
        Problem::new(Reason::ZeroWork, "the index holds no file")
            .expected("at least 1 file that git tracks")
            .observed("0 files")
            .next("git ls-files; check out the service, or run rollsafe in its folder"),
    )
}

fn no_branch(expected: String) -> Outcome {
    Outcome::Error(
        Problem::new(Reason::Precondition, "nothing tells which branch is checked out")
            .expected(format!("the branch is {expected}"))
            .observed("HEAD is detached, and no variable of a CI server names a branch")
            .next("git switch to the branch, or run the gate in a job for a branch"),
    )
}

/// The branch that a CI server checked out, by its own variables. A job for a tag or a pull request has none.
fn branch_of_ci(environment: &Environment, remote: &str) -> Option<String> {
    let is_github_branch = environment.get(GITHUB_REF_TYPE) == Some("branch");
    let names = BRANCH_VARIABLES.iter().filter(|&&name| name != "GITHUB_REF_NAME" || is_github_branch);
    let value = names.filter_map(|name| environment.get(name)).find(|value| !value.is_empty())?;
    let value = value.strip_prefix("refs/heads/").unwrap_or(value);
    let value = value.strip_prefix(&format!("{remote}/")).unwrap_or(value);
    (!value.starts_with("refs/")).then(|| value.to_owned())
}

/// Patterns as a set. `*` stays within a folder.
fn pattern_set(patterns: &[String]) -> Result<GlobSet, globset::Error> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let glob: Glob = GlobBuilder::new(pattern).literal_separator(true).build()?;
        set.add(glob);
    }
    set.build()
}

/// Enough of an id to name a commit.
fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}
