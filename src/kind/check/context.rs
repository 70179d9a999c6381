//! What a check is handed.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::PathBuf;
use std::sync::Arc;

use crate::model::{Release, StepHeader, Stream, Target};
use crate::probe::{Limit, Probes};

/// What a check is handed: the doors to the world and the facts of the run.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    /// The doors.
    pub(crate) probes: Arc<Probes>,
    /// The step itself.
    pub(crate) step: Arc<StepHeader>,
    /// The service.
    pub(crate) service: Arc<Service>,
    /// Where it runs, if a target was named.
    pub(crate) target: Option<Arc<Target>>,
    /// The release under test.
    pub(crate) release: Arc<Release>,
    /// The id of the run.
    pub(crate) run: Arc<str>,
    /// Every name that is filled in, with its value, for the environment of commands.
    pub(crate) names: Arc<BTreeMap<String, String>>,
    /// A folder of its own for files that the step makes; gone after the run.
    pub(crate) scratch: PathBuf,
    /// The end of this attempt.
    pub(crate) limit: Limit,
    /// Hands output on as it comes.
    pub(crate) output: OutputSink,
}

/// What a check may know of the service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Service {
    /// Its name.
    pub(crate) name: String,
    /// Who answers for it.
    pub(crate) owner: Option<String>,
    /// Its rollback command, as it is written down.
    pub(crate) rollback: Option<String>,
    /// The folder of the service file; commands start here and paths are taken from here.
    pub(crate) root: PathBuf,
}

/// Where a check sends output while it runs.
#[derive(Clone)]
pub(crate) struct OutputSink(Arc<Receive>);

/// Takes a piece of output.
type Receive = dyn Fn(Stream, &[u8]) + Send + Sync;

impl OutputSink {
    /// A sink that hands every piece to a function.
    pub(crate) fn new(receive: impl Fn(Stream, &[u8]) + Send + Sync + 'static) -> Self {
        Self(Arc::new(receive))
    }

    /// Hands a piece of output on. Pieces may end anywhere in a line.
    pub(crate) fn send(&self, stream: Stream, piece: &[u8]) {
        (self.0)(stream, piece);
    }
}

impl Debug for OutputSink {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("OutputSink")
    }
}
