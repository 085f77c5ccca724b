//! `parley say`: text to sound.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;
use parley_audio::playback::{Control, Feed, Part, PlaybackThread};
use parley_audio::resample::Resampler;
use parley_audio::wav::WavWriter;
use parley_conversation::{ClauseCutter, speakable};
use parley_engines::{Engine, Speak};
use serde::Serialize;

use super::{common, output};
use parley_daemon::conductor::milliseconds;
use parley_daemon::volume::Volume;
use parley_daemon::workers::{Needed, Workers};
use parley_settings::Config;

/// The longest text; more than half an hour of speech.
const MAX_CHARS: usize = 32_000;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The text to speak
    #[arg(required = true)]
    text: Vec<String>,
    /// Write a WAV file instead of playing
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The text's language (ISO 639-1), where several voices are installed
    #[arg(long)]
    language: Option<String>,
    /// Print one line of JSON: {text, audio_ms, first_block_ms, elapsed_ms}
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Said<'a> {
    text: &'a str,
    audio_ms: f64,
    first_block_ms: Option<f64>,
    elapsed_ms: f64,
}

pub(super) fn run(options: &Options, config: &Config) -> Result<ExitCode> {
    let text = options.text.join(" ");
    let chars = text.chars().count();
    if chars > MAX_CHARS {
        bail!("the text has {chars} characters; say at most {MAX_CHARS} at a time");
    }
    let mut cutter = ClauseCutter::default();
    let mut pieces = cutter.push(&text);
    pieces.extend(cutter.finish());
    let clauses: Vec<String> =
        pieces.iter().map(|piece| speakable(piece)).filter(|clause| !clause.is_empty()).collect();
    if clauses.is_empty() {
        bail!("this text has nothing that can be spoken");
    }
    let models = common::selection(config)?;
    common::block_on(async {
        let workers = Workers::spawn(config, &models, Needed::TextToSpeech)?;
        let voice = common::ready(workers.text_to_speech()).await?;
        let mut outlet = Outlet::open(options, config)?;
        let begun = Instant::now();
        let (mut first, mut length) = (None, Duration::ZERO);
        for text in clauses {
            let mut job = voice.start(Speak { text, language: options.language.clone() });
            while let Some(block) = job.next().await {
                let block = block?;
                first.get_or_insert_with(|| begun.elapsed());
                length += Duration::from_secs_f64(block.audio.len() as f64 / f64::from(block.rate_hz));
                outlet.write(&block.audio, block.rate_hz).await?;
            }
        }
        outlet.finish().await?;
        if options.json {
            let (audio_ms, elapsed_ms) = (milliseconds(length), milliseconds(begun.elapsed()));
            output::json(&Said { text: &text, audio_ms, first_block_ms: first.map(milliseconds), elapsed_ms })?;
        }
        workers.shut_down().await;
        Ok(())
    })?;
    Ok(ExitCode::SUCCESS)
}

struct Loudspeaker {
    feed: Feed,
    control: Control,
    resampler: Option<Resampler>,
    _thread: PlaybackThread,
}

enum Outlet {
    File { path: PathBuf, writer: Option<WavWriter> },
    Loudspeaker(Box<Loudspeaker>),
}

/// How often the loudspeaker is asked for room.
const FEED_EVERY: Duration = Duration::from_millis(10);

impl Outlet {
    fn open(options: &Options, config: &Config) -> Result<Self> {
        match &options.output {
            Some(path) => Ok(Self::File { path: path.clone(), writer: None }),
            None => {
                let sink = common::loudspeaker(&common::sound_devices(config))
                    .context("`--output FILE` writes a WAV file instead of playing")?;
                let (mixer, _thread) = PlaybackThread::start(sink)?;
                let (feed, control) = mixer.open(Part::Speech)?;
                Volume::start(mixer, config.audio.volume);
                Ok(Self::Loudspeaker(Box::new(Loudspeaker { feed, control, resampler: None, _thread })))
            }
        }
    }

    async fn write(&mut self, audio: &[i16], rate_hz: u32) -> Result<()> {
        match self {
            Self::File { path, writer } => {
                let writer = match writer {
                    Some(writer) => writer,
                    none => none.insert(WavWriter::create(path, rate_hz)?),
                };
                Ok(writer.write(audio)?)
            }
            Self::Loudspeaker(speaker) => {
                let Loudspeaker { feed, control, resampler, .. } = speaker.as_mut();
                let resampler = match resampler {
                    Some(resampler) => resampler,
                    none => none.insert(Resampler::new(rate_hz, feed.rate_hz())?),
                };
                let mut converted = Vec::new();
                resampler.process(audio, &mut converted);
                offer(feed, control, &converted).await
            }
        }
    }

    async fn finish(self) -> Result<()> {
        match self {
            Self::File { writer, .. } => Ok(writer.map_or(Ok(()), WavWriter::finish)?),
            Self::Loudspeaker(speaker) => {
                let Loudspeaker { mut feed, control, resampler, _thread } = *speaker;
                let mut rest = Vec::new();
                if let Some(mut resampler) = resampler {
                    resampler.finish(&mut rest);
                }
                offer(&mut feed, &control, &rest).await?;
                while !control.is_drained() {
                    tokio::time::sleep(FEED_EVERY).await;
                }
                Ok(())
            }
        }
    }
}

async fn offer(feed: &mut Feed, control: &Control, mut samples: &[f32]) -> Result<()> {
    while !samples.is_empty() {
        let taken = feed.offer(control.stream(), samples)?;
        samples = samples.get(taken..).unwrap_or_default();
        tokio::time::sleep(FEED_EVERY).await;
    }
    Ok(())
}
