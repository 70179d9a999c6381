//! What stands behind the name of a tag. Objects are opened only for the few tags that matter: with 10,000 tags an
//! object each would cost a hundred times the names.

use git2::{ErrorCode, Reference};

use super::tag_names::{TagTarget, WrittenTag};
use super::{GitError, Repository};

/// A tag with what stands behind its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    /// The name, without `refs/tags/`.
    pub(crate) name: String,
    /// The id that the name holds: a tag object where the tag is annotated, otherwise the commit itself.
    pub(crate) object: String,
    /// The commit that it leads to in the end; nothing where it leads to something else.
    pub(crate) commit: Option<String>,
    /// What the tag object says; nothing where the tag is lightweight.
    pub(crate) annotation: Option<Annotation>,
}

/// What a tag object says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Annotation {
    /// The name that it was made for.
    pub(crate) name: String,
    /// Who made it.
    pub(crate) tagger: Option<String>,
    /// Whether it carries a signature, good or not.
    pub(crate) is_signed: bool,
}

/// A tag on a given commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TagOnCommit {
    pub(super) name: String,
    pub(super) is_annotated: bool,
}

/// How the signature in a tag object begins: `OpenPGP`, SSH, X.509.
const SIGNATURES: [&str; 3] =
    ["-----BEGIN PGP SIGNATURE-----", "-----BEGIN SSH SIGNATURE-----", "-----BEGIN SIGNED MESSAGE-----"];

impl Repository {
    /// One tag, or nothing where there is none of this name.
    ///
    /// # Errors
    /// When no tag can have this name, or its object cannot be read.
    pub(crate) fn tag(&self, name: &str) -> Result<Option<Tag>, GitError> {
        let full = format!("refs/tags/{name}");
        if !Reference::is_valid_name(&full) {
            return Err(GitError::InvalidName { name: name.to_owned() });
        }
        match self.inner.find_reference(&full) {
            Ok(reference) => self.opened(name, &reference).map(Some),
            Err(source) if source.code() == ErrorCode::NotFound => Ok(None),
            Err(source) => Err(GitError::Read(source)),
        }
    }

    fn opened(&self, name: &str, reference: &Reference<'_>) -> Result<Tag, GitError> {
        let target = reference.resolve()?.target().ok_or(GitError::InvalidName { name: name.to_owned() })?;
        let object = self.inner.find_object(target, None)?;
        let commit = object.peel_to_commit().ok().map(|commit| commit.id().to_string());
        let annotation = object.as_tag().map(|tag| Annotation {
            name: String::from_utf8_lossy(tag.name_bytes()).into_owned(),
            tagger: tag.tagger().map(|tagger| tagger.to_string()),
            is_signed: tag.message_bytes().is_some_and(holds_signature),
        });
        Ok(Tag { name: name.to_owned(), object: object.id().to_string(), commit, annotation })
    }

    /// Those of some tags that lead to a commit. Only tags that are not packed are opened.
    pub(super) fn tags_on(&self, commit: &str, tags: &[WrittenTag<'_>]) -> Vec<TagOnCommit> {
        let on_commit = |tag: &WrittenTag<'_>| {
            let is_annotated = match tag.target {
                TagTarget::Packed { peeled: Some(peeled), .. } => (peeled == commit).then_some(true),
                TagTarget::Packed { id, peeled: None } => (id == commit).then_some(false),
                TagTarget::Unopened => self.tag(tag.name).ok().flatten().and_then(|tag| tag.is_annotated_on(commit)),
            }?;
            Some(TagOnCommit { name: tag.name.to_owned(), is_annotated })
        };
        tags.iter().filter_map(on_commit).collect()
    }
}

impl Tag {
    /// Whether it is annotated, if it leads to a commit.
    fn is_annotated_on(&self, commit: &str) -> Option<bool> {
        (self.commit.as_deref() == Some(commit)).then_some(self.annotation.is_some())
    }
}

fn holds_signature(message: &[u8]) -> bool {
    let message = String::from_utf8_lossy(message);
    message.lines().any(|line| SIGNATURES.contains(&line))
}
