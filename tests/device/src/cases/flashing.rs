//! `docs/FLASHING.md`, word for word: what a person does with a new card, and what the page promises.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::report::FIRMWARE;
use super::{ANSWERS, Bench, OWNER, RARE, Report, Scenario, said_on, switched_on};
use crate::disk::fat_file;
use crate::flashing::{PAGE, owners_file, steps};
use crate::layout::{Partition, SlotName};
use crate::virtual_device::VirtualDevice;

pub const FLASHING: Scenario = Scenario {
    name: "flashing",
    cases: cases! {
        "a_new_card_shows_a_drive_with_an_example": "a PC sees the drive AUTOBOOT, with the example that the page tells to copy",
        "a_new_card_answers_in_the_time_that_the_page_says": "from the power to the first answer, with the firmware's seconds: what the steps from *Plug in the power* on say",
        "the_file_of_the_page_does_what_the_page_says": "the owner's file as the page shows it, written onto the drive with a PC's tools, is applied key by key, and the report says so",
        "the_owners_words_freeze_none_of_the_images": "kept are the keys that the owner named, and what is in force beside them is the image's and this board's",
        "a_start_that_does_not_fail_says_so_on_the_serial_console": "no line with the words that the page names",
        "a_file_with_a_mistake_changes_nothing_and_says_where": "the line and what to write instead are in the report, and the device answers",
    },
    starts: 2,
    run: flashing,
    ..RARE
};

/// The names that the page gives, which its test compares with the product.
const FILE: &str = "parley-setup.toml";
const EXAMPLE: &str = "parley-setup.example.toml";
const REPORT: &str = "/var/lib/parley-setup/report.txt";
/// What the page says stands on the serial console after a start that failed.
const FAILED: &str = "parley-init: restart:";
/// What the report says of a word without quotation marks.
const QUOTED: &str = "must be quoted";
/// The step with which the device starts; the last one is the question.
const POWER: &str = "Plug in the power";

fn flashing(bench: &Bench, report: &mut Report) -> Result<()> {
    for named in [FILE, EXAMPLE, REPORT, FAILED, POWER] {
        ensure!(PAGE.contains(named), "the page no longer says {named}");
    }
    let mut device = bench.device(&FLASHING)?;
    let drive = bench.layout.partition("autoboot")?.clone();
    let folder = bench.folder(FLASHING.name);
    report.case("a_new_card_shows_a_drive_with_an_example", example(&device.disk, &drive));
    let file = owners_file(PAGE)?;
    put(&device.disk, &drive, &folder, &file)?;

    switched_on(&mut device, SlotName::A)?;
    let answered = said_on(&mut device, ANSWERS, SlotName::A);
    report.case("a_new_card_answers_in_the_time_that_the_page_says", answered.and_then(|said| in_time(said.at)));
    report.case("the_file_of_the_page_does_what_the_page_says", applied(&mut device, &file));
    report.case("the_owners_words_freeze_none_of_the_images", layered(&mut device));
    let quiet = device.said_now().iter().all(|line| !line.contains(FAILED));
    let quiet = if quiet { Ok(String::new()) } else { Err(anyhow::anyhow!("{}", device.last_words())) };
    report.case("a_start_that_does_not_fail_says_so_on_the_serial_console", quiet);
    device.cut_power()?;

    // Whoever forgets a quotation mark.
    let mistaken = file.replacen("\"kitchen\"", "kitchen", 1);
    ensure!(mistaken != file, "the page's file no longer names a kitchen");
    put(&device.disk, &drive, &folder, &mistaken)?;
    device.power_on()?;
    let outcome = said_on(&mut device, ANSWERS, SlotName::A).and_then(|_| refused(&mut device));
    report.case("a_file_with_a_mistake_changes_nothing_and_says_where", outcome);
    Ok(())
}

/// One of a PC's tools for FAT, on the first partition of the card.
fn tool(program: &str, disk: &Path, drive: &Partition) -> Command {
    let mut tool = Command::new(program);
    tool.arg("-i").arg(format!("{}@@{}", disk.display(), drive.start)).env("MTOOLS_SKIP_CHECK", "1");
    tool
}

fn ran(tool: &mut Command) -> Result<String> {
    let output = tool.output().with_context(|| format!("cannot start {:?} (package mtools)", tool.get_program()))?;
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    ensure!(output.status.success(), "{:?}: {said}", tool.get_program());
    Ok(said)
}

fn example(disk: &Path, drive: &Partition) -> Result<String> {
    let label = drive.filesystem_label.as_deref().unwrap_or_default();
    ensure!(PAGE.contains(&format!("`{label}`")), "the page does not name the drive {label}");
    let shown = ran(tool("mlabel", disk, drive).arg("-s").arg("::"))?;
    ensure!(shown.contains(label), "a PC shows: {shown}");
    let example = fat_file(&std::fs::File::open(disk)?, drive, EXAMPLE)?.context("there is no example on it")?;
    ensure!(!example.is_empty(), "the example is empty");
    Ok(format!("{}; {} bytes of an example", shown.trim(), example.len()))
}

/// Saves the file on the drive, in the place of one that is there.
pub(super) fn put(disk: &Path, drive: &Partition, folder: &Path, text: &str) -> Result<()> {
    let saved = folder.join(FILE);
    std::fs::write(&saved, text)?;
    ran(tool("mcopy", disk, drive).arg("-o").arg(&saved).arg(format!("::{FILE}"))).map(|_| ())
}

fn in_time(at: Duration) -> Result<String> {
    let steps = steps(PAGE)?;
    let first = steps.iter().position(|step| step.title == POWER).context("the page has no step for the power")?;
    let said: Duration = steps[first..].iter().map(|step| step.time).sum();
    let words = format!("answered after {:.1} s; the page says {} s", (at + FIRMWARE).as_secs_f64(), said.as_secs());
    ensure!(at + FIRMWARE <= said, "{words}");
    Ok(words)
}

fn applied(device: &mut VirtualDevice, file: &str) -> Result<String> {
    let said = device.run(&format!("cat {REPORT}"))?;
    let missing = unsaid(file, &said)?;
    ensure!(missing.is_empty(), "the report does not speak of {missing:?}:\n{said}");
    let table: toml::Table = file.parse()?;
    let name = table["name"].as_str().unwrap_or_default();
    device.run(&format!("test \"$(cat /proc/sys/kernel/hostname)\" = {name}"))?;
    Ok(said)
}

fn layered(device: &mut VirtualDevice) -> Result<String> {
    let kept: toml::Table = device.run(&format!("cat {OWNER}"))?.parse()?;
    let named: toml::Table = "[conversation]\nlanguage = \"en\"\n".parse()?;
    ensure!(kept == named, "more is kept than the page's file names: {kept:?}");
    let settings = device.run("parley ctl settings")?;
    let is = |key: &str, value: &str| {
        settings.lines().any(|line| line.starts_with(&format!("{key} = ")) && line.contains(value))
    };
    // By the owner, the image, and this board in /etc.
    for (key, value) in
        [("conversation.language", "en"), ("models.profile", "tiny"), ("audio.input", "plughw:CARD=Loopback")]
    {
        ensure!(is(key, value), "{key} is not {value}:\n{settings}");
    }
    Ok(format!("{} settings in force", settings.lines().count()))
}

/// The keys of a file for which a report has no line, or one that says it was not used.
fn unsaid(file: &str, report: &str) -> Result<Vec<String>> {
    let table: toml::Table = file.parse()?;
    let is_said = |key: &str| {
        let mut lines = report.lines().map(str::trim);
        lines.any(|line| {
            line.split_once(": ").is_some_and(|(said, value)| {
                (said == key || said.ends_with(&format!(".{key}"))) && !value.starts_with("not used")
            })
        })
    };
    Ok(table.keys().filter(|key| !is_said(key)).cloned().collect())
}

fn refused(device: &mut VirtualDevice) -> Result<String> {
    let said = device.run(&format!("cat {REPORT}"))?;
    for word in ["nothing was changed", "parley-setup.toml, line 1", QUOTED] {
        ensure!(said.contains(word), "the report does not say {word:?}:\n{said}");
    }
    device.run("test \"$(cat /proc/sys/kernel/hostname)\" = kitchen")?;
    Ok(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_which_the_report_says_nothing_is_found() {
        let file = "name = \"a\"\nlanguage = \"en\"\nntp = \"b\"\n[wifi]\nnetwork = \"c\"\n";
        let all = "name: a\nconversation.language: \"en\"\nntp: b\nwifi: c\n";
        assert!(unsaid(file, all).unwrap().is_empty());
        assert_eq!(unsaid(file, &all.replace("wifi: c", "wifi: not used; x")).unwrap(), ["wifi"]);
        assert_eq!(unsaid(file, "nothing was changed: x\n").unwrap().len(), 4);
    }

    #[test]
    fn a_word_without_quotation_marks_is_told_so() {
        let mistake = "name = kitchen".parse::<toml::Table>().unwrap_err();
        assert!(mistake.message().contains(QUOTED), "{mistake}");
    }

    #[test]
    fn the_time_is_that_of_the_page() {
        assert!(in_time(Duration::from_secs(20)).is_ok(), "what the device has to reach");
        assert!(in_time(Duration::from_secs(52)).is_err());
    }

    #[test]
    fn a_pcs_tools_write_onto_the_drive_of_a_card() {
        let folder = tempfile::tempdir().unwrap();
        let disk = folder.path().join("card");
        let layout = crate::layout::Layout::parse(include_str!("../../../../ota/layout.toml")).unwrap();
        let drive = layout.partition("autoboot").unwrap();
        std::fs::File::create(&disk).unwrap().set_len(drive.start + drive.size).unwrap();
        let offset = format!("{}", drive.start / 512);
        let made = Command::new("mkfs.vfat")
            .args(["-n", "AUTOBOOT", "--offset", &offset])
            .arg(&disk)
            .arg((drive.size / 1024).to_string())
            .output();
        let made = made.expect("mkfs.vfat (package dosfstools)");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        assert!(example(&disk, drive).is_err(), "there is no example yet");
        let file = owners_file(PAGE).unwrap();
        for text in ["old", file.as_str()] {
            put(&disk, drive, folder.path(), text).unwrap();
        }
        let read = fat_file(&std::fs::File::open(&disk).unwrap(), drive, FILE).unwrap().unwrap();
        assert_eq!(read, file.as_bytes());
        let saved = folder.path().join(FILE);
        ran(tool("mcopy", &disk, drive).arg(&saved).arg(format!("::{EXAMPLE}"))).unwrap();
        assert!(example(&disk, drive).unwrap().contains("AUTOBOOT"));
    }
}
