//! May this bundle be installed on this device? Judged before the first byte is written.

use std::collections::BTreeMap;

use semver::Version;

use super::ledger::{Happened, Ledger};
use crate::policy::manifest::BundleManifest;

/// The oldest EEPROM that is trusted to follow `autoboot.txt` on a Raspberry Pi 5: built on 2024-09-23, the first
/// default release after the board's A/B fixes; older ones were not tried. In seconds since 1970.
pub const OLDEST_EEPROM_UNIX_S: u64 = 1_727_049_600;

/// What is known of the device.
#[derive(Debug, Clone, PartialEq)]
pub struct DeviceFacts {
    /// The kind of device, from RAUC's configuration.
    pub compatible: String,
    /// The running version, where the image names one.
    pub running: Option<Version>,
    /// The room of the idle slot by class, in bytes.
    pub room: BTreeMap<String, u64>,
    /// What an update needs on `data`, in bytes: a copy of what is migrated, and notes of how it went.
    pub data_needed: u64,
    /// What is free there, in bytes.
    pub data_free: u64,
    /// Whether the firmware is new enough to come back from a bad version.
    pub eeprom: Eeprom,
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

/// Why a bundle is refused, in words for the owner.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the fields are named for what they hold")]
pub enum Refusal {
    /// For another kind of device.
    #[error("this update is for another device ({bundle}); this one is {device}")]
    OtherDevice { bundle: String, device: String },
    /// Nobody can tell whether it is newer.
    #[error("this update has no version number that can be compared ({0:?}); ask whoever made it for another file")]
    NoVersion(String),
    /// That version runs already.
    #[error("version {0} is already in use")]
    AlreadyInUse(Version),
    /// Older than the running version.
    #[error(
        "version {bundle} is older than version {running}, which is in use, and its maker did not allow going back to it"
    )]
    Older { bundle: Version, running: Version },
    /// It was tried before, and did not stay.
    #[error("version {version} was tried before and {because}; `parley update install --again` tries it once more")]
    Blocked { version: Version, because: &'static str },
    /// An image does not fit into its slot.
    #[error("this update needs {} MB for its {class} and the device has {}: it is made for a larger card", mb(*.needed), mb(*.room))]
    TooLarge { class: String, needed: u64, room: u64 },
    /// What the assistant was told leaves no room for a copy.
    #[error(
        "the device is full: an update needs {} MB beside what the assistant keeps, and {} are free; let it forget something, \
         or all of it with `parley update reset`", mb(*.needed), .free / 1_000_000
    )]
    DataFull { needed: u64, free: u64 },
    /// It brings something that the device has no place for, or lacks what makes a system.
    #[error("this update is not made for the way this device starts ({0}); ask whoever made it for another file")]
    OtherLayout(String),
    /// The firmware would not come back from a bad version.
    #[error(
        "the device's own firmware (EEPROM) is too old to come back from a bad update by itself; bring it up to date with \
         Raspberry Pi Imager (Misc utility images → Bootloader) and try again"
    )]
    Eeprom,
}

fn mb(bytes: u64) -> u64 {
    bytes.div_ceil(1_000_000)
}

/// The classes of slot that a bundle must bring: kernel and root never mix.
const CLASSES: [&str; 2] = ["boot", "rootfs"];

/// Whether a bundle may be installed. `again` is the owner's word that a blocked version is to be tried once more.
///
/// # Errors
/// The first reason against it.
pub fn admit(bundle: &BundleManifest, device: &DeviceFacts, ledger: &Ledger, again: bool) -> Result<Version, Refusal> {
    if bundle.compatible != device.compatible {
        return Err(Refusal::OtherDevice { bundle: bundle.compatible.clone(), device: device.compatible.clone() });
    }
    match device.eeprom {
        Eeprom::Built(at) if at < OLDEST_EEPROM_UNIX_S => return Err(Refusal::Eeprom),
        Eeprom::Silent => return Err(Refusal::Eeprom),
        Eeprom::Built(_) | Eeprom::None => {}
    }
    let version = bundle.version().ok_or_else(|| Refusal::NoVersion(bundle.version_text.clone()))?;
    if let Some(running) = &device.running {
        if !bundle.allow_downgrade && version < *running {
            return Err(Refusal::Older { bundle: version, running: running.clone() });
        }
        if version == *running {
            return Err(Refusal::AlreadyInUse(version));
        }
    }
    if let Some(because) = ledger.block(&version).filter(|_| !again) {
        return Err(Refusal::Blocked { version, because: in_words(because) });
    }
    if let Some(missing) = CLASSES.iter().find(|class| !bundle.images.contains_key(**class)) {
        return Err(Refusal::OtherLayout(format!("it brings no {missing}")));
    }
    for (class, needed) in &bundle.images {
        match device.room.get(class) {
            None => return Err(Refusal::OtherLayout(format!("there is no place for its {class}"))),
            Some(room) if needed > room => {
                return Err(Refusal::TooLarge { class: class.clone(), needed: *needed, room: *room });
            }
            Some(_) => {}
        }
    }
    if device.data_free < device.data_needed {
        return Err(Refusal::DataFull { needed: device.data_needed, free: device.data_free });
    }
    Ok(version)
}

fn in_words(happened: &Happened) -> &'static str {
    match happened {
        Happened::NeverCameUp => "never came up",
        Happened::FailedTheGate { .. } => "failed its own tests",
        Happened::WentBack { .. } => "gave trouble, so the device went back",
        Happened::SentBack => "was sent back by its owner",
        Happened::Refused { .. }
        | Happened::NotInstalled { .. }
        | Happened::Installed { .. }
        | Happened::Interrupted
        | Happened::Committed { .. }
        | Happened::Proved
        | Happened::Allowed => "is not to be tried again",
    }
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
            images: BTreeMap::from([("boot".into(), 50), ("rootfs".into(), 400)]),
            allow_downgrade: false,
        }
    }

    fn device() -> DeviceFacts {
        DeviceFacts {
            compatible: "parley-raspberrypi5".into(),
            running: Some(version("1.2.0")),
            room: BTreeMap::from([("boot".into(), 50), ("rootfs".into(), 400)]),
            data_needed: 5_000_000,
            data_free: 5_000_000,
            eeprom: Eeprom::Built(OLDEST_EEPROM_UNIX_S),
        }
    }

    fn check(bundle: &BundleManifest, expected: &Result<Version, Refusal>) {
        assert_eq!(admit(bundle, &device(), &Ledger::default(), false), *expected);
    }

    #[test]
    fn a_newer_version_that_fits_is_admitted() {
        check(&bundle("1.3.0"), &Ok(version("1.3.0")));
        check(&bundle("1.2.1-rc.1"), &Ok(version("1.2.1-rc.1")));
    }

    #[test]
    fn another_devices_bundle_is_refused() {
        let other = BundleManifest { compatible: "parley-other".into(), ..bundle("1.3.0") };
        let refusal = Refusal::OtherDevice { bundle: "parley-other".into(), device: "parley-raspberrypi5".into() };
        check(&other, &Err(refusal));
    }

    #[test]
    fn an_older_version_needs_its_signers_word() {
        let refusal = Refusal::Older { bundle: version("1.1.9"), running: version("1.2.0") };
        check(&bundle("1.1.9"), &Err(refusal));
        check(&BundleManifest { allow_downgrade: true, ..bundle("1.1.9") }, &Ok(version("1.1.9")));
        let candidate = Refusal::Older { bundle: version("1.2.0-rc.1"), running: version("1.2.0") };
        check(&bundle("1.2.0-rc.1"), &Err(candidate));
    }

    #[test]
    fn the_running_version_is_not_written_again() {
        check(&bundle("1.2.0"), &Err(Refusal::AlreadyInUse(version("1.2.0"))));
    }

    #[test]
    fn a_version_without_order_is_refused() {
        check(&bundle("nightly"), &Err(Refusal::NoVersion("nightly".into())));
    }

    #[test]
    fn a_bundle_that_is_too_large_is_refused_at_one_byte_too_many() {
        let mut large = bundle("1.3.0");
        large.images.insert("rootfs".into(), 401);
        check(&large, &Err(Refusal::TooLarge { class: "rootfs".into(), needed: 401, room: 400 }));
    }

    #[test]
    fn a_full_device_is_told_from_a_card_that_is_too_small() {
        let device = DeviceFacts { data_free: 4_999_999, ..device() };
        let refusal = admit(&bundle("1.3.0"), &device, &Ledger::default(), false).unwrap_err();
        assert_eq!(refusal, Refusal::DataFull { needed: 5_000_000, free: 4_999_999 });
        assert!(refusal.to_string().starts_with("the device is full: an update needs 5 MB"), "{refusal}");
        assert!(refusal.to_string().contains("and 4 are free"), "{refusal}");
    }

    #[test]
    fn kernel_and_root_come_together_and_nothing_else() {
        let mut half = bundle("1.3.0");
        half.images.remove("boot");
        check(&half, &Err(Refusal::OtherLayout("it brings no boot".into())));
        let mut more = bundle("1.3.0");
        more.images.insert("bootloader".into(), 1);
        check(&more, &Err(Refusal::OtherLayout("there is no place for its bootloader".into())));
    }

    #[test]
    fn an_eeprom_that_is_too_old_or_silent_is_refused_and_a_device_without_one_is_not() {
        for (eeprom, admitted) in
            [(Eeprom::Built(OLDEST_EEPROM_UNIX_S - 1), false), (Eeprom::Silent, false), (Eeprom::None, true)]
        {
            let device = DeviceFacts { eeprom, ..device() };
            assert_eq!(admit(&bundle("1.3.0"), &device, &Ledger::default(), false).is_ok(), admitted, "{eeprom:?}");
        }
    }

    #[test]
    fn a_bad_version_that_is_offered_five_times_is_refused_five_times() {
        let mut ledger = Ledger::default();
        ledger.add(0, version("1.3.0"), Happened::FailedTheGate { exceeded: vec![] });
        for at in 1..=5 {
            let refusal = admit(&bundle("1.3.0"), &device(), &ledger, false).unwrap_err();
            assert!(matches!(refusal, Refusal::Blocked { .. }));
            ledger.add(at, version("1.3.0"), Happened::Refused { because: refusal.to_string() });
        }
        assert!(admit(&bundle("1.3.0"), &device(), &ledger, true).is_ok(), "its owner's word counts");
    }

    proptest! {
        #[test]
        fn no_version_below_the_running_one_is_admitted_without_a_signed_word(major in 0..3u64, minor in 0..4u64, patch in 0..3u64) {
            let offered = Version::new(major, minor, patch);
            let admitted = admit(&bundle(&offered.to_string()), &device(), &Ledger::default(), false).is_ok();
            prop_assert_eq!(admitted, offered > version("1.2.0"));
        }
    }
}
