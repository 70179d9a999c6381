//! What to say about a name that does not exist.

use crate::model::nearest;

/// How many names a message lists at most.
const LISTED: usize = 24;

/// What to say about a wrong name: the nearest valid one, or all of them.
pub(super) fn advice<'n>(wrong: &str, valid: impl IntoIterator<Item = &'n str> + Clone, plural: &str) -> String {
    match nearest(wrong, valid.clone()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => listed(valid, plural),
    }
}

/// All valid names, as many as fit into a line or two.
fn listed<'n>(valid: impl IntoIterator<Item = &'n str>, plural: &str) -> String {
    let mut names: Vec<&str> = valid.into_iter().collect();
    names.sort_unstable();
    names.dedup();
    let shown: Vec<String> = names.iter().take(LISTED).map(|name| format!("`{name}`")).collect();
    match names.len() {
        0 => format!("there are no {plural}"),
        1..=LISTED => format!("the {plural} are {}", shown.join(", ")),
        more => format!("the {plural} are {}, and {} more", shown.join(", "), more - LISTED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_name_is_told_alone_and_a_far_one_gets_the_list_of_all() {
        let names = ["command", "min-files", "paths", "tool"];
        assert_eq!(advice("min_files", names, "keys"), "did you mean `min-files`?");
        assert_eq!(advice("severity", names, "keys"), "the keys are `command`, `min-files`, `paths`, `tool`");
        assert_eq!(advice("severity", [], "keys"), "there are no keys");
    }
}
