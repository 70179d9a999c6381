//! Scenarios on a small service with orders, and what breaks them.

use std::sync::Mutex;

use serde_json::{Value, json};

use super::*;
use crate::kind::check::test_server::{
    Answer, Asked, COMMIT, Server, context, described, ending, example, json as answer, judge,
};
use crate::model::{Count, Fact, Outcome, Problem, RetrySafety};

/// Creates an order, reads it, and removes it.
const ORDERS: &str = r#"
[[request]]
name = "create"
method = "POST"
path = "/orders"
bearer = "token-of-alice"
json = { sku = "A1", qty = 2 }
expect = { status = 201, json = { "$.qty" = 2 } }
capture = { id = "$.id", sku = "$.sku" }

[[request]]
name = "read"
path = "/orders/{{ id }}"
query = { sku = "{{ sku }}" }
expect = { status = 200, json = { "$.id" = "{{ id }}", "$.sku" = "A1" } }

[[request]]
name = "update"
method = "PUT"
path = "/orders/{{ id }}"
json = { id = "{{ id }}", note = "order {{ id }}" }
expect = { status = 200 }

[[cleanup]]
method = "DELETE"
path = "/orders/{{ id }}"
"#;

/// A service that keeps one order. `broken` may change an answer.
fn orders(broken: impl Fn(&Asked, Answer) -> Answer + Send + Sync + 'static) -> Server {
    let stored = Mutex::new(None::<Value>);
    Server::start(move |asked| {
        let mut stored = stored.lock().unwrap();
        let honest = match (asked.method.as_str(), asked.path.as_str()) {
            ("GET", "/health") => answer(200, &json!({ "commit": COMMIT })),
            ("POST", "/orders") => {
                let mut order: Value = serde_json::from_str(&asked.body).unwrap();
                order["id"] = json!(7);
                answer(201, stored.insert(order))
            }
            ("GET" | "PUT", "/orders/7") if stored.is_some() => answer(200, stored.as_ref().unwrap()),
            ("DELETE", "/orders/7") if stored.take().is_some() => (204, "", String::new()),
            _ => answer(404, &json!({"detail": "Not Found"})),
        };
        broken(asked, honest)
    })
}

fn honest() -> Server {
    orders(|_, answer| answer)
}

/// A service whose answer to one method and path is another one.
fn lying(about: &'static str, lie: Answer) -> Server {
    orders(
        move |asked, honest| if format!("{} {}", asked.method, asked.path) == about { lie.clone() } else { honest },
    )
}

async fn judged(settings: &str, server: &Server, identified: bool) -> Judgement {
    judge::<HttpScenario>(settings, &context(&server.url, identified)).await
}

fn problem_of(judgement: &Judgement) -> Problem {
    match judgement.outcome.clone() {
        Outcome::Warn(problem) | Outcome::Fail(problem) | Outcome::Error(problem) => problem,
        Outcome::Pass(_) | Outcome::Skip(_) => panic!("{judgement:?}"),
    }
}

fn problems_of(settings: &str) -> Vec<String> {
    let scenario: HttpScenario = toml::from_str(settings).unwrap();
    scenario.problems().into_iter().map(|problem| problem.message).collect()
}

#[tokio::test]
async fn a_service_that_does_what_a_user_needs_passes() {
    let server = honest();
    let judgement = judged(ORDERS, &server, true).await;
    assert_eq!(ending(&judgement), ("pass", "met"), "{judgement:?}");
    let lines = ["GET /health", "POST /orders", "GET /orders/7", "PUT /orders/7", "DELETE /orders/7"];
    assert_eq!(server.lines(), lines);
    assert_eq!(judgement.examined, Some(Count::new(3, "requests")));
    assert_eq!(judgement.captured["id"], "7");
    let Outcome::Pass(passed) = &judgement.outcome else { panic!("{judgement:?}") };
    let observed = format!("3 requests were answered as expected, 6 assertions hold, from release {COMMIT}");
    assert_eq!(passed.observed, observed);
}

#[tokio::test]
async fn requests_are_sent_as_they_are_written_and_captured_values_keep_their_type() {
    let server = honest();
    judged(ORDERS, &server, true).await;
    let asked = server.asked();
    assert!(asked[1].head.contains("authorization: Bearer token-of-alice"), "{:?}", asked[1]);
    assert!(asked[1].head.contains("content-type: application/json"), "{:?}", asked[1]);
    assert_eq!(asked[2].query, "sku=A1");
    assert_eq!(asked[3].body, "{\"id\":7,\"note\":\"order 7\"}");
}

#[tokio::test]
async fn the_transcript_holds_every_request_and_no_token() {
    let judgement = judged(ORDERS, &honest(), true).await;
    let Fact::Table { rows, .. } = &judgement.evidence[0].fact else { panic!("{judgement:?}") };
    let lines: Vec<_> = rows.iter().map(|row| row[..4].join(" ")).collect();
    let expected =
        ["create POST /orders 201", "read GET /orders/7 200", "update PUT /orders/7 200", " DELETE /orders/7 204"];
    assert_eq!(lines, expected);
    assert!(!format!("{:?}", judgement.evidence).contains("token-of-alice"));
}

#[tokio::test]
async fn a_false_assertion_fails_ends_the_scenario_and_cleans_up() {
    let server = lying("GET /orders/7", answer(200, &json!({"id": 8, "sku": "B2"})));
    let judgement = judged(ORDERS, &server, true).await;
    assert_eq!(ending(&judgement), ("fail", "not-met"));
    let problem = problem_of(&judgement);
    assert_eq!(problem.what, "the answer to `read` (`GET /orders/7`) is not as expected: $.id");
    assert_eq!(
        (problem.expected.as_str(), problem.observed.as_str()),
        ("`$.id` is 7", "8; 1 more assertions are false")
    );
    assert_eq!(problem.retry, RetrySafety::Unsafe);
    assert_eq!(server.lines(), ["GET /health", "POST /orders", "GET /orders/7", "DELETE /orders/7"]);
    assert!(judgement.evidence.iter().any(|evidence| evidence.label == "answer to `read` (`GET /orders/7`)"));
}

#[tokio::test]
async fn a_value_that_cannot_be_captured_fails_and_what_needs_it_is_not_sent() {
    for (body, observed) in [
        (json!({"qty": 2, "sku": "A1"}), "nothing is there"),
        (json!({"qty": 2, "sku": "A1", "id": {"n": 7}}), "{\"n\":7} (an object cannot be filled in)"),
    ] {
        let server = lying("POST /orders", answer(201, &body));
        let judgement = judged(ORDERS, &server, true).await;
        assert_eq!((ending(&judgement), problem_of(&judgement).observed.as_str()), (("fail", "not-met"), observed));
        assert_eq!(server.lines(), ["GET /health", "POST /orders"]);
        assert!(format!("{:?}", judgement.evidence).contains("not sent: no id was captured"));
    }
}

#[tokio::test]
async fn a_cleanup_that_does_not_work_is_a_reservation() {
    let judgement = judged(ORDERS, &lying("DELETE /orders/7", answer(403, &json!({}))), true).await;
    assert_eq!(ending(&judgement), ("warn", "cleanup-failed"));
    assert!(problem_of(&judgement).observed.starts_with("`DELETE /orders/7`: status 403"), "{judgement:?}");
    let gone = judged(ORDERS, &lying("DELETE /orders/7", answer(404, &json!({}))), true).await;
    assert_eq!(ending(&gone), ("pass", "met"));
}

#[tokio::test]
async fn another_release_is_an_error_and_nothing_is_written() {
    let server = lying("GET /health", answer(200, &json!({"commit": "fedcba9876543210"})));
    let judgement = judged(ORDERS, &server, true).await;
    assert_eq!(ending(&judgement), ("error", "wrong-target"));
    assert_eq!(server.lines(), ["GET /health"]);
}

#[tokio::test]
async fn without_a_rule_for_the_release_a_pass_is_a_warn() {
    assert_eq!(ending(&judged(ORDERS, &honest(), false).await), ("warn", "unidentified"));
}

#[tokio::test]
async fn an_answer_out_of_a_cache_is_a_reservation() {
    let stored = (200, "age: 12\r\n", json!({"id": 7, "sku": "A1"}).to_string());
    let judgement = judged(ORDERS, &lying("GET /orders/7", stored), true).await;
    assert_eq!(ending(&judgement), ("warn", "unidentified"));
    assert!(problem_of(&judgement).observed.contains("`age: 12`"), "{judgement:?}");
}

#[tokio::test]
async fn no_connection_is_unreachable_and_safe_to_retry() {
    let judgement = judge::<HttpScenario>(ORDERS, &context("http://127.0.0.1:1", false)).await;
    assert_eq!(ending(&judgement), ("error", "unreachable"));
    let problem = problem_of(&judgement);
    assert_eq!(problem.what, "`create`: `POST /orders` got no connection");
    assert_eq!(problem.retry, RetrySafety::Safe);
}

#[tokio::test]
async fn an_answer_that_never_comes_is_a_timeout_that_may_have_written() {
    let server = Server::start(|_| {
        std::thread::sleep(std::time::Duration::from_secs(2));
        answer(201, &json!({}))
    });
    let settings = "[[request]]\nmethod = 'POST'\npath = '/orders'\ntimeout = '200ms'\nexpect = { status = 201 }";
    let judgement = judged(settings, &server, false).await;
    assert_eq!((ending(&judgement), problem_of(&judgement).retry), (("error", "timeout"), RetrySafety::Unsafe));
}

#[tokio::test]
async fn an_address_that_is_not_the_target_needs_no_proof_of_the_release() {
    let server = honest();
    let settings = format!("[[request]]\nurl = '{}/health'\nexpect = {{ status = 200 }}", server.url);
    let judgement = judge::<HttpScenario>(&settings, &context("http://127.0.0.1:1", true)).await;
    assert_eq!(ending(&judgement), ("pass", "met"));
}

#[test]
fn a_request_that_asserts_nothing_and_a_scenario_without_requests_are_told() {
    assert_eq!(problems_of(""), ["there is no request"]);
    assert_eq!(problems_of("[[request]]\npath = '/x'"), ["`GET /x` asserts nothing"]);
    assert_eq!(problems_of(ORDERS), [""; 0]);
}

#[test]
fn a_name_that_is_used_before_it_is_captured_is_told() {
    let settings = "[[request]]\npath = '/{{ id }}/{{ other }}'\nexpect = { status = 200 }\n\
                    [[request]]\npath = '/x'\nexpect = { status = 200 }\ncapture = { id = '$.id' }";
    assert_eq!(
        problems_of(settings),
        ["`GET /{{ id }}/{{ other }}` uses `{{ id }}`, which a later request captures"]
    );
}

#[test]
fn only_a_scenario_that_only_looks_has_no_effect() {
    let effect = |settings: &str| toml::from_str::<HttpScenario>(settings).unwrap().effect();
    assert_eq!(effect(ORDERS), Effect::Write);
    assert_eq!(effect("[[request]]\npath = '/x'"), Effect::Read);
    assert_eq!(effect("[[request]]\npath = '/x'\n[[cleanup]]\nmethod = 'DELETE'\npath = '/x'"), Effect::Write);
}

#[test]
fn the_example_has_no_mistake() {
    let scenario: HttpScenario = example(KIND.example);
    assert_eq!(scenario.problems(), []);
    assert_eq!(scenario.actions(), ["POST /orders", "GET /orders/{{ id }}", "DELETE /orders/{{ id }} (cleanup)"]);
}

#[test]
fn every_setting_is_described() {
    let mut described = described(&KIND);
    described.sort();
    assert_eq!(described, ["cleanup", "request"]);
}

#[test]
fn captured_names_are_told_once_and_in_order() {
    let scenario: HttpScenario = toml::from_str(ORDERS).unwrap();
    assert_eq!(
        (scenario.captures(), scenario.local_names()),
        (vec!["id".to_owned(), "sku".to_owned()], scenario.captures())
    );
}
