//! Whether a card is the one of ota/layout.toml, holds the images that were made for it, and starts.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use parley_device::layout::{Layout, SECTOR};
use parley_update::bootchain::slot::Slot;
use parley_update::bootchain::sound_card;
use serde_json::Value;

use super::card::NAME;
use super::checkout::Checkout;
use xtask::process;

/// Compares the card with ota/layout.toml, its images and what they have to hold.
pub fn check(checkout: &Checkout, folder: &Path, card: &Path) -> Result<()> {
    let disk = Layout::parse_product(&checkout.read("ota/layout.toml")?)?;
    let table = process::output(Command::new("/usr/sbin/sfdisk").arg("--json").arg(card))?;
    let table: Value = serde_json::from_str(&table).context("sfdisk prints JSON")?;
    let partitions = layout(&disk, &table)?;
    let images = [
        folder.join("deploy/parley-autoboot.vfat"),
        folder.join(format!("images/{NAME}.bootslot-a")),
        folder.join(format!("images/{NAME}.bootslot-b")),
        folder.join(format!("images/{NAME}.erofs-lz4.verity")),
        folder.join(format!("images/{NAME}.erofs-lz4.verity")),
    ];
    for (found, image) in partitions.iter().zip(&images) {
        let start = found["start"].as_u64().unwrap_or_default() * 512;
        ensure!(is_at(card, start, image)?, "{} is not on the card as it was made", image.display());
    }
    for (slot, image) in [(Slot::A, &images[1]), (Slot::B, &images[2])] {
        parley_update::bootchain::cmdline::is_complete(image, slot)?;
        let card = parley_update::bootchain::fat::find(image, sound_card::FILE)
            .context("a boot partition has no file for the owner's sound card")?;
        ensure!(
            Some(card.content) == sound_card::render(&sound_card::OnPins::default()).map(Vec::from),
            "a fresh card names a sound card"
        );
    }
    let autoboot = parley_update::bootchain::fat::find(&images[0], "autoboot.txt")
        .context("the first partition has no autoboot.txt")?;
    let expected = "[all]\ntryboot_a_b=1\nboot_partition=2\n[tryboot]\nboot_partition=3\n";
    ensure!(autoboot.content == expected.as_bytes(), "a fresh card would not start slot A");
    // The line on the card opens the root that is on the card.
    let argument = fs::read_to_string(folder.join(format!("images/{NAME}.erofs-lz4.verity-argument")))?;
    let words: Vec<_> = argument.trim().trim_start_matches("parley.verity=").split(',').map(str::to_owned).collect();
    let [blocks, _, hash] = words.as_slice() else {
        anyhow::bail!("the line does not say how to open the root: {argument}")
    };
    let offset = format!("--hash-offset={}", blocks.parse::<u64>()? * 4096);
    let mut verify = Command::new("veritysetup");
    process::run(verify.arg("verify").args([&images[3], &images[3]]).args([hash, &offset]))
}

/// The card's partitions, which are those of ota/layout.toml.
fn layout<'a>(disk: &Layout, table: &'a Value) -> Result<&'a Vec<Value>> {
    let partitions = table["partitiontable"]["partitions"].as_array().context("the card has no partitions")?;
    ensure!(table["partitiontable"]["label"] == "gpt", "the partition table is not gpt");
    ensure!(partitions.len() == disk.partitions.len(), "the card has {} partitions", partitions.len());
    for (found, expected) in partitions.iter().zip(&disk.partitions) {
        let label = &expected.label;
        ensure!(
            found["name"] == label.as_str() && found["type"] == expected.kind.as_str(),
            "{label} is another partition: {found}"
        );
        ensure!(
            found["start"] == expected.start / SECTOR && found["size"] == expected.size / SECTOR,
            "{label} lies elsewhere: {found}"
        );
    }
    Ok(partitions)
}

fn is_at(card: &Path, start: u64, image: &Path) -> Result<bool> {
    let length = fs::metadata(image)?.len();
    let mut cmp = Command::new("cmp");
    cmp.args([format!("--ignore-initial={start}:0"), format!("--bytes={length}")]).arg(card).arg(image);
    Ok(cmp.status().context("cannot start cmp")?.success())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_card_with_a_partition_elsewhere_or_of_another_kind_is_found() {
        let disk = Layout::parse_product(include_str!("../../../layout.toml")).expect("a layout");
        let mut start = disk.align_mib * 2048;
        let mut partitions = Vec::new();
        for partition in &disk.partitions {
            let size = partition.size_mib * 2048;
            partitions.push(json!({ "name": partition.label, "type": partition.kind, "start": start, "size": size }));
            start += size;
        }
        let right = json!({ "partitiontable": { "label": "gpt", "partitions": partitions } });
        assert!(layout(&disk, &right).is_ok());
        for (key, value) in [("name", json!("x")), ("type", json!("x")), ("start", json!(1)), ("size", json!(1))] {
            let mut wrong = right.clone();
            wrong["partitiontable"]["partitions"][1][key] = value;
            assert!(layout(&disk, &wrong).is_err(), "{key}");
        }
        let mut fewer = right.clone();
        fewer["partitiontable"]["partitions"].as_array_mut().expect("partitions").pop();
        assert!(layout(&disk, &fewer).is_err());
        assert!(layout(&disk, &json!({ "partitiontable": { "label": "dos", "partitions": partitions } })).is_err());
    }

    #[test]
    fn an_image_that_differs_in_one_byte_is_not_on_the_card() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            fs::write(&path, bytes).expect("written");
            path
        };
        let bytes = vec![7; (1 << 20) + 3];
        let mut other = bytes.clone();
        other[(1 << 20) + 1] = 8;
        let one = file("one", &bytes);
        assert!(is_at(&one, 0, &file("same", &bytes)).expect("compared"));
        assert!(!is_at(&one, 0, &file("byte", &other)).expect("compared"));
        assert!(is_at(&one, 1 << 20, &file("image", &[7, 7, 7])).expect("compared"));
        assert!(is_at(&one, 0, &file("first", &[7, 7, 7])).expect("compared"), "what follows is another image's");
        assert!(!is_at(&one, 1 << 20, &file("wrong", &[7, 8, 7])).expect("compared"));
    }
}
