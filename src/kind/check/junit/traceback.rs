//! What the text of a failure tells: where it happened, and what was said last.

use std::sync::LazyLock;

use regex::Regex;

/// How much text of one failure is kept, in bytes; its end names the place.
const LONGEST_TEXT: usize = 64 * 1024;

/// What a traceback says in the end: pytest marks the error with `E`, others put it on the last line.
pub(super) fn last_words(text: &str) -> &str {
    let lines = || text.lines().rev().map(str::trim_end).filter(|line| !line.is_empty());
    let marked = lines().find_map(|line| line.strip_prefix("E  ").map(str::trim));
    marked.or(lines().next()).unwrap_or_default()
}

/// Adds a piece to a text and keeps no more than its end.
pub(super) fn keep_end(text: &mut String, piece: &str) {
    text.push_str(piece);
    if text.len() > LONGEST_TEXT {
        let too_many = text.len() - LONGEST_TEXT;
        let from = (too_many..=text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len());
        text.drain(..from);
    }
}

/// The last place of the project that a traceback of Python names: pytest's `file.py:12: ...` or Python's own
/// `File "file.py", line 12`. Absolute paths lead out of the project.
pub(super) fn place_in(text: &str) -> Option<(String, usize)> {
    static PLACE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?m)^(?:([^\s:<>"/][^:<>"\r\n]*\.py):(\d+): | *File "([^"/][^"\r\n]*)", line (\d+))"#)
            .expect("the pattern is a constant")
    });
    let found = PLACE.captures_iter(text).last()?;
    let (file, line) = (found.get(1).or(found.get(3))?, found.get(2).or(found.get(4))?);
    Some((file.as_str().to_owned(), line.as_str().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_a_failure_is_the_last_one_inside_the_project() {
        let place = |text| place_in(text);
        let file = |line| Some(("tests/test_a.py".to_owned(), line));
        assert_eq!(place("tests/test_a.py:3: in t\n/usr/lib/x.py:9: KeyError"), file(3));
        assert_eq!(place("  File \"tests/test_a.py\", line 8, in t\n  File \"/usr/x.py\", line 1"), file(8));
        assert_eq!(place("nothing here: 3"), None);
    }
}
