//! Running one step: its attempts, their limits, the waits between them.
//!
//! Retry and until are two things. A retry is for a step that should have been good at once, so a pass after one is
//! a warn. Until is for something that is not ready yet: it is asked tightly at first and then more slowly, and a
//! pass stays a pass.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use crate::kind::{Check, Context, Judgement};
use crate::model::{Elapsed, Length, Outcome, Problem, Reason, Retry, Stream, Until};
use crate::probe::{Limit, clock};

/// What a running step tells the dispatch loop.
#[derive(Debug)]
pub(crate) enum Message {
    /// A line of output.
    Output { step: usize, stream: Stream, line: String },
    /// Another attempt follows.
    Retrying { step: usize, attempt: u32, wait: Duration, problem: Problem },
}

/// How a step is run.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    /// How long one attempt may take.
    pub(crate) timeout: Duration,
    /// Further attempts.
    pub(crate) retry: Option<Retry>,
    /// Ask again until it is true.
    pub(crate) until: Option<Until>,
}

/// A step that is about to run.
pub(crate) struct Attempt {
    /// Its position.
    pub(crate) step: usize,
    /// Its judgement.
    pub(crate) check: Arc<dyn Check>,
    /// What it is handed; the limit is set anew for every attempt.
    pub(crate) context: Context,
    /// Its rules.
    pub(crate) rules: Rules,
    /// Turns true when the run is told to stop.
    pub(crate) cancelled: watch::Receiver<bool>,
    /// To the dispatch loop.
    pub(crate) messages: mpsc::Sender<Message>,
}

/// The time that a kind gets beyond its limit to end what it started, before it is simply dropped.
const BACKSTOP: Duration = Duration::from_secs(8);

/// The first wait of `until`.
const FIRST_POLL: Duration = Duration::from_millis(20);

impl Attempt {
    /// Runs the step to its end and returns the judgement with the number of attempts.
    pub(crate) async fn run(mut self) -> (Judgement, u32) {
        if let Some(until) = self.rules.until.clone() {
            return self.until(&until).await;
        }
        let mut last_problem = None;
        for attempt in 1.. {
            let judgement = self.once().await;
            let retry = self.retry_after(attempt, &judgement.outcome);
            let Some((wait, problem)) = retry else {
                return (after_retry(judgement, attempt, last_problem), attempt);
            };
            self.tell(attempt + 1, wait, &problem).await;
            last_problem = Some(problem);
            if self.stopped_during(wait).await {
                return (judgement, attempt);
            }
        }
        unreachable!("an endless loop has no end")
    }

    /// One attempt. A kind that outlives its limit and its grace is dropped.
    async fn once(&mut self) -> Judgement {
        let limit = Limit::starting_now(self.rules.timeout, self.cancelled.clone());
        self.context.limit = limit.clone();
        let backstop = async {
            limit.reached().await;
            tokio::time::sleep(BACKSTOP).await;
        };
        tokio::select! {
            biased;
            judgement = self.check.judge(&self.context) => judgement,
            () = backstop => overdue(&limit, *self.cancelled.borrow()),
        }
    }

    /// The wait before the next attempt and the problem of this one, if there is to be a next one.
    fn retry_after(&self, attempt: u32, outcome: &Outcome) -> Option<(Duration, Problem)> {
        let retry = self.rules.retry.as_ref().filter(|retry| attempt <= retry.times)?;
        let (Outcome::Fail(problem) | Outcome::Error(problem)) = outcome else { return None };
        let stopped = *self.cancelled.borrow();
        (!stopped).then(|| (wait_before(attempt, retry), problem.clone()))
    }

    /// Asks again and again until the step is good or its time is over.
    async fn until(&mut self, until: &Until) -> (Judgement, u32) {
        let started = clock::instant();
        let mut wait = FIRST_POLL.min(until.interval);
        let timeout = self.rules.timeout;
        for attempt in 1.. {
            let left = until.within.saturating_sub(clock::instant().saturating_duration_since(started));
            self.rules.timeout = timeout.min(left.max(Duration::from_millis(1)));
            let judgement = self.once().await;
            let left = until.within.saturating_sub(clock::instant().saturating_duration_since(started));
            let over = left < wait || judgement.outcome.is_good();
            if over || self.stopped_during(wait).await {
                return (never_true(judgement, attempt, until), attempt);
            }
            wait = wait.mul_f64(1.5).min(until.interval);
        }
        unreachable!("an endless loop has no end")
    }

    async fn tell(&self, attempt: u32, wait: Duration, problem: &Problem) {
        let message = Message::Retrying { step: self.step, attempt, wait, problem: problem.clone() };
        // The loop is only gone when the run is over, and then nobody wants to know.
        drop(self.messages.send(message).await);
    }

    /// Waits, and says whether the run was told to stop meanwhile.
    async fn stopped_during(&mut self, wait: Duration) -> bool {
        tokio::select! {
            () = tokio::time::sleep(wait) => false,
            Ok(_) = self.cancelled.wait_for(|&stop| stop) => true,
        }
    }
}

/// The wait before the attempt after `attempt`, growing by the backoff up to its cap.
fn wait_before(attempt: u32, retry: &Retry) -> Duration {
    let factor = retry.backoff.powi(i32::try_from(attempt - 1).unwrap_or(i32::MAX));
    let seconds = (retry.interval.as_secs_f64() * factor).min(retry.max_interval.as_secs_f64());
    Duration::try_from_secs_f64(seconds).unwrap_or(retry.max_interval)
}

/// A pass that needed more than one attempt is a warn that says so.
fn after_retry(mut judgement: Judgement, attempt: u32, last: Option<Problem>) -> Judgement {
    let (Outcome::Pass(passed), Some(last)) = (&judgement.outcome, last) else { return judgement };
    let problem = Problem::new(Reason::AfterRetry, format!("it passed only on attempt {attempt}"))
        .expected("a pass on the first attempt")
        .observed(format!("{}; the attempt before: {} ({})", passed.observed, last.what, last.observed))
        .next(format!("find out why it is not steady: {}", last.next));
    judgement.outcome = Outcome::Warn(problem);
    judgement
}

/// Adds how long and how often it was asked to what is still not good.
fn never_true(mut judgement: Judgement, attempts: u32, until: &Until) -> Judgement {
    if let Outcome::Fail(problem) | Outcome::Error(problem) = &mut judgement.outcome {
        let times = if attempts == 1 { "time".to_owned() } else { "times".to_owned() };
        let within = Length(until.within);
        problem.observed = format!("{} (asked {attempts} {times} within {within})", problem.observed);
    }
    judgement
}

/// The error of a kind that did not come back.
fn overdue(limit: &Limit, cancelled: bool) -> Judgement {
    let (reason, what) = if cancelled {
        (Reason::Interrupted, "the step was stopped with the run")
    } else {
        (Reason::Timeout, "the step did not end in time")
    };
    let timeout = Length(limit.timeout());
    Judgement::error(
        Problem::new(reason, what)
            .expected(format!("an end within {timeout}"))
            .observed(format!("no end {} after its limit of {timeout}", Elapsed::from(BACKSTOP)))
            .unsafe_to_retry()
            .next("run the step alone with `--only`; if it is only slow, give it a longer `timeout`"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_by_the_backoff_up_to_their_cap() {
        let second = Duration::from_secs(1);
        let retry = Retry { times: 9, interval: second, backoff: 2.0, max_interval: 5 * second };
        let waits: Vec<u64> = (1..=5).map(|attempt| wait_before(attempt, &retry).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 5, 5]);
    }

    #[test]
    fn a_pass_after_a_retry_is_a_warn_that_says_so() {
        let last = Problem::new(Reason::NotMet, "status was 503").observed("503").next("look at the log");
        let judgement = after_retry(Judgement::new(Outcome::pass("status 200")), 2, Some(last));
        let Outcome::Warn(problem) = judgement.outcome else { panic!("{judgement:?}") };
        assert_eq!(problem.reason, Reason::AfterRetry);
        assert_eq!(problem.what, "it passed only on attempt 2");
        assert_eq!(problem.observed, "status 200; the attempt before: status was 503 (503)");
    }
}
