//! Named measurements and their limits.
//!
//! Gate and probation know no sound card, no service and no model: whoever measures puts a value under a name into a
//! [`Table`], and a part that comes later joins with its own name and limit.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A value, and how many single observations it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// In the unit that the name ends with; yes is 1 and no is 0.
    pub value: f64,
    /// Observations behind it.
    pub samples: u32,
}

/// Measurements by their names.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Table(pub BTreeMap<String, Measured>);

impl Table {
    /// Puts in one observation.
    pub fn note(&mut self, name: &str, value: f64) {
        self.note_many(name, value, 1);
    }

    /// Puts in a value that stands for several observations.
    pub fn note_many(&mut self, name: &str, value: f64, samples: u32) {
        self.0.insert(name.into(), Measured { value, samples });
    }

    /// Puts in a yes or no.
    pub fn note_whether(&mut self, name: &str, yes: bool) {
        self.note(name, if yes { 1.0 } else { 0.0 });
    }

    /// What was measured under a name.
    pub fn get(&self, name: &str) -> Option<Measured> {
        self.0.get(name).copied()
    }
}

/// What a value must keep to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// Not above this.
    AtMost(f64),
    /// Not below this.
    AtLeast(f64),
}

impl Rule {
    /// Whether a value keeps to it. What is no number keeps to nothing.
    pub fn allows(self, value: f64) -> bool {
        match self {
            Self::AtMost(most) => value <= most,
            Self::AtLeast(least) => value >= least,
        }
    }
}

/// For the tests of every limit.
#[cfg(test)]
impl Rule {
    pub(super) fn limit(self) -> f64 {
        let (Self::AtMost(value) | Self::AtLeast(value)) = self;
        value
    }

    pub(super) fn broken(self) -> f64 {
        match self {
            Self::AtMost(most) => most + 0.01,
            Self::AtLeast(least) => least - 0.01,
        }
    }
}

/// Whatever is measured as yes or no has to be yes.
pub const YES: Rule = Rule::AtLeast(1.0);

/// A limit that was exceeded, for the owner and the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exceeded {
    /// The measurement's name.
    pub name: String,
    /// What was measured; nothing where nobody measured it in time.
    pub value: Option<f64>,
    /// What that means, in words an owner understands.
    pub means: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_is_never_allowed() {
        assert!(!Rule::AtMost(2.0).allows(f64::NAN) && !Rule::AtLeast(2.0).allows(f64::NAN));
    }
}
