//! Hand-written runs that every report is tested with: every outcome, and texts that try to break out of
//! each form.

mod steps;

use std::time::Duration;

use crate::model::{
    ChecklistSource, Counts, Effect, Elapsed, Ending, Event, EventKind, Evidence, Outcome, Output, Problem, Profile,
    Reason, Release, RunReport, SCHEMA_VERSION, StepId, StepReport, Stream, Target, Tool, Verdict,
};

pub(super) use steps::NASTY;

/// A span of so many milliseconds.
pub(super) fn millis(millis: u64) -> Elapsed {
    Elapsed::from(Duration::from_millis(millis))
}

/// Every outcome, both importances, a waiver that counts and one that has expired.
pub(super) fn report() -> RunReport {
    run_of(steps::all())
}

/// A run whose answer is GO, with reservations and an advisory step that is not good.
pub(super) fn go() -> RunReport {
    let good =
        |step: &StepReport| !matches!(Verdict::of_step(&step.result, false), Verdict::NoGo | Verdict::Undecided);
    let mut steps = steps::all();
    steps.retain(|step| good(step) || !step.is_required());
    steps.retain(|step| step.step.id.step() != "measure-response-time");
    run_of(steps)
}

/// A run whose answer is GO without anything to say beside it.
pub(super) fn plain_go() -> RunReport {
    let mut steps = steps::all();
    steps.retain(|step| matches!(step.result, Outcome::Pass(_)) && step.step.id.step() != "measure-response-time");
    run_of(steps)
}

/// The run of [`go`] under `--strict`.
pub(super) fn strict() -> RunReport {
    let mut report = go();
    report.strict = true;
    report.verdict = Verdict::of(&report.steps, true);
    report
}

/// A GO over two of eleven steps.
pub(super) fn go_for_a_part() -> RunReport {
    let mut steps = steps::all();
    for step in &mut steps {
        if !["run-unit-tests", "inspect-cache-headers"].contains(&step.step.id.step()) {
            *step = unstarted(step, Reason::NotSelected, "--only run-unit-tests --only inspect-cache-headers");
        }
    }
    run_of(steps)
}

/// A run that was interrupted after its second step.
pub(super) fn interrupted() -> RunReport {
    let mut steps = steps::all();
    steps.remove(0);
    for step in steps.iter_mut().skip(2) {
        *step = unstarted(step, Reason::Interrupted, "the run was interrupted before this step began");
    }
    RunReport { ending: Ending::Interrupted, ..run_of(steps) }
}

/// A run in which nothing was decided, of a service about which little is known.
pub(super) fn hollow() -> RunReport {
    let steps = steps::all();
    let left_out = unstarted(&steps[1], Reason::NotSelected, "--skip run-unit-tests");
    RunReport { release: Release::default(), target: None, ..run_of(vec![left_out]) }
}

fn unstarted(step: &StepReport, reason: Reason, why: &str) -> StepReport {
    steps::step(step.step.clone(), Outcome::skip(reason, why))
}

fn run_of(steps: Vec<StepReport>) -> RunReport {
    RunReport {
        schema_version: SCHEMA_VERSION,
        tool: Tool { name: "rollsafe".into(), version: "0.0.0".into() },
        run: "20260314T092653Z-5c1f".into(),
        verdict: Verdict::of(&steps, false),
        ending: Ending::Finished,
        strict: false,
        counts: Counts::of(&steps),
        service: "orders".into(),
        release: release(),
        target: Some(target()),
        profile: Profile::Gate,
        checklists: vec![
            checklist("safer-workflow", "Safer deployment steps", 'a'),
            checklist("edge-review", "Edge & cache <review>", 'b'),
        ],
        started: "2026-03-14T09:26:53.589793Z".parse().unwrap(),
        elapsed_ms: millis(34_512),
        steps,
        evidence: vec![Evidence::output("log of the target", steps::output(Stream::Log, "started\nstopped\n"))],
    }
}

fn release() -> Release {
    Release {
        commit: Some("3f2a91c07be5d1a6f8c2b4937e0d5a1c6b8f2e94".into()),
        tag: Some("v1.1.0".into()),
        version: Some("1.1.0".into()),
    }
}

fn target() -> Target {
    Target {
        name: "local".into(),
        environment: "local".into(),
        url: Some("http://127.0.0.1:8123".into()),
        allow: vec![Effect::Read, Effect::Write],
        identity: None,
    }
}

fn checklist(name: &str, title: &str, digit: char) -> ChecklistSource {
    ChecklistSource {
        name: name.into(),
        title: title.into(),
        file: format!("checklists/{name}.toml"),
        sha256: digit.to_string().repeat(64),
    }
}

/// The events of the run of [`report`], in the order of completion.
pub(super) fn events() -> Vec<Event> {
    let report = report();
    let headers = report.steps.iter().map(|step| step.step.clone()).collect();
    let mut events = vec![
        event(0, EventKind::RunStarted { run: report.run.clone(), steps: headers }),
        event(1, EventKind::TargetProgress { message: "installing requirements.lock into .venv".into() }),
        event(900, EventKind::TargetProgress { message: "ready on http://127.0.0.1:8123 after 0.8s".into() }),
    ];
    for step in &report.steps {
        events.extend(events_of(step));
    }
    events.push(event(34_000, EventKind::Stopping { why: "the target is stopped".into() }));
    events.push(event(34_512, EventKind::RunFinished { report: Box::new(report) }));
    events
}

fn events_of(step: &StepReport) -> Vec<Event> {
    let finished = EventKind::StepFinished { report: Box::new(step.clone()) };
    let at = u64::try_from((step.started_ms.as_duration() + step.elapsed_ms.as_duration()).as_millis()).unwrap();
    if matches!(step.result, Outcome::Skip(_)) {
        return vec![event(at, finished)];
    }
    let id = step.step.id.clone();
    let mut events = vec![Event { at_ms: step.started_ms, kind: EventKind::StepStarted { id: id.clone() } }];
    if step.attempts > 1 {
        events.push(event(at, retrying(&id)));
    }
    events.push(event(at, EventKind::StepOutput { id, stream: Stream::Stdout, line: NASTY.into() }));
    events.push(event(at, finished));
    events
}

fn retrying(id: &StepId) -> EventKind {
    let problem = Problem::new(Reason::NotMet, "GET /orders answered 503")
        .expected("status 200")
        .observed("status 503")
        .next("rollsafe run --only run-integration-check");
    EventKind::StepRetrying { id: id.clone(), attempt: 2, wait_ms: millis(500), problem }
}

/// An event after so many milliseconds.
pub(super) fn event(at: u64, kind: EventKind) -> Event {
    Event { at_ms: millis(at), kind }
}

/// Captured output of a program, whole.
pub(super) fn output(text: &str) -> Output {
    steps::output(Stream::Stdout, text)
}
