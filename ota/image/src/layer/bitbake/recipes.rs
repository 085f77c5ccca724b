//! The layer's own recipes one by one: their sources have the checksums, and their licences the texts, that they say.

use anyhow::Result;

use super::run;
use crate::layer::check::Check;
use crate::layer::metadata::{self, Metadata};
use crate::layer::report::Report;

/// Fetches, unpacks and compares the licences of every recipe of the layer that has some.
pub fn licences(check: &mut Check<'_>, report: &mut Report) -> Result<String> {
    let recipes = metadata::read(check.checkout)?;
    let (build, _) = check.build_with_sources()?;
    let mut compared = Vec::new();
    let licensed = |metadata: &Metadata| metadata.of("LIC_FILES_CHKSUM").next().is_some();
    for (path, _) in recipes.iter().filter(|(path, metadata)| path.ends_with(".bb") && licensed(metadata)) {
        let name = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".bb");
        let (said, succeeded) = build.task(path, "populate_lic")?;
        let missing = unreachable(&said);
        if !missing.is_empty() {
            let why = format!("no network, and not in --sources: {}", missing.join(" "));
            report.skip(format!("licences of {name}"), why);
            continue;
        }
        run::judge(&said, succeeded, "bitbake -c populate_lic", path, report);
        compared.push(name.to_owned());
    }
    Ok(format!("{} recipes: {}", compared.len(), compared.join(" ")))
}

/// The addresses that bitbake would have had to ask and may not.
pub fn unreachable(said: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for part in said.split("NetworkAccess(").skip(1) {
        let Some(quote) = part.chars().next().filter(|c| matches!(c, '\'' | '"')) else { continue };
        let address = part[1..].split([quote, ';']).next().unwrap_or_default().to_owned();
        if !found.contains(&address) {
            found.push(address);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_that_cannot_be_asked_for_is_named() {
        let said = "ERROR: x do_fetch: Bitbake Fetcher Error: NetworkAccess('https://example.invalid/a.whl;name=a', \"wget 'https://…'\")\n";
        assert_eq!(unreachable(said), ["https://example.invalid/a.whl"]);
        assert!(unreachable("ERROR: Checksum mismatch!").is_empty());
    }
}
