//! The check of `[defaults.KIND]` by itself, so that a mistake in it is told even where no step uses it.

use serde::Deserialize;
use toml::Spanned;
use toml::de::DeTable;

use crate::diagnostic::{Code, Diagnostic, FileId, Place, Problems};
use crate::kind::Kind;

use super::reading::{Owner, read};
use super::split::Split;
use super::step_keys::{KEYS, StepKeys};

/// Keys that make no sense for all steps of a kind.
const OF_ONE_STEP: [&str; 3] = ["id", "kind", "needs"];

/// The defaults of a kind; every mistake in them is told. Keys may be missing there.
pub(super) fn checked<'t>(
    kind: &'static Kind,
    table: Spanned<DeTable<'t>>,
    file: FileId,
    problems: &mut Problems,
) -> DeTable<'t> {
    let span = table.span();
    let mut defaults = table.into_inner();
    for key in OF_ONE_STEP {
        if let Some((key, _)) = defaults.remove_entry(key) {
            problems.tell(of_one_step(key.get_ref(), Place::new(file, key.span())));
        }
    }
    let split = Split::of(defaults.clone());
    let name = format!("a `{}` step", kind.name);
    let owner = Owner { file, name: &name, more: &KEYS, is_partial: true };
    read(owner, &Spanned::new(span.clone(), split.keys()), &|keys| StepKeys::deserialize(keys), problems);
    read(owner, &Spanned::new(span, split.settings), &kind.parse, problems);
    defaults
}

fn of_one_step(key: &str, place: Place) -> Diagnostic {
    Diagnostic::new(Code::NotHere, format!("`{key}` belongs to one step and has no default"))
        .at(place, "")
        .help("move it into the step")
}
