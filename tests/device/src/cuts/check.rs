//! What must hold on the disk that a cut left.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::{Recording, Survived};
use crate::disk::{self, BootFiles};
use crate::layout::{Partition, SlotName};
use crate::replay::{Cut, ReplayedDisk};

/// Where the guest of a recording keeps the number that it has said to be safe, on the data partition.
const SAFE_NUMBER: &str = "/device/safe";
/// The product's own way to put the data partition right, which runs before it is mounted.
const REPAIR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../rootfs-overlay/usr/lib/parley/repair-data");

impl Recording {
    /// Checks what a cut left.
    ///
    /// # Errors
    /// What is broken, in words for whoever replays the seed.
    pub fn check(&mut self, cut: Cut) -> Result<Survived> {
        let disk = self.disk_after(cut);
        let now = disk::as_partitioned(&disk, &self.layout)?;
        let slot =
            disk::committed(&disk, &self.layout).context("the firmware would start something that is no slot")?;
        self.check_choice(cut, slot)?;
        self.check_slot(&disk, slot).with_context(|| format!("slot {slot}, which starts"))?;
        if self.installed.is_some_and(|installed| installed <= cut.after) {
            let idle = self.layout.autoboot.committed.other();
            self.check_slot(&disk, idle).with_context(|| format!("slot {idle}, whose installation was complete"))?;
        }
        let number = self.check_data(&disk, now.partition("data")?, self.promised_lines(cut, slot))?;
        let promised = self.promised(cut);
        ensure!(number >= promised, "the data has number {number}, and {promised} had been said to be safe");
        Ok(Survived { cut, slot, number })
    }

    pub(super) fn check_choice(&self, cut: Cut, slot: SlotName) -> Result<()> {
        let (old, new) = (self.layout.autoboot.committed, self.layout.autoboot.committed.other());
        match self.commit {
            Some((_, last)) if cut.after >= last => {
                ensure!(slot == new, "slot {slot} starts although {new} was committed")
            }
            Some((first, _)) if cut.after > first => {}
            Some(_) | None => ensure!(slot == old, "slot {slot} starts although nothing was committed but {old}"),
        }
        Ok(())
    }

    /// Most cuts leave a slot as another cut did: it is looked at once.
    fn check_slot(&mut self, disk: &ReplayedDisk, slot: SlotName) -> Result<()> {
        let (boot, root) = (self.layout.boot(slot)?, self.layout.root(slot)?);
        let digest = |partition: &Partition| disk.changes.digest(partition.start, partition.size);
        let content = (slot, digest(boot), digest(root));
        if !self.verified.contains(&content) {
            self.check_content(disk, slot)?;
            self.verified.insert(content);
        }
        Ok(())
    }

    fn check_content(&self, disk: &ReplayedDisk, slot: SlotName) -> Result<()> {
        let boot = BootFiles::read(disk, &self.layout, self.layout.boot(slot)?)?;
        let root = self.layout.root(slot)?;
        let word = |name: &str| boot.cmdline.split_whitespace().find_map(|word| word.strip_prefix(name));
        ensure!(word("rauc.slot=") == Some(slot.as_str()), "its command line is not its own: {}", boot.cmdline);
        ensure!(
            word("root=PARTLABEL=") == Some(root.label.as_str()),
            "its command line names another root: {}",
            boot.cmdline
        );
        let verity = word("parley.verity=").context("its command line has no hash of its root")?;
        let (blocks, hash) = blocks_and_hash(verity)?;
        let image = self.materialise(disk, root)?;
        let mut verify = Command::new("veritysetup");
        verify.arg("verify").args([&image, &image]).args([hash, &format!("--hash-offset={}", blocks * 4096)]);
        let verified = verify.output().context("cannot start veritysetup; is cryptsetup-bin installed?")?;
        ensure!(verified.status.success(), "its root differs from its hash");
        Ok(())
    }

    fn check_data(&self, disk: &ReplayedDisk, data: &Partition, lines: Option<(&str, &str)>) -> Result<u64> {
        let image = self.materialise(disk, data)?;
        let repaired = Command::new(REPAIR).arg(&image).output().with_context(|| format!("cannot start {REPAIR}"))?;
        let said = String::from_utf8_lossy(&repaired.stdout);
        let code = repaired.status.code();
        ensure!(matches!(code, Some(0 | 1)), "the data's file system is broken ({code:?}): {said}");
        let checked = Command::new("e2fsck").args(["-f", "-n"]).arg(&image).output().context("cannot start e2fsck")?;
        ensure!(checked.status.success(), "more is broken: {}", String::from_utf8_lossy(&checked.stdout));
        if let Some((file, expected)) = lines {
            let found = cat(&image, file)?;
            ensure!(found == expected, "{file} on the data holds `{found}` instead of `{expected}`");
        }
        let number = cat(&image, SAFE_NUMBER)?;
        if number.is_empty() {
            return Ok(0); // the file is not there: nothing was promised yet
        }
        number.parse().with_context(|| format!("the data holds `{number}` instead of a number"))
    }

    /// A partition after a cut, as a file.
    fn materialise(&self, disk: &ReplayedDisk, partition: &Partition) -> Result<PathBuf> {
        let original = self.scratch.join(format!("{}-{}.original", partition.label, partition.size));
        if !original.exists() {
            let file = File::create(&original)?;
            file.set_len(partition.size)?;
            let mut block = vec![0; 1 << 20];
            for position in (0..partition.size).step_by(block.len()) {
                let length = block.len().min((partition.size - position) as usize);
                self.base.read_exact_at(&mut block[..length], partition.start + position)?;
                if block[..length].iter().any(|byte| *byte != 0) {
                    file.write_all_at(&block[..length], position)?;
                }
            }
        }
        let image = self.scratch.join(format!("{}.img", partition.label));
        crate::disk::copy_sparse(&original, &image)?;
        let file = fs::OpenOptions::new().write(true).open(&image)?;
        disk.changes.apply(&self.log, partition.start, partition.size, &file)?;
        Ok(image)
    }
}

/// A file of an ext4 image, without white space around it; empty where there is none.
fn cat(image: &Path, file: &str) -> Result<String> {
    let mut debugfs = Command::new("debugfs");
    let read = debugfs.args(["-R", &format!("cat {file}")]).arg(image).output();
    Ok(String::from_utf8_lossy(&read.context("cannot start debugfs")?.stdout).trim().to_owned())
}

/// Data blocks and hash out of `BLOCKS,SALT,HASH`, the command line's word that opens a root.
pub(super) fn blocks_and_hash(word: &str) -> Result<(u64, &str)> {
    let mut parts = word.split(',');
    let blocks = parts.next().and_then(|blocks| blocks.parse().ok());
    blocks.zip(parts.nth(1)).with_context(|| format!("`{word}` does not say how to open a root"))
}
