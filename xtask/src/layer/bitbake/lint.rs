//! oelint and kas, where they are installed (`pip install oelint-adv kas`, outside of the clone).

use std::process::Command;

use anyhow::{Context, Result};

use super::run::is_on_path;
use crate::layer::checkout::Checkout;
use crate::layer::rules::{Finding, kas};

/// What oelint says and is not followed, each with its reason.
const SUPPRESSED: &[(&str, &str)] = &[
    ("oelint.bbclass.underscores", "takes the crate list, which a class requires, for a class"),
    ("oelint.file.underscores", "images and bundles have no version in their names, as in openembedded-core itself"),
    ("oelint.task.docstrings", "for functions that are no tasks; comments say what they do"),
    ("oelint.task.noanonpython", "the one way to skip a recipe with a reason"),
    ("oelint.var.bbclassextend", "a device's own recipes are for the device"),
    ("oelint.var.inheritlast.native", "native is last; oelint reads what a class inherits behind it"),
    ("oelint.var.licenseremotefile", "our own recipes have no remote file"),
    ("oelint.var.mandatoryvar.HOMEPAGE", "the layer belongs to the clone, wherever that is"),
    ("oelint.var.mandatoryvar.SRC_URI", "what is made from other recipes has no source"),
    ("oelint.var.override", "the development image's budget stands before the one it includes"),
    ("oelint.var.suggestedvar.BUGTRACKER", "as HOMEPAGE"),
    ("oelint.var.suggestedvar.CVE_PRODUCT", "our own programs are in no vulnerability database"),
    ("oelint.var.suggestedvar.SECTION", "images and bundles are no packages"),
    ("oelint.vars.fileextrapaths", "recipes take their files from the clone that the layer lies in"),
    ("oelint.vars.homepageping", "the check asks no server"),
    ("oelint.vars.insaneskip", "a library that its makers have linked and stripped; the recipe says why"),
    ("oelint.vars.mispell", "knows neither meta-rauc's nor image types' variables; the rule on names does"),
    ("oelint.vars.mispell.unknown", "as oelint.vars.mispell"),
    ("oelint.vars.outofcontext", "as oelint.vars.fileextrapaths"),
    ("oelint.vars.pathhardcode.localstatedir", "sysusers.d of rootfs-overlay says /var, and both must say the same"),
    ("oelint.vars.specific", "takes image types for unknown overrides; the rule on overrides knows them"),
    ("oelint.vars.srcurifile", "the source is the clone, the crates come with it"),
];

/// What kas does between reading its files and printing them.
const KAS_STEPS: &[&str] = &[
    "repo_setup_loop",
    "finish_setup_repos",
    "repos_checkout",
    "repos_apply_patches",
    "setup_environ",
    "write_bbconfig",
];

/// Asks both.
pub fn check(checkout: &Checkout, findings: &mut Vec<Finding>) -> Result<()> {
    if is_on_path("oelint-adv") {
        oelint(checkout, findings)?;
    } else {
        println!("Skipped: oelint-adv is not installed");
    }
    if !is_on_path("kas") {
        println!("Skipped: kas is not installed");
        return Ok(());
    }
    let scratch = tempfile::tempdir()?;
    for file in checkout.files("kas")?.into_keys().filter(|file| file != kas::LOCK) {
        let choice = if file == kas::MAIN { file } else { format!("{}:{file}", kas::MAIN) };
        // Reads and merges the files; no repository is asked for.
        let mut dump = Command::new("kas");
        dump.arg("dump").args(KAS_STEPS.iter().flat_map(|step| ["--skip", step])).arg(&choice);
        let output = dump.current_dir(checkout.path("")).env("KAS_WORK_DIR", scratch.path()).output();
        let output = output.context("cannot start kas")?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            let problem = said.lines().last().unwrap_or_default().to_owned();
            findings.push(Finding { rule: "kas", place: choice, problem });
        }
    }
    Ok(())
}

fn oelint(checkout: &Checkout, findings: &mut Vec<Finding>) -> Result<()> {
    println!("→ oelint-adv");
    let recipes =
        checkout.files("meta-voice")?.into_keys().filter(|path| path.ends_with(".bb") || path.ends_with(".bbappend"));
    let mut oelint = Command::new("nice");
    oelint
        .args(["-n", "19", "oelint-adv", "--quiet", "--relpaths", "--release", "wrynose"])
        .current_dir(checkout.path(""));
    for (rule, _) in SUPPRESSED {
        oelint.args(["--suppress", rule]);
    }
    let output = oelint.args(recipes).output().context("cannot start oelint-adv")?;
    let said = [output.stdout, output.stderr].concat();
    for line in String::from_utf8_lossy(&said).lines().filter(|line| line.contains(":oelint.")) {
        let (place, problem) = line.split_at(line.find(":oelint.").unwrap_or(0));
        findings.push(Finding {
            rule: "oelint",
            place: place.to_owned(),
            problem: problem.trim_start_matches(':').to_owned(),
        });
    }
    Ok(())
}
