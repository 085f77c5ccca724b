//! A board with buttons and lights, on the kernel's own simulation of lines.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::install::wait_committed;
use super::{Bench, RARE, Report, Scenario, switched_on};
use crate::layout::SlotName;
use crate::virtual_device::VirtualDevice;

pub const BOARD: Scenario = Scenario {
    name: "board",
    cases: cases! {
        "without_a_board_the_daemon_opens_no_line": "the daemon may open no chip with lines, and has none open",
        "a_boards_lines_are_opened_to_the_daemon_and_no_other_node": "of every board that comes along: its buttons are watched and its lights switched, and the unit's drop-in names the chip and the bus alone",
        "a_press_counts_within_10_ms_and_its_light_is_on_within_50_ms": "in the guest's time: from the edge to the event, without the 15 ms in which a contact settles; and from the event to the light, in the median of nine presses",
        "a_line_that_somebody_has_costs_one_button": "the other buttons work, and the system log names the line and who has it",
        "a_chip_that_is_taken_away_and_comes_back_is_taken_up_again": "the daemon lives on; the buttons work again",
    },
    starts: 1,
    run: board,
    ..RARE
};

/// Where the kernel's simulation is told of a chip, with the label of a Raspberry Pi's own.
const CONFIG: &str = "/sys/kernel/config/gpio-sim/header";
const LABEL: &str = "pinctrl-rp1";
/// Every line is held high, as no button is pressed.
const MAKE: &str = "mkdir -p {config}/bank && echo 28 > {config}/bank/num_lines && echo {label} > {config}/bank/label && echo 1 > {config}/live && \
                    udevadm settle && for line in {sim}/gpiochip*/sim_gpio*; do echo pull-up > $line/pull; done";
const SIM: &str = "/sys/devices/platform/gpio-sim.0";
/// What `parley-setup` keeps of the owner's word, for the firmware and for the daemon.
const CHOICE: &str = "/var/lib/parley-setup/board";
const OWNER: &str = "/var/lib/parley-setup/parley.toml";
const DROP_IN: &str = "/run/systemd/system/parley.service.d/50-board.conf";
/// Boards with the lines of their buttons, and how many handles for lights they have. Read in their files, and not shared with the product.
const BOARDS: &[(&str, usize, usize, &str)] = &[
    ("plain", 1, 1, ""),
    ("hifiberry-buttons", 4, 2, ""),
    ("voice-bonnet", 1, 1, ""),
    ("respeaker-2-mic", 1, 0, "spidev0.0"),
];
/// In which a contact settles.
const SETTLES_US: u64 = 15_000;
const PRESSES: usize = 9;

#[derive(Debug, Deserialize)]
struct Pressed {
    event_us: u64,
    light_us: u64,
}

fn board(bench: &Bench, report: &mut Report) -> Result<()> {
    let mut device = bench.device(&BOARD)?;
    switched_on(&mut device, SlotName::A)?;
    wait_committed(&mut device)?;
    device.run("modprobe gpio-sim && mount -t configfs none /sys/kernel/config")?;
    make_chip(&mut device)?;
    report.case("without_a_board_the_daemon_opens_no_line", without(&mut device));
    report.case("a_boards_lines_are_opened_to_the_daemon_and_no_other_node", every_board(&mut device));
    report.case("a_press_counts_within_10_ms_and_its_light_is_on_within_50_ms", in_time(&mut device));
    report.case("a_line_that_somebody_has_costs_one_button", in_use(&mut device));
    report.case("a_chip_that_is_taken_away_and_comes_back_is_taken_up_again", comes_back(&mut device));
    Ok(())
}

fn make_chip(device: &mut VirtualDevice) -> Result<()> {
    let make = MAKE.replace("{config}", CONFIG).replace("{label}", LABEL).replace("{sim}", SIM);
    device.run(&make).map(drop)
}

/// The daemon starts with this board, and says at its door that it is there.
fn starts_with(device: &mut VirtualDevice, name: &str) -> Result<()> {
    device.run(&format!(
        "echo {name} > {CHOICE} && printf '[hardware]\\nboard = \"{name}\"\\nnight-brightness = 60\\n' > {OWNER} && chmod 644 {OWNER} && \
         systemctl restart parley-board.service && systemctl restart parley.service && \
         for i in $(seq 100); do parley ctl status > /dev/null 2>&1 && break; sleep 0.1; done"
    ))?;
    Ok(())
}

/// How many handles of a kind the daemon has.
fn handles(device: &mut VirtualDevice, kind: &str) -> Result<usize> {
    let count = "ls -l /proc/$(systemctl show -P MainPID parley.service)/fd | grep -c {kind}; true";
    let said = device.run(&count.replace("{kind}", kind))?;
    said.trim().parse().with_context(|| format!("no number: {said}"))
}

fn without(device: &mut VirtualDevice) -> Result<String> {
    device.run(&format!("test ! -e {DROP_IN}"))?;
    let opened = handles(device, "gpio-")?;
    ensure!(opened == 0, "the daemon has {opened} lines open");
    let allowed = device.run("systemctl show -P DeviceAllow parley.service")?;
    ensure!(!allowed.contains("gpio") && !allowed.contains("spi"), "{allowed}");
    Ok("none".to_owned())
}

fn every_board(device: &mut VirtualDevice) -> Result<String> {
    let chip = device.run(&format!("basename $(echo {SIM}/gpiochip*)"))?;
    for (name, buttons, lights, bus) in BOARDS {
        starts_with(device, name)?;
        let dropped = device.run(&format!("grep ^DeviceAllow= {DROP_IN} | sort | tr '\\n' ' '"))?;
        let bus = if bus.is_empty() { String::new() } else { format!(" DeviceAllow=/dev/{bus} rw") };
        let expected = format!("DeviceAllow=/dev/{} rw{bus}", chip.trim());
        ensure!(dropped.trim() == expected, "{name}: {dropped}");
        let mut opened = (0, 0);
        for _ in 0..50 {
            opened = (handles(device, "gpio-event")?, handles(device, "gpio-linehandle")?);
            if opened == (*buttons, *lights) {
                break;
            }
            device.run("sleep 0.2")?;
        }
        ensure!(
            opened == (*buttons, *lights),
            "{name} has {buttons} buttons and {lights} lights, and opened are {opened:?}"
        );
    }
    Ok(format!("{} boards", BOARDS.len()))
}

fn in_time(device: &mut VirtualDevice) -> Result<String> {
    starts_with(device, "hifiberry-buttons")?;
    let mut presses = Vec::new();
    for press in 0..2 * PRESSES {
        // Every second press opens the microphone again, and the light goes out.
        let is_muting = press % 2 == 0;
        if is_muting {
            let line = format!("$(echo {SIM}/gpiochip*)/sim_gpio");
            let said = device.run(&format!(
                "/usr/lib/device/press /run/parley/door/read/socket '\"muted\":true' {line}25 {line}26"
            ))?;
            let pressed: Pressed = serde_json::from_str(said.trim()).with_context(|| format!("{said:?}"))?;
            presses.push(pressed);
        } else {
            press_once(device, 25)?;
            device.run("for i in $(seq 50); do parley ctl status --json | grep -q '\"muted\": *false' && exit 0; sleep 0.1; done; exit 1")?;
            device.run("sleep 0.3")?;
        }
    }
    let median = |mut times: Vec<u64>| {
        times.sort_unstable();
        times[times.len() / 2]
    };
    let event = median(presses.iter().map(|press| press.event_us).collect()).saturating_sub(SETTLES_US);
    let light = median(presses.iter().map(|press| press.light_us - press.event_us).collect());
    let told = format!(
        "event {} ms after the contact settles, light {} ms after that",
        event as f64 / 1e3,
        light as f64 / 1e3
    );
    ensure!(event <= 10_000, "{told}");
    ensure!(light <= 50_000, "{told}");
    Ok(told)
}

fn press_once(device: &mut VirtualDevice, line: u8) -> Result<()> {
    let line = format!("$(echo {SIM}/gpiochip*)/sim_gpio{line}");
    device.run(&format!("echo pull-down > {line}/pull; sleep 0.15; echo pull-up > {line}/pull; sleep 0.1")).map(drop)
}

/// Line 24 is somebody else's: the button of line 25 works.
fn in_use(device: &mut VirtualDevice) -> Result<String> {
    let other = "umount /sys/kernel/config; mount -t configfs none /sys/kernel/config; echo 0 > {config}/live && \
                 mkdir -p {config}/bank/line24/hog && echo a-lamp > {config}/bank/line24/hog/name && \
                 echo output-low > {config}/bank/line24/hog/direction && echo 1 > {config}/live && udevadm settle && \
                 for line in {sim}/gpiochip*/sim_gpio*; do echo pull-up > $line/pull 2> /dev/null; done; true";
    device.run("systemctl stop parley.service")?;
    device.run(&other.replace("{config}", CONFIG).replace("{sim}", SIM))?;
    starts_with(device, "hifiberry-buttons")?;
    mutes(device, true)?;
    let said = device.run("journalctl -u parley.service | grep 'line 24 is in use' | tail -n 1")?;
    ensure!(said.contains("a-lamp"), "{said}");
    Ok("line 24 is in use by a-lamp, and the button on line 25 works".to_owned())
}

/// Presses the button of line 25 until the daemon says so.
fn mutes(device: &mut VirtualDevice, muted: bool) -> Result<()> {
    for _ in 0..20 {
        press_once(device, 25)?;
        let state = device.run("parley ctl status --json")?;
        if state.replace(' ', "").contains(&format!("\"muted\":{muted}")) {
            return Ok(());
        }
        device.run("sleep 0.5")?;
    }
    anyhow::bail!("the button on line 25 does nothing")
}

fn comes_back(device: &mut VirtualDevice) -> Result<String> {
    let before = device.run("systemctl show -P MainPID parley.service")?;
    device.run(&format!("echo 0 > {CONFIG}/live; sleep 1; rmdir {CONFIG}/bank/line24/hog {CONFIG}/bank/line24"))?;
    device.run("parley ctl status > /dev/null")?;
    make_chip(device)?;
    mutes(device, false)?;
    let after = device.run("systemctl show -P MainPID parley.service")?;
    ensure!(before == after, "the daemon was started anew");
    Ok("its button works again".to_owned())
}
