//! All problems that were found, with the files that they stand in.

use std::sync::Arc;

use super::draw::{Colour, draw};
use super::{Code, Diagnostic, FileId, Sources};

/// All problems that were found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Problems {
    sources: Sources,
    diagnostics: Vec<Diagnostic>,
}

impl Problems {
    /// Adds a file that problems may stand in.
    pub(crate) fn add_file(&mut self, name: impl Into<String>, text: Arc<str>) -> FileId {
        self.sources.add(name, text)
    }

    /// Adds a problem.
    pub(crate) fn tell(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Takes problems back that only follow from others.
    pub(crate) fn forget(&mut self, codes: &[Code]) {
        self.diagnostics.retain(|diagnostic| !codes.contains(&diagnostic.code));
    }

    /// Whether nothing is wrong.
    pub(crate) fn is_empty(&self) -> bool {
        self.diagnostics.is_empty()
    }

    /// The files.
    pub(crate) fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Every problem once, by file and place; those without a place come first.
    pub(crate) fn sorted(&self) -> Vec<&Diagnostic> {
        let mut sorted: Vec<&Diagnostic> = self.diagnostics.iter().collect();
        sorted.sort_by_key(|diagnostic| (diagnostic.place(), diagnostic.code, &diagnostic.message));
        sorted.dedup();
        sorted
    }

    /// All of them as text for a person, an empty line between two.
    pub(crate) fn draw(&self, colour: Colour) -> String {
        let drawn: Vec<String> =
            self.sorted().into_iter().map(|diagnostic| draw(diagnostic, &self.sources, colour)).collect();
        drawn.join("\n\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Place;

    #[test]
    fn problems_are_sorted_by_file_and_place_and_told_once() {
        let mut problems = Problems::default();
        let (first, second) = (problems.add_file("a", "abc".into()), problems.add_file("b", "abc".into()));
        let at = |file, start: usize| Diagnostic::new(Code::Syntax, "x").at(Place::new(file, start..start + 1), "");
        for diagnostic in [at(second, 0), at(first, 2), at(first, 1), at(first, 2)] {
            problems.tell(diagnostic);
        }
        problems.tell(Diagnostic::new(Code::FileMissing, "y"));
        let sorted: Vec<Diagnostic> = problems.sorted().into_iter().cloned().collect();
        let expected = [Diagnostic::new(Code::FileMissing, "y"), at(first, 1), at(first, 2), at(second, 0)];
        assert_eq!(sorted, expected);
    }
}
