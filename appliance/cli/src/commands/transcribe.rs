//! `parley transcribe`: recordings to text.

mod listening;
mod pieces;

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Args;
use parley_audio::resample::Resampler;
use parley_audio::sample::extend_i16;
use parley_audio::wav::WavReader;
use parley_engines::{Engine, SpeechToText};
use serde::Serialize;

use self::listening::{Doubt, Listener};
use super::{common, output};
use parley_daemon::conductor::milliseconds;
use parley_daemon::workers::{Needed, Workers};
use parley_settings::{Config, language};

const RATE_HZ: usize = 16_000;
const BLOCK: usize = 16_000;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// WAV files, of any sample rate, bit depth and number of channels; `-` is standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Print one line of JSON for each file: {file, text, language, languages, remarks, audio_ms, elapsed_ms}
    #[arg(long)]
    json: bool,
    /// The spoken language (ISO 639-1) [default: the configured one, or detected]
    #[arg(long, value_name = "CODE", value_parser = language::parse)]
    language: Option<String>,
}

#[derive(Debug, Serialize)]
struct Line<'a> {
    file: &'a Path,
    text: String,
    /// Of most of it; empty where there are no words.
    language: String,
    languages: Vec<String>,
    /// What is wrong with the file, and what of it is not among the words.
    remarks: Vec<Remark>,
    audio_ms: f64,
    elapsed_ms: f64,
}

/// Transcribes each file; a file that fails does not stop the others.
pub(super) fn run(options: &Options, config: &Config) -> Result<ExitCode> {
    let models = common::selection(config)?;
    let failed = common::block_on(async {
        let workers = Workers::spawn(config, &models, Needed::SpeechToText)?;
        let listening = common::ready(workers.speech_to_text()).await?;
        let expected = options.language.as_ref().unwrap_or(&config.conversation.language);
        let language = Some(expected.as_str()).filter(|code| *code != language::AUTO);
        let mut failed = 0;
        for file in &options.files {
            let transcribed = transcribe(file, language, listening.as_ref()).await;
            for remark in transcribed.iter().flat_map(|line| &line.remarks) {
                output::remark(format_args!("{}: {remark}", file.display()));
            }
            match transcribed {
                Ok(line) if options.json => output::json(&line)?,
                Ok(line) if options.files.len() > 1 => output::line(format_args!("{}: {}", file.display(), line.text))?,
                Ok(line) => output::line(line.text)?,
                Err(error) => {
                    failed += 1;
                    output::complain("parley", &error.context(format!("cannot transcribe {}", file.display())));
                }
            }
        }
        workers.shut_down().await;
        Ok(failed)
    })?;
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Something about a file that its words do not show.
#[derive(Debug, Serialize)]
#[serde(tag = "about", rename_all = "snake_case")]
enum Remark {
    /// It promises more than it holds, or was never closed.
    CutShort,
    /// Its channels cancel each other; the loudest is taken.
    ChannelsCancel,
    /// Nobody can be heard in it.
    Silent,
    /// A stretch of it is not among the words.
    Stretch(listening::Remark),
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CutShort => write!(f, "the file is cut short; what it holds is transcribed"),
            Self::ChannelsCancel => write!(f, "its channels cancel each other; the loudest is transcribed"),
            Self::Silent => write!(f, "it is silent; play it to hear whether the right source was recorded"),
            Self::Stretch(stretch) => {
                let time = |ms: u64| format!("{}:{:04.1}", ms / 60_000, (ms % 60_000) as f64 / 1_000.0);
                write!(f, "from {} to {} ", time(stretch.from_ms), time(stretch.to_ms))?;
                match stretch.what {
                    Doubt::NoWords => write!(f, "there is sound, and no words were found in it"),
                    Doubt::Unsure => write!(f, "nothing is sure; perhaps: {}", stretch.perhaps),
                }
            }
        }
    }
}

async fn transcribe<'a>(file: &'a Path, language: Option<&str>, engine: &dyn Engine<SpeechToText>) -> Result<Line<'a>> {
    let begun = Instant::now();
    let mut wav = WavReader::open(file)?;
    let mut resampler = Resampler::new(wav.rate_hz(), RATE_HZ as u32)?;
    let mut listener = Listener::new(engine, language);
    let (mut samples, mut converted, mut block) = (Vec::new(), Vec::new(), vec![0.0; BLOCK]);
    loop {
        let read = wav.read(&mut block)?;
        resampler.process(block.get(..read).unwrap_or_default(), &mut converted);
        if read == 0 {
            resampler.finish(&mut converted);
        }
        extend_i16(&converted, &mut samples);
        listener.push(&samples).await?;
        converted.clear();
        samples.clear();
        if read == 0 {
            break;
        }
    }
    let heard = listener.finish().await?;
    let (text, languages) = (heard.text(), heard.languages());
    let is_silent = text.is_empty() && heard.remarks.is_empty();
    let about_file = [
        (wav.is_cut_short(), Remark::CutShort),
        (wav.channels_cancel(), Remark::ChannelsCancel),
        (is_silent, Remark::Silent),
    ];
    let remarks = about_file.into_iter().filter_map(|(is_so, remark)| is_so.then_some(remark));
    Ok(Line {
        file,
        text,
        language: languages.first().or(language.map(str::to_owned).as_ref()).cloned().unwrap_or_default(),
        languages,
        remarks: remarks.chain(heard.remarks.into_iter().map(Remark::Stretch)).collect(),
        audio_ms: milliseconds(Duration::from_secs_f64(heard.length as f64 / RATE_HZ as f64)),
        elapsed_ms: milliseconds(begun.elapsed()),
    })
}
