//! What is wrong with a request by itself, beyond what its types can tell.

use std::collections::BTreeMap;

use crate::kind::check::names::sole_name;

use super::{RequestSettings, has_header};

/// What is wrong, and what to write instead.
type Mistake = (String, String);

impl RequestSettings {
    /// What is wrong with the request by itself, each as a sentence with what to write instead.
    pub(crate) fn mistakes(&self) -> Vec<Mistake> {
        let told = self.told();
        let mut mistakes = self.expect.mistakes();
        mistakes.extend(self.place_mistake());
        mistakes.extend(self.method_mistake());
        mistakes.extend(self.body_mistake());
        mistakes.extend(self.authorization_mistake());
        mistakes.extend(self.parameter_mistake());
        mistakes.extend(self.capture_mistakes());
        mistakes.into_iter().map(|(message, help)| (format!("{told}: {message}"), help)).collect()
    }

    fn capture_mistakes(&self) -> impl Iterator<Item = Mistake> {
        let wrong = self.capture.keys().filter(|name| !is_local_name(name));
        wrong.map(|name| (format!("`{name}` cannot be a name"), "use letters, digits, `-` and `_`".to_owned()))
    }

    fn method_mistake(&self) -> Option<Mistake> {
        let is_method = !self.method.is_empty() && self.method.bytes().all(|byte| byte.is_ascii_uppercase());
        let help = "write the method in upper case, such as \"GET\" or \"POST\"";
        (!is_method).then(|| (format!("`{}` is not a method", self.method), help.to_owned()))
    }

    fn body_mistake(&self) -> Option<Mistake> {
        let bodies = [self.json.is_some(), self.form.is_some(), self.body.is_some()];
        several(bodies, "the request has more than one body", "keep one of `json`, `form` and `body`")
    }

    fn authorization_mistake(&self) -> Option<Mistake> {
        let given = [self.bearer.is_some(), self.basic.is_some(), has_header(&self.headers, "authorization")];
        let help = "keep one of `bearer`, `basic` and the header `authorization`";
        several(given, "the request says twice who is asking", help)
    }

    fn parameter_mistake(&self) -> Option<Mistake> {
        let mut fields = self.query.values().chain(self.form.iter().flat_map(BTreeMap::values));
        let wrong = fields.any(|field| field.0.is_array() || field.0.is_object());
        let help = "write parameters as texts, numbers, true or false";
        wrong.then(|| ("a parameter is a list or a table".to_owned(), help.to_owned()))
    }

    fn place_mistake(&self) -> Option<(String, String)> {
        let (message, help) = match (&self.path, &self.url) {
            (Some(path), None) if path.starts_with('/') || path.starts_with("{{") => return None,
            (Some(path), None) => {
                (format!("the path `{path}` does not begin with a slash"), "write it behind the `url` of the target")
            }
            (None, Some(url))
                if url.starts_with("http://") || url.starts_with("https://") || url.starts_with("{{") =>
            {
                return None;
            }
            (None, Some(_)) => ("the `url` is not a whole URL".to_owned(), "begin it with https:// or http://"),
            (Some(_), Some(_)) => {
                ("the request has a `path` and a `url`".to_owned(), "keep `path` for the target, `url` for others")
            }
            (None, None) => ("the request goes nowhere".to_owned(), "add `path = \"/...\"`"),
        };
        Some((message, help.to_owned()))
    }
}

fn several(given: [bool; 3], message: &str, help: &str) -> Option<Mistake> {
    let count = given.into_iter().filter(|given| *given).count();
    (count > 1).then(|| (message.to_owned(), help.to_owned()))
}

/// Whether a text can stand between braces without a dot.
fn is_local_name(name: &str) -> bool {
    !name.contains('.') && sole_name(&format!("{{{{ {name} }}}}")) == Some(name)
}
