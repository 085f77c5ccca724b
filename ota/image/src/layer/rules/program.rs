//! The program's recipe against the workspace, and the initramfs against its first program.

use anyhow::{Context, Result};

use super::names::has_word;
use super::{Findings, Layer};

/// Applets that openembedded-core's busybox has by default or by parley.cfg, as far as `init` may call them: all that the virtual device has, too.
pub const APPLETS: &str =
    "basename cat dd dirname grep hexdump insmod ln mkdir mount readlink sed sh sha256sum sleep switch_root";
/// What a shell does itself.
const BUILT_IN: &[&str] = &[".", "[", "continue", "echo", "exec", "exit", "export", "printf", "return"];
/// Folders of busybox's links other than `/usr/bin`, where `init` does not look.
const IN_SBIN: &[&str] = &["insmod", "switch_root"];

/// Whatever `init` calls is in the initramfs, in the folder that it looks in.
pub fn initramfs(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    const INIT: &str = "ota/initramfs/init";
    let script = layer.checkout.read(INIT)?;
    let (recipe, whole) = layer.needed("parley-init")?;
    let installs = whole.functions.iter().find(|f| f.name == "do_install").map(|f| f.body.clone()).unwrap_or_default();
    let needed: Vec<_> = whole.words_of("RDEPENDS").collect();
    let functions: Vec<_> =
        script.lines().filter_map(|line| line.split_once("() {").map(|(name, _)| name.trim())).collect();
    for command in commands(&script) {
        if BUILT_IN.contains(&command.as_str()) || functions.contains(&command.as_str()) {
            continue;
        }
        let provided = match command.as_str() {
            "dmsetup" => needed.contains(&"libdevmapper") && installs.contains("/dmsetup"),
            "parley-restart" => needed.contains(&"parley-restart"),
            applet => {
                let linked = !IN_SBIN.contains(&applet)
                    || installs.split(|c: char| c.is_whitespace() || c == ';').any(|word| word == applet);
                has_word(APPLETS, applet) && needed.contains(&"busybox") && linked
            }
        };
        if !provided {
            findings.add(recipe, format!("{INIT} calls {command}, which the initramfs does not have in /usr/bin"));
        }
    }
    let fragments = layer.checkout.files("meta-voice/recipes-core/busybox")?;
    let conv = fragments.values().any(|text| text.lines().any(|line| line == "CONFIG_FEATURE_DD_IBS_OBS=y"));
    let problem = format!("{INIT} calls dd with conv=, which needs FEATURE_DD_IBS_OBS");
    findings.expect(!script.contains("conv=") || conv, "meta-voice/recipes-core/busybox", problem);
    let starts = ["PARLEY_STARTS_OFFSET", "PARLEY_STARTS_LIMIT"].iter().all(|word| installs.contains(word));
    findings.expect(starts, recipe, format!("{INIT} reads /etc/starts"));
    Ok(())
}

/// The words of a script that stand where a command does.
fn commands(script: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in script.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        // Arithmetic and patterns hold no commands; behind substitutions, separators and patterns begins a new one.
        let line = without_arithmetic(line)
            .replace("${", "x")
            .replace("$(", "\n")
            .replace(['|', ';', '&', '{'], "\n")
            .replace(") ", "\n");
        for command in line.lines() {
            let assigns = |word: &str| {
                word.split_once('=').is_some_and(|(name, _)| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
            };
            let keyword = |word: &str| matches!(word, "if" | "then" | "else" | "elif" | "while" | "do" | "!" | "exec");
            // An assignment whose quoted value has spaces is no command.
            let whole = |word: &&str| !assigns(word) || word.matches('"').count().is_multiple_of(2);
            let mut words = command.split_whitespace().take_while(whole);
            let Some(word) = words.find(|word| !keyword(word) && !assigns(word)) else { continue };
            let name = word.len() > 1 && word.starts_with(|c: char| c.is_ascii_lowercase());
            let plain = word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_');
            let reserved = matches!(word, "for" | "case" | "esac" | "fi" | "done" | "in");
            if name && plain && !reserved && !found.iter().any(|known| known == word) {
                found.push(word.to_owned());
            }
        }
    }
    found
}

/// A line without `$((…))`.
fn without_arithmetic(line: &str) -> String {
    let (mut text, mut rest) = (String::new(), line);
    while let Some((before, after)) = rest.split_once("$((") {
        text += before;
        let mut open = 2;
        let end = after.char_indices().find(|(_, c)| {
            open += i32::from(*c == '(') - i32::from(*c == ')');
            open == 0
        });
        rest = end.map_or("", |(end, _)| &after[end + 1..]);
    }
    text + rest
}

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
