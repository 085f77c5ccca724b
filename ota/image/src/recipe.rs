//! A recipe's own `do_install`, run without bitbake.

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
    let (to, from) = (to.display().to_string(), from.display().to_string());
    let given = [("D", to.as_str()), ("S", from.as_str())];
    // In the text, as bitbake does: also between the quotes of a shell.
    let known = FOLDERS.iter().chain(&given).chain(variables);
    let body = known.fold(install.body.clone(), |body, (name, value)| body.replace(&format!("${{{name}}}"), value));
    let script = format!("bbfatal() {{ echo \"$*\" >&2; exit 1; }}\n{body}");
    let mut shell = Command::new("sh");
    shell.args(["-eu", "-c", script.as_str()]);
    let made = shell.output().context("cannot start a shell")?;
    ensure!(made.status.success(), "do_install of {recipe} fails: {}", String::from_utf8_lossy(&made.stderr));
    Ok(())
}
