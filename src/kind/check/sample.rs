//! A small kind for tests of what all kinds share. It is no kind of the program.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::kind::{self, Check, Context, Judgement, Kind};
use crate::model::{ByteSize, Effect, Length, Outcome, Share};

use super::{CommandLine, Judging, SettingProblem};

/// The descriptor of the sample.
pub(crate) const SAMPLE: Kind = Kind {
    name: "sample",
    summary: "A step for tests",
    details: "It passes.",
    example: "[[step]]\nid = \"look\"\nkind = \"sample\"\ntext = \"hello\"\n",
    parse: kind::parse::<Sample>,
    schema: kind::schema::<Sample>,
};

/// Settings of every shape that kinds use.
#[expect(dead_code, reason = "the loader reads them, and nothing judges by them")]
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Sample {
    /// Any text.
    text: String,
    /// A command.
    command: Option<CommandLine>,
    /// A number.
    #[serde(default)]
    count: u16,
    /// A length of time.
    within: Option<Length>,
    /// A size.
    size: Option<ByteSize>,
    /// A share.
    share: Option<Share>,
    /// A word.
    #[serde(default)]
    level: Level,
    /// Free names with texts.
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// Names that it captures.
    #[serde(default)]
    capture: Vec<String>,
    /// Names of its own.
    #[serde(default)]
    own: Vec<String>,
}

/// A word.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Level {
    #[default]
    Low,
    High,
}

impl Check for Sample {
    fn expectation(&self) -> String {
        format!("the text is `{}`", self.text)
    }

    fn effect(&self) -> Effect {
        match self.level {
            Level::Low => Effect::Read,
            Level::High => Effect::Write,
        }
    }

    fn actions(&self) -> Vec<String> {
        vec![self.text.clone()]
    }

    fn problems(&self) -> Vec<SettingProblem> {
        let is_odd = self.count == 13;
        let problem = SettingProblem { key: "count", message: "13 is no good count".into(), help: "use 12".into() };
        if is_odd { vec![problem] } else { Vec::new() }
    }

    fn captures(&self) -> Vec<String> {
        self.capture.clone()
    }

    fn local_names(&self) -> Vec<String> {
        self.own.clone()
    }

    fn judge<'a>(&'a self, _: &'a Context) -> Judging<'a> {
        Box::pin(async move { Judgement::new(Outcome::pass(&self.text)) })
    }
}
