//! oelint, where it is installed (`pip install oelint-adv`, outside of the clone).

use std::process::Command;

use anyhow::{Context, Result};

use crate::layer::checkout::Checkout;
use crate::layer::report::Report;
use xtask::system;

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

pub fn check(checkout: &Checkout, report: &mut Report) -> Result<String> {
    if !system::is_on_path("oelint-adv") {
        return Ok(report.skip("lint", "oelint-adv is not installed: pip install oelint-adv"));
    }
    let mut recipes: Vec<_> = checkout.files("meta-voice")?.into_keys().collect();
    recipes.retain(|path| path.ends_with(".bb") || path.ends_with(".bbappend"));
    let mut oelint = Command::new("nice");
    oelint.current_dir(checkout.path(""));
    oelint.args(["-n", "19", "oelint-adv", "--quiet", "--relpaths", "--release", "wrynose"]);
    for (rule, _) in SUPPRESSED {
        oelint.args(["--suppress", rule]);
    }
    let output = oelint.args(&recipes).output().context("cannot start oelint-adv")?;
    let said = [output.stdout, output.stderr].concat();
    for line in String::from_utf8_lossy(&said).lines().filter(|line| line.contains(":oelint.")) {
        let (place, problem) = line.split_at(line.find(":oelint.").unwrap_or(0));
        report.find("oelint", place, problem.trim_start_matches(':'));
    }
    Ok(format!("{} recipes, {} rules not followed", recipes.len(), SUPPRESSED.len()))
}
