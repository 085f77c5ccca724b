//! The worker binary; see the library of this package.

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{anyhow, ensure};
use clap::Parser;
use parley_engines::{Kind, Talk, WorkerDetails, worker};
use parley_worker_piper::engine::{Speaker, VoiceFile};
use parley_worker_piper::phonemes::Phonemiser;

/// `EX_CONFIG`: starting again does not help until a file or an option has changed.
const UNUSABLE: u8 = 78;

/// Speaks for Parley: takes tasks on standard input, gives sound on standard output.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Options {
    /// A voice and its language (ISO 639), as in en=voice.onnx; its JSON lies beside it. The first is the default, others are loaded when asked for
    #[arg(long = "voice", value_name = "LANG=PATH", required = true, value_parser = parse_voice)]
    voices: Vec<VoiceFile>,
    /// Threads to compute with
    #[arg(long, value_name = "N", default_value = "1")]
    threads: NonZeroUsize,
    /// The folder espeak-ng-data, or the one that holds it [default: searched beside this program]
    #[arg(long, value_name = "DIR")]
    espeak_data: Option<PathBuf>,
}

fn main() -> ExitCode {
    let begun = Instant::now();
    match run(Options::parse(), begun) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Standard error may be closed; then the exit code is all that can be told.
            let _ = writeln!(std::io::stderr(), "parley-worker-piper: {}", one_line(&error.to_string()));
            ExitCode::from(UNUSABLE)
        }
    }
}

fn run(mut options: Options, begun: Instant) -> anyhow::Result<()> {
    let languages: Vec<String> = options.voices.iter().map(|voice| voice.language.clone()).collect();
    for (position, language) in languages.iter().enumerate() {
        ensure!(
            !languages[..position].contains(language),
            "two voices are given for {language}; leave one --voice out"
        );
    }
    for voice in &mut options.voices {
        ensure!(voice.model.is_file(), "there is no voice at {}; fetch it, or change --voice", voice.model.display());
        // The phonemiser changes the current folder.
        voice.model = std::path::absolute(&voice.model)?;
    }
    let model = options
        .voices
        .first()
        .and_then(|voice| voice.model.file_name())
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let phonemiser = Phonemiser::new(options.espeak_data.as_deref())?;
    let speaker = Speaker::new(phonemiser, options.voices, options.threads.get())?;
    let details = WorkerDetails {
        engine: Talk::NAME.to_owned(),
        model,
        load_ms: begun.elapsed().as_millis() as u64,
        languages,
        rate_hz: speaker.rate_hz(),
        ..WorkerDetails::default()
    };
    worker::serve::<Talk>(speaker, details).map_err(|error| anyhow!("the pipe to Parley broke: {error}"))
}

/// What native libraries say ends in a new line, or has several.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn parse_voice(text: &str) -> Result<VoiceFile, String> {
    let (language, model) = text.split_once('=').ok_or("write it as LANG=PATH, for example en=voice.onnx")?;
    let is_code = (2..=3).contains(&language.len()) && language.bytes().all(|letter| letter.is_ascii_lowercase());
    if !is_code {
        return Err(format!("{language:?} is not an ISO 639 code such as en"));
    }
    Ok(VoiceFile { language: language.to_owned(), model: model.into() })
}
