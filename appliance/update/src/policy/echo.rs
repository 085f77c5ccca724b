//! Echo cancelling in the gate: has an update made it worse?
//!
//! Rules: what is compared was measured with the same cards at the same volume, with a chirp; it fails the gate only where it is
//! much less, twice; and what cannot be had (no echo, no mark of the version before, the owner's night) fails nothing. Back in
//! the old slot it is measured once more: where it is not back either, something else has changed, and the version is not to
//! blame.

use serde::{Deserialize, Serialize};

use super::table::Exceeded;

/// Its name among the measurements: how much less of the echo is taken out than by the version before, in dB.
pub const ECHO_LOST_DB: &str = "echo-lost-db";

/// Much less, in dB. A chair that was moved makes a difference of a few.
pub const MUCH_LESS_DB: f64 = 10.0;

/// How much of the echo was taken out, and what that depends on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct EchoMark {
    /// The microphone and the loudspeaker, by their names.
    pub card: String,
    /// 0 to 100.
    pub volume: u8,
    /// How much of the echo was taken out, in dB.
    pub suppressed_db: f64,
}

impl EchoMark {
    /// How much less another one is than this, in dB; `None` where they cannot be compared.
    pub fn lost_db(&self, now: &Self) -> Option<f64> {
        let lost_db = self.suppressed_db - now.suppressed_db;
        (self.card == now.card && self.volume == now.volume && lost_db.is_finite()).then_some(lost_db)
    }
}

/// What comes next in a trial.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum EchoTrial {
    /// It is measured, once more.
    Measure,
    /// This is told; nothing where nobody can tell.
    Tell(Option<f64>),
}

/// What is to be done after these measurements of the version that is tried, `None` where one could not be had. `before`: the
/// mark of the version before.
pub fn in_trial(before: Option<&EchoMark>, measured: &[Option<EchoMark>]) -> EchoTrial {
    let Some(before) = before else { return EchoTrial::Tell(None) };
    let lost: Option<Vec<f64>> = measured.iter().map(|now| before.lost_db(now.as_ref()?)).collect();
    // One that could not be had says that another would not be worth more.
    let Some(lost) = lost else { return EchoTrial::Tell(None) };
    match lost.as_slice() {
        [] => EchoTrial::Measure,
        [one] if *one > MUCH_LESS_DB => EchoTrial::Measure,
        lost => EchoTrial::Tell(lost.iter().copied().reduce(f64::min)),
    }
}

/// Whether a version that failed the gate by these limits is to blame. `in_old_slot`: how much less of the echo the old slot
/// takes out now than it did before the trial, in dB, as far as that is known.
pub fn is_to_blame(exceeded: &[Exceeded], in_old_slot: Option<f64>) -> bool {
    let by_echo_alone = !exceeded.is_empty() && exceeded.iter().all(|limit| limit.name == ECHO_LOST_DB);
    !(by_echo_alone && in_old_slot.is_some_and(|lost_db| lost_db > MUCH_LESS_DB))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mark(suppressed_db: f64) -> EchoMark {
        EchoMark { card: "plughw:CARD=Puck".into(), volume: 60, suppressed_db }
    }

    fn exceeded(names: &[&str]) -> Vec<Exceeded> {
        let limit = |name: &&str| Exceeded { name: (*name).into(), value: Some(12.0), means: String::new() };
        names.iter().map(limit).collect()
    }

    #[test]
    fn twice_much_less_is_told_and_once_is_not() {
        let before = mark(35.0);
        assert_eq!(in_trial(Some(&before), &[]), EchoTrial::Measure);
        assert_eq!(in_trial(Some(&before), &[Some(mark(33.0))]), EchoTrial::Tell(Some(2.0)));
        assert_eq!(in_trial(Some(&before), &[Some(mark(20.0))]), EchoTrial::Measure);
        assert_eq!(in_trial(Some(&before), &[Some(mark(20.0)), Some(mark(31.0))]), EchoTrial::Tell(Some(4.0)));
        assert_eq!(in_trial(Some(&before), &[Some(mark(20.0)), Some(mark(23.0))]), EchoTrial::Tell(Some(12.0)));
    }

    #[test]
    fn only_an_echo_that_is_not_back_either_takes_the_blame_from_a_version() {
        let echo = exceeded(&[ECHO_LOST_DB]);
        assert!(!is_to_blame(&echo, Some(12.0)), "somebody has moved the loudspeaker");
        assert!(is_to_blame(&echo, Some(1.0)) && is_to_blame(&echo, None));
        assert!(is_to_blame(&exceeded(&[ECHO_LOST_DB, "verity"]), Some(12.0)) && is_to_blame(&[], Some(12.0)));
    }

    fn marks() -> impl Strategy<Value = EchoMark> {
        let db = prop_oneof![8 => -10.0..60.0_f64, 1 => Just(f64::NAN), 1 => Just(f64::INFINITY)];
        (prop::sample::select(vec!["one", "other"]), 59_u8..61, db).prop_map(|(card, volume, suppressed_db)| EchoMark {
            card: card.into(),
            volume,
            suppressed_db,
        })
    }

    /// What a trial tells of a device that measures these, one after the other.
    fn told(before: Option<&EchoMark>, measures: &[Option<EchoMark>]) -> (Option<f64>, usize) {
        for count in 0..=measures.len() {
            if let EchoTrial::Tell(told) = in_trial(before, &measures[..count]) {
                return (told, count);
            }
        }
        panic!("it measures for ever: {before:?}, {measures:?}");
    }

    proptest! {
        /// It fails only where two measurements, with the same card at the same volume, are both much less.
        #[test]
        fn the_gate_fails_only_by_two_that_are_much_less(
            before in prop::option::of(marks()),
            measures in prop::collection::vec(prop::option::of(marks()), 2),
        ) {
            let (told, count) = told(before.as_ref(), &measures);
            prop_assert!(count <= 2, "two chirps are enough");
            let much_less = |now: &Option<EchoMark>| {
                let (Some(before), Some(now)) = (&before, now) else { return false };
                before.card == now.card && before.volume == now.volume && before.suppressed_db - now.suppressed_db > MUCH_LESS_DB
                    && before.suppressed_db.is_finite() && now.suppressed_db.is_finite()
            };
            let fails = told.is_some_and(|lost_db| lost_db > MUCH_LESS_DB);
            prop_assert_eq!(fails, measures.iter().all(much_less));
            prop_assert!(told.is_none_or(f64::is_finite));
        }

        /// Nothing is measured, and no sound is made, where there is nothing to compare with.
        #[test]
        fn without_a_mark_nothing_sounds(measures in prop::collection::vec(prop::option::of(marks()), 0..3)) {
            prop_assert_eq!(in_trial(None, &measures), EchoTrial::Tell(None));
        }

        /// More taken out than before never fails it.
        #[test]
        fn better_never_fails(before in marks(), more_db in 0.0..30.0_f64) {
            let now = EchoMark { suppressed_db: before.suppressed_db + more_db, ..before.clone() };
            let (told, count) = told(Some(&before), &[Some(now)]);
            prop_assert!(told.is_none_or(|lost_db| lost_db <= 0.0) && count == 1);
        }
    }
}
