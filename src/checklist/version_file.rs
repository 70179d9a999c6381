//! The version of the release in a file of the service: `pyproject.toml:project.version`, `package.json:version`,
//! `app/__init__.py:__version__`, or a file that holds nothing else, `VERSION`.

use std::path::Path;

use regex::Regex;

use crate::probe::files::Files;

/// Reads the version that a setting such as `pyproject.toml:project.version` points at.
///
/// # Errors
/// Says what is wrong, as a sentence without its end mark.
pub(super) fn version(files: &Files, root: &Path, setting: &str) -> Result<String, String> {
    let (path, key) = setting.rsplit_once(':').map_or((setting, None), |(path, key)| (path, Some(key)));
    let text = files.read(root.join(path)).map_err(|error| error.to_string())?;
    let extension = Path::new(path).extension().and_then(|extension| extension.to_str());
    let found = match (key, extension) {
        (None, _) => Some(text.trim().to_owned()),
        (Some(key), Some("toml")) => {
            in_toml(&text, key).map_err(|error| format!("`{path}` is not valid TOML: {error}"))?
        }
        (Some(key), Some("json")) => {
            in_json(&text, key).map_err(|error| format!("`{path}` is not valid JSON: {error}"))?
        }
        (Some(key), _) => assigned(&text, key),
    };
    let found = found.ok_or_else(|| format!("`{path}` has no text at `{}`", key.unwrap_or_default()))?;
    let is_version = !found.is_empty() && !found.contains(char::is_whitespace);
    if is_version { Ok(found) } else { Err(format!("`{found}` in `{path}` is not a version")) }
}

fn in_toml(text: &str, key: &str) -> Result<Option<String>, String> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
    let mut value = &toml::Value::Table(table);
    for part in key.split('.') {
        let Some(next) = value.get(part) else { return Ok(None) };
        value = next;
    }
    Ok(value.as_str().map(str::to_owned))
}

fn in_json(text: &str, key: &str) -> Result<Option<String>, String> {
    let value: serde_json::Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let found = key.split('.').try_fold(&value, |value, part| value.get(part));
    Ok(found.and_then(|value| value.as_str()).map(str::to_owned))
}

/// The quoted text of the first line `key = "text"`.
fn assigned(text: &str, key: &str) -> Option<String> {
    let line = format!(r#"(?m)^\s*{}\s*(?::\s*\w+\s*)?=\s*["']([^"']*)["']"#, regex::escape(key));
    Some(Regex::new(&line).ok()?.captures(text)?[1].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: &str, text: &str, setting: &str) -> Result<String, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(file), text).unwrap();
        version(&Files::new(folder.path()), folder.path(), setting)
    }

    #[test]
    fn the_version_is_found_in_every_form_of_file() {
        let cases = [
            ("pyproject.toml", "[project]\nversion = \"1.2.3\"\n", "pyproject.toml:project.version"),
            ("package.json", "{\"version\": \"1.2.3\"}", "package.json:version"),
            ("app.py", "import os\n__version__: str = '1.2.3'\n", "app.py:__version__"),
            ("VERSION", "1.2.3\n", "VERSION"),
        ];
        for (file, text, setting) in cases {
            assert_eq!(read(file, text, setting), Ok("1.2.3".to_owned()), "{file}");
        }
    }

    #[test]
    fn what_is_not_there_is_told() {
        let error = read("pyproject.toml", "[project]\ndynamic = [\"version\"]\n", "pyproject.toml:project.version");
        assert_eq!(error, Err("`pyproject.toml` has no text at `project.version`".to_owned()));
        assert!(read("VERSION", "\n", "VERSION").is_err());
        assert!(read("VERSION", "1", "OTHER").is_err());
    }
}
