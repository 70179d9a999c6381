//! Floor 2: the kinds of steps, one file each.
//!
//! Kinds are open and results are closed: a kind is one file with its settings, its judgement, its descriptor
//! and its unit tests, plus a `mod` line and a line in [`KINDS`]. It gives back a [`Judgement`] made of the few
//! closed shapes of floor 0, so no report, loader or runner changes when a kind is added.
//!
//! Rules that every kind obeys: zero work is not a pass; a probe of a running service shows first which release
//! answers; what only finds nothing proves that it could have found something; an exit status is a hint and the
//! post-condition the proof; what could not be decided is an error, never a pass; numbers are told on a pass too.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;

pub(crate) mod check;
pub(crate) mod command;
pub(crate) mod config_parity;
pub(crate) mod git_clean;
pub(crate) mod git_tag;
pub(crate) mod health;
pub(crate) mod http_scenario;
pub(crate) mod lint;
pub(crate) mod manual;
pub(crate) mod ownership;
pub(crate) mod rollback_ready;
pub(crate) mod unit_test;

pub(crate) use check::{Check, Context, Judgement, Service};

/// All kinds, in alphabetical order.
pub(crate) const KINDS: &[&Kind] = &[
    &command::KIND,
    &config_parity::KIND,
    &git_clean::KIND,
    &git_tag::KIND,
    &health::KIND,
    &http_scenario::KIND,
    &lint::KIND,
    &manual::KIND,
    &ownership::KIND,
    &rollback_ready::KIND,
    &unit_test::KIND,
];

/// The kind with a name.
pub(crate) fn find(name: &str) -> Option<&'static Kind> {
    all().find(|kind| kind.name == name)
}

/// Every kind that a checklist may name.
pub(crate) fn all() -> impl Iterator<Item = &'static Kind> + Clone {
    #[cfg(test)]
    let kinds = KINDS.iter().copied().chain([&check::SAMPLE]);
    #[cfg(not(test))]
    let kinds = KINDS.iter().copied();
    kinds
}

/// The descriptor of a kind: everything that documentation, schema and loader need to know of it.
#[derive(Debug)]
pub(crate) struct Kind {
    /// The name in checklists, kebab-case; the file is called the same with underscores.
    pub(crate) name: &'static str,
    /// One line: what the step claims.
    pub(crate) summary: &'static str,
    /// What pass, warn, fail and error mean, how it can be fooled, and how that is prevented. Markdown.
    pub(crate) details: &'static str,
    /// One `[[step]]` with realistic settings. A test loads it.
    pub(crate) example: &'static str,
    /// Reads the settings that stand beside the common keys.
    pub(crate) parse: fn(toml::de::ValueDeserializer<'_>) -> Result<Box<dyn Check>, toml::de::Error>,
    /// The JSON Schema of the settings; the doc comments of their fields are their documentation.
    pub(crate) schema: fn(&mut SchemaGenerator) -> Schema,
}

/// Reads the settings type of a kind. Used as `parse: kind::parse::<Lint>`.
pub(crate) fn parse<Settings>(settings: toml::de::ValueDeserializer<'_>) -> Result<Box<dyn Check>, toml::de::Error>
where
    Settings: Check + DeserializeOwned + 'static,
{
    Settings::deserialize(settings).map(|check| Box::new(check) as Box<dyn Check>)
}

/// The schema of the settings type of a kind. Used as `schema: kind::schema::<Lint>`.
pub(crate) fn schema<Settings: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    Settings::json_schema(generator)
}
