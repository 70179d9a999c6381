//! The page that the summary is written on: lines of a certain width, with labels on the left.

use super::styles::Styles;
use super::wrap::{at_most, fold, pad};

/// The column at which the parts of a step begin.
pub(super) const INDENT: usize = 7;
/// The columns that a label takes, the space behind it included.
const LABEL: usize = 10;
/// The narrowest column of text; on a narrower terminal lines are folded by the terminal itself.
const NARROWEST: usize = 30;
/// The most lines of one labelled text.
const LINES_EACH: usize = 12;

/// Lines of text under construction.
#[derive(Debug)]
pub(super) struct Page {
    text: String,
    width: usize,
    /// The styles of its words.
    pub(super) styles: Styles,
}

impl Page {
    /// An empty page.
    pub(super) fn new(width: u16, styles: Styles) -> Self {
        Self { text: String::new(), width: usize::from(width), styles }
    }

    /// Everything that was written.
    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// The columns to the right of an indent.
    pub(super) fn room(&self, indent: usize) -> usize {
        self.width.saturating_sub(indent).max(NARROWEST)
    }

    /// Whether a column of text fits to the right of an indent.
    pub(super) fn has_room(&self, indent: usize) -> bool {
        self.width >= indent + NARROWEST
    }

    /// Adds a line as it is.
    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// Adds an empty line, unless there is one already or the page is empty.
    pub(super) fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// Adds a label and a text, folded so that it stays in its own column.
    pub(super) fn labelled(&mut self, label: &str, text: &str) {
        let lines = at_most(fold(text, self.room(INDENT + LABEL)), LINES_EACH);
        self.column(label, &lines);
    }

    /// Adds a label and lines that must stay as they are, such as a command that is to be copied.
    pub(super) fn column(&mut self, label: &str, lines: &[String]) {
        let mut label = label;
        for line in lines {
            let name = self.styles.quiet.style(pad(label, LABEL)).to_string();
            self.line(&format!("{}{name}{line}", " ".repeat(INDENT)));
            label = "";
        }
    }

    /// Adds a text behind a beginning that was already counted, its further lines under its first one.
    pub(super) fn hanging(&mut self, start: &str, indent: usize, text: &str) {
        for (index, line) in fold(text, self.room(indent)).iter().enumerate() {
            let before = if index == 0 { start.to_owned() } else { " ".repeat(indent) };
            self.line(&format!("{before}{line}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_stays_in_its_column() {
        let mut page = Page::new(50, Styles::default());
        page.labelled("observed", "one two three four five six seven eight");
        let expected = "       observed  one two three four five six seven\n                 eight\n";
        assert_eq!(page.into_text(), expected);
    }

    #[test]
    fn gaps_do_not_add_up() {
        let mut page = Page::new(50, Styles::default());
        page.gap();
        page.line("a");
        page.gap();
        page.gap();
        page.line("b");
        assert_eq!(page.into_text(), "a\n\nb\n");
    }
}
