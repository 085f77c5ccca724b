//! The bundle's recipe against ota/manifest.raucm and ota/system.conf.

use anyhow::Result;

use super::{Findings, Layer};
use crate::layer::manifest::{Sections, sections};

/// Images, their order, names, hooks and ways of transport are those of the manifest; nothing depends on the time of the build.
pub fn manifest(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    let (recipe, whole) = layer.needed("voice-bundle")?;
    let manifest = sections(&layer.checkout.read("ota/manifest.raucm")?);
    let expected: Vec<_> =
        manifest.iter().filter_map(|(name, keys)| Some((name.strip_prefix("image.")?, keys))).collect();
    let slots: Vec<_> = whole.value("RAUC_BUNDLE_SLOTS").unwrap_or_default().split_whitespace().collect();
    let names: Vec<_> = expected.iter().map(|(name, _)| *name).collect();
    let place = super::place_of(&whole, "RAUC_BUNDLE_SLOTS", recipe);
    if slots != names {
        findings.add(place, format!("the bundle's images are {slots:?}, those of ota/manifest.raucm {names:?}"));
    }
    for (name, keys) in &expected {
        let variable = format!("RAUC_SLOT_{name}");
        for (key, flag) in [("filename", "rename"), ("adaptive", "adaptive"), ("hooks", "hooks")] {
            let (said, expected) = (whole.flag(&variable, flag), keys.get(key).map(String::as_str));
            if said != expected {
                findings.add(recipe, format!("{variable}[{flag}] is {said:?}; ota/manifest.raucm has {expected:?}"));
            }
        }
        let image = whole.value(&variable).and_then(|image| layer.recipe(image)).map(|image| layer.whole(image));
        let kind = whole.flag(&variable, "fstype").unwrap_or_default();
        let types = image.as_ref().and_then(|image| image.value("IMAGE_FSTYPES")).unwrap_or_default();
        if !types.split_whitespace().any(|made| made == kind) {
            findings.add(recipe, format!("{variable} wants the image's {kind:?}, which it does not make"));
        }
    }
    let system = sections(&layer.checkout.read("ota/system.conf")?);
    let of = |sections: &Sections, section: &str, key: &str| {
        sections.iter().find(|(name, _)| name == section).and_then(|(_, keys)| keys.get(key).cloned())
    };
    let mut same = |variable: &str, value: Option<&str>, expected: Option<String>| {
        let place = super::place_of(&whole, variable, recipe);
        findings.expect(value == expected.as_deref(), place, format!("{variable} is {value:?}, not {expected:?}"));
    };
    same("RAUC_BUNDLE_COMPATIBLE", whole.value("RAUC_BUNDLE_COMPATIBLE"), of(&system, "system", "compatible"));
    same("RAUC_BUNDLE_FORMAT", whole.value("RAUC_BUNDLE_FORMAT"), of(&manifest, "bundle", "format"));
    same("RAUC_BUNDLE_HOOKS", whole.flag("RAUC_BUNDLE_HOOKS", "file"), of(&manifest, "hooks", "filename"));
    let slots: Vec<_> = system.iter().filter_map(|(name, _)| name.strip_prefix("slot.")?.split('.').next()).collect();
    for name in names {
        findings.expect(slots.contains(&name), recipe, format!("ota/system.conf has no slot for the image {name}"));
    }
    for (name, keys) in manifest.iter().filter_map(|(name, keys)| Some((name.strip_prefix("meta.")?, keys))) {
        for key in keys.keys() {
            if whole.flag(&format!("RAUC_META_{name}"), key).is_none() {
                findings.add(recipe, format!("[meta.{name}] lacks {key}"));
            }
        }
    }
    let build = layer.assignments().filter(|a| a.name == "RAUC_BUNDLE_BUILD").last();
    let pinned = build
        .is_some_and(|build| !build.value.contains("TIME") && !build.value.contains("DATE") && !build.value.is_empty());
    findings.expect(pinned, recipe, "RAUC_BUNDLE_BUILD is not pinned: it would be the time of the build");
    Ok(())
}
