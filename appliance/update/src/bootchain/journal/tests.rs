use proptest::prelude::*;

use super::*;
use crate::bootchain::slot::SLOTS;

const IDLE: Record = Record { committed: Slot::A, phase: JournalPhase::Idle, other_is_good: true };

fn start(slot: Slot, trial: bool) -> Start {
    Start { slot, trial }
}

fn check(record: Record, start: Start, expected: (Record, Meaning)) {
    assert_eq!(record.started(start), expected, "{record:?} started as {start:?}");
}

#[test]
fn a_good_update_is_tried_and_committed() {
    let armed = IDLE.other_is_bad().arm();
    assert_eq!(armed.primary(), Slot::B);
    let trying = armed.restarting().unwrap();
    check(trying, start(Slot::B, true), (trying, Meaning::Trial));
    let done = trying.committing().unwrap().committed();
    assert_eq!(done, Record { committed: Slot::B, phase: JournalPhase::Idle, other_is_good: true });
}

#[test]
fn a_cut_in_the_trial_is_an_interruption_and_not_a_verdict() {
    let trying = IDLE.arm().restarting().unwrap();
    let again = Record { phase: JournalPhase::Armed { interrupted: 1 }, ..IDLE };
    check(trying, start(Slot::A, false), (again, Meaning::Interrupted));
    assert!(again.is_good(Slot::B));
}

#[test]
fn a_slot_that_never_comes_up_is_given_up_after_three_trials() {
    let mut record = IDLE.arm();
    for trial in 1..=TRIALS {
        let (next, meaning) = record.restarting().unwrap().started(start(Slot::A, false));
        assert_eq!(meaning, if trial == TRIALS { Meaning::GaveUp } else { Meaning::Interrupted }, "trial {trial}");
        record = next;
    }
    assert_eq!(record, Record { other_is_good: false, ..IDLE });
    assert_eq!(record.restarting(), Err(Refused::NotArmed));
}

#[test]
fn a_cut_between_install_and_restart_leaves_the_trial_prepared() {
    check(IDLE.arm(), start(Slot::A, false), (IDLE.arm(), Meaning::Ordinary));
}

#[test]
fn a_commit_that_was_cut_behind_its_write_is_completed_by_the_next_start() {
    let committing = IDLE.arm().restarting().and_then(Record::committing).unwrap();
    check(committing, start(Slot::B, false), (committing.committed(), Meaning::CommitCompleted));
    assert_eq!(committing.to_be_named(start(Slot::B, false)), Slot::B);
}

#[test]
fn a_commit_that_was_cut_before_its_write_is_an_interrupted_trial() {
    let committing = IDLE.arm().restarting().and_then(Record::committing).unwrap();
    let again = Record { phase: JournalPhase::Armed { interrupted: 1 }, ..IDLE };
    check(committing, start(Slot::A, false), (again, Meaning::Interrupted));
    assert_eq!(committing.to_be_named(start(Slot::A, false)), Slot::A);
}

#[test]
fn a_trial_that_nobody_asked_for_is_a_rescue_and_judged_like_any_other() {
    check(
        IDLE,
        start(Slot::B, true),
        (Record { phase: JournalPhase::Trying { interrupted: 0 }, ..IDLE }, Meaning::Rescue),
    );
}

#[test]
fn the_other_slot_without_a_trial_is_a_fall_back_and_the_journal_still_names_the_committed_one() {
    let record = Record { committed: Slot::B, ..IDLE };
    check(record, start(Slot::A, false), (record, Meaning::FellBack));
    assert_eq!(record.to_be_named(start(Slot::A, false)), Slot::B);
}

#[test]
fn without_a_journal_the_file_is_believed_and_then_the_running_slot() {
    assert_eq!(Record::assumed(Some(Slot::B), start(Slot::A, false)).committed, Slot::B);
    assert_eq!(Record::assumed(None, start(Slot::B, false)).committed, Slot::B);
    assert_eq!(Record::assumed(None, start(Slot::B, true)).committed, Slot::A, "a trial is not committed");
    assert!(!Record::assumed(None, start(Slot::A, false)).is_good(Slot::B), "it may be half-written");
}

#[derive(Debug, Clone)]
enum Step {
    Bad,
    Whole,
    Arm,
    Disarm,
    Restart,
    Started(Slot, bool),
    Committing,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Bad),
        Just(Step::Whole),
        Just(Step::Arm),
        Just(Step::Disarm),
        Just(Step::Restart),
        (prop::sample::select(SLOTS.to_vec()), any::<bool>()).prop_map(|(slot, trial)| Step::Started(slot, trial)),
        Just(Step::Committing),
    ]
}

proptest! {
    #[test]
    fn the_committed_slot_never_changes_but_by_a_commit_and_is_always_good(steps in prop::collection::vec(step(), 0..40)) {
        let mut record = IDLE;
        for step in steps {
            let before = record;
            record = match step {
                Step::Bad => record.other_is_bad(),
                Step::Whole => record.other_is_whole(),
                Step::Arm => record.arm(),
                Step::Disarm => record.disarm(),
                Step::Restart => record.restarting().unwrap_or(record),
                Step::Started(slot, trial) => record.started(Start { slot, trial }).0,
                Step::Committing => record.committing().unwrap_or(record),
            };
            prop_assert!(record.is_good(record.committed));
            if record.committed != before.committed {
                prop_assert!(matches!(before.phase, JournalPhase::Committing { .. }), "{:?} to {:?}", before, record);
            }
            if !record.other_is_good {
                prop_assert_ne!(record.primary(), record.other(), "a bad slot is never armed");
            }
        }
    }

    #[test]
    fn the_journal_reads_what_it_wrote(committed in prop::sample::select(SLOTS.to_vec()), interrupted: u8, which in 0..4u8, good: bool) {
        let phase = match which {
            0 => JournalPhase::Idle,
            1 => JournalPhase::Armed { interrupted },
            2 => JournalPhase::Trying { interrupted },
            _ => JournalPhase::Committing { interrupted },
        };
        let record = Record { committed, phase, other_is_good: good };
        let text = serde_json::to_string(&record).unwrap();
        prop_assert_eq!(serde_json::from_str::<Record>(&text).unwrap(), record);
    }
}
