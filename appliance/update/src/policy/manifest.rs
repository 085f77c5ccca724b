//! What a bundle says about itself.

use std::collections::BTreeMap;

use semver::Version;

use super::downgrade::Range;
use super::offers::Offers;

/// The section of a manifest that is ours: `[meta.parley]`.
pub const META: &str = "parley";

/// The key of [`META`] with which a signer lets devices go back to an older version, from a range of newer ones.
pub const ALLOW_DOWNGRADE_FROM: &str = "allow-downgrade-from";

/// The parts of a manifest that are judged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BundleManifest {
    /// The kind of device it is for.
    pub compatible: String,
    /// Its version as it is written; [`BundleManifest::version`] reads it.
    pub version_text: String,
    /// The images by the class of their slot, with their sizes in bytes.
    pub images: BTreeMap<String, u64>,
    /// The class and the file of each image, where the manifest was read as text.
    pub files: Vec<(String, String)>,
    /// Which newer versions its signer allows it to replace, as it is written; empty where none are.
    pub downgrade_from: String,
    /// What its image offers.
    pub offers: Offers,
}

impl BundleManifest {
    /// Reads `manifest.raucm`, which is a key file as of GLib. Unknown sections and keys are RAUC's business.
    pub fn parse(text: &str) -> Self {
        let mut manifest = Self::default();
        let mut section = String::new();
        for line in text.lines().map(str::trim) {
            if line.starts_with('#') {
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                section = name.to_owned();
            } else if let Some((key, value)) = line.split_once('=') {
                manifest.take(&section, key.trim(), value.trim());
            }
        }
        manifest
    }

    fn take(&mut self, section: &str, key: &str, value: &str) {
        match (section, key) {
            ("update", "compatible") => self.compatible = value.into(),
            ("update", "version") => self.version_text = value.into(),
            _ if section.strip_prefix("meta.") == Some(META) => self.take_ours(key, value),
            (_, "filename") => {
                if let Some(image) = section.strip_prefix("image.") {
                    // A variant of an image is named behind a dot: the slot is the same.
                    let class = image.split('.').next().unwrap_or(image);
                    self.files.push((class.into(), value.into()));
                }
            }
            _ => {}
        }
    }

    /// A key of [`META`].
    pub(crate) fn take_ours(&mut self, key: &str, value: &str) {
        if key == ALLOW_DOWNGRADE_FROM {
            self.downgrade_from = value.into();
        } else {
            self.offers.take(key, value);
        }
    }

    /// Adds an image. Of several for one slot, the largest counts.
    pub fn add_image(&mut self, class: &str, bytes: u64) {
        let largest = self.images.entry(class.into()).or_default();
        *largest = bytes.max(*largest);
    }

    /// Whether its signer allows it to replace this newer version. A permission that never ends is none.
    pub fn may_replace(&self, newer: &Version) -> bool {
        Range::parse(&self.downgrade_from).is_ok_and(|range| range.contains(newer))
    }

    /// Its version, where that can be compared.
    pub fn version(&self) -> Option<Version> {
        self.version_text.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = "[update]\ncompatible=parley-raspberrypi5\nversion=1.2.0\n\n[bundle]\nformat=verity\n\n\
        [image.rootfs]\nfilename=root.img\nsha256=00\n[image.boot.second]\nfilename=boot.img\n# x\n[meta.parley]\nallow-downgrade-from=>=1.4.0,<1.4.3\n\
        sound-cards=hifiberry-dac hifiberry-digi\nfleet=hawkbit\nleast-board-gb=4\n";

    #[test]
    fn a_manifest_is_read() {
        let manifest = BundleManifest::parse(TEXT);
        assert_eq!(manifest.compatible, "parley-raspberrypi5");
        assert_eq!(manifest.version(), Version::parse("1.2.0").ok());
        let files = [("rootfs", "root.img"), ("boot", "boot.img")];
        assert_eq!(manifest.files, files.map(|(class, name)| (class.to_owned(), name.to_owned())));
        assert_eq!(manifest.downgrade_from, ">=1.4.0,<1.4.3");
        let sound_cards = vec!["hifiberry-dac".into(), "hifiberry-digi".into()];
        assert_eq!(manifest.offers, Offers { sound_cards, fleet: true, least_board_gb: Some(4) });
        assert!(manifest.may_replace(&Version::new(1, 4, 2)) && !manifest.may_replace(&Version::new(1, 4, 3)));
    }

    #[test]
    fn only_our_own_section_allows_a_downgrade() {
        let text = TEXT.replace("[meta.parley]", "[meta.other]");
        assert!(!BundleManifest::parse(&text).may_replace(&Version::new(1, 4, 2)));
        assert_eq!(BundleManifest::parse(&text).offers, Offers::default());
        for said in [
            "allow-downgrade-from=true",
            "allow-downgrade-from=>=1.4.0",
            "allow-downgrade-from=none",
            "allow-downgrade=true",
        ] {
            let text = TEXT.replace("allow-downgrade-from=>=1.4.0,<1.4.3", said);
            assert!(!BundleManifest::parse(&text).may_replace(&Version::new(1, 4, 2)), "{said}");
        }
    }

    #[test]
    fn a_version_that_cannot_be_compared_is_none() {
        assert_eq!(BundleManifest::parse("[update]\nversion=tuesday\n").version(), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_harm(text in ".{0,400}") {
            let _ = BundleManifest::parse(&text);
        }
    }
}
