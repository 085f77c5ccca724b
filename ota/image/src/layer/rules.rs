//! General rules about the layer that need no other layer, in seconds. None of them knows a particular mistake: each compares the layer with the
//! rest of the checkout, or with what bitbake's documentation says of every layer.

mod bundle;
mod conformance;
mod depends;
mod disk;
pub mod image;
pub mod initramfs;
mod installed;
pub mod kas;
mod kernel;
pub mod names;
pub mod program;
mod secrets;
mod services;
pub mod sources;
mod syntax;
mod variants;
mod versions;

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use parley_device::layout::Layout;
use serde::Serialize;

use super::checkout::Checkout;
use super::generate;
use super::metadata::{self, Assignment, Metadata, Place};

#[derive(Debug, Serialize)]
pub struct Finding {
    pub rule: &'static str,
    /// File, and line where there is one.
    pub place: String,
    /// What is wrong, and what to do.
    pub problem: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {} ({})", self.place, self.problem, self.rule)
    }
}

pub struct Layer<'a> {
    pub checkout: &'a Checkout,
    /// Recipes, classes and configuration.
    pub metadata: BTreeMap<String, Metadata>,
    pub disk: Layout,
}

impl<'a> Layer<'a> {
    pub fn read(checkout: &'a Checkout) -> Result<Self> {
        let disk = Layout::parse_product(&checkout.read("ota/layout.toml")?)?;
        Ok(Self { checkout, metadata: metadata::read(checkout)?, disk })
    }
}

impl Layer<'_> {
    /// The recipe of this layer that makes a package: under its own name, or beside that.
    pub fn maker(&self, package: &str) -> Option<(&String, &Metadata)> {
        let named = self.recipes().find(|(path, _)| recipe_name(path) == package);
        named.or_else(|| {
            self.recipes().find(|(path, metadata)| {
                let words = ["PACKAGE_BEFORE_PN", "RPROVIDES"].into_iter().flat_map(|name| metadata.words_of(name));
                words.map(|word| word.replace("${PN}", recipe_name(path))).any(|name| name == package)
            })
        })
    }

    pub fn recipes(&self) -> impl Iterator<Item = (&String, &Metadata)> {
        self.metadata.iter().filter(|(path, _)| path.ends_with(".bb"))
    }

    pub fn assignments(&self) -> impl Iterator<Item = &Assignment> {
        self.metadata.values().flat_map(|metadata| &metadata.assignments)
    }

    /// A recipe's own metadata with that of what it requires and inherits from this layer.
    pub fn whole(&self, path: &str) -> Metadata {
        let mut whole = Metadata::default();
        let mut open = vec![path.to_owned()];
        let mut seen = Vec::new();
        while let Some(path) = open.pop() {
            let Some(metadata) = self.metadata.get(&path).filter(|_| !seen.contains(&path)) else { continue };
            for inclusion in &metadata.inclusions {
                open.extend(self.included(&path, inclusion.keyword, &inclusion.what));
            }
            // What comes first in a file that is included is overridden by the file that includes it.
            whole.assignments = metadata.assignments.iter().chain(&whole.assignments).cloned().collect();
            whole.functions.extend(metadata.functions.iter().cloned());
            whole.inclusions.extend(metadata.inclusions.iter().cloned());
            seen.push(path);
        }
        whole
    }

    /// The file of this layer that `inherit` or `require` names.
    pub fn included(&self, from: &str, keyword: &str, what: &str) -> Option<String> {
        let beside = from.rsplit_once('/').map(|(folder, _)| format!("{folder}/{what}"));
        let candidates = match keyword {
            "inherit" => {
                vec![format!("meta-voice/classes-recipe/{what}.bbclass"), format!("meta-voice/classes/{what}.bbclass")]
            }
            _ => vec![format!("meta-voice/{what}")].into_iter().chain(beside).collect(),
        };
        candidates.into_iter().find(|path| self.metadata.contains_key(path))
    }

    /// The names of all assignments and functions.
    pub fn names(&self) -> impl Iterator<Item = (&Place, &str)> {
        self.metadata.values().flat_map(|metadata| {
            let assignments =
                metadata.assignments.iter().map(|assignment| (&assignment.place, assignment.name.as_str()));
            assignments.chain(metadata.functions.iter().map(|function| (&function.place, function.name.as_str())))
        })
    }

    /// As [`Layer::recipe`], where there has to be one; with what it requires and inherits.
    pub fn needed(&self, name: &str) -> Result<(&str, Metadata)> {
        let path = self.recipe(name).with_context(|| format!("there is no recipe {name}"))?;
        Ok((path, self.whole(path)))
    }

    pub fn cargo(&self) -> Result<toml::Table> {
        self.checkout.read("Cargo.toml")?.parse().context("Cargo.toml cannot be read")
    }

    /// The path of the recipe that provides a name.
    pub fn recipe(&self, name: &str) -> Option<&str> {
        self.recipes().map(|(path, _)| path.as_str()).find(|path| recipe_name(path) == name)
    }
}

/// `meta-voice/…/name_1.0.bb` → `name`.
pub fn recipe_name(path: &str) -> &str {
    let file = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".bb").trim_end_matches(".bbappend");
    file.split('_').next().unwrap_or(file)
}

/// What the rules have found; the one that runs adds to it.
pub struct Findings {
    rule: &'static str,
    found: Vec<Finding>,
}

impl Findings {
    pub fn add(&mut self, place: impl std::fmt::Display, problem: impl Into<String>) {
        self.found.push(Finding { rule: self.rule, place: place.to_string(), problem: problem.into() });
    }

    pub fn expect(&mut self, holds: bool, place: impl std::fmt::Display, problem: impl Into<String>) {
        if !holds {
            self.add(place, problem);
        }
    }
}

pub type Rule = fn(&Layer<'_>, &mut Findings) -> Result<()>;

pub const RULES: &[(&str, Rule)] = &[
    ("old override syntax", syntax::old_overrides),
    ("shell syntax", syntax::shell),
    ("names that nothing reads", names::variables),
    ("overrides that never apply", names::overrides),
    ("files that sources name", sources::files),
    ("files that are included", sources::inclusions),
    ("pinned sources of known hosts", sources::pinned),
    ("licences", sources::licences),
    ("tools and their recipes", depends::tools),
    ("native libraries of crates", depends::libraries),
    ("dependencies inside the layer", depends::own),
    ("the card's contents are built", depends::card),
    ("the card is that of layout.toml", disk::card),
    ("generated files are fresh", generate::fresh),
    ("read-only root", image::read_only),
    ("limits of memory", image::memory),
    ("the clock's floor", image::clock),
    ("sizes are limited", image::sizes),
    ("no network service", image::network),
    ("one version", image::version),
    ("the bundle is that of manifest.raucm", bundle::manifest),
    ("one image for every choice", variants::one_image),
    ("kernel symbols", kernel::symbols),
    ("tools of the initramfs", initramfs::tools),
    ("makers of the initramfs", initramfs::makers),
    ("programs that are started", installed::programs),
    ("packages of the root", installed::packages),
    ("versions of the pinned layers", versions::known),
    ("known holes are closed", versions::safe),
    ("the build's environment", program::environment),
    ("programs and packages", program::packages),
    ("units", services::units),
    ("users", services::users),
    ("no secrets", secrets::none),
    ("kas files", kas::files),
    ("what is asked of every layer", conformance::layer),
    ("recipes for other machines", conformance::machines),
];

/// What some of the rules find.
pub fn run(checkout: &Checkout, rules: &[(&'static str, Rule)]) -> Result<Vec<Finding>> {
    let layer = match Layer::read(checkout) {
        Ok(layer) => layer,
        Err(problem) => {
            return Ok(vec![Finding { rule: "syntax", place: "meta-voice".into(), problem: format!("{problem:#}") }]);
        }
    };
    let mut findings = Findings { rule: "", found: Vec::new() };
    for (rule, run) in rules {
        findings.rule = rule;
        if let Err(problem) = run(&layer, &mut findings) {
            findings.add("meta-voice", format!("the rule could not be applied: {problem:#}"));
        }
    }
    Ok(findings.found)
}

fn lines<'a>(path: &str, text: &'a str) -> impl Iterator<Item = (String, &'a str)> {
    text.lines().enumerate().map(move |(index, line)| (format!("{path}:{}", index + 1), line))
}

/// The place of the last assignment to a name, or the file.
fn place_of(metadata: &Metadata, name: &str, file: &str) -> Place {
    let found = metadata.assignments.iter().rev().find(|assignment| assignment.base() == name);
    found.map_or_else(|| Place { file: file.to_owned(), line: 1 }, |assignment| assignment.place.clone())
}
