//! How long a piece of work may still take, and whether it was told to stop.

use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::clock;

/// Why a piece of work ended before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Its own time is over.
    TimedOut,
    /// The run was told to stop.
    Cancelled,
}

/// The end of a piece of work: a moment, and a signal that may come before it.
#[derive(Clone, Debug)]
pub(crate) struct Limit {
    timeout: Duration,
    deadline: Instant,
    cancelled: watch::Receiver<bool>,
}

impl Limit {
    /// A limit that begins now. `cancelled` turns true when the run is told to stop.
    pub(crate) fn starting_now(timeout: Duration, cancelled: watch::Receiver<bool>) -> Self {
        Self { timeout, deadline: clock::instant() + timeout, cancelled }
    }

    /// A limit without a signal, for work that nobody interrupts.
    pub(crate) fn alone(timeout: Duration) -> Self {
        let (_, cancelled) = watch::channel(false);
        Self::starting_now(timeout, cancelled)
    }

    /// The same signal with an earlier end, if `timeout` from now is earlier.
    pub(crate) fn at_most(&self, timeout: Duration) -> Self {
        let deadline = self.deadline.min(clock::instant() + timeout);
        Self { timeout: timeout.min(self.timeout), deadline, cancelled: self.cancelled.clone() }
    }

    /// The whole time that was given, for messages.
    pub(crate) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// The time that is left.
    pub(crate) fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(clock::instant())
    }

    /// Returns when the work must end, and says why.
    pub(crate) async fn reached(&self) -> Stop {
        let mut cancelled = self.cancelled.clone();
        tokio::select! {
            () = tokio::time::sleep_until(self.deadline.into()) => Stop::TimedOut,
            Ok(_) = cancelled.wait_for(|&stop| stop) => Stop::Cancelled,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_limit_ends_at_its_time_or_at_the_signal() {
        assert_eq!(Limit::alone(Duration::from_millis(5)).reached().await, Stop::TimedOut);
        let (sender, receiver) = watch::channel(false);
        let limit = Limit::starting_now(Duration::from_secs(60), receiver);
        sender.send(true).unwrap();
        assert_eq!(limit.reached().await, Stop::Cancelled);
    }

    #[test]
    fn a_shorter_limit_never_ends_later() {
        let limit = Limit::alone(Duration::from_secs(1)).at_most(Duration::from_secs(60));
        assert!(limit.remaining() <= Duration::from_secs(1));
        assert_eq!(limit.timeout(), Duration::from_secs(1));
    }
}
