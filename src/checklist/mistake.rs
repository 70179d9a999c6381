//! What a reader of settings said, in words for people.
//!
//! Settings types are read through serde, whose messages have fixed forms. They are taken apart here, so that a
//! mistake gets its code, its nearest valid name, and words that do not speak of Rust.

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::model::nearest;

use super::advice::advice;

/// What a message of serde says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mistake {
    /// A key that the type does not have, and those that it has.
    UnknownKey {
        /// The key.
        key: String,
        /// The valid ones.
        valid: Vec<String>,
    },
    /// A key that is not there.
    MissingKey {
        /// The key.
        key: String,
    },
    /// A word that is not one of the allowed ones, and those.
    UnknownValue {
        /// The word.
        value: String,
        /// The allowed ones.
        valid: Vec<String>,
    },
    /// A value of another type.
    WrongType {
        /// What is there.
        found: String,
        /// What should be there.
        expected: String,
    },
    /// Anything else, in the words of the type itself.
    Other {
        /// The words.
        message: String,
    },
}

impl Mistake {
    /// Takes a message apart.
    pub(super) fn of(message: &str) -> Self {
        if let Some((key, rest)) = named(message, "unknown field `") {
            return Self::UnknownKey { key, valid: quoted(rest) };
        }
        if let Some((key, _)) = named(message, "missing field `") {
            return Self::MissingKey { key };
        }
        if let Some((value, rest)) = named(message, "unknown variant `") {
            return Self::UnknownValue { value, valid: quoted(rest) };
        }
        let typed = ["invalid type: ", "invalid value: "].iter().find_map(|prefix| message.strip_prefix(prefix));
        match typed.and_then(|rest| rest.rsplit_once(", expected ")) {
            Some((found, expected)) => Self::WrongType { found: found_words(found), expected: type_words(expected) },
            None => Self::Other { message: message.to_owned() },
        }
    }

    /// The words that would be allowed, if the message names them.
    pub(super) fn allowed(&self) -> &[String] {
        match self {
            Self::UnknownValue { valid, .. } => valid,
            Self::UnknownKey { .. } | Self::MissingKey { .. } | Self::WrongType { .. } | Self::Other { .. } => &[],
        }
    }

    /// The mistake as a problem. `key` is where it was made, `owner` whose settings they are, and `more` are
    /// keys that are valid there besides those of the type.
    pub(super) fn diagnostic(&self, key: &str, owner: &str, more: &[&str], place: Place) -> Diagnostic {
        match self {
            Self::UnknownKey { key, valid } => unknown_key(key, owner, valid, more, place),
            Self::MissingKey { key: missing } => {
                let help = format!("add `{missing} = ...`");
                let container = if key.is_empty() { owner.to_owned() } else { format!("`{key}` of {owner}") };
                Diagnostic::new(Code::MissingKey, format!("`{missing}` is missing in {container}"))
                    .at(place, "")
                    .help(help)
            }
            Self::UnknownValue { value, valid } => {
                let valid = valid.iter().map(String::as_str);
                let message = format!("`{value}` is not a value of `{key}`");
                let diagnostic = Diagnostic::new(Code::UnknownValue, message).at(place.clone(), "");
                let diagnostic = diagnostic.help(advice(value, valid.clone(), "values"));
                match nearest(value, valid) {
                    Some(meant) => diagnostic.suggest(place, format!("\"{meant}\"")),
                    None => diagnostic,
                }
            }
            Self::WrongType { found, expected } => wrong_type(key, owner, found, expected, place),
            Self::Other { message } => other(key, owner, message, place),
        }
    }
}

fn unknown_key(key: &str, owner: &str, valid: &[String], more: &[&str], place: Place) -> Diagnostic {
    let own = valid.iter().map(String::as_str);
    let diagnostic =
        Diagnostic::new(Code::UnknownKey, format!("`{key}` is not a key of {owner}")).at(place.clone(), "");
    match nearest(key, own.clone().chain(more.iter().copied())) {
        Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")).suggest(place, meant),
        None if more.is_empty() => diagnostic.help(advice(key, own, "keys")),
        None => diagnostic.help(format!("{}; besides those that every step has", advice(key, own, "keys"))),
    }
}

fn wrong_type(key: &str, owner: &str, found: &str, expected: &str, place: Place) -> Diagnostic {
    let subject = if key.is_empty() { owner.to_owned() } else { format!("`{key}`") };
    let is_bare = found.starts_with("the number ") && is_quantity(expected);
    let (code, label, help) = if is_bare {
        (Code::BareNumber, "a number without a unit", "write the unit behind the number, in quotes".to_owned())
    } else {
        (Code::WrongType, "", format!("write {expected}"))
    };
    Diagnostic::new(code, format!("{subject} must be {expected}, not {found}")).at(place, label).help(help)
}

fn other(key: &str, owner: &str, message: &str, place: Place) -> Diagnostic {
    let bare = message.contains("it has no unit") || message.contains("with a percent sign");
    let code = if bare { Code::BareNumber } else { Code::InvalidValue };
    let subject = if key.is_empty() { owner.to_owned() } else { format!("`{key}`") };
    let help = if bare { "write the unit behind the number" } else { "correct the value" };
    Diagnostic::new(code, format!("{subject}: {message}")).at(place, "").help(help)
}

/// Whether a number with a unit is expected.
fn is_quantity(expected: &str) -> bool {
    ["a length of time", "a size with a unit", "a share"].iter().any(|quantity| expected.starts_with(quantity))
}

/// The name behind a prefix up to the closing backtick, and what follows.
fn named<'m>(message: &'m str, prefix: &str) -> Option<(String, &'m str)> {
    let rest = message.strip_prefix(prefix)?;
    let (name, rest) = rest.split_once("`, expected ").or_else(|| rest.rsplit_once('`'))?;
    Some((name.to_owned(), rest))
}

/// All words between backticks.
fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn found_words(found: &str) -> String {
    let words = [
        ("integer ", "the number "),
        ("floating point ", "the number "),
        ("string ", "the text "),
        ("boolean ", ""),
        ("map", "a table"),
        ("sequence", "an array"),
    ];
    let word = words.into_iter().find(|(prefix, _)| found.starts_with(prefix));
    word.map_or_else(|| found.to_owned(), |(prefix, word)| format!("{word}{}", &found[prefix.len()..]))
}

fn type_words(expected: &str) -> String {
    let words = match expected {
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" | "u64" | "usize" => "a whole number that is not negative",
        "i8" | "i16" | "i32" | "i64" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" => "true or false",
        "a string" => "a text in quotes",
        "a sequence" => "an array",
        "a map" => "a table",
        "a TOML datetime" => "a date such as 2026-12-04, without quotes",
        other if other.starts_with("struct ") && !other.contains("Datetime") => "a table",
        other => other,
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_messages_of_serde_are_taken_apart() {
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        let cases = [
            (
                "unknown field `pth`, expected one of `path`, `tool`",
                Mistake::UnknownKey { key: "pth".into(), valid: owned(&["path", "tool"]) },
            ),
            ("unknown field `a`, there are no fields", Mistake::UnknownKey { key: "a".into(), valid: vec![] }),
            ("missing field `path`", Mistake::MissingKey { key: "path".into() }),
            (
                "unknown variant `c`, expected `a` or `b`",
                Mistake::UnknownValue { value: "c".into(), valid: owned(&["a", "b"]) },
            ),
            (
                "invalid type: map, expected u16",
                Mistake::WrongType { found: "a table".into(), expected: "a whole number from 0 to 65535".into() },
            ),
            ("it is odd", Mistake::Other { message: "it is odd".into() }),
        ];
        for (message, mistake) in cases {
            assert_eq!(Mistake::of(message), mistake);
        }
    }
}
