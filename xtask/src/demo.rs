//! `cargo xtask demo`: from a fresh machine to a conversation.

use std::process::Command;

use anyhow::{Result, bail};
use clap::Args;
use parley_models::{Manifest, machine_bytes};
use parley_speech as speech;
use xtask::{places, process};

use crate::Built;
use crate::cost::Cost;

/// The profiles that the demo may run, the first that this machine has room for: one that knows something, and a small one. Which, and why, is
/// the table of docs/EVIDENCE.md.
const PROFILES: [&str; 2] = ["pi5", "tiny"];

/// Options of the demo.
#[derive(Args)]
pub struct Options {
    /// The profile of models; without it `pi5`, and `tiny` on a machine with less than 4 GB of memory
    #[arg(long)]
    profile: Option<String>,
    /// Talk live, with the machine's microphone and loudspeaker
    #[arg(long)]
    mic: bool,
}

/// Installs, fetches, builds, and talks.
pub fn run(options: &Options, install: bool) -> Result<()> {
    let cost = Cost::begin();
    let manifest = Manifest::embedded()?;
    let profile = match &options.profile {
        Some(profile) => profile,
        None => suitable(&manifest, machine_bytes()),
    };
    if !manifest.profiles().any(|known| known.name == *profile) {
        let known: Vec<&str> = manifest.profiles().map(|known| known.name.as_str()).collect();
        bail!("there is no profile {profile}; there are {}", known.join(", "));
    }
    let built = Built::product(if options.mic { &[] } else { speech::SYSTEM_PACKAGES }, install)?;
    println!("Models: the profile {profile}; `cargo xtask demo --profile tiny` fetches the least");
    process::run(Command::new(&built.parley).args(["models", "fetch", "--profile", profile]))?;
    let report = places::workspace().join("target/demo");
    std::fs::create_dir_all(&report)?;
    let settings = report.join("parley.toml");
    std::fs::write(&settings, format!("[models]\nprofile = {profile:?}\n"))?;
    let mut talk = Command::new(&built.parley);
    talk.arg("talk").arg("--config").arg(&settings);
    if options.mic {
        println!("{}", cost.line());
        return process::run(talk.arg("--mic"));
    }
    let folder = speech::default_folder();
    for clip in &speech::prepare_demo(&folder)? {
        talk.arg("--expect").arg(&clip.text).arg(folder.join(&clip.file));
    }
    println!("{}", cost.line());
    process::run(talk.arg("--report").arg(&report))?;
    println!("The answers and report.json are in {}", report.display());
    println!("To go on: {} ask --config {} \"Why is the sky blue?\"", built.parley.display(), settings.display());
    Ok(())
}

/// The first profile that a machine with so much memory, in bytes, has room for; the first of all where nobody knows how much it has.
fn suitable(manifest: &Manifest, machine: Option<u64>) -> &'static str {
    let fits = |profile: &&str| machine.zip(manifest.need(profile)).is_none_or(|(machine, need)| need.fits(machine));
    PROFILES.into_iter().find(|profile| fits(profile)).unwrap_or(PROFILES[PROFILES.len() - 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_machine_gets_the_small_models() {
        let manifest = Manifest::embedded().unwrap();
        for (gib, profile) in [(1, "tiny"), (2, "tiny"), (4, "pi5"), (64, "pi5")] {
            assert_eq!(suitable(&manifest, Some(gib << 30)), profile, "{gib} GiB");
        }
        assert_eq!(suitable(&manifest, None), "pi5");
    }
}
