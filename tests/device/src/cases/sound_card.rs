//! The sound card that an owner names, as the firmware is told of it. The emulated board has no pins: what is looked at is the overlay.

use anyhow::{Context, Result, ensure};

use super::install::wait_committed;
use super::starting::LONG;
use super::{Bench, RARE, Report, START_BUDGET, Scenario, conclusion, mount_bundles, slots, started, switched_on};
use crate::layout::SlotName;
use crate::virtual_device::VirtualDevice;

pub const SOUND_CARD: Scenario = Scenario {
    name: "sound_card",
    cases: cases! {
        "a_card_that_is_named_is_told_to_the_firmware_with_one_restart": "after one restart the firmware reads the overlay, and nothing restarts again",
        "a_bundle_without_the_owners_card_is_refused": LOST,
        "a_bundle_without_the_fleets_client_is_refused": LOST,
        "a_bundle_for_a_larger_board_is_refused": LOST,
        "an_update_has_the_card_from_its_first_start": "the trial's firmware reads the same overlay, and it is committed with it",
    },
    starts: 3,
    run: sound_card,
    ..RARE
};

const LOST: &str = "refused by `parley update` and by RAUC, in words, before a byte is written";

const CARD: &str = "hifiberry-dacplusadc";
/// What `parley-setup` keeps of the owner's word.
const CHOICE: &str = "/var/lib/parley-setup/sound-card";
const UNIT: &str = "parley-sound-card.service";
/// What it makes for a fleet's client.
const FLEET: &str = "/var/lib/parley-setup/hawkbit.conf";

fn sound_card(bench: &Bench, report: &mut Report) -> Result<()> {
    let mut device = bench.device(&SOUND_CARD)?;
    switched_on(&mut device, SlotName::A)?;
    report.case("a_card_that_is_named_is_told_to_the_firmware_with_one_restart", named(&mut device));
    mount_bundles(&mut device)?;
    let before = slots(bench, &device.disk)?;
    let mut refused = |case, bundle, word, prepare: &str, after: &str| {
        let outcome = device.run(prepare).and_then(|_| refuses(&mut device, bundle, word)).and_then(|said| {
            device.run(&format!("{after}; sync"))?;
            ensure!(slots(bench, &device.disk)? == before, "a slot was written");
            Ok(said)
        });
        report.case(case, outcome);
    };
    refused("a_bundle_without_the_owners_card_is_refused", "other-sound-cards", CARD, "true", "true");
    let member = format!("touch {FLEET}");
    refused("a_bundle_without_the_fleets_client_is_refused", "no-fleet", "fleet", &member, &format!("rm {FLEET}"));
    refused("a_bundle_for_a_larger_board_is_refused", "larger-board", "64 GB", "true", "true");
    report.case("an_update_has_the_card_from_its_first_start", carried(&mut device));
    Ok(())
}

/// What the firmware has told the kernel of sound cards in the present start.
fn told(device: &VirtualDevice) -> Result<Vec<&str>> {
    let start = device.starts.last().context("no start")?;
    Ok(start.overlays.iter().map(String::as_str).filter(|name| name.starts_with("hifiberry-")).collect())
}

fn named(device: &mut VirtualDevice) -> Result<String> {
    ensure!(told(device)?.is_empty(), "nobody has named a card yet: {:?}", device.starts);
    device.run(&format!("echo {CARD} > {CHOICE}; sync"))?;
    // As the next start would.
    device.begin("systemctl restart parley-sound-card.service")?;
    let choice = device.wait_for_restart(START_BUDGET)?;
    ensure!(!choice.tryboot, "a restart for a card is no trial: {choice}");
    switched_on(device, SlotName::A)?;
    ensure!(told(device)? == [CARD], "the firmware reads {:?}", told(device)?);
    // It goes before the assistant, which the start does not wait for.
    let wait = format!("for i in $(seq 60); do systemctl is-active --quiet {UNIT} && break; sleep 1; done");
    device.run(&wait)?;
    let result = device.run("systemctl show --property=Result --property=ActiveState parley-sound-card.service")?;
    ensure!(result.contains("ActiveState=active"), "{result}");
    Ok(format!("{CARD} after one restart"))
}

fn refuses(device: &mut VirtualDevice, bundle: &str, word: &str) -> Result<String> {
    let ours = device.shell_within(&format!("parley update install /run/bundles/{bundle}.raucb"), LONG)?;
    ensure!(ours.code != 0 && ours.output.contains(word), "an owner looks for `{word}` in: {}", ours.output);
    let rauc = device.shell_within(&format!("rauc install /run/bundles/{bundle}.raucb"), LONG)?;
    ensure!(rauc.code != 0, "RAUC installed it: {}", rauc.output);
    Ok(conclusion(&ours.output))
}

fn carried(device: &mut VirtualDevice) -> Result<String> {
    device.run_within("parley update install /run/bundles/good.raucb", LONG)?;
    device.begin("parley update install --restart")?;
    started(device, SlotName::B)?;
    ensure!(told(device)? == [CARD], "the trial's firmware reads {:?}", told(device)?);
    wait_committed(device)?;
    ensure!(device.committed()? == Some(SlotName::B), "it was not committed");
    Ok(format!("{CARD} in slot B"))
}
