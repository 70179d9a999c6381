//! Lines of a text by byte, without counting from the start each time.

/// Where the lines of a text begin.
#[derive(Clone, Debug)]
pub(super) struct LineIndex {
    starts: Vec<usize>,
}

impl LineIndex {
    /// The lines of a text.
    pub(super) fn of(text: &str) -> Self {
        Self { starts: text.match_indices('\n').map(|(at, _)| at + 1).collect() }
    }

    /// The line of a byte, from 1.
    pub(super) fn line(&self, byte: usize) -> usize {
        self.starts.partition_point(|start| *start <= byte) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_count_from_one() {
        let lines = LineIndex::of("a\nb\n\nc");
        assert_eq!([0, 1, 2, 4, 5].map(|byte| lines.line(byte)), [1, 1, 2, 3, 4]);
    }
}
