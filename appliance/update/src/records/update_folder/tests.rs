use std::time::Duration;

use super::*;
use crate::bootchain::journal::{JournalPhase, Record};
use crate::files;
use crate::policy::probation::ProbationVerdict;
use crate::policy::table::Table;
use crate::records::data::{Data, Schema};
use crate::records::on_data::{ON_DATA, OnReset};
use crate::system::System;
use proptest::prelude::*;
use serde_json::{Value, json};

fn state() -> (tempfile::TempDir, UpdateFolder) {
    let folder = tempfile::tempdir().unwrap();
    let state = UpdateFolder::new(folder.path());
    (folder, state)
}

fn version(text: &str) -> Version {
    text.parse().unwrap()
}

fn last(state: &UpdateFolder) -> Option<Happened> {
    state.ledger().entries().next_back().map(|entry| entry.happened.clone())
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
    state.note_start(Meaning::GaveUp, Slot::A, Some(&version("1.0.0")), None).unwrap();
    assert_eq!(last(&state), Some(Happened::NeverCameUp));
    assert_eq!(state.waiting(), None);
    assert!(state.blocks().block(&version("1.1.0")).is_some());
}

#[test]
fn a_commit_that_was_cut_is_written_down_by_the_next_start() {
    let (_folder, state) = state();
    state.note(&version("1.1.0"), Happened::Installed { slot: Slot::B }).unwrap();
    state.note_start(Meaning::CommitCompleted, Slot::B, Some(&version("1.1.0")), None).unwrap();
    assert_eq!(last(&state), Some(Happened::Committed { slot: Slot::B }));
}

#[test]
fn a_flashed_card_has_no_probation() {
    let (_folder, state) = state();
    state.note_commit(&version("1.0.0"), Slot::A).unwrap();
    assert_eq!(state.ledger().lines().count(), 0);
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
    assert!(state.blocks().block(&bad).is_some());
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

#[test]
fn a_trial_that_never_came_up_blocks_the_version_that_the_journal_names_whatever_the_ledger_says_last() {
    let (_folder, state) = state();
    state.note(&version("1.1.0"), Happened::Installed { slot: Slot::B }).unwrap();
    state.note(&version("1.2.0"), Happened::NotInstalled { because: "the network is away".into() }).unwrap();
    state.note_start(Meaning::GaveUp, Slot::A, Some(&version("1.0.0")), Some(&version("1.1.0"))).unwrap();
    assert!(state.blocks().block(&version("1.1.0")).is_some());
    assert!(state.blocks().block(&version("1.2.0")).is_none());
    let lost = UpdateFolder::new(tempfile::tempdir().unwrap().path());
    lost.note_start(Meaning::GaveUp, Slot::A, None, Some(&version("1.1.0"))).unwrap();
    assert!(lost.blocks().block(&version("1.1.0")).is_some(), "the ledger is gone");
    lost.note(&version("1.5.0"), Happened::Installed { slot: Slot::B }).unwrap();
    lost.note_start(Meaning::GaveUp, Slot::A, None, Some(&version("1.3.0"))).unwrap();
    assert!(lost.blocks().block(&version("1.3.0")).is_some() && lost.blocks().block(&version("1.5.0")).is_none());
}

#[test]
fn a_trial_that_could_not_be_judged_three_times_is_given_up_and_its_version_not_blocked() {
    let (_folder, state) = state();
    let tried = version("1.1.0");
    state.note(&tried, Happened::Installed { slot: Slot::B }).unwrap();
    for meaning in [Meaning::Interrupted, Meaning::Interrupted, Meaning::GaveUp] {
        state.note(&tried, Happened::NotJudged { exceeded: vec![] }).unwrap();
        state.note_start(meaning, Slot::A, None, Some(&tried)).unwrap();
    }
    assert_eq!(last(&state), Some(Happened::GivenUp));
    assert_eq!((state.blocks().block(&tried), state.waiting()), (None, None));
}

#[test]
fn a_ledger_that_cannot_be_read_is_set_aside_and_what_it_blocked_stays_blocked() {
    for damage in [&b"[{\"at_unix_s\": 1,"[..], b"", b"\xff\xfe", b"{}"] {
        let (folder, state) = state();
        state.note(&version("1.1.0"), Happened::SentBack).unwrap();
        std::fs::write(folder.path().join("ledger.json"), damage).unwrap();
        state.note(&version("1.2.0"), Happened::Interrupted).unwrap();
        assert!(state.blocks().block(&version("1.1.0")).is_some());
        assert_eq!(std::fs::read(folder.path().join("ledger.json.damaged")).unwrap(), damage);
        assert_eq!((state.ledger().lines().count(), state.damaged()), (1, vec!["ledger.json".to_owned()]));
    }
}

#[test]
fn a_block_list_that_is_gone_or_no_file_is_made_from_the_ledger() {
    for harm in [
        |path: &Path| std::fs::remove_file(path).unwrap(),
        |path: &Path| {
            std::fs::remove_file(path).unwrap();
            std::fs::create_dir(path).unwrap();
        },
    ] {
        let (folder, state) = state();
        state.note(&version("1.1.0"), Happened::WentBack { exceeded: vec![] }).unwrap();
        harm(&folder.path().join("blocks"));
        assert!(state.blocks().block(&version("1.1.0")).is_some());
        state.note(&version("1.2.0"), Happened::NeverCameUp).unwrap();
        assert!(!state.blocks().may_go_back(&version("1.1.0")));
        assert!(state.blocks().block(&version("1.2.0")).is_some());
    }
}

#[test]
fn the_block_list_only_grows_and_a_torn_end_costs_nothing_of_the_next_line() {
    let (folder, state) = state();
    let path = folder.path().join("blocks");
    state.note(&version("1.1.0"), Happened::SentBack).unwrap();
    let before = std::fs::read_to_string(&path).unwrap() + "1.2.0 nev";
    std::fs::write(&path, &before).unwrap();
    state.note(&version("1.3.0"), Happened::SentBack).unwrap();
    state.note(&version("1.1.0"), Happened::Allowed).unwrap();
    let after = std::fs::read_to_string(&path).unwrap();
    assert_eq!(after, format!("{before}\n1.3.0 sent-back\n1.1.0 allowed\n"));
    assert!(["1.2.0", "1.3.0"].iter().all(|text| state.blocks().block(&version(text)).is_some()));
    assert_eq!(state.blocks().block(&version("1.1.0")), None);
}

/// Every file that is written to `data`, as a device leaves it that is on probation after a long life.
fn lived() -> (tempfile::TempDir, System) {
    let folder = tempfile::tempdir().unwrap();
    let system = System::below(folder.path());
    let state = system.state();
    let put = |path: &str, content: &[u8]| files::replace(&system.path(path), content).unwrap();
    put("/etc/os-release", b"IMAGE_VERSION=1.1.0\n");
    put("/proc/device-tree/chosen/bootloader/rsts", &0x1020_u32.to_be_bytes());
    put("/var/lib/systemd/pstore/dmesg", b"a panic");
    let running = version("1.1.0");
    let exceeded = vec![crate::policy::table::Exceeded { name: "x".into(), value: Some(1.5), means: "y".into() }];
    state.note(&version("0.9.0"), Happened::FailedTheGate { exceeded }).unwrap();
    state.note(&running, Happened::Installed { slot: Slot::B }).unwrap();
    state.note(&running, Happened::Committed { slot: Slot::B }).unwrap();
    state.keep_candidate(&version("1.2.0")).unwrap();
    state.keep_data_before(&BTreeMap::from([("notes".into(), 3)])).unwrap();
    state.keep_sound(Sound { microphone: true, loudspeaker: false }).unwrap();
    let mut table = Table::default();
    table.note_many("error-rate", 0.25, 100);
    state.keep_baseline(&table).unwrap();
    for boot in ["one", "two"] {
        put("/proc/sys/kernel/random/boot_id", boot.as_bytes());
        state.watch(&running, boot, Duration::from_secs(100)).unwrap();
        state.begin_start(&system).unwrap();
        state.panicked(&system).unwrap();
    }
    let phase = JournalPhase::Armed { interrupted: 1 };
    let record = Record { committed: Slot::B, phase, other_is_good: true, tried: Some(running), fell_back: 1 };
    files::replace_json(&state.journal(), &record).unwrap();
    notes(&system).commit().unwrap();
    (folder, system)
}

/// A kind of data that the device has.
fn notes(system: &System) -> Data {
    const NOTES: &[Schema] = &[Schema { name: "notes", version: 1, forward: &[], back: &[] }];
    Data::new(system.path(Data::FOLDER), system.state().path(DATA_IN_USE), NOTES)
}

/// What the device remembers, by what it does with it.
fn remembered(system: &System) -> Vec<String> {
    let (state, running) = (system.state(), version("1.1.0"));
    let ledger = state.ledger();
    vec![
        format!("{:?}", files::load_json::<Record>(&state.journal()).unwrap()),
        format!("{:?}", ledger.entries().collect::<Vec<_>>()),
        format!("{:?}", state.blocks().block(&version("0.9.0"))),
        format!("{:?}", state.candidate()),
        format!("{:?}", state.data_before()["notes"]),
        format!("{:?}", notes(system).current()["notes"]),
        format!("{:?}", state.sound_before()),
        format!("{:?}", state.baseline().get("error-rate")),
        format!("{:?}", state.watched_for(&running)),
        format!("{:?}", state.resets_per_hour(&running, state.watched_for(&running))),
        format!("{:?}", state.panicked(system).unwrap()),
        format!("{:?}", state.damaged()),
    ]
}

#[test]
fn every_file_on_data_is_in_the_table_of_who_writes_what() {
    let (_folder, system) = lived();
    let entries = std::fs::read_dir(system.path(UpdateFolder::FOLDER)).unwrap();
    let names = entries.map(|entry| format!("lib/parley-update/{}", entry.unwrap().file_name().to_str().unwrap()));
    let mut names: Vec<_> = names.collect();
    let mut rows: Vec<_> = ON_DATA.iter().map(|row| row.path).filter(|path| path.contains("parley-update/")).collect();
    // The lock, what is spare, and the wish of an owner, hold nothing; a card that nobody can read is restarted for once more.
    rows.retain(|path| ["/boot.lock", "/spare/", "/reset", "/sound-card"].iter().all(|name| !path.ends_with(name)));
    names.sort();
    rows.sort_unstable();
    assert_eq!(names, rows);
    assert!(ON_DATA.iter().any(|row| row.path.ends_with("blocks") && row.reset == OnReset::Kept));
}

/// Anything that can be written in JSON.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z-]{1,6}", inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}

/// What a later version may add to a file: entries of the history, and fields. It changes no type, and takes nothing
/// away.
fn add(file: &mut Value, addition: &Value) {
    add_fields(file, addition);
    if let Value::Array(entries) = file {
        entries.insert(0, addition.clone());
        entries.push(json!({ "at_unix_s": 1, "version": "1.1.0", "what": "sang", "song": addition }));
    }
}

fn add_fields(value: &mut Value, addition: &Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(|value| add_fields(value, addition));
            fields.insert("of-a-later-version".into(), addition.clone());
        }
        Value::Array(list) => list.iter_mut().for_each(|value| add_fields(value, addition)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Files whose objects are lists of names with a value of one kind each: what is added has that kind.
const BY_NAME: [&str; 3] = ["baseline.json", "data-before.json", DATA_IN_USE];

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn what_a_later_version_may_write_this_one_reads_and_keeps(addition in anything(), word in "[a-z-]{1,12}") {
        let (_folder, system) = lived();
        let before = remembered(&system);
        let folder = system.path(UpdateFolder::FOLDER);
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            let text = std::fs::read_to_string(&path).unwrap();
            let later = match name {
                "blocks" => format!("{text}7.0.0 {word}\n{addition}\n").into_bytes(),
                _ if BY_NAME.contains(&name) => {
                    let mut value: Value = serde_json::from_str(&text).unwrap();
                    let names = value.as_object_mut().unwrap();
                    let mut one = names.values().next().unwrap().clone();
                    add(&mut one, &addition);
                    names.insert("of-a-later-version".into(), one);
                    value.to_string().into_bytes()
                }
                _ => {
                    let mut value: Value = serde_json::from_str(&text).unwrap();
                    add(&mut value, &addition);
                    value.to_string().into_bytes()
                }
            };
            std::fs::write(&path, later).unwrap();
        }
        prop_assert_eq!(&remembered(&system), &before);
        prop_assert!(system.state().blocks().block(&version("7.0.0")).is_some() != (word == "allowed"));
        // And what it does not know survives what it writes itself.
        system.state().note(&version("1.1.0"), Happened::Interrupted).unwrap();
        let ledger = std::fs::read_to_string(folder.join("ledger.json")).unwrap();
        let unknown = json!({ "at_unix_s": 1, "version": "1.1.0", "what": "sang", "song": addition });
        prop_assert!(ledger.contains(&unknown.to_string()) && ledger.contains("of-a-later-version"), "{}", ledger);
    }
}
