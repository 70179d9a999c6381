//! The names of all tags, read from the two places where git keeps them: one file each under `refs/tags`, and
//! the file of packed references (gitrepository-layout). libgit2 builds and copies a table of all references for
//! the same answer, which takes several times as long at 10,000 tags.

use std::ffi::OsStr;
use std::path::Path;

use super::{GitError, Repository};

/// Where the name of a tag leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TagTarget<'text> {
    /// The file of packed references tells all.
    Packed {
        /// The id that the name holds.
        id: &'text str,
        /// The end of the way, where that is another object.
        peeled: Option<&'text str>,
    },
    /// Only the object itself can tell.
    Unopened,
}

/// What is written in the two places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct TagFiles {
    loose: Vec<String>,
    packed: String,
}

/// A tag as it is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WrittenTag<'text> {
    pub(super) name: &'text str,
    pub(super) target: TagTarget<'text>,
}

impl TagFiles {
    /// Reads both places.
    ///
    /// Single files are read before the packed ones: `git pack-refs` writes the packed file before it removes
    /// the others, so no tag is missed while it runs.
    pub(super) fn read(common_folder: &Path) -> Result<Self, GitError> {
        let mut loose = Vec::new();
        collect(&common_folder.join("refs/tags"), "", &mut loose);
        let packed = match std::fs::read(common_folder.join("packed-refs")) {
            Ok(bytes) => String::from_utf8(bytes)
                .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(unreadable(error.to_string())),
        };
        Ok(Self { loose, packed })
    }

    /// The tags whose names begin with a prefix, in the order of names. A single file goes before a packed entry.
    pub(super) fn tags(&self, prefix: &str) -> Result<Vec<WrittenTag<'_>>, GitError> {
        let loose = self.loose.iter().filter(|name| name.starts_with(prefix));
        let mut tags: Vec<_> = loose.map(|name| WrittenTag { name, target: TagTarget::Unopened }).collect();
        self.add_packed(prefix, &mut tags)?;
        tags.sort_by_key(|tag| tag.name);
        tags.dedup_by_key(|tag| tag.name);
        Ok(tags)
    }

    /// Reads the file of packed references: a line of an id and a name, and behind an annotated tag a line with
    /// `^` and the id that it leads to. Only a header with `peeled` promises that second line.
    fn add_packed<'text>(&'text self, prefix: &str, tags: &mut Vec<WrittenTag<'text>>) -> Result<(), GitError> {
        let header = self.packed.lines().next().filter(|line| line.starts_with('#'));
        let is_peeled = header.is_some_and(|header| header.contains(" peeled"));
        let mut lines = self.packed.lines().filter(|line| !line.starts_with('#')).peekable();
        while let Some(line) = lines.next() {
            let (id, name) = line.split_once(' ').ok_or_else(|| unreadable("a line has no name".to_owned()))?;
            let peeled = lines.next_if(|line| line.starts_with('^')).map(|line| &line[1..]);
            let target = if is_peeled { TagTarget::Packed { id, peeled } } else { TagTarget::Unopened };
            let tag = name.strip_prefix("refs/tags/").filter(|name| name.starts_with(prefix));
            tags.extend(tag.map(|name| WrittenTag { name, target }));
        }
        Ok(())
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
        let files = TagFiles::read(self.inner.commondir())?;
        Ok(files.tags(prefix)?.into_iter().map(|tag| tag.name.to_owned()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::git::sandbox::Sandbox;

    fn files(loose: &[&str], packed: &str) -> TagFiles {
        TagFiles { loose: loose.iter().map(|&name| name.to_owned()).collect(), packed: packed.to_owned() }
    }

    #[test]
    fn packed_tags_tell_where_they_lead_and_a_single_file_goes_before_them() {
        let text = "# pack-refs with: peeled fully-peeled sorted \n\
                    aa refs/heads/main\nbb refs/tags/latest\ncc refs/tags/v1\n^dd\nee refs/tags/v2\nff refs/tags/v3\n";
        let files = files(&["v3", "v0"], text);
        let expected = [
            WrittenTag { name: "v0", target: TagTarget::Unopened },
            WrittenTag { name: "v1", target: TagTarget::Packed { id: "cc", peeled: Some("dd") } },
            WrittenTag { name: "v2", target: TagTarget::Packed { id: "ee", peeled: None } },
            WrittenTag { name: "v3", target: TagTarget::Unopened },
        ];
        assert_eq!(files.tags("v").unwrap(), expected);
    }

    #[test]
    fn an_old_file_promises_nothing_and_a_broken_one_is_an_error() {
        let old = files(&[], "cc refs/tags/v1\n");
        assert_eq!(old.tags("").unwrap(), [WrittenTag { name: "v1", target: TagTarget::Unopened }]);
        assert!(files(&[], "<<<<<<<\n").tags("").is_err());
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
