//! Whole judgements on real files.

use std::io::{Read, Write};

use tempfile::TempDir;

use super::*;
use crate::kind::check::OutputSink;
use crate::model::{Count, Identity, Target};

const NOW: &str = "2026-11-21T12:00:00Z";

const STAGING: &str =
    "workers = 4\nurl = \"https://staging.example\"\nsecret_key = \"left\"\nlog_level = \"DEBUG\"\n";
const PRODUCTION: &str =
    "workers = 4\nurl = \"https://prod.example\"\nsecret_key = \"right\"\nlog_level = \"INFO\"\n";
const RULES: &str = "must-equal = [\"workers\"]\nmust-differ = [\"url\", \"secret_key\"]\nmay-differ = [\"log_level\"]\n\
                     forbid = { url = \"prod\" }\n";

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn step(left: &str, right: &str, rules: &str) -> ConfigParity {
    let text =
        format!("left = {{ name = \"staging\", {left} }}\nright = {{ name = \"production\", {right} }}\n{rules}");
    toml::from_str(&text).unwrap()
}

async fn judged(folder: &TempDir, step: &ConfigParity) -> Judgement {
    step.judge(&Context::for_test(folder.path(), NOW)).await
}

/// Staging and production as given, under the usual rules.
async fn compared(staging: &str, production: &str, rules: &str) -> Judgement {
    let folder = folder(&[("staging.toml", staging), ("production.toml", production)]);
    judged(&folder, &step("file = \"staging.toml\"", "file = \"production.toml\"", rules)).await
}

fn ended(judgement: &Judgement) -> (&'static str, &'static str) {
    (judgement.outcome.as_str(), judgement.outcome.reason().as_str())
}

fn problem(judgement: &Judgement) -> &Problem {
    match &judgement.outcome {
        Outcome::Warn(problem) | Outcome::Fail(problem) | Outcome::Error(problem) => problem,
        Outcome::Pass(_) | Outcome::Skip(_) => panic!("{judgement:?}"),
    }
}

#[tokio::test]
async fn a_staging_that_differs_only_where_it_must_passes_with_numbers() {
    let judgement = compared(STAGING, PRODUCTION, RULES).await;
    let observed = "4 keys of staging and production compared: 1 equal, 2 different, 0 there on both sides, 1 may \
                    differ; 1 patterns not found";
    assert_eq!(judgement.outcome, Outcome::pass(observed));
    assert_eq!(judgement.examined, Some(Count::new(4, "keys")));
}

#[tokio::test]
async fn a_production_url_in_staging_fails_and_no_hidden_value_is_shown() {
    let staging = STAGING.replace("https://staging.example", "https://prod.example");
    let judgement = compared(&staging, PRODUCTION, RULES).await;
    assert_eq!(ended(&judgement), ("fail", "mismatch"));
    let shown = format!("{judgement:?}");
    assert!(problem(&judgement).observed.contains("`url` (must-differ)"), "{shown}");
    assert!(problem(&judgement).observed.contains("`url` (forbid)"), "{shown}");
    assert!(!shown.contains("prod.example") && !shown.contains("\"left\""), "{shown}");
}

#[tokio::test]
async fn a_lacking_key_is_missing_and_not_a_mismatch() {
    let judgement = compared("url = \"a\"\nsecret_key = \"b\"\nlog_level = 1", PRODUCTION, RULES).await;
    assert_eq!(ended(&judgement), ("fail", "missing"));
}

#[tokio::test]
async fn a_key_without_a_rule_warns_fails_or_is_allowed_as_the_step_says() {
    let staging = format!("{STAGING}debug = true\n");
    let judgement = compared(&staging, PRODUCTION, RULES).await;
    assert_eq!(ended(&judgement), ("warn", "unclassified"));
    assert!(problem(&judgement).observed.contains("no rule for `debug`"));
    let failing = compared(&staging, PRODUCTION, &format!("{RULES}unclassified = \"fail\"\n")).await;
    assert_eq!(ended(&failing), ("fail", "unclassified"));
    let allowed = compared(&staging, PRODUCTION, &format!("{RULES}unclassified = \"allow\"\n")).await;
    assert_eq!(ended(&allowed), ("pass", "met"));
}

#[tokio::test]
async fn two_names_of_one_file_are_one_place() {
    let folder = folder(&[("production.toml", PRODUCTION)]);
    std::os::unix::fs::symlink("production.toml", folder.path().join("staging.toml")).unwrap();
    let rules = "must-equal = [\"workers\"]\nunclassified = \"allow\"\n";
    let judgement = judged(&folder, &step("file = \"staging.toml\"", "file = \"production.toml\"", rules)).await;
    assert_eq!(ended(&judgement), ("error", "precondition"));
}

#[tokio::test]
async fn a_copy_to_the_last_byte_is_refused_where_something_must_differ() {
    assert_eq!(ended(&compared(PRODUCTION, PRODUCTION, RULES).await), ("error", "precondition"));
    let equal = "must-equal = [\"*\"]\n";
    assert_eq!(ended(&compared(PRODUCTION, PRODUCTION, equal).await), ("pass", "met"));
}

#[tokio::test]
async fn a_side_that_is_missing_empty_or_unreadable_is_an_error() {
    let files = folder(&[("production.toml", PRODUCTION), (".env", "# nothing\n"), ("broken.json", "{\"a\": 1,}")]);
    let of = async |left: &str| ended(&judged(&files, &step(left, "file = \"production.toml\"", RULES)).await);
    assert_eq!(of("file = \"staging.toml\"").await, ("error", "no-data"));
    assert_eq!(of("file = \".env\"").await, ("error", "zero-work"));
    assert_eq!(of("file = \"broken.json\"").await, ("error", "unparsable"));
}

#[tokio::test]
async fn a_command_is_a_side_and_what_it_prints_is_never_shown() {
    let files = folder(&[
        ("production.toml", PRODUCTION),
        (
            "staging.json",
            r#"{"workers": 4, "url": "https://s.example",
        "secret_key": "very-hidden", "log_level": "X"}"#,
        ),
    ]);
    let shown = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let sink = std::sync::Arc::clone(&shown);
    let mut context = Context::for_test(files.path(), NOW);
    context.output = OutputSink::new(move |_, piece| sink.lock().unwrap().extend_from_slice(piece));
    let step = step("command = \"cat staging.json\"", "file = \"production.toml\"", RULES);
    let judgement = step.judge(&context).await;
    assert_eq!(ended(&judgement), ("pass", "met"));
    assert!(!format!("{judgement:?}").contains("very-hidden"));
    assert_eq!(*shown.lock().unwrap(), b"");
}

#[tokio::test]
async fn two_equal_commands_are_one_place_and_a_failing_one_is_an_error() {
    let files = folder(&[("production.toml", PRODUCTION)]);
    let cat = "command = \"cat production.toml\", format = \"toml\"";
    let equal = "must-equal = [\"*\"]\n";
    assert_eq!(ended(&judged(&files, &step(cat, cat, equal)).await), ("error", "precondition"));
    let failing = "command = [\"sh\", \"-c\", \"echo '{}'; exit 1\"]";
    assert_eq!(ended(&judged(&files, &step(failing, cat, RULES)).await), ("error", "tool-failed"));
    let silent = "command = \"true\"";
    assert_eq!(ended(&judged(&files, &step(silent, cat, RULES)).await), ("error", "unparsable"));
}

/// A service on loopback that answers one path with a body and every other one with its release.
fn running(path: &'static str, body: &'static str) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut head = [0_u8; 4096];
            let length = stream.read(&mut head).unwrap_or(0);
            let asked = String::from_utf8_lossy(&head[..length]).into_owned();
            let body = if asked.contains(path) { body } else { r#"{"commit": "0123456789abcdef"}"# };
            let answer =
                format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
            drop(stream.write_all(answer.as_bytes()));
        }
    });
    url
}

/// The outcome where staging is what the target answers under `/config`, and the target tells a release.
async fn asked(body: &'static str, identity: Option<&str>) -> (&'static str, &'static str) {
    let files = folder(&[("production.toml", PRODUCTION)]);
    let mut context = Context::for_test(files.path(), NOW);
    context.target = Some(std::sync::Arc::new(Target {
        name: "staging".to_owned(),
        environment: "staging".to_owned(),
        url: Some(running("/config", body)),
        allow: Vec::new(),
        identity: identity.map(|commit| Identity {
            path: "/health".to_owned(),
            json: "$.commit".to_owned(),
            equals: commit.to_owned(),
        }),
    }));
    let step = step("path = \"/config\"", "file = \"production.toml\"", RULES);
    assert!(step.uses_target());
    ended(&step.judge(&context).await)
}

#[tokio::test]
async fn the_running_target_is_asked_after_it_has_shown_its_release() {
    let loaded = r#"{"workers": 4, "url": "https://staging.example", "secret_key": "left", "log_level": "DEBUG"}"#;
    assert_eq!(asked(loaded, Some("0123456789abcdef")).await, ("pass", "met"));
    assert_eq!(asked(loaded, Some("fedcba9876543210")).await, ("error", "wrong-target"));
    assert_eq!(asked(loaded, None).await, ("warn", "unidentified"));
    assert_eq!(asked("<html></html>", Some("0123456789abcdef")).await, ("error", "unparsable"));
    let production = r#"{"workers": 4, "url": "https://prod.example", "secret_key": "left", "log_level": "DEBUG"}"#;
    assert_eq!(asked(production, None).await, ("fail", "mismatch"));
}

#[test]
fn a_step_that_compares_nothing_or_contradicts_itself_is_a_mistake() {
    let messages = |rules| {
        let step = step("file = \"a.toml\"", "file = \"b.toml\"", rules);
        step.problems().into_iter().map(|problem| problem.message).collect::<Vec<_>>()
    };
    assert_eq!(messages("may-differ = [\"*\"]"), ["the step compares nothing"]);
    let twice = messages("must-equal = [\"a\"]\nmust-differ = [\"a\"]");
    assert_eq!(twice, ["`a` stands twice among must-equal, must-differ and may-differ"]);
    assert_eq!(messages(RULES), Vec::<String>::new());
}

#[test]
fn the_example_loads_without_problems() {
    let mut table: toml::Table = toml::from_str(EXAMPLE).unwrap();
    let mut step = table.remove("step").unwrap().as_array_mut().unwrap().remove(0);
    for common in ["id", "kind", "title", "expected"] {
        step.as_table_mut().unwrap().remove(common);
    }
    let step: ConfigParity = step.try_into().unwrap();
    assert_eq!(step.problems(), []);
}
