//! The system that is set up: what is known of it, and what is written.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use parley_settings::{Layer, MARKS, OWNER, Places, language};
use parley_update::announcements;
use parley_update::owners_file::REPORT;
use sha2::{Digest, Sha256};
use toml::Table;

use crate::FOLDER;
use crate::aloud;
use crate::card::OwnersFile;
use crate::owner::Setup;
use crate::plan::{self, Device, Plan, Readers, Write};

/// Where the image says that it is one for development.
const DEVELOPMENT: &str = "/etc/parley/development";
/// The configuration of a fleet's client, to be completed.
const FLEET: &str = "/usr/share/parley/hawkbit.conf";
/// Where the firmware puts the board's serial number.
const SERIAL: &str = "/proc/device-tree/serial-number";
/// Where versions before the layers kept the owner's language, in a copy of all that the image of that day said.
const OLD: &str = "/var/lib/parley/.config/parley/parley.toml";
/// The zoneinfo database.
const ZONES: &str = "/usr/share/zoneinfo";
/// Where timesyncd reads what came after the image.
const TIME_SERVERS_IN_USE: &str = "/run/systemd/timesyncd.conf.d/50-owner.conf";
/// A checksum of what was applied, and by which version: another one may know more keys.
const APPLIED: &str = "/var/lib/parley-setup/applied";

/// How the report begins where nothing was changed.
pub(crate) const UNCHANGED: &str = "nothing was changed: ";

/// A system by its root folder.
pub struct DeviceRoot {
    root: PathBuf,
}

impl DeviceRoot {
    /// The system with this root folder.
    pub fn below(root: PathBuf) -> Self {
        Self { root }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    /// Applies what was found on the card unless this version has applied it before. Returns the report, if there is a
    /// new one.
    ///
    /// # Errors
    /// The data partition cannot be written.
    pub fn apply(&self, found: &OwnersFile) -> Result<String> {
        fs::create_dir_all(self.path(FOLDER)).context("cannot make the folder of what was applied")?;
        let mut report: Vec<String> = self.take_over()?.into_iter().collect();
        let digest = digest(found);
        let is_new = digest.is_some() && fs::read_to_string(self.path(APPLIED)).ok() != digest;
        if is_new {
            let plan = self.plan(found);
            for write in &plan.writes {
                self.write(write)?;
            }
            report.extend(plan.report);
        }
        let report: String = report.iter().map(|line| format!("{line}\n")).collect();
        if is_new || !report.is_empty() {
            self.write(&Write { path: REPORT.to_owned(), content: report.clone(), readers: Readers::All })?;
        }
        // Last, so that a cut in between is followed by another try.
        if let Some(digest) = digest.filter(|_| is_new) {
            self.write(&Write { path: APPLIED.to_owned(), content: digest, readers: Readers::All })?;
        }
        Ok(report)
    }

    fn plan(&self, found: &OwnersFile) -> Plan {
        let unchanged =
            |why: &dyn std::fmt::Display| Plan { report: vec![format!("{UNCHANGED}{why}")], ..Plan::default() };
        match found {
            OwnersFile::Nothing => Plan::default(),
            OwnersFile::Unusable(why) => unchanged(why),
            OwnersFile::Content(content) => match Setup::parse(content, &Places::below(&self.root).load().config) {
                Ok(Setup { time_zone: Some(zone), .. }) if !self.path(ZONES).join(&zone).is_file() => {
                    unchanged(&format!(
                        "there is no time zone {zone} in this image: write one as in \"Europe/Berlin\" (en.wikipedia.org has a \
                     \"list of tz database time zones\")"
                    ))
                }
                Ok(setup) => plan::plan(&setup, &Device { mark: sha256(&[content]), ..self.device() }),
                Err(problem) => unchanged(&problem),
            },
        }
    }

    fn device(&self) -> Device {
        let settings = fs::read_to_string(self.path(OWNER)).unwrap_or_default();
        Device {
            development: self.path(DEVELOPMENT).exists(),
            // A layer that cannot be read has no effect either: it is begun anew.
            settings: settings.parse().unwrap_or_default(),
            marks: fs::read_to_string(self.path(MARKS)).ok().and_then(|marks| marks.parse().ok()).unwrap_or_default(),
            mark: String::new(),
            serial: fs::read_to_string(self.path(SERIAL)).ok().and_then(|text| serial(&text)),
            fleet: fs::read_to_string(self.path(FLEET)).ok(),
        }
    }

    /// Takes the language over from what an earlier version kept, once. The rest of that file is the image's of that day,
    /// its profile of models for instance, and must not hold back the image's of today. It stays for the way back.
    fn take_over(&self) -> Result<Option<String>> {
        let old = self.path(OLD);
        // The daemon could write there: no link is followed, and no more is believed than the code of a language.
        let real = |path: &Path| fs::canonicalize(path).ok();
        let is_plain =
            old.is_file() && real(&old) == real(&self.root).map(|root| root.join(OLD.trim_start_matches('/')));
        if self.path(OWNER).exists() || !is_plain {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        if fs::File::open(&old).and_then(|file| file.take(64 * 1024).read_to_end(&mut bytes)).is_err() {
            return Ok(None);
        }
        let layer = Layer::parse(Path::new(OLD), &bytes);
        let said =
            layer.said().find(|(name, ..)| *name == "conversation.language").and_then(|(_, value, _)| value.as_str());
        let images = Places::below(&self.root).load_image().config.conversation.language;
        let said = said.filter(|code| language::is_known(code) && *code != images);
        let settings = said.map(|code| ("conversation".to_owned(), "language".to_owned(), code.into()));
        let content = plan::with(&Table::new(), settings.into_iter().collect());
        self.write(&Write { path: OWNER.to_owned(), content, readers: Readers::All })?;
        let taken = said.map_or_else(|| "nothing".to_owned(), |code| format!("conversation.language = \"{code}\""));
        Ok(Some(format!("taken over from {OLD}, which an earlier version wrote: {taken}; the image says the rest")))
    }

    /// Whole or not at all.
    fn write(&self, write: &Write) -> Result<()> {
        let path = self.path(&write.path);
        let folder = path.parent().unwrap_or(Path::new("/"));
        let unfinished = path.with_extension("part");
        let mode = match write.readers {
            Readers::Root => 0o600,
            Readers::All => 0o644,
        };
        let replace = || {
            fs::remove_file(&unfinished).ok();
            let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(&unfinished)?;
            file.write_all(write.content.as_bytes())?;
            // Whatever the unit's mask for new files is.
            file.set_permissions(fs::Permissions::from_mode(mode))?;
            file.sync_all()?;
            fs::rename(&unfinished, &path)?;
            fs::File::open(folder)?.sync_all()
        };
        replace().with_context(|| format!("cannot write {}", path.display()))
    }

    /// Leaves for the assistant what it says of the file, at every start anew: it remembers itself what it has said before.
    /// `kept`: whether what was found on the card could be written down.
    ///
    /// # Errors
    /// The folder in memory cannot be written.
    pub fn announce(&self, found: &OwnersFile, kept: bool) -> io::Result<()> {
        let folder = self.path(announcements::FOLDER);
        let read = |path: &str| fs::read_to_string(self.path(path));
        if !kept {
            return announcements::leave(&folder, aloud::OWNERS_FILE, &aloud::not_kept());
        }
        match read(APPLIED) {
            Ok(applied) => {
                let report = read(REPORT).unwrap_or_default();
                announcements::leave(&folder, aloud::OWNERS_FILE, &aloud::of_report(&report, &applied))
            }
            Err(_) if *found == OwnersFile::Nothing && !self.path(OWNER).exists() => {
                let settings = Places::below(&self.root).load().config;
                announcements::leave(&folder, aloud::GREETING, &aloud::greeting(&settings.conversation.wake_words))
            }
            Err(_) => Ok(()),
        }
    }

    /// What is forgotten with every start, for the root is read-only: the kernel's name of the device, and the time servers.
    ///
    /// # Errors
    /// They cannot be told.
    pub fn take_effect(&self) -> Result<()> {
        let servers = self.take_time_servers();
        if let Ok(name) = fs::read_to_string(self.path(plan::NAME)) {
            fs::write(self.path("/proc/sys/kernel/hostname"), name.trim()).context("cannot set the device's name")?;
        }
        servers
    }

    fn take_time_servers(&self) -> Result<()> {
        let Ok(content) = fs::read_to_string(self.path(plan::TIME_SERVERS)) else { return Ok(()) };
        let path = self.path(TIME_SERVERS_IN_USE);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
            // timesyncd has a user of its own.
            fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
        }
        self.write(&Write { path: TIME_SERVERS_IN_USE.to_owned(), content, readers: Readers::All })
    }
}

/// A serial number of letters and digits, as the firmware writes it: ended by a zero.
fn serial(text: &str) -> Option<String> {
    let serial = text.trim_end_matches('\0').trim();
    let is_good = (1..=64).contains(&serial.len()) && serial.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_good.then(|| serial.to_owned())
}

/// What tells whether the same was applied by the same version; none where there is nothing.
fn digest(found: &OwnersFile) -> Option<String> {
    let content = match found {
        OwnersFile::Nothing => return None,
        OwnersFile::Content(content) => content.as_slice(),
        OwnersFile::Unusable(why) => why.as_bytes(),
    };
    Some(sha256(&[env!("CARGO_PKG_VERSION").as_bytes(), &[u8::from(matches!(found, OwnersFile::Content(_)))], content]))
}

fn sha256(parts: &[&[u8]]) -> String {
    let mut digest = Sha256::new();
    parts.iter().for_each(|part| digest.update(part));
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_number_is_what_the_firmware_writes_and_nothing_that_could_add_a_line() {
        assert_eq!(serial("10000000abcdef01\0").as_deref(), Some("10000000abcdef01"));
        for text in ["", "\0", "a b", "a\nb\0", "a=b", &"1".repeat(65)] {
            assert_eq!(serial(text), None, "{text:?}");
        }
    }
}
