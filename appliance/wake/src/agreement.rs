//! Several that hear the same name: what each of two takes for possible, both together are sure of, what only one of them is sure of
//! stays in doubt where it has others, and a name that both have heard was said once.

/// What two have heard is one name where it ends within so many samples: half a second.
const SAME: u64 = 8_000;
/// What ends so soon after a name that was told is that: a second.
const TOLD: u64 = 16_000;

/// From this likelihood on an ear supports another that takes a name for possible.
pub(crate) const SUPPORTS: f32 = 0.2;

/// How certain one of them is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Belief {
    /// It supports another that takes it for possible.
    Faint,
    /// It is to be looked at.
    Doubtful,
    /// The same, and enough with another that supports it.
    Possible,
    /// Enough for itself.
    Sure,
}

/// What came of one more that was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Agreed {
    /// It was said, and ended there: whoever has heard it sooner knows better what is no part of it.
    Sure(u64),
    Doubtful,
    /// It has been told, or is too unlikely alone.
    Nothing,
}

/// Decides for one name.
#[derive(Debug, Default)]
pub(crate) struct Agreement {
    /// Who was in doubt last, whether it took the name for possible and where that ended, in samples.
    doubt: Option<(usize, bool, u64)>,
    /// Where the last one ended that was sure.
    sure: Option<u64>,
}

impl Agreement {
    /// `ear`: who has heard it; `ended`: where, in samples.
    pub(crate) fn take(&mut self, ear: usize, belief: Belief, ended: u64) -> Agreed {
        if self.sure.is_some_and(|told| ended.abs_diff(told) < TOLD) {
            return Agreed::Nothing;
        }
        let possible = matches!(belief, Belief::Possible | Belief::Sure);
        let agrees = self.doubt.filter(|(other, was_possible, at)| {
            *other != ear && ended.abs_diff(*at) < SAME && (possible || *was_possible)
        });
        if belief == Belief::Sure || agrees.is_some() {
            let ended = agrees.map_or(ended, |(_, _, at)| at.min(ended));
            *self = Self { doubt: None, sure: Some(ended) };
            return Agreed::Sure(ended);
        }
        self.doubt = Some((ear, possible, ended));
        if belief == Belief::Faint { Agreed::Nothing } else { Agreed::Doubtful }
    }

    /// As if the stream began now.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_that_take_it_for_possible_are_sure_and_one_alone_is_not() {
        let mut agreement = Agreement::default();
        assert_eq!(agreement.take(0, Belief::Possible, 100_000), Agreed::Doubtful);
        assert_eq!(agreement.take(0, Belief::Possible, 107_000), Agreed::Doubtful, "the same one again");
        assert_eq!(agreement.take(1, Belief::Possible, 120_000), Agreed::Doubtful, "another time");
        assert_eq!(agreement.take(0, Belief::Possible, 121_000), Agreed::Sure(120_000));
        assert_eq!(agreement.take(1, Belief::Sure, 117_000), Agreed::Nothing, "it was told");
        assert_eq!(agreement.take(1, Belief::Sure, 140_000), Agreed::Sure(140_000));
        assert_eq!(agreement.take(0, Belief::Possible, 139_000), Agreed::Nothing, "later, of something earlier");
        agreement.forget();
        assert_eq!(agreement.take(0, Belief::Sure, 10), Agreed::Sure(10));
    }

    #[test]
    fn what_is_faint_supports_and_is_told_by_nobody() {
        let mut agreement = Agreement::default();
        assert_eq!(agreement.take(0, Belief::Faint, 100_000), Agreed::Nothing);
        assert_eq!(agreement.take(1, Belief::Faint, 101_000), Agreed::Nothing, "nor by two");
        assert_eq!(
            agreement.take(0, Belief::Doubtful, 101_500),
            Agreed::Doubtful,
            "nor by one that is set not to believe it"
        );
        assert_eq!(agreement.take(1, Belief::Possible, 102_000), Agreed::Sure(101_500));
    }
}
