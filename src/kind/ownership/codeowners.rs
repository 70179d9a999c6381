//! Reads a CODEOWNERS file: which pattern has which owners, and who owns a path.
//!
//! The last rule that fits a path decides, and a rule without owners takes them away (documentation of GitHub, "About
//! code owners"). Headings of sections as GitLab writes them are passed over.

use globset::{GlobBuilder, GlobMatcher};

/// One rule of a file.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    /// The line, from 1.
    pub(super) line: usize,
    /// The pattern as it stands there.
    pub(super) pattern: String,
    /// The owners as they stand there.
    pub(super) owners: Vec<String>,
    globs: Vec<GlobMatcher>,
}

/// The rules of a file, in its order.
#[derive(Clone, Debug, Default)]
pub(super) struct CodeOwners {
    pub(super) rules: Vec<Rule>,
}

impl CodeOwners {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// Names the line with a pattern that cannot be read.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mut rules = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with(['#', '[']) || line.starts_with("^[") {
                continue;
            }
            rules.push(Rule::read(line, index + 1)?);
        }
        Ok(Self { rules })
    }

    /// The rule that decides on a path; the path relative to the root, without a slash before it.
    pub(super) fn rule_for(&self, path: &str) -> Option<&Rule> {
        self.rules.iter().rev().find(|rule| rule.fits(path))
    }

    /// The first rule that names an owner.
    pub(super) fn rule_of(&self, owner: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.names(owner))
    }
}

impl Rule {
    fn read(line: &str, number: usize) -> Result<Self, String> {
        let line = line.split(" #").next().unwrap_or(line);
        let mut words = line
            .replace("\\ ", "\u{0}")
            .split_whitespace()
            .map(|word| word.replace('\u{0}', " "))
            .collect::<Vec<_>>();
        let pattern = words.remove(0);
        let globs = globs(&pattern)
            .map_err(|error| format!("line {number}: the pattern `{pattern}` cannot be read: {}", error.kind()))?;
        Ok(Self { line: number, pattern, owners: words, globs })
    }

    fn fits(&self, path: &str) -> bool {
        self.globs.iter().any(|glob| glob.is_match(path))
    }

    /// Whether one of the owners is the one that is meant.
    pub(super) fn names(&self, owner: &str) -> bool {
        self.owners.iter().any(|written| is_same_owner(written, owner))
    }
}

/// Whether `@org/team-orders`, `@team-orders`, `team-orders` or an address mean an owner. Case does not matter.
fn is_same_owner(written: &str, owner: &str) -> bool {
    let written = written.trim_start_matches('@').to_lowercase();
    let owner = owner.trim().trim_start_matches('@').to_lowercase();
    written == owner || (!owner.contains('/') && written.rsplit_once('/').is_some_and(|(_, team)| team == owner))
}

/// The globs that a pattern stands for. A pattern with a slash before its end begins at the root, any other fits in
/// every folder; a folder stands for everything in it.
fn globs(pattern: &str) -> Result<Vec<GlobMatcher>, globset::Error> {
    let is_anchored = pattern.trim_end_matches('/').contains('/');
    let bare = pattern.trim_start_matches('/').trim_end_matches('/');
    let begin = if is_anchored { String::new() } else { "**/".to_owned() };
    let mut texts = Vec::new();
    if bare.is_empty() {
        texts.push("**".to_owned());
    } else {
        if !pattern.ends_with('/') {
            texts.push(format!("{begin}{bare}"));
        }
        if !(is_anchored && bare.ends_with("/*")) {
            texts.push(format!("{begin}{bare}/**"));
        }
    }
    let build =
        |text: String| GlobBuilder::new(&text).literal_separator(true).build().map(|glob| glob.compile_matcher());
    texts.into_iter().map(build).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# who owns what\n\n*  @example/team-orders dana@example.test\n[Docs]\n/docs/ @example/writers # guide\n\
                        *.sql @example/team-data\n/app/legacy/\napps/* @example/front\nmy\\ file @example/odd\n";

    fn owner_of(path: &str) -> String {
        let owners = CodeOwners::read(FILE).unwrap();
        let rule = owners.rule_for(path).unwrap();
        format!("{} {}", rule.line, rule.owners.join(" "))
    }

    #[test]
    fn the_last_rule_that_fits_decides() {
        assert_eq!(owner_of("app/main.py"), "3 @example/team-orders dana@example.test");
        assert_eq!(owner_of("docs/runbook.md"), "5 @example/writers");
        assert_eq!(owner_of("a/docs/x.md"), "3 @example/team-orders dana@example.test");
        assert_eq!(owner_of("app/deep/x.sql"), "6 @example/team-data");
        assert_eq!(owner_of("app/legacy/x.py"), "7 ");
        assert_eq!(owner_of("apps/x.py"), "8 @example/front");
        assert_eq!(owner_of("apps/deep/x.py"), "3 @example/team-orders dana@example.test");
        assert_eq!(owner_of("my file"), "9 @example/odd");
    }

    #[test]
    fn an_owner_is_a_team_a_person_or_an_address() {
        for written in ["@example/team-orders", "@team-orders", "team-orders", "@Example/sub/Team-Orders"] {
            assert!(is_same_owner(written, "team-orders"), "{written}");
        }
        assert!(is_same_owner("@example/team-orders", "@example/team-orders"));
        assert!(is_same_owner("dana@example.test", "dana@example.test"));
        for written in ["@example/team-orders-old", "@other/team", "@team-orders/other"] {
            assert!(!is_same_owner(written, "team-orders"), "{written}");
        }
        assert!(!is_same_owner("@other/team-orders", "@example/team-orders"));
    }

    #[test]
    fn comments_and_sections_are_no_rules() {
        assert_eq!(CodeOwners::read("# a\n\n[Section] @x\n^[Optional]\n").unwrap().rules.len(), 0);
        let owners = CodeOwners::read(FILE).unwrap();
        assert_eq!(owners.rules.len(), 6);
        assert_eq!(owners.rule_of("team-data").map(|rule| rule.line), Some(6));
        assert!(owners.rule_of("nobody").is_none());
        assert!(CodeOwners::read("a[ @x").unwrap_err().starts_with("line 1: the pattern `a[`"));
    }
}
