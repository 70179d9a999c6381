//! Reads SARIF 2.1.0 (OASIS), the form in which many linters write their findings.

use std::path::Path;

use serde::Deserialize;

use super::finding::{Finding, relative};

/// What a SARIF log says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Log {
    /// The name of the tool that made it.
    pub(crate) tool: String,
    /// Its version, where it is told.
    pub(crate) version: Option<String>,
    /// How many runs of the tool it tells of; at least 1.
    pub(crate) runs: usize,
    /// What the tool found.
    pub(crate) findings: Vec<Finding>,
    /// Results that a comment or a baseline silences (section 3.27.23).
    pub(crate) suppressed: usize,
}

/// Reads a log.
///
/// # Errors
/// Says why it cannot be relied on.
pub(crate) fn read(text: &str, root: &Path) -> Result<Log, String> {
    let document: Document = serde_json::from_str(text).map_err(|error| format!("it is not SARIF: {error}"))?;
    if !document.version.starts_with("2.") {
        return Err(format!("it is SARIF {}, not 2.1", document.version));
    }
    let mut log = Log { runs: document.runs.len(), ..Log::default() };
    if document.runs.is_empty() {
        return Err("it tells of no run".to_owned());
    }
    for run in document.runs {
        if run.invocations.iter().any(|invocation| invocation.execution_successful == Some(false)) {
            return Err("the tool says that it did not succeed".to_owned());
        }
        log.add(run, root);
    }
    Ok(log)
}

impl Log {
    fn add(&mut self, run: Run, root: &Path) {
        let driver = run.tool.driver;
        self.tool = driver.name;
        self.version = driver.semantic_version.or(driver.version);
        for result in run.results {
            if result.is_suppressed() {
                self.suppressed += 1;
            } else if result.is_finding() {
                self.findings.push(result.finding(root));
            }
        }
    }
}

#[derive(Debug, Deserialize)]
struct Document {
    version: String,
    runs: Vec<Run>,
}

#[derive(Debug, Deserialize)]
struct Run {
    tool: Tool,
    results: Vec<ResultEntry>,
    #[serde(default)]
    invocations: Vec<Invocation>,
}

#[derive(Debug, Deserialize)]
struct Tool {
    driver: Driver,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: String,
    version: Option<String>,
    semantic_version: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResultEntry {
    rule_id: Option<String>,
    kind: Option<String>,
    #[serde(default)]
    message: Message,
    #[serde(default)]
    locations: Vec<Location>,
    #[serde(default)]
    suppressions: Vec<Suppression>,
}

#[derive(Debug, Default, Deserialize)]
struct Message {
    text: Option<String>,
    id: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Suppression {
    status: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: Option<PhysicalLocation>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: Option<ArtifactLocation>,
    region: Option<Region>,
}

#[derive(Debug, Deserialize)]
struct ArtifactLocation {
    uri: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: Option<usize>,
    start_column: Option<usize>,
}

impl ResultEntry {
    /// Suppressed only if every suppression was accepted (section 3.27.23).
    fn is_suppressed(&self) -> bool {
        let accepted = |one: &Suppression| one.status.as_deref().is_none_or(|status| status == "accepted");
        !self.suppressions.is_empty() && self.suppressions.iter().all(accepted)
    }

    /// Everything but a result that only says that all is well or does not apply (section 3.27.9).
    fn is_finding(&self) -> bool {
        !matches!(self.kind.as_deref(), Some("pass" | "notApplicable" | "informational"))
    }

    fn finding(self, root: &Path) -> Finding {
        let place = self.locations.into_iter().find_map(|location| location.physical_location);
        let (artifact, region) = place.map_or((None, None), |place| (place.artifact_location, place.region));
        let line = region.as_ref().and_then(|region| region.start_line).unwrap_or(1);
        Finding {
            file: artifact.and_then(|artifact| artifact.uri).map(|uri| relative(&uri, root)).unwrap_or_default(),
            line,
            column: region.and_then(|region| region.start_column).unwrap_or(1),
            code: self.rule_id.unwrap_or_default(),
            message: self.message.text.or(self.message.id).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(results: &str) -> Result<Log, String> {
        let text = format!(
            r#"{{"version": "2.1.0", "runs": [{{"tool": {{"driver": {{"name": "ruff", "version": "0.17.5"}}}}, "results": [{results}]}}]}}"#
        );
        read(&text, Path::new("/srv/orders"))
    }

    const RESULT: &str = r#"{"level": "error", "ruleId": "F401", "message": {"text": "`os` imported but unused"}, "locations": [
        {"physicalLocation": {"artifactLocation": {"uri": "file:///srv/orders/app/a.py"}, "region": {"startLine": 3, "startColumn": 8}}}]}"#;

    #[test]
    fn a_result_is_a_finding_with_its_place() {
        let (code, message) = ("F401".to_owned(), "`os` imported but unused".to_owned());
        let finding = Finding { file: "app/a.py".to_owned(), line: 3, column: 8, code, message };
        let expected = Log {
            tool: "ruff".to_owned(),
            version: Some("0.17.5".to_owned()),
            runs: 1,
            findings: vec![finding],
            suppressed: 0,
        };
        assert_eq!(log(RESULT), Ok(expected));
        assert_eq!(log("").unwrap().findings, []);
    }

    #[test]
    fn suppressed_results_are_counted_and_good_news_is_no_finding() {
        let suppressed = RESULT.replacen('{', r#"{"suppressions": [{"kind": "inSource"}], "#, 1);
        let rejected = RESULT.replacen('{', r#"{"suppressions": [{"kind": "external", "status": "rejected"}], "#, 1);
        let good = RESULT.replacen('{', r#"{"kind": "pass", "#, 1);
        let log = log(&[suppressed, rejected, good].join(",")).unwrap();
        assert_eq!((log.findings.len(), log.suppressed), (1, 1));
    }

    #[test]
    fn a_log_that_shows_nothing_is_refused() {
        let root = Path::new("/");
        for text in [
            "All checks passed!",
            "",
            "[]",
            r#"{"version": "2.1.0", "runs": []}"#,
            r#"{"version": "1.0.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": []}]}"#,
            r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}}]}"#,
            r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": [], "invocations": [{"executionSuccessful": false}]}]}"#,
        ] {
            assert!(read(text, root).is_err(), "{text}");
        }
    }
}
