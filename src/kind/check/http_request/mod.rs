//! A request as a checklist writes it, shared by every kind that sends requests of its own.

mod mistakes;

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::kind::check::Context;
use crate::kind::check::expect::{Expect, Json, JsonPath, named, shown};
use crate::kind::check::names::{Names, scalar_text};
use crate::kind::check::send_request::is_safe;
use crate::model::{Length, Problem};
use crate::probe::http::{Request, form};

/// A request, what its answer must be like, and what is taken from the answer.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct RequestSettings {
    /// A short name for reports, such as `create`.
    pub(crate) name: Option<String>,
    /// The method, in upper case.
    #[serde(default = "default_method")]
    pub(crate) method: String,
    /// The path behind the `url` of the target, beginning with a slash.
    pub(crate) path: Option<String>,
    /// A whole URL, for an address that is not the target.
    pub(crate) url: Option<String>,
    /// Headers by name.
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    /// Parameters for the query by name: texts, numbers, true or false. They are encoded.
    #[serde(default)]
    pub(crate) query: BTreeMap<String, Json>,
    /// A JSON body. A text in it that is exactly one captured name keeps the type of the captured value.
    pub(crate) json: Option<Json>,
    /// A form as body: texts, numbers, true or false by name.
    pub(crate) form: Option<BTreeMap<String, Json>>,
    /// A body as it is.
    pub(crate) body: Option<String>,
    /// A token, sent as `authorization: Bearer`.
    pub(crate) bearer: Option<String>,
    /// A user and a password, sent as basic authentication.
    pub(crate) basic: Option<Basic>,
    /// What the answer must be like.
    #[serde(default)]
    pub(crate) expect: Expect,
    /// Values to take from the JSON answer: name to path. Later requests write them as `{{ name }}`, later steps as
    /// `{{ step.name }}`.
    #[serde(default)]
    pub(crate) capture: BTreeMap<String, JsonPath>,
    /// How many redirects are followed, on the same host only.
    #[serde(default)]
    pub(crate) redirects: u8,
    /// How long the whole exchange may take.
    #[serde(default = "default_timeout")]
    pub(crate) timeout: Length,
}

/// A user and a password.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Basic {
    /// The user.
    pub(crate) user: String,
    /// The password.
    pub(crate) password: String,
}

fn default_method() -> String {
    "GET".to_owned()
}

fn default_timeout() -> Length {
    Length(std::time::Duration::from_secs(10))
}

impl RequestSettings {
    /// The request in a message: its name if it has one, and its method and path.
    pub(crate) fn told(&self) -> String {
        let line = self.line();
        self.name.as_ref().map_or_else(|| format!("`{line}`"), |name| format!("`{name}` (`{line}`)"))
    }

    /// Method and path, or URL.
    pub(crate) fn line(&self) -> String {
        let place = self.path.as_deref().or(self.url.as_deref()).unwrap_or_default();
        format!("{} {place}", self.method)
    }

    /// Whether the request only looks.
    pub(crate) fn is_safe(&self) -> bool {
        is_safe(&self.method)
    }

    /// Every name that is filled in when the request is sent and judged.
    pub(crate) fn names(&self) -> BTreeSet<String> {
        Names::asked_by(|names| drop(self.filled(names)))
    }

    /// The same with names filled in.
    pub(crate) fn filled(&self, names: &Names) -> Self {
        let fill = |text: &Option<String>| text.as_ref().map(|text| names.fill(text));
        let fill_all = |all: &BTreeMap<String, Json>| -> BTreeMap<String, Json> {
            all.iter().map(|(name, json)| (name.clone(), Json(names.fill_value(&json.0)))).collect()
        };
        Self {
            name: self.name.clone(),
            method: self.method.clone(),
            path: fill(&self.path),
            url: fill(&self.url),
            headers: self.headers.iter().map(|(name, value)| (name.clone(), names.fill(value))).collect(),
            query: fill_all(&self.query),
            json: self.json.as_ref().map(|json| Json(names.fill_value(&json.0))),
            form: self.form.as_ref().map(fill_all),
            body: fill(&self.body),
            bearer: fill(&self.bearer),
            basic: self
                .basic
                .as_ref()
                .map(|basic| Basic { user: names.fill(&basic.user), password: names.fill(&basic.password) }),
            expect: self.expect.filled(names),
            capture: self.capture.iter().map(|(name, path)| (name.clone(), path.filled(names))).collect(),
            redirects: self.redirects,
            timeout: self.timeout,
        }
    }

    /// The request to send, once names are filled in.
    ///
    /// # Errors
    /// The problem, when the path has no target to stand behind.
    pub(crate) fn request(&self, context: &Context) -> Result<Request, Box<Problem>> {
        let url = match (&self.url, &self.path) {
            (Some(url), _) => url.clone(),
            (None, path) => context.url_of(path.as_deref().unwrap_or("/"))?,
        };
        let mut request = Request::new(&self.method, url).query(&pairs(&self.query));
        request.headers.extend(self.headers.iter().map(|(name, value)| (name.clone(), value.clone())));
        request.headers.extend(self.authorization().map(|value| ("authorization".to_owned(), value)));
        if let Some((media, body)) = self.content() {
            request.body = body;
            if !has_header(&self.headers, "content-type") {
                request.headers.extend(media.map(|media| ("content-type".to_owned(), media.to_owned())));
            }
        }
        request.redirects = self.redirects;
        request.timeout = self.timeout.0;
        Ok(request)
    }

    fn authorization(&self) -> Option<String> {
        let basic = || {
            let Basic { user, password } = self.basic.as_ref()?;
            Some(format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))))
        };
        self.bearer.as_ref().map(|token| format!("Bearer {token}")).or_else(basic)
    }

    /// The body and its media type.
    fn content(&self) -> Option<(Option<&'static str>, Vec<u8>)> {
        let json = self.json.as_ref().map(|json| (Some("application/json"), json.0.to_string().into_bytes()));
        let fields = self.form.as_ref();
        let form = fields.map(|all| (Some("application/x-www-form-urlencoded"), form(&pairs(all)).into_bytes()));
        let body = self.body.as_ref().map(|body| (None, body.clone().into_bytes()));
        json.or(form).or(body)
    }
}

fn pairs(all: &BTreeMap<String, Json>) -> Vec<(String, String)> {
    all.iter().map(|(name, json)| (name.clone(), scalar_text(&json.0))).collect()
}

fn has_header(headers: &BTreeMap<String, String>, wanted: &str) -> bool {
    headers.keys().any(|name| name.eq_ignore_ascii_case(wanted))
}

/// The single value of a path in an answer, if it is a text, a number, or true or false.
///
/// # Errors
/// What is there instead.
pub(crate) fn captured(path: &JsonPath, body: &Value) -> Result<Value, String> {
    let nodes = path.locate(body)?;
    match nodes.as_slice() {
        [] => Err("nothing is there".to_owned()),
        [node] => match node.value {
            Value::String(_) | Value::Number(_) | Value::Bool(_) => Ok(node.value.clone()),
            Value::Null | Value::Array(_) | Value::Object(_) => {
                Err(format!("{} ({} cannot be filled in)", shown(node.value), named(node.value)))
            }
        },
        several => Err(format!("{} values instead of one", several.len())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn settings(text: &str) -> RequestSettings {
        toml::from_str(text).unwrap()
    }

    fn messages(text: &str) -> Vec<String> {
        settings(text).mistakes().into_iter().map(|(message, _)| message).collect()
    }

    #[test]
    fn a_request_says_where_it_goes_and_who_asks_only_once() {
        assert_eq!(messages("path = '/orders'\nbearer = 'x'\njson = {}"), [""; 0]);
        for (text, message) in [
            ("", "`GET `: the request goes nowhere"),
            (
                "name = 'read'\npath = 'orders'",
                "`read` (`GET orders`): the path `orders` does not begin with a slash",
            ),
            ("url = '/x'", "`GET /x`: the `url` is not a whole URL"),
            ("path = '/x'\nurl = 'http://host/x'", "`GET /x`: the request has a `path` and a `url`"),
            ("path = '/x'\nmethod = 'post'", "`post /x`: `post` is not a method"),
            ("path = '/x'\njson = {}\nbody = ''", "`GET /x`: the request has more than one body"),
            (
                "path = '/x'\nbearer = 'a'\nheaders = { Authorization = 'b' }",
                "`GET /x`: the request says twice who is asking",
            ),
            ("path = '/x'\nquery = { a = [1] }", "`GET /x`: a parameter is a list or a table"),
            ("path = '/x'\ncapture = { 'a.b' = '$' }", "`GET /x`: `a.b` cannot be a name"),
            ("path = '/x'\nexpect = { status = 1 }", "`GET /x`: 1 is not a status code"),
        ] {
            assert_eq!(messages(text), [message], "{text}");
        }
    }

    #[test]
    fn every_name_of_a_request_is_known_before_it_is_sent() {
        let text = "path = '/{{ a }}'\nheaders = { x = '{{ b }}' }\nquery = { q = '{{ c }}' }\njson = ['{{ d }}']\n\
                    bearer = '{{ e }}'\nexpect = { json = { '$[?@.x == {{ f }}]' = '{{ g }}' }, body-matches = '{{ h }}' }\n\
                    capture = { k = \"$['{{ i }}']\" }";
        let names: Vec<_> = settings(text).names().into_iter().collect();
        assert_eq!(names, ["a", "b", "c", "d", "e", "f", "g", "h", "i"]);
    }

    #[test]
    fn a_body_is_sent_with_its_media_type_unless_one_is_given() {
        let content = |text: &str| {
            let (media, body) = settings(text).content().unwrap();
            (media, String::from_utf8(body).unwrap())
        };
        assert_eq!(content("json = { qty = 1 }"), (Some("application/json"), "{\"qty\":1}".to_owned()));
        let form = "a=1&b=x+y".to_owned();
        assert_eq!(content("form = { a = 1, b = 'x y' }"), (Some("application/x-www-form-urlencoded"), form));
        assert_eq!(content("body = 'raw'"), (None, "raw".to_owned()));
    }

    #[test]
    fn who_asks_is_said_in_the_form_of_its_scheme() {
        assert_eq!(settings("bearer = 'abc'").authorization().as_deref(), Some("Bearer abc"));
        let basic = settings("basic = { user = 'dana', password = 'x' }");
        assert_eq!(basic.authorization().as_deref(), Some("Basic ZGFuYTp4"));
    }

    #[test]
    fn only_one_scalar_value_is_captured() {
        let body = json!({"id": 7, "name": "a", "ok": false, "none": null, "list": [1, 2]});
        let capture = |path: &str| captured(&JsonPath::parse(path).unwrap(), &body);
        assert_eq!(
            [capture("$.id"), capture("$.name"), capture("$.ok")],
            [Ok(json!(7)), Ok(json!("a")), Ok(json!(false))]
        );
        assert_eq!(capture("$.gone"), Err("nothing is there".to_owned()));
        assert_eq!(capture("$.none"), Err("null (null cannot be filled in)".to_owned()));
        assert_eq!(capture("$.list"), Err("[1,2] (an array cannot be filled in)".to_owned()));
        assert_eq!(capture("$.list[*]"), Err("2 values instead of one".to_owned()));
    }
}
