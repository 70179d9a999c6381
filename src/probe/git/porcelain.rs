//! Reading `git status --porcelain=v2 -z --no-renames`, as git-status documents it under "Porcelain Format
//! Version 2": entries that end with a zero byte, the path last and unquoted.

use super::working_tree::{Change, ChangeState};

/// All changes in the order of paths, or nothing where an entry has another form.
pub(super) fn changes(bytes: &[u8]) -> Option<Vec<Change>> {
    let entries = bytes.split(|&byte| byte == 0).filter(|entry| !entry.is_empty() && entry[0] != b'#');
    let mut changes = entries.map(|entry| change(&String::from_utf8_lossy(entry))).collect::<Option<Vec<_>>>()?;
    changes.sort_unstable();
    Some(changes)
}

fn change(entry: &str) -> Option<Change> {
    let (form, rest) = entry.split_once(' ')?;
    let (state, path) = match form {
        "?" => (ChangeState::Untracked, rest),
        "1" => (state(rest.split(' ').next()?)?, rest.splitn(8, ' ').nth(7)?),
        "u" => (ChangeState::Conflicted, rest.splitn(10, ' ').nth(9)?),
        _ => return None,
    };
    Some(Change { path: path.to_owned(), state })
}

/// Reads `XY`: what the index and what the working tree changed; a dot stands for nothing.
fn state(letters: &str) -> Option<ChangeState> {
    let told = letters.chars().rev().find(|&letter| letter != '.')?;
    match told {
        'M' => Some(ChangeState::Modified),
        'T' => Some(ChangeState::TypeChanged),
        'A' => Some(ChangeState::Added),
        'D' => Some(ChangeState::Deleted),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_form_is_read() {
        let zero = "0000000000000000000000000000000000000000";
        let text = format!(
            "# branch.oid {zero}\0\
             1 .M N... 100644 100644 100644 {zero} {zero} app/a b.py\0\
             1 D. N... 100644 000000 000000 {zero} {zero} gone.py\0\
             1 AM N... 000000 100644 100644 {zero} {zero} new.py\0\
             1 .T N... 100644 100644 120000 {zero} {zero} link\0\
             u UU N... 100644 100644 100644 100644 {zero} {zero} {zero} both.py\0\
             ? build/\0"
        );
        let seen = changes(text.as_bytes()).unwrap();
        let seen: Vec<_> = seen.iter().map(|change| (change.path.as_str(), change.state)).collect();
        let expected = [
            ("app/a b.py", ChangeState::Modified),
            ("both.py", ChangeState::Conflicted),
            ("build/", ChangeState::Untracked),
            ("gone.py", ChangeState::Deleted),
            ("link", ChangeState::TypeChanged),
            ("new.py", ChangeState::Modified),
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn nothing_is_clean_and_an_unknown_entry_is_not() {
        assert_eq!(changes(b""), Some(vec![]));
        assert_eq!(changes(b"9 something\0"), None);
        assert_eq!(changes(b"1 .M\0"), None);
    }
}
