//! What can be forgotten when a kind is added.

use std::collections::BTreeSet;
use std::path::Path;

use crate::room::Room;

/// The files of kinds: every file and folder of `src/kind` but the shared ones.
fn kinds_on_disk() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/kind");
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().replace('_', "-"))
        .filter(|name| !matches!(name.as_str(), "mod" | "check"))
        .collect()
}

fn kinds_listed() -> BTreeSet<String> {
    let output = Room::new().rollsafe(&["kinds"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let kinds = text.lines().take_while(|line| !line.is_empty());
    kinds.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[test]
fn every_file_of_a_kind_is_registered() {
    assert_eq!(kinds_listed(), kinds_on_disk());
}

#[test]
fn every_kind_has_a_row_that_passes_and_three_that_must_not() {
    for kind in kinds_on_disk() {
        let file = format!("{}/tests/sabotage/rows/{}.rs", env!("CARGO_MANIFEST_DIR"), kind.replace('-', "_"));
        let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
        let rows = |outcome: &str| text.matches(&format!("(\"{outcome}\", \"")).count();
        let (good, bad) = (rows("pass"), rows("fail") + rows("error") + rows("warn"));
        assert!(good >= 1 && bad >= 3, "{kind}: {good} rows pass and {bad} must not");
    }
}

#[test]
fn every_setting_of_every_kind_is_documented() {
    for kind in kinds_on_disk() {
        let output = Room::new().rollsafe(&["kinds", &kind]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{kind}");
        assert!(text.contains(&format!("kind = \"{kind}\"")), "{kind} has no example: {text}");
        let settings = text.split("Settings of a").nth(1).unwrap().split("Keys of every step").next().unwrap();
        assert!(settings.lines().count() > 3, "{kind}: {settings}");
    }
}

#[test]
fn an_unknown_kind_is_refused_with_the_nearest_one() {
    let output = Room::new().rollsafe(&["kinds", "http-scenaro"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("http-scenario"));
}
