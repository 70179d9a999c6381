//! What is asked.

use std::time::Duration;

use reqwest::Url;

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// The method in upper case.
    pub(crate) method: String,
    /// The whole URL.
    pub(crate) url: String,
    /// Headers, in order, names as they are to be sent.
    pub(crate) headers: Vec<(String, String)>,
    /// The body.
    pub(crate) body: Vec<u8>,
    /// How many redirects are followed on the same host; 0 by default.
    pub(crate) redirects: u8,
    /// How many bytes of the decoded body are kept at most.
    pub(crate) max_body: usize,
    /// How long the connection may take.
    pub(crate) connect_timeout: Duration,
    /// How long the whole exchange may take.
    pub(crate) timeout: Duration,
}

impl Request {
    /// A request without headers and body, with the usual limits: 5 s to connect, 10 s in all, 1 MiB of body.
    pub(crate) fn new(method: &str, url: impl Into<String>) -> Self {
        Self {
            method: method.to_owned(),
            url: url.into(),
            headers: Vec::new(),
            body: Vec::new(),
            redirects: 0,
            max_body: 1 << 20,
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(10),
        }
    }

    /// The same request with one more header.
    #[must_use]
    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The same request with more parameters in its query, encoded.
    #[must_use]
    pub(crate) fn query(mut self, pairs: &[(String, String)]) -> Self {
        if pairs.is_empty() {
            return self;
        }
        let (rest, fragment) = self.url.split_once('#').unwrap_or((&self.url, ""));
        let join = if rest.contains('?') { '&' } else { '?' };
        let fragment = if fragment.is_empty() { String::new() } else { format!("#{fragment}") };
        self.url = format!("{rest}{join}{}{fragment}", form(pairs));
        self
    }
}

/// Pairs as a form sends them (`application/x-www-form-urlencoded`, WHATWG URL standard, section 5).
pub(crate) fn form(pairs: &[(String, String)]) -> String {
    let mut url = Url::parse("http://form/").expect("the constant is a URL");
    url.query_pairs_mut().extend_pairs(pairs);
    url.query().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn parameters_are_encoded_and_put_behind_those_that_are_there() {
        let url = |text: &str| Request::new("GET", text).query(&[pair("a b", "1&2"), pair("c", "ü")]).url;
        assert_eq!(url("http://host/x"), "http://host/x?a+b=1%262&c=%C3%BC");
        assert_eq!(url("http://host/x?q=1#end"), "http://host/x?q=1&a+b=1%262&c=%C3%BC#end");
    }

    #[test]
    fn no_parameters_leave_the_url_alone() {
        assert_eq!(Request::new("GET", "http://host/x").query(&[]).url, "http://host/x");
        assert_eq!(form(&[]), "");
    }
}
