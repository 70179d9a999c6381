//! Typed assertions on a response, shared by every kind that asks a running service.
//!
//! Rules: nothing is converted; a missing value and a value of another type are failures with what was expected and
//! what was seen; a path that leads to several values must hold for all of them; a body that was cut at its cap proves
//! nothing about what is not in it. Paths and patterns are read when the checklist is loaded.

mod holds;
mod json;
mod json_rules;
mod pattern;
mod rule;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::kind::check::OneOrMany;
use crate::kind::check::names::Names;
use crate::model::{Elapsed, Length, excerpt};
use crate::probe::http::Response;

pub(crate) use holds::Unmet;
pub(crate) use json::{Json, JsonPath, Node, named, shown};
pub(crate) use json_rules::JsonRules;
pub(crate) use pattern::Pattern;
pub(crate) use rule::Rule;

/// What a response must be like. Everything that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Expect {
    /// The status code, or a list of codes that are all fine.
    pub(crate) status: Option<OneOrMany<u16>>,
    /// Rules on the JSON body: a path (RFC 9535) to a value or to a table of operators, such as
    /// `{ "$.qty" = 1, "$.items" = { length = 3 } }`.
    #[serde(default)]
    pub(crate) json: JsonRules,
    /// Rules on headers, by name: a text, or a table of operators. A repeated header must hold each time.
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, Rule>,
    /// A text that the body contains, or a list of texts that it contains all of.
    pub(crate) body_contains: Option<OneOrMany<String>>,
    /// A text that the body does not contain, or a list of texts that it contains none of.
    pub(crate) body_not_contains: Option<OneOrMany<String>>,
    /// A regular expression that is found in the body, or a list of which all are found.
    pub(crate) body_matches: Option<OneOrMany<Pattern>>,
    /// The longest time until the whole answer is there, such as `"500ms"`.
    pub(crate) max_latency: Option<Length>,
}

impl Expect {
    /// Only a status.
    pub(crate) fn status(status: OneOrMany<u16>) -> Self {
        Self { status: Some(status), ..Self::default() }
    }

    /// Whether nothing is asserted.
    pub(crate) fn is_empty(&self) -> bool {
        self.words().is_empty()
    }

    /// The assertions in words.
    pub(crate) fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        words.extend(self.status.as_ref().map(|status| format!("status {}", any_of(&status.0))));
        words.extend(self.json.words());
        words.extend(self.headers.iter().map(|(name, rule)| format!("header `{name}` {rule}")));
        words.extend(texts(self.body_contains.as_ref()).map(|text| format!("the body contains {text:?}")));
        words
            .extend(texts(self.body_not_contains.as_ref()).map(|text| format!("the body does not contain {text:?}")));
        words.extend(texts(self.body_matches.as_ref()).map(|pattern| format!("the body matches `{pattern}`")));
        words.extend(self.max_latency.map(|limit| format!("an answer within {limit}")));
        words
    }

    /// What is wrong with the assertions, each as a sentence with what to write instead.
    pub(crate) fn mistakes(&self) -> Vec<(String, String)> {
        let mut mistakes = Vec::new();
        for code in texts(self.status.as_ref()).filter(|code| !(100..600).contains(*code)) {
            mistakes.push((format!("{code} is not a status code"), "write a code from 100 to 599".to_owned()));
        }
        for (name, rule) in self.headers.iter().filter(|(_, rule)| !rule.fits_text()) {
            let message = format!("the header `{name}` is a text, so this can never hold: {rule}");
            mistakes.push((message, "put the value in quotes, or use `matches`".to_owned()));
        }
        let mut bodies = texts(self.body_contains.as_ref()).chain(texts(self.body_not_contains.as_ref()));
        if bodies.any(String::is_empty) {
            mistakes.push(("every body contains the empty text".to_owned(), "write the text to look for".to_owned()));
        }
        mistakes
    }

    /// The assertions with names filled in.
    pub(crate) fn filled(&self, names: &Names) -> Self {
        let fill = |texts: &OneOrMany<String>| OneOrMany(texts.0.iter().map(|text| names.fill(text)).collect());
        let fill_patterns =
            |all: &OneOrMany<Pattern>| OneOrMany(all.0.iter().map(|pattern| pattern.filled(names)).collect());
        Self {
            status: self.status.clone(),
            json: self.json.filled(names),
            headers: self.headers.iter().map(|(name, rule)| (name.clone(), rule.filled(names))).collect(),
            body_contains: self.body_contains.as_ref().map(fill),
            body_not_contains: self.body_not_contains.as_ref().map(fill),
            body_matches: self.body_matches.as_ref().map(fill_patterns),
            max_latency: self.max_latency,
        }
    }

    /// Everything that is not as it should be, the status first.
    pub(crate) fn unmet(&self, response: &Response) -> Vec<Unmet> {
        let mut unmet = Vec::new();
        unmet.extend(self.unmet_status(response));
        unmet.extend(self.unmet_json(response));
        unmet.extend(self.unmet_headers(response));
        unmet.extend(self.unmet_body(response));
        unmet.extend(self.unmet_latency(response));
        unmet
    }

    fn unmet_status(&self, response: &Response) -> Option<Unmet> {
        let wanted = &self.status.as_ref()?.0;
        let met = wanted.contains(&response.status);
        (!met).then(|| Unmet::new("status", format!("status {}", any_of(wanted)), told_status(response)))
    }

    fn unmet_json(&self, response: &Response) -> Vec<Unmet> {
        if self.json.is_empty() {
            return Vec::new();
        }
        match json_body(response) {
            Ok(document) => self.json.unmet(&document),
            Err(observed) => vec![Unmet::new("body", "a JSON body", observed)],
        }
    }

    fn unmet_headers(&self, response: &Response) -> Vec<Unmet> {
        let unmet = self.headers.iter().filter_map(|(name, rule)| {
            let values: Vec<_> = response
                .header_values(&name.to_ascii_lowercase())
                .map(|value| Value::String(value.to_owned()))
                .collect();
            let node = |value| Node { location: name.clone(), value };
            rule.unmet(&format!("header {name}"), &values.iter().map(node).collect::<Vec<_>>())
        });
        unmet.collect()
    }

    fn unmet_body(&self, response: &Response) -> Vec<Unmet> {
        let body = response.text();
        let whole = || told_body(response);
        let mut unmet = Vec::new();
        for part in texts(self.body_contains.as_ref()).filter(|part| !body.contains(part.as_str())) {
            unmet.push(Unmet::new("body", format!("a body that contains {part:?}"), whole()));
        }
        for part in
            texts(self.body_not_contains.as_ref()).filter(|part| body.contains(part.as_str()) || response.truncated)
        {
            unmet.push(Unmet::new("body", format!("a body that does not contain {part:?}"), whole()));
        }
        for pattern in texts(self.body_matches.as_ref()) {
            let found = pattern.is_in(&body);
            if found != Ok(true) || response.truncated {
                let observed = found.err().unwrap_or_else(whole);
                unmet.push(Unmet::new("body", format!("a body that matches `{pattern}`"), observed));
            }
        }
        unmet
    }

    fn unmet_latency(&self, response: &Response) -> Option<Unmet> {
        let limit = self.max_latency?;
        let total = response.phases.total;
        let expected = format!("an answer within {limit}");
        (total > Elapsed::from(limit.0)).then(|| Unmet::new("time", expected, format!("an answer after {total}")))
    }
}

/// The JSON in a body.
///
/// # Errors
/// What the body is instead.
pub(crate) fn json_body(response: &Response) -> Result<Value, String> {
    if response.truncated {
        return Err(told_body(response));
    }
    serde_json::from_slice(&response.body).map_err(|error| format!("{}: {error}", told_body(response)))
}

/// A status and where it leads, for a message.
pub(crate) fn told_status(response: &Response) -> String {
    match response.header("location") {
        Some(location) => format!("status {} to {}", response.status, excerpt(location, 200)),
        None => format!("status {} with {}", response.status, told_body(response)),
    }
}

/// A body, for a message.
pub(crate) fn told_body(response: &Response) -> String {
    let text = response.text();
    let what =
        response.media_type().map_or_else(|| "a body".to_owned(), |media| format!("{} body", with_article(&media)));
    let cut = if response.truncated { ", cut at its cap," } else { "" };
    match text.trim() {
        "" => "an empty body".to_owned(),
        text => format!("{what}{cut} that says {:?}", excerpt(text, 200)),
    }
}

fn with_article(media: &str) -> String {
    let article = if media.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {media}")
}

fn texts<T>(setting: Option<&OneOrMany<T>>) -> impl Iterator<Item = &T> {
    setting.into_iter().flat_map(|setting| &setting.0)
}

fn any_of(codes: &[u16]) -> String {
    codes.iter().map(u16::to_string).collect::<Vec<_>>().join(" or ")
}

#[cfg(test)]
mod tests;
