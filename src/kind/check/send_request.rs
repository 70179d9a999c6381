//! Asking the target for a kind: with the same words for everything that can go wrong before there is an answer to
//! judge.

use std::time::Duration;

use crate::kind::check::{Context, Judgement};
use crate::model::{CUT, Elapsed, Evidence, Output, Problem, Reason, Stream};
use crate::probe::http::{HttpError, Request, Response};
use crate::probe::limit::Stop;

/// How much of a body is kept as evidence, in bytes.
const KEPT_BODY: usize = 4 * 1024;

impl Context {
    /// The URL of a path of the target. The path begins with a slash.
    ///
    /// # Errors
    /// The problem, when no target with a URL was named.
    pub(crate) fn url_of(&self, path: &str) -> Result<String, Box<Problem>> {
        let target = self.target.as_ref();
        match target.and_then(|target| target.url.as_deref()) {
            Some(url) => Ok(format!("{}{path}", url.trim_end_matches('/'))),
            None => Err(Box::new(no_url(target.map(|target| target.name.as_str())))),
        }
    }

    /// Sends a request to its end.
    ///
    /// # Errors
    /// The judgement of the step, when there was no whole answer.
    pub(crate) async fn ask(&self, request: &Request) -> Result<Response, Judgement> {
        let answered = self.probes.http.send(request, &self.limit).await;
        answered.map_err(|error| Judgement::error(no_answer(&error, request)))
    }

    /// Waits.
    ///
    /// # Errors
    /// The judgement of the step, when its time is over or the run was told to stop.
    pub(crate) async fn pause(&self, length: Duration) -> Result<(), Judgement> {
        let stop = self.limit.at_most(length).reached().await;
        match stop {
            Stop::TimedOut if !self.limit.remaining().is_zero() => Ok(()),
            Stop::TimedOut => Err(Judgement::error(out_of_time(self.limit.timeout()))),
            Stop::Cancelled => Err(Judgement::error(stopped("the step"))),
        }
    }
}

impl From<Box<Problem>> for Judgement {
    /// What kept a step from asking at all is an error.
    fn from(problem: Box<Problem>) -> Self {
        Self::error(*problem)
    }
}

fn no_url(target: Option<&str>) -> Problem {
    let observed = match target {
        Some(name) => format!("the target `{name}` has no `url`"),
        None => "no target was named".to_owned(),
    };
    Problem::new(Reason::Precondition, "there is no address to ask")
        .expected("a target with a `url`")
        .observed(observed)
        .next("add `[target.local]` with a `url` to rollsafe.toml, or name a target with --target")
}

fn out_of_time(timeout: Duration) -> Problem {
    let limit = Elapsed::from(timeout);
    Problem::new(Reason::Timeout, "the step did not end in time")
        .expected(format!("an end within {limit}"))
        .observed(format!("still waiting after {limit}"))
        .next("give the step a longer `timeout`, or fewer samples with a shorter `interval`")
}

fn stopped(what: &str) -> Problem {
    Problem::new(Reason::Interrupted, format!("{what} was stopped with the run"))
        .expected("an end by itself")
        .observed("the run was told to stop")
        .next("run the gate again")
}

/// Why there is no answer to judge, in words for a reader. A request that may have changed something is not safe to
/// send again, unless it is certain that it never arrived.
pub(crate) fn no_answer(error: &HttpError, request: &Request) -> Problem {
    let what = told(request);
    let (reason, what, next) = match error {
        HttpError::Invalid { .. } => (
            Reason::Precondition,
            format!("{what} cannot be sent"),
            "correct the request in the step, or the `url` of the target in rollsafe.toml",
        ),
        HttpError::Lookup { .. } => (
            Reason::Unreachable,
            format!("{what} found no such host"),
            "correct the `url` of the target in rollsafe.toml, or the name service of this machine",
        ),
        HttpError::Refused { .. } | HttpError::Connect { .. } => (
            Reason::Unreachable,
            format!("{what} got no connection"),
            "start the service, or correct the `url` of the target in rollsafe.toml, and run the gate again",
        ),
        HttpError::Tls { .. } => (
            Reason::Unreachable,
            format!("{what} got no connection that can be trusted"),
            "renew or correct the certificate of the target, or its `url` in rollsafe.toml",
        ),
        HttpError::Timeout { .. } => (
            Reason::Timeout,
            format!("{what} got no answer in time"),
            "look at the log of the target; if it is only slow, give the step a longer `timeout`",
        ),
        HttpError::Cancelled { .. } => return sent(stopped(&what), error, request),
        HttpError::TooManyRedirects { .. } => (
            Reason::Inconclusive,
            format!("{what} was sent on and on"),
            "ask the path that answers at last, or raise `redirects`",
        ),
        HttpError::Broken { .. } => (
            Reason::Unparsable,
            format!("{what} got no whole answer"),
            "look at the log of the target: it broke off in the middle, or something else listens there",
        ),
    };
    sent(Problem::new(reason, what).expected("a whole HTTP answer").next(next), error, request)
}

fn sent(problem: Problem, error: &HttpError, request: &Request) -> Problem {
    let problem = problem.observed(error.to_string());
    if is_safe(&request.method) || never_arrived(error) { problem } else { problem.unsafe_to_retry() }
}

/// Whether it is certain that the service never saw the request.
fn never_arrived(error: &HttpError) -> bool {
    match error {
        HttpError::Invalid { .. }
        | HttpError::Lookup { .. }
        | HttpError::Refused { .. }
        | HttpError::Connect { .. }
        | HttpError::Tls { .. } => true,
        HttpError::Timeout { .. }
        | HttpError::Cancelled { .. }
        | HttpError::TooManyRedirects { .. }
        | HttpError::Broken { .. } => false,
    }
}

/// Whether a method only looks (RFC 9110, section 9.2.1).
pub(crate) fn is_safe(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS")
}

/// A request in a message: method and path, without host, query and fragment.
pub(crate) fn told(request: &Request) -> String {
    format!("`{} {}`", request.method, path_of(&request.url))
}

/// The path of a URL.
pub(crate) fn path_of(url: &str) -> &str {
    let behind_scheme = url.find("://").map_or(0, |at| at + 3);
    let path = url[behind_scheme..].find('/').map_or("/", |at| &url[behind_scheme + at..]);
    &path[..path.find(['?', '#']).unwrap_or(path.len())]
}

impl Response {
    /// The body as evidence, cut to what a reader needs.
    pub(crate) fn evidence(&self, label: impl Into<String>) -> Evidence {
        let text = self.text();
        let mut end = text.len().min(KEPT_BODY);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let kept = if end < text.len() { format!("{}{CUT}", &text[..end]) } else { text.clone() };
        let output = Output {
            stream: Stream::Body,
            text: kept,
            bytes: text.len() as u64,
            dropped: (text.len() - end) as u64,
            file: None,
        };
        Evidence::output(label, output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_told_without_host_and_query() {
        for (url, path) in [
            ("http://host:1/a/b?token=x#y", "/a/b"),
            ("http://host", "/"),
            ("http://host?x=/y", "/y"),
            ("/a?b", "/a"),
        ] {
            assert_eq!(path_of(url), path, "{url}");
        }
    }

    #[test]
    fn a_write_that_may_have_arrived_is_not_safe_to_send_again() {
        use crate::model::RetrySafety::{Safe, Unsafe};
        let refused = HttpError::Refused { url: "http://host/".to_owned() };
        let broken = HttpError::Broken { url: "http://host/".to_owned(), message: "eof".to_owned() };
        let retry = |method: &str, error: &HttpError| no_answer(error, &Request::new(method, "http://host/")).retry;
        assert_eq!([retry("GET", &broken), retry("POST", &refused), retry("POST", &broken)], [Safe, Safe, Unsafe]);
    }
}
