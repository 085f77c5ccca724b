//! What a recipe uses, it depends on.

use anyhow::Result;

use super::names::has_word;
use super::{Findings, Layer, lines, recipe_name};
use crate::layer::generate;
use crate::layer::metadata::Metadata;

/// Programs that bitbake does not bring by itself, and the recipes that do.
const TOOLS: &[(&str, &str)] = &[
    ("bmaptool", "bmaptool-native"),
    ("cmake", "cmake-native"),
    ("mcopy", "mtools-native"),
    ("mkfs.erofs", "erofs-utils-native"),
    ("dtc", "dtc-native"),
    ("mkfs.ext4", "e2fsprogs-native"),
    ("mkfs.vfat", "dosfstools-native"),
    ("mmd", "mtools-native"),
    ("parley-tryboot", "parley-tryboot-native"),
    ("rauc", "rauc-native"),
    ("veritysetup", "cryptsetup-native"),
    ("zip", "zip-native"),
];
/// Crates that link a library of the system or need a compiler's library, and the recipes that bring them.
const LIBRARIES: &[(&str, &[&str])] = &[
    ("alsa-sys", &["alsa-lib"]),
    ("bindgen", &["clang-native"]),
    ("espeak-rs-sys", &["clang-native", "sonic"]),
    ("llama-cpp-sys-2", &["clang-native"]),
    ("openssl-sys", &["openssl"]),
    ("ort-sys", &["onnxruntime-bin"]),
];

/// Variables whose words are recipes or packages.
const NEEDS: &str = "DEPENDS RDEPENDS RRECOMMENDS IMAGE_INSTALL PACKAGE_INSTALL WKS_FILE_DEPENDS";
/// How the names of this layer's own begin.
const OURS: &[&str] = &["parley", "voice-", "packagegroup-voice", "espeak-ng", "onnxruntime"];

/// A shell function's tools are built before it runs.
pub fn tools(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    for (path, metadata) in &layer.metadata {
        let users = if path.ends_with(".bbclass") { users_of(layer, path) } else { vec![path.as_str()] };
        for (place, script) in metadata.shell() {
            for (tool, recipe) in TOOLS.iter().filter(|(tool, _)| calls(script, tool)) {
                // A class may leave it to whoever inherits it.
                let brought = depends_on(metadata, recipe)
                    || !users.is_empty() && users.iter().all(|user| depends_on(&layer.whole(user), recipe));
                findings.expect(brought, place, format!("{tool} is called, and nothing depends on {recipe}"));
            }
        }
    }
    Ok(())
}

fn users_of<'a>(layer: &'a Layer<'_>, class: &str) -> Vec<&'a str> {
    let recipes = layer.recipes().map(|(path, _)| path.as_str());
    let name = class.rsplit('/').next().unwrap_or(class).trim_end_matches(".bbclass");
    recipes.filter(|recipe| layer.whole(recipe).includes(name)).collect()
}

/// Whether a script has a tool where a command stands: at the beginning, behind a separator, or behind variables.
fn calls(script: &str, tool: &str) -> bool {
    script.lines().flat_map(|line| line.split(['|', ';', '&', '(', '`'])).any(|command| {
        let mut words = command.split_whitespace().skip_while(|word| {
            word.contains('=') || matches!(*word, "if" | "!" | "then" | "else" | "while" | "do" | "exec" | "nice")
        });
        words.next() == Some(tool)
    })
}

fn depends_on(metadata: &Metadata, recipe: &str) -> bool {
    metadata.assignments.iter().any(|assignment| {
        let depends = matches!(assignment.base(), "DEPENDS" | "WKS_FILE_DEPENDS")
            || assignment.name.starts_with("CONVERSION_DEPENDS_")
            || matches!(assignment.flag.as_deref(), Some("depends"));
        depends && assignment.words().any(|word| word.split(':').next() == Some(recipe))
    })
}

/// What the crates of Cargo.lock link is a dependency of the program's recipe.
pub fn libraries(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    let packages = generate::packages(&layer.checkout.read("Cargo.lock")?)?;
    let (recipe, whole) = layer.needed("parley")?;
    for (name, recipes) in LIBRARIES.iter().filter(|(name, _)| packages.iter().any(|package| package.name == *name)) {
        for needed in *recipes {
            findings.expect(depends_on(&whole, needed), recipe, format!("the crate {name} needs {needed} in DEPENDS"));
        }
    }
    let pinned = |name: &str| packages.iter().find(|package| package.name == name).map(|package| &package.version);
    // Other recipes that fetch a crate take the version that the program has.
    for (path, metadata) in layer.recipes() {
        for word in metadata.words_of("SRC_URI").filter_map(|word| word.strip_prefix("crate://crates.io/")) {
            let (name, version) = word.split_once('/').unwrap_or((word, ""));
            let same = pinned(name).is_some_and(|pinned| pinned == version);
            findings.expect(same, path, format!("Cargo.lock does not have {name} {version}"));
        }
    }
    Ok(())
}

/// Dependencies with our names exist, as a recipe or as a package of one.
pub fn own(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    let mut provided: Vec<String> = Vec::new();
    for (path, _) in layer.recipes() {
        let name = recipe_name(path);
        provided.push(name.to_owned());
        let whole = layer.whole(path);
        let packages = ["PACKAGE_BEFORE_PN", "PACKAGES", "RPROVIDES"].map(|base| whole.words_of(base));
        provided.extend(packages.into_iter().flatten().map(|word| word.replace("${PN}", name)));
    }
    for assignment in layer.assignments() {
        let is_need = match assignment.flag.as_deref() {
            Some(flag) => flag == "depends",
            None => has_word(NEEDS, assignment.base()) || assignment.name.starts_with("RAUC_SLOT_"),
        };
        for word in assignment.words().filter(|_| is_need).map(|word| word.split(':').next().unwrap_or(word)) {
            let ours = OURS.iter().any(|prefix| word.starts_with(prefix));
            if ours && !provided.iter().any(|name| name == word) {
                findings.add(&assignment.place, format!("{word} is neither recipe nor package of this layer"));
            }
        }
    }
    Ok(())
}

/// Every file that the card is laid out from is made by the image itself, or deployed by a recipe that it waits for.
pub fn card(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    for (path, metadata) in layer.metadata.iter().filter(|(_, metadata)| metadata.value("WKS_FILE").is_some()) {
        let wks = format!("meta-voice/files/wic/{}", metadata.value("WKS_FILE").unwrap_or_default());
        let Ok(text) = layer.checkout.read(&wks) else { continue };
        let whole = layer.whole(path);
        for (place, line) in lines(&wks, &text).filter(|(_, line)| line.starts_with("part ")) {
            let Some(file) = line.split("file=").nth(1).and_then(|rest| rest.split(['"', ',', ' ']).next()) else {
                continue;
            };
            match file.strip_prefix("${IMGDEPLOYDIR}/${IMAGE_LINK_NAME}.") {
                Some(kind) => {
                    let made = whole.words_of("IMAGE_TYPEDEP").any(|word| word == kind);
                    findings.expect(made, place, format!("IMAGE_TYPEDEP does not let {kind} be made before the card"));
                }
                None => {
                    let deploys = |recipe: &Metadata| {
                        recipe.functions.iter().any(|f| f.name.starts_with("do_deploy") && f.body.contains(file))
                    };
                    let makers = layer.recipes().filter(|(_, recipe)| deploys(recipe));
                    let tasks: Vec<_> = makers.map(|(maker, _)| format!("{}:do_deploy", recipe_name(maker))).collect();
                    let waits = whole.of_flagged("do_image_wic").filter(|a| a.flag.as_deref() == Some("depends"));
                    let waits = waits.flat_map(|a| a.words()).any(|word| tasks.iter().any(|task| task == word));
                    if !waits {
                        findings.add(place, format!("do_image_wic does not wait for the recipe that deploys {file}"));
                    }
                }
            }
        }
    }
    Ok(())
}
