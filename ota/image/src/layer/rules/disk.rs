//! The card against ota/layout.toml.

use anyhow::Result;

use super::{Findings, Layer, lines, place_of};
use crate::layer::metadata::Metadata;

/// One line of a `.wks` file, its variables expanded.
struct Line {
    place: String,
    words: Vec<String>,
}

impl Line {
    fn option(&self, name: &str) -> Option<&str> {
        let at = self.words.iter().position(|word| word == name || word.starts_with(&format!("{name}=")))?;
        match self.words[at].split_once('=') {
            Some((_, value)) => Some(value),
            None => self.words.get(at + 1).map(String::as_str),
        }
    }
}

/// Partitions, sizes, types and alignment are those of the description; contents are images, and the last is a file system.
pub fn card(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    let disk = &layer.disk;
    let images = layer.metadata.iter().filter(|(_, metadata)| metadata.includes("core-image"));
    let has_card = |metadata: &Metadata| metadata.value("IMAGE_FSTYPES").is_some_and(|types| types.contains("wic"));
    for (path, metadata) in images.filter(|(_, metadata)| has_card(metadata)) {
        let place = place_of(metadata, "WKS_FILE", path);
        let Some(name) = metadata.value("WKS_FILE") else {
            findings.add(place, "WKS_FILE is not said: the board's own layout would be used");
            continue;
        };
        let wks = format!("meta-voice/files/wic/{name}");
        let Ok(text) = layer.checkout.read(&wks) else {
            findings.add(place, format!("there is no {wks}"));
            continue;
        };
        let lines = expand(layer, &wks, &text, findings);
        let parts: Vec<_> = lines.iter().filter(|line| line.words.first().is_some_and(|word| word == "part")).collect();
        if parts.len() != disk.partitions.len() {
            findings.add(&wks, format!("{} partitions, not {}", parts.len(), disk.partitions.len()));
        }
        for (part, expected) in parts.iter().zip(&disk.partitions) {
            let mut expect = |holds: bool, problem: &str| {
                findings.expect(holds, &part.place, format!("partition {} {problem}", expected.label));
            };
            for (option, value) in [
                ("--part-name", &expected.label),
                ("--part-type", &expected.kind),
                ("--fixed-size", &format!("{}M", expected.size_mib)),
                ("--align", &(disk.align_mib * 1024).to_string()),
            ] {
                let same = part.option(option) == Some(value);
                expect(same, &format!("has not {value} for {option}, as ota/layout.toml says"));
            }
            let source = part.option("--sourceparams").unwrap_or_default();
            if expected.filesystem == "ext4" {
                expect(part.option("--fstype") == Some("ext4"), "has no ext4 file system");
                expect(part.option("--source") != Some("empty"), "would stay unformatted");
            } else {
                expect(source.contains("file="), "has no content");
            }
            expect(expected.filesystem != "erofs" || source.contains(".verity"), "has no hash tree behind it");
            for (slot, ending) in [("boot_a", "-a"), ("boot_b", "-b")] {
                let right = source.trim_matches('"').ends_with(ending);
                expect(expected.label != slot || right, "is not completed for its slot");
            }
            expect(part.option("--uuid").is_some(), "has no fixed UUID: no two builds would be the same");
        }
        let table = lines.iter().find(|line| line.words.first().is_some_and(|word| word == "bootloader"));
        let option = |name| table.and_then(|line| line.option(name));
        let same = option("--ptable") == Some("gpt");
        findings.expect(same, &wks, "the partition table is not gpt");
        findings.expect(option("--diskid").is_some(), &wks, "the disk has no fixed UUID");
    }
    Ok(())
}

fn expand(layer: &Layer<'_>, wks: &str, text: &str, findings: &mut Findings) -> Vec<Line> {
    let mut expanded_lines = Vec::new();
    for (place, line) in lines(wks, text).filter(|(_, line)| !line.starts_with('#') && !line.is_empty()) {
        let mut expanded = line.to_owned();
        for variable in line.split("${").skip(1).filter_map(|rest| rest.split('}').next()) {
            let value = layer.assignments().filter(|a| a.name == variable && a.flag.is_none()).last();
            match value {
                Some(assignment) => expanded = expanded.replace(&format!("${{{variable}}}"), &assignment.value),
                None => findings.expect(
                    matches!(variable, "IMGDEPLOYDIR" | "IMAGE_LINK_NAME" | "DEPLOY_DIR_IMAGE"),
                    &place,
                    format!("{variable} is not defined: wic would read an empty word"),
                ),
            }
        }
        expanded_lines.push(Line { place, words: expanded.split_whitespace().map(str::to_owned).collect() });
    }
    expanded_lines
}
