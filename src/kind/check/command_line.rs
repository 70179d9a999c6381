//! A command as a checklist writes it: an array of arguments, or one string that is split like a shell splits
//! words. There is no shell: no pipes, no variables, no globs. Whoever wants one writes `["sh", "-c", "..."]`.

use std::fmt;

use crate::model::Template;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// A program and its arguments; never empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CommandLine(Vec<String>);

impl CommandLine {
    /// A command from its arguments.
    ///
    /// # Errors
    /// When there is no program.
    pub(crate) fn new(argv: Vec<String>) -> Result<Self, String> {
        if argv.first().is_none_or(|program| program.trim().is_empty()) {
            return Err("a command needs a program".to_owned());
        }
        Ok(Self(argv))
    }

    /// A command from one string, split like a shell splits words (POSIX, Shell Command Language, section 2.2).
    ///
    /// # Errors
    /// When a quote is not closed, or there is no program.
    pub(crate) fn split(text: &str) -> Result<Self, String> {
        // The blanks in `{{ name }}` divide no words: the name is filled in later.
        let text = Template(text).fill(|name| Some(format!("{{{{{name}}}}}")));
        let argv = shell_words::split(&text).map_err(|_| format!("a quote in `{text}` is not closed"))?;
        Self::new(argv)
    }

    /// The program.
    pub(crate) fn program(&self) -> &str {
        &self.0[0]
    }

    /// The program and its arguments.
    pub(crate) fn argv(&self) -> &[String] {
        &self.0
    }

    /// The same command with more arguments behind it.
    #[must_use]
    pub(crate) fn with(&self, arguments: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let mut argv = self.0.clone();
        argv.extend(arguments.into_iter().map(Into::into));
        Self(argv)
    }
}

impl fmt::Display for CommandLine {
    /// Quoted so that it can be pasted into a shell.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&shell_words::join(&self.0))
    }
}

struct CommandLineVisitor;

impl<'de> Visitor<'de> for CommandLineVisitor {
    type Value = CommandLine;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a command: an array of strings such as [\"pytest\", \"-q\"], or one string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<CommandLine, E> {
        CommandLine::split(text).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<CommandLine, A::Error> {
        let mut argv = Vec::new();
        while let Some(argument) = sequence.next_element::<String>()? {
            argv.push(argument);
        }
        CommandLine::new(argv).map_err(A::Error::custom)
    }
}

impl<'de> Deserialize<'de> for CommandLine {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CommandLineVisitor)
    }
}

impl Serialize for CommandLine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl JsonSchema for CommandLine {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "CommandLine".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A command: an array of arguments, or one string that is split like a shell splits words. No shell is started.",
            "anyOf": [
                { "type": "array", "items": { "type": "string" }, "minItems": 1 },
                { "type": "string", "minLength": 1 }
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_is_split_like_a_shell_splits_words() {
        let command = CommandLine::split("git commit -m 'two words' a\\ b").unwrap();
        assert_eq!(command.argv(), ["git", "commit", "-m", "two words", "a b"]);
        assert_eq!(command.to_string(), "git commit -m 'two words' 'a b'");
    }

    #[test]
    fn a_name_that_is_filled_in_later_stays_one_word() {
        assert_eq!(
            CommandLine::split("tox --junitxml={{ junit }} a").unwrap().argv(),
            ["tox", "--junitxml={{junit}}", "a"]
        );
    }

    #[test]
    fn a_pipe_is_an_ordinary_argument() {
        assert_eq!(CommandLine::split("a | b").unwrap().argv(), ["a", "|", "b"]);
    }

    #[test]
    fn an_open_quote_and_an_empty_command_are_refused() {
        assert!(CommandLine::split("echo 'a").is_err());
        assert!(CommandLine::split("  ").is_err());
        assert!(CommandLine::new(vec![]).is_err());
    }
}
