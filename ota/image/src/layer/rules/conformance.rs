//! What yocto-check-layer asks of a layer, as far as it can be seen without running it for half an hour.

use std::collections::BTreeSet;

use anyhow::Result;

use super::{Findings, Layer, recipe_name};

const README: &str = "meta-voice/README.md";

/// Whoever finds the layer learns who looks after it, how to change it, and how to report a weakness.
pub fn layer(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    let readme = layer.checkout.read(README).unwrap_or_default().to_lowercase();
    for word in ["maintainer", "patch"] {
        findings.expect(readme.contains(word), README, format!("does not have the word {word}"));
    }
    let contact = readme.contains('@') || readme.contains("readme");
    findings.expect(contact, README, "names neither an address nor another README");
    let security = layer.checkout.read("meta-voice/SECURITY.md").unwrap_or_default();
    findings.expect(!security.trim().is_empty(), "meta-voice/SECURITY.md", "is missing");
    for (path, metadata) in &layer.metadata {
        let append = path.ends_with(".bbappend");
        for assignment in metadata.assignments.iter().filter(|_| append) {
            let limited = assignment.name.split(':').any(|word| word == "voice");
            findings.expect(limited, &assignment.place, format!("{} changes other distros, too", assignment.name));
        }
    }
    Ok(())
}

/// What needs a recipe that exists for one machine only, exists for that machine only: any other could not build `world`.
pub fn machines(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    // Recipes, and what they pack beside the package of their own name.
    let mut limited: BTreeSet<String> = BTreeSet::new();
    for (path, _) in layer.recipes() {
        let (name, whole) = (recipe_name(path), layer.whole(path));
        if whole.of("COMPATIBLE_MACHINE").next().is_some() {
            limited.insert(name.to_owned());
            let packages = whole.words_of("PACKAGE_BEFORE_PN");
            limited.extend(packages.map(|package| package.replace("${PN}", name)));
        }
    }
    for (path, _) in layer.recipes().filter(|(path, _)| !limited.contains(recipe_name(path))) {
        let whole = layer.whole(path);
        for needs in whole.of("DEPENDS").chain(whole.of("RDEPENDS")) {
            for word in needs.words().filter(|word| limited.contains(*word)) {
                findings.add(&needs.place, format!("{word} has a COMPATIBLE_MACHINE, and what needs it has none"));
            }
        }
    }
    Ok(())
}
