//! Comments that silence a linter: on their line, or in the whole file.

use std::sync::LazyLock;

use regex::Regex;

use crate::kind::check::Context;

/// What the comments of some files silence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Suppressions {
    /// Lines with a comment that silences something.
    pub(super) lines: usize,
    /// Files that a comment hides from every rule.
    pub(super) hidden: Vec<String>,
    /// Files that could not be read as text.
    pub(super) unread: Vec<String>,
}

impl Suppressions {
    /// Reads some files. A file that is not text or too large is told as such.
    pub(super) async fn of(context: &Context, paths: Vec<String>) -> Self {
        let files = context.probes.files.clone();
        let counted = tokio::task::spawn_blocking(move || {
            let mut all = Self::default();
            for path in paths {
                match files.read(&path) {
                    Ok(text) => all.add(path, &text),
                    Err(_) => all.unread.push(path),
                }
            }
            all
        });
        counted.await.unwrap_or_default()
    }

    fn add(&mut self, path: String, text: &str) {
        static SILENCES: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"(?i)#.*\b(noqa|nosec|nosemgrep|(pylint|ruff|mypy)\s*:\s*(disable|ignore|file-ignore|noqa)|type\s*:\s*ignore)")
                .expect("the pattern is a constant")
        });
        static HIDES: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"(?im)^\s*#\s*(ruff|flake8)\s*[:=]\s*noqa\b[ \t]*([^:\s].*)?$")
                .expect("the pattern is a constant")
        });
        if !text.contains('#') {
            return;
        }
        self.lines += text.lines().filter(|line| line.contains('#') && SILENCES.is_match(line)).count();
        if HIDES.is_match(text) {
            self.hidden.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> (usize, bool) {
        let mut found = Suppressions::default();
        found.add("a.py".to_owned(), text);
        (found.lines, !found.hidden.is_empty())
    }

    #[test]
    fn a_comment_that_silences_a_line_is_counted() {
        for text in [
            "import os  # noqa",
            "import os #NOQA: F401",
            "x = 1  # type: ignore[misc]",
            "eval(x)  # nosec",
            "# ruff: disable[F401]",
        ] {
            assert_eq!(of(text), (1, false), "{text}");
        }
        assert_eq!(of("import os\nnoqa = 1\n# a plain comment\n"), (0, false));
    }

    #[test]
    fn a_comment_without_codes_hides_the_whole_file() {
        for text in ["# ruff: noqa", "import os\n  #ruff:noqa  \nx = 1", "# flake8: noqa\n", "# FLAKE8: NOQA"] {
            assert_eq!(of(text), (1, true), "{text}");
        }
        assert_eq!(of("# ruff: noqa: F401\n"), (1, false));
        assert_eq!(of("x = 1  # ruff: noqa"), (1, false), "behind code it counts for nothing more");
    }
}
