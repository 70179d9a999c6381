//! Reading a table into a settings type, so that every mistake in it is told and not only the first.
//!
//! A reader stops at its first mistake. So the mistake is told, cut out of the table, and the rest is read again,
//! until it can be read or nothing more can be cut. What follows only from a cut is not told.
//!
//! A text may still hold a `{{ name }}` whose value is not known yet, at a place that wants, say, a length of time.
//! Such a text is read with a stand-in for its value; whoever knows the value reads it again.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue, Error, ValueDeserializer};

use crate::diagnostic::{FileId, Place, Problems};
use crate::model::Template;

use super::defaults;
use super::mistake::Mistake;
use super::path::{self, Part};

/// Whose settings are read, for messages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owner<'a> {
    /// The file they stand in.
    pub(super) file: FileId,
    /// Their owner in words: "a `lint` step", "`[service]`".
    pub(super) name: &'a str,
    /// Keys that are valid beside those of the type.
    pub(super) more: &'a [&'static str],
    /// Whether keys may be missing, because others stand elsewhere.
    pub(super) is_partial: bool,
}

impl<'a> Owner<'a> {
    /// The owner of a whole table.
    pub(super) fn of(file: FileId, name: &'a str) -> Self {
        Self { file, name, more: &[], is_partial: false }
    }

    /// A place in the file of the owner, or in that of the defaults.
    pub(super) fn place(&self, span: Range<usize>) -> Place {
        defaults::place(self.file, span)
    }
}

/// How many mistakes of one table are told.
const MOST: usize = 100;

/// Texts that one of the common types takes, to stand in for one that is not known yet.
const TEXTS: [&str; 9] = ["1", "a", "1s", "1B", "1%", "$", "/", "http://localhost/", "2000-01-01"];

/// Values that one of the common types takes, to stand in for one that is missing.
const VALUES: [&str; 9] = ["\"a\"", "1", "true", "[\"a\"]", "\"1s\"", "\"1B\"", "\"1%\"", "{}", "2000-01-01"];

/// Places from here on are those of stand-ins, which are in no file. Each stand-in has a place of its own.
const NOWHERE: usize = usize::MAX - MOST;

/// Reads a table, and tells every mistake in it. The value is there even after mistakes if the rest could be
/// read, so that what follows from it can still be checked.
pub(super) fn read<T>(
    owner: Owner<'_>,
    table: &Spanned<DeTable<'_>>,
    parse: &dyn Fn(ValueDeserializer<'_>) -> Result<T, Error>,
    problems: &mut Problems,
) -> Option<T> {
    let mut reading =
        Reading { owner, table: table.get_ref().clone(), span: table.span(), cuts: Vec::new(), stand_ins: 0 };
    for _ in 0..MOST {
        match reading.attempt(parse) {
            Ok(value) => return Some(value),
            Err(error) if reading.mend(&error, parse, problems) => {}
            Err(_) => return None,
        }
    }
    None
}

/// A table on its way to be read.
struct Reading<'a, 't> {
    owner: Owner<'a>,
    table: DeTable<'t>,
    span: Range<usize>,
    /// Where something was cut out or put in because of a mistake.
    cuts: Vec<Vec<Part>>,
    /// How many stand-ins were looked for.
    stand_ins: usize,
}

impl Reading<'_, '_> {
    fn attempt<T>(&self, parse: &dyn Fn(ValueDeserializer<'_>) -> Result<T, Error>) -> Result<T, Error> {
        attempt(self.table.clone(), self.span.clone(), parse)
    }

    /// Tells what an error says, unless it only follows from a cut, and takes its cause away. Says whether it is
    /// worth reading again.
    fn mend<T>(
        &mut self,
        error: &Error,
        parse: &dyn Fn(ValueDeserializer<'_>) -> Result<T, Error>,
        problems: &mut Problems,
    ) -> bool {
        let mistake = Mistake::of(error.message());
        let way = self.locate(error);
        match &mistake {
            Mistake::UnknownKey { key, .. } if key.starts_with("x-") => path::remove(&mut self.table, &way),
            Mistake::MissingKey { key } => {
                let missing = joined(&way, key);
                let may_be_missing = self.owner.is_partial && way.is_empty();
                if !may_be_missing && !self.cuts.contains(&missing) {
                    self.tell(&mistake, &way, error, problems);
                }
                self.cuts.push(missing.clone());
                self.stand_in(&missing, values(), parse)
            }
            Mistake::UnknownKey { .. }
            | Mistake::UnknownValue { .. }
            | Mistake::WrongType { .. }
            | Mistake::Other { .. } => self.cut(&mistake, &way, error, parse, problems),
        }
    }

    fn cut<T>(
        &mut self,
        mistake: &Mistake,
        way: &[Part],
        error: &Error,
        parse: &dyn Fn(ValueDeserializer<'_>) -> Result<T, Error>,
        problems: &mut Problems,
    ) -> bool {
        if let Some(texts) = self.texts_for(way, mistake)
            && self.stand_in(way, texts, parse)
        {
            return true;
        }
        let follows = self.cuts.iter().any(|cut| cut.starts_with(way));
        if !follows || matches!(mistake, Mistake::UnknownKey { .. }) {
            self.tell(mistake, way, error, problems);
        }
        self.cuts.push(way.to_vec());
        path::remove(&mut self.table, way)
    }

    /// The way to the key or value that an error speaks of; empty for the table itself.
    fn locate(&self, error: &Error) -> Vec<Part> {
        match error.span() {
            Some(span) if span != self.span => path::find(&self.table, &span).unwrap_or_default(),
            Some(_) | None => Vec::new(),
        }
    }

    fn tell(&self, mistake: &Mistake, way: &[Part], error: &Error, problems: &mut Problems) {
        let place = self.owner.place(error.span().unwrap_or_else(|| self.span.clone()));
        let inner = match mistake {
            Mistake::UnknownKey { .. } => way.len() > 1,
            Mistake::MissingKey { .. }
            | Mistake::UnknownValue { .. }
            | Mistake::WrongType { .. }
            | Mistake::Other { .. } => !way.is_empty(),
        };
        let more = if inner { &[] } else { self.owner.more };
        problems.tell(mistake.diagnostic(&path::shown(way), self.owner.name, more, place));
    }

    /// Texts to try in place of one whose names are not filled in yet.
    fn texts_for(&self, way: &[Part], mistake: &Mistake) -> Option<Vec<DeValue<'static>>> {
        let text = path::get(&self.table, way)?.get_ref().as_str()?;
        if Template(text).placeholders().is_empty() {
            return None;
        }
        let fillers = mistake.allowed().iter().map(String::as_str).chain(TEXTS);
        let filled = fillers.map(|filler| Template(text).fill(|_| Some(filler.to_owned())));
        Some(filled.map(|text| DeValue::String(text.into())).collect())
    }

    /// Puts the first value that is taken there at a place.
    fn stand_in<T>(
        &mut self,
        way: &[Part],
        values: Vec<DeValue<'static>>,
        parse: &dyn Fn(ValueDeserializer<'_>) -> Result<T, Error>,
    ) -> bool {
        let nowhere = NOWHERE + self.stand_ins;
        self.stand_ins += 1;
        for value in values {
            let mut table = self.table.clone();
            path::put(&mut table, way, Spanned::new(nowhere..nowhere, value));
            let taken = match attempt(table.clone(), self.span.clone(), parse) {
                Ok(_) => true,
                Err(error) => self.is_elsewhere(&error, way),
            };
            if taken {
                self.table = table;
                return true;
            }
        }
        false
    }

    /// Whether an error speaks of another place than the one where a stand-in was put.
    fn is_elsewhere(&self, error: &Error, way: &[Part]) -> bool {
        if let Mistake::MissingKey { key } = Mistake::of(error.message()) {
            let is_inside = error.span().is_some_and(|span| span.start >= NOWHERE);
            return !is_inside && joined(&self.locate(error), &key) != way;
        }
        let place = self.locate(error);
        !place.is_empty() && !place.starts_with(way) && !way.starts_with(&place)
    }
}

fn attempt<T>(
    table: DeTable<'_>,
    span: Range<usize>,
    parse: &dyn Fn(ValueDeserializer<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    parse(ValueDeserializer::from(Spanned::new(span, DeValue::Table(table))))
}

fn joined(way: &[Part], key: &str) -> Vec<Part> {
    way.iter().cloned().chain([Part::Key(key.to_owned())]).collect()
}

fn values() -> Vec<DeValue<'static>> {
    VALUES.iter().filter_map(|text| DeValue::parse(text).ok()).map(Spanned::into_inner).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;
    use crate::diagnostic::Code;
    use crate::model::Length;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "kebab-case")]
    #[expect(dead_code, reason = "only read")]
    struct Settings {
        count: u8,
        within: Option<Length>,
        nested: Option<Nested>,
        headers: Option<BTreeMap<String, String>>,
        names: Option<Vec<String>>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Nested {
        path: String,
        depth: Option<u8>,
    }

    fn mistakes(text: &str) -> Vec<(Code, String)> {
        let mut problems = Problems::default();
        let file = problems.add_file("a.toml", text.into());
        let owner = Owner { more: &["timeout"], ..Owner::of(file, "a test") };
        let table = DeTable::parse(text).unwrap();
        let value = read(owner, &table, &|settings| Settings::deserialize(settings), &mut problems);
        assert!(value.is_some() || !problems.is_empty());
        problems.sorted().iter().map(|problem| (problem.code, problem.message.clone())).collect()
    }

    fn codes(text: &str) -> Vec<Code> {
        mistakes(text).into_iter().map(|(code, _)| code).collect()
    }

    #[test]
    fn all_mistakes_of_one_table_are_told() {
        let text = "cuont = 1\nwithin = 30\nnames = [\"a\", 1, \"b\", 2]\n\
                    nested = { path = 1, dept = 2, depth = \"x\" }\n";
        let expected = [
            Code::MissingKey,
            Code::UnknownKey,
            Code::BareNumber,
            Code::WrongType,
            Code::WrongType,
            Code::WrongType,
            Code::UnknownKey,
            Code::WrongType,
        ];
        assert_eq!(codes(text), expected);
    }

    #[test]
    fn a_key_that_was_cut_is_not_told_as_missing() {
        assert_eq!(codes("count = \"many\"\n"), [Code::WrongType]);
        assert_eq!(codes("count = 1\nnested = { path = 1 }\n"), [Code::WrongType]);
    }

    #[test]
    fn a_text_that_is_not_filled_in_yet_is_no_mistake() {
        assert_eq!(codes("count = 1\nwithin = \"{{ limit }}\"\n"), []);
        assert_eq!(codes("count = 1\nwithin = \"{{ limit }}ms\"\n"), []);
    }

    #[test]
    fn a_text_where_a_number_must_stand_is_a_mistake_filled_in_or_not() {
        assert_eq!(codes("count = \"{{ n }}\"\n"), [Code::WrongType]);
    }

    #[test]
    fn keys_for_users_are_free_and_headers_that_look_like_them_stay() {
        let text = "count = 1\nx-note = 2\nnested = { path = \"/\", x-why = 1 }\nheaders = { x-id = 1 }\n";
        assert_eq!(codes(text), [Code::WrongType]);
    }

    #[test]
    fn a_wrong_key_gets_the_nearest_of_all_valid_ones() {
        let told = mistakes("count = 1\ntimout = 1\n");
        assert_eq!(told, [(Code::UnknownKey, "`timout` is not a key of a test".to_owned())]);
    }
}
