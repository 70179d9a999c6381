//! Commands that CI servers read out of a log: taken from captured text, written by us on purpose.

use super::visible;

/// The beginnings that a CI server looks for anywhere in a line of GitHub, Azure and `TeamCity`.
const ANYWHERE: [(&str, &str); 3] = [("##[", "# #["), ("##vso[", "# #vso["), ("##teamcity[", "# #teamcity[")];

/// A text in which no CI server finds a command. One that begins with `::` counts only at the start of a line,
/// but a text may be wrapped at any space, so it is broken up behind every space.
pub(in crate::report) fn disarm(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut before = ' ';
    for (at, character) in text.char_indices() {
        let starts = character == ':' && before.is_whitespace() && text[at..].starts_with("::");
        safe.push_str(if starts { ": " } else { "" });
        if !starts {
            safe.push(character);
        }
        before = character;
    }
    ANYWHERE.iter().fold(safe, |text, (from, to)| text.replace(from, to))
}

/// The message of a GitHub workflow command.
pub(in crate::report) fn github_message(text: &str) -> String {
    visible(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property of a GitHub workflow command.
pub(in crate::report) fn github_property(text: &str) -> String {
    github_message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_in_captured_text_are_broken_up() {
        assert_eq!(disarm("::error::x"), ": :error::x");
        assert_eq!(disarm("a ::stop-commands::t\n  ::add-mask::y"), "a : :stop-commands::t\n  : :add-mask::y");
        assert_eq!(disarm("x ##[group]y ##vso[task.z]"), "x # #[group]y # #vso[task.z]");
    }

    #[test]
    fn colons_inside_words_stay() {
        assert_eq!(disarm("app::main a: b tests/x.py::test_y"), "app::main a: b tests/x.py::test_y");
    }

    #[test]
    fn a_message_cannot_end_its_command() {
        assert_eq!(github_message("50%\r\n::error::x\n"), "50%25%0A::error::x%0A");
        assert_eq!(github_property("a,b:c\nd"), "a%2Cb%3Ac%0Ad");
    }
}
