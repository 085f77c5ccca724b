//! The whole device as a tester has it before them: a disk, the board's firmware, its power switch and its cables.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::console::{Line, time_of};
use crate::disk;
use crate::firmware::{Choice, Register, Reset, Told};
use crate::layout::{Layout, SlotName};
use crate::machine::{Machine, Missed, Plugged};
use crate::qmp::Stop;
use crate::shell::Done;

/// More starts than this without the expected line is a loop.
const MOST_STARTS: usize = 12;
/// `kernel_watchdog_timeout` of the Pi's config.txt: the firmware starts the watchdog, and somebody must take it over
/// by then.
pub const FIRMWARE_WATCHDOG: Duration = Duration::from_secs(15);
/// What the guest says when systemd has taken it over.
const WATCHED: &str = "DEVICE watched";
/// After a start, the time by which a guest has started its shell; a wait for something else brings its own budget.
const COMMAND_BUDGET: Duration = Duration::from_secs(60);

/// One start of the board, as it went.
#[derive(Clone, Debug)]
pub struct Start {
    pub choice: Choice,
    /// The overlays of which the firmware has told the kernel, in their order. The emulated board has no pins for them.
    pub overlays: Vec<String>,
    /// How it ended, and after how much time of the guest; `None` while it runs, and after a power cut.
    pub end: Option<(Stop, Duration)>,
}

/// A line of the console, and when it was said.
#[derive(Clone, Debug)]
pub struct Said {
    pub line: Line,
    /// When, in the guest's time since the device was made; firmware's seconds are not in it.
    pub at: Duration,
    /// In which start, from 0.
    pub start: usize,
}

pub struct VirtualDevice {
    pub layout: Layout,
    pub plugged: Plugged,
    /// Words that the kernel of a slot is given, whenever it is that slot's: harm that comes with that slot's version.
    pub words_for: Vec<(SlotName, String)>,
    pub starts: Vec<Start>,
    /// Its disk's image.
    pub disk: PathBuf,
    folder: PathBuf,
    register: Register,
    machine: Option<Machine>,
    /// The guest's time before the present start.
    before: Duration,
    /// What the starts before this one said.
    said_before: Vec<Line>,
    /// The console's line after the last one that was waited for.
    seen: usize,
}

impl VirtualDevice {
    /// A device with a copy of that disk, its files in that folder.
    pub fn new(layout: Layout, disk: &Path, folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let copy = folder.join("disk.img");
        disk::copy_sparse(disk, &copy)?;
        Ok(Self {
            layout,
            plugged: Plugged::default(),
            words_for: Vec::new(),
            starts: Vec::new(),
            folder: folder.to_owned(),
            disk: copy,
            register: Register::default(),
            machine: None,
            before: Duration::ZERO,
            said_before: Vec::new(),
            seen: 0,
        })
    }

    /// Switches the power on.
    pub fn power_on(&mut self) -> Result<()> {
        self.start(Reset::PowerOn)
    }

    /// Switches the power on as if a restart had asked for a trial.
    pub fn power_on_in_trial(&mut self) -> Result<()> {
        self.register.arm();
        self.start(Reset::Warm)
    }

    /// Takes the power away, with whatever was not yet written lost to the emulator's mercy: the host's page cache
    /// keeps it. Cuts that lose writes are replayed from a recording.
    pub fn cut_power(&mut self) -> Result<()> {
        self.switch_off(Machine::kill)
    }

    /// Ends the emulator in an orderly way, so that a recording is whole; for the guest it is a power cut.
    pub fn end(&mut self) -> Result<()> {
        self.switch_off(Machine::finish)
    }

    fn switch_off(&mut self, how: fn(Machine) -> Result<Vec<Line>>) -> Result<()> {
        let now = self.elapsed()?;
        let machine = self.machine.take().context("the power is off already")?;
        self.before = now;
        self.keep_console(&how(machine)?)?;
        self.register = Register::default();
        Ok(())
    }

    pub fn is_on(&self) -> bool {
        self.machine.is_some()
    }

    /// Waits until the guest resets, switches the power off there, and says what the firmware would have started.
    pub fn wait_for_restart(&mut self, budget: Duration) -> Result<Choice> {
        let until = self.elapsed()?.saturating_sub(self.before) + budget;
        // No line is that long.
        let Err(Missed::Stopped(stop)) = self.machine()?.wait(&"?".repeat(4096), 0, until)? else {
            let (budget, said) = (budget.as_secs(), self.last_words());
            bail!("no restart within {budget} s of the guest's time; it said last:\n{said}");
        };
        self.stopped(stop)?;
        Ok(disk::start(&File::open(&self.disk)?, &self.layout, &mut self.register, Reset::Warm))
    }

    /// Waits for a line that contains the words. The board starts again whenever the guest restarts, panics or is
    /// caught by the watchdog.
    ///
    /// # Errors
    /// When the line does not come within so much time of the guest, the guest switches off, or restarts without end.
    pub fn wait(&mut self, words: &str, budget: Duration) -> Result<Said> {
        let end = self.elapsed()? + budget;
        loop {
            let (before, seen) = (self.before, self.seen);
            let machine = self.machine()?;
            let until = end.saturating_sub(before);
            let is_watched = machine.console.find(WATCHED, 0, Duration::ZERO).is_some();
            let look_until = if is_watched { until } else { until.min(FIRMWARE_WATCHDOG) };
            match machine.wait(words, seen, look_until)? {
                Ok((index, line)) => {
                    self.seen = index + 1;
                    let at = before + time_of(&line.text).unwrap_or_default();
                    return Ok(Said { line, at, start: self.starts.len() - 1 });
                }
                Err(Missed::Stopped(stop)) => self.restart(stop)?,
                Err(Missed::Late(_)) if look_until < until => {
                    if machine.console.find(WATCHED, 0, Duration::ZERO).is_none() {
                        self.restart(Stop::Watchdog)?;
                    }
                }
                Err(Missed::Late(elapsed)) => bail!(
                    "no line with `{words}` within {} s of the guest's time ({} s into start {} from {}); it said last:\n{}",
                    budget.as_secs(),
                    elapsed.as_secs(),
                    self.starts.len(),
                    self.starts.last().map(|start| start.choice.to_string()).unwrap_or_default(),
                    self.last_words()
                ),
            }
        }
    }

    /// Runs a command as root in the guest.
    ///
    /// # Errors
    /// When it does not end within a minute of the guest's time, or the guest stops meanwhile.
    pub fn shell(&mut self, command: &str) -> Result<Done> {
        self.shell_within(command, COMMAND_BUDGET)
    }

    /// Runs a command as root in the guest, which may take so long of the guest's time.
    pub fn shell_within(&mut self, command: &str, budget: Duration) -> Result<Done> {
        let until = self.elapsed()?.saturating_sub(self.before) + budget;
        let machine = self.machine()?;
        match machine.shell(command, until)? {
            Ok(done) => Ok(done),
            Err(missed) => {
                let (printed, said) = (machine.shell.heard().to_owned(), self.last_words());
                bail!("`{command}` did not end ({missed:?}); it printed: {printed}\nthe console said last:\n{said}")
            }
        }
    }

    /// Runs a command that must succeed, and returns what it printed.
    pub fn run(&mut self, command: &str) -> Result<String> {
        self.run_within(command, COMMAND_BUDGET)
    }

    /// The same, which may take so long of the guest's time.
    pub fn run_within(&mut self, command: &str, budget: Duration) -> Result<String> {
        let done = self.shell_within(command, budget)?;
        ensure!(done.code == 0, "`{command}` failed ({}): {}", done.code, done.output);
        Ok(done.output)
    }

    /// Begins a command that is not expected to end, such as a restart.
    pub fn begin(&mut self, command: &str) -> Result<()> {
        self.machine()?.shell.begin(command)
    }

    pub fn machine(&mut self) -> Result<&mut Machine> {
        self.machine.as_mut().context("the power is off")
    }

    /// The guest's time since the device was made, whole seconds.
    pub fn elapsed(&mut self) -> Result<Duration> {
        let now = self.machine.as_mut().map_or(Ok(Duration::ZERO), Machine::elapsed)?;
        Ok(self.before + now)
    }

    /// The slot that runs, or ran last.
    pub fn slot(&self) -> Option<SlotName> {
        self.layout.slot_of_boot(self.starts.last()?.choice.partition)
    }

    /// The slot that an ordinary start would take now, by the disk.
    pub fn committed(&self) -> Result<Option<SlotName>> {
        Ok(disk::committed(&File::open(&self.disk)?, &self.layout))
    }

    pub fn last_words(&self) -> String {
        last_of(&self.lines())
    }

    /// What all starts have said, each line with the length of the recording of writes when it was said.
    pub fn said(&self) -> Vec<(String, u64)> {
        let lines = self.said_before.iter().cloned().chain(self.lines());
        lines.map(|line| (line.text, line.recorded)).collect()
    }

    /// What this start has said on the console so far.
    pub fn said_now(&self) -> Vec<String> {
        self.lines().into_iter().map(|line| line.text).collect()
    }

    fn lines(&self) -> Vec<Line> {
        self.machine.as_ref().map(|machine| machine.console.lines()).unwrap_or_default()
    }

    fn start(&mut self, reset: Reset) -> Result<()> {
        ensure!(self.machine.is_none(), "the power is on already");
        ensure!(self.starts.len() < MOST_STARTS, "the device starts again and again: {:?}", self.starts);
        let image = File::open(&self.disk)?;
        let choice = disk::start(&image, &self.layout, &mut self.register, reset);
        let (choice, boot) = disk::walk(&image, &self.layout, choice)?;
        let told = Told { choice, reset_status: reset.status(), starts: self.register.starts() };
        let slot = self.layout.slot_of_boot(choice.partition);
        let mut plugged = self.plugged.clone();
        for (_, words) in self.words_for.iter().filter(|(name, _)| Some(*name) == slot) {
            plugged.words = format!("{} {words}", plugged.words);
        }
        self.machine = Some(Machine::start(&self.folder.join("machine"), &self.disk, &boot, told, &plugged)?);
        self.starts.push(Start { choice, overlays: boot.overlays, end: None });
        self.seen = 0;
        Ok(())
    }

    fn restart(&mut self, stop: Stop) -> Result<()> {
        self.stopped(stop)?;
        self.start(Reset::Warm)
    }

    /// The guest has stopped: what it said is kept, and the register hears it.
    fn stopped(&mut self, stop: Stop) -> Result<()> {
        let mut machine = self.machine.take().context("the power is off")?;
        let lasted = machine.elapsed()?;
        self.before += lasted;
        if let Some(start) = self.starts.last_mut() {
            start.end = Some((stop, lasted));
        }
        let lines = machine.finish()?;
        self.keep_console(&lines)?;
        lines.iter().for_each(|line| self.register.hear(&line.text));
        ensure!(stop != Stop::PowerOff, "the guest switched itself off; it said last:\n{}", last_of(&lines));
        self.said_before.extend(lines);
        Ok(())
    }

    fn keep_console(&self, lines: &[Line]) -> Result<()> {
        let file = self.folder.join(format!("console-{}.log", self.starts.len()));
        let text: String = lines.iter().map(|line| format!("{}\n", line.text)).collect();
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
    }
}

impl Drop for VirtualDevice {
    fn drop(&mut self) {
        if let Some(machine) = self.machine.take() {
            let _ = machine.kill().and_then(|lines| self.keep_console(&lines));
        }
    }
}

fn last_of(lines: &[Line]) -> String {
    let last: Vec<&str> = lines[lines.len().saturating_sub(25)..].iter().map(|line| line.text.as_str()).collect();
    last.join("\n")
}
