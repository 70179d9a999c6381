//! Proving which release answers, and that the path that is asked really exists.
//!
//! A probe of a running service is worth nothing when the release before it, or something else on the same address,
//! answers. The target says where the service tells its release; the question carries a query that no cache has seen.
//!
//! Two ids of commits are the same when one begins with the other and the shorter has at least 12 hex digits. Git's
//! own short form (7 digits) is refused: it is unique only in the repository and at the time it was printed in, and the
//! full id costs nothing to report.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;

use crate::kind::check::expect::{JsonPath, json_body, named, shown, told_body, told_status};
use crate::kind::check::{Context, Judgement};
use crate::model::{Identity, Problem, Reason, Template};
use crate::probe::http::{Request, Response};

/// The fewest hex digits in which the id of a commit counts as told.
const SHORTEST_COMMIT: usize = 12;

/// The number of the next question that no cache has seen.
static QUESTION: AtomicU64 = AtomicU64::new(1);

/// What a target says about its release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Identified {
    /// It is the release under test; the value that proves it.
    Proven(String),
    /// No rule says how to tell.
    Unidentified,
}

impl Context {
    /// Asks the target which release it is.
    ///
    /// # Errors
    /// The judgement of the step: `wrong-target` when another release answers or none is told, and whatever kept the
    /// answer from coming.
    pub(crate) async fn identity(&self) -> Result<Identified, Judgement> {
        let Some(rule) = self.identity_rule() else { return Ok(Identified::Unidentified) };
        let request = self.fresh(Request::new("GET", self.url_of(&rule.path)?));
        let response = self.ask(&request).await?;
        if let Some(sign) = response.cached() {
            return Err(Judgement::error(from_cache(&rule.path, &sign)));
        }
        let proven = rule.proof(&response).map_err(|problem| {
            Judgement::error(*problem).with([response.evidence(format!("answer of {}", rule.path))])
        })?;
        Ok(Identified::Proven(proven))
    }

    /// How the target tells its release, if it has a rule.
    pub(crate) fn identity_rule(&self) -> Option<&Identity> {
        self.target.as_ref()?.identity.as_ref()
    }

    /// A request that no cache on the way can answer.
    pub(crate) fn fresh(&self, request: Request) -> Request {
        request
            .query(&[("rollsafe".to_owned(), self.unique())])
            .header("cache-control", "no-cache")
            .header("pragma", "no-cache")
    }

    /// Asks for a path that cannot exist, to learn what the service answers when nothing is there.
    ///
    /// # Errors
    /// The judgement of the step, when there was no whole answer.
    pub(crate) async fn nowhere(&self) -> Result<Response, Judgement> {
        let path = format!("/rollsafe-no-such-path-{}", self.unique());
        let request = Request::new("GET", self.url_of(&path)?).header("cache-control", "no-cache");
        self.ask(&request).await
    }

    /// A text that no question had before.
    fn unique(&self) -> String {
        format!("{}-{}-{}", self.run, std::process::id(), QUESTION.fetch_add(1, Ordering::Relaxed))
    }
}

/// A problem of an answer that was taken from a cache.
pub(crate) fn from_cache(path: &str, sign: &str) -> Problem {
    Problem::new(
        Reason::Inconclusive,
        format!("the answer of `{path}` came from a cache, so it says nothing about now"),
    )
    .expected("an answer that the service made now")
    .observed(format!("`{sign}`"))
    .next(format!("send `cache-control: no-store` with `{path}`, or ask the service behind the cache"))
}

impl Identity {
    /// The value that proves the release.
    ///
    /// # Errors
    /// The problem, boxed because it is large, when the answer shows another release or none.
    pub(crate) fn proof(&self, response: &Response) -> Result<String, Box<Problem>> {
        let path = self.precondition()?;
        let release = told(&path, response).map_err(|observed| Box::new(self.untold(observed)))?;
        if same_release(&release, &self.equals) { Ok(release) } else { Err(Box::new(self.another(&release))) }
    }

    /// The path to the value. A rule that is not valid, or whose names were not filled in, proves nothing.
    fn precondition(&self) -> Result<JsonPath, Box<Problem>> {
        let path = JsonPath::parse(&self.json).map_err(|message| Box::new(invalid_path(message)))?;
        if !self.equals.trim().is_empty() && Template(&self.equals).placeholders().is_empty() {
            return Ok(path);
        }
        let problem = Problem::new(Reason::Precondition, "it is not known which release should answer")
            .expected("the id or version of the release under test")
            .observed(format!("`equals` of the target's `identity` is `{}`", self.equals))
            .next("run the gate inside the repository of the service, or set `equals` to a value that is known");
        Err(Box::new(problem))
    }

    fn untold(&self, observed: String) -> Problem {
        Problem::new(Reason::WrongTarget, format!("`{}` does not tell which release answers", self.path))
            .expected(format!("`{}` at `{}`", self.equals, self.json))
            .observed(observed)
            .next(format!(
                "deploy a release that tells its commit at `{}`, or correct `identity` of the target in rollsafe.toml",
                self.path
            ))
    }

    fn another(&self, told: &str) -> Problem {
        let next = if (1..SHORTEST_COMMIT).contains(&told.len()) && self.equals.starts_with(told) {
            "report the full id of the commit: a short one could belong to another release".to_owned()
        } else {
            "deploy the release under test, and wait until no earlier one answers any more".to_owned()
        };
        Problem::new(Reason::WrongTarget, "another release than the one under test answers")
            .expected(format!("`{}` at `{}` of `{}`", self.equals, self.json, self.path))
            .observed(format!("`{}`", crate::model::excerpt(told, 200)))
            .next(next)
    }
}

/// The value that the answer tells.
fn told(path: &JsonPath, response: &Response) -> Result<String, String> {
    let document = json_body(response).map_err(|_| told_status(response))?;
    let nodes = path.locate(&document)?;
    match nodes.as_slice() {
        [] => Err(format!("status {}, and nothing at `{path}` in {}", response.status, told_body(response))),
        [node] => match node.value {
            Value::String(text) => Ok(text.clone()),
            other => Err(format!("{} at `{path}`, {} instead of a string", shown(other), named(other))),
        },
        several => Err(format!("{} values at `{path}` instead of one", several.len())),
    }
}

fn invalid_path(message: String) -> Problem {
    Problem::new(Reason::Precondition, "the rule that tells the release cannot be used")
        .expected("`json` of the target's `identity` is a path such as `$.commit`")
        .observed(message)
        .next("correct `identity` of the target in rollsafe.toml, and run `rollsafe check`")
}

/// Whether two values name the same release.
fn same_release(told: &str, wanted: &str) -> bool {
    let (told, wanted) = (told.trim(), wanted.trim());
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let shorter = told.len().min(wanted.len());
    let are_commits = is_hex(told) && is_hex(wanted) && shorter >= SHORTEST_COMMIT;
    told == wanted || (are_commits && told[..shorter].eq_ignore_ascii_case(&wanted[..shorter]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::http::Phases;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    fn rule(equals: &str) -> Identity {
        Identity { path: "/health".to_owned(), json: "$.commit".to_owned(), equals: equals.to_owned() }
    }

    fn proof(equals: &str, body: &str) -> Result<String, (Reason, String)> {
        let response = Response {
            url: "http://host/health".to_owned(),
            status: 200,
            version: "HTTP/1.1".to_owned(),
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
            truncated: false,
            address: None,
            phases: Phases::default(),
            hops: Vec::new(),
        };
        rule(equals).proof(&response).map_err(|problem| (problem.reason, problem.observed))
    }

    #[test]
    fn the_full_commit_and_a_long_beginning_prove_the_release() {
        let body = format!("{{\"commit\": \"{COMMIT}\"}}");
        assert_eq!(proof(COMMIT, &body), Ok(COMMIT.to_owned()));
        assert_eq!(proof(&COMMIT[..12], &body), Ok(COMMIT.to_owned()));
        assert_eq!(proof(COMMIT, "{\"commit\": \"0123456789AB\"}"), Ok("0123456789AB".to_owned()));
        assert_eq!(proof("v1.2.3", "{\"commit\": \"v1.2.3\"}"), Ok("v1.2.3".to_owned()));
    }

    #[test]
    fn another_commit_or_a_short_one_proves_nothing() {
        for told in ["0123456", "0123456789a", "fedcba9876543210", "v1.2.3", ""] {
            let (reason, observed) = proof(COMMIT, &format!("{{\"commit\": \"{told}\"}}")).unwrap_err();
            assert_eq!((reason, observed), (Reason::WrongTarget, format!("`{told}`")));
        }
        proof("v1.2.3-rc1-long", "{\"commit\": \"v1.2.3-rc1-lo\"}").unwrap_err();
    }

    #[test]
    fn an_answer_without_the_value_is_another_service() {
        for (body, observed) in [
            ("{\"ok\": true}", "status 200, and nothing at `$.commit` in a body that says \"{\\\"ok\\\": true}\""),
            ("{\"commit\": 5}", "5 at `$.commit`, a number instead of a string"),
            ("<html>", "status 200 with a body that says \"<html>\""),
        ] {
            assert_eq!(proof(COMMIT, body), Err((Reason::WrongTarget, observed.to_owned())));
        }
    }

    #[test]
    fn a_rule_without_a_known_release_is_no_proof() {
        for equals in ["", " ", "{{ commit }}"] {
            let (reason, _) = proof(equals, "{\"commit\": \"\"}").unwrap_err();
            assert_eq!(reason, Reason::Precondition);
        }
        let no_path = Identity { json: "commit".to_owned(), ..rule(COMMIT) };
        assert_eq!(no_path.precondition().unwrap_err().reason, Reason::Precondition);
    }
}
