//! A device in a folder: images for its partitions, files for what kernel and firmware say, and a systemd that only
//! writes down what it is told.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use parley_update::bootchain::card::{AUTOBOOT_FILE, Card, DeviceCard};
use parley_update::bootchain::slot::{SLOTS, Slot};
use parley_update::bootchain::{autoboot, cmdline, fat, sound_card};
use parley_update::files;
use parley_update::system::System;

const MIB: u64 = 1024 * 1024;

/// Answers as on a device on which nothing failed, unless the folder says otherwise.
const SYSTEMCTL: &str = "#!/bin/sh\necho \"$*\" >> {root}/systemctl\ncase $1 in\nshow) echo NRestarts=$(cat {root}/restarts);;\n\
    is-active) exit $(cat {root}/inactive);;\nesac\n";
const DMSETUP: &str = "#!/bin/sh\necho 'root: 0 7168 verity V'\n";

pub struct Device {
    folder: tempfile::TempDir,
}

impl Device {
    /// Two complete slots; slot A is committed and runs version 1.0.0.
    pub fn new() -> Self {
        let device = Self { folder: tempfile::tempdir().unwrap() };
        for label in ["autoboot", "boot_a", "boot_b", "root_a", "root_b"] {
            let image = device.partition(label);
            files::replace(&image, b"").unwrap();
            fs::File::options().write(true).open(image).unwrap().set_len(16 * MIB).unwrap();
        }
        device.card().restore(Slot::A).unwrap();
        for slot in SLOTS {
            device.write_template(slot);
            cmdline::complete(&device.partition(slot.boot_label()), slot).unwrap();
        }
        for (name, script) in [("systemctl", SYSTEMCTL), ("dmsetup", DMSETUP)] {
            device.write_program(name, &script.replace("{root}", &device.root().to_string_lossy()));
        }
        device.write("restarts", "0");
        device.write("inactive", "0");
        device.write("etc/rauc/system.conf", include_str!("../../../../ota/system.conf"));
        fs::create_dir_all(device.path("run/parley-update")).unwrap();
        device.plug("c", true);
        device.plug("p", true);
        device.started(Slot::A, false, "1.0.0");
        device
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    pub fn partition(&self, label: &str) -> PathBuf {
        self.path("dev/disk/by-parley").join(label)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        files::replace(&self.path(name), content.as_ref()).unwrap();
    }

    /// A program that is found before the host's own.
    pub fn write_program(&self, name: &str, script: &str) {
        self.write(&format!("bin/{name}"), script);
        fs::set_permissions(self.path("bin").join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    pub fn card(&self) -> DeviceCard {
        DeviceCard::below(self.root())
    }

    /// A boot partition as it comes out of a bundle: nobody has filled in its slot yet.
    pub fn write_template(&self, slot: Slot) {
        let template = cmdline::padded("root={root} ro rauc.slot={slot}").unwrap();
        let partition = self.partition(slot.boot_label());
        fat::make_anew(&partition, "BOOT", cmdline::FILE, &template).unwrap();
        fat::create(&partition, sound_card::FILE, &sound_card::render(&sound_card::OnPins::default()).unwrap())
            .unwrap();
    }

    /// The firmware has started a slot, an instant ago.
    pub fn started(&self, slot: Slot, trial: bool, version: &str) {
        let line = format!("root=PARTLABEL={} rauc.slot={slot}", slot.root_label());
        self.write("proc/cmdline", line);
        self.write("proc/device-tree/chosen/bootloader/tryboot", u32::from(trial).to_be_bytes());
        self.write("proc/device-tree/chosen/bootloader/partition", u32::from(slot.boot_partition()).to_be_bytes());
        self.write("proc/sys/kernel/random/boot_id", format!("{slot}-{version}-{trial}\n"));
        self.write("etc/os-release", format!("IMAGE_VERSION={version}\n"));
        self.runs_for(0);
    }

    /// Plugs a microphone ("c" as in capture) or a loudspeaker ("p" as in playback), or pulls it out.
    pub fn plug(&self, kind: &str, in_place: bool) {
        let device = self.path(&format!("sys/class/sound/pcmC0D0{kind}"));
        if in_place { fs::create_dir_all(device).unwrap() } else { fs::remove_dir(device).unwrap() }
    }

    pub fn runs_for(&self, seconds: u64) {
        self.write("proc/uptime", format!("{seconds}.00 0.00\n"));
    }

    /// The slot that an ordinary start boots.
    pub fn named(&self) -> Option<Slot> {
        autoboot::whole(&fat::find(&self.partition("autoboot"), AUTOBOOT_FILE).unwrap().content)
    }

    /// What systemd was told to do with the device since this was asked last.
    pub fn reboots(&self) -> Vec<String> {
        let told = self.read("systemctl");
        self.write("systemctl", "");
        told.lines().filter(|line| line.starts_with("reboot")).map(str::to_owned).collect()
    }

    pub fn tryboot(&self, arguments: &[&str]) -> Output {
        self.program(env!("CARGO_BIN_EXE_parley-tryboot"), arguments).output().unwrap()
    }

    /// What RAUC makes of a bundle, with the product's handler, hook and backend.
    pub fn install(&self, version: &str) -> bool {
        self.install_with(version, "")
    }

    /// The same of a bundle whose section of ours says this.
    pub fn install_with(&self, version: &str, ours: &str) -> bool {
        let manifest = format!(
            "[update]\ncompatible=parley-raspberrypi5\nversion={version}\n[image.boot]\nfilename=boot.img\n[image.rootfs]\nfilename=root.img\n\
             [meta.parley]\n{ours}"
        );
        self.write("bundle/manifest.raucm", manifest);
        self.write("bundle/boot.img", [1; 50]);
        self.write("bundle/root.img", [2; 400]);
        let idle = System::below(self.root()).start().unwrap().slot.other();
        let mut handler = self.program(env!("CARGO_BIN_EXE_parley-tryboot"), &["pre-install"]);
        let handled = handler.env("RAUC_BUNDLE_MOUNT_POINT", self.path("bundle")).output().unwrap().status.success();
        handled
            && self.tryboot(&["set-state", &idle.to_string(), "bad"]).status.success()
            && {
                self.write_template(idle);
                let boot = self.partition(idle.boot_label());
                let hook = ["complete", "--slot", &idle.to_string(), "--device", &boot.to_string_lossy()];
                self.tryboot(&hook).status.success()
            }
            && self.tryboot(&["set-primary", &idle.to_string()]).status.success()
    }

    pub fn program(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        let path = format!("{}:{}", self.path("bin").display(), std::env::var("PATH").unwrap_or_default());
        command.arg("--root").arg(self.root()).args(arguments).env("PATH", path);
        command
    }
}
