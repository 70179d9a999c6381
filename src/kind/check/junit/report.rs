//! A JUnit report while it is read: the suites and the test that are open, and what was seen so far.

use std::collections::HashSet;

use quick_xml::events::BytesStart;

use super::element::{Attributes, Element, status};
use super::traceback::{keep_end, last_words, place_in};
use super::{COLLECTION_FAILURE, DEEPEST, JunitError};
use crate::kind::check::{TestCase, TestResult, TestResults};
use crate::model::Elapsed;

/// A suite that is being read: what it claims, and what was really in it.
#[derive(Debug, Default)]
struct Suite {
    number: usize,
    name: String,
    claimed_tests: Option<usize>,
    claimed_bad: usize,
    /// Tests directly in it that ran, each name once.
    ran: HashSet<(String, String)>,
    /// Bad tests in it and in the suites below.
    bad: usize,
}

impl Suite {
    fn of(attributes: &Attributes, number: usize) -> Self {
        Self {
            number,
            name: attributes.text("name"),
            claimed_tests: attributes.number("tests"),
            claimed_bad: attributes.number("failures").unwrap_or(0) + attributes.number("errors").unwrap_or(0),
            ran: HashSet::new(),
            bad: 0,
        }
    }

    /// Holds the claims against the tests. More tests claimed than listed is usual (pytest counts subtests).
    fn check(&self) -> Result<(), JunitError> {
        let (name, ran) = (&self.name, self.ran.len());
        if self.claimed_bad > 0 && self.bad == 0 {
            let claim = format!("suite `{name}` claims {} failures and lists none", self.claimed_bad);
            return Err(JunitError::Contradiction(claim));
        }
        match self.claimed_tests {
            Some(claimed) if claimed < ran => Err(JunitError::Contradiction(format!(
                "suite `{name}` lists {ran} tests and claims that {claimed} were run"
            ))),
            _ => Ok(()),
        }
    }
}

/// A test that is being read.
#[derive(Debug)]
struct Draft {
    case: TestCase,
    judged: bool,
    text: String,
}

/// Everything read so far.
#[derive(Debug, Default)]
pub(super) struct Report {
    stack: Vec<Element>,
    finished: bool,
    suites: Vec<Suite>,
    seen_suites: usize,
    draft: Option<Draft>,
    entries: Vec<TestCase>,
    unfinished: usize,
    started: Option<jiff::Timestamp>,
}

impl Report {
    pub(super) fn start(&mut self, start: &BytesStart<'_>) -> Result<(), JunitError> {
        let name = String::from_utf8_lossy(start.name().as_ref()).into_owned();
        let attributes = Attributes::of(start)?;
        let element = Element::of(&name, &attributes);
        if self.finished {
            return Err(JunitError::Malformed(format!("`{name}` stands behind the end of the report")));
        }
        if self.stack.is_empty() && !matches!(element, Element::Suites | Element::Suite) {
            return Err(JunitError::NotJunit(name));
        }
        if self.stack.len() == DEEPEST {
            return Err(JunitError::TooDeep);
        }
        self.stack.push(element);
        match element {
            Element::Suites | Element::Suite => self.start_suite(&attributes),
            Element::Case => self.start_case(&attributes)?,
            Element::Verdict(result) => self.start_verdict(result, &attributes),
            Element::Retry => self.mark_retried(),
            Element::Other => {}
        }
        Ok(())
    }

    fn start_suite(&mut self, attributes: &Attributes) {
        self.suites.push(Suite::of(attributes, self.seen_suites));
        self.seen_suites += 1;
        let began = attributes.get("timestamp").and_then(|text| text.parse().ok());
        self.started = self.started.max(began);
    }

    fn start_case(&mut self, attributes: &Attributes) -> Result<(), JunitError> {
        if self.draft.is_some() {
            return Err(JunitError::Malformed("a `testcase` stands inside another one".to_owned()));
        }
        let suite = self.suites.last().expect("the outermost element is a suite");
        // pytest counts lines from 0 in this attribute, other writers from 1.
        let first = usize::from(suite.name == "pytest");
        let place = attributes.get("file").zip(attributes.number("line"));
        let case = TestCase {
            suite: suite.number,
            class: attributes.text("classname"),
            name: attributes.text("name"),
            result: status(attributes),
            message: String::new(),
            place: place.map(|(file, line)| (file.to_owned(), line + first)),
            retried: false,
            elapsed: attributes.seconds(),
        };
        let judged = case.result != TestResult::Passed;
        self.draft = Some(Draft { case, judged, text: String::new() });
        Ok(())
    }

    /// Begins a failure, an error or a skip. One that stands beside the tests is about the suite itself.
    fn start_verdict(&mut self, result: TestResult, attributes: &Attributes) {
        let message = attributes.text("message");
        let Some(draft) = &mut self.draft else { return self.suite_verdict(result, message) };
        if !draft.judged || result > draft.case.result {
            draft.case.message = message;
            draft.text.clear();
        }
        draft.case.result = draft.case.result.max(result);
        draft.judged = true;
    }

    fn suite_verdict(&mut self, result: TestResult, message: String) {
        let suite = self.suites.last_mut().expect("the outermost element is a suite");
        let (number, name) = (suite.number, suite.name.clone());
        let case = TestCase {
            suite: number,
            class: String::new(),
            name,
            result,
            message,
            place: None,
            retried: false,
            elapsed: Elapsed::default(),
        };
        suite.bad += usize::from(case.is_bad());
        self.entries.push(case);
    }

    fn mark_retried(&mut self) {
        if let Some(draft) = &mut self.draft {
            draft.case.retried = true;
        }
    }

    pub(super) fn text(&mut self, piece: &str) -> Result<(), JunitError> {
        match (self.stack.last(), &mut self.draft) {
            (Some(Element::Verdict(_)), Some(draft)) => keep_end(&mut draft.text, piece),
            (None, _) if !piece.trim_matches(['\u{feff}', ' ', '\t', '\r', '\n']).is_empty() => {
                return Err(JunitError::Malformed("there is text outside of the report".to_owned()));
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn end(&mut self) -> Result<(), JunitError> {
        match self.stack.pop() {
            Some(Element::Case) => self.end_case(),
            Some(Element::Suites | Element::Suite) => self.end_suite()?,
            Some(Element::Verdict(_) | Element::Retry | Element::Other) | None => {}
        }
        self.finished = self.stack.is_empty();
        Ok(())
    }

    fn end_case(&mut self) {
        let Some(Draft { mut case, judged, text }) = self.draft.take() else { return };
        if case.name.is_empty() && !judged {
            self.unfinished += 1;
            return;
        }
        if case.is_bad() {
            case.place = place_in(&text).or(case.place);
        }
        if case.message.is_empty() || case.message == COLLECTION_FAILURE {
            case.message.push(' ');
            case.message.push_str(last_words(&text));
        }
        let suite = self.suites.last_mut().expect("the outermost element is a suite");
        suite.bad += usize::from(case.is_bad());
        if case.result != TestResult::Skipped {
            suite.ran.insert((case.class.clone(), case.name.clone()));
        }
        self.entries.push(case);
    }

    fn end_suite(&mut self) -> Result<(), JunitError> {
        let Some(suite) = self.suites.pop() else { return Ok(()) };
        suite.check()?;
        if let Some(outer) = self.suites.last_mut() {
            outer.bad += suite.bad;
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<TestResults, JunitError> {
        if !self.finished {
            return Err(JunitError::Truncated);
        }
        Ok(TestResults { unfinished: self.unfinished, started: self.started, ..TestResults::of(self.entries) })
    }
}
