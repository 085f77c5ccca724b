//! Names that bitbake takes without a word, and that mean nothing to anybody.

use anyhow::Result;

use super::{Findings, Layer};

/// Variables of the layers below that this layer sets. `--layers` looks whether they are really there.
pub const UPSTREAM: &[&str] = &[
];
/// Flags that bitbake and the classes read.
const FLAGS: &[&str] = &[
    "adaptive", "cleandirs", "depends", "dirs", "doc", "file", "file-checksums", "fstype", "hooks", "noexec", "rename", "vardeps", "vardepsexclude",
];
/// Overrides that apply in a build of this distro for its one machine, beside packages and image types.
const OVERRIDES: &[&str] = &["aarch64", "append", "class-native", "class-target", "prepend", "raspberrypi5", "remove", "rpi", "voice"];

/// Whether anybody reads a variable.
pub fn is_known(layer: &Layer<'_>, name: &str) -> bool {
    UPSTREAM.contains(&name) || is_read_here(layer, name)
}

/// Whether the layer itself reads a variable.
pub fn is_read_here(layer: &Layer<'_>, name: &str) -> bool {
    let forms = [format!("${{{name}}}"), format!("getVar('{name}')"), format!("getVarFlag('{name}',")];
    let Ok(files) = layer.checkout.files("meta-voice") else { return false };
    files.values().any(|text| forms.iter().any(|form| text.contains(form)))
}

/// Every variable that is set is read by somebody, every flag too.
pub fn variables(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    let exported = ["BINDGEN_EXTRA_CLANG_ARGS", "CMAKE_", "GGML_", "LIBCLANG_PATH", "ORT_"];
    for assignment in layer.assignments() {
        let base = assignment.base();
        let function = base.starts_with("do_") || base.contains("${");
        let program = exported.iter().any(|prefix| base.starts_with(prefix));
        let family = ["CONVERSION_DEPENDS_", "BBFILE_PATTERN_", "BBFILE_PRIORITY_", "LAYERVERSION_", "LAYERDEPENDS_", "LAYERSERIES_COMPAT_", "RAUC_SLOT_", "RAUC_META_", "PREFERRED_PROVIDER_", "PREFERRED_RPROVIDER_", "PREFERRED_VERSION_", "VIRTUAL-RUNTIME_"];
        let family = family.iter().any(|prefix| base.starts_with(prefix));
        findings.expect(function || program || family || is_known(layer, base), &assignment.place, format!("nothing reads {base}"));
        if let Some(flag) = &assignment.flag {
            let sum = flag.ends_with("sha256sum") && base == "SRC_URI";
            let table = base.starts_with("VOICE_MODELS_") || base.starts_with("RAUC_META_");
            findings.expect(sum || table || FLAGS.contains(&flag.as_str()), &assignment.place, format!("nothing reads the flag {base}[{flag}]"));
        }
    }
    Ok(())
}

/// Every override is one that can apply.
pub fn overrides(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    let kinds: Vec<&str> = layer.assignments().filter(|a| a.name.starts_with("IMAGE_FSTYPES")).flat_map(|a| a.words()).collect();
    let names = layer.metadata.values().flat_map(|metadata| {
        let assignments = metadata.assignments.iter().map(|assignment| (&assignment.place, &assignment.name));
        assignments.chain(metadata.functions.iter().map(|function| (&function.place, &function.name)))
    });
    for (place, name) in names {
        let base = name.split(':').next().unwrap_or(name);
        let types = matches!(base, "IMAGE_CMD" | "IMAGE_TYPEDEP" | "CONVERSION_CMD" | "EXTRA_IMAGECMD");
        for word in name.split(':').skip(1) {
            let kind = types && (kinds.iter().any(|kind| kind.split('.').any(|part| part == word)) || word.starts_with("bootslot"));
            let package = word.starts_with("${PN}") || word.starts_with("pn-");
            findings.expect(kind || package || OVERRIDES.contains(&word), place, format!("the override {word} of {name} never applies"));
        }
    }
    Ok(())
}
