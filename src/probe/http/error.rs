//! Why there was no answer, told from the whole chain of causes: the top of the chain says nothing.

use std::error::Error;
use std::io;
use std::time::Duration;

use reqwest::Url;

use crate::model::{CUT, Elapsed, excerpt};

use super::connection::{ConnectTimedOut, LookupFailed};

/// Why there was no answer. No URL in here shows a user, a password or a query.
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
    /// There is an address and no way to it.
    #[error("no connection to {url}: {message}")]
    Connect {
        /// The URL.
        url: String,
        /// The whole chain of causes.
        message: String,
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

impl HttpError {
    /// The cause of an error of the client.
    pub(super) fn of_client(error: reqwest::Error, url: &Url) -> Self {
        let error = error.without_url();
        let message = chain(&error);
        let connecting = error.is_connect();
        causes(&error).into_iter().find_map(|cause| Self::of_cause(cause, url, &message)).unwrap_or_else(|| {
            let url = shown(url);
            match connecting {
                _ if error.is_builder() => Self::Invalid { message },
                true if url.starts_with("https:") => Self::Tls { url, message },
                true => Self::Connect { url, message },
                false => Self::Broken { url, message },
            }
        })
    }

    /// What one cause in the chain says for sure.
    fn of_cause(cause: &(dyn Error + 'static), url: &Url, message: &str) -> Option<Self> {
        let url = shown(url);
        if let Some(timed_out) = cause.downcast_ref::<ConnectTimedOut>() {
            return Some(Self::Timeout { url, after: timed_out.after });
        }
        if cause.is::<LookupFailed>() {
            return Some(Self::Lookup { url });
        }
        if cause.is::<rustls::Error>() {
            return Some(Self::Tls { url, message: message.to_owned() });
        }
        match cause.downcast_ref::<io::Error>()?.kind() {
            io::ErrorKind::ConnectionRefused => Some(Self::Refused { url }),
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable | io::ErrorKind::TimedOut => {
                Some(Self::Connect { url, message: message.to_owned() })
            }
            _ => None,
        }
    }

    /// An answer that could not be read to its end.
    pub(super) fn broken(url: &Url, error: &io::Error) -> Self {
        Self::Broken { url: shown(url), message: chain(error) }
    }
}

/// All causes from the top down. An input/output error hides the error inside it from `source`, so it is looked
/// into by hand.
fn causes<'error>(top: &'error (dyn Error + 'static)) -> Vec<&'error (dyn Error + 'static)> {
    let mut found = Vec::new();
    let mut next = Some(top);
    while let Some(cause) = next {
        found.push(cause);
        let inner = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match inner {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => cause.source(),
        };
    }
    found
}

/// The texts of all causes on one line, each once.
fn chain(top: &(dyn Error + 'static)) -> String {
    let mut texts: Vec<String> = Vec::new();
    for cause in causes(top) {
        let text = excerpt(&cause.to_string(), 300);
        if !texts.iter().any(|before| before.contains(&text)) {
            texts.push(text);
        }
    }
    texts.join(": ")
}

/// A URL as it may be shown: no user, no password, and a query only as a mark.
pub(super) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    let query = if url.query().is_some() { format!("?{CUT}") } else { String::new() };
    url.set_query(None);
    url.set_fragment(None);
    format!("{}{query}", without_user(url))
}

/// A URL without user and password.
pub(super) fn without_user(mut url: Url) -> Url {
    // Both fail only for URLs that cannot hold a user, and then there is nothing to take away.
    let cleared = url.set_username("").and_then(|()| url.set_password(None));
    debug_assert!(cleared.is_ok() || !url.has_authority(), "an address that can hold a user can lose it");
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shown_url_has_no_user_and_no_query() {
        let url = Url::parse("http://dana:secret@host:1/path?token=abc#part").unwrap();
        assert_eq!(shown(&url), "http://host:1/path?…");
        assert_eq!(shown(&Url::parse("http://host/").unwrap()), "http://host/");
    }

    #[test]
    fn a_cause_inside_an_input_output_error_is_seen() {
        let inner = rustls::Error::General("no".to_owned());
        let error = io::Error::other(inner);
        assert!(causes(&error).iter().any(|cause| cause.is::<rustls::Error>()));
    }

    #[test]
    fn a_chain_is_one_line_and_tells_each_text_once() {
        let error = io::Error::other(io::Error::other("two\nlines"));
        assert_eq!(chain(&error), "two lines");
    }
}
