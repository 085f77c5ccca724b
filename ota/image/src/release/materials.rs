//! What an image of this clone consists of, without a build: CycloneDX, from the tables of the clone and from cargo.
//!
//! The list that the build itself writes (SPDX) also has the libraries that packages turn out to link with; this one says that it is incomplete.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use cyclonedx_bom::models::bom::{Bom, BomReference, SpecVersion};
use cyclonedx_bom::models::component::{Classification, Component, Components};
use cyclonedx_bom::models::composition::{AggregateType, Composition, Compositions};
use cyclonedx_bom::models::dependency::{Dependencies, Dependency};
use cyclonedx_bom::models::hash::{Hash, HashAlgorithm, HashValue, Hashes};
use cyclonedx_bom::models::license::{LicenseChoice, Licenses};
use cyclonedx_bom::models::lifecycle::{Lifecycle, Lifecycles, Phase};
use cyclonedx_bom::models::metadata::Metadata;
use cyclonedx_bom::prelude::{NormalizedString, Purl, Validate as _};
use parley_models::Manifest;
use serde::Deserialize;

use crate::layer::checkout::Checkout;
use crate::layer::generate;
use crate::layer::rules::{Layer, image, recipe_name};
use crate::packages::{self, Packages};
use crate::versions::{self, Origin, Versions};
use xtask::{build, process};

/// The target of the image's programs.
const TARGET: &str = "aarch64-unknown-linux-gnu";
/// The recipe of the programs.
const PROGRAM: &str = "parley";
/// The image, as the list calls it.
const IMAGE: &str = "voice-image";

/// The list as JSON, the same for the same clone.
pub fn json(checkout: &Checkout, version: &str) -> Result<Vec<u8>> {
    let bom = bom(checkout, version)?;
    let checked = bom.validate_version(SpecVersion::V1_5);
    if !checked.passed() {
        bail!("the list of materials is no good CycloneDX: {checked:?}");
    }
    let mut json = Vec::new();
    bom.output_as_json(&mut json, SpecVersion::V1_5)?;
    json.push(b'\n');
    Ok(json)
}

fn bom(checkout: &Checkout, version: &str) -> Result<Bom> {
    let layer = Layer::read(checkout)?;
    let profile = layer.metadata.get(image::DISTRO).and_then(|distro| distro.value("VOICE_MODELS_PROFILE"));
    let manifest = Manifest::parse(&checkout.read("appliance/models/models.toml")?)?;
    let crates = Crates::of(&layer, checkout)?;
    let mut components = packages_of(&layer, checkout, version)?;
    components.extend(models(&manifest, profile.context("the distro has no profile of models")?));
    components.extend(crates.components()?);
    let mut dependencies = crates.dependencies();
    let parts = components.iter().filter_map(|part| part.bom_ref.clone()).filter(|part| !part.starts_with("crate:"));
    let whole = Component::new(Classification::OperatingSystem, IMAGE, version, Some(IMAGE.to_owned()));
    let parts = parts.chain(crates.programs.iter().map(|program| crates.reference(program)));
    dependencies.push(Dependency { dependency_ref: IMAGE.to_owned(), dependencies: parts.collect() });
    let metadata = Metadata {
        component: Some(whole),
        lifecycles: Some(Lifecycles(vec![Lifecycle::Phase(Phase::PreBuild)])),
        ..Metadata::default()
    };
    let incomplete = Composition {
        bom_ref: None,
        aggregate: AggregateType::Incomplete,
        assemblies: Some(vec![BomReference::new(IMAGE)]),
        dependencies: None,
        vulnerabilities: None,
        signature: None,
    };
    Ok(Bom {
        serial_number: None,
        metadata: Some(metadata),
        components: Some(Components(components)),
        dependencies: Some(Dependencies(dependencies)),
        compositions: Some(Compositions(vec![incomplete])),
        spec_version: SpecVersion::V1_5,
        ..Bom::default()
    })
}

fn component(kind: Classification, name: &str, version: &str, reference: String, licence: &str) -> Component {
    // As crates of old write it.
    let licence = LicenseChoice::expression(&licence.replace('/', " OR "));
    Component { licenses: Some(Licenses(vec![licence])), ..Component::new(kind, name, version, Some(reference)) }
}

fn sha256(digest: &str) -> Option<Hashes> {
    Some(Hashes(vec![Hash { alg: HashAlgorithm::SHA_256, content: HashValue(digest.to_owned()) }]))
}

/// The packages of the root: of the layers below, and of this one.
fn packages_of(layer: &Layer<'_>, checkout: &Checkout, version: &str) -> Result<Vec<Component>> {
    let versions = Versions::parse(&checkout.read(versions::FILE)?)?;
    let mut components = Vec::new();
    for package in Packages::parse(&checkout.read(packages::FILE)?)?.package.keys() {
        let reference = format!("package:{package}");
        if let Some(Origin { recipe, licence, .. }) = versions.package.get(package) {
            let version = versions.of(package).unwrap_or_default();
            let mut found = component(Classification::Application, package, version, reference, licence);
            found.purl = Some(Purl::new("generic", recipe, version)?);
            components.push(found);
            continue;
        }
        let (path, _) = layer.maker(package).with_context(|| format!("no recipe makes {package}"))?;
        let whole = layer.whole(path);
        let beside = package.strip_prefix(recipe_name(path)).unwrap_or_default();
        let licence = whole.value(&format!("LICENSE:${{PN}}{beside}")).or_else(|| whole.value("LICENSE"));
        // The models are listed by themselves, and a group or another name of a package is nothing of its own.
        let Some(licence) = licence.filter(|licence| !licence.contains("${@")) else { continue };
        let licence = licence.replace('&', "AND").replace('|', "OR");
        let numbered = path.trim_end_matches(".bb").rsplit_once('_').map(|(_, version)| version);
        let version = numbered.filter(|number| *number != "1.0").unwrap_or(version);
        components.push(component(Classification::Application, package, version, reference, &licence));
    }
    Ok(components)
}

/// The files of a profile of models.
fn models(manifest: &Manifest, profile: &str) -> Vec<Component> {
    let files = manifest.models_of(profile).flat_map(|model| model.files.iter().map(move |file| (model, file)));
    let listed = files.map(|(model, file)| {
        let (reference, kind) = (format!("model:{}", file.name), Classification::MachineLearningModel);
        let published = file.published();
        Component {
            version: None,
            description: Some(NormalizedString::new(&model.description)),
            hashes: published.and_then(|(_, digest, _)| sha256(&digest.to_string())),
            ..component(kind, &file.name, "", reference, &model.licence)
        }
    });
    listed.collect()
}

/// What cargo knows of the programs: the crates that they are linked from.
struct Crates {
    /// By cargo's own ids.
    packages: BTreeMap<String, Package>,
    links: BTreeMap<String, BTreeSet<String>>,
    programs: Vec<String>,
    checksums: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Answer {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    source: Option<String>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Link>,
}

#[derive(Deserialize)]
struct Link {
    pkg: String,
    dep_kinds: Vec<Kind>,
}

#[derive(Deserialize)]
struct Kind {
    /// `None`: linked into the program, neither for its build nor for its tests.
    kind: Option<String>,
}

impl Crates {
    fn of(layer: &Layer<'_>, checkout: &Checkout) -> Result<Self> {
        let mut cargo = build::cargo();
        cargo.args(["metadata", "--format-version=1", "--locked", "--filter-platform", TARGET]);
        let answer = process::output(cargo.current_dir(checkout.path("")))?;
        let answer: Answer = serde_json::from_str(&answer).context("cargo metadata gave another answer")?;
        let (_, recipe) = layer.needed(PROGRAM)?;
        let flags: Vec<&str> = recipe.words_of("CARGO_BUILD_FLAGS").collect();
        let names: Vec<&str> = flags.windows(2).filter(|two| two[0] == "-p").map(|two| two[1]).collect();
        let id_of = |name: &&str| {
            let found = answer.packages.iter().find(|package| package.name == **name && package.source.is_none());
            found.map(|package| package.id.clone()).with_context(|| format!("the workspace has no {name}"))
        };
        let programs = names.iter().map(id_of).collect::<Result<Vec<_>>>()?;
        let mut links = BTreeMap::new();
        let mut open = programs.clone();
        let of: BTreeMap<&str, &Node> = answer.resolve.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
        while let Some(id) = open.pop() {
            if links.contains_key(&id) {
                continue;
            }
            let is_linked = |link: &&Link| link.dep_kinds.iter().any(|kind| kind.kind.is_none());
            let deps = of.get(id.as_str()).into_iter().flat_map(|node| node.deps.iter().filter(is_linked));
            let deps: BTreeSet<String> = deps.map(|link| link.pkg.clone()).collect();
            open.extend(deps.iter().cloned());
            links.insert(id, deps);
        }
        let packages = answer.packages.into_iter().filter(|package| links.contains_key(&package.id));
        let packages = packages.map(|package| (package.id.clone(), package)).collect();
        let lock = generate::packages(&checkout.read("Cargo.lock")?)?;
        let checksums =
            lock.into_iter().filter_map(|one| Some((format!("{} {}", one.name, one.version), one.checksum?)));
        Ok(Self { packages, links, programs, checksums: checksums.collect() })
    }

    fn reference(&self, id: &str) -> String {
        self.packages
            .get(id)
            .map_or_else(String::new, |Package { name, version, .. }| format!("crate:{name}@{version}"))
    }

    fn components(&self) -> Result<Vec<Component>> {
        let one = |package: &Package| {
            let Package { id, name, version, license, source } = package;
            let licence = license.as_deref().with_context(|| format!("the crate {name} names no licence"))?;
            let is_program = self.programs.contains(id);
            let kind = if is_program { Classification::Application } else { Classification::Library };
            let mut found = component(kind, name, version, self.reference(id), licence);
            if source.is_some() {
                found.purl = Some(Purl::new("cargo", name, version)?);
                found.hashes = self.checksums.get(&format!("{name} {version}")).and_then(|digest| sha256(digest));
            }
            Ok(found)
        };
        let mut found = self.packages.values().map(one).collect::<Result<Vec<_>>>()?;
        // Not by cargo's ids, which name the clone's folder.
        found.sort_by(|one, other| one.bom_ref.cmp(&other.bom_ref));
        Ok(found)
    }

    fn dependencies(&self) -> Vec<Dependency> {
        let one = |(id, deps): (&String, &BTreeSet<String>)| {
            let mut dependencies: Vec<String> = deps.iter().map(|id| self.reference(id)).collect();
            dependencies.sort();
            Dependency { dependency_ref: self.reference(id), dependencies }
        };
        let mut found: Vec<Dependency> = self.links.iter().map(one).collect();
        found.sort_by(|one, other| one.dependency_ref.cmp(&other.dependency_ref));
        found
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use xtask::places;

    use super::*;

    fn list() -> Value {
        let checkout = Checkout::new(&places::workspace());
        serde_json::from_slice(&json(&checkout, "1.2.3").unwrap()).unwrap()
    }

    fn part<'a>(list: &'a Value, reference: &str) -> Option<&'a Value> {
        list["components"].as_array().unwrap().iter().find(|part| part["bom-ref"] == reference)
    }

    #[test]
    fn packages_programs_crates_and_models_are_listed_with_versions_licences_and_checksums() {
        let list = list();
        assert_eq!((&list["bomFormat"], &list["specVersion"]), (&"CycloneDX".into(), &"1.5".into()));
        let rauc = part(&list, "package:rauc").unwrap();
        assert_eq!(rauc["version"], Versions::of_this_clone().unwrap().of("rauc").unwrap());
        assert_eq!(rauc["licenses"][0]["expression"], "LGPL-2.1-or-later");
        assert_eq!(
            part(&list, "package:parley-worker-piper").unwrap()["licenses"][0]["expression"],
            "GPL-3.0-or-later"
        );
        assert_eq!(part(&list, "package:onnxruntime-bin").unwrap()["version"], "1.24.4");
        let manifest = Manifest::embedded().unwrap();
        for file in manifest.models_of("tiny").flat_map(|model| &model.files) {
            let listed = part(&list, &format!("model:{}", file.name)).unwrap();
            assert_eq!(listed["type"], "machine-learning-model");
            assert_eq!(listed["hashes"][0]["content"], file.published().unwrap().1.to_string(), "{}", file.name);
        }
        for part in list["components"].as_array().unwrap() {
            assert!(part["licenses"][0]["expression"].is_string(), "{part}");
            let is_fetched = part["purl"].as_str().is_some_and(|purl| purl.starts_with("pkg:cargo/"));
            assert!(!is_fetched || part["hashes"][0]["content"].as_str().is_some_and(|sum| sum.len() == 64), "{part}");
        }
        assert_eq!(list["compositions"][0]["aggregate"], "incomplete", "what packages link with is not known yet");
    }

    #[test]
    fn crates_that_only_tests_and_builds_need_are_not_in_the_image() {
        let list = list();
        let has = |name: &str| {
            let beginning = format!("crate:{name}@");
            list["components"]
                .as_array()
                .unwrap()
                .iter()
                .any(|part| part["bom-ref"].as_str().is_some_and(|reference| reference.starts_with(&beginning)))
        };
        assert!(has("serde") && has("parley-setup") && has("parley-conversation") && has("whisper-rs"));
        for name in ["proptest", "bindgen", "parley-device", "cyclonedx-bom"] {
            assert!(!has(name), "{name}");
        }
    }

    #[test]
    fn what_depends_on_what_is_all_listed() {
        let list = list();
        for dependency in list["dependencies"].as_array().unwrap() {
            let reference = dependency["ref"].as_str().unwrap();
            assert!(reference == IMAGE || part(&list, reference).is_some(), "{reference}");
            for on in dependency["dependsOn"].as_array().into_iter().flatten() {
                assert!(part(&list, on.as_str().unwrap()).is_some(), "{reference} depends on {on}");
            }
        }
    }
}
