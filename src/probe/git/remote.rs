//! What a remote has at this moment. It is always asked anew with `git ls-remote`: a remote-tracking reference
//! is only what the last fetch that worked has seen.

use std::collections::BTreeMap;

use crate::probe::process::Exit;

use super::program::{Place, shown};
use super::{Git, GitError, GitProgram};

/// The references that a remote showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RemoteRefs {
    /// Id by full name. `refs/tags/v1.0.0^{}` is where an annotated tag leads to.
    ids: BTreeMap<String, String>,
}

/// A tag on a remote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RemoteTag {
    /// The id that the name holds.
    pub(crate) object: String,
    /// Where it leads to in the end.
    pub(crate) commit: String,
    /// Whether it is a tag object.
    pub(crate) is_annotated: bool,
}

impl RemoteRefs {
    /// Reads what `git ls-remote` writes: lines of an id, a tab and a name.
    fn parse(text: &str) -> Option<Self> {
        let line = |line: &str| {
            let (id, name) = line.split_once('\t')?;
            let is_id = id.len() >= 40 && id.bytes().all(|sign| sign.is_ascii_hexdigit());
            is_id.then(|| (name.to_owned(), id.to_owned()))
        };
        text.lines().map(line).collect::<Option<_>>().map(|ids| Self { ids })
    }

    /// How many references there are.
    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    /// One tag.
    pub(crate) fn tag(&self, name: &str) -> Option<RemoteTag> {
        let object = self.ids.get(&format!("refs/tags/{name}"))?;
        let peeled = self.ids.get(&format!("refs/tags/{name}^{{}}"));
        let commit = peeled.unwrap_or(object);
        Some(RemoteTag { object: object.clone(), commit: commit.clone(), is_annotated: peeled.is_some() })
    }

    /// The names of all tags.
    pub(crate) fn tag_names(&self) -> impl Iterator<Item = &str> {
        self.ids.keys().filter_map(|name| name.strip_prefix("refs/tags/")).filter(|name| !name.ends_with("^{}"))
    }

    /// The commit of a branch.
    pub(crate) fn branch(&self, name: &str) -> Option<&str> {
        self.ids.get(&format!("refs/heads/{name}")).map(String::as_str)
    }
}

impl Git {
    /// The references of a remote whose full names match one of some patterns (`gitglossary`, shell globs; `*`
    /// also stands for a slash). `remote` is a configured name or an address.
    ///
    /// # Errors
    /// [`GitError::NoRemote`] when the name is not configured, [`GitError::Unreachable`] when it is and does not
    /// answer.
    pub(crate) async fn remote_refs(
        &self,
        program: GitProgram<'_>,
        remote: &str,
        patterns: &[String],
    ) -> Result<RemoteRefs, GitError> {
        let place = self.place(program.limit).await?;
        let mut arguments = vec!["ls-remote", "--", remote];
        arguments.extend(patterns.iter().map(String::as_str));
        match program.read(&place, &arguments).await {
            Ok(bytes) => readable(&shown(&arguments), &bytes),
            Err(GitError::Program { detail, .. }) => Err(silent(program, &place, remote, detail).await),
            Err(error) => Err(error),
        }
    }
}

fn readable(command: &str, bytes: &[u8]) -> Result<RemoteRefs, GitError> {
    RemoteRefs::parse(&String::from_utf8_lossy(bytes)).ok_or_else(|| GitError::Unreadable {
        command: command.to_owned(),
        detail: "a line is not an id, a tab and a name".to_owned(),
    })
}

/// Why a remote gave no answer: it is not configured, or it cannot be reached.
async fn silent(program: GitProgram<'_>, place: &Place, remote: &str, detail: String) -> GitError {
    let remote = remote.to_owned();
    let is_address = remote.contains([':', '/']);
    match program.run(place, &["remote", "get-url", "--", &remote]).await {
        Err(error) => error,
        Ok(finished) if finished.exit == Exit::Status(2) && !is_address => GitError::NoRemote { remote },
        Ok(_) => GitError::Unreachable { remote: without_userinfo(&remote), detail },
    }
}

/// Takes user names and passwords out of the addresses in a text.
pub(super) fn without_userinfo(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://").map(|at| at + 3) {
        let host = rest[at..].find(['/', ' ', '\'', '"']).map_or(rest.len(), |end| at + end);
        let start = rest[at..host].rfind('@').map_or(at, |sign| at + sign + 1);
        clean.push_str(&rest[..at]);
        clean.push_str(&rest[start..host]);
        rest = &rest[host..];
    }
    clean.push_str(rest);
    clean
}
