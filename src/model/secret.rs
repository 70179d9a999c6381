//! A value that must never be shown.

use std::fmt;

/// A declared secret. It has no way to be displayed; whoever needs the value asks for it by name.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret {
    name: String,
    value: String,
}

impl Secret {
    /// A secret under the name that it is declared with.
    pub(crate) fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }

    /// The value itself, for the one place that sends it and the one place that masks it.
    pub(crate) fn reveal(&self) -> &str {
        &self.value
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Secret({})", self.name)
    }
}
