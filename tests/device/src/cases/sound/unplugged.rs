//! A USB loudspeaker that is pulled out of the running device, and plugged in again.

use anyhow::{Result, ensure};

use super::super::OWNER;
use crate::virtual_device::VirtualDevice;

/// The emulated card's id for ALSA.
const CARD: &str = "Audio";
const PULLED: &str = "the loudspeaker is not there";
const WAS_LOST: &str = "the loudspeaker went away and came back";

/// As if the owner had named that loudspeaker; then the daemon starts anew.
fn owner_wants(device: &mut VirtualDevice, output: &str) -> Result<()> {
    device.run(&format!(
        "mkdir -p $(dirname {OWNER}) && printf '[audio]\\noutput = \"{output}\"\\n' > {OWNER} && systemctl restart parley.service"
    ))?;
    Ok(())
}

/// Waits until a command succeeds, so many seconds at most; what it printed.
fn until(device: &mut VirtualDevice, seconds: u32, command: &str) -> Result<String> {
    let wait = format!("for second in $(seq {seconds}); do {command} && exit 0; sleep 1; done");
    device.run(&format!(
        "({wait}; cat /proc/asound/cards; parley ctl status; journalctl --no-pager -n 20 -u parley; exit 1)"
    ))
}

fn plugged_in(device: &mut VirtualDevice) -> Result<()> {
    device.machine()?.plug_loudspeaker()?;
    until(device, 30, &format!("grep -F '[{CARD}' /proc/asound/cards"))?;
    Ok(())
}

fn pulled(device: &mut VirtualDevice) -> Result<()> {
    device.machine()?.pull_loudspeaker()?;
    until(device, 30, &format!("! grep -F '[{CARD}' /proc/asound/cards"))?;
    Ok(())
}

/// Which process the daemon is, and how often it was started again.
fn life(device: &mut VirtualDevice) -> Result<String> {
    device.run("systemctl show --property=MainPID --property=NRestarts parley.service")
}

pub(super) fn taken_up_again(device: &mut VirtualDevice) -> Result<String> {
    plugged_in(device)?;
    owner_wants(device, &format!("plughw:CARD={CARD}"))?;
    until(device, 30, "parley ctl say 'Here I am.'")?;
    let before = life(device)?;
    ensure!(!device.run("parley ctl status")?.contains("the loudspeaker went away"), "nobody has pulled it yet");

    pulled(device)?;
    until(device, 15, &format!("parley ctl status | grep '{PULLED}'"))?;
    // Longer than the watchdog waits.
    device.run("sleep 12")?;
    let without = life(device)?;
    ensure!(without == before, "the daemon did not live on: {before}, then {without}");

    plugged_in(device)?;
    until(device, 15, &format!("parley ctl status | grep '{WAS_LOST}'"))?;
    let status = device.run("parley ctl status")?;
    ensure!(!status.contains(PULLED), "it is said to be away still: {status}");
    until(device, 15, "parley ctl say 'Here I am again, and you can hear me.'")?;
    let after = life(device)?;
    ensure!(after == before, "the daemon did not live on: {before}, then {after}");
    let logged = device.run("journalctl --no-pager -o cat -u parley.service | grep 'the loudspeaker'")?;
    ensure!(logged.contains(PULLED) && logged.contains(WAS_LOST), "the log says: {logged}");
    Ok(logged.replace('\n', "; "))
}

pub(super) fn replaced(device: &mut VirtualDevice) -> Result<String> {
    let used = |card: &str| format!("cat /proc/asound/{card}/pcm0p/sub0/status | grep -q RUNNING");
    owner_wants(device, "auto")?;
    until(device, 30, &used(CARD))?;
    let before = life(device)?;
    pulled(device)?;
    until(device, 30, &used("Intel"))?;
    until(device, 15, "parley ctl say 'I am somewhere else now.'")?;
    let after = life(device)?;
    ensure!(after == before, "the daemon did not live on: {before}, then {after}");
    Ok("the machine's own card".to_owned())
}
