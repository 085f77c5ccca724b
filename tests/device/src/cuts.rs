//! What must hold after any power cut: the firmware finds a slot, that slot is whole, and data that was said to be safe is there.

use std::collections::HashSet;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::disk::{self, BootFiles};
use crate::layout::{Layout, Partition, SlotName};
use crate::replay::{Changes, Cut, InFlight, ReplayedDisk};
use crate::writelog::{self, Entry, Request};

/// Where the guest of a recording keeps the number that it has said to be safe, on the data partition.
pub const SAFE_NUMBER: &str = "/device/safe";
/// The product's own way to put the data partition right, which runs before it is mounted.
const REPAIR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../rootfs-overlay/usr/lib/parley/repair-data");
/// How near to a moment that matters every second cut falls, entries of the log.
const NEAR: usize = 40;

/// The lines that the guest keeps on the data partition in the old schema, and what the new version makes of them.
const LINES: [(SlotName, &str, &str); 2] = [
    (SlotName::A, "/lib/parley/data/probe/v1/lines", "one\ntwo"),
    (SlotName::B, "/lib/parley/data/probe/v2/lines", "1 one\n2 two"),
];

/// What the guest of a recording said, and the disk that it began with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Said {
    pub base: PathBuf,
    /// Each line, with the length of the log when it was said.
    pub lines: Vec<(String, u64)>,
}

pub struct Recording {
    layout: Layout,
    base: Arc<File>,
    log: Arc<File>,
    entries: Vec<Entry>,
    /// Numbers that the guest said to be safe, and the entry after which each is.
    safe: Vec<(usize, u64)>,
    /// The entries that write to `autoboot.txt`'s partition, first and last: in between, both slots are right.
    commit: Option<(usize, usize)>,
    /// After which entry an installation was complete and flushed.
    installed: Option<usize>,
    /// After which entry the lines of data were safe.
    lines: Option<usize>,
    scratch: PathBuf,
    /// Slots that were found whole, by what is in their boot partition and root.
    verified: HashSet<(SlotName, [u8; 32], [u8; 32])>,
}

/// What a cut left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Survived {
    pub cut: Cut,
    pub slot: SlotName,
    pub number: u64,
}

impl Recording {
    /// Reads a recording: the disk before it, the log, and what the guest said with the length of the log when it said it.
    pub fn open(layout: &Layout, said: &Said, log: &Path, scratch: &Path) -> Result<Recording> {
        fs::create_dir_all(scratch)?;
        let open = |path: &Path| File::open(path).with_context(|| format!("cannot read {}", path.display()));
        let mut log = open(log)?;
        let mut entries = writelog::read(&mut log)?;
        let said_at = |words: &str, entries: &[Entry]| {
            let (_, recorded) = said.lines.iter().find(|(line, _)| line.contains(words))?;
            Some(entries.partition_point(|entry| entry.log_end <= *recorded))
        };
        // What the device did afterwards is of no interest here.
        if let Some(end) = said_at("DEVICE recorded", &entries) {
            entries.truncate(end);
        }
        let (installed, lines) = (said_at("DEVICE installed", &entries), said_at("DEVICE lines", &entries));
        let entry_at = |recorded: u64| entries.partition_point(|entry| entry.log_end <= recorded);
        let number = |line: &String| line.split_once("DEVICE safe ")?.1.split_whitespace().next()?.parse().ok();
        let safe =
            said.lines.iter().filter_map(|(line, recorded)| Some((entry_at(*recorded), number(line)?))).collect();
        let autoboot = layout.partition("autoboot")?;
        let writes =
            || entries.iter().enumerate().filter(|(_, entry)| touches(entry, autoboot)).map(|(index, _)| index);
        let last = |index: usize| {
            let flush = entries[index..]
                .iter()
                .position(|entry| matches!(entry.request, Request::Flush | Request::Write { durable: true, .. }));
            index + flush.map_or(entries.len(), |flush| flush + 1)
        };
        let commit = writes().next().zip(writes().next_back().map(last));
        Ok(Recording {
            layout: layout.clone(),
            base: Arc::new(open(&said.base)?),
            log: Arc::new(log),
            safe,
            commit,
            installed,
            lines,
            scratch: scratch.to_owned(),
            verified: HashSet::new(),
            entries,
        })
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether the recording holds an installation and a commit.
    pub fn is_whole(&self) -> bool {
        self.installed.is_some() && self.commit.is_some()
    }

    /// The cut of a seed. Half of all cuts fall anywhere, half near the commit, the end of an installation or a safe number.
    pub fn cut(&self, seed: u64) -> Cut {
        let mut random = fastrand::Rng::with_seed(seed);
        let moments: Vec<usize> = self.safe.iter().map(|(entry, _)| *entry).chain(self.installed).collect();
        let after = match (random.u8(..4), self.commit, moments.as_slice()) {
            (0, Some((first, last)), _) => near(&mut random, first, last),
            (1, _, [_, ..]) => {
                let moment = moments[random.usize(..moments.len())];
                near(&mut random, moment, moment)
            }
            _ => random.usize(..=self.entries.len()),
        };
        Cut { after: after.min(self.entries.len()), in_flight: InFlight::Random(random.u64(..)) }
    }

    pub fn disk_after(&self, cut: Cut) -> ReplayedDisk {
        let changes = Arc::new(Changes::after(&self.entries, cut));
        ReplayedDisk { base: self.base.clone(), log: self.log.clone(), changes }
    }

    /// Writes the whole disk after a cut into a file, for starting it.
    pub fn write_disk_after(&self, cut: Cut, base: &Path, to: &Path) -> Result<()> {
        crate::virtual_device::copy_sparse(base, to)?;
        let file = fs::OpenOptions::new().write(true).open(to)?;
        Ok(self.disk_after(cut).changes.apply(&self.log, 0, self.layout.disk_size(), &file)?)
    }

    /// The least number that must be there after a cut.
    pub fn promised(&self, cut: Cut) -> u64 {
        self.safe.iter().filter(|(entry, _)| *entry <= cut.after).map(|(_, number)| *number).max().unwrap_or(0)
    }

    /// The file of lines that must be there after a cut, on the data partition, and what is in it.
    pub fn promised_lines(&self, cut: Cut, slot: SlotName) -> Option<(&'static str, &'static str)> {
        let are_safe = self.lines.is_some_and(|lines| lines <= cut.after);
        let (_, file, lines) = LINES.into_iter().find(|(name, ..)| *name == slot)?;
        are_safe.then_some((file, lines))
    }

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
            let idle = self.layout.committed.other();
            self.check_slot(&disk, idle).with_context(|| format!("slot {idle}, whose installation was complete"))?;
        }
        let number = self.check_data(&disk, now.partition("data")?, self.promised_lines(cut, slot))?;
        let promised = self.promised(cut);
        ensure!(number >= promised, "the data has number {number}, and {promised} had been said to be safe");
        Ok(Survived { cut, slot, number })
    }

    fn check_choice(&self, cut: Cut, slot: SlotName) -> Result<()> {
        let (old, new) = (self.layout.committed, self.layout.committed.other());
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
        let verity = Verity::parse(word("parley.verity=").context("its command line has no hash of its root")?)?;
        ensure!(self.verify(disk, root, &verity)?, "its root differs from its hash");
        Ok(())
    }

    fn verify(&self, disk: &ReplayedDisk, root: &Partition, verity: &Verity) -> Result<bool> {
        let image = self.materialise(disk, root)?;
        let mut verify = Command::new("veritysetup");
        verify
            .arg("verify")
            .arg(&image)
            .arg(&image)
            .arg(&verity.hash)
            .arg(format!("--hash-offset={}", verity.blocks * 4096));
        let verified = verify.output().context("cannot start veritysetup; is cryptsetup-bin installed?")?;
        Ok(verified.status.success())
    }

    fn check_data(&self, disk: &ReplayedDisk, data: &Partition, lines: Option<(&str, &str)>) -> Result<u64> {
        let image = self.materialise(disk, data)?;
        let repaired = Command::new(REPAIR).arg(&image).output().with_context(|| format!("cannot start {REPAIR}"))?;
        let said = String::from_utf8_lossy(&repaired.stdout);
        ensure!(repaired.status.success(), "the data's file system is broken: {said}");
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
        crate::virtual_device::copy_sparse(&original, &image)?;
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

#[derive(Debug, Default)]
pub struct Cuts {
    slots: [u64; 2],
    failed: Vec<(u64, anyhow::Error)>,
}

impl Cuts {
    /// Notes one; a failure is printed with its seed.
    pub fn add(&mut self, seed: u64, outcome: Result<Survived>) {
        match outcome {
            Ok(survived) => self.slots[usize::from(survived.slot == SlotName::B)] += 1,
            Err(error) => self.failed.push((seed, error)),
        }
    }

    pub fn words(&self, requests: usize) -> String {
        let survived = self.slots[0] + self.slots[1];
        format!(
            "{survived} of {} over {requests} requests survived: {} start slot A, {} slot B",
            survived + self.failed.len() as u64,
            self.slots[0],
            self.slots[1]
        )
    }

    /// The first failures, each with the seed that replays it.
    pub fn into_result(self) -> Result<()> {
        let count = self.failed.len();
        let first: Vec<String> =
            self.failed.iter().take(SHOWN).map(|(seed, error)| format!("--seed {seed}: {error:#}")).collect();
        ensure!(first.is_empty(), "{count} cuts failed:\n{}", first.join("\n"));
        Ok(())
    }
}

/// So many failed cuts are told; they often have one cause.
const SHOWN: usize = 10;

fn near(random: &mut fastrand::Rng, first: usize, last: usize) -> usize {
    random.usize(first.saturating_sub(NEAR)..=last + NEAR)
}

fn touches(entry: &Entry, partition: &Partition) -> bool {
    match entry.request {
        Request::Write { start, length, .. } | Request::Discard { start, length } => partition.touches(start, length),
        Request::Flush => false,
    }
}

/// `parley.verity=BLOCKS,SALT,HASH` of a command line.
struct Verity {
    blocks: u64,
    hash: String,
}

impl Verity {
    fn parse(word: &str) -> Result<Verity> {
        let mut parts = word.split(',');
        let (blocks, _salt, hash) = (parts.next(), parts.next(), parts.next());
        let parsed = blocks.and_then(|blocks| blocks.parse().ok()).zip(hash);
        let (blocks, hash) = parsed.with_context(|| format!("`{word}` does not say how to open a root"))?;
        Ok(Verity { blocks, hash: hash.to_owned() })
    }
}

#[cfg(test)]
mod tests;
