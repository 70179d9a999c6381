//! A program and everything in its process group: how it is started, signalled, waited for and ended.
//!
//! Rules: the leader is reaped last, because until then its number can mean nothing but this group. Dropping a
//! group kills it.

use std::io::Write;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use tokio::process::{ChildStderr, ChildStdout};
use tokio::time::{sleep, timeout};

use super::family::{Entry, Family, MARK, await_death};
use super::{Command, Exit, ProcessError};

/// How long the leader may take to die of SIGKILL. Only a process that the kernel holds takes longer.
const DEATH: Duration = Duration::from_secs(2);
/// The wait between two looks at something that the kernel does not report.
const LOOK: Duration = Duration::from_millis(2);

/// The leader of a process group, and what it started.
#[derive(Debug)]
pub(super) struct Group {
    leader: Child,
    pid: Pid,
    entry: Entry,
    exit: Option<Exit>,
}

impl Group {
    /// Starts a program as the leader of a group of its own, with no input but its own.
    pub(super) fn start(
        family: &'static Family,
        command: &Command,
        stdout: Stdio,
        stderr: Stdio,
    ) -> Result<Self, ProcessError> {
        let entry = family.enter();
        #[expect(clippy::disallowed_methods, reason = "this is the one door to other programs")]
        let mut starting = std::process::Command::new(&command.argv[0]);
        starting.args(&command.argv[1..]).current_dir(&command.folder).process_group(0);
        starting.envs(command.environment.iter().map(|(name, value)| (name, value))).env(MARK, entry.mark());
        let input = if command.input.is_empty() { Stdio::null() } else { Stdio::piped() };
        starting.stdin(input).stdout(stdout).stderr(stderr);
        let mut leader = starting.spawn().map_err(|source| not_started(command, source))?;
        let pid = Pid::from_child(&leader);
        entry.led_by(pid);
        if let Some(mut pipe) = leader.stdin.take() {
            // A program that does not want its input has closed the pipe; that is its own business.
            drop(pipe.write_all(command.input));
        }
        Ok(Self { leader, pid, entry, exit: None })
    }

    /// The ends of the pipes that it writes to.
    pub(super) fn pipes(&mut self) -> std::io::Result<(ChildStdout, ChildStderr)> {
        let stdout = self.leader.stdout.take().expect("a program that is run has both pipes");
        let stderr = self.leader.stderr.take().expect("a program that is run has both pipes");
        Ok((ChildStdout::from_std(stdout)?, ChildStderr::from_std(stderr)?))
    }

    /// Returns when the leader has ended. It is not reaped yet.
    pub(super) async fn exited(&self) {
        #[cfg(target_os = "linux")]
        if let Some(end) = self.end_descriptor() {
            drop(end.readable().await);
            return;
        }
        while self.peek().is_none() {
            sleep(LOOK).await;
        }
    }

    /// A descriptor that becomes readable when the leader ends (`pidfd_open(2)`, since Linux 5.3).
    #[cfg(target_os = "linux")]
    fn end_descriptor(&self) -> Option<tokio::io::unix::AsyncFd<std::os::fd::OwnedFd>> {
        let descriptor = rustix::process::pidfd_open(self.pid, rustix::process::PidfdFlags::empty()).ok()?;
        #[expect(deprecated, reason = "the only safe form; an owned descriptor keeps its number")]
        tokio::io::unix::AsyncFd::with_interest(descriptor, tokio::io::Interest::READABLE).ok()
    }

    /// How the leader ended, if it has, without reaping it.
    pub(super) fn peek(&self) -> Option<Exit> {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let status = waitid(WaitId::Pid(self.pid), options).ok().flatten()?;
        status.exit_status().map(Exit::Status).or_else(|| status.terminating_signal().map(Exit::Signal))
    }

    /// SIGTERM to the group, and SIGKILL to what of it is left after the grace. A stopped program is woken, so
    /// that it hears the first.
    pub(super) async fn terminate(&self, grace: Duration) {
        self.signal(Signal::TERM);
        self.signal(Signal::CONT);
        let empty = async {
            self.exited().await;
            while self.entry.has_members() {
                sleep(LOOK).await;
            }
        };
        if timeout(grace, empty).await.is_err() {
            self.signal(Signal::KILL);
            drop(timeout(DEATH, self.exited()).await);
        }
    }

    /// What in the group stands still, as a program does that wants to read from the terminal.
    pub(super) fn stopped(&self) -> Vec<String> {
        self.entry.stopped().into_iter().map(|name| format!("{name} stood still: it wanted the terminal")).collect()
    }

    /// Ends everything that the leader left behind and reaps the leader. Returns how it ended, and what was
    /// left behind.
    pub(super) fn finish(&mut self) -> (Exit, Vec<String>) {
        let left = self.entry.end_survivors();
        self.signal(Signal::KILL);
        let exit = self.reap().unwrap_or(Exit::Signal(Signal::KILL.as_raw()));
        (exit, left)
    }

    fn signal(&self, signal: Signal) {
        // A group that is gone is what every signal here aims at.
        let _ = kill_process_group(self.pid, signal);
    }

    fn reap(&mut self) -> Option<Exit> {
        let status = self.leader.try_wait().ok().flatten()?;
        self.exit = status.code().map(Exit::Status).or_else(|| status.signal().map(Exit::Signal));
        self.exit
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if self.exit.is_some() {
            return;
        }
        self.signal(Signal::KILL);
        await_death(self.pid);
        self.finish();
    }
}

/// The reason why a program could not be started. The system has one number for a missing folder, a missing
/// program and a missing interpreter of a script.
fn not_started(command: &Command, source: std::io::Error) -> ProcessError {
    let program = command.argv[0].clone();
    let is_missing = matches!(source.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory);
    if !is_missing {
        return ProcessError::Start { program, source };
    }
    if !command.folder.is_dir() {
        return ProcessError::NoFolder { program, folder: command.folder.clone() };
    }
    let file = command.folder.join(&program);
    if program.contains('/') && file.exists() {
        let message = "the interpreter that its first line names is not there";
        return ProcessError::Start { program, source: std::io::Error::new(source.kind(), message) };
    }
    ProcessError::NotFound { program }
}
