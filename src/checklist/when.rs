//! When a step applies, with every name in it checked: a misspelt one would leave the step out for ever.

use toml::Spanned;

use crate::diagnostic::{Code, Diagnostic, FileId, Place, Problems};
use crate::kind::check::OneOrMany;

use super::advice::advice;
use super::defaults;
use super::service_file::ServiceFile;
use super::step::When;
use super::step_keys::WhenKeys;

/// Environments that a checklist may name even where no target of the service is in one.
const USUAL: [&str; 3] = ["local", "production", "staging"];

/// When a step applies; unknown targets and environments are told.
pub(super) fn when(keys: &WhenKeys, file: FileId, service: &ServiceFile<'_>, problems: &mut Problems) -> When {
    let (targets, targets_at) = listed(keys.target.as_ref(), file);
    for name in targets.iter().filter(|name| !service.targets.contains_key(*name)) {
        problems.tell(unknown_target(name, targets_at.clone(), service));
    }
    let (environments, environments_at) = listed(keys.environment.as_ref(), file);
    let known: Vec<&str> = service.environments().chain(USUAL).collect();
    for name in environments.iter().filter(|name| !known.contains(&name.as_str())) {
        let message = format!("no target is in an environment `{name}`");
        let diagnostic = Diagnostic::new(Code::UnknownEnvironment, message).help(advice(
            name,
            known.iter().copied(),
            "environments",
        ));
        problems.tell(at(diagnostic, environments_at.clone()));
    }
    When { profile: keys.profile.0.clone(), target: targets, environment: environments }
}

fn listed(names: Option<&Spanned<OneOrMany<String>>>, file: FileId) -> (Vec<String>, Option<Place>) {
    match names {
        Some(names) => (names.get_ref().0.clone(), Some(defaults::place(file, names.span()))),
        None => (Vec::new(), None),
    }
}

/// The problem of a target that the service file does not have.
pub(super) fn unknown_target(name: &str, place: Option<Place>, service: &ServiceFile<'_>) -> Diagnostic {
    let names = service.targets.keys().map(String::as_str);
    let message = format!("the service file has no target `{name}`");
    at(Diagnostic::new(Code::UnknownTarget, message).help(advice(name, names, "targets")), place)
}

fn at(diagnostic: Diagnostic, place: Option<Place>) -> Diagnostic {
    place.into_iter().fold(diagnostic, |diagnostic, place| diagnostic.at(place, ""))
}
