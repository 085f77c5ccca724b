//! The code and RAUC's configuration name the same slots and places as `ota/layout.toml`, which describes the disk.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use parley_update::bootchain::slot::{AUTOBOOT_LABEL, SLOTS, Slot};
use parley_update::bootchain::{card, cmdline, start_counter};
use toml::{Table, Value};

fn layout() -> Table {
    include_str!("../../../ota/layout.toml").parse().unwrap()
}

fn list(layout: &Table, name: &str) -> Vec<Table> {
    layout[name].as_array().unwrap().iter().map(|entry| entry.as_table().unwrap().clone()).collect()
}

fn text<'a>(table: &'a Table, key: &str) -> &'a str {
    table[key].as_str().unwrap()
}

fn number(table: &Value, key: &str) -> u64 {
    u64::try_from(table[key].as_integer().unwrap()).unwrap()
}

fn partition(layout: &Table, label: &str) -> Table {
    list(layout, "partition").into_iter().find(|partition| text(partition, "label") == label).unwrap()
}

#[test]
fn the_slots_and_places_are_those_of_the_code() {
    let layout = layout();
    let groups = list(&layout, "slot");
    assert_eq!(groups.len(), SLOTS.len());
    for (group, slot) in groups.iter().zip(SLOTS) {
        assert_eq!(text(group, "name").parse(), Ok(slot));
        assert_eq!((text(group, "boot"), text(group, "root")), (slot.boot_label(), slot.root_label()));
        let boot = number(&partition(&layout, slot.boot_label()).into(), "number");
        assert_eq!(Slot::of_boot_partition(u8::try_from(boot).unwrap()), Some(slot));
        let root = layout["cmdline"]["root"].as_str().unwrap().replace("{label}", slot.root_label());
        assert_eq!(root, cmdline::root_of(slot));
    }
    assert_eq!(text(&list(&layout, "partition")[0], "label"), AUTOBOOT_LABEL);
    assert_eq!(layout["autoboot"]["file"].as_str(), Some(card::AUTOBOOT_FILE));
    assert_eq!(layout["cmdline"]["file"].as_str(), Some(cmdline::FILE));
    assert_eq!(number(&layout["cmdline"], "bytes"), cmdline::LENGTH as u64);
    assert_eq!(number(&layout["unconfirmed-starts"], "offset-bytes"), start_counter::OFFSET_BYTES);
}

#[test]
fn only_the_last_partition_grows_and_the_virtual_ones_are_no_larger() {
    let partitions = list(&layout(), "partition");
    let growing = partitions.iter().map(|partition| partition.contains_key("grows")).collect::<Vec<_>>();
    assert_eq!(growing, [false, false, false, false, false, true]);
    for partition in partitions.into_iter().map(Value::from) {
        assert!(number(&partition, "virtual-size-mib") <= number(&partition, "size-mib"), "{partition}");
    }
}

#[test]
fn both_slots_have_partitions_of_one_size() {
    let layout = layout();
    let size = |label| {
        let found = partition(&layout, label);
        ["size-mib", "virtual-size-mib", "type"].map(|key| found[key].clone())
    };
    assert_eq!(size(Slot::A.boot_label()), size(Slot::B.boot_label()));
    assert_eq!(size(Slot::A.root_label()), size(Slot::B.root_label()));
}

#[test]
fn the_counter_lies_in_the_gap_before_the_first_partition() {
    let table_ends = 34 * 512;
    assert!(
        (table_ends..=number(&layout().into(), "align-mib") * 1024 * 1024 - 512).contains(&start_counter::OFFSET_BYTES)
    );
}

#[test]
fn rauc_writes_to_the_slots_of_the_layout() {
    let config = include_str!("../../../ota/system.conf");
    let section = |name: &str| -> Vec<&str> {
        let lines = config.lines().skip_while(|line| *line != format!("[slot.{name}]")).skip(1);
        lines.take_while(|line| !line.starts_with('[')).collect()
    };
    for group in list(&layout(), "slot") {
        let group = |key| text(&group, key);
        let root = section(group("rauc-root"));
        assert!(root.contains(&format!("device=/dev/disk/by-parley/{}", group("root")).as_str()), "{root:?}");
        assert!(root.contains(&format!("bootname={}", group("name")).as_str()), "{root:?}");
        let boot = section(group("rauc-boot"));
        assert!(boot.contains(&format!("device=/dev/disk/by-parley/{}", group("boot")).as_str()), "{boot:?}");
        assert!(boot.contains(&format!("parent={}", group("rauc-root")).as_str()), "{boot:?}");
    }
}
