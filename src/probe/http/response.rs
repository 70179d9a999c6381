//! What was answered.

use std::net::SocketAddr;

use crate::model::Elapsed;

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    /// The URL that answered, after redirects, without user and password.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "facts of every answer, for kinds that judge redirects and versions")
    )]
    pub(crate) url: String,
    /// The status code.
    pub(crate) status: u16,
    /// The protocol version, such as `HTTP/1.1`.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "facts of every answer, for kinds that judge redirects and versions")
    )]
    pub(crate) version: String,
    /// The headers as they came, names in lower case, repeated ones one by one.
    pub(crate) headers: Vec<(String, String)>,
    /// The decoded body, up to the cap. A coding other than `gzip`, `deflate` and `br` is left as it came.
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

    /// Every value of a header, in order; the name in lower case.
    pub(crate) fn header_values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The media type without its parameters, in lower case, such as `application/json`.
    pub(crate) fn media_type(&self) -> Option<String> {
        let value = self.header("content-type")?;
        Some(value.split(';').next().unwrap_or(value).trim().to_ascii_lowercase())
    }

    /// The body as text; bytes that are not UTF-8 become the replacement character.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Where the time of an exchange went. On a reused connection only the last two are there. After redirects, the
/// first two belong to the last request, and the last two count from the beginning of the first.
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
