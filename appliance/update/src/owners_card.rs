//! The sound card and the board that the owner has named, brought to where the firmware reads them.
//!
//! `parley-setup` keeps the name on `data`. Every start compares both boot partitions with it; where the running one said
//! something else, the device restarts once, for the kernel is told only then. Every installation carries the name over
//! before the trial is armed.
//!
//! Rules: a trial writes nothing and restarts for nothing; a restart that did not help is not repeated; a name that only
//! a later version knows stays as that version wrote it.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result};

use crate::bootchain::card::DeviceCard;
use parley_board::{Board, known_card};

use crate::bootchain::sound_card::{self, OnPins, is_overlay};
use crate::files;
use crate::system::System;

/// The name of the owner's card, as `parley-setup` writes it.
pub const CHOICE: &str = "/var/lib/parley-setup/sound-card";

/// The name of the owner's board with buttons and lights, as `parley-setup` writes it.
pub const BOARD: &str = "/var/lib/parley-setup/board";

/// What an owner writes who has none of these any more.
pub const NONE: &str = "none";

/// The card for which the device has restarted last, while that restart has not helped; in the folder of
/// [`System::state`].
const RESTARTED_FOR: &str = "sound-card";

/// The overlay that the owner has named; `None` where nobody has, or has taken it back.
pub fn choice(system: &System) -> Option<String> {
    let named = files::read(&system.path(CHOICE)).ok()?;
    let name = String::from_utf8(named).ok()?.trim().to_owned();
    (name != NONE && is_overlay(&name)).then_some(name)
}

/// The board that the owner has named; `None` where nobody has, or only a later version knows it.
pub fn board(system: &System) -> Option<Board> {
    let named = files::read(&system.path(BOARD)).ok().and_then(|named| String::from_utf8(named).ok());
    parley_board::board(named?.trim())?.ok()
}

/// What the firmware has to know.
fn on_pins(system: &System) -> OnPins {
    let lines = board(system).map(|board| board.firmware()).unwrap_or_default();
    OnPins { sound_card: choice(system), lines }
}

/// What became of the owner's card in a start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// The firmware was told so already, or this is no start to tell it.
    Already,
    /// The next start has it, and this one is to end.
    RestartOnce,
    /// The next start may have it; a restart has not helped before.
    Kept,
    /// This version does not know the card: nothing was written.
    Unknown,
}

/// Tells the firmware of both slots, in an ordinary start.
///
/// # Errors
/// The running slot's boot partition cannot be written: without a restart nothing has changed.
pub fn take(system: &System) -> Result<Taken> {
    let start = system.start()?;
    if start.trial {
        return Ok(Taken::Already);
    }
    let pins = on_pins(system);
    if pins.sound_card.as_deref().is_some_and(|name| known_card(name).is_none()) {
        return Ok(Taken::Unknown);
    }
    let changed = system.boot_chain(|_| {
        let card = DeviceCard::below(&system.path("/"));
        // The other slot gets it with its next installation at the latest: it may be damaged, or of a version without.
        sound_card::write(card.boot(start.slot.other()), &pins).ok();
        match sound_card::write(card.boot(start.slot), &pins) {
            // A version from before the file.
            Err(error) if error.kind() == ErrorKind::NotFound && pins == OnPins::default() => Ok(false),
            written => written
                .with_context(|| format!("cannot tell the firmware of slot {} which sound card there is", start.slot)),
        }
    })?;
    let card = pins.sound_card.as_deref().unwrap_or(NONE);
    let wanted = std::iter::once(card).chain(pins.lines.iter().map(String::as_str)).collect::<Vec<_>>().join(" ");
    let noted = system.state().path(RESTARTED_FOR);
    if !changed {
        if noted.exists() {
            fs::remove_file(&noted)?;
        }
        return Ok(Taken::Already);
    }
    if files::read(&noted).is_ok_and(|before| before == wanted.as_bytes()) {
        return Ok(Taken::Kept);
    }
    // First: whoever cannot write this down would restart for ever on a card that forgets.
    files::replace(&noted, wanted.as_bytes())?;
    Ok(Taken::RestartOnce)
}

/// Carries the owner's card over to a boot partition that was just written.
///
/// # Errors
/// It has no place for the card, or cannot be written.
pub fn carry(system: &System, partition: &Path) -> Result<()> {
    let pins = on_pins(system);
    match sound_card::write(partition, &pins) {
        // A version from before the file has nothing to say there.
        Err(error) if error.kind() == ErrorKind::NotFound && pins == OnPins::default() => Ok(()),
        written => written.map(drop).context("cannot tell the firmware of the other system which sound card there is"),
    }
}
