//! Reading the index file: how many files it holds, and which entries are flagged (gitformat-index, versions 2 to 4).
//!
//! libgit2 and the git program can tell the same, and take as long for it as `git status` takes for everything: the
//! one verifies a checksum with a slow digest, the other prints every path. What this reader does not know (a
//! split index, a sparse index, another object format) it leaves to them.

/// An entry of the index, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct IndexEntry<'path> {
    /// The path from the top of the working tree.
    pub(super) path: &'path [u8],
    /// The kind of file and its permissions, as in a tree object.
    pub(super) mode: u32,
    /// `assume-unchanged`.
    pub(super) assumes: bool,
    /// `skip-worktree`.
    pub(super) skips: bool,
}

/// The bytes of an entry before its path: ten numbers of 4 bytes, an SHA-1, the flags.
const FIXED: usize = 62;
/// Where the mode and the flags stand in them.
const MODE: usize = 24;
const FLAGS: usize = 60;
/// The digest at the end of the file.
const DIGEST: usize = 20;
/// The mode of a folder: an entry of a sparse index.
const FOLDER: u32 = 0o040_000;
const ASSUME_VALID: u16 = 0x8000;
const EXTENDED: u16 = 0x4000;
const SKIP_WORKTREE: u16 = 0x4000;

/// Hands every entry to `see`. Returns how many there were, or nothing where the file has a form that this reader
/// does not know; what was seen until then does not count.
pub(super) fn visit(bytes: &[u8], mut see: impl FnMut(IndexEntry<'_>)) -> Option<usize> {
    let mut reader = Reader { rest: bytes };
    let (magic, version, count) = (reader.take(4)?, reader.number()?, reader.number()?);
    if magic != b"DIRC" || !(2..=4).contains(&version) {
        return None;
    }
    let mut path = Vec::new();
    for _ in 0..count {
        let before = reader.rest.len();
        let fixed = reader.take(FIXED)?;
        let mode = u32::from_be_bytes(fixed[MODE..MODE + 4].try_into().ok()?);
        let flags = u16::from_be_bytes(fixed[FLAGS..].try_into().ok()?);
        let extended = if flags & EXTENDED == 0 { 0 } else { u16::from_be_bytes(reader.take(2)?.try_into().ok()?) };
        if version == 4 {
            reader.compressed_path(&mut path)?;
        } else {
            reader.padded_path(&mut path, before)?;
        }
        if mode == FOLDER {
            return None;
        }
        let (assumes, skips) = (flags & ASSUME_VALID != 0, extended & SKIP_WORKTREE != 0);
        see(IndexEntry { path: &path, mode, assumes, skips });
    }
    reader.is_one_file()?.then_some(count as usize)
}

/// What is left of the file.
struct Reader<'bytes> {
    rest: &'bytes [u8],
}

impl<'bytes> Reader<'bytes> {
    fn take(&mut self, length: usize) -> Option<&'bytes [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    /// A text up to its zero byte.
    fn text(&mut self) -> Option<&'bytes [u8]> {
        let length = self.rest.iter().position(|&byte| byte == 0)?;
        let text = self.take(length)?;
        self.take(1)?;
        Some(text)
    }

    /// Versions 2 and 3: zero bytes fill the entry up to a multiple of 8.
    fn padded_path(&mut self, path: &mut Vec<u8>, before: usize) -> Option<()> {
        path.clear();
        path.extend(self.text()?);
        let read = before - self.rest.len();
        self.take(read.next_multiple_of(8) - read).map(|_| ())
    }

    /// Version 4: how many bytes of the path before it are dropped, and what follows the others.
    fn compressed_path(&mut self, path: &mut Vec<u8>) -> Option<()> {
        let dropped = self.variable_number()?;
        path.truncate(path.len().checked_sub(dropped)?);
        path.extend(self.text()?);
        Some(())
    }

    /// Seven bits a byte, most significant first, each further byte counting from 1 (the offsets of pack files).
    fn variable_number(&mut self) -> Option<usize> {
        let mut byte = self.take(1)?[0];
        let mut number = usize::from(byte & 0x7f);
        while byte & 0x80 != 0 {
            byte = self.take(1)?[0];
            number = number.checked_add(1)?.checked_mul(128)? + usize::from(byte & 0x7f);
        }
        Some(number)
    }

    /// Whether no extension says that more entries stand in another file.
    fn is_one_file(&mut self) -> Option<bool> {
        while self.rest.len() > DIGEST {
            let (name, size) = (self.take(4)?, self.number()?);
            if name == b"link" {
                return Some(false);
            }
            self.take(size as usize)?;
        }
        Some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::git::sandbox::Sandbox;

    type Seen = (String, bool, bool);

    fn read(sandbox: &Sandbox) -> Option<(usize, Vec<Seen>)> {
        let bytes = std::fs::read(sandbox.root().join(".git/index")).unwrap();
        let mut seen = Vec::new();
        let count = visit(&bytes, |entry| {
            seen.push((String::from_utf8_lossy(entry.path).into_owned(), entry.assumes, entry.skips));
        });
        count.map(|count| (count, seen))
    }

    /// Paths of all lengths up to 20, so that every padding occurs.
    fn filled() -> Sandbox {
        let sandbox = Sandbox::new();
        for length in 1..=20 {
            sandbox.write(&format!("folder/{}", "x".repeat(length)), "");
        }
        sandbox.git(&["add", "."]);
        sandbox.git(&["update-index", "--assume-unchanged", "folder/xxx"]);
        sandbox
    }

    fn listed(sandbox: &Sandbox) -> (usize, Vec<Seen>) {
        let listed = sandbox.git(&["ls-files", "-v"]);
        let seen: Vec<Seen> =
            listed.lines().map(|line| (line[2..].to_owned(), line.starts_with('h'), line.starts_with('S'))).collect();
        (seen.len(), seen)
    }

    #[test]
    fn all_versions_tell_what_git_lists() {
        let sandbox = filled();
        for version in ["2", "4"] {
            sandbox.git(&["update-index", "--index-version", version]);
            assert_eq!(read(&sandbox), Some(listed(&sandbox)));
        }
        sandbox.git(&["update-index", "--skip-worktree", "folder/xxxxx"]);
        for version in ["3", "4"] {
            sandbox.git(&["update-index", "--index-version", version]);
            assert_eq!(read(&sandbox), Some(listed(&sandbox)));
        }
    }

    #[test]
    fn a_split_and_a_sparse_index_are_left_to_git() {
        let sandbox = filled();
        sandbox.git(&["update-index", "--split-index"]);
        assert_eq!(read(&sandbox), None);
        let sandbox = Sandbox::new();
        sandbox.commit("docs/a.md", "1\n");
        sandbox.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "app"]);
        assert_eq!(read(&sandbox), None);
    }

    #[test]
    fn a_file_that_ends_too_early_or_is_none_is_not_read() {
        let sandbox = filled();
        let bytes = std::fs::read(sandbox.root().join(".git/index")).unwrap();
        for length in [0, 4, 11, 40, 200, 500] {
            assert_eq!(visit(&bytes[..length], |_| {}), None, "{length}");
        }
        assert_eq!(visit(b"XXXX\0\0\0\x02\0\0\0\0", |_| {}), None);
    }
}
