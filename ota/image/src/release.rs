//! `cargo xtask release`: what a release consists of, and all of it that needs neither a board nor a signature.
//!
//! `kas build` leaves card, block map, bundle and the image's list of materials in a folder; the rest is made here from those.

pub mod boards;
mod imager;
mod materials;
mod page;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;
use parley_models::{Manifest, Sha256};
use serde::Serialize;

use crate::layer::checkout::Checkout;
use xtask::{places, process, system};

/// What `kas build` names its results by.
const IMAGE: &str = "voice-image-raspberrypi5.rootfs";
const OS_LIST: &str = "os_list.json";
const BUNDLE: &str = "voice-bundle-raspberrypi5.raucb";

#[derive(Args)]
pub struct Options {
    /// Where `kas build` left its results
    #[arg(long, value_name = "FOLDER", default_value = "build/tmp/deploy/images/raspberrypi5")]
    from: PathBuf,
    /// The folder for the release
    #[arg(long, value_name = "FOLDER", default_value = "target/release-files")]
    out: PathBuf,
    /// The address under which the files will lie, for Raspberry Pi Imager; the default is nobody's
    #[arg(long, value_name = "URL", default_value = "https://example.invalid/parley")]
    address: String,
    /// One JSON object instead of lines: version, files with checksums, boards
    #[arg(long)]
    json: bool,
}

/// One file of a release.
#[derive(Debug, Serialize)]
struct Item {
    file: String,
    what: &'static str,
    /// `None`: it is missing.
    bytes: Option<u64>,
    sha256: Option<String>,
    /// Where it is missing: what makes it.
    made_by: Option<&'static str>,
}

pub fn run(options: &Options, install: bool) -> Result<()> {
    system::ensure(system::RELEASE, install)?;
    let version = version()?;
    let items = make(options, &version)?;
    let boards = boards::table(&Manifest::embedded()?);
    let missing = items.iter().filter(|item| item.bytes.is_none()).count();
    if options.json {
        let report = serde_json::json!({ "version": version, "files": items, "boards": boards });
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        println!("Release {version}, in {}:", options.out.display());
        for Item { file, what, bytes, made_by, .. } in &items {
            let state = bytes.map_or_else(|| "missing".to_owned(), |bytes| format!("{:.1} MB", bytes as f64 / 1e6));
            let hint = made_by.map(|by| format!("; {by}")).unwrap_or_default();
            println!("  {file}: {what} ({state}{hint})");
        }
        println!("\n{}", boards::shown(&boards));
    }
    if missing > 0 {
        bail!("{missing} of {} files are missing: this is no release yet", items.len());
    }
    Ok(())
}

/// The version of the workspace, which the image has too.
fn version() -> Result<String> {
    let cargo: toml::Table = fs::read_to_string(places::workspace().join("Cargo.toml"))?.parse()?;
    let version = cargo["workspace"]["package"]["version"].as_str();
    Ok(version.context("Cargo.toml has no version")?.to_owned())
}

/// Makes the files, in the order in which they need each other; what they are, whether or not they are there.
fn make(options: &Options, version: &str) -> Result<Vec<Item>> {
    let Options { from, out, address, .. } = options;
    fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
    let name = |end: &str| format!("parley-{version}{end}");
    let (card, block_map) = (from.join(format!("{IMAGE}.wic")), from.join(format!("{IMAGE}.wic.bmap")));
    let mut items = Vec::new();
    let has_card = card.exists();
    if has_card {
        compress(&card, &out.join(name(".wic.xz")))?;
        map(&card, &block_map, &out.join(name(".wic.bmap")))?;
        let entry = imager::entry(version, address, &name(".wic.xz"), &card, &out.join(name(".wic.xz")))?;
        fs::write(out.join(OS_LIST), serde_json::to_string_pretty(&entry)? + "\n")?;
    }
    fs::write(out.join(name("-start.html")), page::html(parley_device::flashing::PAGE, version)?)?;
    fs::write(out.join(name(".cdx.json")), materials::json(&Checkout::new(&places::workspace()), version)?)?;
    for (source, to) in [(BUNDLE.to_owned(), name(".raucb")), (format!("{IMAGE}.spdx.json"), name(".spdx.json"))] {
        if from.join(&source).exists() {
            fs::copy(from.join(&source), out.join(to)).with_context(|| format!("cannot copy {source}"))?;
        }
    }
    for (file, what, made_by) in files(version) {
        items.push(item(out, file, what, made_by)?);
    }
    let sums: String =
        items.iter().filter_map(|item| Some(format!("{}  {}\n", item.sha256.as_ref()?, item.file))).collect();
    fs::write(out.join("SHA256SUMS"), sums)?;
    items.push(item(out, "SHA256SUMS".into(), "checksums of all files: sha256sum --check SHA256SUMS", "made here")?);
    Ok(items)
}

/// The files of a release but for their checksums: name, what each is for, and what makes it.
fn files(version: &str) -> Vec<(String, &'static str, &'static str)> {
    let name = |end: &str| format!("parley-{version}{end}");
    let built = "kas build kas/parley-pi5.yml makes it; --from says where";
    vec![
        (name(".wic.xz"), "the card, compressed: what Raspberry Pi Imager writes", built),
        (name(".wic.bmap"), "its blocks that hold anything, with their checksums: for bmaptool", built),
        (
            name("-start.html"),
            "how to get from an empty card to the first answer: a page to print",
            "made from docs/FLASHING.md",
        ),
        (OS_LIST.to_owned(), "the entry for Raspberry Pi Imager's list", "made from the card"),
        (name(".raucb"), "the update, signed", built),
        (
            name(".cdx.json"),
            "what the image is made from: packages, crates, models (CycloneDX)",
            "made from this clone",
        ),
        (name(".spdx.json"), "what the build found in the image, libraries and all (SPDX)", built),
    ]
}

fn item(folder: &Path, file: String, what: &'static str, made_by: &'static str) -> Result<Item> {
    let path = folder.join(&file);
    if !path.exists() {
        return Ok(Item { file, what, bytes: None, sha256: None, made_by: Some(made_by) });
    }
    let (bytes, sha256) = digest(&path)?;
    Ok(Item { file, what, bytes: Some(bytes), sha256: Some(sha256), made_by: None })
}

/// A file's length and checksum.
fn digest(path: &Path) -> Result<(u64, String)> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let (digest, bytes) = Sha256::of(file, |_| {})?;
    Ok((bytes, digest.to_string()))
}

/// The same bytes from the same card, however many processors there are: blocks of one size.
fn compress(card: &Path, to: &Path) -> Result<()> {
    println!("Compressing {}", card.display());
    let mut xz = Command::new("nice");
    xz.args(["xz", "--compress", "--keep", "--stdout", "--threads=0", "--block-size=24MiB"]).arg(card);
    process::run(xz.stdout(File::create(to)?))
}

/// The build's own block map, or one of the card as it lies there.
fn map(card: &Path, built: &Path, to: &Path) -> Result<()> {
    if built.exists() {
        fs::copy(built, to).context("cannot copy the block map")?;
        return Ok(());
    }
    process::run(Command::new("bmaptool").arg("create").arg("--output").arg(to).arg(card))
}

#[cfg(test)]
mod tests;
