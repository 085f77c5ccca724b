//! Each kas file: kas reads and merges it, bitbake reads what comes out, and every value in it arrives where it is used.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::run::{self, Build};
use crate::layer::checkout::Checkout;
use crate::layer::report::Report;
use crate::layer::rules::{kas, recipe_name};
use xtask::system;

/// What kas does between reading its files and printing them.
const KAS_STEPS: &str =
    "repo_setup_loop finish_setup_repos repos_checkout repos_apply_patches setup_environ write_bbconfig";
/// How kas files switch a layer off.
const OFF: &[&str] = &["disabled", "excluded", "n", "no", "0", "false"];
/// For what kas takes from the environment of whoever builds.
const FROM_OUTSIDE: &str = "file:///from-outside";

pub fn check(checkout: &Checkout, build: &Build, report: &mut Report) -> Result<String> {
    if !system::is_on_path("kas") {
        return Ok(report.skip("choices", "kas is not installed: pip install kas"));
    }
    let mut read = Vec::new();
    for file in checkout.files("kas")?.into_keys().filter(|file| file != kas::LOCK) {
        let choice = if file == kas::MAIN { file } else { format!("{}:{file}", kas::MAIN) };
        let merged = match merge(checkout, &choice) {
            Ok(merged) => merged,
            Err(problem) => {
                report.find("kas", choice, format!("{problem:#}"));
                continue;
            }
        };
        let outcome = configured(checkout, build, &choice, &merged, report);
        // Whatever it was: the next step is not to inherit the choice.
        build.configure("")?;
        outcome?;
        read.push(choice.rsplit('/').next().unwrap_or(&choice).trim_end_matches(".yml").to_owned());
    }
    Ok(format!("{} files: {}", read.len(), read.join(" ")))
}

/// What kas makes of files with colons between; or what it has against them. It reads and merges: no repository is asked for.
fn merge(checkout: &Checkout, choice: &str) -> Result<Value> {
    let scratch = tempfile::tempdir()?;
    let mut dump = Command::new("kas");
    dump.args(["dump", "--format", "json"]).args(KAS_STEPS.split(' ').flat_map(|step| ["--skip", step])).arg(choice);
    let output = dump.current_dir(checkout.path("")).env("KAS_WORK_DIR", scratch.path()).output();
    let output = output.context("cannot start kas")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{}", said.lines().last().unwrap_or_default());
    serde_json::from_slice(&output.stdout).context("kas prints JSON")
}

/// bitbake reads the configuration that kas would write, and the last recipe that it would build.
fn configured(checkout: &Checkout, build: &Build, choice: &str, merged: &Value, report: &mut Report) -> Result<()> {
    let expected: BTreeSet<PathBuf> = build.layers().into_iter().collect();
    report.find_all("kas", choice, other_layers(merged, &expected, |repository| build.repository(repository)));
    build.configure(&lines(merged))?;
    let target =
        merged["target"].as_array().and_then(|all| all.last()).and_then(Value::as_str).unwrap_or("voice-image");
    let recipes = checkout.files("meta-voice")?;
    let Some(recipe) = recipes.keys().find(|path| path.ends_with(".bb") && recipe_name(path) == target) else {
        report.find("kas", choice, format!("builds {target}, which the layer does not have"));
        return Ok(());
    };
    let (said, succeeded) = build.run(&["-e", "-b", &build.source().join(recipe).display().to_string()])?;
    run::judge(&said, succeeded, "kas", choice, report);
    report.find_all("kas", choice, not_arrived(merged, &said));
    Ok(())
}

/// Layers of the files that bitbake is not given here, and the other way round: what is checked would not be what is built.
fn other_layers(merged: &Value, expected: &BTreeSet<PathBuf>, folder: impl Fn(Option<&str>) -> PathBuf) -> Vec<String> {
    let mut named = BTreeSet::new();
    for (name, repository) in merged["repos"].as_object().into_iter().flatten() {
        // The one without an address is the clone.
        let folder = folder(repository["url"].as_str().map(|_| name.as_str()));
        match repository["layers"].as_object() {
            // Without a list the repository is a layer itself.
            None => {
                named.insert(folder);
            }
            Some(layers) => {
                let used = layers.iter().filter(|(_, state)| !OFF.iter().any(|off| **state == *off));
                named.extend(used.map(|(layer, _)| folder.join(layer)));
            }
        }
    }
    let missing = named.iter().filter(|layer| !layer.join("conf/layer.conf").exists());
    missing
        .map(|layer| format!("names {}, which is no layer", layer.display()))
        .chain(named.symmetric_difference(expected).map(|layer| {
            let problem =
                if expected.contains(layer) { "is read here, and not named" } else { "is named, and not read here" };
            format!("{} {problem}", layer.display())
        }))
        .collect()
}

/// The values that bitbake does not have as the files give them.
fn not_arrived(merged: &Value, said: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (name, words) in wanted(merged) {
        let value = run::value(said, &name).unwrap_or_default();
        if let Some(word) = words.iter().find(|word| !value.split_whitespace().any(|present| present == *word)) {
            found.push(format!("{name} is {value:?} in the end, without {word}"));
        }
    }
    found
}

/// local.conf as kas would write it. What comes from outside has to be somebody's: a stand-in.
fn lines(merged: &Value) -> String {
    let mut lines = String::new();
    for (name, value) in merged["env"].as_object().into_iter().flatten() {
        lines += &format!("{name} = \"{}\"\n", value.as_str().unwrap_or(FROM_OUTSIDE));
    }
    lines + &headers(merged)
}

/// What the files themselves say.
fn headers(merged: &Value) -> String {
    let texts = merged["local_conf_header"].as_object().into_iter().flatten().filter_map(|(_, text)| text.as_str());
    texts.flat_map(|text| [text, "\n"]).collect()
}

/// The values that files set for good, and the words they have to have in the end.
fn wanted(merged: &Value) -> Vec<(String, Vec<String>)> {
    let mut wanted = Vec::new();
    for line in lines(merged).lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        let Some((name, value)) = line.split_once(" = ").or_else(|| line.split_once(" += ")) else { continue };
        let plain = !name.contains(['?', ':', ' ']) && !value.contains("${");
        if plain {
            wanted.push((name.to_owned(), value.trim_matches('"').split_whitespace().map(str::to_owned).collect()));
        }
    }
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_plain_value_of_every_header_has_to_arrive() {
        let merged = serde_json::json!({
            "env": { "MODELS": null },
            "local_conf_header": {
                "a": "# why\nA = \"1\"\nINHERIT += \"one two\"",
                "b": "B = \"${A}\"\nC ?= \"2\"\nD:append = \" 3\"\n",
            },
        });
        let wanted = wanted(&merged);
        let names: Vec<_> = wanted.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["MODELS", "A", "INHERIT"]);
        assert_eq!(wanted[2].1, ["one", "two"]);
        assert!(lines(&merged).contains("D:append"));
    }

    #[test]
    fn a_value_that_does_not_arrive_is_found() {
        let merged = serde_json::json!({ "local_conf_header": { "a": "A = \"1\"\nINHERIT += \"one two\"\n" } });
        assert!(not_arrived(&merged, "A=\"1\"\nINHERIT=\"zero one two\"\n").is_empty());
        assert!(not_arrived(&merged, "A=\"0\"\nINHERIT=\"one two\"\n")[0].starts_with("A is"));
        assert!(not_arrived(&merged, "A=\"1\"\nINHERIT=\"one\"\n")[0].contains("without two"));
        assert_eq!(not_arrived(&merged, "").len(), 2);
    }

    #[test]
    fn a_layer_that_is_not_there_or_is_not_read_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |repository: Option<&str>| folder.path().join(repository.unwrap_or("clone"));
        let layers = [at(None).join("meta-own"), at(Some("core")).join("meta"), at(Some("board"))];
        for layer in &layers {
            std::fs::create_dir_all(layer.join("conf")).expect("a folder");
            std::fs::write(layer.join("conf/layer.conf"), "").expect("written");
        }
        let merged = serde_json::json!({ "repos": {
            "own": { "layers": { "meta-own": null } },
            "core": { "url": "https://example.invalid", "layers": { "meta": null, ".": "disabled" } },
            "board": { "url": "https://example.invalid" },
        } });
        let expected: BTreeSet<_> = layers.iter().cloned().collect();
        let check = |merged: &Value| other_layers(merged, &expected, at);
        assert!(check(&merged).is_empty(), "{:?}", check(&merged));
        let mut misspelt = merged.clone();
        misspelt["repos"]["core"]["layers"] = serde_json::json!({ "mata": null });
        assert!(check(&misspelt).iter().any(|problem| problem.contains("which is no layer")), "{:?}", check(&misspelt));
        let mut fewer = merged;
        fewer["repos"].as_object_mut().expect("repositories").remove("board");
        assert_eq!(check(&fewer).len(), 1);
    }
}
