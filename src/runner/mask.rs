//! Masking everything that leaves the runner.
//!
//! A value is turned into JSON, every text in it is masked, and it is read back. That is slower than masking field
//! by field and cannot forget a field. It costs nothing where no secret is declared.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::model::Masker;

/// Fields of the model that hold a word of a closed list or a time, and so never a secret.
const CLOSED: &[&str] = &[
    "effect",
    "ending",
    "event",
    "importance",
    "outcome",
    "phase",
    "profile",
    "reason",
    "retry",
    "shape",
    "started",
    "stream",
    "verdict",
];

/// The value with every secret in every text replaced.
pub(crate) fn masked<T: Serialize + DeserializeOwned>(value: T, masker: &Masker) -> T {
    if masker.longest() == 0 {
        return value;
    }
    let json = serde_json::to_value(&value).expect("the model is always valid JSON");
    serde_json::from_value(mask(json.clone(), masker, &[]))
        // A secret that is one of our own words, such as `pass`, is left where only our own words can stand.
        .or_else(|_| serde_json::from_value(mask(json, masker, CLOSED)))
        .expect("masking free texts keeps the model valid")
}

fn mask(value: Value, masker: &Masker, spared: &[&str]) -> Value {
    match value {
        Value::String(text) => Value::String(masker.mask(&text).unwrap_or(text)),
        Value::Array(values) => values.into_iter().map(|value| mask(value, masker, spared)).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(key, value)| {
                let is_spared = spared.contains(&key.as_str());
                (key, if is_spared { value } else { mask(value, masker, spared) })
            })
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Outcome, Problem, Reason, Secret};

    fn fail() -> Outcome {
        Outcome::Fail(Problem::new(Reason::NotMet, "it said hunter22").observed("hunter22").next("ask hunter22"))
    }

    #[test]
    fn every_text_is_masked() {
        let masker = Masker::new(&[Secret::new("password", "hunter22")]);
        let shown = serde_json::to_string(&masked(fail(), &masker)).unwrap();
        assert!(!shown.contains("hunter22"), "{shown}");
        assert_eq!(shown.matches("***").count(), 3);
    }

    #[test]
    fn a_secret_that_is_one_of_our_words_does_not_break_the_report() {
        let masker = Masker::new(&[Secret::new("a", "fail"), Secret::new("b", "not-met")]);
        assert_eq!(masked(fail(), &masker), fail());
    }
}
