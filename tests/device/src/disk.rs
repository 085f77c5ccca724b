//! Reading a disk image as the firmware does: partitions by their place, files out of FAT.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::firmware::{self, Choice, Register, Reset};
use crate::layout::{Layout, Partition, SlotName};

/// The largest file taken out of a FAT, bytes: a kernel is far smaller, a broken file system may claim anything.
const LARGEST_FILE: u64 = 256 << 20;

pub trait Disk {
    /// Fills the buffer from that byte on.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()>;
}

impl Disk for File {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.read_exact_at(buffer, offset)
    }
}

/// What a boot partition holds, as far as a start needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BootFiles {
    pub kernel: Vec<u8>,
    pub initramfs: Vec<u8>,
    /// The command line, without its padding.
    pub cmdline: String,
    /// The overlays of which the firmware would tell the kernel, in their order.
    pub overlays: Vec<String>,
}

/// The names that the product's `config.txt` gives these files.
pub const KERNEL: &str = "kernel_2712.img";
pub const INITRAMFS: &str = "initramfs";
/// Where the firmware is told of them.
pub const CONFIG: &str = "config.txt";

impl BootFiles {
    /// Reads them.
    ///
    /// # Errors
    /// When the file system or one of the files cannot be read: the firmware would not start.
    pub fn read(disk: &dyn Disk, layout: &Layout, partition: &Partition) -> Result<Self> {
        let file = |name: &str| {
            let bytes = fat_file(disk, partition, name)?;
            bytes.with_context(|| format!("there is no {name} on {}", partition.label))
        };
        let cmdline = String::from_utf8_lossy(&file(&layout.cmdline.file)?).trim_matches(['\0', '\n', ' ']).to_owned();
        let config = fat_file(disk, partition, CONFIG)?.unwrap_or_default();
        let overlays = firmware::overlays(&config, |name| fat_file(disk, partition, name).ok().flatten());
        Ok(Self { kernel: file(KERNEL)?, initramfs: file(INITRAMFS)?, cmdline, overlays })
    }
}

/// What the firmware would start from this disk.
pub fn start(disk: &dyn Disk, layout: &Layout, register: &mut Register, reset: Reset) -> Choice {
    // A file system that cannot be read says as little as one without the file.
    let autoboot =
        layout.partitions.first().and_then(|first| fat_file(disk, first, &layout.autoboot.file).ok().flatten());
    register.start(reset, autoboot.as_deref())
}

/// What the firmware really starts of its choice: from a boot partition that holds no system it walks on to the ones
/// behind it, and the last is the end (`PARTITION_WALK=1`, the firmware's own setting since August 2025).
///
/// # Errors
/// When neither the partition of the choice nor one behind it can be started.
pub fn walk(disk: &dyn Disk, layout: &Layout, choice: Choice) -> Result<(Choice, BootFiles)> {
    let mut unreadable = None;
    for partition in layout.partitions.iter().filter(|partition| partition.number >= choice.partition) {
        match BootFiles::read(disk, layout, partition) {
            Ok(files) => return Ok((Choice { partition: partition.number, ..choice }, files)),
            Err(error) => unreadable = unreadable.or(Some(error)),
        }
    }
    Err(unreadable.context("the disk has no such partition")?.context(format!("the firmware looks for {choice}")))
}

/// The slot that an ordinary start takes.
pub fn committed(disk: &dyn Disk, layout: &Layout) -> Option<SlotName> {
    layout.slot_of_boot(start(disk, layout, &mut Register::default(), Reset::PowerOn).partition)
}

/// The layout as the disk's own partition table has it: the last partition may have grown since the disk was made.
///
/// # Errors
/// When neither copy of the table is whole, or another partition lies elsewhere than the layout says.
pub fn as_partitioned(disk: &dyn Disk, layout: &Layout) -> Result<Layout> {
    let mut section = Section { disk, start: 0, size: layout.disk_size(), position: 0 };
    let table = gptman::GPT::find_from(&mut section).context("neither copy of the partition table is whole")?;
    let mut found = layout.clone();
    let last = found.partitions.len();
    for (index, partition) in found.partitions.iter_mut().enumerate() {
        let entry = &table[partition.number];
        let size = entry.size().with_context(|| format!("the table has no {}", partition.label))? * table.sector_size;
        let same = entry.starting_lba * table.sector_size == partition.start
            && if index + 1 == last { size >= partition.size } else { size == partition.size };
        ensure!(same, "the table has {} elsewhere: from sector {}, {size} bytes", partition.label, entry.starting_lba);
        partition.size = size;
    }
    Ok(found)
}

/// A file from the root folder of a FAT partition; `None` if there is none of that name.
///
/// # Errors
/// When the partition holds no readable FAT, or the file is damaged.
pub fn fat_file(disk: &dyn Disk, partition: &Partition, name: &str) -> Result<Option<Vec<u8>>> {
    let section = Section { disk, start: partition.start, size: partition.size, position: 0 };
    let unreadable = || format!("the FAT of {} cannot be read", partition.label);
    let fat = fatfs::FileSystem::new(section, fatfs::FsOptions::new()).with_context(unreadable)?;
    let folder = fat.root_dir();
    let mut file = match folder.open_file(name) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(unreadable),
    };
    let claimed = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(0))?;
    let mut bytes = Vec::new();
    Read::by_ref(&mut file).take(LARGEST_FILE).read_to_end(&mut bytes).with_context(unreadable)?;
    ensure!(bytes.len() as u64 == claimed, "{name} on {} is cut short", partition.label);
    Ok(Some(bytes))
}

/// Copies a disk image; its holes stay holes.
pub fn copy_sparse(from: &Path, to: &Path) -> Result<()> {
    let copied = Command::new("cp").arg("--sparse=always").args([from, to]).status().context("cannot start cp")?;
    ensure!(copied.success(), "cannot copy {} to {}", from.display(), to.display());
    Ok(())
}

/// A part of a disk, to be read like a file; what is written is refused.
struct Section<'a> {
    disk: &'a dyn Disk,
    start: u64,
    size: u64,
    position: u64,
}

impl Read for Section<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.size.saturating_sub(self.position);
        let length = left.min(buffer.len() as u64) as usize;
        self.disk.read_at(&mut buffer[..length], self.start + self.position)?;
        self.position += length as u64;
        Ok(length)
    }
}

impl Seek for Section<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(offset) => self.size.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

impl Write for Section<'_> {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::SECTOR;

    /// A disk whose every partition is as it comes from the factory: empty.
    struct Blank;

    impl Disk for Blank {
        fn read_at(&self, buffer: &mut [u8], _: u64) -> io::Result<()> {
            buffer.fill(0);
            Ok(())
        }
    }

    fn layout() -> Layout {
        Layout::parse(include_str!("../../../ota/layout.toml")).unwrap()
    }

    /// A disk image with one FAT partition that holds one file.
    fn disk_with(partition: &Partition, name: &str, content: &[u8]) -> File {
        let disk = tempfile::tempfile().unwrap();
        disk.set_len(layout().disk_size()).unwrap();
        let mut fat = vec![0; partition.size as usize];
        let mut cursor = io::Cursor::new(&mut fat[..]);
        fatfs::format_volume(&mut cursor, fatfs::FormatVolumeOptions::new()).unwrap();
        let mounted = fatfs::FileSystem::new(cursor, fatfs::FsOptions::new()).unwrap();
        mounted.root_dir().create_file(name).unwrap().write_all(content).unwrap();
        mounted.unmount().unwrap();
        disk.write_all_at(&fat, partition.start).unwrap();
        disk
    }

    #[test]
    fn a_blank_disk_starts_the_first_slot() {
        assert_eq!(committed(&Blank, &layout()), Some(SlotName::A));
    }

    #[test]
    fn the_committed_slot_is_read_from_the_disk() {
        let layout = layout();
        let autoboot = layout.autoboot_txt(SlotName::B).unwrap();
        let disk = disk_with(&layout.partitions[0], &layout.autoboot.file, autoboot.as_bytes());
        assert_eq!(committed(&disk, &layout), Some(SlotName::B));
    }

    #[test]
    fn a_partition_table_is_read_and_a_broken_one_is_not() {
        let layout = layout();
        let mut disk = tempfile::tempfile().unwrap();
        disk.set_len(layout.disk_size()).unwrap();
        let mut table = gptman::GPT::new_from(&mut disk, SECTOR, [7; 16]).unwrap();
        for partition in &layout.partitions {
            table[partition.number] = gptman::GPTPartitionEntry {
                partition_type_guid: [1; 16],
                unique_partition_guid: [partition.number as u8; 16],
                starting_lba: partition.start / SECTOR,
                ending_lba: (partition.start + partition.size) / SECTOR - 1,
                attribute_bits: 0,
                partition_name: partition.label.as_str().into(),
            };
        }
        let mut grown = layout.clone();
        grown.partitions[5].size += 64 * SECTOR;
        table[6].ending_lba += 64;
        table.write_into(&mut disk).unwrap();
        assert_eq!(as_partitioned(&disk, &layout).unwrap(), grown);
        disk.write_all_at(&[0; 512], SECTOR).unwrap();
        assert_eq!(as_partitioned(&disk, &layout).unwrap(), grown, "the second copy is read");
        table[4].ending_lba -= 1;
        table.write_into(&mut disk).unwrap();
        assert!(as_partitioned(&disk, &layout).unwrap_err().to_string().contains("root_a"));
        assert!(as_partitioned(&Blank, &layout).is_err());
    }

    #[test]
    fn a_missing_file_is_told_from_a_broken_file_system() {
        let layout = layout();
        let disk = disk_with(&layout.partitions[0], "other.txt", b"");
        assert_eq!(fat_file(&disk, &layout.partitions[0], "autoboot.txt").unwrap(), None);
        assert!(fat_file(&Blank, &layout.partitions[0], "autoboot.txt").is_err());
    }

    #[test]
    fn the_firmware_walks_on_from_a_partition_that_holds_no_system() {
        let layout = layout();
        let (a, b) = (layout.boot(SlotName::A).unwrap(), layout.boot(SlotName::B).unwrap());
        let disk = disk_with(b, KERNEL, b"kernel");
        let mut fat = vec![0; b.size as usize];
        disk.read_exact_at(&mut fat, b.start).unwrap();
        let mounted = fatfs::FileSystem::new(io::Cursor::new(&mut fat[..]), fatfs::FsOptions::new()).unwrap();
        for name in [INITRAMFS, &layout.cmdline.file] {
            mounted.root_dir().create_file(name).unwrap().write_all(b"x").unwrap();
        }
        mounted.unmount().unwrap();
        disk.write_all_at(&fat, b.start).unwrap();
        let choice = Choice { partition: a.number, tryboot: true };
        let (walked, files) = walk(&disk, &layout, choice).unwrap();
        assert_eq!((walked, files.kernel), (Choice { partition: b.number, tryboot: true }, b"kernel".to_vec()));
        let behind = Choice { partition: b.number + 1, tryboot: false };
        assert!(walk(&disk, &layout, behind).is_err(), "it never walks back");
    }

    #[test]
    fn a_boot_partition_without_a_kernel_does_not_start() {
        let layout = layout();
        let partition = layout.boot(SlotName::B).unwrap();
        let disk = disk_with(partition, &layout.cmdline.file, b"quiet   ");
        let error = BootFiles::read(&disk, &layout, partition).unwrap_err().to_string();
        assert!(error.contains(KERNEL), "{error}");
    }
}
