//! A context for unit tests of kinds: real doors to a folder, and a plain step.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::model::{Effect, Importance, Phase, Release, StepHeader, StepId};
use crate::probe::{Clock, Environment, Limit, Probes, files, git, http, person, process, records};

use super::{Context, OutputSink, Service};

impl Context {
    /// A context for a service in a folder, with the time held at `now` and the environment of the tests.
    pub(crate) fn for_test(root: &Path, now: &str) -> Self {
        let probes = Probes {
            process: process::Process::default(),
            http: http::Http::default(),
            git: git::Git::new(root),
            files: files::Files::new(root),
            records: records::Records::of_service(root),
            person: person::Person::default(),
            clock: Clock::still(now.parse().expect("the time of a test is valid")),
            environment: Environment::of_this_process(),
        };
        Self {
            probes: Arc::new(probes),
            step: Arc::new(header()),
            service: Arc::new(Service {
                name: "orders".to_owned(),
                owner: Some("team-orders".to_owned()),
                rollback: None,
                root: root.to_owned(),
            }),
            target: None,
            release: Arc::new(Release::default()),
            run: "run-1".into(),
            names: Arc::default(),
            scratch: root.join("scratch"),
            limit: Limit::alone(Duration::from_secs(20)),
            output: OutputSink::new(|_, _| {}),
        }
    }
}

fn header() -> StepHeader {
    StepHeader {
        id: StepId::new("checklist", "step"),
        kind: "kind".to_owned(),
        title: "The step".to_owned(),
        why: None,
        owner: "team-orders".to_owned(),
        expected: "what is expected".to_owned(),
        rollback: "make rollback".to_owned(),
        importance: Importance::Required,
        effect: Effect::Read,
        phase: Phase::Before,
        tags: Vec::new(),
        needs: Vec::new(),
        file: "checklists/checklist.toml".to_owned(),
        line: 1,
    }
}
