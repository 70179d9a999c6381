//! The forms in which a command can tell its result.

use schemars::JsonSchema;
use serde::Deserialize;

/// How the result of a command is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ResultFormat {
    /// The exit status and the output are all there is.
    #[default]
    ExitStatus,
    /// JUnit XML in `result-file`: every test must be good, and at least one must have passed.
    Junit,
    /// SARIF 2.1.0 in `result-file` or on standard output: it must hold no finding.
    Sarif,
    /// Test Anything Protocol in `result-file` or on standard output: as for JUnit.
    Tap,
    /// Nagios plugin: status 0 is a pass, 1 a warn, 2 a fail, 3 an error, and the first line says why.
    Nagios,
}

impl ResultFormat {
    /// Whether the result is a document that has to be read.
    pub(super) fn is_document(self) -> bool {
        match self {
            Self::Junit | Self::Sarif | Self::Tap => true,
            Self::ExitStatus | Self::Nagios => false,
        }
    }

    /// The name of the form, for people.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::ExitStatus => "exit status",
            Self::Junit => "JUnit",
            Self::Sarif => "SARIF",
            Self::Tap => "TAP",
            Self::Nagios => "Nagios plugin",
        }
    }
}
