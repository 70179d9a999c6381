//! Judges the answer of a person: the recorded one if it counts, else the one at the terminal.

use crate::kind::check::{Context, Judgement};
use crate::model::{Evidence, Outcome, Problem, Reason};

use super::ManualStep;
use super::answer::{Answer, Wanted, YesOrNo};
use super::{answer_file, terminal};

/// Looks for a recorded answer, asks where that is possible, and judges.
pub(super) async fn judge(step: &ManualStep, context: &Context) -> Judgement {
    let Some(commit) = context.release.commit.as_deref() else {
        return Judgement::error(without_commit());
    };
    let file = step.answers(context);
    let recorded = recorded(step, context, commit, &file);
    let is_final = matches!(&recorded, Ok(answer) if answer.word == YesOrNo::Yes);
    if is_final || !terminal::somebody_is_there(context) {
        return match recorded {
            Ok(answer) => judged(step, &answer, &format!("`{file}`")),
            Err(problem) => undecided(problem, context, commit, &file),
        };
    }
    match terminal::ask(step, context, commit).await {
        Ok(answer) => judged(step, &answer, "the terminal").with([for_the_file(&answer, context)]),
        Err(problem) => undecided(problem, context, commit, &file),
    }
}

/// The recorded answer, if it counts.
fn recorded(step: &ManualStep, context: &Context, commit: &str, file: &str) -> Result<Answer, Problem> {
    let wanted = Wanted { commit, now: context.probes.clock.now(), max_age: step.max_age };
    let answer = answer_file::find(context.probes.files.read(file), &context.step.id, commit)?;
    match answer.objection(&wanted) {
        Some(problem) => Err(problem),
        None => Ok(answer),
    }
}

fn without_commit() -> Problem {
    Problem::new(Reason::Precondition, "it is not known which commit is released")
        .expected("a commit that an answer can be bound to")
        .observed("no commit")
        .next("run this in the repository of the service, or name the commit that is released")
}

fn judged(step: &ManualStep, answer: &Answer, source: &str) -> Judgement {
    let outcome = match answer.word {
        YesOrNo::Yes => {
            Outcome::pass(format!("1 answer: {} said yes at {}: {}", answer.who, answer.when, answer.note))
        }
        YesOrNo::No => Outcome::Fail(
            Problem::new(Reason::Rejected, format!("{} said no", answer.who))
                .expected(format!("yes to: {}", step.question))
                .observed(format!("no at {}: {}", answer.when, answer.note))
                .next("put right what the note names, and let a person look again"),
        ),
    };
    let question = Evidence::text("question", &step.question);
    Judgement::new(outcome).examined(1, "answers").with([question]).with(answer.evidence(source))
}

fn undecided(problem: Problem, context: &Context, commit: &str, file: &str) -> Judgement {
    let id = &context.step.id;
    let next = format!(
        "answer at a terminal (`rollsafe run --only {id}`), or write an `[[answer]]` for step `{id}` and commit {commit} into `{file}`"
    );
    Judgement::error(problem.next(next))
}

/// The answer in the form of the file with recorded answers, to be kept for the gate.
fn for_the_file(answer: &Answer, context: &Context) -> Evidence {
    let line = |key: &str, value: &str| format!("{key} = {}\n", toml::Value::String(value.to_owned()));
    let text = [
        "[[answer]]\n".to_owned(),
        line("step", context.step.id.as_str()),
        line("commit", &answer.commit),
        line("who", &answer.who),
        format!("when = {}\n", answer.when),
        line("answer", answer.word.as_str()),
        line("note", &answer.note),
    ];
    Evidence::text("for the file with recorded answers", text.concat())
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::*;
    use crate::kind::check::Check;
    use crate::kind::manual::answer::tests::COMMIT;
    use crate::model::{Fact, Release};
    use crate::probe::Environment;

    /// A context in which nobody can be asked.
    fn context(root: &Path, commit: Option<&str>) -> Context {
        let mut context = Context::for_test(root, "2026-01-02T04:00:00Z");
        let probes = Arc::get_mut(&mut context.probes).unwrap();
        probes.environment = Environment::of([("CI", "true")]);
        context.release = Arc::new(Release { commit: commit.map(str::to_owned), ..Release::default() });
        context
    }

    fn step() -> ManualStep {
        toml::from_str("question = 'Is it fine?'\nanswers = 'answers.toml'").unwrap()
    }

    async fn judged_with(answers: Option<&str>, commit: Option<&str>) -> Judgement {
        let folder = tempfile::tempdir().unwrap();
        if let Some(answers) = answers {
            std::fs::write(folder.path().join("answers.toml"), answers).unwrap();
        }
        step().judge(&context(folder.path(), commit)).await
    }

    fn answers(commit: &str, answer: &str) -> String {
        format!(
            "[[answer]]\nstep = 'checklist/step'\ncommit = '{commit}'\nwho = 'dana'\nwhen = 2026-01-02T03:00:00Z\n\
             answer = '{answer}'\nnote = 'total 12.00'\n"
        )
    }

    #[tokio::test]
    async fn a_recorded_yes_passes_and_tells_who_when_and_what() {
        let judgement = judged_with(Some(&answers(COMMIT, "yes")), Some(COMMIT)).await;
        let seen = "1 answer: dana said yes at 2026-01-02T03:00:00Z: total 12.00";
        assert_eq!(judgement.outcome, Outcome::pass(seen));
        let facts: Vec<_> = judgement.evidence.iter().map(|evidence| evidence.label.as_str()).collect();
        assert_eq!(facts, ["question", "answer", "who", "when", "what they saw", "commit", "source"]);
    }

    #[tokio::test]
    async fn everything_else_does_not_pass() {
        let other = COMMIT.replace('0', "f");
        let cases = [
            (Some(answers(COMMIT, "no")), Some(COMMIT), "fail", Reason::Rejected),
            (Some(answers(&other, "yes")), Some(COMMIT), "error", Reason::Stale),
            (Some("[[answer]".to_owned()), Some(COMMIT), "error", Reason::Unparsable),
            (Some(String::new()), Some(COMMIT), "error", Reason::Unanswered),
            (None, Some(COMMIT), "error", Reason::Unanswered),
            (Some(answers(COMMIT, "yes")), None, "error", Reason::Precondition),
        ];
        for (file, commit, outcome, reason) in cases {
            let judgement = judged_with(file.as_deref(), commit).await;
            assert_eq!((judgement.outcome.as_str(), judgement.outcome.reason()), (outcome, reason), "{file:?}");
            let (Outcome::Fail(problem) | Outcome::Error(problem)) = judgement.outcome else { panic!("{file:?}") };
            assert!(
                [problem.what, problem.expected, problem.observed, problem.next].iter().all(|part| !part.is_empty())
            );
        }
    }

    #[test]
    fn what_a_person_typed_can_be_kept_as_a_recorded_answer() {
        let folder = tempfile::tempdir().unwrap();
        let context = context(folder.path(), Some(COMMIT));
        let answer = Answer {
            commit: COMMIT.to_owned(),
            who: "the \"owner\" of orders".to_owned(),
            when: "2026-01-02T03:00:00Z".parse().unwrap(),
            word: YesOrNo::Yes,
            note: "back\\slash".to_owned(),
        };
        let Fact::Text(text) = for_the_file(&answer, &context).fact else { panic!("it is a text") };
        assert_eq!(answer_file::find(Ok(text), &context.step.id, COMMIT), Ok(answer));
    }

    #[test]
    fn a_question_that_asks_nothing_is_refused() {
        let step: ManualStep = toml::from_str("question = ' ?'\nmax-age = '0s'").unwrap();
        let keys: Vec<_> = step.problems().into_iter().map(|problem| problem.key).collect();
        assert_eq!(keys, ["question", "max-age"]);
    }
}
