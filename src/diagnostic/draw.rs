//! A problem as text: file, line, column, caret and help, in the form that compilers made familiar.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet, normalize_untrusted_str};

use super::sources::floor;
use super::{Diagnostic, FileId, Label, Sources, Suggestion};

/// Lines around a label that are looked at when it is drawn. Only those of the label itself are shown.
const LINES_AROUND: usize = 1;

/// Whether the text carries terminal colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Colour {
    /// For a terminal.
    Styled,
    /// For everything else.
    Plain,
}

/// The whole text of one problem.
pub(super) fn draw(diagnostic: &Diagnostic, sources: &Sources, colour: Colour) -> String {
    let renderer = match colour {
        Colour::Styled => Renderer::styled(),
        Colour::Plain => Renderer::plain(),
    };
    let mut groups = vec![statement(diagnostic, sources)];
    groups.extend(diagnostic.suggestion.as_ref().map(|suggestion| advice(diagnostic, suggestion, sources)));
    renderer.render(&groups)
}

/// What is wrong and where; and what to do, where that is not shown as a change of the text.
fn statement<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Group<'a> {
    let title = Level::ERROR.primary_title(clean(&diagnostic.message)).id(diagnostic.code.as_str());
    let mut group = Group::with_title(title);
    for (index, label) in diagnostic.labels.iter().enumerate() {
        let kind = if index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        group = group.element(snippet(label, kind, sources));
    }
    match (&diagnostic.help, &diagnostic.suggestion) {
        (Some(help), None) => group.element(Level::HELP.message(clean(help))),
        (Some(_) | None, _) => group,
    }
}

/// What to write instead, shown as a change of the text.
fn advice<'a>(diagnostic: &Diagnostic, suggestion: &'a Suggestion, sources: &'a Sources) -> Group<'a> {
    let help = diagnostic.help.as_deref().unwrap_or("write this instead");
    let window = Window::around(&suggestion.place.span(), sources.text(suggestion.place.file));
    let patch = Patch::new(window.inside(&suggestion.place.span()), clean(&suggestion.replacement));
    let snippet =
        Snippet::source(window.text).line_start(window.line).path(name(suggestion.place.file, sources)).patch(patch);
    Group::with_title(Level::HELP.secondary_title(clean(help))).element(snippet)
}

fn snippet<'a>(
    label: &'a Label,
    kind: AnnotationKind,
    sources: &'a Sources,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let window = Window::around(&label.place.span(), sources.text(label.place.file));
    let annotation = kind.span(window.inside(&label.place.span()));
    let text = (!label.text.is_empty()).then(|| clean(&label.text));
    Snippet::source(window.text)
        .line_start(window.line)
        .path(name(label.place.file, sources))
        .annotation(annotation.label(text))
}

fn name(file: FileId, sources: &Sources) -> String {
    clean(sources.name(file))
}

/// Text from a file may hold signs that steer a terminal.
fn clean(text: &str) -> String {
    normalize_untrusted_str(text)
}

/// The lines around a range. The whole file is never handed on, so that drawing many problems of a long file
/// stays linear.
struct Window<'a> {
    text: &'a str,
    start: usize,
    line: usize,
}

impl<'a> Window<'a> {
    fn around(span: &Range<usize>, text: &'a str) -> Self {
        let (first, last) = (floor(text, span.start), floor(text, span.end));
        let start = nth(text[..first].rmatch_indices('\n'), LINES_AROUND).map_or(0, |at| at + 1);
        let end = nth(text[last..].match_indices('\n'), LINES_AROUND).map_or(text.len(), |at| last + at);
        Self { text: &text[start..end], start, line: text[..start].matches('\n').count() + 1 }
    }

    fn inside(&self, span: &Range<usize>) -> Range<usize> {
        let place = |byte: usize| floor(self.text, byte.saturating_sub(self.start));
        place(span.start)..place(span.end)
    }
}

fn nth<'a>(mut found: impl Iterator<Item = (usize, &'a str)>, index: usize) -> Option<usize> {
    found.nth(index).map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Code, Place, Problems};

    fn problem(text: &str, span: Range<usize>) -> (Problems, Place) {
        let mut problems = Problems::default();
        let file = problems.add_file("checklists/a.toml", text.into());
        (problems, Place::new(file, span))
    }

    #[test]
    fn a_problem_is_drawn_with_file_line_column_caret_and_help() {
        let (mut problems, place) = problem("# one\n# two\n# three\nid = 1\n", 25..26);
        problems
            .tell(Diagnostic::new(Code::WrongType, "`id` must be a string").at(place, "an integer").help("quote it"));
        insta::assert_snapshot!(problems.draw(Colour::Plain));
    }

    #[test]
    fn a_suggestion_is_drawn_as_a_change_of_the_text() {
        let (mut problems, place) = problem("[[step]]\nkimd = \"lint\"\n", 9..13);
        let diagnostic = Diagnostic::new(Code::UnknownKey, "`kimd` is unknown").at(place.clone(), "");
        problems.tell(diagnostic.help("did you mean `kind`?").suggest(place, "kind"));
        insta::assert_snapshot!(problems.draw(Colour::Plain));
    }

    #[test]
    fn colour_only_adds_colour() {
        let (mut problems, place) = problem("id = 1\n", 5..6);
        problems.tell(Diagnostic::new(Code::WrongType, "no").at(place, ""));
        let styled = problems.draw(Colour::Styled);
        assert!(styled.contains('\u{1b}'));
        assert_eq!(anstream::adapter::strip_str(&styled).to_string(), problems.draw(Colour::Plain));
    }

    #[test]
    fn signs_that_steer_a_terminal_are_made_visible() {
        let (mut problems, place) = problem("id = 1\n", 5..6);
        problems.tell(Diagnostic::new(Code::WrongType, "\u{1b}[2Jgone").at(place, "\u{1b}]0;x").help("\u{7}"));
        assert!(!problems.draw(Colour::Plain).contains(['\u{1b}', '\u{7}']));
    }

    #[test]
    fn a_place_past_the_end_and_inside_a_character_is_drawn_too() {
        let (mut problems, place) = problem("ü", 1..9);
        problems.tell(Diagnostic::new(Code::Syntax, "broken").at(place, ""));
        assert!(problems.draw(Colour::Plain).contains("checklists/a.toml:1:1"));
    }
}
