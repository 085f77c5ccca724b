//! A card as the layer lays it out, without bitbake: the layer's own shell functions make the images, its own `.wks` the disk, with the host's tools
//! and small contents.
//!
//! wic has left openembedded-core with wrynose; the scripts of the release before it read the same files. They are looked for in the folder of the
//! layers, under `wic-whinlatter`.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use parley_board::SOUND_CARDS;
use parley_models::Sha256;
use parley_update::bootchain::sound_card;

use super::checkout::Checkout;
use super::metadata;
use crate::files;
use crate::reproducible::TIME;
use xtask::process;

/// The name of the images, without their kinds.
pub const NAME: &str = "voice-image-raspberrypi5.rootfs";
/// What wic looks for in its own sysroot.
const NATIVE: &str = "
    debugfs dosfslabel dumpe2fs e2fsck mcopy mkdosfs mkfs.ext4 mkfs.vfat mmd parted partprobe sgdisk tune2fs
";
/// Debian 12's sfdisk has no `--sector-size`; 512 is what it takes anyway.
const SFDISK: &str = "#!/bin/sh\nfor word; do\n\tshift\n\tif [ -n \"$skip\" ]; then skip=; continue; fi\n\tcase $word in\n\t--sector-size) skip=yes ;;\n\t*) set -- \"$@\" \"$word\" ;;\n\tesac\ndone\nexec /usr/sbin/sfdisk \"$@\"\n";

pub struct Contents {
    pub root: PathBuf,
    pub kernel: PathBuf,
    pub initramfs: PathBuf,
}

impl Contents {
    /// Small stand-ins, where only the layout matters.
    pub fn stand_ins(folder: &Path) -> Result<Self> {
        let root = folder.join("stand-in");
        fs::create_dir_all(root.join("usr/lib"))?;
        fs::write(root.join("usr/lib/os-release"), "ID=voice\n".repeat(4096))?;
        let (kernel, initramfs) = (folder.join("kernel"), folder.join("initramfs.gz"));
        fs::write(&kernel, "a kernel\n".repeat(4096))?;
        fs::write(&initramfs, "an initramfs\n".repeat(1024))?;
        Ok(Self { root, kernel, initramfs })
    }
}

/// Makes the card in a folder; the disk image.
pub fn make(checkout: &Checkout, layers: &Path, contents: &Contents, folder: &Path, tryboot: &Path) -> Result<PathBuf> {
    let (images, deploy, work) = (folder.join("images"), folder.join("deploy"), folder.join("work"));
    for made in [&images, &deploy.join("bootfiles"), &work, &folder.join("vars"), &folder.join("card")] {
        fs::create_dir_all(made)?;
    }
    fs::write(
        deploy.join("bootfiles/config.txt"),
        format!("initramfs initramfs followkernel\ninclude {}\n", sound_card::FILE),
    )?;
    fs::copy(&contents.kernel, deploy.join("Image"))?;
    fs::copy(&contents.initramfs, deploy.join("parley-initramfs-raspberrypi5.cpio.gz"))?;
    let overlays = SOUND_CARDS.iter().map(|card| format!("{}.dtbo", card.overlay));
    for tree in ["bcm2712-rpi-5-b.dtb".to_owned(), "parley-ramoops.dtbo".to_owned()].into_iter().chain(overlays) {
        fs::write(deploy.join(&tree), tree)?;
    }
    let native = sysroot(folder, tryboot)?;
    let variables = variables(checkout, &images, &deploy, &work)?;
    let script = script(checkout, &variables, &contents.root)?;
    let path = format!("{}:{}", native.display(), std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("nice");
    shell.args(["-n", "19", "sh", "-eu", "-c", script.as_str()]).current_dir(&work).env("PATH", &path);
    process::run(&mut shell).context("the layer's functions failed")?;

    let wks = folder.join("parley-card.wks");
    fs::write(&wks, expanded(&checkout.read("meta-voice/files/wic/parley-card.wks.in")?, &variables))?;
    let environment = format!(
        "DEPLOY_DIR_IMAGE=\"{}\"\nRECIPE_SYSROOT_NATIVE=\"{}\"\nIMAGE_ROOTFS=\"{}\"\nSTAGING_DATADIR=\"/usr/share\"\nSTAGING_LIBDIR=\"/usr/lib\"\n\
         IMAGE_BASENAME=\"voice-image\"\nIMAGE_BOOT_FILES=\"\"\nKERNEL_IMAGETYPE=\"Image\"\n",
        deploy.display(),
        folder.join("native").display(),
        contents.root.display(),
    );
    fs::write(folder.join("vars/voice-image.env"), environment)?;
    let mut wic = Command::new("nice");
    wic.args(["-n", "19", "python3"]).arg(layers.join("wic-whinlatter/scripts/wic")).arg("create").arg(&wks);
    wic.arg("--vars")
        .arg(folder.join("vars"))
        .args(["-e", "voice-image", "-o"])
        .arg(folder.join("card"))
        .arg("-w")
        .arg(folder.join("wic"));
    let path = format!("{}:{path}", layers.join("bitbake/bin").display());
    wic.current_dir(folder).env("PATH", path).env("SOURCE_DATE_EPOCH", TIME).env("BUILDDIR", folder);
    let said = process::output(&mut wic).context("wic failed")?;
    let mut cards = fs::read_dir(folder.join("card"))?.filter_map(Result::ok).map(|entry| entry.path());
    let card = cards.find(|path| path.extension().is_some_and(|end| end == "direct"));
    card.with_context(|| format!("wic made no card:\n{said}"))
}

/// The tools that wic and the layer's functions call, in a folder as bitbake would give it to them.
fn sysroot(folder: &Path, tryboot: &Path) -> Result<PathBuf> {
    let native = folder.join("native/usr/sbin");
    fs::create_dir_all(&native)?;
    for name in NATIVE.split_whitespace() {
        let found = ["/usr/sbin", "/sbin", "/usr/bin"]
            .iter()
            .map(|place| Path::new(place).join(name))
            .find(|path| path.exists());
        let packages = "parted gdisk e2fsprogs dosfstools mtools";
        let found = found.with_context(|| format!("{name} is not installed: apt-get install {packages}"))?;
        files::link(found, &native.join(name))?;
    }
    files::link(tryboot, &native.join("parley-tryboot"))?;
    fs::write(native.join("sfdisk"), SFDISK)?;
    fs::set_permissions(native.join("sfdisk"), fs::Permissions::from_mode(0o755))?;
    Ok(native)
}

/// What bitbake would put into the place of `${…}`.
fn variables(checkout: &Checkout, images: &Path, deploy: &Path, work: &Path) -> Result<BTreeMap<String, String>> {
    let shown = |path: &Path| path.display().to_string();
    let mut variables: BTreeMap<String, String> = BTreeMap::new();
    let metadata = metadata::read(checkout)?;
    for assignment in metadata.values().flat_map(|metadata| &metadata.assignments) {
        if assignment.flag.is_none() && !assignment.value.contains("${@") && assignment.name.starts_with("PARLEY_") {
            variables.entry(assignment.name.clone()).or_insert_with(|| assignment.value.clone());
        }
    }
    let version =
        metadata.values().find_map(|metadata| metadata.value("DISTRO_VERSION")).context("the distro has no version")?;
    let salt = Sha256::of_bytes(format!("parley {version}").as_bytes()).to_string();
    let fixed = [
        ("B", shown(work)),
        ("BOOTFILES_DIR_NAME", "bootfiles".to_owned()),
        ("DEPLOY_DIR_IMAGE", shown(deploy)),
        ("IMAGE_LINK_NAME", NAME.to_owned()),
        ("IMAGE_NAME", NAME.to_owned()),
        ("IMGDEPLOYDIR", shown(images)),
        ("KERNEL_IMAGETYPE", "Image".to_owned()),
        ("MACHINE", "raspberrypi5".to_owned()),
        ("PARLEY_SALT", salt),
        ("REPRODUCIBLE_TIMESTAMP_ROOTFS", TIME.to_owned()),
        ("S", shown(&checkout.path("meta-voice/recipes-bsp/parley-autoboot/files"))),
        ("SDIMG_KERNELIMAGE", "kernel_2712.img".to_owned()),
        ("WORKDIR", shown(work)),
        ("@make_dtb_boot_files(d)", trees()),
    ];
    variables.extend(fixed.map(|(name, value)| (name.to_owned(), value)));
    Ok(variables)
}

/// What meta-raspberrypi's function says of the board's tree and the overlays: each file, and its name on the partition.
fn trees() -> String {
    let overlays = SOUND_CARDS.iter().map(|card| format!(" {0}.dtbo;overlays/{0}.dtbo", card.overlay));
    format!("bcm2712-rpi-5-b.dtb{}", overlays.collect::<String>())
}

/// Expands until nothing changes any more; what nobody knows stays for the shell.
fn expanded(text: &str, variables: &BTreeMap<String, String>) -> String {
    let mut text = text.to_owned();
    for _ in 0..5 {
        for (name, value) in variables {
            text = text.replace(&format!("${{{name}}}"), value);
        }
    }
    text
}

/// The layer's functions, and the commands of its image types in their order.
fn script(checkout: &Checkout, variables: &BTreeMap<String, String>, root: &Path) -> Result<String> {
    let metadata = metadata::read(checkout)?;
    let mut script = "bbfatal() { echo \"$*\" >&2; exit 1; }\n".to_owned();
    let of = |ending: &str| {
        metadata
            .iter()
            .find(|(path, _)| path.ends_with(ending))
            .map(|(_, metadata)| metadata)
            .with_context(|| format!("there is no {ending}"))
    };
    let (fat, slots, autoboot) =
        (of("parley_fat.bbclass")?, of("parley_slot_images.bbclass")?, of("parley-autoboot_1.0.bb")?);
    for function in fat.functions.iter().chain(&slots.functions).filter(|function| !function.python) {
        script += &format!("{}() {{\n{}}}\n", function.name, function.body);
    }
    let compile = autoboot
        .functions
        .iter()
        .find(|function| function.name == "do_compile")
        .context("parley-autoboot compiles nothing")?;
    // touch changes the time of the file that is put into the image; the checkout's own stays as it is.
    script += "cp ${S}/parley-setup.example.toml ${B}/example\n";
    script += &compile.body.replace("${S}/parley-setup.example.toml", "${B}/example");
    script += "cp ${B}/parley-autoboot.vfat ${DEPLOY_DIR_IMAGE}/\ncd ${IMGDEPLOYDIR}\n";
    let options = slots.value("EXTRA_IMAGECMD:erofs-lz4").context("EROFS is made without options")?;
    script +=
        &format!("mkfs.erofs --quiet -zlz4 {options} ${{IMGDEPLOYDIR}}/${{IMAGE_NAME}}.erofs-lz4 {}\n", root.display());
    let command = |name: &str| slots.value(name).map(str::to_owned).with_context(|| format!("there is no {name}"));
    script += &(command("CONVERSION_CMD:verity")?.replace("${type}", "erofs-lz4") + "\n");
    for kind in ["bootslot", "bootslot-a", "bootslot-b"] {
        script += &(command(&format!("IMAGE_CMD:{kind}"))? + "\n");
    }
    Ok(expanded(&script, variables))
}

#[cfg(test)]
mod tests {
    use parley_update::bootchain::fat;

    use super::*;
    use xtask::places;

    /// A boot image by the layer's own function, over stand-ins, with these trees and this `config.txt`.
    fn boot_image(folder: &Path, trees: &str, config: &str) -> Result<PathBuf> {
        let checkout = Checkout::new(&places::workspace());
        let [images, deploy, work] = ["images", "deploy", "work"].map(|name| folder.join(name));
        for made in [&images, &deploy.join("bootfiles"), &work] {
            fs::create_dir_all(made)?;
        }
        let files = ["Image", "parley-initramfs-raspberrypi5.cpio.gz", "parley-ramoops.dtbo"];
        let overlays = trees.split(' ').map(|tree| tree.split(';').next().unwrap_or(tree));
        for file in files.into_iter().chain(overlays) {
            fs::write(deploy.join(file), file)?;
        }
        fs::write(deploy.join("bootfiles/config.txt"), config)?;
        fs::write(images.join(format!("{NAME}.erofs-lz4.verity-argument")), "parley.verity=1,2,3\n")?;
        let mut variables = variables(&checkout, &images, &deploy, &work)?;
        variables.insert("@make_dtb_boot_files(d)".to_owned(), trees.to_owned());
        let (metadata, image) = (metadata::read(&checkout)?, folder.join("boot.img"));
        let mut script = "bbfatal() { echo \"$*\" >&2; exit 1; }\n".to_owned();
        for name in ["parley_fat", "parley_slot_images"] {
            let class = &metadata[&format!("meta-voice/classes-recipe/{name}.bbclass")];
            for function in class.functions.iter().filter(|function| !function.python) {
                script += &format!("{}() {{\n{}}}\n", function.name, function.body);
            }
        }
        script += &format!("parley_boot_slot {}\n", image.display());
        let path = format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default());
        let mut shell = Command::new("sh");
        process::run(shell.args(["-eu", "-c", &expanded(&script, &variables)]).env("PATH", path))?;
        Ok(image)
    }

    const CONFIG: &str = "dtparam=audio=off\n[all]\ninclude card.txt\n";

    #[test]
    fn a_boot_image_has_a_place_for_the_owners_card() {
        let folder = tempfile::tempdir().expect("a folder");
        let image = boot_image(folder.path(), &trees(), CONFIG).expect("it is made");
        let card = fat::find(&image, sound_card::FILE).expect("the file");
        assert_eq!(Some(card.content), sound_card::render(&sound_card::OnPins::default()).map(Vec::from));
        assert!(sound_card::write(&image, &sound_card::OnPins::card("hifiberry-dac")).expect("it can be written"));
    }

    #[test]
    fn a_boot_image_without_an_overlay_or_without_the_include_is_not_made() {
        let refused = |trees: &str, config: &str| {
            let folder = tempfile::tempdir().expect("a folder");
            boot_image(folder.path(), trees, config).is_err()
        };
        for card in SOUND_CARDS {
            let name = format!("overlays/{}.dtbo", card.overlay);
            assert!(refused(&trees().replace(&name, "overlays/other.dtbo"), CONFIG), "{name}");
        }
        assert!(refused(&trees(), "[all]\ninclude card.txt\ndtoverlay=later\n"));
        assert!(refused(&trees(), "dtparam=audio=off\n"));
    }
}
