//! A schema as TOML needs it: nothing is null, and keys for users are free everywhere.

use serde_json::{Value, json};

/// Takes null out of a schema, and lets keys that begin with `x-` stand in every table.
pub(super) fn tidy(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(tidy),
        Value::Object(_) => {
            without_null(schema);
            free_user_keys(schema);
            if let Value::Object(fields) = schema {
                fields.values_mut().for_each(tidy);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn without_null(schema: &mut Value) {
    if let Some(types) = schema.get_mut("type").and_then(Value::as_array_mut) {
        types.retain(|one| one != "null");
        if let [only] = types.as_slice() {
            schema["type"] = only.clone();
        }
    }
    for key in ["anyOf", "enum"] {
        let Some(offered) = schema.get_mut(key).and_then(Value::as_array_mut) else { continue };
        offered.retain(|one| *one != json!({ "type": "null" }) && !one.is_null());
    }
    let Some([only]) = schema.get("anyOf").and_then(Value::as_array).map(Vec::as_slice) else { return };
    let only = only.clone();
    // A reference beside other keys would hide them in draft-07, so it stays in a list of its own.
    schema["allOf"] = json!([only]);
    if let Value::Object(fields) = schema {
        fields.remove("anyOf");
    }
}

fn free_user_keys(schema: &mut Value) {
    if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
        schema["patternProperties"] = json!({ "^x-": {} });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_null_and_user_keys_are_free() {
        let mut schema = json!({
            "type": "object",
            "additionalProperties": false,
            "properties": {
                "a": { "type": ["string", "null"] },
                "b": { "anyOf": [{ "$ref": "#/definitions/B" }, { "type": "null" }], "description": "B." },
                "c": { "enum": ["x", null] },
            },
        });
        tidy(&mut schema);
        let expected = json!({
            "type": "object",
            "additionalProperties": false,
            "patternProperties": { "^x-": {} },
            "properties": {
                "a": { "type": "string" },
                "b": { "allOf": [{ "$ref": "#/definitions/B" }], "description": "B." },
                "c": { "enum": ["x"] },
            },
        });
        assert_eq!(schema, expected);
    }
}
