//! How values are shown. Comparison works on the values themselves; a reader sees only those that cannot be a
//! secret, and of the others a short hash that tells whether two are the same.
//!
//! The hash is salted with the run and with everything that both sides hold. Whoever does not know the values
//! cannot know the salt, so a short password cannot be found by trying a list of words.

use std::sync::LazyLock;

use regex::Regex;

use crate::probe::files::sha256;

use super::document::{Settings, Value};

/// How many hex digits of a hash are shown.
const DIGITS: usize = 8;

/// Words in a key that speak of a secret.
const SECRET_WORDS: [&str; 15] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "key",
    "private",
    "credential",
    "dsn",
    "auth",
    "cookie",
    "salt",
    "session",
    "webhook",
];

/// A password in a URL, the head of a PEM block, or a long run of letters and digits.
static SECRET_VALUE: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"://[^/\s@]*:[^/\s@]*@|-----BEGIN|\b[A-Za-z0-9+_=-]{24,}";
    Regex::new(pattern).expect("a constant pattern is valid")
});

/// Shows values, or hides them.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    salt: String,
}

impl Shown {
    /// A way to show the values of one comparison.
    pub(super) fn new(run: &str, left: &Settings, right: &Settings) -> Self {
        let mut salt = run.to_owned();
        for (key, value) in left.iter().chain(right) {
            for part in [key.as_str(), value.text()] {
                salt.push('\0');
                salt.push_str(part);
            }
        }
        Self { salt: sha256(salt.as_bytes()) }
    }

    /// Whether a key or one of its values looks like a secret.
    pub(super) fn is_secret(key: &str, values: [Option<&Value>; 2]) -> bool {
        let key = key.to_ascii_lowercase();
        SECRET_WORDS.iter().any(|word| key.contains(word))
            || values.into_iter().flatten().any(|value| SECRET_VALUE.is_match(value.text()))
    }

    /// The short hash that stands for a value.
    pub(super) fn hidden(&self, value: &Value) -> String {
        let hash = sha256(format!("{}{}", self.salt, value.text().trim()).as_bytes());
        format!("hidden {}", &hash[..DIGITS])
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::{Format, read};
    use super::*;

    fn settings(text: &str) -> Settings {
        read(text, Format::Toml).unwrap()
    }

    #[test]
    fn the_same_value_has_the_same_hash_within_a_run_and_another_one_outside() {
        let (left, right) = (settings("a = \"x\"\nb = \"y\""), settings("a = \"x\""));
        let shown = Shown::new("run-1", &left, &right);
        assert_eq!(shown.hidden(&left["a"]), shown.hidden(&right["a"]));
        assert_ne!(shown.hidden(&left["a"]), shown.hidden(&left["b"]));
        assert_ne!(shown.hidden(&left["a"]), Shown::new("run-2", &left, &right).hidden(&left["a"]));
        let other = settings("a = \"x\"\nb = \"z\"");
        assert_ne!(shown.hidden(&left["a"]), Shown::new("run-1", &other, &right).hidden(&left["a"]));
    }

    #[test]
    fn keys_and_values_that_look_secret_are_told_from_plain_ones() {
        let secret = |text: &str| {
            let settings = settings(text);
            let (key, value) = settings.first_key_value().unwrap();
            Shown::is_secret(key, [Some(value), None])
        };
        for text in [
            "SECRET_KEY = 1",
            "db.passwd = 1",
            "sentry-dsn = 1",
            "url = \"postgres://app:pw@host/db\"",
            "x = \"-----BEGIN RSA\"",
            "x = \"ghp_0123456789abcdefghijklmnop\"",
        ] {
            assert!(secret(text), "{text}");
        }
        for text in ["workers = 4", "url = \"https://staging.example\"", "level = \"INFO\"", "python = \"3.12\""] {
            assert!(!secret(text), "{text}");
        }
    }
}
