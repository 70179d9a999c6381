//! Asks the person at the terminal, until there is an answer that can be recorded.

use crate::kind::check::Context;
use crate::model::{Problem, Reason};
use crate::probe::environment;
use crate::probe::person::{Conversation, PersonError};

use super::ManualStep;
use super::answer::{Answer, YesOrNo, is_filler};

/// How often a question is put again after an answer that says nothing.
const TRIES: usize = 5;

/// Variables that tell who sits at the terminal, the most telling first.
const NAMES: [&str; 3] = ["GIT_AUTHOR_NAME", "USER", "LOGNAME"];

/// Whether somebody can be asked. On a CI server nobody can, whatever its terminal looks like.
pub(super) fn somebody_is_there(context: &Context) -> bool {
    !context.probes.environment.is_set(environment::CI) && context.probes.person.is_there()
}

/// Asks who answers, yes or no, and what was seen.
///
/// # Errors
/// When there was no answer.
pub(super) async fn ask(step: &ManualStep, context: &Context, commit: &str) -> Result<Answer, Problem> {
    put(step, context, commit).await.map_err(|error| no_answer(&error))
}

async fn put(step: &ManualStep, context: &Context, commit: &str) -> Result<Answer, PersonError> {
    let mut conversation = context.probes.person.talk(&context.limit).await?;
    let question = format!("{}yes or no: ", heading(step, context, commit));
    let word = until(&mut conversation, context, &question, "Please answer yes or no: ", yes_or_no).await?;
    let seen = "What did you see? ";
    let note = until(&mut conversation, context, seen, seen, filled_in).await?;
    let known = NAMES.into_iter().find_map(|name| context.probes.environment.get(name)).unwrap_or_default();
    let name = if known.is_empty() { "Your name: ".to_owned() } else { format!("Your name [{known}]: ") };
    let given = |line: &str| filled_in(if line.is_empty() { known } else { line });
    let who = until(&mut conversation, context, &name, &name, given).await?;
    Ok(Answer { commit: commit.to_owned(), who, when: context.probes.clock.now(), word, note })
}

/// What stands above the question.
fn heading(step: &ManualStep, context: &Context, commit: &str) -> String {
    let mut lines = vec![String::new(), format!("{} (commit {commit})", context.step.title)];
    lines.extend(step.look_at.iter().map(|line| format!("  - {line}")));
    lines.push(step.question.clone());
    lines.join("\n") + "\n"
}

/// Puts a question until the answer can be understood.
async fn until<T>(
    conversation: &mut Conversation<'_>,
    context: &Context,
    question: &str,
    again: &str,
    understood: impl Fn(&str) -> Option<T>,
) -> Result<T, PersonError> {
    let mut question = question;
    for _ in 0..TRIES {
        let line = conversation.ask(question, &context.limit).await?;
        if let Some(answer) = understood(&line) {
            return Ok(answer);
        }
        question = again;
    }
    Err(PersonError::Closed)
}

fn yes_or_no(line: &str) -> Option<YesOrNo> {
    match line.to_lowercase().as_str() {
        "y" | "yes" => Some(YesOrNo::Yes),
        "n" | "no" => Some(YesOrNo::No),
        _ => None,
    }
}

fn filled_in(line: &str) -> Option<String> {
    (!is_filler(line)).then(|| line.to_owned())
}

fn no_answer(error: &PersonError) -> Problem {
    let reason = match error {
        PersonError::Cancelled => Reason::Interrupted,
        PersonError::NoTerminal | PersonError::TimedOut | PersonError::Closed | PersonError::Terminal { .. } => {
            Reason::Unanswered
        }
    };
    Problem::new(reason, "the person at the terminal gave no answer")
        .expected("yes or no, what was seen, and a name")
        .observed(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_word_is_an_answer() {
        assert_eq!((yes_or_no("YES"), yes_or_no("n")), (Some(YesOrNo::Yes), Some(YesOrNo::No)));
        for line in ["", "yep", "yes?", "no problem, yes", "1"] {
            assert_eq!(yes_or_no(line), None, "{line}");
        }
    }

    #[test]
    fn an_empty_note_is_asked_for_again() {
        assert_eq!(filled_in("total 12.00"), Some("total 12.00".to_owned()));
        assert_eq!((filled_in(""), filled_in("-")), (None, None));
    }
}
