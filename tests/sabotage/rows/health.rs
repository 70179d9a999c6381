//! Services that are well, and services that only look like it.

use std::io::{Read, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::local_target::{OLD_RELEASE, RELEASE, json, not_found, target, unidentified_target, well};
use crate::Row;
use crate::room::{Answer, Room};

/// A step as a team would write it.
const STEP: &str = "json = { \"$.ok\" = true, \"$.checks.database\" = \"ok\" }\ninterval = \"10ms\"\n";

/// A step that asserts nothing on the body.
const PLAIN: &str = "interval = \"10ms\"\n";

/// What a service with its database stopped says, in the form of many health libraries.
const DOWN: &str = "{\"status\": \"DOWN\", \"components\": {\"db\": {\"status\": \"DOWN\"}}}";

/// The rows of the kind `health`.
pub(crate) const ROWS: &[Row] = &[
    row("well", STEP, |room| serve(room, || well(RELEASE)), ("pass", "met")),
    row("no-release-told", PLAIN, |room| without_rule(room, || well(RELEASE)), ("warn", "unidentified")),
    row(
        "says-not-ok-with-200",
        PLAIN,
        |room| without_rule(room, || json(200, "{\"ok\": false}")),
        ("fail", "unhealthy"),
    ),
    row(
        "says-status-down-with-200",
        PLAIN,
        |room| {
            without_rule(room, || json(200, DOWN));
        },
        ("fail", "unhealthy"),
    ),
    row("part-is-down", STEP, |room| serve(room, part_is_down), ("fail", "not-met")),
    row("old-release-answers", STEP, |room| serve(room, || well(OLD_RELEASE)), ("fail", "wrong-target")),
    row("old-release-answers-every-third-time", STEP, every_third_is_old, ("fail", "wrong-target")),
    row("page-for-every-path", PLAIN, page_for_every_path, ("fail", "not-met")),
    row("same-json-for-every-path", PLAIN, json_for_every_path, ("error", "inconclusive")),
    row("redirect-to-login", STEP, |room| serve(room, redirect_to_login), ("fail", "not-met")),
    row("no-such-path", STEP, |room| serve(room, not_found), ("fail", "missing")),
    row("not-available", STEP, |room| serve(room, || json(503, "{\"ok\": false}")), ("fail", "unhealthy")),
    row("rate-limit", STEP, |room| serve(room, || json(429, "{}")), ("error", "inconclusive")),
    row("out-of-a-cache", STEP, |room| serve(room, stored), ("error", "inconclusive")),
    row("nobody-listens", STEP, nobody_listens, ("error", "unreachable")),
    row("never-answers", "timeout = \"1s\"\n", never_answers, ("error", "timeout")),
    row("one-byte-at-a-time", "timeout = \"1s\"\n", one_byte_at_a_time, ("error", "timeout")),
    row("breaks-off", STEP, breaks_off, ("error", "unparsable")),
];

const fn row(
    name: &'static str,
    step: &'static str,
    arrange: fn(&mut Room),
    expect: (&'static str, &'static str),
) -> Row {
    Row { kind: "health", name, needs: &[], step, arrange, expect }
}

/// A target that answers `/health` and nothing else.
fn serve(room: &mut Room, health: fn() -> Answer) {
    let url = room.serve(move |request| if is_health(&request.path) { health() } else { not_found() });
    target(room, &url);
}

fn without_rule(room: &mut Room, health: fn() -> Answer) {
    let url = room.serve(move |request| if is_health(&request.path) { health() } else { not_found() });
    unidentified_target(room, &url);
}

fn is_health(path: &str) -> bool {
    path.split('?').next() == Some("/health")
}

fn part_is_down() -> Answer {
    json(200, &format!("{{\"ok\": true, \"release\": \"{RELEASE}\", \"checks\": {{\"database\": \"slow\"}}}}"))
}

fn every_third_is_old(room: &mut Room) {
    let count = AtomicUsize::new(0);
    let url = room.serve(move |request| {
        if !is_health(&request.path) {
            return not_found();
        }
        let is_old = count.fetch_add(1, Ordering::SeqCst) % 3 == 2;
        well(if is_old { OLD_RELEASE } else { RELEASE })
    });
    target(room, &url);
}

fn page_for_every_path(room: &mut Room) {
    let page = "<!doctype html><html><body><div id=\"root\"></div></body></html>";
    let url = room.serve(move |_| (200, vec![("content-type", "text/html".to_owned())], page.to_owned()));
    unidentified_target(room, &url);
}

fn json_for_every_path(room: &mut Room) {
    let url = room.serve(|_| json(200, "{\"message\": \"welcome\"}"));
    unidentified_target(room, &url);
}

fn redirect_to_login() -> Answer {
    (302, vec![("location", "/login".to_owned())], String::new())
}

fn stored() -> Answer {
    let (status, mut headers, body) = well(RELEASE);
    headers.push(("age", "37".to_owned()));
    (status, headers, body)
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
    target(room, &url);
}

fn one_byte_at_a_time(room: &mut Room) {
    let url = room.serve_raw(|mut stream| {
        drop(stream.read(&mut [0; 1024]));
        drop(stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n"));
        while stream.write_all(b" ").is_ok() {
            std::thread::sleep(Duration::from_millis(100));
        }
    });
    target(room, &url);
}

fn breaks_off(room: &mut Room) {
    let url = room.serve_raw(|mut stream| {
        drop(stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{\"ok\": true"));
    });
    target(room, &url);
}
