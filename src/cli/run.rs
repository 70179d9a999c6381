//! `rollsafe run`: the gate. Loads, plans, joins the runner to the reporters, writes what was asked for.

use std::path::Path;
use std::sync::Arc;

use tokio::runtime::Runtime;

use crate::checklist::{self, Project};
use crate::model::{ChecklistSource, Event, EventKind, RunReport};
use crate::probe::files::{Files, sha256};
use crate::probe::git::Git;
use crate::probe::http::Http;
use crate::probe::person::Person;
use crate::probe::process::Process;
use crate::probe::records::{RecordError, Records};
use crate::probe::run_record::RunRecord;
use crate::probe::{Probes, clock};
use crate::report::{Reporter, Terminal, TerminalSettings, record_files, step_files, summary};
use crate::runner::{self, Facts, Interrupts, Plan, Settings};

use super::args::{RunArguments, RunningArguments, SelectionArguments, SourceArguments};
use super::exit_status::ExitStatus;
use super::outputs::Outputs;
use super::plan::selection;
use super::refusal::Refusal;
use super::report::text_settings;
use super::session::Session;

/// How many steps run at once at least, without `--jobs`: most steps wait more than they compute.
const FEWEST_JOBS: usize = 4;

/// The columns of live lines that nobody looks at live.
const LOG_WIDTH: u16 = 160;

/// Runs the gate.
pub(crate) fn run(session: &Session, arguments: &RunArguments) -> ExitStatus {
    gate(session, &arguments.source, &arguments.selection, &arguments.running)
}

/// Runs the gate for some files and steps, and returns the exit status of the program.
pub(crate) fn gate(
    session: &Session,
    source: &SourceArguments,
    selected: &SelectionArguments,
    running: &RunningArguments,
) -> ExitStatus {
    let as_json = running.format == "json";
    let ready = Outputs::parse(&running.format, &running.reports, &session.environment)
        .and_then(|outputs| Ok((Gate::load(session, source, selected, running)?, outputs)));
    let (gate, outputs) = match ready {
        Ok(ready) => ready,
        Err(refusal) => return refusal.tell(session.console, as_json),
    };
    let listener = Listener::new(session, &gate, running);
    match gate.run(running, listener) {
        Ok(heard) => finish(session, &outputs, heard),
        Err(error) => Refusal::Usage(format!("the run could not begin: {error}")).tell(session.console, as_json),
    }
}

/// Everything that a run needs, ready to go.
struct Gate {
    run: String,
    plan: Plan,
    project: Project,
    sources: Vec<ChecklistSource>,
    probes: Arc<Probes>,
}

impl Gate {
    fn load(
        session: &Session,
        source: &SourceArguments,
        selected: &SelectionArguments,
        running: &RunningArguments,
    ) -> Result<Self, Refusal> {
        let run = run_id(session);
        let request = session.load_request(source, &run, true);
        let git = Git::new(&session.folder);
        let mut project = checklist::load(&request, &session.environment, &git, session.clock)
            .map_err(|problems| Refusal::Invalid { problems: Box::new(problems) })?;
        project.profile.strict |= running.strict;
        let checklists = std::mem::take(&mut project.checklists);
        let sources = checklists.iter().map(|checklist| checklist.source.clone()).collect();
        let target = project.target.as_ref().map(|setup| &setup.target);
        let plan = runner::plan(checklists, &project.profile, target, &selection(selected))?;
        let probes = Arc::new(probes(session, &project.service.root));
        Ok(Self { run, plan, project, sources, probes })
    }

    /// Runs the plan to its end, whatever happens in it.
    fn run(self, running: &RunningArguments, mut listener: Listener) -> std::io::Result<Heard> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let scratch = tempfile::Builder::new().prefix("rollsafe-").tempdir()?;
        let settings = Settings {
            jobs: running.jobs.map_or_else(usual_jobs, usize::from),
            fail_fast: running.fail_fast,
            deadline: running.deadline.map(|deadline| deadline.0),
        };
        quiet_panics();
        let report = self.run_on(&runtime, settings, scratch.path(), &mut listener)?;
        // A thread that hangs on a file system must not hold the program.
        runtime.shutdown_background();
        Ok(listener.finish(report))
    }

    fn run_on(
        self,
        runtime: &Runtime,
        settings: Settings,
        scratch: &Path,
        listener: &mut Listener,
    ) -> std::io::Result<RunReport> {
        let project = self.project;
        let facts = Facts {
            run: self.run,
            service: project.service,
            release: project.release,
            target: project.target,
            profile: project.profile,
            checklists: self.sources,
            names: project.names,
            secrets: project.secrets,
            late_secrets: project.late_secrets,
            probes: self.probes,
            scratch: scratch.to_owned(),
        };
        runtime.block_on(async {
            let interrupts = Interrupts::listen()?;
            Ok(runner::run(self.plan, facts, settings, interrupts, &mut |event| listener.on_event(event)).await)
        })
    }
}

fn probes(session: &Session, root: &Path) -> Probes {
    Probes {
        process: Process::default(),
        http: Http::default(),
        git: Git::new(root),
        files: Files::new(root),
        records: Records::of_service(root),
        person: Person::default(),
        clock: session.clock,
        environment: session.environment.clone(),
    }
}

fn usual_jobs() -> usize {
    std::thread::available_parallelism().map_or(FEWEST_JOBS, usize::from).max(FEWEST_JOBS)
}

/// A panic of a kind is told as the error of its step; the words that Rust prints for it would only disturb.
fn quiet_panics() {
    std::panic::set_hook(Box::new(|_| {}));
}

/// The id of a run: when it began, and a few signs that tell apart runs of the same second.
fn run_id(session: &Session) -> String {
    let now = session.clock.now();
    let seed = format!("{}{:?}{}", std::process::id(), clock::instant(), now);
    format!("{}-{}", now.strftime("%Y%m%dT%H%M%SZ"), &sha256(seed.as_bytes())[..4])
}

/// Listens to a run: shows it live, and records it.
struct Listener {
    terminal: Option<Terminal>,
    record: Option<RunRecord>,
    events: Vec<Event>,
    problems: Vec<String>,
}

/// What was heard of a run.
struct Heard {
    report: RunReport,
    events: Vec<Event>,
    problems: Vec<String>,
}

impl Listener {
    fn new(session: &Session, gate: &Gate, running: &RunningArguments) -> Self {
        let settings = TerminalSettings {
            colour: session.console.colour_err,
            live: session.console.live,
            // A log of a CI job has no columns, and a line that is cut tells less.
            width: if session.console.live { session.console.width() } else { LOG_WIDTH },
            verbose: running.verbose,
        };
        let mut problems = Vec::new();
        let record = gate.probes.records.start(&gate.run).map_err(|error| problems.push(error.to_string())).ok();
        Self { terminal: Some(Terminal::new(settings)), record, events: Vec::new(), problems }
    }

    /// Takes an event. A listener that fails is switched off; the others go on.
    fn on_event(&mut self, mut event: Event) {
        self.keep_output(&mut event.kind);
        if let Some(terminal) = &mut self.terminal
            && let Err(error) = terminal.on_event(&event)
        {
            self.problems.push(format!("the live display was switched off: {error}"));
            self.terminal = None;
        }
        self.events.push(event);
    }

    /// Moves long output into the record.
    fn keep_output(&mut self, kind: &mut EventKind) {
        let files = match kind {
            EventKind::StepFinished { report } => step_files(report),
            EventKind::RunFinished { report } => record_files(report),
            EventKind::RunStarted { .. }
            | EventKind::TargetProgress { .. }
            | EventKind::StepStarted { .. }
            | EventKind::StepOutput { .. }
            | EventKind::StepRetrying { .. }
            | EventKind::Stopping { .. } => return,
        };
        for (name, text) in files {
            self.record(|record| record.write(&name, text.as_bytes()));
        }
    }

    /// Writes to the record. One that cannot be written is told and given up.
    fn record(&mut self, write: impl FnOnce(&RunRecord) -> Result<(), RecordError>) {
        if let Some(record) = &self.record
            && let Err(error) = write(record)
        {
            self.problems.push(error.to_string());
            self.record = None;
        }
    }

    fn finish(mut self, mut report: RunReport) -> Heard {
        drop(record_files(&mut report));
        let events = std::mem::take(&mut self.events);
        self.record(|record| record.write_report(&report));
        self.record(|record| record.write_events(&events));
        if let Some(Err(error)) = self.record.take().map(RunRecord::finish) {
            self.problems.push(error.to_string());
        }
        Heard { report, events, problems: self.problems }
    }
}

/// Writes every report and returns the exit status.
fn finish(session: &Session, outputs: &Outputs, heard: Heard) -> ExitStatus {
    let Heard { report, events, problems } = heard;
    for problem in &problems {
        session.console.remark(&format!("error: {problem}\n"));
    }
    let written = outputs.write_files(&report, &events, session.console);
    let text = match outputs.stdout.name {
        "text" => summary(&report, &text_settings(session, &report)),
        _ => (outputs.stdout.render)(&report, &events),
    };
    let answered = session.console.answer(&text).is_ok();
    match ExitStatus::of_run(&report) {
        stopped @ (ExitStatus::Interrupted | ExitStatus::Terminated) => stopped,
        _ if !(written && answered && problems.is_empty()) => ExitStatus::ReportNotWritten,
        status => status,
    }
}
