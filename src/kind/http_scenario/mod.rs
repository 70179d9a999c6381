//! `http-scenario`: a few requests in a row do what a user of the service needs.
//!
//! Fooled by, and prevented here: another release that answers (the release is proved before the first request), a test
//! that reads only the status (every request must assert something, and a fixed answer does not know the captured id), an
//! answer out of a cache (it is a reservation), things left behind (`cleanup` runs after a failure too, and says when it
//! did not work).

mod play;
mod problem;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::kind::check::http_request::RequestSettings;
use crate::kind::check::identity::Identified;
use crate::kind::check::{Check, Context, Judgement, Judging, SettingProblem};
use crate::kind::{Kind, parse, schema};
use crate::model::Effect;
use play::Play;

/// The kind `http-scenario`.
pub(crate) const KIND: Kind = Kind {
    name: "http-scenario",
    summary: "a few requests in a row do what a user of the service needs",
    details: include_str!("details.md"),
    example: r#"[[step]]
id = "create-order"
kind = "http-scenario"
expected = "an order that was created can be read again, by its own customer only"

[[step.request]]
name = "create"
method = "POST"
path = "/orders"
json = { sku = "A1", qty = 1, note = "{{ run }}" }
expect = { status = 201, json = { "$.qty" = 1, "$.note" = "{{ run }}" } }
capture = { id = "$.id" }

[[step.request]]
name = "read"
path = "/orders/{{ id }}"
expect = { status = 200, json = { "$.id" = "{{ id }}", "$.sku" = "A1" }, max-latency = "1s" }

[[step.cleanup]]
method = "DELETE"
path = "/orders/{{ id }}"
"#,
    parse: parse::<HttpScenario>,
    schema: schema::<HttpScenario>,
};

/// The settings of a step of the kind `http-scenario`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct HttpScenario {
    /// The requests, in the order in which they are sent.
    #[serde(default)]
    request: Vec<RequestSettings>,
    /// Requests that remove again what the others made. They run at the end whatever happened; without `expect`, any
    /// 2xx, 404 or 410 is fine.
    #[serde(default)]
    cleanup: Vec<RequestSettings>,
}

impl Check for HttpScenario {
    fn expectation(&self) -> String {
        let request =
            |request: &RequestSettings| format!("{}: {}", request.told(), request.expect.words().join(", "));
        self.request.iter().map(request).collect::<Vec<_>>().join("; ")
    }

    fn effect(&self) -> Effect {
        let only_looks = self.request.iter().chain(&self.cleanup).all(RequestSettings::is_safe);
        if only_looks { Effect::Read } else { Effect::Write }
    }

    fn uses_target(&self) -> bool {
        self.request.iter().chain(&self.cleanup).any(|request| request.path.is_some())
    }

    fn actions(&self) -> Vec<String> {
        let cleanup = self.cleanup.iter().map(|request| format!("{} (cleanup)", request.line()));
        self.request.iter().map(RequestSettings::line).chain(cleanup).collect()
    }

    fn problems(&self) -> Vec<SettingProblem> {
        let mut problems = Vec::new();
        let mut add = |key, message: String, help: &str| {
            problems.push(SettingProblem { key, message, help: help.to_owned() });
        };
        if self.request.is_empty() {
            add("request", "there is no request".to_owned(), "add a `[[step.request]]` with `path` and `expect`");
        }
        for request in self.request.iter().filter(|request| request.expect.is_empty()) {
            let message = format!("{} asserts nothing", request.told());
            add("request", message, "add `expect`, such as `expect = { status = 200, json = { \"$.id\" = 7 } }`");
        }
        for (key, requests) in [("request", &self.request), ("cleanup", &self.cleanup)] {
            for (message, help) in requests.iter().flat_map(RequestSettings::mistakes) {
                add(key, message, &help);
            }
        }
        for (request, name) in self.used_too_early() {
            let message = format!("{request} uses `{{{{ {name} }}}}`, which a later request captures");
            add("request", message, "capture the value in a request before it");
        }
        problems
    }

    fn captures(&self) -> Vec<String> {
        self.local_names()
    }

    fn local_names(&self) -> Vec<String> {
        let names = self.request.iter().flat_map(|request| request.capture.keys());
        names.collect::<BTreeSet<_>>().into_iter().cloned().collect()
    }

    fn judge<'a>(&'a self, context: &'a Context) -> Judging<'a> {
        Box::pin(async move {
            let release = match self.release(context).await {
                Ok(release) => release,
                Err(judgement) => return judgement.examined(0, "requests"),
            };
            let mut play = Play::new(self, context);
            let failed = play.requests().await.err();
            play.cleanup().await;
            play.judgement(failed, &release)
        })
    }
}

impl HttpScenario {
    /// Names that a request uses before they are captured, with that request.
    fn used_too_early(&self) -> Vec<(String, String)> {
        let local: BTreeSet<_> = self.local_names().into_iter().collect();
        let mut known = BTreeSet::new();
        let mut early = Vec::new();
        for request in &self.request {
            let used = request.names().into_iter().filter(|name| local.contains(name) && !known.contains(name));
            early.extend(used.map(|name| (request.told(), name)));
            known.extend(request.capture.keys().cloned());
        }
        early
    }

    /// The release that the target proves to be, where a request goes to the target.
    async fn release(&self, context: &Context) -> Result<Identified, Judgement> {
        if self.uses_target() { context.identity().await } else { Ok(Identified::Unidentified) }
    }
}

#[cfg(test)]
mod tests;
