//! Updates on a USB stick: all that a device without a network needs.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};
use parley_settings::OnStick;
use semver::Version;
use serde::{Deserialize, Serialize};

use super::listing::{self, YES_FILE};
use super::{install, restart, show};
use crate::bootchain::journal::JournalPhase;
use crate::output;
use crate::policy::admission;
use crate::policy::ledger::Happened;
use crate::rauc::{self, BundleSource, Problem, TimeLimits};
use crate::records::events::UpdateEvent;
use crate::system::System;
use crate::{device, files};

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
    let mut restart = false;
    let said = match newest(system, folder)? {
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

/// The newest bundle on the stick that this device may install.
fn newest(system: &System, folder: &Path) -> Result<Found> {
    let listing = match listing::of(folder)? {
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
    let text = format!("Parley, version {version} in use\n\n{said}\n\n{notes}History\n{history}");
    let written = files::create(&folder.join(REPORT)).and_then(|mut file| {
        file.write_all(text.replace('\n', "\r\n").as_bytes())?;
        file.sync_all()
    });
    fs::remove_file(system.path(OUTCOME))?;
    // A stick that is write-protected or full does not stop an update.
    if restart {
        return restart::into_trial(system);
    }
    written?;
    Ok(ExitCode::SUCCESS)
}
