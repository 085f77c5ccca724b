//! `parley-setup`: applies the owner's file at every start. For the unit parley-setup.service.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the system log reads both")]

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt, chown};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Parser;
use parley_setup::owner::Setup;
use parley_setup::plan::{self, Device, Plan, Readers, SETTINGS, Write};
use parley_setup::{FILE, FOLDER};
use sha2::{Digest, Sha256};

/// Applies the owner's parley-setup.toml
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// The card's first partition, or an image of it
    #[arg(long, default_value = "/dev/disk/by-parley/autoboot")]
    partition: PathBuf,
    /// The root of the system
    #[arg(long, default_value = "/")]
    root: PathBuf,
}

/// The number of the daemon's user, the same in every version of the image.
const DAEMON: u32 = 950;
/// Where the image says that it is one for development.
const DEVELOPMENT: &str = "/etc/parley/development";
/// The configuration of a fleet's client, in the image of a fleet.
const FLEET: &str = "/usr/share/parley/hawkbit.conf";

fn main() -> Result<()> {
    let cli = Cli::parse();
    let system = System { root: cli.root };
    fs::create_dir_all(system.path(FOLDER)).context("cannot make the folder of what was applied")?;
    match parley_update::bootchain::fat::find(&cli.partition, FILE) {
        Ok(found) => system.apply(&found.content)?,
        Err(problem) => println!("{FILE} is not read: {problem}"),
    }
    system.take_name()
}

/// The system that is set up; in tests a folder.
struct System {
    root: PathBuf,
}

impl System {
    fn path(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    /// Applies a file unless it has been applied before.
    fn apply(&self, file: &[u8]) -> Result<()> {
        let digest: String = Sha256::digest(file).iter().map(|byte| format!("{byte:02x}")).collect();
        let applied = self.path(&format!("{FOLDER}/applied"));
        if fs::read_to_string(&applied).is_ok_and(|before| before == digest) {
            return Ok(());
        }
        let plan = match std::str::from_utf8(file).map(Setup::parse) {
            Ok(Ok(setup)) => plan::plan(&setup, &self.device()),
            Ok(Err(problem)) => {
                Plan { report: vec![format!("nothing was changed: {FILE} {problem}")], ..Plan::default() }
            }
            Err(_) => Plan { report: vec![format!("nothing was changed: {FILE} is no text")], ..Plan::default() },
        };
        for write in &plan.writes {
            self.write(write)?;
        }
        let report = plan.report.join("\n") + "\n";
        print!("{report}");
        self.write(&Write { path: format!("{FOLDER}/report.txt"), content: report, readers: Readers::All })?;
        // Last, so that a cut in between is followed by another try.
        self.write(&Write { path: format!("{FOLDER}/applied"), content: digest, readers: Readers::All })
    }

    fn device(&self) -> Device {
        let settings =
            [SETTINGS, "/etc/parley/parley.toml"].iter().find_map(|path| fs::read_to_string(self.path(path)).ok());
        Device {
            development: self.path(DEVELOPMENT).exists(),
            settings: settings.unwrap_or_default(),
            fleet: fs::read_to_string(self.path(FLEET)).ok(),
        }
    }

    /// Whole or not at all.
    fn write(&self, write: &Write) -> Result<()> {
        let path = self.path(&write.path);
        let folder = path.parent().unwrap_or(Path::new("/"));
        let unfinished = path.with_extension("part");
        let mode = match write.readers {
            Readers::Root | Readers::Daemon => 0o600,
            Readers::All => 0o644,
        };
        let owner = (write.readers == Readers::Daemon && self.root == Path::new("/")).then_some(DAEMON);
        let replace = || {
            let missing: Vec<_> = folder.ancestors().take_while(|folder| !folder.exists()).collect();
            for folder in missing.into_iter().rev() {
                fs::create_dir(folder)?;
                chown(folder, owner, owner)?;
            }
            fs::remove_file(&unfinished).ok();
            let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(&unfinished)?;
            file.write_all(write.content.as_bytes())?;
            file.sync_all()?;
            chown(&unfinished, owner, owner)?;
            fs::rename(&unfinished, &path)?;
            fs::File::open(folder)?.sync_all()
        };
        replace().with_context(|| format!("cannot write {}", path.display()))
    }

    /// The kernel forgets the name with every start, and /etc is read-only.
    fn take_name(&self) -> Result<()> {
        let Ok(name) = fs::read_to_string(self.path(plan::NAME)) else { return Ok(()) };
        fs::write(self.path("/proc/sys/kernel/hostname"), name.trim()).context("cannot set the device's name")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn system() -> (tempfile::TempDir, System) {
        let folder = tempfile::tempdir().expect("a folder");
        for path in ["etc/parley", "proc/sys/kernel", "var/lib/parley-setup"] {
            fs::create_dir_all(folder.path().join(path)).expect("a folder");
        }
        fs::write(folder.path().join("etc/parley/parley.toml"), "[models]\nprofile = \"demo\"\n").expect("settings");
        let root = folder.path().to_owned();
        (folder, System { root })
    }

    #[test]
    fn a_file_is_applied_once_and_again_when_it_changes() {
        let (_folder, system) = system();
        system.apply(b"name = \"one\"\n").expect("applied");
        let name = system.path("/var/lib/parley-setup/hostname");
        fs::write(&name, "changed since\n").expect("written");
        system.apply(b"name = \"one\"\n").expect("applied");
        assert_eq!(fs::read_to_string(&name).expect("the name"), "changed since\n");
        system.apply(b"name = \"two\"\n").expect("applied");
        assert_eq!(fs::read_to_string(&name).expect("the name"), "two\n");
        system.take_name().expect("taken");
        assert_eq!(fs::read_to_string(system.path("/proc/sys/kernel/hostname")).expect("the name"), "two");
    }

    #[test]
    fn a_file_with_a_mistake_changes_nothing_and_is_reported() {
        let (_folder, system) = system();
        system.apply(b"name = \"good\"\nlangauge = \"en\"\n").expect("reported");
        assert!(!system.path("/var/lib/parley-setup/hostname").exists());
        let report = fs::read_to_string(system.path("/var/lib/parley-setup/report.txt")).expect("a report");
        assert!(report.contains("nothing was changed") && report.contains("line 2"), "{report}");
        system.apply(&[0xff, 0xfe]).expect("reported");
    }

    #[test]
    fn secrets_are_readable_by_root_alone() {
        use std::os::unix::fs::PermissionsExt;
        let (_folder, system) = system();
        system.apply(b"[wifi]\nnetwork = \"x\"\npassword = \"swordfish\"\n").expect("applied");
        let file = system.path("/var/lib/parley-setup/wpa_supplicant-wlan0.conf");
        assert_eq!(fs::metadata(file).expect("the file").permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn the_images_profile_of_models_stays_when_the_language_changes() {
        let (_folder, system) = system();
        system.apply(b"language = \"de\"\n").expect("applied");
        let settings = fs::read_to_string(system.path(SETTINGS)).expect("settings");
        assert!(settings.contains("profile = \"demo\"") && settings.contains("language = \"de\""), "{settings}");
    }
}
