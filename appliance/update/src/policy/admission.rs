//! May this bundle be installed on this device? Judged before the first byte is written.

use std::collections::BTreeMap;
use std::fmt::Display;

use semver::Version;

use super::blocks::Blocks;
use crate::policy::manifest::BundleManifest;
use crate::policy::offers::{self, Uses};

/// The oldest EEPROM that is trusted on a Raspberry Pi 5: built on 2025-11-05, the first default release with all that the
/// way back stands on. It arms the watchdog before the kernel (`kernel_watchdog_timeout`) and limits how long the kernel
/// feeds it, and it walks on to the next boot partition where `autoboot.txt` is lost (`PARTITION_WALK`). In seconds since
/// 1970.
pub const OLDEST_EEPROM_UNIX_S: u64 = 1_762_364_238;

/// What is known of the device.
#[derive(Debug, Clone, PartialEq)]
pub struct DeviceFacts {
    /// The kind of device, from RAUC's configuration.
    pub compatible: String,
    /// The running version, where the image names one.
    pub running: Option<Version>,
    /// Whether it trusts the throw-away authority of a development build, and is none.
    pub trusts_strangers: bool,
    /// Versions below this have a fault that nobody may bring back, says the running image.
    pub floor: Option<Version>,
    /// The room of the idle slot by class, in bytes.
    pub room: BTreeMap<String, u64>,
    /// What an update needs on `data`, in bytes: a copy of what is migrated, and notes of how it went.
    pub data_needed: u64,
    /// What is free there, in bytes.
    pub data_free: u64,
    /// How many files an update makes there, for the same.
    pub files_needed: u64,
    /// How many more it can hold.
    pub files_free: u64,
    /// Whether the firmware is new enough to come back from a bad version.
    pub eeprom: Eeprom,
    /// What its owner uses, and no update may take away.
    pub uses: Uses,
}

/// What is known of the EEPROM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Eeprom {
    /// When it was built, in seconds since 1970.
    Built(u64),
    /// A Raspberry Pi whose firmware does not say.
    Silent,
    /// The device has none.
    None,
}

impl Eeprom {
    /// Whether the firmware ends a start that hangs, and finds a system where its file is lost.
    pub fn is_trusted(self) -> bool {
        match self {
            Self::Built(at) => at >= OLDEST_EEPROM_UNIX_S,
            Self::Silent => false,
            Self::None => true,
        }
    }
}

/// What a product with a development keyring says.
pub const TRUSTS_STRANGERS: &str = "this device trusts the throw-away authority of a development build, whose key anybody may \
     have who made one; flash an image of its maker's";

/// What an owner can do about it.
pub const EEPROM_TOO_OLD: &str = "the device's own firmware (EEPROM) is too old to come back from a bad update by itself; \
     bring it up to date with Raspberry Pi Imager (Misc utility images → Bootloader)";

fn mb(bytes: u64) -> u64 {
    bytes.div_ceil(1_000_000)
}

/// The classes of slot that a bundle must bring: kernel and root never mix.
const CLASSES: [&str; 2] = ["boot", "rootfs"];

/// What makes the owner of this device ask for another file.
pub fn other_layout(problem: impl Display) -> String {
    format!(
        "this update is not made for the way this device starts ({problem:#}); ask whoever made it for another file"
    )
}

/// What a bundle may have beside its images, in bytes: signature, manifest, hook, and indexes of blocks.
const BESIDE_IMAGES_BYTES: u64 = 64 << 20;

/// Whether a file can be an update for this device, by its size in bytes: before anybody reads it.
///
/// # Errors
/// It is larger than all that it could bring.
pub fn admit_size(bytes: u64, device: &DeviceFacts) -> Result<(), String> {
    let room = device.room.values().fold(0_u64, |sum, room| sum.saturating_add(*room));
    // What cannot be compressed gets a little larger.
    let largest = room.saturating_add(room / 16).saturating_add(BESIDE_IMAGES_BYTES);
    if bytes <= largest {
        return Ok(());
    }
    Err(format!(
        "this file has {} MB, and no update for this device has more than {}: ask whoever made it for another file",
        mb(bytes),
        largest / 1_000_000
    ))
}

/// Whether a bundle may be installed. `again` is the owner's word that a blocked version is to be tried once more.
///
/// # Errors
/// The first reason against it, in words for the owner.
pub fn admit(bundle: &BundleManifest, device: &DeviceFacts, blocks: &Blocks, again: bool) -> Result<Version, String> {
    if bundle.compatible != device.compatible {
        let (other, own) = (&bundle.compatible, &device.compatible);
        return Err(format!("this update is for another device ({other}); this one is {own}"));
    }
    if device.trusts_strangers {
        return Err(TRUSTS_STRANGERS.into());
    }
    if !device.eeprom.is_trusted() {
        return Err(format!("{EEPROM_TOO_OLD} and try again"));
    }
    let version = bundle.version().ok_or_else(|| {
        let written = &bundle.version_text;
        format!(
            "this update has no version number that can be compared ({written:?}); ask whoever made it for another file"
        )
    })?;
    if let Some(floor) = device.floor.as_ref().filter(|floor| version < **floor) {
        return Err(format!(
            "version {version} has a fault that was mended with version {floor}, and is not installed any more"
        ));
    }
    if let Some(running) = &device.running {
        if version < *running && !bundle.may_replace(running) {
            return Err(format!(
                "version {version} is older than version {running}, which is in use, and its maker did not allow \
                 going back to it from there"
            ));
        }
        if version == *running {
            return Err(format!("version {version} is already in use"));
        }
    }
    if let Some(because) = blocks.block(&version).filter(|_| !again) {
        return Err(format!(
            "version {version} was tried before and {because}; `parley update install --again` tries it once more"
        ));
    }
    offers::nothing_is_lost(&bundle.offers, &device.uses)?;
    if let Some(missing) = CLASSES.iter().find(|class| !bundle.images.contains_key(**class)) {
        return Err(other_layout(format_args!("it brings no {missing}")));
    }
    for (class, needed) in &bundle.images {
        let room = device.room.get(class);
        let room = *room.ok_or_else(|| other_layout(format_args!("there is no place for its {class}")))?;
        if *needed > room {
            return Err(format!(
                "this update needs {} MB for its {class} and the device has {}: it is made for a larger card",
                mb(*needed),
                mb(room)
            ));
        }
    }
    if device.data_free < device.data_needed {
        return Err(format!(
            "the device is full: an update needs {} MB beside what the assistant keeps, and {} are free; let it forget \
             something, or all of it with `parley update reset`",
            mb(device.data_needed),
            device.data_free / 1_000_000
        ));
    }
    if device.files_free < device.files_needed {
        return Err(format!(
            "the device is full: an update makes {} files beside those of the assistant, and there is room for {}; let it \
             forget something, or all of it with `parley update reset`",
            device.files_needed, device.files_free
        ));
    }
    Ok(version)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    fn bundle(version: &str) -> BundleManifest {
        BundleManifest {
            compatible: "parley-raspberrypi5".into(),
            version_text: version.into(),
            images: BTreeMap::from([("boot".into(), 50), ("rootfs".into(), 4_000_000)]),
            ..BundleManifest::default()
        }
    }

    fn device() -> DeviceFacts {
        DeviceFacts {
            compatible: "parley-raspberrypi5".into(),
            running: Some(version("1.2.0")),
            trusts_strangers: false,
            floor: Some(version("1.0.0")),
            room: BTreeMap::from([("boot".into(), 50), ("rootfs".into(), 4_000_000)]),
            data_needed: 5_000_000,
            data_free: 5_000_000,
            files_needed: 50,
            files_free: 50,
            eeprom: Eeprom::Built(OLDEST_EEPROM_UNIX_S),
            uses: Uses::default(),
        }
    }

    fn judge(bundle: &BundleManifest) -> Result<Version, String> {
        admit(bundle, &device(), &Blocks::default(), false)
    }

    #[track_caller]
    fn admits(bundle: &BundleManifest) {
        assert_eq!(judge(bundle), Ok(bundle.version().unwrap()));
    }

    #[track_caller]
    fn refuses(bundle: &BundleManifest, because: &str) {
        let refusal = judge(bundle).unwrap_err();
        assert!(refusal.contains(because), "{refusal}");
    }

    #[test]
    fn a_newer_version_that_fits_is_admitted() {
        admits(&bundle("1.3.0"));
        admits(&bundle("1.2.1-rc.1"));
    }

    #[test]
    fn another_devices_bundle_is_refused() {
        let other = BundleManifest { compatible: "parley-other".into(), ..bundle("1.3.0") };
        refuses(&other, "for another device (parley-other); this one is parley-raspberrypi5");
    }

    #[test]
    fn an_older_version_needs_its_signers_word() {
        refuses(&bundle("1.1.9"), "version 1.1.9 is older than version 1.2.0");
        let allowed = |from: &str| BundleManifest { downgrade_from: from.into(), ..bundle("1.1.9") };
        admits(&allowed(">=1.2.0,<1.2.2"));
        refuses(&allowed(">=1.1.0,<1.2.0"), "did not allow going back to it from there");
        refuses(&allowed(">=1.2.0"), "did not allow going back");
        refuses(&bundle("1.2.0-rc.1"), "version 1.2.0-rc.1 is older than version 1.2.0");
    }

    #[test]
    fn a_product_with_a_development_keyring_installs_nothing() {
        let device = DeviceFacts { trusts_strangers: true, ..device() };
        let refusal = admit(&bundle("1.3.0"), &device, &Blocks::default(), true).unwrap_err();
        assert!(refusal.contains("throw-away authority"), "{refusal}");
    }

    #[test]
    fn no_permission_leads_below_the_floor_of_the_image() {
        let old = |version| BundleManifest { downgrade_from: "<2.0.0".into(), ..bundle(version) };
        admits(&old("1.0.0"));
        refuses(&old("0.9.9"), "version 0.9.9 has a fault that was mended with version 1.0.0");
    }

    #[test]
    fn the_running_version_is_not_written_again() {
        refuses(&bundle("1.2.0"), "version 1.2.0 is already in use");
    }

    #[test]
    fn nothing_that_the_owner_uses_is_taken_away_not_even_at_the_owners_word() {
        let refusal =
            |uses| admit(&bundle("1.3.0"), &DeviceFacts { uses, ..device() }, &Blocks::default(), true).unwrap_err();
        let card = refusal(Uses { sound_card: Some("hifiberry-dac".into()), ..Uses::default() });
        assert!(card.contains("cannot use the sound card hifiberry-dac"), "{card}");
        let fleet = refusal(Uses { fleet: true, ..Uses::default() });
        assert!(fleet.contains("no client for the fleet"), "{fleet}");
    }

    #[test]
    fn a_version_without_order_is_refused() {
        refuses(&bundle("nightly"), r#"no version number that can be compared ("nightly")"#);
    }

    #[test]
    fn a_bundle_that_is_too_large_is_refused_at_one_byte_too_many() {
        let mut large = bundle("1.3.0");
        large.images.insert("rootfs".into(), 4_000_001);
        refuses(&large, "needs 5 MB for its rootfs and the device has 4:");
    }

    #[test]
    fn a_file_that_is_larger_than_all_it_could_bring_is_refused_unread() {
        let largest = 4_000_050 + 4_000_050 / 16 + BESIDE_IMAGES_BYTES;
        assert_eq!(admit_size(largest, &device()), Ok(()));
        let refusal = admit_size(largest + 1, &device()).unwrap_err();
        assert!(
            refusal.starts_with("this file has 72 MB, and no update for this device has more than 71"),
            "{refusal}"
        );
        assert!(admit_size(20 << 30, &device()).unwrap_err().contains("21475 MB"));
    }

    #[test]
    fn a_full_device_is_told_from_a_card_that_is_too_small() {
        let device = DeviceFacts { data_free: 4_999_999, ..device() };
        let refusal = admit(&bundle("1.3.0"), &device, &Blocks::default(), false).unwrap_err();
        assert!(refusal.starts_with("the device is full: an update needs 5 MB"), "{refusal}");
        assert!(refusal.contains("and 4 are free"), "{refusal}");
        let device = DeviceFacts { files_free: 49, ..self::device() };
        let refusal = admit(&bundle("1.3.0"), &device, &Blocks::default(), false).unwrap_err();
        assert!(refusal.starts_with("the device is full: an update makes 50 files"), "{refusal}");
        assert!(refusal.contains("there is room for 49"), "{refusal}");
    }

    #[test]
    fn kernel_and_root_come_together_and_nothing_else() {
        let mut half = bundle("1.3.0");
        half.images.remove("boot");
        refuses(&half, "the way this device starts (it brings no boot)");
        let mut more = bundle("1.3.0");
        more.images.insert("bootloader".into(), 1);
        refuses(&more, "(there is no place for its bootloader)");
    }

    #[test]
    fn an_eeprom_that_is_too_old_or_silent_is_refused_and_a_device_without_one_is_not() {
        for (eeprom, admitted) in
            [(Eeprom::Built(OLDEST_EEPROM_UNIX_S - 1), false), (Eeprom::Silent, false), (Eeprom::None, true)]
        {
            let device = DeviceFacts { eeprom, ..device() };
            assert_eq!(admit(&bundle("1.3.0"), &device, &Blocks::default(), false).is_ok(), admitted, "{eeprom:?}");
        }
    }

    #[test]
    fn a_bad_version_that_is_offered_five_times_is_refused_five_times() {
        let blocks = Blocks::read(b"1.3.0 failed-the-gate\n");
        for _ in 1..=5 {
            let refusal = admit(&bundle("1.3.0"), &device(), &blocks, false).unwrap_err();
            assert!(refusal.contains("was tried before and failed its own tests"), "{refusal}");
        }
        assert!(admit(&bundle("1.3.0"), &device(), &blocks, true).is_ok(), "its owner's word counts");
    }

    proptest! {
        #[test]
        fn no_version_below_the_running_one_is_admitted_without_a_signed_word(major in 0..3u64, minor in 0..4u64, patch in 0..3u64) {
            let offered = Version::new(major, minor, patch);
            let admitted = admit(&bundle(&offered.to_string()), &device(), &Blocks::default(), false).is_ok();
            prop_assert_eq!(admitted, offered > version("1.2.0"));
        }
    }
}
