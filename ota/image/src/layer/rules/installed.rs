//! What the product's files name is in the image's root: programs, files, modules and firmware.

use std::collections::BTreeSet;

use anyhow::Result;

use super::initramfs::called;
use super::{Findings, Layer, lines, recipe_name};
use crate::layer::kernel::FRAGMENT;
use crate::packages::{self, Packages};

/// A file, a word in it, and the packages and modules that it needs.
const NEEDS: &[(&str, &str, &str)] = &[
    (
        "meta-voice/recipes-core/parley-setup/files/25-wlan.network",
        "Name=wlan0",
        "brcmfmac brcmfmac-wcc cfg80211 linux-firmware-rpidistro-bcm43455 wpa-supplicant",
    ),
    ("rootfs-overlay/usr/lib/udev/rules.d/80-parley-stick.rules", "exfat", "exfat"),
    ("rootfs-overlay/usr/lib/systemd/system/parley.service", "/usr/bin/parley run", "designware_i2s snd-usb-audio"),
];

/// Every program that units, scripts, udev's rules and our programs start is a file of a package.
pub fn programs(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    let packages = Packages::parse(&layer.checkout.read(packages::FILE)?)?;
    let files: BTreeSet<&str> = packages.files().map(|(file, _)| file).collect();
    let own = layer.checkout.files("rootfs-overlay")?;
    let mut sources = own.clone();
    sources.extend(layer.checkout.files("meta-voice")?);
    sources.extend(layer.checkout.files("ota")?.into_iter().filter(|(path, _)| path == "ota/hook"));
    sources.extend(layer.checkout.files("appliance")?);
    for (path, text) in &sources {
        for (line, program) in started(path, text) {
            let program = program.replacen("/bin/", "/usr/bin/", usize::from(program.starts_with("/bin/")));
            let is_own = own.contains_key(&format!("rootfs-overlay{program}"));
            let is_there = match program.strip_prefix('/') {
                Some(_) => files.contains(program.as_str()),
                None => files.iter().any(|file| file.rsplit('/').next() == Some(program.as_str())),
            };
            let problem = format!("starts {program}, which no package of {} has among its files", packages::FILE);
            findings.expect(is_own || is_there, format!("{path}:{line}"), problem);
        }
    }
    Ok(())
}

/// Modules, firmware, and packages that this layer's own ask for.
pub fn packages(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    let table = Packages::parse(&layer.checkout.read(packages::FILE)?)?;
    for (file, word, needed) in NEEDS {
        let named = layer.checkout.read(file)?.contains(word);
        let missing =
            needed.split(' ').filter(|name| !table.package.contains_key(*name) && !table.module.contains_key(*name));
        for name in missing.filter(|_| named) {
            findings.add(packages::FILE, format!("{name} is missing: {file} has {word}"));
        }
    }
    let fragment = layer.checkout.read(FRAGMENT)?;
    for (place, line) in lines(FRAGMENT, &fragment) {
        let Some(symbol) = line.strip_prefix("CONFIG_").and_then(|line| line.strip_suffix("=m")) else { continue };
        let known = table.module.values().any(|made_by| made_by == symbol);
        findings.expect(known, place, format!("{} names no module of {symbol}", packages::FILE));
    }
    for (module, symbol) in &table.built_in {
        let is_set = fragment.lines().any(|line| line == format!("CONFIG_{symbol}=y"));
        findings.expect(is_set, packages::FILE, format!("{FRAGMENT} does not build in {symbol}, which has {module}"));
    }
    // Modules come all at once.
    let modules = table.package.contains_key("kernel-modules");
    findings.expect(modules || table.module.is_empty(), packages::FILE, "no package brings modules");
    for (path, metadata) in layer.recipes() {
        let recipe = recipe_name(path);
        let words: Vec<String> = layer
            .whole(path)
            .assignments
            .iter()
            .flat_map(|assignment| assignment.words().map(|word| word.replace("${PN}", recipe)).collect::<Vec<_>>())
            .collect();
        let provides = |package: &str| {
            let is_part = package.starts_with(&format!("{recipe}-")) && layer.recipe(package).is_none();
            package == recipe || is_part && words.iter().any(|word| word == package)
        };
        for (name, package) in table.package.iter().filter(|(_, package)| provides(&package.by)) {
            let problem = format!("{} says that {} asks for {name}", packages::FILE, package.by);
            // The base class of images adds what runs once.
            findings.expect(words.contains(name) || name == "run-postinsts", path, problem);
        }
        // A group's lists have names of their own.
        let lists = metadata.assignments.iter().filter(|a| {
            a.base() == "RDEPENDS"
                || recipe == "packagegroup-voice" && !a.name.contains(['_', ':']) && !is_text(&a.name)
        });
        let named = lists.filter(|a| !a.value.contains("${@")).flat_map(|a| a.words());
        let named = named.map(|word| word.replace("${PN}", recipe));
        let is_name = |word: &String| word.bytes().all(|b| b.is_ascii_lowercase() || b"0123456789-".contains(&b));
        for word in named.filter(|word| table.package.contains_key(recipe) && is_name(word)) {
            let known = table.package.contains_key(&word);
            findings.expect(known, path, format!("{word} is not in {}", packages::FILE));
        }
    }
    Ok(())
}

fn is_text(name: &str) -> bool {
    matches!(name, "SUMMARY" | "DESCRIPTION")
}

/// The programs that a file starts, with their lines.
fn started(path: &str, text: &str) -> Vec<(usize, String)> {
    let numbered = |text: &str, found: fn(&str) -> Vec<String>| -> Vec<(usize, String)> {
        text.lines()
            .enumerate()
            .flat_map(|(index, line)| found(line).into_iter().map(move |p| (index + 1, p)))
            .collect()
    };
    let is_unit = [".service", ".conf", ".mount", ".path", ".timer"].iter().any(|end| path.ends_with(end));
    if is_unit && (path.contains("systemd/system") || path.contains("recipes-core")) {
        return numbered(text, in_unit);
    }
    if path.ends_with(".rules") {
        return numbered(text, in_udev);
    }
    if path.ends_with(".rs") && !path.contains("/tests") && !path.contains("/build") {
        return numbered(text.split("#[cfg(test)]").next().unwrap_or(text), in_rust);
    }
    let Some(shell) = text.strip_prefix("#!").filter(|_| !path.starts_with("meta-voice/")) else { return Vec::new() };
    let absolute = text.split_whitespace().filter(|word| word.starts_with("/usr/")).map(str::to_owned);
    let shell = shell.lines().next().unwrap_or_default().to_owned();
    [shell].into_iter().chain(called(text)).chain(absolute).map(|program| (1, program)).collect()
}

/// `ExecStart=-+/usr/bin/program …`
fn in_unit(line: &str) -> Vec<String> {
    let value = line.strip_prefix("Exec").and_then(|line| line.split_once('=')).map(|(_, value)| value);
    let program = value.and_then(|value| value.split_whitespace().next());
    let program = program.map(|program| program.trim_start_matches(['-', '+', '@', '!', ':']).to_owned());
    program.filter(|program| program.starts_with('/')).into_iter().collect()
}

/// `RUN+="program …"`, `PROGRAM="…"`, `IMPORT{program}="…"`
fn in_udev(line: &str) -> Vec<String> {
    let keys = ["RUN+=\"", "RUN=\"", "PROGRAM=\"", "PROGRAM==\"", "IMPORT{program}=\""];
    let behind = keys.iter().flat_map(|key| line.split(key).skip(1));
    behind.filter_map(|rest| rest.split([' ', '"']).next().map(str::to_owned)).collect()
}

/// `Command::new("program")`
fn in_rust(line: &str) -> Vec<String> {
    let code = line.split("//").next().unwrap_or(line);
    let behind = code.split("Command::new(\"").skip(1);
    behind
        .filter_map(|rest| rest.split('"').next().map(str::to_owned))
        .filter(|program| !program.starts_with("/proc/"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_however_they_are_started() {
        let of =
            |path: &str, text: &str| started(path, text).into_iter().map(|(_, program)| program).collect::<Vec<_>>();
        let unit = "[Service]\nExecStart=-+/usr/bin/one a\nExecStopPost=!!/usr/bin/two\nExecStart=\nExecPaths=yes\n";
        assert_eq!(of("usr/lib/systemd/system/a.service", unit), ["/usr/bin/one", "/usr/bin/two"]);
        assert_eq!(of("a.rules", "A==\"b\", RUN+=\"/usr/bin/one $x\", PROGRAM=\"two\"\n"), ["/usr/bin/one", "two"]);
        let rust = "a(Command::new(\"one\"));\n// Command::new(\"no\")\n#[cfg(test)]\nCommand::new(\"test\")\n";
        assert_eq!(of("appliance/a/src/b.rs", rust), ["one"]);
        assert_eq!(of("ota/hook", "#!/bin/sh\none \"$1\" || exec /usr/bin/two\n"), ["/bin/sh", "one", "/usr/bin/two"]);
    }

    /// Whether the image's own check accepts a root: the layer's function, run by a shell.
    fn accepted(root: &std::path::Path) -> bool {
        let checkout = crate::layer::checkout::Checkout::new(&xtask::places::workspace());
        let metadata = crate::layer::metadata::read(&checkout).unwrap();
        let image = &metadata["meta-voice/recipes-core/images/voice-image.inc"];
        let needs = &metadata[crate::layer::generate::NEEDS];
        let function = image.functions.iter().find(|function| function.name == "parley_needs").unwrap();
        let script = format!("bbfatal() {{ echo \"$*\"; exit 1; }}\n{}", function.body);
        let mut shell = std::process::Command::new("sh");
        shell.args(["-eu", "-c", &script]).env("IMAGE_ROOTFS", root).env("nonarch_base_libdir", "/usr/lib");
        for name in ["PARLEY_NEEDED_FILES", "PARLEY_NEEDED_MODULES"] {
            shell.env(name, needs.value(name).unwrap());
        }
        shell.output().unwrap().status.success()
    }

    #[test]
    fn the_image_refuses_a_root_without_a_program_a_firmware_or_a_module() {
        let table = Packages::parse(include_str!("../../../../packages.toml")).unwrap();
        let root = tempfile::tempdir().unwrap();
        let kernel = root.path().join("usr/lib/modules/6.18.33");
        let files = table.files().map(|(file, _)| root.path().join(file.trim_start_matches('/')));
        let (built_in, modules): (Vec<_>, Vec<_>) = table.module.keys().partition(|name| *name == "exfat");
        let files: Vec<_> = files.chain(modules.iter().map(|name| kernel.join(format!("{name}.ko.xz")))).collect();
        for file in &files {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, "").unwrap();
        }
        let list = kernel.join("modules.builtin");
        std::fs::write(&list, format!("kernel/drivers/{}.ko\n", built_in[0])).unwrap();
        assert!(accepted(root.path()), "all is there");
        for file in &files {
            std::fs::remove_file(file).unwrap();
            assert!(!accepted(root.path()), "{} is not missed", file.display());
            std::fs::write(file, "").unwrap();
        }
        std::fs::write(list, "").unwrap();
        assert!(!accepted(root.path()), "a module that is neither is not missed");
    }
}
