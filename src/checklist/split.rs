//! The keys of a step by who reads them.

use toml::de::DeTable;

use super::step_keys::{PROSE, RULES};

/// The keys of a step by who reads them. Keys for users are left out.
#[derive(Debug, Default)]
pub(super) struct Split<'t> {
    /// Common keys with texts for people.
    pub(super) prose: DeTable<'t>,
    /// The other common keys.
    pub(super) rules: DeTable<'t>,
    /// The settings of the kind.
    pub(super) settings: DeTable<'t>,
}

impl<'t> Split<'t> {
    /// Splits the keys of a step.
    pub(super) fn of(step: DeTable<'t>) -> Self {
        let mut split = Self::default();
        for (key, value) in step {
            let name = key.get_ref().as_ref();
            if PROSE.contains(&name) {
                split.prose.insert(key, value);
            } else if RULES.contains(&name) {
                split.rules.insert(key, value);
            } else if !name.starts_with("x-") {
                split.settings.insert(key, value);
            }
        }
        split
    }

    /// All common keys.
    pub(super) fn keys(&self) -> DeTable<'t> {
        let entries = self.prose.iter().chain(self.rules.iter());
        entries.map(|(key, value)| (key.clone(), value.clone())).collect()
    }
}
