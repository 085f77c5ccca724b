//! SHA-256 values and how they are computed.

use std::fmt;
use std::io::{self, Read};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::Digest as _;

/// Read at a time while hashing or copying.
pub(crate) const CHUNK_BYTES: usize = 256 * 1024;

/// The SHA-256 of some bytes; written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sha256([u8; 32]);

/// Text that is no SHA-256.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a SHA-256: write 64 lower-case hexadecimal digits")]
pub struct Sha256Error(String);

impl Sha256 {
    /// The digest of everything that a reader has; `progress` is told the bytes read so far.
    ///
    /// # Errors
    /// The reader's.
    pub fn of(mut from: impl Read, mut progress: impl FnMut(u64)) -> io::Result<(Sha256, u64)> {
        let mut hasher = sha2::Sha256::new();
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut total = 0;
        loop {
            match from.read(&mut chunk) {
                Ok(0) => return Ok((Sha256(hasher.finalize().into()), total)),
                Ok(n) => {
                    hasher.update(&chunk[..n]);
                    total += n as u64;
                    progress(total);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The digest of bytes in memory.
    pub fn of_bytes(bytes: &[u8]) -> Sha256 {
        Sha256(sha2::Sha256::digest(bytes).into())
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sha256({self})")
    }
}

impl FromStr for Sha256 {
    type Err = Sha256Error;

    fn from_str(text: &str) -> Result<Sha256, Sha256Error> {
        let nibble = |digit: u8| match digit {
            b'0'..=b'9' => Some(digit - b'0'),
            b'a'..=b'f' => Some(digit - b'a' + 10),
            _ => None,
        };
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let bytes: Option<Vec<u8>> =
            pairs.iter().map(|[high, low]| Some(nibble(*high)? << 4 | nibble(*low)?)).collect();
        match bytes.map(<[u8; 32]>::try_from) {
            Some(Ok(digest)) if rest.is_empty() => Ok(Sha256(digest)),
            _ => Err(Sha256Error(text.chars().take(80).collect())),
        }
    }
}

impl TryFrom<String> for Sha256 {
    type Error = Sha256Error;

    fn try_from(text: String) -> Result<Sha256, Sha256Error> {
        text.parse()
    }
}

impl From<Sha256> for String {
    fn from(digest: Sha256) -> String {
        digest.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_of_nothing_is_the_well_known_one() {
        let text = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Sha256::of_bytes(b"").to_string(), text);
        assert_eq!(text.parse(), Ok(Sha256::of_bytes(b"")));
        assert_eq!(Sha256::of(&b"abc"[..], |_| {}).unwrap(), (Sha256::of_bytes(b"abc"), 3));
    }

    #[test]
    fn other_text_is_refused() {
        let good = Sha256::of_bytes(b"x").to_string();
        for bad in [
            good[1..].to_owned(),
            format!("{good}0"),
            good.to_uppercase(),
            "g".repeat(64),
            String::new(),
            "é".repeat(32),
        ] {
            assert!(bad.parse::<Sha256>().is_err(), "{bad}");
        }
    }
}
