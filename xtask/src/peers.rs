//! Tests with big peers, or with much to fetch: ignored in every other run, and why.

use std::collections::BTreeMap;
use std::fs;

use anyhow::Result;
use walkdir::WalkDir;
use xtask::{places, system};

/// Something that tests need and that a clean machine does not have.
pub struct Peer {
    /// What stands in `#[ignore = "…"]`.
    pub reason: &'static str,
    /// The tests, as a filter of nextest.
    pub tests: &'static str,
    /// What has to be on the path; nothing can be skipped without it.
    pub program: Option<&'static str>,
    /// Models that are fetched for it.
    pub models: &'static [&'static str],
}

/// All of them.
pub const PEERS: &[Peer] = &[
    Peer { reason: "fetches 400 MB from the registries", tests: "binary(=real)", program: None, models: &[] },
    Peer { reason: "fetches num2words from PyPI", tests: "binary(=num2words)", program: Some("python3"), models: &[] },
    Peer {
        reason: "fetches microWakeWord and its runtime from PyPI",
        tests: "binary(=tensorflow_lite)",
        program: Some("python3"),
        models: &[],
    },
    Peer {
        reason: "fetches Kokoro and a voice of its own, 95 MB",
        tests: "binary(=real_model) & test(/kokoro_speaks/)",
        program: None,
        models: &["kokoro-82m", "kokoro-es-dora"],
    },
    Peer {
        reason: "needs rauc-hawkbit-updater, which Debian does not package",
        tests: "binary(=hawkbit)",
        program: Some("rauc-hawkbit-updater"),
        models: &[],
    },
];

impl Peer {
    /// Whether its tests can run here.
    pub fn is_here(&self) -> bool {
        self.program.is_none_or(system::is_on_path)
    }
}

/// How many tests of this clone are ignored for each reason.
pub fn ignored() -> Result<BTreeMap<String, usize>> {
    let mut reasons = BTreeMap::new();
    for entry in
        ["appliance", "ota", "tests", "xtask"].iter().flat_map(|folder| WalkDir::new(places::workspace().join(folder)))
    {
        let entry = entry?;
        if entry.path().extension().is_some_and(|extension| extension == "rs") {
            let attributes = fs::read_to_string(entry.path())?;
            let reason = |line: &str| Some(line.trim().strip_prefix("#[ignore = \"")?.strip_suffix("\"]")?.to_owned());
            attributes.lines().filter_map(reason).for_each(|reason| *reasons.entry(reason).or_default() += 1);
        }
    }
    Ok(reasons)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ignored_test_has_its_peer() {
        let ignored = ignored().unwrap();
        let reasons: Vec<&str> = ignored.keys().map(String::as_str).collect();
        let mut peers: Vec<&str> = PEERS.iter().map(|peer| peer.reason).collect();
        peers.sort_unstable();
        assert_eq!(reasons, peers);
    }
}
