//! The device nodes of the owner's board, opened to the daemon: a drop-in of its unit, made in memory at every start. Without a board
//! the unit opens none of them.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use gpio_cdev::Chip;
use parley_board::Board;

use crate::files;
use crate::owners_card;
use crate::system::System;

/// The drop-in.
pub const DROP_IN: &str = "/run/systemd/system/parley.service.d/50-board.conf";

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OpenedBoard {
    /// The unit has to be read again.
    pub changed: bool,
    /// The label of a chip that is not there: buttons and lights on its lines do not work.
    pub missing: Option<String>,
}

/// Makes the drop-in of the board that the owner has named, or takes it away.
///
/// # Errors
/// It cannot be written.
pub fn open(system: &System) -> Result<OpenedBoard> {
    let path = system.path(DROP_IN);
    let Some(board) = owners_card::board(system) else {
        return match fs::remove_file(&path) {
            Ok(()) => Ok(OpenedBoard { changed: true, missing: None }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(OpenedBoard::default()),
            Err(error) => Err(error).with_context(|| format!("cannot remove {DROP_IN}")),
        };
    };
    let chip = chip(&system.path("/dev"), &board.chip);
    let wanted = drop_in(&board, chip.as_deref());
    let changed = !files::read(&path).is_ok_and(|found| found == wanted.as_bytes());
    if changed {
        files::replace(&path, wanted.as_bytes()).with_context(|| format!("cannot write {DROP_IN}"))?;
    }
    let missing = (chip.is_none() && !board.lines().is_empty()).then_some(board.chip);
    Ok(OpenedBoard { changed, missing })
}

/// The name in `/dev` of the chip with this label.
fn chip(dev: &Path, label: &str) -> Option<String> {
    let names = fs::read_dir(dev).ok()?.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| name.starts_with("gpiochip")).collect();
    names.sort_unstable();
    names.into_iter().find(|name| Chip::new(dev.join(name)).is_ok_and(|chip| chip.label() == label))
}

fn drop_in(board: &Board, chip: Option<&str>) -> String {
    let chip = chip.filter(|_| !board.lines().is_empty()).map(str::to_owned);
    let spi = board.spi().map(|spi| format!("spidev{spi}"));
    let nodes = chip.into_iter().chain(spi).map(|node| format!("DeviceAllow=/dev/{node} rw\n"));
    format!("# {}, made at every start.\n[Service]\n{}", board.title, nodes.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board(name: &str) -> Board {
        parley_board::board(name).expect("it is known").expect("it is sound")
    }

    #[test]
    fn a_board_opens_its_chip_and_its_bus_and_nothing_else() {
        let opened = |name: &str| {
            let text = drop_in(&board(name), Some("gpiochip4"));
            let nodes = text.lines().filter_map(|line| line.strip_prefix("DeviceAllow=")).map(str::to_owned);
            nodes.collect::<Vec<_>>()
        };
        assert_eq!(opened("plain"), ["/dev/gpiochip4 rw"]);
        assert_eq!(opened("voice-bonnet"), ["/dev/gpiochip4 rw"]);
        assert_eq!(opened("respeaker-2-mic"), ["/dev/gpiochip4 rw", "/dev/spidev0.0 rw"]);
        assert!(!drop_in(&board("plain"), None).contains("DeviceAllow"), "its chip is not there");
    }

    #[test]
    fn it_is_made_once_and_taken_away_with_the_board() {
        let folder = tempfile::tempdir().expect("a folder");
        let system = System::below(folder.path());
        assert_eq!(open(&system).expect("there is nothing to do"), OpenedBoard::default());
        files::replace(&system.path(owners_card::BOARD), b"respeaker-2-mic\n").expect("it can be written");
        fs::create_dir_all(system.path("/dev")).expect("a folder");
        fs::write(system.path("/dev/gpiochip0"), "no chip").expect("a file");
        let missing = Some("pinctrl-rp1".to_owned());
        let expected = [true, false].map(|changed| OpenedBoard { changed, missing: missing.clone() });
        assert_eq!([(), ()].map(|()| open(&system).expect("it can be written")), expected);
        let text = fs::read_to_string(system.path(DROP_IN)).expect("it is there");
        assert!(text.contains("[Service]\nDeviceAllow=/dev/spidev0.0 rw\n"), "{text}");
        files::replace(&system.path(owners_card::BOARD), b"none\n").expect("it can be written");
        assert!(open(&system).expect("it can be removed").changed && !system.path(DROP_IN).exists());
    }
}
