//! The sound card that an owner names, from what `parley-setup` keeps to both boot partitions: by the built program, on
//! FAT images.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

mod double;

use double::Device;
use parley_board::known_card;
use parley_update::bootchain::slot::Slot;
use parley_update::bootchain::sound_card::{self, FILE, OnPins, render};
use parley_update::bootchain::{cmdline, fat};
use proptest::prelude::*;

const CHOICE: &str = "var/lib/parley-setup/sound-card";
const BOARD: &str = "var/lib/parley-setup/board";
const ADC: &str = "hifiberry-dacplusadc";
const OFFERS: &str = "sound-cards=hifiberry-dac hifiberry-dacplusadc\nfleet=hawkbit\nleast-board-gb=2\n";

/// The overlay of which the firmware will tell the kernel in a slot.
fn told(device: &Device, slot: Slot) -> Option<String> {
    let content = fat::find(&device.partition(slot.boot_label()), FILE).unwrap().content;
    assert_eq!(content.len(), 512);
    let text = String::from_utf8(content).unwrap();
    text.lines().find_map(|line| Some(line.strip_prefix("dtoverlay=")?.to_owned()))
}

/// A start with this choice, and how often the device was restarted for it.
fn started(device: &Device) -> usize {
    let said = device.tryboot(&["take-sound-card"]);
    assert!(said.status.success(), "{said:?}");
    let reboots = device.reboots();
    assert!(reboots.iter().all(|line| line == "reboot"), "into the same system: {reboots:?}");
    reboots.len()
}

/// All that the firmware is told in a slot, without comments.
fn lines(device: &Device, slot: Slot) -> Vec<String> {
    let content = fat::find(&device.partition(slot.boot_label()), FILE).unwrap().content;
    let text = String::from_utf8(content).unwrap();
    text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(str::to_owned).collect()
}

#[test]
fn a_board_is_told_to_both_slots_with_its_lines_and_the_device_restarts_once_for_them() {
    let device = Device::new();
    device.write(BOARD, "hifiberry-buttons\n");
    device.write(CHOICE, "hifiberry-dac\n");
    assert_eq!(started(&device), 1);
    let pulls = ["gpio=23=ip,pu", "gpio=24=ip,pu", "gpio=22=ip,pu", "gpio=25=ip,pu"];
    for slot in [Slot::A, Slot::B] {
        let expected = [&["force_eeprom_read=0", "dtoverlay=hifiberry-dac"][..], &pulls].concat();
        assert_eq!(lines(&device, slot), expected);
    }
    assert_eq!(started(&device), 0);
    // The same card with other lines is something else to the firmware.
    device.write(BOARD, "plain\n");
    assert_eq!((started(&device), lines(&device, Slot::A).last().map(String::as_str)), (1, Some("gpio=17=ip,pu")));
    for unknown in ["board-of-2030\n", "none\n", ""] {
        device.write(BOARD, unknown);
        started(&device);
        assert_eq!(lines(&device, Slot::A), ["force_eeprom_read=0", "dtoverlay=hifiberry-dac"], "{unknown}");
    }
}

#[test]
fn a_card_that_is_named_is_told_to_both_slots_and_the_device_restarts_once() {
    let device = Device::new();
    assert_eq!((started(&device), told(&device, Slot::A)), (0, None));
    device.write(CHOICE, format!("{ADC}\n"));
    assert_eq!(started(&device), 1);
    for slot in [Slot::A, Slot::B] {
        assert_eq!(told(&device, slot).as_deref(), Some(ADC));
        cmdline::is_complete(&device.partition(slot.boot_label()), slot).unwrap();
    }
    assert_eq!((started(&device), started(&device)), (0, 0));
    // Another one, none any more, and back.
    for (choice, expected) in
        [("hifiberry-dac\n", Some("hifiberry-dac")), ("none\n", None), ("hifiberry-dac", Some("hifiberry-dac"))]
    {
        device.write(CHOICE, choice);
        assert_eq!((started(&device), told(&device, Slot::A).as_deref()), (1, expected), "{choice}");
        assert_eq!(started(&device), 0);
    }
    // As a reset leaves it.
    std::fs::remove_file(device.path(CHOICE)).unwrap();
    assert_eq!((started(&device), told(&device, Slot::B)), (1, None));
}

#[test]
fn a_card_that_forgets_does_not_make_the_device_restart_for_ever() {
    let device = Device::new();
    device.write(CHOICE, ADC);
    assert_eq!(started(&device), 1);
    let before = device.partition("boot_a");
    for _ in 0..5 {
        // What was written is not there any more.
        fat::overwrite(&before, FILE, &render(&OnPins::default()).unwrap()).unwrap();
        assert_eq!((started(&device), told(&device, Slot::A).as_deref()), (0, Some(ADC)));
    }
    // Once it was kept, the next wish counts again.
    assert_eq!(started(&device), 0);
    fat::overwrite(&before, FILE, &render(&OnPins::default()).unwrap()).unwrap();
    assert_eq!(started(&device), 1);
}

#[test]
fn a_trial_writes_nothing_and_is_not_ended() {
    let device = Device::new();
    device.started(Slot::B, true, "1.4.0");
    device.write(CHOICE, ADC);
    let before = std::fs::read(device.partition("boot_b")).unwrap();
    assert_eq!(started(&device), 0);
    assert!(std::fs::read(device.partition("boot_b")).unwrap() == before);
    assert_eq!(told(&device, Slot::A), None);
}

#[test]
fn the_other_slot_may_be_damaged_and_the_running_one_may_not() {
    let device = Device::new();
    device.write(CHOICE, ADC);
    std::fs::write(device.partition("boot_b"), vec![0; 1 << 20]).unwrap();
    assert_eq!((started(&device), told(&device, Slot::A).as_deref()), (1, Some(ADC)));
    device.write(CHOICE, "hifiberry-dac");
    std::fs::write(device.partition("boot_a"), vec![0; 1 << 20]).unwrap();
    let said = device.tryboot(&["take-sound-card"]);
    assert!(!said.status.success() && String::from_utf8_lossy(&said.stderr).contains("sound card"), "{said:?}");
    assert_eq!(device.reboots(), Vec::<String>::new());
}

#[test]
fn a_card_of_a_later_version_stays_as_that_version_wrote_it() {
    let device = Device::new();
    let partition = device.partition("boot_a");
    fat::overwrite(&partition, FILE, &render(&OnPins::card("hifiberry-of-2030")).unwrap()).unwrap();
    device.write(CHOICE, "hifiberry-of-2030\n");
    assert_eq!((started(&device), told(&device, Slot::A).as_deref()), (0, Some("hifiberry-of-2030")));
}

#[test]
fn the_hook_carries_the_card_over_before_the_trial_is_armed() {
    let device = Device::new();
    device.write(CHOICE, ADC);
    started(&device);
    // The installation writes a boot partition as the bundle has it, then calls the hook.
    assert!(device.install_with("1.4.0", OFFERS));
    assert_eq!(told(&device, Slot::B).as_deref(), Some(ADC));
    device.started(Slot::B, true, "1.4.0");
    assert_eq!(started(&device), 0, "the trial has the card from its first moment");
}

#[test]
fn a_slot_without_a_place_for_the_card_is_never_armed() {
    let device = Device::new();
    let partition = device.partition("boot_b");
    let complete = || device.tryboot(&["complete", "--slot", "B", "--device", &partition.to_string_lossy()]);
    let template = cmdline::padded("root={root} ro rauc.slot={slot}").unwrap();
    fat::make_anew(&partition, "BOOT", cmdline::FILE, &template).unwrap();
    device.write(CHOICE, ADC);
    assert!(!complete().status.success());
    assert!(cmdline::is_complete(&partition, Slot::B).is_err(), "it stays a template");
    device.write(CHOICE, "none");
    assert!(complete().status.success(), "an older version is none the worse for it");
}

#[test]
fn a_bundle_that_would_take_something_away_is_refused_before_a_byte_is_written() {
    let device = Device::new();
    let slot = || std::fs::read(device.partition("boot_b")).unwrap();
    for (path, content, ours, word) in [
        (CHOICE, ADC, "sound-cards=hifiberry-dac\nfleet=hawkbit\n", "sound card hifiberry-dacplusadc"),
        ("var/lib/parley-setup/hawkbit.conf", "[client]\n", "fleet=none\nleast-board-gb=2\n", "the fleet"),
        ("proc/meminfo", "MemTotal:  2063392 kB\n", "least-board-gb=4\n", "4 GB of memory, and this one has 2"),
    ] {
        device.write(path, content);
        let before = slot();
        assert!(!device.install_with("1.4.0", ours), "{ours}");
        let refused = device.read("run/parley-update/refused");
        assert!(refused.contains(word), "{refused}");
        assert!(slot() == before, "{ours}");
        assert!(device.install_with("1.4.0", OFFERS), "{}", device.read("run/parley-update/refused"));
        std::fs::remove_file(device.path(path)).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn whatever_owners_change_between_starts_a_second_start_rests(
        choices in proptest::collection::vec(prop_oneof![
            Just(String::new()), Just("none".into()), Just(ADC.into()), Just("hifiberry-amp".into()), ".{0,20}",
        ], 1..5),
    ) {
        let device = Device::new();
        let mut expected = None;
        for choice in choices {
            device.write(CHOICE, &choice);
            prop_assert!(started(&device) <= 1);
            prop_assert_eq!(started(&device), 0, "{}", choice);
            let name = choice.trim();
            // What only a later version knows changes nothing.
            if known_card(name).is_some() || name == "none" || !sound_card::is_overlay(name) {
                expected = known_card(name).map(|card| card.overlay);
            }
            let found = told(&device, Slot::A);
            prop_assert_eq!(found.as_deref(), expected);
        }
    }
}
