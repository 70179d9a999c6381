//! Whether the signature of a tag is good, by `git verify-tag`, which knows `OpenPGP`, SSH and X.509 and the keys
//! that the user trusts.

use crate::model::excerpt;
use crate::probe::process::Exit;

use super::{Git, GitError, GitProgram};

/// What is known of the signature of a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Signature {
    /// Good, and made by a key that is trusted here.
    Good {
        /// The key, and its owner where that is known.
        by: String,
    },
    /// Not made over this tag, or by a key that has expired or was revoked.
    Bad {
        /// What the verifying program said.
        detail: String,
    },
    /// There is none.
    Absent,
    /// Nobody here can tell: the key is not known, or not trusted.
    Unknown {
        /// What the verifying program said.
        detail: String,
    },
    /// The program that verifies is not there.
    NoVerifier {
        /// What git said.
        detail: String,
    },
}

/// How lines that settle the answer begin (`doc/DETAILS` of `GnuPG`, ssh-keygen, git).
const BAD: [&str; 5] = [
    "[GNUPG:] BADSIG",
    "[GNUPG:] EXPSIG",
    "[GNUPG:] EXPKEYSIG",
    "[GNUPG:] REVKEYSIG",
    "Signature verification failed",
];

impl Git {
    /// Verifies the signature of a tag object, named by its id.
    ///
    /// # Errors
    /// When git is missing or was stopped.
    pub(crate) async fn signature(&self, program: GitProgram<'_>, object: &str) -> Result<Signature, GitError> {
        let place = self.place(program.limit).await?;
        let finished = program.run(&place, &["verify-tag", "--raw", object]).await?;
        Ok(Signature::read(finished.exit == Exit::Status(0), &finished.stderr.text()))
    }
}

impl Signature {
    /// Reads what `git verify-tag --raw` says. Only its exit status makes a signature good.
    fn read(is_verified: bool, said: &str) -> Self {
        let line = |begins: &str| said.lines().find_map(|line| line.trim().strip_prefix(begins)).map(str::trim);
        let detail = || excerpt(&said.lines().map(str::trim).collect::<Vec<_>>().join("; "), 300);
        if is_verified {
            let by =
                line("[GNUPG:] GOODSIG ").or_else(|| line("Good \"git\" signature for ")).unwrap_or("a known key");
            return Self::Good { by: by.to_owned() };
        }
        if said.contains("no signature found") {
            Self::Absent
        } else if BAD.iter().any(|begins| line(begins).is_some()) {
            Self::Bad { detail: detail() }
        } else if said.contains("cannot run") || said.contains("cannot exec") {
            Self::NoVerifier { detail: detail() }
        } else {
            Self::Unknown { detail: detail() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_good_signature_names_its_key() {
        let gpg =
            "[GNUPG:] NEWSIG\n[GNUPG:] GOODSIG 1234ABCD Dana <dana@example.test>\n[GNUPG:] TRUST_ULTIMATE 0 pgp\n";
        let by = "1234ABCD Dana <dana@example.test>".to_owned();
        assert_eq!(Signature::read(true, gpg), Signature::Good { by });
        let ssh = "Good \"git\" signature for dana@example.test with ED25519 key SHA256:abc\n";
        let by = "dana@example.test with ED25519 key SHA256:abc".to_owned();
        assert_eq!(Signature::read(true, ssh), Signature::Good { by });
    }

    #[test]
    fn no_wording_makes_a_signature_good_without_the_exit_status() {
        let untrusted = "Good \"git\" signature with ED25519 key SHA256:abc\nNo principal matched.\n";
        assert!(matches!(Signature::read(false, untrusted), Signature::Unknown { .. }));
        let expired = "[GNUPG:] EXPKEYSIG 1234ABCD Dana\n";
        assert!(matches!(Signature::read(false, expired), Signature::Bad { .. }));
    }

    #[test]
    fn an_absent_an_unknown_and_an_unreadable_signature_are_told_apart() {
        assert_eq!(Signature::read(false, "error: no signature found\n"), Signature::Absent);
        let missing = Signature::read(false, "error: cannot run gpg: No such file or directory\n");
        assert!(matches!(missing, Signature::NoVerifier { .. }));
        let unknown = Signature::read(false, "[GNUPG:] ERRSIG 1 2 3\n[GNUPG:] NO_PUBKEY 1234ABCD\n");
        assert!(matches!(unknown, Signature::Unknown { .. }));
    }
}
