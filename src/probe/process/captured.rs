//! What a stream held, within a cap: its head, its tail, and how much there was.

use std::collections::VecDeque;

use tokio::io::{AsyncRead, AsyncReadExt};

use crate::model::{CUT, Output, Stream};

use super::Listener;

/// How many bytes are read at once: what a pipe holds on Linux.
const PIECE: usize = 64 * 1024;
/// How many bytes of the head stay in evidence.
const EVIDENCE_HEAD: usize = 8 * 1024;
/// How many bytes of the tail stay in evidence. Failures are told at the end.
const EVIDENCE_TAIL: usize = 24 * 1024;

/// What a stream held: its head and its tail, and how much there was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Captured {
    /// The first bytes, at most half the cap.
    pub(crate) head: Vec<u8>,
    /// The last bytes that are not in the head, at most half the cap.
    pub(crate) tail: Vec<u8>,
    /// All bytes that came, kept or not.
    pub(crate) total: u64,
}

impl Captured {
    /// Everything as text. Where the middle was dropped, the mark of a cut stands directly behind the head and
    /// directly before the tail, and a line between them tells the number of dropped bytes. A character that
    /// the cut divides is dropped whole; other bytes that are not UTF-8 become the replacement character.
    pub(crate) fn text(&self) -> String {
        if self.is_whole() {
            return String::from_utf8_lossy(&[self.head.as_slice(), &self.tail].concat()).into_owned();
        }
        let head = without_divided_end(&self.head);
        let tail = without_divided_start(&self.tail);
        let dropped = self.total - (head.len() + tail.len()) as u64;
        let (head, tail) = (String::from_utf8_lossy(head), String::from_utf8_lossy(tail));
        format!("{head}{CUT}\n[{dropped} bytes dropped]\n{CUT}{tail}")
    }

    /// Whether nothing was dropped.
    pub(crate) fn is_whole(&self) -> bool {
        self.dropped() == 0
    }

    /// The form that evidence has: at most 8 KiB of the head and 24 KiB of the tail.
    pub(crate) fn output(&self, stream: Stream) -> Output {
        let shown = self.shortened(EVIDENCE_HEAD, EVIDENCE_TAIL);
        Output { stream, text: shown.text(), bytes: self.total, dropped: shown.dropped(), file: None }
    }

    fn dropped(&self) -> u64 {
        self.total - (self.head.len() + self.tail.len()) as u64
    }

    /// The same with at most so many bytes of either end.
    fn shortened(&self, head: usize, tail: usize) -> Self {
        if self.is_whole() {
            let all = [self.head.as_slice(), &self.tail].concat();
            if all.len() <= head + tail {
                return self.clone();
            }
            return Self { head: all[..head].to_vec(), tail: all[all.len() - tail..].to_vec(), total: self.total };
        }
        let (head, tail) = (self.head.len().min(head), self.tail.len().min(tail));
        let tail = self.tail[self.tail.len() - tail..].to_vec();
        Self { head: self.head[..head].to_vec(), tail, total: self.total }
    }
}

/// Without the first bytes of a character whose last ones are missing.
fn without_divided_end(bytes: &[u8]) -> &[u8] {
    match bytes.utf8_chunks().last() {
        Some(chunk) if is_beginning_of_character(chunk.invalid()) => &bytes[..bytes.len() - chunk.invalid().len()],
        Some(_) | None => bytes,
    }
}

/// Whether more bytes could have made a character of these.
fn is_beginning_of_character(bytes: &[u8]) -> bool {
    matches!(std::str::from_utf8(bytes), Err(error) if error.error_len().is_none())
}

/// Without the last bytes of a character whose first ones are missing; at most three, as UTF-8 has it.
fn without_divided_start(bytes: &[u8]) -> &[u8] {
    let divided = bytes.iter().take(3).take_while(|&&byte| byte & 0b1100_0000 == 0b1000_0000).count();
    &bytes[divided..]
}

/// Keeps the head and the tail of a stream while it comes. Needs no more memory than its cap.
#[derive(Debug)]
pub(super) struct Recorder {
    stream: Stream,
    cap: usize,
    head: Vec<u8>,
    tail: VecDeque<u8>,
    total: u64,
}

impl Recorder {
    /// Keeps at most `keep` bytes: half of them from the head, half from the tail.
    pub(super) fn new(stream: Stream, keep: usize) -> Self {
        Self { stream, cap: keep / 2, head: Vec::new(), tail: VecDeque::new(), total: 0 }
    }

    /// Reads a stream to its end. A stream that cannot be read has ended.
    pub(super) async fn read(&mut self, mut source: impl AsyncRead + Unpin, listener: Listener<'_>) {
        let mut piece = Vec::with_capacity(PIECE);
        while source.read_buf(&mut piece).await.is_ok_and(|read| read > 0) {
            listener(self.stream, &piece);
            self.record(&piece);
            piece.clear();
        }
    }

    fn record(&mut self, piece: &[u8]) {
        self.total += piece.len() as u64;
        let (to_head, rest) = piece.split_at(piece.len().min(self.cap - self.head.len()));
        self.head.extend_from_slice(to_head);
        let rest = &rest[rest.len().saturating_sub(self.cap)..];
        let overflow = (self.tail.len() + rest.len()).saturating_sub(self.cap);
        self.tail.drain(..overflow);
        self.tail.extend(rest);
    }

    /// What was kept.
    pub(super) fn finish(self) -> Captured {
        Captured { head: self.head, tail: self.tail.into(), total: self.total }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(keep: usize, pieces: &[&[u8]]) -> Captured {
        let mut recorder = Recorder::new(Stream::Stdout, keep);
        for piece in pieces {
            recorder.record(piece);
        }
        recorder.finish()
    }

    #[test]
    fn a_short_stream_stays_whole() {
        let captured = recorded(8, &[b"abc", b"defg", b"h"]);
        assert_eq!(captured, Captured { head: b"abcd".to_vec(), tail: b"efgh".to_vec(), total: 8 });
        assert!(captured.is_whole());
        assert_eq!(captured.text(), "abcdefgh");
    }

    #[test]
    fn a_long_stream_keeps_its_ends_and_counts_the_rest() {
        for pieces in [&[b"0123456789".as_slice()][..], &[b"01", b"2345678", b"9"]] {
            let captured = recorded(4, pieces);
            assert_eq!(captured, Captured { head: b"01".to_vec(), tail: b"89".to_vec(), total: 10 });
            assert_eq!(captured.text(), "01…\n[6 bytes dropped]\n…89");
        }
    }

    #[test]
    fn a_character_that_the_cut_divides_is_dropped_whole() {
        let captured =
            Captured { head: "ab€".as_bytes()[..4].to_vec(), tail: "€cd".as_bytes()[1..].to_vec(), total: 20 };
        assert_eq!(captured.text(), "ab…\n[16 bytes dropped]\n…cd");
    }

    #[test]
    fn a_character_across_the_border_of_a_whole_stream_stays() {
        let captured = recorded(6, &["ab€c".as_bytes()]);
        assert_eq!(captured.text(), "ab€c");
    }

    #[test]
    fn bytes_that_are_no_text_are_shown_as_such() {
        let captured = recorded(64, &[b"a\xffb\xc3"]);
        assert_eq!(captured.text(), "a\u{fffd}b\u{fffd}");
    }

    #[test]
    fn evidence_keeps_less_and_counts_what_it_drops() {
        let captured = recorded(1 << 20, &[&vec![b'x'; 40 * 1024]]);
        assert!(captured.is_whole());
        let output = captured.output(Stream::Stderr);
        assert_eq!((output.stream, output.bytes, output.dropped), (Stream::Stderr, 40 * 1024, 8 * 1024));
        assert!(output.text.contains("x…\n[8192 bytes dropped]\n…x"), "{}", output.text.len());
        assert_eq!(output.text.matches('x').count(), 32 * 1024);
    }

    #[test]
    fn evidence_of_a_cut_stream_counts_both_cuts() {
        let captured = recorded(64 * 1024, &[&vec![b'x'; 100_000]]);
        let output = captured.output(Stream::Stdout);
        assert_eq!((output.bytes, output.dropped), (100_000, 100_000 - 32 * 1024));
    }

    #[test]
    fn short_evidence_is_the_stream_itself() {
        let output = recorded(1 << 20, &[b"all of it\n"]).output(Stream::Stdout);
        assert_eq!((output.text.as_str(), output.bytes, output.dropped), ("all of it\n", 10, 0));
    }
}
