//! The exit statuses of the program, in one place.

use std::process::ExitCode;

use crate::model::{Ending, RunReport, Verdict};

/// How the program ends. The numbers are part of its interface and the same for every output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    /// GO, or the command did what it was asked to.
    Go,
    /// NO-GO.
    NoGo,
    /// Bad usage or an invalid checklist; nothing was run.
    Usage,
    /// UNDECIDED.
    Undecided,
    /// A requested report could not be written.
    ReportNotWritten,
    /// Interrupted with Ctrl-C; reports were still written.
    Interrupted,
    /// Told to terminate; reports were still written.
    Terminated,
}

impl ExitStatus {
    /// The number.
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Go => 0,
            Self::NoGo => 1,
            Self::Usage => 2,
            Self::Undecided => 3,
            Self::ReportNotWritten => 4,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }

    /// The status of a finished run whose reports are all written.
    pub(crate) fn of_run(report: &RunReport) -> Self {
        match (report.ending, report.verdict) {
            (Ending::Interrupted, _) => Self::Interrupted,
            (Ending::Terminated, _) => Self::Terminated,
            (_, Verdict::Go) => Self::Go,
            (_, Verdict::NoGo) => Self::NoGo,
            (_, Verdict::Undecided) => Self::Undecided,
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status.number())
    }
}
