//! Finding a place of a table by its bytes, and taking things out of it or putting them in.

use std::fmt::Write;

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

/// One step down into a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Into the value of a key.
    Key(String),
    /// Into an item of an array.
    Index(usize),
}

/// The way to a value, as it is shown to people: `expect.headers[0]`.
pub(super) fn shown(path: &[Part]) -> String {
    let mut text = String::new();
    for part in path {
        match part {
            Part::Key(key) if text.is_empty() => text.push_str(key),
            Part::Key(key) => {
                text.push('.');
                text.push_str(key);
            }
            Part::Index(index) => drop(write!(text, "[{index}]")),
        }
    }
    text
}

/// The way to the key or value that stands exactly at a range of bytes, or to the innermost one around it.
pub(super) fn find(table: &DeTable<'_>, span: &Range<usize>) -> Option<Vec<Part>> {
    let exact = |candidate: Range<usize>| candidate == *span;
    let around = |candidate: Range<usize>| candidate.start <= span.start && span.end <= candidate.end;
    in_table(table, &exact).or_else(|| in_table(table, &around))
}

fn in_table(table: &DeTable<'_>, matches: &dyn Fn(Range<usize>) -> bool) -> Option<Vec<Part>> {
    table.iter().find_map(|(key, value)| {
        let inner = in_value(value, matches).or_else(|| matches(key.span()).then(Vec::new))?;
        Some(with_head(Part::Key(key.get_ref().to_string()), inner))
    })
}

fn in_value(value: &Spanned<DeValue<'_>>, matches: &dyn Fn(Range<usize>) -> bool) -> Option<Vec<Part>> {
    let inner = match value.get_ref() {
        DeValue::Table(table) => in_table(table, matches),
        DeValue::Array(array) => array
            .iter()
            .enumerate()
            .find_map(|(index, item)| in_value(item, matches).map(|inner| with_head(Part::Index(index), inner))),
        DeValue::String(_) | DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {
            None
        }
    };
    inner.or_else(|| matches(value.span()).then(Vec::new))
}

fn with_head(head: Part, mut tail: Vec<Part>) -> Vec<Part> {
    tail.insert(0, head);
    tail
}

/// The value at a path.
pub(super) fn get<'t, 'i>(table: &'t DeTable<'i>, path: &[Part]) -> Option<&'t Spanned<DeValue<'i>>> {
    let (Part::Key(first), rest) = path.split_first()? else { return None };
    rest.iter().try_fold(table.get(first.as_str())?, |value, part| match (part, value.get_ref()) {
        (Part::Key(key), DeValue::Table(table)) => table.get(key.as_str()),
        (Part::Index(index), DeValue::Array(array)) => array.get(*index),
        _ => None,
    })
}

/// Takes the value at a path out. Says whether there was one.
pub(super) fn remove(table: &mut DeTable<'_>, path: &[Part]) -> bool {
    match path {
        [] | [Part::Index(_), ..] => false,
        [Part::Key(key)] => table.remove(key.as_str()).is_some(),
        [Part::Key(key), rest @ ..] => table.get_mut(key.as_str()).is_some_and(|value| remove_in(value, rest)),
    }
}

fn remove_in(value: &mut Spanned<DeValue<'_>>, path: &[Part]) -> bool {
    match (value.get_mut(), path) {
        (DeValue::Table(table), path) => remove(table, path),
        (DeValue::Array(array), [Part::Index(index)]) if *index < array.len() => {
            let items = std::mem::replace(array, DeArray::new()).into_iter().enumerate();
            *array = items.filter(|(at, _)| at != index).map(|(_, item)| item).collect();
            true
        }
        (DeValue::Array(array), [Part::Index(index), rest @ ..]) => {
            array.get_mut(*index).is_some_and(|item| remove_in(item, rest))
        }
        _ => false,
    }
}

/// Puts a value at a path whose container exists.
pub(super) fn put<'i>(table: &mut DeTable<'i>, path: &[Part], value: Spanned<DeValue<'i>>) -> bool {
    match path {
        [] | [Part::Index(_), ..] => false,
        [Part::Key(key)] => {
            table.remove(key.as_str());
            table.insert(Spanned::new(value.span(), key.clone().into()), value);
            true
        }
        [Part::Key(key), rest @ ..] => table.get_mut(key.as_str()).is_some_and(|inner| put_in(inner, rest, value)),
    }
}

fn put_in<'i>(container: &mut Spanned<DeValue<'i>>, path: &[Part], value: Spanned<DeValue<'i>>) -> bool {
    match (container.get_mut(), path) {
        (DeValue::Table(table), path) => put(table, path, value),
        (DeValue::Array(array), [Part::Index(index), rest @ ..]) => match (array.get_mut(*index), rest) {
            (Some(item), []) => {
                *item = value;
                true
            }
            (Some(item), rest) => put_in(item, rest, value),
            (None, _) => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a = 1\nb = { c = [\"x\", { d = 2 }] }\ne.f = 3\n";

    fn table() -> DeTable<'static> {
        DeTable::parse(TEXT).unwrap().into_inner()
    }

    fn span_of(part: &str) -> Range<usize> {
        let start = TEXT.find(part).unwrap();
        start..start + part.len()
    }

    #[test]
    fn a_place_is_found_by_its_bytes() {
        let way = |part| shown(&find(&table(), &span_of(part)).unwrap());
        assert_eq!(way("1"), "a");
        assert_eq!(way("\"x\""), "b.c[0]");
        assert_eq!(way("2"), "b.c[1].d");
        assert_eq!(way("f"), "e.f");
        assert_eq!(way("{ d = 2 }"), "b.c[1]");
    }

    #[test]
    fn a_value_is_taken_out_wherever_it_stands() {
        let mut table = table();
        let first = find(&table, &span_of("\"x\"")).unwrap();
        assert!(remove(&mut table, &first));
        assert!(find(&table, &span_of("\"x\"")).is_none_or(|path| path.len() < 3));
        let inner = find(&table, &span_of("2")).unwrap();
        assert_eq!(shown(&inner), "b.c[0].d");
        assert!(remove(&mut table, &inner));
        assert!(!remove(&mut table, &[Part::Key("zz".to_owned())]));
    }

    #[test]
    fn a_value_is_put_beside_or_over_others() {
        let mut table = table();
        let value = || Spanned::new(0..0, DeValue::Boolean(true));
        let path = find(&table, &span_of("2")).unwrap();
        assert!(put(&mut table, &path, value()));
        assert!(put(&mut table, &[Part::Key("b".to_owned()), Part::Key("new".to_owned())], value()));
        assert_eq!(get(&table, &path).and_then(|value| value.get_ref().as_bool()), Some(true));
    }
}
