//! Running a command for a kind: in the folder of the service, with the names of the run in its environment, and
//! with the same words for everything that can go wrong before there is anything to judge.

use std::time::Duration;

use crate::kind::check::{CommandLine, Context, Judgement};
use crate::model::{Evidence, Length, Problem, Reason, Stream, excerpt};
use crate::probe::process::{Command, Exit, Finished, Listener, ProcessError};

/// How many characters of a line that a program wrote are shown in a message.
const MESSAGE: usize = 200;

impl Context {
    /// A command in the folder of the service. Every name of the run is there as `ROLLSAFE_NAME`, in upper case
    /// with `_` for every other sign, so that nothing needs quoting.
    pub(crate) fn command(&self, line: &CommandLine) -> Command {
        let mut command = Command::new(line.argv().to_vec(), &self.service.root);
        command.environment = self.names.iter().map(|(name, value)| (variable(name), value.clone())).collect();
        command
    }

    /// Runs a command to its end.
    ///
    /// # Errors
    /// The judgement of the step, when the program is missing, did not end in time, or was cancelled.
    pub(crate) async fn run(&self, command: &Command) -> Result<Finished, Judgement> {
        self.run_heard(command, &|stream, piece| self.output.send(stream, piece)).await
    }

    /// Runs a command whose output is meant for a program, so that nobody watches it.
    ///
    /// # Errors
    /// As [`Context::run`].
    pub(crate) async fn run_unheard(&self, command: &Command) -> Result<Finished, Judgement> {
        self.run_heard(command, &|_, _| {}).await
    }

    /// Runs a command to its end and keeps what it writes from every reader, for output that may hold values that
    /// no masker knows. The caller makes the evidence.
    ///
    /// # Errors
    /// As [`Context::run`], without the output.
    pub(crate) async fn run_unseen(&self, command: &Command) -> Result<Finished, Judgement> {
        self.run_unheard(command).await.map_err(|judgement| Judgement::new(judgement.outcome))
    }

    async fn run_heard(&self, command: &Command, listener: Listener<'_>) -> Result<Finished, Judgement> {
        let finished = self.probes.process.run(command, &self.limit, listener).await;
        let shown = shell_words::join(&command.argv);
        match finished {
            Err(error) => Err(Judgement::error(not_started(&error, &shown))),
            Ok(finished) => match finished.exit {
                Exit::Status(_) | Exit::Signal(_) => Ok(finished),
                Exit::TimedOut => Err(ended(timed_out(&shown, self.limit.timeout()), &finished)),
                Exit::Cancelled => Err(ended(cancelled(&shown), &finished)),
            },
        }
    }
}

/// The name of the environment variable for a name of the run.
fn variable(name: &str) -> String {
    let sign = |character: char| if character.is_ascii_alphanumeric() { character.to_ascii_uppercase() } else { '_' };
    "ROLLSAFE_".chars().chain(name.chars().map(sign)).collect()
}

fn not_started(error: &ProcessError, shown: &str) -> Problem {
    let problem = match error {
        ProcessError::NotFound { program } => Problem::new(Reason::ToolMissing, format!("`{program}` is not there"))
            .next(format!(
                "install `{program}`, or name the one to use in the step or under [defaults] in rollsafe.toml"
            )),
        ProcessError::NoFolder { folder, .. } => {
            Problem::new(Reason::ToolMissing, "the folder to start the command in is not there")
                .next(format!("create `{}` or correct the step", folder.display()))
        }
        ProcessError::Start { program, source } => {
            Problem::new(Reason::ToolFailed, format!("`{program}` could not be started: {source}"))
                .next(format!("try `{shown}` by hand"))
        }
    };
    problem.expected(format!("`{shown}` starts")).observed(error.to_string())
}

fn timed_out(shown: &str, timeout: Duration) -> Problem {
    let limit = Length(timeout);
    Problem::new(Reason::Timeout, format!("`{shown}` did not end in time"))
        .expected(format!("an end within {limit}"))
        .observed(format!("still running after {limit}; it and all that it started were ended"))
        .unsafe_to_retry()
        .next(format!("run `{shown}` by hand; if it is only slow, give the step a longer `timeout`"))
}

fn cancelled(shown: &str) -> Problem {
    Problem::new(Reason::Interrupted, format!("`{shown}` was stopped with the run"))
        .expected("an end by itself")
        .observed("the run was told to stop; the command and all that it started were ended")
        .unsafe_to_retry()
        .next("run the gate again")
}

/// An error with the output that there was until then.
fn ended(problem: Problem, finished: &Finished) -> Judgement {
    Judgement::error(problem).with(finished.evidence())
}

impl Finished {
    /// How it ended.
    pub(crate) fn exit_in_words(&self) -> String {
        match self.exit {
            Exit::Status(status) => format!("status {status}"),
            Exit::Signal(signal) => format!("ended by signal {signal}"),
            Exit::TimedOut => "no end in time".to_owned(),
            Exit::Cancelled => "stopped with the run".to_owned(),
        }
    }

    /// How it ended and the first thing that it said, on one line.
    pub(crate) fn ending(&self) -> String {
        let (errors, output) = (self.stderr.text(), self.stdout.text());
        let said = errors.lines().chain(output.lines()).find(|line| !line.trim().is_empty());
        let said = said.map_or_else(|| "no output".to_owned(), |line| excerpt(line, MESSAGE));
        format!("{}: {said}", self.exit_in_words())
    }

    /// The streams that held anything, the time, and what was left behind, as evidence.
    pub(crate) fn evidence(&self) -> Vec<Evidence> {
        let mut evidence = vec![Evidence::elapsed("time", self.elapsed)];
        for (stream, captured) in [(Stream::Stdout, &self.stdout), (Stream::Stderr, &self.stderr)] {
            if captured.total > 0 {
                evidence.push(Evidence::output(stream.as_str(), captured.output(stream)));
            }
        }
        evidence.extend(self.leaks.iter().map(|leak| Evidence::text("left behind", leak)));
        evidence
    }
}
