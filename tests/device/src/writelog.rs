//! The log that QEMU's `blklogwrites` keeps of every write that the guest issued, in the format of Linux's
//! `dm-log-writes`.
//!
//! Layout: a first sector with a magic number, the version, the number of entries and the sector's size; then for each
//! entry one sector with the target sector, the number of sectors, flags and the length of the data, followed by the
//! data. Numbers are little-endian.
//!
//! Rules: a log that ends in the middle of an entry is read up to that entry, because the recorder may have been
//! stopped there. The number of entries in the first sector is written late, and is the least that must be there.
//!
//! Each start of the board has a log of its own, because the emulator finds the end of a log that it continues
//! by walking it; [`join`] puts them together.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use anyhow::{Context, Result, ensure};

/// The unit of everything in a log, bytes; QEMU's default.
const SECTOR: u64 = 512;
const MAGIC: u64 = 0x006a_7366_7773_6872;
const VERSION: u64 = 1;
const FLUSH: u64 = 1;
const FUA: u64 = 2;
const DISCARD: u64 = 4;
/// The format also has marks, which QEMU never sets.
const KNOWN_FLAGS: u64 = FLUSH | FUA | DISCARD;
/// What one write may hold, bytes: QEMU splits requests far below this, so that more is a damaged log.
const LARGEST_WRITE: u64 = 1 << 30;

/// One thing that the guest asked of the disk, in the order in which the disk finished it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    Write {
        start: u64,
        length: u64,
        /// Where in the log the bytes lie.
        log_offset: u64,
        /// The disk promised that this very write is on the medium (a forced write).
        durable: bool,
    },
    /// The bytes here are worthless from now on.
    Discard { start: u64, length: u64 },
    /// Everything before is on the medium.
    Flush,
}

/// A request and where its entry ends in the log: the log was this long when the request had been recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub request: Request,
    /// The length of the log up to and with this entry, bytes.
    pub log_end: u64,
}

/// Reads a log.
///
/// # Errors
/// When it is not such a log, is of another version, an entry makes no sense, or there are fewer entries than the
/// recorder has counted.
pub fn read(log: &mut (impl Read + Seek)) -> Result<Vec<Entry>> {
    let length = log.seek(SeekFrom::End(0))?;
    log.seek(SeekFrom::Start(0))?;
    let [magic, version] = numbers(log).context("the write log has no beginning")?;
    ensure!(magic == MAGIC, "this is not a log of writes");
    ensure!(version == VERSION, "the write log has version {version}, not {VERSION}");
    let [counted, sector_and_padding] = numbers(log)?;
    let sector = sector_and_padding & u64::from(u32::MAX);
    ensure!(sector == SECTOR, "the write log has sectors of {sector} bytes, not {SECTOR}");
    let (mut entries, mut count) = (Vec::new(), 0);
    let mut position = SECTOR;
    while position + SECTOR <= length {
        log.seek(SeekFrom::Start(position))?;
        let [target, sectors, flags, data] = numbers(log)?;
        if [target, sectors, flags, data] == [0; 4] {
            break; // the recorder had made room, and not yet written
        }
        ensure!(flags & !KNOWN_FLAGS == 0, "unknown flags {flags:#x} at byte {position} of the write log");
        let bytes = sectors.checked_mul(SECTOR).filter(|bytes| *bytes <= LARGEST_WRITE);
        let bytes =
            bytes.with_context(|| format!("a write of {sectors} sectors at byte {position} of the write log"))?;
        let start = target.checked_mul(SECTOR).context("a write beyond every disk")?;
        let is_discard = flags & DISCARD != 0;
        let log_offset = position + SECTOR;
        let log_end = log_offset + if is_discard { 0 } else { bytes };
        if log_end > length {
            break;
        }
        // A flush that also carries data comes first, like a barrier, in this format.
        let mut add = |request| entries.push(Entry { request, log_end });
        if flags & FLUSH != 0 {
            add(Request::Flush);
        }
        if is_discard {
            add(Request::Discard { start, length: bytes });
        } else if bytes > 0 {
            add(Request::Write { start, length: bytes, log_offset, durable: flags & FUA != 0 });
        }
        position = log_end;
        count += 1;
    }
    ensure!(
        count >= counted,
        "the write log has {count} of {counted} entries: byte {position} of {length} begins none"
    );
    Ok(entries)
}

/// Where byte 0 of the next start's log will be in the joined log.
pub fn next_start(joined: &Path) -> u64 {
    // The first sector of every log but the first is left out.
    joined.metadata().map_or(0, |metadata| metadata.len().saturating_sub(SECTOR))
}

/// Puts the log of one more start behind those of the starts before, and deletes it.
///
/// # Errors
/// As [`read`], and when a file cannot be read or written; the log is still there then.
pub fn join(log: &Path, joined: &Path) -> Result<()> {
    let mut from = File::open(log)?;
    if from.metadata()?.len() > 0 {
        let end = read(&mut from).with_context(|| format!("in {}", log.display()))?;
        let end = end.last().map_or(SECTOR, |entry| entry.log_end);
        let mut to = OpenOptions::new().create(true).append(true).open(joined)?;
        let begin = if to.metadata()?.len() == 0 { 0 } else { SECTOR };
        from.seek(SeekFrom::Start(begin))?;
        io::copy(&mut from.take(end - begin), &mut to)?;
    }
    Ok(fs::remove_file(log)?)
}

fn numbers<const N: usize>(log: &mut impl Read) -> io::Result<[u64; N]> {
    let mut numbers = [0; N];
    for number in &mut numbers {
        let mut bytes = [0; 8];
        log.read_exact(&mut bytes)?;
        *number = u64::from_le_bytes(bytes);
    }
    Ok(numbers)
}

#[cfg(test)]
pub(crate) mod tests;
