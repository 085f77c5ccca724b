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
    let now = now_unix_s();
    assert!(matches!(
        files.probation(&version("1.1.0"), &Table::default(), now),
        Some(probation::Verdict::Watching { .. })
    ));
    let day = probation::LENGTH.as_secs();
    let verdict = files.probation(&version("1.1.0"), &Table::default(), now + day + 1);
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
    assert_eq!(files.probation(&version("1.0.0"), &crash(), now_unix_s()), None);
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
    let now = now_unix_s();
    let Some(probation::Verdict::GoBack(exceeded)) = files.probation(&bad, &crash(), now) else { panic!("it stays") };
    files.note(&bad, Happened::WentBack { exceeded }).expect("it can be written");
    assert!(files.ledger().block(&bad).is_some());
    // Its owner insists.
    files.note(&bad, Happened::Allowed).expect("it can be written");
    commit();
    let again = files.probation(&bad, &crash(), now);
    assert!(matches!(&again, Some(probation::Verdict::Watching { warnings }) if !warnings.is_empty()), "{again:?}");
}

#[test]
fn the_status_says_what_waits_and_what_is_watched() {
    let (_folder, files) = files();
    let start = Start { slot: Slot::A, trial: false };
    let armed = Record { committed: Slot::A, phase: Phase::Armed { interrupted: 0 }, other_is_good: true };
    files.note(&version("1.1.0"), Happened::Installed { slot: Slot::B }).expect("it can be written");
    let status = files.status(start, &armed, Some(version("1.0.0")), now_unix_s());
    assert_eq!(status.waiting, Some(version("1.1.0")));
    assert!(status.can_go_back);
    assert_eq!(status.probation_left_s, None);
    let disarmed = armed.other_is_bad();
    let status = files.status(start, &disarmed, Some(version("1.0.0")), now_unix_s());
    assert_eq!((status.waiting, status.can_go_back), (None, false));
}

#[test]
fn what_failed_the_gate_is_named_in_the_ledger() {
    let (_folder, files) = files();
    let exceeded = vec![Exceeded { name: "restarts".into(), value: Some(1.0), means: "x".into() }];
    files.note(&version("1.1.0"), Happened::FailedTheGate { exceeded: exceeded.clone() }).expect("it can be written");
    assert_eq!(last(&files), Some(Happened::FailedTheGate { exceeded }));
}
