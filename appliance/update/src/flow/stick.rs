//! Updates on a USB stick: all that a device without a network needs.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};
use parley_settings::OnStick;
use semver::Version;
use serde::{Deserialize, Serialize};

use super::listing::{self, Listing, YES_FILE};
use super::{install, restart, show};
use crate::announcements::{self, AnnouncementFile};
use crate::bootchain::journal::JournalPhase;
use crate::output;
use crate::policy::admission;
use crate::policy::ledger::Happened;
use crate::rauc::{self, BundleSource, Problem, TimeLimits};
use crate::records::events::UpdateEvent;
use crate::system::System;
use crate::{device, files, owners_file};

/// The name of the announcement that a stick cannot be read.
const ANNOUNCEMENT: &str = "stick";

const SAY_UNREADABLE: &str = "There is something on the USB stick that I cannot read. I read FAT 32 and exFAT. If there is an update \
     on it, format the stick like that on a computer, and copy the update once more.";

/// Where the kernel shows disks and their partitions.
const DISKS: &str = "/sys/class/block";

/// What lies ready for an owner's yes; voice, dashboard and lights read it.
const OFFER: &str = "/run/parley-update/offer.json";

/// Their yes, until the stick is looked at once more. It holds the offer that it was said to.
const YES: &str = "/run/parley-update/yes.json";

/// What became of the last stick, until its report is written.
const OUTCOME: &str = "/run/parley-update/stick.json";

/// The report on the stick.
const REPORT: &str = "parley-report.txt";

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Offer {
    version: Version,
    source: PathBuf,
    /// Who mounted the stick.
    unit: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Outcome {
    said: String,
    /// Whether the device restarts into what was installed, once the report is written.
    restart: bool,
}

/// Whether a stick is mounted at all: the kernel reads what a stranger wrote there.
pub(super) fn wanted(wanted: OnStick) -> Result<ExitCode> {
    if wanted == OnStick::Ignore {
        output::line("updates on sticks are switched off (updates.stick)")?;
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn look(system: &System, folder: &Path, unit: &str, wanted: OnStick) -> Result<ExitCode> {
    let unreadable = |because: &str| {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        tell_unreadable(system, name.trim_start_matches("dev-"), because)?;
        Ok(ExitCode::FAILURE)
    };
    if !is_mounted(system, folder) {
        return unreadable("its file system cannot be mounted");
    }
    let listing = match listing::of(folder) {
        Ok(listing) => listing,
        Err(error) => return unreadable(&error.to_string()),
    };
    let mut restart = false;
    let said = match newest(system, listing)? {
        Found::Nothing => return Ok(ExitCode::SUCCESS),
        Found::Refused(reasons) => {
            let because = reasons.join("\n");
            system.tell(&UpdateEvent::NotInstalled { version: None, because: because.clone() });
            because
        }
        Found::Admitted { version, source, yes } => {
            let offer = Offer { version, source, unit: unit.to_owned() };
            let accepted = files::read_json::<Offer>(&system.path(YES)).is_some_and(|yes| yes == offer);
            fs::remove_file(system.path(YES)).ok();
            let by_itself = wanted == OnStick::Install || yes;
            let before = if by_itself && !accepted { became_of(system, &offer.version)? } else { Before::Unknown };
            if let Some(said) = before.stands(&offer.version) {
                said
            } else if before == Before::Waits {
                restart = true;
                format!("version {} is installed; the device tries it now", offer.version)
            } else if by_itself || accepted {
                match install::install_and_note(system, &BundleSource::File(offer.source), false, false) {
                    Ok(version) => {
                        restart = true;
                        format!("version {version} was installed; the device tries it now")
                    }
                    Err(error) => format!("{error:#}"),
                }
            } else {
                files::replace_json(&system.path(OFFER), &offer)?;
                system.tell(&UpdateEvent::Offered { version: offer.version.clone() });
                format!(
                    "version {} may be installed, and waits for a yes: put a file with the name {YES_FILE} beside it and \
                     plug the stick in again (or say `parley update accept`)",
                    offer.version
                )
            }
        }
    };
    output::line(&said)?;
    files::replace_json(&system.path(OUTCOME), &Outcome { said, restart })?;
    Ok(ExitCode::SUCCESS)
}

/// What became of a version that a stick brings once more. A stick may stay where it is, and is looked at in every start:
/// without somebody who says so, nothing is written a second time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    /// Nothing that matters here.
    Unknown,
    /// It is in the other slot, and nobody has tried it.
    Waits,
    /// A trial ended without a verdict; the next one begins by itself.
    TriedAgain,
    /// Three trials ended so.
    GivenUp,
}

impl Before {
    /// What is said of a version that stays as it is.
    fn stands(self, version: &Version) -> Option<String> {
        match self {
            Self::Unknown | Self::Waits => None,
            Self::TriedAgain => Some(format!("version {version} is installed, and will be tried again by itself")),
            Self::GivenUp => Some(format!(
                "version {version} could not be judged three times, and is not installed from here once more; wait for \
                 the next version (or say `parley update install`)"
            )),
        }
    }
}

fn became_of(system: &System, version: &Version) -> Result<Before> {
    let (_, record) = super::standing(system)?;
    let state = system.state();
    if let JournalPhase::Armed { interrupted } = record.phase
        && record.tried.or_else(|| state.waiting()).as_ref() == Some(version)
    {
        return Ok(if interrupted == 0 { Before::Waits } else { Before::TriedAgain });
    }
    let ledger = state.ledger();
    let last = ledger.of(version).find(|happened| {
        !matches!(happened, Happened::Refused { .. } | Happened::NotInstalled { .. } | Happened::NotJudged { .. })
    });
    Ok(if last == Some(&Happened::GivenUp) { Before::GivenUp } else { Before::Unknown })
}

enum Found {
    Nothing,
    Refused(Vec<String>),
    Admitted {
        version: Version,
        source: PathBuf,
        /// Whether the owner has put [`YES_FILE`] beside it.
        yes: bool,
    },
}

/// Whether something is mounted there. Its unit goes on where nothing could be, so that the owner hears of it.
fn is_mounted(system: &System, folder: &Path) -> bool {
    let Ok(mounts) = fs::read_to_string(system.path("/proc/self/mountinfo")) else { return true };
    mounts.lines().any(|line| line.split(' ').nth(4).is_some_and(|place| Path::new(place) == folder))
}

/// A disk or a partition of a stick that nobody gives to the kernel: of another kind, or of none. A disk whose partitions
/// the kernel knows has nothing to say beside them.
pub(super) fn unreadable(system: &System, device: &Path) -> Result<ExitCode> {
    let name = device.file_name().unwrap_or_default().to_string_lossy();
    let parts = fs::read_dir(system.path(DISKS).join(&*name)).into_iter().flatten().flatten();
    if !parts.into_iter().any(|entry| entry.path().join("partition").exists()) {
        tell_unreadable(system, &name, "its file system is neither FAT nor exFAT")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Leaves word of a stick that cannot be read, once for each time that it is plugged in, whichever part of it it is.
fn tell_unreadable(system: &System, name: &str, because: &str) -> Result<()> {
    output::line(format_args!("the stick cannot be read: {because}"))?;
    system.tell(&UpdateEvent::NotInstalled { version: None, because: SAY_UNREADABLE.to_owned() });
    // A disk's number, which no other gets in this start; a partition lies in its disk's folder.
    let entry = system.path(DISKS).join(name);
    let number = ["diskseq", "../diskseq"].iter().find_map(|file| fs::read_to_string(entry.join(file)).ok());
    let about = format!("{} {}", system.boot_id(), number.unwrap_or_default().trim());
    let announcement = AnnouncementFile::once(SAY_UNREADABLE, about);
    announcements::leave(&system.path(announcements::FOLDER), ANNOUNCEMENT, &announcement)?;
    Ok(())
}

/// What an owner is told of the last stick, until one was read.
pub(super) fn note(system: &System) -> Option<String> {
    let mut left = announcements::read(&system.path(announcements::FOLDER));
    left.remove(ANNOUNCEMENT).map(|announcement| format!("Note: {}", announcement.text))
}

/// The newest bundle on the stick that this device may install.
fn newest(system: &System, listing: Result<Listing, String>) -> Result<Found> {
    let listing = match listing {
        Ok(listing) if listing.bundles.is_empty() => return Ok(Found::Nothing),
        Ok(listing) => listing,
        Err(reason) => return Ok(Found::Refused(vec![reason])),
    };
    let (mut admitted, mut reasons) = (Vec::new(), Vec::new());
    let (device, blocks) = (device::describe(system)?, system.state().blocks());
    super::block_on(async {
        let rauc = super::rauc().await?;
        for bundle in listing.bundles {
            let judged = async {
                let bytes = bundle.symlink_metadata().map_err(|_| Problem::Unreadable)?.len();
                admission::admit_size(bytes, &device).map_err(Problem::Refused)?;
                let manifest = rauc::inspect(&rauc, &bundle.to_string_lossy(), TimeLimits::default()).await?;
                admission::admit(&manifest, &device, &blocks, false).map_err(Problem::Refused)
            };
            match judged.await {
                Ok(version) => admitted.push((version, bundle)),
                Err(reason) => reasons.push(format!("{}: {reason}", listing::shown(&bundle))),
            }
        }
        Ok(())
    })?;
    Ok(match admitted.into_iter().max() {
        Some((version, source)) => Found::Admitted { version, source, yes: listing.yes },
        None => Found::Refused(reasons),
    })
}

/// An owner has said yes: the unit of the stick looks at it once more, and then installs, reports and restarts as if it
/// had been configured to.
pub(super) fn say_yes(system: &System) -> Result<ExitCode> {
    let offer: Offer = files::read_json(&system.path(OFFER)).context("no stick offers an update; plug it in again")?;
    files::replace_json(&system.path(YES), &offer)?;
    forget_offer(system)?;
    let restarted = Command::new("systemctl").args(["restart", "--no-block", &offer.unit]).status()?;
    ensure!(restarted.success(), "the stick cannot be looked at once more; plug it in again");
    Ok(ExitCode::SUCCESS)
}

/// The version that a stick offers.
pub(super) fn offered(system: &System) -> Option<Version> {
    files::read_json::<Offer>(&system.path(OFFER)).map(|offer| offer.version)
}

fn forget_offer(system: &System) -> Result<ExitCode> {
    if system.path(OFFER).exists() {
        fs::remove_file(system.path(OFFER))?;
        system.tell(&UpdateEvent::OfferGone);
    }
    Ok(ExitCode::SUCCESS)
}

/// The offer of a stick ends with it.
pub(super) fn gone(system: &System, folder: &Path) -> Result<ExitCode> {
    let offer: Option<Offer> = files::read_json(&system.path(OFFER));
    if offer.is_some_and(|offer| offer.source.starts_with(folder)) {
        return forget_offer(system);
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes what became of the stick and the history onto it, then restarts into what was installed.
pub(super) fn report(system: &System, folder: &Path) -> Result<ExitCode> {
    let Some(Outcome { said, restart }) = files::read_json(&system.path(OUTCOME)) else { return Ok(ExitCode::SUCCESS) };
    let version = system.version().map_or_else(|| "unnamed".into(), |version| version.to_string());
    let history: String = show::history_lines(&system.state().ledger()).map(|line| line + "\n").collect();
    let notes: String = show::notes(system).into_iter().map(|note| note + "\n\n").collect();
    let owner = owners_file::report(system).map(|report| format!("The owner's file\n{report}\n\n"));
    let owner = owner.unwrap_or_default();
    let text = format!("Parley, version {version} in use\n\n{said}\n\n{notes}{owner}History\n{history}");
    let written = files::create(&folder.join(REPORT)).and_then(|mut file| {
        file.write_all(text.replace('\n', "\r\n").as_bytes())?;
        file.sync_all()
    });
    fs::remove_file(system.path(OUTCOME))?;
    announcements::take_back(&system.path(announcements::FOLDER), ANNOUNCEMENT)?;
    // A stick that is write-protected or full does not stop an update.
    if restart {
        return restart::into_trial(system);
    }
    written?;
    Ok(ExitCode::SUCCESS)
}
