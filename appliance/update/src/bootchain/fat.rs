//! Files in the root directory of a FAT that is not mounted: a partition's device, or an image of one.

mod forget;
mod unused;

use std::cell::Cell;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::rc::Rc;
use std::sync::Once;

use fatfs::{Dir, FileSystem, FsOptions};

pub use self::forget::forget;

/// Files here are configuration: longer ones are not ours.
const LONGEST: u64 = 64 * 1024;

/// A file, and where its first byte lies on the partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What is in it.
    pub content: Vec<u8>,
    /// From the beginning of the partition, in bytes.
    pub offset: u64,
}

/// Reads a file without changing anything.
///
/// # Errors
/// A file system that cannot be read, a file that is missing (`NotFound`), empty, or larger than any configuration.
pub fn find(partition: &Path, name: &str) -> io::Result<Found> {
    let file = OpenOptions::new().read(true).open(partition)?;
    contained(|| {
        let last_read = Rc::new(Cell::new(0));
        let disk = Watched { file, last_read: Rc::clone(&last_read) };
        let filesystem = FileSystem::new(disk, FsOptions::new())?;
        let mut found = filesystem.root_dir().open_file(name)?;
        let mut first = [0];
        found.read_exact(&mut first)?;
        let offset = last_read.get();
        let mut content = first.to_vec();
        found.take(LONGEST).read_to_end(&mut content)?;
        if content.len() as u64 > LONGEST {
            return Err(io::Error::new(io::ErrorKind::InvalidData, format!("{name} is larger than any file of ours")));
        }
        Ok(Found { content, offset })
    })
}

/// What lies in a root directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryEntry {
    /// Its long name, where it has one.
    pub name: String,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// Its length in bytes; 0 for a folder.
    pub bytes: u64,
}

/// The first thousand entries of the root directory; nothing is changed.
///
/// # Errors
/// A file system that cannot be read.
pub fn entries(partition: &Path) -> io::Result<Vec<DirectoryEntry>> {
    const MOST: usize = 1_000;
    let file = OpenOptions::new().read(true).open(partition)?;
    contained(|| {
        let disk = Watched { file, last_read: Rc::default() };
        let filesystem = FileSystem::new(disk, FsOptions::new())?;
        let entries = filesystem.root_dir().iter().take(MOST).map(|entry| {
            entry.map(|entry| DirectoryEntry { name: entry.file_name(), is_folder: entry.is_dir(), bytes: entry.len() })
        });
        entries.collect()
    })
}

/// Folders in folders, and files in one of them, beyond which a file system is not ours but damaged.
const DEEPEST: u8 = 4;
const MOST_FILES: usize = 4096;

/// Reads every file to its end, and says what is in the root directory.
///
/// # Errors
/// Something cannot be read.
pub fn read_all(partition: &Path) -> io::Result<Vec<String>> {
    let mut file = OpenOptions::new().read(true).open(partition)?;
    let mut budget = file.seek(SeekFrom::End(0))?;
    file.rewind()?;
    contained(|| {
        let filesystem = FileSystem::new(Watched { file, last_read: Rc::default() }, FsOptions::new())?;
        let root = filesystem.root_dir();
        let names = root.iter().take(MOST_FILES).map(|entry| Ok(entry?.file_name())).collect::<io::Result<_>>()?;
        read_folder(&root, DEEPEST, &mut budget)?;
        Ok(names)
    })
}

/// A damaged file system may claim to hold more than there is room for: `budget`, in bytes.
fn read_folder<T: Read + Write + Seek>(folder: &Dir<'_, T>, deeper: u8, budget: &mut u64) -> io::Result<()> {
    for (place, entry) in folder.iter().enumerate() {
        let entry = entry?;
        if place >= MOST_FILES || deeper == 0 {
            return Err(damaged());
        }
        if entry.is_file() {
            *budget = budget.checked_sub(entry.len()).ok_or_else(damaged)?;
            if io::copy(&mut entry.to_file(), &mut io::sink())? < entry.len() {
                return Err(damaged());
            }
        } else if entry.is_dir() && !matches!(entry.file_name().as_str(), "." | "..") {
            read_folder(&entry.to_dir(), deeper - 1, budget)?;
        }
    }
    Ok(())
}

/// Writes a file in place: its length and its place on the partition stay. Not safe against a cut: only for a slot that
/// nothing boots.
///
/// # Errors
/// As [`find`], and a new content of another length.
pub fn overwrite(partition: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    let found = find(partition, name)?;
    if found.content.len() != content.len() {
        let message = format!("{name} has {} bytes, not {}: it is no file of ours", found.content.len(), content.len());
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    change(partition, |root| root.open_file(name)?.write_all(content))
}

/// Makes the file system anew, with one file in it: for a partition that can no longer be read.
pub fn make_anew(partition: &Path, label: &str, name: &str, content: &[u8]) -> io::Result<()> {
    let mut volume_label = [b' '; 11];
    for (place, byte) in volume_label.iter_mut().zip(label.bytes()) {
        *place = byte;
    }
    let mut file = open(partition)?;
    let options = fatfs::FormatVolumeOptions::new().volume_label(volume_label);
    contained(|| fatfs::format_volume(&mut file, options))?;
    create(partition, name, content)
}

/// Puts a file into a readable file system where it is missing.
pub fn create(partition: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    change(partition, |root| {
        let mut file = root.create_file(name)?;
        file.truncate()?;
        file.write_all(content)
    })
}

fn open(partition: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).open(partition)
}

/// Changes what is in a root directory; it is on the medium when this returns.
fn change(partition: &Path, work: impl FnOnce(&Dir<'_, File>) -> io::Result<()>) -> io::Result<()> {
    let file = open(partition)?;
    let synced = file.try_clone()?;
    contained(|| {
        let filesystem = FileSystem::new(file, FsOptions::new())?;
        work(&filesystem.root_dir())?;
        filesystem.unmount()
    })?;
    synced.sync_all()
}

thread_local! {
    /// Whether a panic of this thread is expected.
    static CONTAINED: Cell<bool> = const { Cell::new(false) };
}

/// The library computes with what it finds, and panics on some garbled file systems: that is an error like any other.
fn contained<T>(work: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let loud = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !CONTAINED.get() {
                loud(panic);
            }
        }));
    });
    CONTAINED.set(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    CONTAINED.set(false);
    result.unwrap_or_else(|_| Err(damaged()))
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the file system is damaged")
}

/// Remembers where it was last read; the file is open for reading only.
struct Watched {
    file: File,
    last_read: Rc<Cell<u64>>,
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.last_read.set(self.file.stream_position()?);
        self.file.read(buffer)
    }
}

impl Seek for Watched {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

impl Write for Watched {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.file.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
