//! Colour is a value: a set of styles whose default is plain. Words carry the meaning, colour only helps.

use owo_colors::Style;

use crate::model::{Outcome, Verdict};

/// The styles of everything that a terminal shows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Styles {
    good: Style,
    reserved: Style,
    bad: Style,
    open: Style,
    /// What matters least on a line.
    pub(super) quiet: Style,
    /// What the eye should find first.
    pub(super) strong: Style,
}

impl Styles {
    /// Styles with colour, or plain ones.
    pub(super) fn new(colour: bool) -> Self {
        if !colour {
            return Self::default();
        }
        Self {
            good: Style::new().green().bold(),
            reserved: Style::new().yellow().bold(),
            bad: Style::new().red().bold(),
            open: Style::new().magenta().bold(),
            quiet: Style::new().dimmed(),
            strong: Style::new().bold(),
        }
    }

    /// The style of the word of an outcome.
    pub(super) fn outcome(&self, outcome: &Outcome) -> Style {
        match outcome {
            Outcome::Pass(_) => self.good,
            Outcome::Warn(_) => self.reserved,
            Outcome::Fail(_) => self.bad,
            Outcome::Error(_) => self.open,
            Outcome::Skip(_) => self.quiet,
        }
    }

    /// The style of the word of a verdict.
    pub(super) fn verdict(&self, verdict: Verdict) -> Style {
        match verdict {
            Verdict::Go => self.good,
            Verdict::Undecided => self.open,
            Verdict::NoGo => self.bad,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_styles_write_no_escape() {
        let text = format!("{}", Styles::new(false).verdict(Verdict::NoGo).style("NO-GO"));
        assert_eq!(text, "NO-GO");
        let text = format!("{}", Styles::new(true).verdict(Verdict::NoGo).style("NO-GO"));
        assert!(text.starts_with("\u{1b}["), "{text:?}");
    }
}
