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
    /// Nagios plugin: status 0 is a pass, 1 a warn, 2 a fail, 3 an error, and the first line says why.
    Nagios,
}
