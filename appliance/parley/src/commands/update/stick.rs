//! Updates on a USB stick: all that a device without a network needs.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use parley_update::files;
use parley_update::policy::admission;
use parley_update::rauc::{self, Source};
use parley_update::{device, system};
use semver::Version;
use serde::Serialize;

use super::super::{common, output};
use super::{install, restart, show};
use crate::config::OnStick;

/// What lies ready for an owner's yes; voice, dashboard and lights read it.
const OFFER: &str = "/run/parley-update/offer.json";

/// What became of the last stick, until its report is written.
const OUTCOME: &str = "/run/parley-update/stick.txt";

/// The report on the stick.
const REPORT: &str = "parley-report.txt";

#[derive(Debug, Serialize)]
struct Offer {
    version: Version,
    source: PathBuf,
}

pub(super) fn look(folder: &Path, wanted: OnStick) -> Result<ExitCode> {
    let outcome = match (newest(folder)?, wanted) {
        (Found::Nothing, _) => return Ok(ExitCode::SUCCESS),
        (_, OnStick::Ignore) => "updates on sticks are switched off (updates.stick)".to_owned(),
        (Found::Refused(reasons), _) => reasons.join("\n"),
        (Found::Admitted(version, source), OnStick::Ask) => {
            files::replace_json(Path::new(OFFER), &Offer { version: version.clone(), source: source.clone() })?;
            let command = format!("parley update install --restart {}", source.display());
            format!("version {version} may be installed, and waits for a yes (or `{command}`)")
        }
        (Found::Admitted(_, source), OnStick::Install) => match install::install(&Source::File(source), false, false) {
            Ok(version) => format!("version {version} was installed; the device tries it now"),
            Err(error) => format!("{error:#}"),
        },
    };
    output::line(&outcome)?;
    files::replace(Path::new(OUTCOME), outcome.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

enum Found {
    Nothing,
    Refused(Vec<String>),
    Admitted(Version, PathBuf),
}

/// The newest bundle on the stick that this device may install.
fn newest(folder: &Path) -> Result<Found> {
    let entries = fs::read_dir(folder)?.flatten().map(|entry| entry.path());
    let bundles: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|end| end == "raucb")).collect();
    if bundles.is_empty() {
        return Ok(Found::Nothing);
    }
    let (mut admitted, mut reasons) = (Vec::new(), Vec::new());
    let ledger = super::files().ledger();
    let device = device::this()?;
    common::block_on(async {
        let rauc = super::rauc().await?;
        for bundle in bundles {
            let judged = match rauc::inspect(&rauc, &bundle.to_string_lossy()).await {
                Ok(manifest) => {
                    admission::judge(&manifest, &device, &ledger, false).map_err(|refusal| refusal.to_string())
                }
                Err(error) => Err(error.to_string()),
            };
            match judged {
                Ok(version) => admitted.push((version, bundle)),
                Err(reason) => reasons.push(format!("{}: {reason}", bundle.display())),
            }
        }
        Ok(())
    })?;
    Ok(match admitted.into_iter().max() {
        Some((version, bundle)) => Found::Admitted(version, bundle),
        None => Found::Refused(reasons),
    })
}

/// Writes what became of the stick and the history onto it, then restarts into what was installed.
pub(super) fn report(folder: &Path) -> Result<ExitCode> {
    let Ok(outcome) = fs::read_to_string(OUTCOME) else { return Ok(ExitCode::SUCCESS) };
    let version = system::version().map_or_else(|| "unnamed".into(), |version| version.to_string());
    let history: String = super::files().ledger().entries().iter().map(|entry| show::line(entry) + "\n").collect();
    let text = format!("Parley, version {version} in use\n\n{outcome}\n\nHistory\n{history}");
    let written = fs::File::create(folder.join(REPORT)).and_then(|mut file| {
        file.write_all(text.replace('\n', "\r\n").as_bytes())?;
        file.sync_all()
    });
    fs::remove_file(OUTCOME)?;
    if super::files().waiting().is_some() && !Path::new(OFFER).exists() {
        return restart::into_trial();
    }
    written?;
    Ok(ExitCode::SUCCESS)
}
