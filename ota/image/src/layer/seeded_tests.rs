//! Plausible mistakes, planted one by one in a copy of what the rules read. Each has to be found, by the rule that is named.

use std::fs;
use std::path::Path;

use super::checkout::Checkout;
use super::rules;
use xtask::places;

/// A line a mistake below its rule's name: what it is, the end of the file's path, and what stands there instead of what. `\n` ends a line.
const MISTAKES: &str = r#"
== what is asked of every layer
a layer that nobody looks after | meta-voice/README.md | Its maintainers are those of Parley. |
an append for every distro | busybox_%.bbappend | SRC_URI:append:voice | SRC_URI:append
== recipes for other machines
a recipe for every machine that needs one for the board | parley-setup_1.0.bb | COMPATIBLE_MACHINE = "^rpi$"\n |
a package of the board's in an initramfs for every machine | parley-init_1.0.bb | COMPATIBLE_MACHINE = "^rpi$"\n |
== tools and their recipes
a tool without its recipe | parley_slot_images.bbclass | = "cryptsetup-native" | = ""
a native program without its recipe | parley_slot_images.bbclass | do_image_bootslot_a[depends] += "parley-tryboot-native:do_populate_sysroot"\ndo_image_bootslot_b[depends] += "parley-tryboot-native:do_populate_sysroot"\n |
== native libraries of crates
a crate's library left out | parley_0.1.0.bb | DEPENDS = "alsa-lib | DEPENDS = "
== old override syntax
old syntax of a package's variable | parley_0.1.0.bb | RDEPENDS:${PN} = | RDEPENDS_${PN} =
old syntax of a function | parley_0.1.0.bb | do_install:append() { | do_install_append() {
== generated files are fresh
a crate that is newer than the list | Cargo.lock | name = "sha2"\nversion = "0. | name = "sha2"\nversion = "1.
a partition that grew in layout.toml alone | layout.toml | size-mib = 128 | size-mib = 256
a sound card that an image offers and no owner may name | parley-offers.inc | hifiberry-digi-pro | hifiberry-digi-max
a model with another checksum | models.toml | 2bb026316b14a660 | 3bb026316b14a660
== licences
the checksum of another licence | parley_0.1.0.bb | md5=abdff6171de2b19d | md5=bbdff6171de2b19d
the checksum of a common licence | parley-setup_1.0.bb | md5=0835ade698e0bcf8 | md5=0935ade698e0bcf8
== units
a service with a letter too many | parley-setup_1.0.bb | = "parley-setup.service" | = "parley-setups.service"
a unit that waits for one that does not exist | parley-setup.service | Before=parley.service | Before=parleyd.service parley-voice.service
== the card is that of layout.toml
another layout's file | voice-image.inc | WKS_FILE = "parley-card.wks.in" | WKS_FILE = "parley-cards.wks.in"
a partition of another type | parley-card.wks.in | --part-type ${PARLEY_TYPE_DATA} | --part-type ${PARLEY_TYPE_BOOT_A}
a misspelt variable in the card | parley-card.wks.in | ${PARLEY_SIZE_ROOT_B} | ${PARLEY_SIZE_ROOTB}
one boot image for both slots of the card | parley-card.wks.in | .bootslot-b" | .bootslot-a"
a root without its hash tree | parley-card.wks.in | .erofs-lz4.verity" --fstype=none --part-name root_b | .erofs-lz4" --fstype=none --part-name root_b
== the card's contents are built
a card that does not wait for its first partition | voice-image.inc | do_image_wic[depends] += "parley-autoboot:do_deploy"\n |
== kernel symbols
a kernel without dm-verity | linux/files/parley.cfg | CONFIG_DM_VERITY=y\n |
the root's file system as a module | linux/files/parley.cfg | CONFIG_EROFS_FS=y | CONFIG_EROFS_FS=m
a sound card that an owner may name, without its driver | linux/files/parley.cfg | CONFIG_SND_BCM2708_SOC_HIFIBERRY_DIGI=m\n |
a kernel that tells of no key | linux/files/parley.cfg | CONFIG_INPUT_EVDEV=y\n |
a kernel that loses its last words | linux/files/parley.cfg | CONFIG_PSTORE_RAM=y\n |
a kernel that limits no memory | linux/files/parley.cfg | CONFIG_MEMCG=y\n |
a fragment that no kernel gets | linux-raspberrypi_%.bbappend | file://parley.cfg |
== read-only root
a writable root | voice-image.inc | IMAGE_FEATURES = "read-only-rootfs" | IMAGE_FEATURES = ""
a root that everybody may log into | voice-image.inc | IMAGE_FEATURES = "read-only-rootfs" | IMAGE_FEATURES = "read-only-rootfs empty-root-password"
a kernel that feeds the watchdog for ever | parley_slot_images.bbclass | watchdog.open_timeout=15 |
a kernel that mounts writable | parley_slot_images.bbclass | systemd.show_status=0 ro root= | systemd.show_status=0 rw root=
== limits of memory
a limit that a board passes over | parley_slot_images.bbclass | cgroup_enable=memory |
== the clock's floor
a clone whose time nobody asks for | voice-image.inc | "${@parley_time(d)}" | "0"
a root with another time | voice-image.inc | REPRODUCIBLE_TIMESTAMP_ROOTFS = "${PARLEY_TIME}"\n |
a file system with a time of its own | parley_slot_images.bbclass | -T${REPRODUCIBLE_TIMESTAMP_ROOTFS} | -T0
== the bundle is that of manifest.raucm
the boot image left out of the bundle | voice-bundle.bb | RAUC_BUNDLE_SLOTS = "rootfs boot" | RAUC_BUNDLE_SLOTS = "rootfs"
the boot image before the root | voice-bundle.bb | RAUC_BUNDLE_SLOTS = "rootfs boot" | RAUC_BUNDLE_SLOTS = "boot rootfs"
a boot partition that nobody completes | voice-bundle.bb | RAUC_SLOT_boot[hooks] = "post-install"\n |
a bundle for another device | voice-bundle.bb | = "parley-raspberrypi5" | = "parley-rpi5"
a bundle with the time in it | voice.conf | RAUC_BUNDLE_BUILD = "${DISTRO_VERSION}" | RAUC_BUNDLE_BUILD = "${DATETIME}"
a bundle that says nothing of the memory it needs | voice-bundle.bb | RAUC_META_parley[least-board-gb] | RAUC_META_parley[board-gb]
== one image for every choice
a firmware that never hears of the owner's card | voice.conf | include card.txt |
a line behind it that a filter would end | voice.conf | [all] | [pi4]
a sound card for everybody | voice.conf | dtparam=audio=off | dtoverlay=hifiberry-dac
an image that leaves a fleet | packagegroup-voice.bb | FLEET = "parley-fleet" | FLEET = ""
a bundle that offers fewer cards | voice-bundle.bb | [sound-cards] = "${PARLEY_SOUND_CARDS}" | [sound-cards] = "hifiberry-dac"
a bundle that hides its client | voice-bundle.bb | [fleet] = "hawkbit" | [fleet] = "none"
a choice that only a build makes | kas/models-pi5.yml | VOICE_MODELS_PROFILE = "pi5" | RPI_EXTRA_CONFIG = "dtoverlay=x"
== names that nothing reads
a variable in the singular | voice-image.inc | IMAGE_OVERHEAD_FACTOR = "1.0" | IMAGE_OVERHEAD_FACTORS = "1.0"
== overrides that never apply
an override of another distro | busybox_%.bbappend | SRC_URI:append:voice | SRC_URI:append:parley
== pinned sources of known hosts
a source that moves | sonic_0.3.0.bb | SRCREV = "fbf75c3d6d846bad3bb3d456cbc5d07d9fd8c104" | SRCREV = "${AUTOREV}"
a source without protection | sonic_0.3.0.bb | protocol=https | protocol=git
a host that nobody chose | sonic_0.3.0.bb | git://github.com/waywardgeek | git://git.example.net/waywardgeek
== files that sources name
a file that is not there | parley-setup_1.0.bb | file://25-wlan.network | file://25-wifi.network
== files that are included
an include that is not there | voice.conf | include/parley-disk.inc | include/parley-card.inc
== dependencies inside the layer
a dependency with a wrong name | packagegroup-voice.bb | parley-overlay \ | parley-overlays \
== users
a user whose number may change | parley_0.1.0.bb | --system --uid 950 | --system
a group whose number may change | parley_0.1.0.bb | --system --gid 953 | --system
== sizes are limited
a root without a limit | voice-image.inc | PARLEY_ROOT_BUDGET ?= "256000" | PARLEY_ROOT_BUDGET ?= "512000"
== no network service
a way in, in the product | voice-image.inc | packagegroup-voice" | packagegroup-voice openssh"
time servers that nobody chose | voice.conf | no-ntp-fallback |
== the build's environment
a build for the builder's own processor | parley_0.1.0.bb | export GGML_NATIVE = "OFF"\n |
== programs and packages
a package that was renamed | parley_0.1.0.bb | -p parley-worker-smart-turn | -p parley-engine-ear
== one version
another version than the program's | voice.conf | DISTRO_VERSION = "0.1.0" | DISTRO_VERSION = "0.2.0"
== tools of the initramfs
an initramfs without /proc | initramfs/contents | folder /proc\n |
an initramfs without dmsetup in it | parley-init_1.0.bb | libdevmapper |
an initramfs that does not find dmsetup | initramfs/contents | link /tools/dmsetup | link /bin/dmsetup
a first program that no shell starts | initramfs/init | #!/tools/sh | #!/bin/sh
a dd that knows no conv= | busybox/files/parley.cfg | DD_IBS_OBS=y | DD_IBS_OBS=n
== makers of the initramfs
a recipe that knows no folders | parley-init_1.0.bb | folder) install -d ${D}$path ;; | folder) ;;
a recipe with a link of its own | parley-init_1.0.bb | link) ln -s $target | link) ln -s .$target
a folder that no package takes | parley-init_1.0.bb | /proc /root | /root
other numbers than the disk's | parley-init_1.0.bb | ${PARLEY_STARTS_OFFSET} | 1${PARLEY_STARTS_OFFSET}
== programs that are started
a gate without dmsetup | packages.toml | , files = "/usr/sbin/dmsetup" |
a unit whose program nobody installs | systemd/system/parley-commit.service | ExecStart=/usr/bin/rauc | ExecStart=/usr/bin/rauc-tool
a script with a tool of coreutils alone | parley/repair-data | e2fsck -p "$1" | chcon x; e2fsck -p "$1"
a program of ours that starts another | update/src/observed.rs | Command::new("dmsetup") | Command::new("veritysetup")
a shell that is not there | ota/hook | #!/bin/sh | #!/bin/bash
a fleet's client that nobody installs | packages.toml | , files = "/usr/bin/rauc-hawkbit-updater" |
a file system that nobody can make | packages.toml | , files = "/usr/sbin/mkfs.ext4" |
== packages of the root
a root without modules | packagegroup-voice.bb | DRIVERS = "kernel-modules" | DRIVERS = ""
a root without the firmware of the Wi-Fi | packagegroup-voice.bb | linux-firmware-rpidistro-bcm43455 |
the same, and out of the table | packages.toml | linux-firmware-rpidistro-bcm43455 = { | linux-firmware-rpidistro-bcm43456 = {
a root without dmsetup | packagegroup-voice.bb | ROOT = "libdevmapper" | ROOT = ""
a sound card whose module nobody looks for | packages.toml | snd-usb-audio = "SND_USB_AUDIO"\n |
a driver of the fragment without its module | packages.toml | snd-soc-tas5713 = "SND_BCM2708_SOC_HIFIBERRY_AMP"\n |
a driver that the virtual device has as a module and the image nowhere | linux/files/parley.cfg | CONFIG_USB_STORAGE=y\n |
a package that the table does not know | packagegroup-voice.bb | SOUND = "alsa-lib | SOUND = "alsa-plugins alsa-lib
== versions of the pinned layers
a pin that moved alone | parley-pi5.yml | 38da0e5866a953e6 | 48da0e5866a953e6
a package whose version nobody has looked up | versions.toml | squashfs-tools = { | squashfs-tool = {
== known holes are closed
a RAUC with a known hole | versions.toml | rauc = { recipe = "rauc", version = "1.15.2" | rauc = { recipe = "rauc", version = "1.15.1"
a RAUC of whatever version | voice.conf | PREFERRED_VERSION_rauc = "1.15.2"\n |
another RAUC that signs | voice.conf | PREFERRED_VERSION_rauc-native = "1.15.2" | PREFERRED_VERSION_rauc-native = "1.13"
== shell syntax
a function that no shell can read | parley_slot_images.bbclass | for tree in $trees; do | for tree in $trees
== syntax
a quote that is not closed | voice.conf | INIT_MANAGER = "systemd" | INIT_MANAGER = "systemd
== kas files
a repository that moves | parley-pi5.yml | \n    commit: ef022bf82d79015802309d14c28b13373ebe53f5 |
a lock of other commits | parley-pi5.yml | commit: ef022bf8 | commit: ff022bf8
a profile that models.toml does not have | models-pi5.yml | VOICE_MODELS_PROFILE = "pi5" | VOICE_MODELS_PROFILE = "pi6"
"#;

/// What the rules read, copied into a new folder; and the paths in it.
fn copy() -> (tempfile::TempDir, Vec<String>) {
    let (folder, source) = (tempfile::tempdir().expect("a folder"), Checkout::new(&places::workspace()));
    let alone =
        "Cargo.lock Cargo.toml LICENSE-APACHE LICENSE-MIT appliance/workers/piper/LICENSE appliance/models/models.toml";
    let mut files: Vec<String> = alone.split(' ').map(str::to_owned).collect();
    for folder in [".cargo", "kas", "meta-voice", "ota", "rootfs-overlay"] {
        files.extend(source.files(folder).expect("a folder of the clone").into_keys());
    }
    let cargo: toml::Table = source.read("Cargo.toml").expect("Cargo.toml").parse().expect("TOML");
    for member in cargo["workspace"]["members"].as_array().expect("members") {
        let member = member.as_str().expect("a name");
        files.push(format!("{member}/Cargo.toml"));
        files.extend(Some(format!("{member}/src/main.rs")).filter(|main| source.path(main).exists()));
        if member.starts_with("appliance/") {
            let sources = source.files(&format!("{member}/src")).expect("sources");
            files.extend(sources.into_keys().filter(|file| !file.ends_with("/src/main.rs")));
        }
    }
    for file in &files {
        let target = folder.path().join(file);
        fs::create_dir_all(target.parent().expect("a folder")).expect("a folder");
        fs::copy(source.path(file), target).unwrap_or_else(|problem| panic!("{file}: {problem}"));
    }
    (folder, files)
}

/// Each finding as one line.
fn said(root: &Path) -> Vec<String> {
    said_by(root, rules::RULES)
}

fn said_by(root: &Path, rules: &[(&'static str, rules::Rule)]) -> Vec<String> {
    rules::run(&Checkout::new(root), rules).expect("the rules run").iter().map(ToString::to_string).collect()
}

#[test]
fn the_layer_of_this_clone_has_no_mistake() {
    assert_eq!(said(&places::workspace()), Vec::<String>::new());
}

#[test]
fn every_planted_mistake_is_found_by_its_rule() {
    let (folder, files) = copy();
    assert_eq!(said(folder.path()), Vec::<String>::new(), "the copy is as good as the clone");
    let mut rule = "";
    for line in MISTAKES.lines().skip(1) {
        if let Some(next) = line.strip_prefix("== ") {
            rule = next;
            continue;
        }
        let words: Vec<String> = line.split('|').map(|word| word.trim().replace("\\n", "\n")).collect();
        let [what, file, from, to] = words.as_slice() else { panic!("four parts: {line}") };
        let named: Vec<_> = files.iter().filter(|path| path.ends_with(&format!("/{file}")) || *path == file).collect();
        let [path] = named.as_slice() else { panic!("{what}: {named:?} are called {file}") };
        let path = folder.path().join(path);
        let good = fs::read_to_string(&path).unwrap_or_else(|problem| panic!("{file}: {problem}"));
        assert!(good.contains(from), "{what}: {file} no longer has {from:?}");
        fs::write(&path, good.replacen(from, to, 1)).expect("written");
        let named: Vec<_> = rules::RULES.iter().copied().filter(|(name, _)| *name == rule).collect();
        assert!(!said_by(folder.path(), &named).is_empty(), "{what}: {rule:?} does not say it");
        fs::write(&path, good).expect("written");
    }
}

#[test]
fn a_private_key_is_found_wherever_it_lies_and_whatever_it_is_called() {
    let (folder, _) = copy();
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
        let found = said(folder.path());
        assert!(found.iter().any(|line| line.starts_with(file) && line.ends_with("(no secrets)")), "{file}");
        fs::remove_file(path).expect("removed");
    }
}

#[test]
fn every_rule_has_found_a_mistake() {
    for (rule, _) in rules::RULES {
        let named = |part: &str| part.lines().next() == Some(rule) && part.contains(" | ");
        let planted = MISTAKES.split("== ").any(named) || *rule == "no secrets";
        assert!(planted, "nobody has seen the rule {rule:?} find anything");
    }
}
