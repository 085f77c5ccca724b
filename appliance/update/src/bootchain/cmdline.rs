//! Completing the kernel command line of a slot.
//!
//! One boot image serves both slots. Its `cmdline.txt` is a template, padded with spaces to [`LENGTH`] bytes, that
//! names the slot's root as `{root}` and the slot as `{slot}`. It is completed in place on the card while that is
//! built, and by the hook of every install before the trial is armed.

use std::path::Path;

use anyhow::{Context, Result, anyhow};

use crate::bootchain::fat;
use crate::bootchain::slot::Slot;

/// The file in the root directory of a boot partition.
pub const FILE: &str = "cmdline.txt";

/// Its length in bytes.
pub const LENGTH: usize = 1024;

/// How the kernel command line names a slot's root.
pub fn root_of(slot: Slot) -> String {
    format!("PARTLABEL={}", slot.root_label())
}

/// A command line padded to the length of the file.
pub fn padded(line: &str) -> Option<Vec<u8>> {
    let fits = line.len() < LENGTH && !line.contains('\n');
    fits.then(|| format!("{line:<width$}\n", width = LENGTH - 1).into_bytes())
}

/// Whether a command line is complete, and for which slot.
pub fn completed_for(command_line: &str) -> Option<Slot> {
    let mut words = command_line.split_whitespace();
    let slot: Slot = words.find_map(|word| word.strip_prefix("rauc.slot="))?.parse().ok()?;
    let root = format!("root={}", root_of(slot));
    let complete = command_line.split_whitespace().any(|word| word == root) && !command_line.contains(['{', '}']);
    complete.then_some(slot)
}

/// Writes a slot's own values into the command line on its boot partition, and syncs. Doing it twice does no harm.
///
/// # Errors
/// A partition that cannot be read or written, and a file that is no template of ours or was completed for the other
/// slot.
pub fn complete(partition: &Path, slot: Slot) -> Result<()> {
    let failed = || format!("cannot complete the boot partition of slot {slot}");
    let wrong = |problem| wrong(slot, problem);
    let found = fat::find(partition, FILE).with_context(failed)?;
    let text = String::from_utf8(found.content).map_err(|_| wrong("is no text"))?;
    if text.len() != LENGTH {
        return Err(wrong("has not the length of a template"));
    }
    match completed_for(&text) {
        Some(done) if done == slot => return Ok(()),
        Some(_) => return Err(wrong("was completed for the other slot")),
        None => {}
    }
    let line = text.trim().replace("{root}", &root_of(slot)).replace("{slot}", &slot.to_string());
    if completed_for(&line) != Some(slot) {
        return Err(wrong("has no place for the slot and its root"));
    }
    let content = padded(&line).ok_or_else(|| wrong("has no room for the slot's values"))?;
    fat::overwrite(partition, FILE, &content).with_context(failed)?;
    is_complete(partition, slot)
}

fn wrong(slot: Slot, problem: &str) -> anyhow::Error {
    anyhow!("{FILE} of slot {slot} {problem}; install the update again")
}

/// Whether the command line on a boot partition is complete.
///
/// # Errors
/// It is not, or cannot be read.
pub fn is_complete(partition: &Path, slot: Slot) -> Result<()> {
    let found =
        fat::find(partition, FILE).with_context(|| format!("cannot complete the boot partition of slot {slot}"))?;
    let complete = std::str::from_utf8(&found.content).ok().and_then(completed_for) == Some(slot);
    complete.then_some(()).ok_or_else(|| wrong(slot, "is not complete"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "console=tty1 root={root} ro rootwait rauc.slot={slot} parley.verity=abc panic=1";

    fn partition(content: &[u8]) -> tempfile::NamedTempFile {
        let image = tempfile::NamedTempFile::new().unwrap();
        image.as_file().set_len(16 * 1024 * 1024).unwrap();
        fat::make_anew(image.path(), "BOOT", FILE, content).unwrap();
        image
    }

    fn template() -> tempfile::NamedTempFile {
        partition(&padded(TEMPLATE).unwrap())
    }

    #[test]
    fn a_slot_gets_its_own_root_and_name_and_keeps_the_length() {
        let image = template();
        complete(image.path(), Slot::B).unwrap();
        let line = fat::find(image.path(), FILE).unwrap().content;
        assert_eq!(line.len(), LENGTH);
        let line = String::from_utf8(line).unwrap();
        let expected = "console=tty1 root=PARTLABEL=root_b ro rootwait rauc.slot=B parley.verity=abc panic=1";
        assert_eq!(line.trim_end(), expected);
        assert_eq!(line.lines().count(), 1, "the firmware reads one line");
    }

    #[test]
    fn completing_twice_is_the_same_and_never_for_the_other_slot() {
        let image = template();
        complete(image.path(), Slot::A).unwrap();
        complete(image.path(), Slot::A).unwrap();
        is_complete(image.path(), Slot::A).unwrap();
        assert!(is_complete(image.path(), Slot::B).is_err());
        assert!(complete(image.path(), Slot::B).is_err());
    }

    #[test]
    fn an_incomplete_slot_is_not_complete() {
        assert!(is_complete(template().path(), Slot::A).is_err());
    }

    #[test]
    fn what_is_no_template_is_refused() {
        let too_short = partition(b"root={root} rauc.slot={slot}");
        let no_place = partition(&padded("root=/dev/sda1 quiet").unwrap());
        let leftover = partition(&padded("root={root} rauc.slot={slot} {verity}").unwrap());
        for image in [too_short, no_place, leftover] {
            let before = std::fs::read(image.path()).unwrap();
            assert!(complete(image.path(), Slot::A).is_err());
            assert!(before == std::fs::read(image.path()).unwrap(), "nothing was written");
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_refused() {
        assert_eq!(padded(&"x".repeat(LENGTH)), None);
    }
}
