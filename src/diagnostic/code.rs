//! The sorts of problems. Each has a stable name, so that a script or a search finds it again.

/// A sort of problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Code {
    /// A file that was named is not there.
    FileMissing,
    /// A file is there and could not be read.
    FileUnreadable,
    /// A file is not valid UTF-8.
    FileNotText,
    /// A file includes itself, directly or through others.
    IncludeCycle,
    /// There is no checklist to load.
    NoChecklist,
    /// The file is not valid TOML.
    Syntax,
    /// A key that nothing reads.
    UnknownKey,
    /// A key that must be there is not.
    MissingKey,
    /// A key that has its place elsewhere.
    NotHere,
    /// A value of another type than expected.
    WrongType,
    /// A length of time, a size or a share without its unit.
    BareNumber,
    /// A word that is not one of the allowed ones.
    UnknownValue,
    /// A value of the right type that cannot be used.
    InvalidValue,
    /// A name with signs that names may not have.
    InvalidName,
    /// The same thing is defined in two places.
    DefinedTwice,
    /// A kind of step that does not exist.
    UnknownKind,
    /// Two steps of a checklist have the same id.
    DuplicateId,
    /// Two checklists have the same name.
    DuplicateChecklist,
    /// A checklist without steps, which would say nothing.
    EmptyChecklist,
    /// Nobody answers for a step.
    NoOwner,
    /// A step does not say what to do when it goes wrong.
    NoRollback,
    /// Settings that fit their types and still make no sense together.
    InvalidSettings,
    /// A step needs a step that does not exist.
    UnknownNeed,
    /// A step needs itself.
    NeedsItself,
    /// Steps need each other in a ring.
    NeedCycle,
    /// A step needs one of a later phase, which waits for it.
    NeedsLaterPhase,
    /// A name between braces that nothing declares.
    UnknownName,
    /// A step does not capture the value that another one uses.
    UnknownCapture,
    /// A declared name has no value here.
    NameUnavailable,
    /// Two declarations share one name.
    NameClash,
    /// Variables stand for each other in a ring.
    VariableRing,
    /// A variable of the command line that nothing uses.
    UnusedVariable,
    /// A secret that is used has no value.
    SecretMissing,
    /// A secret is too short to be masked.
    SecretShort,
    /// A target that the service file does not have.
    UnknownTarget,
    /// A profile that does not exist.
    UnknownProfile,
    /// An environment that no target has.
    UnknownEnvironment,
    /// A waiver or a `not-applicable` speaks of a step that does not exist.
    UnknownStep,
    /// The version of the release could not be read.
    Version,
}

impl Code {
    /// All of them.
    #[cfg(test)]
    pub(crate) const ALL: &[Self] = &[
        Self::FileMissing,
        Self::FileUnreadable,
        Self::FileNotText,
        Self::IncludeCycle,
        Self::NoChecklist,
        Self::Syntax,
        Self::UnknownKey,
        Self::MissingKey,
        Self::NotHere,
        Self::WrongType,
        Self::BareNumber,
        Self::UnknownValue,
        Self::InvalidValue,
        Self::InvalidName,
        Self::DefinedTwice,
        Self::UnknownKind,
        Self::DuplicateId,
        Self::DuplicateChecklist,
        Self::EmptyChecklist,
        Self::NoOwner,
        Self::NoRollback,
        Self::InvalidSettings,
        Self::UnknownNeed,
        Self::NeedsItself,
        Self::NeedCycle,
        Self::NeedsLaterPhase,
        Self::UnknownName,
        Self::UnknownCapture,
        Self::NameUnavailable,
        Self::NameClash,
        Self::VariableRing,
        Self::UnusedVariable,
        Self::SecretMissing,
        Self::SecretShort,
        Self::UnknownTarget,
        Self::UnknownProfile,
        Self::UnknownEnvironment,
        Self::UnknownStep,
        Self::Version,
    ];

    /// The stable name, kebab-case.
    pub(crate) fn as_str(self) -> &'static str {
        self.words().0
    }

    /// What it means, in one sentence.
    #[cfg(test)]
    pub(crate) fn description(self) -> &'static str {
        self.words().1
    }

    /// Name and meaning.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::FileMissing => ("file-missing", "A file that was named is not there."),
            Self::FileUnreadable => ("file-unreadable", "A file is there and could not be read."),
            Self::FileNotText => ("file-not-text", "A file is not valid UTF-8."),
            Self::IncludeCycle => ("include-cycle", "A file includes itself, directly or through others."),
            Self::NoChecklist => ("no-checklist", "There is no checklist to load."),
            Self::Syntax => ("syntax", "The file is not valid TOML."),
            Self::UnknownKey => ("unknown-key", "A key that nothing reads."),
            Self::MissingKey => ("missing-key", "A key that must be there is not."),
            Self::NotHere => ("not-here", "A key that has its place elsewhere."),
            Self::WrongType => ("wrong-type", "A value of another type than expected."),
            Self::BareNumber => ("bare-number", "A length of time, a size or a share without its unit."),
            Self::UnknownValue => ("unknown-value", "A word that is not one of the allowed ones."),
            Self::InvalidValue => ("invalid-value", "A value of the right type that cannot be used."),
            Self::InvalidName => ("invalid-name", "A name with signs that names may not have."),
            Self::DefinedTwice => ("defined-twice", "The same thing is defined in two places."),
            Self::UnknownKind => ("unknown-kind", "A kind of step that does not exist."),
            Self::DuplicateId => ("duplicate-id", "Two steps of a checklist have the same id."),
            Self::DuplicateChecklist => ("duplicate-checklist", "Two checklists have the same name."),
            Self::EmptyChecklist => ("empty-checklist", "A checklist without steps, which would say nothing."),
            Self::NoOwner => ("no-owner", "Nobody answers for a step."),
            Self::NoRollback => ("no-rollback", "A step does not say what to do when it goes wrong."),
            Self::InvalidSettings => {
                ("invalid-settings", "Settings that fit their types and still make no sense together.")
            }
            Self::UnknownNeed => ("unknown-need", "A step needs a step that does not exist."),
            Self::NeedsItself => ("needs-itself", "A step needs itself."),
            Self::NeedCycle => ("need-cycle", "Steps need each other in a ring."),
            Self::NeedsLaterPhase => ("needs-later-phase", "A step needs one of a later phase, which waits for it."),
            Self::UnknownName => ("unknown-name", "A name between braces that nothing declares."),
            Self::UnknownCapture => ("unknown-capture", "A step does not capture the value that another one uses."),
            Self::NameUnavailable => ("name-unavailable", "A declared name has no value here."),
            Self::NameClash => ("name-clash", "Two declarations share one name."),
            Self::VariableRing => ("variable-ring", "Variables stand for each other in a ring."),
            Self::UnusedVariable => ("unused-variable", "A variable of the command line that nothing uses."),
            Self::SecretMissing => ("secret-missing", "A secret that is used has no value."),
            Self::SecretShort => ("secret-short", "A secret is too short to be masked."),
            Self::UnknownTarget => ("unknown-target", "A target that the service file does not have."),
            Self::UnknownProfile => ("unknown-profile", "A profile that does not exist."),
            Self::UnknownEnvironment => ("unknown-environment", "An environment that no target has."),
            Self::UnknownStep => {
                ("unknown-step", "A waiver or a `not-applicable` speaks of a step that does not exist.")
            }
            Self::Version => ("version", "The version of the release could not be read."),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_is_unique_in_kebab_case_and_described() {
        let names: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!(code.as_str().chars().all(|sign| sign.is_ascii_lowercase() || sign == '-'), "{code:?}");
            assert!(code.description().ends_with('.'), "{code:?}");
        }
    }

    #[test]
    fn all_holds_every_code_in_order() {
        let last = Code::ALL.last().copied();
        assert_eq!(last, Some(Code::Version));
        assert!(Code::ALL.iter().enumerate().all(|(index, code)| *code as usize == index));
    }
}
