//! RAUC's errors in words that an owner understands. Pure.

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// It has no signature, or is no bundle.
    #[error("this file is no update for Parley, or nobody signed it")]
    NotSigned,
    /// Signed by a stranger.
    #[error("this update was not signed by anyone whom this device trusts; get it from its maker")]
    UntrustedSigner,
    /// Signed with a key that was withdrawn.
    #[error("the key that signed this update has been withdrawn; ask its maker for a newer one")]
    Revoked,
    /// The certificate was not valid when it was used.
    #[error("this update was signed with a key that had run out, or was not valid yet; ask its maker for a newer one")]
    OutOfDate,
    /// The list of withdrawn keys is missing or has run out.
    #[error(
        "the device's list of withdrawn keys is missing or has run out; install the maker's next update from a USB stick, or flash the card"
    )]
    NoRevocationList,
    /// For another kind of device.
    #[error("this update is for another kind of device")]
    OtherDevice,
    /// Bits are wrong.
    #[error("this update is damaged; copy or download it again. The system in use was not touched")]
    Damaged,
    /// The file cannot be read.
    #[error("the update cannot be found or read: is the USB stick still there, and the address right?")]
    Unreadable,
    /// The server does not answer.
    #[error(
        "the update server cannot be reached, does not offer parts of a file (range requests), or this device's clock is wrong"
    )]
    Unreachable,
    /// The slot is too small.
    #[error("this update is too large for this device's card")]
    NoSpace,
    /// Something is being installed already.
    #[error("another update is being installed; wait until it has ended")]
    Busy,
    /// Nothing moved.
    #[error("the update stopped moving and was given up; nothing has changed, so try again")]
    Stalled,
    /// The medium was pulled.
    #[error("the USB stick was pulled while installing; nothing has changed, so plug it in and try again")]
    StickPulled,
    /// It was refused on the device.
    #[error("{0}")]
    Refused(String),
    /// RAUC could not be asked.
    #[error("the update service does not answer ({0}); is rauc.service running, and may this user use it?")]
    Bus(String),
    /// Whatever else.
    #[error("the update could not be installed: {0}. The system in use was not touched")]
    Other(String),
}

/// Pieces of RAUC's and OpenSSL's messages, the most telling first.
const TELLING: &[(&str, Problem)] = &[
    ("certificate revoked", Problem::Revoked),
    ("unable to get certificate crl", Problem::NoRevocationList),
    ("crl has expired", Problem::NoRevocationList),
    ("crl is not yet valid", Problem::NoRevocationList),
    ("certificate has expired", Problem::OutOfDate),
    ("certificate is not yet valid", Problem::OutOfDate),
    ("unable to get local issuer", Problem::UntrustedSigner),
    ("unable to get issuer", Problem::UntrustedSigner),
    ("self-signed certificate", Problem::UntrustedSigner),
    ("self signed certificate", Problem::UntrustedSigner),
    ("unsuitable certificate purpose", Problem::UntrustedSigner),
    ("unsupported certificate purpose", Problem::UntrustedSigner),
    ("signature verification failed", Problem::Damaged),
    ("invalid identifier", Problem::NotSigned),
    ("signature size", Problem::NotSigned),
    ("failed to parse signature", Problem::NotSigned),
    ("not a rauc bundle", Problem::NotSigned),
    ("bundle is too small", Problem::NotSigned),
    ("format 'plain' not allowed", Problem::NotSigned),
    ("compatible mismatch", Problem::OtherDevice),
    ("already processing", Problem::Busy),
    ("no space left", Problem::NoSpace),
    ("exceeds size of", Problem::NoSpace),
    ("is larger than", Problem::NoSpace),
    ("too large for", Problem::NoSpace),
    ("input/output error", Problem::Damaged),
    ("dm-verity", Problem::Damaged),
    ("range request", Problem::Unreachable),
    ("failed to configure streaming", Problem::Unreachable),
    ("unexpected http", Problem::Unreachable),
    ("could not resolve", Problem::Unreachable),
    ("connection refused", Problem::Unreachable),
    ("nbd", Problem::Unreachable),
    ("no such file", Problem::Unreadable),
    ("does not exist", Problem::Unreadable),
    ("permission denied", Problem::Unreadable),
];

impl Problem {
    /// Finds out what one of RAUC's messages means.
    pub fn of(message: &str) -> Self {
        let lower = message.to_lowercase();
        let told = TELLING.iter().find(|(piece, _)| lower.contains(piece)).map(|(_, problem)| problem.clone());
        told.unwrap_or_else(|| Self::Other(message.trim().trim_end_matches('.').to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(message: &str, expected: &Problem) {
        assert_eq!(Problem::of(message), *expected, "{message}");
    }

    #[test]
    fn raucs_messages_become_plain_words() {
        check("Installation error: Failed marking slot: Already processing a different method", &Problem::Busy);
        check("signature verification failed: Verify error: certificate revoked", &Problem::Revoked);
        check("signature verification failed: Verify error: certificate has expired", &Problem::OutOfDate);
        check(
            "signature verification failed: Verify error: unable to get local issuer certificate",
            &Problem::UntrustedSigner,
        );
        check(
            "signature verification failed: Verify error: self-signed certificate in certificate chain",
            &Problem::UntrustedSigner,
        );
        check("Compatible mismatch: Expected 'a' but bundle manifest has 'b'", &Problem::OtherDevice);
        check("Failed to check bundle: Input/output error", &Problem::Damaged);
        check("failed to open bundle: No such file or directory", &Problem::Unreadable);
    }

    #[test]
    fn an_unknown_message_is_passed_on() {
        check("the moon is full.", &Problem::Other("the moon is full".into()));
    }

    #[test]
    fn no_words_for_the_owner_name_a_library() {
        for (_, problem) in TELLING {
            let words = problem.to_string().to_lowercase();
            assert!(!["openssl", "dm-", "nbd", "crl", "squashfs"].iter().any(|term| words.contains(term)), "{words}");
        }
    }
}
