//! What recipes fetch, take from the checkout and include.

use std::path::Path;

use anyhow::Result;
use md5::{Digest as _, Md5};

use super::{Findings, Layer};

/// From where upstream itself publishes. Whoever builds can name mirrors of their own instead.
const UPSTREAM: &[(&str, &str)] = &[
    ("crates.io", "crates, by the crate fetcher"),
    ("files.pythonhosted.org", "ONNX Runtime's wheel"),
    ("github.com", "sources of libraries"),
    ("huggingface.co", "models"),
];
/// The texts in openembedded-core, by their MD5.
pub const COMMON_LICENCES: &[(&str, &str)] = &[
    ("Apache-2.0", "89aea4e17d99a7cacdbeed46a0096b10"),
    ("BSD-2-Clause", "cb641bc04cda31daea161b1bc15da69f"),
    ("GPL-3.0-or-later", "1c76c4cc354acaac30ed4d5eefea7245"),
    ("MIT", "0835ade698e0bcf8506ecda2f7b4f302"),
];

/// Every `file://` of a recipe is in the layer or in the checkout.
pub fn files(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    for (path, _) in layer.metadata.iter().filter(|(path, _)| path.ends_with(".bb") || path.ends_with(".bbappend")) {
        let whole = layer.whole(path);
        let folder = Path::new(path).parent().unwrap_or(Path::new("")).to_string_lossy().into_owned();
        let name = super::recipe_name(path);
        let mut places = vec![format!("{folder}/files"), format!("{folder}/{name}")];
        for search in whole.of("FILESEXTRAPATHS").flat_map(|a| a.value.split(':')).filter(|part| !part.is_empty()) {
            places.push(search.replace("${PARLEY_CLONE}", ".").replace("${THISDIR}", &folder));
        }
        for source in whole.of("SRC_URI") {
            for file in source.words().filter_map(|word| word.strip_prefix("file://")) {
                let file = file.split(';').next().unwrap_or(file);
                let found = places.iter().any(|place| layer.checkout.path(place).join(file).exists());
                if !found && !file.contains("${") {
                    findings.add(&source.place, format!("there is no {file} in {}", places.join(", ")));
                }
            }
        }
    }
    Ok(())
}

/// `require` names files of the layer, `inherit parley-…` classes of it.
pub fn inclusions(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    for (path, metadata) in &layer.metadata {
        for inclusion in &metadata.inclusions {
            let ours = inclusion.keyword == "require" || inclusion.what.starts_with("parley_");
            let found = layer.included(path, inclusion.keyword, &inclusion.what).is_some();
            findings.expect(!ours || found, &inclusion.place, format!("there is no {} in the layer", inclusion.what));
        }
    }
    Ok(())
}

/// Everything that is fetched comes from upstream's own hosts, over a protected connection, and is one fixed content.
pub fn pinned(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    for (path, metadata) in &layer.metadata {
        for assignment in &metadata.assignments {
            for word in assignment.words().filter(|word| word.contains("://") && !word.starts_with("file://")) {
                let (scheme, rest) = word.split_once("://").unwrap_or_default();
                if scheme.contains(['$', '{', '(']) {
                    continue;
                }
                let host = rest.split(['/', ';', ':']).next().unwrap_or(rest);
                let page = matches!(assignment.base(), "BUGTRACKER" | "HOMEPAGE");
                let known = page || UPSTREAM.iter().any(|(upstream, _)| *upstream == host);
                if !known {
                    findings.add(&assignment.place, format!("{host} is no host of an upstream that this layer knows"));
                }
                let protected = matches!(scheme, "https" | "crate") || word.contains("protocol=https");
                if !protected {
                    findings.add(&assignment.place, format!("{word} is not fetched over a protected connection"));
                }
            }
        }
        let whole = layer.whole(path);
        let hex = |text: &str, length: usize| text.len() == length && text.bytes().all(|b| b.is_ascii_hexdigit());
        for source in whole.of("SRC_URI").filter(|source| source.place.file == *path) {
            for word in source.words().filter(|word| word.contains("://") && !word.starts_with("file://")) {
                let name = word.split(';').find_map(|part| part.strip_prefix("name="));
                let crate_name = word.strip_prefix("crate://crates.io/").map(|crate_name| crate_name.replace('/', "-"));
                let flag = name
                    .map(str::to_owned)
                    .or(crate_name)
                    .map_or("sha256sum".to_owned(), |name| format!("{name}.sha256sum"));
                let fixed = if word.starts_with("git") {
                    whole.value("SRCREV").is_some_and(|revision| hex(revision, 40))
                } else {
                    whole.flag("SRC_URI", &flag).is_some_and(|sum| hex(sum, 64))
                };
                if !fixed {
                    findings.add(&source.place, format!("{word} has no fixed content: SRCREV, or SRC_URI[{flag}]"));
                }
            }
        }
    }
    Ok(())
}

/// Every recipe says its licence, with checksums that hold.
pub fn licences(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    for (path, _) in layer.recipes() {
        let whole = layer.whole(path);
        let licence = whole.value("LICENSE");
        let (group, artefact) =
            (whole.includes("packagegroup"), whole.includes("core-image") || whole.includes("bundle"));
        findings.expect(licence.is_some() || group, path, "LICENSE is not said");
        findings.expect(licence != Some("CLOSED"), path, "LICENSE must name a licence");
        if !artefact && !group && whole.of("LIC_FILES_CHKSUM").next().is_none() {
            findings.add(path, "LIC_FILES_CHKSUM is not said");
        }
        for sums in whole.of("LIC_FILES_CHKSUM").filter(|sums| !sums.value.contains("${@")) {
            for word in sums.words() {
                let (file, options) = word.trim_start_matches("file://").split_once(';').unwrap_or((word, ""));
                let sum = options.split(';').find_map(|option| option.strip_prefix("md5="));
                let Some(sum) = sum else {
                    findings.add(&sums.place, format!("{word} has no md5="));
                    continue;
                };
                let expected = match file.strip_prefix("${COMMON_LICENSE_DIR}/") {
                    Some(name) => match COMMON_LICENCES.iter().find(|(known, _)| *known == name) {
                        Some((_, sum)) => (*sum).to_owned(),
                        None => continue,
                    },
                    // Files of a source that is fetched are compared by bitbake alone.
                    None => match std::fs::read(layer.checkout.path(file)) {
                        Ok(text) => hex(&Md5::digest(text)),
                        Err(_) => continue,
                    },
                };
                findings.expect(sum == expected, &sums.place, format!("the checksum of {file} is {expected}"));
            }
        }
    }
    Ok(())
}

pub fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
