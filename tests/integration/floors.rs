//! The direction of imports: a file uses lower floors and its own folder, nothing else.

use std::path::{Path, PathBuf};

/// Every top module and its floor. `report` is held to floor 0 and `runner` never sees it.
const FLOORS: &[(&str, u8)] = &[
    ("model", 0),
    ("diagnostic", 0),
    ("probe", 1),
    ("kind", 2),
    ("checklist", 3),
    ("runner", 4),
    ("report", 4),
    ("cli", 5),
];

#[test]
fn every_file_uses_lower_floors_and_its_own_folder_only() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for file in rust_files(&source) {
        let Some(module) = top_module(&source, &file) else { continue };
        for used in used_modules(&std::fs::read_to_string(&file).unwrap()) {
            if !may_use(&module, &used) {
                wrong.push(format!("{} uses crate::{used}", file.strip_prefix(&source).unwrap().display()));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_top_module_has_a_floor() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in std::fs::read_dir(&source).unwrap() {
        let name = entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned();
        if !matches!(name.as_str(), "main" | "lib") {
            assert!(floor(&name).is_some(), "`{name}` has no floor");
        }
    }
}

#[test]
fn the_test_sees_a_forbidden_use() {
    assert!(!may_use("report", "kind"));
    assert!(!may_use("probe", "checklist"));
    assert!(!may_use("runner", "report"));
    assert!(!may_use("model", "probe"));
    assert!(may_use("cli", "runner"));
    assert_eq!(
        used_modules("use crate::{kind::Check, model};\nfn f() { crate::probe::x() }"),
        ["kind", "model", "probe"]
    );
}

fn floor(module: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == module).map(|(_, floor)| *floor)
}

fn may_use(module: &str, used: &str) -> bool {
    let (Some(own), Some(other)) = (floor(module), floor(used)) else { return false };
    match module {
        _ if module == used => true,
        "report" => other == 0,
        "diagnostic" => used == "model",
        _ => other < own,
    }
}

fn top_module(source: &Path, file: &Path) -> Option<String> {
    let first = file.strip_prefix(source).ok()?.components().next()?;
    let name = Path::new(first.as_os_str()).file_stem()?.to_string_lossy().into_owned();
    (!matches!(name.as_str(), "main" | "lib")).then_some(name)
}

/// The top modules that a text names behind `crate::`, also in a list in braces.
fn used_modules(text: &str) -> Vec<String> {
    let mut used = Vec::new();
    for rest in text.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            Some(list) => used.extend(names_of_list(list)),
            None => used.push(leading_name(rest)),
        }
    }
    used.retain(|name| name.chars().next().is_some_and(char::is_lowercase));
    used.sort();
    used.dedup();
    used
}

fn names_of_list(list: &str) -> Vec<String> {
    let (mut depth, mut names, mut item) = (0, Vec::new(), String::new());
    for character in list.chars() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(std::mem::take(&mut item)),
            other if depth == 0 => item.push(other),
            _ => {}
        }
    }
    names.push(item);
    names.iter().map(|name| leading_name(name.trim())).filter(|name| !name.is_empty()).collect()
}

fn leading_name(text: &str) -> String {
    text.chars().take_while(|next| next.is_alphanumeric() || *next == '_').collect()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files
}
