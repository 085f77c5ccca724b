//! `cargo xtask demo`: from a fresh machine to a conversation.

use std::process::Command;

use anyhow::Result;
use clap::Args;
use parley_speech as speech;
use xtask::{places, process};

use crate::Built;
use crate::cost::Cost;

/// Options of the demo.
#[derive(Args)]
pub struct Options {
    /// Talk live, with the machine's microphone and loudspeaker
    #[arg(long)]
    mic: bool,
}

/// Installs, fetches, builds, and talks.
pub fn run(options: &Options, install: bool) -> Result<()> {
    let cost = Cost::begin();
    let built = Built::product(if options.mic { &[] } else { speech::SYSTEM_PACKAGES }, install)?;
    process::run(Command::new(&built.parley).args(["models", "fetch"]))?;
    let mut talk = Command::new(&built.parley);
    talk.arg("talk");
    if options.mic {
        println!("{}", cost.line());
        return process::run(talk.arg("--mic"));
    }
    let report = places::workspace().join("target/demo");
    let folder = speech::default_folder();
    for clip in &speech::prepare_demo(&folder)? {
        talk.arg("--expect").arg(&clip.text).arg(folder.join(&clip.file));
    }
    println!("{}", cost.line());
    process::run(talk.arg("--report").arg(&report))?;
    println!("The answers and report.json are in {}", report.display());
    Ok(())
}
