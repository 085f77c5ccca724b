//! The versions that the pinned layers bring: known for just those commits, and none with a hole that this project has to have closed.

use anyhow::Result;
use semver::Version;

use super::{Findings, Layer, image, kas};
use crate::packages::{self, Packages};
use crate::versions::{self, Versions};

/// Packages of the layers below with the first version without a hole, and what that hole was.
const FLOORS: &[(&str, &str, &str)] =
    &[("rauc", "1.15.2", "CVE-2026-34155: plain bundles of more than 2 GiB are signed only in part")];

/// The table of versions was read at the commits that are pinned, and knows every package of the layers below.
pub fn known(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    let versions = Versions::parse(&layer.checkout.read(versions::FILE)?)?;
    let pins = kas::pins(&layer.checkout.read(kas::MAIN)?);
    let how = "run `cargo xtask layer generate --layers FOLDER`, with the layers at those commits";
    for (repository, commit) in &pins {
        let read_at = versions.pins.get(repository).map_or("no commit", String::as_str);
        let problem = format!("was read at {read_at} of {repository}, and {} pins {commit}: {how}", kas::MAIN);
        findings.expect(read_at == commit, versions::FILE, problem);
    }
    let table = Packages::parse(&layer.checkout.read(packages::FILE)?)?;
    for package in table.package.keys().filter(|package| layer.maker(package).is_none()) {
        let problem = format!("does not know {package}: {how}");
        findings.expect(versions.package.contains_key(package), versions::FILE, problem);
    }
    Ok(())
}

/// No version of the layers below is older than the one that closed a known hole, and the layer asks for just what they have.
pub fn safe(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    let versions = Versions::parse(&layer.checkout.read(versions::FILE)?)?;
    for (package, floor, hole) in FLOORS {
        let version = versions.of(package).unwrap_or("none");
        let problem = format!("{package} is {version}: {floor} or later closes {hole}");
        findings.expect(!is_older(version, floor), versions::FILE, problem);
        // The one that signs on the building machine, too.
        for name in [format!("PREFERRED_VERSION_{package}"), format!("PREFERRED_VERSION_{package}-native")] {
            let asked = layer.assignments().filter(|assignment| assignment.name == name).last();
            let place = asked.map_or_else(|| image::DISTRO.to_owned(), |asked| asked.place.to_string());
            let value = asked.map_or("none", |asked| asked.value.as_str());
            findings.expect(value == version, place, format!("{name} is {value}, and the layers have {version}"));
        }
    }
    Ok(())
}

/// What is no version is older than any.
fn is_older(version: &str, floor: &str) -> bool {
    Version::parse(version).ok().zip(Version::parse(floor).ok()).is_none_or(|(version, floor)| version < floor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_with_a_known_hole_is_told_from_those_without() {
        for (package, floor, hole) in FLOORS {
            assert!(Version::parse(floor).is_ok() && hole.starts_with("CVE-"), "{package}");
        }
        assert!(["1.15.1", "1.9.9", "none", "1.15"].iter().all(|version| is_older(version, "1.15.2")));
        assert!(!["1.15.2", "1.16.0", "2.0.0"].iter().any(|version| is_older(version, "1.15.2")));
    }
}
