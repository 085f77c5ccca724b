//! Transcribes utterances.
//!
//! The encoder takes most of the time, and its time depends on the **positions** that it computes (20 ms each), not on
//! how much is said. It runs once per utterance, whatever the language.

use std::path::Path;

use parley_engines::worker::{CancelFlag, Input, Model, Outputs};
use parley_engines::{INPUT_RATE_HZ, SpeechToText, Transcribe, Transcript};
use parley_model_file::{Format, ModelFileError};
use whisper_rs::{FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperError, WhisperState};

use crate::decoder::{Beginning, Decoder, Reading, Words};
use crate::earlier::Earlier;
use crate::inventions::is_invented;
use crate::language::{self, Detected, Language};
use crate::remedies::Believed;
use crate::speech::Speech;
use crate::vocabulary::Vocabulary;
use crate::{audio, interrupt};

/// Above this the audio is not looked at any further. Noise, hum and silence reach 0.6 to 0.9, human speech 0.2.
const NO_SPEECH: f32 = 0.6;
/// Above this words that the model itself finds unlikely are not believed,
const MAYBE_NO_SPEECH: f32 = 0.3;
/// which is when their mean logarithmic probability is below this.
const UNLIKELY: f32 = -1.0;

/// From here on the audio tells the language, unless the words in it are poor:
const SURE: f32 = 0.6;
/// with a mean logarithmic probability below this.
const POOR: f32 = -0.45;
/// How much the detection counts beside the words, where several languages are tried.
const DETECTION_WEIGHT: f32 = 0.1;
/// What is in favour of the usual language there,
const USUAL: f32 = 0.15;
/// and against one in which the words come to no end.
const ENDLESS: f32 = 0.5;

#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("cannot use the model {path}: {error}. `parley check` says what to do")]
    File { path: String, error: ModelFileError },
    #[error("whisper.cpp cannot use the model {path}: {error}")]
    Refused { path: String, error: WhisperError },
    #[error("the model {path} does not know the language {code:?}; it knows {known}")]
    Language { path: String, code: String, known: String },
}

pub struct Whisper {
    pub(crate) context: WhisperContext,
    pub(crate) state: WhisperState,
    pub(crate) decoder: Decoder,
    known: Vec<Language>,
    /// Those that are detected.
    candidates: Vec<Language>,
    /// Assumed where the audio does not tell: the last language that was surely spoken.
    pub(crate) usual: Language,
    threads: usize,
    /// What was read last.
    pub(crate) earlier: Option<Earlier>,
}

impl Whisper {
    /// Loads the model and transcribes a second of silence with it, so that its weights and buffers are in memory.
    ///
    /// `usual` is the language at the start; `candidates` are those to detect, all where it is empty; `vocabulary` are words
    /// that are heard sooner.
    pub fn load(
        path: &Path,
        threads: usize,
        usual: &str,
        candidates: &[String],
        vocabulary: &[String],
    ) -> Result<Self, LoadError> {
        let shown = || path.display().to_string();
        parley_model_file::check(path, Format::Ggml).map_err(|error| LoadError::File { path: shown(), error })?;
        let refused = |error| LoadError::Refused { path: shown(), error };

        // Without a logging back-end of whisper-rs, this silences whisper.cpp; what it prints is of no use to anyone.
        whisper_rs::install_logging_hooks();
        let context = WhisperContext::new_with_params(path, WhisperContextParameters::default()).map_err(refused)?;
        let state = context.create_state().map_err(refused)?;
        let vocabulary = Vocabulary::of(&context, vocabulary).map_err(refused)?;
        let decoder = Decoder::new(&context, threads, vocabulary);
        let known = language::languages(&context);
        let find = |code: &str| {
            known.iter().find(|language| language.code == code).copied().ok_or_else(|| LoadError::Language {
                path: shown(),
                code: code.to_owned(),
                known: known.iter().map(|language| language.code).collect::<Vec<_>>().join(", "),
            })
        };
        let usual = find(usual)?;
        let candidates = match candidates {
            [] => known.clone(),
            codes => codes.iter().map(|code| find(code)).collect::<Result<_, _>>()?,
        };
        let mut whisper = Self { context, state, decoder, known, candidates, usual, threads, earlier: None };
        let silence = vec![0; INPUT_RATE_HZ as usize];
        whisper.read(&silence, None).map_err(refused)?;
        Ok(whisper)
    }

    pub fn languages(&self) -> Vec<String> {
        self.candidates.iter().map(|language| language.code.to_owned()).collect()
    }

    fn transcribe(&mut self, task: &Transcribe, cancel: &CancelFlag) -> Result<Option<Transcript>, String> {
        if task.audio.len() > audio::MAX_SAMPLES {
            let seconds = task.audio.len() as f32 / INPUT_RATE_HZ as f32;
            return Err(format!("the audio is {seconds:.1} s long, and at most 30 s can be transcribed at once"));
        }
        let given = match &task.language {
            None => None,
            Some(code) => {
                let known = self.known.iter().find(|language| language.code == code).copied();
                Some(known.ok_or_else(|| format!("the model does not know the language {code:?}"))?)
            }
        };
        if task.audio.is_empty() {
            return Ok(Some(self.nothing(given)));
        }
        match self.read(&task.audio, given) {
            _ if cancel.is_set() => Ok(None),
            Ok(transcript) => Ok(Some(transcript)),
            Err(error) => Err(format!("whisper.cpp failed: {error}")),
        }
    }

    /// Leaves what the encoder heard in the state; `positions`: how much of its window it computes.
    pub(crate) fn encode(&mut self, samples: &[i16], positions: usize) -> Result<(), WhisperError> {
        let mut params = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
        params.set_n_threads(self.threads as i32);
        params.set_audio_ctx(positions as i32);
        // Only this call sets the number of positions. It makes the spectrogram of all samples, and then, with no more
        // than 100 ms to transcribe, ends: too short.
        params.set_duration_ms(100);
        self.state.full(params, &audio::padded(samples))?;
        self.state.encode(0, self.threads)
    }

    /// What is said in the samples.
    pub(crate) fn read(&mut self, samples: &[i16], given: Option<Language>) -> Result<Transcript, WhisperError> {
        self.encode(samples, audio::positions(samples.len()))?;
        let Beginning { detected, no_speech } = self.decoder.begin(&mut self.state, &self.candidates, self.usual)?;
        if no_speech > NO_SPEECH {
            return Ok(self.nothing(given));
        }
        let speech = Speech::of(samples);
        let candidates = match given {
            Some(language) => vec![Detected { language, probability: 1.0 }],
            None if detected.is_empty() => vec![Detected { language: self.usual, probability: 1.0 }],
            None => detected,
        };
        let mut best: Option<(f32, Detected, Words)> = None;
        for candidate in candidates {
            let reading = Reading {
                language: candidate.language,
                max_tokens: audio::max_tokens(samples.len()),
                temperature: 0.0,
                settled: None,
                prefix: &[],
                barred: None,
                speech,
                with_vocabulary: true,
            };
            let settled = self.earlier.as_ref();
            let settled = settled.and_then(|earlier| earlier.settled(&self.context, samples, candidate.language));
            let settled = settled.as_ref();
            let mut words = self.decoder.words(&mut self.state, &Reading { settled, ..reading })?;
            if settled.is_some() && !words.finished {
                words = self.decoder.words(&mut self.state, &reading)?;
            }
            let usual = if candidate.language == self.usual { USUAL } else { 0.0 };
            let endless = if words.finished { 0.0 } else { ENDLESS };
            let quality = words.mean_log_probability() - endless;
            let fit = quality + DETECTION_WEIGHT * candidate.probability.ln() + usual;
            if best.as_ref().is_none_or(|(fitting, ..)| fit > *fitting) {
                best = Some((fit, candidate, words));
            }
            if candidate.probability >= SURE && quality >= POOR {
                break;
            }
        }
        let Some((_, Detected { language, probability: language_probability }, words)) = best else {
            return Ok(self.nothing(given));
        };
        if no_speech > MAYBE_NO_SPEECH && words.mean_log_probability() < UNLIKELY {
            return Ok(self.nothing(given));
        }
        self.earlier = Some(Earlier::new(samples, language, words.clone()));
        let log_probability = words.mean_log_probability();
        let Believed { text, confidence, remedy, incomplete } = self.believed(samples, language, speech, words)?;
        if text.is_empty() || is_invented(&text, language.code, speech, no_speech, log_probability) {
            return Ok(self.nothing(given));
        }
        if given.is_none() && language_probability >= SURE && !incomplete {
            self.usual = language;
        }
        let language = language.code.to_owned();
        Ok(Transcript { text, language, language_probability, confidence, incomplete, remedy })
    }

    fn nothing(&self, given: Option<Language>) -> Transcript {
        Transcript {
            text: String::new(),
            language: given.unwrap_or(self.usual).code.to_owned(),
            language_probability: if given.is_some() { 1.0 } else { 0.0 },
            confidence: 0.0,
            incomplete: false,
            remedy: None,
        }
    }
}

impl Model<SpeechToText> for Whisper {
    fn run(
        &mut self,
        task: Transcribe,
        _: &mut Input,
        cancel: &CancelFlag,
        outputs: &mut Outputs<SpeechToText>,
    ) -> Result<(), String> {
        interrupt::watch(Some((cancel.clone(), outputs.life_sign())));
        let transcript = self.transcribe(&task, cancel);
        interrupt::watch(None);
        match transcript? {
            Some(transcript) => outputs.send(transcript).map_err(|error| error.to_string()),
            None => Ok(()),
        }
    }
}
