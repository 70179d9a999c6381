//! Cutting a long text down to what a message can carry.
//!
//! Every cut anywhere in the program is marked with [`CUT`]. The masker relies on it: a secret that was cut in
//! two is recognised by the mark beside its remains.

/// The mark of every cut.
pub(crate) const CUT: &str = "…";

/// The first `limit` characters of a text on one line, with the mark where something was cut off.
pub(crate) fn excerpt(text: &str, limit: usize) -> String {
    let text = text.trim();
    let mut line = String::with_capacity(limit.min(text.len()) + CUT.len());
    for (count, character) in text.chars().enumerate() {
        if count == limit {
            line.push_str(CUT);
            break;
        }
        line.push(if character.is_control() { ' ' } else { character });
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_text_stays_whole_and_a_long_one_shows_its_cut() {
        assert_eq!(excerpt("  two\nlines ", 20), "two lines");
        assert_eq!(excerpt("abcdef", 3), "abc…");
        assert_eq!(excerpt("abc", 3), "abc");
    }
}
