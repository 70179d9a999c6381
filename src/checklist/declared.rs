//! Declaring every name: built-in ones, variables, environment variables and secrets.

use std::path::Path;

use toml::Spanned;
use toml::de::DeTable;

use crate::diagnostic::{Code, Diagnostic, FileId, Place, Problems};
use crate::model::Template;
use crate::probe::Environment;
use crate::probe::files::Files;
use crate::probe::git::Git;

use super::checklist_file::{invalid_name, is_plain_name};
use super::git_facts::GitFacts;
use super::names::{Missing, Names, Value, Variable};
use super::request::LoadRequest;
use super::secret::{Declared, Secrets, Vault};
use super::service_file::ServiceFile;
use super::version_file::version;

/// A target as it stands in the service file.
pub(super) type RawTarget<'a, 't> = (&'a String, &'a (FileId, Spanned<DeTable<'t>>));

/// Where names are declared.
#[derive(Clone, Copy, Debug)]
pub(super) struct Declarations<'a, 't> {
    /// What the caller asks for.
    pub(super) request: &'a LoadRequest,
    /// The environment variables.
    pub(super) environment: &'a Environment,
    /// The repository.
    pub(super) git: &'a Git,
    /// The folder of the service.
    pub(super) root: &'a Path,
    /// The service file.
    pub(super) service: &'a ServiceFile<'t>,
    /// The target, if one was named.
    pub(super) target: Option<RawTarget<'a, 't>>,
}

/// Every name with its value, and the secrets that were read for it.
pub(super) fn declare<'a>(from: Declarations<'a, '_>, problems: &mut Problems) -> (Names<'a>, Secrets) {
    let mut names = Names::new(from.facts(problems));
    from.built_in(&mut names);
    from.target(&mut names);
    from.variables(&mut names, problems);
    from.environment(&mut names);
    let secrets = from.secrets(&mut names, problems);
    (names, secrets)
}

impl<'a> Declarations<'a, '_> {
    fn facts(&self, problems: &mut Problems) -> GitFacts<'a> {
        let Some(file) = self.service.file else { return GitFacts::new(self.git, None, None, self.request.values) };
        let section = &self.service.service;
        let pattern = section.tag.as_ref().map(|tag| {
            if !is_tag_pattern(tag.get_ref()) {
                problems.tell(no_tag_pattern(tag.get_ref(), Place::new(file, tag.span())));
            }
            tag.get_ref().clone()
        });
        let declared = section.version_file.as_ref().and_then(|setting| {
            let found = version(&Files::new(self.root), self.root, setting.get_ref());
            found.map_err(|why| problems.tell(no_version(why, Place::new(file, setting.span())))).ok()
        });
        GitFacts::new(self.git, pattern, declared, self.request.values)
    }

    fn built_in(&self, names: &mut Names<'_>) {
        let section = &self.service.service;
        let folder = self.root.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        names.fix("run", self.now("run", Value::Known(self.request.run.clone())));
        names.fix("root", Value::Known(self.root.display().to_string()));
        names.fix("profile", Value::Known(self.request.profile.as_str().to_owned()));
        names.fix("service.name", Value::Known(section.name.clone().unwrap_or(folder)));
        for (name, text) in [("service.owner", &section.owner), ("service.rollback", &section.rollback)] {
            match text {
                Some(text) => names.vary(name, Variable { text: text.clone(), place: None }),
                None => names.fix(name, Value::Missing(not_in_service(name))),
            }
        }
    }

    fn target(&self, names: &mut Names<'_>) {
        let Some((name, (file, table))) = self.target else {
            for name in ["target.name", "target.environment", "target.url", "port"] {
                names.fix(name, self.now(name, Value::Missing(no_target())));
            }
            return;
        };
        names.fix("target.name", Value::Known(name.clone()));
        let text = |key: &str| {
            Some((table.get_ref().get(key)?.get_ref().as_str()?.to_owned(), table.get_ref().get(key)?.span()))
        };
        for (key, full) in [("environment", "target.environment"), ("url", "target.url")] {
            match text(key) {
                Some((text, span)) => names.vary(full, Variable { text, place: Some(Place::new(*file, span)) }),
                None => names.fix(full, Value::Missing(not_in_target(key, name))),
            }
        }
        let is_started = table.get_ref().contains_key("start");
        let port = if is_started { late("port") } else { self.now("port", Value::Missing(not_started(name))) };
        names.fix("port", port);
    }

    /// Variables of the file, then those of the target, then those of the command line: the later goes before.
    fn variables(&self, names: &mut Names<'_>, problems: &mut Problems) {
        for (name, variable) in &self.service.variables {
            let place = variable.place.clone();
            if let Some(place) = place.filter(|_| !is_plain_name(name)) {
                problems.tell(invalid_name(name, place));
            }
            if names.has(name) {
                problems.tell(clash(name, variable.place.clone(), "a name that rollsafe itself gives"));
            }
        }
        for (name, variable) in self.service.variables.iter().map(owned).chain(self.of_target()) {
            if !is_built_in(&name) {
                names.vary(name, variable);
            }
        }
        for (name, value) in &self.request.variables {
            if is_built_in(name) {
                problems.tell(clash(name, None, "a name that rollsafe itself gives"));
            } else {
                names.unvary(name);
                names.fix(name, Value::Known(value.clone()));
            }
        }
    }

    fn of_target(&self) -> Vec<(String, Variable)> {
        let Some((_, (file, table))) = self.target else { return Vec::new() };
        let variables = table.get_ref().get("variables").and_then(|variables| variables.get_ref().as_table());
        let texts = variables.into_iter().flatten().filter_map(|(key, value)| {
            let text = value.get_ref().as_str()?.to_owned();
            Some((key.get_ref().to_string(), Variable { text, place: Some(Place::new(*file, value.span())) }))
        });
        texts.collect()
    }

    fn environment(&self, names: &mut Names<'_>) {
        for (variable, _) in &self.service.environment {
            let name = format!("env.{variable}");
            let value = match self.environment.get(variable) {
                Some(value) => Value::Known(value.to_owned()),
                None => Value::Missing(not_set(variable)),
            };
            let value = self.now(&name, value);
            names.fix(name, value);
        }
    }

    fn secrets(&self, names: &mut Names<'_>, problems: &mut Problems) -> Secrets {
        let is_prepared_later = self.target.is_some_and(|(_, (_, table))| table.get_ref().contains_key("prepare"));
        let files = Files::new(self.root);
        let vault = Vault { environment: self.environment, files: &files, is_prepared_later };
        let mut secrets = Secrets::default();
        for declared in &self.service.secrets {
            self.tell_clash(declared, names, problems);
            let value =
                if self.request.values { vault.open(declared, &mut secrets, problems) } else { late(&declared.name) };
            names.hide(&declared.name, value);
        }
        secrets
    }

    fn tell_clash(&self, declared: &Declared, names: &Names<'_>, problems: &mut Problems) {
        let Declared { name, place, .. } = declared;
        if !is_plain_name(name) {
            problems.tell(invalid_name(name, place.clone()));
        }
        match self.service.variables.get(name) {
            Some(Variable { place: Some(other), .. }) => {
                let told = clash(name, Some(place.clone()), "a variable");
                problems.tell(told.at(other.clone(), "the variable"));
            }
            Some(_) | None if names.has(name) => {
                problems.tell(clash(name, Some(place.clone()), "a name that is declared already"));
            }
            Some(_) | None => {}
        }
    }

    /// A value that is looked up, or its own name where only names are checked.
    fn now(&self, name: &str, value: Value) -> Value {
        if self.request.values { value } else { late(name) }
    }
}

/// A name that is known only during the run, or not looked up at all.
fn late(name: &str) -> Value {
    Value::Late(format!("{{{{ {name} }}}}"))
}

fn owned((name, variable): (&String, &Variable)) -> (String, Variable) {
    (name.clone(), variable.clone())
}

/// Names that rollsafe itself gives and that have no dot.
fn is_built_in(name: &str) -> bool {
    ["run", "root", "profile", "port"].contains(&name) || GitFacts::has(name)
}

fn is_tag_pattern(text: &str) -> bool {
    let names: Vec<&str> = Template(text).placeholders().iter().map(|placeholder| placeholder.name).collect();
    names == ["version"]
}

fn no_tag_pattern(text: &str, place: Place) -> Diagnostic {
    Diagnostic::new(Code::InvalidValue, format!("`{text}` is not the form of a release tag"))
        .at(place, "")
        .help("write `{{ version }}` once where tags have the version, such as `v{{ version }}`")
}

fn no_version(why: String, place: Place) -> Diagnostic {
    Diagnostic::new(Code::Version, why)
        .at(place, "")
        .help("write a file and the place in it, such as `pyproject.toml:project.version`")
}

fn clash(name: &str, place: Option<Place>, with: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::NameClash, format!("`{name}` is also {with}")).help("choose another name");
    place.into_iter().fold(diagnostic, |diagnostic, place| diagnostic.at(place, ""))
}

fn not_in_service(name: &str) -> Missing {
    let key = name.trim_start_matches("service.");
    Missing::new(
        format!("[service] gives no `{key}`"),
        format!("add `{key} = \"...\"` to [service] in rollsafe.toml"),
    )
}

fn not_in_target(key: &str, target: &str) -> Missing {
    Missing::new(
        format!("the target `{target}` gives no `{key}`"),
        format!("add `{key} = \"...\"` to [target.{target}]"),
    )
}

fn no_target() -> Missing {
    Missing::new("no target is named", "name one with `--target NAME`, or as `target` under [profile.NAME]")
}

fn not_started(target: &str) -> Missing {
    let why = format!("rollsafe does not start the target `{target}`");
    Missing::new(why, format!("add `start = [...]` to [target.{target}], or write the port itself"))
}

fn not_set(variable: &str) -> Missing {
    Missing::new(format!("the environment variable `{variable}` is not set"), format!("set `{variable}`"))
}
