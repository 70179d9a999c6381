//! The dispatch loop: the one receiver of everything that happens in a run.
//!
//! It owns the order of steps, the time and the secrets. It starts steps, takes their messages and judgements one at
//! a time, stamps and masks them, and hands them on as events to one callback. A step that was planned and has no
//! result at the end is an error, so nothing can be forgotten.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};
use tokio::task::{Id, JoinError, JoinHandle, JoinSet};

use crate::checklist::{LateSecret, ProfileRules, TargetSetup};
use crate::kind::check::OutputSink;
use crate::kind::{Context, Judgement, Service};
use crate::model::{
    ChecklistSource, Counts, Ending, Event, EventKind, Evidence, Masker, Outcome, Problem, Reason, Release,
    RunReport, SCHEMA_VERSION, Secret, StepReport, Tool, Verdict,
};
use crate::probe::{Limit, Probes, clock};

use super::attempt::{Attempt, Message, Rules};
use super::interrupt::{Interrupts, Signal};
use super::lines::Lines;
use super::mask::masked;
use super::plan::{Plan, PlannedStep};
use super::prepare::{Unready, prepare};
use super::schedule::{Constraint, Schedule};
use super::settle::{StopCause, blocked, panicked, waive};
use super::target::LiveTarget;

/// What a run knows from the start.
#[derive(Debug)]
pub(crate) struct Facts {
    /// The id of the run.
    pub(crate) run: String,
    /// The service.
    pub(crate) service: Arc<Service>,
    /// The release under test.
    pub(crate) release: Release,
    /// Where it runs, if a target was named.
    pub(crate) target: Option<TargetSetup>,
    /// The profile.
    pub(crate) profile: ProfileRules,
    /// The checklists.
    pub(crate) checklists: Vec<ChecklistSource>,
    /// The names that are known before the run.
    pub(crate) names: BTreeMap<String, String>,
    /// All secrets that are known before the run.
    pub(crate) secrets: Vec<Secret>,
    /// Secrets whose files the preparation of the target writes.
    pub(crate) late_secrets: Vec<LateSecret>,
    /// The doors to the world.
    pub(crate) probes: Arc<Probes>,
    /// A folder for files that steps make; somebody else removes it.
    pub(crate) scratch: PathBuf,
}

/// How the caller wants the run to go.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// How many steps run at once.
    pub(crate) jobs: usize,
    /// Whether nothing more is started once a required step is not good.
    pub(crate) fail_fast: bool,
    /// The end of the whole run.
    pub(crate) deadline: Option<Duration>,
}

/// The callback that gets every event.
pub(crate) type OnEvent<'a> = &'a mut (dyn FnMut(Event) + Send);

/// The capacity of the channel from steps to the loop.
const CHANNEL: usize = 1024;

/// Runs a plan and returns the finished report, which is also the last event.
pub(crate) async fn run(
    plan: Plan,
    facts: Facts,
    settings: Settings,
    mut interrupts: Interrupts,
    on_event: OnEvent<'_>,
) -> RunReport {
    let mut dispatch = Dispatch::new(plan, facts, settings, on_event);
    dispatch.begin();
    dispatch.prepare_target(&mut interrupts).await;
    dispatch.start_target();
    dispatch.until_done(&mut interrupts).await;
    dispatch.finish().await
}

/// The state of the run.
struct Dispatch<'a> {
    facts: Facts,
    settings: Settings,
    steps: Vec<PlannedStep>,
    schedule: Schedule,
    reports: Vec<Option<StepReport>>,
    started: Vec<Duration>,
    begun: Instant,
    deadline: Option<Instant>,
    tasks: JoinSet<(Judgement, u32)>,
    positions: HashMap<Id, usize>,
    messages: (mpsc::Sender<Message>, mpsc::Receiver<Message>),
    cancel: watch::Sender<bool>,
    stop: Option<StopCause>,
    ending: Ending,
    target: TargetState,
    /// Masks every secret.
    masker: Masker,
    /// The values of secrets that became known during the run. They are filled into settings and never exported.
    late_values: BTreeMap<String, String>,
    /// The names that every step gets.
    names: Arc<BTreeMap<String, String>>,
    /// What steps captured, per checklist.
    captured: HashMap<String, BTreeMap<String, String>>,
    evidence: Vec<Evidence>,
    on_event: OnEvent<'a>,
}

/// Where the target is on its way.
enum TargetState {
    /// No step uses it, or it is gone.
    Absent,
    /// On its way up.
    Rising(JoinHandle<Result<LiveTarget, Unready>>),
    /// Ready.
    Up(LiveTarget),
}

impl<'a> Dispatch<'a> {
    fn new(plan: Plan, facts: Facts, settings: Settings, on_event: OnEvent<'a>) -> Self {
        let count = plan.steps.len();
        let schedule = Schedule::new(constraints(&plan.steps), settings.jobs, false);
        let begun = clock::instant();
        Self {
            deadline: settings.deadline.map(|deadline| begun + deadline),
            masker: Masker::new(&facts.secrets),
            late_values: BTreeMap::new(),
            names: Arc::new(facts.names.clone()),
            facts,
            settings,
            steps: plan.steps,
            schedule,
            reports: vec![None; count],
            started: vec![Duration::ZERO; count],
            begun,
            tasks: JoinSet::new(),
            positions: HashMap::new(),
            messages: mpsc::channel(CHANNEL),
            cancel: watch::channel(false).0,
            stop: None,
            ending: Ending::Finished,
            target: TargetState::Absent,
            captured: HashMap::new(),
            evidence: Vec::new(),
            on_event,
        }
    }

    /// Tells the plan, and decides everything that a rule has decided already.
    fn begin(&mut self) {
        let steps = self.steps.iter().map(|planned| (*planned.step.header).clone()).collect();
        self.emit(EventKind::RunStarted { run: self.facts.run.clone(), steps });
        for step in 0..self.steps.len() {
            if let Some(skip) = self.steps[step].skip.clone() {
                self.settle(step, Judgement::new(skip), 0);
            }
        }
    }

    /// Prepares the target; without it no step can run, so all are blocked if that fails.
    async fn prepare_target(&mut self, interrupts: &mut Interrupts) {
        let Some(setup) = self.facts.target.clone() else { return };
        let (service, probes) = (Arc::clone(&self.facts.service), Arc::clone(&self.facts.probes));
        let limit = self.limit(Duration::from_secs(24 * 3600));
        let (sender, mut progress) = mpsc::unbounded_channel();
        let preparing = tokio::spawn(async move {
            prepare(&setup, &service, &probes, &limit, &mut |message| drop(sender.send(message))).await
        });
        tokio::pin!(preparing);
        let result = loop {
            tokio::select! {
                biased;
                Some(message) = progress.recv() => self.emit(EventKind::TargetProgress { message }),
                result = &mut preparing => break result,
                signal = interrupts.next() => self.on_signal(signal),
                () = until(self.deadline), if self.stop.is_none() => self.stop(StopCause::Deadline),
            }
        };
        match result {
            Ok(Ok(())) => self.read_late_secrets(),
            Ok(Err(unready)) => self.target_is_unprepared(unready),
            Err(error) => self.target_is_unprepared(defect(&error)),
        }
    }

    /// Reads the secrets that the preparation has written, and masks them from here on.
    fn read_late_secrets(&mut self) {
        for late in std::mem::take(&mut self.facts.late_secrets) {
            match late.read(&self.facts.probes.files) {
                Ok(secret) => {
                    self.late_values.insert(late.name, secret.reveal().to_owned());
                    self.facts.secrets.push(secret);
                }
                Err(problem) => {
                    return self.target_is_unprepared(Unready { problem, is_fail: false, evidence: Vec::new() });
                }
            }
        }
        self.masker = Masker::new(&self.facts.secrets);
    }

    fn target_is_unprepared(&mut self, unready: Unready) {
        let problem = &unready.problem;
        let why = format!("{}: {}; {}", problem.what, problem.observed, problem.next);
        self.evidence.push(Evidence::text("preparation of the target", &why));
        self.evidence.extend(unready.evidence);
        for step in self.schedule.waiting() {
            self.settle(step, Judgement::new(Outcome::skip(Reason::Blocked, why.clone())), 0);
        }
    }

    /// Starts the target in the background if a step that is to run uses it.
    fn start_target(&mut self) {
        let used = self.schedule.waiting().into_iter().any(|step| self.steps[step].step.uses_target());
        let Some(setup) = self.facts.target.clone().filter(|_| used && self.stop.is_none()) else {
            self.schedule.target_ready();
            return;
        };
        if setup.start.is_some() {
            self.emit(EventKind::TargetProgress { message: format!("target {}: starting", setup.target.name) });
        }
        let log = self.facts.scratch.join("target.log");
        let limit = self.limit(Duration::from_secs(24 * 3600));
        let (service, probes) = (Arc::clone(&self.facts.service), Arc::clone(&self.facts.probes));
        self.target = TargetState::Rising(tokio::spawn(LiveTarget::bring_up(setup, service, probes, log, limit)));
    }

    async fn until_done(&mut self, interrupts: &mut Interrupts) {
        loop {
            self.start_what_may_start();
            if self.schedule.is_done() {
                return;
            }
            if !self.schedule.is_running() && !matches!(self.target, TargetState::Rising(_)) {
                self.nothing_can_start();
                return;
            }
            tokio::select! {
                biased;
                Some(message) = self.messages.1.recv() => self.on_message(message),
                Some(ended) = self.tasks.join_next_with_id() => self.on_ended(ended),
                risen = rising(&mut self.target) => self.on_target(risen),
                signal = interrupts.next() => self.on_signal(signal),
                () = until(self.deadline), if self.stop.is_none() => self.stop(StopCause::Deadline),
            }
        }
    }

    fn start_what_may_start(&mut self) {
        while let Some(step) = self.schedule.start_next() {
            self.start(step);
        }
    }

    /// Starts one step as a task of its own.
    fn start(&mut self, step: usize) {
        self.started[step] = self.elapsed();
        self.emit(EventKind::StepStarted { id: self.steps[step].step.header.id.clone() });
        let names = self.names_for(step);
        let planned = &self.steps[step].step;
        let check = match planned.check_with(&self.with_late_values(&names)) {
            Ok(check) => check,
            Err(problem) => return self.settle(step, Judgement::error(problem), 0),
        };
        let rules = Rules { timeout: planned.timeout, retry: planned.retry.clone(), until: planned.until.clone() };
        let (cancelled, messages) = (self.cancel.subscribe(), self.messages.0.clone());
        let context = self.context(step, names);
        let attempt = Attempt { step, check, context, rules, cancelled, messages };
        let task = self.tasks.spawn(attempt.run());
        self.positions.insert(task.id(), step);
    }

    fn context(&self, step: usize, names: Arc<BTreeMap<String, String>>) -> Context {
        let header = Arc::clone(&self.steps[step].step.header);
        let (sender, lines) = (self.messages.0.clone(), Lines::default());
        let output = OutputSink::new(move |stream, piece| {
            lines.push(stream, piece, |line| {
                // A full channel only costs a live line; the evidence has it all.
                drop(sender.try_send(Message::Output { step, stream, line }));
            });
        });
        Context {
            probes: Arc::clone(&self.facts.probes),
            step: header,
            service: Arc::clone(&self.facts.service),
            target: self.live_target(),
            release: Arc::new(self.facts.release.clone()),
            run: self.facts.run.as_str().into(),
            names,
            scratch: self.facts.scratch.join(step.to_string()),
            limit: Limit::starting_now(Duration::ZERO, self.cancel.subscribe()),
            output,
        }
    }

    fn live_target(&self) -> Option<Arc<crate::model::Target>> {
        match &self.target {
            TargetState::Up(live) => Some(Arc::clone(&live.target)),
            TargetState::Absent | TargetState::Rising(_) => {
                self.facts.target.as_ref().map(|setup| Arc::new(setup.target.clone()))
            }
        }
    }

    /// The names of the run, and what earlier steps of the same checklist captured.
    fn names_for(&self, step: usize) -> Arc<BTreeMap<String, String>> {
        let checklist = self.steps[step].step.header.id.checklist();
        match self.captured.get(checklist) {
            None => Arc::clone(&self.names),
            Some(captured) => {
                let mut names = (*self.names).clone();
                names.extend(captured.clone());
                Arc::new(names)
            }
        }
    }

    /// Names for settings: those of the run, and the secrets that became known during it.
    fn with_late_values<'n>(&self, names: &'n BTreeMap<String, String>) -> Cow<'n, BTreeMap<String, String>> {
        if self.late_values.is_empty() {
            return Cow::Borrowed(names);
        }
        let mut values = names.clone();
        values.extend(self.late_values.clone());
        Cow::Owned(values)
    }

    fn on_message(&mut self, message: Message) {
        let id = |step: usize| self.steps[step].step.header.id.clone();
        let kind = match message {
            Message::Output { step, stream, line } => EventKind::StepOutput { id: id(step), stream, line },
            Message::Retrying { step, attempt, wait, problem } => {
                EventKind::StepRetrying { id: id(step), attempt, wait_ms: wait.into(), problem }
            }
        };
        self.emit(kind);
    }

    fn on_ended(&mut self, ended: Result<(Id, (Judgement, u32)), JoinError>) {
        let task = ended.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
        let Some(step) = self.positions.remove(&task) else { return };
        match ended {
            Ok((_, (judgement, attempts))) => self.settle(step, judgement, attempts),
            Err(error) => self.settle(step, self.lost(step, error), 1),
        }
    }

    /// The judgement of a task that panicked or was killed.
    fn lost(&self, step: usize, error: JoinError) -> Judgement {
        match error.try_into_panic() {
            Ok(payload) => Judgement::new(panicked(&self.steps[step].step.header.kind, panic_message(&*payload))),
            Err(_) => Judgement::error(
                Problem::new(Reason::Interrupted, "the step was killed with the run")
                    .expected("an end by itself")
                    .observed("a second signal came while it was being stopped")
                    .unsafe_to_retry()
                    .next("run the gate again"),
            ),
        }
    }

    fn on_target(&mut self, risen: Result<Result<LiveTarget, Unready>, JoinError>) {
        self.target = TargetState::Absent;
        match risen {
            Ok(Ok(live)) => self.target_is_up(live),
            Ok(Err(unready)) => self.target_is_down(unready),
            Err(error) => self.target_is_down(defect(&error)),
        }
        self.schedule.target_ready();
    }

    fn target_is_up(&mut self, live: LiveTarget) {
        if let Some(after) = live.ready_after {
            let url = live.target.url.clone().unwrap_or_default();
            let message = format!("target {}: ready at {url} after {after}", live.target.name);
            self.emit(EventKind::TargetProgress { message });
        }
        let mut names = (*self.names).clone();
        names.extend(live.names.clone());
        self.names = Arc::new(names);
        self.target = TargetState::Up(live);
    }

    /// Decides every step that uses the target, with what kept it down.
    fn target_is_down(&mut self, unready: Unready) {
        for step in self.schedule.waiting() {
            if self.steps[step].step.uses_target() {
                let problem = unready.problem.clone();
                let outcome = if unready.is_fail { Outcome::Fail(problem) } else { Outcome::Error(problem) };
                self.settle(step, Judgement::new(outcome).with(unready.evidence.clone()), 0);
            }
        }
        self.evidence.extend(unready.evidence);
    }

    /// The first signal stops, the second one kills.
    fn on_signal(&mut self, signal: Signal) {
        self.ending = match signal {
            Signal::Interrupt => Ending::Interrupted,
            Signal::Terminate => Ending::Terminated,
        };
        if self.stop == Some(StopCause::Signal) {
            self.tasks.abort_all();
        } else {
            self.stop(StopCause::Signal);
        }
    }

    /// Starts nothing more; except for fail-fast, also ends what runs.
    fn stop(&mut self, cause: StopCause) {
        let (why, ends_running) = match cause {
            StopCause::Signal => ("a signal came: stopping what runs; a second one kills it", true),
            StopCause::Deadline => ("the deadline of the run has passed: stopping what runs", true),
            StopCause::FailFast => ("a required step is not good: nothing more is started", false),
        };
        self.stop = Some(cause);
        match cause {
            StopCause::Signal => {}
            StopCause::Deadline => self.ending = Ending::Deadline,
            StopCause::FailFast => self.ending = Ending::StoppedEarly,
        }
        self.emit(EventKind::Stopping { why: why.to_owned() });
        if ends_running {
            self.cancel.send_replace(true);
        }
        for step in self.schedule.waiting() {
            self.settle(step, Judgement::new(cause.not_started()), 0);
        }
    }

    /// A defect of the schedule must not look like a result.
    fn nothing_can_start(&mut self) {
        for step in self.schedule.waiting() {
            let outcome = panicked("schedule", "the step was planned and could never start");
            self.settle(step, Judgement::new(outcome), 0);
        }
    }

    /// Makes the report of a step, tells it, and decides what can never start because of it.
    fn settle(&mut self, step: usize, judgement: Judgement, attempts: u32) {
        let mut open = vec![(step, judgement, attempts)];
        while let Some((step, judgement, attempts)) = open.pop() {
            if self.reports[step].is_some() {
                continue;
            }
            let report = self.report(step, judgement, attempts);
            let blocked = blocked(report.step.id.as_str(), &report.result);
            let dependents = self.schedule.decided(step, report.result.is_good());
            open.extend(
                dependents.into_iter().rev().map(|dependent| (dependent, Judgement::new(blocked.clone()), 0)),
            );
            let closes = report.is_required() && Verdict::of_step(&report.result, false) != Verdict::Go;
            self.reports[step] = Some(report.clone());
            self.emit(EventKind::StepFinished { report: Box::new(report) });
            if closes && attempts > 0 && self.settings.fail_fast && self.stop.is_none() {
                self.stop(StopCause::FailFast);
            }
        }
    }

    fn report(&mut self, step: usize, judgement: Judgement, attempts: u32) -> StepReport {
        let planned = &self.steps[step].step;
        let header = (*planned.header).clone();
        let outcome = match self.stop {
            Some(cause) => cause.cut_short(judgement.outcome),
            None => judgement.outcome,
        };
        let used = matches!(&outcome, Outcome::Fail(_) | Outcome::Error(_));
        let result = waive(outcome, planned.waiver.as_ref());
        let waiver = planned.waiver.as_ref().filter(|_| used).map(|waiver| waiver.waiver.clone());
        self.remember(&header, judgement.captured);
        let now = self.elapsed();
        let started = if attempts == 0 { now } else { self.started[step] };
        let report = StepReport {
            step: header,
            result,
            examined: judgement.examined,
            attempts,
            started_ms: started.into(),
            elapsed_ms: now.saturating_sub(started).into(),
            waiver,
            evidence: judgement.evidence,
        };
        masked(report, &self.masker)
    }

    /// Keeps what a step captured for later steps of its checklist.
    fn remember(&mut self, header: &crate::model::StepHeader, captured: BTreeMap<String, String>) {
        if captured.is_empty() {
            return;
        }
        let names = self.captured.entry(header.id.checklist().to_owned()).or_default();
        names.extend(captured.into_iter().map(|(name, value)| (format!("{}.{name}", header.id.step()), value)));
    }

    /// Takes the target down, ends what is left of any step, and makes the report of the run.
    async fn finish(mut self) -> RunReport {
        match std::mem::replace(&mut self.target, TargetState::Absent) {
            TargetState::Up(live) => self.evidence.extend(live.take_down(&self.facts.probes).await),
            TargetState::Rising(task) => self.await_rising(task).await,
            TargetState::Absent => {}
        }
        let left_behind = self.facts.probes.process.sweep();
        self.evidence.extend(left_behind.into_iter().map(|leak| Evidence::text("left behind", leak)));
        let report = masked(self.run_report(), &self.masker);
        self.emit(EventKind::RunFinished { report: Box::new(report.clone()) });
        report
    }

    /// A target that was still on its way up when the run stopped sees the cancellation and takes itself down.
    async fn await_rising(&mut self, task: JoinHandle<Result<LiveTarget, Unready>>) {
        self.cancel.send_replace(true);
        match task.await {
            Ok(Ok(live)) => self.evidence.extend(live.take_down(&self.facts.probes).await),
            Ok(Err(unready)) => self.evidence.extend(unready.evidence),
            Err(_) => {}
        }
    }

    fn run_report(&mut self) -> RunReport {
        let steps: Vec<StepReport> = std::mem::take(&mut self.reports).into_iter().flatten().collect();
        let elapsed = self.elapsed();
        let now = self.facts.probes.clock.now();
        RunReport {
            schema_version: SCHEMA_VERSION,
            tool: Tool::this(),
            run: self.facts.run.clone(),
            verdict: Verdict::of(&steps, self.facts.profile.strict),
            ending: self.ending,
            strict: self.facts.profile.strict,
            counts: Counts::of(&steps),
            service: self.facts.service.name.clone(),
            release: self.facts.release.clone(),
            target: self.live_target().map(|target| (*target).clone()),
            profile: self.facts.profile.profile,
            checklists: self.facts.checklists.clone(),
            started: now.checked_sub(elapsed).unwrap_or(now),
            elapsed_ms: elapsed.into(),
            steps,
            evidence: std::mem::take(&mut self.evidence),
        }
    }

    fn limit(&self, timeout: Duration) -> Limit {
        Limit::starting_now(timeout, self.cancel.subscribe())
    }

    fn elapsed(&self) -> Duration {
        self.facts.probes.clock.since(self.begun)
    }

    /// Stamps, masks and hands on.
    fn emit(&mut self, kind: EventKind) {
        let kind = match kind {
            // These were masked when they were made.
            kind @ (EventKind::StepFinished { .. } | EventKind::RunFinished { .. }) => kind,
            kind @ (EventKind::RunStarted { .. }
            | EventKind::TargetProgress { .. }
            | EventKind::StepStarted { .. }
            | EventKind::StepOutput { .. }
            | EventKind::StepRetrying { .. }
            | EventKind::Stopping { .. }) => masked(kind, &self.masker),
        };
        let event = Event { at_ms: self.elapsed().into(), kind };
        (self.on_event)(event);
    }
}

/// What the schedule must know of every step. Needs that are not planned cannot be there: the loader has checked.
fn constraints(steps: &[PlannedStep]) -> Vec<Constraint> {
    let positions: HashMap<_, _> =
        steps.iter().enumerate().map(|(position, planned)| (&planned.step.header.id, position)).collect();
    steps
        .iter()
        .map(|planned| {
            let step = &planned.step;
            Constraint {
                needs: step.header.needs.iter().filter_map(|need| positions.get(need).copied()).collect(),
                phase: step.header.phase,
                locks: step.locks.clone(),
                exclusive: step.exclusive,
                waits_for_target: step.uses_target(),
            }
        })
        .collect()
}

/// The end of a target on its way up; never, for any other target.
async fn rising(target: &mut TargetState) -> Result<Result<LiveTarget, Unready>, JoinError> {
    match target {
        TargetState::Rising(task) => task.await,
        TargetState::Absent | TargetState::Up(_) => std::future::pending().await,
    }
}

/// Waits for a moment; for ever without one.
async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment.into()).await,
        None => std::future::pending().await,
    }
}

fn defect(error: &JoinError) -> Unready {
    let problem = Problem::new(Reason::Internal, "bringing up the target hit a defect of rollsafe")
        .expected("a target that is ready, or the reason why not")
        .observed(error.to_string())
        .next("report this to the makers of rollsafe with the service file");
    Unready { problem, is_fail: false, evidence: Vec::new() }
}

/// What a panic said.
fn panic_message(payload: &(dyn std::any::Any + Send)) -> &str {
    payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without a message")
}
