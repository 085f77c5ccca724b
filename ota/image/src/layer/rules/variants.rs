//! One image for every owner's choice: sound cards and fleet are chosen on the device, and the bundle says what there is to choose from.

use anyhow::Result;
use parley_update::bootchain::sound_card::FILE;
use parley_update::policy::offers::{FLEET, HAWKBIT, SOUND_CARDS};

use super::{Findings, Layer, place_of};

/// What kas files may not decide any more.
const CHOSEN_ON_THE_DEVICE: &[&str] = &["dtoverlay", "hawkbit"];

/// The firmware reads the owner's card last, the bundle offers what the image has, and no kas file makes another image.
pub fn one_image(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    let distro = "meta-voice/conf/distro/voice.conf";
    let config = layer.metadata.get(distro).and_then(|distro| distro.value("RPI_EXTRA_CONFIG")).unwrap_or_default();
    let end = format!("\\n[all]\\ninclude {FILE}");
    findings.expect(config.ends_with(&end), distro, format!("config.txt does not end with `include {FILE}`"));
    let own = config.contains("dtoverlay=hifiberry");
    findings.expect(!own, distro, "a sound card in config.txt is there twice on the device of its owner");
    let (group, whole) = layer.needed("packagegroup-voice")?;
    let client = whole.value("FLEET").is_some_and(|words| words.split_whitespace().any(|word| word == "parley-fleet"));
    findings.expect(client, place_of(&whole, "FLEET", group), "a fleet's devices lose its client with the next update");
    let (recipe, bundle) = layer.needed("voice-bundle")?;
    for (key, expected) in [(SOUND_CARDS, "${PARLEY_SOUND_CARDS}"), (FLEET, HAWKBIT)] {
        let said = bundle.flag("RAUC_META_parley", key);
        findings.expect(said == Some(expected), recipe, format!("[meta.parley] {key} is {said:?}, not {expected:?}"));
    }
    for (path, text) in layer.checkout.files("kas")? {
        let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
        for line in lines.filter(|line| CHOSEN_ON_THE_DEVICE.iter().any(|word| line.contains(word))) {
            findings.add(&path, format!("{} is chosen on the device: an update would undo it", line.trim()));
        }
    }
    Ok(())
}
