//! One request on the wire, and the one that follows it after a redirect.
//!
//! A redirect is followed on the same host only: an answer of another host says nothing about the service. Where the
//! scheme or the port changes, what proves who is asking (`authorization`, `cookie`) stays behind.

use reqwest::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};

use super::error::HttpError;
use super::{Request, Response};

/// One request on the wire.
#[derive(Clone, Debug)]
pub(super) struct Hop {
    /// Where it goes.
    pub(super) url: Url,
    /// Its method.
    pub(super) method: Method,
    /// Its headers.
    pub(super) headers: HeaderMap,
    /// Its body.
    pub(super) body: Vec<u8>,
}

impl Hop {
    /// The first request.
    ///
    /// # Errors
    /// When the URL, the method or a header is not valid. No value is told, because it may be a secret.
    pub(super) fn first(request: &Request) -> Result<Self, HttpError> {
        let url = Url::parse(&request.url).map_err(|error| invalid(format!("its URL is not valid ({error})")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(invalid(format!("`{}` is not a scheme for HTTP", url.scheme())));
        }
        let method = Method::from_bytes(request.method.as_bytes())
            .map_err(|_| invalid("its method is not a word".to_owned()))?;
        Ok(Self { url, method, headers: headers_of(request)?, body: request.body.clone() })
    }

    /// The request that an answer sends on to: `None` where it does not redirect, or to another host.
    pub(super) fn next(&self, response: &Response) -> Option<Self> {
        if !matches!(response.status, 301 | 302 | 303 | 307 | 308) {
            return None;
        }
        let url = self.url.join(response.header("location")?).ok()?;
        if url.host_str() != self.url.host_str() || !matches!(url.scheme(), "http" | "https") {
            return None;
        }
        let mut next = self.clone();
        if url.origin() != self.url.origin() {
            next.headers.remove(AUTHORIZATION);
            next.headers.remove(COOKIE);
        }
        next.change_method(response.status);
        next.url = url;
        Some(next)
    }

    /// What every client does (WHATWG Fetch, HTTP-redirect fetch): 303 asks with `GET`, and so do 301 and 302 after
    /// a `POST`. 307 and 308 repeat the request as it was.
    fn change_method(&mut self, status: u16) {
        let is_see_other = status == 303 && self.method != Method::HEAD;
        if is_see_other || (matches!(status, 301 | 302) && self.method == Method::POST) {
            self.method = Method::GET;
            self.body.clear();
            self.headers.remove(CONTENT_TYPE);
            self.headers.remove(CONTENT_LENGTH);
        }
    }
}

fn headers_of(request: &Request) -> Result<HeaderMap, HttpError> {
    let mut headers = HeaderMap::new();
    for (name, value) in &request.headers {
        let key = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| invalid(format!("`{}` is not the name of a header", name.escape_debug())))?;
        let value = HeaderValue::from_str(value)
            .or_else(|_| HeaderValue::from_bytes(value.as_bytes()))
            .map_err(|_| invalid(format!("the value of the header `{name}` cannot be sent")))?;
        headers.append(key, value);
    }
    Ok(headers)
}

fn invalid(message: String) -> HttpError {
    HttpError::Invalid { message }
}
