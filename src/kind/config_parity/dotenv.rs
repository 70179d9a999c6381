//! Reads `.env` files as the loaders of Python services read them: `KEY=value`, an optional `export`, comments,
//! quotes that may span lines, and `${NAME}` for a key that stands above.
//!
//! What a loader would guess at is an error here: a key given twice, a quote left open, a `${NAME}` that the file
//! does not know. A wrong guess would compare values that the service never sees.

use std::iter::Peekable;
use std::str::Chars;

/// The keys of a `.env` file with their values, in the order of the file.
///
/// # Errors
/// Says what cannot be read, with its line.
pub(super) fn parse(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut reader =
        Reader { rest: text.trim_start_matches('\u{feff}').chars().peekable(), line: 1, found: Vec::new() };
    while reader.entry()? {}
    Ok(reader.found.into_iter().map(|entry| (entry.key, entry.value)).collect())
}

/// One key with its value, and the line that it begins on.
struct Entry {
    key: String,
    value: String,
    line: usize,
}

/// How a value is quoted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quote {
    Single,
    Double,
}

struct Reader<'text> {
    rest: Peekable<Chars<'text>>,
    line: usize,
    found: Vec<Entry>,
}

impl Reader<'_> {
    /// Reads the next entry; false at the end of the text.
    fn entry(&mut self) -> Result<bool, String> {
        self.skip(char::is_whitespace);
        match self.rest.peek() {
            None => Ok(false),
            Some('#') => {
                self.line_rest();
                Ok(true)
            }
            Some(_) => self.assignment().map(|()| true),
        }
    }

    fn assignment(&mut self) -> Result<(), String> {
        let line = self.line;
        let key = self.key()?;
        if let Some(first) = self.found.iter().find(|entry| entry.key == key) {
            return Err(format!("line {line}: `{key}` is given twice, first on line {}", first.line));
        }
        let value = self.value(&key)?;
        self.found.push(Entry { key, value, line });
        Ok(())
    }

    /// The name before `=`, without `export`.
    fn key(&mut self) -> Result<String, String> {
        let mut text = String::new();
        while let Some(next) = self.rest.next_if(|&next| next != '=' && next != '\n') {
            text.push(next);
        }
        let name = text.trim();
        let name = name.strip_prefix("export ").map_or(name, str::trim_start);
        if self.rest.next_if_eq(&'=').is_none() {
            return Err(format!("line {}: `{name}` has no `=`", self.line));
        }
        if is_key(name) { Ok(name.to_owned()) } else { Err(format!("line {}: `{name}` is no name", self.line)) }
    }

    fn value(&mut self, key: &str) -> Result<String, String> {
        self.skip(|next| next == ' ' || next == '\t');
        if self.rest.next_if_eq(&'\'').is_some() {
            return self.quoted(key, Quote::Single);
        }
        if self.rest.next_if_eq(&'"').is_some() {
            return self.quoted(key, Quote::Double);
        }
        let line = self.line;
        let text = self.line_rest();
        self.expanded(without_comment(&text).trim(), key, line)
    }

    /// Reads up to the closing quote. After it only a comment may follow on the line.
    fn quoted(&mut self, key: &str, quote: Quote) -> Result<String, String> {
        let line = self.line;
        let close = if quote == Quote::Single { '\'' } else { '"' };
        let mut text = String::new();
        loop {
            match self.next() {
                None => return Err(format!("line {line}: the quote of `{key}` is not closed")),
                Some(next) if next == close => break,
                Some('\\') if quote == Quote::Double => text.push(self.escaped(key)?),
                Some(next) => text.push(next),
            }
        }
        let after = self.line_rest();
        let after = after.trim();
        if !after.is_empty() && !after.starts_with('#') {
            return Err(format!("line {}: something follows the closing quote of `{key}`", self.line));
        }
        if quote == Quote::Single { Ok(text) } else { self.expanded(&text, key, line) }
    }

    fn escaped(&mut self, key: &str) -> Result<char, String> {
        match self.next() {
            Some('n') => Ok('\n'),
            Some('r') => Ok('\r'),
            Some('t') => Ok('\t'),
            Some(next @ ('\\' | '"' | '\'')) => Ok(next),
            Some(other) => {
                Err(format!("line {}: loaders disagree on `\\{other}` in `{key}`; use single quotes", self.line))
            }
            None => Err(format!("line {}: the quote of `{key}` is not closed", self.line)),
        }
    }

    /// Fills in `${NAME}` from the keys above.
    fn expanded(&self, text: &str, key: &str, line: usize) -> Result<String, String> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let name = after.split('}').next().filter(|name| name.len() < after.len()).unwrap_or(after);
            let known = self.found.iter().find(|entry| entry.key == name).ok_or_else(|| {
                format!(
                    "line {line}: `{key}` holds `${{{name}}}`, which no line above sets, so its value is not known"
                )
            })?;
            filled.push_str(before);
            filled.push_str(&known.value);
            rest = &after[name.len() + 1..];
        }
        Ok(filled + rest)
    }

    fn line_rest(&mut self) -> String {
        let mut text = String::new();
        while let Some(next) = self.rest.next_if(|&next| next != '\n') {
            text.push(next);
        }
        text
    }

    fn skip(&mut self, unwanted: impl Fn(char) -> bool) {
        while self.rest.peek().copied().is_some_and(&unwanted) {
            self.next();
        }
    }

    fn next(&mut self) -> Option<char> {
        let next = self.rest.next();
        self.line += usize::from(next == Some('\n'));
        next
    }
}

fn is_key(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|next| next.is_ascii_alphanumeric() || matches!(next, '_' | '-' | '.'))
}

/// A value without its quotes ends where a comment begins: a `#` at its start or after a space.
fn without_comment(text: &str) -> &str {
    let begins = |&(at, _): &(usize, &str)| at == 0 || text[..at].ends_with([' ', '\t']);
    text.match_indices('#').find(begins).map_or(text, |(at, _)| &text[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        parse(text).unwrap()
    }

    fn one(text: &str) -> String {
        pairs(text).pop().unwrap().1
    }

    #[test]
    fn keys_values_comments_and_export_are_read() {
        let text = "\u{feff}# settings\r\nexport A=1\r\n\n  B = two words  # note\nC=\nD=#none\nE=a#b\n";
        let expected = [("A", "1"), ("B", "two words"), ("C", ""), ("D", ""), ("E", "a#b")];
        let expected: Vec<_> = expected.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect();
        assert_eq!(pairs(text), expected);
    }

    #[test]
    fn quotes_keep_spaces_signs_and_lines() {
        assert_eq!(one("A='a # \"b\" ${X} \\n'"), "a # \"b\" ${X} \\n");
        assert_eq!(one("A=\"a # 'b'\\n$X\" # note"), "a # 'b'\n$X");
        assert_eq!(one("A=\"-----BEGIN\nabc\n-----END\"\n"), "-----BEGIN\nabc\n-----END");
    }

    #[test]
    fn a_reference_is_filled_in_from_above_and_refused_otherwise() {
        assert_eq!(one("HOST=db\nURL=\"postgres://${HOST}/orders\""), "postgres://db/orders");
        let error = parse("A=1\nURL=postgres://${HOST}/orders").unwrap_err();
        assert_eq!(error, "line 2: `URL` holds `${HOST}`, which no line above sets, so its value is not known");
        assert!(parse("URL=${HOST:-db}").is_err());
        assert!(parse("URL=${HOST").is_err());
    }

    #[test]
    fn a_key_given_twice_names_both_lines() {
        assert_eq!(parse("A=1\nB='x\ny'\nA=2").unwrap_err(), "line 4: `A` is given twice, first on line 1");
    }

    #[test]
    fn what_a_loader_would_guess_at_is_refused() {
        assert_eq!(parse("A=1\nnonsense\n").unwrap_err(), "line 2: `nonsense` has no `=`");
        assert_eq!(parse("1A=x").unwrap_err(), "line 1: `1A` is no name");
        assert_eq!(parse("\nA=\"x").unwrap_err(), "line 2: the quote of `A` is not closed");
        assert_eq!(parse("A='x' y").unwrap_err(), "line 1: something follows the closing quote of `A`");
        assert_eq!(parse("A=\"\\${X}\"").unwrap_err(), "line 1: loaders disagree on `\\$` in `A`; use single quotes");
    }
}
