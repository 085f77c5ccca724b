//! What no file of a FAT has: clusters outside of all files and folders, and what lies behind the end of a file.
//!
//! A reader of its own, for the library tells nobody where something lies. Rules: what can be read of files and folders
//! is never written, whatever else the tables say; what is zero already is not written again; and where the library and
//! this reader do not agree on where files lie, nothing is.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::damaged;

/// The longest boot sector of which anything is read, in bytes.
const BOOT_SECTOR: usize = 512;

/// An entry of a folder, in bytes.
const ENTRY: usize = 32;

/// In an entry's attributes: a folder; the name of the partition, or a part of a long name.
const IS_FOLDER: u8 = 0x10;
const IS_NAME: u8 = 0x08;

/// Overwrites it with zeros; that is on the medium when this returns. The library has found files `beginning_at` these
/// bytes of the partition.
///
/// # Errors
/// The file system cannot be read or written, or the library has found a file where this reader sees none.
pub(super) fn wipe(partition: &Path, beginning_at: &[u64]) -> io::Result<()> {
    let file = OpenOptions::new().read(true).write(true).open(partition)?;
    let volume = Volume::read(&file)?;
    let held = Held::of(&volume, &file)?;
    let is_held = |offset: &u64| {
        let index = offset.checked_sub(volume.data).map(|behind| behind / volume.cluster_bytes);
        let index = index.and_then(|index| usize::try_from(index).ok());
        index.and_then(|index| held.clusters.get(index)).is_some_and(|held| *held)
    };
    if !beginning_at.iter().all(is_held) {
        return Err(damaged());
    }
    for (number, held) in (FIRST..).zip(&held.clusters) {
        if !held && volume.next(number) != volume.bad {
            zero(&file, volume.offset(number), volume.cluster_bytes)?;
        }
    }
    for (offset, length) in held.ends {
        zero(&file, offset, length)?;
    }
    file.sync_all()
}

/// Flash wears: what is zero already is not written again.
fn zero(file: &File, offset: u64, length: u64) -> io::Result<()> {
    let mut bytes = vec![0; usize::try_from(length).map_err(|_| damaged())?];
    // What cannot be read is written: a card may then put another block in its place.
    let is_zero = file.read_exact_at(&mut bytes, offset).is_ok() && bytes.iter().all(|byte| *byte == 0);
    if is_zero { Ok(()) } else { file.write_all_at(&vec![0; bytes.len()], offset) }
}

/// Where things lie, in bytes from the beginning of the partition.
struct Volume {
    /// The first table.
    table: Vec<u8>,
    /// Bits of its entries.
    bits: u32,
    /// What an entry says of a cluster that cannot be used.
    bad: u32,
    /// The root folder: a place of its own, or the chain of clusters that begins with this number.
    root: Root,
    /// The first cluster.
    data: u64,
    cluster_bytes: u64,
    clusters: u32,
}

enum Root {
    Place { offset: u64, length: u64 },
    Chain(u32),
}

/// Clusters are numbered from here.
const FIRST: u32 = 2;

impl Volume {
    fn read(file: &File) -> io::Result<Self> {
        let mut boot = [0; BOOT_SECTOR];
        file.read_exact_at(&mut boot, 0)?;
        let two = |place| u64::from(u16_at(&boot, place));
        let either = |short: usize, long: usize| match two(short) {
            0 => u64::from(u32_at(&boot, long)),
            short => short,
        };
        let (sector, cluster_bytes) = (two(11), two(11) * u64::from(boot[13]));
        if sector == 0 || cluster_bytes == 0 {
            return Err(damaged());
        }
        let table = two(14) * sector;
        let table_bytes = either(22, 36) * sector;
        let root = table + table_bytes * u64::from(boot[16]);
        let root_bytes = (two(17) * ENTRY as u64).next_multiple_of(sector);
        let data = root + root_bytes;
        let end = either(19, 32) * sector;
        let clusters = end.checked_sub(data).ok_or_else(damaged)? / cluster_bytes;
        let clusters = u32::try_from(clusters).map_err(|_| damaged())?;
        let (bits, bad) = match clusters {
            0..4085 => (12, 0xff7),
            4085..65_525 => (16, 0xfff7),
            _ => (32, 0x0fff_fff7),
        };
        // No longer than its partition, and with an entry for each cluster.
        let needed = (u64::from(clusters) + u64::from(FIRST)) * u64::from(bits) / 8;
        if end > (&mut &*file).seek(SeekFrom::End(0))? || needed > table_bytes {
            return Err(damaged());
        }
        let mut table_read = vec![0; usize::try_from(table_bytes).map_err(|_| damaged())?];
        file.read_exact_at(&mut table_read, table)?;
        let root = match bits {
            32 => Root::Chain(u32_at(&boot, 44)),
            _ => Root::Place { offset: root, length: root_bytes },
        };
        Ok(Self { table: table_read, bits, bad, root, data, cluster_bytes, clusters })
    }

    fn index(&self, number: u32) -> Option<usize> {
        let index = number.checked_sub(FIRST).filter(|index| *index < self.clusters)?;
        usize::try_from(index).ok()
    }

    fn offset(&self, number: u32) -> u64 {
        self.data + u64::from(number - FIRST) * self.cluster_bytes
    }

    /// What the table says of a cluster: the next one of its chain, or something that is none.
    fn next(&self, number: u32) -> u32 {
        let place = number as usize;
        match self.bits {
            12 => {
                let pair = u32::from(u16_at(&self.table, place + place / 2));
                if number.is_multiple_of(2) { pair & 0xfff } else { pair >> 4 }
            }
            16 => u32::from(u16_at(&self.table, 2 * place)),
            _ => u32_at(&self.table, 4 * place) & 0x0fff_ffff,
        }
    }
}

/// What files and folders have.
struct Held {
    /// Of each cluster, whether one of them has it.
    clusters: Vec<bool>,
    /// What lies behind the ends of files: offset and length.
    ends: Vec<(u64, u64)>,
}

impl Held {
    fn of(volume: &Volume, file: &File) -> io::Result<Self> {
        let clusters = vec![false; usize::try_from(volume.clusters).map_err(|_| damaged())?];
        let mut held = Self { clusters, ends: Vec::new() };
        let (mut folders, mut is_whole) = (Vec::new(), true);
        match volume.root {
            Root::Place { offset, length } => folders.push(vec![(offset, length)]),
            Root::Chain(first) => folders.push(held.pieces(volume, first, &mut is_whole)),
        }
        // No cluster is taken twice, so that this ends.
        while let Some(pieces) = folders.pop() {
            for entry in entries(file, &pieces)? {
                let high = if volume.bits == 32 { u32::from(u16_at(&entry, 20)) << 16 } else { 0 };
                let first = high | u32::from(u16_at(&entry, 26));
                let pieces = held.pieces(volume, first, &mut is_whole);
                if entry[11] & IS_FOLDER != 0 {
                    folders.push(pieces);
                    continue;
                }
                let bytes = u64::from(u32_at(&entry, 28));
                for (before, (offset, length)) in (0..).map(|piece| piece * volume.cluster_bytes).zip(pieces) {
                    let used = bytes.saturating_sub(before).min(length);
                    held.ends.push((offset + used, length - used));
                }
            }
        }
        if !is_whole {
            // Two files may have one cluster, and the end of one be in the middle of another.
            held.ends.clear();
        }
        Ok(held)
    }

    /// Takes the clusters of a chain, and says where they lie.
    fn pieces(&mut self, volume: &Volume, first: u32, is_whole: &mut bool) -> Vec<(u64, u64)> {
        let (mut pieces, mut number) = (Vec::new(), first);
        while let Some(index) = volume.index(number) {
            let Some(held) = self.clusters.get_mut(index) else { break };
            if *held {
                *is_whole = false;
                break;
            }
            *held = true;
            pieces.push((volume.offset(number), volume.cluster_bytes));
            number = volume.next(number);
        }
        pieces
    }
}

/// The files and folders in a folder.
fn entries(file: &File, pieces: &[(u64, u64)]) -> io::Result<Vec<[u8; ENTRY]>> {
    let mut entries = Vec::new();
    for (offset, length) in pieces {
        let mut bytes = vec![0; usize::try_from(*length).map_err(|_| damaged())?];
        file.read_exact_at(&mut bytes, *offset)?;
        for entry in bytes.as_chunks::<ENTRY>().0 {
            match entry[0] {
                0 => return Ok(entries),
                // Removed; the folder itself, and the one above.
                0xe5 | b'.' => {}
                _ if entry[11] & IS_NAME == 0 => entries.push(*entry),
                _ => {}
            }
        }
    }
    Ok(entries)
}

fn u16_at(bytes: &[u8], place: usize) -> u16 {
    let two = bytes.get(place..place + 2).and_then(|two| two.try_into().ok());
    two.map_or(0, u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], place: usize) -> u32 {
    let four = bytes.get(place..place + 4).and_then(|four| four.try_into().ok());
    four.map_or(0, u32::from_le_bytes)
}
