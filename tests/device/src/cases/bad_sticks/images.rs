//! Images of such sticks.

use std::fs::File;
use std::io::{Cursor, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

/// Of a FAT with clusters of 512 bytes: more than 65,525 of them make it FAT32.
const BYTES: usize = 64 << 20;
/// The root folder's first cluster, and that of the first file whose folder has no more than one.
const ROOT: u32 = 2;
pub const FIRST_FILE: u32 = 3;

pub fn write(image: &[u8], to: &Path) -> Result<()> {
    std::fs::write(to, image).with_context(|| format!("cannot write {}", to.display()))
}

/// A FAT32 with these files.
pub fn fat(files: &[(&str, &[u8])]) -> Result<Vec<u8>> {
    let mut image = vec![0; BYTES];
    let options = fatfs::FormatVolumeOptions::new().fat_type(fatfs::FatType::Fat32).bytes_per_cluster(512);
    fatfs::format_volume(Cursor::new(&mut image[..]), options)?;
    let mounted = fatfs::FileSystem::new(Cursor::new(&mut image[..]), fatfs::FsOptions::new())?;
    for (name, content) in files {
        mounted.root_dir().create_file(name)?.write_all(content)?;
    }
    mounted.unmount()?;
    Ok(image)
}

/// The same; the cluster after this one is again this one, in both tables.
pub fn circle(cluster: u32, files: &[(&str, &[u8])]) -> Result<Vec<u8>> {
    let mut image = fat(files)?;
    // The second cluster of a file leads back to its first; a folder of one cluster leads to itself.
    let from = if cluster == ROOT { cluster } else { next(&image, cluster) };
    for table in 0..2 {
        let entry = entry(&image, table, from);
        image[entry..entry + 4].copy_from_slice(&cluster.to_le_bytes());
    }
    Ok(image)
}

fn number(image: &[u8], at: usize, bytes: usize) -> usize {
    image[at..at + bytes].iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

/// Where the entry of a cluster is in one of the two tables.
fn entry(image: &[u8], table: usize, cluster: u32) -> usize {
    let (sector, reserved, sectors) = (number(image, 11, 2), number(image, 14, 2), number(image, 36, 4));
    (reserved + table * sectors) * sector + 4 * cluster as usize
}

fn next(image: &[u8], cluster: u32) -> u32 {
    number(image, entry(image, 0, cluster), 4) as u32
}

/// A boot sector that looks like a FAT's and whose every size is as large as it gets.
pub fn absurd_fat() -> Vec<u8> {
    let mut image = vec![0x55; 1 << 20];
    image[..3].copy_from_slice(b"\xeb\x58\x90");
    image[3..11].copy_from_slice(b"mkfs.fat");
    // Bytes of a sector, sectors of a cluster, reserved ones, tables.
    image[11..17].copy_from_slice(&[0x00, 0x10, 0x80, 0xff, 0xff, 0xff]);
    image[17..36].fill(0);
    image[21] = 0xf8;
    image[32..44].fill(0xff);
    image[44..48].copy_from_slice(&0x0fff_fff0_u32.to_le_bytes());
    image[82..90].copy_from_slice(b"FAT32   ");
    image[510..512].copy_from_slice(b"\x55\xaa");
    image
}

/// An exFAT of so many bytes; only what is written of it takes room on this host.
pub fn exfat(to: &Path, bytes: u64) -> Result<()> {
    File::create(to)?.set_len(bytes)?;
    let made = Command::new("mkfs.exfat").arg(to).stdout(Stdio::null()).status();
    ensure!(made.context("cannot start mkfs.exfat; is exfatprogs installed?")?.success(), "mkfs.exfat failed");
    Ok(())
}

/// An exFAT whose sectors have 2 GiB, and its clusters 2 to the power of 255 of them.
pub fn absurd_exfat(to: &Path) -> Result<()> {
    exfat(to, 64 << 20)?;
    Ok(File::options().write(true).open(to)?.write_all_at(&[0x1f, 0xff], 108)?)
}

/// The bundle's name in capitals, and beside it what a Mac writes there of its own.
pub fn as_a_mac_leaves_it(stick: &Path) -> Result<()> {
    let own = stick.with_extension("own");
    std::fs::write(&own, [b"\0\x05\x16\x07\0\x02\0\0Mac OS X        ".to_vec(), vec![0; 4064]].concat())?;
    let mtool = |name: &str, words: &[&std::ffi::OsStr]| -> Result<()> {
        let done = Command::new(name).arg("-i").arg(stick).args(words).status();
        ensure!(done.with_context(|| format!("cannot start {name}"))?.success(), "{name} failed");
        Ok(())
    };
    mtool("mren", &["::good.raucb".as_ref(), "::PARLEY-UPDATE.RAUCB".as_ref()])?;
    mtool("mcopy", &[own.as_ref(), "::._PARLEY-UPDATE.RAUCB".as_ref()])?;
    Ok(std::fs::remove_file(own)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_is_in_both_tables() {
        let content = [1; 4096];
        let files: &[(&str, &[u8])] = &[("good.raucb", &content)];
        let whole = fat(files).unwrap();
        assert_eq!(next(&whole, FIRST_FILE), FIRST_FILE + 1, "the file is where it is looked for");
        let image = circle(FIRST_FILE, files).unwrap();
        for table in 0..2 {
            assert_eq!(number(&image, entry(&image, table, FIRST_FILE + 1), 4) as u32, FIRST_FILE);
        }
        assert_eq!(next(&circle(ROOT, files).unwrap(), ROOT), ROOT);
    }
}
