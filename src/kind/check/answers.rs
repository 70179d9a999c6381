//! Several questions about one thing, put one after the other, and their answers told at once: a person who corrects
//! one mistake should not have to run the gate again to learn of the next.

use crate::model::{Evidence, Outcome, Problem, Reason};

/// What was seen, or how the question ends the step.
pub(crate) type Answer = Result<String, Outcome>;

/// All questions with their answers, in the order in which they were put.
#[derive(Debug, Default)]
pub(crate) struct Answers(Vec<(&'static str, Answer)>);

impl Answers {
    /// Adds a question with its answer.
    pub(crate) fn put(&mut self, question: &'static str, answer: Answer) {
        self.0.push((question, answer));
    }

    /// How many questions were put.
    pub(crate) fn number(&self) -> usize {
        self.0.len()
    }

    /// The worst answer: a fail before an error before a warn, and the first of its sort. What else is not good
    /// stands behind it, so that a reader sees all of it at once.
    pub(crate) fn outcome(&self, about: &str) -> Outcome {
        for rank in [rank_of_fail, rank_of_error, rank_of_warn] {
            if let Some((question, worst)) = self.bad().find(|(_, outcome)| rank(outcome)) {
                return with_others(worst.clone(), &self.others(question));
            }
        }
        let seen: Vec<&str> = self.0.iter().filter_map(|(_, answer)| answer.as_deref().ok()).collect();
        Outcome::pass(format!("{about}: {}", seen.join("; ")))
    }

    /// One row for each question.
    pub(crate) fn evidence(&self) -> Evidence {
        let rows = self.0.iter().map(|(question, answer)| {
            let (ended, seen) = match answer {
                Ok(seen) => ("pass", seen.clone()),
                Err(outcome) => {
                    (outcome.as_str(), problem(outcome).map_or_else(String::new, |one| one.observed.clone()))
                }
            };
            vec![(*question).to_owned(), ended.to_owned(), seen]
        });
        Evidence::table("questions", &["question", "answer", "seen"], rows.collect())
    }

    fn bad(&self) -> impl Iterator<Item = (&'static str, &Outcome)> {
        self.0.iter().filter_map(|(question, answer)| answer.as_ref().err().map(|outcome| (*question, outcome)))
    }

    fn others(&self, but: &str) -> Vec<String> {
        let others = self.bad().filter(|(question, _)| *question != but);
        others.map(|(question, outcome)| format!("{question} ({})", outcome.reason().as_str())).collect()
    }
}

fn rank_of_fail(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Fail(_))
}

fn rank_of_error(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Error(_))
}

fn rank_of_warn(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Warn(_))
}

fn problem(outcome: &Outcome) -> Option<&Problem> {
    match outcome {
        Outcome::Warn(problem) | Outcome::Fail(problem) | Outcome::Error(problem) => Some(problem),
        Outcome::Pass(_) | Outcome::Skip(_) => None,
    }
}

fn with_others(mut outcome: Outcome, others: &[String]) -> Outcome {
    if others.is_empty() {
        return outcome;
    }
    match &mut outcome {
        Outcome::Warn(problem) | Outcome::Fail(problem) | Outcome::Error(problem) => {
            problem.observed.push_str("; also not good: ");
            problem.observed.push_str(&others.join(", "));
        }
        Outcome::Pass(_) | Outcome::Skip(_) => {}
    }
    outcome
}

/// A fail for something that is not there.
pub(crate) fn missing(what: impl Into<String>) -> Problem {
    Problem::new(Reason::Missing, what)
}

/// A fail for something that is there and not as it must be.
pub(crate) fn not_met(what: impl Into<String>) -> Problem {
    Problem::new(Reason::NotMet, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem_with(reason: Reason) -> Problem {
        Problem::new(reason, "what").observed("seen")
    }

    #[test]
    fn a_fail_goes_before_an_error_before_a_warn_and_the_others_are_named() {
        let mut answers = Answers::default();
        answers.put("one", Ok("fine".to_owned()));
        answers.put("two", Err(Outcome::Warn(problem_with(Reason::Unrehearsed))));
        assert_eq!(answers.outcome("x").reason(), Reason::Unrehearsed);
        answers.put("three", Err(Outcome::Error(problem_with(Reason::ToolMissing))));
        assert_eq!(answers.outcome("x").reason(), Reason::ToolMissing);
        answers.put("four", Err(Outcome::Fail(problem_with(Reason::Missing))));
        let expected = "seen; also not good: two (unrehearsed), three (tool-missing)";
        assert_eq!(answers.outcome("x"), Outcome::Fail(problem_with(Reason::Missing).observed(expected)));
        assert_eq!(answers.number(), 4);
    }

    #[test]
    fn good_answers_are_told_in_a_row() {
        let mut answers = Answers::default();
        answers.put("one", Ok("8 of 120 characters".to_owned()));
        answers.put("two", Ok("the target is there".to_owned()));
        assert_eq!(answers.outcome("make x"), Outcome::pass("make x: 8 of 120 characters; the target is there"));
    }
}
