//! What bitbake, oelint and kas say, with the other layers at hand.
//!
//! bitbake refuses root, so root runs it as `nobody`; everything it writes lies outside of the clone. Nothing is built: a parse, the dependencies of images and
//! bundle, a dry run, and values that a parse accepts although they are wrong.

mod lint;
mod run;
mod upstream;

use std::path::Path;

use anyhow::Result;

use super::checkout::Checkout;
use super::rules::Finding;
use run::Build;

/// What is not done without the other layers.
pub const SKIPPED: &str = "bitbake (parse, dependencies, dry run), names and licences of the layers below, oelint, kas";

/// The layers that are needed: repository, and the folder of the layer in it.
pub const LAYERS: &[(&str, &str)] =
    &[("openembedded-core", "meta"), ("meta-openembedded", "meta-oe"), ("meta-raspberrypi", ""), ("meta-rauc", "")];
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

/// Runs them.
pub fn check(checkout: &Checkout, layers: &Path, dry_run: bool) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    upstream::check(checkout, layers, &mut findings)?;
    lint::check(checkout, &mut findings)?;
    let build = Build::prepare(checkout, layers)?;
    build.complaints(&["-p"], "bitbake -p", &mut findings)?;
    build.complaints(&[&["-g"], TARGETS].concat(), "bitbake -g", &mut findings)?;
    let values = build.output(&["-e", "voice-image"])?;
    for (name, word, why) in VALUES {
        let value = run::value(&values, name);
        let holds = value.as_deref().is_some_and(|value| value.split([' ', '/', ':']).any(|part| part == *word));
        if !holds {
            let problem = format!("{name} is {value:?}, without {word}: {why}");
            findings.push(Finding { rule: "bitbake -e", place: "voice-image".to_owned(), problem });
        }
    }
    if dry_run {
        build.complaints(&["-n", "voice-image", "voice-bundle"], "bitbake -n", &mut findings)?;
    }
    Ok(findings)
}
