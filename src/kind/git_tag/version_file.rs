//! The version that a file of the service states, as the commit under test holds it. A change that was never
//! committed says nothing about a release.

use schemars::JsonSchema;
use serde::Deserialize;

/// Where a file of the service states its version.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct VersionFile {
    /// The path, relative to the service, such as `pyproject.toml`, `package.json`, `app/__init__.py` or `VERSION`.
    pub(super) file: String,
    /// Where the version stands: names with dots between them in TOML and JSON (`project.version`), the name that
    /// it is assigned to in any other file (`__version__`). Without a key the first line of the file is the version.
    #[serde(default)]
    pub(super) key: Option<String>,
}

/// Why a file states no version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NoVersion {
    /// There is nothing under the key.
    Missing,
    /// The file is not what its name says.
    Unparsable(String),
}

impl VersionFile {
    /// Whether the form of the file asks for a key that is not given.
    pub(super) fn lacks_key(&self) -> bool {
        self.key.is_none() && (self.has_extension("toml") || self.has_extension("json"))
    }

    /// The version in the bytes of the file.
    pub(super) fn version(&self, bytes: &[u8]) -> Result<String, NoVersion> {
        let unparsable = |error: &dyn std::error::Error| NoVersion::Unparsable(error.to_string());
        let text = std::str::from_utf8(bytes).map_err(|error| unparsable(&error))?;
        let found = match &self.key {
            None => text.lines().next().map(|line| line.trim().to_owned()),
            Some(key) if self.has_extension("toml") => {
                let table: toml::Table = toml::from_str(text).map_err(|error| unparsable(&error))?;
                below(&toml::Value::Table(table), key, toml::Value::get, toml::Value::as_str)
            }
            Some(key) if self.has_extension("json") => {
                let value: serde_json::Value = serde_json::from_str(text).map_err(|error| unparsable(&error))?;
                below(&value, key, serde_json::Value::get, serde_json::Value::as_str)
            }
            Some(key) => text.lines().find_map(|line| assigned(line, key)),
        };
        found.filter(|version| !version.is_empty()).ok_or(NoVersion::Missing)
    }

    fn has_extension(&self, extension: &str) -> bool {
        std::path::Path::new(&self.file).extension().is_some_and(|found| found.eq_ignore_ascii_case(extension))
    }
}

/// The text under a key with dots between its names.
fn below<'value, Value>(
    value: &'value Value,
    key: &'value str,
    get: fn(&'value Value, &'value str) -> Option<&'value Value>,
    as_str: fn(&'value Value) -> Option<&'value str>,
) -> Option<String> {
    let found = key.split('.').try_fold(value, get)?;
    as_str(found).map(str::to_owned)
}

/// The value of `name = "1.0"`, `name: str = '1.0'`, `name: 1.0` or `NAME=1.0`.
fn assigned(line: &str, name: &str) -> Option<String> {
    let rest = line.trim().strip_prefix(name)?.trim_start();
    let value = match rest.strip_prefix(':') {
        Some(typed) => typed.split_once('=').map_or(typed, |(_, value)| value),
        None => rest.strip_prefix('=')?,
    };
    let value = value.trim();
    let quoted = value.strip_prefix(['"', '\'']).and_then(|rest| rest.split(['"', '\'']).next());
    Some(quoted.unwrap_or(value.split_whitespace().next().unwrap_or_default()).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(file: &str, key: Option<&str>, text: &str) -> Result<String, NoVersion> {
        let file = VersionFile { file: file.to_owned(), key: key.map(str::to_owned) };
        file.version(text.as_bytes())
    }

    const RIGHT: Result<&str, &NoVersion> = Ok("1.1.0");

    #[test]
    fn every_usual_file_states_its_version() {
        let toml = "[project]\nname = \"orders\"\nversion = \"1.1.0\"\n";
        assert_eq!(version("pyproject.toml", Some("project.version"), toml).as_deref(), RIGHT);
        assert_eq!(version("package.json", Some("version"), "{\"version\": \"1.1.0\"}").as_deref(), RIGHT);
        assert_eq!(version("VERSION", None, "1.1.0\n").as_deref(), RIGHT);
        for line in ["__version__ = \"1.1.0\"", "__version__: str = '1.1.0'  # now", "__version__=1.1.0"] {
            assert_eq!(
                version("app/__init__.py", Some("__version__"), &format!("import os\n{line}\n")).as_deref(),
                RIGHT
            );
        }
        assert_eq!(version("galaxy.yml", Some("version"), "name: a\nversion: 1.1.0\n").as_deref(), RIGHT);
    }

    #[test]
    fn a_key_that_is_not_there_is_missing_and_not_another_one() {
        let toml = "[project]\nversion-of-api = \"1.1.0\"\n[project.x]\nversion = 1\n";
        assert_eq!(version("pyproject.toml", Some("project.version"), toml), Err(NoVersion::Missing));
        assert_eq!(version("pyproject.toml", Some("project.x.version"), toml), Err(NoVersion::Missing));
        assert_eq!(version("a.py", Some("version"), "version_of_api = \"1\"\n"), Err(NoVersion::Missing));
        assert_eq!(version("VERSION", None, ""), Err(NoVersion::Missing));
    }

    #[test]
    fn a_file_of_another_form_is_unparsable() {
        assert!(matches!(version("a.toml", Some("v"), "= ="), Err(NoVersion::Unparsable(_))));
        assert!(matches!(version("a.json", Some("v"), "{"), Err(NoVersion::Unparsable(_))));
    }

    #[test]
    fn only_structured_files_need_a_key() {
        let lacks = |file: &str| VersionFile { file: file.to_owned(), key: None }.lacks_key();
        assert!(lacks("pyproject.toml"));
        assert!(!lacks("VERSION"));
    }
}
