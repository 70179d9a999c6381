//! Reads what a Nagios plugin says: one line of text, and an exit status of four (Monitoring Plugins Development
//! Guidelines, sections "Plugin Return Codes" and "Plugin Output for Nagios").
//!
//! A wrapper that swallows the exit status makes every plugin say OK. So a text that names a worse state than the
//! status does is not believed to be OK.

use crate::model::{Outcome, Problem, Reason, excerpt};

/// How much of the line a message shows, in characters.
const SHOWN: usize = 300;

/// The states in the order of their exit statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Ok,
    Warning,
    Critical,
    Unknown,
}

impl State {
    const ALL: [Self; 4] = [Self::Ok, Self::Warning, Self::Critical, Self::Unknown];

    /// The state that an exit status stands for.
    fn of(status: i32) -> Option<Self> {
        usize::try_from(status).ok().and_then(|status| Self::ALL.get(status).copied())
    }

    /// The word in the text.
    fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// The outcome of a plugin.
pub(super) fn outcome(status: i32, stdout: &str) -> Outcome {
    let line = excerpt(text_of(stdout), SHOWN);
    let Some(state) = State::of(status) else {
        let what = format!("the plugin ended with exit status {status}, which the protocol does not know");
        return Outcome::Error(problem(Reason::ToolFailed, what, &line));
    };
    if line.is_empty() {
        let what = "the plugin printed nothing, which none does that has looked at something";
        return Outcome::Error(problem(Reason::NoData, what, &format!("exit status {status}, no text")));
    }
    match state {
        State::Ok => ok(line),
        State::Warning => Outcome::Warn(problem(Reason::Threshold, "the plugin warns", &line)),
        State::Critical => Outcome::Fail(problem(Reason::NotMet, "the plugin says CRITICAL", &line)),
        State::Unknown => Outcome::Error(problem(Reason::Inconclusive, "the plugin could not find out", &line)),
    }
}

/// A pass, unless the text says otherwise.
fn ok(line: String) -> Outcome {
    match worse_state(&line) {
        None => Outcome::pass(line),
        Some(said) => {
            let what = format!("the plugin ended with exit status 0, and its text says {}", said.as_str());
            Outcome::Error(problem(Reason::Inconclusive, what, &line))
        }
    }
}

/// The first line without the performance data behind the bar.
fn text_of(stdout: &str) -> &str {
    let line = stdout.trim_start().lines().next().unwrap_or_default();
    line.split_once('|').map_or(line, |(text, _)| text)
}

/// A state other than OK that the text begins with, as `CRITICAL: ...` or `HTTP CRITICAL - ...` do.
fn worse_state(line: &str) -> Option<State> {
    let words = line.split(|sign: char| !sign.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let said: Vec<&str> = words.take(2).collect();
    State::ALL.into_iter().find(|state| said.contains(&state.as_str())).filter(|&state| state != State::Ok)
}

fn problem(reason: Reason, what: impl Into<String>, line: &str) -> Problem {
    let observed = if line.is_empty() { "no text" } else { line };
    Problem::new(reason, what).expected("exit status 0 and a line that says OK").observed(observed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(status: i32, stdout: &str) -> (&'static str, Reason) {
        let outcome = outcome(status, stdout);
        (outcome.as_str(), outcome.reason())
    }

    #[test]
    fn the_four_statuses_are_the_four_outcomes() {
        assert_eq!(judged(0, "DISK OK - free space: / 3326 MB | /=2643MB;5948"), ("pass", Reason::Met));
        assert_eq!(judged(1, "DISK WARNING - 20% free"), ("warn", Reason::Threshold));
        assert_eq!(judged(2, "DISK CRITICAL - 2% free"), ("fail", Reason::NotMet));
        assert_eq!(judged(3, "DISK UNKNOWN - no such device"), ("error", Reason::Inconclusive));
    }

    #[test]
    fn any_other_status_and_a_silent_plugin_decide_nothing() {
        assert_eq!(judged(127, "sh: check_disk: not found"), ("error", Reason::ToolFailed));
        assert_eq!(judged(0, "\n"), ("error", Reason::NoData));
    }

    #[test]
    fn a_status_that_a_wrapper_swallowed_is_noticed() {
        assert_eq!(judged(0, "CRITICAL: 3 jobs failed"), ("error", Reason::Inconclusive));
        assert_eq!(judged(0, "JOBS WARNING - late"), ("error", Reason::Inconclusive));
        assert_eq!(judged(0, "OK - no CRITICAL jobs"), ("pass", Reason::Met));
        assert_eq!(judged(0, "all jobs ran, none is CRITICAL"), ("pass", Reason::Met));
    }

    #[test]
    fn a_pass_shows_the_text_without_the_performance_data() {
        let Outcome::Pass(passed) = outcome(0, "LOAD OK - 0.3 | load1=0.3;5;10\nmore") else {
            panic!("it must pass")
        };
        assert_eq!(passed.observed, "LOAD OK - 0.3");
    }
}
