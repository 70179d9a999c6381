//! One JSON Schema (draft-07, which editors read) for the service file and the checklists, made from the types that
//! read them.
//!
//! A step is described by its kind: its own settings and those of every step stand in one table there, so that an
//! editor knows every key. No setting is required but `id` and `kind`, because the defaults of a kind may give the
//! rest.

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::kind::{self, Kind};

use super::checklist_file::ChecklistSection;
use super::secret::SecretSection;
use super::service_file::{ProfileSection, ServiceSection, WaiverSection};
use super::step_keys::StepKeys;
use super::target::TargetSection;
use super::tidy::tidy;

/// The schema for editors.
pub(crate) fn schema() -> Value {
    let mut generator = SchemaSettings::draft07().into_generator();
    let service = service_file(&mut generator);
    let checklist = checklist_file(&mut generator);
    let mut definitions = generator.take_definitions(true);
    definitions.insert("service-file".to_owned(), service);
    definitions.insert("checklist-file".to_owned(), checklist);
    let mut schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "rollsafe",
        "description": "The service file of rollsafe, or one of its checklists.",
        "type": "object",
        "if": { "anyOf": [{ "required": ["checklist"] }, { "required": ["step"] }] },
        "then": { "$ref": "#/definitions/checklist-file" },
        "else": { "$ref": "#/definitions/service-file" },
        "definitions": definitions,
    });
    tidy(&mut schema);
    schema
}

fn service_file(generator: &mut SchemaGenerator) -> Value {
    let service = generator.subschema_for::<ServiceSection>();
    let target = generator.subschema_for::<TargetSection>();
    let secret = generator.subschema_for::<SecretSection>();
    let waiver = generator.subschema_for::<WaiverSection>();
    let profile = generator.subschema_for::<ProfileSection>();
    let defaults: Map<String, Value> =
        kind::all().map(|kind| (kind.name.to_owned(), defaults_of(kind, generator))).collect();
    table(json!({
        "service": service,
        "target": entries("Where the service runs, by name.", &target.to_value()),
        "defaults": table(Value::Object(defaults)),
        "variables": entries("Names for texts, used as `{{ name }}`.", &json!({ "type": "string" })),
        "secret": entries("Secrets by name, each with its source.", &secret.to_value()),
        "environment": {
            "description": "Environment variables that texts may use, as `{{ env.NAME }}`.",
            "type": "array", "items": { "type": "string" },
        },
        "waiver": { "description": "Decisions to live with a step for a time.", "type": "array", "items": waiver },
        "not-applicable": entries(
            "Reasons why a kind, or a step as `checklist/step`, does not apply to this service.",
            &json!({ "type": "string", "minLength": 1 }),
        ),
        "profile": table(json!({ "gate": profile, "rehearsal": profile, "staging": profile })),
        "include": { "description": "Other files that belong to this one.", "type": "array", "items": { "type": "string" } },
    }))
}

fn checklist_file(generator: &mut SchemaGenerator) -> Value {
    let header = generator.subschema_for::<ChecklistSection>();
    let names: Vec<&str> = kind::all().map(|kind| kind.name).collect();
    let by_kind: Vec<Value> = kind::all()
        .map(|kind| {
            json!({
                "if": { "properties": { "kind": { "const": kind.name } }, "required": ["kind"] },
                "then": step_of(kind, generator),
            })
        })
        .collect();
    table(json!({
        "checklist": header,
        "step": {
            "description": "The steps, in reading order.",
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "kind"],
                "properties": { "kind": { "enum": names } },
                "allOf": by_kind,
            },
        },
    }))
}

/// All keys of a step of one kind.
fn step_of(kind: &Kind, generator: &mut SchemaGenerator) -> Value {
    let mut schema = table(Value::Object(keys_of(kind, generator)));
    schema["description"] = kind.summary.into();
    schema
}

/// All keys that may have a default.
fn defaults_of(kind: &Kind, generator: &mut SchemaGenerator) -> Value {
    let mut keys = keys_of(kind, generator);
    for key in ["id", "kind", "needs"] {
        keys.remove(key);
    }
    let mut schema = table(Value::Object(keys));
    schema["description"] = format!("What every `{}` step starts from.", kind.name).into();
    schema
}

fn keys_of(kind: &Kind, generator: &mut SchemaGenerator) -> Map<String, Value> {
    let common = generator.root_schema_for::<StepKeys>().to_value();
    let own = (kind.schema)(generator).to_value();
    let mut keys = properties(common);
    keys.extend(properties(own));
    keys
}

fn properties(mut schema: Value) -> Map<String, Value> {
    match schema.get_mut("properties").map(Value::take) {
        Some(Value::Object(properties)) => properties,
        Some(_) | None => Map::new(),
    }
}

/// A table with these keys and no others.
#[expect(clippy::needless_pass_by_value, reason = "every caller makes it for this call")]
fn table(properties: Value) -> Value {
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// A table with free names.
fn entries(description: &str, each: &Value) -> Value {
    json!({ "description": description, "type": "object", "additionalProperties": each })
}

#[cfg(test)]
mod tests {
    use jsonschema::Validator;

    use super::*;

    fn validator() -> Validator {
        jsonschema::draft7::new(&schema()).unwrap()
    }

    /// TOML as an editor sees it when it holds it against a schema.
    fn as_json(value: toml::Value) -> Value {
        match value {
            toml::Value::String(text) => text.into(),
            toml::Value::Integer(number) => number.into(),
            toml::Value::Float(number) => number.into(),
            toml::Value::Boolean(truth) => truth.into(),
            toml::Value::Datetime(datetime) => datetime.to_string().into(),
            toml::Value::Array(items) => items.into_iter().map(as_json).collect(),
            toml::Value::Table(table) => {
                Value::Object(table.into_iter().map(|(key, value)| (key, as_json(value))).collect())
            }
        }
    }

    fn errors(text: &str) -> Vec<String> {
        let value = as_json(toml::Value::Table(text.parse().unwrap()));
        validator().iter_errors(&value).map(|error| error.to_string()).collect()
    }

    const NONE: [String; 0] = [];

    #[test]
    fn a_service_file_and_a_checklist_fit() {
        let service = "include = [\"a.toml\"]\nx-note = 1\n[service]\nowner = \"a\"\nx-note = 2\n[target.local]\nenvironment = \"local\"\n\
                       start = [\"run\"]\nready = { path = \"/\", within = \"5s\" }\n[defaults.sample]\ncount = 3\ntimeout = \"5m\"\n\
                       [secret]\nalice = { env = \"A\" }\n[[waiver]]\nstep = \"a/b\"\nreason = \"x\"\nowner = \"y\"\nexpires = 2026-12-04\n\
                       [profile.gate]\nstrict = true\n[not-applicable]\nsample = \"none\"\n";
        assert_eq!(errors(service), NONE);
        let checklist = "[checklist]\nname = \"a\"\n[[step]]\nid = \"b\"\nkind = \"sample\"\ntext = \"x\"\nlock = \"l\"\nx-note = 1\n";
        assert_eq!(errors(checklist), NONE);
    }

    #[test]
    fn a_misspelt_key_and_a_wrong_type_do_not_fit() {
        let step = |line: &str| errors(&format!("[[step]]\nid = \"b\"\nkind = \"sample\"\n{line}\n")).len();
        assert_eq!(step("text = \"x\""), 0);
        assert_ne!(step("txt = \"x\""), 0);
        assert_ne!(step("count = \"x\""), 0);
        assert_ne!(step("level = \"extreme\""), 0);
        assert_ne!(errors("[[step]]\nid = \"b\"\nkind = \"sampel\"\n").len(), 0);
        assert_ne!(errors("[servce]\nowner = \"a\"\n").len(), 0);
        assert_ne!(errors("[defaults.sample]\nneeds = []\n").len(), 0);
    }

    #[test]
    fn the_example_of_every_kind_fits() {
        for kind in kind::all() {
            assert_eq!(errors(kind.example), NONE, "{}", kind.name);
        }
    }

    #[test]
    fn what_comes_with_the_program_fits() {
        let shipped = crate::probe::files::Files::new(env!("CARGO_MANIFEST_DIR"));
        let mut files = shipped.inside("checklists", "toml");
        assert!(!files.is_empty());
        files.push("examples/orders/rollsafe.toml".into());
        for file in files {
            assert_eq!(errors(&shipped.read(&file).unwrap()), NONE, "{}", file.display());
        }
    }
}
