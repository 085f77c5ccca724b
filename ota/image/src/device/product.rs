//! The product's programs and data in a root tree: the assistant, engines that need no models, and files that look like the models.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use parley_models::{Catalogue, Manifest, Model, PinnedFile, Purpose, Store, default_dir};

use super::cross;
use super::root::Root;
use crate::layer::checkout::Checkout;
use crate::{files, recipe};
use xtask::{places, process};

/// The models that the device's configuration names: the default.
pub const PROFILE: &str = "tiny";
/// Of this board, over what the image says: a loop in the kernel, so that the microphone hears what a test plays.
const CONFIGURATION: &str =
    "[audio]\ninput = \"plughw:CARD=Loopback,DEV=1\"\noutput = \"plughw:CARD=Loopback,DEV=0\"\n";

/// Where the cases' own visitor of the doors lies, and their finger, beside what else they have in the guest.
const OF_THE_CASES: [(&str, &str); 2] =
    [(cross::KNOCK, "usr/lib/device/knock"), (cross::PRESS, "usr/lib/device/press")];

/// The layer's recipes that install files of the clone as they are, and the folders where those lie.
const RECIPES: &[(&str, &[&str])] = &[
    ("recipes-core/parley-fleet/parley-fleet_1.0.bb", &["ota/hawkbit", "meta-voice/recipes-core/parley-fleet/files"]),
    ("recipes-core/parley-overlay/parley-overlay_1.0.bb", &["rootfs-overlay"]),
    ("recipes-core/parley-setup/parley-setup_1.0.bb", &["meta-voice/recipes-core/parley-setup/files"]),
    ("recipes-core/rauc/parley-rauc-conf_1.0.bb", &["ota"]),
    ("recipes-parley/parley-config/parley-config_1.0.bb", &["."]),
];

/// Puts into a folder what the layer's recipes install, by their own functions. Whom the device trusts is not the product's authority.
pub fn recipes(keyring: &Path, to: &Path) -> Result<()> {
    let checkout = Checkout::new(&places::workspace());
    let keyring = keyring.to_string_lossy().into_owned();
    let variables =
        [("PARLEY_KEYRING_FILE", keyring.as_str()), ("VOICE_DEVELOPMENT", "1"), ("VOICE_MODELS_PROFILE", PROFILE)];
    RECIPES.iter().try_for_each(|(recipe, folders)| {
        let recipe = format!("meta-voice/{recipe}");
        if let [folder] = folders {
            return recipe::install(&checkout, &recipe, &checkout.path(folder), to, &variables);
        }
        let fetched = tempfile::tempdir()?;
        for folder in *folders {
            let mut copy = Command::new("cp");
            process::run(copy.arg("-RT").arg(checkout.path(folder)).arg(fetched.path()))?;
        }
        recipe::install(&checkout, &recipe, fetched.path(), to, &variables)
    })
}

/// Puts in what all versions have.
pub fn install(root: &Root, programs: &Path) -> Result<()> {
    for folder in ["usr/lib/device", "usr/lib/parley", "usr/share/parley/models"] {
        fs::create_dir_all(root.path(folder))?;
    }
    fs::copy(programs.join("parley-tryboot"), root.path("usr/lib/parley/parley-tryboot"))?;
    for program in ["parley", "parley-setup", "device-engine"] {
        fs::copy(programs.join(program), root.path("usr/bin").join(program))?;
    }
    for (program, place) in OF_THE_CASES {
        fs::copy(programs.join(program), root.path(place))?;
    }
    for library in fs::read_dir(programs.join(cross::LIBRARIES))? {
        let library = library?;
        let place = root.path("usr/lib/aarch64-linux-gnu").join(library.file_name());
        files::remove(&place)?;
        fs::copy(library.path(), place)?;
    }
    fs::create_dir_all(root.path("etc/parley"))?;
    fs::write(root.path("etc/parley/parley.toml"), CONFIGURATION)?;
    // Its bundles are signed by the throw-away authority, which a product refuses.
    fs::write(root.path("etc/parley/development"), "")?;
    let manifest = Manifest::embedded()?;
    for worker in manifest.models_of(PROFILE).filter_map(|model| model.worker.as_ref()) {
        std::os::unix::fs::symlink("device-engine", root.path("usr/bin").join(worker))?;
    }
    let models = root.path("usr/share/parley/models");
    for file in manifest.models_of(PROFILE).filter(|model| model.worker.is_some()).flat_map(|model| &model.files) {
        stand_in(file, &models)?;
    }
    wake_words(&manifest, &models)
}

/// Puts in what hears wake words, and "stop": it is small, and listened with.
fn wake_words(manifest: &Manifest, to: &Path) -> Result<()> {
    let folder = default_dir(|name| std::env::var_os(name)).context("there is no folder for the models")?;
    let catalogue = Catalogue::new(manifest.clone(), Store::new(folder)?).registries_first();
    let words: Vec<&Model> = manifest.models_of(PROFILE).filter(|model| model.purpose == Purpose::WakeWord).collect();
    for file in catalogue.fetch(&words, &mut |_| {})? {
        fs::copy(&file, to.join(file.file_name().context("a file has a name")?))?;
    }
    Ok(())
}

/// Puts in the updater of a version: the first one's data is older.
pub fn install_version(root: &Root, programs: &Path, is_first: bool) -> Result<()> {
    let program = if is_first { cross::OLDER_UPDATER } else { cross::NEWER_UPDATER };
    fs::copy(programs.join(program), root.path("usr/bin/parley-update"))?;
    Ok(())
}

/// A file with a model's size and beginning, and nothing in it: the assistant looks at both before it starts an engine.
fn stand_in(model: &PinnedFile, folder: &Path) -> Result<()> {
    let name = model.name.as_str();
    let size = model.pin.as_ref().with_context(|| format!("nobody knows the size of {name}"))?.bytes;
    let (beginning, end) = match name.rsplit('.').next() {
        Some("gguf") => (gguf(size), Vec::new()),
        Some("onnx") => (onnx(size), Vec::new()),
        Some("json") => (b"{".to_vec(), b"}".to_vec()),
        Some(_) | None => (ggml(size), Vec::new()),
    };
    let mut file = File::create(folder.join(name))?;
    file.write_all(&beginning)?;
    file.set_len(size - end.len() as u64)?;
    fs::OpenOptions::new().append(true).open(folder.join(name))?.write_all(&end)?;
    Ok(())
}

fn numbers(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// Tensors of a Whisper model with one layer each way, of which the last fills the file.
fn ggml(size: u64) -> Vec<u8> {
    const TENSORS: usize = 50;
    let mut head = [b"lmgg".to_vec(), numbers(&[1; 11]), numbers(&[1, 1, 0, 0])].concat();
    // One dimension, no name, a byte for each element.
    head.extend(numbers(&[1, 0, 24, 0]).repeat(TENSORS - 1));
    let left = size - head.len() as u64 - 16;
    head.extend(numbers(&[1, 0, 24, u32::try_from(left).unwrap_or(u32::MAX)]));
    head
}

/// One tensor that fills the file.
fn gguf(size: u64) -> Vec<u8> {
    const DATA: u64 = 96;
    let mut head = [b"GGUF".to_vec(), numbers(&[3])].concat();
    [1, 0, 1].iter().for_each(|number: &u64| head.extend(number.to_le_bytes()));
    head.extend(b"w");
    head.extend(numbers(&[1]));
    head.extend((size - DATA).to_le_bytes());
    head.extend(numbers(&[24]));
    head.extend(0_u64.to_le_bytes());
    head.resize(DATA as usize, 0);
    head
}

/// A version, and a graph that fills the file.
fn onnx(size: u64) -> Vec<u8> {
    let mut head = vec![0x08, 0x08, 0x3a];
    // A length of five bytes, however small it is.
    let left = size - head.len() as u64 - 5;
    head.extend((0..5).map(|index| (left >> (7 * index) & 0x7f) as u8 | if index < 4 { 0x80 } else { 0 }));
    head
}

#[cfg(test)]
mod tests {
    use parley_models::FileState;

    use super::*;

    #[test]
    fn the_assistant_takes_the_stand_ins_for_whole_models() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path()).unwrap();
        let manifest = Manifest::embedded().unwrap();
        let mut files = 0;
        for file in manifest.models_of(PROFILE).filter(|model| model.worker.is_some()).flat_map(|model| &model.files) {
            stand_in(file, folder.path()).unwrap();
            assert_eq!(store.look(file), FileState::Present, "{}", file.name.as_str());
            files += 1;
        }
        assert!(files >= 4, "{files} files make no conversation");
    }
}
