//! The file with recorded answers, for runs at which no person is present.
//!
//! ```toml
//! [[answer]]
//! step = "safer-workflow/look-at-the-invoice"
//! commit = "0123456789abcdef0123456789abcdef01234567"
//! who = "dana"
//! when = 2026-01-02T03:04:05Z
//! answer = "yes"
//! note = "order 7 in staging: new address, total 12.00"
//! ```

use jiff::Timestamp;
use serde::Deserialize;

use crate::model::{Problem, Reason, StepId};
use crate::probe::files::FileError;

use super::answer::{Answer, YesOrNo};

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerFile {
    #[serde(default)]
    answer: Vec<Entry>,
}

/// One `[[answer]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    step: String,
    commit: String,
    who: String,
    when: toml::value::Datetime,
    answer: YesOrNo,
    note: String,
}

/// The answer for a step that counts, out of the text of a file: for this commit if there is one, and the latest
/// of several.
///
/// # Errors
/// When the file cannot be read, or holds no answer for the step.
pub(super) fn find(text: Result<String, FileError>, step: &StepId, commit: &str) -> Result<Answer, Problem> {
    let text = text.map_err(|error| unreadable(&error))?;
    let file: AnswerFile = toml::from_str(&text).map_err(|error| unparsable(error.message().to_owned()))?;
    let entries = file.answer.into_iter().filter(|entry| entry.step == step.as_str());
    let answers = entries.map(Answer::try_from).collect::<Result<Vec<_>, _>>()?;
    let order = |answer: &Answer| (answer.commit.eq_ignore_ascii_case(commit), answer.when);
    answers.into_iter().max_by_key(order).ok_or_else(|| {
        let observed = "the file with recorded answers has none for this step".to_owned();
        unanswered(observed)
    })
}

impl TryFrom<Entry> for Answer {
    type Error = Problem;

    fn try_from(entry: Entry) -> Result<Self, Problem> {
        let Entry { commit, who, when, answer, note, .. } = entry;
        let written = when.to_string();
        let when: Timestamp = written.parse().map_err(|_| {
            unparsable(format!("`when = {written}` is no time with an offset, such as 2026-01-02T03:04:05Z"))
        })?;
        Ok(Self { commit, who, when, word: answer, note })
    }
}

fn unreadable(error: &FileError) -> Problem {
    match error {
        FileError::Missing { .. } => unanswered(error.to_string()),
        FileError::TooLarge { .. } | FileError::NotText { .. } | FileError::Read { .. } => {
            unparsable(error.to_string())
        }
    }
}

fn unanswered(observed: String) -> Problem {
    Problem::new(Reason::Unanswered, "nobody has answered for this release")
        .expected("the answer of a person, at a terminal or in the file with recorded answers")
        .observed(observed)
}

fn unparsable(observed: String) -> Problem {
    Problem::new(Reason::Unparsable, "the file with recorded answers could not be read")
        .expected("`[[answer]]` with `step`, `commit`, `who`, `when`, `answer` (yes or no) and `note`")
        .observed(observed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "1111111111111111111111111111111111111111";
    const TWO: &str = "2222222222222222222222222222222222222222";

    fn entry(step: &str, commit: &str, when: &str, answer: &str) -> String {
        format!(
            "[[answer]]\nstep = '{step}'\ncommit = '{commit}'\nwho = 'dana'\nwhen = {when}\nanswer = '{answer}'\nnote = 'n'\n"
        )
    }

    fn found(text: &str) -> Result<Answer, Problem> {
        find(Ok(text.to_owned()), &StepId::new("row", "step"), ONE)
    }

    fn reason(text: &str) -> Reason {
        found(text).unwrap_err().reason
    }

    #[test]
    fn the_latest_answer_for_this_commit_counts() {
        let file = [
            entry("row/step", ONE, "2026-01-02T03:00:00Z", "yes"),
            entry("row/step", ONE, "2026-01-02T05:00:00+01:00", "no"),
            entry("row/step", TWO, "2026-01-03T03:00:00Z", "yes"),
            entry("row/other", ONE, "2026-01-03T03:00:00Z", "yes"),
        ];
        let answer = found(&file.concat()).unwrap();
        assert_eq!((answer.word, answer.when.to_string().as_str()), (YesOrNo::No, "2026-01-02T04:00:00Z"));
    }

    #[test]
    fn an_answer_for_another_commit_is_found_so_that_it_can_be_told() {
        assert_eq!(found(&entry("row/step", TWO, "2026-01-03T03:00:00Z", "yes")).unwrap().commit, TWO);
    }

    #[test]
    fn a_file_without_an_answer_and_no_file_are_the_same() {
        assert_eq!(reason(""), Reason::Unanswered);
        assert_eq!(reason(&entry("row/other", ONE, "2026-01-03T03:00:00Z", "yes")), Reason::Unanswered);
        let missing = Err(FileError::Missing { path: "answers.toml".into() });
        let problem = find(missing, &StepId::new("row", "step"), ONE).unwrap_err();
        assert_eq!(
            (problem.reason, problem.observed.as_str()),
            (Reason::Unanswered, "there is no file `answers.toml`")
        );
    }

    #[test]
    fn what_is_no_answer_is_never_taken_for_one() {
        assert_eq!(reason(&entry("row/step", ONE, "2026-01-02T03:00:00", "yes")), Reason::Unparsable);
        assert_eq!(reason(&entry("row/step", ONE, "2026-01-02T03:00:00Z", "maybe")), Reason::Unparsable);
        assert_eq!(reason("[[answer]]\nstep = 'row/step'\nanswer = 'yes'"), Reason::Unparsable);
        assert_eq!(reason("[[answers]]\nstep = 'row/step'"), Reason::Unparsable);
    }
}
