use std::io::{Cursor, Write};

use proptest::prelude::*;

use super::*;
use crate::disk::Disk as _;
use crate::writelog::tests::{Op, any_op, recorded};
use crate::writelog::{self};

const DISK_SECTORS: usize = 72;

fn file(bytes: &[u8]) -> Arc<File> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    Arc::new(file)
}

fn replayed(ops: &[Op], cut: Cut) -> Vec<u8> {
    let log = recorded(ops);
    let entries = writelog::read(&mut Cursor::new(&log)).unwrap();
    let changes = Arc::new(Changes::after(&entries, cut));
    let disk = ReplayedDisk { base: file(&[0xee; DISK_SECTORS * 512]), log: file(&log), changes };
    let mut bytes = vec![0; DISK_SECTORS * 512];
    disk.read_at(&mut bytes, 0).unwrap();
    let applied = file(&[0xee; DISK_SECTORS * 512]);
    disk.changes.apply(&disk.log, 0, bytes.len() as u64, &applied).unwrap();
    let mut same = vec![0; DISK_SECTORS * 512];
    applied.read_exact_at(&mut same, 0).unwrap();
    assert!(bytes == same, "reading through the changes and applying them differ");
    bytes
}

/// The disk if every one of these requests is on the medium.
fn all_of(ops: &[Op]) -> Vec<u8> {
    let mut disk = vec![0xee; DISK_SECTORS * 512];
    for op in ops {
        match op {
            Op::Write { sector, data, .. } => disk[*sector as usize * 512..][..data.len()].copy_from_slice(data),
            Op::Discard { sector, sectors } => disk[*sector as usize * 512..][..*sectors as usize * 512].fill(0),
            Op::Flush => {}
        }
    }
    disk
}

fn write(sector: u64, byte: u8) -> Op {
    Op::Write { sector, data: vec![byte; 512], durable: false }
}

#[test]
fn in_flight_writes_are_lost_independently() {
    let ops = [write(0, 1), Op::Flush, write(1, 2), write(2, 3)];
    let outcomes: std::collections::BTreeSet<(u8, u8)> = (0..100)
        .map(|seed| replayed(&ops, Cut { after: 4, seed }))
        .inspect(|disk| assert_eq!(disk[0], 1))
        .map(|disk| (disk[512], disk[1024]))
        .collect();
    assert_eq!(outcomes.len(), 4, "both, either, none: {outcomes:?}");
}

#[test]
fn a_long_write_can_be_torn() {
    let ops = [Op::Write { sector: 0, data: vec![9; 8 * 512], durable: false }];
    let torn = (0..100).any(|seed| {
        let disk = replayed(&ops, Cut { after: 1, seed });
        let there = disk.chunks(512).take(8).filter(|sector| sector[0] == 9).count();
        there != 0 && there != 8
    });
    assert!(torn);
}

proptest! {
    #[test]
    fn what_was_flushed_is_never_lost(ops in prop::collection::vec(any_op(), 0..30), seed: u64) {
        let mut ops = ops;
        ops.push(Op::Flush);
        let cut = Cut { after: ops.len(), seed };
        prop_assert!(replayed(&ops, cut) == all_of(&ops));
    }

    #[test]
    fn every_sector_holds_something_that_was_written_to_it(ops in prop::collection::vec(any_op(), 0..30), after in 0..40usize, seed: u64) {
        let disk = replayed(&ops, Cut { after, seed });
        let issued = &ops[..after.min(ops.len())];
        let flushed = issued.iter().rposition(|op| matches!(op, Op::Flush)).map_or(0, |at| at + 1);
        for (index, sector) in disk.chunks(512).enumerate() {
            let at = |disk: &[u8]| disk[index * 512];
            let possible = (flushed..=issued.len()).map(|count| at(&all_of(&issued[..count])));
            // A lost write uncovers any older one that was in flight.
            let single = issued[flushed..].iter().map(|op| at(&all_of(std::slice::from_ref(op))));
            prop_assert!(possible.chain(single).any(|byte| byte == sector[0]), "sector {index} holds {}", sector[0]);
        }
    }

    #[test]
    fn the_same_seed_makes_the_same_cut(ops in prop::collection::vec(any_op(), 0..20), after in 0..20usize, seed: u64) {
        let cut = Cut { after, seed };
        prop_assert!(replayed(&ops, cut) == replayed(&ops, cut));
    }
}
