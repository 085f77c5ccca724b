//! Names that bitbake takes without a word, and that mean nothing to anybody.

use anyhow::Result;

use super::{Findings, Layer};
use crate::layer::generate::DISK;
use crate::layer::metadata::Assignment;

/// Variables of the layers below that this layer sets. `--layers` looks whether they are really there.
pub const UPSTREAM: &str = "
    ALLOW_EMPTY BAD_RECOMMENDATIONS BBCLASSEXTEND BBFILES BBFILE_COLLECTIONS BBPATH BB_FETCH_PREMIRRORONLY
    BB_GENERATE_MIRROR_TARBALLS BB_NO_NETWORK BUGTRACKER CARGO_BUILD_FLAGS COMPATIBLE_HOST COMPATIBLE_MACHINE
    CONF_VERSION CONNECTIVITY_CHECK_URIS CONVERSIONTYPES CONVERSION_CMD CVE_PRODUCT DEPENDS DESCRIPTION
    DISABLE_VC4GRAPHICS DISTRO DISTRO_CODENAME DISTRO_FEATURES DISTRO_FEATURES_OPTED_OUT DISTRO_NAME ENABLE_UART
    EXTRA_IMAGECMD EXTRA_OECMAKE FILES FILESEXTRAPATHS GROUPADD_PARAM HOMEPAGE IMAGE_CMD IMAGE_FEATURES
    IMAGE_FSTYPES IMAGE_INSTALL IMAGE_LINGUAS IMAGE_NAME_SUFFIX IMAGE_OVERHEAD_FACTOR IMAGE_PREPROCESS_COMMAND
    IMAGE_ROOTFS_EXTRA_SPACE IMAGE_ROOTFS_MAXSIZE IMAGE_ROOTFS_SIZE IMAGE_TYPEDEP INHERIT INHIBIT_DEFAULT_DEPS
    INITRAMFS_MAXSIZE INIT_MANAGER INSANE_SKIP LICENSE_FLAGS_ACCEPTED LIC_FILES_CHKSUM MAINTAINER NO_RECOMMENDATIONS
    OE_FRAGMENTS OS_RELEASE_FIELDS PACKAGECONFIG PACKAGE_ARCH PACKAGE_BEFORE_PN PACKAGE_EXCLUDE PACKAGE_INSTALL
    RAUC_BUNDLE_BUILD RAUC_BUNDLE_COMPATIBLE RAUC_BUNDLE_FORMAT RAUC_BUNDLE_HOOKS RAUC_BUNDLE_SLOTS
    RAUC_BUNDLE_VERSION RAUC_CERT_FILE RAUC_KEY_FILE RDEPENDS REQUIRED_DISTRO_FEATURES ROOTFS_POSTPROCESS_COMMAND
    RPI_EXTRA_CONFIG RPI_USE_U_BOOT RPROVIDES RRECOMMENDS SANITY_TESTED_DISTROS SDK_VENDOR SECTION SOURCE_MIRROR_URL
    SRCREV SRC_URI SUMMARY SYSTEMD_SERVICE TARGET_VENDOR USERADD_PACKAGES USERADD_PARAM VOLATILE_BINDS WKS_FILE
    WKS_FILE_DEPENDS hostname
";
/// Flags that bitbake and the classes read.
const FLAGS: &str = "
    adaptive cleandirs depends dirs doc file file-checksums fstype hooks noexec rename vardeps vardepsexclude
";
/// How variables begin whose names are made of others, and those of the environment of our own build.
const FAMILIES: &str = "
    CONVERSION_DEPENDS_ BBFILE_PATTERN_ BBFILE_PRIORITY_ LAYERVERSION_ LAYERDEPENDS_ LAYERSERIES_COMPAT_ RAUC_SLOT_
    RAUC_META_ PREFERRED_PROVIDER_ PREFERRED_RPROVIDER_ PREFERRED_VERSION_ VIRTUAL-RUNTIME_ BINDGEN_EXTRA_CLANG_ARGS
    CMAKE_ GGML_ LIBCLANG_PATH ORT_
";
/// Overrides that apply in a build of this distro for its one machine, beside packages and image types.
const OVERRIDES: &[&str] =
    &["aarch64", "append", "class-native", "class-target", "prepend", "raspberrypi5", "remove", "rpi", "voice"];

pub fn has_word(words: &str, word: &str) -> bool {
    words.split_whitespace().any(|one| one == word)
}

/// Whether anybody reads a variable.
pub fn is_known(layer: &Layer<'_>, name: &str) -> bool {
    let is_field = |a: &Assignment| a.base() == "OS_RELEASE_FIELDS" && a.words().any(|word| word == name);
    if has_word(UPSTREAM, name) || layer.assignments().any(is_field) {
        return true;
    }
    let forms = [format!("${{{name}}}"), format!("getVar('{name}')"), format!("getVarFlag('{name}',")];
    let Ok(files) = layer.checkout.files("meta-voice") else { return false };
    files.values().any(|text| forms.iter().any(|form| text.contains(form)))
}

/// Every variable that is set is read by somebody, every flag too.
pub fn variables(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    // The disk is described whole, whoever reads how much of it.
    for assignment in layer.assignments().filter(|assignment| assignment.place.file != DISK) {
        let base = assignment.base();
        let function = base.starts_with("do_") || base.contains("${");
        let family = FAMILIES.split_whitespace().any(|prefix| base.starts_with(prefix));
        let known = function || family || is_known(layer, base);
        findings.expect(known, &assignment.place, format!("nothing reads {base}"));
        if let Some(flag) = &assignment.flag {
            let sum = flag.ends_with("sha256sum") && base == "SRC_URI";
            let table = base.starts_with("VOICE_MODELS_") || base.starts_with("RAUC_META_");
            if !sum && !table && !has_word(FLAGS, flag) {
                findings.add(&assignment.place, format!("nothing reads the flag {base}[{flag}]"));
            }
        }
    }
    Ok(())
}

/// Every override is one that can apply.
pub fn overrides(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    let kinds: Vec<&str> =
        layer.assignments().filter(|a| a.name.starts_with("IMAGE_FSTYPES")).flat_map(|a| a.words()).collect();
    for (place, name) in layer.names() {
        let base = name.split(':').next().unwrap_or(name);
        let types = matches!(base, "IMAGE_CMD" | "IMAGE_TYPEDEP" | "CONVERSION_CMD" | "EXTRA_IMAGECMD");
        for word in name.split(':').skip(1) {
            let kind = types
                && (kinds.iter().any(|kind| kind.split('.').any(|part| part == word)) || word.starts_with("bootslot"));
            let package = word.starts_with("${PN}") || word.starts_with("pn-");
            if !kind && !package && !OVERRIDES.contains(&word) {
                findings.add(place, format!("the override {word} of {name} never applies"));
            }
        }
    }
    Ok(())
}
