//! Reads the Test Anything Protocol, versions 12 to 14 (testanything.org).
//!
//! Only lines at the left edge count; subtests are summed up by the line of their parent. A stream without a
//! plan, with another number of tests than planned, or that was bailed out of shows nothing for certain.

use std::collections::BTreeSet;

use crate::kind::check::{TestCase, TestResult, TestResults};
use crate::model::Elapsed;

/// Why a stream shows nothing for certain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum TapError {
    /// Nothing says how many tests there should be.
    #[error("it has no plan such as `1..8`")]
    NoPlan,
    /// There are two plans.
    #[error("it has more than one plan")]
    TwoPlans,
    /// Tests are missing, or there are too many.
    #[error("it plans {planned} tests and tells of {told}")]
    OtherNumber {
        /// How many were planned.
        planned: usize,
        /// How many are told.
        told: usize,
    },
    /// Two tests have the same number, or one has a number outside the plan.
    #[error("test number {0} is told twice or not planned")]
    WrongNumber(usize),
    /// The program gave up.
    #[error("it was bailed out of: {0}")]
    BailedOut(String),
}

/// Reads a stream.
///
/// # Errors
/// When it shows nothing for certain.
pub(super) fn read(text: &str) -> Result<TestResults, TapError> {
    let mut stream = Stream::default();
    for line in text.lines().map(str::trim_end) {
        stream.line(line)?;
    }
    stream.finish()
}

/// What was read so far.
#[derive(Debug, Default)]
struct Stream {
    planned: Option<usize>,
    numbers: BTreeSet<usize>,
    cases: Vec<TestCase>,
}

impl Stream {
    fn line(&mut self, line: &str) -> Result<(), TapError> {
        if let Some(reason) = line.strip_prefix("Bail out!") {
            return Err(TapError::BailedOut(reason.trim().to_owned()));
        }
        if let Some(planned) = plan(line) {
            return if self.planned.replace(planned).is_some() { Err(TapError::TwoPlans) } else { Ok(()) };
        }
        match point(line) {
            Some(point) => self.add(&point),
            None => Ok(()),
        }
    }

    fn add(&mut self, point: &Point<'_>) -> Result<(), TapError> {
        let number = point.number.unwrap_or(self.cases.len() + 1);
        if !self.numbers.insert(number) {
            return Err(TapError::WrongNumber(number));
        }
        self.cases.push(TestCase {
            suite: 0,
            class: String::new(),
            name: format!("{number} {}", point.description).trim().to_owned(),
            result: point.result(),
            message: point.reason.to_owned(),
            place: None,
            retried: false,
            elapsed: Elapsed::default(),
        });
        Ok(())
    }

    fn finish(self) -> Result<TestResults, TapError> {
        let planned = self.planned.ok_or(TapError::NoPlan)?;
        let told = self.cases.len();
        if planned != told {
            return Err(TapError::OtherNumber { planned, told });
        }
        match self.numbers.last() {
            Some(&last) if last > planned => Err(TapError::WrongNumber(last)),
            Some(_) | None => Ok(TestResults::of(self.cases)),
        }
    }
}

/// The number of tests in `1..8` or `1..0 # SKIP no database`.
fn plan(line: &str) -> Option<usize> {
    let rest = line.strip_prefix("1..")?;
    let (number, comment) = rest.split_once('#').unwrap_or((rest, ""));
    let number = number.trim().parse().ok()?;
    (comment.is_empty() || rest.contains(" #")).then_some(number)
}

/// What a test says of itself behind `#`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Directive {
    None,
    Skip,
    Todo,
}

/// One line about one test.
#[derive(Debug)]
struct Point<'line> {
    is_good: bool,
    number: Option<usize>,
    description: &'line str,
    directive: Directive,
    reason: &'line str,
}

impl Point<'_> {
    fn result(&self) -> TestResult {
        match (self.directive, self.is_good) {
            (Directive::Skip, _) => TestResult::Skipped,
            (Directive::Todo, false) => TestResult::ExpectedFailure,
            (Directive::None | Directive::Todo, true) => TestResult::Passed,
            (Directive::None, false) => TestResult::Failed,
        }
    }
}

/// Reads `not ok 7 - total is right # TODO rounding`.
fn point(line: &str) -> Option<Point<'_>> {
    let (is_good, rest) = match line.strip_prefix("not ok") {
        Some(rest) => (false, rest),
        None => (true, line.strip_prefix("ok")?),
    };
    if !(rest.is_empty() || rest.starts_with(' ')) {
        return None;
    }
    let rest = rest.trim_start();
    let digits = rest.find(|next: char| !next.is_ascii_digit()).unwrap_or(rest.len());
    let number = rest[..digits].parse().ok();
    let text = if number.is_some() { &rest[digits..] } else { rest };
    let (description, directive, reason) = directive(text);
    let description = description.trim().trim_start_matches('-').trim();
    Some(Point { is_good, number, description, directive, reason })
}

/// Splits the directive off. A `\#` belongs to the description.
fn directive(text: &str) -> (&str, Directive, &str) {
    for (at, _) in text.match_indices(" #") {
        let comment = text[at + 2..].trim_start();
        let word = comment.split(|sign: char| sign.is_whitespace() || sign == ':').next().unwrap_or_default();
        let directive = match word.to_ascii_lowercase().as_str() {
            "todo" => Directive::Todo,
            skip if skip.starts_with("skip") => Directive::Skip,
            _ => continue,
        };
        return (&text[..at], directive, comment[word.len()..].trim_start_matches(':').trim());
    }
    (text, Directive::None, "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::check::TestCounts;

    fn counts(text: &str) -> Result<TestCounts, TapError> {
        read(text).map(|results| results.counts())
    }

    #[test]
    fn every_line_about_a_test_counts_once() {
        let text = "TAP version 14\n1..6\nok 1 - create\nnot ok 2 - total\n  ---\n  message: 'not ok'\n  ...\n\
                    ok 3 # SKIP no database\nnot ok 4 - rounding # TODO later\nok 5 - soon # todo: is fine\nok\n\
                    # Subtest: inner\n    not ok 1 - inner\n    1..1\nokay, that is no test\n";
        let counts = counts(text).unwrap();
        let expected = TestCounts { passed: 3, skipped: 1, expected_failures: 1, failed: 1, ..TestCounts::default() };
        assert_eq!(counts, expected);
    }

    #[test]
    fn a_test_keeps_its_number_description_and_reason() {
        let results = read("not ok 1 - total \\# 3 is # right # TODO rounding\n1..1\n").unwrap();
        let case = &results.cases[0];
        assert_eq!((case.name.as_str(), case.message.as_str()), ("1 total \\# 3 is # right", "rounding"));
        assert_eq!(case.result, TestResult::ExpectedFailure);
    }

    #[test]
    fn tests_of_the_same_name_are_several_tests() {
        assert_eq!(counts("1..2\nok\nok\n").unwrap().passed, 2);
        assert_eq!(counts("1..2\nok 1 - same\nok 2 - same\n").unwrap().passed, 2);
    }

    #[test]
    fn a_stream_that_shows_nothing_for_certain_is_refused() {
        assert_eq!(counts(""), Err(TapError::NoPlan));
        assert_eq!(counts("all fine\n"), Err(TapError::NoPlan));
        assert_eq!(counts("ok 1\n"), Err(TapError::NoPlan));
        assert_eq!(counts("1..3\nok 1\nok 2\n"), Err(TapError::OtherNumber { planned: 3, told: 2 }));
        assert_eq!(counts("1..1\nok 1\n1..1\n"), Err(TapError::TwoPlans));
        assert_eq!(counts("1..2\nok 1\nok 1\n"), Err(TapError::WrongNumber(1)));
        assert_eq!(counts("1..2\nok 1\nok 7\n"), Err(TapError::WrongNumber(7)));
        assert_eq!(counts("1..2\nok 1\nBail out! no database\n"), Err(TapError::BailedOut("no database".to_owned())));
    }

    #[test]
    fn a_plan_of_nothing_has_no_tests() {
        assert_eq!(counts("1..0 # SKIP no database\n").unwrap().all(), 0);
    }
}
