//! The engine behind the worker protocol: text in, blocks of sound out.

use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use parley_engines::worker::{CancelFlag, Input, Model, Outputs};
use parley_engines::{Speak, Spoken, TextToSpeech};

use crate::chunked::Latent;
use crate::espeak;
use crate::kokoro::{self, Watched};
use crate::pcm::Shaper;
use crate::phonemes::{PhonemeError, Phonemiser};
use crate::plan::{MAX_FRAMES, Pace};
use crate::text::{self, TooLong};
use crate::voice::{Sentence, Voice, VoiceError};

/// Samples of a block where a voice speaks whole sentences: 0.2 s at 22,050 Hz.
const WHOLE_BLOCK_SAMPLES: usize = 4_410;
/// How often a job that waits for its voice looks whether it is still wanted.
const LOOK: Duration = Duration::from_millis(20);
/// Said once after loading, so that the first task finds everything in place.
const WARM_UP: &str = "wˈɔːmɪŋ ˈʌp.";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoiceFile {
    /// ISO 639 code of its language.
    pub language: String,
    /// A Piper voice as ONNX, with its JSON beside it; or a voice of Kokoro's, with the model of all of them beside it.
    pub path: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub enum SpeakError {
    #[error(transparent)]
    Voice(#[from] VoiceError),
    #[error(transparent)]
    Phonemes(#[from] PhonemeError),
    #[error(transparent)]
    TooLong(#[from] TooLong),
    #[error("no voice was given; name one with --voice en=PATH.onnx")]
    NoVoice,
    #[error("there is no voice for {language:?}, only for {known}, and espeak-ng has none: {source}")]
    NoVoiceFor { language: String, known: String, source: PhonemeError },
    #[error("the voice was not loaded: the thread that did so ended")]
    Loading,
    #[error("nobody listens any more: {0}")]
    Gone(String),
}

/// All voices; the first is loaded at once, another when it is first asked for. espeak-ng speaks what has none.
pub struct Speaker {
    phonemiser: Phonemiser,
    threads: usize,
    kokoro: kokoro::Shared,
    voices: Vec<(VoiceFile, Slot)>,
}

/// A voice, as far as it is there.
enum Slot {
    Unloaded,
    /// It is being loaded, whatever becomes of the job that asked for it first.
    Loading(Receiver<Result<Ready, SpeakError>>),
    Loaded(Box<Ready>),
}

struct Ready {
    voice: Voice,
    pace: Pace,
}

impl Speaker {
    /// Loads the first voice and tries it.
    pub fn new(phonemiser: Phonemiser, voices: Vec<VoiceFile>, threads: usize) -> Result<Self, SpeakError> {
        let voices = voices.into_iter().map(|file| (file, Slot::Unloaded)).collect();
        let mut speaker = Self { phonemiser, threads, kokoro: kokoro::Shared::default(), voices };
        speaker.load(0, &CancelFlag::default(), &mut || {})?;
        let first = speaker.loaded(0)?;
        let espeak_voice = first.voice.espeak_voice().to_owned();
        speaker.phonemiser.sentences("ready", &espeak_voice)?;
        Ok(speaker)
    }

    /// Sample rate of the first voice.
    pub fn rate_hz(&self) -> Option<u32> {
        self.voices.first().and_then(|(_, slot)| slot.loaded()).map(|ready| ready.voice.rate_hz())
    }

    /// Says a text in a voice that [`load`](Self::load) has loaded; `heard` gets every block with its sample rate.
    pub fn speak(
        &mut self,
        task: &Speak,
        job: &Watched<'_>,
        heard: &mut dyn FnMut(u32, Vec<i16>) -> Result<(), SpeakError>,
    ) -> Result<(), SpeakError> {
        let Some(text) = text::sayable(&task.text)? else { return Ok(()) };
        let position = match (self.position(task.language.as_deref()), task.language.as_deref()) {
            (None, Some(language)) => return self.speak_by_espeak(&text, language, job.cancel, heard),
            (position, _) => position.unwrap_or_default(),
        };
        let espeak_voice = self.loaded(position)?.voice.espeak_voice().to_owned();
        let sentences = self.phonemiser.sentences(&text, &espeak_voice)?;
        let ready = self.loaded(position)?;
        let pieces: Vec<&str> = sentences.iter().flat_map(|sentence| ready.voice.pieces(sentence)).collect();
        let rate_hz = ready.voice.rate_hz();
        let mut shaper = Shaper::new(rate_hz);
        let mut clock = SoundClock::default();
        let cancel = job.cancel;
        for phonemes in pieces {
            if cancel.is_set() {
                return Ok(());
            }
            let mut deliver = |block: &[f32], clock: &mut SoundClock| {
                let block = shaper.shape(block);
                clock.add(block.len(), rate_hz);
                if block.is_empty() { Ok(()) } else { heard(rate_hz, block) }
            };
            match ready.voice.begin(phonemes, job)? {
                Sentence::Samples(samples) => {
                    for block in samples.chunks(WHOLE_BLOCK_SAMPLES).take_while(|_| !cancel.is_set()) {
                        deliver(block, &mut clock)?;
                    }
                }
                Sentence::Latent(latent) => {
                    let mut done = 0;
                    while done < latent.frames() && !cancel.is_set() {
                        let frames = ready.pace.next_frames(clock.ahead(), latent.frames() - done);
                        let block = ready.decode(&latent, done, frames)?;
                        done += frames;
                        deliver(&block, &mut clock)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn speak_by_espeak(
        &self,
        text: &str,
        language: &str,
        cancel: &CancelFlag,
        heard: &mut dyn FnMut(u32, Vec<i16>) -> Result<(), SpeakError>,
    ) -> Result<(), SpeakError> {
        let samples = espeak::say(&self.phonemiser, text, language, cancel).map_err(|source| {
            let known: Vec<&str> = self.voices.iter().map(|(file, _)| file.language.as_str()).collect();
            SpeakError::NoVoiceFor { language: language.to_owned(), known: known.join(", "), source }
        })?;
        let mut shaper = Shaper::new(espeak::RATE_HZ);
        for block in samples.chunks(WHOLE_BLOCK_SAMPLES).take_while(|_| !cancel.is_set()) {
            let block = shaper.shape(block);
            if !block.is_empty() {
                heard(espeak::RATE_HZ, block)?;
            }
        }
        Ok(())
    }

    /// Loads a voice, if it is not; `false`: the job was cancelled meanwhile. Then the loading goes on, so
    /// that jobs that come and go, as drafts do, have their voice at last. `alive` is called now and then.
    pub fn load(&mut self, position: usize, cancel: &CancelFlag, alive: &mut dyn FnMut()) -> Result<bool, SpeakError> {
        let (threads, kokoro) = (self.threads, self.kokoro.clone());
        let (file, slot) = self.voices.get_mut(position).ok_or(SpeakError::NoVoice)?;
        if matches!(slot, Slot::Unloaded) {
            let (loaded, loading) = mpsc::sync_channel(1);
            let file = file.clone();
            // An error means that this process ends.
            thread::spawn(move || loaded.send(Ready::load(&file, threads, &kokoro)).is_ok());
            *slot = Slot::Loading(loading);
        }
        while let Slot::Loading(loading) = slot {
            match loading.recv_timeout(LOOK) {
                Ok(Ok(ready)) => *slot = Slot::Loaded(Box::new(ready)),
                Ok(Err(error)) => {
                    *slot = Slot::Unloaded;
                    return Err(error);
                }
                Err(RecvTimeoutError::Timeout) if cancel.is_set() => return Ok(false),
                Err(RecvTimeoutError::Timeout) => alive(),
                Err(RecvTimeoutError::Disconnected) => {
                    *slot = Slot::Unloaded;
                    return Err(SpeakError::Loading);
                }
            }
        }
        Ok(true)
    }

    /// The voice for a language, or the first; `None` where only espeak-ng has one.
    fn position(&self, language: Option<&str>) -> Option<usize> {
        let Some(language) = language else { return Some(0) };
        self.voices.iter().position(|(file, _)| file.language == language)
    }

    fn loaded(&mut self, position: usize) -> Result<&mut Ready, SpeakError> {
        match self.voices.get_mut(position) {
            Some((_, Slot::Loaded(ready))) => Ok(ready),
            _ => Err(SpeakError::NoVoice),
        }
    }
}

impl Slot {
    fn loaded(&self) -> Option<&Ready> {
        match self {
            Self::Loaded(ready) => Some(ready),
            Self::Unloaded | Self::Loading(_) => None,
        }
    }
}

impl Ready {
    fn load(file: &VoiceFile, threads: usize, kokoro: &kokoro::Shared) -> Result<Self, SpeakError> {
        let voice = if kokoro::is_voice(&file.path) {
            Voice::load_kokoro(&file.path, espeak::name(&file.language), threads, kokoro)?
        } else {
            Voice::load(&file.path, threads)?
        };
        let reach = voice.reach();
        let frame = Duration::from_secs_f64(
            reach.map_or(0.0, |reach| reach.samples_per_frame as f64) / f64::from(voice.rate_hz()),
        );
        let pace = Pace { frame, cost: Duration::ZERO, margin_frames: reach.map_or(0, |reach| reach.margin_frames) };
        let mut ready = Self { voice, pace };
        let nobodys = Watched { cancel: &CancelFlag::default(), alive: &|| {} };
        if let Sentence::Latent(latent) = ready.voice.begin(WARM_UP, &nobodys)? {
            // The first run allocates; only the second tells the cost.
            for _ in 0..2 {
                ready.pace.cost = ready.measure(&latent, 0, latent.frames().min(MAX_FRAMES))?.1;
            }
        }
        Ok(ready)
    }

    /// The samples of some frames; keeps the pace up to date.
    fn decode(&mut self, latent: &Latent, start: usize, frames: usize) -> Result<Vec<f32>, VoiceError> {
        let (samples, cost) = self.measure(latent, start, frames)?;
        self.pace.measured(cost);
        Ok(samples)
    }

    /// The samples of some frames, and what one frame cost.
    fn measure(&mut self, latent: &Latent, start: usize, frames: usize) -> Result<(Vec<f32>, Duration), VoiceError> {
        let begun = Instant::now();
        let samples = self.voice.decode(latent, start..start + frames)?;
        let margin = self.pace.margin_frames;
        let computed = start.min(margin) + frames + (latent.frames() - start - frames).min(margin);
        Ok((samples, begun.elapsed() / u32::try_from(computed.max(1)).unwrap_or(u32::MAX)))
    }
}

/// How far the sound that was handed over is ahead of what can have been heard.
#[derive(Debug, Default)]
struct SoundClock {
    ends: Option<Instant>,
}

impl SoundClock {
    fn add(&mut self, samples: usize, rate_hz: u32) {
        if samples > 0 {
            let now = Instant::now();
            let sound = Duration::from_secs_f64(samples as f64 / f64::from(rate_hz));
            self.ends = Some(self.ends.map_or(now, |ends| ends.max(now)) + sound);
        }
    }

    fn ahead(&self) -> Duration {
        self.ends.map_or(Duration::ZERO, |ends| ends.saturating_duration_since(Instant::now()))
    }
}

impl Model<TextToSpeech> for Speaker {
    fn run(
        &mut self,
        task: Speak,
        _: &mut Input,
        cancel: &CancelFlag,
        outputs: &mut Outputs<TextToSpeech>,
    ) -> Result<(), String> {
        let life_sign = outputs.life_sign();
        if let Some(position) = self.position(task.language.as_deref()) {
            let loaded = self.load(position, cancel, &mut || life_sign.give());
            if !loaded.map_err(|error| error.to_string())? {
                return Ok(());
            }
        }
        let mut send = |rate_hz, audio| {
            outputs.send(Spoken { rate_hz, audio }).map_err(|error| SpeakError::Gone(error.to_string()))
        };
        let job = Watched { cancel, alive: &|| life_sign.give() };
        self.speak(&task, &job, &mut send).map_err(|error| error.to_string())
    }
}
