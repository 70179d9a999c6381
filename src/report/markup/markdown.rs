//! Markdown as GitHub and GitLab render it.

use super::{joined, visible};

/// Characters that mean something in a line of Markdown.
const SPECIAL: &str = "\\`*_{}[]()#+-.!|~>:";

/// A text on one line that renders as itself, in a paragraph, a heading or the cell of a table. Nobody named
/// in it is notified.
pub(in crate::report) fn inline(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() * 2);
    let text = visible(&joined(text));
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '#' if characters.peek().is_some_and(char::is_ascii_digit) => escaped.push_str("#<!-- -->"),
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '@' => escaped.push_str("@<!-- -->"),
            '-' | '.' | ':' | '(' | ')' | '!' | '+' | '{' | '}' => escaped.push(character),
            special if SPECIAL.contains(special) => escaped.extend(['\\', special]),
            other => escaped.push(other),
        }
    }
    guard_start(escaped)
}

/// Keeps a text from starting a list, a link or an automatic address.
fn guard_start(mut escaped: String) -> String {
    if escaped.starts_with(['-', '+']) {
        escaped.insert(0, '\\');
    }
    escaped.replace("://", ":<!-- -->//").replace("www.", "www<!-- -->.")
}

/// A text on one line as a code span that no backtick in it can end. In the cell of a table a pipe would end
/// the cell even inside a code span, so it is escaped there.
pub(in crate::report) fn code(text: &str, in_table: bool) -> String {
    let text = visible(&joined(text));
    let marks = "`".repeat(longest_run(&text) + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    let text = if in_table { text.replace('|', "\\|") } else { text };
    format!("{marks}{space}{text}{space}{marks}")
}

/// Several lines as they are, in a fence that nothing in them can end.
pub(in crate::report) fn fence(text: &str) -> String {
    let text = visible(text);
    let marks = "`".repeat(longest_run(&text).max(2) + 1);
    format!("{marks}text\n{}\n{marks}\n", text.trim_end())
}

/// A text on one line between HTML tags.
pub(in crate::report) fn html(text: &str) -> String {
    visible(&joined(text)).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The length of the longest row of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_renders_as_itself() {
        assert_eq!(inline("a|b `c` <script> & *d*"), "a\\|b \\`c\\` &lt;script\\> &amp; \\*d\\*");
        assert_eq!(inline("# 1\n- two"), "\\# 1 - two");
        assert_eq!(inline("- not a list"), "\\- not a list");
    }

    #[test]
    fn nobody_is_notified_and_nothing_is_linked() {
        assert_eq!(inline("@dana see #12"), "@<!-- -->dana see #<!-- -->12");
        assert_eq!(inline("https://x.example"), "https:<!-- -->//x.example");
    }

    #[test]
    fn backticks_cannot_end_code() {
        assert_eq!(code("a `b` c", false), "``a `b` c``");
        assert_eq!(code("`b`", false), "`` `b` ``");
        assert_eq!(code("a|b", true), "`a\\|b`");
        assert_eq!(fence("x\n```\ny\n"), "````text\nx\n```\ny\n````\n");
    }

    #[test]
    fn no_tag_is_opened() {
        assert_eq!(html("</summary><b>&"), "&lt;/summary&gt;&lt;b&gt;&amp;");
    }
}
