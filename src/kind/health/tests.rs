//! Services that are well, and services that only look like it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::kind::check::test_server::{
    Answer, Asked, COMMIT, Server, context, described, ending, example, json as answer, judge,
};
use crate::model::{Count, Problem};

const OLD: &str = "fedcba9876543210fedcba9876543210fedcba98";

/// Three samples without a wait.
const QUICK: &str = "interval = '0ms'\n";

/// A service that answers `/health` and nothing else.
fn service(health: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Server {
    Server::start(move |asked| match asked.path.as_str() {
        "/health" => health(asked),
        _ => answer(404, &json!({"detail": "Not Found"})),
    })
}

fn well(body: Value) -> Server {
    service(move |_| answer(200, &body))
}

async fn judged(settings: &str, server: &Server, identified: bool) -> Judgement {
    judge::<Health>(&format!("{QUICK}{settings}"), &context(&server.url, identified)).await
}

/// The ending and the problem of a step that is not a pass.
async fn problem(settings: &str, server: &Server, identified: bool) -> ((&'static str, &'static str), Problem) {
    let judgement = judged(settings, server, identified).await;
    match judgement.outcome.clone() {
        Outcome::Warn(problem) | Outcome::Fail(problem) | Outcome::Error(problem) => (ending(&judgement), problem),
        Outcome::Pass(_) | Outcome::Skip(_) => panic!("{judgement:?}"),
    }
}

#[tokio::test]
async fn the_release_under_test_that_says_it_is_well_passes() {
    let server = well(json!({"ok": true, "commit": COMMIT, "checks": {"database": "ok"}}));
    let judgement =
        judged("json = { '$.ok' = true, '$.checks.database' = 'ok' }\nmax-latency = '5s'", &server, true).await;
    assert_eq!(ending(&judgement), ("pass", "met"), "{judgement:?}");
    assert_eq!(judgement.examined, Some(Count::new(3, "samples")));
    let Outcome::Pass(passed) = &judgement.outcome else { panic!("{judgement:?}") };
    assert!(
        passed.observed.starts_with(&format!("3 of 3 samples of `/health` are good from release {COMMIT}")),
        "{passed:?}"
    );
}

#[tokio::test]
async fn every_question_is_one_that_no_cache_has_seen() {
    let server = well(json!({"ok": true}));
    judged("", &server, false).await;
    let asked: Vec<_> = server.asked().into_iter().filter(|asked| asked.path == "/health").collect();
    let queries: std::collections::BTreeSet<_> = asked.iter().map(|asked| asked.query.clone()).collect();
    assert_eq!((asked.len(), queries.len()), (3, 3));
    assert!(asked.iter().all(|asked| asked.head.contains("cache-control: no-cache")), "{asked:?}");
}

#[tokio::test]
async fn without_a_rule_for_the_release_a_pass_is_a_warn_or_an_error_where_it_is_asked_for() {
    let server = well(json!({"ok": true}));
    assert_eq!(problem("", &server, false).await.0, ("warn", "unidentified"));
    assert_eq!(problem("require-identity = true", &server, false).await.0, ("error", "precondition"));
}

#[tokio::test]
async fn a_body_that_says_it_is_not_well_fails_under_status_200() {
    for body in
        [json!({"ok": false}), json!({"status": "down"}), json!({"success": false}), json!({"healthy": false})]
    {
        let (ending, problem) = problem("", &well(body), false).await;
        assert_eq!(ending, ("fail", "unhealthy"), "{problem:?}");
    }
}

#[tokio::test]
async fn a_part_that_is_not_well_is_a_reservation_that_a_rule_can_lift() {
    let server = well(json!({"status": "ok", "checks": {"mail": "down"}, "commit": COMMIT}));
    assert_eq!(problem("", &server, true).await.0, ("warn", "unclassified"));
    let lifted = judged("json = { '$.checks.mail' = { one-of = ['ok', 'down'] } }", &server, true).await;
    assert_eq!(ending(&lifted), ("pass", "met"));
    assert_eq!(problem("", &well(json!({"status": "warn", "commit": COMMIT})), true).await.0, ("warn", "threshold"));
}

#[tokio::test]
async fn a_rule_that_is_false_fails_with_both_sides() {
    let server = well(json!({"ok": true, "database": "sqlite"}));
    let (ending, problem) = problem("json = { '$.database' = 'postgres', '$.queue' = 1 }", &server, false).await;
    assert_eq!(ending, ("fail", "not-met"));
    assert_eq!(problem.expected, "`$.database` is \"postgres\"");
    assert_eq!(problem.observed, "\"sqlite\"; 1 more rules are false");
}

#[tokio::test]
async fn an_old_release_fails_and_both_commits_are_named() {
    let (ending, problem) = problem("", &well(json!({"ok": true, "commit": OLD})), true).await;
    assert_eq!(ending, ("fail", "wrong-target"));
    assert!(problem.expected.contains(COMMIT) && problem.observed.contains(OLD), "{problem:?}");
}

#[tokio::test]
async fn an_old_release_at_every_third_answer_fails() {
    let count = AtomicUsize::new(0);
    let server = service(move |_| {
        let is_old = count.fetch_add(1, Ordering::SeqCst) % 3 == 2;
        answer(200, &json!({"ok": true, "commit": if is_old { OLD } else { COMMIT }}))
    });
    let judgement = judged("", &server, true).await;
    assert_eq!(ending(&judgement), ("fail", "wrong-target"));
    assert_eq!(judgement.examined, Some(Count::new(2, "samples")));
}

#[tokio::test]
async fn a_release_that_another_path_tells_is_asked_for_at_every_sample() {
    let count = AtomicUsize::new(0);
    let server = Server::start(move |asked| match asked.path.as_str() {
        "/live" => answer(200, &json!({"ok": true})),
        "/health" => {
            let commit = if count.fetch_add(1, Ordering::SeqCst) == 2 { OLD } else { COMMIT };
            answer(200, &json!({ "commit": commit }))
        }
        _ => answer(404, &json!({})),
    });
    assert_eq!(problem("path = '/live'", &server, true).await.0, ("fail", "wrong-target"));
}

#[tokio::test]
async fn a_release_that_is_not_told_fails() {
    let (ending, problem) = problem("", &well(json!({"ok": true})), true).await;
    assert_eq!(ending, ("fail", "wrong-target"));
    assert!(problem.observed.contains("nothing at `$.commit`"), "{problem:?}");
}

#[tokio::test]
async fn a_page_is_no_health_report_unless_the_step_says_so() {
    let page = || (200, "content-type: text/html\r\n", "<!doctype html><title>Shop</title>".to_owned());
    let everywhere = Server::start(move |_| page());
    assert_eq!(problem("", &everywhere, false).await.0, ("fail", "not-met"));
    assert_eq!(problem("body-contains = 'Shop'", &everywhere, false).await.0, ("error", "inconclusive"));
    let only_here = service(move |_| page());
    assert_eq!(problem("body-contains = 'Shop'", &only_here, false).await.0, ("warn", "unidentified"));
}

#[tokio::test]
async fn a_service_that_answers_every_path_alike_is_not_decided() {
    let everywhere = Server::start(|_| answer(200, &json!({"message": "welcome"})));
    let (ending, problem) = problem("", &everywhere, false).await;
    assert_eq!(ending, ("error", "inconclusive"));
    assert!(problem.what.contains("cannot be told from a path that does not exist"), "{problem:?}");
    let told_apart =
        Server::start(|asked| answer(200, &json!({"message": "welcome", "ok": asked.path == "/health"})));
    assert_eq!(judged("json = { '$.ok' = true }", &told_apart, false).await.outcome.as_str(), "warn");
}

#[tokio::test]
async fn every_status_that_is_not_expected_gets_words_of_its_own() {
    for (status, ending, word) in [
        (307, ("fail", "not-met"), "sends on"),
        (400, ("fail", "not-met"), "refuses"),
        (401, ("fail", "not-met"), "sign in"),
        (404, ("fail", "missing"), "there is no"),
        (405, ("fail", "not-met"), "does not take GET"),
        (418, ("fail", "not-met"), "answers 418"),
        (429, ("error", "inconclusive"), "rate limit"),
        (503, ("fail", "unhealthy"), "not well"),
    ] {
        let server = service(move |_| (status, "location: /health/\r\n", String::new()));
        let (seen, problem) = problem("", &server, false).await;
        assert_eq!(seen, ending, "{problem:?}");
        assert!(problem.what.contains(word), "{problem:?}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_its_place_is_told() {
    let server = service(|_| (302, "location: /login\r\n", String::new()));
    let (_, problem) = problem("", &server, false).await;
    assert_eq!(problem.observed, "status 302 to /login");
    assert_eq!(server.lines(), ["GET /health"]);
}

#[tokio::test]
async fn a_stored_answer_decides_nothing() {
    for headers in ["age: 37\r\n", "x-cache: HIT\r\n"] {
        let server = service(move |_| (200, headers, "{\"ok\": true}".to_owned()));
        assert_eq!(problem("", &server, false).await.0, ("error", "inconclusive"));
    }
}

#[tokio::test]
async fn a_body_that_says_it_is_json_and_is_not_cannot_be_read() {
    let server = service(|_| (200, "content-type: application/json\r\n", "OK".to_owned()));
    assert_eq!(problem("", &server, false).await.0, ("error", "unparsable"));
    let server = service(|_| (200, "content-type: text/plain\r\n", "OK".to_owned()));
    assert_eq!(problem("json = { '$.ok' = true }", &server, false).await.0, ("fail", "not-met"));
}

#[tokio::test]
async fn slow_answers_fail_and_a_single_slow_one_warns() {
    let slow = |number: usize| {
        let count = AtomicUsize::new(0);
        service(move |_| {
            if count.fetch_add(1, Ordering::SeqCst) < number {
                std::thread::sleep(Duration::from_millis(400));
            }
            answer(200, &json!({"ok": true, "commit": COMMIT}))
        })
    };
    assert_eq!(problem("max-latency = '300ms'", &slow(2), true).await.0, ("fail", "not-met"));
    assert_eq!(problem("max-latency = '300ms'", &slow(1), true).await.0, ("warn", "threshold"));
}

#[tokio::test]
async fn no_target_nobody_there_and_no_time_are_errors() {
    let context = context("http://127.0.0.1:1", true);
    assert_eq!(ending(&judge::<Health>("", &context).await), ("error", "unreachable"));
    let nowhere = Context { target: None, ..context };
    assert_eq!(ending(&judge::<Health>("", &nowhere).await), ("error", "precondition"));
    let server = well(json!({"ok": true}));
    let short = crate::probe::Limit::alone(Duration::from_millis(700));
    let context = Context { limit: short, ..crate::kind::check::test_server::context(&server.url, false) };
    let judgement = judge::<Health>("interval = '60s'", &context).await;
    assert_eq!(ending(&judgement), ("error", "timeout"), "{judgement:?}");
    assert_eq!(judgement.examined, Some(Count::new(1, "samples")));
}

#[test]
fn the_example_has_no_mistake() {
    let health: Health = example(KIND.example);
    assert_eq!(health.problems(), []);
    assert_eq!(
        health.expectation(),
        "5 answers in a row of `/health` from the release under test: status 200, `$.checks.database` is \"ok\", `$.ok` is true"
    );
}

#[test]
fn every_setting_is_described() {
    let names = ["body-contains", "interval", "json", "max-latency", "path", "require-identity", "samples", "status"];
    let mut described = described(&KIND);
    described.sort();
    assert_eq!(described, names);
}

#[test]
fn settings_that_show_nothing_are_told() {
    let health: Health = toml::from_str("path = 'health'\nsamples = 0\nstatus = 20").unwrap();
    let messages: Vec<_> = health.problems().into_iter().map(|problem| problem.message).collect();
    assert_eq!(
        messages,
        ["the path `health` does not begin with a slash", "0 samples show nothing", "20 is not a status code"]
    );
}
