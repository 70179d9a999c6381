//! A checklist file: its header, its steps in reading order, and those of the files that it includes.

use std::path::{Component, Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;
use toml::de::DeTable;

use crate::diagnostic::{Code, Diagnostic, FileId, Place, Problems};
use crate::model::ChecklistSource;
use crate::probe::files::sha256;

use super::document::{Document, Text};
use super::draft::{Draft, StepReader};
use super::reading::{Owner, read};
use super::service_file::{items_of, table_of, unknown_keys};
use super::surroundings::Surroundings;

/// `[checklist]`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct ChecklistSection {
    /// The name, used in the full names of its steps: letters, digits, `-` and `_`.
    #[schemars(with = "String")]
    pub(super) name: Option<Spanned<String>>,
    /// The name for people. By default the name.
    pub(super) title: Option<String>,
    /// Who answers for its steps.
    pub(super) owner: Option<String>,
    /// What to do when one of its steps goes wrong.
    pub(super) rollback: Option<String>,
    /// Files whose steps come before its own, relative to this file.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub(super) include: Vec<Spanned<String>>,
}

/// The keys of the top level.
pub(super) const KEYS: [&str; 2] = ["checklist", "step"];

/// A checklist that was read, its steps not yet tied to each other.
#[derive(Debug)]
pub(super) struct ReadChecklist {
    /// Its name, title, file and digest.
    pub(super) source: ChecklistSource,
    /// Where it is named.
    pub(super) place: Place,
    /// Its steps in reading order.
    pub(super) drafts: Vec<Draft>,
}

/// Who answers for the steps of a file, and what undoes them.
#[derive(Clone, Debug, Default)]
pub(super) struct Inherited {
    /// The name of the checklist.
    pub(super) checklist: String,
    /// The owner.
    pub(super) owner: Option<String>,
    /// The rollback.
    pub(super) rollback: Option<String>,
}

/// Reads checklist files.
#[derive(Debug)]
pub(super) struct ChecklistReader<'a, 't> {
    /// Everything around them.
    pub(super) around: &'a Surroundings<'a, 't>,
    /// All problems.
    pub(super) problems: &'a mut Problems,
    /// The files that are being read, each included by the one before.
    chain: Vec<PathBuf>,
    /// Whether steps were lost because the text around them is not TOML.
    pub(super) is_lossy: bool,
}

impl<'a, 't> ChecklistReader<'a, 't> {
    /// A reader for one checklist.
    pub(super) fn new(around: &'a Surroundings<'a, 't>, problems: &'a mut Problems) -> Self {
        Self { around, problems, chain: Vec::new(), is_lossy: false }
    }

    /// Reads a checklist, and tells everything that is wrong in it.
    pub(super) fn checklist(&mut self, path: &Path, named: Option<Place>) -> Option<ReadChecklist> {
        let text = Text::read(&self.around.files, path, named, self.problems)?;
        let mut document = Document::parse(&text, self.problems);
        let section = self.header(&mut document);
        let place = section.name.as_ref().map_or(0..0, Spanned::span);
        let place = Place::new(text.file, place);
        let stem = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        let name = section.name.as_ref().map_or(stem, |name| name.get_ref().clone());
        if !is_plain_name(&name) {
            self.problems.tell(invalid_name(&name, place.clone()));
        }
        let inherited =
            Inherited { checklist: name.clone(), owner: section.owner.clone(), rollback: section.rollback.clone() };
        let is_whole = document.is_whole();
        let drafts = self.file(&text, document, &section, &inherited);
        if drafts.is_empty() && is_whole {
            self.problems.tell(empty(&name, place.clone()));
        }
        let source = ChecklistSource {
            title: section.title.unwrap_or_else(|| name.clone()),
            name,
            file: self.around.relative(path),
            sha256: sha256(text.text.as_bytes()),
        };
        Some(ReadChecklist { source, place, drafts })
    }

    /// `[checklist]` of the file itself, which must have a name.
    fn header(&mut self, document: &mut Document<'_>) -> ChecklistSection {
        let file = document.file;
        let Some((_, value)) = document.take("checklist") else {
            if document.is_whole() {
                let message = "the file has no [checklist] with a `name`";
                let diagnostic = Diagnostic::new(Code::MissingKey, message).at(Place::new(file, 0..0), "");
                self.problems.tell(diagnostic.help(NO_HEADER));
            }
            return ChecklistSection::default();
        };
        let Some(table) = table_of(value, file, "[checklist]", self.problems) else {
            return ChecklistSection::default();
        };
        let section = self.section(file, &table);
        if section.name.is_none() && table.get_ref().get("name").is_none() {
            let diagnostic = Diagnostic::new(Code::MissingKey, "`name` is missing in [checklist]");
            self.problems.tell(diagnostic.at(Place::new(file, table.span()), "").help("add `name = \"...\"`"));
        }
        section
    }

    fn section(&mut self, file: FileId, table: &Spanned<DeTable<'_>>) -> ChecklistSection {
        let owner = Owner::of(file, "[checklist]");
        read(owner, table, &|section| ChecklistSection::deserialize(section), self.problems).unwrap_or_default()
    }

    /// The steps of a file: those of its includes first, then its own.
    fn file(
        &mut self,
        text: &Text,
        document: Document<'_>,
        section: &ChecklistSection,
        inherited: &Inherited,
    ) -> Vec<Draft> {
        self.chain.push(text.path.clone());
        let mut drafts = Vec::new();
        for include in &section.include {
            let place = Place::new(text.file, include.span());
            drafts.extend(self.include(&text.path, include.get_ref(), place, inherited));
        }
        drafts.extend(self.steps(text, document, inherited));
        self.chain.pop();
        drafts
    }

    fn include(&mut self, from: &Path, named: &str, place: Place, inherited: &Inherited) -> Vec<Draft> {
        let path = from.parent().unwrap_or(from).join(named);
        if self.chain.iter().any(|file| same_file(file, &path)) {
            self.problems.tell(include_cycle(&self.chain, &path, place));
            return Vec::new();
        }
        let Some(text) = Text::read(&self.around.files, &path, Some(place), self.problems) else { return Vec::new() };
        let mut document = Document::parse(&text, self.problems);
        let section = self.fragment_header(&mut document);
        let inherited = Inherited {
            checklist: inherited.checklist.clone(),
            owner: section.owner.clone().or_else(|| inherited.owner.clone()),
            rollback: section.rollback.clone().or_else(|| inherited.rollback.clone()),
        };
        self.file(&text, document, &section, &inherited)
    }

    /// `[checklist]` of an included file, which has no name of its own.
    fn fragment_header(&mut self, document: &mut Document<'_>) -> ChecklistSection {
        let file = document.file;
        let Some((_, value)) = document.take("checklist") else { return ChecklistSection::default() };
        let Some(mut table) = table_of(value, file, "[checklist]", self.problems) else {
            return ChecklistSection::default();
        };
        for key in ["name", "title"] {
            if let Some((key, _)) = table.get_mut().remove_entry(key) {
                let message = format!("`{}` stands in an included file", key.get_ref());
                let diagnostic = Diagnostic::new(Code::NotHere, message).at(Place::new(file, key.span()), "");
                self.problems
                    .tell(diagnostic.help("leave it out: included steps belong to the checklist that includes them"));
            }
        }
        self.section(file, &table)
    }

    fn steps(&mut self, text: &Text, mut document: Document<'_>, inherited: &Inherited) -> Vec<Draft> {
        let steps = document.take("step");
        unknown_keys(&document, "a checklist", &KEYS, self.problems);
        let Some((key, value)) = steps else { return Vec::new() };
        let items = items_of(value, &key, "`step`", self.problems);
        self.is_lossy |= !document.is_whole() && items.len() != text.text.matches("[[step]]").count();
        let starts: Vec<usize> = items.iter().map(|item| item.span().start).collect();
        let reader = StepReader::new(self.around, text, inherited);
        let mut drafts = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            let range = starts[index]..starts.get(index + 1).copied().unwrap_or(text.text.len());
            let Some(table) = table_of(item, text.file, "[[step]]", self.problems) else { continue };
            let is_whole = document.is_whole_in(&range);
            drafts.push(if is_whole { reader.draft(table, self.problems) } else { reader.unread(&table) });
        }
        drafts
    }
}

/// Said of a file without a header.
const NO_HEADER: &str = "add `[checklist]` with `name = \"...\"`; a file that is only included belongs into a folder of \
                         its own, such as checklists/shared/";

/// Whether a text may be the id of a step or the name of a checklist.
pub(super) fn is_plain_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.chars().all(|sign| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_'))
}

/// The problem of a name that may not be one.
pub(super) fn invalid_name(name: &str, place: Place) -> Diagnostic {
    Diagnostic::new(Code::InvalidName, format!("`{name}` cannot be a name"))
        .at(place, "")
        .help("use letters, digits, `-` and `_`, and begin with a letter or a digit")
}

fn empty(name: &str, place: Place) -> Diagnostic {
    Diagnostic::new(Code::EmptyChecklist, format!("the checklist `{name}` has no steps"))
        .at(place, "")
        .help("add a `[[step]]`: an empty checklist would say GO to everything")
}

/// The problem of a file that includes itself.
pub(super) fn include_cycle(chain: &[PathBuf], path: &Path, place: Place) -> Diagnostic {
    let name = |path: &Path| path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let from = chain.iter().position(|file| same_file(file, path)).unwrap_or(0);
    let ring: Vec<String> =
        chain[from..].iter().map(PathBuf::as_path).chain([path]).map(|file| format!("`{}`", name(file))).collect();
    Diagnostic::new(Code::IncludeCycle, format!("files include each other in a ring: {}", ring.join(" -> ")))
        .at(place, "")
        .help("leave one of the includes out")
}

/// Whether two paths lead to one file, links left aside.
pub(super) fn same_file(one: &Path, other: &Path) -> bool {
    plain(one) == plain(other)
}

/// A path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut plain, component| {
        match component {
            Component::CurDir => {}
            Component::ParentDir if plain.file_name().is_some() => {
                plain.pop();
            }
            Component::ParentDir | Component::Prefix(_) | Component::RootDir | Component::Normal(_) => {
                plain.push(component);
            }
        }
        plain
    })
}
