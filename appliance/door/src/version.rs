//! Versions of the door.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A version of the door, written `"1.0"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DoorVersion {
    /// Has to be the same on both sides.
    pub major: u16,
    /// May differ: the newer side says more than the older one reads.
    pub minor: u16,
}

/// No version of the door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadVersion;

impl DoorVersion {
    /// The version that this crate speaks.
    pub const THIS: Self = Self { major: 1, minor: 2 };

    /// Whether the two can talk.
    pub fn agrees_with(self, other: Self) -> bool {
        self.major == other.major
    }
}

impl FromStr for DoorVersion {
    type Err = BadVersion;

    fn from_str(text: &str) -> Result<Self, BadVersion> {
        let (major, minor) = text.split_once('.').ok_or(BadVersion)?;
        let number = |text: &str| text.parse().map_err(|_| BadVersion);
        Ok(Self { major: number(major)?, minor: number(minor)? })
    }
}

impl TryFrom<String> for DoorVersion {
    type Error = BadVersion;

    fn try_from(text: String) -> Result<Self, BadVersion> {
        text.parse()
    }
}

impl From<DoorVersion> for String {
    fn from(version: DoorVersion) -> Self {
        version.to_string()
    }
}

impl fmt::Display for DoorVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.major, self.minor)
    }
}

impl fmt::Display for BadVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a version is two numbers, as in \"{}\"", DoorVersion::THIS)
    }
}

impl std::error::Error for BadVersion {}
