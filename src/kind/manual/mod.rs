//! The kind `manual`: a person looks, and says yes or no.
//!
//! It is for what no program can judge. The answer of a person is a recorded result like any other: it has a
//! name, a time and what was seen, it is bound to one commit, and it has an age limit. Nobody there is an error.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::kind::check::{Check, Context, Judging, SettingProblem};
use crate::kind::{self, Kind};
use crate::model::Length;

mod answer;
mod answer_file;
mod judge;
mod terminal;

/// The age that an answer may have unless the step says otherwise.
const A_DAY: Length = Length(std::time::Duration::from_secs(24 * 60 * 60));

/// The descriptor of the kind.
pub(crate) const KIND: Kind = Kind {
    name: "manual",
    summary: "A person looked at this release and said yes, and who, when and what they saw is recorded.",
    details: include_str!("details.md"),
    example: r#"[[step]]
id = "look-at-the-invoice"
kind = "manual"
expected = "the invoice of a test order shows the new address and the right total"
question = "Does the invoice of the test order show the new address and the right total?"
look-at = ["order two items in staging as the test customer", "open the invoice that the mail links to"]
answers = "answers/release.toml"
max-age = "12h"
"#,
    parse: kind::parse::<ManualStep>,
    schema: kind::schema::<ManualStep>,
};

/// Settings of a `manual` step.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct ManualStep {
    /// The question, such that yes means that the step is good.
    question: String,
    /// What the person is to do or look at before the answer, one line each. Default: nothing.
    #[serde(default)]
    look_at: Vec<String>,
    /// The TOML file with recorded answers, relative to the folder of the service. Default:
    /// `.rollsafe/answers/CHECKLIST.toml`, with the name of the checklist.
    #[serde(default)]
    answers: Option<String>,
    /// How old a recorded answer may be: a length of time with a unit. Default: `24h`.
    #[serde(default = "a_day")]
    max_age: Length,
}

fn a_day() -> Length {
    A_DAY
}

impl ManualStep {
    /// The file with recorded answers, relative to the folder of the service.
    fn answers(&self, context: &Context) -> String {
        let usual = || format!(".rollsafe/answers/{}.toml", context.step.id.checklist());
        self.answers.clone().unwrap_or_else(usual)
    }
}

impl Check for ManualStep {
    fn expectation(&self) -> String {
        format!("a person answers yes for this release: {}", self.question)
    }

    fn actions(&self) -> Vec<String> {
        let asked = format!("asks a person, or reads the recorded answer: {}", self.question);
        self.look_at.iter().map(|line| format!("the person is to: {line}")).chain([asked]).collect()
    }

    fn problems(&self) -> Vec<SettingProblem> {
        let is_asked = self.question.chars().any(char::is_alphabetic);
        let nothing = SettingProblem {
            key: "question",
            message: "the question is empty, so nobody can answer it".to_owned(),
            help: "ask for one thing that a person can see, such that yes means that it is good".to_owned(),
        };
        let never = SettingProblem {
            key: "max-age",
            message: "no answer is ever young enough".to_owned(),
            help: "give a length of time such as \"12h\"".to_owned(),
        };
        let asked = (!is_asked).then_some(nothing);
        asked.into_iter().chain(self.max_age.0.is_zero().then_some(never)).collect()
    }

    fn judge<'a>(&'a self, context: &'a Context) -> Judging<'a> {
        Box::pin(judge::judge(self, context))
    }
}
