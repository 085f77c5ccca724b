//! Bundles that must not be installed.

use anyhow::{Result, ensure};

use super::starting::LONG;
use super::{Bench, RARE, Report, Scenario, conclusion, mount_bundles, slots, switched_on};
use crate::layout::SlotName;
use crate::virtual_device::VirtualDevice;

pub const REFUSED: Scenario = Scenario {
    name: "bad_bundles",
    cases: cases! {
        "a_damaged_bundle_is_refused": BEFORE,
        "an_unsigned_bundle_is_refused": BEFORE,
        "a_strangers_bundle_is_refused": BEFORE,
        "a_bundle_of_a_revoked_key_is_refused": BEFORE,
        "a_bundle_for_another_device_is_refused": BEFORE,
        "an_older_version_is_refused": BEFORE,
        "a_bundle_too_large_for_the_slot_is_refused": BEFORE,
        "an_older_version_with_a_signed_permission_is_admitted": "`parley update check` says that it may be installed",
        "a_certificate_that_has_expired_since_is_no_reason": "at a clock of 2038 a good bundle may be installed: it is judged at the time of signing",
        "a_word_for_one_version_admits_no_other": "`--again` was said for 9.9.9: a blocked 1.1.0 is refused in words and by RAUC, before a byte is written",
        "a_product_that_trusts_a_development_authority_takes_nothing": "without the mark of an image for development everything is refused in words and by RAUC, and the status says why",
        "a_full_data_partition_refuses_and_harms_nothing": "with not a byte left the installation is refused in words, and possible again once there is room",
    },
    starts: 1,
    always: true,
    run: refused,
    ..RARE
};

pub const OLD_EEPROM: Scenario = Scenario {
    name: "old_eeprom",
    cases: cases! {
        "an_old_eeprom_is_refused": "a firmware of 2022 ignores the sections of autoboot.txt: nothing is installed",
    },
    starts: 1,
    always: true,
    run: old_eeprom,
    ..RARE
};

const BEFORE: &str =
    "refused by `parley update` in words and by RAUC, before a byte is written: both slots are untouched";

/// The case, its bundle, and a word that an owner finds in the reason.
const BAD: &[(&str, &str, &str)] = &[
    ("a_damaged_bundle_is_refused", "damaged", "damaged"),
    ("an_unsigned_bundle_is_refused", "unsigned", "signed"),
    ("a_strangers_bundle_is_refused", "stranger", "trust"),
    ("a_bundle_of_a_revoked_key_is_refused", "revoked", "withdrawn"),
    ("a_bundle_for_another_device_is_refused", "other-device", "device"),
    ("an_older_version_is_refused", "older", "older"),
    ("a_bundle_too_large_for_the_slot_is_refused", "too-large", "card"),
];

fn refused(bench: &Bench, report: &mut Report) -> Result<()> {
    let mut device = bench.device(&REFUSED)?;
    let before = slots(bench, &device.disk)?;
    // systemd takes no clock seriously that is 15 years ahead of its own release.
    device.plugged.clock = Some("2038-01-01T00:00:00".into());
    switched_on(&mut device, SlotName::A)?;
    mount_bundles(&mut device)?;
    for (case, bundle, word) in BAD {
        let outcome = refuses(&mut device, bundle, word);
        report.case(case, outcome.and_then(|said| untouched(bench, &mut device, &before, said)));
    }
    let check =
        |device: &mut VirtualDevice, bundle| device.run(&format!("parley update check /run/bundles/{bundle}.raucb"));
    report.case("an_older_version_with_a_signed_permission_is_admitted", check(&mut device, "older-allowed"));
    let date = device.run("date +%Y")?;
    let outcome = check(&mut device, "good").and_then(|said| {
        ensure!(date == "2038", "the guest's year is {date}");
        Ok(said)
    });
    report.case("a_certificate_that_has_expired_since_is_no_reason", outcome);
    let outcome = blocked(&mut device).and_then(|said| untouched(bench, &mut device, &before, said));
    report.case("a_word_for_one_version_admits_no_other", outcome);
    let outcome = product(&mut device).and_then(|said| untouched(bench, &mut device, &before, said));
    report.case("a_product_that_trusts_a_development_authority_takes_nothing", outcome);
    let outcome = full(&mut device).and_then(|said| untouched(bench, &mut device, &before, said));
    report.case("a_full_data_partition_refuses_and_harms_nothing", outcome);
    Ok(())
}

fn old_eeprom(bench: &Bench, report: &mut Report) -> Result<()> {
    let mut device = bench.device(&OLD_EEPROM)?;
    let before = slots(bench, &device.disk)?;
    // February 2022.
    device.plugged.firmware_built = Some(1_643_673_600);
    switched_on(&mut device, SlotName::A)?;
    mount_bundles(&mut device)?;
    let outcome = refuses(&mut device, "good", "EEPROM");
    report.case("an_old_eeprom_is_refused", outcome.and_then(|said| untouched(bench, &mut device, &before, said)));
    Ok(())
}

/// What was said, if nothing was written meanwhile.
fn untouched(bench: &Bench, device: &mut VirtualDevice, before: &[[u8; 32]], said: String) -> Result<String> {
    device.run("sync")?;
    ensure!(slots(bench, &device.disk)? == before, "a slot was written");
    Ok(said)
}

/// Both ways in refuse it; the words are the owner's.
fn refuses(device: &mut VirtualDevice, bundle: &str, word: &str) -> Result<String> {
    let ours = device.shell_within(&format!("parley update install /run/bundles/{bundle}.raucb"), LONG)?;
    ensure!(ours.code != 0, "`parley update` installed it: {}", ours.output);
    ensure!(ours.output.contains(word), "an owner looks for `{word}` in: {}", ours.output);
    let rauc = device.shell_within(&format!("rauc install /run/bundles/{bundle}.raucb"), LONG)?;
    ensure!(rauc.code != 0, "RAUC installed it: {}", rauc.output);
    Ok(conclusion(&ours.output))
}

fn blocked(device: &mut VirtualDevice) -> Result<String> {
    let (blocks, again) = ("/var/lib/parley-update/blocks", "/run/parley-update/again.json");
    device.run("parley update check /run/bundles/good.raucb")?;
    device.run(&format!("echo '1.1.0 failed-the-gate' >> {blocks}"))?;
    let said = refuses(device, "good", "tried before");
    // Last: `parley update` takes a word back that was not used.
    device.run(&format!("echo '{{\"version\":\"9.9.9\",\"until_s\":4000000000}}' > {again}"))?;
    let rauc = device.shell_within("rauc install /run/bundles/good.raucb", LONG)?;
    device.run(&format!("rm -f {again}; echo '1.1.0 allowed' >> {blocks}"))?;
    ensure!(rauc.code != 0, "RAUC installed it: {}", rauc.output);
    said
}

/// What development lays over the image is a file: without it this is a product whose release was signed for nobody.
fn product(device: &mut VirtualDevice) -> Result<String> {
    let (etc, copy) = ("/etc/parley", "/run/parley-product");
    device.run(&format!("cp -a {etc} {copy} && rm {copy}/development && mount --bind {copy} {etc}"))?;
    let said = refuses(device, "good", "throw-away").and_then(|said| {
        let status = device.run("parley update status")?;
        ensure!(status.contains("throw-away"), "the status does not say why: {status}");
        Ok(said)
    });
    device.run(&format!("umount {etc}; parley update check /run/bundles/good.raucb"))?;
    said
}

fn full(device: &mut VirtualDevice) -> Result<String> {
    device.shell("fallocate -l 100G /var/filler 2>/dev/null; cat /dev/zero > /var/filler2 2>/dev/null; sync")?;
    let done = device.shell_within("parley update install /run/bundles/good.raucb", LONG)?;
    ensure!(done.code != 0, "it installed: {}", done.output);
    ensure!(done.output.contains("the device is full"), "not in words: {}", done.output);
    device.run("rm -f /var/filler /var/filler2; sync; parley update check /run/bundles/good.raucb")?;
    Ok(conclusion(&done.output))
}
