//! Whether this very command was rehearsed, how that ended, and how long ago.

use crate::kind::check::answers::{Answer, not_met};
use crate::kind::check::{CommandLine, Context};
use crate::model::{Length, Outcome, Problem, Reason, Verdict};
use crate::probe::files::sha256;
use crate::probe::rehearsals::{Rehearsal, RehearsalError};

/// How far the clock of another machine may be ahead, in seconds.
const CLOCK_SKEW: i64 = 300;

/// The name of a command in the records of rehearsals: the SHA-256, in hex, of its form for pasting into a shell.
pub(super) fn digest(command: &CommandLine) -> String {
    sha256(command.to_string().as_bytes())
}

/// Whether the newest rehearsal of the command showed that it works, within a time.
pub(super) fn is_rehearsed(command: &CommandLine, within: Length, context: &Context) -> Answer {
    let all = context.probes.records.rehearsals().map_err(|error| Outcome::Error(unreadable(&error)))?;
    let digest = digest(command);
    let Some(newest) = all.iter().find(|rehearsal| rehearsal.command_sha256 == digest) else {
        let observed = format!("no rehearsal of `{command}` among {} recorded ones", all.len());
        return Err(Outcome::Warn(unrehearsed("this rollback command was never rehearsed", within, &observed)));
    };
    match newest.verdict {
        Verdict::Go => is_fresh(newest, within, context),
        Verdict::NoGo => Err(Outcome::Fail(failed(command, newest))),
        Verdict::Undecided => {
            let observed = format!("the newest one, which ended at {}, was not decided", newest.ended);
            Err(Outcome::Warn(unrehearsed("this rollback command was not rehearsed to the end", within, &observed)))
        }
    }
}

fn is_fresh(newest: &Rehearsal, within: Length, context: &Context) -> Answer {
    let age = context.probes.clock.now().as_second() - newest.ended.as_second();
    if age < -CLOCK_SKEW {
        let observed = format!("the newest one ended at {}, which is still to come", newest.ended);
        return Err(Outcome::Warn(unrehearsed("the rehearsal of the rollback is of the future", within, &observed)));
    }
    if u64::try_from(age).is_ok_and(|age| age > within.0.as_secs()) {
        let observed = format!("the newest one ended at {}", newest.ended);
        return Err(Outcome::Warn(unrehearsed("the rollback was rehearsed too long ago", within, &observed)));
    }
    Ok(format!("rehearsed at {} with commit {}", newest.ended, newest.commit))
}

fn unrehearsed(what: &str, within: Length, observed: &str) -> Problem {
    Problem::new(Reason::Unrehearsed, what)
        .expected(format!("a rehearsal of this very command that ended well, not older than {within}"))
        .observed(observed)
        .next(
            "roll back once on staging by this very command and record it; `rollsafe kinds rollback-ready` shows how",
        )
}

fn failed(command: &CommandLine, newest: &Rehearsal) -> Problem {
    not_met("the last rehearsal of this rollback command failed")
        .expected(format!("a newest rehearsal of `{command}` with the verdict {}", Verdict::Go))
        .observed(format!("{} at {} with commit {}", newest.verdict, newest.ended, newest.commit))
        .unsafe_to_retry()
        .next("correct the rollback, roll back on staging by this very command, and record how it ended")
}

fn unreadable(error: &RehearsalError) -> Problem {
    let source = match error {
        RehearsalError::Read { source, .. } => source.to_string(),
        RehearsalError::Form { source, .. } => source.to_string(),
    };
    Problem::new(Reason::Unparsable, "the recorded rehearsals cannot be read")
        .expected("records with command_sha256, commit, ended and verdict under .rollsafe/rehearsals")
        .observed(format!("{error}: {source}"))
        .next("correct or delete the broken record; `rollsafe kinds rollback-ready` shows its form")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-21T12:00:00Z";

    /// The outcome and reason for some records of (command, end, verdict).
    fn judged(records: &[(&str, &str, &str)]) -> (&'static str, &'static str) {
        let folder = tempfile::tempdir().unwrap();
        let rehearsals = folder.path().join(".rollsafe/rehearsals");
        std::fs::create_dir_all(&rehearsals).unwrap();
        for (number, (command, ended, verdict)) in records.iter().enumerate() {
            let digest = sha256(command.as_bytes());
            let record = serde_json::json!({
                "command_sha256": digest, "commit": "abc", "ended": ended, "verdict": verdict
            });
            std::fs::write(rehearsals.join(format!("{number}.json")), record.to_string()).unwrap();
        }
        let command = CommandLine::split("make rollback").unwrap();
        let context = Context::for_test(folder.path(), NOW);
        match is_rehearsed(&command, Length::parse("30d").unwrap(), &context) {
            Ok(_) => ("pass", "met"),
            Err(outcome) => (outcome.as_str(), outcome.reason().as_str()),
        }
    }

    #[test]
    fn a_fresh_rehearsal_of_this_command_that_ended_well_is_met() {
        assert_eq!(judged(&[("make rollback", "2026-11-01T12:00:00Z", "GO")]), ("pass", "met"));
        assert_eq!(judged(&[("make rollback", "2026-10-22T12:00:00Z", "GO")]), ("pass", "met"));
    }

    #[test]
    fn none_another_an_old_and_a_future_one_warn() {
        let warn = ("warn", "unrehearsed");
        assert_eq!(judged(&[]), warn);
        assert_eq!(judged(&[("make rollback2", "2026-11-20T12:00:00Z", "GO")]), warn);
        assert_eq!(judged(&[("make rollback", "2026-10-22T11:59:59Z", "GO")]), warn);
        assert_eq!(judged(&[("make rollback", "2026-11-22T12:00:00Z", "GO")]), warn);
        assert_eq!(judged(&[("make rollback", "2026-11-20T12:00:00Z", "UNDECIDED")]), warn);
    }

    #[test]
    fn the_newest_one_counts() {
        let good = ("make rollback", "2026-11-10T12:00:00Z", "GO");
        let bad = ("make rollback", "2026-11-11T12:00:00Z", "NO-GO");
        assert_eq!(judged(&[good, bad]), ("fail", "not-met"));
        assert_eq!(judged(&[bad, ("make rollback", "2026-11-12T12:00:00Z", "GO")]), ("pass", "met"));
    }
}
