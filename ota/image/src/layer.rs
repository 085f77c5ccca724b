//! `cargo xtask layer check|card|generate`: the Yocto layer. docs/YOCTO.md says what the checks prove and what they do not.

mod bitbake;
pub mod card;
mod card_check;
mod check;
pub mod checkout;
pub mod generate;
mod kernel;
mod manifest;
pub mod metadata;
mod report;
pub mod rules;
#[cfg(test)]
mod seeded_tests;

use std::path::{Path, PathBuf};
use std::process::Command as Program;

use anyhow::{Context, Result, ensure};
use clap::Subcommand;

use crate::{reproducible, versions};
use checkout::Checkout;
use xtask::{build, places, process};

#[derive(Subcommand)]
pub enum Command {
    /// Check the layer, step by step; without the other layers only what needs none
    Check(check::Options),
    /// Make a card as the layer lays it out, twice, and compare it with ota/layout.toml
    Card {
        /// A folder with bitbake, and openembedded-core's branch whinlatter as `wic-whinlatter` (docs/YOCTO.md says how to get both)
        #[arg(long, value_name = "FOLDER")]
        layers: PathBuf,
    },
    /// Write into the layer what follows from Cargo.lock, models.toml, layout.toml and packages.toml: crates, models, disk, needed files
    Generate {
        /// A folder with the layers, as for `check`: also write ota/versions.toml, which bitbake alone knows
        #[arg(long, value_name = "FOLDER")]
        layers: Option<PathBuf>,
    },
}

pub fn run(command: &Command, install: bool) -> Result<()> {
    match command {
        Command::Generate { layers } => {
            generate::write(&places::workspace())?;
            layers.as_ref().map_or(Ok(()), |layers| write_versions(layers))
        }
        Command::Card { layers } => make_card(layers, None, None),
        Command::Check(options) => check::run(options, install),
    }
}

/// Asks bitbake for the versions of all packages and writes them down, with the commits that they hold for.
fn write_versions(layers: &Path) -> Result<()> {
    let checkout = Checkout::new(&places::workspace());
    let layers = layers.canonicalize().with_context(|| format!("cannot find {}", layers.display()))?;
    let mut report = report::Report::default();
    bitbake::upstream::commits(&checkout, &layers, &mut report)?;
    ensure!(report.findings.is_empty(), "{}: these versions would be others", report.findings[0]);
    let build = bitbake::Build::prepare(&checkout, &layers, false)?;
    generate::write_file(&places::workspace(), versions::FILE, &bitbake::packages::versions(&checkout, &build)?.text())
}

/// Makes the card twice, checks it, and puts it where it is wanted.
pub fn make_card(layers: &Path, given: Option<card::Contents>, out: Option<&Path>) -> Result<()> {
    let layers = layers.canonicalize().with_context(|| format!("cannot find {}", layers.display()))?;
    process::run(build::cargo().args(["build", "--release", "--locked", "-p", "parley-update"]))?;
    let tryboot = places::programs().join("parley-tryboot");
    let checkout = Checkout::new(&places::workspace());
    let scratch = tempfile::tempdir_in(places::cache()?)?;
    let contents = given.map_or_else(|| card::Contents::stand_ins(scratch.path()), Ok)?;
    let mut cards = Vec::new();
    for attempt in ["one", "other"] {
        let folder = scratch.path().join(attempt);
        let card = card::make(&checkout, &layers, &contents, &folder, &tryboot)?;
        card_check::check(&checkout, &folder, &card)?;
        cards.push(card);
    }
    ensure!(reproducible::is_same(&cards[0], &cards[1])?, "two cards from the same files differ");
    println!("The card is that of ota/layout.toml, and the same twice");
    if let Some(out) = out {
        process::run(Program::new("cp").arg("--sparse=always").arg(&cards[0]).arg(out))?;
    }
    Ok(())
}
