//! Makes a FAT forget what people wrote there, in files that are there and in files that were removed.

use std::fs::OpenOptions;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::rc::Rc;

use fatfs::{Dir, DirEntry, File, FileSystem, FsOptions};

use super::{MOST_FILES, Watched, change, contained, damaged, unused};

/// Deeper than any folder that a PC makes, a file system is damaged.
const DEEPEST: u8 = 32;

/// What files say that were overwritten, as a comment of TOML.
const FORGOTTEN: &[u8] =
    b"# This device was reset: what stood here is forgotten. Write a new file, or remove this one.\n";

/// Overwrites the files that are `meant` with a comment of the same length, and then with zeros whatever no file has:
/// there, removed files and older versions of files live on. Each path is asked of, as in `folder/file`. Nothing moves;
/// a cut at any moment leaves every other file whole.
///
/// # Errors
/// The file system cannot be read or written; a file system without such a file is none.
pub fn forget(partition: &Path, meant: impl Fn(&str) -> bool) -> io::Result<()> {
    let files = read_files(partition)?;
    if files.iter().any(|file| meant(&file.path)) {
        change(partition, |root| {
            visit(root, "", DEEPEST, &mut |path, entry| {
                if meant(path) { blank(&mut entry.to_file()) } else { Ok(()) }
            })
        })?;
    }
    unused::wipe(partition, &files.iter().filter_map(|file| file.begins_at).collect::<Vec<_>>())
}

fn blank<T: Read + Write + Seek>(file: &mut File<'_, T>) -> io::Result<()> {
    let mut left = file.seek(SeekFrom::End(0))?;
    file.rewind()?;
    let mut text = FORGOTTEN.to_vec();
    while left > 0 {
        let piece = text.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        file.write_all(&text[..piece])?;
        left -= piece as u64;
        text = vec![b'#'; 4096];
    }
    Ok(())
}

struct Listed {
    path: String,
    /// From the beginning of the partition, in bytes; none for an empty file.
    begins_at: Option<u64>,
}

/// All files of all folders.
fn read_files(partition: &Path) -> io::Result<Vec<Listed>> {
    let file = OpenOptions::new().read(true).open(partition)?;
    contained(|| {
        let last_read = Rc::default();
        let filesystem = FileSystem::new(Watched { file, last_read: Rc::clone(&last_read) }, FsOptions::new())?;
        let mut files = Vec::new();
        visit(&filesystem.root_dir(), "", DEEPEST, &mut |path, entry| {
            let begins_at = if entry.len() == 0 {
                None
            } else {
                entry.to_file().read_exact(&mut [0])?;
                Some(last_read.get())
            };
            files.push(Listed { path: path.to_owned(), begins_at });
            Ok(())
        })?;
        Ok(files)
    })
}

type Visitor<'v, 'f, T> = dyn FnMut(&str, &DirEntry<'f, T>) -> io::Result<()> + 'v;

/// Goes to every file in a folder and in the folders in it.
fn visit<'f, T: Read + Write + Seek>(
    folder: &Dir<'f, T>,
    path: &str,
    deeper: u8,
    to: &mut Visitor<'_, 'f, T>,
) -> io::Result<()> {
    for (place, entry) in folder.iter().enumerate() {
        let entry = entry?;
        if place >= MOST_FILES || deeper == 0 {
            return Err(damaged());
        }
        let name = entry.file_name();
        let path = format!("{path}{name}");
        if entry.is_file() {
            to(&path, &entry)?;
        } else if entry.is_dir() && !matches!(name.as_str(), "." | "..") {
            visit(&entry.to_dir(), &format!("{path}/"), deeper - 1, to)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
