//! The bundle's manifest as the bundle's recipe writes it, with stand-ins for the images, against ota/manifest.raucm.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::{Context, Result};

use super::run::{self, Build, expect_value};
use crate::bundle::Content;
use crate::layer::checkout::Checkout;
use crate::layer::manifest::{self, Sections};
use crate::layer::metadata;
use crate::layer::report::Report;

const RECIPE: &str = "meta-voice/recipes-core/bundles/voice-bundle.bb";
const IMAGE: &str = "meta-voice/recipes-core/images/voice-image.bb";
const RULE: &str = "the bundle's manifest";

pub fn check(checkout: &Checkout, build: &Build, report: &mut Report) -> Result<String> {
    let (bundle, image) = (build.environment(RECIPE)?, build.environment(IMAGE)?);
    let images = expect_value(&bundle, "DEPLOY_DIR_IMAGE")?;
    let name = expect_value(&image, "IMAGE_LINK_NAME")?;
    let recipes = metadata::read(checkout)?;
    let recipe = recipes.get(RECIPE).context("there is no voice-bundle")?;
    fs::create_dir_all(&images)?;
    for slot in expect_value(&bundle, "RAUC_BUNDLE_SLOTS")?.split_whitespace() {
        let kind = recipe.flag(&format!("RAUC_SLOT_{slot}"), "fstype").context("an image has no fstype")?;
        // Under the name that the image's own recipe gives it: the bundle has to look for the same.
        fs::write(Path::new(&images).join(format!("{name}.{kind}")), format!("a stand-in for {slot}\n"))?;
    }
    build.give(Path::new(&expect_value(&bundle, "TMPDIR")?).join("deploy").as_path())?;
    let (said, succeeded) = build.task(RECIPE, "configure")?;
    run::judge(&said, succeeded, RULE, RECIPE, report);
    if !succeeded {
        return Ok(String::new());
    }
    let folder = expect_value(&bundle, "BUNDLE_DIR")?;
    let folder = Path::new(&folder);
    let written = fs::read_to_string(folder.join("manifest.raucm")).context("bitbake wrote no manifest")?;
    let version = expect_value(&bundle, "DISTRO_VERSION")?;
    let profile = expect_value(&bundle, "VOICE_MODELS_PROFILE")?;
    let (compatible, offers) = (&crate::bundle::compatible()?, &crate::bundle::offers(&profile)?);
    let (version, none) = (version.as_str(), Path::new(""));
    let content = Content { compatible, root: none, boot: none, version, build: version, downgrade_from: None, offers };
    let expected = manifest::sections(&crate::bundle::manifest(&content)?);
    report.find_all(RULE, RECIPE, differences(&expected, &manifest::sections(&written)));
    let present: BTreeSet<_> = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<Result<_>>()?;
    let wanted: BTreeSet<_> = expected
        .into_iter()
        .filter_map(|(_, keys)| keys.get("filename").cloned())
        .chain(["manifest.raucm".to_owned()])
        .collect();
    if present != wanted {
        report.find(RULE, RECIPE, format!("the bundle holds {present:?}, not {wanted:?}"));
    }
    let hook = folder.join("hook");
    if fs::read(&hook).ok() != fs::read(checkout.path("ota/hook")).ok() {
        report.find(RULE, RECIPE, "the bundle's hook is not ota/hook");
    } else if fs::metadata(&hook)?.permissions().mode() & 0o100 == 0 {
        report.find(RULE, RECIPE, "the bundle's hook cannot be run");
    }
    Ok(format!("{} as in ota/manifest.raucm", present.into_iter().collect::<Vec<_>>().join(", ")))
}

/// What one manifest says and the other does not. A description is free.
fn differences(expected: &Sections, written: &Sections) -> Vec<String> {
    let mut found = Vec::new();
    let names = |sections: &Sections| -> Vec<String> {
        sections.iter().map(|(name, _)| name.clone()).filter(|name| name.starts_with("image.")).collect()
    };
    if names(expected) != names(written) {
        found.push(format!("its images are {:?}, not {:?}", names(written), names(expected)));
    }
    let mut said: BTreeMap<(&str, &str), [Option<&str>; 2]> = BTreeMap::new();
    for (side, sections) in [expected, written].into_iter().enumerate() {
        for (section, keys) in sections {
            for (key, value) in keys {
                said.entry((section, key)).or_default()[side] = Some(value);
            }
        }
    }
    said.remove(&("update", "description"));
    for ((section, key), [expected, written]) in said.into_iter().filter(|(_, [expected, written])| expected != written)
    {
        found.push(format!("[{section}] {key} is {written:?}, not {expected:?}"));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPECTED: &str = "[update]\ncompatible=x\n[image.rootfs]\nfilename=root.img\n[image.boot]\nfilename=boot.img\nhooks=post-install\n";

    fn check(written: &str) -> Vec<String> {
        differences(&manifest::sections(EXPECTED), &manifest::sections(written))
    }

    #[test]
    fn the_same_in_another_order_of_keys_and_with_a_description_is_the_same() {
        let written = "[update]\ncompatible=x\ndescription=y\n\n[image.rootfs]\nfilename=root.img\n\n[image.boot]\nhooks=post-install\nfilename=boot.img\n";
        assert!(check(written).is_empty(), "{:?}", check(written));
    }

    #[test]
    fn a_missing_hook_another_order_of_images_and_a_further_key_are_found() {
        assert_eq!(check(&EXPECTED.replace("hooks=post-install\n", "")).len(), 1);
        let swapped = "[update]\ncompatible=x\n[image.boot]\nfilename=boot.img\nhooks=post-install\n[image.rootfs]\nfilename=root.img\n";
        assert!(check(swapped)[0].contains("images"), "{:?}", check(swapped));
        assert_eq!(check(&EXPECTED.replace("compatible=x\n", "compatible=x\nbuild=20260101\n")).len(), 1);
    }
}
