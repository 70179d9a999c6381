//! The command stands in the runbook, letter by letter, so that nobody has to search or to guess at night.

use regex::Regex;

use crate::kind::check::Context;
use crate::kind::check::answers::{Answer, missing};
use crate::model::{Outcome, Problem};

use super::previous::Previous;

/// Whether the command stands in every file. Where the command names the release to go back to, a document may have
/// any word in its place.
pub(super) fn is_documented(
    command: &str,
    previous: Option<&Previous>,
    files: &[String],
    context: &Context,
) -> Answer {
    let pattern = pattern(command, previous);
    for file in files {
        let text = context
            .probes
            .files
            .read(file)
            .map_err(|error| Outcome::Fail(undocumented(command, file, &error.to_string())))?;
        if !candidates(&text).any(|candidate| pattern.is_match(candidate)) {
            let observed = format!("no line and no `code` of {file} is exactly that");
            return Err(Outcome::Fail(undocumented(command, file, &observed)));
        }
    }
    Ok(format!("documented in {}", files.join(", ")))
}

fn undocumented(command: &str, file: &str, observed: &str) -> Problem {
    missing(format!("the rollback command does not stand in {file}"))
        .expected(format!("`{command}` on a line of its own or in backquotes"))
        .observed(observed)
        .next(format!("write `{command}` into {file}"))
}

fn pattern(command: &str, previous: Option<&Previous>) -> Regex {
    let mut escaped = regex::escape(command);
    if let Some(previous) = previous {
        escaped = escaped.replace(&regex::escape(previous.name()), r"\S+");
        escaped = escaped.replace(&regex::escape(previous.bare()), r"\S+");
    }
    Regex::new(&format!("^{escaped}$")).expect("an escaped text is a valid pattern")
}

/// The parts of a document that may be a command: each line without its prompt and without a comment behind it, and
/// each part in backquotes.
fn candidates(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(|line| {
        let plain = line.trim();
        let plain = plain.strip_prefix("$ ").unwrap_or(plain);
        let plain = plain.split(" #").next().unwrap_or(plain).trim();
        std::iter::once(plain).chain(line.split('`').skip(1).step_by(2).map(str::trim))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(document: &str, command: &str, previous: Option<&str>) -> bool {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("runbook.md"), document).unwrap();
        let context = Context::for_test(folder.path(), "2026-11-21T12:00:00Z");
        let previous = previous.map(|name| Previous::named(name).unwrap());
        is_documented(command, previous.as_ref(), &["runbook.md".to_owned()], &context).is_ok()
    }

    #[test]
    fn the_command_stands_on_a_line_or_in_backquotes() {
        for document in [
            "# Roll back\n\n    make rollback\n",
            "$ make rollback",
            "Type `make rollback`.",
            "make rollback  # back",
        ] {
            assert!(found(document, "make rollback", None), "{document}");
        }
    }

    #[test]
    fn something_like_the_command_is_not_the_command() {
        for document in ["make rollback-db", "make rollback DRY_RUN=1", "call make rollback now", "Make Rollback", ""]
        {
            assert!(!found(document, "make rollback", None), "{document}");
        }
    }

    #[test]
    fn the_release_to_go_back_to_may_be_any_word_in_the_document() {
        let command = "sh scripts/rollback.sh 1.0.0";
        assert!(found("    sh scripts/rollback.sh VERSION", command, Some("v1.0.0")));
        assert!(found("    sh scripts/rollback.sh 0.9.0", command, Some("v1.0.0")));
        assert!(!found("    sh scripts/rollback.sh", command, Some("v1.0.0")));
        assert!(!found("    sh scripts/rollback.sh VERSION", command, None));
    }

    #[test]
    fn a_document_that_is_not_there_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        let context = Context::for_test(folder.path(), "2026-11-21T12:00:00Z");
        let answer = is_documented("make rollback", None, &["runbook.md".to_owned()], &context);
        assert_eq!(answer.unwrap_err().reason().as_str(), "missing");
    }
}
