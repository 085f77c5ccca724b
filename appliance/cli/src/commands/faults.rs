//! `parley faults`: what was recorded when something failed.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};
use clap::Args;
use parley_settings::state_folder;
use parley_update::observed;
use parley_update::records::faults::{FaultFile, STATE_OF_A_DEVICE, recorded};
use serde::Serialize;
use serde_json::Value;

use super::output;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Show the last one whole: what happened before it and after it, with times
    #[arg(long)]
    last: bool,
    /// The folder for state, where it is not the usual one
    #[arg(long, value_name = "FOLDER")]
    state: Option<PathBuf>,
    /// Print JSON: an array of {file, fault, detail, version, time_s, at_ms, entries}, oldest first
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Found {
    file: PathBuf,
    #[serde(flatten)]
    content: FaultFile,
}

pub(super) fn run(options: &Options) -> Result<ExitCode> {
    let device = || Path::new(observed::FOLDER).exists().then(|| PathBuf::from(STATE_OF_A_DEVICE));
    let state = options.state.clone().or_else(device).or_else(|| state_folder(|name| std::env::var_os(name)));
    let state = state.context("there is no folder for state: name it with --state")?;
    let mut found: Vec<Found> = recorded(&state)
        .with_context(|| format!("cannot read the faults in {}", state.display()))?
        .into_iter()
        .map(|(file, content)| Found { file, content })
        .collect();
    if options.last {
        found.drain(..found.len().saturating_sub(1));
    }
    if options.json {
        output::json(&found)?;
    } else if options.last {
        let Some(Found { file, content }) = found.first() else {
            bail!("no fault was recorded in {}", state.display())
        };
        show(file, content)?;
    } else if found.is_empty() {
        output::line(format_args!("no fault was recorded in {}", state.display()))?;
    } else {
        found.iter().rev().try_for_each(|Found { file, content }| output::line(line(file, content)))?;
        output::remark("`parley faults --last` shows what happened around the last one");
    }
    Ok(ExitCode::SUCCESS)
}

fn line(file: &Path, content: &FaultFile) -> String {
    let FaultFile { fault, detail, version, time_s, .. } = content;
    let detail = detail.as_ref().map_or_else(String::new, |detail| format!(" ({})", plain(detail)));
    format!("{:<14} {fault}{detail}, Parley {version}: {}", ago(*time_s), file.display())
}

fn show(file: &Path, content: &FaultFile) -> Result<()> {
    output::line(line(file, content))?;
    output::line("seconds before (-) and after it, turn, what; > is what Parley did, = what it told")?;
    for entry in &content.entries {
        let from_fault = (entry.at_ms as f64 - content.at_ms as f64) / 1_000.0;
        let turn = entry.turn.map_or_else(String::new, |turn| turn.to_string());
        let detail = entry.detail.as_ref().map_or_else(String::new, |detail| format!(" {}", plain(detail)));
        output::line(format_args!("{from_fault:>+10.3} {turn:>4}  {}{detail}", entry.what))?;
    }
    Ok(())
}

/// A name without quotes, or a number.
fn plain(detail: &Value) -> String {
    detail.as_str().map_or_else(|| detail.to_string(), str::to_owned)
}

/// How long ago a time was, by this machine's clock.
fn ago(time_s: u64) -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let Some(passed) = now.checked_sub(Duration::from_secs(time_s)) else { return "in the future".into() };
    let minutes = passed.as_secs() / 60;
    match minutes {
        0 => "just now".into(),
        1..=119 => format!("{minutes} min ago"),
        120..=2_879 => format!("{} h ago", minutes / 60),
        _ => format!("{} days ago", minutes / 60 / 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_as_people_tell_them() {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_secs();
        let told = [(0, "just now"), (61, "1 min ago"), (3 * 3_600 + 1, "3 h ago"), (9 * 86_400 + 1, "9 days ago")];
        for (seconds, words) in told {
            assert_eq!(ago(now - seconds), words);
        }
        assert_eq!(ago(now + 100), "in the future");
    }
}
