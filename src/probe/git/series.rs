//! The tags of one series: which name is a version, and which version is greater.
//!
//! A repository holds several series (`v1.2.0`, `orders-v1.2.0`) and names that move (`latest`,
//! `deployed/staging`). A name belongs to a series when what stands between the fixed texts around it reads as
//! a version. Versions are ordered by Semantic Versioning 2.0.0, section 11. The forms of Python packages
//! (`1.2`, `1.2.0rc1`, `1.2.0.post1`, `1.2.0.dev3`; version specifiers of the Python Packaging User Guide) and
//! calendar versions (`2026.01.15`, `2026-01-15`) are read as the semantic version that sorts the same.

use std::cmp::Ordering;

use semver::{BuildMetadata, Prerelease, Version};

use crate::model::Template;

/// A version as it stands in the name of a tag or in a file of the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TagVersion {
    order: Version,
    /// How many numbers were written: 2 for `1.2`.
    numbers: usize,
}

impl TagVersion {
    /// Reads a version of one to four numbers, or nothing where the text is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if let Ok(order) = Version::parse(text) {
            return Some(Self { order, numbers: 3 });
        }
        let dotted = dotted_date(text);
        let (numbers, rest) = leading_numbers(dotted.as_deref().unwrap_or(text))?;
        Some(Self { order: lenient(&numbers, rest)?, numbers: numbers.len() })
    }

    /// Whether it comes before the release that it is named after, such as `1.2.0-rc.1`.
    pub(crate) fn is_pre_release(&self) -> bool {
        !self.order.pre.is_empty()
    }

    /// Whether both name the same release, however they are written: `1.2` and `1.2.0`.
    pub(crate) fn is_same_release(&self, other: &Self) -> bool {
        self.order == other.order
    }

    /// Of two ways to write one release the longer comes last: a moving `v2` stands behind `v2.0.0`.
    fn compare(&self, other: &Self) -> Ordering {
        self.order.cmp(&other.order).then(self.numbers.cmp(&other.numbers))
    }
}

/// `2026-01-15` with dots, as other calendar versions are written.
fn dotted_date(text: &str) -> Option<String> {
    let (date, rest) = text.split_at_checked(10)?;
    let is_date = date.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    is_date.then(|| date.replace('-', ".") + rest)
}

/// Takes `1.2.3` off the front of a text.
fn leading_numbers(text: &str) -> Option<(Vec<u64>, &str)> {
    let mut numbers = Vec::new();
    let mut rest = text;
    loop {
        let end = rest.find(|next: char| !next.is_ascii_digit()).unwrap_or(rest.len());
        numbers.push(rest[..end].parse().ok()?);
        rest = &rest[end..];
        match rest.strip_prefix('.').filter(|after| after.starts_with(|next: char| next.is_ascii_digit())) {
            Some(after) => rest = after,
            None => break,
        }
    }
    (numbers.len() <= 4).then_some((numbers, rest))
}

/// The semantic version that sorts like a version with other than three numbers, or with a Python label.
fn lenient(numbers: &[u64], rest: &str) -> Option<Version> {
    let (written, build) = rest.split_once('+').unwrap_or((rest, ""));
    let label = written.trim_start_matches(['-', '.', '_']).to_ascii_lowercase();
    if label.is_empty() && !written.is_empty() {
        return None;
    }
    let (pre, post) = if label.starts_with("post") { ("", label.as_str()) } else { (label.as_str(), "") };
    let fourth = numbers.get(3).map(u64::to_string).unwrap_or_default();
    let later: Vec<&str> = [fourth.as_str(), post, build].into_iter().filter(|part| !part.is_empty()).collect();
    let number = |at: usize| numbers.get(at).copied().unwrap_or(0);
    Some(Version {
        major: number(0),
        minor: number(1),
        patch: number(2),
        pre: pre_release(pre)?,
        build: BuildMetadata::new(&later.join(".")).ok()?,
    })
}

/// `rc1` as `rc.1`. Development releases come before all others, and a number sorts before every word.
fn pre_release(label: &str) -> Option<Prerelease> {
    let end = label.find(|next: char| !next.is_ascii_alphabetic()).unwrap_or(label.len());
    let (name, number) = label.split_at(end);
    let name = match name {
        "" => return label.is_empty().then_some(Prerelease::EMPTY),
        "a" | "alpha" => "alpha",
        "b" | "beta" => "beta",
        "c" | "rc" | "pre" | "preview" => "rc",
        "dev" => "0.dev",
        _ => return None,
    };
    let number = number.trim_start_matches(['-', '.', '_']);
    let number: u64 = if number.is_empty() { 0 } else { number.parse().ok()? };
    Prerelease::new(&format!("{name}.{number}")).ok()
}

/// The fixed texts around the version in the names of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Series {
    before: String,
    after: String,
}

impl Series {
    /// The series of a pattern such as `v{{ version }}`. A pattern without the placeholder is the text before
    /// the version.
    pub(crate) fn of_pattern(pattern: &str) -> Self {
        let version = Template(pattern).placeholders().into_iter().find(|placeholder| placeholder.name == "version");
        let range = version.map_or(pattern.len()..pattern.len(), |placeholder| placeholder.range);
        Self { before: pattern[..range.start].to_owned(), after: pattern[range.end..].to_owned() }
    }

    /// The series that a tag belongs to: what stands before its version if that is known, otherwise before the part
    /// with the most numbers. Nothing where no part of the name is a version.
    pub(crate) fn of_tag(tag: &str, version: Option<&str>) -> Option<Self> {
        let start = match version.and_then(|version| tag.strip_suffix(version)) {
            Some(before) => before.len(),
            None => start_of_version(tag)?,
        };
        Some(Self { before: tag[..start].to_owned(), after: String::new() })
    }

    /// What every name of the series begins with.
    pub(crate) fn prefix(&self) -> &str {
        &self.before
    }

    /// The version in a name, or nothing where the name does not belong to the series.
    pub(crate) fn version(&self, tag: &str) -> Option<TagVersion> {
        TagVersion::parse(tag.strip_prefix(self.before.as_str())?.strip_suffix(self.after.as_str())?)
    }

    /// The greatest of some tags.
    pub(crate) fn greatest<'tag>(&self, tags: impl IntoIterator<Item = &'tag str>) -> Option<&'tag str> {
        greatest(self.versions(tags))
    }

    /// The greatest of the tags that are greater than a version. For a release, pre-releases do not count.
    pub(crate) fn greater_than<'tag>(
        &self,
        version: &TagVersion,
        tags: impl IntoIterator<Item = &'tag str>,
    ) -> Option<&'tag str> {
        let counts = |other: &TagVersion| version.is_pre_release() || !other.is_pre_release();
        let versions = self.versions(tags).filter(|(other, _)| other.order > version.order);
        greatest(versions.filter(|(other, _)| counts(other)))
    }

    /// The greatest of the tags that are lower than a version. Before a release comes the last release, and a
    /// pre-release only where there was no release at all.
    pub(crate) fn previous<'tag>(
        &self,
        version: &TagVersion,
        tags: impl IntoIterator<Item = &'tag str>,
    ) -> Option<&'tag str> {
        let lower = self.versions(tags).filter(|(other, _)| other.order < version.order);
        let (pre_releases, releases): (Vec<_>, Vec<_>) =
            lower.partition(|(other, _)| other.is_pre_release() && !version.is_pre_release());
        greatest(releases).or_else(|| greatest(pre_releases))
    }

    /// The tags of the series, each with its version.
    fn versions<'tag>(
        &self,
        tags: impl IntoIterator<Item = &'tag str>,
    ) -> impl Iterator<Item = (TagVersion, &'tag str)> {
        tags.into_iter().filter_map(|tag| Some((self.version(tag)?, tag)))
    }
}

fn greatest<'tag>(versions: impl IntoIterator<Item = (TagVersion, &'tag str)>) -> Option<&'tag str> {
    let by_version = |one: &(TagVersion, &str), other: &(TagVersion, &str)| one.0.compare(&other.0);
    versions.into_iter().max_by(by_version).map(|(_, tag)| tag)
}

/// Where the version in a name begins: at the number that starts the longest row of numbers up to the end.
fn start_of_version(tag: &str) -> Option<usize> {
    let starts = tag.char_indices().filter(|&(at, character)| {
        character.is_ascii_digit() && !tag[..at].ends_with(|before: char| before.is_ascii_digit() || before == '.')
    });
    let versions = starts.filter_map(|(at, _)| Some((TagVersion::parse(&tag[at..])?.numbers, at)));
    versions.max_by_key(|&(numbers, at)| (numbers, std::cmp::Reverse(at))).map(|(_, at)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v() -> Series {
        Series::of_pattern("v{{ version }}")
    }

    fn version(text: &str) -> TagVersion {
        TagVersion::parse(text).unwrap()
    }

    #[test]
    fn versions_of_all_usual_forms_are_in_the_order_of_their_releases() {
        let ordered = [
            "0.9.9",
            "1.0.0.dev1",
            "1.0.0a1",
            "1.0.0-alpha.2",
            "1.0.0b1",
            "1.0.0rc2",
            "1.0.0-rc.10",
            "1.0",
            "1.0.0",
            "1.0.0.1",
            "1.0.0.post1",
            "1.0.1",
            "1.2",
            "1.10.0",
            "2",
            "2026.01.15",
            "2026-01-16",
            "2026-01-16.2",
            "2026.1.17",
        ];
        for pair in ordered.windows(2) {
            assert_eq!(version(pair[0]).compare(&version(pair[1])), Ordering::Less, "{pair:?}");
        }
    }

    #[test]
    fn other_texts_are_no_versions() {
        for text in ["", "latest", "1.2.3.4.5", "1.2.x", "1.", ".1", "1.2.3final", "v1.2.3", "99999999999999999999"] {
            assert_eq!(TagVersion::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_moving_short_tag_and_names_of_other_series_are_never_the_greatest() {
        let tags = ["latest", "deployed/staging", "v2", "v2.0.0", "v1.9.0", "orders-v3.0.0", "v9.0.0-x y"];
        assert_eq!(v().greatest(tags), Some("v2.0.0"));
        assert_eq!(v().greatest(["latest"]), None);
    }

    #[test]
    fn the_release_before_a_release_is_a_release() {
        let tags = ["v1.0.0", "v1.1.0-rc.1", "v1.1.0", "v1.2.0-rc.1", "v2.0.0-rc.1"];
        assert_eq!(v().previous(&version("1.1.0"), tags), Some("v1.0.0"));
        assert_eq!(v().previous(&version("1.2.0-rc.1"), tags), Some("v1.1.0"));
        assert_eq!(v().previous(&version("1.0.0"), tags), None);
        assert_eq!(v().previous(&version("1.0.0"), ["v1.0.0-rc.1"]), Some("v1.0.0-rc.1"));
    }

    #[test]
    fn a_pre_release_of_the_next_major_version_does_not_outgrow_a_release() {
        let tags = ["v1.1.0", "v2.0.0-rc.1"];
        assert_eq!(v().greater_than(&version("1.1.0"), tags), None);
        assert_eq!(v().greater_than(&version("1.0.0"), tags), Some("v1.1.0"));
        assert_eq!(v().greater_than(&version("2.0.0-beta"), tags), Some("v2.0.0-rc.1"));
    }

    #[test]
    fn the_series_of_a_tag_is_what_stands_before_its_version() {
        let prefix = |tag: &str| Series::of_tag(tag, None).map(|series| series.before);
        assert_eq!(prefix("v1.1.0"), Some("v".to_owned()));
        assert_eq!(prefix("1.1.0-rc.1"), Some(String::new()));
        assert_eq!(prefix("orders-v1.1.0"), Some("orders-v".to_owned()));
        assert_eq!(prefix("py3-v1.2.0"), Some("py3-v".to_owned()));
        assert_eq!(prefix("release/2026.01.15"), Some("release/".to_owned()));
        assert_eq!(prefix("latest"), None);
        assert_eq!(prefix("v2026-01-15"), Some("v".to_owned()));
        let odd = Series::of_tag("build-7-x", Some("7-x")).unwrap();
        assert_eq!((odd.before.as_str(), odd.version("build-7-x")), ("build-", None));
        assert_eq!(Series::of_tag("v1.1.0", Some("1.1.0")).unwrap().before, "v");
    }

    #[test]
    fn a_pattern_holds_the_texts_on_both_sides() {
        let series = Series::of_pattern("orders/{{ version }}-final");
        assert_eq!(series.prefix(), "orders/");
        assert_eq!(series.version("orders/1.2.0-final"), TagVersion::parse("1.2.0"));
        assert_eq!(series.version("orders/1.2.0"), None);
        assert_eq!(Series::of_pattern("v"), v());
    }
}
