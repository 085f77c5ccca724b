//! SHA-256 values and how they are computed.

use std::fmt;
use std::io::{self, Read};

use serde::Deserialize;
use sha2::Digest as _;

use crate::manifest::ManifestError;

/// Read at a time while hashing or copying.
const CHUNK_BYTES: usize = 256 * 1024;

/// Hands everything that a reader has to `take`, chunk by chunk; `failed` makes an error of the reader's.
pub(crate) fn each_chunk<E>(
    mut from: impl Read,
    failed: impl FnOnce(io::Error) -> E,
    mut take: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        match from.read(&mut chunk) {
            Ok(0) => return Ok(()),
            Ok(n) => take(&chunk[..n])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(error)),
        }
    }
}

/// The SHA-256 of some bytes, as 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Sha256(String);

impl Sha256 {
    /// The digest of everything that a reader has, and how many bytes that is; `progress` is told the bytes read so
    /// far.
    ///
    /// # Errors
    /// The reader's.
    pub fn of(from: impl Read, mut progress: impl FnMut(u64)) -> io::Result<(Self, u64)> {
        let (mut hasher, mut total) = (sha2::Sha256::new(), 0);
        each_chunk(
            from,
            |error| error,
            |chunk| {
                hasher.update(chunk);
                total += chunk.len() as u64;
                progress(total);
                Ok(())
            },
        )?;
        Ok((Self::in_digits(&hasher.finalize()), total))
    }

    /// The digest of bytes in memory.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self::in_digits(&sha2::Sha256::digest(bytes))
    }

    pub(crate) fn in_digits(digest: &[u8]) -> Self {
        Self(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Sha256 {
    type Error = ManifestError;

    fn try_from(text: String) -> Result<Self, ManifestError> {
        if text.len() == 64 && text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
            return Ok(Self(text));
        }
        Err(ManifestError(format!("`{text}` is not a SHA-256: write 64 lower-case hexadecimal digits")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_of_nothing_is_the_well_known_one() {
        let text = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Sha256::of_bytes(b"").to_string(), text);
        assert_eq!(text.to_owned().try_into(), Ok(Sha256::of_bytes(b"")));
        assert_eq!(Sha256::of(&b"abc"[..], |_| {}).unwrap(), (Sha256::of_bytes(b"abc"), 3));
    }

    #[test]
    fn other_text_is_refused() {
        let good = Sha256::of_bytes(b"x").to_string();
        for bad in [&good[1..], &format!("{good}0"), &good.to_uppercase(), &"g".repeat(64), "", &"é".repeat(32)] {
            assert!(Sha256::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }
}
