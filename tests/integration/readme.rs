//! The examples of the README load as they stand.

use std::collections::BTreeMap;

use crate::room::Room;

/// The path and the text of every TOML block; its first line names its file.
fn blocks() -> Vec<(String, String)> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let blocks = text.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap().to_owned());
    blocks.map(|block| (block.lines().next().unwrap().trim_start_matches("# ").to_owned(), block)).collect()
}

#[test]
fn every_example_of_the_readme_loads() {
    let checklists: BTreeMap<_, _> =
        blocks().into_iter().filter(|(path, _)| path.starts_with("checklists/")).collect();
    let services: Vec<_> = blocks().into_iter().filter(|(path, _)| path == "rollsafe.toml").collect();
    assert!(checklists.len() >= 2 && services.len() >= 4);
    for (path, text) in services {
        let room = Room::new();
        room.write(&path, &text);
        room.write("pyproject.toml", "[project]\nversion = \"1.0.0\"\n");
        for (path, text) in &checklists {
            room.write(path, text);
        }
        let output = room.rollsafe(&["check"]);
        assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn the_readme_lists_every_kind() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let kinds = String::from_utf8(Room::new().rollsafe(&["kinds"]).stdout).unwrap();
    for kind in kinds.lines().take_while(|line| !line.is_empty()).filter_map(|line| line.split_whitespace().next()) {
        assert!(readme.contains(&format!("| `{kind}` |")), "the README does not list `{kind}`");
    }
}

#[test]
fn the_program_carries_every_file_of_the_example() {
    let embedded = include_str!("../../src/cli/demo/embedded.rs");
    let output = std::process::Command::new("git")
        .args(["ls-files", "examples", "checklists"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    for path in String::from_utf8(output.stdout).unwrap().lines() {
        let name = path.trim_start_matches("examples/").split_once('/').unwrap().1;
        assert!(embedded.contains(&format!("\"{name}\"")) || name == "removed.txt", "`{path}` is not carried");
    }
}
