//! Each kas file: kas reads and merges it, bitbake reads what comes out, and every value in it arrives where it is used.

use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use super::run::{self, Build, is_on_path};
use crate::layer::checkout::Checkout;
use crate::layer::report::Report;
use crate::layer::rules::{kas, recipe_name};

/// What kas does between reading its files and printing them.
const KAS_STEPS: &[&str] = &[
    "repo_setup_loop",
    "finish_setup_repos",
    "repos_checkout",
    "repos_apply_patches",
    "setup_environ",
    "write_bbconfig",
];
/// For what kas takes from the environment of whoever builds.
const FROM_OUTSIDE: &str = "file:///from-outside";

/// Reads all of them.
pub fn check(checkout: &Checkout, build: &Build, report: &mut Report) -> Result<String> {
    if !is_on_path("kas") {
        report.skip("choices", "kas is not installed: pip install kas");
        return Ok(String::new());
    }
    let scratch = tempfile::tempdir()?;
    let mut read = Vec::new();
    for file in checkout.files("kas")?.into_keys().filter(|file| file != kas::LOCK) {
        let choice = if file == kas::MAIN { file } else { format!("{}:{file}", kas::MAIN) };
        // Reads and merges the files; no repository is asked for.
        let mut dump = Command::new("kas");
        dump.args(["dump", "--format", "json"]).args(KAS_STEPS.iter().flat_map(|step| ["--skip", step])).arg(&choice);
        let output = dump.current_dir(checkout.path("")).env("KAS_WORK_DIR", scratch.path()).output();
        let output = output.context("cannot start kas")?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            report.find("kas", choice, said.lines().last().unwrap_or_default());
            continue;
        }
        let merged: Value = serde_json::from_slice(&output.stdout).context("kas prints JSON")?;
        let outcome = configured(checkout, build, &choice, &merged, report);
        // Whatever it was: the next step is not to inherit the choice.
        build.configure("")?;
        outcome?;
        read.push(choice.rsplit('/').next().unwrap_or(&choice).trim_end_matches(".yml").to_owned());
    }
    Ok(format!("{} files: {}", read.len(), read.join(" ")))
}

/// bitbake reads the configuration that kas would write, and the last recipe that it would build.
fn configured(checkout: &Checkout, build: &Build, choice: &str, merged: &Value, report: &mut Report) -> Result<()> {
    build.configure(&lines(merged))?;
    let target =
        merged["target"].as_array().and_then(|all| all.last()).and_then(Value::as_str).unwrap_or("voice-image");
    let recipes = checkout.files("meta-voice")?;
    let Some(recipe) = recipes.keys().find(|path| path.ends_with(".bb") && recipe_name(path) == target) else {
        report.find("kas", choice, format!("builds {target}, which the layer does not have"));
        return Ok(());
    };
    let (said, succeeded) = build.run(&["-e", "-b", &build.source().join(recipe).display().to_string()])?;
    let complaints = run::complaints(&said);
    if !succeeded && complaints.is_empty() {
        report.find("kas", choice, "bitbake cannot read what it configures");
    }
    for complaint in complaints {
        report.find("kas", choice, complaint);
    }
    for (name, words) in wanted(merged) {
        let value = run::value(&said, &name).unwrap_or_default();
        if let Some(word) = words.iter().find(|word| !value.split_whitespace().any(|present| present == *word)) {
            report.find("kas", choice, format!("{name} is {value:?} in the end, without {word}"));
        }
    }
    Ok(())
}

/// local.conf as kas would write it. What comes from outside has to be somebody's: a stand-in.
fn lines(merged: &Value) -> String {
    let mut lines = String::new();
    for (name, value) in merged["env"].as_object().into_iter().flatten() {
        lines += &format!("{name} = \"{}\"\n", value.as_str().unwrap_or(FROM_OUTSIDE));
    }
    for text in merged["local_conf_header"].as_object().into_iter().flatten().filter_map(|(_, text)| text.as_str()) {
        lines += text;
        lines.push('\n');
    }
    lines
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
}
