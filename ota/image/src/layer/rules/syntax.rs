//! What bitbake would read as something else, or a shell not at all.

use std::io::Write as _;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use super::{Findings, Layer};

/// Since 2021 overrides are separated with colons; with an underscore they are silently part of the name.
pub fn old_overrides(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    const VERBS: &[&str] = &["_append", "_prepend", "_remove"];
    const PER_PACKAGE: &str = "
        ALLOW_EMPTY DEPENDS FILES GROUPADD_PARAM INSANE_SKIP LICENSE PROVIDES RCONFLICTS RDEPENDS RPROVIDES
        RRECOMMENDS RREPLACES RSUGGESTS SYSTEMD_AUTO_ENABLE SYSTEMD_SERVICE USERADD_PARAM
    ";
    for (place, name) in layer.names() {
        let verb = VERBS
            .iter()
            .any(|verb| name.split(':').any(|part| part.ends_with(verb) || part.contains(&format!("{verb}_"))));
        let package = PER_PACKAGE
            .split_whitespace()
            .any(|variable| name.strip_prefix(variable).is_some_and(|rest| rest.starts_with('_')));
        let known = name.starts_with("FILES_") || name.starts_with("LICENSE_FLAGS") || name.starts_with("LICENSE_PATH");
        if verb || package && !known || name.starts_with("FILES_$") {
            findings.add(place, format!("{name} has an underscore for a colon"));
        }
    }
    Ok(())
}

/// Every shell function is at least read by a shell.
pub fn shell(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    for metadata in layer.metadata.values() {
        for function in metadata.functions.iter().filter(|function| !function.python) {
            let mut shell = Command::new("sh").arg("-n").stdin(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
            let script = format!("f() {{\n{}}}\n", without_expansions(&function.body));
            shell.stdin.take().context("the shell listens")?.write_all(script.as_bytes())?;
            let said = shell.wait_with_output()?;
            let problem = String::from_utf8_lossy(&said.stderr).trim().to_owned();
            findings.expect(said.status.success(), &function.place, format!("{}: {problem}", function.name));
        }
    }
    Ok(())
}

/// bitbake's `${@…}` and `${VARIABLE}` are gone before a shell reads them.
fn without_expansions(body: &str) -> String {
    let (mut text, mut rest) = (String::new(), body);
    while let Some((before, after)) = rest.split_once("${") {
        let end = after.find('}').unwrap_or(after.len().saturating_sub(1));
        text = text + before + "x";
        rest = after.get(end + 1..).unwrap_or_default();
    }
    text + rest
}
