//! The block list: versions that are not tried again. A file of its own, to which lines are added and from which none is
//! ever taken.
//!
//! Format, the same in every version of this program: `VERSION WORD` and a line feed. The last line about a version
//! decides; `allowed` lifts a block, and every other word is one, also a word that only a later version knows.
//!
//! Rules: what is damaged costs no more than its own line; a line that was cut counts as soon as its version is whole,
//! for to block too much is mended by `--again`, and to block too little by nobody.

use std::fmt::Write;

use semver::Version;

use super::ledger::Happened;

/// The word that lifts a block.
const ALLOWED: &str = "allowed";

/// The word of what goes back at most once.
const WENT_BACK: &str = "went-back";

/// The words of this version, with what they mean for the owner: `version 1.1.0 was tried before and …`.
const WORDS: [(&str, &str); 4] = [
    ("never-came-up", "never came up"),
    ("failed-the-gate", "failed its own tests"),
    (WENT_BACK, "gave trouble, so the device went back"),
    ("sent-back", "was sent back by its owner"),
];

/// Versions that are not tried again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Blocks(Vec<(Version, String)>);

impl Blocks {
    /// Reads the file. Every content has a meaning.
    pub fn read(file: &[u8]) -> Self {
        let text = String::from_utf8_lossy(file);
        let line = |line: &str| {
            let (version, word) = line.split_once(' ')?;
            Some((version.parse().ok()?, word.trim().to_owned()))
        };
        Self(text.lines().filter_map(line).collect())
    }

    /// What is to be added to the file for what happened to a version; nothing where it says so already, or where it does
    /// not matter for blocks.
    pub fn addition(&self, version: &Version, happened: &Happened) -> Option<String> {
        let word = word(happened)?;
        let said = self.last(version);
        let news = if word == ALLOWED { said.is_some_and(|said| said != ALLOWED) } else { said != Some(word) };
        news.then(|| format!("{version} {word}\n"))
    }

    /// The lines that follow from a history, the oldest first: for a device whose file is gone.
    pub fn of_history<'a>(history: impl Iterator<Item = (&'a Version, &'a Happened)>) -> String {
        let mut lines = String::new();
        for (version, word) in history.filter_map(|(version, happened)| Some((version, word(happened)?))) {
            let _ = writeln!(lines, "{version} {word}");
        }
        lines
    }

    /// Why a version is not tried again, if it is not.
    pub fn block(&self, version: &Version) -> Option<&'static str> {
        let word = self.last(version).filter(|word| *word != ALLOWED)?;
        let known = WORDS.iter().find(|(known, _)| *known == word);
        Some(known.map_or("did not do", |(_, means)| means))
    }

    /// Whether probation may still send this version back: it does so once.
    pub fn may_go_back(&self, version: &Version) -> bool {
        !self.0.iter().any(|(of, word)| of == version && word == WENT_BACK)
    }

    fn last(&self, version: &Version) -> Option<&str> {
        self.0.iter().rfind(|(of, _)| of == version).map(|(_, word)| word.as_str())
    }
}

/// What is written down for it; nothing where it blocks nothing and allows nothing.
fn word(happened: &Happened) -> Option<&'static str> {
    match happened {
        Happened::NeverCameUp => Some("never-came-up"),
        Happened::FailedTheGate { .. } => Some("failed-the-gate"),
        Happened::WentBack { .. } => Some(WENT_BACK),
        Happened::SentBack => Some("sent-back"),
        Happened::Allowed | Happened::NotToBlame => Some(ALLOWED),
        Happened::Refused { .. }
        | Happened::NotInstalled { .. }
        | Happened::Installed { .. }
        | Happened::Interrupted
        | Happened::NotJudged { .. }
        | Happened::GivenUp
        | Happened::Committed { .. }
        | Happened::Proved
        | Happened::ToBlame => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::bootchain::slot::Slot;

    const BAD: Version = Version::new(1, 1, 0);
    const OTHER: Version = Version::new(1, 2, 0);

    fn went_back() -> Happened {
        Happened::WentBack { exceeded: vec![] }
    }

    /// The list of a device on which this happened to version [`BAD`].
    fn blocks(events: impl IntoIterator<Item = Happened>) -> Blocks {
        let mut file = String::new();
        for happened in events {
            file += &Blocks::read(file.as_bytes()).addition(&BAD, &happened).unwrap_or_default();
        }
        Blocks::read(file.as_bytes())
    }

    #[test]
    fn each_bad_end_blocks_its_version_and_no_other() {
        for end in
            [Happened::NeverCameUp, Happened::FailedTheGate { exceeded: vec![] }, went_back(), Happened::SentBack]
        {
            let blocks = blocks([end]);
            assert_ne!(blocks.block(&BAD), Some("did not do"), "every word of ours has a meaning");
            assert!(blocks.block(&BAD).is_some());
            assert!(blocks.block(&OTHER).is_none());
        }
    }

    #[test]
    fn neither_a_power_cut_nor_a_test_that_could_not_be_made_is_a_reason_to_block() {
        let events = [Happened::Installed { slot: Slot::B }, Happened::Interrupted, Happened::GivenUp];
        assert_eq!(blocks(events).block(&BAD), None);
        assert_eq!(blocks([Happened::NotJudged { exceeded: vec![] }]).block(&BAD), None);
    }

    #[test]
    fn an_owner_can_allow_a_version_again_and_it_can_be_blocked_again() {
        assert_eq!(blocks([went_back(), Happened::Allowed]).block(&BAD), None);
        assert!(blocks([went_back(), Happened::Allowed, Happened::NeverCameUp]).block(&BAD).is_some());
    }

    #[test]
    fn a_version_goes_back_once() {
        let blocks = blocks([went_back(), Happened::Allowed]);
        assert!(!blocks.may_go_back(&BAD), "not even when it was allowed again: devices must not swing");
        assert!(blocks.may_go_back(&OTHER));
    }

    #[test]
    fn nothing_is_written_twice() {
        assert_eq!(blocks([Happened::SentBack]).addition(&BAD, &Happened::SentBack), None);
        assert_eq!(Blocks::default().addition(&BAD, &Happened::Allowed), None, "nothing forbids it");
    }

    #[test]
    fn the_format_is_what_it_has_always_been() {
        let written = Blocks::default().addition(&"1.1.0-rc.1+x".parse().unwrap(), &went_back());
        assert_eq!(written.as_deref(), Some("1.1.0-rc.1+x went-back\n"));
        let file = b"1.1.0 never-came-up\n1.1.0 allowed\n1.2.0 set-fire-to-the-shed\n";
        assert_eq!(Blocks::read(file).block(&BAD), None);
        assert_eq!(Blocks::read(file).block(&OTHER), Some("did not do"), "a later version's word is a block");
    }

    #[test]
    fn a_line_that_was_cut_counts_when_its_version_is_whole() {
        for (cut, blocked) in [("1.1.0", false), ("1.1", false), ("1.1.0 ", true), ("1.1.0 we", true)] {
            assert_eq!(Blocks::read(cut.as_bytes()).block(&BAD).is_some(), blocked, "{cut:?}");
        }
    }

    proptest! {
        #[test]
        fn damage_costs_no_more_than_its_own_line(rubbish in "[^\n]{0,40}", bytes: Vec<u8>) {
            let mut file = format!("1.1.0 went-back\n{rubbish}\n").into_bytes();
            file.extend(bytes.into_iter().filter(|byte| *byte != b'\n'));
            file.extend(b"\n1.2.0 never-came-up\n");
            let blocks = Blocks::read(&file);
            prop_assert!(blocks.block(&OTHER).is_some());
            prop_assert!(!blocks.may_go_back(&BAD));
        }
    }
}
