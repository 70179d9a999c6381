//! A small service with orders, and ways in which it only looks as if it worked.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Mutex;
use std::time::Duration;

use super::local_target::{OLD_RELEASE, RELEASE, json, not_found, target, unidentified_target, well};
use crate::Row;
use crate::room::{Answer, Request, Room};

/// Creates an order, reads it, and removes it.
const STEP: &str = r#"
[[step.request]]
name = "create"
method = "POST"
path = "/orders"
json = { sku = "A1", qty = 2 }
expect = { status = 201, json = { "$.qty" = 2 } }
capture = { id = "$.id" }

[[step.request]]
name = "read"
path = "/orders/{{ id }}"
expect = { status = 200, json = { "$.id" = "{{ id }}", "$.sku" = "A1" } }

[[step.request]]
name = "list"
path = "/orders"
expect = { json = { "$[?@.id == {{ id }}].qty" = 2 } }

[[step.cleanup]]
method = "DELETE"
path = "/orders/{{ id }}"
"#;

/// Reads one page, and gives up after a second.
const READ: &str = "timeout = \"1s\"\n\n[[step.request]]\npath = \"/orders\"\nexpect = { status = 200 }\n";

/// The rows of the kind `http-scenario`.
pub(crate) const ROWS: &[Row] = &[
    row("orders-are-kept", STEP, |room| serve(room, |_, answer| answer), ("pass", "met")),
    row("no-release-told", STEP, no_release_told, ("warn", "unidentified")),
    row("old-release-answers", STEP, old_release, ("error", "wrong-target")),
    row("created-but-not-stored", STEP, |room| serve(room, forgets), ("fail", "not-met")),
    row("same-answer-to-everyone", STEP, |room| serve(room, fixed), ("fail", "not-met")),
    row("right-status-wrong-body", STEP, |room| serve(room, wrong_quantity), ("fail", "not-met")),
    row("number-told-as-text", STEP, |room| serve(room, quantity_as_text), ("fail", "not-met")),
    row("no-id-in-the-answer", STEP, |room| serve(room, no_id), ("fail", "not-met")),
    row("redirect-to-login", STEP, |room| serve(room, login), ("fail", "not-met")),
    row("page-instead-of-json", STEP, |room| serve(room, page), ("fail", "not-met")),
    row("missing-from-the-list", STEP, |room| serve(room, empty_list), ("fail", "not-met")),
    row("left-behind", STEP, |room| serve(room, refuses_to_delete), ("warn", "cleanup-failed")),
    row("read-out-of-a-cache", STEP, |room| serve(room, stored), ("warn", "unidentified")),
    row("nobody-listens", STEP, nobody_listens, ("error", "unreachable")),
    row("never-answers", READ, never_answers, ("error", "timeout")),
    row("endless-headers", READ, endless_headers, ("error", "unparsable")),
];

const fn row(
    name: &'static str,
    step: &'static str,
    arrange: fn(&mut Room),
    expect: (&'static str, &'static str),
) -> Row {
    Row { kind: "http-scenario", name, needs: &[], step, arrange, expect }
}

/// What a sabotage makes of an honest answer.
type Sabotage = fn(&Request, Answer) -> Answer;

/// A target that keeps orders, with every answer changed by a sabotage.
fn serve(room: &mut Room, sabotage: Sabotage) {
    let url = orders(room, sabotage);
    target(room, &url);
}

fn orders(room: &Room, sabotage: Sabotage) -> String {
    let stored = Mutex::new(BTreeMap::new());
    room.serve(move |request| sabotage(request, honest(request, &mut stored.lock().expect("no handler panics"))))
}

fn honest(request: &Request, stored: &mut BTreeMap<usize, String>) -> Answer {
    let path = request.path.split('?').next().unwrap_or_default();
    let id = path.strip_prefix("/orders/").and_then(|id| id.parse::<usize>().ok());
    match (request.method.as_str(), path, id) {
        ("GET", "/health", _) => well(RELEASE),
        ("POST", "/orders", _) => {
            let id = stored.len() + 41;
            let fields = request.body.trim_start_matches('{');
            stored.insert(id, format!("{{\"id\": {id}, {fields}"));
            json(201, &stored[&id])
        }
        ("GET", "/orders", _) => {
            let all: Vec<_> = stored.values().cloned().collect();
            json(200, &format!("[{}]", all.join(",")))
        }
        ("GET", _, Some(id)) => stored.get(&id).map_or_else(not_found, |order| json(200, order)),
        ("DELETE", _, Some(id)) => stored.remove(&id).map_or_else(not_found, |_| (204, Vec::new(), String::new())),
        _ => not_found(),
    }
}

fn is_read(request: &Request) -> bool {
    request.method == "GET" && request.path.starts_with("/orders/")
}

fn forgets(request: &Request, answer: Answer) -> Answer {
    if is_read(request) { not_found() } else { answer }
}

fn fixed(request: &Request, answer: Answer) -> Answer {
    if is_read(request) { json(200, "{\"id\": 1, \"sku\": \"A1\", \"qty\": 2}") } else { answer }
}

fn wrong_quantity(request: &Request, answer: Answer) -> Answer {
    if request.method == "POST" { json(201, "{\"id\": 41, \"sku\": \"A1\", \"qty\": 1}") } else { answer }
}

fn quantity_as_text(request: &Request, answer: Answer) -> Answer {
    if request.method == "POST" { json(201, "{\"id\": 41, \"sku\": \"A1\", \"qty\": \"2\"}") } else { answer }
}

fn no_id(request: &Request, answer: Answer) -> Answer {
    if request.method == "POST" { json(201, "{\"qty\": 2}") } else { answer }
}

fn login(request: &Request, answer: Answer) -> Answer {
    if is_read(request) { (302, vec![("location", "/login".to_owned())], String::new()) } else { answer }
}

fn page(request: &Request, answer: Answer) -> Answer {
    if is_read(request) {
        (200, vec![("content-type", "text/html".to_owned())], "<html></html>".to_owned())
    } else {
        answer
    }
}

fn empty_list(request: &Request, answer: Answer) -> Answer {
    if request.method == "GET" && request.path == "/orders" { json(200, "[]") } else { answer }
}

fn refuses_to_delete(request: &Request, answer: Answer) -> Answer {
    if request.method == "DELETE" { json(403, "{\"detail\": \"Forbidden\"}") } else { answer }
}

fn stored(request: &Request, (status, mut headers, body): Answer) -> Answer {
    if is_read(request) {
        headers.push(("x-cache", "HIT".to_owned()));
    }
    (status, headers, body)
}

fn no_release_told(room: &mut Room) {
    let url = orders(room, |_, answer| answer);
    unidentified_target(room, &url);
}

fn old_release(room: &mut Room) {
    serve(room, |request, answer| if request.path.starts_with("/health") { well(OLD_RELEASE) } else { answer });
}

fn nobody_listens(room: &mut Room) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = listener.local_addr().expect("a listener has an address");
    drop(listener);
    target(room, &format!("http://{address}"));
}

fn never_answers(room: &mut Room) {
    let url = room.serve_raw(|stream| {
        std::thread::sleep(Duration::from_secs(30));
        drop(stream);
    });
    unidentified_target(room, &url);
}

fn endless_headers(room: &mut Room) {
    let url = room.serve_raw(|mut stream| {
        drop(stream.write_all(b"HTTP/1.1 200 OK\r\n"));
        while stream.write_all(b"x-more: and more and more\r\n").is_ok() {}
    });
    unidentified_target(room, &url);
}
