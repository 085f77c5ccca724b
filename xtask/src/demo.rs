//! `cargo xtask demo`: from a fresh machine to a conversation.

use std::process::Command;

use anyhow::Result;
use clap::Args;
use parley_speech as speech;

use crate::{build, places, process};

/// Options of the demo.
#[derive(Args)]
pub struct Options {
    /// Talk live, with the machine's microphone and loudspeaker
    #[arg(long)]
    mic: bool,
}

/// Installs, fetches, builds, and talks.
pub fn run(options: &Options, install: bool) -> Result<()> {
    let built = build::ready(if options.mic { &[] } else { speech::SYSTEM_PACKAGES }, install)?;
    process::run(Command::new(&built.parley).args(["models", "fetch"]))?;
    let mut talk = Command::new(&built.parley);
    talk.arg("talk");
    if options.mic {
        talk.arg("--mic");
        return process::run(&mut talk);
    }
    let report = places::workspace().join("target/demo");
    let speech = speech::prepare(&speech::default_folder())?;
    for clip in &speech.demo {
        talk.arg("--expect").arg(&clip.text).arg(speech.path(clip));
    }
    process::run(talk.arg("--report").arg(&report))?;
    println!("The answers and report.json are in {}", report.display());
    Ok(())
}
