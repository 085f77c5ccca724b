//! The program's recipe against the workspace.

use anyhow::{Context, Result};

use super::{Findings, Layer};

/// Cargo does not find .cargo/config.toml from a recipe's build folder: what it sets, the recipe sets.
pub fn environment(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    let config: toml::Table =
        layer.checkout.read(".cargo/config.toml")?.parse().context(".cargo/config.toml cannot be read")?;
    let (recipe, whole) = layer.needed("parley")?;
    for (name, value) in config.get("env").and_then(toml::Value::as_table).context(".cargo/config.toml has no [env]")? {
        let table = value.as_table().and_then(|table| table.get("value"));
        let (value, relative) = (table.unwrap_or(value).as_str(), table.is_some());
        let expected = format!("{}{}", if relative { "${S}/" } else { "" }, value.unwrap_or_default());
        let said = whole.value(name);
        if said != Some(expected.as_str()) {
            findings.add(recipe, format!("{name} is {said:?}; .cargo/config.toml sets {expected:?}"));
        }
    }
    Ok(())
}

/// What is built is in the workspace, every member is in the source, and every program that units and updates call is built.
pub fn packages(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    let cargo = layer.cargo()?;
    let members = cargo["workspace"]["members"].as_array().context("no members")?;
    let (recipe, whole) = layer.needed("parley")?;
    let sources: Vec<_> = whole.words_of("SRC_URI").filter_map(|word| word.strip_prefix("file://")).collect();
    let mut names = Vec::new();
    for member in members.iter().filter_map(toml::Value::as_str) {
        let folder = member.split('/').next().unwrap_or(member);
        let problem = format!("{member} is a member of the workspace, and {folder} is not in SRC_URI");
        findings.expect(sources.contains(&folder), "meta-voice/classes-recipe/parley_source.bbclass", problem);
        let manifest: toml::Table = layer.checkout.read(&format!("{member}/Cargo.toml"))?.parse()?;
        let package = manifest["package"]["name"].as_str().unwrap_or_default().to_owned();
        let bins = manifest.get("bin").and_then(toml::Value::as_array).into_iter().flatten();
        let mut programs: Vec<_> = bins.filter_map(|bin| bin.get("name")?.as_str().map(str::to_owned)).collect();
        if layer.checkout.path(&format!("{member}/src/main.rs")).exists() {
            programs.push(package.clone());
        }
        names.push((package, programs));
    }
    let flags: Vec<_> = whole.words_of("CARGO_BUILD_FLAGS").collect();
    let built: Vec<_> = flags.windows(2).filter(|pair| pair[0] == "-p").map(|pair| pair[1]).collect();
    for package in &built {
        if !names.iter().any(|(name, _)| name == package) {
            findings.add(recipe, format!("{package} is no package of the workspace"));
        }
    }
    let programs: Vec<_> =
        names.iter().filter(|(name, _)| built.contains(&name.as_str())).flat_map(|(_, programs)| programs).collect();
    let mut callers = layer.checkout.files("rootfs-overlay")?;
    callers.extend(layer.checkout.files("ota")?.into_iter().filter(|(path, _)| !path.starts_with("ota/image/")));
    callers.extend(layer.checkout.files("meta-voice")?.into_iter().filter(|(path, _)| path.ends_with(".service")));
    for (path, text) in callers {
        for word in text.split(|c: char| c.is_whitespace() || matches!(c, '=' | '"' | '+')) {
            let name = word.trim_start_matches('-').strip_prefix("/usr/bin/");
            let name = name.or_else(|| word.strip_prefix("/usr/lib/parley/"));
            let Some(name) = name.filter(|name| name.starts_with("parley")) else { continue };
            if !programs.iter().any(|program| *program == name) {
                findings.add(&path, format!("calls {word}, which the recipe does not build"));
            }
        }
    }
    Ok(())
}
