//! Power cuts, replayed: which of the recorded writes are on the medium after a cut.
//!
//! Terms: a *cut* falls after some entry of the log. Writes before the last flush up to there, and forced writes, are
//! *durable*. Every other write is *in flight*: it may be on the medium, may be lost, or may be *torn*, which means
//! that some of its sectors are there and others not. In-flight writes are kept and lost independently, so a later one
//! may be there without an earlier one.
//!
//! Rules: the same seed makes the same cut. A durable write is never lost, unless a later write over it is there.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::layout::SECTOR;
use crate::writelog::{Entry, Request};

/// Where a sector's bytes come from after the cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// From this byte of the log.
    Log(u64),
    /// Discarded: zeros.
    Zeros,
}

/// How an in-flight write ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Kept,
    Lost,
    Torn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// How many entries of the log were issued before it.
    pub after: usize,
    /// By which each write in flight is kept, lost or torn, for itself.
    pub seed: u64,
}

/// The sectors that differ from the disk before the recording.
#[derive(Debug, Default)]
pub struct Changes {
    sectors: BTreeMap<u64, Source>,
}

impl Changes {
    /// What is on the medium after a cut.
    pub fn after(log: &[Entry], cut: Cut) -> Self {
        let issued = &log[..cut.after.min(log.len())];
        let flushed = issued.iter().rposition(|entry| entry.request == Request::Flush).map_or(0, |at| at + 1);
        let mut random = fastrand::Rng::with_seed(cut.seed);
        let mut changes = Self::default();
        for (index, entry) in issued.iter().enumerate() {
            let in_flight = index >= flushed;
            match entry.request {
                Request::Flush => {}
                Request::Write { start, length, log_offset, durable } => {
                    let fate = if in_flight && !durable { fate(&mut random) } else { Fate::Kept };
                    changes.put(start, length, fate, &mut random, |done| Source::Log(log_offset + done));
                }
                Request::Discard { start, length } => {
                    let fate = if in_flight { fate(&mut random) } else { Fate::Kept };
                    changes.put(start, length, fate, &mut random, |_| Source::Zeros);
                }
            }
        }
        changes
    }

    /// A name for what is in a part of the disk: equal names mean equal bytes, given the same log.
    pub fn digest(&self, start: u64, length: u64) -> [u8; 32] {
        let mut digest = Sha256::new();
        for (sector, source) in self.sectors.range(start / SECTOR..(start + length) / SECTOR) {
            digest.update(sector.to_le_bytes());
            match source {
                Source::Log(offset) => digest.update(offset.to_le_bytes()),
                Source::Zeros => digest.update([0xff; 8]),
            }
        }
        digest.finalize().into()
    }

    /// Writes the changes within a part of the disk into a file that holds that part as it was.
    pub fn apply(&self, log: &File, start: u64, length: u64, to: &File) -> io::Result<()> {
        let mut run: Vec<u8> = Vec::new();
        let mut run_start = start;
        for (sector, source) in self.sectors.range(start / SECTOR..(start + length) / SECTOR) {
            let at = sector * SECTOR;
            if run_start + run.len() as u64 != at || run.len() >= 1 << 20 {
                to.write_all_at(&run, run_start - start)?;
                run.clear();
                run_start = at;
            }
            let filled = run.len();
            run.resize(filled + SECTOR as usize, 0);
            if let Source::Log(offset) = source {
                log.read_exact_at(&mut run[filled..], *offset)?;
            }
        }
        to.write_all_at(&run, run_start - start)
    }

    fn put(&mut self, start: u64, length: u64, fate: Fate, random: &mut fastrand::Rng, source: impl Fn(u64) -> Source) {
        for done in (0..length).step_by(SECTOR as usize) {
            if fate == Fate::Kept || fate == Fate::Torn && random.bool() {
                self.sectors.insert((start + done) / SECTOR, source(done));
            }
        }
    }
}

fn fate(random: &mut fastrand::Rng) -> Fate {
    [Fate::Kept, Fate::Lost, Fate::Torn][random.usize(..3)]
}

/// A disk after a cut: the disk before the recording, with the changes over it.
#[derive(Clone)]
pub struct ReplayedDisk {
    pub base: Arc<File>,
    /// The log of what was written.
    pub log: Arc<File>,
    /// What is on the medium of it.
    pub changes: Arc<Changes>,
}

impl crate::disk::Disk for ReplayedDisk {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.base.read_exact_at(buffer, offset)?;
        let end = offset + buffer.len() as u64;
        for (sector, source) in self.changes.sectors.range(offset / SECTOR..end.div_ceil(SECTOR)) {
            let mut bytes = [0; SECTOR as usize];
            if let Source::Log(at) = source {
                self.log.read_exact_at(&mut bytes, *at)?;
            }
            let sector_start = sector * SECTOR;
            let (from, to) = (sector_start.max(offset), (sector_start + SECTOR).min(end));
            let (in_buffer, in_sector) = ((from - offset) as usize, (from - sector_start) as usize);
            let length = (to - from) as usize;
            buffer[in_buffer..in_buffer + length].copy_from_slice(&bytes[in_sector..in_sector + length]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
