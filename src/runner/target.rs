//! Bringing the target up and taking it down again.
//!
//! A target with a `start` command is started on a free port, asked until it is ready, and stopped with SIGTERM and
//! then SIGKILL. Its own log is kept as evidence. A service that ends by itself before it is ready makes the steps
//! that use it fail: it does not come up. One that is only not ready in time leaves them undecided.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::checklist::{Ready, TargetSetup};
use crate::kind::Service;
use crate::kind::check::CommandLine;
use crate::model::{CUT, Elapsed, Evidence, Length, Output, Problem, Reason, Stream, Target, Template};
use crate::probe::http::Request;
use crate::probe::process::{Command, Exit, Running};
use crate::probe::{Limit, Probes, clock, port};

use super::prepare::Unready;

/// How much of the target's log is kept, in bytes from its end.
const LOG_KEEP: u64 = 32 * 1024;

/// The first wait between two questions whether the target is ready.
const FIRST_POLL: Duration = Duration::from_millis(10);

/// The longest wait between two questions.
const LONGEST_POLL: Duration = Duration::from_millis(250);

/// A target that steps may use.
#[derive(Debug)]
pub(crate) struct LiveTarget {
    /// The target with everything filled in.
    pub(crate) target: Arc<Target>,
    /// The names that are known from here on: the port and the URL.
    pub(crate) names: BTreeMap<String, String>,
    /// How long it took to be ready, if it was started.
    pub(crate) ready_after: Option<Elapsed>,
    running: Option<Running>,
    log: Option<PathBuf>,
    grace: Duration,
}

impl LiveTarget {
    /// Starts the target if it has a `start` command, and waits until it is ready.
    pub(crate) async fn bring_up(
        setup: TargetSetup,
        service: Arc<Service>,
        probes: Arc<Probes>,
        log: PathBuf,
        limit: Limit,
    ) -> Result<Self, Unready> {
        let mut live = Self::at_rest(&setup);
        let Some(start) = &setup.start else { return Ok(live) };
        let port = port::free().map_err(|error| no_port(&setup, &error))?;
        live.fill_port(&setup, port);
        let start = live.fill(start);
        let command = live.command(&start, &setup, &service);
        let running = probes.process.start(&command, &log);
        live.running = Some(running.map_err(|error| not_started(&setup, &start, &error.to_string()))?);
        live.log = Some(log);
        let began = clock::instant();
        match live.wait_until_ready(&setup, &probes, &limit).await {
            Ok(()) => {
                live.ready_after = Some(probes.clock.since(began).into());
                Ok(live)
            }
            Err(problem) => Err(live.give_up(problem, &probes).await),
        }
    }

    /// A target that somebody else runs, or that is not started yet.
    fn at_rest(setup: &TargetSetup) -> Self {
        let mut names = BTreeMap::new();
        if let Some(url) = &setup.target.url {
            names.insert("target.url".to_owned(), url.clone());
        }
        let target = Arc::new(setup.target.clone());
        Self { target, names, ready_after: None, running: None, log: None, grace: setup.stop_grace.0 }
    }

    fn fill_port(&mut self, setup: &TargetSetup, port: u16) {
        self.names.insert("port".to_owned(), port.to_string());
        let mut target = setup.target.clone();
        if let Some(url) = &mut target.url {
            *url = Template(url).fill(|name| self.names.get(name).cloned());
            self.names.insert("target.url".to_owned(), url.clone());
        }
        self.target = Arc::new(target);
    }

    fn fill(&self, line: &CommandLine) -> CommandLine {
        let fill = |argument: &String| Template(argument).fill(|name| self.names.get(name).cloned());
        CommandLine::new(line.argv().iter().map(fill).collect()).unwrap_or_else(|_| line.clone())
    }

    fn command(&self, start: &CommandLine, setup: &TargetSetup, service: &Service) -> Command {
        let mut command = Command::new(start.argv().to_vec(), &service.root);
        let fill = |value: &String| Template(value).fill(|name| self.names.get(name).cloned());
        command.environment = setup.environment.iter().map(|(name, value)| (name.clone(), fill(value))).collect();
        command.environment.extend(self.names.iter().map(|(name, value)| {
            (format!("ROLLSAFE_{}", name.to_ascii_uppercase().replace('.', "_")), value.clone())
        }));
        command
    }

    /// Asks until a path answers with a status under 400, while the process lives.
    async fn wait_until_ready(
        &mut self,
        setup: &TargetSetup,
        probes: &Probes,
        limit: &Limit,
    ) -> Result<(), (Problem, bool)> {
        let ready =
            setup.ready.clone().unwrap_or(Ready { path: "/".to_owned(), within: Length(Duration::from_secs(30)) });
        let limit = limit.at_most(ready.within.0);
        let request = self.ready_request(&ready);
        let mut wait = FIRST_POLL;
        let mut last = "no answer yet".to_owned();
        loop {
            if let Some(exit) = self.running.as_mut().and_then(Running::ended) {
                return Err((ended_by_itself(setup, exit), true));
            }
            match probes.http.send(&request, &limit).await {
                Ok(response) if response.status < 400 => return Ok(()),
                Ok(response) => last = format!("{} answered with status {}", request.url, response.status),
                Err(error) => last = if limit.remaining().is_zero() { last } else { error.to_string() },
            }
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                _ = limit.reached() => return Err((not_ready(setup, &ready, &last), false)),
            }
            wait = wait.mul_f64(1.25).min(LONGEST_POLL);
        }
    }

    fn ready_request(&self, ready: &Ready) -> Request {
        let base = self.target.url.clone().unwrap_or_default();
        let mut request = Request::new("GET", format!("{base}{}", ready.path));
        // One attempt that hangs must not cost the whole time.
        request.timeout = Duration::from_secs(2);
        request.connect_timeout = Duration::from_secs(1);
        request
    }

    async fn give_up(self, (problem, is_fail): (Problem, bool), probes: &Probes) -> Unready {
        Unready { problem, is_fail, evidence: self.take_down(probes).await }
    }

    /// Stops the target if rollsafe started it, and returns its log.
    pub(crate) async fn take_down(self, probes: &Probes) -> Vec<Evidence> {
        let mut evidence = Vec::new();
        if let Some(running) = self.running {
            running.stop(self.grace).await;
        }
        if let Some((total, bytes)) = self.log.and_then(|log| probes.files.tail(log, LOG_KEEP).ok()) {
            evidence.push(Evidence::output(format!("log of target {}", self.target.name), log_output(total, &bytes)));
        }
        evidence
    }
}

/// The end of a log, with the mark of the cut if its beginning was left out.
fn log_output(total: u64, bytes: &[u8]) -> Output {
    let text = String::from_utf8_lossy(bytes);
    let dropped = total - bytes.len() as u64;
    let text = if dropped > 0 { format!("{CUT}{text}") } else { text.into_owned() };
    Output { stream: Stream::Log, text, bytes: total, dropped, file: None }
}

fn no_port(setup: &TargetSetup, error: &std::io::Error) -> Unready {
    let problem = Problem::new(Reason::Precondition, format!("target {} got no port", setup.target.name))
        .expected("a free port on 127.0.0.1")
        .observed(error.to_string())
        .next("free some ports and run the gate again");
    Unready { problem, is_fail: false, evidence: Vec::new() }
}

fn not_started(setup: &TargetSetup, start: &CommandLine, error: &str) -> Unready {
    let problem = Problem::new(Reason::ToolMissing, format!("target {} could not be started", setup.target.name))
        .expected(format!("`{start}` starts"))
        .observed(error)
        .next("correct `start` or `prepare` of the target in rollsafe.toml");
    Unready { problem, is_fail: false, evidence: Vec::new() }
}

fn ended_by_itself(setup: &TargetSetup, exit: Exit) -> Problem {
    let how = match exit {
        Exit::Status(status) => format!("it ended with status {status}"),
        Exit::Signal(signal) => format!("it was ended by signal {signal}"),
        Exit::TimedOut | Exit::Cancelled => "it was stopped".to_owned(),
    };
    Problem::new(Reason::Unhealthy, format!("the service on target {} does not come up", setup.target.name))
        .expected("it runs and becomes ready")
        .observed(format!("{how} before it was ready; its log is in the evidence of the run"))
        .next("read the end of its log, then start it by hand with the `start` command of the target")
}

fn not_ready(setup: &TargetSetup, ready: &Ready, last: &str) -> Problem {
    Problem::new(Reason::Timeout, format!("target {} was not ready in time", setup.target.name))
        .expected(format!("{} answers with a status under 400 within {}", ready.path, ready.within))
        .observed(last)
        .next("read the end of its log; if it is only slow, give `ready` of the target a longer `within`")
}
