//! A valid step, and reading it again once the last names are known.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue, Error, ValueDeserializer};

use crate::kind::{Check, Kind};
use crate::model::{Problem, Profile, Reason, Retry, StepHeader, Target, Template, Until, Waiver};

/// A valid step.
#[derive(Debug)]
pub(crate) struct Step {
    /// What it is.
    pub(crate) header: Arc<StepHeader>,
    /// The judgement, with all names filled in that are known before the run.
    pub(crate) check: Arc<dyn Check>,
    /// The settings, where names in them are known only during the run. Such a step is judged by what
    /// [`Step::check_with`] gives back.
    pub(crate) late: Option<Late>,
    /// How long one attempt may take.
    pub(crate) timeout: Duration,
    /// How often it may be tried again.
    pub(crate) retry: Option<Retry>,
    /// How long it is asked again until it is true.
    pub(crate) until: Option<Until>,
    /// Locks that it holds while it runs.
    pub(crate) locks: Vec<String>,
    /// Whether it runs alone.
    pub(crate) exclusive: bool,
    /// When it applies.
    pub(crate) when: When,
    /// The declared reason why it does not apply to this service.
    pub(crate) not_applicable: Option<String>,
    /// The waiver for it, expired or not.
    pub(crate) waiver: Option<StepWaiver>,
}

impl Step {
    /// Whether it needs the running target: its kind talks to it, or its settings name the port or the URL.
    pub(crate) fn uses_target(&self) -> bool {
        self.check.uses_target() || self.late.as_ref().is_some_and(Late::names_target)
    }

    /// The judgement with the names filled in that are known only now: `port`, `target.url`, and what earlier
    /// steps captured, as `step.name`.
    ///
    /// # Errors
    /// When a name still has no value, or the settings make no sense with the values.
    pub(crate) fn check_with(&self, late: &BTreeMap<String, String>) -> Result<Arc<dyn Check>, Problem> {
        self.late.as_ref().map_or_else(|| Ok(Arc::clone(&self.check)), |settings| settings.check(late))
    }
}

/// The settings of a step in which some names are known only during the run.
#[derive(Clone, Debug)]
pub(crate) struct Late {
    kind: &'static Kind,
    settings: toml::Table,
    own: Vec<String>,
}

impl Late {
    /// Keeps settings for later. `own` are the names that the step fills in by itself.
    ///
    /// # Errors
    /// When a number is too large to be kept.
    pub(super) fn new(kind: &'static Kind, settings: DeTable<'_>, own: Vec<String>) -> Result<Self, Error> {
        let value = Spanned::new(0..0, DeValue::Table(settings));
        let settings = serde::Deserialize::deserialize(ValueDeserializer::from(value))?;
        Ok(Self { kind, settings, own })
    }

    /// Whether the settings name what is known only once the target runs.
    fn names_target(&self) -> bool {
        let text = self.settings.to_string();
        Template(&text).placeholders().iter().any(|placeholder| matches!(placeholder.name, "port" | "target.url"))
    }

    fn check(&self, late: &BTreeMap<String, String>) -> Result<Arc<dyn Check>, Problem> {
        let mut filling = LateFilling { values: late, own: &self.own, without: None };
        let settings = filling.table(&self.settings);
        if let Some(name) = filling.without {
            return Err(no_value(&name));
        }
        let text = settings.to_string();
        let table = DeTable::parse(&text).map_err(|error| unusable(error.message()))?;
        let value = Spanned::new(table.span(), DeValue::Table(table.into_inner()));
        let check = (self.kind.parse)(ValueDeserializer::from(value)).map_err(|error| unusable(error.message()))?;
        match check.problems().first() {
            Some(problem) => Err(unusable(&problem.message)),
            None => Ok(Arc::from(check)),
        }
    }
}

/// Fills late names into kept settings.
struct LateFilling<'a> {
    values: &'a BTreeMap<String, String>,
    own: &'a [String],
    /// The first name that has no value.
    without: Option<String>,
}

impl LateFilling<'_> {
    fn table(&mut self, table: &toml::Table) -> toml::Table {
        table.iter().map(|(key, value)| (key.clone(), self.value(value))).collect()
    }

    fn value(&mut self, value: &toml::Value) -> toml::Value {
        match value {
            toml::Value::String(text) => toml::Value::String(self.text(text)),
            toml::Value::Array(items) => toml::Value::Array(items.iter().map(|item| self.value(item)).collect()),
            toml::Value::Table(table) => toml::Value::Table(self.table(table)),
            toml::Value::Integer(_) | toml::Value::Float(_) | toml::Value::Boolean(_) | toml::Value::Datetime(_) => {
                value.clone()
            }
        }
    }

    fn text(&mut self, text: &str) -> String {
        Template(text).fill(|name| {
            let value = self.values.get(name).cloned();
            if value.is_none() && !self.own.iter().any(|own| own == name) {
                self.without.get_or_insert_with(|| name.to_owned());
            }
            value
        })
    }
}

fn no_value(name: &str) -> Problem {
    Problem::new(Reason::Precondition, format!("`{name}` has no value"))
        .expected(format!("a value for `{{{{ {name} }}}}` before the step starts"))
        .observed("nothing that ran before gave it one")
        .next("look at the step that should have captured it: `rollsafe plan` shows the order")
}

fn unusable(message: &str) -> Problem {
    Problem::new(Reason::Precondition, "the settings make no sense with the values of this run")
        .expected("settings that are valid once all names are filled in")
        .observed(message)
        .next("look at the values that earlier steps captured, and correct the step that gives or takes them")
}

/// A waiver, and whether it still counts today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StepWaiver {
    /// The waiver.
    pub(crate) waiver: Waiver,
    /// Whether its last day is over.
    pub(crate) expired: bool,
}

/// When a step applies: every list that is not empty must hold the present value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct When {
    /// Profiles.
    pub(crate) profile: Vec<Profile>,
    /// Names of targets.
    pub(crate) target: Vec<String>,
    /// Environments of targets.
    pub(crate) environment: Vec<String>,
}

impl When {
    /// Whether a step applies with a profile and a target.
    pub(crate) fn holds(&self, profile: Profile, target: Option<&Target>) -> bool {
        let named = |list: &[String], name: Option<&str>| {
            list.is_empty() || list.iter().any(|one| Some(one.as_str()) == name)
        };
        (self.profile.is_empty() || self.profile.contains(&profile))
            && named(&self.target, target.map(|target| target.name.as_str()))
            && named(&self.environment, target.map(|target| target.environment.as_str()))
    }
}
