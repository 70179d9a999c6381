//! What all kinds share: the trait [`Check`], what it is handed, what it gives back, and how it runs commands.

use std::fmt::Debug;
use std::pin::Pin;
use std::time::Duration;

use crate::model::Effect;

pub(crate) mod answers;
mod command_line;
mod context;
pub(crate) mod expect;
pub(crate) mod finding;
pub(crate) mod fresh_file;
mod freshness;
mod git_problem;
pub(crate) mod http_request;
pub(crate) mod identity;
mod judgement;
pub(crate) mod junit;
pub(crate) mod names;
mod one_or_many;
mod placeholder;
mod project_tool;
mod run_command;
#[cfg(test)]
mod sample;
pub(crate) mod sarif;
pub(crate) mod self_report;
pub(crate) mod send_request;
#[cfg(test)]
mod test_context;
mod test_results;
#[cfg(test)]
pub(crate) mod test_server;

pub(crate) use command_line::CommandLine;
pub(crate) use context::{Context, OutputSink, Service};
pub(crate) use judgement::Judgement;
pub(crate) use one_or_many::OneOrMany;
pub(crate) use placeholder::placeholder;
#[cfg(test)]
pub(crate) use sample::SAMPLE;
pub(crate) use test_results::{TestCase, TestCounts, TestResult, TestResults};

/// The future of a judgement.
pub(crate) type Judging<'a> = Pin<Box<dyn Future<Output = Judgement> + Send + 'a>>;

/// A step with its settings: a claim about the service that can be judged. The settings type of a kind
/// implements it.
pub(crate) trait Check: Debug + Send + Sync {
    /// What is expected, in words from the settings, for steps that give no `expected` of their own.
    fn expectation(&self) -> String;

    /// What the step may do to the target.
    fn effect(&self) -> Effect {
        Effect::Read
    }

    /// How long one attempt may take, for steps that give no `timeout` of their own.
    fn timeout(&self) -> Duration {
        Duration::from_secs(60)
    }

    /// Whether it talks to the running target, which must then be there and ready.
    fn uses_target(&self) -> bool {
        false
    }

    /// Whether it reads the tag or the version of the release, or the release before, without naming them in its
    /// settings. They are only looked up where somebody asks.
    fn reads_release(&self) -> bool {
        false
    }

    /// What it would do, one line each: the commands and requests, for `plan`.
    fn actions(&self) -> Vec<String>;

    /// What is wrong with the settings that their types alone cannot tell, such as a step that asserts nothing.
    fn problems(&self) -> Vec<SettingProblem> {
        Vec::new()
    }

    /// The names that the step captures for later ones, used there as `{{ step.name }}`.
    fn captures(&self) -> Vec<String> {
        Vec::new()
    }

    /// The names that the step fills in by itself while it runs. The loader leaves them alone in its settings.
    fn local_names(&self) -> Vec<String> {
        Vec::new()
    }

    /// Looks, and judges.
    fn judge<'a>(&'a self, context: &'a Context) -> Judging<'a>;
}

/// A mistake in the settings of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SettingProblem {
    /// The key it is about; the step as a whole where it is empty.
    pub(crate) key: &'static str,
    /// What is wrong.
    pub(crate) message: String,
    /// What to write instead.
    pub(crate) help: String,
}
