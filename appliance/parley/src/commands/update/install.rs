//! `parley update install` and `check`.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use parley_update::files;
use parley_update::manifest::Manifest;
use parley_update::policy::admission::{self, Refusal};
use parley_update::policy::ledger::Happened;
use parley_update::rauc::{self, Event, Limits, Problem, RaucError, Source};
use parley_update::{device, preinstall, system};
use semver::Version;

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

/// Installs, and writes down how it went.
pub(super) fn install(source: &Source, again: bool, json: bool) -> Result<Version> {
    let files = super::files();
    // Fails early where there are no slots. The boot chain itself writes down what was installed, whoever did it.
    super::backend()?;
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
        Ok(rauc::install(&rauc, source, Limits::default(), admit, |event| show(event, json)).await)
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
            if let Some(version) = seen {
                let because = error.to_string();
                let happened = match &error {
                    RaucError::Problem(Problem::Refused(_)) => Happened::Refused { because },
                    RaucError::Problem(_) | RaucError::Bus(_) => Happened::NotInstalled { because },
                };
                files.note(&version, happened)?;
            }
            Err(error.into())
        }
    }
}

fn judge(manifest: &Manifest, again: bool) -> Result<Version, Refusal> {
    let device = device::this().map_err(|error| Refusal::OtherLayout(error.to_string()))?;
    admission::judge(manifest, &device, &super::files().ledger(), again)
}

fn show(event: &Event, json: bool) {
    if json {
        // A reader that has gone does not end an installation.
        let _ = output::json(event);
        return;
    }
    match event {
        Event::Inspecting => output::progress("checking the signature"),
        Event::Admitted { version } => output::progress(&format!("version {version} may be installed")),
        Event::Progress { percent, doing } => output::progress(&format!("{percent:>3} % {doing}")),
        Event::Installed { .. } => output::progress(""),
    }
}

pub(super) fn check(options: &CheckOptions) -> Result<ExitCode> {
    let source = Source::of(&options.source);
    let result = common::block_on(async {
        let rauc = super::rauc().await?;
        let manifest = match rauc::inspect(&rauc, &source.for_rauc()).await {
            Ok(inspected) => inspected,
            Err(error) => return Ok(Err(error.to_string())),
        };
        Ok(judge(&manifest, false).map_err(|refusal| refusal.to_string()))
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
