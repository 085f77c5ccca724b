//! Steps about all recipes at once: reading them, their dependencies, every task of image and bundle, and single values of an image.

use std::fs;

use anyhow::{Context, Result, ensure};

use super::run::{self, Build};
use crate::layer::report::Report;

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

/// All recipes are read.
pub fn parse(build: &Build, report: &mut Report) -> Result<String> {
    let said = build.complaints(&["-p"], "bitbake -p", report)?;
    Ok(run::summary(&said, "Parsing of "))
}

/// Everything that images and bundle are made from exists.
pub fn graph(build: &Build, report: &mut Report) -> Result<String> {
    build.complaints(&[&["-g"], TARGETS].concat(), "bitbake -g", report)?;
    let list = fs::read_to_string(build.aside("pn-buildlist")).context("bitbake wrote no pn-buildlist")?;
    Ok(format!("{} recipes for {}", list.lines().count(), TARGETS.join(", ")))
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
    let values = build.output(&["-e", "voice-image"])?;
    for (name, word, why) in VALUES {
        let value = run::value(&values, name);
        let holds = value.as_deref().is_some_and(|value| value.split([' ', '/', ':']).any(|part| part == *word));
        if !holds {
            report.find("bitbake -e", "voice-image", format!("{name} is {value:?}, without {word}: {why}"));
        }
    }
    Ok(format!("{} values", VALUES.len()))
}
