//! Settings that contradict each other, and commands that cannot fail.
//!
//! `true` is let through: it says openly that it does nothing, and nobody writes it by mistake.

use std::path::Path;

use crate::kind::check::SettingProblem;

use super::CommandStep;
use super::exit_status::ExitStatuses;
use super::result_format::ResultFormat;

/// Programs that print what they are given and always end with 0.
const ECHOES: [&str; 3] = ["echo", "printf", ":"];
/// Shells that take a script behind `-c`.
const SHELLS: [&str; 5] = ["sh", "bash", "dash", "zsh", "ksh"];
/// Commands at the end of a script that throw away the exit status before them.
const SWALLOWERS: [&str; 4] = ["true", ":", "exit 0", "echo"];

/// Everything that is wrong with the settings of a step.
pub(super) fn problems(step: &CommandStep) -> Vec<SettingProblem> {
    let checks = [
        only_echoes,
        swallows_status,
        outside,
        empty_text,
        empty_and_more,
        twice_the_status,
        without_file,
        file_for_nothing,
    ];
    checks.into_iter().filter_map(|check| check(step)).collect()
}

fn problem(key: &'static str, message: impl Into<String>, help: &str) -> SettingProblem {
    SettingProblem { key, message: message.into(), help: help.to_owned() }
}

fn only_echoes(step: &CommandStep) -> Option<SettingProblem> {
    let name = base_name(step.command.program());
    let help = "name the program whose work is to be judged";
    ECHOES.contains(&name).then(|| problem("command", format!("`{name}` cannot fail, so this asserts nothing"), help))
}

fn swallows_status(step: &CommandStep) -> Option<SettingProblem> {
    let last = last_command(script(step)?)?;
    let is_swallowed = SWALLOWERS.iter().any(|swallower| {
        last.strip_prefix(swallower).is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
    });
    let proves_more = step.searches_output() || step.result != ResultFormat::ExitStatus || !step.unchanged.is_empty();
    (is_swallowed && !proves_more).then(|| {
        let message = format!("the script ends with `{last}`, so its exit status says nothing");
        problem("command", message, "let the script end with the status that counts, or say what it must print")
    })
}

/// The script of `["sh", "-c", "..."]`.
fn script(step: &CommandStep) -> Option<&str> {
    let (program, arguments) = step.command.argv().split_first()?;
    let at = arguments.iter().position(|argument| argument.starts_with('-') && argument.ends_with('c'))?;
    SHELLS.contains(&base_name(program)).then(|| arguments.get(at + 1).map(String::as_str))?
}

/// The last command of a script, where it stands behind `;`, `||` or a line break. Behind `&&` or a bar it
/// depends on what stands before, or is the one that counts.
fn last_command(script: &str) -> Option<&str> {
    let script = script.trim().trim_end_matches(';').trim_end();
    let begin = [";", "||", "\n"].iter().filter_map(|sign| Some(script.rfind(sign)? + sign.len())).max()?;
    let last = script[begin..].trim();
    (!last.contains("&&") && !last.contains('|')).then_some(last)
}

fn outside(step: &CommandStep) -> Option<SettingProblem> {
    let is_absolute = step.folder.as_deref().is_some_and(|folder| Path::new(folder).is_absolute());
    let help = "write the folder as it is seen from the folder of the service";
    is_absolute.then(|| problem("folder", "the folder must be relative to the service", help))
}

fn empty_text(step: &CommandStep) -> Option<SettingProblem> {
    let rules = [("stdout", &step.stdout), ("stderr", &step.stderr)];
    let (key, _) = rules.into_iter().find(|(_, rule)| rule.texts().any(|text| text.trim().is_empty()))?;
    Some(problem(
        key,
        "an empty text stands everywhere, so this asserts nothing",
        "name a text that only good output has",
    ))
}

fn without_file(step: &CommandStep) -> Option<SettingProblem> {
    let is_missing = step.result == ResultFormat::Junit && step.result_file.is_none();
    let help = "name the file that the command writes, such as `result-file = \"build/junit.xml\"`";
    is_missing.then(|| problem("result-file", "JUnit results are read from a file", help))
}

fn file_for_nothing(step: &CommandStep) -> Option<SettingProblem> {
    let is_idle = step.result_file.is_some() && !step.result.is_document();
    let message = "nothing is read from this file";
    is_idle.then(|| problem("result-file", message, "say what it holds with `result`, or leave it out"))
}

fn empty_and_more(step: &CommandStep) -> Option<SettingProblem> {
    for (key, rule) in [("stdout", &step.stdout), ("stderr", &step.stderr)] {
        if rule.empty == Some(true) && (rule.wants_text() || rule.forbids_something()) {
            let message = format!("`{key}` must be empty and is looked at as well");
            return Some(problem(key, message, "keep `empty`, or the others"));
        }
    }
    let is_contrary = step.stdout.empty == Some(true) && step.min_lines > 0;
    let message = "standard output must be empty and have lines";
    is_contrary.then(|| problem("min-lines", message, "keep `min-lines`, or `stdout.empty`"))
}

fn twice_the_status(step: &CommandStep) -> Option<SettingProblem> {
    let is_twice = step.result == ResultFormat::Nagios && step.exit_status != ExitStatuses::default();
    let message = "the protocol of Nagios plugins says what every exit status means";
    is_twice.then(|| problem("exit-status", message, "leave out `exit-status`, or `result`"))
}

fn base_name(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(settings: &str) -> Vec<&'static str> {
        let step: CommandStep = toml::from_str(settings).unwrap();
        problems(&step).into_iter().map(|problem| problem.key).collect()
    }

    #[test]
    fn a_command_that_cannot_fail_is_refused() {
        assert_eq!(keys("command = 'echo fine'"), ["command"]);
        assert_eq!(keys("command = '/bin/echo fine'\nstdout.contains = 'fine'"), ["command"]);
        assert_eq!(keys("command = 'true'"), [""; 0]);
        assert_eq!(keys("command = 'make check'"), [""; 0]);
    }

    #[test]
    fn a_script_that_throws_its_status_away_is_refused() {
        for script in ["pg_dump x || true", "make; exit 0", "make\ntrue\n", "make; :", "make || echo failed;"] {
            assert_eq!(keys(&format!("command = ['bash', '-ec', '''{script}''']")), ["command"], "{script}");
        }
        for script in ["a || b", "make; test -f out", "a && true", "make | tail -1", "exit 0", "a || exit 1"] {
            assert_eq!(keys(&format!("command = ['sh', '-c', '{script}']")), [""; 0], "{script}");
        }
    }

    #[test]
    fn a_thrown_away_status_is_fine_where_something_else_is_looked_at() {
        assert_eq!(keys("command = ['sh', '-c', 'x || true']\nstdout.contains = 'done'"), [""; 0]);
        assert_eq!(keys("command = ['sh', '-c', 'x || true']\nunchanged = ['app']"), [""; 0]);
    }

    #[test]
    fn settings_that_contradict_each_other_are_refused() {
        assert_eq!(keys("command = 'make'\nfolder = '/tmp'"), ["folder"]);
        assert_eq!(keys("command = 'make'\nstdout = { empty = true, contains = 'x' }"), ["stdout"]);
        assert_eq!(keys("command = 'make'\nstderr = { empty = true, not-matches = 'x' }"), ["stderr"]);
        assert_eq!(keys("command = 'make'\nstdout.empty = true\nmin-lines = 3"), ["min-lines"]);
        assert_eq!(keys("command = 'check_x'\nresult = 'nagios'\nexit-status = 1"), ["exit-status"]);
        assert_eq!(keys("command = 'make'\nstdout.contains = ['a', ' ']"), ["stdout"]);
        assert_eq!(keys("command = 'make'\nresult = 'junit'"), ["result-file"]);
        assert_eq!(keys("command = 'make'\nresult-file = 'junit.xml'"), ["result-file"]);
        assert_eq!(keys("command = 'make'\nresult = 'tap'"), [""; 0]);
    }
}
