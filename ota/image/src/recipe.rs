//! A recipe's own `do_install`, run without bitbake: what it would replace are variables of a shell as well.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::layer::checkout::Checkout;
use crate::layer::metadata;

/// What bitbake sets for every recipe.
const FOLDERS: &[(&str, &str)] = &[
    ("bindir", "/usr/bin"),
    ("datadir", "/usr/share"),
    ("libdir", "/usr/lib"),
    ("localstatedir", "/var"),
    ("nonarch_libdir", "/usr/lib"),
    ("sysconfdir", "/etc"),
    ("systemd_system_unitdir", "/usr/lib/systemd/system"),
    ("systemd_unitdir", "/usr/lib/systemd"),
];

/// Installs into a folder what a recipe (by its path in the clone) makes of the files in another one.
pub fn install(checkout: &Checkout, recipe: &str, from: &Path, to: &Path, variables: &[(&str, &str)]) -> Result<()> {
    let metadata = metadata::read(checkout)?;
    let metadata = metadata.get(recipe).with_context(|| format!("there is no {recipe}"))?;
    let install = metadata.functions.iter().find(|function| function.name == "do_install");
    let install = install.with_context(|| format!("{recipe} has no do_install"))?;
    let script = format!("bbfatal() {{ echo \"$*\" >&2; exit 1; }}\n{}", install.body);
    let mut shell = Command::new("sh");
    shell.args(["-eu", "-c", script.as_str()]).env("D", to).env("S", from);
    shell.envs(FOLDERS.iter().copied()).envs(variables.iter().copied());
    let made = shell.output().context("cannot start a shell")?;
    ensure!(made.status.success(), "do_install of {recipe} fails: {}", String::from_utf8_lossy(&made.stderr));
    Ok(())
}
