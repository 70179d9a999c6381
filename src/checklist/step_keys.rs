//! The keys that every step has, whatever its kind.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use toml::Spanned;

use crate::kind::check::OneOrMany;
use crate::model::{Length, Phase, Profile, Retry, Until};

/// The keys that every step has, whatever its kind.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct StepKeys {
    /// The name inside the checklist: letters, digits, `-` and `_`.
    #[schemars(with = "String")]
    pub(super) id: Spanned<String>,
    /// What the step does; `rollsafe kinds` lists all kinds.
    #[schemars(with = "String")]
    pub(super) kind: Spanned<String>,
    /// The name for people. By default the `id`.
    pub(super) title: Option<String>,
    /// Why the step exists.
    pub(super) why: Option<String>,
    /// Who answers for the step. By default the owner of the checklist, then of the service.
    pub(super) owner: Option<String>,
    /// The expected result as a sentence. By default the kind says it from its settings.
    pub(super) expected: Option<String>,
    /// What to do when it goes wrong. By default the rollback of the checklist, then of the service.
    pub(super) rollback: Option<String>,
    /// Whether the step never closes the gate.
    #[serde(default)]
    pub(super) advisory: bool,
    /// Steps that must be good before this one starts: `id` in the same checklist, or `checklist/step`.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub(super) needs: Vec<Spanned<String>>,
    /// When the step applies; elsewhere it is skipped.
    #[serde(default)]
    pub(super) when: WhenKeys,
    /// When in a release it has its place. By default `before`.
    #[serde(default)]
    pub(super) phase: Phase,
    /// Words to select it by.
    #[serde(default)]
    pub(super) tags: Vec<String>,
    /// How long one attempt may take. By default what the kind says, mostly `60s`.
    pub(super) timeout: Option<Length>,
    /// How often it is tried again after a fail or an error; a pass after a retry is a warn.
    pub(super) retry: Option<RetryKeys>,
    /// How long it is asked again until it is true; a pass stays a pass.
    pub(super) until: Option<UntilKeys>,
    /// Locks that it holds while it runs; no two steps hold the same one at a time.
    #[serde(default)]
    pub(super) lock: OneOrMany<String>,
    /// Whether it runs alone.
    #[serde(default)]
    pub(super) exclusive: bool,
}

/// Keys whose texts are for people, so that a name without a value may stay in them.
pub(super) const PROSE: [&str; 7] = ["id", "kind", "title", "why", "owner", "expected", "rollback"];

/// The other keys of every step.
pub(super) const RULES: [&str; 10] =
    ["advisory", "needs", "when", "phase", "tags", "timeout", "retry", "until", "lock", "exclusive"];

/// All keys of every step.
pub(super) const KEYS: [&str; 17] = [
    "id",
    "kind",
    "title",
    "why",
    "owner",
    "expected",
    "rollback",
    "advisory",
    "needs",
    "when",
    "phase",
    "tags",
    "timeout",
    "retry",
    "until",
    "lock",
    "exclusive",
];

/// `when`: every list that is given must hold the present value.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct WhenKeys {
    /// Profiles: `gate`, `rehearsal`, `staging`.
    #[serde(default)]
    pub(super) profile: OneOrMany<Profile>,
    /// Names of targets.
    #[serde(default)]
    #[schemars(with = "OneOrMany<String>")]
    pub(super) target: Option<Spanned<OneOrMany<String>>>,
    /// Environments of targets.
    #[serde(default)]
    #[schemars(with = "OneOrMany<String>")]
    pub(super) environment: Option<Spanned<OneOrMany<String>>>,
}

/// `retry`: further attempts after a fail or an error.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RetryKeys {
    /// Further attempts after the first, at least 1.
    #[serde(deserialize_with = "at_least_one")]
    #[schemars(range(min = 1))]
    times: u32,
    /// The wait before the first retry. By default `1s`.
    interval: Option<Length>,
    /// Each wait is this many times the one before, at least 1. By default 1, which keeps it even.
    #[serde(default, deserialize_with = "factor")]
    #[schemars(range(min = 1))]
    backoff: Option<f64>,
    /// No wait is longer than this. By default `30s`.
    max_interval: Option<Length>,
}

impl From<RetryKeys> for Retry {
    fn from(keys: RetryKeys) -> Self {
        Self {
            times: keys.times,
            interval: keys.interval.map_or(Duration::from_secs(1), |interval| interval.0),
            backoff: keys.backoff.unwrap_or(1.0),
            max_interval: keys.max_interval.map_or(Duration::from_secs(30), |longest| longest.0),
        }
    }
}

/// `until`: asked again until it is true.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct UntilKeys {
    /// The step must be true within this time.
    within: Length,
    /// The longest wait between two attempts; the first ones are shorter. By default `1s`.
    interval: Option<Length>,
}

impl From<UntilKeys> for Until {
    fn from(keys: UntilKeys) -> Self {
        let interval = keys.interval.map_or(Duration::from_secs(1), |interval| interval.0);
        Self { within: keys.within.0, interval }
    }
}

fn at_least_one<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    match u32::deserialize(deserializer)? {
        0 => Err(D::Error::custom("0 attempts are no retry; write 1 or more, or leave `retry` out")),
        times => Ok(times),
    }
}

fn factor<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let factor = f64::deserialize(deserializer)?;
    if factor >= 1.0 && factor.is_finite() {
        return Ok(Some(factor));
    }
    Err(D::Error::custom(format_args!("{factor} would make the waits shorter; write 1 or more")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_of_keys_hold_every_field_once() {
        let schema = schemars::schema_for!(StepKeys);
        let mut fields: Vec<&str> = schema
            .get("properties")
            .and_then(|fields| fields.as_object())
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let mut keys = KEYS.to_vec();
        let mut parts = [PROSE.as_slice(), RULES.as_slice()].concat();
        for list in [&mut fields, &mut keys, &mut parts] {
            list.sort_unstable();
        }
        assert_eq!(keys, fields);
        assert_eq!(parts, fields);
    }

    #[test]
    fn a_retry_has_the_usual_waits() {
        let retry = Retry::from(toml::from_str::<RetryKeys>("times = 2").unwrap());
        let expected =
            Retry { times: 2, interval: Duration::from_secs(1), backoff: 1.0, max_interval: Duration::from_secs(30) };
        assert_eq!(retry, expected);
        assert!(toml::from_str::<RetryKeys>("times = 0").is_err());
        assert!(toml::from_str::<RetryKeys>("times = 1\nbackoff = 0.5").is_err());
    }

    #[test]
    fn one_value_needs_no_brackets() {
        let when: WhenKeys = toml::from_str("profile = \"gate\"\ntarget = [\"a\", \"b\"]").unwrap();
        assert_eq!(when.profile, OneOrMany(vec![Profile::Gate]));
        assert_eq!(when.target.unwrap().into_inner().0, ["a", "b"]);
    }
}
