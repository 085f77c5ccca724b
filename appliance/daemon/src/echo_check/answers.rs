//! The same faults, as far as ordinary answers show them, without a sound of its own.

use super::{CLIPPED_SHARE, EchoFault, LATEST_MS, LEFT_DBFS, LITTLE_DB, MOST_DRIFT_PPM};
use crate::listening::PassageFigures;

/// What is left is the loudspeaker's, and not the room's, where it is so much louder than the room was, in dB.
const ABOVE_ROOM_DB: f64 = 6.0;
/// Less than that makes no difference to anybody, in dB: days differ by what is said on them.
const MUCH_LESS_DB: f64 = 10.0;

/// What is wrong by the figures of a day. `before`: those of the days before, with the same card at the same volume.
pub fn faults_of_answers(today: &PassageFigures, before: Option<&PassageFigures>) -> Vec<EchoFault> {
    let PassageFigures { suppressed_db, echo_dbfs, background_dbfs, clipped_share, delay_ms, drift_ppm, .. } = *today;
    let mut faults = Vec::new();
    faults.extend((clipped_share > CLIPPED_SHARE).then_some(EchoFault::EchoClips));
    faults.extend((delay_ms > LATEST_MS).then_some(EchoFault::Late(delay_ms)));
    faults.extend((drift_ppm.abs() > MOST_DRIFT_PPM).then_some(EchoFault::Drifts(drift_ppm)));
    let left_dbfs = echo_dbfs - suppressed_db;
    // Whatever else is wrong is why; and where the room is louder, nobody knows what is left.
    if !faults.is_empty() || left_dbfs < background_dbfs + ABOVE_ROOM_DB {
        return faults;
    }
    if suppressed_db < LITTLE_DB && left_dbfs > LEFT_DBFS {
        faults.push(EchoFault::Stays(left_dbfs));
    } else if let Some(less_db) = before.map(|before| before.suppressed_db - suppressed_db)
        && less_db > MUCH_LESS_DB
    {
        faults.push(EchoFault::Worse(less_db));
    }
    faults
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GOOD: PassageFigures = PassageFigures {
        heard_s: 8.0,
        suppressed_db: 35.0,
        echo_dbfs: -25.0,
        background_dbfs: -70.0,
        clipped_share: 0.0,
        delay_ms: 40.0,
        drift_ppm: 20.0,
    };

    fn names(today: PassageFigures, before: Option<PassageFigures>) -> Vec<&'static str> {
        faults_of_answers(&today, before.as_ref()).into_iter().map(EchoFault::name).collect()
    }

    #[test]
    fn each_fault_is_named_and_good_days_have_none() {
        assert_eq!(names(GOOD, None), [] as [&str; 0]);
        assert_eq!(names(GOOD, Some(GOOD)), [] as [&str; 0]);
        assert_eq!(names(PassageFigures { clipped_share: 0.01, ..GOOD }, None), ["echo-clips"]);
        assert_eq!(names(PassageFigures { delay_ms: 400.0, ..GOOD }, None), ["late"]);
        assert_eq!(names(PassageFigures { drift_ppm: -300.0, ..GOOD }, None), ["drifts"]);
        let stays = PassageFigures { suppressed_db: 12.0, ..GOOD };
        assert_eq!(names(stays, None), ["stays"]);
        assert_eq!(names(stays, Some(GOOD)), ["stays"], "one cause is told once");
        assert_eq!(names(PassageFigures { delay_ms: 400.0, ..stays }, None), ["late"], "which is why it stays");
    }

    #[test]
    fn much_less_than_before_is_a_fault_and_somewhat_less_is_not() {
        let today = |suppressed_db| PassageFigures { suppressed_db, ..GOOD };
        assert_eq!(names(today(24.0), Some(GOOD)), ["worse"]);
        assert_eq!(names(today(26.0), Some(GOOD)), [] as [&str; 0]);
        assert_eq!(names(today(24.0), None), [] as [&str; 0], "nobody knows what it was");
    }

    #[test]
    fn a_loud_room_is_no_fault() {
        let television = PassageFigures { suppressed_db: 12.0, background_dbfs: -40.0, ..GOOD };
        assert_eq!(names(television, Some(GOOD)), [] as [&str; 0]);
    }

    proptest! {
        #[test]
        fn more_is_never_worse(suppressed_db in 0.0..60.0_f64, more_db in 0.0..20.0_f64, before_db in 0.0..60.0_f64) {
            let faults = |suppressed_db| {
                let before = PassageFigures { suppressed_db: before_db, ..GOOD };
                faults_of_answers(&PassageFigures { suppressed_db, ..GOOD }, Some(&before)).len()
            };
            prop_assert!(faults(suppressed_db + more_db) <= faults(suppressed_db));
        }
    }
}
