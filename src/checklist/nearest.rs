//! The valid name that somebody probably meant.

/// The valid name nearest to a wrong one, if one is near enough to be meant: a slip of one sign in a short
/// name, of one in three signs in a long one.
pub(super) fn nearest<'n>(wrong: &str, valid: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let limit = (wrong.chars().count() / 3).max(1);
    let near = valid.into_iter().filter(|name| name.len().abs_diff(wrong.len()) <= limit * 4);
    near.map(|name| (strsim::damerau_levenshtein(&wrong.to_lowercase(), &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, name)| name)
}

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

/// How many names a message lists at most.
const LISTED: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 4] = ["command", "min-files", "paths", "tool"];

    #[test]
    fn a_slip_finds_the_name_that_was_meant() {
        for (wrong, meant) in [("comand", "command"), ("min_files", "min-files"), ("Paths", "paths"), ("tol", "tool")]
        {
            assert_eq!(nearest(wrong, NAMES), Some(meant), "{wrong}");
        }
    }

    #[test]
    fn a_far_name_gets_the_list_of_all() {
        assert_eq!(nearest("severity", NAMES), None);
        let advice = advice("severity", NAMES, "keys");
        assert_eq!(advice, "the keys are `command`, `min-files`, `paths`, `tool`");
    }
}
