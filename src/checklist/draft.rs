//! One step, from its table to all that can be known of it before the others are known.

use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;
use toml::de::DeTable;

use crate::diagnostic::{Code, Diagnostic, FileId, Place, Problems};
use crate::kind::{self, Kind};
use crate::model::{Effect, Importance, Phase, StepHeader, StepId};

use super::checklist_file::{Inherited, invalid_name, is_plain_name};
use super::defaults::lay_under;
use super::document::Text;
use super::filling::{Filled, Filling, Use};
use super::line_index::LineIndex;
use super::reading::{Owner, read};
use super::service_file::unknown_kind;
use super::settings::{Settings, SettingsReader};
use super::split::Split;
use super::step::{Step, When};
use super::step_keys::{KEYS, StepKeys};
use super::surroundings::Surroundings;
use super::when::when;

/// A step that was read and is not yet tied to others.
#[derive(Debug)]
pub(super) struct Draft {
    /// Its id; empty if it has none.
    pub(super) id: String,
    /// Where the id stands, or the step where it has none.
    pub(super) place: Place,
    /// When it has its place.
    pub(super) phase: Phase,
    /// The steps that it needs, as written.
    pub(super) needs: Vec<Use>,
    /// Names in it that nothing declares, so that an earlier step must capture them.
    pub(super) open: Vec<Use>,
    /// What it captures; nothing where its settings could not be read.
    pub(super) captures: Option<Vec<String>>,
    /// Names that it fills in by itself.
    pub(super) own: Vec<String>,
    /// The step, if nothing stood against it.
    pub(super) step: Option<Step>,
}

/// Reads the steps of one file.
#[derive(Debug)]
pub(super) struct StepReader<'a, 't> {
    around: &'a Surroundings<'a, 't>,
    inherited: &'a Inherited,
    file: FileId,
    name: String,
    lines: LineIndex,
}

impl<'a, 't> StepReader<'a, 't> {
    /// A reader for the steps of a file.
    pub(super) fn new(around: &'a Surroundings<'a, 't>, text: &Text, inherited: &'a Inherited) -> Self {
        let lines = LineIndex::of(&text.text);
        Self { around, inherited, file: text.file, name: around.relative(&text.path), lines }
    }

    /// Reads a step, and tells everything that is wrong in it.
    pub(super) fn draft(&self, table: Spanned<DeTable<'_>>, problems: &mut Problems) -> Draft {
        let span = table.span();
        let place = Place::new(self.file, span.clone());
        let mut table = table.into_inner();
        let kind = self.kind(&table, problems);
        if let Some(defaults) = kind.and_then(|kind| self.around.service.defaults.get(kind.name)) {
            lay_under(&mut table, defaults);
        }
        let mut split = Split::of(table);
        let prose = Filling::check(self.around.names, problems.sources(), self.file, &split.prose);
        let rules = Filling::fill(self.around.names, problems.sources(), self.file, &[], &mut split.rules);
        let owner_name = kind.map_or_else(|| "a step".to_owned(), |kind| format!("a `{}` step", kind.name));
        let owner = Owner::of(self.file, &owner_name);
        let keys = Spanned::new(span.clone(), split.keys());
        let keys = read(owner, &keys, &|keys| StepKeys::deserialize(keys), problems);
        let settings = kind.and_then(|kind| {
            let reader = SettingsReader { around: self.around, kind, owner: Owner { more: &KEYS, ..owner } };
            reader.read(Spanned::new(span, split.settings), problems)
        });
        match keys {
            Some(keys) => self.assemble(Parts { place, keys, kind, settings, prose, rules }, problems),
            None => Draft::broken(place, settings),
        }
    }

    /// A step in whose text something is not TOML: only its id is known.
    pub(super) fn unread(&self, table: &Spanned<DeTable<'_>>) -> Draft {
        let id = table.get_ref().get("id").and_then(|id| id.get_ref().as_str()).unwrap_or_default();
        Draft { id: id.to_owned(), ..Draft::broken(Place::new(self.file, table.span()), None) }
    }

    fn kind(&self, table: &DeTable<'_>, problems: &mut Problems) -> Option<&'static Kind> {
        let value = table.get("kind")?;
        let name = value.get_ref().as_str()?;
        let kind = kind::find(name);
        if kind.is_none() {
            problems.tell(unknown_kind(name, Place::new(self.file, value.span())));
        }
        kind
    }

    fn assemble(&self, parts: Parts, problems: &mut Problems) -> Draft {
        let Parts { place, keys, kind, settings, prose, rules } = parts;
        let id = keys.id.get_ref().clone();
        let id_place = Place::new(self.file, keys.id.span());
        if !is_plain_name(&id) {
            problems.tell(invalid_name(&id, id_place.clone()));
        }
        let needs = keys.needs.iter().map(|need| self.need(need)).collect();
        let phase = keys.phase;
        let when = when(&keys.when, self.file, self.around.service, problems);
        let reason = kind.and_then(|kind| self.around.not_applicable(&self.inherited.checklist, &id, kind.name));
        self.tell_rules(&rules, problems);
        let mut draft = Draft::broken(id_place, None);
        if self.around.may_run(phase, &when) && reason.is_none() {
            rules.missing_told().for_each(|told| problems.tell(told));
            settings.iter().flat_map(|settings| settings.filled.missing_told()).for_each(|told| problems.tell(told));
        }
        draft.open = prose;
        let header = self.header(&keys, &place, problems);
        if let Some(settings) = settings {
            draft.add(&settings);
            draft.step = header.map(|header| finish(header, keys, when, reason, settings));
        }
        Draft { id, phase, needs, ..draft }
    }

    fn need(&self, need: &Spanned<String>) -> Use {
        Use { name: need.get_ref().clone(), place: super::defaults::place(self.file, need.span()) }
    }

    /// Names that are known only during the run are too late for the rules of a step.
    fn tell_rules(&self, rules: &Filled, problems: &mut Problems) {
        let late = rules.late.iter().filter(|_| self.around.values);
        for used in late.chain(&rules.open) {
            let is_declared = self.around.names.has(&used.name) || used.name.contains('.');
            let told = if is_declared {
                too_late(used)
            } else {
                self.around.names.undeclared(&used.name, Some(used.place.clone()), &[])
            };
            problems.tell(told);
        }
    }

    /// Everything about the step that is not its judgement, but for what it needs.
    fn header(&self, keys: &StepKeys, place: &Place, problems: &mut Problems) -> Option<StepHeader> {
        let (inherited, service) = (self.inherited, &self.around.service.service);
        let owner = first([&keys.owner, &inherited.owner, &service.owner]);
        let rollback = first([&keys.rollback, &inherited.rollback, &service.rollback]);
        if owner.is_none() {
            problems.tell(not_inherited(Code::NoOwner, "owner", "team-orders", keys.id.get_ref(), place));
        }
        if rollback.is_none() {
            problems.tell(not_inherited(Code::NoRollback, "rollback", "make rollback", keys.id.get_ref(), place));
        }
        let id = keys.id.get_ref();
        let prose = |text: &str| self.around.names.prose(text);
        Some(StepHeader {
            id: StepId::new(&inherited.checklist, id),
            kind: keys.kind.get_ref().clone(),
            title: keys.title.as_deref().map_or_else(|| id.clone(), prose),
            why: keys.why.as_deref().map(prose),
            owner: prose(owner?),
            expected: keys.expected.as_deref().map(prose).unwrap_or_default(),
            rollback: prose(rollback?),
            importance: if keys.advisory { Importance::Advisory } else { Importance::Required },
            effect: Effect::Read,
            phase: keys.phase,
            tags: keys.tags.clone(),
            needs: Vec::new(),
            file: self.name.clone(),
            line: self.lines.line(place.start),
        })
    }
}

/// What a step is put together from.
struct Parts {
    place: Place,
    keys: StepKeys,
    kind: Option<&'static Kind>,
    settings: Option<Settings>,
    prose: Vec<Use>,
    rules: Filled,
}

impl Draft {
    /// A step of which little is known.
    fn broken(place: Place, settings: Option<Settings>) -> Self {
        let mut draft = Self {
            id: String::new(),
            place,
            phase: Phase::default(),
            needs: Vec::new(),
            open: Vec::new(),
            captures: None,
            own: Vec::new(),
            step: None,
        };
        if let Some(settings) = settings {
            draft.add(&settings);
        }
        draft
    }

    fn add(&mut self, settings: &Settings) {
        self.open.extend(settings.filled.open.iter().cloned());
        self.captures = Some(settings.check.captures());
        self.own.clone_from(&settings.own);
    }
}

fn finish(mut header: StepHeader, keys: StepKeys, when: When, reason: Option<String>, settings: Settings) -> Step {
    let Settings { check, late, .. } = settings;
    header.effect = check.effect();
    if header.expected.trim().is_empty() {
        header.expected = check.expectation();
    }
    Step {
        header: Arc::new(header),
        timeout: keys.timeout.map_or_else(|| check.timeout(), |timeout| timeout.0),
        check,
        late,
        retry: keys.retry.map(Into::into),
        until: keys.until.map(Into::into),
        locks: keys.lock.0,
        exclusive: keys.exclusive,
        when,
        not_applicable: reason,
        waiver: None,
    }
}

/// The first text that says something.
fn first(texts: [&Option<String>; 3]) -> Option<&str> {
    texts.into_iter().flatten().map(String::as_str).find(|text| !text.trim().is_empty())
}

fn not_inherited(code: Code, key: &str, example: &str, id: &str, place: &Place) -> Diagnostic {
    Diagnostic::new(code, format!("`{key}` of the step `{id}` is nowhere given"))
        .at(place.clone(), "")
        .help(format!("add `{key} = \"{example}\"` to the step, to [checklist], or to [service] in rollsafe.toml"))
}

fn too_late(used: &Use) -> Diagnostic {
    Diagnostic::new(Code::NameUnavailable, format!("`{}` is known only during the run", used.name))
        .at(used.place.clone(), "too early here")
        .help("use it in the settings of the step; this key must be known before")
}
