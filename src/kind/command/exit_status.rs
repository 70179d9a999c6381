//! Exit statuses: which ones are good, and what the others mean.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error};

use crate::kind::check::OneOrMany;
use crate::probe::process::Exit;

/// The exit statuses that count as good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ExitStatuses(Vec<i32>);

impl ExitStatuses {
    pub(super) fn contains(&self, status: i32) -> bool {
        self.0.contains(&status)
    }
}

impl Default for ExitStatuses {
    fn default() -> Self {
        Self(vec![0])
    }
}

impl fmt::Display for ExitStatuses {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        write!(formatter, "exit status {}", numbers.join(" or "))
    }
}

impl<'de> Deserialize<'de> for ExitStatuses {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let OneOrMany(numbers) = OneOrMany::<i32>::deserialize(deserializer)?;
        match numbers.iter().find(|number| !(0..=255).contains(*number)) {
            Some(number) => {
                Err(D::Error::custom(format_args!("`{number}` is no exit status; they go from 0 to 255")))
            }
            None => Ok(Self(numbers)),
        }
    }
}

impl JsonSchema for ExitStatuses {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ExitStatuses".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let one = serde_json::json!({ "type": "integer", "minimum": 0, "maximum": 255 });
        json_schema!({ "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }] })
    }
}

/// How a program ended, in words.
pub(super) fn in_words(exit: Exit) -> String {
    match exit {
        Exit::Status(status) => format!("exit status {status}{}", hint(status)),
        Exit::Signal(signal) => format!("ended by signal {signal}{}", signal_name(signal)),
        Exit::TimedOut => "ended because its time was over".to_owned(),
        Exit::Cancelled => "ended with the run".to_owned(),
    }
}

/// What a shell means by a status (POSIX, Shell Command Language, section 2.8.2).
fn hint(status: i32) -> String {
    match status {
        126 => ", by which a shell says that it found a command and could not execute it".to_owned(),
        127 => ", by which a shell says that it did not find a command".to_owned(),
        129..=192 => {
            let signal = status - 128;
            format!(", by which a shell says that a command was ended by signal {signal}{}", signal_name(signal))
        }
        _ => String::new(),
    }
}

/// The name of a signal whose number is the same on all systems, with what usually sends it.
fn signal_name(signal: i32) -> &'static str {
    match signal {
        1 => " (SIGHUP)",
        2 => " (SIGINT)",
        4 => " (SIGILL)",
        6 => " (SIGABRT)",
        8 => " (SIGFPE)",
        9 => " (SIGKILL; often the system, when memory runs out)",
        11 => " (SIGSEGV)",
        13 => " (SIGPIPE)",
        15 => " (SIGTERM)",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_status_or_a_list_is_read() {
        let read = |text| serde_json::from_str::<ExitStatuses>(text);
        assert_eq!(read("3").unwrap(), ExitStatuses(vec![3]));
        assert_eq!(read("[0, 5]").unwrap().to_string(), "exit status 0 or 5");
        for refused in ["[]", "256", "-1", "\"0\"", "[0, 300]"] {
            assert!(read(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn what_a_shell_says_with_a_number_is_said_in_words() {
        assert_eq!(in_words(Exit::Status(3)), "exit status 3");
        assert!(in_words(Exit::Status(127)).contains("did not find a command"));
        assert!(in_words(Exit::Status(126)).contains("could not execute it"));
        assert!(in_words(Exit::Status(137)).contains("signal 9 (SIGKILL"));
        assert_eq!(in_words(Exit::Signal(11)), "ended by signal 11 (SIGSEGV)");
    }
}
