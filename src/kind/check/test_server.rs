//! A server for unit tests of kinds that ask a target, and a context with that target.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use crate::kind::check::{Check, Context, Judgement};
use crate::model::{Effect, Identity, Outcome, Target};

/// The commit of the release under test.
pub(crate) const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// What a handler is given.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The method.
    pub(crate) method: String,
    /// The path without its query.
    pub(crate) path: String,
    /// The query.
    pub(crate) query: String,
    /// The lines of the head, as they came.
    pub(crate) head: String,
    /// The body.
    pub(crate) body: String,
}

/// What a handler gives back: status, lines of further headers, body.
pub(crate) type Answer = (u16, &'static str, String);

/// A running server, and everything that it was asked.
#[derive(Debug)]
pub(crate) struct Server {
    /// Its base URL.
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// Starts a server on a free port of loopback. It closes after every answer.
    pub(crate) fn start(handler: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if let Some(request) = read(&stream) {
                    seen.lock().unwrap().push(request.clone());
                    write(stream, &request, handler(&request));
                }
            }
        });
        Self { url, asked }
    }

    /// Method and path of every request so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().iter().map(|asked| format!("{} {}", asked.method, asked.path)).collect()
    }

    /// Every request so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

/// An answer of type JSON.
pub(crate) fn json(status: u16, body: &serde_json::Value) -> Answer {
    (status, "content-type: application/json\r\n", body.to_string())
}

/// A context whose target stands at a URL. With `identified`, the target tells its commit at `$.commit` of `/health`.
pub(crate) fn context(url: &str, identified: bool) -> Context {
    let identity = identified.then(|| Identity {
        path: "/health".to_owned(),
        json: "$.commit".to_owned(),
        equals: COMMIT.to_owned(),
    });
    let target = Target {
        name: "local".to_owned(),
        environment: "local".to_owned(),
        url: Some(url.to_owned()),
        allow: vec![Effect::Read, Effect::Write],
        identity,
    };
    let root = std::env::temp_dir();
    Context { target: Some(Arc::new(target)), ..Context::for_test(&root, "2026-01-02T03:04:05Z") }
}

/// Reads settings and judges them.
pub(crate) async fn judge<Settings: Check + serde::de::DeserializeOwned>(
    settings: &str,
    context: &Context,
) -> Judgement {
    let check: Settings = toml::from_str(settings).unwrap();
    assert_eq!(check.problems(), [], "{settings}");
    let judgement = check.judge(context).await;
    if let Outcome::Warn(problem) | Outcome::Fail(problem) | Outcome::Error(problem) = &judgement.outcome {
        let parts = [&problem.what, &problem.expected, &problem.observed, &problem.next];
        assert!(parts.iter().all(|part| !part.trim().is_empty()), "{problem:?}");
    }
    judgement
}

/// Reads the example of a kind as a step, without the common keys that it shows.
pub(crate) fn example<Settings: Check + serde::de::DeserializeOwned>(example: &str) -> Settings {
    let document: toml::Table = example.parse().unwrap();
    let mut step = document["step"][0].as_table().unwrap().clone();
    for key in ["id", "kind", "expected"] {
        step.remove(key).unwrap();
    }
    step.try_into().unwrap()
}

/// The names of all settings in the schema of a kind, each with a description.
pub(crate) fn described(kind: &crate::kind::Kind) -> Vec<String> {
    let schema = (kind.schema)(&mut schemars::SchemaGenerator::default());
    let properties = schema.get("properties").unwrap().as_object().unwrap();
    let has_text = |(_, property): &(&String, &serde_json::Value)| property["description"].is_string();
    properties.iter().filter(has_text).map(|(name, _)| name.clone()).collect()
}

/// How a judgement ended: outcome and reason code.
pub(crate) fn ending(judgement: &Judgement) -> (&'static str, &'static str) {
    (judgement.outcome.as_str(), judgement.outcome.reason().as_str())
}

fn read(stream: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let mut words = first.split_whitespace();
    let (method, place) = (words.next()?.to_owned(), words.next()?);
    let (path, query) = place.split_once('?').unwrap_or((place, ""));
    let (path, query) = (path.to_owned(), query.to_owned());
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && head != "\r\n" {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Asked { method, path, query, head, body: String::from_utf8_lossy(&body).into_owned() })
}

fn write(mut stream: TcpStream, asked: &Asked, (status, headers, body): Answer) {
    let head =
        format!("HTTP/1.1 {status} Status\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n", body.len());
    let body = if asked.method == "HEAD" { "" } else { &body };
    drop(stream.write_all(format!("{head}{body}").as_bytes()));
}
