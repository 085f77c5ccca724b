//! One start of the emulated board: QEMU from power to reset.
//!
//! Time in the guest follows its instructions while it computes, so that budgets mean the same on a busy host: a
//! nanosecond each, which is slower than one core of a Pi 5. While it waits, time is the host's: letting it jump to the
//! next timer instead would make every wait for the host's disk as long as that timer is away.

mod board;

use std::fs;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::console::{Console, Growing, Line};
use crate::disk::BootFiles;
use crate::firmware::Told;
use crate::qmp::{Qmp, Stop};
use crate::shell::{Done, Shell};
use crate::writelog;

/// Newer than any that ignores the sections of autoboot.txt: January 2026.
const NEW_FIRMWARE: u32 = 1_767_225_600;
/// Where the guest finds an update server, if there is one.
pub const SERVER: &str = "10.0.2.100";
/// How often the guest's clock is read while waiting, of the host's time.
const CLOCK_EVERY: Duration = Duration::from_secs(2);
/// How long QEMU may take to open its sockets or to end, of the host's time.
const EMULATOR_WITHIN: Duration = Duration::from_secs(600);

/// How a disk fails that was good when the device was made.
#[derive(Clone, Debug)]
pub enum DiskHarm {
    /// These sectors cannot be read any more.
    Unreadable(Vec<u64>),
    /// Every write fails, as with a card at the end of its life.
    ReadOnly,
}

#[derive(Clone, Debug, Default)]
pub struct Plugged {
    /// A read-only second disk with bundles on it; the guest sees it as `/dev/disk/by-id/virtio-bundles`.
    pub bundles: Option<PathBuf>,
    /// What is wrong with the disk; not where writes are recorded.
    pub harm: Option<DiskHarm>,
    /// Where every write to the disk is recorded, with its flushes, over all starts that end in an orderly way.
    pub record: Option<PathBuf>,
    /// What the guest's clock chip says at power-on, as `2026-01-31T12:00:00`; otherwise the host's time.
    pub clock: Option<String>,
    /// When the firmware was built, seconds since 1970, as it tells the kernel; by default it is new.
    pub firmware_built: Option<u32>,
    /// Where a WAV file of what the guest plays is written.
    pub sound: Option<PathBuf>,
    /// A disk image on a USB stick that can be plugged in: see [`Machine::plug_stick`].
    pub stick: Option<PathBuf>,
    /// Where a WAV file is written of what a USB loudspeaker plays, each time that it is plugged in: see
    /// [`Machine::plug_loudspeaker`].
    pub loudspeaker: Option<PathBuf>,
    /// A command that answers each connection of the guest's to [`SERVER`], over its standard input and output.
    pub server: Option<String>,
    /// More words for the kernel, as from an owner with a keyboard at the board.
    pub words: String,
}

pub struct Machine {
    qemu: Child,
    qmp: Qmp,
    pub console: Console,
    listener: JoinHandle<()>,
    pub shell: Shell,
    clock_at_start_s: u64,
    /// The log of this start's writes, and where it belongs.
    recording: Option<(PathBuf, PathBuf)>,
}

/// Why waiting for something ended without it.
#[derive(Debug, PartialEq, Eq)]
pub enum Missed {
    /// The guest stopped by itself.
    Stopped(Stop),
    /// So much of the guest's time passed.
    Late(Duration),
}

impl Machine {
    /// Switches the board on with what the firmware took from the boot partition.
    pub fn start(folder: &Path, disk: &Path, boot: &BootFiles, told: Told, plugged: &Plugged) -> Result<Self> {
        fs::create_dir_all(folder)?;
        for (name, bytes) in [("kernel", &boot.kernel), ("initramfs", &boot.initramfs)] {
            fs::write(folder.join(name), bytes)?;
        }
        board::device_tree(&folder.join("device-tree"), told, plugged.firmware_built.unwrap_or(NEW_FIRMWARE))?;
        let socket = |name: &str| folder.join(name);
        for name in ["console", "shell", "qmp"] {
            let _ = fs::remove_file(socket(name));
        }
        let mut command = board::qemu();
        command.arg("-dtb").arg(folder.join("device-tree"));
        command.args(["-action", "reboot=shutdown,shutdown=pause,watchdog=pause", "-device", "i6300esb"]);
        command.arg("-kernel").arg(folder.join("kernel")).arg("-initrd").arg(folder.join("initramfs"));
        command.args(["-append", &format!("{} {}", boot.cmdline, plugged.words)]);
        command.args(["-rtc", &format!("clock=vm,base={}", plugged.clock.as_deref().unwrap_or("utc"))]);
        let begin = |joined: &PathBuf| Growing { log: folder.join("writes.log"), from: writelog::next_start(joined) };
        let recording = plugged.record.as_ref().map(begin);
        if let Some(recording) = &recording {
            fs::File::create(&recording.log)?;
        }
        let log = recording.as_ref().map(|recording| recording.log.as_path());
        board::plug_disks(&mut command, disk, log, plugged);
        let server = plugged.server.as_ref().map(|server| format!(",guestfwd=tcp:{SERVER}:80-cmd:{server}"));
        command.args(["-netdev", &format!("user,id=net,restrict=on{}", server.unwrap_or_default())]);
        command.args(["-device", "virtio-net-device,netdev=net", "-device", "virtio-rng-device"]);
        // USB, where something can be plugged in; a stick's drive is there from the start, because a drive needs no plug.
        if plugged.stick.is_some() || plugged.loudspeaker.is_some() {
            command.args(["-device", "qemu-xhci,id=usb"]);
        }
        if let Some(loudspeaker) = &plugged.loudspeaker {
            command.args(["-audiodev", &format!("wav,id=loudspeaker,path={}", loudspeaker.display())]);
        }
        if let Some(stick) = &plugged.stick {
            command.args(["-blockdev", &format!("driver=file,node-name=stick-file,filename={}", stick.display())]);
            command.args(["-blockdev", "driver=raw,node-name=stick,file=stick-file"]);
        }
        command.args(["-device", "virtio-serial-device", "-device", "virtserialport,chardev=shell"]);
        command.args(["-serial", "chardev:console"]);
        for name in ["console", "shell"] {
            command.args(["-chardev", &format!("socket,id={name},path={},server=on,wait=on", socket(name).display())]);
        }
        command.args(["-qmp", &format!("unix:{},server=on,wait=off", socket("qmp").display())]);
        if let Some(sound) = &plugged.sound {
            command.args(["-audiodev", &format!("wav,id=sound,path={}", sound.display())]);
            // Its amplifier would begin muted, and the image has nothing that opens one.
            command.args(["-device", "intel-hda", "-device", "hda-output,audiodev=sound,mixer=off"]);
        }
        let log = fs::File::create(folder.join("qemu.log"))?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let mut qemu = command.spawn().context("cannot start QEMU; is qemu-system-arm installed?")?;
        let connected = || -> Result<_> {
            let console = connect(&mut qemu, &socket("console"))?;
            let shell = connect(&mut qemu, &socket("shell"))?;
            Ok((console, shell, Qmp::connect(connect(&mut qemu, &socket("qmp"))?)?))
        }();
        let (console, shell, mut qmp) = match connected {
            Ok(connected) => connected,
            Err(error) => {
                let _ = qemu.kill();
                let said = fs::read_to_string(folder.join("qemu.log")).unwrap_or_default();
                return Err(error.context(format!("QEMU said: {said}")));
            }
        };
        let (console, listener) = Console::listen(console, recording.clone());
        let clock_at_start_s = qmp.guest_clock_s()?;
        let recording = recording.map(|recording| recording.log).zip(plugged.record.clone());
        Ok(Self { qemu, qmp, console, listener, shell: Shell::new(shell)?, clock_at_start_s, recording })
    }

    /// The guest's time since power-on, whole seconds.
    pub fn elapsed(&mut self) -> Result<Duration> {
        let seconds = self.qmp.guest_clock_s()?.saturating_sub(self.clock_at_start_s);
        Ok(Duration::from_secs(seconds))
    }

    /// Waits for a line of the console that contains the words, from line `first` on, until so much time of this start
    /// has passed in the guest.
    ///
    /// # Errors
    /// Only when the emulator broke; a line that does not come is an answer.
    pub fn wait(&mut self, words: &str, first: usize, until: Duration) -> Result<Result<(usize, Line), Missed>> {
        let look = |machine: &mut Self| Ok(machine.console.find(words, first, Duration::from_millis(100)));
        let found = self.look_until(until, look)?;
        // What was said last may still be on its way.
        Ok(found.or_else(|missed| self.console.find(words, first, Duration::from_millis(200)).ok_or(missed)))
    }

    /// Runs a command in the guest, until so much time of this start has passed in the guest.
    ///
    /// # Errors
    /// Only when the emulator broke; a command that does not end is an answer.
    pub fn shell(&mut self, command: &str, until: Duration) -> Result<Result<Done, Missed>> {
        self.shell.begin(command)?;
        self.look_until(until, |machine| machine.shell.poll())
    }

    /// Plugs the USB stick in.
    pub fn plug_stick(&mut self) -> Result<()> {
        let stick =
            json!({ "driver": "usb-storage", "id": "stick", "drive": "stick", "bus": "usb.0", "removable": true });
        self.qmp.execute("device_add", &stick).map(|_| ())
    }

    /// Puts another image in the place of the stick's, which must not be plugged in.
    pub fn change_stick(&mut self, image: &Path) -> Result<()> {
        for node in ["stick", "stick-file"] {
            self.qmp.execute("blockdev-del", &json!({ "node-name": node }))?;
        }
        let file = json!({ "driver": "file", "node-name": "stick-file", "filename": image });
        self.qmp.execute("blockdev-add", &file)?;
        self.qmp.execute("blockdev-add", &json!({ "driver": "raw", "node-name": "stick", "file": "stick-file" }))?;
        Ok(())
    }

    /// Pulls it, whatever the guest is doing with it.
    pub fn pull_stick(&mut self) -> Result<()> {
        self.qmp.execute("device_del", &json!({ "id": "stick" })).map(|_| ())
    }

    /// Plugs the USB loudspeaker in. Its recording begins anew.
    pub fn plug_loudspeaker(&mut self) -> Result<()> {
        let card = json!({ "driver": "usb-audio", "id": "loudspeaker", "audiodev": "loudspeaker", "bus": "usb.0" });
        self.qmp.execute("device_add", &card).map(|_| ())
    }

    /// Pulls it, whatever it is playing.
    pub fn pull_loudspeaker(&mut self) -> Result<()> {
        self.qmp.execute("device_del", &json!({ "id": "loudspeaker" })).map(|_| ())
    }

    /// Ends an emulator whose guest has stopped, or whose guest does not matter any more; files are written whole.
    pub fn finish(mut self) -> Result<Vec<Line>> {
        // The answer may not come any more.
        let _ = self.qmp.execute("quit", &json!({}));
        let end = Instant::now() + EMULATOR_WITHIN;
        while self.qemu.try_wait()?.is_none() {
            if Instant::now() > end {
                self.qemu.kill()?;
                bail!("QEMU did not end");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.listener.join();
        if let Some((log, joined)) = &self.recording {
            writelog::join(log, joined)?;
        }
        Ok(self.console.lines())
    }

    /// Takes the power away. What this start has recorded is not kept, because the emulator may have been in the middle
    /// of it.
    pub fn kill(mut self) -> Result<Vec<Line>> {
        self.qemu.kill()?;
        self.qemu.wait()?;
        let _ = self.listener.join();
        Ok(self.console.lines())
    }

    fn look_until<T>(
        &mut self,
        until: Duration,
        mut look: impl FnMut(&mut Self) -> Result<Option<T>>,
    ) -> Result<Result<T, Missed>> {
        let mut clock_read = Instant::now();
        loop {
            if let Some(found) = look(self)? {
                return Ok(Ok(found));
            }
            if let Some(stop) = self.qmp.stop()? {
                return Ok(Err(Missed::Stopped(stop)));
            }
            if clock_read.elapsed() > CLOCK_EVERY {
                clock_read = Instant::now();
                let elapsed = self.elapsed()?;
                if elapsed > until {
                    return Ok(Err(Missed::Late(elapsed)));
                }
            }
        }
    }
}

fn connect(qemu: &mut Child, socket: &Path) -> Result<UnixStream> {
    let end = Instant::now() + EMULATOR_WITHIN;
    loop {
        match UnixStream::connect(socket) {
            Ok(stream) => return Ok(stream),
            Err(error) if Instant::now() > end => return Err(error).context("QEMU opens no socket"),
            Err(_) => std::thread::sleep(Duration::from_millis(20)),
        }
        if let Some(status) = qemu.try_wait()? {
            bail!("QEMU ended at once ({status})");
        }
    }
}
