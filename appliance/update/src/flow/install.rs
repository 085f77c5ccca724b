//! `parley update install` and `check`.

use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::Result;
use futures_util::StreamExt;
use semver::Version;
use tokio::signal::unix::{SignalKind, signal};

use super::restart;
use crate::command_line::Install;
use crate::device;
use crate::output;
use crate::policy::admission;
use crate::policy::ledger::Happened;
use crate::policy::manifest::BundleManifest;
use crate::rauc::{self, Begun, BundleSource, InstallerProxy, Problem, TimeLimits, preinstall};
use crate::records::events::UpdateEvent;
use crate::system::System;

pub(super) fn run(system: &System, options: &Install) -> Result<ExitCode> {
    if let Some(source) = &options.source {
        let version = install_and_note(system, &BundleSource::of(source), options.again, options.json)?;
        if !options.json {
            output::remark(format_args!("Version {version} is installed"));
        }
    }
    if options.restart || options.source.is_none() {
        return restart::into_trial(system);
    }
    if !options.json {
        output::remark("The device tries it with `parley update install --restart`");
    }
    Ok(ExitCode::SUCCESS)
}

/// Installs, tells everybody, and writes down how it went.
pub(super) fn install_and_note(system: &System, source: &BundleSource, again: bool, json: bool) -> Result<Version> {
    let state = system.state();
    // Fails early where there are no slots. The boot chain itself writes down what was installed, whoever did it.
    super::standing(system)?;
    let mut seen = None;
    let begun = Begun::default();
    let outcome = super::block_on(async {
        if let Err(refused) = fits(system, source) {
            return Ok(Err(refused));
        }
        let rauc = super::rauc().await?;
        let admit = |manifest: &BundleManifest| {
            seen = manifest.version();
            let version = admit(system, manifest, again)?;
            if again {
                // The handler asks again, on behalf of whoever started the installation.
                let allowed = preinstall::allow_again(system, &version);
                allowed.map_err(|error| Problem::Other(format!("it cannot be allowed once more: {error}")))?;
            }
            Ok(version)
        };
        let reason = system.path(preinstall::REASON);
        let mut terminate = signal(SignalKind::terminate())?;
        let outcome = tokio::select! {
            outcome = rauc::install(&rauc, source, TimeLimits::default(), &reason, &begun, admit, |event| show(system, event, json)) => outcome,
            // The unit of a stick ends with the stick.
            _ = terminate.recv() => Err(Problem::StickPulled),
        };
        // Only what was begun here: another installation is somebody else's.
        if begun.is_under_way() {
            end_installation(&rauc).await;
        }
        Ok(outcome)
    })?;
    output::progress("");
    preinstall::forget_again(system);
    match outcome {
        Ok(version) => {
            if again {
                state.note(&version, Happened::Allowed)?;
            }
            Ok(version)
        }
        Err(error) => {
            let because = error.to_string();
            show(system, &UpdateEvent::NotInstalled { version: seen.clone(), because: because.clone() }, json);
            if let Some(version) = seen {
                let refused = matches!(error, Problem::Refused(_));
                let happened = if refused { Happened::Refused { because } } else { Happened::NotInstalled { because } };
                // What went wrong first is what its owner has to know.
                if let Err(unwritten) = state.note(&version, happened) {
                    output::remark(format_args!("this is not in the history: {unwritten}"));
                }
            }
            Err(error.into())
        }
    }
}

/// How long RAUC may take to notice by itself that its source is gone.
const NOTICES: Duration = Duration::from_secs(2);

/// An installation that was given up must not block the next one: RAUC itself waits for a source for ever. Ending it is
/// no more than a power cut would be.
async fn end_installation(rauc: &InstallerProxy<'_>) {
    let ended = async {
        let mut completed = rauc.receive_completed().await?;
        if rauc.operation().await? != "idle" {
            completed.next().await;
        }
        Ok::<_, zbus::Error>(())
    };
    if !matches!(tokio::time::timeout(NOTICES, ended).await, Ok(Ok(()))) {
        let restart = ["restart", "--no-block", "rauc.service"];
        if !Command::new("systemctl").args(restart).status().is_ok_and(|status| status.success()) {
            output::remark("RAUC could not be ended; restart the device before the next update");
        }
    }
}

/// Whether a file is no larger than an update can be: RAUC reads a file to its end before anything is known of it.
fn fits(system: &System, source: &BundleSource) -> Result<(), Problem> {
    let BundleSource::File(path) = source else { return Ok(()) };
    // RAUC says what is wrong with a file that cannot be looked at.
    let Ok(file) = path.metadata() else { return Ok(()) };
    let device = device::describe(system).map_err(|error| Problem::Refused(admission::other_layout(error)))?;
    admission::admit_size(file.len(), &device).map_err(Problem::Refused)
}

fn admit(system: &System, manifest: &BundleManifest, again: bool) -> Result<Version, Problem> {
    let device = device::describe(system).map_err(|error| Problem::Refused(admission::other_layout(error)))?;
    admission::admit(manifest, &device, &system.state().blocks(), again).map_err(Problem::Refused)
}

fn show(system: &System, event: &UpdateEvent, json: bool) {
    // That it is installed the boot chain tells, whoever installed it.
    if !matches!(event, UpdateEvent::Installed { .. }) {
        system.tell(event);
    }
    if json {
        // A reader that has gone does not end an installation.
        let _ = output::json(event);
        return;
    }
    match event {
        UpdateEvent::Inspecting => output::progress("checking the signature"),
        UpdateEvent::Admitted { version } => output::progress(&format!("version {version} may be installed")),
        UpdateEvent::Progress { percent, doing } => output::progress(&format!("{percent:>3} % {doing}")),
        // No part of an installation, or said at its end.
        UpdateEvent::Installed { .. }
        | UpdateEvent::NotInstalled { .. }
        | UpdateEvent::Started { .. }
        | UpdateEvent::Offered { .. }
        | UpdateEvent::OfferGone
        | UpdateEvent::WishTaken { .. }
        | UpdateEvent::WishFulfilled { .. }
        | UpdateEvent::WishRefused { .. }
        | UpdateEvent::Restarting { .. }
        | UpdateEvent::FailedTheGate { .. }
        | UpdateEvent::NotJudged { .. }
        | UpdateEvent::FirmwareTooOld
        | UpdateEvent::HelpsOut { .. }
        | UpdateEvent::Committed { .. }
        | UpdateEvent::GoingBack { .. }
        | UpdateEvent::Proved { .. } => output::progress(""),
    }
}

pub(super) fn check(system: &System, source: &str, json: bool) -> Result<ExitCode> {
    let source = BundleSource::of(source);
    let result = super::block_on(async {
        if let Err(refused) = fits(system, &source) {
            return Ok(Err(refused));
        }
        let rauc = super::rauc().await?;
        let manifest = rauc::inspect(&rauc, &source.for_rauc(), TimeLimits::default()).await;
        Ok(manifest.and_then(|manifest| admit(system, &manifest, false)))
    })?;
    let (ok, version) = (result.is_ok(), result.as_ref().ok());
    if json {
        let detail = result.as_ref().map_or_else(ToString::to_string, |_| "may be installed".into());
        output::json(
            &serde_json::json!({ "ok": ok, "version": version, "detail": detail, "running": system.version() }),
        )?;
    } else {
        output::line(
            result.map_or_else(|problem| problem.to_string(), |version| format!("version {version} may be installed")),
        )?;
    }
    Ok(if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
