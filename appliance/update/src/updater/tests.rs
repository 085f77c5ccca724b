use super::*;
use crate::policy::table::Exceeded;

fn files() -> (tempfile::TempDir, Files) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let files = Files::new(folder.path());
    (folder, files)
}

fn version(text: &str) -> Version {
    text.parse().expect("a version")
}

fn last(files: &Files) -> Option<Happened> {
    files.ledger().entries().last().map(|entry| entry.happened.clone())
}

fn crash() -> Table {
    let mut table = Table::default();
    table.note("panics", 1.0);
    table
}

#[test]
fn an_update_is_followed_from_its_installation_to_its_proof() {
    let (_folder, files) = files();
    files.note(&version("1.1.0"), Happened::Installed { slot: Slot::B }).expect("it can be written");
    assert_eq!(files.waiting(), Some(version("1.1.0")));
    files.note_start(Meaning::Interrupted, Some(&version("1.0.0"))).expect("it can be written");
    assert_eq!(files.waiting(), Some(version("1.1.0")), "a power cut changes nothing");
    files.note_commit(&version("1.1.0"), Some(Slot::B)).expect("it can be written");
    assert_eq!(files.waiting(), None);
    let judge = |watched| files.probation(&version("1.1.0"), &Table::default(), watched);
    assert!(matches!(judge(Duration::ZERO), Some(probation::Verdict::Watching { .. })));
    let verdict = judge(probation::LENGTH);
    assert!(matches!(verdict, Some(probation::Verdict::Passed { .. })));
}

#[test]
fn a_version_that_never_came_up_is_blocked_and_no_longer_waits() {
    let (_folder, files) = files();
    files.note(&version("1.1.0"), Happened::Installed { slot: Slot::B }).expect("it can be written");
    files.note_start(Meaning::GaveUp, Some(&version("1.0.0"))).expect("it can be written");
    assert_eq!(last(&files), Some(Happened::NeverCameUp));
    assert_eq!(files.waiting(), None);
    assert!(files.ledger().block(&version("1.1.0")).is_some());
}

#[test]
fn a_commit_that_was_cut_is_written_down_by_the_next_start() {
    let (_folder, files) = files();
    files.note(&version("1.1.0"), Happened::Installed { slot: Slot::B }).expect("it can be written");
    files.note_start(Meaning::CommitCompleted, Some(&version("1.1.0"))).expect("it can be written");
    assert_eq!(last(&files), Some(Happened::Committed { slot: Slot::B }));
}

#[test]
fn a_flashed_card_has_no_probation() {
    let (_folder, files) = files();
    files.note_commit(&version("1.0.0"), Some(Slot::A)).expect("nothing is written");
    assert_eq!(files.ledger().entries(), []);
    assert_eq!(files.probation(&version("1.0.0"), &crash(), Duration::ZERO), None);
}

#[test]
fn probation_sends_a_version_back_once() {
    let (_folder, files) = files();
    let bad = version("1.1.0");
    let commit = || {
        files.note(&bad, Happened::Installed { slot: Slot::B }).expect("it can be written");
        files.note_commit(&bad, Some(Slot::B)).expect("it can be written");
    };
    commit();
    let Some(probation::Verdict::GoBack(exceeded)) = files.probation(&bad, &crash(), Duration::ZERO) else {
        panic!("it stays")
    };
    files.note(&bad, Happened::WentBack { exceeded }).expect("it can be written");
    assert!(files.ledger().block(&bad).is_some());
    // Its owner insists.
    files.note(&bad, Happened::Allowed).expect("it can be written");
    commit();
    let again = files.probation(&bad, &crash(), Duration::ZERO);
    assert!(matches!(&again, Some(probation::Verdict::Watching { warnings }) if !warnings.is_empty()), "{again:?}");
}

#[test]
fn the_status_says_what_waits_and_what_is_watched() {
    let (_folder, files) = files();
    let start = Start { slot: Slot::A, trial: false };
    let armed = Record { committed: Slot::A, phase: Phase::Armed { interrupted: 0 }, other_is_good: true };
    files.note(&version("1.1.0"), Happened::Installed { slot: Slot::B }).expect("it can be written");
    let status = files.status(start, &armed, Some(version("1.0.0")));
    assert_eq!(status.waiting, Some(version("1.1.0")));
    assert!(status.can_go_back);
    assert_eq!(status.probation_left_s, None);
    let disarmed = armed.other_is_bad();
    let status = files.status(start, &disarmed, Some(version("1.0.0")));
    assert_eq!((status.waiting, status.can_go_back), (None, false));
}

#[test]
fn what_failed_the_gate_is_named_in_the_ledger() {
    let (_folder, files) = files();
    let exceeded = vec![Exceeded { name: "restarts".into(), value: Some(1.0), means: "x".into() }];
    files.note(&version("1.1.0"), Happened::FailedTheGate { exceeded: exceeded.clone() }).expect("it can be written");
    assert_eq!(last(&files), Some(Happened::FailedTheGate { exceeded }));
}

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn probation_counts_the_time_that_the_version_really_ran_and_not_what_the_clock_says() {
    let (_folder, files) = files();
    let watched = |boot: &str, minutes: u32| files.watch(&version("1.1.0"), boot, MINUTE * minutes).expect("written");
    assert_eq!(watched("first", 2), Duration::ZERO, "it was committed two minutes after the start");
    assert_eq!(watched("first", 32), MINUTE * 30);
    assert_eq!(watched("second", 1), MINUTE * 31, "a restart goes on where the last one ended");
    assert_eq!(watched("second", 2), MINUTE * 32);
    assert_eq!(watched("third", 0), MINUTE * 31, "a power cut costs what was not kept");
    let other = files.watch(&version("1.2.0"), "third", MINUTE).expect("written");
    assert_eq!(other, Duration::ZERO, "the next version begins anew");
    files.watch(&version("1.2.0"), "third", MINUTE * 30).expect("written");
    files.note(&version("1.2.0"), Happened::Committed { slot: Slot::B }).expect("it can be written");
    let again = files.watch(&version("1.2.0"), "third", MINUTE * 31).expect("written");
    assert_eq!(again, Duration::ZERO, "and so does one that was committed again");
}

#[test]
fn watching_writes_to_the_card_every_ten_minutes() {
    let (folder, files) = files();
    let kept = || std::fs::read(folder.path().join("watched.json")).expect("it is there");
    files.watch(&version("1.1.0"), "boot", MINUTE).expect("written");
    let first = kept();
    for minute in 2..=10 {
        files.watch(&version("1.1.0"), "boot", MINUTE * minute).expect("written");
        assert_eq!(kept(), first, "minute {minute}");
    }
    files.watch(&version("1.1.0"), "boot", MINUTE * 11).expect("written");
    assert_ne!(kept(), first);
}

#[test]
fn a_baseline_is_written_when_it_gains_something_and_otherwise_once_an_hour() {
    let (_folder, files) = files();
    let measured = |name: &str, value: f64| {
        let mut table = Table::default();
        table.note_many(name, value, 100);
        files.keep_baseline(&table).expect("it can be written");
        files.baseline().get(name).map(|measured| measured.value)
    };
    assert_eq!(measured("error-rate", 0.1), Some(0.1));
    assert_eq!(measured("error-rate", 0.2), Some(0.1), "not within the hour");
    assert_eq!(measured("signal-to-noise-db", 18.0), Some(18.0));
}
