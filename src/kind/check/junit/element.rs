//! The elements and attributes of a JUnit report that matter.

use std::time::Duration;

use quick_xml::XmlVersion;
use quick_xml::events::BytesStart;
use quick_xml::events::attributes::AttrError;

use super::{JunitError, broken};
use crate::kind::check::TestResult;
use crate::model::Elapsed;

/// The elements that matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    Suites,
    Suite,
    Case,
    /// `failure`, `error` or `skipped`.
    Verdict(TestResult),
    /// A failed attempt of a test that was run again.
    Retry,
    Other,
}

impl Element {
    pub(super) fn of(name: &str, attributes: &Attributes) -> Self {
        match name {
            "testsuites" => Self::Suites,
            "testsuite" => Self::Suite,
            "testcase" => Self::Case,
            "failure" => Self::Verdict(TestResult::Failed),
            "error" => Self::Verdict(TestResult::Broken),
            "skipped" if attributes.get("type") == Some("pytest.xfail") => Self::Verdict(TestResult::ExpectedFailure),
            "skipped" => Self::Verdict(TestResult::Skipped),
            "flakyFailure" | "flakyError" | "rerunFailure" | "rerunError" => Self::Retry,
            _ => Self::Other,
        }
    }
}

/// The attributes of one element.
#[derive(Debug, Default)]
pub(super) struct Attributes(Vec<(String, String)>);

impl Attributes {
    pub(super) fn of(start: &BytesStart<'_>) -> Result<Self, JunitError> {
        let mut pairs = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error: AttrError| JunitError::Malformed(error.to_string()))?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| broken(&error))?;
            pairs.push((String::from_utf8_lossy(attribute.key.as_ref()).into_owned(), value.into_owned()));
        }
        Ok(Self(pairs))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn number(&self, name: &str) -> Option<usize> {
        self.get(name)?.trim().parse().ok()
    }

    pub(super) fn text(&self, name: &str) -> String {
        self.get(name).unwrap_or_default().to_owned()
    }

    /// A time in seconds, as `0.005` or, from some writers, `1,234.5`.
    pub(super) fn seconds(&self) -> Elapsed {
        let seconds = self.get("time").and_then(|text| text.replace(',', "").parse().ok()).unwrap_or(0.0);
        Duration::try_from_secs_f64(seconds).unwrap_or_default().into()
    }
}

/// What the attributes of a test alone say: some writers mark tests that did not run this way.
pub(super) fn status(attributes: &Attributes) -> TestResult {
    let said = |name| attributes.get(name).unwrap_or_default().to_ascii_lowercase();
    match (said("status").as_str(), said("result").as_str()) {
        ("notrun" | "skipped" | "disabled" | "ignored" | "pending", _) | (_, "skipped" | "suppressed" | "notrun") => {
            TestResult::Skipped
        }
        ("failed" | "failure" | "fail", _) | (_, "failed" | "failure") => TestResult::Failed,
        ("error", _) | (_, "error") => TestResult::Broken,
        _ => TestResult::Passed,
    }
}
