use super::*;

fn state() -> (tempfile::TempDir, UpdateFolder) {
    let folder = tempfile::tempdir().unwrap();
    let state = UpdateFolder::new(folder.path());
    (folder, state)
}

fn version(text: &str) -> Version {
    text.parse().unwrap()
}

fn last(state: &UpdateFolder) -> Option<Happened> {
    state.ledger().entries().last().map(|entry| entry.happened.clone())
}

fn crash() -> Table {
    let mut table = Table::default();
    table.note("panics", 1.0);
    table
}

#[test]
fn a_version_that_never_came_up_is_blocked_and_no_longer_waits() {
    let (_folder, state) = state();
    state.note(&version("1.1.0"), Happened::Installed { slot: Slot::B }).unwrap();
    state.note_start(Meaning::GaveUp, Slot::A, Some(&version("1.0.0"))).unwrap();
    assert_eq!(last(&state), Some(Happened::NeverCameUp));
    assert_eq!(state.waiting(), None);
    assert!(state.ledger().block(&version("1.1.0")).is_some());
}

#[test]
fn a_commit_that_was_cut_is_written_down_by_the_next_start() {
    let (_folder, state) = state();
    state.note(&version("1.1.0"), Happened::Installed { slot: Slot::B }).unwrap();
    state.note_start(Meaning::CommitCompleted, Slot::B, Some(&version("1.1.0"))).unwrap();
    assert_eq!(last(&state), Some(Happened::Committed { slot: Slot::B }));
}

#[test]
fn a_flashed_card_has_no_probation() {
    let (_folder, state) = state();
    state.note_commit(&version("1.0.0"), Slot::A).unwrap();
    assert_eq!(state.ledger().entries(), []);
    assert_eq!(state.probation(&version("1.0.0"), &crash(), Duration::ZERO), None);
}

#[test]
fn probation_sends_a_version_back_once() {
    let (_folder, state) = state();
    let bad = version("1.1.0");
    let commit = || {
        state.note(&bad, Happened::Installed { slot: Slot::B }).unwrap();
        state.note_commit(&bad, Slot::B).unwrap();
    };
    commit();
    let Some(ProbationVerdict::GoBack(exceeded)) = state.probation(&bad, &crash(), Duration::ZERO) else {
        panic!("it stays")
    };
    state.note(&bad, Happened::WentBack { exceeded }).unwrap();
    assert!(state.ledger().block(&bad).is_some());
    // Its owner insists.
    state.note(&bad, Happened::Allowed).unwrap();
    commit();
    let again = state.probation(&bad, &crash(), Duration::ZERO);
    assert!(matches!(&again, Some(ProbationVerdict::Watching(warnings)) if !warnings.is_empty()), "{again:?}");
}

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn probation_counts_the_time_that_the_version_really_ran_and_not_what_the_clock_says() {
    let (_folder, state) = state();
    let watched = |boot: &str, minutes: u32| state.watch(&version("1.1.0"), boot, MINUTE * minutes).unwrap();
    assert_eq!(watched("first", 2), Duration::ZERO, "it was committed two minutes after the start");
    assert_eq!(watched("first", 32), MINUTE * 30);
    assert_eq!(watched("second", 1), MINUTE * 31, "a restart goes on where the last one ended");
    assert_eq!(watched("second", 2), MINUTE * 32);
    assert_eq!(watched("third", 0), MINUTE * 31, "a power cut costs what was not kept");
    let other = state.watch(&version("1.2.0"), "third", MINUTE).unwrap();
    assert_eq!(other, Duration::ZERO, "the next version begins anew");
    state.watch(&version("1.2.0"), "third", MINUTE * 30).unwrap();
    state.note(&version("1.2.0"), Happened::Committed { slot: Slot::B }).unwrap();
    let again = state.watch(&version("1.2.0"), "third", MINUTE * 31).unwrap();
    assert_eq!(again, Duration::ZERO, "and so does one that was committed again");
}

#[test]
fn watching_writes_to_the_card_every_ten_minutes() {
    let (folder, state) = state();
    let kept = || std::fs::read(folder.path().join("watched.json")).unwrap();
    state.watch(&version("1.1.0"), "boot", MINUTE).unwrap();
    let first = kept();
    for minute in 2..=10 {
        state.watch(&version("1.1.0"), "boot", MINUTE * minute).unwrap();
        assert_eq!(kept(), first, "minute {minute}");
    }
    state.watch(&version("1.1.0"), "boot", MINUTE * 11).unwrap();
    assert_ne!(kept(), first);
}

#[test]
fn a_baseline_is_written_when_it_gains_something_and_otherwise_once_an_hour() {
    let (_folder, state) = state();
    let measured = |name: &str, value: f64| {
        let mut table = Table::default();
        table.note_many(name, value, 100);
        state.keep_baseline(&table).unwrap();
        state.baseline().get(name).map(|measured| measured.value)
    };
    assert_eq!(measured("error-rate", 0.1), Some(0.1));
    assert_eq!(measured("error-rate", 0.2), Some(0.1), "not within the hour");
    assert_eq!(measured("signal-to-noise-db", 18.0), Some(18.0));
}
