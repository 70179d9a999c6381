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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::git::sandbox::Sandbox;

    #[test]
    fn an_annotated_tag_is_followed_to_its_commit() {
        let (object, commit) = ("a".repeat(40), "b".repeat(40));
        let text = format!("{object}\trefs/tags/v1\n{commit}\trefs/tags/v1^{{}}\n{commit}\trefs/tags/v0\n");
        let refs = RemoteRefs::parse(&text).unwrap();
        let annotated = RemoteTag { object, commit: commit.clone(), is_annotated: true };
        assert_eq!(refs.tag("v1"), Some(annotated));
        assert_eq!(refs.tag("v0"), Some(RemoteTag { object: commit.clone(), commit, is_annotated: false }));
        assert_eq!(refs.tag_names().collect::<Vec<_>>(), ["v0", "v1"]);
    }

    #[test]
    fn nothing_is_no_reference_and_other_text_is_no_answer() {
        assert_eq!(RemoteRefs::parse(""), Some(RemoteRefs::default()));
        assert_eq!(RemoteRefs::parse("Welcome to this server\n"), None);
    }

    #[test]
    fn names_and_passwords_are_taken_out_of_addresses() {
        let text = "unable to access 'https://dana:s3@cret@git.example/a.git/': see http://b/c@d";
        assert_eq!(without_userinfo(text), "unable to access 'https://git.example/a.git/': see http://b/c@d");
        assert_eq!(without_userinfo("git@git.example:a.git"), "git@git.example:a.git");
    }

    #[tokio::test]
    async fn a_name_at_the_end_of_a_longer_one_is_another_tag() {
        let sandbox = Sandbox::new();
        sandbox.git(&["push", "-q", "origin", "HEAD:refs/tags/old/refs/tags/v1"]);
        let patterns = ["refs/tags/v1".to_owned()];
        let refs = sandbox.probe().remote_refs(sandbox.program(), "origin", &patterns).await.unwrap();
        assert_eq!((refs.len(), refs.tag("v1")), (1, None));
    }

    #[tokio::test]
    async fn a_remote_is_asked_by_name_or_by_address() {
        let sandbox = Sandbox::new();
        let commit = sandbox.git(&["rev-parse", "HEAD"]);
        let address = format!("file://{}", sandbox.remote().display());
        for remote in ["origin", &address] {
            let patterns = ["refs/heads/*".to_owned()];
            let refs = sandbox.probe().remote_refs(sandbox.program(), remote, &patterns).await.unwrap();
            assert_eq!(refs.branch("main"), Some(commit.as_str()));
        }
    }

    #[tokio::test]
    async fn missing_and_unreachable_remotes_are_told_apart() {
        let sandbox = Sandbox::new();
        let ask = async |remote: &str| sandbox.probe().remote_refs(sandbox.program(), remote, &[]).await.unwrap_err();
        assert!(matches!(ask("upstream").await, GitError::NoRemote { .. }));
        assert!(matches!(ask("--upload-pack=true").await, GitError::NoRemote { .. }));
        sandbox.git(&["remote", "set-url", "origin", "http://dana:secret@127.0.0.1:1/orders.git"]);
        let GitError::Unreachable { remote, detail } = ask("origin").await else { panic!("it is unreachable") };
        assert_eq!(remote, "origin");
        assert!(detail.contains("127.0.0.1") && !detail.contains("secret"), "{detail}");
        assert!(matches!(ask("file:///nonexistent/a.git").await, GitError::Unreachable { .. }));
    }
}
