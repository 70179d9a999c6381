//! Every setting of a schema as a row of words: name, sort of value, whether it must be there, meaning.

use serde_json::{Map, Value};

/// One setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// The key; inner ones with those around them: `expect.status`.
    pub(super) name: String,
    /// The sort of value, with its unit.
    pub(super) sort: String,
    /// Whether it must be there.
    pub(super) presence: Presence,
    /// What it means.
    pub(super) description: String,
}

/// Whether a setting must be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    /// It must.
    Required,
    /// It need not; what holds without it stands in its description.
    Optional,
    /// It need not, and this holds without it.
    Default(String),
}

impl Presence {
    /// As it stands behind the sort of value.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Required => ", required".to_owned(),
            Self::Optional => String::new(),
            Self::Default(value) => format!(", default {value}"),
        }
    }
}

/// How many tables inside each other are shown key by key.
const DEPTH: usize = 3;

/// Every setting of a schema, required ones first, inner ones behind the one that they stand in.
pub(super) fn rows(schema: &Value, definitions: &Map<String, Value>) -> Vec<Row> {
    let mut rows = Vec::new();
    Writing { definitions, rows: &mut rows }.table(schema, "", DEPTH);
    rows
}

/// Writes rows while walking a schema.
struct Writing<'s, 'r> {
    definitions: &'s Map<String, Value>,
    rows: &'r mut Vec<Row>,
}

impl<'s> Writing<'s, '_> {
    fn table(&mut self, schema: &'s Value, prefix: &str, depth: usize) {
        let Some(fields) = schema.get("properties").and_then(Value::as_object) else { return };
        let required = |name: &str| {
            let names = schema.get("required").and_then(Value::as_array);
            names.is_some_and(|names| names.iter().any(|one| one == name))
        };
        let mut names: Vec<&String> = fields.keys().collect();
        names.sort_by_key(|name| !required(name));
        for name in names {
            let field = &fields[name.as_str()];
            let full = format!("{prefix}{name}");
            self.rows.push(Row {
                name: full.clone(),
                sort: self.sort(field),
                presence: presence(field, required(name)),
                description: self.description(field),
            });
            if depth > 1 {
                self.inner(field, &full, depth - 1);
            }
        }
    }

    /// The keys of a table, or of the tables in a list, that is the value of a setting.
    fn inner(&mut self, field: &'s Value, name: &str, depth: usize) {
        let meant = self.meant(field);
        if meant.get("properties").is_some() {
            self.table(meant, &format!("{name}."), depth);
        } else if let Some(items) = meant.get("items") {
            self.table(self.meant(items), &format!("{name}[]."), depth);
        }
    }

    fn description(&self, field: &'s Value) -> String {
        let own = field.get("description").and_then(Value::as_str);
        own.or_else(|| self.meant(field).get("description")?.as_str()).unwrap_or_default().to_owned()
    }

    /// The schema behind references and behind what only says that a value may be left out.
    fn meant(&self, schema: &'s Value) -> &'s Value {
        let referred = schema.get("$ref").and_then(Value::as_str).and_then(|name| name.rsplit('/').next());
        if let Some(inner) = referred.and_then(|name| self.definitions.get(name)) {
            return self.meant(inner);
        }
        match offered(schema).as_slice() {
            [only] => self.meant(only),
            _ => schema,
        }
    }

    fn sort(&self, schema: &'s Value) -> String {
        if refers_to_command(schema) {
            return "command".to_owned();
        }
        let schema = self.meant(schema);
        let words = words_of(schema);
        if !words.is_empty() {
            return format!("one of {}", words.join(", "));
        }
        match offered(schema).as_slice() {
            [] => self.plain_sort(schema),
            several => {
                let sorts: Vec<String> = several.iter().map(|one| self.sort(one)).collect();
                one_or_many(&sorts).unwrap_or_else(|| sorts.join(" or "))
            }
        }
    }

    fn plain_sort(&self, schema: &'s Value) -> String {
        let format = schema.get("format").and_then(Value::as_str);
        let sort = schema.get("type").and_then(|sort| match sort {
            Value::Array(sorts) => sorts.iter().filter_map(Value::as_str).find(|sort| *sort != "null"),
            other => other.as_str(),
        });
        match (sort, format) {
            (Some("string"), Some("duration-with-unit")) => "length of time, such as \"30s\"".to_owned(),
            (Some("string"), Some("size-with-unit")) => "size, such as \"10MiB\"".to_owned(),
            (Some("string"), Some("percentage")) => "share, such as \"25%\"".to_owned(),
            (Some("string"), Some("date")) => "date, such as 2026-12-04".to_owned(),
            (Some("string"), _) => "text".to_owned(),
            (Some("integer"), _) => "whole number".to_owned(),
            (Some("number"), _) => "number".to_owned(),
            (Some("boolean"), _) => "true or false".to_owned(),
            (Some("array"), _) => format!("list of {}", self.items(schema)),
            (Some("object"), _) => self.table_sort(schema),
            _ => "any value".to_owned(),
        }
    }

    fn items(&self, schema: &'s Value) -> String {
        let sort = schema.get("items").map_or_else(|| "any value".to_owned(), |items| self.sort(items));
        match sort.as_str() {
            "text" => "texts".to_owned(),
            "table" => "tables".to_owned(),
            "whole number" => "whole numbers".to_owned(),
            _ => sort,
        }
    }

    fn table_sort(&self, schema: &'s Value) -> String {
        match schema.get("additionalProperties") {
            Some(each @ Value::Object(_)) => format!("table of names, each with {}", self.sort(each)),
            Some(_) | None => "table".to_owned(),
        }
    }
}

/// The words for one value or a list of them.
fn one_or_many(sorts: &[String]) -> Option<String> {
    let [one, list] = sorts else { return None };
    let many = list.strip_prefix("list of ")?;
    (many.trim_end_matches('s') == one.trim_end_matches('s')).then(|| format!("{one}, or a list of them"))
}

/// Whether a schema is that of a command.
fn refers_to_command(schema: &Value) -> bool {
    let name = schema.get("$ref").and_then(Value::as_str);
    name.is_some_and(|name| name.ends_with("/CommandLine"))
        || matches!(offered(schema).as_slice(), [only] if refers_to_command(only))
}

/// What a schema offers besides nothing at all.
fn offered(schema: &Value) -> Vec<&Value> {
    let offered = ["anyOf", "oneOf", "allOf"].iter().filter_map(|key| schema.get(key)?.as_array()).flatten();
    offered.filter(|one| one.get("type").is_none_or(|sort| sort != "null")).collect()
}

/// The words that a value may be, where the schema lists them.
fn words_of(schema: &Value) -> Vec<String> {
    let listed = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
    let told = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten().filter_map(|one| one.get("const"));
    let words = listed.chain(told).filter(|word| !word.is_null());
    words.map(|word| word.to_string().trim_matches('"').to_owned()).map(|word| format!("`{word}`")).collect()
}

fn presence(field: &Value, required: bool) -> Presence {
    match field.get("default") {
        _ if required => Presence::Required,
        Some(value) if !value.is_null() => Presence::Default(value.to_string()),
        Some(_) | None => Presence::Optional,
    }
}
