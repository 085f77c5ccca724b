//! The product's units: nobody can reach them from the network, and what they share is written down once.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

mod bounds;
mod data;
mod sandbox;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use parley_update::announcements;
use parley_update::records::update_folder::UpdateFolder;
use parley_update::wishes::{self, Wish};

fn overlay() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rootfs-overlay")
}

/// The units that the layer adds to those of the overlay, each with its drop-in.
const OF_SETUP: [(&str, &str); 2] =
    [("parley-setup.service", "20-setup.conf"), ("parley-wifi.service", "20-wifi.conf")];

fn setup_files() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../meta-voice/recipes-core/parley-setup/files")
}

/// A unit's files in the order in which systemd reads them.
fn files(unit: &str) -> Vec<PathBuf> {
    if let Some((_, drop_in)) = OF_SETUP.iter().find(|(name, _)| *name == unit) {
        let hardening = overlay().join("usr/lib/systemd/system/parley-.service.d/10-hardening.conf");
        return vec![setup_files().join(unit), hardening, setup_files().join(drop_in)];
    }
    let folder = overlay().join("usr/lib/systemd/system");
    // systemd reads the drop-ins of every prefix that ends with a dash: `parley-.service.d` belongs to
    // `parley-gate.service`.
    let shared = unit.starts_with("parley-") && unit.ends_with(".service");
    let drop_ins =
        shared.then(|| folder.join("parley-.service.d")).into_iter().chain([folder.join(format!("{unit}.d"))]);
    let listed = drop_ins.flat_map(|folder| fs::read_dir(folder).into_iter().flatten().flatten());
    let mut drop_ins: Vec<PathBuf> = listed.map(|entry| entry.path()).collect();
    drop_ins.sort_by_key(|path| path.file_name().map(|name| name.to_owned()));
    [vec![folder.join(unit)], drop_ins].concat()
}

/// A unit's settings in order, with what its drop-ins add: `[(section, name, value)]`.
fn settings(unit: &str) -> Vec<(String, String, String)> {
    let mut section = String::new();
    let mut settings = Vec::new();
    for file in files(unit) {
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                section = name.to_owned();
            } else {
                let (name, value) = line.split_once('=').unwrap_or_else(|| panic!("{unit}: {line}"));
                settings.push((section.clone(), name.to_owned(), value.to_owned()));
            }
        }
    }
    settings
}

fn values(unit: &str, name: &str) -> Vec<String> {
    settings(unit).into_iter().filter(|(_, key, _)| key == name).map(|(_, _, value)| value).collect()
}

fn units(ending: &str) -> Vec<String> {
    let entries = fs::read_dir(overlay().join("usr/lib/systemd/system")).unwrap().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.chain(OF_SETUP.map(|(name, _)| name.to_owned())).filter(|name| name.ends_with(ending)).collect()
}

/// Wherever a unit lies that is installed with us: these tests see it.
#[test]
fn no_unit_of_ours_escapes_these_tests() {
    fn look(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            // Links only switch a unit on.
            if entry.file_type().unwrap().is_dir() {
                look(&path, found);
            } else if entry.file_type().unwrap().is_file() && (name.ends_with(".service") || name.ends_with(".socket"))
            {
                found.push(name);
            }
        }
    }
    let mut found = Vec::new();
    look(&overlay(), &mut found);
    look(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../meta-voice"), &mut found);
    let mut seen = [units(".service"), units(".socket")].concat();
    found.sort_unstable();
    seen.sort_unstable();
    assert_eq!(found, seen);
}
