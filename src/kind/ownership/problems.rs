//! Everything that can be wrong with owners, in words for a reader.

use crate::kind::check::CommandLine;
use crate::kind::check::answers::missing;
use crate::model::{Outcome, Problem, Reason, excerpt};
use crate::probe::files::FileError;

use super::codeowners::{CodeOwners, Rule};
use super::{PLACES, SHOWN};

pub(super) fn unfilled(what: &str, found: &str) -> Problem {
    Problem::new(Reason::Placeholder, format!("{what} was never filled in"))
        .expected("a text that says something to a person at night")
        .observed(format!("`{}`", excerpt(found, SHOWN)))
        .next("write it into the step, the checklist or rollsafe.toml")
}

pub(super) fn no_codeowners() -> Problem {
    missing("there is no CODEOWNERS file")
        .expected(format!("one of {}", PLACES.join(", ")))
        .observed("none of them is there")
        .next("write a CODEOWNERS file, or name `team-file` or `lookup` in the step")
}

pub(super) fn unread(file: &str, error: &FileError) -> Outcome {
    let next = format!("bring {file} back, or correct the step");
    match error {
        FileError::Missing { .. } => Outcome::Fail(
            missing(format!("there is no file {file}"))
                .expected(format!("owners in {file}"))
                .observed(error.to_string())
                .next(next),
        ),
        FileError::TooLarge { .. } | FileError::NotText { .. } | FileError::Read { .. } => {
            Outcome::Error(unparsable(file, &error.to_string()))
        }
    }
}

pub(super) fn unparsable(file: &str, observed: &str) -> Problem {
    Problem::new(Reason::Unparsable, format!("{file} cannot be read"))
        .expected("a text with one rule on a line")
        .observed(observed)
        .next(format!("correct {file}"))
}

pub(super) fn no_rules(file: &str) -> Problem {
    Problem::new(Reason::ZeroWork, format!("{file} says nothing"))
        .expected("at least one line that is no comment")
        .observed("0 lines with owners")
        .next(format!("write the owners into {file}"))
}

pub(super) fn not_named(owner: &str, file: &str, owners: &CodeOwners) -> Problem {
    let mut known: Vec<&str> = owners.rules.iter().flat_map(|rule| rule.owners.iter().map(String::as_str)).collect();
    known.sort_unstable();
    known.dedup();
    missing(format!("{owner} is not in {file}"))
        .expected(format!("a rule of {file} with {owner}"))
        .observed(format!("{} rules, with the owners {}", owners.rules.len(), excerpt(&known.join(", "), SHOWN)))
        .next(format!("add {owner} to {file}, or correct `owner`"))
}

pub(super) fn not_owned(owner: &str, path: &str, file: &str, rule: Option<&Rule>) -> Problem {
    let observed = match rule {
        None => format!("no rule of {file} fits {path}"),
        Some(rule) if rule.owners.is_empty() => format!("line {} leaves {path} without an owner", rule.line),
        Some(rule) => format!("line {} gives it to {}", rule.line, rule.owners.join(" ")),
    };
    missing(format!("{owner} does not own {path}"))
        .expected(format!("{owner} as an owner of {path} in {file}"))
        .observed(observed)
        .next(format!("correct {file}; the last rule that fits a path decides"))
}

pub(super) fn no_path(path: &str) -> Problem {
    missing(format!("there is no {path}"))
        .expected("every path of the step is there")
        .observed(format!("nothing at {path}"))
        .next("correct `paths` of the step")
}

pub(super) fn not_in_file(owner: &str, file: &str) -> Problem {
    missing(format!("{owner} is not in {file}"))
        .expected(format!("a line of {file} with {owner}"))
        .observed("no line that is no comment names it")
        .next(format!("add {owner} to {file}, or correct `owner`"))
}

pub(super) fn lookup_failed(command: &CommandLine, observed: &str) -> Problem {
    Problem::new(Reason::ToolFailed, "the command that tells who is on call failed")
        .expected(format!("`{command}` ends with status 0"))
        .observed(observed)
        .next(format!("run `{command}` by hand"))
}

pub(super) fn nobody_on_call(command: &CommandLine, observed: &str) -> Problem {
    missing("nobody is on call")
        .expected(format!("`{command}` prints a person"))
        .observed(observed)
        .next("fill the on-call plan, or correct the command")
}
