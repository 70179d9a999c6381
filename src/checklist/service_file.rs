//! The service file as it was read: its sections with their places, those of included files among them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use toml::value::Datetime;

use crate::diagnostic::{Code, Diagnostic, FileId, Place, Problems};
use crate::kind;
use crate::model::{Phase, Profile};

use super::advice::advice;
use super::document::Document;
use super::mistake::Mistake;
use super::names::Variable;
use super::reading::{Owner, read};
use super::secret::{Declared, SecretSection, Source};
use super::{default_settings, defaults};

/// `[service]`: what is released.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct ServiceSection {
    /// The name of the service. By default the name of its folder.
    pub(super) name: Option<String>,
    /// Who answers for the service, and for every step that names nobody else.
    pub(super) owner: Option<String>,
    /// The command or note to undo a release, inherited by every step that gives none of its own.
    pub(super) rollback: Option<String>,
    /// Where the version of the release stands: `pyproject.toml:project.version`, `app/__init__.py:__version__`.
    #[schemars(with = "Option<String>")]
    pub(super) version_file: Option<Spanned<String>>,
    /// The form of release tags. By default `v{{ version }}`.
    #[schemars(with = "Option<String>")]
    pub(super) tag: Option<Spanned<String>>,
}

/// `[profile.NAME]`: what a use of rollsafe selects.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct ProfileSection {
    /// The target, where the command line names none.
    #[schemars(with = "Option<String>")]
    pub(super) target: Option<Spanned<String>>,
    /// The phases whose steps run. By default `before` for the gate, all for the rehearsal, `before` and `after` for
    /// staging.
    pub(super) phases: Option<Vec<Phase>>,
    /// The checklists, where the command line names none. By default all of `checklists/*.toml`.
    #[schemars(with = "Option<Vec<String>>")]
    pub(super) checklists: Option<Vec<Spanned<String>>>,
    /// Whether a warn closes the gate as well.
    pub(super) strict: Option<bool>,
}

/// `[[waiver]]`: a decision to live with a step that is not good, for a time.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct WaiverSection {
    /// The step, as `checklist/step`.
    #[schemars(with = "String")]
    pub(super) step: Spanned<String>,
    /// Why it may be waived.
    #[schemars(with = "String")]
    pub(super) reason: Spanned<String>,
    /// Who decided it.
    #[schemars(with = "String")]
    pub(super) owner: Spanned<String>,
    /// The last day on which it counts, in UTC, as a date without quotes: `2026-12-04`.
    #[schemars(with = "String", extend("format" = "date"))]
    pub(super) expires: Spanned<Datetime>,
}

/// A reason why something does not apply to this service.
#[derive(Debug)]
pub(super) struct NotApplicable {
    /// Where the kind or step is named.
    pub(super) place: Place,
    /// The reason.
    pub(super) reason: String,
}

/// All sections of the service file and the files that it includes.
#[derive(Debug, Default)]
pub(super) struct ServiceFile<'t> {
    /// `[service]`, with its file.
    pub(super) service: ServiceSection,
    /// The file that holds `[service]`.
    pub(super) file: Option<FileId>,
    /// `[target.NAME]`, not read yet.
    pub(super) targets: BTreeMap<String, (FileId, Spanned<DeTable<'t>>)>,
    /// `[defaults.KIND]`, with places moved.
    pub(super) defaults: BTreeMap<String, DeTable<'t>>,
    /// `[variables]`.
    pub(super) variables: BTreeMap<String, Variable>,
    /// `[secret]`.
    pub(super) secrets: Vec<Declared>,
    /// `environment`: declared environment variables.
    pub(super) environment: Vec<(String, Place)>,
    /// `[[waiver]]`, with their files.
    pub(super) waivers: Vec<(FileId, WaiverSection)>,
    /// `[not-applicable]` by kind or step.
    pub(super) not_applicable: BTreeMap<String, NotApplicable>,
    /// `[profile.NAME]`, with their files.
    pub(super) profiles: BTreeMap<Profile, (FileId, ProfileSection)>,
    places: BTreeMap<String, Place>,
}

/// The keys of the top level.
pub(super) const KEYS: [&str; 10] = [
    "service",
    "target",
    "defaults",
    "variables",
    "secret",
    "environment",
    "waiver",
    "not-applicable",
    "profile",
    "include",
];

impl<'t> ServiceFile<'t> {
    /// Adds the sections of one file, and tells everything that is wrong in them.
    pub(super) fn add(&mut self, mut document: Document<'t>, is_main: bool, problems: &mut Problems) {
        let file = document.file;
        document.table.remove("include");
        if let Some((place, value)) = document.take("service") {
            self.add_service(file, place, value, is_main, problems);
        }
        for section in [Section::Target, Section::Defaults, Section::Variables, Section::Secret, Section::Profile] {
            self.add_section(&mut document, section, problems);
        }
        self.add_section(&mut document, Section::NotApplicable, problems);
        self.add_environment(&mut document, problems);
        self.add_waivers(&mut document, problems);
        unknown_keys(&document, "the service file", &KEYS, problems);
    }

    fn add_service(
        &mut self,
        file: FileId,
        place: Place,
        value: Spanned<DeValue<'t>>,
        is_main: bool,
        problems: &mut Problems,
    ) {
        if !is_main {
            let message = "[service] stands in an included file";
            let help = "move it into rollsafe.toml; an included file holds targets, defaults, variables and the like";
            problems.tell(Diagnostic::new(Code::NotHere, message).at(place, "").help(help));
            return;
        }
        let Some(mut table) = table_of(value, file, "[service]", problems) else { return };
        for key in ["environment", "include"] {
            if let Some((key, _)) = table.get_mut().remove_entry(key) {
                problems.tell(of_the_top(key.get_ref(), Place::new(file, key.span())));
            }
        }
        let owner = Owner::of(file, "[service]");
        self.file = Some(file);
        self.service =
            read(owner, &table, &|section| ServiceSection::deserialize(section), problems).unwrap_or_default();
    }

    fn add_section(&mut self, document: &mut Document<'t>, section: Section, problems: &mut Problems) {
        let file = document.file;
        let Some((_, value)) = document.take(section.key()) else { return };
        let Some(table) = table_of(value, file, &format!("[{}]", section.key()), problems) else { return };
        for (key, value) in table.into_inner() {
            let place = Place::new(file, key.span());
            let name = key.into_inner().into_owned();
            if !name.starts_with("x-") && self.is_first(&format!("{}.{name}", section.key()), &place, problems) {
                self.add_entry(section, Entry { name, place, value }, problems);
            }
        }
    }

    fn add_entry(&mut self, section: Section, entry: Entry<'t>, problems: &mut Problems) {
        match section {
            Section::Target => {
                if let Some(table) = entry.table("target", problems) {
                    self.targets.insert(entry.name, (entry.place.file, table));
                }
            }
            Section::Defaults => self.add_defaults(entry, problems),
            Section::Variables => {
                if let Some(text) = entry.text("a variable", problems) {
                    let variable = Variable { text, place: Some(entry.text_place()) };
                    self.variables.insert(entry.name, variable);
                }
            }
            Section::Secret => self.secrets.extend(entry.secret(problems)),
            Section::Profile => self.add_profile(&entry, problems),
            Section::NotApplicable => {
                if let Some(reason) = entry.reason(problems) {
                    self.not_applicable.insert(entry.name, NotApplicable { place: entry.place, reason });
                }
            }
        }
    }

    fn add_defaults(&mut self, entry: Entry<'t>, problems: &mut Problems) {
        let Some(kind) = kind::find(&entry.name) else {
            problems.tell(unknown_kind(&entry.name, entry.place));
            return;
        };
        let Some(table) = entry.table("defaults", problems) else { return };
        let settings = default_settings::checked(kind, table, entry.place.file, problems);
        self.defaults.insert(entry.name, defaults::moved(settings, entry.place.file));
    }

    fn add_profile(&mut self, entry: &Entry<'t>, problems: &mut Problems) {
        let Some(profile) = profile_named(&entry.name) else {
            problems.tell(unknown_profile(&entry.name, entry.place.clone()));
            return;
        };
        let Some(table) = entry.table("profile", problems) else { return };
        let name = format!("[profile.{}]", entry.name);
        let owner = Owner::of(entry.place.file, &name);
        if let Some(section) = read(owner, &table, &|section| ProfileSection::deserialize(section), problems) {
            self.profiles.insert(profile, (entry.place.file, section));
        }
    }

    fn add_environment(&mut self, document: &mut Document<'t>, problems: &mut Problems) {
        let Some((place, value)) = document.take("environment") else { return };
        for item in items_of(value, &place, "`environment`", problems) {
            let place = Place::new(document.file, item.span());
            match item.get_ref().as_str() {
                Some(name) => self.environment.push((name.to_owned(), place)),
                None => problems.tell(not_text("`environment`", item.get_ref(), place)),
            }
        }
    }

    fn add_waivers(&mut self, document: &mut Document<'t>, problems: &mut Problems) {
        let Some((place, value)) = document.take("waiver") else { return };
        for item in items_of(value, &place, "`waiver`", problems) {
            let Some(table) = table_of(item, document.file, "[[waiver]]", problems) else { continue };
            let owner = Owner::of(document.file, "[[waiver]]");
            if let Some(waiver) = read(owner, &table, &|section| WaiverSection::deserialize(section), problems) {
                self.waivers.push((document.file, waiver));
            }
        }
    }

    /// The environments of all targets.
    pub(super) fn environments(&self) -> impl Iterator<Item = &str> {
        self.targets.values().filter_map(|(_, table)| table.get_ref().get("environment")?.get_ref().as_str())
    }

    /// Whether something is defined for the first time; the second time is told with both places.
    fn is_first(&mut self, name: &str, place: &Place, problems: &mut Problems) -> bool {
        match self.places.get(name) {
            None => {
                self.places.insert(name.to_owned(), place.clone());
                true
            }
            Some(first) => {
                problems.tell(defined_twice(name, place.clone(), first.clone()));
                false
            }
        }
    }
}

/// The sections that hold entries by name.
#[derive(Clone, Copy, Debug)]
enum Section {
    Target,
    Defaults,
    Variables,
    Secret,
    Profile,
    NotApplicable,
}

impl Section {
    fn key(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::Defaults => "defaults",
            Self::Variables => "variables",
            Self::Secret => "secret",
            Self::Profile => "profile",
            Self::NotApplicable => "not-applicable",
        }
    }
}

/// One entry of a section.
struct Entry<'t> {
    name: String,
    place: Place,
    value: Spanned<DeValue<'t>>,
}

impl<'t> Entry<'t> {
    fn text_place(&self) -> Place {
        Place::new(self.place.file, self.value.span())
    }

    fn table(&self, section: &str, problems: &mut Problems) -> Option<Spanned<DeTable<'t>>> {
        table_of(self.value.clone(), self.place.file, &format!("[{section}.{}]", self.name), problems)
    }

    fn text(&self, what: &str, problems: &mut Problems) -> Option<String> {
        let text = self.value.get_ref().as_str().map(str::to_owned);
        if text.is_none() {
            problems.tell(not_text(what, self.value.get_ref(), self.text_place()));
        }
        text
    }

    fn reason(&self, problems: &mut Problems) -> Option<String> {
        let reason = self.text("the reason", problems)?;
        if reason.trim().is_empty() {
            let message = format!("`{}` gives no reason", self.name);
            let help = "say why it does not apply to this service; the reason stands in every report";
            problems.tell(Diagnostic::new(Code::InvalidValue, message).at(self.text_place(), "").help(help));
        }
        Some(reason)
    }

    fn secret(&self, problems: &mut Problems) -> Option<Declared> {
        let table = self.table("secret", problems)?;
        let name = format!("[secret.{}]", self.name);
        let owner = Owner::of(self.place.file, &name);
        let section = read(owner, &table, &|section| SecretSection::deserialize(section), problems)?;
        let source = match (section.env, section.file) {
            (Some(variable), None) => Source::Variable(variable),
            (None, Some(file)) => Source::File(file),
            (Some(_), Some(_)) | (None, None) => {
                let message = format!("the secret `{}` needs one source", self.name);
                let help = "write { env = \"NAME\" } or { file = \"PATH\" }";
                problems.tell(Diagnostic::new(Code::InvalidValue, message).at(self.place.clone(), "").help(help));
                return None;
            }
        };
        Some(Declared { name: self.name.clone(), place: self.place.clone(), source })
    }
}

/// A value that must be a table.
pub(super) fn table_of<'t>(
    value: Spanned<DeValue<'t>>,
    file: FileId,
    name: &str,
    problems: &mut Problems,
) -> Option<Spanned<DeTable<'t>>> {
    let span = value.span();
    match value.into_inner() {
        DeValue::Table(table) => Some(Spanned::new(span, table)),
        other => {
            let message = format!("{name} must be a table, not {}", article(other.type_str()));
            let help = format!("write it as `{name}` with `key = value` lines below, or as {{ key = value }}");
            problems.tell(Diagnostic::new(Code::WrongType, message).at(Place::new(file, span), "").help(help));
            None
        }
    }
}

/// The items of a value that must be an array.
pub(super) fn items_of<'t>(
    value: Spanned<DeValue<'t>>,
    key: &Place,
    name: &str,
    problems: &mut Problems,
) -> Vec<Spanned<DeValue<'t>>> {
    let span = value.span();
    match value.into_inner() {
        DeValue::Array(array) => array.into_iter().collect(),
        other => {
            let message = format!("{name} must be an array, not {}", article(other.type_str()));
            let place = Place::new(key.file, span);
            let help = match other {
                DeValue::Table(_) => format!("write [[{}]] with two brackets on each side", name.trim_matches('`')),
                _ => "write it in [ ... ]".to_owned(),
            };
            problems.tell(Diagnostic::new(Code::WrongType, message).at(place, "").help(help));
            Vec::new()
        }
    }
}

fn not_text(what: &str, value: &DeValue<'_>, place: Place) -> Diagnostic {
    let message = format!("{what} must be a text in quotes, not {}", article(value.type_str()));
    Diagnostic::new(Code::WrongType, message).at(place, "").help("write it in quotes")
}

fn article(word: &str) -> String {
    let vowel = word.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {word}", if vowel { "an" } else { "a" })
}

/// Tells every key of the top level that nothing reads. Where the text is not TOML, keys may only seem to stand there.
pub(super) fn unknown_keys(document: &Document<'_>, owner: &str, valid: &[&str], problems: &mut Problems) {
    for (key, _) in document.table.iter().filter(|_| document.is_whole()) {
        let name = key.get_ref().as_ref();
        if valid.contains(&name) || name.starts_with("x-") {
            continue;
        }
        let valid = valid.iter().map(|&key| key.to_owned()).collect();
        let mistake = Mistake::UnknownKey { key: name.to_owned(), valid };
        problems.tell(mistake.diagnostic("", owner, &[], Place::new(document.file, key.span())));
    }
}

/// In TOML, keys of the top level stand above the first table.
fn of_the_top(key: &str, place: Place) -> Diagnostic {
    Diagnostic::new(Code::NotHere, format!("`{key}` is not a key of [service], but of the whole file"))
        .at(place, "")
        .help("move it to the top of the file, above the first [table]")
}

/// The problem of a kind that does not exist.
pub(super) fn unknown_kind(name: &str, place: Place) -> Diagnostic {
    let names = kind::all().map(|kind| kind.name);
    let message = format!("there is no kind `{name}`");
    Diagnostic::new(Code::UnknownKind, message).at(place, "").help(advice(name, names, "kinds"))
}

/// The profile with a name.
pub(super) fn profile_named(name: &str) -> Option<Profile> {
    PROFILES.into_iter().find(|profile| profile.as_str() == name)
}

/// All profiles.
pub(super) const PROFILES: [Profile; 3] = [Profile::Gate, Profile::Rehearsal, Profile::Staging];

fn unknown_profile(name: &str, place: Place) -> Diagnostic {
    let names = PROFILES.iter().map(|profile| profile.as_str());
    Diagnostic::new(Code::UnknownProfile, format!("there is no profile `{name}`"))
        .at(place, "")
        .help(advice(name, names, "profiles"))
}

fn defined_twice(name: &str, place: Place, first: Place) -> Diagnostic {
    Diagnostic::new(Code::DefinedTwice, format!("`{name}` is defined twice"))
        .at(place, "defined again here")
        .at(first, "first defined here")
        .help("keep one of the two")
}
