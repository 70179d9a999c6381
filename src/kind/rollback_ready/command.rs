//! The rollback command itself: short enough to type, filled in, resolvable, and with an effect.

use std::sync::LazyLock;

use regex::Regex;

use crate::kind::check::answers::{Answer, missing, not_met};
use crate::kind::check::{CommandLine, Context, placeholder};
use crate::model::{Outcome, Problem, Reason};

use super::runner::Runner;
use super::script::{Script, started_file, text_is_readable};
use super::shell_text::{base_name, command_does_nothing, text_for_shell, without_wrappers};

/// A variable of the shell: `$VERSION` or `${VERSION}`. `${VERSION:-1}` has a value of its own.
static VARIABLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))").expect("a constant pattern is valid")
});

/// Whether the command is short enough to be typed without a mistake.
pub(super) fn is_short(command: &str, limit: usize) -> Answer {
    let length = command.chars().count();
    if length <= limit {
        return Ok(format!("{length} of {limit} characters"));
    }
    let problem = not_met("the rollback command is too long to be typed under pressure")
        .expected(format!("at most {limit} characters"))
        .observed(format!("{length} characters"))
        .next("put it into a script or a target of the Makefile, and name that");
    Err(Outcome::Fail(problem))
}

/// Whether everything in the command is filled in.
pub(super) fn is_filled_in(context: &Context, command: &CommandLine) -> Answer {
    let text = command.argv().join(" ");
    match placeholder(&text).map(str::to_owned).or_else(|| unset_variable(context, command)) {
        None => Ok("nothing in it is left to fill in".to_owned()),
        Some(found) => Err(Outcome::Fail(left_open(&found, command))),
    }
}

fn left_open(found: &str, command: &CommandLine) -> Problem {
    Problem::new(Reason::Placeholder, format!("`{found}` in the rollback command was never filled in"))
        .expected("a command that can be run as it stands")
        .observed(format!("`{command}`"))
        .next("write the value, or a name that rollsafe fills in such as {{ previous-release }}")
}

/// A variable that nobody fills in: no shell sees it, or the shell does not know it.
fn unset_variable(context: &Context, command: &CommandLine) -> Option<String> {
    let argv = without_wrappers(command.argv());
    let text = text_for_shell(argv);
    let texts: Vec<&str> = text.map_or_else(|| argv.iter().map(String::as_str).collect(), |text| vec![text]);
    texts.into_iter().flat_map(|word| VARIABLE.captures_iter(word)).find_map(|found| {
        let name = found.get(1).or_else(|| found.get(2)).map_or("", |name| name.as_str());
        let known = text.is_some_and(|text| is_set(context, text, name));
        (!known).then(|| found[0].to_owned())
    })
}

fn is_set(context: &Context, text: &str, name: &str) -> bool {
    let assigned = [format!("{name}="), format!("for {name} in"), format!("read {name}"), format!("read -r {name}")];
    context.probes.environment.is_set(name)
        || name.starts_with("ROLLSAFE_")
        || assigned.iter().any(|form| text.contains(form.as_str()))
}

/// Whether the command does anything at all.
pub(super) fn has_effect(command: &CommandLine) -> Answer {
    if !command_does_nothing(command.argv()) {
        return Ok("it does something".to_owned());
    }
    let problem = not_met("the rollback command does nothing")
        .expected("a command that switches back to the release before")
        .observed(format!("`{command}` changes nothing and still ends well"))
        .next("write the real rollback command into the step or the service file");
    Err(Outcome::Fail(problem))
}

/// Whether the program is there, with the script or recipe that it is to run.
pub(super) async fn resolves(context: &Context, command: &CommandLine) -> Answer {
    let argv = without_wrappers(command.argv());
    let program = &argv[0];
    if program.contains('/') {
        let started = started_file(context, program).await?;
        return Ok(behind(context, argv).await.transpose()?.unwrap_or(started));
    }
    if !is_on_path(context, program) {
        return Err(Outcome::Fail(no_program(program)));
    }
    let found = format!("`{program}` is on PATH");
    Ok(behind(context, argv).await.transpose()?.map_or_else(|| found.clone(), |more| format!("{found}; {more}")))
}

/// What the program is to run, if that can be looked at.
async fn behind(context: &Context, argv: &[String]) -> Option<Answer> {
    if let Some(runner) = Runner::of(argv) {
        return Some(runner.look(context, argv).await);
    }
    if let Some(text) = text_for_shell(argv) {
        return Some(text_is_readable(context, &argv[0], text).await);
    }
    match Script::of_command(argv) {
        Some(script) => Some(script.look(context).await),
        None => None,
    }
}

fn is_on_path(context: &Context, program: &str) -> bool {
    let path = context.probes.environment.get("PATH").unwrap_or("");
    std::env::split_paths(path).any(|folder| context.probes.files.is_executable(folder.join(program)))
}

fn no_program(program: &str) -> Problem {
    missing(format!("there is no program `{}`", base_name(program)))
        .expected(format!("`{program}` on PATH"))
        .observed("no folder of PATH holds it")
        .next(format!("correct the rollback command, or install `{program}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> (tempfile::TempDir, Context) {
        let folder = tempfile::tempdir().unwrap();
        let context = Context::for_test(folder.path(), "2026-11-21T12:00:00Z");
        (folder, context)
    }

    fn line(text: &str) -> CommandLine {
        CommandLine::split(text).unwrap()
    }

    fn reason(answer: Answer) -> &'static str {
        answer.err().map_or("met", |outcome| outcome.reason().as_str())
    }

    #[test]
    fn a_command_that_is_too_long_fails() {
        assert_eq!(is_short("make rollback", 13).unwrap(), "13 of 13 characters");
        assert_eq!(reason(is_short("make rollback", 12)), "not-met");
    }

    #[test]
    fn a_command_with_an_open_end_is_a_placeholder() {
        let (_folder, context) = context();
        for text in [
            "make rollback VERSION=<previous>",
            "x TODO",
            "x {{ previous-release }}",
            "x '$VERSION'",
            "sh -c 'x $NO_SUCH_VARIABLE'",
            "env A=1 x '${VERSION}'",
        ] {
            assert_eq!(reason(is_filled_in(&context, &line(text))), "placeholder", "{text}");
        }
        for text in ["make rollback", "sh -c 'x $PATH'", "sh -c 'V=1; x $V'", "sh -c 'x ${V:-1}'", "awk '{print $1}'"]
        {
            assert_eq!(reason(is_filled_in(&context, &line(text))), "met", "{text}");
        }
    }

    #[tokio::test]
    async fn a_program_that_is_nowhere_is_missing() {
        let (folder, context) = context();
        assert_eq!(reason(resolves(&context, &line("no-such-program-at-all x")).await), "missing");
        assert_eq!(reason(resolves(&context, &line("scripts/rollback")).await), "missing");
        assert_eq!(reason(resolves(&context, &line("env A=1 ls")).await), "met");
        std::fs::write(folder.path().join("go"), "binary").unwrap();
        assert_eq!(reason(resolves(&context, &line("./go")).await), "not-met");
    }

    #[test]
    fn a_command_without_effect_is_not_met() {
        assert_eq!(reason(has_effect(&line("echo rolled back"))), "not-met");
        assert_eq!(reason(has_effect(&line("make rollback"))), "met");
    }
}
