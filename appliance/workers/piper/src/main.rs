//! The worker program; see the library of this package.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::ensure;
use clap::Parser;
use parley_engines::{WorkerDetails, worker};
use parley_worker_piper::engine::{Speaker, VoiceFile};
use parley_worker_piper::phonemes::Phonemiser;

/// Turns text into speech with voices of Piper, Kokoro and espeak-ng, for Parley.
///
/// Parley starts this program, and speaks the protocol of parley-engines with it; it is not meant to be started by
/// hand.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// A voice and its language (ISO 639): en=voice.onnx of Piper's with its JSON beside it, or es=voice.kokoro with
    /// Kokoro's model beside it. The first one is the default; others are loaded when needed, and what has none is spoken
    /// by espeak-ng
    #[arg(long = "voice", value_name = "LANG=PATH", required = true, value_parser = parse_voice)]
    voices: Vec<VoiceFile>,
    /// How many processor cores to compute on
    #[arg(long, value_name = "N", default_value = "1")]
    threads: NonZeroUsize,
    /// The folder espeak-ng-data, or the one that holds it [default: searched beside this program]
    #[arg(long, value_name = "DIR")]
    espeak_data: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    worker::main(|| load(arguments).map_err(Into::into))
}

fn load(mut arguments: Arguments) -> anyhow::Result<(Speaker, WorkerDetails)> {
    let languages: Vec<String> = arguments.voices.iter().map(|voice| voice.language.clone()).collect();
    for (position, language) in languages.iter().enumerate() {
        ensure!(
            !languages[..position].contains(language),
            "two voices are given for {language}; leave one --voice out"
        );
    }
    for voice in &mut arguments.voices {
        ensure!(voice.path.is_file(), "there is no voice at {}; fetch it, or change --voice", voice.path.display());
        // The phonemiser changes the current folder.
        voice.path = std::path::absolute(&voice.path)?;
    }
    let details = WorkerDetails { languages, ..WorkerDetails::of(&arguments.voices[0].path) };
    let phonemiser = Phonemiser::new(arguments.espeak_data.as_deref())?;
    let speaker = Speaker::new(phonemiser, arguments.voices, arguments.threads.get())?;
    let rate_hz = speaker.rate_hz();
    Ok((speaker, WorkerDetails { rate_hz, ..details }))
}

fn parse_voice(text: &str) -> Result<VoiceFile, String> {
    let (language, path) = text.split_once('=').ok_or("write it as LANG=PATH, for example en=voice.onnx")?;
    let is_code = (2..=3).contains(&language.len()) && language.bytes().all(|letter| letter.is_ascii_lowercase());
    if !is_code {
        return Err(format!("{language:?} is not an ISO 639 code such as en"));
    }
    Ok(VoiceFile { language: language.to_owned(), path: path.into() })
}
