//! A setting that is one value or a list of values.

use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, IntoDeserializer, SeqAccess, Visitor};

/// One value or several. A list that stands there and is empty is refused, because it asks for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OneOrMany<T>(pub(crate) Vec<T>);

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

struct OneOrManyVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrManyVisitor<T> {
    type Value = OneOrMany<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("one value or a list of values")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        T::deserialize(text.into_deserializer()).map(|value| OneOrMany(vec![value]))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        T::deserialize(number.into_deserializer()).map(|value| OneOrMany(vec![value]))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        T::deserialize(number.into_deserializer()).map(|value| OneOrMany(vec![value]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, sequence: A) -> Result<Self::Value, A::Error> {
        let values = Vec::deserialize(SeqAccessDeserializer::new(sequence))?;
        if values.is_empty() {
            return Err(A::Error::custom("the list is empty, so it asserts nothing; leave the key out"));
        }
        Ok(OneOrMany(values))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrManyVisitor(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for OneOrMany<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("OneOrMany{}", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_and_a_list_of_one_are_the_same() {
        let read = |text| serde_json::from_str::<OneOrMany<String>>(text).unwrap();
        assert_eq!(read("\"a\""), OneOrMany(vec!["a".to_owned()]));
        assert_eq!(read("[\"a\"]"), read("\"a\""));
        assert_eq!(serde_json::from_str::<OneOrMany<i32>>("[1, 2]").unwrap(), OneOrMany(vec![1, 2]));
        assert_eq!(serde_json::from_str::<OneOrMany<i32>>("3").unwrap(), OneOrMany(vec![3]));
    }

    #[test]
    fn an_empty_list_and_another_type_are_refused() {
        let error = serde_json::from_str::<OneOrMany<String>>("[]").unwrap_err().to_string();
        assert!(error.contains("the list is empty"), "{error}");
        assert!(serde_json::from_str::<OneOrMany<String>>("true").is_err());
        assert!(serde_json::from_str::<OneOrMany<String>>("3").is_err());
    }
}
