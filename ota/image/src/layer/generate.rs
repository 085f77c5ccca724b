//! What is written into the layer out of other files of the clone: the crate list, the models of each profile, the disk.
//!
//! The check fails when one of them is stale, so that Cargo.lock, models.toml and layout.toml stay the only places to change.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use parley_board::SOUND_CARDS;
use parley_device::layout::Layout;
use parley_models::Manifest;
use parley_update::bootchain::sound_card;
use parley_update::policy::offers::UNKNOWN;
use serde::Deserialize;

use super::checkout::Checkout;
use super::rules::{Findings, Layer};
use crate::packages::{self, Packages};
use crate::release::boards;

/// The crates of the program, as sources of a recipe.
pub const CRATES: &str = "meta-voice/recipes-parley/parley/parley-crates.inc";
/// What an image offers its owners: sound cards, and the file that names one.
pub const OFFERS: &str = "meta-voice/conf/distro/include/parley-offers.inc";
pub const MODELS: &str = "meta-voice/recipes-parley/voice-models/voice-models.inc";
/// Sizes, types and labels of the partitions.
pub const DISK: &str = "meta-voice/conf/distro/include/parley-disk.inc";
/// What the finished root is searched for.
pub const NEEDS: &str = "meta-voice/recipes-core/images/parley-needs.inc";
/// Further models for tests, which do not work together and are in no image.
const NOT_AN_IMAGE: &str = "test";
const HEADER: &str = "# Written by `cargo xtask layer generate`";

pub type Generated = (&'static str, String);

pub fn all(checkout: &Checkout) -> Result<Vec<Generated>> {
    Ok(vec![
        (CRATES, crates(&checkout.read("Cargo.lock")?)?),
        (MODELS, models(&checkout.read("appliance/models/models.toml")?)?),
        (DISK, disk(&checkout.read("ota/layout.toml")?)?),
        (OFFERS, offers()?),
        (NEEDS, needs(&Packages::parse(&checkout.read(packages::FILE)?)?)),
    ])
}

pub fn write(root: &Path) -> Result<()> {
    for (path, content) in all(&Checkout::new(root))? {
        write_file(root, path, &content)?;
    }
    Ok(())
}

/// Writes a file of the clone, if it says something else.
pub fn write_file(root: &Path, path: &str, content: &str) -> Result<()> {
    let file = root.join(path);
    if std::fs::read_to_string(&file).is_ok_and(|present| present == content) {
        return Ok(());
    }
    std::fs::create_dir_all(file.parent().context("a generated file lies in a folder")?)?;
    std::fs::write(&file, content).with_context(|| format!("cannot write {}", file.display()))?;
    println!("Written: {path}");
    Ok(())
}

/// The rule: crate list, models and disk are what would be written now.
pub fn fresh(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    for (path, content) in all(layer.checkout)? {
        let present = layer.checkout.read(path).unwrap_or_default();
        let differs = present.lines().zip(content.lines()).position(|(present, content)| present != content);
        let line = differs.unwrap_or_else(|| present.lines().count().min(content.lines().count())) + 1;
        findings.expect(present == content, format!("{path}:{line}"), "is stale: run `cargo xtask layer generate`");
    }
    Ok(())
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Package>,
}

#[derive(Deserialize)]
pub struct Package {
    pub name: String,
    pub version: String,
    source: Option<String>,
    pub checksum: Option<String>,
}

pub fn packages(lock: &str) -> Result<Vec<Package>> {
    Ok(toml::from_str::<Lock>(lock).context("Cargo.lock cannot be read")?.package)
}

/// In the form that the crate fetcher and `bitbake -c update_crates` use.
fn crates(lock: &str) -> Result<String> {
    let (mut uris, mut sums) = (String::new(), String::new());
    for Package { name, version, source, checksum } in packages(lock)? {
        let Some(source) = source else { continue };
        ensure!(
            source.starts_with("registry+"),
            "{name} comes from {source}; only the registry is fetched by the layer"
        );
        let checksum = checksum.with_context(|| format!("Cargo.lock has no checksum of {name}"))?;
        let _ = writeln!(uris, "    crate://crates.io/{name}/{version} \\");
        let _ = writeln!(sums, "SRC_URI[{name}-{version}.sha256sum] = \"{checksum}\"");
    }
    Ok(format!("{HEADER} from Cargo.lock.\n\nSRC_URI += \"\\\n{uris}\"\n\n{sums}"))
}

fn models(manifest: &str) -> Result<String> {
    let manifest = Manifest::parse(manifest)?;
    let mut text = format!("{HEADER} from appliance/models/models.toml.\n");
    let mut sums = String::new();
    for profile in manifest.profile_names().filter(|name| *name != NOT_AN_IMAGE) {
        let mut licences: Vec<&str> = manifest.models_of(profile).map(|model| model.licence.as_str()).collect();
        licences.sort_unstable();
        licences.dedup();
        let (mut kib, mut uris, mut checks, mut unverified) = (0, Vec::new(), Vec::new(), Vec::new());
        for file in manifest.models_of(profile).flat_map(|model| &model.files) {
            let name = file.name.as_str();
            let Some((bytes, digest, address)) = file.published() else {
                unverified.push(name);
                continue;
            };
            kib += bytes.div_ceil(1024);
            // A name for checksums: letters, digits and dashes.
            let key = name.to_ascii_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-");
            uris.push(format!("{address};name={key};unpack=0;downloadfilename={name}"));
            checks.push(format!("{digest}*{name}"));
            let sum = format!("SRC_URI[{key}.sha256sum] = \"{digest}\"\n");
            if !sums.contains(&sum) {
                sums += &sum;
            }
        }
        let lines = |words: &[String]| words.iter().fold(String::new(), |text, word| text + "    " + word + " \\\n");
        let _ = write!(
            text,
            "\nVOICE_MODELS_LICENCE[{profile}] = \"{}\"\nVOICE_MODELS_KIB[{profile}] = \"{kib}\"\n\
             VOICE_MODELS_BOARD_GB[{profile}] = \"{}\"\n\
             VOICE_MODELS_UNVERIFIED[{profile}] = \"{}\"\nVOICE_MODELS_URI[{profile}] = \"\\\n{}\"\n\
             VOICE_MODELS_SHA256[{profile}] = \"\\\n{}\"\n",
            licences.join(" & "),
            boards::least(&manifest, profile)?.map_or_else(|| UNKNOWN.to_owned(), |gb| gb.to_string()),
            unverified.join(" "),
            lines(&uris),
            lines(&checks),
        );
    }
    Ok(format!("{text}\n{sums}"))
}

fn disk(layout: &str) -> Result<String> {
    let disk = Layout::parse_product(layout)?;
    let autoboot = disk.autoboot_txt(disk.autoboot.committed)?.replace('\n', "\\n");
    let mut text = format!("{HEADER} from ota/layout.toml.\n\nPARLEY_ALIGN_KIB = \"{}\"\n", disk.align_mib * 1024);
    for partition in &disk.partitions {
        let name = partition.label.to_uppercase();
        let _ = writeln!(text, "\nPARLEY_SIZE_{name} = \"{}\"", partition.size_mib);
        let _ = writeln!(text, "PARLEY_TYPE_{name} = \"{}\"", partition.kind);
        if let Some(label) = &partition.filesystem_label {
            let _ = writeln!(text, "PARLEY_FSLABEL_{name} = \"{label}\"");
        }
    }
    let _ = write!(
        text,
        "\n# With \\n for the ends of lines.\nPARLEY_AUTOBOOT = \"{autoboot}\"\n\
         PARLEY_AUTOBOOT_FILE = \"{}\"\nPARLEY_CMDLINE_FILE = \"{}\"\nPARLEY_CMDLINE_BYTES = \"{}\"\n\
         PARLEY_STARTS_OFFSET = \"{}\"\nPARLEY_STARTS_LIMIT = \"{}\"\n",
        disk.autoboot.file,
        disk.cmdline.file,
        disk.cmdline.bytes,
        disk.unconfirmed_starts.offset_bytes,
        disk.unconfirmed_starts.limit,
    );
    Ok(text)
}

fn offers() -> Result<String> {
    let cards: Vec<&str> = SOUND_CARDS.iter().map(|card| card.overlay).collect();
    let file = sound_card::render(&sound_card::OnPins::default()).context("a file without a card")?;
    let file = String::from_utf8(file.to_vec())?.replace('\n', "\\n");
    Ok(format!(
        "{HEADER} from appliance/update/src/bootchain/sound_card.rs.\n\n# The overlays that an owner may name.\n\
         PARLEY_SOUND_CARDS = \"{}\"\n\n# The file that names one, as long as none is; with \\n for the ends of lines.\n\
         PARLEY_CARD_FILE = \"{}\"\nPARLEY_CARD = \"{file}\"\n",
        cards.join(" "),
        sound_card::FILE,
    ))
}

fn needs(packages: &Packages) -> String {
    let list = |name: &str, words: Vec<&str>| {
        let words = words.into_iter().fold(String::new(), |text, word| text + "    " + word + " \\\n");
        format!("\n{name} = \"\\\n{words}\"\n")
    };
    let files = list("PARLEY_NEEDED_FILES", packages.files().map(|(file, _)| file).collect());
    format!(
        "{HEADER} from ota/packages.toml.\n\n\
         # nooelint: oelint.vars.pathhardcode - as units and programs name them{files}{}",
        list("PARLEY_NEEDED_MODULES", packages.module.keys().map(String::as_str).collect())
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_from_elsewhere_than_the_registry_are_refused() {
        let lock = "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"git+https://example.invalid/a#1\"\n";
        assert!(crates(lock).unwrap_err().to_string().contains("only the registry"));
    }

    /// What the generator makes of one model in a profile of its own.
    fn model(file: &str) -> String {
        let manifest = "[[profile]]\nname = \"one\"\ndescription = \"x\"\n[[model]]\nid = \"m\"\npurpose = \"wake-word\"\ndescription = \"x\"\n\
                        profiles = [\"one\"]\nlicence = \"MIT\"\n[[model.file]]\n";
        models(&format!("{manifest}{file}")).unwrap()
    }

    #[test]
    fn a_model_that_nobody_verified_is_named_and_not_fetched() {
        let text = model("name = \"m.gguf\"\nverified = false\nsources = [\"https://example.invalid/m.gguf\"]\n");
        assert!(text.contains("VOICE_MODELS_UNVERIFIED[one] = \"m.gguf\""), "{text}");
        assert!(!text.contains("example.invalid"), "{text}");
    }

    #[test]
    fn the_publishers_bytes_are_expected_and_not_our_conversion() {
        let [ours, theirs] = ["a", "b"].map(|digit| digit.repeat(64));
        let text = model(&format!(
            "name = \"m.bin\"\nbytes = 2048\nsources = [\"pypi:x==1#m\", \"https://example.invalid/m.bin\"]\n\
             sha256 = [{{ digest = \"{ours}\", from = \"our conversion\" }}, {{ digest = \"{theirs}\", from = \"the publisher\" }}]\n"
        ));
        let expected = format!("SRC_URI[m-bin.sha256sum] = \"{theirs}\"");
        assert!(text.contains(&expected) && !text.contains(&ours), "{text}");
        assert!(text.contains("https://example.invalid/m.bin;name=m-bin;"), "{text}");
        assert!(text.contains("VOICE_MODELS_KIB[one] = \"2\""), "{text}");
    }

    #[test]
    fn a_fresh_card_starts_the_committed_slot() {
        let text = disk(include_str!("../../../layout.toml")).unwrap();
        let expected = "[all]\\ntryboot_a_b=1\\nboot_partition=2\\n[tryboot]\\nboot_partition=3\\n";
        assert!(text.contains(expected), "{text}");
        assert!(text.contains("PARLEY_SIZE_ROOT_A = \"4096\""), "{text}");
    }
}
