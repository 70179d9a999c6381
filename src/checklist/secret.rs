//! Secrets by their source: an environment variable, or a file.

use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::diagnostic::{Code, Diagnostic, Place, Problems};
use crate::model::{Problem, Reason, Secret};
use crate::probe::Environment;
use crate::probe::files::{FileError, Files};

use super::names::{Missing, Value};

/// Fewer signs than this cannot be masked without masking half of the output.
const SHORTEST: usize = 4;

/// Where a secret comes from: exactly one of the two.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct SecretSection {
    /// The environment variable that holds it.
    pub(super) env: Option<String>,
    /// The file that holds it, relative to the service. Line ends behind it are left out.
    pub(super) file: Option<String>,
}

/// A declared secret.
#[derive(Clone, Debug)]
pub(super) struct Declared {
    /// Its name.
    pub(super) name: String,
    /// Where it is declared.
    pub(super) place: Place,
    /// Where its value is.
    pub(super) source: Source,
}

/// Where the value of a secret is.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// In an environment variable.
    Variable(String),
    /// In a file.
    File(String),
}

/// A secret whose file is written by the preparation of the target, and read after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LateSecret {
    /// Its name, which is a name known only during the run.
    pub(crate) name: String,
    /// The file, relative to the service.
    pub(crate) file: String,
}

impl LateSecret {
    /// Reads the file.
    ///
    /// # Errors
    /// When it is still not there, not readable, or too short to be masked.
    pub(crate) fn read(&self, files: &Files) -> Result<Secret, Problem> {
        let problem = |observed: String| {
            Problem::new(Reason::Precondition, format!("the secret `{}` has no value", self.name))
                .expected(format!("`{}` holds it once the target is prepared", self.file))
                .observed(observed)
                .next("look at what `prepare` of the target writes, or write the file by hand")
        };
        let value = value_in(files, &self.file).map_err(|error| problem(error.to_string()))?;
        if value.chars().count() < SHORTEST {
            return Err(problem(format!("it holds fewer than {SHORTEST} signs, too few to be masked")));
        }
        Ok(Secret::new(&self.name, value))
    }
}

/// All secrets of a service.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    /// Those that were read.
    pub(super) known: Vec<Secret>,
    /// Those that can be read only after the preparation of the target.
    pub(super) late: Vec<LateSecret>,
}

/// Reads secrets.
#[derive(Debug)]
pub(super) struct Vault<'a> {
    /// The environment variables.
    pub(super) environment: &'a Environment,
    /// The files of the service.
    pub(super) files: &'a Files,
    /// Whether the target has a preparation that may still write files.
    pub(super) is_prepared_later: bool,
}

impl Vault<'_> {
    /// Reads a secret, and tells one that is too short. The value is what its name stands for.
    pub(super) fn open(&self, declared: &Declared, secrets: &mut Secrets, problems: &mut Problems) -> Value {
        let name = &declared.name;
        match self.read(&declared.source) {
            Ok(value) if value.is_empty() => Value::Missing(missing(&declared.source, "is empty")),
            Ok(value) => {
                if value.chars().count() < SHORTEST {
                    problems.tell(too_short(declared));
                }
                secrets.known.push(Secret::new(name, &value));
                Value::Known(value)
            }
            Err(Unread::NotYet(file)) => {
                secrets.late.push(LateSecret { name: name.clone(), file });
                Value::Late(format!("{{{{ {name} }}}}"))
            }
            Err(Unread::Missing(missing)) => Value::Missing(missing),
        }
    }

    fn read(&self, source: &Source) -> Result<String, Unread> {
        match source {
            Source::Variable(name) => {
                let value = self.environment.get(name).map(str::to_owned);
                value.ok_or_else(|| Unread::Missing(missing(source, "is not set")))
            }
            Source::File(file) => value_in(self.files, file).map_err(|error| match error {
                FileError::Missing { .. } if self.is_prepared_later => Unread::NotYet(file.clone()),
                FileError::Missing { .. } => Unread::Missing(missing(source, "is not there")),
                FileError::TooLarge { .. } | FileError::NotText { .. } | FileError::Read { .. } => {
                    Unread::Missing(missing(source, "could not be read"))
                }
            }),
        }
    }
}

/// Why a secret was not read.
enum Unread {
    NotYet(String),
    Missing(Missing),
}

fn value_in(files: &Files, file: impl AsRef<Path>) -> Result<String, FileError> {
    files.read(file).map(|text| text.trim_end_matches(['\n', '\r']).to_owned())
}

fn missing(source: &Source, how: &str) -> Missing {
    let (what, help) = match source {
        Source::Variable(name) => {
            (format!("the environment variable `{name}`"), format!("set `{name}` to the secret"))
        }
        Source::File(file) => (format!("the file `{file}`"), format!("write the secret into `{file}`")),
    };
    Missing { code: Code::SecretMissing, why: format!("{what} {how}"), help }
}

fn too_short(declared: &Declared) -> Diagnostic {
    let message = format!("the secret `{}` has fewer than {SHORTEST} signs", declared.name);
    Diagnostic::new(Code::SecretShort, message)
        .at(declared.place.clone(), "too short to be masked without masking other text")
        .help("use a longer secret, or declare it under [variables] if it need not be hidden")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checklist::sandbox::{Sandbox, sample};

    #[test]
    fn secrets_are_filled_in_and_never_exported() {
        let service = "[secret]\nalice = { env = \"ALICE\" }\nbob = { file = \"var/bob\" }\n";
        let mut sandbox = Sandbox::service(service, &sample("look", "{{ alice }} {{ bob }}"));
        sandbox.environment = Environment::of([("ALICE", "tok-alice")]);
        std::fs::create_dir(sandbox.folder.path().join("var")).unwrap();
        std::fs::write(sandbox.folder.path().join("var/bob"), "tok-bob\r\n").unwrap();
        let project = sandbox.project();
        assert_eq!(project.secrets, [Secret::new("alice", "tok-alice"), Secret::new("bob", "tok-bob")]);
        assert_eq!(project.checklists[0].steps[0].check.actions(), ["tok-alice tok-bob"]);
        assert!(project.names.values().all(|value| !value.contains("tok-")));
    }

    #[test]
    fn a_secret_that_nothing_uses_may_be_missing() {
        let sandbox = Sandbox::service("[secret]\nalice = { env = \"ALICE\" }\n", &sample("look", "x"));
        assert_eq!(sandbox.project().secrets, []);
    }

    #[test]
    fn a_text_for_people_never_shows_a_secret() {
        let step = format!("{}title = \"as {{{{ alice }}}}\"\n", sample("look", "x"));
        let mut sandbox = Sandbox::service("[secret]\nalice = { env = \"ALICE\" }\n", &step);
        sandbox.environment = Environment::of([("ALICE", "tok-alice")]);
        assert_eq!(sandbox.step().header.title, "as {{ alice }}");
    }

    #[test]
    fn a_file_that_the_preparation_writes_may_still_be_missing() {
        let service = "[secret]\nalice = { file = \"var/alice\" }\n[target.local]\nenvironment = \"local\"\n\
                       prepare = [\"make secrets\"]\n";
        let sandbox = Sandbox::service(service, &sample("look", "{{ alice }}"));
        let project = sandbox.asked(|request| request.target = Some("local".to_owned())).project();
        let late = LateSecret { name: "alice".to_owned(), file: "var/alice".to_owned() };
        assert_eq!(project.late_secrets, [late]);
        let values = [("alice".to_owned(), "tok-alice".to_owned())].into();
        let step = &project.checklists[0].steps[0];
        assert_eq!(step.check_with(&values).unwrap().actions(), ["tok-alice"]);
    }

    fn late(text: Option<&str>) -> Result<Secret, Problem> {
        let folder = tempfile::tempdir().unwrap();
        if let Some(text) = text {
            std::fs::write(folder.path().join("alice"), text).unwrap();
        }
        LateSecret { name: "alice".to_owned(), file: "alice".to_owned() }.read(&Files::new(folder.path()))
    }

    #[test]
    fn a_secret_that_the_preparation_writes_is_read_after_it() {
        assert_eq!(late(Some("tok-123\n")), Ok(Secret::new("alice", "tok-123")));
        assert_eq!(late(None).unwrap_err().reason, Reason::Precondition);
        assert!(late(Some("abc\n")).unwrap_err().observed.contains("fewer than 4"));
    }
}
