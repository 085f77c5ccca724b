//! The kas files: pinned, complete, and of one mind with the lock file.

use std::collections::BTreeMap;

use anyhow::Result;

use super::{Findings, Layer};

/// The one command's file.
pub const MAIN: &str = "kas/parley-pi5.yml";
/// The file that pins it once more.
pub const LOCK: &str = "kas/parley-pi5.lock.yml";

/// Repositories, by name. Enough of YAML for kas files: what lies deeper below `repos:` belongs to it.
fn repositories(text: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut found: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    // The depths of `repos:`, and of the names below it.
    let (mut repos, mut names, mut current) = (None, None, String::new());
    for line in text.lines().filter(|line| !line.trim_start().starts_with('#') && !line.trim().is_empty()) {
        let depth = line.len() - line.trim_start().len();
        let (key, value) = line.trim().split_once(':').unwrap_or((line.trim(), ""));
        let value = value.trim().trim_matches('"').to_owned();
        if repos.is_some_and(|repos| depth <= repos) {
            (repos, names) = (None, None);
        }
        if key == "repos" {
            repos = Some(depth);
        } else if repos.is_some() && depth == *names.get_or_insert(depth) {
            current = key.to_owned();
            found.entry(current.clone()).or_default();
        } else if repos.is_some() {
            found.entry(current.clone()).or_default().insert(key.to_owned(), value);
        }
    }
    found
}

/// The commits that the main file pins, by repository.
pub fn pins(text: &str) -> BTreeMap<String, String> {
    repositories(text)
        .into_iter()
        .filter_map(|(name, repository)| Some((name, repository.get("commit")?.clone())))
        .collect()
}

/// Every file has a version, every repository a commit, the lock the same ones, and the layer's dependencies are all there.
pub fn files(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    let files = layer.checkout.files("kas")?;
    for (path, text) in &files {
        findings.expect(text.contains("header:\n  version: "), path, "has no header with a version");
        findings.expect(!text.contains('\t'), path, "has a tab, which YAML does not allow");
        for (name, repository) in repositories(text) {
            let commit = repository.get("commit").map_or("", String::as_str);
            let pinned = commit.len() == 40 && commit.bytes().all(|b| b.is_ascii_hexdigit());
            findings.expect(
                !repository.contains_key("url") || pinned,
                path,
                format!("{name} is not pinned to a commit"),
            );
            let protected = repository.get("url").is_none_or(|url| url.starts_with("https://"));
            findings.expect(protected, path, format!("{name} is not fetched over a protected connection"));
        }
        for line in text.lines().map(str::trim).filter_map(|line| line.strip_prefix("- kas/")) {
            if !files.contains_key(&format!("kas/{line}")) {
                findings.add(path, format!("includes kas/{line}, which is not there"));
            }
        }
        for name in text.split("VOICE_MODELS_PROFILE = \"").skip(1).filter_map(|rest| rest.split('"').next()) {
            let known = layer.assignments().any(|a| a.name == "VOICE_MODELS_KIB" && a.flag.as_deref() == Some(name));
            findings.expect(known, path, format!("models.toml has no profile {name}"));
        }
        for line in text.lines().map(str::trim).filter(|line| line.contains(" = \"") || line.contains(" += \"")) {
            let name = line.split_whitespace().next().unwrap_or_default();
            let known = super::names::is_known(layer, name);
            findings.expect(known || line.starts_with('#'), path, format!("nothing reads {name}"));
        }
    }
    let (Some(main), Some(lock)) = (files.get(MAIN), files.get(LOCK)) else {
        findings.add("kas", format!("{MAIN} or {LOCK} is missing"));
        return Ok(());
    };
    findings.expect(pins(lock) == pins(main), LOCK, format!("does not have the commits of {MAIN}"));
    for (needed, word) in [("machine", "machine: raspberrypi5"), ("distro", "distro: voice")] {
        findings.expect(main.lines().any(|line| line == word), MAIN, format!("{needed} is not said"));
    }
    for target in main.lines().filter_map(|line| line.strip_prefix("  - ")) {
        findings.expect(layer.recipe(target).is_some(), MAIN, format!("there is no recipe {target}"));
    }
    let names = pins(main);
    let depends = layer
        .metadata
        .get("meta-voice/conf/layer.conf")
        .and_then(|conf| conf.value("LAYERDEPENDS_voice"))
        .unwrap_or_default();
    for collection in depends.split_whitespace() {
        let repository = match collection {
            "core" => "openembedded-core",
            "openembedded-layer" => "meta-openembedded",
            other => &format!("meta-{other}"),
        };
        if !names.contains_key(repository) {
            findings.add(MAIN, format!("the layer needs {collection}, from {repository}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_are_read_from_main_files_and_from_locks() {
        let main = "repos:\n  own:\n    layers:\n      meta:\n  core:\n    url: https://example.invalid\n    commit: abc\nenv:\n  core: x\n";
        let lock = "header:\n    version: 18\noverrides:\n    repos:\n        core:\n            commit: abc\n";
        assert_eq!(pins(main), BTreeMap::from([("core".to_owned(), "abc".to_owned())]));
        assert_eq!(pins(main), pins(lock));
    }
}
