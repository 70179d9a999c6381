//! Control characters, terminal escapes and direction marks made harmless and visible.

/// How many spaces stand for a tab.
const TAB: &str = "    ";

/// The text without terminal escapes, with every other character that would act instead of being read shown
/// by a picture (`␇`) or its code (`<U+202E>`). Line ends stay, tabs become spaces.
pub(in crate::report) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        if let Some(length) = escape_length(rest) {
            rest = &rest[length..];
            continue;
        }
        rest = &rest[character.len_utf8()..];
        if character != '\r' || !rest.starts_with('\n') {
            push(&mut shown, character);
        }
    }
    shown
}

fn push(shown: &mut String, character: char) {
    match character {
        '\n' => shown.push('\n'),
        '\t' => shown.push_str(TAB),
        '\u{0}'..='\u{1f}' => shown.push(picture(character)),
        '\u{7f}' => shown.push('␡'),
        other if acts(other) => shown.extend(["<U+", &format!("{:04X}", u32::from(other)), ">"]),
        other => shown.push(other),
    }
}

/// The picture of a control character (Unicode block Control Pictures).
fn picture(character: char) -> char {
    char::from_u32(0x2400 + u32::from(character)).unwrap_or('\u{fffd}')
}

/// Whether a character beyond ASCII acts on its neighbours or is not a character at all: C1 controls, marks of
/// direction (Unicode annex 9), line separators, the byte order mark, annotations, tags, noncharacters.
fn acts(character: char) -> bool {
    matches!(character,
        '\u{80}'..='\u{9f}'
        | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{fdd0}'..='\u{fdef}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
        | '\u{e0000}'..='\u{e007f}')
}

/// The length in bytes of a whole terminal escape (ECMA-48) at the beginning of a text. One that has no end is
/// none, so that nothing behind it is swallowed.
fn escape_length(text: &str) -> Option<usize> {
    let after = text.strip_prefix('\u{1b}')?;
    match after.chars().next()? {
        '[' => control_sequence(&after[1..]).map(|length| length + 2),
        ']' | 'P' | 'X' | '^' | '_' => command_string(&after[1..]).map(|length| length + 2),
        ' '..='/' => after.find(|next: char| !matches!(next, ' '..='/')).map(|length| length + 2),
        '0'..='~' => Some(2),
        _ => None,
    }
    .filter(|&length| text.is_char_boundary(length))
}

/// Parameters and the final character behind `ESC [`.
fn control_sequence(text: &str) -> Option<usize> {
    let end = text.find(|next: char| !matches!(next, ' '..='?'))?;
    matches!(text.as_bytes()[end], b'@'..=b'~').then_some(end + 1)
}

/// A string that ends with BEL or `ESC \` on the same line, such as the title of a window or a link.
fn command_string(text: &str) -> Option<usize> {
    let line = text.split('\n').next().unwrap_or_default();
    let bell = line.find('\u{7}').map(|at| at + 1);
    let terminator = line.find("\u{1b}\\").map(|at| at + 2);
    match (bell, terminator) {
        (Some(bell), Some(terminator)) => Some(bell.min(terminator)),
        (end, None) | (None, end) => end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_escapes_are_taken_out() {
        assert_eq!(visible("\u{1b}[1;31mred\u{1b}[0m"), "red");
        assert_eq!(visible("\u{1b}]0;title\u{7}a\u{1b}]8;;http://x\u{1b}\\link"), "alink");
        assert_eq!(visible("\u{1b}[2J\u{1b}[Hhome\u{1b}(B."), "home.");
    }

    #[test]
    fn an_escape_without_an_end_swallows_nothing() {
        assert_eq!(visible("\u{1b}]0;title and text"), "␛]0;title and text");
        assert_eq!(visible("\u{1b}[31"), "␛[31");
        assert_eq!(visible("\u{1b}é"), "␛é");
        assert_eq!(visible("\u{1b}[é"), "␛[é");
        assert_eq!(visible("\u{1b} é"), "␛ é");
    }

    #[test]
    fn control_characters_and_direction_marks_are_seen() {
        assert_eq!(visible("a\u{0}b\u{8}c\u{7f}"), "a␀b␈c␡");
        assert_eq!(visible("a\u{202e}cba\u{2066}\u{9b}"), "a<U+202E>cba<U+2066><U+009B>");
        assert_eq!(visible("\u{feff}\u{ffff}\u{e0041}"), "<U+FEFF><U+FFFF><U+E0041>");
    }

    #[test]
    fn lines_and_other_writing_stay() {
        assert_eq!(visible("one\r\ntwo\tthree\rfour\n"), "one\ntwo    three␍four\n");
        assert_eq!(visible("заказ 注文 👩\u{200d}💻 می\u{200c}خواهم"), "заказ 注文 👩\u{200d}💻 می\u{200c}خواهم");
    }
}
