//! Finding the service file, the files that it includes, and the checklists.

use std::path::{Path, PathBuf};

use toml::de::DeTable;

use crate::diagnostic::{Code, Diagnostic, Place, Problems};
use crate::probe::files::Files;

use super::checklist_file::{include_cycle, same_file};
use super::document::{Document, Text, shown};
use super::request::LoadRequest;

/// The name of the service file.
const SERVICE_FILE: &str = "rollsafe.toml";
/// The folder of the checklists.
const CHECKLISTS: &str = "checklists";

/// Where the service file is, if there is one, and the folder of the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Location {
    /// The service file.
    pub(super) service_file: Option<PathBuf>,
    /// The folder of the service.
    pub(super) root: PathBuf,
}

/// Finds the service: the file that was named, or the nearest one from the folder upwards, or the folder itself.
pub(super) fn location(request: &LoadRequest, files: &Files) -> Location {
    let named = request.service_file.as_ref().map(|path| request.folder.join(path));
    let above = || request.folder.ancestors().map(|folder| folder.join(SERVICE_FILE)).find(|path| files.exists(path));
    let service_file = named.or_else(above);
    let root = service_file.as_deref().and_then(Path::parent).unwrap_or(&request.folder).to_owned();
    Location { service_file, root }
}

/// The text of the service file and of all that it includes, itself first.
pub(super) fn service_texts(path: &Path, files: &Files, problems: &mut Problems) -> Vec<Text> {
    let mut texts = Vec::new();
    gather(path, None, &mut Vec::new(), files, &mut texts, problems);
    texts
}

fn gather(
    path: &Path,
    named: Option<Place>,
    chain: &mut Vec<PathBuf>,
    files: &Files,
    texts: &mut Vec<Text>,
    problems: &mut Problems,
) {
    let Some(read) = Text::read(files, path, named, problems) else { return };
    let document = Document::parse(&read, problems);
    let includes = includes(&document.table, &read, problems);
    texts.push(read.clone());
    chain.push(path.to_owned());
    for (name, place) in includes {
        let wanted = path.parent().unwrap_or(path).join(name);
        if chain.iter().any(|file| same_file(file, &wanted)) {
            problems.tell(include_cycle(chain, &wanted, place));
        } else if !texts.iter().any(|known| same_file(&known.path, &wanted)) {
            gather(&wanted, Some(place), chain, files, texts, problems);
        }
    }
    chain.pop();
}

fn includes(table: &DeTable<'_>, text: &Text, problems: &mut Problems) -> Vec<(String, Place)> {
    let Some(value) = table.get("include") else { return Vec::new() };
    let items = value.get_ref().as_array();
    let names: Option<Vec<(String, Place)>> = items.and_then(|items| {
        let named = items.iter();
        named.map(|item| Some((item.get_ref().as_str()?.to_owned(), Place::new(text.file, item.span())))).collect()
    });
    if names.is_none() {
        let diagnostic = Diagnostic::new(Code::WrongType, "`include` must be an array of file names in quotes");
        let place = Place::new(text.file, value.span());
        problems.tell(diagnostic.at(place, "").help("write `include = [\"other.toml\"]`"));
    }
    names.unwrap_or_default()
}

/// A checklist to load: its file, and where it is named.
pub(super) type Named = (PathBuf, Option<Place>);

/// The checklists to load, and whether they are all that the service has: those that the caller named, or those of
/// the profile, or all in the folder of the checklists.
pub(super) fn checklists(
    request: &LoadRequest,
    of_profile: &[(String, Place)],
    root: &Path,
    files: &Files,
    problems: &mut Problems,
) -> (Vec<Named>, bool) {
    if !request.checklists.is_empty() {
        let named = request.checklists.iter();
        return (named.map(|path| (resolved(path, &request.folder, root, files), None)).collect(), false);
    }
    if !of_profile.is_empty() {
        let named = of_profile.iter();
        let named = named.map(|(path, place)| (resolved(Path::new(path), root, root, files), Some(place.clone())));
        return (named.collect(), false);
    }
    let found = files.inside(root.join(CHECKLISTS), "toml");
    if found.is_empty() {
        problems.tell(no_checklist(&root.join(CHECKLISTS), files));
    }
    (found.into_iter().map(|path| (path, None)).collect(), true)
}

/// A path as it was named, or the checklist of the service with that name.
fn resolved(named: &Path, folder: &Path, root: &Path, files: &Files) -> PathBuf {
    let path = folder.join(named);
    let by_name = root.join(CHECKLISTS).join(named).with_extension("toml");
    if !files.exists(&path) && files.exists(&by_name) { by_name } else { path }
}

fn no_checklist(folder: &Path, files: &Files) -> Diagnostic {
    let message = format!("there is no checklist in `{}`", shown(files, folder));
    Diagnostic::new(Code::NoChecklist, message)
        .help("write one there, name one on the command line, or let `rollsafe init` write them")
}
