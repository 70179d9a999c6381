//! The names that may stand between braces, and their values.
//!
//! A value is known before the run, or only during it (`port`, what earlier steps capture), or it is missing: the
//! name is declared and there is nothing behind it here, such as `{{ commit }}` outside a repository. Facts that
//! cost something are looked up only when a text uses them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Diagnostic, Place, Problems};
use crate::model::{Template, nearest};

use super::filling::placeholder;
use super::git_facts::GitFacts;

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
                    let place = variable
                        .place
                        .as_ref()
                        .map(|place| placeholder(problems.sources(), place, found.name, index));
                    problems.tell(self.undeclared(found.name, place, &[]));
                }
            }
            if let Some(ring) = self.ring(name) {
                if ring.iter().min() == Some(name) {
                    problems.tell(ring_told(&ring, variable.place.clone()));
                }
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
            (None, _) => diagnostic.help(declaration(name)),
        }
    }
}

/// How a name is declared.
fn declaration(name: &str) -> String {
    match name.split_once('.') {
        Some(("env", variable)) => {
            format!("declare it at the top of rollsafe.toml: `environment = [\"{variable}\"]`")
        }
        Some((step, name)) => format!("let a step `{step}` capture `{name}`, or correct the name"),
        None => format!(
            "declare it under [variables] in rollsafe.toml: `{name} = \"...\"`; a variable of the environment is used as \
             `{{{{ env.NAME }}}}`"
        ),
    }
}

fn ring_told(ring: &[String], place: Option<Place>) -> Diagnostic {
    let names: Vec<String> = ring.iter().chain(ring.first()).map(|name| format!("`{name}`")).collect();
    let message = format!("variables stand for each other in a ring: {}", names.join(" -> "));
    let diagnostic = Diagnostic::new(Code::VariableRing, message).help("give one of them a value of its own");
    place.into_iter().fold(diagnostic, |diagnostic, place| diagnostic.at(place, ""))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::checklist::sandbox::{Sandbox, clock, request, sample};
    use crate::diagnostic::Code;
    use crate::model::{Profile, Reason};
    use crate::probe::Environment;
    use crate::probe::git::sandbox::Sandbox as Repository;

    fn shown(service: &str, text: &str) -> String {
        Sandbox::service(service, &sample("look", text)).step().check.actions().remove(0)
    }

    #[test]
    fn built_in_names_are_filled_in() {
        assert_eq!(shown("", "{{ run }} {{ profile }} {{ service.name }}"), "run-1 gate orders");
        assert_eq!(shown("", "{{ service.owner }}: {{ service.rollback }}"), "team-orders: make rollback");
    }

    #[test]
    fn braces_without_a_name_stay() {
        assert_eq!(shown("", "{{.Names}} ${{ github.sha }}"), "{{.Names}} ${{ github.sha }}");
    }

    #[test]
    fn a_variable_of_the_command_line_goes_before_one_of_the_target_before_one_of_the_file() {
        let service = "[variables]\nregion = \"eu\"\n[target.staging]\nenvironment = \"staging\"\n\
                       variables = { region = \"us\" }\n";
        let sandbox = || Sandbox::service(service, &sample("look", "{{ region }}"));
        let text = |sandbox: Sandbox| sandbox.step().check.actions().remove(0);
        assert_eq!(text(sandbox()), "eu");
        let staging = sandbox().asked(|request| request.target = Some("staging".to_owned()));
        assert_eq!(text(staging), "us");
        let named = sandbox().asked(|request| {
            request.target = Some("staging".to_owned());
            request.variables = vec![("region".to_owned(), "{{ mars }}".to_owned())];
        });
        assert_eq!(text(named), "{{ mars }}");
    }

    #[test]
    fn a_variable_may_stand_for_others() {
        let service = "[variables]\nimage = \"{{ registry }}/{{ service.name }}\"\nregistry = \"r.example\"\n";
        assert_eq!(shown(service, "{{ image }}"), "r.example/orders");
    }

    #[test]
    fn a_declared_variable_of_the_environment_is_filled_in_and_exported() {
        let mut sandbox = Sandbox::of(&[
            ("rollsafe.toml", "environment = [\"REGION\"]\n[service]\nowner = \"a\"\nrollback = \"b\"\n"),
            ("checklists/a.toml", &format!("[checklist]\nname = \"a\"\n{}", sample("look", "{{ env.REGION }}"))),
        ]);
        sandbox.environment = Environment::of([("REGION", "eu"), ("HOME", "/root")]);
        let project = sandbox.project();
        assert_eq!(project.checklists[0].steps[0].check.actions(), ["eu"]);
        assert_eq!(project.names.get("env.REGION").map(String::as_str), Some("eu"));
        assert!(!project.names.contains_key("env.HOME"));
    }

    const STARTED: &str = "[target.local]\nenvironment = \"local\"\nurl = \"http://127.0.0.1:{{ port }}\"\n\
                           start = [\"run\", \"{{ port }}\"]\n";

    #[test]
    fn a_port_and_the_url_with_it_are_filled_in_during_the_run() {
        let sandbox = Sandbox::service(STARTED, &sample("look", "{{ target.url }}/{{ run }}"));
        let step = sandbox.asked(|request| request.target = Some("local".to_owned())).step();
        let late = BTreeMap::from([("port".to_owned(), "8123".to_owned())]);
        assert_eq!(step.check_with(&late).unwrap().actions(), ["http://127.0.0.1:8123/run-1"]);
        assert_eq!(step.check_with(&BTreeMap::new()).unwrap_err().reason, Reason::Precondition);
    }

    #[test]
    fn a_value_that_makes_no_sense_is_told_when_it_is_there() {
        let step = "[[step]]\nid = \"look\"\nkind = \"sample\"\ntext = \"x\"\nwithin = \"{{ port }}s\"\n";
        let step = Sandbox::service(STARTED, step).asked(|request| request.target = Some("local".to_owned())).step();
        let with = |port: &str| step.check_with(&BTreeMap::from([("port".to_owned(), port.to_owned())]));
        assert!(with("8").is_ok());
        assert!(with("x").unwrap_err().observed.contains("is not a length of time"));
    }

    #[test]
    fn a_step_without_late_names_is_not_read_again() {
        let step = Sandbox::steps(&sample("look", "{{ run }}")).step();
        assert!(step.late.is_none());
        assert_eq!(step.check_with(&BTreeMap::new()).unwrap().actions(), ["run-1"]);
    }

    #[test]
    fn a_captured_value_makes_a_need_and_is_filled_in_during_the_run() {
        let steps = format!("{}\n{}capture = [\"id\"]\n", sample("look", "{{ make.id }}"), sample("make", "x"));
        let project = Sandbox::steps(&steps).project();
        let look = &project.checklists[0].steps[0];
        assert_eq!(look.header.needs.iter().map(crate::model::StepId::as_str).collect::<Vec<_>>(), ["a/make"]);
        let late = BTreeMap::from([("make.id".to_owned(), "{{ run }}".to_owned())]);
        assert_eq!(look.check_with(&late).unwrap().actions(), ["{{ run }}"]);
    }

    #[test]
    fn names_of_the_step_itself_are_left_alone_even_if_they_are_declared_too() {
        let own =
            format!("{}own = [\"artifact\", \"run\"]\n", sample("look", "{{ artifact }} {{ run }} {{ profile }}"));
        let step = Sandbox::steps(&own).step();
        assert_eq!(step.check.actions(), ["{{ artifact }} {{ run }} gate"]);
        assert_eq!(step.check_with(&BTreeMap::new()).unwrap().actions(), ["{{ artifact }} {{ run }} gate"]);
    }

    #[test]
    fn names_without_a_value_stay_in_texts_for_people() {
        let step = format!("{}rollback = \"make rollback to={{{{ previous-release }}}}\"\n", sample("look", "x"));
        assert_eq!(Sandbox::steps(&step).step().header.rollback, "make rollback to={{ previous-release }}");
    }

    #[test]
    fn a_step_that_does_not_run_here_needs_no_values() {
        let elsewhere =
            ["phase = \"after\"", "when = { profile = \"staging\" }", "when = { environment = \"staging\" }"];
        for key in elsewhere {
            let step = Sandbox::steps(&format!("{}{key}\n", sample("look", "{{ commit }} {{ target.url }}"))).step();
            assert_eq!(step.check.actions(), ["{{ commit }} {{ target.url }}"], "{key}");
        }
        let not_applicable = "[not-applicable]\nsample = \"none here\"\n";
        assert_eq!(shown(not_applicable, "{{ commit }}"), "{{ commit }}");
    }

    #[test]
    fn only_names_are_checked_where_no_values_are_asked_for() {
        let step = "[[step]]\nid = \"look\"\nkind = \"sample\"\ntext = \"{{ commit }}\"\nwithin = \"{{ limit }}\"\n\
                    timeout = \"{{ slow }}\"\nsize = \"{{ env.SIZE }}\"\nlevel = \"{{ env.LEVEL }}\"\n";
        let service = "environment = [\"SIZE\", \"LEVEL\"]\n[service]\nowner = \"a\"\nrollback = \"b\"\n\
                       [variables]\nlimit = \"5s\"\nslow = \"{{ env.SIZE }}\"\n[secret]\nalice = { env = \"ALICE\" }\n";
        let checklist = format!("[checklist]\nname = \"a\"\n{step}");
        let sandbox = Sandbox::of(&[("rollsafe.toml", service), ("checklists/a.toml", &checklist)]);
        let project = sandbox.asked(|request| request.values = false).project();
        assert_eq!(project.secrets, []);
        assert_eq!(project.release, crate::model::Release::default());
    }

    #[test]
    fn a_rule_of_a_step_must_be_known_before_the_run() {
        let step = format!("{}timeout = \"{{{{ port }}}}s\"\n", sample("look", "x"));
        let sandbox = Sandbox::service(STARTED, &step).asked(|request| request.target = Some("local".to_owned()));
        assert_eq!(sandbox.codes(), [Code::NameUnavailable]);
        let step = format!("{}timeout = \"{{{{ slow }}}}\"\n", sample("look", "x"));
        let step = Sandbox::service("[variables]\nslow = \"5m\"\n", &step).step();
        assert_eq!(step.timeout.as_secs(), 300);
    }

    #[test]
    fn the_facts_of_the_repository_are_filled_in() {
        let repository = Repository::new();
        repository.git(&["tag", "-a", "-m", "x", "v1.0.0"]);
        let commit = repository.commit("app.py", "print(2)\n");
        repository.git(&["tag", "-a", "-m", "x", "v1.1.0"]);
        repository.write("rollsafe.toml", "[service]\nowner = \"a\"\nrollback = \"b\"\n");
        let text = "{{ commit }} {{ short-commit }} {{ tag }} {{ version }} {{ previous-release }} {{ branch }}";
        let step = format!("[checklist]\nname = \"a\"\n{}", sample("look", text));
        repository.write("checklists/a.toml", &step);
        let mut request = request(&repository.root());
        request.profile = Profile::Staging;
        let project =
            crate::checklist::load(&request, &Environment::default(), &repository.probe(), clock()).unwrap();
        let shown = project.checklists[0].steps[0].check.actions().remove(0);
        assert_eq!(shown, format!("{commit} {} v1.1.0 1.1.0 v1.0.0 main", &commit[..12]));
        assert_eq!(project.release.commit, Some(commit));
        assert_eq!(project.release.tag.as_deref(), Some("v1.1.0"));
        assert_eq!(project.names.get("previous-release").map(String::as_str), Some("v1.0.0"));
    }
}
