//! Starting programs, reading what they write, and ending them and all that they started.

use std::path::PathBuf;
use std::time::Duration;

use crate::model::{Elapsed, Output, Stream};

use super::Limit;

/// A program to start: no shell, no inherited input.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    /// The program and its arguments. A program with a slash is taken from `folder`, others from `PATH`.
    pub(crate) argv: Vec<String>,
    /// The working folder.
    pub(crate) folder: PathBuf,
    /// Variables on top of the inherited ones.
    pub(crate) environment: Vec<(String, String)>,
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
        Self { argv, folder: folder.into(), environment: Vec::new(), keep: Self::KEEP, grace: Self::GRACE }
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

/// What a stream held: its head and its tail, and how much there was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Captured {
    pub(crate) head: Vec<u8>,
    pub(crate) tail: Vec<u8>,
    /// All bytes that came, kept or not.
    pub(crate) total: u64,
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
#[derive(Debug, Default)]
pub(crate) struct Process {}

/// A program that was started and runs until it is stopped. Dropping it kills its whole group.
#[derive(Debug)]
pub(crate) struct Running {}

impl Captured {
    /// Everything as text, with the mark of a cut and the number of dropped bytes where the middle was dropped.
    /// Bytes that are not UTF-8 become the replacement character.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.head).into_owned()
    }

    /// Whether nothing was dropped.
    pub(crate) fn is_whole(&self) -> bool {
        self.total == (self.head.len() + self.tail.len()) as u64
    }

    /// The form that evidence has.
    pub(crate) fn output(&self, stream: Stream) -> Output {
        Output { stream, text: self.text(), bytes: self.total, dropped: 0, file: None }
    }
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
        let _ = (command, limit, listener);
        Err(ProcessError::NotFound { program: command.argv[0].clone() })
    }

    /// Starts a program that is to run beside everything else, such as the service itself. Its output is
    /// appended to `log`.
    ///
    /// # Errors
    /// When it could not be started, or `log` could not be written.
    pub(crate) fn start(&self, command: &Command, log: &std::path::Path) -> Result<Running, ProcessError> {
        let _ = log;
        Err(ProcessError::NotFound { program: command.argv[0].clone() })
    }
}

impl Running {
    /// The exit if the program has ended by itself.
    pub(crate) fn ended(&mut self) -> Option<Exit> {
        None
    }

    /// SIGTERM to the group, the grace, SIGKILL; returns how it ended.
    pub(crate) async fn stop(self, grace: Duration) -> Exit {
        let _ = grace;
        Exit::Cancelled
    }
}

impl Process {
    /// Ends every process that a command left behind and that got away from its group; one line each.
    pub(crate) async fn sweep(&self) -> Vec<String> {
        Vec::new()
    }
}
