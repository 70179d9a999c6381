//! `{{ name }}`: the only templating there is.
//!
//! A placeholder holds a name: letters, digits, `-`, `_`, and dots between parts. Braces that hold anything
//! else (`{{.Names}}`, `${{ github.sha }}`, `{`) are ordinary text and stay as they are.

use std::ops::Range;

/// One `{{ name }}` in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Placeholder<'text> {
    /// The name between the braces.
    pub(crate) name: &'text str,
    /// Where the placeholder stands, braces included, in bytes.
    pub(crate) range: Range<usize>,
}

/// A text that may hold placeholders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Template<'text>(pub(crate) &'text str);

impl<'text> Template<'text> {
    /// All placeholders, from left to right.
    pub(crate) fn placeholders(self) -> Vec<Placeholder<'text>> {
        let mut found = Vec::new();
        let mut from = 0;
        while let Some(start) = self.0[from..].find("{{").map(|at| from + at) {
            match self.placeholder_at(start) {
                Some(placeholder) => {
                    from = placeholder.range.end;
                    found.push(placeholder);
                }
                None => from = start + 1,
            }
        }
        found
    }

    /// The text with every placeholder that `value` knows filled in. The others stay as they are.
    pub(crate) fn fill(self, mut value: impl FnMut(&str) -> Option<String>) -> String {
        let mut text = String::with_capacity(self.0.len());
        let mut from = 0;
        for placeholder in self.placeholders() {
            let Some(filled) = value(placeholder.name) else { continue };
            text.push_str(&self.0[from..placeholder.range.start]);
            text.push_str(&filled);
            from = placeholder.range.end;
        }
        text.push_str(&self.0[from..]);
        text
    }

    fn placeholder_at(self, start: usize) -> Option<Placeholder<'text>> {
        if self.0[..start].ends_with('$') {
            return None;
        }
        let inner = &self.0[start + 2..];
        let length = inner.find("}}")?;
        let name = inner[..length].trim_matches(' ');
        is_name(name).then_some(Placeholder { name, range: start..start + 2 + length + 2 })
    }
}

/// Whether a text is a name that may stand between braces.
pub(crate) fn is_name(text: &str) -> bool {
    text.split('.').all(|part| {
        part.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_')
            && part.chars().all(|next| next.is_ascii_alphanumeric() || matches!(next, '-' | '_'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_name_is_filled_in_and_an_unknown_one_stays() {
        let filled = Template("a {{ commit }} b {{create.id}} c {{ other }}").fill(|name| match name {
            "commit" => Some("abc".to_owned()),
            "create.id" => Some("7".to_owned()),
            _ => None,
        });
        assert_eq!(filled, "a abc b 7 c {{ other }}");
    }

    #[test]
    fn braces_that_hold_no_name_are_left_alone() {
        for text in ["{{.Names}}", "${{ github.sha }}", "{", "{{ }}", "{{ a b }}", "{{", "{{ a..b }}", "{%x%}"] {
            assert_eq!(Template(text).placeholders(), [], "{text}");
        }
    }

    #[test]
    fn a_filled_value_is_not_filled_again() {
        assert_eq!(Template("{{ a }}").fill(|_| Some("{{ b }}".to_owned())), "{{ b }}");
    }

    #[test]
    fn a_name_inside_three_braces_is_found_where_it_stands() {
        assert_eq!(Template("{{{ a }}}").fill(|_| Some("1".to_owned())), "{1}");
    }
}
