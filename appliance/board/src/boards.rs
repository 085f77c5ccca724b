//! The boards that come along.

use crate::{Board, BoardError};

/// Each with its file, by the name that an owner writes.
pub const BOARDS: &[(&str, &str)] = &[
    ("hifiberry-buttons", include_str!("../boards/hifiberry-buttons.toml")),
    ("plain", include_str!("../boards/plain.toml")),
    ("respeaker-2-mic", include_str!("../boards/respeaker-2-mic.toml")),
    ("voice-bonnet", include_str!("../boards/voice-bonnet.toml")),
];

/// Their names.
pub fn names() -> impl Iterator<Item = &'static str> {
    BOARDS.iter().map(|(name, _)| *name)
}

/// The board of this name; `None` where this version knows none.
///
/// # Errors
/// Its file is wrong; a test sees to it that none is.
pub fn board(name: &str) -> Option<Result<Board, BoardError>> {
    BOARDS.iter().find(|(known, _)| *known == name).map(|(_, file)| Board::parse(file))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::*;

    #[test]
    fn every_file_is_a_board_and_every_board_a_file() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/boards");
        let files = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
        let files: BTreeSet<String> = files.map(|name| name.to_string_lossy().replace(".toml", "")).collect();
        assert_eq!(names().map(str::to_owned).collect::<BTreeSet<_>>(), files);
        for name in names() {
            let board = board(name).expect("it is known").unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(!board.title.is_empty());
        }
    }
}
