//! What a check gives back.

use std::collections::BTreeMap;

use crate::model::{Count, Evidence, Outcome, Problem};

/// What a check gives back.
#[derive(Clone, Debug)]
pub(crate) struct Judgement {
    /// How the step ended.
    pub(crate) outcome: Outcome,
    /// How much was really examined.
    pub(crate) examined: Option<Count>,
    /// What was seen.
    pub(crate) evidence: Vec<Evidence>,
    /// Values for later steps.
    pub(crate) captured: BTreeMap<String, String>,
}

impl Judgement {
    /// A judgement with nothing but its outcome.
    pub(crate) fn new(outcome: Outcome) -> Self {
        Self { outcome, examined: None, evidence: Vec::new(), captured: BTreeMap::new() }
    }

    /// A fail.
    pub(crate) fn fail(problem: Problem) -> Self {
        Self::new(Outcome::Fail(problem))
    }

    /// An error.
    pub(crate) fn error(problem: Problem) -> Self {
        Self::new(Outcome::Error(problem))
    }

    /// Sets how much was examined.
    #[must_use]
    pub(crate) fn examined(mut self, number: usize, unit: &str) -> Self {
        self.examined = Some(Count::new(number, unit));
        self
    }

    /// Adds what was seen.
    #[must_use]
    pub(crate) fn with(mut self, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        self.evidence.extend(evidence);
        self
    }
}
