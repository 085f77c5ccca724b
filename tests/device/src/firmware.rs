//! What the Pi's firmware decides before any of our code runs: which boot partition it takes.
//!
//! Terms: the *tryboot flag* is a register that survives a reset and is lost with the power. It is one-shot: whoever
//! reads it clears it. The *count* of starts lies in another such register, and the *reset status* is the chip's own
//! register PM_RSTS, which says whether the power came or something asked for the reset.
//! *autoboot.txt* lies on the first FAT partition and names the partitions for an ordinary and for a tryboot start.
//!
//! Rules, from the vendor's description of `autoboot.txt`, written anew here and not shared with the product's code, so
//! that a mistake there shows: sections filter the lines below them, `[all]` always applies, `[tryboot]` only with the
//! flag; a file that is missing or says nothing useful leaves the first partition that holds firmware files, which is
//! the one after `autoboot`.

use std::fmt;

/// The most that the firmware reads of the file, bytes.
const LONGEST_AUTOBOOT: usize = 512;
/// Where a device starts whose `autoboot.txt` says nothing: the first FAT partition with a kernel on it.
pub const DEFAULT_PARTITION: u32 = 2;
/// The reboot argument that sets the flag, as the kernel prints it.
const TRYBOOT_ARGUMENT: &str = "0 tryboot";

/// How the board was reset last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reset {
    /// Power came back: registers are at zero.
    PowerOn,
    /// A reboot, a panic or a watchdog: the flag register keeps what it had.
    Warm,
}

/// The bit of PM_RSTS that the power sets.
const HAD_POWER_ON: u32 = 0x1000;
/// The bit that a full reset by the watchdog sets, through which a kernel restarts as well.
const HAD_WATCHDOG_FULL: u32 = 0x20;

impl Reset {
    /// PM_RSTS as the firmware finds it, which it hands on as `/chosen/bootloader/rsts`. A restart with the argument
    /// `0 tryboot` names partition 0, so the bits that carry one are zero.
    pub fn status(self) -> u32 {
        match self {
            Self::PowerOn => HAD_POWER_ON,
            Self::Warm => HAD_WATCHDOG_FULL,
        }
    }
}

/// What the firmware starts, and what it tells the kernel about it under `/chosen/bootloader`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The partition number, from 1.
    pub partition: u32,
    /// Whether this start consumed the tryboot flag.
    pub tryboot: bool,
}

/// What the firmware tells the kernel of a start under `/chosen/bootloader`.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    pub choice: Choice,
    /// PM_RSTS.
    pub reset_status: u32,
    /// Starts since the power came.
    pub starts: u32,
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "partition {}{}", self.partition, if self.tryboot { " (tryboot)" } else { "" })
    }
}

/// The registers that survive a reset, as far as they matter here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Register {
    tryboot: bool,
    starts: u32,
}

impl Register {
    /// Hears a line of the guest's console. The kernel prints the reboot argument at the very place where, on a Pi, the
    /// mailbox driver hands it to the firmware.
    pub fn hear(&mut self, console_line: &str) {
        if let Some((_, argument)) = console_line.split_once("reboot: Restarting system with command '") {
            self.tryboot = argument.trim_end().trim_end_matches('\'') == TRYBOOT_ARGUMENT;
        }
    }

    /// Sets the flag, as a test does that wants a trial without the guest's help.
    pub fn arm(&mut self) {
        self.tryboot = true;
    }

    /// Starts the board: reads and clears the flag, and chooses a partition by `autoboot.txt` (`None`: there is no such
    /// file).
    pub fn start(&mut self, reset: Reset, autoboot: Option<&[u8]>) -> Choice {
        let before = if reset == Reset::PowerOn { 0 } else { self.starts };
        self.starts = before.saturating_add(1);
        let flag = std::mem::take(&mut self.tryboot) && reset == Reset::Warm;
        choose(flag, autoboot)
    }

    /// Starts since the power came: `/chosen/bootloader/count`.
    pub fn starts(&self) -> u32 {
        self.starts
    }
}

/// The partition for a start with or without the flag.
pub fn choose(tryboot: bool, autoboot: Option<&[u8]>) -> Choice {
    let Autoboot { a_b, ordinary, trial } = Autoboot::parse(autoboot.unwrap_or_default());
    let ordinary = ordinary.unwrap_or(DEFAULT_PARTITION);
    // Without `tryboot_a_b` the flag means another file of the same partition, which this product does not use.
    let partition = if tryboot && a_b { trial.unwrap_or(ordinary) } else { ordinary };
    Choice { partition, tryboot }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Autoboot {
    /// `tryboot_a_b=1`: the flag chooses a partition.
    pub a_b: bool,
    /// `boot_partition` for an ordinary start.
    pub ordinary: Option<u32>,
    /// `boot_partition` under `[tryboot]`.
    pub trial: Option<u32>,
}

impl Autoboot {
    /// Reads the file as the firmware does: what it does not understand, it passes over.
    pub fn parse(file: &[u8]) -> Self {
        let text = String::from_utf8_lossy(&file[..file.len().min(LONGEST_AUTOBOOT)]);
        let mut autoboot = Self::default();
        let mut section = "all";
        for line in text.lines().map(str::trim) {
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                section = name;
                continue;
            }
            let Some((key, value)) = line.split_once('=') else { continue };
            let Ok(number) = value.trim().parse::<u32>() else { continue };
            match (key.trim(), section) {
                ("tryboot_a_b", "all") => autoboot.a_b = number == 1,
                ("boot_partition", "all") if number > 0 => autoboot.ordinary = Some(number),
                ("boot_partition", "tryboot") if number > 0 => autoboot.trial = Some(number),
                _ => {}
            }
        }
        autoboot
    }
}

/// The longest line of `config.txt` that the firmware reads, bytes.
const LONGEST_LINE: usize = 98;
/// Files in files, beyond which it is a circle.
const DEEPEST: u8 = 4;

/// The overlays that `config.txt` names for a Raspberry Pi 5, with those of the files that it includes; a file that is
/// not there is empty. What else is said there has no meaning for an emulated board.
pub fn overlays(config: &[u8], file: impl Fn(&str) -> Option<Vec<u8>>) -> Vec<String> {
    let mut found = Vec::new();
    let mut applies = true;
    read_config(config, &file, DEEPEST, &mut applies, &mut found);
    found
}

fn read_config(
    config: &[u8],
    file: &dyn Fn(&str) -> Option<Vec<u8>>,
    deeper: u8,
    applies: &mut bool,
    found: &mut Vec<String>,
) {
    for line in config.split(|byte| *byte == b'\n') {
        let line = String::from_utf8_lossy(&line[..line.len().min(LONGEST_LINE)]);
        let line = line.trim();
        if let Some(filter) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            *applies = matches!(filter, "all" | "pi5");
            continue;
        }
        let included = line.strip_prefix("include ").filter(|_| *applies && deeper > 0);
        if let Some(included) = included.and_then(|name| file(name.trim())) {
            read_config(&included, file, deeper - 1, applies, found);
        } else if let Some(overlay) = line.strip_prefix("dtoverlay=").filter(|_| *applies) {
            // Parameters follow a comma.
            found.extend(overlay.split(',').next().filter(|name| !name.is_empty()).map(str::to_owned));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const COMMITTED_TO_A: &[u8] = b"[all]\ntryboot_a_b=1\nboot_partition=2\n[tryboot]\nboot_partition=3\n";
    const RESTART: &str = "[   31.4] reboot: Restarting system with command '0 tryboot'";

    fn heard(line: &str) -> Register {
        let mut register = Register::default();
        register.hear(line);
        register
    }

    #[test]
    fn a_trial_starts_the_other_partition_once() {
        let mut register = heard(RESTART);
        assert_eq!(register.start(Reset::Warm, Some(COMMITTED_TO_A)), Choice { partition: 3, tryboot: true });
        assert_eq!(register.start(Reset::Warm, Some(COMMITTED_TO_A)), Choice { partition: 2, tryboot: false });
    }

    #[test]
    fn a_power_cut_loses_the_flag() {
        let mut register = heard(RESTART);
        assert_eq!(register.start(Reset::PowerOn, Some(COMMITTED_TO_A)), Choice { partition: 2, tryboot: false });
        assert_eq!(register.start(Reset::Warm, Some(COMMITTED_TO_A)), Choice { partition: 2, tryboot: false });
    }

    #[test]
    fn starts_are_counted_from_the_power_on() {
        let mut register = Register::default();
        let counted = [Reset::PowerOn, Reset::Warm, Reset::Warm, Reset::PowerOn].map(|reset| {
            register.start(reset, None);
            register.starts()
        });
        assert_eq!(counted, [1, 2, 3, 1]);
        assert_eq!((Reset::PowerOn.status(), Reset::Warm.status()), (0x1000, 0x20));
    }

    #[test]
    fn only_the_tryboot_argument_sets_the_flag() {
        assert_eq!(heard("reboot: Restarting system"), Register::default());
        assert_eq!(heard("reboot: Restarting system with command '3'"), Register::default());
        assert_eq!(heard("echo 0 tryboot"), Register::default());
    }

    #[test]
    fn without_a_usable_file_the_first_slot_starts() {
        for file in [
            None,
            Some(&b""[..]),
            Some(&[0; 512]),
            Some(b"\xff\xfe[all\nboot_partition=\n=2"),
            Some(b"boot_partition=0"),
        ] {
            for tryboot in [false, true] {
                assert_eq!(choose(tryboot, file).partition, DEFAULT_PARTITION, "{file:?}");
            }
        }
    }

    #[test]
    fn a_trial_needs_tryboot_a_b() {
        let file = b"[all]\nboot_partition=2\n[tryboot]\nboot_partition=3\n";
        assert_eq!(choose(true, Some(file)).partition, 2);
    }

    #[test]
    fn sections_that_do_not_apply_are_passed_over() {
        let file = b"[all]\nboot_partition=3\n[pi4]\nboot_partition=7\n[tryboot]\nboot_partition=2\n";
        assert_eq!(Autoboot::parse(file), Autoboot { a_b: false, ordinary: Some(3), trial: Some(2) });
    }

    #[test]
    fn overlays_are_read_through_includes_and_filters() {
        let config =
            b"dtparam=audio=off\n#dtoverlay=no\n[pi4]\ndtoverlay=no\ninclude no.txt\n[all]\ndtoverlay=one,gpio=4\r\n\
                       include card.txt\ndtoverlay=last\ninclude missing.txt\n";
        let file = |name: &str| match name {
            "card.txt" => Some(b"force_eeprom_read=0\ndtoverlay=two\n###\n".to_vec()),
            "no.txt" => Some(b"dtoverlay=no\n".to_vec()),
            _ => None,
        };
        assert_eq!(overlays(config, file), ["one", "two", "last"]);
        let long = [&[b' '; LONGEST_LINE][..], b"dtoverlay=no"].concat();
        assert_eq!(overlays(&long, file), Vec::<String>::new());
    }

    #[test]
    fn a_file_that_includes_itself_ends() {
        let config = b"dtoverlay=x\ninclude config.txt\n";
        assert_eq!(overlays(config, |_| Some(config.to_vec())).len(), usize::from(DEEPEST) + 1);
    }

    proptest! {
        #[test]
        fn any_configuration_is_read(config: Vec<u8>, included: Vec<u8>) {
            let _ = overlays(&[&config[..], b"\n[all]\ninclude x\n"].concat(), |_| Some(included.clone()));
        }

        #[test]
        fn any_bytes_lead_to_a_partition(file: Vec<u8>, tryboot: bool) {
            prop_assert!(choose(tryboot, Some(&file)).partition > 0);
        }

        #[test]
        fn what_is_written_is_read(ordinary in 1..100u32, trial in 1..100u32, ending in "\r?\n") {
            let lines = ["[all]".into(), "tryboot_a_b=1".into(), format!("boot_partition={ordinary}"), "[tryboot]".into(), format!("boot_partition={trial}")];
            let file = lines.join(&ending);
            prop_assert_eq!(choose(false, Some(file.as_bytes())).partition, ordinary);
            prop_assert_eq!(choose(true, Some(file.as_bytes())).partition, trial);
        }
    }
}
