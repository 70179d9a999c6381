//! One problem, stated in its parts.

use super::{Code, Place};

/// A problem of the service file or of a checklist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Diagnostic {
    /// The stable name of this sort of problem.
    pub(crate) code: Code,
    /// What is wrong, as a sentence without its end mark.
    pub(crate) message: String,
    /// Where it is. The first label is the place itself, the others belong to it. Empty for a problem that has
    /// no place in a file, such as a file that is not there.
    pub(crate) labels: Vec<Label>,
    /// What to do now.
    pub(crate) help: Option<String>,
    /// The text to write instead, where there is one.
    pub(crate) suggestion: Option<Suggestion>,
}

/// A place with a few words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    /// Where.
    pub(crate) place: Place,
    /// What is there; may be empty.
    pub(crate) text: String,
}

/// A text to write at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Suggestion {
    /// What is replaced.
    pub(crate) place: Place,
    /// The text that takes its place.
    pub(crate) replacement: String,
}

impl Diagnostic {
    /// A problem without a place; the other parts are added with the methods below.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), labels: Vec::new(), help: None, suggestion: None }
    }

    /// Adds a place with a few words. The first one is the place of the problem itself.
    #[must_use]
    pub(crate) fn at(mut self, place: Place, text: impl Into<String>) -> Self {
        self.labels.push(Label { place, text: text.into() });
        self
    }

    /// Says what to do now.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says what to write instead.
    #[must_use]
    pub(crate) fn suggest(mut self, place: Place, replacement: impl Into<String>) -> Self {
        self.suggestion = Some(Suggestion { place, replacement: replacement.into() });
        self
    }

    /// The place of the problem itself.
    pub(crate) fn place(&self) -> Option<&Place> {
        self.labels.first().map(|label| &label.place)
    }
}
