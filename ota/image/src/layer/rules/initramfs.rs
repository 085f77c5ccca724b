//! The initramfs: its list, its first program, and the recipe that makes it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Result;
use walkdir::WalkDir;

use super::{Findings, Layer};
use crate::contents::{self, BUSYBOX, Contents};
use crate::recipe;

const INIT: &str = "ota/initramfs/init";
/// What a shell does itself.
const BUILT_IN: &[&str] = &[
    ".", "[", "break", "cd", "continue", "echo", "eval", "exec", "exit", "export", "local", "printf", "read", "return",
    "set", "shift", "test", "trap", "true", "wait",
];
/// The packages that bring what a tool is a link to.
pub const BROUGHT_BY: &[(&str, &str)] =
    &[(BUSYBOX, "busybox"), ("/usr/sbin/dmsetup", "libdevmapper"), ("/usr/bin/parley-restart", "parley-restart")];

/// Whatever `init` calls or touches is in the list, and its packages are in the archive.
pub fn tools(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    let script = layer.checkout.read(INIT)?;
    let contents = Contents::parse(&layer.checkout.read(contents::FILE)?)?;
    let (recipe, whole) = layer.needed("parley-init")?;
    let needed: Vec<_> = whole.words_of("RDEPENDS").collect();
    for command in called(&script) {
        let Some(target) = contents.tool(&command) else {
            findings.add(contents::FILE, format!("{INIT} calls {command}, which is not in {}", contents::TOOLS));
            continue;
        };
        let brings = BROUGHT_BY.iter().find_map(|(program, package)| (*program == target).then_some(*package));
        if !brings.is_some_and(|package| needed.contains(&package)) {
            findings.add(recipe, format!("{INIT} calls {command}: nothing in RDEPENDS brings {target}"));
        }
    }
    let start = format!("#!{}sh\n", contents::TOOLS);
    findings.expect(script.starts_with(&start) && contents.tool("sh").is_some(), INIT, "no shell starts it");
    for path in paths(&script) {
        let folder = path.split('/').nth(1).map(|name| format!("/{name}")).unwrap_or_default();
        let problem = format!("{INIT} uses {path}, and there is no folder {folder}");
        findings.expect(contents.has_folder(&folder), contents::FILE, problem);
    }
    let fragments = layer.checkout.files("meta-voice/recipes-core/busybox")?;
    let conv = fragments.values().any(|text| text.lines().any(|line| line == "CONFIG_FEATURE_DD_IBS_OBS=y"));
    let problem = format!("{INIT} calls dd with conv=, which needs FEATURE_DD_IBS_OBS");
    findings.expect(!script.contains("conv=") || conv, "meta-voice/recipes-core/busybox", problem);
    Ok(())
}

/// The recipe makes what the list says, with the numbers of `ota/layout.toml`: its own function is run, and so is the virtual device's.
pub fn makers(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    let (path, whole) = layer.needed("parley-init")?;
    let (theirs, ours) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let sources = layer.checkout.path("ota/initramfs");
    let starts = layer.disk.unconfirmed_starts;
    let (offset, limit) = (starts.offset_bytes.to_string(), starts.limit.to_string());
    let numbers = [("PARLEY_STARTS_OFFSET", offset.as_str()), ("PARLEY_STARTS_LIMIT", limit.as_str())];
    recipe::install(layer.checkout, path, &sources, theirs.path(), &numbers)?;
    Contents::parse(&layer.checkout.read(contents::FILE)?)?.make(&sources, ours.path())?;
    fs::write(ours.path().join("etc/starts"), starts.shell())?;
    let (theirs, ours) = (tree(theirs.path())?, tree(ours.path())?);
    for made in theirs.keys().chain(ours.keys()).filter(|made| theirs.get(*made) != ours.get(*made)) {
        findings.add(path, format!("makes another {made} than the virtual device"));
    }
    let packaged: Vec<_> = whole.words_of("FILES").collect();
    let outside = ours.keys().filter(|path| path.matches('/').count() == 1 && *path != "/etc");
    for made in outside.filter(|made| !packaged.contains(&made.as_str())) {
        findings.add(path, format!("{made} is in no package: FILES"));
    }
    Ok(())
}

/// Every path of a tree with what it is.
fn tree(root: &Path) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for entry in WalkDir::new(root).min_depth(1) {
        let entry = entry?;
        let what = match entry.file_type() {
            kind if kind.is_dir() => "a folder".to_owned(),
            kind if kind.is_symlink() => format!("→ {}", fs::read_link(entry.path())?.display()),
            _ => fs::read_to_string(entry.path())?,
        };
        found.insert(format!("/{}", entry.path().strip_prefix(root)?.display()), what);
    }
    Ok(found)
}

/// The absolute paths of a script, as far as they are written out. What it leaves to the root's first program lies in another root.
fn paths(script: &str) -> Vec<&str> {
    let lines = script.lines().filter(|line| !line.trim_start().starts_with('#'));
    let lines = lines.map(|line| line.split("switch_root").next().unwrap_or(line));
    let words =
        lines.flat_map(|line| line.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';' | '=' | '(')));
    words.filter(|word| word.len() > 1 && word.starts_with('/') && !word.starts_with("/$")).collect()
}

/// The programs that a script calls: neither what the shell does itself nor its own functions.
pub fn called(script: &str) -> Vec<String> {
    let functions: Vec<_> =
        script.lines().filter_map(|line| line.split_once("() {").map(|(name, _)| name.trim())).collect();
    let own = |command: &String| BUILT_IN.contains(&command.as_str()) || functions.contains(&command.as_str());
    commands(script).into_iter().filter(|command| !own(command)).collect()
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
            let keyword =
                |word: &str| matches!(word, "if" | "then" | "else" | "elif" | "while" | "until" | "do" | "!" | "exec");
            // An assignment whose quoted value has spaces is no command.
            let whole = |word: &&str| !assigns(word) || word.matches('"').count().is_multiple_of(2);
            let mut words = command.split_whitespace().take_while(whole);
            let Some(word) = words.find(|word| !keyword(word) && !assigns(word)) else { continue };
            let name = word.len() > 1 && word.starts_with(|c: char| c.is_ascii_lowercase());
            let plain = word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b));
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
