//! From pieces of output to whole lines, for readers that follow a run live.
//!
//! A piece may end anywhere, even inside a secret; only whole lines are handed on, so that the masker sees a secret
//! whole. Lines and their number are capped: what a step writes in full is in its evidence.

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::model::{CUT, Stream};

/// The longest line that is handed on, in bytes.
const LONGEST: usize = 4 * 1024;

/// How many lines of one step are handed on.
const MOST: usize = 500;

/// Collects the pieces of one step.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    open: BTreeMap<u8, Open>,
    handed_on: usize,
}

/// A line that has not ended yet.
#[derive(Debug, Default)]
struct Open {
    bytes: Vec<u8>,
    cut: bool,
}

impl Lines {
    /// Takes a piece and hands on every line that it ends.
    pub(crate) fn push(&self, stream: Stream, piece: &[u8], mut line: impl FnMut(String)) {
        let Ok(mut state) = self.state.lock() else { return };
        let mut rest = piece;
        while state.handed_on < MOST && !rest.is_empty() {
            let open = state.open.entry(stream as u8).or_default();
            let Some(end) = rest.iter().position(|&byte| byte == b'\n') else {
                open.add(rest);
                return;
            };
            open.add(&rest[..end]);
            line(open.take());
            rest = &rest[end + 1..];
            state.handed_on += 1;
            if state.handed_on == MOST {
                line(format!("{CUT} more lines follow; they are in the evidence of the step"));
            }
        }
    }
}

impl Open {
    fn add(&mut self, bytes: &[u8]) {
        let room = LONGEST.saturating_sub(self.bytes.len());
        self.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.cut |= bytes.len() > room;
    }

    fn take(&mut self) -> String {
        let mut line = String::from_utf8_lossy(&std::mem::take(&mut self.bytes)).trim_end_matches('\r').to_owned();
        if std::mem::take(&mut self.cut) {
            line.push_str(CUT);
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collect(pieces: &[&[u8]]) -> Vec<String> {
        let (lines, mut seen) = (Lines::default(), Vec::new());
        for piece in pieces {
            lines.push(Stream::Stdout, piece, |line| seen.push(line));
        }
        seen
    }

    #[test]
    fn a_line_is_handed_on_when_it_is_whole() {
        assert_eq!(collect(&[b"ab", b"c\nd", b"e\r\nf"]), ["abc", "de"]);
    }

    #[test]
    fn a_line_without_an_end_does_not_grow_for_ever() {
        let piece = vec![b'x'; LONGEST];
        let seen = collect(&[&piece, &piece, b"\n"]);
        assert_eq!(seen[0].len(), LONGEST + CUT.len());
    }

    #[test]
    fn a_flood_of_lines_ends_with_a_word_about_it() {
        let seen = collect(&["y\n".repeat(MOST * 2).as_bytes()]);
        assert_eq!(seen.len(), MOST + 1);
        assert!(seen[MOST].contains("evidence of the step"));
    }
}
