//! Assertions on whole responses.

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::probe::http::Phases;

fn response(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
    Response {
        url: "http://host/".to_owned(),
        status,
        version: "HTTP/1.1".to_owned(),
        headers: headers.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect(),
        body: body.as_bytes().to_vec(),
        truncated: false,
        address: None,
        phases: Phases { total: Duration::from_millis(300).into(), ..Phases::default() },
        hops: Vec::new(),
    }
}

fn expect(text: &str) -> Expect {
    toml::from_str(text).unwrap()
}

fn observed(text: &str, response: &Response) -> Vec<String> {
    expect(text).unmet(response).into_iter().map(|unmet| unmet.observed).collect()
}

#[test]
fn a_response_that_is_as_it_should_be_is_met() {
    let response = response(
        201,
        &[("content-type", "application/json"), ("vary", "accept"), ("vary", "cookie")],
        "{\"qty\": 1}",
    );
    let all = "status = [200, 201]\njson = { '$.qty' = 1 }\nheaders = { Content-Type = 'application/json', \
               vary = { matches = '^(accept|cookie)$' }, etag = { exists = false } }\nbody-contains = 'qty'\n\
               body-not-contains = ['error', 'Traceback']\nbody-matches = 'qty.*1'\nmax-latency = '300ms'";
    assert_eq!(expect(all).unmet(&response), []);
    assert_eq!(expect(all).words().len(), 10);
}

#[test]
fn everything_that_is_not_met_is_told_the_status_first() {
    let response = response(200, &[("vary", "accept"), ("vary", "cookie")], "{\"qty\": 2}");
    let seen = observed(
        "status = 201\njson = { '$.qty' = 1 }\nheaders = { vary = 'accept', etag = 'x' }\nbody-contains = 'sku'\n\
         body-not-contains = 'qty'\nbody-matches = '^\\['\nmax-latency = '299ms'",
        &response,
    );
    let body = "a body that says \"{\\\"qty\\\": 2}\"";
    assert_eq!(
        seen,
        [
            &format!("status 200 with {body}"),
            "2",
            "nothing is there",
            "\"cookie\", at `vary`, one of 2 values",
            body,
            body,
            body,
            "an answer after 300.0ms",
        ]
    );
}

#[test]
fn a_redirect_tells_where_it_leads() {
    let response = response(302, &[("location", "/login")], "");
    assert_eq!(observed("status = 200", &response), ["status 302 to /login"]);
}

#[test]
fn a_body_that_is_no_json_fails_a_rule_on_json() {
    let html = response(200, &[("content-type", "text/html; charset=utf-8")], "<html></html>");
    let seen = observed("json = { '$.a' = { exists = false } }", &html);
    assert_eq!(seen.len(), 1);
    assert!(seen[0].starts_with("a text/html body that says \"<html></html>\": expected value"), "{seen:?}");
    assert_eq!(
        observed("json = { '$.a' = 1 }", &response(200, &[], ""))[0],
        "an empty body: EOF while parsing a value at line 1 column 0"
    );
}

#[test]
fn a_cut_body_proves_nothing_about_what_is_not_in_it() {
    let cut = Response { truncated: true, ..response(200, &[], "{\"a\": 1}") };
    for rule in ["json = { '$.a' = 1 }", "body-not-contains = 'x'", "body-matches = 'a'"] {
        let seen = observed(rule, &cut);
        assert!(seen.len() == 1 && seen[0].contains("cut at its cap"), "{rule}: {seen:?}");
    }
    assert_eq!(observed("body-contains = 'a'", &cut), [""; 0]);
}

#[test]
fn names_are_filled_in_before_anything_is_compared() {
    let mut names = Names::default();
    names.capture("id", json!(7));
    let expect = expect(
        "json = { '$.id' = '{{ id }}' }\nheaders = { location = '/orders/{{ id }}' }\nbody-contains = '{{ id }}'\n\
         body-matches = ': {{ id }}'",
    );
    let response = response(201, &[("location", "/orders/7")], "{\"id\": 7}");
    assert_eq!(expect.filled(&names).unmet(&response), []);
    assert_ne!(expect.unmet(&response), []);
}

#[test]
fn an_expectation_of_nothing_is_seen_as_such() {
    assert!(expect("").is_empty() && expect("json = {}").is_empty());
    assert!(!expect("body-not-contains = 'x'").is_empty());
}

#[test]
fn mistakes_that_types_cannot_tell_are_told() {
    let mistakes = expect("status = [200, 99]\nheaders = { age = { at-least = 1 } }\nbody-contains = ''").mistakes();
    let messages: Vec<_> = mistakes.into_iter().map(|(message, _)| message).collect();
    assert_eq!(
        messages,
        [
            "99 is not a status code",
            "the header `age` is a text, so this can never hold: is at least 1",
            "every body contains the empty text",
        ]
    );
}

#[test]
fn unknown_keys_and_bare_numbers_of_time_do_not_load() {
    for text in ["statuses = 200", "max-latency = 5", "status = []", "json = { '$.a' = { most = 1 } }"] {
        toml::from_str::<Expect>(text).unwrap_err();
    }
}
