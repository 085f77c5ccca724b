//! Which sound card the firmware tells the kernel of: one small file on each boot partition.
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

/// A sound card on the board's pins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SoundCard {
    /// Its overlay, by which owners call it: `overlays/NAME.dtbo` on the boot partition.
    pub overlay: &'static str,
    /// Whether it can record what is said; a card that cannot, or only from a digital input, needs a microphone.
    pub records: bool,
    /// The kernel's symbol of its driver.
    pub driver: &'static str,
}

const fn card(overlay: &'static str, records: bool, driver: &'static str) -> SoundCard {
    SoundCard { overlay, records, driver }
}

/// The cards that an owner may name: those of the kernel's overlays whose drivers' modules the image is searched for. The
/// layer generates its list from this table, and the image's build fails without one of the overlays. Where
/// meta-raspberrypi is there, the check of the layer compares the table with all of its HiFiBerry overlays.
pub const SOUND_CARDS: &[SoundCard] = &[
    card("hifiberry-amp", false, "SND_BCM2708_SOC_HIFIBERRY_AMP"),
    card("hifiberry-amp100", false, "SND_BCM2708_SOC_HIFIBERRY_DACPLUS"),
    card("hifiberry-amp3", false, "SND_SOC_MA120X0P"),
    card("hifiberry-amp4pro", false, "SND_BCM2708_SOC_HIFIBERRY_DACPLUS"),
    card("hifiberry-dac", false, "SND_BCM2708_SOC_HIFIBERRY_DAC"),
    card("hifiberry-dacplus", false, "SND_BCM2708_SOC_HIFIBERRY_DACPLUS"),
    card("hifiberry-dacplusadc", true, "SND_BCM2708_SOC_HIFIBERRY_DACPLUSADC"),
    card("hifiberry-dacplusadcpro", true, "SND_BCM2708_SOC_HIFIBERRY_DACPLUSADCPRO"),
    card("hifiberry-dacplusdsp", false, "SND_BCM2708_SOC_HIFIBERRY_DACPLUSDSP"),
    card("hifiberry-dacplushd", false, "SND_BCM2708_SOC_HIFIBERRY_DACPLUSHD"),
    card("hifiberry-digi", false, "SND_BCM2708_SOC_HIFIBERRY_DIGI"),
    card("hifiberry-digi-pro", false, "SND_BCM2708_SOC_HIFIBERRY_DIGI"),
];

/// The card with this overlay, where this version knows it.
pub fn known(overlay: &str) -> Option<&'static SoundCard> {
    SOUND_CARDS.iter().find(|card| card.overlay == overlay)
}

/// The longest name of an overlay, in bytes; the kernel's are shorter, and a line of the firmware's has 98.
const LONGEST_OVERLAY: usize = 64;

/// Whether something can be the name of an overlay of this or a later version, and nothing else to the firmware.
pub fn is_overlay(name: &str) -> bool {
    let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    plain && (1..=LONGEST_OVERLAY).contains(&name.len())
}

/// What the file says: the overlay, or that there is none. `None` for a name that is none.
pub fn render(overlay: Option<&str>) -> Option<[u8; SECTOR]> {
    let mut text = match overlay {
        // The card's own EEPROM is of the day it was made: it would set up pins and driver a second time, otherwise.
        Some(name) if is_overlay(name) => format!("force_eeprom_read=0\ndtoverlay={name}\n"),
        Some(_) => return None,
        None => "# no sound card is named\n".to_owned(),
    };
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
pub fn write(partition: &Path, overlay: Option<&str>) -> io::Result<bool> {
    let invalid = |problem: &str| io::Error::new(io::ErrorKind::InvalidData, format!("{FILE} {problem}"));
    let wanted = render(overlay).ok_or_else(|| invalid("can name no such card"))?;
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

    fn content(image: &Path) -> Vec<u8> {
        fat::find(image, FILE).unwrap().content
    }

    #[test]
    fn the_firmware_reads_the_overlay_and_comments_that_end_before_its_limit() {
        for overlay in SOUND_CARDS.iter().map(|card| Some(card.overlay)).chain([None]) {
            let text = String::from_utf8(render(overlay).unwrap().to_vec()).unwrap();
            assert!(text.ends_with('\n') && text.lines().all(|line| line.len() <= 98), "{text}");
            let said: Vec<&str> = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
            let expected = overlay.map(|name| format!("force_eeprom_read=0 dtoverlay={name}"));
            assert_eq!(said.join(" "), expected.unwrap_or_default());
        }
    }

    #[test]
    fn a_change_is_one_sector_of_the_files_own_and_the_same_is_not_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let image = partition(folder.path(), &render(None).unwrap());
        let before = std::fs::read(&image).unwrap();
        let place = usize::try_from(fat::find(&image, FILE).unwrap().offset).unwrap();
        assert!(write(&image, Some("hifiberry-dacplus")).unwrap());
        let after = std::fs::read(&image).unwrap();
        assert_eq!(before[..place], after[..place]);
        assert_eq!(before[place + SECTOR..], after[place + SECTOR..]);
        assert_eq!(after[place..place + SECTOR], render(Some("hifiberry-dacplus")).unwrap());
        let written = std::fs::metadata(&image).unwrap().modified().unwrap();
        assert!(!write(&image, Some("hifiberry-dacplus")).unwrap());
        assert_eq!(std::fs::metadata(&image).unwrap().modified().unwrap(), written);
        assert!(write(&image, None).unwrap());
        assert!(std::fs::read(&image).unwrap() == before, "and back");
    }

    #[test]
    fn a_file_that_is_none_of_ours_or_missing_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        for other in [&b"dtoverlay=hifiberry-dac\n"[..], &[b'#'; SECTOR + 1]] {
            let image = partition(folder.path(), other);
            assert!(write(&image, None).is_err());
            assert_eq!(content(&image), other);
        }
        let image = partition(folder.path(), &render(None).unwrap());
        fat::make_anew(&image, "BOOT", "cmdline.txt", b"x").unwrap();
        assert_eq!(write(&image, None).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn garbage_of_the_right_length_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let image = partition(folder.path(), &[0xff; SECTOR]);
        assert!(write(&image, Some("hifiberry-digi")).unwrap());
        assert_eq!(content(&image), render(Some("hifiberry-digi")).unwrap());
    }

    #[test]
    fn every_card_has_a_name_of_its_own_that_the_firmware_takes() {
        for (place, card) in SOUND_CARDS.iter().enumerate() {
            assert!(is_overlay(card.overlay) && known(card.overlay) == Some(card));
            assert!(SOUND_CARDS[..place].iter().all(|other| other.overlay < card.overlay), "in order");
        }
    }

    proptest! {
        #[test]
        fn any_name_makes_one_sector_with_one_overlay_or_nothing(name in "([a-z0-9-]{0,70}|.{0,70}|[a-z=,\n \\[\\]#]{0,20})") {
            match render(Some(&name)) {
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
            let of = |index: usize| render(SOUND_CARDS.get(index).map(|card| card.overlay)).unwrap();
            let image = tempfile::NamedTempFile::new().unwrap();
            image.as_file().set_len(4 << 20).unwrap();
            fat::make_anew(image.path(), "BOOT", FILE, &of(from)).unwrap();
            let before = std::fs::read(image.path()).unwrap();
            let changed = write(image.path(), SOUND_CARDS.get(to).map(|card| card.overlay)).unwrap();
            let after = std::fs::read(image.path()).unwrap();
            let sectors = before.chunks(SECTOR).zip(after.chunks(SECTOR)).filter(|(old, new)| old != new).count();
            prop_assert_eq!(sectors, usize::from(from != to));
            prop_assert_eq!((changed, content(image.path())), (from != to, of(to).to_vec()));
        }
    }
}
