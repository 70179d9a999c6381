//! Where the service runs, as far as kinds and reports need to know.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Effect;

/// A place where the service runs, with everything filled in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Target {
    /// The name in the service file.
    pub(crate) name: String,
    /// The environment, such as `local`, `staging` or `production`.
    pub(crate) environment: String,
    /// The base URL, without a slash at its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    /// The effects that steps may have here.
    pub(crate) allow: Vec<Effect>,
    /// How a probe learns which release answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) identity: Option<Identity>,
}

/// How a probe learns which release answers: one request, one value in its JSON answer, and what it must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Identity {
    /// The path to ask, such as `/health`.
    pub(crate) path: String,
    /// Where the value stands in the answer (JSONPath, RFC 9535), such as `$.release.commit`.
    pub(crate) json: String,
    /// What the value must be, such as `{{ commit }}`.
    pub(crate) equals: String,
}
