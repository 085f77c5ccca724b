//! `ota/versions.toml`: which version of which recipe each package of the image's root is made from, and under which licence, as the pinned layers have
//! it. Only bitbake knows, so it is written where the layers are, and committed for everybody else.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context, Result};
use serde::Deserialize;

/// The table, by its path in the clone.
pub const FILE: &str = "ota/versions.toml";
const HEADER: &str = "\
# The packages that the layers below bring into the image's root: recipe, version and licence (SPDX) of each.
# Written by `cargo xtask layer generate --layers FOLDER`; `cargo xtask layer check --layers FOLDER` compares it with bitbake.
";

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Versions {
    /// The commits that this was read at, by repository.
    pub pins: BTreeMap<String, String>,
    /// By the package's name.
    pub package: BTreeMap<String, Origin>,
}

/// Where a package comes from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Origin {
    pub recipe: String,
    pub version: String,
    /// An SPDX expression.
    pub licence: String,
}

impl Versions {
    pub fn parse(text: &str) -> Result<Self> {
        toml::from_str(text).with_context(|| format!("{FILE} cannot be read"))
    }

    /// The table of this clone.
    pub fn of_this_clone() -> Result<Self> {
        let file = xtask::places::workspace().join(FILE);
        Self::parse(&std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?)
    }

    /// The file's text.
    pub fn text(&self) -> String {
        let mut text = format!("{HEADER}\n[pins]\n");
        for (repository, commit) in &self.pins {
            let _ = writeln!(text, "{repository} = \"{commit}\"");
        }
        text += "\n[package]\n";
        for (package, Origin { recipe, version, licence }) in &self.package {
            let _ = writeln!(
                text,
                "{package} = {{ recipe = \"{recipe}\", version = \"{version}\", licence = \"{licence}\" }}"
            );
        }
        text
    }

    /// What a newer table says otherwise.
    pub fn differences(&self, newer: &Self) -> Vec<String> {
        let stale = "run `cargo xtask layer generate --layers FOLDER`";
        let mut found = Vec::new();
        for (package, origin) in &newer.package {
            if self.package.get(package) != Some(origin) {
                let Origin { recipe, version, licence } = origin;
                found.push(format!("{package} is of {recipe} {version}, {licence}: {stale}"));
            }
        }
        let gone = self.package.keys().filter(|package| !newer.package.contains_key(*package));
        found.extend(gone.map(|package| format!("{package} is of no layer below: {stale}")));
        found
    }

    /// The version of a package as its makers number it: without what the recipe adds for a checkout.
    pub fn of(&self, package: &str) -> Option<&str> {
        let version = &self.package.get(package)?.version;
        Some(version.split("+git").next().unwrap_or(version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(version: &str) -> Versions {
        let origin = Origin { recipe: "rauc".into(), version: version.into(), licence: "LGPL-2.1-or-later".into() };
        Versions {
            pins: BTreeMap::from([("meta-rauc".into(), "a1".into())]),
            package: BTreeMap::from([("rauc-service".into(), origin)]),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let table = table("1.15.2");
        assert_eq!(Versions::parse(&table.text()).unwrap(), table);
        assert_eq!(
            Versions::of_this_clone().unwrap().text(),
            std::fs::read_to_string(xtask::places::workspace().join(FILE)).unwrap()
        );
    }

    #[test]
    fn another_version_a_new_package_and_one_that_is_gone_are_found() {
        let (old, mut new) = (table("1.15.2"), table("1.15.3"));
        assert!(old.differences(&old).is_empty());
        assert!(old.differences(&new)[0].contains("rauc 1.15.3"));
        let origin = new.package.remove("rauc-service").unwrap();
        new.package.insert("rauc".into(), origin);
        assert_eq!(old.differences(&new).len(), 2);
    }

    #[test]
    fn a_version_is_the_makers_own() {
        assert_eq!(table("6.18.33+git").of("rauc-service"), Some("6.18.33"));
        assert_eq!(table("1").of("other"), None);
    }
}
