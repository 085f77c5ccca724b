use std::io::Cursor;

use proptest::prelude::*;

use super::*;

pub(crate) const SECTOR: usize = super::SECTOR as usize;

/// What a recorder is asked to write.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Write { sector: u64, data: Vec<u8>, durable: bool },
    Discard { sector: u64, sectors: u64 },
    Flush,
}

/// Writes a log as QEMU does.
pub(crate) fn recorded(ops: &[Op]) -> Vec<u8> {
    let mut log = header(&[MAGIC, VERSION, 0, SECTOR as u64]);
    for op in ops {
        let (entry, data): ([u64; 4], &[u8]) = match op {
            Op::Write { sector, data, durable } => {
                ([*sector, (data.len() / SECTOR) as u64, if *durable { FUA } else { 0 }, 0], data)
            }
            Op::Discard { sector, sectors } => ([*sector, *sectors, DISCARD, 0], &[]),
            Op::Flush => ([0, 0, FLUSH, 0], &[]),
        };
        log.extend(header(&entry));
        log.extend(data);
    }
    log
}

fn header(numbers: &[u64]) -> Vec<u8> {
    let mut sector: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    sector.resize(SECTOR, 0);
    sector
}

pub(crate) fn any_op() -> impl Strategy<Value = Op> {
    let write = (0..64u64, 1..4usize, any::<u8>(), any::<bool>());
    prop_oneof![
        4 => write.prop_map(|(sector, sectors, byte, durable)| Op::Write { sector, data: vec![byte; sectors * SECTOR], durable }),
        1 => (1..60u64, 1..4u64).prop_map(|(sector, sectors)| Op::Discard { sector, sectors }),
        2 => Just(Op::Flush),
    ]
}

fn parsed(log: &[u8]) -> Vec<Request> {
    read(&mut Cursor::new(log)).unwrap().into_iter().map(|entry| entry.request).collect()
}

#[test]
fn what_is_no_log_is_refused() {
    assert!(read(&mut Cursor::new(b"short")).is_err());
    assert!(read(&mut Cursor::new(vec![0; 4096])).is_err());
    assert!(read(&mut Cursor::new(header(&[MAGIC, 2, 0, 512]))).is_err());
    assert!(read(&mut Cursor::new(header(&[MAGIC, 1, 0, 500]))).is_err());
}

#[test]
fn a_write_says_where_its_bytes_lie() {
    let log = recorded(&[Op::Flush, Op::Write { sector: 9, data: vec![7; SECTOR], durable: true }]);
    let entries = read(&mut Cursor::new(&log)).unwrap();
    let Request::Write { start, length, log_offset, durable } = entries[1].request else { panic!("{entries:?}") };
    assert_eq!((start, length, durable), (9 * 512, 512, true));
    assert_eq!(log[log_offset as usize], 7);
    assert_eq!(entries[1].log_end, log.len() as u64);
}

#[test]
fn a_log_with_less_than_the_recorder_counted_is_refused() {
    let mut log = recorded(&[Op::Flush, Op::Write { sector: 9, data: vec![7; SECTOR], durable: false }, Op::Flush]);
    log[16] = 3;
    assert_eq!(parsed(&log).len(), 3);
    // An entry that was never written leaves a hole.
    log[2 * SECTOR..4 * SECTOR].fill(0);
    let error = read(&mut Cursor::new(&log)).unwrap_err().to_string();
    assert_eq!(error, "the write log has 1 of 3 entries: byte 1024 of 2560 begins none");
}

#[test]
fn starts_that_write_nothing_or_leave_a_tail_are_joined_too() {
    let folder = tempfile::tempdir().unwrap();
    let (log, joined) = (folder.path().join("log"), folder.path().join("joined"));
    assert_eq!(next_start(&joined), 0);
    let mut with_tail = recorded(&[Op::Flush]);
    with_tail.extend([0; 3 * SECTOR]);
    for bytes in [&[][..], &with_tail, &[], &recorded(&[Op::Discard { sector: 1, sectors: 2 }])] {
        fs::write(&log, bytes).unwrap();
        join(&log, &joined).unwrap();
        assert!(!log.exists());
    }
    assert_eq!(parsed(&fs::read(&joined).unwrap()), [Request::Flush, Request::Discard { start: 512, length: 1024 }]);
}

proptest! {
    #[test]
    fn joined_logs_are_one_log(starts in prop::collection::vec(prop::collection::vec(any_op(), 0..10), 1..4)) {
        let folder = tempfile::tempdir().unwrap();
        let (log, joined) = (folder.path().join("log"), folder.path().join("joined"));
        for ops in &starts {
            let from = next_start(&joined);
            let bytes = recorded(ops);
            fs::write(&log, &bytes).unwrap();
            join(&log, &joined).unwrap();
            prop_assert_eq!(joined.metadata().unwrap().len(), from + bytes.len() as u64);
        }
        prop_assert_eq!(fs::read(&joined).unwrap(), recorded(&starts.concat()));
    }

    #[test]
    fn every_request_is_read_back(ops in prop::collection::vec(any_op(), 0..30)) {
        let requests = parsed(&recorded(&ops));
        prop_assert_eq!(requests.len(), ops.len());
        for (op, request) in ops.iter().zip(&requests) {
            let same = match (op, request) {
                (Op::Write { sector, data, durable }, Request::Write { start, length, durable: read, .. }) => {
                    *start == sector * 512 && *length == data.len() as u64 && durable == read
                }
                (Op::Discard { sector, sectors }, Request::Discard { start, length }) => *start == sector * 512 && *length == sectors * 512,
                (Op::Flush, Request::Flush) => true,
                _ => false,
            };
            prop_assert!(same, "{op:?} became {request:?}");
        }
    }

    #[test]
    fn a_log_that_stops_anywhere_is_read_up_to_there(ops in prop::collection::vec(any_op(), 0..20), cut in 0.0..1.0f64) {
        let log = recorded(&ops);
        let all = parsed(&log);
        let cut = SECTOR + ((log.len() - SECTOR) as f64 * cut) as usize;
        let read = parsed(&log[..cut]);
        prop_assert_eq!(&all[..read.len()], &read[..]);
    }

    #[test]
    fn any_bytes_are_read_or_refused(mut log: Vec<u8>, tail: Vec<u8>) {
        let _ = read(&mut Cursor::new(&log));
        log = recorded(&[]);
        log.extend(tail);
        let _ = read(&mut Cursor::new(&log));
    }
}
