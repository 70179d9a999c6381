//! The only reader of the clock.

use std::time::{Duration, Instant};

use jiff::Timestamp;

/// Tells the time. Tests hold it still, so that two runs give the same bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Clock {
    still: Option<Timestamp>,
}

impl Clock {
    /// The clock of the machine.
    pub(crate) fn system() -> Self {
        Self { still: None }
    }

    /// A clock that always shows the same time, and on which nothing takes any time.
    pub(crate) fn still(at: Timestamp) -> Self {
        Self { still: Some(at) }
    }

    /// The time of day, in UTC.
    #[expect(clippy::disallowed_methods, reason = "this is the one door to the clock")]
    pub(crate) fn now(self) -> Timestamp {
        self.still.unwrap_or_else(|| {
            let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
            Timestamp::UNIX_EPOCH + since
        })
    }

    /// How long ago a moment was; nothing on a clock that is held still.
    pub(crate) fn since(self, moment: Instant) -> Duration {
        if self.still.is_some() { Duration::ZERO } else { instant().saturating_duration_since(moment) }
    }
}

/// The time of day of the machine, also where the clock is held still: only to be held against the times of files.
#[expect(clippy::disallowed_methods, reason = "this is the one door to the clock")]
pub(crate) fn machine_time() -> std::time::SystemTime {
    std::time::SystemTime::now()
}

/// A moment that only serves to measure spans and limits. It runs on even where the time of day is held still,
/// because limits must hold in tests too.
#[expect(clippy::disallowed_methods, reason = "this is the one door to the clock")]
pub(crate) fn instant() -> Instant {
    Instant::now()
}
