//! Which sound card the firmware tells the kernel of, and what else is on the board's pins: one small file on each boot partition.
//!
//! One image serves all cards. Its `config.txt` ends with `include card.txt`, and that file names the overlay of the
//! card that the owner has. Without one the firmware goes by the EEPROM of a HAT, and sound may also be on USB.
//!
//! Rules: the file always has the length of one sector, so it changes as the commit does, one sector in place, and a cut
//! leaves the old or the new one; a partition without the file is never given one. A wrong card costs the sound, never
//! the start: the firmware passes over an overlay that it cannot load.

use std::io;
use std::path::Path;

use super::autoboot::SECTOR;
use super::card::write_sector;
use super::fat;

/// The file in the root directory of a boot partition.
pub const FILE: &str = "card.txt";

/// The longest name of an overlay, in bytes; the kernel's are shorter, and a line of the firmware's has 98.
const LONGEST_OVERLAY: usize = 64;

/// Whether something can be the name of an overlay of this or a later version, and nothing else to the firmware.
pub fn is_overlay(name: &str) -> bool {
    let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    plain && (1..=LONGEST_OVERLAY).contains(&name.len())
}

/// What is on the board's pins, as the firmware has to know it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OnPins {
    /// The sound card's overlay.
    pub sound_card: Option<String>,
    /// Further lines, of a board with buttons and lights: `dtparam=…` and `gpio=…`.
    pub lines: Vec<String>,
}

impl OnPins {
    /// A sound card and nothing else.
    pub fn card(overlay: &str) -> Self {
        Self { sound_card: Some(overlay.to_owned()), lines: Vec::new() }
    }
}

/// The longest line that the firmware reads, in bytes.
const LONGEST_LINE: usize = 98;

/// Whether a line says something of the pins, and nothing else to the firmware.
fn is_of_pins(line: &str) -> bool {
    let plain = line.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"=,_-".contains(&b));
    plain && line.len() <= LONGEST_LINE && ["dtparam=", "gpio="].iter().any(|key| line.starts_with(key))
}

/// What the file says: the overlay, or that there is none, and the lines. `None` where one of them is none, or they are too many.
pub fn render(pins: &OnPins) -> Option<[u8; SECTOR]> {
    let mut text = match pins.sound_card.as_deref() {
        // The card's own EEPROM is of the day it was made: it would set up pins and driver a second time, otherwise.
        Some(name) if is_overlay(name) => format!("force_eeprom_read=0\ndtoverlay={name}\n"),
        Some(_) => return None,
        None => "# no sound card is named\n".to_owned(),
    };
    if !pins.lines.iter().all(|line| is_of_pins(line)) {
        return None;
    }
    pins.lines.iter().for_each(|line| text += &format!("{line}\n"));
    // Comments of the firmware's, in lines that it reads to their ends.
    while text.len() < SECTOR {
        let left = SECTOR - text.len();
        text += &"#".repeat(left.min(64) - 1);
        text.push('\n');
    }
    text.into_bytes().try_into().ok()
}

/// Writes the file of a boot partition, and says whether it was another one before; it is on the medium when this returns.
///
/// # Errors
/// The partition cannot be read or written, or has no such file of a sector's length.
pub fn write(partition: &Path, pins: &OnPins) -> io::Result<bool> {
    let invalid = |problem: &str| io::Error::new(io::ErrorKind::InvalidData, format!("{FILE} {problem}"));
    let wanted = render(pins).ok_or_else(|| invalid("can name no such card or board"))?;
    let found = fat::find(partition, FILE)?;
    if found.content.len() != SECTOR || found.offset % SECTOR as u64 != 0 {
        return Err(invalid("is no file of ours"));
    }
    // Flash wears: what is there already is not written again.
    if found.content == wanted {
        return Ok(false);
    }
    write_sector(partition, found.offset, &wanted)?;
    if fat::find(partition, FILE)?.content != wanted {
        return Err(io::Error::other(format!("{FILE} does not read as it was written: the card may be worn out")));
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::process::Command;

    use parley_board::SOUND_CARDS;
    use proptest::prelude::*;

    use super::*;

    /// A boot partition as the layer makes it, by mkfs.vfat and mtools, with this file among others.
    fn partition(folder: &Path, content: &[u8]) -> PathBuf {
        let (image, file) = (folder.join("boot.img"), folder.join(FILE));
        std::fs::File::create(&image).unwrap().set_len(64 << 20).unwrap();
        std::fs::write(&file, content).unwrap();
        std::fs::write(folder.join("kernel_2712.img"), vec![7; 300_000]).unwrap();
        let path = format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default());
        let run = |program: &str, arguments: &[&std::ffi::OsStr]| {
            let done = Command::new(program).args(arguments).env("PATH", &path).output();
            let done = done.unwrap_or_else(|error| panic!("{program} (packages dosfstools, mtools): {error}"));
            assert!(done.status.success(), "{done:?}");
        };
        run("mkfs.vfat", &["-n".as_ref(), "BOOT".as_ref(), image.as_ref()]);
        for name in ["kernel_2712.img", FILE] {
            let to = format!("::{name}");
            run("mcopy", &["-i".as_ref(), image.as_ref(), folder.join(name).as_ref(), to.as_ref()]);
        }
        image
    }

    fn pins(overlay: Option<&str>) -> OnPins {
        overlay.map(OnPins::card).unwrap_or_default()
    }

    /// A card of the table; none behind its end.
    fn nth(index: usize) -> OnPins {
        pins(SOUND_CARDS.get(index).map(|card| card.overlay))
    }

    fn content(image: &Path) -> Vec<u8> {
        fat::find(image, FILE).unwrap().content
    }

    #[test]
    fn the_firmware_reads_the_overlay_and_comments_that_end_before_its_limit() {
        for overlay in SOUND_CARDS.iter().map(|card| Some(card.overlay)).chain([None]) {
            let text = String::from_utf8(render(&pins(overlay)).unwrap().to_vec()).unwrap();
            assert!(text.ends_with('\n') && text.lines().all(|line| line.len() <= 98), "{text}");
            let said: Vec<&str> = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
            let expected = overlay.map(|name| format!("force_eeprom_read=0 dtoverlay={name}"));
            assert_eq!(said.join(" "), expected.unwrap_or_default());
        }
    }

    #[test]
    fn every_board_that_is_known_fits_and_no_line_says_anything_else() {
        for name in parley_board::names() {
            let board = parley_board::board(name).unwrap().unwrap();
            let pins = OnPins { sound_card: Some("hifiberry-dacplusadcpro".into()), lines: board.firmware() };
            let text = String::from_utf8(render(&pins).unwrap().to_vec()).unwrap();
            assert!(board.firmware().iter().all(|line| text.lines().any(|said| said == line)), "{name}");
        }
        for line in ["dtoverlay=x", "gpio=1=ip,pu\nx=y", "include evil", "dtparam=#", ""] {
            assert_eq!(render(&OnPins { sound_card: None, lines: vec![line.into()] }), None, "{line}");
        }
        assert_eq!(render(&OnPins { sound_card: None, lines: vec!["gpio=1=ip,pu".into(); 99] }), None, "too many");
    }

    #[test]
    fn a_change_is_one_sector_of_the_files_own_and_the_same_is_not_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let image = partition(folder.path(), &render(&OnPins::default()).unwrap());
        let before = std::fs::read(&image).unwrap();
        let place = usize::try_from(fat::find(&image, FILE).unwrap().offset).unwrap();
        assert!(write(&image, &OnPins::card("hifiberry-dacplus")).unwrap());
        let after = std::fs::read(&image).unwrap();
        assert_eq!(before[..place], after[..place]);
        assert_eq!(before[place + SECTOR..], after[place + SECTOR..]);
        assert_eq!(after[place..place + SECTOR], render(&OnPins::card("hifiberry-dacplus")).unwrap());
        let written = std::fs::metadata(&image).unwrap().modified().unwrap();
        assert!(!write(&image, &OnPins::card("hifiberry-dacplus")).unwrap());
        assert_eq!(std::fs::metadata(&image).unwrap().modified().unwrap(), written);
        assert!(write(&image, &OnPins::default()).unwrap());
        assert!(std::fs::read(&image).unwrap() == before, "and back");
    }

    #[test]
    fn a_file_that_is_none_of_ours_or_missing_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        for other in [&b"dtoverlay=hifiberry-dac\n"[..], &[b'#'; SECTOR + 1]] {
            let image = partition(folder.path(), other);
            assert!(write(&image, &OnPins::default()).is_err());
            assert_eq!(content(&image), other);
        }
        let image = partition(folder.path(), &render(&OnPins::default()).unwrap());
        fat::make_anew(&image, "BOOT", "cmdline.txt", b"x").unwrap();
        assert_eq!(write(&image, &OnPins::default()).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn garbage_of_the_right_length_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let image = partition(folder.path(), &[0xff; SECTOR]);
        assert!(write(&image, &OnPins::card("hifiberry-digi")).unwrap());
        assert_eq!(content(&image), render(&OnPins::card("hifiberry-digi")).unwrap());
    }

    proptest! {
        #[test]
        fn any_name_makes_one_sector_with_one_overlay_or_nothing(name in "([a-z0-9-]{0,70}|.{0,70}|[a-z=,\n \\[\\]#]{0,20})") {
            match render(&OnPins::card(&name)) {
                None => prop_assert!(!is_overlay(&name)),
                Some(sector) => {
                    let text = String::from_utf8(sector.to_vec()).unwrap();
                    let overlays: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("dtoverlay=")).collect();
                    prop_assert_eq!(overlays, [name.as_str()]);
                    let others = text.lines().filter(|line| !line.starts_with("dtoverlay=") && !line.starts_with('#'));
                    prop_assert!(others.filter(|line| !line.is_empty()).all(|line| line == "force_eeprom_read=0"));
                }
            }
        }

    }

    proptest! {
        // Each makes a file system.
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
        #[test]
        fn a_cut_between_two_sectors_leaves_one_whole_file(from in 0..=SOUND_CARDS.len(), to in 0..=SOUND_CARDS.len()) {
            // One sector is written whole or not at all: there is no third file.
            let of = |index: usize| render(&nth(index)).unwrap();
            let image = tempfile::NamedTempFile::new().unwrap();
            image.as_file().set_len(4 << 20).unwrap();
            fat::make_anew(image.path(), "BOOT", FILE, &of(from)).unwrap();
            let before = std::fs::read(image.path()).unwrap();
            let changed = write(image.path(), &nth(to)).unwrap();
            let after = std::fs::read(image.path()).unwrap();
            let sectors = before.chunks(SECTOR).zip(after.chunks(SECTOR)).filter(|(old, new)| old != new).count();
            prop_assert_eq!(sectors, usize::from(from != to));
            prop_assert_eq!((changed, content(image.path())), (from != to, of(to).to_vec()));
        }
    }
}
