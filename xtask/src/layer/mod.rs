//! `cargo xtask layer check|generate`: the Yocto layer. docs/YOCTO.md says what the checks prove and what they do not.

mod bitbake;
mod checkout;
mod generate;
mod metadata;
mod rules;
#[cfg(test)]
mod seeded_tests;

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};

use crate::places;
use checkout::Checkout;

/// What to do with the layer.
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check the layer: general rules, and with the other layers what bitbake, oelint and kas say
    Check {
        /// A folder with bitbake, openembedded-core, meta-raspberrypi, meta-rauc and meta-openembedded at the pinned commits
        #[arg(long, value_name = "FOLDER")]
        layers: Option<PathBuf>,
        /// Also the dry run of image and bundle, which takes minutes
        #[arg(long, requires = "layers")]
        dry_run: bool,
    },
    /// Write crate list, models and disk into the layer, from Cargo.lock, models.toml and layout.toml
    Generate,
}

/// Does it.
pub fn run(options: &Options) -> Result<()> {
    match &options.command {
        Command::Generate => generate::write(&places::workspace()),
        Command::Check { layers, dry_run } => {
            let checkout = Checkout::new(&places::workspace());
            let mut findings = rules::check(&checkout)?;
            println!("{} rules read the layer", rules::RULES.len());
            match layers {
                Some(layers) => findings.extend(bitbake::check(&checkout, layers, *dry_run)?),
                None => println!("Skipped without --layers: {}", bitbake::SKIPPED),
            }
            for finding in &findings {
                println!("{finding}");
            }
            match findings.len() {
                0 => Ok(()),
                count => bail!("{count} mistakes in the layer"),
            }
        }
    }
}
