//! `[target.NAME]`: where the service runs, and how it is brought up.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;
use toml::de::DeTable;

use crate::diagnostic::{Code, Diagnostic, FileId, Place, Problems};
use crate::kind::check::CommandLine;
use crate::model::{Effect, Identity, Length, Target};

use super::command_text::CommandTexts;
use super::project::{Ready, TargetSetup};
use super::reading::{Owner, read};

/// `[target.NAME]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct TargetSection {
    /// The environment, such as `local`, `staging` or `production`.
    environment: String,
    /// The base URL, such as `http://127.0.0.1:{{ port }}`.
    #[schemars(with = "Option<String>")]
    url: Option<Spanned<String>>,
    /// Effects that steps may have here. By default all for the environment `local`, elsewhere only `read`.
    allow: Option<Vec<Effect>>,
    /// Commands that make it ready to start, in order.
    #[serde(default)]
    prepare: Vec<CommandLine>,
    /// Files that the preparation depends on; it runs again only when one of them changes.
    #[serde(default)]
    prepare_inputs: Vec<String>,
    /// How long the preparation may take. By default `10m`.
    prepare_timeout: Option<Length>,
    /// The command that starts the service, where rollsafe does that. `{{ port }}` is a free port.
    start: Option<CommandLine>,
    /// When a started service counts as ready.
    ready: Option<ReadySection>,
    /// The time between SIGTERM and SIGKILL when it is stopped. By default `3s`.
    stop_grace: Option<Length>,
    /// Environment variables for `prepare` and `start`.
    #[serde(default)]
    env: BTreeMap<String, String>,
    /// Values of variables that hold for this target only.
    #[serde(default)]
    #[expect(dead_code, reason = "taken from the table before the names are filled in; here for its type")]
    variables: BTreeMap<String, String>,
    /// How a probe learns which release answers.
    identity: Option<Identity>,
}

/// `ready`: the path answers with a status under 400.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct ReadySection {
    /// The path to ask, such as `/health`.
    path: String,
    /// How long that may take. By default `30s`.
    within: Option<Length>,
}

/// How long a service may take to become ready where the service file does not say.
const READY_WITHIN: Duration = Duration::from_secs(30);
/// How long a preparation may take where the service file does not say.
const PREPARE_TIMEOUT: Duration = Duration::from_secs(600);
/// The time between SIGTERM and SIGKILL where the service file does not say.
const STOP_GRACE: Duration = Duration::from_secs(3);

/// Splits commands that are written as one text, before names are filled in.
pub(super) fn split(table: &mut DeTable<'_>) {
    CommandTexts::default().split(table, "target", TargetSection::json_schema);
}

/// Reads a target whose names are filled in, and tells everything that is wrong in it.
pub(super) fn target(
    name: &str,
    file: FileId,
    table: &Spanned<DeTable<'_>>,
    problems: &mut Problems,
) -> Option<TargetSetup> {
    let owner_name = format!("[target.{name}]");
    let owner = Owner::of(file, &owner_name);
    let section = read(owner, table, &|section| TargetSection::deserialize(section), problems)?;
    if let Some(url) = section.url.as_ref().filter(|url| !is_http(url.get_ref())) {
        problems.tell(not_http(url.get_ref(), Place::new(file, url.span())));
    }
    Some(section.setup(name))
}

impl TargetSection {
    fn setup(self, name: &str) -> TargetSetup {
        let allow = self.allow.unwrap_or_else(|| usual_effects(&self.environment));
        TargetSetup {
            target: Target {
                name: name.to_owned(),
                environment: self.environment,
                url: self.url.map(|url| url.into_inner().trim_end_matches('/').to_owned()),
                allow,
                identity: self.identity,
            },
            prepare: self.prepare,
            prepare_inputs: self.prepare_inputs,
            prepare_timeout: self.prepare_timeout.unwrap_or(Length(PREPARE_TIMEOUT)),
            start: self.start,
            environment: self.env,
            ready: self.ready.map(ReadySection::ready),
            stop_grace: self.stop_grace.unwrap_or(Length(STOP_GRACE)),
        }
    }
}

impl ReadySection {
    fn ready(self) -> Ready {
        Ready { path: self.path, within: self.within.unwrap_or(Length(READY_WITHIN)) }
    }
}

/// On a machine of their own people may do everything; elsewhere only what is allowed by name.
fn usual_effects(environment: &str) -> Vec<Effect> {
    if environment == "local" { vec![Effect::Read, Effect::Write, Effect::Destructive] } else { vec![Effect::Read] }
}

/// A URL may begin with a name that is filled in later.
fn is_http(url: &str) -> bool {
    ["http://", "https://", "{{"].iter().any(|start| url.starts_with(start))
}

fn not_http(url: &str, place: Place) -> Diagnostic {
    Diagnostic::new(Code::InvalidValue, format!("`{url}` is not the URL of a service"))
        .at(place, "")
        .help("write it with http:// or https:// in front")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checklist::sandbox::{Sandbox, sample};

    fn setup(target: &str) -> TargetSetup {
        let sandbox = Sandbox::service(target, &sample("look", "x"));
        sandbox.asked(|request| request.target = Some("it".to_owned())).project().target.unwrap()
    }

    #[test]
    fn only_a_local_target_allows_everything_by_itself() {
        let allow = |rest: &str| setup(&format!("[target.it]\n{rest}")).target.allow;
        assert_eq!(allow("environment = \"local\"\n"), [Effect::Read, Effect::Write, Effect::Destructive]);
        assert_eq!(allow("environment = \"staging\"\n"), [Effect::Read]);
        assert_eq!(allow("environment = \"local\"\nallow = [\"read\"]\n"), [Effect::Read]);
    }

    #[test]
    fn a_target_is_read_with_its_names_filled_in() {
        let setup = setup(
            "[target.it]\nenvironment = \"local\"\nurl = \"http://127.0.0.1:{{ port }}/\"\nprepare = [\"make venv\", [\"a\", \"b c\"]]\n\
             start = \"run {{ port }} {{ run }}\"\nready = { path = \"/health\" }\nenv = { REGION = \"{{ service.name }}\" }\n",
        );
        assert_eq!(setup.target.url.as_deref(), Some("http://127.0.0.1:{{ port }}"));
        assert_eq!(setup.prepare.iter().map(ToString::to_string).collect::<Vec<_>>(), ["make venv", "a 'b c'"]);
        assert_eq!(setup.start.unwrap().argv(), ["run", "{{ port }}", "run-1"]);
        assert_eq!(setup.ready, Some(Ready { path: "/health".to_owned(), within: Length(READY_WITHIN) }));
        assert_eq!(setup.environment, [("REGION".to_owned(), "orders".to_owned())].into());
        assert_eq!((setup.prepare_timeout.0, setup.stop_grace.0), (PREPARE_TIMEOUT, STOP_GRACE));
    }
}
