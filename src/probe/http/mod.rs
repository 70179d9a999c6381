//! Sending requests and telling the facts of the answer.
//!
//! Rules: an answer is told as it came, so nothing is followed, decoded away or repeated behind the caller's back.
//! Redirects are followed by hand, only as often as asked and never to another host. Bodies are decoded by hand, so
//! that the headers stay, and capped after decoding. Every exchange ends: at its own time, at the time of the step,
//! or when the run is told to stop.

mod client;
mod connection;
mod decoder;
mod error;
mod hop;
mod request;
mod response;

use std::time::Instant;

use crate::model::Elapsed;

use super::Limit;
use super::clock::instant;
use super::limit::Stop;
use client::Clients;
use connection::{TRACE, Trace};
use decoder::Decoder;
use hop::Hop;

pub(crate) use error::HttpError;
pub(crate) use request::{Request, form};
pub(crate) use response::{Phases, Response};

/// The door to HTTP. Connections are kept and used again within a run.
#[derive(Debug, Default)]
pub(crate) struct Http {
    clients: Clients,
}

impl Http {
    /// Sends a request and reads the answer, within the limits of the request and of the step.
    ///
    /// # Errors
    /// When there was no whole answer.
    pub(crate) async fn send(&self, request: &Request, limit: &Limit) -> Result<Response, HttpError> {
        let hop = Hop::first(request)?;
        let url = error::shown(&hop.url);
        let after = request.timeout.min(limit.remaining());
        let limit = limit.at_most(request.timeout);
        tokio::select! {
            biased;
            stop = limit.reached() => Err(match stop {
                Stop::TimedOut => HttpError::Timeout { url, after },
                Stop::Cancelled => HttpError::Cancelled { url },
            }),
            answered = self.follow(request, hop) => answered,
        }
    }

    /// Sends requests until an answer does not redirect.
    async fn follow(&self, request: &Request, mut hop: Hop) -> Result<Response, HttpError> {
        let started = instant();
        let mut hops = Vec::new();
        loop {
            let mut response = self.exchange(request, &hop, started).await?;
            let next = if request.redirects > 0 { hop.next(&response) } else { None };
            let Some(next) = next else {
                response.hops = hops;
                return Ok(response);
            };
            if hops.len() >= usize::from(request.redirects) {
                return Err(HttpError::TooManyRedirects { url: error::shown(&hop.url), limit: request.redirects });
            }
            hops.push((response.status, response.header("location").unwrap_or_default().to_owned()));
            hop = next;
        }
    }

    /// One request and its answer.
    async fn exchange(&self, request: &Request, hop: &Hop, started: Instant) -> Result<Response, HttpError> {
        let client = self
            .clients
            .client_for(&hop.url)
            .map_err(|message| HttpError::Tls { url: error::shown(&hop.url), message })?;
        let mut sending = client.request(hop.method.clone(), hop.url.clone()).headers(hop.headers.clone());
        if !hop.body.is_empty() {
            sending = sending.body(hop.body.clone());
        }
        let trace = Trace::new(request.connect_timeout);
        let answer = TRACE.scope(trace.clone(), sending.send()).await;
        let answer = answer.map_err(|error| HttpError::of_client(error, &hop.url))?;
        let first_byte = Elapsed::from(instant() - started);
        let mut response = head_of(&answer, hop);
        (response.body, response.truncated) = body_of(answer, hop, request.max_body).await?;
        let (lookup, connect) = trace.times();
        response.phases = Phases { lookup, connect, first_byte, total: (instant() - started).into() };
        Ok(response)
    }
}

/// Everything of an answer that came before its body.
fn head_of(answer: &reqwest::Response, hop: &Hop) -> Response {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    Response {
        url: error::without_user(hop.url.clone()).into(),
        status: answer.status().as_u16(),
        version: format!("{:?}", answer.version()),
        headers: answer.headers().iter().map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect(),
        body: Vec::new(),
        truncated: false,
        address: answer.remote_addr(),
        phases: Phases::default(),
        hops: Vec::new(),
    }
}

/// The decoded body up to the cap, and whether the cap cut it.
async fn body_of(mut answer: reqwest::Response, hop: &Hop, cap: usize) -> Result<(Vec<u8>, bool), HttpError> {
    let coding = answer.headers().get(reqwest::header::CONTENT_ENCODING);
    let mut decoder = Decoder::new(coding.and_then(|coding| coding.to_str().ok()), cap);
    let mut any = false;
    while let Some(piece) = answer.chunk().await.map_err(|error| HttpError::of_client(error, &hop.url))? {
        any |= !piece.is_empty();
        if !decoder.push(&piece).map_err(|error| HttpError::broken(&hop.url, &error))? {
            break;
        }
    }
    decoder.finish(any).map_err(|error| HttpError::broken(&hop.url, &error))
}

#[cfg(test)]
mod tests;
