//! `ota/packages.toml`: the packages of the image's root, and what the virtual device has in their place.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde::Deserialize;
use xtask::places;

/// The table, by its path in the clone.
pub const FILE: &str = "ota/packages.toml";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Packages {
    /// By their names in the image.
    pub package: BTreeMap<String, Package>,
    /// Debian's library packages, each with the recipe that makes the image's; empty where the image has none.
    #[serde(default)]
    pub library: BTreeMap<String, String>,
    /// Modules of Debian's kernel, each with the symbol by which the image's has it built in.
    #[serde(default, rename = "built-in")]
    pub built_in: BTreeMap<String, String>,
    /// Modules of the kernel, each with the symbol that makes it.
    pub module: BTreeMap<String, String>,
}

/// Lists are words with white space between.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Package {
    /// The package or image that asks for it.
    pub by: String,
    debian: String,
    only: String,
    files: String,
}

impl Package {
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.files.split_whitespace()
    }

    pub fn debian(&self) -> impl Iterator<Item = &str> {
        self.debian.split_whitespace()
    }
}

impl Packages {
    /// The table of this clone.
    pub fn of_this_clone() -> Result<Self> {
        let file = places::workspace().join(FILE);
        Self::parse(&std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?)
    }

    pub fn parse(text: &str) -> Result<Self> {
        toml::from_str(text).with_context(|| format!("{FILE} cannot be read"))
    }

    /// Every file that has to be in the root, with its package.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.package.iter().flat_map(|(name, package)| package.files().map(move |file| (file, name.as_str())))
    }

    /// Debian's packages, each with the programs that are kept of it; all, where there is no list.
    pub fn debian(&self) -> BTreeMap<&str, Option<BTreeSet<&str>>> {
        let mut found: BTreeMap<&str, Option<BTreeSet<&str>>> = BTreeMap::new();
        for package in self.package.values() {
            for name in package.debian() {
                let only: BTreeSet<&str> = package.only.split_whitespace().collect();
                let kept = found.entry(name).or_insert_with(|| Some(BTreeSet::new()));
                match kept {
                    Some(kept) if !only.is_empty() => kept.extend(only),
                    _ => *kept = None,
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_of_a_package_are_kept_for_all_who_share_it() {
        let table = "[module]\n[package]\na = { by = \"i\", debian = \"x y\", only = \"one\" }\n\
                     b = { by = \"i\", debian = \"x\", only = \"two\" }\nc = { by = \"a\", debian = \"y\" }\n";
        let packages = Packages::parse(table).unwrap();
        let debian = packages.debian();
        assert_eq!(debian["x"], Some(BTreeSet::from(["one", "two"])));
        assert_eq!(debian["y"], None);
    }
}
