//! The names that may stand between braces, and their values.
//!
//! A value is known before the run, or only during it (`port`, what earlier steps capture), or it is missing: the
//! name is declared and there is nothing behind it here, such as `{{ commit }}` outside a repository. Facts that
//! cost something are looked up only when a text uses them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Diagnostic, Place, Problems};
use crate::model::Template;

use super::filling::placeholder;
use super::git_facts::GitFacts;
use super::nearest::nearest;

/// The value of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// Known.
    Known(String),
    /// Known only during the run. The text holds the names to fill in then.
    Late(String),
    /// Declared, and there is nothing behind it here.
    Missing(Missing),
}

/// Why a declared name has no value, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Missing {
    /// The sort of problem.
    pub(super) code: Code,
    /// What is not there, as the second half of a sentence.
    pub(super) why: String,
    /// What to do.
    pub(super) help: String,
}

impl Missing {
    /// A name without a value.
    pub(super) fn new(why: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code: Code::NameUnavailable, why: why.into(), help: help.into() }
    }
}

/// A name whose value is a text that may itself hold names.
#[derive(Clone, Debug)]
pub(super) struct Variable {
    /// The text.
    pub(super) text: String,
    /// Where it is declared; nothing for one of the command line.
    pub(super) place: Option<Place>,
}

/// All declared names.
#[derive(Debug)]
pub(super) struct Names<'g> {
    fixed: BTreeMap<String, Value>,
    variables: BTreeMap<String, Variable>,
    secrets: BTreeSet<String>,
    facts: GitFacts<'g>,
    used: RefCell<BTreeSet<String>>,
}

impl<'g> Names<'g> {
    /// No names but those of the repository.
    pub(super) fn new(facts: GitFacts<'g>) -> Self {
        Self {
            fixed: BTreeMap::new(),
            variables: BTreeMap::new(),
            secrets: BTreeSet::new(),
            facts,
            used: RefCell::default(),
        }
    }

    /// Declares a name with its value.
    pub(super) fn fix(&mut self, name: impl Into<String>, value: Value) {
        self.fixed.insert(name.into(), value);
    }

    /// Takes the declaration of a variable back.
    pub(super) fn unvary(&mut self, name: &str) {
        self.variables.remove(name);
    }

    /// Declares a secret. It is filled in like any other name, and never exported.
    pub(super) fn hide(&mut self, name: &str, value: Value) {
        self.secrets.insert(name.to_owned());
        self.fix(name, value);
    }

    /// Declares a name whose value may itself hold names.
    pub(super) fn vary(&mut self, name: impl Into<String>, variable: Variable) {
        self.variables.insert(name.into(), variable);
    }

    /// Whether a name is declared.
    pub(super) fn has(&self, name: &str) -> bool {
        self.fixed.contains_key(name) || self.variables.contains_key(name) || GitFacts::has(name)
    }

    /// Every declared name.
    pub(super) fn all(&self) -> impl Iterator<Item = &str> + Clone {
        let declared = self.fixed.keys().chain(self.variables.keys()).map(String::as_str);
        declared.chain(GitFacts::NAMES.iter().copied())
    }

    /// The value of a name; nothing if it is not declared.
    pub(super) fn value(&self, name: &str) -> Option<Value> {
        self.used.borrow_mut().insert(name.to_owned());
        if let Some(value) = self.fixed.get(name) {
            return Some(value.clone());
        }
        match self.variables.get(name) {
            Some(variable) => Some(self.resolve(&variable.text)),
            None => self.facts.value(name),
        }
    }

    /// A text with the names in it filled in as far as they are known. Names that are not declared stay.
    pub(super) fn resolve(&self, text: &str) -> Value {
        let (mut late, mut missing) = (false, None);
        let filled = Template(text).fill(|name| match self.value(name)? {
            Value::Known(value) => Some(value),
            Value::Late(text) => {
                late = true;
                Some(text)
            }
            Value::Missing(reason) => {
                missing.get_or_insert(reason);
                None
            }
        });
        match (missing, late) {
            (Some(missing), _) => Value::Missing(missing),
            (None, true) => Value::Late(filled),
            (None, false) => Value::Known(filled),
        }
    }

    /// A text for people with the names in it filled in as far as they are known.
    pub(super) fn prose(&self, text: &str) -> String {
        Template(text).fill(|name| match self.value(name)? {
            Value::Known(value) if !self.secrets.contains(name) => Some(value),
            Value::Known(_) | Value::Late(_) | Value::Missing(_) => None,
        })
    }

    /// Every name with its value that commands get, secrets left out. Facts that were not looked up are left
    /// out too, unless `everything` is asked for.
    pub(super) fn exported(&self, everything: bool) -> BTreeMap<String, String> {
        let declared = self.fixed.keys().chain(self.variables.keys()).map(String::as_str);
        let facts = GitFacts::NAMES.iter().copied().filter(|name| everything || self.facts.is_known(name));
        let mut exported = BTreeMap::new();
        for name in declared.chain(facts).filter(|name| !self.secrets.contains(*name)) {
            if let Some(Value::Known(value)) = self.value(name) {
                exported.insert(name.to_owned(), value);
            }
        }
        exported
    }

    /// The facts of the repository.
    pub(super) fn facts(&self) -> &GitFacts<'g> {
        &self.facts
    }

    /// Whether some text has used a name so far.
    pub(super) fn is_used(&self, name: &str) -> bool {
        self.used.borrow().contains(name)
    }

    /// Tells variables that use undeclared names or each other in a ring. Those in a ring lose their text, so that
    /// nobody follows it round.
    pub(super) fn check_variables(&mut self, problems: &mut Problems) {
        let mut broken = Vec::new();
        for (name, variable) in &self.variables {
            for (index, found) in Template(&variable.text).placeholders().iter().enumerate() {
                if !self.has(found.name) {
                    let place = variable.place.as_ref().map(|place| placeholder(problems.sources(), place, index));
                    problems.tell(self.undeclared(found.name, place, &[]));
                }
            }
            if let Some(ring) = self.ring(name) {
                problems.tell(ring_told(&ring, variable.place.clone()));
                broken.push(name.clone());
            }
        }
        for name in broken {
            self.variables.entry(name).and_modify(|variable| variable.text.clear());
        }
    }

    /// The way from a variable back to itself, if there is one.
    fn ring(&self, start: &str) -> Option<Vec<String>> {
        let mut ways = vec![vec![start.to_owned()]];
        let mut seen = BTreeSet::new();
        while let Some(way) = ways.pop() {
            let Some(variable) = way.last().and_then(|last| self.variables.get(last)) else { continue };
            for placeholder in Template(&variable.text).placeholders() {
                if placeholder.name == start {
                    return Some(way);
                }
                if seen.insert(placeholder.name.to_owned()) {
                    ways.push(way.iter().cloned().chain([placeholder.name.to_owned()]).collect());
                }
            }
        }
        None
    }

    /// The problem of a name that nothing declares. `more` are names that would be valid there too.
    pub(super) fn undeclared(&self, name: &str, place: Option<Place>, more: &[String]) -> Diagnostic {
        let valid = self.all().chain(more.iter().map(String::as_str));
        let diagnostic = Diagnostic::new(Code::UnknownName, format!("nothing declares `{name}`"));
        let diagnostic = place.clone().into_iter().fold(diagnostic, |diagnostic, place| diagnostic.at(place, ""));
        match (nearest(name, valid), place) {
            (Some(meant), Some(place)) => {
                let written = format!("{{{{ {meant} }}}}");
                diagnostic.help(format!("did you mean `{meant}`?")).suggest(place, written)
            }
            (Some(meant), None) => diagnostic.help(format!("did you mean `{meant}`?")),
            (None, _) => diagnostic.help(format!(
                "declare it under [variables] in rollsafe.toml as `{name} = \"...\"`, or as `environment = [\"{name}\"]` \
                 to use it as `{{{{ env.{name} }}}}`"
            )),
        }
    }
}

fn ring_told(ring: &[String], place: Option<Place>) -> Diagnostic {
    let names: Vec<String> = ring.iter().chain(ring.first()).map(|name| format!("`{name}`")).collect();
    let message = format!("variables stand for each other in a ring: {}", names.join(" -> "));
    let diagnostic = Diagnostic::new(Code::VariableRing, message).help("give one of them a value of its own");
    place.into_iter().fold(diagnostic, |diagnostic, place| diagnostic.at(place, ""))
}
