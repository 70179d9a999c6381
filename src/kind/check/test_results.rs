//! What a run of tests says, whatever program ran them: one entry for every test, and the numbers over all.
//!
//! A test that shows up more than once in a report counts once, with the worst of its results, so that repeated
//! entries never make a run look larger than it was.

use std::collections::HashMap;
use std::fmt;

use jiff::Timestamp;

use crate::model::{Elapsed, Evidence, excerpt};

/// The longest message of a test that is shown, in characters.
const MESSAGE_LIMIT: usize = 200;

/// The most places of failed tests that are kept as evidence.
const PLACES_LIMIT: usize = 50;

/// How one test ended; the later ones are worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TestResult {
    /// It ran and was good.
    Passed,
    /// It did not run.
    Skipped,
    /// It ran and failed, and was expected to (pytest's `xfail`).
    ExpectedFailure,
    /// It could not run to its end, such as an error in a fixture.
    Broken,
    /// It ran and was not good.
    Failed,
}

/// One test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TestCase {
    /// The suite that it stands in, counted from 0 in the order of the report.
    pub(crate) suite: usize,
    /// The class or module.
    pub(crate) class: String,
    /// The name.
    pub(crate) name: String,
    /// How it ended.
    pub(crate) result: TestResult,
    /// What the first failure said, or why it was skipped.
    pub(crate) message: String,
    /// Where it failed, or where it stands: file, and line from 1.
    pub(crate) place: Option<(String, usize)>,
    /// Whether it was run again after a failure.
    pub(crate) retried: bool,
    /// How long it took.
    pub(crate) elapsed: Elapsed,
}

impl TestCase {
    /// Whether it closes the gate.
    pub(crate) fn is_bad(&self) -> bool {
        self.result >= TestResult::Broken
    }

    /// Class and name.
    pub(crate) fn title(&self) -> String {
        if self.class.is_empty() { self.name.clone() } else { format!("{}::{}", self.class, self.name) }
    }

    /// Takes in another entry for the same test.
    fn absorb(&mut self, other: Self) {
        if other.result > self.result || (self.message.is_empty() && other.result == self.result) {
            self.message = other.message;
            self.place = other.place.or(self.place.take());
        }
        self.result = self.result.max(other.result);
        self.retried |= other.retried;
        self.elapsed = self.elapsed.max(other.elapsed);
    }
}

impl fmt::Display for TestCase {
    /// `tests/test_orders.py:12 test_total: assert 3 == 4`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((file, line)) = &self.place {
            write!(formatter, "{file}:{line} ")?;
        }
        write!(formatter, "{}", self.title())?;
        let message = excerpt(&self.message, MESSAGE_LIMIT);
        if message.is_empty() { Ok(()) } else { write!(formatter, ": {message}") }
    }
}

/// How many tests ended how. Every test is counted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TestCounts {
    /// Ran and were good.
    pub(crate) passed: usize,
    /// Did not run.
    pub(crate) skipped: usize,
    /// Failed and were expected to.
    pub(crate) expected_failures: usize,
    /// Could not run to their end.
    pub(crate) broken: usize,
    /// Ran and were not good.
    pub(crate) failed: usize,
    /// Tests among the others that were run again after a failure.
    pub(crate) retried: usize,
}

impl TestCounts {
    /// Tests that failed or broke.
    pub(crate) fn bad(self) -> usize {
        self.broken + self.failed
    }

    /// Tests that really ran.
    pub(crate) fn ran(self) -> usize {
        self.all() - self.skipped
    }

    /// All tests.
    pub(crate) fn all(self) -> usize {
        self.passed + self.skipped + self.expected_failures + self.bad()
    }
}

impl fmt::Display for TestCounts {
    /// `47 passed, 0 skipped`, with whatever else there was behind it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} passed, {} skipped", self.passed, self.skipped)?;
        for (number, word) in
            [(self.expected_failures, "expected to fail"), (self.failed, "failed"), (self.broken, "broken")]
        {
            if number > 0 {
                write!(formatter, ", {number} {word}")?;
            }
        }
        Ok(())
    }
}

/// Everything that a report says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TestResults {
    /// Every test once, in the order in which they first show up.
    pub(crate) cases: Vec<TestCase>,
    /// Tests that began and never ended: entries without a name or a result.
    pub(crate) unfinished: usize,
    /// When the latest of its suites began, where the report says it with a time zone.
    pub(crate) started: Option<Timestamp>,
}

impl TestResults {
    /// Puts all entries together, one for each test.
    pub(crate) fn of(entries: Vec<TestCase>) -> Self {
        let mut known: HashMap<(usize, String, String), usize> = HashMap::new();
        let mut cases: Vec<TestCase> = Vec::with_capacity(entries.len());
        for entry in entries {
            let key = (entry.suite, entry.class.clone(), entry.name.clone());
            if let Some(&at) = known.get(&key) {
                cases[at].absorb(entry);
            } else {
                known.insert(key, cases.len());
                cases.push(entry);
            }
        }
        Self { cases, unfinished: 0, started: None }
    }

    /// The numbers.
    pub(crate) fn counts(&self) -> TestCounts {
        let mut counts = TestCounts::default();
        for case in &self.cases {
            counts.retried += usize::from(case.retried);
            match case.result {
                TestResult::Passed => counts.passed += 1,
                TestResult::Skipped => counts.skipped += 1,
                TestResult::ExpectedFailure => counts.expected_failures += 1,
                TestResult::Broken => counts.broken += 1,
                TestResult::Failed => counts.failed += 1,
            }
        }
        counts
    }

    /// The tests that close the gate, in the order of the report.
    pub(crate) fn bad(&self) -> impl Iterator<Item = &TestCase> {
        self.cases.iter().filter(|case| case.is_bad())
    }

    /// The first bad tests, one line each, and how many more there are.
    pub(crate) fn shown_bad(&self, most: usize) -> String {
        let mut lines: Vec<String> = self.bad().take(most).map(ToString::to_string).collect();
        let more = self.bad().count().saturating_sub(most);
        if more > 0 {
            lines.push(format!("and {more} more"));
        }
        lines.join("\n")
    }

    /// The numbers, the tests that did not run, the slowest ones, and the places of the bad ones.
    pub(crate) fn evidence(&self) -> Vec<Evidence> {
        let mut evidence = vec![counts_table(self.counts())];
        evidence.extend(self.left_out());
        evidence.extend(self.slowest(5));
        evidence.extend(self.places());
        evidence
    }

    fn places(&self) -> impl Iterator<Item = Evidence> {
        let place = |case: &TestCase| {
            let (file, line) = case.place.clone()?;
            let message = excerpt(&case.message, MESSAGE_LIMIT);
            Some(Evidence::place(file, line, format!("{}: {message}", case.title())))
        };
        self.bad().filter_map(place).take(PLACES_LIMIT)
    }

    fn left_out(&self) -> Option<Evidence> {
        let left_out = |case: &&TestCase| matches!(case.result, TestResult::Skipped | TestResult::ExpectedFailure);
        let lines: Vec<String> =
            self.cases.iter().filter(left_out).take(PLACES_LIMIT).map(ToString::to_string).collect();
        (!lines.is_empty()).then(|| Evidence::text("skipped or expected to fail", lines.join("\n")))
    }

    fn slowest(&self, most: usize) -> Option<Evidence> {
        let mut cases: Vec<&TestCase> = self.cases.iter().filter(|case| case.elapsed > Elapsed::default()).collect();
        cases.sort_by_key(|case| std::cmp::Reverse(case.elapsed));
        let rows: Vec<Vec<String>> =
            cases.iter().take(most).map(|case| vec![case.title(), case.elapsed.to_string()]).collect();
        (!rows.is_empty()).then(|| Evidence::table("slowest tests", &["test", "time"], rows))
    }
}

fn counts_table(counts: TestCounts) -> Evidence {
    let rows = [
        ("passed", counts.passed),
        ("failed", counts.failed),
        ("broken", counts.broken),
        ("skipped", counts.skipped),
        ("expected to fail", counts.expected_failures),
        ("run again", counts.retried),
    ];
    let rows = rows.into_iter().map(|(word, number)| vec![word.to_owned(), number.to_string()]).collect();
    Evidence::table("tests", &["result", "tests"], rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(name: &str, result: TestResult) -> TestCase {
        TestCase {
            suite: 0,
            class: "tests.test_a".to_owned(),
            name: name.to_owned(),
            result,
            message: String::new(),
            place: None,
            retried: false,
            elapsed: Elapsed::default(),
        }
    }

    #[test]
    fn a_test_with_two_entries_counts_once_with_the_worse_result() {
        let broken = TestCase { message: "teardown".to_owned(), ..case("one", TestResult::Broken) };
        let results = TestResults::of(vec![
            case("one", TestResult::Passed),
            broken.clone(),
            case("two", TestResult::Passed),
            case("two", TestResult::Passed),
        ]);
        assert_eq!(results.cases, [broken, case("two", TestResult::Passed)]);
        assert_eq!(results.counts().all(), 2);
    }

    #[test]
    fn the_same_name_in_two_suites_is_two_tests() {
        let other = TestCase { suite: 1, ..case("one", TestResult::Passed) };
        assert_eq!(TestResults::of(vec![case("one", TestResult::Passed), other]).counts().passed, 2);
    }

    #[test]
    fn failed_tests_are_shown_with_place_and_message_and_the_rest_is_counted() {
        let failed = |name: &str| TestCase {
            place: Some(("tests/test_a.py".to_owned(), 7)),
            message: "assert 3 == 4\n + 3".to_owned(),
            ..case(name, TestResult::Failed)
        };
        let results = TestResults::of(vec![failed("a"), failed("b"), case("c", TestResult::Passed)]);
        assert_eq!(results.shown_bad(1), "tests/test_a.py:7 tests.test_a::a: assert 3 == 4  + 3\nand 1 more");
    }

    #[test]
    fn the_numbers_name_only_what_there_was() {
        let counts = TestCounts { passed: 47, ..TestCounts::default() };
        assert_eq!(counts.to_string(), "47 passed, 0 skipped");
        let counts = TestCounts { passed: 1, skipped: 2, expected_failures: 3, failed: 4, broken: 5, retried: 0 };
        assert_eq!(counts.to_string(), "1 passed, 2 skipped, 3 expected to fail, 4 failed, 5 broken");
    }
}
