//! The live reader: tells on standard error what happens while it happens.
//!
//! On a terminal a region at the bottom shows what runs, and a finished step is one line above it. Elsewhere
//! there are plain lines only: no colour, no cursor movement. It writes nothing to standard output; the answer
//! of the run belongs there (see [`super::summary()`]).

mod lines;
mod region;

use std::io::Write;

use crate::model::{Elapsed, Event, EventKind, Reason, StepId};

use self::lines::Lines;
use self::region::Region;
use super::Reporter;
use super::styles::Styles;

/// With plain lines, what runs is named after so many seconds without a line.
const SILENCE: u64 = 10;

/// How the live reader writes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TerminalSettings {
    /// Whether words have colour.
    pub(crate) colour: bool,
    /// Whether standard error is a terminal on which a region may be drawn.
    pub(crate) live: bool,
    /// The columns of the terminal.
    pub(crate) width: u16,
    /// Whether the lines that steps write are shown.
    pub(crate) verbose: bool,
}

/// Where lines go.
enum Screen {
    Plain(Box<dyn Write + Send>),
    Live(Region),
}

/// The live reader.
pub(crate) struct Terminal {
    lines: Lines,
    verbose: bool,
    screen: Screen,
    running: Vec<(StepId, Elapsed)>,
    last_line: Elapsed,
}

impl Terminal {
    /// A reader that writes to standard error.
    pub(crate) fn new(settings: TerminalSettings) -> Self {
        let region = settings.live.then(|| Region::on_stderr(settings.width));
        let screen = match region.filter(Region::is_visible) {
            Some(region) => Screen::Live(region),
            None => Screen::Plain(Box::new(std::io::stderr())),
        };
        Self::on(screen, settings)
    }

    fn on(screen: Screen, settings: TerminalSettings) -> Self {
        let lines = Lines { styles: Styles::new(settings.colour), width: usize::from(settings.width) };
        Self { lines, verbose: settings.verbose, screen, running: Vec::new(), last_line: Elapsed::default() }
    }

    /// Keeps in mind what runs.
    fn note(&mut self, event: &Event) {
        match &event.kind {
            EventKind::StepStarted { id } => self.running.push((id.clone(), event.at_ms)),
            EventKind::StepFinished { report } => self.running.retain(|(id, _)| *id != report.step.id),
            EventKind::RunStarted { .. }
            | EventKind::TargetProgress { .. }
            | EventKind::StepOutput { .. }
            | EventKind::StepRetrying { .. }
            | EventKind::Stopping { .. }
            | EventKind::RunFinished { .. } => {}
        }
    }

    /// The line that an event is worth, if any.
    fn line(&self, event: &Event) -> Option<String> {
        match &event.kind {
            EventKind::TargetProgress { message } => Some(self.lines.target(message)),
            EventKind::StepOutput { id, line, .. } if self.verbose => Some(self.lines.output(id, line)),
            EventKind::StepRetrying { id, attempt, wait_ms, problem } => {
                Some(self.lines.retrying(id, *attempt, *wait_ms, problem))
            }
            EventKind::StepFinished { report } if report.result.reason() == Reason::NotSelected => None,
            EventKind::StepFinished { report } => Some(self.lines.finished(report)),
            EventKind::Stopping { why } => Some(self.lines.stopping(why, &self.running)),
            EventKind::StepOutput { .. } if self.is_silent(event.at_ms) => {
                Some(self.lines.still_running(&self.running, event.at_ms))
            }
            EventKind::StepOutput { .. }
            | EventKind::RunStarted { .. }
            | EventKind::StepStarted { .. }
            | EventKind::RunFinished { .. } => None,
        }
    }

    /// Whether nothing was told for a long time while no region shows what runs.
    fn is_silent(&self, now: Elapsed) -> bool {
        let is_long = |since: Elapsed| now.as_duration().saturating_sub(since.as_duration()).as_secs() >= SILENCE;
        let runs_long = self.running.iter().any(|(_, started)| is_long(*started));
        matches!(self.screen, Screen::Plain(_)) && runs_long && is_long(self.last_line)
    }

    fn print(&mut self, line: &str, at: Elapsed) -> std::io::Result<()> {
        self.last_line = at;
        match &mut self.screen {
            Screen::Plain(writer) => writer.write_all(format!("{line}\n").as_bytes()),
            Screen::Live(region) => {
                region.print_above(line);
                Ok(())
            }
        }
    }
}

impl Reporter for Terminal {
    fn on_event(&mut self, event: &Event) -> std::io::Result<()> {
        self.note(event);
        if let Screen::Live(region) = &mut self.screen {
            region.on_event(event);
        }
        match self.line(event) {
            Some(line) => self.print(&line, event.at_ms),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Stream;
    use crate::report::sample;
    use crate::report::wrap::columns;
    use std::sync::{Arc, Mutex};

    /// A writer whose bytes can be read afterwards.
    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    const PLAIN: TerminalSettings = TerminalSettings { colour: false, live: false, width: 80, verbose: false };
    const VERBOSE: TerminalSettings = TerminalSettings { verbose: true, ..PLAIN };

    fn told(events: &[Event], settings: TerminalSettings) -> String {
        let paper = Paper::default();
        let mut terminal = Terminal::on(Screen::Plain(Box::new(paper.clone())), settings);
        for event in events {
            terminal.on_event(event).unwrap();
        }
        String::from_utf8(paper.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn without_a_terminal_every_step_is_one_plain_line() {
        insta::assert_snapshot!(told(&sample::events(), PLAIN));
    }

    #[test]
    fn plain_lines_fit_and_move_no_cursor() {
        let text = told(&sample::events(), VERBOSE);
        assert!(text.contains("| <script>"), "{text}");
        for line in text.lines() {
            assert!(columns(line) <= 80 && !line.contains(['\u{1b}', '\r', '\u{202e}']), "{line:?}");
        }
    }

    #[test]
    fn colour_changes_nothing_but_colour() {
        let coloured = told(&sample::events(), TerminalSettings { colour: true, ..VERBOSE });
        assert!(coloured.contains("\u{1b}["));
        assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), told(&sample::events(), VERBOSE));
    }

    #[test]
    fn steps_that_were_not_selected_are_not_told() {
        let report = sample::go_for_a_part();
        let finished = |step: &crate::model::StepReport| EventKind::StepFinished { report: Box::new(step.clone()) };
        let events: Vec<Event> = report.steps.iter().map(|step| sample::event(1, finished(step))).collect();
        assert_eq!(told(&events, PLAIN).lines().count(), 2);
    }

    #[test]
    fn a_long_step_is_named_while_it_writes_at_most_every_ten_seconds() {
        let id = StepId::new("a", "tests");
        let mut events = vec![sample::event(0, EventKind::StepStarted { id: id.clone() })];
        for second in 1..=25 {
            let output = EventKind::StepOutput { id: id.clone(), stream: Stream::Stdout, line: ".".into() };
            events.push(sample::event(second * 1_000, output));
        }
        let expected = "RUNS             a/tests (10.0s)\nRUNS             a/tests (20.0s)\n";
        assert_eq!(told(&events, PLAIN), expected);
    }
}
