//! What a target of a Makefile would run, without running any of it.
//!
//! `make -n TARGET` is no safe question: it runs lines that begin with `+` or hold `$(MAKE)`. `make -p` prints all
//! rules instead, and is asked for a target that does not exist, so that no recipe is ever reached. What it prints
//! also holds the whole environment and is therefore never shown.

use std::collections::{BTreeMap, BTreeSet};

use super::shell_text::UNKNOWN;

/// A target that no Makefile has.
pub(super) const NO_TARGET: &str = ".rollsafe-no-target";

/// One rule: what it needs, and what it runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Rule {
    prerequisites: Vec<String>,
    recipe: Vec<String>,
}

/// All rules that make knows.
#[derive(Debug, Default)]
pub(super) struct Rules(BTreeMap<String, Rule>);

impl Rules {
    /// Reads what `make -npqrR` printed.
    pub(super) fn read(database: &str) -> Self {
        let mut rules = Self::default();
        let begin = database.find("\n# Implicit Rules").unwrap_or(database.len());
        let mut current: Option<String> = None;
        let mut is_target = true;
        for line in database[begin..].lines() {
            match (line.strip_prefix('\t'), heading(line)) {
                (Some(command), _) => rules.add_command(current.as_deref(), command),
                (None, Some((name, prerequisites))) => {
                    current = is_target.then(|| rules.add(name, prerequisites));
                    is_target = true;
                }
                (None, None) => is_target &= line != "# Not a target:",
            }
        }
        rules
    }

    fn add(&mut self, name: &str, prerequisites: &str) -> String {
        let rule = self.0.entry(name.to_owned()).or_default();
        let named = prerequisites.split_whitespace().filter(|&word| word != "|");
        rule.prerequisites.extend(named.map(str::to_owned));
        name.to_owned()
    }

    fn add_command(&mut self, target: Option<&str>, command: &str) {
        if let Some(rule) = target.and_then(|name| self.0.get_mut(name)) {
            rule.recipe.push(command.to_owned());
        }
    }

    /// Whether a target is there, by its name or by a pattern.
    pub(super) fn has(&self, target: &str) -> bool {
        self.rule(target).is_some()
    }

    /// The names of all targets that can be typed.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str).filter(|name| !name.starts_with('.') && !name.contains('%'))
    }

    /// The shell text of a target and of everything that it needs, in the order in which it would run. Variables of
    /// make are not known and stand as one sign.
    pub(super) fn text(&self, target: &str) -> String {
        let mut text = String::new();
        self.collect(target, &mut BTreeSet::new(), &mut text);
        text
    }

    fn collect<'a>(&'a self, target: &'a str, seen: &mut BTreeSet<&'a str>, text: &mut String) {
        let Some(rule) = self.rule(target).filter(|_| seen.insert(target)) else { return };
        for prerequisite in &rule.prerequisites {
            self.collect(prerequisite, seen, text);
        }
        for line in &rule.recipe {
            text.push_str(&without_make_variables(line.trim_start_matches(['@', '-', '+', ' ', '\t'])));
            text.push('\n');
        }
    }

    fn rule(&self, target: &str) -> Option<&Rule> {
        self.0.get(target).or_else(|| self.0.iter().find(|(name, _)| fits(name, target)).map(|(_, rule)| rule))
    }
}

/// The target and the prerequisites of a line that begins a rule.
fn heading(line: &str) -> Option<(&str, &str)> {
    if line.starts_with(['#', ' ']) || line.trim().is_empty() {
        return None;
    }
    let (name, rest) = line.split_once(':')?;
    Some((name, rest.trim_start_matches(':')))
}

/// Whether a pattern such as `back-%` names a target. `%` alone stands for anything and names nothing.
fn fits(pattern: &str, target: &str) -> bool {
    let Some((before, after)) = pattern.split_once('%') else { return false };
    !(before.is_empty() && after.is_empty())
        && target.len() > before.len() + after.len()
        && target.starts_with(before)
        && target.ends_with(after)
}

/// A line of a recipe as the shell gets it, with one sign for each variable or function of make. Only `$(shell …)`
/// keeps its form, because it runs something.
fn without_make_variables(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('$') {
        text.push_str(before);
        let (shown, length) = match after.chars().next() {
            Some('$') => ("$".to_owned(), 1),
            Some(open @ ('(' | '{')) => {
                let length = closed(after, open);
                let runs = after[1..].starts_with("shell ");
                (if runs { "$()".to_owned() } else { UNKNOWN.to_string() }, length)
            }
            Some(other) => (UNKNOWN.to_string(), other.len_utf8()),
            None => (String::new(), 0),
        };
        text.push_str(&shown);
        rest = &after[length..];
    }
    text + rest
}

/// The length of a bracketed text up to its closing bracket, brackets included.
fn closed(text: &str, open: char) -> usize {
    let close = if open == '(' { ')' } else { '}' };
    let mut depth = 0_usize;
    for (at, next) in text.char_indices() {
        depth += usize::from(next == open);
        depth -= usize::from(next == close);
        if depth == 0 {
            return at + next.len_utf8();
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATABASE: &str = "\
# environment
EVIL = x
rollback:
\techo from the environment
# Implicit Rules

back-%:
#  recipe to execute (from 'Makefile', line 13):
\tsh x.sh $*

# 1 implicit rules, 0 (0.0%) terminal.
# Files

# Not a target:
.rollsafe-no-target:
#  Command line target.

# Not a target:
Makefile:
#  File has been updated.

rollback: pre | first
#  Phony target (prerequisite of .PHONY).
#  recipe to execute (from 'Makefile', line 4):
\t@sh scripts/rollback.sh $(if $(DRY_RUN),--dry-run) $$HOME
\t+touch $@

double::
#  recipe to execute (from 'Makefile', line 16):
\tls

double::
\tpwd

.PHONY: rollback
#  Implicit rule search has not been done.

pre:
\t@true

first:
";

    #[test]
    fn the_text_of_a_target_holds_what_it_needs_first() {
        let rules = Rules::read(DATABASE);
        assert_eq!(rules.text("rollback"), "true\nsh scripts/rollback.sh \u{FFFD} $HOME\ntouch \u{FFFD}\n");
        assert_eq!(rules.text("double"), "ls\npwd\n");
        assert_eq!(rules.text("back-1"), "sh x.sh \u{FFFD}\n");
        assert_eq!(rules.text("first"), "");
    }

    #[test]
    fn only_real_targets_are_there() {
        let rules = Rules::read(DATABASE);
        let there = |name| rules.has(name);
        assert!(there("rollback") && there("pre") && there("back-1.0.0"));
        assert!(!there("Makefile") && !there(NO_TARGET) && !there("rolback") && !there("back-"));
        assert_eq!(rules.names().collect::<Vec<_>>(), ["double", "first", "pre", "rollback"]);
    }

    #[test]
    fn a_call_of_the_shell_inside_make_stays_visible() {
        assert_eq!(
            without_make_variables("echo $(shell date) $(A) $$(b) ${C} $"),
            "echo $() \u{FFFD} $(b) \u{FFFD} "
        );
    }
}
