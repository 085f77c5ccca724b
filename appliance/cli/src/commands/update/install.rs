//! `parley update install` and `check`.

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::Result;
use clap::Args;
use parley_update::events::{self, Event};
use parley_update::files;
use parley_update::manifest::Manifest;
use parley_update::policy::admission::{self, Refusal};
use parley_update::policy::ledger::Happened;
use parley_update::rauc::{self, InstallerProxy, Limits, Problem, RaucError, Source};
use parley_update::{device, preinstall, system};
use semver::Version;
use tokio::signal::unix::{SignalKind, signal};

use super::super::{common, output};
use super::restart;

/// Options of `parley update install`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// A file, or an http(s) address; without one, what waits for a restart
    source: Option<String>,
    /// Try a version once more that went wrong before
    #[arg(long)]
    again: bool,
    /// Restart into the new version at once
    #[arg(long)]
    restart: bool,
    /// A line of JSON for everything that happens
    #[arg(long)]
    json: bool,
}

/// Options of `parley update check`.
#[derive(Debug, Args)]
pub(super) struct CheckOptions {
    /// A file, or an http(s) address
    source: String,
    /// One JSON object: {ok, version, detail}
    #[arg(long)]
    json: bool,
}

pub(super) fn run(options: &Options) -> Result<ExitCode> {
    if let Some(source) = &options.source {
        let version = install(&Source::of(source), options.again, options.json)?;
        if !options.json {
            output::remark(format_args!("Version {version} is installed"));
        }
    }
    if options.restart || options.source.is_none() {
        return restart::into_trial();
    }
    if !options.json {
        output::remark("The device tries it with `parley update install --restart`");
    }
    Ok(ExitCode::SUCCESS)
}

/// Installs, tells everybody, and writes down how it went.
pub(super) fn install(source: &Source, again: bool, json: bool) -> Result<Version> {
    let files = super::files();
    // Fails early where there are no slots. The boot chain itself writes down what was installed, whoever did it.
    super::now()?;
    let mut seen = None;
    // The handler asks again, on behalf of whoever started the installation.
    if again {
        files::replace(Path::new(preinstall::AGAIN), b"")?;
    }
    let outcome = common::block_on(async {
        let rauc = super::rauc().await?;
        let admit = |manifest: &Manifest| {
            seen = manifest.version();
            judge(manifest, again).map_err(|refusal| Problem::Refused(refusal.to_string()))
        };
        let mut terminate = signal(SignalKind::terminate())?;
        let outcome = tokio::select! {
            outcome = rauc::install(&rauc, source, Limits::default(), admit, |event| show(event, json)) => outcome,
            // The unit of a stick ends with the stick.
            _ = terminate.recv() => Err(Problem::StickPulled.into()),
        };
        if let Err(RaucError::Problem(Problem::StickPulled | Problem::Stalled)) = outcome {
            free(&rauc).await;
        }
        Ok(outcome)
    })?;
    output::progress("");
    std::fs::remove_file(preinstall::AGAIN).ok();
    match outcome {
        Ok(version) => {
            if again {
                files.note(&version, Happened::Allowed)?;
            }
            Ok(version)
        }
        Err(error) => {
            let because = error.to_string();
            show(&Event::NotInstalled { version: seen.clone(), because: because.clone() }, json);
            if let Some(version) = seen {
                let happened = match &error {
                    RaucError::Problem(Problem::Refused(_)) => Happened::Refused { because },
                    RaucError::Problem(_) | RaucError::Bus(_) => Happened::NotInstalled { because },
                };
                // What went wrong first is what its owner has to know.
                if let Err(unwritten) = files.note(&version, happened) {
                    output::remark(format_args!("this is not in the history: {unwritten}"));
                }
            }
            Err(error.into())
        }
    }
}

/// How long RAUC may take to notice by itself that its source is gone.
const NOTICES: Duration = Duration::from_secs(2);

/// An installation that was given up must not block the next one: RAUC itself waits for a source for ever. Ending it is no more than a
/// power cut would be.
async fn free(rauc: &InstallerProxy<'_>) {
    tokio::time::sleep(NOTICES).await;
    if !rauc.operation().await.is_ok_and(|operation| operation == "idle") {
        let restart = ["restart", "--no-block", "rauc.service"];
        if !Command::new("systemctl").args(restart).status().is_ok_and(|status| status.success()) {
            output::remark("RAUC could not be ended; restart the device before the next update");
        }
    }
}

fn judge(manifest: &Manifest, again: bool) -> Result<Version, Refusal> {
    let device = device::this().map_err(|error| Refusal::OtherLayout(error.to_string()))?;
    admission::judge(manifest, &device, &super::files().ledger(), again)
}

fn show(event: &Event, json: bool) {
    // That it is installed the boot chain tells, whoever installed it.
    if !matches!(event, Event::Installed { .. }) {
        events::tell(event);
    }
    if json {
        // A reader that has gone does not end an installation.
        let _ = output::json(event);
        return;
    }
    match event {
        Event::Inspecting => output::progress("checking the signature"),
        Event::Admitted { version } => output::progress(&format!("version {version} may be installed")),
        Event::Progress { percent, doing } => output::progress(&format!("{percent:>3} % {doing}")),
        // No part of an installation, or said at its end.
        Event::Installed { .. }
        | Event::NotInstalled { .. }
        | Event::Started { .. }
        | Event::Offered { .. }
        | Event::OfferGone
        | Event::Restarting { .. }
        | Event::FailedTheGate { .. }
        | Event::Committed { .. }
        | Event::GoingBack { .. }
        | Event::Proved { .. }
        | Event::RequestFailed { .. } => output::progress(""),
    }
}

pub(super) fn check(options: &CheckOptions) -> Result<ExitCode> {
    let source = Source::of(&options.source);
    let result = common::block_on(async {
        let rauc = super::rauc().await?;
        Ok(match rauc::inspect_in_time(&rauc, &source.for_rauc(), Limits::default()).await {
            Ok(manifest) => judge(&manifest, false).map_err(|refusal| refusal.to_string()),
            Err(error) => Err(error.to_string()),
        })
    })?;
    let ok = result.is_ok();
    if options.json {
        let (version, detail) = match result {
            Ok(version) => (Some(version.to_string()), "may be installed".to_owned()),
            Err(detail) => (None, detail),
        };
        output::json(
            &serde_json::json!({ "ok": ok, "version": version, "detail": detail, "running": system::version() }),
        )?;
    } else {
        output::line(match result {
            Ok(version) => format!("version {version} may be installed"),
            Err(detail) => detail,
        })?;
    }
    Ok(if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
