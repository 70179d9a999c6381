//! Lines cut and folded by the columns that they take in a terminal.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::model::CUT;

/// No line is longer than this many columns, so that one endless word cannot flood a terminal.
const LONGEST: usize = 200;

/// The columns that a text takes.
pub(super) fn columns(text: &str) -> usize {
    text.width()
}

/// The beginning of a text that fits, with the mark where something was cut off.
pub(super) fn cut(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let mut taken = 0;
    let fits = |character: &char| {
        taken += character.width().unwrap_or(0);
        taken < width
    };
    let mut shown: String = text.chars().take_while(fits).collect();
    shown.push_str(CUT);
    shown
}

/// A text filled up with spaces to a width.
pub(super) fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

/// The lines of a text, folded at spaces so that each fits. A line that fits keeps its spaces. A word that is
/// wider than a line stays whole, so that a path or an address can still be copied.
pub(super) fn fold(text: &str, width: usize) -> Vec<String> {
    text.lines().flat_map(|line| fold_line(line, width)).collect()
}

fn fold_line(line: &str, width: usize) -> Vec<String> {
    if columns(line) <= width {
        return vec![line.trim_end().to_owned()];
    }
    let mut lines = vec![String::new()];
    for word in line.split_whitespace() {
        let last = lines.last_mut().expect("there is always a last line");
        if last.is_empty() {
            last.push_str(&cut(word, LONGEST));
        } else if columns(last) + 1 + columns(word) <= width {
            last.push(' ');
            last.push_str(word);
        } else {
            lines.push(cut(word, LONGEST));
        }
    }
    lines
}

/// At most so many lines; the last one then says how many are not shown.
pub(super) fn at_most(mut lines: Vec<String>, limit: usize) -> Vec<String> {
    if lines.len() > limit {
        let more = lines.len() + 1 - limit;
        lines.truncate(limit - 1);
        lines.push(format!("{CUT} {more} more lines"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_text_fits_and_shows_its_cut() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("注文注文", 5), "注文…");
        assert_eq!(columns(&cut("注文注文", 6)), 5);
    }

    #[test]
    fn words_stay_whole_and_short_lines_keep_their_spaces() {
        assert_eq!(fold("one two three", 8), ["one two", "three"]);
        assert_eq!(fold("a   b\n  c", 8), ["a   b", "  c"]);
        assert_eq!(
            fold("see https://orders.example/health now", 10),
            ["see", "https://orders.example/health", "now"]
        );
    }

    #[test]
    fn an_endless_word_is_cut() {
        let lines = fold(&"x".repeat(100_000), 80);
        assert_eq!(lines.iter().map(|line| columns(line)).collect::<Vec<_>>(), [LONGEST]);
    }

    #[test]
    fn what_is_left_out_is_counted() {
        let lines = || ["a", "b", "c", "d"].map(str::to_owned).to_vec();
        assert_eq!(at_most(lines(), 4), lines());
        assert_eq!(at_most(lines(), 3), ["a", "b", "… 2 more lines"]);
    }
}
