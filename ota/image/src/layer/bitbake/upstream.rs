//! What the rules believe of the layers below, looked up in them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use md5::{Digest as _, Md5};
use parley_board::SOUND_CARDS;
use walkdir::WalkDir;

use super::LAYERS;
use crate::contents::{self, Contents};
use crate::layer::checkout::Checkout;
use crate::layer::report::Report;
use crate::layer::rules::{kas, names, sources};
use crate::packages::{self, Packages};

const RULE: &str = "the layers below";
/// Where meta-raspberrypi lists the overlays that a kernel makes.
const OVERLAYS: &str = "meta-raspberrypi/conf/machine/include/rpi-base.inc";

/// Commits, names of variables, texts of licences, applets of busybox, overlays of sound cards.
pub fn check(checkout: &Checkout, layers: &Path, report: &mut Report) -> Result<String> {
    commits(checkout, layers, report)?;
    let mut add = |place: &str, problem: String| report.find(RULE, place, problem);
    let core = layers.join("openembedded-core/meta");
    for (name, sum) in sources::COMMON_LICENCES {
        let text = fs::read(core.join("files/common-licenses").join(name))
            .with_context(|| format!("cannot read the licence {name}"))?;
        let digest = sources::hex(&Md5::digest(text));
        if digest != *sum {
            add("meta-voice", format!("the text of {name} has the checksum {digest}, not {sum}"));
        }
    }
    let busybox = fs::read_to_string(core.join("recipes-core/busybox/busybox/defconfig"))
        .context("cannot read busybox's defconfig")?;
    let contents = Contents::parse(&checkout.read(contents::FILE)?)?;
    let table = Packages::parse(&checkout.read(packages::FILE)?)?;
    let busybox = busybox + &checkout.files("meta-voice/recipes-core/busybox")?.into_values().collect::<String>();
    let linked = table.files().filter(|(file, package)| *package == "busybox" && *file != contents::BUSYBOX);
    let applets: BTreeSet<&str> =
        contents.applets().chain(linked.filter_map(|(file, _)| file.rsplit('/').next())).collect();
    for applet in &applets {
        let symbol = format!("CONFIG_{}=y", if *applet == "sh" { "ASH".to_owned() } else { applet.to_uppercase() });
        if !busybox.lines().any(|line| line == symbol) {
            add(contents::FILE, format!("busybox of openembedded-core has no {applet}"));
        }
    }
    let mut unseen: Vec<&str> = names::UPSTREAM.split_whitespace().collect();
    for (repository, layer) in LAYERS {
        look(&layers.join(repository).join(layer), &mut unseen)?;
    }
    look(&layers.join("bitbake/lib"), &mut unseen)?;
    let overlays = fs::read_to_string(layers.join(OVERLAYS)).with_context(|| format!("cannot read {OVERLAYS}"))?;
    for problem in other_cards(&overlays) {
        add(OVERLAYS, problem);
    }
    for name in unseen {
        add("meta-voice", format!("{name} is set, and no layer below has ever heard of it"));
    }
    Ok(format!(
        "{} licences, {} applets, {} names",
        sources::COMMON_LICENCES.len(),
        applets.len(),
        names::UPSTREAM.split_whitespace().count()
    ))
}

/// The HiFiBerry overlays that an owner may not name, and the cards without an overlay.
fn other_cards(overlays: &str) -> Vec<String> {
    let lines = overlays.lines().filter(|line| !line.trim_start().starts_with('#'));
    let words = lines.flat_map(str::split_whitespace);
    let names = words.filter_map(|word| word.strip_prefix("overlays/")?.strip_suffix(".dtbo"));
    let known: BTreeSet<&str> = SOUND_CARDS.iter().map(|card| card.overlay).collect();
    let made: BTreeSet<&str> = names.filter(|name| name.starts_with("hifiberry-") || known.contains(name)).collect();
    let lost = made.difference(&known).map(|name| format!("makes {name}, which no owner may name"));
    let missing = known.difference(&made).map(|name| format!("makes no {name}, which an owner may name"));
    lost.chain(missing).collect()
}

/// Every layer is at the commit that the main file pins.
pub fn commits(checkout: &Checkout, layers: &Path, report: &mut Report) -> Result<()> {
    for (repository, commit) in kas::pins(&checkout.read(kas::MAIN)?) {
        let folder = layers.join(&repository);
        let safe = format!("safe.directory={}", folder.display());
        let head = Command::new("git").args(["-c", &safe, "-C"]).arg(&folder).args(["rev-parse", "HEAD"]).output()?;
        let head = String::from_utf8_lossy(&head.stdout).trim().to_owned();
        if head != commit {
            let problem = format!("is at {head:?}; {} pins {commit}", kas::MAIN);
            report.find(RULE, folder.display().to_string(), problem);
        }
    }
    Ok(())
}

/// Takes away the names that occur as a word in any metadata below a folder.
fn look(folder: &Path, unseen: &mut Vec<&str>) -> Result<()> {
    for entry in WalkDir::new(folder).into_iter().filter_entry(|entry| entry.file_name() != ".git") {
        let entry = entry.context("a layer cannot be read")?;
        let ending = entry.path().extension().unwrap_or_default();
        let metadata = ["bb", "bbappend", "bbclass", "conf", "inc", "py"].iter().any(|known| ending == *known);
        if metadata && entry.file_type().is_file() && !unseen.is_empty() {
            let text = fs::read_to_string(entry.path()).unwrap_or_default();
            unseen.retain(|name| !has_word(&text, name));
        }
    }
    Ok(())
}

fn has_word(text: &str, word: &str) -> bool {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word)
        .any(|(at, _)| !part(text[..at].chars().next_back()) && !part(text[at + word.len()..].chars().next()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_longer_name_is_not_the_name() {
        assert!(has_word("IMAGE_FSTYPES = \"x\"", "IMAGE_FSTYPES"));
        assert!(!has_word("IMAGE_FSTYPES_X = \"x\"", "IMAGE_FSTYPES"));
        assert!(has_word("X_IMAGE ${IMAGE}", "IMAGE"));
    }

    #[test]
    fn a_card_that_no_owner_may_name_and_one_without_an_overlay_are_found() {
        let list = |cards: &mut dyn Iterator<Item = &str>| {
            let words: Vec<_> = cards.map(|name| format!("    overlays/{name}.dtbo \\")).collect();
            format!("X ?= \" \\\n{}\n\"\n# eg: overlays/hifiberry-of-a-comment.dtbo\n", words.join("\n"))
        };
        let known = || SOUND_CARDS.iter().map(|card| card.overlay);
        let others = ["disable-bt", "iqaudio-dac"];
        assert_eq!(other_cards(&list(&mut known().chain(others))), Vec::<String>::new());
        let found = other_cards(&list(&mut known().skip(1).chain(["hifiberry-amp9"])));
        let missing = format!("makes no {}, which an owner may name", SOUND_CARDS[0].overlay);
        assert_eq!(found, ["makes hifiberry-amp9, which no owner may name".to_owned(), missing]);
    }
}
