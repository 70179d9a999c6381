//! The names of all tags, read from the two places where git keeps them: one file each under `refs/tags`, and
//! the file of packed references (gitrepository-layout). libgit2 builds and copies a table of all references for
//! the same answer, which takes several times as long at 10,000 tags.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;

use super::{GitError, Repository};

/// Where the name of a tag leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TagTarget {
    /// The file of packed references tells all: the id, and the end of the way if that is another object.
    Packed { id: String, peeled: Option<String> },
    /// Only the object itself can tell.
    Unopened,
}

/// All tags by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct TagNames {
    pub(super) targets: BTreeMap<String, TagTarget>,
}

impl TagNames {
    /// The tags whose names begin with a prefix. Names that are not UTF-8 are left out.
    ///
    /// Single files are read before the packed ones: `git pack-refs` writes the packed file before it removes
    /// the others, so no tag is missed while it runs.
    pub(super) fn read(common_folder: &Path, prefix: &str) -> Result<Self, GitError> {
        let mut loose = Vec::new();
        collect(&common_folder.join("refs/tags"), "", &mut loose);
        let path = common_folder.join("packed-refs");
        let packed = match std::fs::read(&path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(unreadable(error.to_string())),
        };
        let mut names = Self::packed(&packed, prefix)?;
        let loose = loose.into_iter().filter(|name| name.starts_with(prefix));
        names.targets.extend(loose.map(|name| (name, TagTarget::Unopened)));
        Ok(names)
    }

    /// Reads the file of packed references: a line of an id and a name, and behind an annotated tag a line with
    /// `^` and the id that it leads to. Only a header with `peeled` promises that second line.
    fn packed(text: &str, prefix: &str) -> Result<Self, GitError> {
        let is_peeled =
            text.lines().next().is_some_and(|header| header.starts_with('#') && header.contains(" peeled"));
        let mut targets = BTreeMap::new();
        let mut lines = text.lines().filter(|line| !line.starts_with('#')).peekable();
        while let Some(line) = lines.next() {
            let (id, name) = line.split_once(' ').ok_or_else(|| unreadable("a line has no name".to_owned()))?;
            let peeled = lines.next_if(|line| line.starts_with('^')).map(|line| line[1..].to_owned());
            let Some(tag) = name.strip_prefix("refs/tags/").filter(|tag| tag.starts_with(prefix)) else { continue };
            let target =
                if is_peeled { TagTarget::Packed { id: id.to_owned(), peeled } } else { TagTarget::Unopened };
            targets.insert(tag.to_owned(), target);
        }
        Ok(Self { targets })
    }
}

/// The names of the files below a folder, with slashes between folders.
fn collect(folder: &Path, before: &str, names: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(name) = entry.file_name().into_string() else { continue };
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder {
            collect(&entry.path(), &format!("{before}{name}/"), names);
        } else if entry.path().extension() != Some(OsStr::new("lock")) {
            names.push(format!("{before}{name}"));
        }
    }
}

fn unreadable(detail: String) -> GitError {
    GitError::Unreadable { command: "packed-refs".to_owned(), detail }
}

impl Repository {
    /// The names of all tags that begin with a prefix, in order, without opening any of them.
    ///
    /// # Errors
    /// When the file of packed references cannot be read.
    pub(crate) fn tag_names(&self, prefix: &str) -> Result<Vec<String>, GitError> {
        Ok(TagNames::read(self.inner.commondir(), prefix)?.targets.into_keys().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::git::sandbox::Sandbox;

    fn packed(id: &str, peeled: Option<&str>) -> TagTarget {
        TagTarget::Packed { id: id.to_owned(), peeled: peeled.map(str::to_owned) }
    }

    #[test]
    fn packed_tags_tell_where_they_lead() {
        let text = "# pack-refs with: peeled fully-peeled sorted \n\
                    aa refs/heads/main\nbb refs/tags/latest\ncc refs/tags/v1\n^dd\nee refs/tags/v2\n";
        let names = TagNames::packed(text, "v").unwrap();
        let expected = [("v1".to_owned(), packed("cc", Some("dd"))), ("v2".to_owned(), packed("ee", None))];
        assert_eq!(names.targets, BTreeMap::from(expected));
    }

    #[test]
    fn an_old_file_promises_nothing_and_a_broken_one_is_an_error() {
        let names = TagNames::packed("cc refs/tags/v1\n", "").unwrap();
        assert_eq!(names.targets, BTreeMap::from([("v1".to_owned(), TagTarget::Unopened)]));
        assert!(TagNames::packed("<<<<<<<\n", "").is_err());
    }

    #[test]
    fn packed_and_single_tags_are_the_ones_that_git_lists() {
        let sandbox = Sandbox::new();
        for tag in ["v1.0.0", "v1.1.0", "team/v1.0.0"] {
            sandbox.git(&["tag", "-a", "-m", tag, tag]);
        }
        sandbox.git(&["pack-refs", "--all"]);
        sandbox.git(&["tag", "-d", "v1.1.0"]);
        sandbox.git(&["tag", "v1.2.0"]);
        sandbox.git(&["tag", "team/v1.1.0"]);
        let listed = sandbox.git(&["tag", "--list"]);
        let listed: Vec<_> = listed.lines().map(str::to_owned).collect();
        assert_eq!(sandbox.probe().ask_now(|repository| repository.tag_names("")).unwrap(), listed);
        assert_eq!(sandbox.probe().ask_now(|repository| repository.tag_names("v")).unwrap(), ["v1.0.0", "v1.2.0"]);
    }
}
