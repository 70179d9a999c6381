//! The region at the bottom of a terminal that shows what runs at this moment.
//!
//! One progress bar draws all of its lines, and its ticking thread asks for them anew a few times a second, so
//! the times move while nothing happens. The lines themselves are a pure function of the state and the time.

use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::model::{Elapsed, Event, EventKind, StepId};
use crate::report::markup::line;
use crate::report::wrap::cut;

/// How often the region is drawn anew.
const TICK: Duration = Duration::from_millis(120);
/// How many running steps have a line of their own.
const SHOWN: usize = 8;
/// The pictures of the spinner.
const SPINNER: [&str; 8] = ["⠋", "⠙", "⠸", "⠴", "⠦", "⠇", "⠏", "⠛"];

/// The region on a terminal.
pub(super) struct Region {
    bar: ProgressBar,
    state: Arc<Mutex<State>>,
}

/// What the region shows.
#[derive(Debug, Default)]
struct State {
    width: usize,
    total: usize,
    done: usize,
    running: Vec<Running>,
    preparing: Option<(String, Duration)>,
}

/// A step that runs.
#[derive(Debug)]
struct Running {
    id: StepId,
    since: Duration,
    last_output: String,
}

impl Region {
    /// A region on standard error.
    pub(super) fn on_stderr(width: u16) -> Self {
        Self::on(ProgressDrawTarget::stderr(), width)
    }

    fn on(target: ProgressDrawTarget, width: u16) -> Self {
        let state = Arc::new(Mutex::new(State { width: usize::from(width), ..State::default() }));
        let bar = ProgressBar::with_draw_target(None, target);
        bar.set_style(style(Arc::clone(&state)));
        Self { bar, state }
    }

    /// Whether there is a terminal that shows it.
    pub(super) fn is_visible(&self) -> bool {
        !self.bar.is_hidden()
    }

    /// Prints a line that stays, above the region.
    pub(super) fn print_above(&self, line: &str) {
        self.bar.println(line);
    }

    /// Takes the next event.
    pub(super) fn on_event(&self, event: &Event) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).on_event(event);
        match &event.kind {
            EventKind::RunStarted { .. } => {
                self.bar.reset_elapsed();
                self.bar.enable_steady_tick(TICK);
            }
            EventKind::RunFinished { .. } => self.bar.finish_and_clear(),
            EventKind::TargetProgress { .. }
            | EventKind::StepStarted { .. }
            | EventKind::StepOutput { .. }
            | EventKind::StepRetrying { .. }
            | EventKind::StepFinished { .. }
            | EventKind::Stopping { .. } => {}
        }
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn style(state: Arc<Mutex<State>>) -> ProgressStyle {
    let lines = move |progress: &ProgressState, out: &mut dyn Write| {
        let lines = state.lock().unwrap_or_else(PoisonError::into_inner).lines(progress.elapsed());
        // The bar draws what it has when its text is cut short, so there is nobody to tell.
        let _ = out.write_str(&lines.join("\n"));
    };
    let style = ProgressStyle::with_template("{region}").expect("the template is a valid constant");
    style.with_key("region", lines)
}

impl State {
    fn on_event(&mut self, event: &Event) {
        let at = event.at_ms.as_duration();
        match &event.kind {
            EventKind::RunStarted { steps, .. } => self.total = steps.len(),
            EventKind::TargetProgress { message } => self.preparing = Some((message.clone(), at)),
            EventKind::StepStarted { id } => self.start(id, at),
            EventKind::StepOutput { id, line, .. } => self.output(id, line),
            EventKind::StepFinished { report } => self.finish(&report.step.id),
            EventKind::StepRetrying { .. } | EventKind::Stopping { .. } | EventKind::RunFinished { .. } => {}
        }
    }

    fn start(&mut self, id: &StepId, at: Duration) {
        self.preparing = None;
        self.running.push(Running { id: id.clone(), since: at, last_output: String::new() });
    }

    fn output(&mut self, id: &StepId, output: &str) {
        if let Some(running) = self.running.iter_mut().find(|running| running.id == *id) {
            running.last_output = cut(&line(output), self.width);
        }
    }

    fn finish(&mut self, id: &StepId) {
        self.done += 1;
        self.running.retain(|running| running.id != *id);
    }

    /// The lines of the region at a moment, the overall one last.
    fn lines(&self, now: Duration) -> Vec<String> {
        let spinner = SPINNER[usize::try_from(now.as_millis() / TICK.as_millis()).unwrap_or(0) % SPINNER.len()];
        let preparing = self.preparing.iter().map(|(message, since)| (line(message), *since, ""));
        let running =
            self.running.iter().take(SHOWN).map(|one| (line(one.id.as_str()), one.since, one.last_output.as_str()));
        let mut lines: Vec<String> = preparing
            .chain(running)
            .map(|(name, since, output)| format!("{spinner} {name}  {}  {output}", shown(now.saturating_sub(since))))
            .collect();
        if self.running.len() > SHOWN {
            lines.push(format!("  and {} more", self.running.len() - SHOWN));
        }
        lines.push(format!("  {}/{} steps, {} running, {}", self.done, self.total, self.running.len(), shown(now)));
        lines.iter().map(|line| cut(line.trim_end(), self.width)).collect()
    }
}

/// A span that is still growing: `3.4s`, `1m 07s`.
fn shown(span: Duration) -> String {
    if span.as_secs() < 60 { format!("{:.1}s", span.as_secs_f64()) } else { Elapsed::from(span).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Stream;
    use crate::report::sample;
    use crate::report::wrap::columns;

    fn state_after(events: &[Event], width: usize) -> State {
        let mut state = State { width, ..State::default() };
        for event in events {
            state.on_event(event);
        }
        state
    }

    fn started(at: u64, step: &str) -> Event {
        sample::event(at, EventKind::StepStarted { id: StepId::new("list", step) })
    }

    #[test]
    fn what_runs_has_a_line_with_its_time_and_its_last_output() {
        let output = |line: &str| EventKind::StepOutput {
            id: StepId::new("list", "tests"),
            stream: Stream::Stdout,
            line: line.to_owned(),
        };
        let mut events = vec![sample::events()[0].clone(), started(0, "tests"), started(3_000, "lint")];
        events.push(sample::event(3_100, output("\u{1b}[32mtests/test_a.py ....")));
        let lines = state_after(&events, 80).lines(Duration::from_millis(3_400));
        let expected =
            ["⠸ list/tests  3.4s  tests/test_a.py ....", "⠸ list/lint  0.4s", "  0/11 steps, 2 running, 3.4s"];
        let spinner = lines[0].chars().next().unwrap().to_string();
        assert_eq!(lines.iter().map(|line| line.replace(&spinner, "⠸")).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_long_preparation_is_shown_until_the_first_step_begins() {
        let mut events = sample::events()[..2].to_vec();
        let lines = state_after(&events, 80).lines(Duration::from_secs(67));
        assert!(lines[0].contains("installing requirements.lock into .venv  1m 06s"), "{lines:?}");
        assert_eq!(lines[1], "  0/11 steps, 0 running, 1m 07s");
        events.push(started(70_000, "tests"));
        let lines = state_after(&events, 80).lines(Duration::from_secs(70));
        assert!(lines[0].contains("list/tests  0.0s"), "{lines:?}");
        assert_eq!(lines.len(), 2);
    }

    #[test]
    fn many_steps_and_long_lines_stay_inside_the_region() {
        let events: Vec<Event> = (0..20).map(|number| started(0, &"x".repeat(number * 10))).collect();
        let lines = state_after(&events, 40).lines(Duration::from_secs(1));
        assert_eq!(lines.len(), SHOWN + 2);
        assert_eq!(lines[SHOWN], "  and 12 more");
        assert!(lines.iter().all(|line| columns(line) <= 40), "{lines:#?}");
    }

    #[test]
    fn a_finished_run_leaves_no_step_behind() {
        let state = state_after(&sample::events(), 80);
        assert_eq!((state.done, state.total, state.running.len()), (11, 11, 0));
    }

    /// A terminal that keeps what was written to it.
    #[derive(Clone, Debug, Default)]
    struct Paper(Arc<Mutex<String>>);

    impl Paper {
        fn add(&self, text: &str) {
            self.0.lock().unwrap().push_str(text);
        }

        fn take(&self) -> String {
            std::mem::take(&mut self.0.lock().unwrap())
        }
    }

    impl indicatif::TermLike for Paper {
        fn width(&self) -> u16 {
            60
        }

        fn move_cursor_up(&self, _: usize) -> std::io::Result<()> {
            self.add("<up>");
            Ok(())
        }

        fn move_cursor_down(&self, _: usize) -> std::io::Result<()> {
            self.add("<down>");
            Ok(())
        }

        fn move_cursor_right(&self, _: usize) -> std::io::Result<()> {
            self.add("<right>");
            Ok(())
        }

        fn move_cursor_left(&self, _: usize) -> std::io::Result<()> {
            self.add("<left>");
            Ok(())
        }

        fn write_line(&self, text: &str) -> std::io::Result<()> {
            self.add(&format!("{text}\n"));
            Ok(())
        }

        fn write_str(&self, text: &str) -> std::io::Result<()> {
            self.add(text);
            Ok(())
        }

        fn clear_line(&self) -> std::io::Result<()> {
            self.add("<clear>");
            Ok(())
        }

        fn flush(&self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_stands_above_the_region_and_the_end_leaves_nothing_of_it() {
        let paper = Paper::default();
        let region = Region::on(ProgressDrawTarget::term_like(Box::new(paper.clone())), 60);
        let events = sample::events();
        region.on_event(&events[0]);
        region.on_event(&started(0, "tests"));
        region.print_above("PASS  list/lint");
        let drawn = paper.take();
        let (above, below) = drawn.rsplit_once("PASS  list/lint").unwrap();
        assert!(below.contains("list/tests") && below.contains("0/11 steps, 1 running"), "{above}|{below}");
        region.on_event(events.last().unwrap());
        let end = paper.take();
        assert!(end.contains("<clear>") && !end.contains("list/tests"), "{end}");
    }
}
