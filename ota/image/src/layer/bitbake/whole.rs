//! Steps about all recipes at once: reading them, their dependencies, every task of image and bundle, and single values of an image.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, ensure};

use super::run::{self, Build};
use crate::layer::checkout::Checkout;
use crate::layer::report::Report;
use crate::packages::{self, Packages};

/// What is asked for its dependencies.
const TARGETS: &[&str] = &["voice-image", "voice-image-dev", "voice-bundle"];
/// Values of an image that no parse compares with anything.
const VALUES: &[(&str, &str, &str)] = &[
    ("WKS_FULL_PATH", "parley-card.wks", "the card would be laid out by somebody else's file"),
    ("IMAGE_FSTYPES", "erofs-lz4.verity", "the root would have no hash tree"),
    ("DISTRO_FEATURES", "systemd", "the units need it"),
    ("KERNEL_IMAGETYPE", "Image", "the board starts no other"),
    ("MACHINEOVERRIDES", "raspberrypi5", "what is meant for the board would not apply"),
];

pub fn parse(build: &Build, report: &mut Report) -> Result<String> {
    let said = build.complaints(&["-p"], "bitbake -p", report)?;
    let parsed = run::summary(&said, "Parsing of ");
    // What has not changed since it was read is not read again.
    Ok(if parsed.is_empty() { run::summary(&said, "Loaded ") } else { parsed })
}

/// Everything that images and bundle are made from exists, the libraries of `ota/packages.toml` too.
pub fn graph(checkout: &Checkout, build: &Build, report: &mut Report) -> Result<String> {
    build.complaints(&[&["-g"], TARGETS].concat(), "bitbake -g", report)?;
    let (recipes, table) = (recipes(build)?, Packages::parse(&checkout.read(packages::FILE)?)?);
    report.find_all("libraries", packages::FILE, unmade(&table, &recipes));
    Ok(format!("{} recipes for {}", recipes.len(), TARGETS.join(", ")))
}

/// Libraries of the table that no recipe of the graph makes.
fn unmade(table: &Packages, recipes: &BTreeSet<String>) -> Vec<String> {
    let made = |recipe: &String| recipe.is_empty() || recipes.contains(recipe);
    let unmade = table.library.iter().filter(|(_, recipe)| !made(recipe));
    unmade
        .map(|(library, recipe)| format!("{library} stands for one of {recipe}, which is no part of the image"))
        .collect()
}

/// Every task of image and bundle, without carrying any out.
pub fn dry_run(build: &Build, report: &mut Report) -> Result<String> {
    let said = build.complaints(&["-n", "voice-image", "voice-bundle"], "bitbake -n", report)?;
    let summary = run::summary(&said, "NOTE: Tasks Summary: ");
    ensure!(!summary.is_empty(), "bitbake -n did not come to its end");
    Ok(summary)
}

/// Values of the image are what the layer means them to be.
pub fn values(build: &Build, report: &mut Report) -> Result<String> {
    report.find_all("bitbake -e", "voice-image", without(&build.output(&["-e", "voice-image"])?));
    Ok(format!("{} values", VALUES.len()))
}

fn without(printed: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (name, word, why) in VALUES {
        let value = run::value(printed, name);
        let holds = value.as_deref().is_some_and(|value| value.split([' ', '/', ':']).any(|part| part == *word));
        if !holds {
            found.push(format!("{name} is {value:?}, without {word}: {why}"));
        }
    }
    found
}

pub fn recipes(build: &Build) -> Result<BTreeSet<String>> {
    let list = fs::read_to_string(build.folder.join("pn-buildlist")).context("bitbake wrote no pn-buildlist")?;
    Ok(list.lines().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_that_the_image_has_not_is_found() {
        let table = "[package]\n[module]\n[library]\nliba1 = \"a\"\nlibb2 = \"b\"\nlibc3 = \"\"\n";
        let table = Packages::parse(table).unwrap();
        let found = unmade(&table, &BTreeSet::from(["a".to_owned()]));
        assert!(found.len() == 1 && found[0].starts_with("libb2 stands for one of b"), "{found:?}");
    }

    #[test]
    fn a_value_without_its_word_is_found() {
        let right = "WKS_FULL_PATH=\"/x/parley-card.wks\"\nIMAGE_FSTYPES=\"wic erofs-lz4.verity\"\nDISTRO_FEATURES=\"a systemd\"\n\
                     KERNEL_IMAGETYPE=\"Image\"\nMACHINEOVERRIDES=\"arm:raspberrypi5\"\n";
        assert!(without(right).is_empty(), "{:?}", without(right));
        for (from, to) in
            [("parley-card", "sdimage-raspberrypi"), ("erofs-lz4.verity", "ext4"), ("\"Image", "\"zImage")]
        {
            assert_eq!(without(&right.replace(from, to)).len(), 1, "{from}");
        }
        assert_eq!(without("").len(), VALUES.len());
    }
}
