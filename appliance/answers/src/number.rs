//! Fractions of whole numbers, and how they are read and shown.

use std::cmp::Ordering;

/// A fraction in lowest terms. What does not fit is `None`, never wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ratio {
    over: i128,
    /// Above zero.
    under: i128,
}

/// No number that is said has more digits.
const MOST_DIGITS: usize = 15;
/// As many decimals are shown of a number that has no more.
const MOST_DECIMALS: u32 = 4;
/// Powers beyond this are nobody's question.
const MOST_POWER: u32 = 64;

impl Ratio {
    pub(crate) const ZERO: Self = Self { over: 0, under: 1 };
    pub(crate) const ONE: Self = Self { over: 1, under: 1 };

    pub(crate) const fn whole(value: i128) -> Self {
        Self { over: value, under: 1 }
    }

    pub(crate) fn new(over: i128, under: i128) -> Option<Self> {
        if under == 0 {
            return None;
        }
        let divisor = gcd(over.checked_abs()?, under.checked_abs()?).max(1).checked_mul(under.signum())?;
        Some(Self { over: over / divisor, under: under / divisor })
    }

    /// Digits with at most one point.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
        let digits = format!("{whole}{decimals}");
        let is_number = !digits.is_empty() && digits.len() <= MOST_DIGITS && digits.bytes().all(|c| c.is_ascii_digit());
        if !is_number || (text.contains('.') && decimals.is_empty()) {
            return None;
        }
        Self::new(digits.parse().ok()?, 10_i128.checked_pow(u32::try_from(decimals.len()).ok()?)?)
    }

    pub(crate) fn plus(self, other: Self) -> Option<Self> {
        let left = self.over.checked_mul(other.under)?;
        Self::new(left.checked_add(other.over.checked_mul(self.under)?)?, self.under.checked_mul(other.under)?)
    }

    pub(crate) fn minus(self, other: Self) -> Option<Self> {
        self.plus(Self { over: other.over.checked_neg()?, ..other })
    }

    pub(crate) fn times(self, other: Self) -> Option<Self> {
        // Shortened crosswise first, so that what fits is found to fit.
        let (left, right) = (Self::new(self.over, other.under)?, Self::new(other.over, self.under)?);
        Self::new(left.over.checked_mul(right.over)?, left.under.checked_mul(right.under)?)
    }

    pub(crate) fn divided_by(self, other: Self) -> Option<Self> {
        self.times(Self::new(other.under, other.over)?)
    }

    pub(crate) fn power(self, power: Self) -> Option<Self> {
        let times = u32::try_from(power.over).ok().filter(|times| power.under == 1 && *times <= MOST_POWER)?;
        Some(Self { over: self.over.checked_pow(times)?, under: self.under.checked_pow(times)? })
    }

    /// The square root, and whether it is exact; a rounded one has six decimals.
    pub(crate) fn root(self) -> Option<(Self, bool)> {
        if self.over < 0 {
            return None;
        }
        let (over, under) = (self.over.isqrt(), self.under.isqrt());
        if over * over == self.over && under * under == self.under {
            return Some((Self::new(over, under)?, true));
        }
        const SCALE: i128 = 1_000_000;
        let scaled = self.over.checked_mul(SCALE * SCALE)?.checked_div(self.under)?;
        Some((Self::new(scaled.isqrt(), SCALE)?, false))
    }

    pub(crate) fn is_zero(self) -> bool {
        self.over == 0
    }

    pub(crate) fn is_one(self) -> bool {
        self == Self::ONE
    }

    pub(crate) fn is_whole(self) -> bool {
        self.under == 1
    }

    fn below(self, limit: i128) -> bool {
        self.over.unsigned_abs() < limit.unsigned_abs().saturating_mul(self.under.unsigned_abs())
    }

    /// With as many decimals as it has, if those are few; otherwise rounded, and it is not exact.
    pub(crate) fn shown(self) -> Option<(String, bool)> {
        if let Some(text) = (0..=MOST_DECIMALS).find_map(|decimals| self.with(decimals)) {
            return Some((text, true));
        }
        let decimals = if !self.below(100) {
            1
        } else if !self.below(1) {
            2
        } else {
            // Three digits that say something.
            (1..=12).find(|zeros| !self.times(Self::whole(10_i128.pow(*zeros))).is_none_or(|big| big.below(1)))? + 2
        };
        let scale = 10_i128.checked_pow(decimals)?;
        let scaled = self.over.checked_mul(scale)?;
        let half = if scaled < 0 { -(self.under / 2) } else { self.under / 2 };
        let rounded = Self::new(scaled.checked_add(half)? / self.under, scale)?;
        Some(((0..=decimals).find_map(|decimals| rounded.with(decimals))?, false))
    }

    /// With exactly so many decimals, if it has no more.
    fn with(self, decimals: u32) -> Option<String> {
        let scale = 10_i128.checked_pow(decimals)?;
        let scaled = self.times(Self::whole(scale)).filter(|scaled| scaled.is_whole())?.over;
        let (sign, digits) = (if scaled < 0 { "minus " } else { "" }, scaled.unsigned_abs());
        let (whole, rest) = (digits / scale.unsigned_abs(), digits % scale.unsigned_abs());
        Some(match decimals {
            0 => format!("{sign}{whole}"),
            _ => format!("{sign}{whole}.{rest:0width$}", width = decimals as usize),
        })
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.over.checked_mul(other.under)?.cmp(&other.over.checked_mul(self.under)?))
    }
}

fn gcd(mut one: i128, mut other: i128) -> i128 {
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(over: i128, under: i128) -> (String, bool) {
        Ratio::new(over, under).and_then(Ratio::shown).unwrap_or_default()
    }

    #[test]
    fn a_number_is_shown_exactly_or_rounded_once() {
        for (over, under, text, exact) in [
            (391, 1, "391", true),
            (-7, 2, "minus 3.5", true),
            (7, 8, "0.875", true),
            (10, 3, "3.33", false),
            (90_718_474, 100_000, "907.2", false),
            (1, 3000, "0.000333", false),
            (-20, 3, "minus 6.67", false),
            (1999, 1000, "1.999", true),
            (599_999, 300_000, "2", false),
        ] {
            assert_eq!(shown(over, under), (text.to_owned(), exact), "{over}/{under}");
        }
    }

    #[test]
    fn what_does_not_fit_is_nothing() {
        let huge = Ratio::whole(i128::MAX);
        assert_eq!(huge.plus(Ratio::ONE), None);
        assert_eq!(huge.times(huge), None);
        assert_eq!(Ratio::ONE.divided_by(Ratio::ZERO), None);
        assert_eq!(Ratio::whole(10).power(Ratio::whole(65)), None);
        assert_eq!(Ratio::parse("1234567890123456"), None);
        assert_eq!(["", ".", "1.", "1.2.3", "-1", "1e3"].map(Ratio::parse), [None; 6]);
    }

    proptest! {
        #[test]
        fn fractions_are_computed_like_whole_numbers(a in -10_000_i128..10_000, b in 1_i128..500, c in -10_000_i128..10_000, d in 1_i128..500) {
            let (one, other) = (Ratio::new(a, b).unwrap(), Ratio::new(c, d).unwrap());
            prop_assert_eq!(one.plus(other).unwrap(), Ratio::new(a * d + c * b, b * d).unwrap());
            prop_assert_eq!(one.times(other).unwrap(), Ratio::new(a * c, b * d).unwrap());
            prop_assert_eq!(one.minus(other).unwrap().plus(other).unwrap(), one);
            if c != 0 {
                prop_assert_eq!(one.divided_by(other).unwrap().times(other).unwrap(), one);
            }
            let (root, exact) = one.times(one).unwrap().root().unwrap();
            prop_assert!(exact && (root == one || Ratio::ZERO.minus(root) == Some(one)));
        }
    }
}
