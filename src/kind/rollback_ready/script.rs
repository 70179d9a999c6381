//! Scripts: whether one is there, whether its interpreter can read it, and whether it does anything.

use crate::kind::check::answers::{Answer, missing, not_met};
use crate::kind::check::{CommandLine, Context};
use crate::model::{Outcome, Problem, Reason};
use crate::probe::files::FileError;
use crate::probe::process::Exit;

use super::shell_text::{base_name, is_shell, text_does_nothing};

/// Reads a Python file as the interpreter would, without running it and without writing compiled code.
const PYTHON_SYNTAX: &str = "import ast, sys; ast.parse(open(sys.argv[1], 'rb').read(), sys.argv[1])";

/// A script and the program that reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Script {
    /// The shell or interpreter.
    pub(super) interpreter: String,
    /// The file, relative to the service.
    pub(super) path: String,
}

impl Script {
    /// The script that a command hands to a shell or to Python.
    pub(super) fn of_command(argv: &[String]) -> Option<Self> {
        let (interpreter, arguments) = argv.split_first()?;
        if !is_shell(interpreter) && !is_python(interpreter) {
            return None;
        }
        let path = arguments.iter().find(|argument| !argument.starts_with('-'))?;
        let hands_text =
            arguments.iter().take_while(|argument| *argument != path).any(|option| takes_no_file(option));
        (!hands_text).then(|| Self { interpreter: interpreter.clone(), path: path.clone() })
    }

    /// A file that is started by itself and names its interpreter on its first line.
    pub(super) fn of_file(path: &str, text: &str) -> Option<Self> {
        let line = text.strip_prefix("#!")?.lines().next()?;
        let mut words = line.split_whitespace().filter(|word| base_name(word) != "env" && !word.starts_with('-'));
        let interpreter = words.next()?;
        (is_shell(interpreter) || is_python(interpreter))
            .then(|| Self { interpreter: interpreter.to_owned(), path: path.to_owned() })
    }

    /// Whether the script is there, can be read by its interpreter, and does something.
    pub(super) async fn look(&self, context: &Context) -> Answer {
        let text = context.probes.files.read(&self.path).map_err(|error| self.unread(&error))?;
        self.read_by_interpreter(context).await?;
        if is_shell(&self.interpreter) && text_does_nothing(&text) {
            return Err(Outcome::Fail(self.does_nothing()));
        }
        Ok(format!("{} is there and {} can read it", self.path, base_name(&self.interpreter)))
    }

    async fn read_by_interpreter(&self, context: &Context) -> Result<(), Outcome> {
        let argv: Vec<&str> = if is_shell(&self.interpreter) {
            vec![&self.interpreter, "-n", &self.path]
        } else {
            vec![&self.interpreter, "-c", PYTHON_SYNTAX, &self.path]
        };
        syntax(context, &argv, &self.path).await
    }

    fn unread(&self, error: &FileError) -> Outcome {
        let problem = match error {
            FileError::Missing { .. } => missing(format!("the rollback runs {}, which is not there", self.path)),
            FileError::TooLarge { .. } | FileError::NotText { .. } | FileError::Read { .. } => {
                not_met(format!("{} cannot be read", self.path))
            }
        };
        let next = format!("bring {} back, or correct the rollback command", self.path);
        Outcome::Fail(problem.expected(format!("a script at {}", self.path)).observed(error.to_string()).next(next))
    }

    fn does_nothing(&self) -> Problem {
        not_met(format!("{} does nothing", self.path))
            .expected("a script that switches back to the release before")
            .observed("nothing but echo, exit and the like before its end or its first plain `exit`")
            .next(format!("write the rollback into {}", self.path))
    }
}

/// Whether a file that is started by its path is there, may be started, and holds something that can be read.
pub(super) async fn started_file(context: &Context, path: &str) -> Answer {
    let files = &context.probes.files;
    if !files.exists(path) {
        let problem = missing(format!("there is no program `{path}`"))
            .expected(format!("a program at {path}"))
            .observed("nothing is there")
            .next(format!("bring {path} back, or correct the rollback command"));
        return Err(Outcome::Fail(problem));
    }
    if !files.is_executable(path) {
        let problem = not_met(format!("`{path}` may not be started"))
            .expected("a file with the right to be executed")
            .observed("a file without it, or a folder")
            .next(format!("chmod +x {path}"));
        return Err(Outcome::Fail(problem));
    }
    match files.read(path).ok().and_then(|text| Script::of_file(path, &text)) {
        Some(script) => script.look(context).await,
        None => Ok(format!("{path} is there and may be started")),
    }
}

/// Whether a shell can read a text that it is handed with `-c`.
pub(super) async fn text_is_readable(context: &Context, shell: &str, text: &str) -> Answer {
    syntax(context, &[shell, "-n", "-c", text], "the text behind -c").await?;
    Ok(format!("{} can read the text behind -c", base_name(shell)))
}

async fn syntax(context: &Context, argv: &[&str], what: &str) -> Result<(), Outcome> {
    let line = CommandLine::new(argv.iter().map(|&word| word.to_owned()).collect())
        .expect("the interpreter is the first word");
    let finished = context.run_unseen(&context.command(&line)).await.map_err(|judgement| judgement.outcome)?;
    if finished.exit == Exit::Status(0) {
        return Ok(());
    }
    let problem = Problem::new(Reason::NotMet, format!("{what} has an error of syntax"))
        .expected(format!("`{line}` ends with status 0"))
        .observed(finished.ending())
        .next(format!("run `{line}` and correct {what}"));
    Err(Outcome::Fail(problem))
}

fn is_python(program: &str) -> bool {
    let name = base_name(program);
    name.strip_prefix("python")
        .is_some_and(|version| version.chars().all(|next| next.is_ascii_digit() || next == '.'))
}

/// `-c` hands text, `-m` hands the name of a module.
fn takes_no_file(option: &str) -> bool {
    !option.starts_with("--") && (option.contains('c') || option.contains('m'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<String> {
        let script = Script::of_command(&shell_words::split(text).unwrap())?;
        Some(format!("{} reads {}", script.interpreter, script.path))
    }

    #[test]
    fn the_script_of_a_command_is_its_first_plain_argument() {
        assert_eq!(of("sh scripts/rollback.sh 1.0.0").unwrap(), "sh reads scripts/rollback.sh");
        assert_eq!(of("bash -e x.sh").unwrap(), "bash reads x.sh");
        assert_eq!(of(".venv/bin/python3.12 x.py").unwrap(), ".venv/bin/python3.12 reads x.py");
        for text in ["sh -c 'make x'", "python -m app.rollback", "make x", "sh"] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn the_first_line_of_a_file_names_its_interpreter() {
        let of = |text: &str| Script::of_file("x", text).map(|script| script.interpreter);
        assert_eq!(of("#!/bin/sh\n"), Some("/bin/sh".to_owned()));
        assert_eq!(of("#!/usr/bin/env -S bash -e\n"), Some("bash".to_owned()));
        assert_eq!(of("#!/usr/bin/env python3\n"), Some("python3".to_owned()));
        assert_eq!(of("#!/usr/bin/perl\n"), None);
        assert_eq!(of("\u{7f}ELF"), None);
    }
}
