//! The settings of a step: names filled in, read by the type of the kind, and looked over by it.

use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Code, Diagnostic, Place, Problems};
use crate::kind::check::SettingProblem;
use crate::kind::{Check, Kind};

use super::defaults;
use super::filling::{Filled, Filling};
use super::path::{self, Part};
use super::reading::{Owner, read};
use super::step::Late;
use super::surroundings::Surroundings;

/// The settings of a step once they are read.
#[derive(Debug)]
pub(super) struct Settings {
    /// The judgement.
    pub(super) check: Arc<dyn Check>,
    /// The table, where names in it are known only during the run.
    pub(super) late: Option<Late>,
    /// Names that the step fills in by itself.
    pub(super) own: Vec<String>,
    /// What became of the names in it.
    pub(super) filled: Filled,
}

/// Reads the settings of a step.
#[derive(Debug)]
pub(super) struct SettingsReader<'a, 't> {
    /// Everything around the step.
    pub(super) around: &'a Surroundings<'a, 't>,
    /// The kind.
    pub(super) kind: &'static Kind,
    /// Whose settings they are.
    pub(super) owner: Owner<'a>,
}

impl SettingsReader<'_, '_> {
    /// Reads them, and tells everything that is wrong. Names are filled in first, though the names that the step
    /// keeps for itself are known only once it is read; if one of them was filled in, it is read again without.
    pub(super) fn read(&self, table: Spanned<DeTable<'_>>, problems: &mut Problems) -> Option<Settings> {
        if !has_names(table.get_ref()) {
            let check = self.check(&table, problems)?;
            return Some(Settings { own: check.local_names(), check, late: None, filled: Filled::default() });
        }
        let mut table = table;
        self.around.commands.split(table.get_mut(), self.kind.name, self.kind.schema);
        let mut filled_table = table.clone();
        let mut filled = self.fill(&mut filled_table, &[], problems);
        let mut check = self.check(&filled_table, problems)?;
        let own = check.local_names();
        if own.iter().any(|name| filled.known.contains(name)) {
            filled_table = table;
            filled = self.fill(&mut filled_table, &own, problems);
            check = self.check(&filled_table, problems)?;
        }
        filled.forget(&own);
        let late = self.late(filled_table, &own, &filled, problems);
        Some(Settings { check, late, own, filled })
    }

    fn fill(&self, table: &mut Spanned<DeTable<'_>>, own: &[String], problems: &Problems) -> Filled {
        Filling::fill(self.around.names, problems.sources(), self.owner.file, own, table.get_mut())
    }

    fn check(&self, table: &Spanned<DeTable<'_>>, problems: &mut Problems) -> Option<Arc<dyn Check>> {
        let check: Arc<dyn Check> = read(self.owner, table, &self.kind.parse, problems)?.into();
        for problem in check.problems() {
            problems.tell(self.told(problem, table));
        }
        Some(check)
    }

    fn told(&self, problem: SettingProblem, table: &Spanned<DeTable<'_>>) -> Diagnostic {
        let way: Vec<Part> = problem.key.split('.').map(|key| Part::Key(key.to_owned())).collect();
        let span = path::get(table.get_ref(), &way).map_or(table.span(), Spanned::span);
        Diagnostic::new(Code::InvalidSettings, problem.message).at(self.owner.place(span), "").help(problem.help)
    }

    /// Keeps the table if a name in it still waits for its value.
    fn late(
        &self,
        table: Spanned<DeTable<'_>>,
        own: &[String],
        filled: &Filled,
        problems: &mut Problems,
    ) -> Option<Late> {
        if filled.late.is_empty() && filled.open.is_empty() && filled.missing.is_empty() {
            return None;
        }
        let place: Place = defaults::place(self.owner.file, table.span());
        match Late::new(self.kind, table.into_inner(), own.to_vec()) {
            Ok(late) => Some(late),
            Err(error) => {
                let diagnostic = Diagnostic::new(Code::InvalidValue, error.message()).at(place, "");
                problems.tell(diagnostic.help("write a smaller number"));
                None
            }
        }
    }
}

/// Whether any text of a table may hold a name.
fn has_names(table: &DeTable<'_>) -> bool {
    table.values().any(|value| holds_names(value.get_ref()))
}

fn holds_names(value: &DeValue<'_>) -> bool {
    match value {
        DeValue::String(text) => text.contains("{{"),
        DeValue::Array(items) => items.iter().any(|item| holds_names(item.get_ref())),
        DeValue::Table(table) => has_names(table),
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => false,
    }
}
