//! The one place where secrets are made unreadable.
//!
//! A masker knows every form in which a declared secret may show up: as it is, base64 (also in the middle of a
//! longer text, so that the header of basic authentication is caught), URL-encoded, JSON-escaped, and each line
//! of a secret of several lines. The dispatch loop masks every event before any reader sees it. Where a text
//! was cut (see [`CUT`]), what remains of a secret beside the cut is masked as well.

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::{CUT, Secret};

/// What stands in the place of a secret.
const MASK: &str = "***";

/// The shortest piece of a secret beside a cut that is masked. Shorter ones tell nothing.
const SHORTEST_PIECE: usize = 4;

/// Replaces every known form of every declared secret.
#[derive(Debug, Default)]
pub(crate) struct Masker {
    forms: Vec<String>,
    search: Option<AhoCorasick>,
}

impl Masker {
    /// A masker for some secrets. Without secrets it costs nothing.
    pub(crate) fn new(secrets: &[Secret]) -> Self {
        let mut forms: Vec<String> = secrets.iter().flat_map(|secret| forms_of(secret.reveal())).collect();
        forms.sort_unstable_by(|left, right| right.len().cmp(&left.len()).then_with(|| left.cmp(right)));
        forms.dedup();
        let search = (!forms.is_empty()).then(|| {
            AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostLongest)
                .build(&forms)
                .expect("the forms of a few secrets fit into a search automaton")
        });
        Self { forms, search }
    }

    /// The text with every secret replaced; `None` when there is nothing to replace.
    pub(crate) fn mask(&self, text: &str) -> Option<String> {
        let search = self.search.as_ref()?;
        let masked = search.is_match(text).then(|| {
            let replacements = vec![MASK; self.forms.len()];
            search.replace_all(text, &replacements)
        });
        match self.mask_pieces(masked.as_deref().unwrap_or(text)) {
            Some(pieces) => Some(pieces),
            None => masked,
        }
    }

    /// Masks a text where it stands.
    pub(crate) fn mask_in_place(&self, text: &mut String) {
        if let Some(masked) = self.mask(text) {
            *text = masked;
        }
    }

    /// The length in bytes of the longest form; a stream keeps one byte less back between two pieces.
    pub(crate) fn longest(&self) -> usize {
        self.forms.first().map_or(0, String::len)
    }

    /// Masks what is left of a secret on either side of a cut.
    fn mask_pieces(&self, text: &str) -> Option<String> {
        let mut parts: Vec<String> = text.split(CUT).map(str::to_owned).collect();
        if parts.len() < 2 {
            return None;
        }
        let last = parts.len() - 1;
        let mut changed = false;
        for (index, part) in parts.iter_mut().enumerate() {
            changed |= index < last && self.mask_end(part);
            changed |= index > 0 && self.mask_start(part);
        }
        changed.then(|| parts.join(CUT))
    }

    fn mask_end(&self, part: &mut String) -> bool {
        let piece =
            self.forms.iter().filter_map(|form| longest_piece(form, |piece| part.ends_with(piece), true)).max();
        piece.is_some_and(|length| {
            part.truncate(part.len() - length);
            part.push_str(MASK);
            true
        })
    }

    fn mask_start(&self, part: &mut String) -> bool {
        let piece =
            self.forms.iter().filter_map(|form| longest_piece(form, |piece| part.starts_with(piece), false)).max();
        piece.is_some_and(|length| {
            part.replace_range(..length, MASK);
            true
        })
    }
}

/// The length of the longest beginning (or end) of a form that fits; at least [`SHORTEST_PIECE`] bytes.
fn longest_piece(form: &str, fits: impl Fn(&str) -> bool, beginning: bool) -> Option<usize> {
    (SHORTEST_PIECE..form.len()).rev().find(|&length| {
        let piece = if beginning { form.get(..length) } else { form.get(form.len() - length..) };
        piece.is_some_and(&fits)
    })
}

/// Every form in which a secret may show up.
fn forms_of(secret: &str) -> Vec<String> {
    let mut forms = Vec::new();
    let lines = secret.lines().filter(|line| line.len() >= SHORTEST_PIECE);
    for text in std::iter::once(secret).chain(lines) {
        forms.push(text.to_owned());
        forms.push(url_encoded(text, "%20"));
        forms.push(url_encoded(text, "+"));
        forms.push(lower_case_escapes(&url_encoded(text, "%20")));
        forms.push(json_escaped(text));
        forms.push(hex(text));
        forms.extend(base64_forms(text));
    }
    forms.retain(|form| !form.is_empty());
    forms
}

/// The same percent-encoding with lower-case digits, which some clients write.
fn lower_case_escapes(encoded: &str) -> String {
    let mut parts = encoded.split('%');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (digits, rest) = part.split_at(2);
        text.push('%');
        text.push_str(&digits.to_ascii_lowercase());
        text.push_str(rest);
    }
    text
}

/// Percent-encoding of everything but the unreserved characters (RFC 3986, section 2.3).
fn url_encoded(text: &str, space: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            b' ' => encoded.push_str(space),
            other => encoded.extend(['%', hex_digit(other >> 4), hex_digit(other & 15)]),
        }
    }
    encoded
}

/// A number under 16 as a hexadecimal digit in upper case.
fn hex_digit(number: u8) -> char {
    char::from_digit(u32::from(number), 16).unwrap_or('0').to_ascii_uppercase()
}

fn json_escaped(text: &str) -> String {
    let quoted = serde_json::to_string(text).expect("a string is always valid JSON");
    quoted[1..quoted.len() - 1].to_owned()
}

fn hex(text: &str) -> String {
    text.bytes()
        .flat_map(|byte| [hex_digit(byte >> 4), hex_digit(byte & 15)])
        .collect::<String>()
        .to_ascii_lowercase()
}

/// Base64 of a text at each of the three positions that it can have in a longer one, without the characters at
/// the edges that its neighbours decide (RFC 4648, section 4: three bytes become four characters).
fn base64_forms(text: &str) -> Vec<String> {
    let mut forms = Vec::new();
    for offset in 0..3_usize {
        let mut padded = vec![b'x'; offset];
        padded.extend_from_slice(text.as_bytes());
        let begin = [0, 2, 3][offset];
        let drop_at_end = usize::from(!padded.len().is_multiple_of(3));
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            let encoded = engine.encode(&padded);
            let end = encoded.len() - drop_at_end;
            if end > begin + SHORTEST_PIECE {
                forms.push(encoded[begin..end].to_owned());
            }
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD;

    const VALUE: &str = "s3cr3t/+ \"token\"";

    fn masker() -> Masker {
        Masker::new(&[Secret::new("alice", VALUE)])
    }

    fn masked(text: &str) -> String {
        masker().mask(text).unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn every_form_of_a_secret_is_masked() {
        let forms = [
            VALUE.to_owned(),
            url_encoded(VALUE, "%20"),
            url_encoded(VALUE, "+"),
            lower_case_escapes(&url_encoded(VALUE, "%20")),
            json_escaped(VALUE),
            hex(VALUE),
        ];
        for form in forms {
            assert_eq!(masked(&format!("a {form} b")), "a *** b", "{form}");
        }
    }

    #[test]
    fn base64_of_a_longer_text_hides_the_secret_in_it() {
        for before in ["", "u", "us", "user:"] {
            let encoded = STANDARD.encode(format!("{before}{VALUE}and more"));
            let shown = masked(&encoded);
            assert!(shown.contains(MASK), "{shown}");
            assert!(shown.len() < encoded.len() / 2 + 12, "{shown}");
        }
    }

    #[test]
    fn a_secret_that_a_cut_divides_is_masked_on_both_sides() {
        assert_eq!(masked("token s3cr3t/…"), "token ***…");
        assert_eq!(masked("…token\" is it"), "…*** is it");
        assert_eq!(masked("no cut here s3cr3t/"), "no cut here s3cr3t/");
    }

    #[test]
    fn each_line_of_a_secret_of_several_lines_is_masked() {
        let masker = Masker::new(&[Secret::new("key", "-----BEGIN\nabcdefgh\n-----END")]);
        assert_eq!(masker.mask("x abcdefgh y").as_deref(), Some("x *** y"));
    }

    #[test]
    fn without_secrets_nothing_is_touched() {
        assert_eq!(Masker::new(&[]).mask("anything"), None);
        assert_eq!(masker().mask("anything"), None);
    }
}
