use super::check::blocks_and_hash;
use super::*;
use crate::layout::SECTOR;
use crate::writelog::tests::{Op, recorded};

fn layout() -> Layout {
    Layout::parse(include_str!("../../../../ota/layout.toml")).unwrap()
}

fn write_to(label: &str) -> Op {
    let sector = layout().partition(label).unwrap().start / SECTOR;
    Op::Write { sector, data: vec![1; SECTOR as usize], durable: false }
}

/// A run that counts to two, installs, commits and counts on; and how long the log was after each request.
fn recording(folder: &Path) -> Recording {
    let (data, idle, autoboot) = (write_to("data"), write_to("root_b"), write_to("autoboot"));
    let ops = [data.clone(), Op::Flush, data.clone(), Op::Flush, idle, Op::Flush, autoboot, Op::Flush, data, Op::Flush];
    let length = |count: usize| recorded(&ops[..count]).len() as u64;
    let said = [
        ("[ 1.0] DEVICE safe 1 slot=A", length(2)),
        ("[ 2.0] DEVICE safe 2 slot=A", length(4)),
        ("[ 3.0] DEVICE installed slot=A", length(6)),
        ("[ 9.0] DEVICE safe 3 slot=B", length(10)),
        ("[ 9.5] DEVICE recorded slot=B", length(10)),
    ];
    opened(folder, &ops, &said)
}

fn opened(folder: &Path, ops: &[Op], said: &[(&str, u64)]) -> Recording {
    let lines = said.iter().map(|(line, at)| ((*line).to_owned(), *at)).collect();
    let (base, log) = (folder.join("base"), folder.join("log"));
    File::create(&base).unwrap().set_len(layout().disk_size()).unwrap();
    fs::write(&log, recorded(ops)).unwrap();
    Recording::open(&layout(), &Said { base, lines }, &log, folder).unwrap()
}

#[test]
fn what_follows_the_recording_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let ops = [write_to("data"), Op::Flush, write_to("autoboot"), Op::Flush];
    let said = [("DEVICE recorded slot=B", recorded(&ops[..2]).len() as u64)];
    let recording = opened(folder.path(), &ops, &said);
    assert_eq!(recording.len(), 2);
    assert!(!recording.is_whole());
}

fn after(entries: usize) -> Cut {
    Cut { after: entries, seed: 0 }
}

#[test]
fn a_number_is_promised_once_the_guest_has_said_it() {
    let folder = tempfile::tempdir().unwrap();
    let recording = recording(folder.path());
    let promised: Vec<u64> = (0..=10).map(|entries| recording.promised(after(entries))).collect();
    assert_eq!(promised, [0, 0, 1, 1, 2, 2, 2, 2, 2, 2, 3]);
}

#[test]
fn either_slot_is_right_only_while_the_commit_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let recording = recording(folder.path());
    assert!(recording.is_whole());
    let right = |slot| -> Vec<usize> {
        (0..=10).filter(|entries| recording.check_choice(after(*entries), slot).is_ok()).collect()
    };
    assert_eq!(right(SlotName::A), [0, 1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(right(SlotName::B), [7, 8, 9, 10]);
}

#[test]
fn a_seed_makes_the_same_cut_and_many_seeds_reach_the_commit() {
    let folder = tempfile::tempdir().unwrap();
    let recording = recording(folder.path());
    let cuts: Vec<Cut> = (0..300).map(|seed| recording.cut(seed)).collect();
    assert!((0..300).all(|seed| recording.cut(seed) == cuts[seed as usize]));
    assert!(cuts.iter().all(|cut| cut.after <= recording.len()));
    for entries in 0..=recording.len() {
        assert!(cuts.iter().any(|cut| cut.after == entries), "no cut after request {entries}");
    }
}

#[test]
fn a_root_that_was_not_touched_is_told_from_one_that_was() {
    let folder = tempfile::tempdir().unwrap();
    let recording = recording(folder.path());
    let layout = layout();
    let digest = |entries, slot| {
        let root = layout.root(slot).unwrap();
        recording.disk_after(after(entries)).changes.digest(root.start, root.size)
    };
    assert_eq!(digest(0, SlotName::B), digest(4, SlotName::B));
    assert_ne!(digest(0, SlotName::B), digest(6, SlotName::B));
    assert_eq!(digest(0, SlotName::A), digest(10, SlotName::A));
}

#[test]
fn a_blank_disk_does_not_survive() {
    let folder = tempfile::tempdir().unwrap();
    let mut recording = recording(folder.path());
    let error = format!("{:#}", recording.check(after(0)).unwrap_err());
    assert!(error.contains("partition table"), "{error}");
}

#[test]
fn a_hash_is_read_from_the_command_lines_word() {
    assert_eq!(blocks_and_hash("16670,aa,bb").unwrap(), (16670, "bb"));
    assert!(blocks_and_hash("x,aa,bb").is_err() && blocks_and_hash("16670").is_err());
}

#[test]
fn lines_are_promised_in_the_schema_of_the_slot_that_starts() {
    let folder = tempfile::tempdir().unwrap();
    let mut recording = recording(folder.path());
    assert_eq!(recording.promised_lines(after(10), SlotName::A), None, "nothing was said to be safe");
    recording.lines = Some(4);
    assert_eq!(recording.promised_lines(after(3), SlotName::A), None);
    assert_eq!(recording.promised_lines(after(4), SlotName::A).unwrap().1, "one\ntwo");
    assert_eq!(recording.promised_lines(after(4), SlotName::B).unwrap().1, "1 one\n2 two");
}

#[test]
fn failed_cuts_are_told_with_their_seeds() {
    let survived = Survived { cut: after(1), slot: SlotName::B, number: 0 };
    let (words, outcome) = told(9, [(1, Ok(survived)), (7, Err(anyhow!("torn")))]);
    assert_eq!(words, "1 of 2 over 9 requests survived: 0 start slot A, 1 slot B");
    assert!(outcome.unwrap_err().to_string().contains("--seed 7: torn"));
}
