//! Several that hear the same name: what each of two takes for possible, both together are sure of, and a name that both have heard was
//! said once.

/// What two have heard is one name where it ends within so many samples: half a second.
const SAME: u64 = 8_000;
/// What ends so soon after a name that was told is that: a second.
const TOLD: u64 = 16_000;

/// What came of one more that was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Agreed {
    Sure,
    Doubtful,
    /// It has been told.
    Known,
}

/// Decides for one name.
#[derive(Debug, Default)]
pub(crate) struct Agreement {
    /// Who was in doubt last, and where that ended, in samples.
    doubt: Option<(usize, u64)>,
    /// Where the last one ended that was sure.
    sure: Option<u64>,
}

impl Agreement {
    /// `ear`: who has heard it.
    pub(crate) fn take(&mut self, ear: usize, sure: bool, ended: u64) -> Agreed {
        if self.sure.is_some_and(|told| ended.abs_diff(told) < TOLD) {
            return Agreed::Known;
        }
        let agrees = self.doubt.is_some_and(|(other, at)| other != ear && ended.abs_diff(at) < SAME);
        if sure || agrees {
            *self = Self { doubt: None, sure: Some(ended) };
            return Agreed::Sure;
        }
        self.doubt = Some((ear, ended));
        Agreed::Doubtful
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
    fn two_that_doubt_are_sure_and_one_alone_is_not() {
        let mut agreement = Agreement::default();
        assert_eq!(agreement.take(0, false, 100_000), Agreed::Doubtful);
        assert_eq!(agreement.take(0, false, 107_000), Agreed::Doubtful, "the same one again");
        assert_eq!(agreement.take(1, false, 120_000), Agreed::Doubtful, "another time");
        assert_eq!(agreement.take(0, false, 116_000), Agreed::Sure);
        assert_eq!(agreement.take(1, true, 117_000), Agreed::Known, "it was told");
        assert_eq!(agreement.take(1, true, 140_000), Agreed::Sure);
        assert_eq!(agreement.take(0, false, 139_000), Agreed::Known, "later, of something earlier");
        agreement.forget();
        assert_eq!(agreement.take(0, true, 10), Agreed::Sure);
    }
}
