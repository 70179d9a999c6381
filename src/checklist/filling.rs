//! Filling names into the texts of a table, each text once.

use std::collections::BTreeSet;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Diagnostic, FileId, Place, Sources};
use crate::model::{Placeholder, Template};

use super::defaults;
use super::names::{Missing, Names, Value};

/// A name at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Use {
    /// The name.
    pub(super) name: String,
    /// The placeholder, braces included.
    pub(super) place: Place,
}

/// What became of the names in a table.
#[derive(Debug, Default)]
pub(super) struct Filled {
    /// Names that were filled in.
    pub(super) known: BTreeSet<String>,
    /// Names that are known only during the run.
    pub(super) late: Vec<Use>,
    /// Names that are declared and have no value here.
    pub(super) missing: Vec<(Use, Missing)>,
    /// Names that nothing declares so far.
    pub(super) open: Vec<Use>,
}

impl Filled {
    /// Takes names out that the step fills in by itself.
    pub(super) fn forget(&mut self, own: &[String]) {
        self.missing.retain(|(used, _)| !own.contains(&used.name));
        self.open.retain(|used| !own.contains(&used.name));
    }

    /// The problems of names that have no value here.
    pub(super) fn missing_told(&self) -> impl Iterator<Item = Diagnostic> {
        self.missing.iter().map(|(used, missing)| {
            let message = format!("`{}` has no value: {}", used.name, missing.why);
            Diagnostic::new(missing.code, message).at(used.place.clone(), "").help(missing.help.clone())
        })
    }
}

/// Fills names into tables of one file.
#[derive(Debug)]
pub(super) struct Filling<'a, 'g> {
    names: &'a Names<'g>,
    sources: &'a Sources,
    file: FileId,
    /// Names that are left alone.
    own: &'a [String],
    /// Whether values are looked up, or only names checked.
    values: bool,
    filled: Filled,
}

impl<'a, 'g> Filling<'a, 'g> {
    /// Fills all texts of a table, but for the `own` names of the step that it belongs to.
    pub(super) fn fill(
        names: &'a Names<'g>,
        sources: &'a Sources,
        file: FileId,
        own: &'a [String],
        table: &mut DeTable<'_>,
    ) -> Filled {
        let mut filling = Self { names, sources, file, own, values: true, filled: Filled::default() };
        filling.table(table);
        filling.filled
    }

    /// Only looks whether all names in a table are declared; gives back the uses of those that are not.
    pub(super) fn check(names: &'a Names<'g>, sources: &'a Sources, file: FileId, table: &DeTable<'_>) -> Vec<Use> {
        let mut filling = Self { names, sources, file, own: &[], values: false, filled: Filled::default() };
        filling.table(&mut table.clone());
        filling.filled.open
    }

    fn table(&mut self, table: &mut DeTable<'_>) {
        for (_, value) in table.iter_mut() {
            self.value(value);
        }
    }

    fn value(&mut self, value: &mut Spanned<DeValue<'_>>) {
        let span = value.span();
        match value.get_mut() {
            DeValue::Table(table) => self.table(table),
            DeValue::Array(array) => array.iter_mut().for_each(|item| self.value(item)),
            DeValue::String(text) if text.contains("{{") => {
                let place = defaults::place(self.file, span);
                *text = self.text(text, &place).into();
            }
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => {}
        }
    }

    fn text(&mut self, text: &str, place: &Place) -> String {
        let mut count = 0;
        Template(text).fill(|name| {
            let index = count;
            count += 1;
            if self.own.iter().any(|own| own == name) {
                return None;
            }
            self.one(name, || Use { name: name.to_owned(), place: placeholder(self.sources, place, name, index) })
        })
    }

    fn one(&mut self, name: &str, used: impl FnOnce() -> Use) -> Option<String> {
        if !self.values && self.names.has(name) {
            return None;
        }
        match self.names.value(name) {
            Some(Value::Known(value)) => {
                self.filled.known.insert(name.to_owned());
                Some(value)
            }
            Some(Value::Late(text)) => {
                self.filled.known.insert(name.to_owned());
                self.filled.late.push(used());
                Some(text)
            }
            Some(Value::Missing(missing)) => {
                self.filled.missing.push((used(), missing));
                None
            }
            None => {
                self.filled.open.push(used());
                None
            }
        }
    }
}

/// Where a placeholder stands inside the text at a place: the one with an index, if it has the name, otherwise the
/// first with the name. Escapes may hide it; then it is the whole text.
pub(super) fn placeholder(sources: &Sources, place: &Place, name: &str, index: usize) -> Place {
    let written = sources.text(place.file).get(place.span()).unwrap_or_default();
    let placeholders = Template(written).placeholders();
    let same = |found: &&Placeholder<'_>| found.name == name;
    let found = placeholders.get(index).filter(same).or_else(|| placeholders.iter().find(same));
    found.map_or_else(
        || place.clone(),
        |found| Place::new(place.file, place.start + found.range.start..place.start + found.range.end),
    )
}
