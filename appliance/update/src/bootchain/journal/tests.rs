use proptest::prelude::*;

use super::*;
use crate::bootchain::slot::SLOTS;

const IDLE: Record =
    Record { committed: Slot::A, phase: JournalPhase::Idle, other_is_good: true, tried: None, fell_back: 0 };
const NEW: Version = Version::new(1, 1, 0);

/// With the new version installed and its trial prepared.
fn armed() -> Record {
    IDLE.other_is_bad().arm(Some(NEW))
}

fn trying() -> Record {
    armed().restarting().unwrap()
}

fn start(slot: Slot, trial: bool) -> Start {
    Start { slot, trial }
}

fn check(record: &Record, start: Start, expected: (Record, Meaning)) {
    assert_eq!(record.clone().started(start, false), expected, "{record:?} started as {start:?}");
}

#[test]
fn a_good_update_is_tried_and_committed() {
    assert_eq!(armed().primary(), Slot::B);
    check(&trying(), start(Slot::B, true), (trying(), Meaning::Trial));
    assert!(trying().is_judged(start(Slot::B, true)));
    let done = trying().committing().unwrap().committed();
    assert_eq!(done, Record { committed: Slot::B, ..IDLE });
}

#[test]
fn a_cut_in_the_trial_is_an_interruption_and_not_a_verdict() {
    let again = Record { phase: JournalPhase::Armed { interrupted: 1 }, ..armed() };
    assert!(again.is_good(Slot::B));
    check(&trying(), start(Slot::A, false), (again, Meaning::Interrupted));
}

#[test]
fn a_slot_that_never_comes_up_is_given_up_after_three_trials_and_its_version_is_known_until_then() {
    let mut record = armed();
    for trial in 1..=TRIALS {
        assert_eq!(record.tried, Some(NEW));
        let (next, meaning) = record.restarting().unwrap().started(start(Slot::A, false), false);
        assert_eq!(meaning, if trial == TRIALS { Meaning::GaveUp } else { Meaning::Interrupted }, "trial {trial}");
        record = next;
    }
    assert_eq!(record, Record { other_is_good: false, ..IDLE });
    assert_eq!(record.restarting(), Err(Refused::NotArmed));
}

#[test]
fn a_trial_that_is_called_off_leaves_no_version_behind() {
    assert_eq!(armed().disarm(), IDLE);
    assert_eq!(trying().disarm(), IDLE);
}

#[test]
fn a_cut_between_install_and_restart_leaves_the_trial_prepared() {
    check(&armed(), start(Slot::A, false), (armed(), Meaning::Ordinary));
}

#[test]
fn a_commit_that_was_cut_behind_its_write_is_completed_by_the_next_start() {
    let committing = trying().committing().unwrap();
    assert_eq!(committing.to_be_named(start(Slot::B, false)), Slot::B);
    check(&committing, start(Slot::B, false), (committing.clone().committed(), Meaning::CommitCompleted));
}

#[test]
fn a_commit_that_was_cut_before_its_write_is_an_interrupted_trial() {
    let committing = trying().committing().unwrap();
    let again = Record { phase: JournalPhase::Armed { interrupted: 1 }, ..armed() };
    check(&committing, start(Slot::A, false), (again, Meaning::Interrupted));
    assert_eq!(committing.to_be_named(start(Slot::A, false)), Slot::A);
}

fn rescued(commits: bool) -> Record {
    Record { phase: JournalPhase::Rescue { commits }, ..IDLE }
}

#[test]
fn a_trial_that_nobody_asked_for_is_a_rescue_and_judged_like_any_other() {
    check(&IDLE, start(Slot::B, true), (rescued(true), Meaning::Rescue));
    assert!(rescued(true).is_judged(start(Slot::B, true)));
    let committing = rescued(true).committing().unwrap();
    assert_eq!(committing.phase, JournalPhase::Committing { interrupted: 0 });
    assert_eq!(committing.committed(), Record { committed: Slot::B, ..IDLE });
}

#[test]
fn a_rescue_ends_with_the_next_start_of_the_committed_slot_and_is_not_tried_again() {
    check(&rescued(true), start(Slot::A, false), (IDLE, Meaning::Ordinary));
    check(&rescued(false), start(Slot::A, false), (IDLE, Meaning::Ordinary));
    check(&rescued(false), start(Slot::B, true), (rescued(false), Meaning::Rescue));
}

#[test]
fn a_rescue_that_only_helps_out_is_judged_and_never_committed() {
    assert_eq!(rescued(true).helps_out(), rescued(false));
    assert!(rescued(false).is_judged(start(Slot::B, true)));
    assert_eq!(rescued(false).committing(), Err(Refused::HelpsOut));
    assert_eq!(trying().helps_out(), trying(), "a trial is no rescue");
}

#[test]
fn the_other_slot_without_a_trial_is_a_fall_back_and_the_journal_still_names_the_committed_one() {
    let record = Record { committed: Slot::B, ..IDLE };
    assert_eq!(record.to_be_named(start(Slot::A, false)), Slot::B);
    let fallen = Record { fell_back: 1, ..record.clone() };
    check(&record, start(Slot::A, false), (fallen.clone(), Meaning::FellBack));
    assert!(!fallen.is_judged(start(Slot::A, false)));
    check(&fallen, start(Slot::B, false), (record, Meaning::Ordinary));
}

#[test]
fn falls_before_a_start_of_the_committed_slot_count_no_more() {
    let fallen = |interrupted, other_is_good| Record {
        phase: JournalPhase::Trying { interrupted },
        other_is_good,
        tried: Some(NEW),
        fell_back: 1,
        ..IDLE
    };
    let given_up = Record { other_is_good: false, ..IDLE };
    check(&fallen(TRIALS - 1, true), start(Slot::A, false), (given_up.clone(), Meaning::GaveUp));
    check(&fallen(0, false), start(Slot::A, false), (given_up, Meaning::Interrupted));
}

#[test]
fn a_committed_slot_that_the_firmware_cannot_read_twice_is_given_up_for_the_one_that_runs() {
    for before in [IDLE, armed(), trying()] {
        let (once, meaning) = before.clone().started(start(Slot::B, false), true);
        assert_eq!((meaning, once.phase), (Meaning::FellBack, before.phase), "once may be the file");
        let (readable, meaning) = once.clone().started(start(Slot::B, false), false);
        assert_eq!((meaning, readable.phase), (Meaning::FellBack, before.phase), "the slot can be read");
        let (twice, meaning) = once.started(start(Slot::B, false), true);
        assert_eq!(meaning, Meaning::Rescue);
        assert!(twice.is_judged(start(Slot::B, false)), "the gate first");
        let done = twice.committing().unwrap().committed();
        assert_eq!(done, Record { committed: Slot::B, other_is_good: false, ..IDLE }, "A is to be written anew");
    }
}

#[test]
fn without_a_journal_the_file_is_believed_and_then_the_running_slot() {
    assert_eq!(Record::assumed(Some(Slot::B), start(Slot::A, false)).committed, Slot::B);
    assert_eq!(Record::assumed(None, start(Slot::B, false)).committed, Slot::B);
    assert_eq!(Record::assumed(None, start(Slot::B, true)).committed, Slot::A, "a trial is not committed");
    assert!(!Record::assumed(None, start(Slot::A, false)).is_good(Slot::B), "it may be half-written");
}

#[test]
fn a_later_versions_journal_is_read() {
    let later =
        r#"{"committed": "B", "phase": {"is": "polishing", "how-much": 3}, "other-is-good": false, "polish": []}"#;
    let read: Record = serde_json::from_str(later).unwrap();
    assert_eq!(read, Record { committed: Slot::B, other_is_good: false, ..IDLE });
    let before = r#"{"committed": "A", "phase": {"is": "armed", "interrupted": 1}, "other-is-good": true}"#;
    let read: Record = serde_json::from_str(before).unwrap();
    assert_eq!(read, Record { phase: JournalPhase::Armed { interrupted: 1 }, ..IDLE }, "and one of before");
}

#[derive(Debug, Clone)]
enum Step {
    Bad,
    Whole,
    Arm,
    Disarm,
    Restart,
    Started(Slot, bool, bool),
    HelpsOut,
    Committing,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Bad),
        Just(Step::Whole),
        Just(Step::Arm),
        Just(Step::Disarm),
        Just(Step::Restart),
        (prop::sample::select(SLOTS.to_vec()), any::<bool>(), any::<bool>())
            .prop_map(|(slot, trial, fails)| Step::Started(slot, trial, fails)),
        Just(Step::HelpsOut),
        Just(Step::Committing),
    ]
}

proptest! {
    #[test]
    fn the_committed_slot_never_changes_but_by_a_commit_and_is_always_good(steps in prop::collection::vec(step(), 0..40)) {
        let mut record = IDLE;
        for step in steps {
            let before = record.clone();
            record = match step {
                Step::Bad => record.other_is_bad(),
                Step::Whole => record.other_is_whole(),
                Step::Arm => record.arm(Some(NEW)),
                Step::Disarm => record.disarm(),
                Step::Restart => record.restarting().unwrap_or(before.clone()),
                Step::Started(slot, trial, fails) => {
                    let started = record.started(Start { slot, trial }, fails).0;
                    if slot == before.committed {
                        prop_assert_eq!(started.fell_back, 0, "it starts: from {:?}", before);
                    }
                    started
                }
                Step::HelpsOut => record.helps_out(),
                Step::Committing => record.committing().unwrap_or(before.clone()),
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
    fn the_journal_reads_what_it_wrote(committed in prop::sample::select(SLOTS.to_vec()), interrupted: u8, which in 0..5u8, good: bool, fell_back: u8) {
        let phase = match which {
            0 => JournalPhase::Idle,
            1 => JournalPhase::Armed { interrupted },
            2 => JournalPhase::Trying { interrupted },
            3 => JournalPhase::Committing { interrupted },
            _ => JournalPhase::Rescue { commits: good },
        };
        let record = Record { committed, phase, other_is_good: good, tried: good.then_some(NEW), fell_back };
        let text = serde_json::to_string(&record).unwrap();
        prop_assert_eq!(serde_json::from_str::<Record>(&text).unwrap(), record);
    }
}
