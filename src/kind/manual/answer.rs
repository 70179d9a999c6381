//! The answer of a person, and whether it counts.

use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;

use crate::kind::check::placeholder;
use crate::model::{Evidence, Length, Problem, Reason};

/// How far the clocks of two machines may be apart.
const SKEW: Duration = Duration::from_secs(5 * 60);

/// Texts that stand where something was to be filled in.
const FILLERS: [&str; 8] = ["x", "n/a", "na", "none", "nothing", "todo", "tbd", "fixme"];

/// What a person says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum YesOrNo {
    /// It is good.
    Yes,
    /// It is not.
    No,
}

impl YesOrNo {
    /// The word in answer files and reports.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
        }
    }
}

/// The answer of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// The full id of the commit that it is about.
    pub(super) commit: String,
    /// Who answered.
    pub(super) who: String,
    /// When.
    pub(super) when: Timestamp,
    /// What they say.
    pub(super) word: YesOrNo,
    /// What they saw.
    pub(super) note: String,
}

/// What an answer is held against.
#[derive(Clone, Debug)]
pub(super) struct Wanted<'a> {
    /// The commit under test.
    pub(super) commit: &'a str,
    /// The time now.
    pub(super) now: Timestamp,
    /// How old an answer may be.
    pub(super) max_age: Length,
}

impl Answer {
    /// Why the answer does not count, whatever it says.
    pub(super) fn objection(&self, wanted: &Wanted<'_>) -> Option<Problem> {
        self.for_another_commit(wanted).or_else(|| self.out_of_time(wanted)).or_else(|| self.not_filled_in())
    }

    fn for_another_commit(&self, wanted: &Wanted<'_>) -> Option<Problem> {
        (!self.commit.eq_ignore_ascii_case(wanted.commit)).then(|| {
            Problem::new(Reason::Stale, "the recorded answer is for another commit")
                .expected(format!("an answer for commit {}", wanted.commit))
                .observed(format!("{} answered for commit {} at {}", self.who, self.commit, self.when))
        })
    }

    fn out_of_time(&self, wanted: &Wanted<'_>) -> Option<Problem> {
        let age = wanted.now.duration_since(self.when);
        let problem = |what: &str| {
            Problem::new(Reason::Stale, what)
                .expected(format!("an answer that is at most {} old at {}", wanted.max_age, wanted.now))
                .observed(format!("{} answered at {}", self.who, self.when))
        };
        match Duration::try_from(age) {
            Ok(age) if age > wanted.max_age.0 => Some(problem("the recorded answer is too old")),
            Err(_) if age.unsigned_abs() > SKEW => Some(problem("the recorded answer lies in the future")),
            Ok(_) | Err(_) => None,
        }
    }

    fn not_filled_in(&self) -> Option<Problem> {
        let (part, text) =
            [("who", &self.who), ("note", &self.note)].into_iter().find(|(_, text)| is_filler(text))?;
        let problem = Problem::new(Reason::Placeholder, format!("the recorded answer has no real `{part}`"))
            .expected("the name of who answered, and what they saw")
            .observed(format!("{part} = {text:?}"));
        Some(problem)
    }

    /// The answer as evidence.
    pub(super) fn evidence(&self, source: &str) -> Vec<Evidence> {
        vec![
            Evidence::text("answer", self.word.as_str()),
            Evidence::text("who", &self.who),
            Evidence::text("when", self.when.to_string()),
            Evidence::text("what they saw", &self.note),
            Evidence::text("commit", &self.commit),
            Evidence::text("source", source),
        ]
    }
}

/// Whether a text says nothing.
pub(super) fn is_filler(text: &str) -> bool {
    let is_blank = !text.chars().any(char::is_alphanumeric);
    is_blank || placeholder(text).is_some() || FILLERS.contains(&&*text.trim().to_lowercase())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(crate) const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    fn answer() -> Answer {
        Answer {
            commit: COMMIT.to_owned(),
            who: "dana".to_owned(),
            when: "2026-01-02T03:00:00Z".parse().unwrap(),
            word: YesOrNo::Yes,
            note: "the total is 12.00".to_owned(),
        }
    }

    fn objection(answer: &Answer) -> Option<Reason> {
        let now = "2026-01-02T04:00:00Z".parse().unwrap();
        let wanted = Wanted { commit: COMMIT, now, max_age: Length::parse("2h").unwrap() };
        answer.objection(&wanted).map(|problem| problem.reason)
    }

    fn at(when: &str) -> Answer {
        Answer { when: when.parse().unwrap(), ..answer() }
    }

    #[test]
    fn a_young_answer_for_this_commit_counts() {
        assert_eq!(objection(&answer()), None);
        assert_eq!(objection(&Answer { commit: COMMIT.to_uppercase(), ..answer() }), None);
        assert_eq!(objection(&at("2026-01-02T02:00:00Z")), None);
        assert_eq!(objection(&at("2026-01-02T04:04:00Z")), None);
    }

    #[test]
    fn an_answer_for_another_commit_or_another_time_is_stale() {
        assert_eq!(objection(&Answer { commit: COMMIT[..12].to_owned(), ..answer() }), Some(Reason::Stale));
        assert_eq!(objection(&at("2026-01-02T01:59:59Z")), Some(Reason::Stale));
        assert_eq!(objection(&at("2026-01-02T04:05:01Z")), Some(Reason::Stale));
    }

    #[test]
    fn a_note_about_something_that_is_called_todo_counts() {
        assert_eq!(objection(&Answer { note: "the todo list shows 3 entries".to_owned(), ..answer() }), None);
    }

    #[test]
    fn an_answer_without_a_name_or_a_note_does_not_count() {
        for text in ["", "  ", "-", "TODO", "<your name>", "tbd", "..."] {
            assert_eq!(objection(&Answer { who: text.to_owned(), ..answer() }), Some(Reason::Placeholder), "{text}");
            assert_eq!(objection(&Answer { note: text.to_owned(), ..answer() }), Some(Reason::Placeholder), "{text}");
        }
    }
}
