//! Signals to the program, turned into requests to stop.
//!
//! The first one stops gracefully: running commands get SIGTERM and their grace, and every report is still written.
//! The second one kills what is still running; the reports are written all the same.

use tokio::signal::unix::{Signal as Listener, SignalKind, signal};

/// A request to stop from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// SIGTERM or SIGHUP.
    Terminate,
}

/// Listens for signals.
#[derive(Debug)]
pub(crate) struct Interrupts {
    interrupt: Listener,
    terminate: Listener,
    hang_up: Listener,
}

impl Interrupts {
    /// Begins to listen. From here on the signals no longer end the program by themselves.
    ///
    /// # Errors
    /// When the system refuses.
    pub(crate) fn listen() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for the next signal.
    pub(crate) async fn next(&mut self) -> Signal {
        tokio::select! {
            Some(()) = self.interrupt.recv() => Signal::Interrupt,
            Some(()) = self.terminate.recv() => Signal::Terminate,
            Some(()) = self.hang_up.recv() => Signal::Terminate,
            else => std::future::pending().await,
        }
    }
}
