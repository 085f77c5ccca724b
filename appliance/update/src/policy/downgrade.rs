//! From which versions a bundle may lead back to an older one. Its signer says so, for versions that exist and have a
//! fault: a permission without an end would be a key to every repair that is still to come.

use semver::{Comparator, Op, Version, VersionReq};

/// What a bundle says that leads back from nowhere.
pub const NONE: &str = "none";

/// Versions that a bundle may replace although it is older, as in `>=1.4.0, <1.4.3`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range(VersionReq);

impl Range {
    /// Reads a range.
    ///
    /// # Errors
    /// It is none, or has no upper end; in words for whoever signs.
    pub fn parse(text: &str) -> Result<Self, String> {
        let range: VersionReq = text
            .parse()
            .map_err(|error| format!("{text:?} is no range of versions ({error}); write it like >=1.4.0,<1.4.3"))?;
        if range.comparators.iter().any(ends) {
            Ok(Self(range))
        } else {
            Err(format!("{text:?} has no upper end, so the permission would never end; write it like >=1.4.0,<1.4.3"))
        }
    }

    /// Whether a version is in it. A pre-release is in no range that does not name it.
    pub fn contains(&self, version: &Version) -> bool {
        self.0.matches(version)
    }
}

fn ends(comparator: &Comparator) -> bool {
    matches!(comparator.op, Op::Exact | Op::Less | Op::LessEq | Op::Tilde | Op::Caret | Op::Wildcard)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_range_has_two_ends_or_is_none() {
        for text in [">=1.4.0,<1.4.3", "<=1.4.2", "=1.4.1", "~1.4", "1.4.*", "1.4"] {
            assert!(Range::parse(text).is_ok(), "{text}");
        }
        for text in ["*", ">=1.4.0", ">1.4.0", "", "true", NONE, ">=1.4.0 <1.4.3"] {
            assert!(Range::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_in_a_range_is_between_its_ends() {
        let range = Range::parse(">=1.4.0,<1.4.3").unwrap();
        for (version, inside) in
            [("1.4.0", true), ("1.4.2", true), ("1.4.3", false), ("1.3.9", false), ("1.4.1-rc.1", false)]
        {
            assert_eq!(range.contains(&version.parse().unwrap()), inside, "{version}");
        }
    }

    proptest! {
        #[test]
        fn every_range_ends(text in "[<>=~^*0-9., ]{0,16}") {
            if let Ok(range) = Range::parse(&text) {
                prop_assert!(!range.contains(&Version::new(u64::MAX, 0, 0)) || text.contains(&u64::MAX.to_string()));
            }
        }
    }
}
