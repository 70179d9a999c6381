//! Starting programs, reading what they write, and ending them and all that they started.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::Stdio;
use std::time::Duration;

use tokio::time::timeout;

use crate::model::{Elapsed, Stream};

use super::limit::Stop;
use super::{Limit, clock};

mod captured;
mod family;
mod group;
mod relative;

pub(crate) use captured::Captured;

use captured::Recorder;
use family::Family;
use group::Group;

/// How long the pipes of a program that has ended may stay open.
const PIPES: Duration = Duration::from_millis(300);
/// How long the last bytes may take once everything that could write is gone.
const LAST_BYTES: Duration = Duration::from_millis(100);

/// A program to start: no shell, no inherited input.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    /// The program and its arguments. A program with a slash is taken from `folder`, others from `PATH`.
    pub(crate) argv: Vec<String>,
    /// The working folder.
    pub(crate) folder: PathBuf,
    /// Variables on top of the inherited ones.
    pub(crate) environment: Vec<(String, String)>,
    /// What it reads from standard input: nothing, or a text of at most 4 KiB, which any pipe takes at once.
    pub(crate) input: &'static [u8],
    /// How many bytes of each stream are kept: half of it from the head, half from the tail.
    pub(crate) keep: usize,
    /// The time between SIGTERM and SIGKILL.
    pub(crate) grace: Duration,
}

impl Command {
    /// The usual cap for each stream, in bytes.
    pub(crate) const KEEP: usize = 256 * 1024;
    /// The usual time between SIGTERM and SIGKILL.
    pub(crate) const GRACE: Duration = Duration::from_secs(3);

    /// A program in a folder with the usual caps.
    pub(crate) fn new(argv: Vec<String>, folder: impl Into<PathBuf>) -> Self {
        Self {
            argv,
            folder: folder.into(),
            environment: Vec::new(),
            input: b"",
            keep: Self::KEEP,
            grace: Self::GRACE,
        }
    }
}

/// How a program came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// By itself, with a status.
    Status(i32),
    /// By a signal that rollsafe did not send.
    Signal(i32),
    /// Ended by rollsafe because its time was over.
    TimedOut,
    /// Ended by rollsafe because the run was told to stop.
    Cancelled,
}

/// A program that has ended.
#[derive(Clone, Debug)]
pub(crate) struct Finished {
    /// How it ended.
    pub(crate) exit: Exit,
    /// What it wrote to standard output.
    pub(crate) stdout: Captured,
    /// What it wrote to standard error.
    pub(crate) stderr: Captured,
    /// How long it ran.
    pub(crate) elapsed: Elapsed,
    /// Processes that it left behind and that were ended, or pipes that stayed open: one line each.
    pub(crate) leaks: Vec<String>,
}

/// Why a program could not be started.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProcessError {
    /// No such program.
    #[error("there is no program `{program}`")]
    NotFound {
        /// As it was written.
        program: String,
    },
    /// The working folder does not exist.
    #[error("there is no folder `{}` to start `{program}` in", folder.display())]
    NoFolder {
        /// As it was written.
        program: String,
        /// The folder.
        folder: PathBuf,
    },
    /// Anything else, such as a missing permission.
    #[error("`{program}` could not be started")]
    Start {
        /// As it was written.
        program: String,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Receives every piece of output as it comes.
pub(crate) type Listener<'a> = &'a (dyn Fn(Stream, &[u8]) + Send + Sync);

/// The door to other programs.
#[derive(Debug)]
pub(crate) struct Process {
    family: &'static Family,
}

impl Default for Process {
    fn default() -> Self {
        Self { family: Family::of_this_process() }
    }
}

/// A program that was started and runs until it is stopped. Dropping it kills its whole group.
#[derive(Debug)]
pub(crate) struct Running {
    group: Group,
}

impl Process {
    /// Runs a program to its end, or to the end of `limit`: then SIGTERM to its group, the grace, SIGKILL.
    ///
    /// # Errors
    /// Only when it could not be started; how it ended is a fact, not an error.
    pub(crate) async fn run(
        &self,
        command: &Command,
        limit: &Limit,
        listener: Listener<'_>,
    ) -> Result<Finished, ProcessError> {
        let begin = clock::instant();
        let mut group = Group::start(self.family, command, Stdio::piped(), Stdio::piped())?;
        let mut stdout = Recorder::new(Stream::Stdout, command.keep);
        let mut stderr = Recorder::new(Stream::Stderr, command.keep);
        let (out, err) = group.pipes().map_err(|source| not_watched(command, source))?;
        let drained = async {
            tokio::join!(stdout.read(out, listener), stderr.read(err, listener));
        };
        let (exit, leaks) = watch(&mut group, drained, limit, command.grace).await;
        let elapsed = clock::instant().saturating_duration_since(begin).into();
        Ok(Finished { exit, stdout: stdout.finish(), stderr: stderr.finish(), elapsed, leaks })
    }

    /// Starts a program that is to run beside everything else, such as the service itself. Its output is
    /// appended to `log`.
    ///
    /// # Errors
    /// When it could not be started, or `log` could not be written.
    pub(crate) fn start(&self, command: &Command, log: &Path) -> Result<Running, ProcessError> {
        let open = || -> std::io::Result<(File, File)> {
            let file = File::options().create(true).append(true).open(log)?;
            Ok((file.try_clone()?, file))
        };
        let (stdout, stderr) = open().map_err(|source| not_watched(command, source))?;
        Ok(Running { group: Group::start(self.family, command, stdout.into(), stderr.into())? })
    }
}

/// Reads what a program writes until it has ended and closed its pipes, or until it has to be ended. Then
/// ends what it left behind.
async fn watch(
    group: &mut Group,
    drained: impl Future<Output = ()>,
    limit: &Limit,
    grace: Duration,
) -> (Exit, Vec<String>) {
    let mut drained = pin!(drained);
    let mut leaks = Vec::new();
    let mut open = true;
    let stop = {
        let mut end = pin!(until_end(group, limit, grace, &mut leaks));
        loop {
            tokio::select! {
                biased;
                stop = &mut end => break stop,
                () = &mut drained, if open => open = false,
            }
        }
    };
    let held = open && timeout(PIPES, &mut drained).await.is_err();
    let (exit, left) = group.finish();
    leaks.extend(left);
    if held {
        leaks.push(held_open(timeout(LAST_BYTES, &mut drained).await.is_ok()));
    }
    let exit = match stop {
        Some(Stop::TimedOut) => Exit::TimedOut,
        Some(Stop::Cancelled) => Exit::Cancelled,
        None => exit,
    };
    (exit, leaks)
}

/// Waits for the end of the leader, or ends it when the limit is reached and says why.
async fn until_end(group: &Group, limit: &Limit, grace: Duration, leaks: &mut Vec<String>) -> Option<Stop> {
    let stop = tokio::select! {
        biased;
        () = group.exited() => return None,
        stop = limit.reached() => stop,
    };
    leaks.extend(group.stopped());
    group.terminate(grace).await;
    Some(stop)
}

fn held_open(closed: bool) -> String {
    let by = if closed { "what it left behind" } else { "a process that could not be found" };
    format!("output held open by {by} for more than {} ms after its end", PIPES.as_millis())
}

fn not_watched(command: &Command, source: std::io::Error) -> ProcessError {
    ProcessError::Start { program: command.argv[0].clone(), source }
}

impl Process {
    /// At the end of everything: ends every command that still runs, and whatever earlier ones left behind; one
    /// line for each that outlived its command.
    pub(crate) fn sweep(&self) -> Vec<String> {
        self.family.sweep()
    }
}

impl Running {
    /// The exit if the program has ended by itself.
    pub(crate) fn ended(&mut self) -> Option<Exit> {
        self.group.peek()
    }

    /// SIGTERM to the group, the grace, SIGKILL; returns how it ended.
    pub(crate) async fn stop(mut self, grace: Duration) -> Exit {
        self.group.terminate(grace).await;
        self.group.finish().0
    }
}

#[cfg(test)]
mod tests;
