//! What must hold after any power cut: the firmware finds a slot, that slot is whole, and data that was said to be safe
//! is there.

mod check;

use std::collections::HashSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use serde::{Deserialize, Serialize};

use crate::layout::{Layout, Partition, SlotName};
use crate::replay::{Changes, Cut, ReplayedDisk};
use crate::writelog::{self, Entry, Request};

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
    /// Reads a recording: the disk before it, the log, and what the guest said with the length of the log when it said
    /// it.
    pub fn open(layout: &Layout, said: &Said, log: &Path, scratch: &Path) -> Result<Self> {
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
        Ok(Self {
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

    /// Whether the recording holds an installation and a commit.
    pub fn is_whole(&self) -> bool {
        self.installed.is_some() && self.commit.is_some()
    }

    /// The cut of a seed. Half of all cuts fall anywhere, half near the commit, the end of an installation or a safe
    /// number.
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
        Cut { after: after.min(self.entries.len()), seed: random.u64(..) }
    }

    pub fn disk_after(&self, cut: Cut) -> ReplayedDisk {
        let changes = Arc::new(Changes::after(&self.entries, cut));
        ReplayedDisk { base: self.base.clone(), log: self.log.clone(), changes }
    }

    /// Writes the whole disk after a cut into a file, for starting it.
    pub fn write_disk_after(&self, cut: Cut, base: &Path, to: &Path) -> Result<()> {
        crate::disk::copy_sparse(base, to)?;
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
}

/// How many cuts survived, in words; and the first failures, each with the seed that replays it.
pub fn told(requests: usize, outcomes: impl IntoIterator<Item = (u64, Result<Survived>)>) -> (String, Result<()>) {
    let (mut slots, mut failed) = ([0, 0], Vec::new());
    for (seed, outcome) in outcomes {
        match outcome {
            Ok(survived) => slots[usize::from(survived.slot == SlotName::B)] += 1,
            Err(error) => failed.push(format!("--seed {seed}: {error:#}")),
        }
    }
    let (survived, count) = (slots[0] + slots[1], failed.len());
    let words = format!(
        "{survived} of {} over {requests} requests survived: {} start slot A, {} slot B",
        survived + count,
        slots[0],
        slots[1]
    );
    failed.truncate(SHOWN);
    (words, if count == 0 { Ok(()) } else { Err(anyhow!("{count} cuts failed:\n{}", failed.join("\n"))) })
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

#[cfg(test)]
mod tests;
