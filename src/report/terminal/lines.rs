//! One line for each thing that happens.

use crate::model::{Elapsed, Problem, StepId, StepReport};
use crate::report::markup::line;
use crate::report::styles::Styles;
use crate::report::wording::{key, time, word};
use crate::report::wrap::{cut, pad};

/// The columns of the word that a line begins with.
const WORD: usize = 7;
/// The columns of the time behind it.
const TIME: usize = 8;
/// The column at which the text begins.
const INDENT: usize = WORD + TIME + 2;

/// How lines look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lines {
    /// The styles of words.
    pub(super) styles: Styles,
    /// No line is wider.
    pub(super) width: usize,
}

impl Lines {
    /// `PASS      4.12s  safer-workflow/run-unit-tests  34 tests passed`.
    pub(super) fn finished(&self, step: &StepReport) -> String {
        let outcome = self.styles.outcome(&step.result).style(pad(word(&step.result), WORD)).to_string();
        let took = self.styles.quiet.style(format!("{:>TIME$}", time(step))).to_string();
        let attempts = if step.attempts > 1 { format!("{} attempts: ", step.attempts) } else { String::new() };
        let text = line(&format!("{}  {attempts}{}", step.step.id, key(step)));
        format!("{outcome}{took}  {}", cut(&text, self.width.saturating_sub(INDENT)))
    }

    /// An attempt that was not good.
    pub(super) fn retrying(&self, id: &StepId, attempt: u32, wait: Elapsed, problem: &Problem) -> String {
        self.quiet("RETRY", &format!("{id}  attempt {attempt} in {wait}: {}", problem.what))
    }

    /// Something about the target.
    pub(super) fn target(&self, message: &str) -> String {
        self.quiet("TARGET", message)
    }

    /// A line that a step wrote.
    pub(super) fn output(&self, id: &StepId, output: &str) -> String {
        self.quiet("", &format!("{id} | {}", output.trim_end()))
    }

    /// The run was asked to stop.
    pub(super) fn stopping(&self, why: &str, running: &[(StepId, Elapsed)]) -> String {
        let waiting = match running.len() {
            0 => String::new(),
            1 => "; waiting for 1 running step to end".to_owned(),
            number => format!("; waiting for {number} running steps to end"),
        };
        self.plain("STOP", &format!("{why}{waiting}"))
    }

    /// What runs, each with its time so far.
    pub(super) fn still_running(&self, running: &[(StepId, Elapsed)], now: Elapsed) -> String {
        let since = |started: &Elapsed| now.as_duration().saturating_sub(started.as_duration()).as_secs_f64();
        let names: Vec<String> =
            running.iter().map(|(id, started)| format!("{id} ({:.1}s)", since(started))).collect();
        self.quiet("RUNS", &names.join(", "))
    }

    fn quiet(&self, word: &str, text: &str) -> String {
        self.styles.quiet.style(self.plain(word, text)).to_string()
    }

    fn plain(&self, word: &str, text: &str) -> String {
        cut(&format!("{}{}", pad(word, INDENT), line(text)), self.width).trim_end().to_owned()
    }
}
