//! Plausible mistakes, planted one by one in a copy of what the rules read. Each has to be found, by the rule that is named.

use std::fs;
use std::path::Path;

use super::checkout::Checkout;
use super::rules;
use xtask::places;

struct Mistake {
    what: &'static str,
    file: &'static str,
    from: &'static str,
    to: &'static str,
    rule: &'static str,
}

const fn mistake(
    what: &'static str,
    file: &'static str,
    from: &'static str,
    to: &'static str,
    rule: &'static str,
) -> Mistake {
    Mistake { what, file, from, to, rule }
}

const DISTRO: &str = "meta-voice/conf/distro/voice.conf";
const IMAGE: &str = "meta-voice/recipes-core/images/voice-image.inc";
const SLOTS: &str = "meta-voice/classes-recipe/parley_slot_images.bbclass";
const BUNDLE: &str = "meta-voice/recipes-core/bundles/voice-bundle.bb";
const PROGRAM: &str = "meta-voice/recipes-parley/parley/parley_0.1.0.bb";
const SETUP: &str = "meta-voice/recipes-core/parley-setup/parley-setup_1.0.bb";
const SONIC: &str = "meta-voice/recipes-parley/sonic/sonic_0.3.0.bb";
const CARD: &str = "meta-voice/files/wic/parley-card.wks.in";
const KERNEL: &str = "meta-voice/recipes-kernel/linux/files/parley.cfg";
const INIT: &str = "meta-voice/recipes-core/parley-init/parley-init_1.0.bb";
const KAS: &str = "kas/parley-pi5.yml";

const MISTAKES: &[Mistake] = &[
    mistake(
        "a layer that nobody looks after",
        "meta-voice/README.md",
        "Its maintainers are those of Parley.",
        "",
        "what is asked of every layer",
    ),
    mistake(
        "an append for every distro",
        "meta-voice/recipes-core/busybox/busybox_%.bbappend",
        "SRC_URI:append:voice",
        "SRC_URI:append",
        "what is asked of every layer",
    ),
    mistake(
        "a recipe for every machine that needs one for the board",
        SETUP,
        "COMPATIBLE_MACHINE = \"^rpi$\"\n",
        "",
        "recipes for other machines",
    ),
    mistake(
        "a package of the board's in an initramfs for every machine",
        INIT,
        "COMPATIBLE_MACHINE = \"^rpi$\"\n",
        "",
        "recipes for other machines",
    ),
    mistake("a tool without its recipe", SLOTS, "= \"cryptsetup-native\"", "= \"\"", "tools and their recipes"),
    mistake(
        "a native program without its recipe",
        SLOTS,
        "do_image_bootslot_a[depends] += \"parley-tryboot-native:do_populate_sysroot\"\ndo_image_bootslot_b[depends] += \"parley-tryboot-native:do_populate_sysroot\"\n",
        "",
        "tools and their recipes",
    ),
    mistake(
        "a crate's library left out",
        PROGRAM,
        "DEPENDS = \"alsa-lib ",
        "DEPENDS = \"",
        "native libraries of crates",
    ),
    mistake(
        "old syntax of a package's variable",
        PROGRAM,
        "RDEPENDS:${PN} =",
        "RDEPENDS_${PN} =",
        "old override syntax",
    ),
    mistake(
        "old syntax of a function",
        PROGRAM,
        "do_install:append() {",
        "do_install_append() {",
        "old override syntax",
    ),
    mistake(
        "a crate that is newer than the list",
        "Cargo.lock",
        "name = \"sha2\"\nversion = \"0.",
        "name = \"sha2\"\nversion = \"1.",
        "generated files are fresh",
    ),
    mistake(
        "a partition that grew in layout.toml alone",
        "ota/layout.toml",
        "size-mib = 128",
        "size-mib = 256",
        "generated files are fresh",
    ),
    mistake(
        "a model with another checksum",
        "appliance/models/models.toml",
        "2bb026316b14a660",
        "3bb026316b14a660",
        "generated files are fresh",
    ),
    mistake("the checksum of another licence", PROGRAM, "md5=abdff6171de2b19d", "md5=bbdff6171de2b19d", "licences"),
    mistake("the checksum of a common licence", SETUP, "md5=0835ade698e0bcf8", "md5=0935ade698e0bcf8", "licences"),
    mistake(
        "a service with a letter too many",
        SETUP,
        "= \"parley-setup.service\"",
        "= \"parley-setups.service\"",
        "units",
    ),
    mistake(
        "a unit that waits for one that does not exist",
        "meta-voice/recipes-core/parley-setup/files/parley-setup.service",
        "Before=parley.service",
        "Before=parleyd.service parley-voice.service",
        "units",
    ),
    mistake(
        "another layout's file",
        IMAGE,
        "WKS_FILE = \"parley-card.wks.in\"",
        "WKS_FILE = \"parley-cards.wks.in\"",
        "the card is that of layout.toml",
    ),
    mistake(
        "a partition of another type",
        CARD,
        "--part-type ${PARLEY_TYPE_DATA}",
        "--part-type ${PARLEY_TYPE_BOOT_A}",
        "the card is that of layout.toml",
    ),
    mistake(
        "a misspelt variable in the card",
        CARD,
        "${PARLEY_SIZE_ROOT_B}",
        "${PARLEY_SIZE_ROOTB}",
        "the card is that of layout.toml",
    ),
    mistake(
        "one boot image for both slots of the card",
        CARD,
        ".bootslot-b\"",
        ".bootslot-a\"",
        "the card is that of layout.toml",
    ),
    mistake(
        "a root without its hash tree",
        CARD,
        ".erofs-lz4.verity\" --fstype=none --part-name root_b",
        ".erofs-lz4\" --fstype=none --part-name root_b",
        "the card is that of layout.toml",
    ),
    mistake(
        "a card that does not wait for its first partition",
        IMAGE,
        "do_image_wic[depends] += \"parley-autoboot:do_deploy\"\n",
        "",
        "the card's contents are built",
    ),
    mistake("a kernel without dm-verity", KERNEL, "CONFIG_DM_VERITY=y\n", "", "kernel symbols"),
    mistake("the root's file system as a module", KERNEL, "CONFIG_EROFS_FS=y", "CONFIG_EROFS_FS=m", "kernel symbols"),
    mistake(
        "a fragment that no kernel gets",
        "meta-voice/recipes-kernel/linux/linux-raspberrypi_%.bbappend",
        "file://parley.cfg",
        "",
        "kernel symbols",
    ),
    mistake(
        "a writable root",
        IMAGE,
        "IMAGE_FEATURES = \"read-only-rootfs\"",
        "IMAGE_FEATURES = \"\"",
        "read-only root",
    ),
    mistake(
        "a root that everybody may log into",
        IMAGE,
        "IMAGE_FEATURES = \"read-only-rootfs\"",
        "IMAGE_FEATURES = \"read-only-rootfs empty-root-password\"",
        "read-only root",
    ),
    mistake(
        "a kernel that mounts writable",
        SLOTS,
        "systemd.show_status=0 ro root=",
        "systemd.show_status=0 rw root=",
        "read-only root",
    ),
    mistake(
        "the boot image left out of the bundle",
        BUNDLE,
        "RAUC_BUNDLE_SLOTS = \"rootfs boot\"",
        "RAUC_BUNDLE_SLOTS = \"rootfs\"",
        "the bundle is that of manifest.raucm",
    ),
    mistake(
        "the boot image before the root",
        BUNDLE,
        "RAUC_BUNDLE_SLOTS = \"rootfs boot\"",
        "RAUC_BUNDLE_SLOTS = \"boot rootfs\"",
        "the bundle is that of manifest.raucm",
    ),
    mistake(
        "a boot partition that nobody completes",
        BUNDLE,
        "RAUC_SLOT_boot[hooks] = \"post-install\"\n",
        "",
        "the bundle is that of manifest.raucm",
    ),
    mistake(
        "a bundle for another device",
        BUNDLE,
        "= \"parley-raspberrypi5\"",
        "= \"parley-rpi5\"",
        "the bundle is that of manifest.raucm",
    ),
    mistake(
        "a bundle with the time in it",
        DISTRO,
        "RAUC_BUNDLE_BUILD = \"${DISTRO_VERSION}\"",
        "RAUC_BUNDLE_BUILD = \"${DATETIME}\"",
        "the bundle is that of manifest.raucm",
    ),
    mistake(
        "a variable in the singular",
        IMAGE,
        "IMAGE_OVERHEAD_FACTOR = \"1.0\"",
        "IMAGE_OVERHEAD_FACTORS = \"1.0\"",
        "names that nothing reads",
    ),
    mistake(
        "an override of another distro",
        "meta-voice/recipes-core/busybox/busybox_%.bbappend",
        "SRC_URI:append:voice",
        "SRC_URI:append:parley",
        "overrides that never apply",
    ),
    mistake(
        "a source that moves",
        SONIC,
        "SRCREV = \"fbf75c3d6d846bad3bb3d456cbc5d07d9fd8c104\"",
        "SRCREV = \"${AUTOREV}\"",
        "pinned sources of known hosts",
    ),
    mistake("a source without protection", SONIC, "protocol=https", "protocol=git", "pinned sources of known hosts"),
    mistake(
        "a host that nobody chose",
        SONIC,
        "git://github.com/waywardgeek",
        "git://git.example.net/waywardgeek",
        "pinned sources of known hosts",
    ),
    mistake(
        "a file that is not there",
        SETUP,
        "file://25-wlan.network",
        "file://25-wifi.network",
        "files that sources name",
    ),
    mistake(
        "an include that is not there",
        DISTRO,
        "include/parley-disk.inc",
        "include/parley-card.inc",
        "files that are included",
    ),
    mistake(
        "a dependency with a wrong name",
        "meta-voice/recipes-core/packagegroups/packagegroup-voice.bb",
        "    parley-overlay \\",
        "    parley-overlays \\",
        "dependencies inside the layer",
    ),
    mistake("a user whose number may change", PROGRAM, "--system --uid 950 ", "--system ", "users"),
    mistake(
        "a root without a limit",
        IMAGE,
        "PARLEY_ROOT_BUDGET ?= \"256000\"",
        "PARLEY_ROOT_BUDGET ?= \"512000\"",
        "sizes are limited",
    ),
    mistake(
        "a way in, in the product",
        IMAGE,
        "packagegroup-voice\"",
        "packagegroup-voice openssh\"",
        "no network service",
    ),
    mistake("time servers that nobody chose", DISTRO, " no-ntp-fallback", "", "no network service"),
    mistake(
        "a build for the builder's own processor",
        PROGRAM,
        "export GGML_NATIVE = \"OFF\"\n",
        "",
        "the build's environment",
    ),
    mistake(
        "a package that was renamed",
        PROGRAM,
        "-p parley-worker-smart-turn",
        "-p parley-engine-ear",
        "programs and packages",
    ),
    mistake(
        "another version than the program's",
        DISTRO,
        "DISTRO_VERSION = \"0.1.0\"",
        "DISTRO_VERSION = \"0.2.0\"",
        "one version",
    ),
    mistake(
        "an initramfs that does not find dmsetup",
        INIT,
        "    ln -s ../sbin/dmsetup ${D}${bindir}/dmsetup\n",
        "",
        "tools of the initramfs",
    ),
    mistake(
        "a dd that knows no conv=",
        "meta-voice/recipes-core/busybox/files/parley.cfg",
        "DD_IBS_OBS=y",
        "DD_IBS_OBS=n",
        "tools of the initramfs",
    ),
    mistake("a function that no shell can read", SLOTS, "for tree in $trees; do", "for tree in $trees", "shell syntax"),
    mistake("a quote that is not closed", DISTRO, "INIT_MANAGER = \"systemd\"", "INIT_MANAGER = \"systemd", "syntax"),
    mistake("a repository that moves", KAS, "    commit: ef022bf82d79015802309d14c28b13373ebe53f5\n", "", "kas files"),
    mistake("a lock of other commits", KAS, "commit: ef022bf8", "commit: ff022bf8", "kas files"),
    mistake(
        "a profile that models.toml does not have",
        "kas/models-pi5.yml",
        "VOICE_MODELS_PROFILE = \"pi5\"",
        "VOICE_MODELS_PROFILE = \"pi6\"",
        "kas files",
    ),
];

fn copy(to: &Path) {
    let workspace = places::workspace();
    let source = Checkout::new(&workspace);
    let mut files: Vec<String> = [
        "Cargo.lock",
        "Cargo.toml",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "appliance/workers/piper/LICENSE",
        "appliance/models/models.toml",
    ]
    .map(str::to_owned)
    .into();
    for folder in [".cargo", "kas", "meta-voice", "ota", "rootfs-overlay"] {
        files.extend(source.files(folder).expect("a folder of the clone").into_keys());
    }
    let cargo: toml::Table = source.read("Cargo.toml").expect("Cargo.toml").parse().expect("TOML");
    for member in cargo["workspace"]["members"].as_array().expect("members") {
        let member = member.as_str().expect("a name");
        files.push(format!("{member}/Cargo.toml"));
        files.extend(Some(format!("{member}/src/main.rs")).filter(|main| source.path(main).exists()));
    }
    for file in files {
        let target = to.join(&file);
        fs::create_dir_all(target.parent().expect("a folder")).expect("a folder");
        fs::copy(source.path(&file), target).unwrap_or_else(|problem| panic!("{file}: {problem}"));
    }
}

fn said(root: &Path) -> Vec<String> {
    rules::check(&Checkout::new(root)).expect("the rules run").iter().map(ToString::to_string).collect()
}

#[test]
fn the_layer_of_this_clone_has_no_mistake() {
    assert_eq!(said(&places::workspace()), Vec::<String>::new());
}

#[test]
fn every_planted_mistake_is_found_by_its_rule() {
    let folder = tempfile::tempdir().expect("a folder");
    copy(folder.path());
    assert_eq!(said(folder.path()), Vec::<String>::new(), "the copy is as good as the clone");
    for Mistake { what, file, from, to, rule } in MISTAKES {
        let path = folder.path().join(file);
        let good = fs::read_to_string(&path).unwrap_or_else(|problem| panic!("{file}: {problem}"));
        assert!(good.contains(from), "{what}: {file} no longer has {from:?}");
        fs::write(&path, good.replacen(from, to, 1)).expect("written");
        let found = said(folder.path());
        assert!(
            found.iter().any(|line| line.ends_with(&format!("({rule})"))),
            "{what}: {rule:?} does not say it: {found:#?}"
        );
        fs::write(&path, good).expect("written");
    }
}

#[test]
fn a_private_key_is_found_wherever_it_lies_and_whatever_it_is_called() {
    let folder = tempfile::tempdir().expect("a folder");
    copy(folder.path());
    // In two parts, so that this file does not look like one that holds a key.
    let key = ["-----BEGIN EC PRIVATE", " KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----\n"].concat();
    for (file, content) in [
        ("meta-voice/recipes-core/rauc/files/keyring.txt", key.as_str()),
        ("kas/keys.yml", key.as_str()),
        ("meta-voice/files/release.pem", "anything"),
    ] {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, content).expect("written");
        assert!(
            said(folder.path()).iter().any(|line| line.starts_with(file) && line.ends_with("(no secrets)")),
            "{file}"
        );
        fs::remove_file(path).expect("removed");
    }
}

#[test]
fn every_rule_has_found_a_mistake() {
    for (rule, _) in rules::RULES {
        let planted = MISTAKES.iter().any(|mistake| mistake.rule == *rule) || *rule == "no secrets";
        assert!(planted, "nobody has seen the rule {rule:?} find anything");
    }
}
