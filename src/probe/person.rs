//! Asking the person at the terminal.
//!
//! A question is written to standard error, because standard output may be a report that a program reads. The
//! answer is a line of standard input. It is only read once there is one, so that a question whose time is over
//! takes nothing away from whoever reads next, and leaves no thread behind.

use std::io::{IsTerminal, Read, Write};
use std::os::fd::AsRawFd;

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::sync::{Mutex, MutexGuard};

use super::Limit;
use super::limit::Stop;

/// The longest answer, in bytes: what a terminal hands over as one line.
const LONGEST: usize = 4096;

/// Why nobody answered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PersonError {
    /// Standard input or standard error is no terminal.
    #[error("there is no terminal to ask at")]
    NoTerminal,
    /// No answer within the time.
    #[error("nobody answered in time")]
    TimedOut,
    /// The run was told to stop.
    #[error("the run was told to stop while it waited for an answer")]
    Cancelled,
    /// The input ended (Ctrl-D).
    #[error("the input ended without an answer")]
    Closed,
    /// The terminal could not be read or written.
    #[error("the terminal could not be used")]
    Terminal {
        /// What the system said.
        source: std::io::Error,
    },
}

/// The door to a person. Without a terminal nobody is there. Questions of steps that run at the same time are
/// asked one after the other.
#[derive(Debug, Default)]
pub(crate) struct Person {
    turn: Mutex<()>,
}

impl Person {
    /// Whether there is a terminal to ask at.
    #[expect(clippy::unused_self, reason = "only who holds the door may look")]
    pub(crate) fn is_there(&self) -> bool {
        std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
    }

    /// Waits for the turn to ask. Until the conversation is dropped, no other step asks anything.
    ///
    /// # Errors
    /// When nobody is there, or the limit is reached first.
    pub(crate) async fn talk(&self, limit: &Limit) -> Result<Conversation<'_>, PersonError> {
        if !self.is_there() {
            return Err(PersonError::NoTerminal);
        }
        tokio::select! {
            biased;
            turn = self.turn.lock() => Ok(Conversation { _turn: turn }),
            stop = limit.reached() => Err(stopped(stop)),
        }
    }
}

/// The turn to ask the person at the terminal.
#[derive(Debug)]
pub(crate) struct Conversation<'a> {
    _turn: MutexGuard<'a, ()>,
}

impl Conversation<'_> {
    /// Asks a question. The answer is a line without the white space around it, and may be empty.
    ///
    /// # Errors
    /// When nobody answered within the limit, or the terminal could not be used.
    pub(crate) async fn ask(&mut self, question: &str, limit: &Limit) -> Result<String, PersonError> {
        forget_typed_ahead();
        converse(std::io::stdin(), std::io::stderr(), question, limit).await
    }
}

/// Throws away what was typed before the question stood there: it cannot be the answer to it.
fn forget_typed_ahead() {
    // Where that is not possible, the terminal is gone, and reading says so.
    let _ = rustix::termios::tcflush(std::io::stdin(), rustix::termios::QueueSelector::IFlush);
}

/// Writes a question and waits for a line.
async fn converse(
    input: impl Read + AsRawFd,
    mut output: impl Write,
    question: &str,
    limit: &Limit,
) -> Result<String, PersonError> {
    let broken = |source| PersonError::Terminal { source };
    output.write_all(question.as_bytes()).and_then(|()| output.flush()).map_err(broken)?;
    #[expect(deprecated, reason = "the only safe form; both callers own their descriptor")]
    let mut input = AsyncFd::with_interest(input, Interest::READABLE).map_err(broken)?;
    tokio::select! {
        biased;
        ready = input.readable_mut() => drop(ready.map_err(broken)?),
        stop = limit.reached() => return Err(stopped(stop)),
    }
    read_line(input.get_mut())
}

/// Reads what is there, which on a terminal is a line: `termios(3)`, canonical mode.
fn read_line(input: &mut impl Read) -> Result<String, PersonError> {
    let mut line = vec![0; LONGEST];
    match input.read(&mut line) {
        Ok(0) => Err(PersonError::Closed),
        Ok(length) => Ok(String::from_utf8_lossy(&line[..length]).trim().to_owned()),
        Err(source) => Err(PersonError::Terminal { source }),
    }
}

fn stopped(stop: Stop) -> PersonError {
    match stop {
        Stop::TimedOut => PersonError::TimedOut,
        Stop::Cancelled => PersonError::Cancelled,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixStream;
    use std::time::Duration;

    use tokio::sync::watch;

    use super::*;

    /// Asks over a pair of sockets, which a runtime can wait for as for a terminal.
    async fn asked(typed: Option<&str>, limit: &Limit) -> (Result<String, PersonError>, String) {
        let (mut person, terminal) = UnixStream::pair().unwrap();
        let mut shown = Vec::new();
        if let Some(typed) = typed {
            person.write_all(typed.as_bytes()).unwrap();
        }
        let answer = converse(terminal, &mut shown, "Is it fine? ", limit).await;
        (answer, String::from_utf8(shown).unwrap())
    }

    #[tokio::test]
    async fn a_line_is_the_answer() {
        let (answer, shown) = asked(Some("  yes, it is \n"), &Limit::alone(Duration::from_secs(10))).await;
        assert_eq!((answer.unwrap().as_str(), shown.as_str()), ("yes, it is", "Is it fine? "));
    }

    #[tokio::test]
    async fn silence_ends_with_the_limit_or_with_the_run() {
        let (answer, _) = asked(None, &Limit::alone(Duration::from_millis(20))).await;
        assert!(matches!(answer, Err(PersonError::TimedOut)), "{answer:?}");
        let (sender, receiver) = watch::channel(false);
        sender.send(true).unwrap();
        let (answer, _) = asked(None, &Limit::starting_now(Duration::from_secs(10), receiver)).await;
        assert!(matches!(answer, Err(PersonError::Cancelled)), "{answer:?}");
    }

    #[tokio::test]
    async fn an_ended_input_is_no_answer() {
        let (person, terminal) = UnixStream::pair().unwrap();
        drop(person);
        let answer = converse(terminal, Vec::new(), "?", &Limit::alone(Duration::from_secs(10))).await;
        assert!(matches!(answer, Err(PersonError::Closed)), "{answer:?}");
    }

    #[tokio::test]
    async fn an_empty_line_is_an_empty_answer() {
        assert_eq!(asked(Some("\n"), &Limit::alone(Duration::from_secs(10))).await.0.unwrap(), "");
    }
}
