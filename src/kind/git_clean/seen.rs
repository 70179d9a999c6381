//! What was seen of the working tree, in words.

use crate::model::{Evidence, Outcome, Problem, Reason};
use crate::probe::git::{Change, Flagged, Head, Operation, Source, WorkingTree, short};

/// How many paths a message names.
const NAMED: usize = 10;
/// How many paths the evidence lists.
const LISTED: usize = 200;

/// Everything that was seen at hand.
pub(super) struct Seen {
    pub(super) head: Head,
    /// The checked out branch, or the one that a CI server names.
    pub(super) branch: Option<String>,
    pub(super) tree: WorkingTree,
    /// Changes that count.
    pub(super) changes: Vec<Change>,
    /// How many changes a setting lets pass.
    pub(super) ignored: usize,
}

impl Seen {
    /// The error of a tree in which there is nothing to compare, or the fail of one that differs.
    pub(super) fn rule(&self) -> Option<Outcome> {
        if self.tree.files == 0 {
            return Some(nothing_tracked());
        }
        let observed = self.differences();
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

    fn differences(&self) -> Vec<String> {
        let flagged = self.tree.flagged.iter().map(|entry| format!("{} ({})", entry.path, entry.flag.as_str()));
        let changed = self.changes.iter().map(|change| format!("{} {}", change.path, change.state.as_str()));
        let operation = self.tree.operation.map(|operation| format!("a {} is not finished", operation.as_str()));
        let changed = named("changed", self.changes.len(), changed);
        let flagged = named("hidden from git", self.tree.flagged.len(), flagged);
        [operation, changed, flagged].into_iter().flatten().collect()
    }

    fn next(&self) -> String {
        match (self.tree.operation, self.changes.first(), self.tree.flagged.first()) {
            (Some(Operation::Bisect), _, _) => "git bisect reset".to_owned(),
            (Some(operation), _, _) => format!("git {0} --continue, or git {0} --abort", operation.as_str()),
            (None, None, Some(entry)) => show_again(entry),
            (None, Some(_), _) | (None, None, None) => {
                "git status; then commit the changes, put them aside with `git stash -u`, or name them in .gitignore"
                    .to_owned()
            }
        }
    }

    /// The pass, with more words behind it.
    pub(super) fn pass(&self, pushed: &str) -> Outcome {
        let on = self.branch.as_deref().map(|branch| format!(" on {branch}")).unwrap_or_default();
        let ignored = if self.ignored == 0 { String::new() } else { format!(", {} ignored", self.ignored) };
        let commit = short(&self.head.commit);
        Outcome::pass(format!("{} files are as in {commit}{on}: 0 changes{ignored}{pushed}", self.tree.files))
    }

    /// What was seen, as evidence.
    pub(super) fn evidence(&self) -> Vec<Evidence> {
        let mut evidence = vec![
            Evidence::text("commit", &self.head.commit),
            Evidence::text("branch", self.branch.as_deref().unwrap_or("detached")),
            Evidence::text("told by", told_by(self.tree.source)),
            Evidence::count("changes", self.changes.len(), "paths"),
            Evidence::count("ignored changes", self.ignored, "paths"),
            Evidence::count("flagged index entries", self.tree.flagged.len(), "paths"),
        ];
        if self.tree.left_out > 0 {
            evidence.push(Evidence::count("left out by a sparse checkout", self.tree.left_out, "files"));
        }
        let rows = self.rows();
        if !rows.is_empty() {
            evidence.push(Evidence::table("not as in the commit", &["path", "state"], rows));
        }
        evidence
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let changed = self.changes.iter().map(|change| vec![change.path.clone(), change.state.as_str().to_owned()]);
        let flagged = self.tree.flagged.iter().map(|entry| vec![entry.path.clone(), entry.flag.as_str().to_owned()]);
        changed.chain(flagged).take(LISTED).collect()
    }
}

fn told_by(source: Source) -> &'static str {
    match source {
        Source::Library => "libgit2",
        Source::Program => "git status",
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
        Problem::new(Reason::ZeroWork, "git tracks no file here")
            .expected("at least 1 file in the index")
            .observed("0 files")
            .next("git ls-files; check out the service, or run rollsafe in its folder"),
    )
}
