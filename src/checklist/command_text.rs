//! Commands that are written as one text, with names in them.
//!
//! Such a text is split into words before names are filled in, so that a value with a space or a quote in it stays
//! one argument. Which texts are commands is told by the schema of the settings.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use schemars::{Schema, SchemaGenerator};
use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::kind::check::CommandLine;
use crate::model::Template;

/// Where a schema of settings refers to the type of commands.
const COMMAND: &str = "#/$defs/CommandLine";

/// Makes the schema of some settings.
type MakeSchema = fn(&mut SchemaGenerator) -> Schema;

/// Splits commands that are written as one text with names in them.
#[derive(Debug, Default)]
pub(super) struct CommandTexts {
    /// Schemas by name, because making one costs more than reading a step.
    schemas: RefCell<BTreeMap<String, Rc<Written>>>,
}

/// A schema as JSON.
#[derive(Debug)]
struct Written {
    schema: Value,
    definitions: Value,
}

impl CommandTexts {
    /// Splits every such command in a table of settings. `name` tells whose schema it is.
    pub(super) fn split(&self, table: &mut DeTable<'_>, name: &str, make: MakeSchema) {
        let written = self.written(name, make);
        Splitting { definitions: &written.definitions }.table(table, &written.schema);
    }

    fn written(&self, name: &str, make: MakeSchema) -> Rc<Written> {
        let mut schemas = self.schemas.borrow_mut();
        Rc::clone(schemas.entry(name.to_owned()).or_insert_with(|| Rc::new(Written::make(make))))
    }
}

impl Written {
    fn make(make: MakeSchema) -> Self {
        let mut generator = SchemaGenerator::default();
        let schema = make(&mut generator).to_value();
        Self { schema, definitions: Value::Object(generator.take_definitions(true)) }
    }
}

/// Walks a table and its schema side by side.
struct Splitting<'s> {
    definitions: &'s Value,
}

impl<'s> Splitting<'s> {
    fn table(&self, table: &mut DeTable<'_>, schema: &'s Value) {
        for (key, value) in table.iter_mut() {
            let name = key.get_ref().as_ref();
            for schema in self.meanings(schema) {
                let of_key = schema.get("properties").and_then(|fields| fields.get(name));
                if let Some(inner) = of_key.or_else(|| schema.get("additionalProperties")) {
                    self.value(value, inner);
                }
            }
        }
    }

    fn value(&self, value: &mut Spanned<DeValue<'_>>, schema: &'s Value) {
        let span = value.span();
        let split = match value.get_mut() {
            DeValue::String(text) if text.contains("{{") && refers_to_command(schema) => words(text, &span),
            DeValue::Table(table) => {
                self.table(table, schema);
                None
            }
            DeValue::Array(items) => {
                for inner in self.meanings(schema).iter().filter_map(|schema| schema.get("items")) {
                    items.iter_mut().for_each(|item| self.value(item, inner));
                }
                None
            }
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => None,
        };
        if let Some(split) = split {
            *value.get_mut() = split;
        }
    }

    /// A schema, or all those that it offers or refers to.
    fn meanings(&self, schema: &'s Value) -> Vec<&'s Value> {
        let referred = schema.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix("#/$defs/"));
        let referred = referred.and_then(|name| self.definitions.get(name));
        let offered = ["anyOf", "oneOf", "allOf"].iter().filter_map(|key| schema.get(key)?.as_array()).flatten();
        let inner = referred.into_iter().chain(offered).flat_map(|inner| self.meanings(inner));
        std::iter::once(schema).chain(inner).collect()
    }
}

fn refers_to_command(schema: &Value) -> bool {
    let offered = ["anyOf", "oneOf", "allOf"].iter().filter_map(|key| schema.get(key)?.as_array()).flatten();
    schema.get("$ref").is_some_and(|name| name == COMMAND) || offered.into_iter().any(refers_to_command)
}

/// The words of a command; nothing where a quote is not closed, which the reader of commands tells.
fn words<'t>(text: &str, span: &std::ops::Range<usize>) -> Option<DeValue<'t>> {
    let command = CommandLine::split(&tight(text)).ok()?;
    let words = command.argv().iter().map(|word| Spanned::new(span.clone(), DeValue::String(word.clone().into())));
    Some(DeValue::Array(words.collect()))
}

/// A text whose placeholders have no spaces, so that each is part of one word.
fn tight(text: &str) -> String {
    Template(text).fill(|name| Some(format!("{{{{{name}}}}}")))
}

#[cfg(test)]
mod tests {
    use crate::checklist::sandbox::{Sandbox, sample};

    #[test]
    fn a_value_with_a_space_or_a_quote_stays_one_argument() {
        let service = "[variables]\nnote = \"it's done; rm -rf\"\n[target.it]\nenvironment = \"local\"\n\
                       prepare = [\"note '{{ note }}' end\"]\nstart = \"run --note={{ note }} {{ port }}\"\n";
        let sandbox = Sandbox::service(service, &sample("look", "x"));
        let target = sandbox.asked(|request| request.target = Some("it".to_owned())).project().target.unwrap();
        assert_eq!(target.start.unwrap().argv(), ["run", "--note=it's done; rm -rf", "{{ port }}"]);
        assert_eq!(target.prepare[0].argv(), ["note", "it's done; rm -rf", "end"]);
    }

    #[test]
    fn a_command_of_a_step_is_split_before_its_names_are_filled_in() {
        let step = format!("{}command = \"echo {{{{ note }}}}\"\n", sample("look", "x"));
        let step = Sandbox::service("[variables]\nnote = \"a b\"\n", &step).step();
        assert!(format!("{:?}", step.check).contains(r#"CommandLine(["echo", "a b"])"#), "{:?}", step.check);
    }

    #[test]
    fn an_open_quote_is_still_told() {
        let step = format!("{}command = \"echo '{{{{ run }}}}\"\n", sample("look", "x"));
        assert_eq!(Sandbox::steps(&step).codes(), [crate::diagnostic::Code::InvalidValue]);
    }
}
