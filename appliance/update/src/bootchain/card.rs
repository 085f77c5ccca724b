//! The parts of the card that the firmware and the initramfs read.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;

use crate::bootchain::autoboot::{self, SECTOR};
use crate::bootchain::slot::{self, Slot};
use crate::bootchain::start_counter;
use crate::bootchain::{cmdline, fat};

/// The file on partition 1.
pub const AUTOBOOT_FILE: &str = "autoboot.txt";

/// The file system label of partition 1, should it have to be made anew.
const AUTOBOOT_FILESYSTEM: &str = "AUTOBOOT";

/// What the backend needs of a card; the tests put power cuts in between.
pub trait Card {
    /// `autoboot.txt`, where it can be read.
    fn autoboot(&self) -> Option<Vec<u8>>;

    /// Changes the two numbers of a whole file: one sector, in place, and on the medium when this returns.
    ///
    /// # Errors
    /// The partition cannot be written, or there is no whole file.
    fn commit(&mut self, slot: Slot) -> io::Result<()>;

    /// Puts the file back by whatever means.
    fn restore(&mut self, slot: Slot) -> io::Result<()>;

    /// Whether the boot partition of a slot would start that slot.
    fn is_complete(&self, slot: Slot) -> anyhow::Result<()>;

    /// Whether the boot partition of a slot can be read to the end of every file, and has what the firmware started the
    /// `running` slot with.
    fn is_whole(&self, slot: Slot, running: Slot) -> bool;

    /// Tells the initramfs that the slot has proved itself.
    fn confirm_start(&mut self, slot: Slot) -> io::Result<()>;
}

/// The card of this device, or images of its partitions.
#[derive(Debug, Clone)]
pub struct DeviceCard {
    /// The partition with `autoboot.txt`.
    pub autoboot: PathBuf,
    /// The boot partitions of slots A and B.
    pub boot: [PathBuf; 2],
    /// The whole disk, where it is known: the counter of starts lies in front of its partitions.
    pub disk: Option<PathBuf>,
}

impl DeviceCard {
    /// The card with the partitions of `layout.toml` of the system with this root folder.
    pub fn below(root: &Path) -> Self {
        let autoboot = slot::device(root, slot::AUTOBOOT_LABEL);
        let boot = slot::SLOTS.map(|slot| slot::device(root, slot.boot_label()));
        Self { disk: disk_of(root, &autoboot), autoboot, boot }
    }

    /// The boot partition of a slot.
    pub fn boot(&self, slot: Slot) -> &Path {
        let [a, b] = &self.boot;
        match slot {
            Slot::A => a,
            Slot::B => b,
        }
    }
}

impl Card for DeviceCard {
    fn autoboot(&self) -> Option<Vec<u8>> {
        fat::find(&self.autoboot, AUTOBOOT_FILE).ok().map(|found| found.content)
    }

    fn commit(&mut self, slot: Slot) -> io::Result<()> {
        let found = fat::find(&self.autoboot, AUTOBOOT_FILE)?;
        if autoboot::whole(&found.content).is_none() || found.offset % SECTOR as u64 != 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, format!("{AUTOBOOT_FILE} is not whole")));
        }
        write_sector(&self.autoboot, found.offset, &autoboot::sector(slot))?;
        let written = fat::find(&self.autoboot, AUTOBOOT_FILE)?.content;
        if autoboot::whole(&written) != Some(slot) {
            return Err(io::Error::other(format!(
                "{AUTOBOOT_FILE} does not read as it was written: the card may be worn out"
            )));
        }
        Ok(())
    }

    fn restore(&mut self, slot: Slot) -> io::Result<()> {
        let content = autoboot::render(slot);
        // Each means spoils more than the one before; the owner's setup file lies on this partition too.
        let mend = |partition: &Path| match fat::find(partition, AUTOBOOT_FILE) {
            Ok(found) if found.content.len() == content.len() && found.offset % SECTOR as u64 == 0 => {
                write_sector(partition, found.offset, &autoboot::sector(slot))
            }
            _ => fat::create(partition, AUTOBOOT_FILE, content.as_bytes()),
        };
        let names_it = |card: &Self| card.autoboot().as_deref().and_then(autoboot::whole) == Some(slot);
        if mend(&self.autoboot).is_err() || !names_it(self) {
            fat::make_anew(&self.autoboot, AUTOBOOT_FILESYSTEM, AUTOBOOT_FILE, content.as_bytes())?;
        }
        if names_it(self) {
            return Ok(());
        }
        Err(io::Error::other(format!("{AUTOBOOT_FILE} cannot be repaired: the card may be worn out")))
    }

    fn is_complete(&self, slot: Slot) -> anyhow::Result<()> {
        cmdline::is_complete(self.boot(slot), slot)
    }

    fn is_whole(&self, slot: Slot, running: Slot) -> bool {
        let names = |slot| fat::read_all(self.boot(slot));
        let (Ok(there), Ok(wanted)) = (names(slot), names(running)) else { return false };
        self.is_complete(slot).is_ok() && wanted.iter().all(|name| there.contains(name))
    }

    fn confirm_start(&mut self, slot: Slot) -> io::Result<()> {
        let Some(disk) = &self.disk else { return Ok(()) };
        let confirmed = start_counter::confirmed(slot);
        let mut sector = [0; SECTOR];
        File::open(disk)?.read_exact_at(&mut sector, start_counter::OFFSET_BYTES)?;
        // Flash wears: what is there already is not written again.
        if sector == confirmed { Ok(()) } else { write_sector(disk, start_counter::OFFSET_BYTES, &confirmed) }
    }
}

/// Direct writes come from aligned memory.
#[repr(C, align(4096))]
struct Aligned([u8; SECTOR]);

/// Writes one sector past the page cache, which for a partition that is not mounted nobody else would write back in
/// order.
pub(super) fn write_sector(device: &Path, offset: u64, sector: &[u8; SECTOR]) -> io::Result<()> {
    let aligned = Aligned(*sector);
    let open = |flags: OFlag| OpenOptions::new().write(true).custom_flags(flags.bits()).open(device);
    let direct = open(OFlag::O_DIRECT).and_then(|file| file.write_all_at(&aligned.0, offset).map(|()| file));
    let file = match direct {
        // Neither a file in memory nor a disk with large sectors can do it; an ordinary write and a sync come to the
        // same there.
        Err(error) if error.raw_os_error() == Some(nix::Error::EINVAL as i32) => {
            let file = open(OFlag::empty())?;
            file.write_all_at(&aligned.0, offset)?;
            file
        }
        other => other?,
    };
    file.sync_data()
}

/// The disk that a partition lies on, from the kernel's device tree in /sys.
fn disk_of(root: &Path, partition: &Path) -> Option<PathBuf> {
    let device = std::fs::canonicalize(partition).ok()?;
    let entry = std::fs::canonicalize(root.join("sys/class/block").join(device.file_name()?)).ok()?;
    Some(root.join("dev").join(entry.parent()?.file_name()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bootchain::slot::SLOTS;

    /// A card of images in a folder.
    fn card() -> (tempfile::TempDir, DeviceCard) {
        let folder = tempfile::tempdir().unwrap();
        let image = |name: &str, mib: u64| {
            let path = folder.path().join(name);
            File::create(&path).and_then(|file| file.set_len(mib * 1024 * 1024)).unwrap();
            path
        };
        let mut card = DeviceCard {
            autoboot: image("autoboot", 16),
            boot: [image("boot_a", 16), image("boot_b", 16)],
            disk: Some(image("disk", 2)),
        };
        card.restore(Slot::A).unwrap();
        (folder, card)
    }

    fn named(card: &DeviceCard) -> Option<Slot> {
        autoboot::whole(&card.autoboot()?)
    }

    #[test]
    fn a_commit_changes_one_sector_and_nothing_else() {
        let (_folder, mut card) = card();
        let before = std::fs::read(&card.autoboot).unwrap();
        card.commit(Slot::B).unwrap();
        let after = std::fs::read(&card.autoboot).unwrap();
        let changed: Vec<usize> = (0..before.len()).filter(|place| before[*place] != after[*place]).collect();
        assert_eq!(changed.len(), 2, "the two numbers");
        assert_eq!(changed[0] / SECTOR, changed[1] / SECTOR);
        assert_eq!(named(&card), Some(Slot::B));
    }

    #[test]
    fn a_file_that_is_not_whole_is_restored_and_never_committed() {
        for slot in SLOTS {
            let (_folder, mut card) = card();
            let length = autoboot::render(Slot::A).len();
            fat::overwrite(&card.autoboot, AUTOBOOT_FILE, &vec![0; length]).unwrap();
            assert!(card.commit(slot).is_err());
            let before = std::fs::read(&card.autoboot).unwrap();
            card.restore(slot).unwrap();
            assert_eq!(named(&card), Some(slot));
            let after = std::fs::read(&card.autoboot).unwrap();
            let changed = (0..before.len()).filter(|place| before[*place] != after[*place]);
            let sectors: std::collections::BTreeSet<_> = changed.map(|place| place / SECTOR).collect();
            assert_eq!(sectors.len(), 1, "the file system around it stays as it was");
        }
    }

    #[test]
    fn a_missing_file_is_put_back_and_the_owners_file_stays() {
        let (_folder, mut card) = card();
        fat::make_anew(&card.autoboot, "AUTOBOOT", "parley-setup.toml", b"name = 'x'").unwrap();
        fat::find(&card.autoboot, "parley-setup.toml").unwrap();
        card.restore(Slot::B).unwrap();
        assert_eq!(named(&card), Some(Slot::B));
        fat::find(&card.autoboot, "parley-setup.toml").unwrap();
    }

    #[test]
    fn a_file_of_another_length_is_replaced() {
        let (_folder, mut card) = card();
        let edited = autoboot::render(Slot::A).replace('\n', "\r\n");
        fat::make_anew(&card.autoboot, "AUTOBOOT", AUTOBOOT_FILE, edited.as_bytes()).unwrap();
        card.restore(Slot::A).unwrap();
        assert_eq!(named(&card), Some(Slot::A));
    }

    #[test]
    fn a_zeroed_partition_is_made_anew() {
        let (_folder, mut card) = card();
        std::fs::write(&card.autoboot, vec![0; 16 * 1024 * 1024]).unwrap();
        assert_eq!(card.autoboot(), None);
        card.restore(Slot::B).unwrap();
        assert_eq!(named(&card), Some(Slot::B));
    }

    #[test]
    fn a_boot_partition_is_whole_when_it_reads_to_its_end_and_has_what_the_other_has() {
        let (_folder, card) = card();
        for slot in SLOTS {
            let line = cmdline::padded("root={root} rauc.slot={slot}").unwrap();
            fat::make_anew(card.boot(slot), "BOOT", cmdline::FILE, &line).unwrap();
            cmdline::complete(card.boot(slot), slot).unwrap();
            fat::create(card.boot(slot), "kernel.img", &[7; 100_000]).unwrap();
        }
        assert!(card.is_whole(Slot::A, Slot::B));
        fat::create(card.boot(Slot::B), "config.txt", b"kernel=kernel.img").unwrap();
        assert!(!card.is_whole(Slot::A, Slot::B), "the firmware's settings are gone");
        assert!(card.is_whole(Slot::B, Slot::A), "more does no harm");
        std::fs::write(card.boot(Slot::B), vec![0; 16 * 1024 * 1024]).unwrap();
        assert!(!card.is_whole(Slot::B, Slot::A));
    }

    #[test]
    fn a_sector_that_cannot_be_written_directly_is_written_all_the_same() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(4096).unwrap();
        // No disk takes a direct write at such a place.
        write_sector(file.path(), 7, &[5; SECTOR]).unwrap();
        assert_eq!(std::fs::read(file.path()).unwrap()[6..8], [0, 5]);
        assert!(write_sector(Path::new("/no/such/disk"), 0, &[5; SECTOR]).is_err());
    }

    #[test]
    fn the_disk_is_the_one_that_holds_the_first_partition() {
        let root = tempfile::tempdir().unwrap();
        let make = |path: &str| std::fs::create_dir_all(root.path().join(path)).unwrap();
        make("sys/devices/mmcblk0/autoboot");
        make("sys/class/block");
        make("dev/disk/by-parley");
        std::os::unix::fs::symlink("../../devices/mmcblk0/autoboot", root.path().join("sys/class/block/autoboot"))
            .unwrap();
        assert_eq!(DeviceCard::below(root.path()).disk, None, "there is no such partition");
        File::create(root.path().join("dev/disk/by-parley/autoboot")).unwrap();
        assert_eq!(DeviceCard::below(root.path()).disk, Some(root.path().join("dev/mmcblk0")));
    }

    #[test]
    fn a_confirmed_start_is_counted_as_none() {
        let (_folder, mut card) = card();
        card.confirm_start(Slot::B).unwrap();
        let disk = std::fs::read(card.disk.unwrap()).unwrap();
        let place = usize::try_from(start_counter::OFFSET_BYTES).unwrap();
        assert_eq!(disk[place..place + SECTOR], start_counter::confirmed(Slot::B));
    }
}
