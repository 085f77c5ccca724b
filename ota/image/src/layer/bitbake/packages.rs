//! The tables of packages and of their versions against what bitbake would install: names, which package takes a file, and which version of which
//! recipe makes it. What packages turn out to link with is known only after a build.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::run::Build;
use crate::contents::{self, Contents};
use crate::layer::checkout::Checkout;
use crate::layer::report::Report;
use crate::layer::rules::initramfs::BROUGHT_BY;
use crate::layer::rules::kas;
use crate::packages::{self, Packages};
use crate::versions::{self, Origin, Versions};

/// Asks bitbake's own library.
const SCRIPT: &str = include_str!("packages.py");
const ROOT: &str = "voice-image";
const ARCHIVE: &str = "parley-initramfs";

#[derive(Deserialize)]
struct Answer {
    /// Of each image: package, and what asks for it.
    images: BTreeMap<String, BTreeMap<String, String>>,
    /// Of each package: path, and the package that takes it. None: its recipe decides while it packages.
    paths: BTreeMap<String, BTreeMap<String, Option<String>>>,
    /// Of each package of the root: who makes it. None: nobody does.
    origins: BTreeMap<String, Option<Made>>,
}

#[derive(Deserialize)]
struct Made {
    #[serde(flatten)]
    origin: Origin,
    /// The recipe's file.
    file: PathBuf,
}

pub fn check(checkout: &Checkout, build: &Build, report: &mut Report) -> Result<String> {
    let table = Packages::parse(&checkout.read(packages::FILE)?)?;
    let answer = ask(checkout, build, &table)?;
    report.find_all("packages", packages::FILE, differences(&table, &answer));
    let present = Versions::parse(&checkout.read(versions::FILE)?)?;
    let stale = present.differences(&Versions { pins: present.pins.clone(), package: origins(answer.origins, build) });
    report.find_all("versions", versions::FILE, stale);
    let count = |image: &str| answer.images.get(image).map_or(0, BTreeMap::len);
    Ok(format!("{} packages in {ROOT}, {} in {ARCHIVE}", count(ROOT), count(ARCHIVE)))
}

/// What the layers below bring into the image, of which version.
pub fn versions(checkout: &Checkout, build: &Build) -> Result<Versions> {
    let table = Packages::parse(&checkout.read(packages::FILE)?)?;
    let package = origins(ask(checkout, build, &table)?.origins, build);
    Ok(Versions { pins: kas::pins(&checkout.read(kas::MAIN)?), package })
}

/// Without what this clone makes itself.
fn origins(made: BTreeMap<String, Option<Made>>, build: &Build) -> BTreeMap<String, Origin> {
    let made = made.into_iter().filter_map(|(package, made)| Some((package, made?)));
    let below = made.filter(|(_, made)| !made.file.starts_with(build.source()));
    below.map(|(package, made)| (package, made.origin)).collect()
}

fn ask(checkout: &Checkout, build: &Build, table: &Packages) -> Result<Answer> {
    let contents = Contents::parse(&checkout.read(contents::FILE)?)?;
    let mut paths: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (path, package) in table.files().chain(BROUGHT_BY.iter().copied()) {
        paths.entry(package).or_default().push(path);
    }
    paths.entry("parley-init").or_default().extend(contents.paths());
    let request = serde_json::json!({ "images": [ROOT, ARCHIVE], "paths": paths });
    let folder = build.folder.join("packages");
    fs::create_dir_all(&folder)?;
    for (name, text) in [("packages.py", SCRIPT.to_owned()), ("request.json", request.to_string())] {
        fs::write(folder.join(name), text)?;
    }
    build.give(&folder)?;
    let at = |name: &str| folder.join(name).display().to_string();
    let arguments = [at("packages.py"), at("request.json"), at("answer.json")];
    let arguments: Vec<&str> = ["python3"].into_iter().chain(arguments.iter().map(String::as_str)).collect();
    // As bitbake itself is started: whoever runs it may not use the python of root's own.
    let (said, succeeded) = build.program("env", &arguments, &build.folder)?;
    if !succeeded {
        bail!("bitbake's library says:\n{said}");
    }
    let answer = fs::read_to_string(folder.join("answer.json")).context("bitbake's library gave no answer")?;
    serde_json::from_str(&answer).context("bitbake's library gave another answer")
}

fn differences(table: &Packages, answer: &Answer) -> Vec<String> {
    let mut found = Vec::new();
    let of = |image: &str| answer.images.get(image).cloned().unwrap_or_default();
    let (installed, archive) = (of(ROOT), of(ARCHIVE));
    for (name, by) in installed.iter().filter(|(name, _)| !table.package.contains_key(*name)) {
        found.push(format!("{ROOT} has {name}, asked for by {by}, and the table has not"));
    }
    for name in table.package.keys().filter(|name| !installed.contains_key(*name)) {
        found.push(format!("{name} is in the table, and not in {ROOT}"));
    }
    for (file, package) in BROUGHT_BY.iter().filter(|(_, package)| !archive.contains_key(*package)) {
        found.push(format!("{ARCHIVE} has no {package}, which brings {file}"));
    }
    for (package, paths) in &answer.paths {
        for (path, taker) in paths {
            if let Some(taker) = taker.as_ref().filter(|taker| *taker != package) {
                found.push(format!("{path} is in {taker}, not in {package}"));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of this clone, and an answer that agrees with it.
    fn agreeing() -> (Packages, Answer) {
        let table = Packages::parse(include_str!("../../../../packages.toml")).unwrap();
        let installed = table.package.iter().map(|(name, package)| (name.clone(), package.by.clone())).collect();
        let archive = BROUGHT_BY.iter().map(|(_, package)| ((*package).to_owned(), "parley-init".to_owned())).collect();
        let paths = table.files().fold(BTreeMap::new(), |mut all: BTreeMap<_, BTreeMap<_, _>>, (path, package)| {
            all.entry(package.to_owned()).or_default().insert(path.to_owned(), Some(package.to_owned()));
            all
        });
        let images = BTreeMap::from([(ROOT.to_owned(), installed), (ARCHIVE.to_owned(), archive)]);
        (table, Answer { images, paths, origins: BTreeMap::new() })
    }

    #[test]
    fn a_gap_in_the_image_is_found() {
        let (table, mut answer) = agreeing();
        assert_eq!(differences(&table, &answer), [""; 0]);
        let root = answer.images.get_mut(ROOT).unwrap();
        for gap in ["kernel-modules", "linux-firmware-rpidistro-bcm43455", "libdevmapper"] {
            root.remove(gap);
        }
        root.insert("nano".into(), "base-files".into());
        answer.images.get_mut(ARCHIVE).unwrap().remove("libdevmapper");
        answer.paths.get_mut("systemd").unwrap().insert("/usr/bin/systemctl".into(), Some("systemd-ctl".into()));
        answer.paths.get_mut("busybox").unwrap().insert("/usr/bin/sh".into(), None);
        assert_eq!(differences(&table, &answer).len(), 6, "{:?}", differences(&table, &answer));
    }
}
