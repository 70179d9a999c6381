//! Floor 1: the only code that touches the outside world, with one door for each kind of thing.
//!
//! A probe tells facts and never judges them. Every wait has a limit, every buffer a cap, every child process
//! an end. Each probe has one small error enum that keeps its source.

pub(crate) mod clock;
pub(crate) mod environment;
pub(crate) mod files;
pub(crate) mod fingerprint;
pub(crate) mod git;
pub(crate) mod http;
pub(crate) mod limit;
pub(crate) mod person;
pub(crate) mod port;
pub(crate) mod process;
pub(crate) mod records;
pub(crate) mod rehearsals;
pub(crate) mod run_record;
pub(crate) mod tree;

pub(crate) use clock::Clock;
pub(crate) use environment::Environment;
pub(crate) use limit::Limit;

/// The doors that a check is handed.
#[derive(Debug)]
pub(crate) struct Probes {
    /// Starts programs.
    pub(crate) process: process::Process,
    /// Sends requests.
    pub(crate) http: http::Http,
    /// Asks the repository of the service and its remotes.
    pub(crate) git: git::Git,
    /// Reads files of the service.
    pub(crate) files: files::Files,
    /// Reads the records of earlier runs.
    pub(crate) records: records::Records,
    /// Asks the person at the terminal.
    pub(crate) person: person::Person,
    /// Tells the time.
    pub(crate) clock: Clock,
    /// The environment variables that rollsafe was started with.
    pub(crate) environment: Environment,
}
