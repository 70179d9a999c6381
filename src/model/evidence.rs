//! What was seen, kept whether a step passed or not.
//!
//! The shapes are few and closed, so that a new kind needs no new code in any report.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Elapsed;

/// One thing that was seen, with the words that name it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Evidence {
    /// What it is, such as `ruff version` or `first finding`.
    pub(crate) label: String,
    /// What was seen.
    pub(crate) fact: Fact,
}

impl Evidence {
    /// A line of text.
    pub(crate) fn text(label: impl Into<String>, text: impl Into<String>) -> Self {
        Self { label: label.into(), fact: Fact::Text(text.into()) }
    }

    /// A number of things.
    pub(crate) fn count(label: impl Into<String>, number: usize, unit: &str) -> Self {
        Self { label: label.into(), fact: Fact::Count(Count::new(number, unit)) }
    }

    /// A span of time.
    pub(crate) fn elapsed(label: impl Into<String>, elapsed: Elapsed) -> Self {
        Self { label: label.into(), fact: Fact::Elapsed(elapsed) }
    }

    /// Captured output of a program.
    pub(crate) fn output(label: impl Into<String>, output: Output) -> Self {
        Self { label: label.into(), fact: Fact::Output(output) }
    }

    /// A place in a file of the service, with what was found there. Reports that know places (SARIF,
    /// annotations) point at it.
    pub(crate) fn place(file: impl Into<String>, line: usize, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { label: "finding".to_owned(), fact: Fact::Place { file: file.into(), line, message } }
    }

    /// A table with a row of headings; every row has as many cells.
    pub(crate) fn table(label: impl Into<String>, columns: &[&str], rows: Vec<Vec<String>>) -> Self {
        let columns = columns.iter().map(|&column| column.to_owned()).collect();
        Self { label: label.into(), fact: Fact::Table { columns, rows } }
    }
}

/// The shapes that evidence has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "shape", content = "value", rename_all = "kebab-case")]
pub(crate) enum Fact {
    /// Plain text, one line or several.
    Text(String),
    /// A number of things.
    Count(Count),
    /// A span of time, in milliseconds.
    Elapsed(Elapsed),
    /// Captured output of a program or a response.
    Output(Output),
    /// A place in a file of the service.
    Place {
        /// The path, relative to the service.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What was found there.
        message: String,
    },
    /// Rows and columns.
    Table {
        /// The headings.
        columns: Vec<String>,
        /// The rows, each as long as the headings.
        rows: Vec<Vec<String>>,
    },
}

/// A number and what it counts: `23 tests`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Count {
    /// How many.
    pub(crate) number: usize,
    /// Of what, in the plural.
    pub(crate) unit: String,
}

impl Count {
    /// A number of things, named in the plural.
    pub(crate) fn new(number: usize, unit: &str) -> Self {
        Self { number, unit: unit.to_owned() }
    }
}

/// Which stream of a program a text came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// The body of a response.
    Body,
    /// The log of the target.
    Log,
}

impl Stream {
    /// The word in reports and in the names of evidence files.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
            Self::Body => "body",
            Self::Log => "log",
        }
    }
}

/// Captured text: the whole of it, or its head and tail with the middle counted and dropped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Output {
    /// Where it came from.
    pub(crate) stream: Stream,
    /// The text; a dropped middle is marked where it was.
    pub(crate) text: String,
    /// How many bytes there were in all.
    pub(crate) bytes: u64,
    /// How many of them were dropped.
    pub(crate) dropped: u64,
    /// The evidence file that holds more of it, relative to the folder of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<String>,
}
