//! One thing that a linter found.

use std::fmt;
use std::path::Path;

use crate::model::{Evidence, excerpt};

/// The longest message that is shown, in characters.
const MESSAGE_LIMIT: usize = 200;

/// How many findings are kept as evidence.
const EVIDENCE_LIMIT: usize = 50;

/// One thing that a linter found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// The file, relative to the service where it is inside.
    pub(crate) file: String,
    /// The line, from 1.
    pub(crate) line: usize,
    /// The column, from 1.
    pub(crate) column: usize,
    /// The rule; empty where there is none.
    pub(crate) code: String,
    /// What the linter says.
    pub(crate) message: String,
}

impl fmt::Display for Finding {
    /// `app/main.py:3:8 F401 unused import`, as editors and terminals know it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, .. } = self;
        if file.is_empty() {
            return formatter.write_str(&self.text());
        }
        write!(formatter, "{file}:{line}:{column} {}", self.text())
    }
}

impl Finding {
    /// The rule and the message.
    fn text(&self) -> String {
        excerpt(&format!("{} {}", self.code, self.message), MESSAGE_LIMIT)
    }

    /// The place for reports that know places, or the text alone.
    fn evidence(&self) -> Evidence {
        if self.file.is_empty() {
            return Evidence::text("finding", self.text());
        }
        Evidence::place(&self.file, self.line, self.text())
    }
}

/// The places of the first findings.
pub(crate) fn evidence(findings: &[Finding]) -> Vec<Evidence> {
    findings.iter().take(EVIDENCE_LIMIT).map(Finding::evidence).collect()
}

/// The first findings, one line each, and how many more there are.
pub(crate) fn shown(findings: &[Finding], most: usize) -> String {
    let mut lines: Vec<String> = findings.iter().take(most).map(ToString::to_string).collect();
    if findings.len() > most {
        lines.push(format!("and {} more", findings.len() - most));
    }
    lines.join("\n")
}

/// The first names of a list, and how many more there are.
pub(crate) fn first_names(names: &[String], most: usize) -> String {
    let shown = names.iter().take(most).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > most { format!("{shown} and {} more", names.len() - most) } else { shown }
}

/// A path as linters write it (absolute, as a URI, or with `./`) relative to the service.
pub(crate) fn relative(path: &str, root: &Path) -> String {
    let path = path.strip_prefix("file://").unwrap_or(path);
    let canonical = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let inside = [root, &canonical].into_iter().find_map(|root| Path::new(path).strip_prefix(root).ok());
    let inside = inside.map_or_else(|| path.to_owned(), |inside| inside.to_string_lossy().into_owned());
    inside.trim_start_matches("./").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(line: usize) -> Finding {
        let (code, message) = ("F401".to_owned(), "`os` imported but unused".to_owned());
        Finding { file: "app/a.py".to_owned(), line, column: 8, code, message }
    }

    #[test]
    fn a_finding_is_one_line_that_an_editor_can_open() {
        let shown = shown(&[finding(1), finding(2), finding(3)], 2);
        let line = "8 F401 `os` imported but unused";
        assert_eq!(shown, format!("app/a.py:1:{line}\napp/a.py:2:{line}\nand 1 more"));
    }

    #[test]
    fn a_path_inside_the_service_is_shown_relative_to_it() {
        let root = Path::new("/srv/orders");
        assert_eq!(relative("file:///srv/orders/app/a.py", root), "app/a.py");
        assert_eq!(relative("/srv/orders/app/a.py", root), "app/a.py");
        assert_eq!(relative("./app/a.py", root), "app/a.py");
        assert_eq!(relative("/elsewhere/a.py", root), "/elsewhere/a.py");
    }
}
