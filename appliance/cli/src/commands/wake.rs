//! `parley wake`: wake words of one's own.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use parley_audio::wav;
use parley_daemon::own_words::OwnWords;
use parley_daemon::wake_words::{speech_embedding, usual_names};
use parley_door::{Door, DoorRequest};
use parley_door_client::DoorClient;
use parley_settings::Config;
use parley_wake::{Learnt, RATE_HZ};
use serde::Serialize;

use super::{common, output};

#[derive(Debug, Subcommand)]
pub(super) enum WakeCommand {
    /// Teach a word by recordings of it: five, each of which has it once. It is heard from the voices that said it
    Learn(LearnOptions),
    /// List the words that come with the models, and those that were taught
    List(ListOptions),
    /// Offer what may have been a wake word in the last hour and was taken for none: was that you? It is kept where
    /// conversation.keep-near-misses says so, by the Parley that runs
    NearMisses(NearMissOptions),
    /// Forget a word that was taught
    Forget {
        /// As it is said
        name: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct LearnOptions {
    /// The word as it is said, such as "hey parley"; one that was taught under this name is replaced, and one that comes with the
    /// models is heard beside it
    name: String,
    /// Three to twenty recordings, in each of which somebody says it once; of several people where each of them is to be heard
    #[arg(required = true, value_name = "WAV")]
    recordings: Vec<PathBuf>,
    /// Print one JSON object: {name, examples, file, listened_for}
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct NearMissOptions {
    /// This one was me: learn from it
    #[arg(long, value_name = "N", conflicts_with = "clear")]
    mine: Option<u64>,
    /// Forget all of them
    #[arg(long)]
    clear: bool,
    /// Print one JSON object, as docs/DOOR.md describes it
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct ListOptions {
    /// Print one JSON object: {words: [{name, taught, listened_for}]}
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Taught<'a> {
    name: &'a str,
    examples: usize,
    file: PathBuf,
    listened_for: bool,
}

#[derive(Debug, Serialize)]
struct Words {
    words: Vec<Listed>,
}

#[derive(Debug, Serialize)]
struct Listed {
    name: String,
    taught: bool,
    listened_for: bool,
}

pub(super) fn run(command: &WakeCommand, config: &Config) -> Result<ExitCode> {
    let own = OwnWords::of_this_machine();
    match command {
        WakeCommand::Learn(options) => learn(options, config, &own)?,
        WakeCommand::List(options) => list(options, config, &own)?,
        WakeCommand::NearMisses(options) => near_misses(options)?,
        WakeCommand::Forget { name } => {
            if !own.forget(name).with_context(|| format!("cannot forget \"{name}\""))? {
                bail!("no word \"{name}\" was taught; `parley wake list` shows those that were");
            }
            output::line(format!("\"{name}\" is forgotten once Parley is started again"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn learn(options: &LearnOptions, config: &Config, own: &OwnWords) -> Result<()> {
    let LearnOptions { name, recordings, json } = options;
    let name = name.trim();
    let model = speech_embedding(&common::models(config)?).map_err(anyhow::Error::msg)?;
    let load = |path: &PathBuf| wav::load(path, RATE_HZ).with_context(|| format!("cannot read {}", path.display()));
    let examples = recordings.iter().map(load).collect::<Result<Vec<_>>>()?;
    let learnt = Learnt::learn(&model, &examples)?;
    let file = own.keep(name, &learnt).with_context(|| format!("cannot keep \"{name}\""))?;
    let listened_for = is_listened_for(config, name, true);
    if *json {
        return output::json(&Taught { name, examples: examples.len(), file, listened_for });
    }
    output::line(format!("\"{name}\" is learnt from {} examples", examples.len()))?;
    match listened_for {
        true => output::remark("it is listened for once Parley is started again"),
        false => output::remark(format!(
            "Parley listens all the time: what was taught is listened for once the settings name a wake word: `parley ctl settings set \
             conversation.wake-words '[{name:?}]'`, then start Parley again"
        )),
    }
    Ok(())
}

/// Where any word wakes Parley, all that were taught do.
fn is_listened_for(config: &Config, name: &str, taught: bool) -> bool {
    let mut words = config.conversation.wake_words.iter();
    words.any(|word| taught || word.word().trim().eq_ignore_ascii_case(name))
}

fn near_misses(NearMissOptions { mine, clear, json }: &NearMissOptions) -> Result<()> {
    /// Learning takes seconds.
    const PATIENCE: Duration = Duration::from_secs(60);
    let request = match (mine, clear) {
        (Some(number), _) => DoorRequest::NearMissMine { number: *number },
        (None, true) => DoorRequest::ClearNearMisses,
        (None, false) => DoorRequest::NearMisses,
    };
    let reply = DoorClient::connect(Door::Control, "parley wake", false)?.call(request, PATIENCE)?;
    if *json { output::json(&reply) } else { super::ctl::show(&reply) }
}

fn list(options: &ListOptions, config: &Config, own: &OwnWords) -> Result<()> {
    let models = common::models(config)?;
    let listed = |name: String, taught| Listed { listened_for: is_listened_for(config, &name, taught), name, taught };
    let come = usual_names(&models).into_iter().map(|name| listed(name.to_owned(), false));
    let words: Vec<Listed> = come.chain(own.names().into_iter().map(|name| listed(name, true))).collect();
    if options.json {
        return output::json(&Words { words });
    }
    for Listed { name, taught, listened_for } in &words {
        let comes = if *taught { "taught" } else { "comes along" };
        output::line(format!("{name}: {comes}{}", if *listened_for { ", listened for" } else { "" }))?;
    }
    Ok(())
}
