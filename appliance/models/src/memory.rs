//! How much memory models need, computed from their files, and how much a machine has.

use crate::manifest::{Manifest, Model, Purpose};

/// What a worker needs beside its model's files, in bytes, unless the manifest says otherwise: measured for the profile `tiny`
/// (docs/EVIDENCE.md, memory), the largest of four rounded up.
const BESIDE_MODEL: u64 = 90 << 20;
/// A language model needs as much of its file's size again, in percent: its weights in the order in which they are multiplied,
/// and its context. Measured with the 1.5 B of `pi5`.
const OF_LANGUAGE_MODEL: u64 = 67;
/// The daemon, systemd and the services around it, in bytes.
const SYSTEM: u64 = 400 << 20;
/// How much of a board's memory may be used for good, in percent: the firmware has its share, and updates, logs and the
/// cache of files theirs.
const USABLE: u64 = 75;
const GIB: u64 = 1 << 30;

/// Memory that models need with the system around them, computed: an estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// In bytes.
    pub bytes: u64,
    /// Whether every size is a verified one; otherwise some are only said.
    pub is_verified: bool,
}

impl Need {
    /// Whether a machine with so much memory, in bytes, has room for it. What the firmware keeps to itself of a board is
    /// counted as the board's.
    pub fn fits(self, machine_bytes: u64) -> bool {
        self.bytes <= machine_bytes.div_ceil(GIB) * GIB / 100 * USABLE
    }

    /// The least whole GB (of 1024³ bytes) of a machine that has room for it.
    pub fn least_gb(self) -> u64 {
        (self.bytes * 100).div_ceil(USABLE).div_ceil(GIB)
    }
}

/// What models need; `None` where nobody says how large a file is. `own`: files that no manifest lists, one worker's each, with
/// their bytes.
pub(crate) fn need<'a>(models: impl Iterator<Item = &'a Model>, own: &[(Purpose, u64)]) -> Option<Need> {
    let own = own.iter().map(|(purpose, bytes)| bytes.saturating_add(beside(*purpose, *bytes)));
    let mut need = Need { bytes: own.fold(SYSTEM, u64::saturating_add), is_verified: true };
    for model in models.filter(|model| model.worker.is_some()) {
        let files: Option<u64> = model.files.iter().map(|file| file.size()).sum();
        let files = files?;
        let beside = model.beside_mib.map_or_else(|| beside(model.purpose, files), |mib| u64::from(mib) << 20);
        need.bytes = need.bytes.saturating_add(files).saturating_add(beside);
        need.is_verified &= model.bytes().is_some();
    }
    Some(need)
}

fn beside(purpose: Purpose, bytes: u64) -> u64 {
    match purpose {
        Purpose::LanguageModel => (bytes / 100).saturating_mul(OF_LANGUAGE_MODEL).max(BESIDE_MODEL),
        Purpose::SpeechToText
        | Purpose::TextToSpeech
        | Purpose::EndOfTurn
        | Purpose::WakeWord
        | Purpose::VoiceActivity => BESIDE_MODEL,
    }
}

impl Manifest {
    /// What a profile's models need; `None` where nobody says how large a file is.
    pub fn need(&self, profile: &str) -> Option<Need> {
        need(self.models_of(profile), &[])
    }
}

/// The memory of this machine in bytes, as Linux tells it; `None` where it does not.
pub fn machine_bytes() -> Option<u64> {
    total(&std::fs::read_to_string("/proc/meminfo").ok()?)
}

fn total(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_quarters_of_a_machine_hold_it_and_the_firmwares_share_counts() {
        let need = |bytes| Need { bytes, is_verified: true };
        let most = (2 * GIB) / 100 * USABLE;
        assert!(need(most).fits(2 * GIB) && !need(most + 1).fits(2 * GIB));
        // A board of 2 GB shows the system less.
        assert!(need(most).fits(2 * GIB - (160 << 20)));
        assert_eq!((need(most).least_gb(), need(most + 200).least_gb()), (2, 3));
    }

    #[test]
    fn what_profiles_need_is_computed_from_their_files() {
        let manifest = Manifest::embedded().unwrap();
        let need = |profile: &str| manifest.need(profile).unwrap();
        assert_eq!(need("tiny").least_gb(), 2);
        assert!(need("tiny").is_verified && need("pi5").is_verified);
        assert!(!need("pi5").fits(2 * GIB) && need("pi5").fits(4 * GIB), "{:?}", need("pi5"));
        assert!(!need("large").is_verified && !need("large").fits(2 * GIB) && need("large").fits(8 * GIB));
        assert!(!need("large").fits(4 * GIB), "a language model needs its weights in another order, too");
        for profile in manifest.profiles() {
            let Some(promised) = profile.promised else { continue };
            let computed = need(&profile.name).bytes as f64 / 1e9;
            assert!(computed <= promised.memory_gb, "{}: {computed} GB, promised {}", profile.name, promised.memory_gb);
        }
    }

    #[test]
    fn the_machines_memory_is_read() {
        assert_eq!(total("MemFree: 1 kB\nMemTotal:        2048 kB\n"), Some(2 << 20));
        assert_eq!(total("MemTotal: lots"), None);
        assert!(machine_bytes().is_some_and(|bytes| bytes > 1 << 28));
    }
}
