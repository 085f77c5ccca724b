//! One voice, loaded.

use std::fs::{self, File};
use std::io::BufReader;
use std::ops::Range;
use std::path::{Path, PathBuf};

use piper_rs::{ModelConfig, Piper};

use crate::chunked::{Chunked, Latent};
use crate::kokoro::{self, Kokoro, Watched};
use crate::reach::Reach;
use crate::said::Said;
use crate::session::{self, Arena};
use crate::split::{self, SplitError};

#[derive(Debug, thiserror::Error)]
pub enum VoiceError {
    #[error("the voice {path} cannot be read ({source}); fetch it again")]
    Io { path: PathBuf, source: std::io::Error },
    #[error("the voice {0} has no {0}.json beside it; fetch both files")]
    NoConfig(PathBuf),
    #[error("the file {path} does not describe a voice ({source}); fetch it again")]
    Config { path: PathBuf, source: serde_json::Error },
    #[error("the voice {path} is of no use: {source}")]
    Model { path: PathBuf, source: SplitError },
    #[error("the file {0} is no voice of Kokoro's, or only a part of one; fetch it again")]
    Styles(PathBuf),
    #[error("ONNX Runtime failed: {0}")]
    Runtime(#[from] ort::Error),
    #[error("piper failed: {0}")]
    Piper(#[from] piper_rs::PiperError),
    #[error("the voice gave no usable {0}; it is not one that this version knows")]
    Shape(&'static str),
}

pub struct Voice {
    rate_hz: u32,
    espeak_voice: String,
    model: Loaded,
    said: Said,
}

enum Loaded {
    Chunked(Box<Chunked>),
    Whole(Box<Piper>),
    Kokoro(Kokoro),
}

pub enum Sentence {
    /// Frames that the decoder makes into samples.
    Latent(Latent),
    /// Samples, all at once.
    Samples(Vec<f32>),
}

impl Voice {
    /// Loads `model` and the JSON beside it, with `threads` threads for each operation.
    pub fn load(model: &Path, threads: usize) -> Result<Self, VoiceError> {
        let config = config_beside(model)?;
        let (rate_hz, espeak_voice) = (config.audio.sample_rate, config.espeak.voice.clone());
        if rate_hz == 0 {
            return Err(VoiceError::Shape("sample rate"));
        }
        let bytes = fs::read(model).map_err(|source| VoiceError::Io { path: model.to_owned(), source })?;
        let model = match split::split(bytes.into()) {
            Ok(halves) => Loaded::Chunked(Box::new(Chunked::load(config, halves, threads)?)),
            Err(SplitError::Unknown(_)) => {
                let session = session::options(threads, Arena::Off)?.commit_from_file(model)?;
                Loaded::Whole(Box::new(Piper::from_session(session, config)))
            }
            Err(source @ (SplitError::Damaged(_) | SplitError::NotAVoice(_))) => {
                return Err(VoiceError::Model { path: model.to_owned(), source });
            }
        };
        Ok(Self { rate_hz, espeak_voice, model, said: Said::default() })
    }

    /// Loads a Kokoro voice for a language that espeak-ng calls `espeak_voice`.
    pub fn load_kokoro(
        styles: &Path,
        espeak_voice: &str,
        threads: usize,
        model: &kokoro::Shared,
    ) -> Result<Self, VoiceError> {
        let model = Loaded::Kokoro(Kokoro::load(styles, threads, model)?);
        Ok(Self { rate_hz: kokoro::RATE_HZ, espeak_voice: espeak_voice.to_owned(), model, said: Said::default() })
    }

    pub fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    /// espeak-ng's name of its language.
    pub fn espeak_voice(&self) -> &str {
        &self.espeak_voice
    }

    /// The decoder's reach; `None` where the voice only speaks whole sentences.
    pub fn reach(&self) -> Option<Reach> {
        match &self.model {
            Loaded::Chunked(chunked) => Some(chunked.reach()),
            Loaded::Whole(_) | Loaded::Kokoro(_) => None,
        }
    }

    /// A sentence in the pieces that [`begin`](Self::begin) is to be given.
    pub fn pieces<'a>(&self, sentence: &'a str) -> Vec<&'a str> {
        match &self.model {
            Loaded::Chunked(_) | Loaded::Whole(_) => vec![sentence],
            Loaded::Kokoro(_) => kokoro::pieces(sentence),
        }
    }

    /// Begins a piece of a sentence. Where that computes the whole piece, one that was said before is there at once.
    pub fn begin(&mut self, phonemes: &str, job: &Watched<'_>) -> Result<Sentence, VoiceError> {
        if let Some(samples) = self.said.get(phonemes) {
            return Ok(Sentence::Samples(samples));
        }
        let samples = match &mut self.model {
            Loaded::Chunked(chunked) => return Ok(Sentence::Latent(chunked.begin(phonemes)?)),
            Loaded::Whole(piper) => piper.create(phonemes, true, None, None, None, None)?.0,
            Loaded::Kokoro(kokoro) => kokoro.say(phonemes, job)?,
        };
        if !job.cancel.is_set() {
            self.said.keep(phonemes, &samples);
        }
        Ok(Sentence::Samples(samples))
    }

    /// The samples of some frames of a latent that this voice began; see [`Chunked::decode`].
    pub fn decode(&mut self, latent: &Latent, frames: Range<usize>) -> Result<Vec<f32>, VoiceError> {
        match &mut self.model {
            Loaded::Chunked(chunked) => chunked.decode(latent, frames),
            Loaded::Whole(_) | Loaded::Kokoro(_) => Err(VoiceError::Shape("decoder")),
        }
    }
}

/// The JSON that belongs to a model: `voice.onnx.json`, or else `voice.json`.
fn config_beside(model: &Path) -> Result<ModelConfig, VoiceError> {
    let candidates = [PathBuf::from(format!("{}.json", model.display())), model.with_extension("json")];
    let path =
        candidates.into_iter().find(|path| path.is_file()).ok_or_else(|| VoiceError::NoConfig(model.to_owned()))?;
    let file = File::open(&path).map_err(|source| VoiceError::Io { path: path.clone(), source })?;
    serde_json::from_reader(BufReader::new(file)).map_err(|source| VoiceError::Config { path, source })
}
