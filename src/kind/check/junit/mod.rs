//! Reads JUnit XML, the form in which pytest and most other test runners write their results.
//!
//! There is no standard, so the reader relies on little: `testcase` elements anywhere below `testsuites` or
//! `testsuite`, and `failure`, `error` or `skipped` inside them. Tests are counted one by one; the totals in
//! attributes are never believed, but a report whose totals contradict its tests is refused, because one of
//! the two is wrong (pytest `--setup-only` lists every test and claims none). Everything that is odd in the
//! XML itself is refused as well: a document type, an unknown entity, an end that never comes. A report that
//! cannot be read is never a pass.

use quick_xml::events::{BytesRef, Event};
use quick_xml::reader::Reader;

mod element;
mod report;
mod traceback;

use super::test_results::TestResults;
use report::Report;

/// The deepest nesting that is read. Real reports stay under ten.
const DEEPEST: usize = 64;

/// How the message of an entry begins that pytest writes for a module that it could not import.
pub(crate) const COLLECTION_FAILURE: &str = "collection failure";

/// Why a report could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum JunitError {
    /// The XML is broken.
    #[error("it is not well-formed XML: {0}")]
    Malformed(String),
    /// The text ends before the report does.
    #[error("it ends in the middle; the program that wrote it did not finish")]
    Truncated,
    /// It declares a document type, which no test runner does.
    #[error("it declares a document type, which a test report does not need")]
    DocumentType,
    /// It is something else.
    #[error("it is not a JUnit report: its outermost element is `{0}`")]
    NotJunit(String),
    /// It nests without end.
    #[error("it nests more than {DEEPEST} levels deep")]
    TooDeep,
    /// Its totals and its tests do not go together.
    #[error("it contradicts itself: {0}")]
    Contradiction(String),
}

/// Reads a report.
///
/// # Errors
/// When it cannot be read with certainty.
pub(crate) fn read(text: &str) -> Result<TestResults, JunitError> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut report = Report::default();
    loop {
        match reader.read_event().map_err(|error| broken(&error))? {
            Event::Start(start) | Event::Empty(start) => report.start(&start)?,
            Event::End(_) => report.end()?,
            Event::Text(piece) => report.text(&piece.xml10_content().map_err(|error| broken(&error.into()))?)?,
            Event::CData(piece) => report.text(&piece.xml10_content().map_err(|error| broken(&error.into()))?)?,
            Event::GeneralRef(reference) => report.text(&resolve(&reference)?)?,
            Event::DocType(_) => return Err(JunitError::DocumentType),
            Event::Eof => return report.finish(),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
        }
    }
}

fn broken(error: &quick_xml::Error) -> JunitError {
    match error {
        quick_xml::Error::Syntax(_) => JunitError::Truncated,
        other => JunitError::Malformed(other.to_string()),
    }
}

/// The text of `&lt;`, `&#10;` and the like. No entity is ever expanded beyond the five of XML itself.
fn resolve(reference: &BytesRef<'_>) -> Result<String, JunitError> {
    if let Some(character) = reference.resolve_char_ref().map_err(|error| broken(&error))? {
        return Ok(character.to_string());
    }
    let name = reference.decode().map_err(|error| broken(&error.into()))?;
    quick_xml::escape::resolve_predefined_entity(&name)
        .map(str::to_owned)
        .ok_or_else(|| JunitError::Malformed(format!("unknown entity `&{name};`")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::check::TestCounts;

    fn suite(attributes: &str, cases: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?><testsuites><testsuite name=\"pytest\" {attributes}>{cases}</testsuite></testsuites>"
        )
    }

    fn counts(text: &str) -> TestCounts {
        read(text).unwrap().counts()
    }

    /// As pytest 9.2 writes it with `junit_family=xunit1`.
    const PYTEST: &str = r#"<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="1" skipped="2" tests="6" time="0.2" timestamp="2026-11-21T03:10:31.967490+00:00" hostname="vm"><testcase classname="tests.test_a" name="test_ok" file="tests/test_a.py" line="1" time="0.005" /><testcase classname="tests.test_a" name="test_bad" file="tests/test_a.py" line="2" time="0.001"><failure message="AssertionError: boom &lt;&amp;&gt; #x1B[31m&#10;assert 1 == 2">def test_bad():
&gt;       assert x == 2
E       AssertionError

tests/test_a.py:5: AssertionError</failure></testcase><testcase classname="tests.test_a" name="test_skip" time="0.000"><skipped type="pytest.skip" message="no database">/tmp/t/test_a.py:6: no database</skipped></testcase><testcase classname="tests.test_a" name="test_known" time="0.000"><skipped type="pytest.xfail" message="" /></testcase><testcase classname="tests.test_a" name="test_setup" file="tests/test_a.py" line="20" time="0.000"><error message="failed on setup with &quot;RuntimeError&quot;">no place here</error></testcase></testsuite></testsuites>"#;

    #[test]
    fn a_report_of_pytest_is_counted_test_by_test() {
        let results = read(PYTEST).unwrap();
        let expected = TestCounts { passed: 1, skipped: 1, expected_failures: 1, broken: 1, failed: 1, retried: 0 };
        assert_eq!(results.counts(), expected);
        assert_eq!(results.started, Some("2026-11-21T03:10:31.96749Z".parse().unwrap()));
        assert_eq!(
            results.shown_bad(5),
            "tests/test_a.py:5 tests.test_a::test_bad: AssertionError: boom <&> #x1B[31m assert 1 == 2\n\
             tests/test_a.py:21 tests.test_a::test_setup: failed on setup with \"RuntimeError\""
        );
    }

    #[test]
    fn tests_are_found_in_nested_suites_and_without_an_outer_element() {
        let text = r#"<testsuite name="all" tests="2" failures="1"><testsuite name="a"><testcase name="one"/></testsuite>
            <testsuite name="b"><testcase name="one"><failure/></testcase></testsuite></testsuite>"#;
        assert_eq!(counts(text), TestCounts { passed: 1, failed: 1, ..TestCounts::default() });
    }

    #[test]
    fn an_empty_report_is_no_test() {
        assert_eq!(counts("<testsuites/>"), TestCounts::default());
        assert_eq!(counts(&suite(r#"tests="0""#, "")), TestCounts::default());
    }

    #[test]
    fn a_failed_call_and_a_broken_teardown_are_one_failed_test() {
        let cases = r#"<testcase classname="a" name="t"><failure message="call"/></testcase>
            <testcase classname="a" name="t"><error message="teardown"/></testcase>"#;
        let results = read(&suite(r#"tests="1" failures="1" errors="1""#, cases)).unwrap();
        assert_eq!(results.counts(), TestCounts { failed: 1, ..TestCounts::default() });
        assert_eq!(results.shown_bad(1), "a::t: call");
    }

    #[test]
    fn a_failed_attempt_before_a_pass_is_seen() {
        let cases = r#"<testcase name="t"><flakyFailure message="first"><stackTrace/></flakyFailure></testcase>"#;
        assert_eq!(counts(&suite("", cases)), TestCounts { passed: 1, retried: 1, ..TestCounts::default() });
    }

    #[test]
    fn tests_that_only_attributes_mark_are_not_passed() {
        let cases = r#"<testcase name="a" status="notrun"/><testcase name="b" status="run" result="suppressed"/>
            <testcase name="c" status="failed"/>"#;
        assert_eq!(counts(&suite("", cases)), TestCounts { skipped: 2, failed: 1, ..TestCounts::default() });
    }

    #[test]
    fn a_failure_of_the_suite_itself_counts() {
        assert_eq!(counts(&suite("", r#"<error message="no import"/>"#)).bad(), 1);
    }

    #[test]
    fn a_test_that_began_and_never_ended_is_seen() {
        let results = read(&suite(r#"tests="1""#, r#"<testcase name="a"/><testcase time="0.000"/>"#)).unwrap();
        assert_eq!((results.counts().passed, results.unfinished), (1, 1));
    }

    #[test]
    fn totals_that_contradict_the_tests_are_refused() {
        let listed = r#"<testcase name="a"/><testcase name="b"/>"#;
        for claim in [r#"tests="0""#, r#"tests="1""#, r#"tests="2" failures="1""#, r#"tests="2" errors="3""#] {
            let error = read(&suite(claim, listed)).unwrap_err();
            assert!(matches!(error, JunitError::Contradiction(_)), "{claim}: {error}");
        }
        assert!(read(&suite(r#"tests="5" failures="0""#, listed)).is_ok(), "subtests are counted and not listed");
    }

    #[test]
    fn a_text_that_ends_in_the_middle_is_refused_wherever_it_is_cut() {
        for length in (1..PYTEST.len()).filter(|&length| PYTEST.is_char_boundary(length)) {
            assert!(read(&PYTEST[..length]).is_err(), "{}", &PYTEST[..length]);
        }
    }

    #[test]
    fn hostile_and_foreign_texts_are_refused() {
        let bomb = "<!DOCTYPE t [<!ENTITY a \"aaaa\">]><testsuites/>";
        assert_eq!(read(bomb), Err(JunitError::DocumentType));
        assert_eq!(read("<html/>"), Err(JunitError::NotJunit("html".to_owned())));
        assert_eq!(read(""), Err(JunitError::Truncated));
        assert_eq!(read(&"<testsuite>".repeat(100)), Err(JunitError::TooDeep));
        for text in [
            "plain text",
            "<testsuites></testsuite>",
            "<testsuites/><testsuites/>",
            "<testsuites/> and more",
            "<testsuites><testsuite name=\"&a;\"/></testsuites>",
            "<testsuites><testsuite><testcase name='a'><failure>&a;</failure></testcase></testsuite></testsuites>",
            "<testsuites><testsuite><testcase name='a'><testcase name='b'/></testcase></testsuite></testsuites>",
            "<testsuites><testsuite tests='1' tests='2'/></testsuites>",
        ] {
            assert!(matches!(read(text), Err(JunitError::Malformed(_))), "{text}: {:?}", read(text));
        }
    }

    #[test]
    fn a_module_that_could_not_be_imported_says_why() {
        let cases = r#"<testcase classname="" name="test_b"><error message="collection failure">test_b.py:1: in &lt;module&gt;
    import nothere
E   ModuleNotFoundError: No module named 'nothere'</error></testcase>"#;
        let results = read(&suite(r#"errors="1" tests="1""#, cases)).unwrap();
        let expected = "test_b.py:1 test_b: collection failure ModuleNotFoundError: No module named 'nothere'";
        assert_eq!(results.shown_bad(1), expected);
    }
}
