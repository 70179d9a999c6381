//! The nearest name there is, for a name that does not exist.

/// The candidate that a person most likely meant, if one is near enough: at most a third of its letters differ,
/// and never more than three.
pub(crate) fn nearest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong = wrong.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&wrong, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.chars().count() / 3).clamp(1, 3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The same as a phrase to put behind a message: `; did you mean ...?`, or what else to do.
pub(crate) fn did_you_mean<'a>(
    wrong: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    otherwise: &str,
) -> String {
    nearest(wrong, candidates).map_or_else(|| otherwise.to_owned(), |near| format!("did you mean `{near}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_name_and_nonsense_finds_none() {
        let names = ["health", "http-scenario", "lint"];
        assert_eq!(nearest("helth", names), Some("health"));
        assert_eq!(nearest("http_scenaro", names), Some("http-scenario"));
        assert_eq!(nearest("LINT", names), Some("lint"));
        assert_eq!(nearest("database", names), None);
    }
}
