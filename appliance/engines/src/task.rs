//! What each kind of engine is asked, and what it answers.

use std::path::Path;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Sample rate of all audio that goes *into* an engine; what comes out of [`TextToSpeech`] states its own.
pub const INPUT_RATE_HZ: u32 = 16_000;

/// A task or an output: JSON with, where it carries sound, mono 16-bit samples beside it.
pub trait Wire: Serialize + DeserializeOwned + Clone + Send + Sync + std::fmt::Debug + 'static {
    /// The samples that travel beside the JSON; empty where there are none.
    fn samples(&self) -> &[i16] {
        &[]
    }

    /// Puts back the samples that travelled beside the JSON.
    fn attach(&mut self, _samples: Vec<i16>) {}
}

/// What an engine does: its name, its task and its outputs. Only the worker knows who supplies it.
pub trait Kind: Send + Sync + 'static {
    /// The name in settings, logs, the handshake and `parley check`; the model manifest calls it the purpose.
    const NAME: &'static str;
    /// What one job is asked.
    type Task: Wire;
    /// One of the pieces in which the engine answers.
    type Output: Wire;

    /// What this output carries of the answer.
    fn units(_: &Self::Output) -> Units<'_> {
        Units::Whole
    }

    /// How much of the answer this output carries: characters of text, samples of sound, 1 where it is the whole.
    fn amount(output: &Self::Output) -> usize {
        Self::units(output).amount()
    }

    /// The output without its first `amount`, for a job that was sent again after a crash: what was already delivered
    /// is left out, once it is known to be the same. `None` where nothing of it is new.
    fn skip(output: Self::Output, amount: usize) -> Option<Self::Output> {
        (amount == 0).then_some(output)
    }

    /// Whether a job of this task, while it runs, gives way to one that is more urgent and begins again later. Only
    /// where hardly anything is lost by that: what was computed stays in the worker's cache.
    fn gives_way(_: &Self::Task) -> bool {
        false
    }
}

/// What an output carries of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "what a field's name and type do not say, its variant says")]
pub enum Units<'a> {
    /// Characters, which must be the same when the job is sent again.
    Text(&'a str),
    /// Samples, which must be the same but for rounding.
    Sound { rate_hz: u32, audio: &'a [i16] },
    /// The whole answer.
    Whole,
    /// Nothing: it says something about the answer, such as its end.
    Marker,
}

impl Units<'_> {
    /// How many characters or samples, 1 for the whole, 0 for a marker.
    pub fn amount(&self) -> usize {
        match self {
            Self::Text(text) => text.chars().count(),
            Self::Sound { audio, .. } => audio.len(),
            Self::Whole => 1,
            Self::Marker => 0,
        }
    }
}

/// Turns speech into text; a job has one output.
#[derive(Debug)]
pub struct SpeechToText;

/// "What was said in this audio?"
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transcribe {
    /// ISO 639-1 code of the spoken language; `None` detects it.
    pub language: Option<String>,
    /// Mono, 16 kHz, at most 30 s.
    #[serde(skip)]
    pub audio: Arc<[i16]>,
}

/// What was said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transcript {
    /// The words, trimmed; empty where no speech was found.
    pub text: String,
    /// ISO 639-1 code of the language that was spoken.
    pub language: String,
    /// How sure the detection was, 0..1; 1 where the language was given.
    pub language_probability: f32,
    /// Mean probability of the tokens, 0..1: low for noise and for music.
    pub confidence: f32,
    /// Whether something was said that is not among the words, as far as the engine can tell.
    #[serde(default)]
    pub incomplete: bool,
    /// What the words come from where the first reading was none that could be believed.
    #[serde(default)]
    pub remedy: Option<Remedy>,
}

/// How an engine read the sound again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// With more silence behind it.
    Window,
    /// Without the words that came again and again.
    Barred,
    /// With less likely words.
    Temperature,
}

impl Wire for Transcribe {
    fn samples(&self) -> &[i16] {
        &self.audio
    }
    fn attach(&mut self, samples: Vec<i16>) {
        self.audio = samples.into();
    }
}

impl Wire for Transcript {}

impl Kind for SpeechToText {
    const NAME: &'static str = "speech-to-text";
    type Task = Transcribe;
    type Output = Transcript;
}

/// Answers a chat; a job has at most one [`Generated::Sentence`], any number of [`Generated::Text`], at most one
/// [`Generated::Certainty`] and then one [`Generated::Finished`].
#[derive(Debug)]
pub struct LanguageModel;

/// Who says a chat message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The persona and its rules.
    System,
    /// The person.
    User,
    /// Parley.
    Assistant,
    /// What came of something that Parley wanted done.
    Tool,
}

impl Role {
    /// The name that chat templates know.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::Tool => "tool",
        }
    }
}

/// One message of a chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatMessage {
    /// Whose words these are.
    pub role: Role,
    /// Plain text: what looks like a control token in it is none.
    pub text: String,
}

/// "Go on with this chat."
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Generate {
    /// The chat so far: the system prompt first, the person's words last.
    pub messages: Vec<ChatMessage>,
    /// The most tokens to generate; 0 only evaluates the prompt, so that a later task finds it in the cache.
    pub max_tokens: u32,
    /// A GBNF grammar that the answer obeys.
    pub grammar: Option<String>,
    /// 0 always takes the likeliest token.
    pub temperature: f32,
    /// Makes sampling repeatable: the same task gives the same answer.
    pub seed: u32,
}

/// Why generation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// The model said that it is done.
    EndOfAnswer,
    /// `max_tokens` was reached, or the context is full.
    Length,
    /// The model began to repeat itself.
    Repetition,
}

/// A piece of the model's answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "what a field's name and type do not say, its variant says")]
pub enum Generated {
    /// How likely a sentence ends with the person's last message, 0..1. Comes before the first text, or not at all: not
    /// every model can tell.
    Sentence(f32),
    /// The next piece of text: whole characters, often a part of a word.
    Text(String),
    /// How likely the model found the least likely of the tokens that it chose, 0..1: what it knows it says without
    /// hesitating anywhere. Comes behind the last text, or not at all.
    Certainty(f32),
    /// The last output of a job. Of the prompt's tokens, `reused_tokens` were still in the cache; `prefill_ms`: what
    /// the others took.
    Finished { reason: StopReason, prompt_tokens: u32, reused_tokens: u32, generated_tokens: u32, prefill_ms: f32 },
}

impl Wire for Generate {}
impl Wire for Generated {}

impl Kind for LanguageModel {
    const NAME: &'static str = "language-model";
    type Task = Generate;
    type Output = Generated;

    fn units(output: &Generated) -> Units<'_> {
        match output {
            Generated::Text(text) => Units::Text(text),
            Generated::Sentence(_) | Generated::Certainty(_) | Generated::Finished { .. } => Units::Marker,
        }
    }
    fn skip(output: Generated, amount: usize) -> Option<Generated> {
        match output {
            Generated::Text(text) => {
                let rest: String = text.chars().skip(amount).collect();
                (!rest.is_empty()).then_some(Generated::Text(rest))
            }
            unchanged @ (Generated::Sentence(_) | Generated::Certainty(_) | Generated::Finished { .. }) => {
                Some(unchanged)
            }
        }
    }
    /// Reading ahead does: the next task finds what was read of the prompt.
    fn gives_way(task: &Generate) -> bool {
        task.max_tokens == 0
    }
}

/// Turns text into speech; a job has one or more blocks.
#[derive(Debug)]
pub struct TextToSpeech;

/// The longest text of one [`Speak`], in characters; whoever cuts clauses cuts shorter ones.
pub const MAX_SPOKEN_CHARS: usize = 1_000;

/// "Say this."
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Speak {
    /// One clause or sentence; at most [`MAX_SPOKEN_CHARS`].
    pub text: String,
    /// ISO 639-1 code of the language, to choose a voice; the first voice where `None`.
    pub language: Option<String>,
}

/// A block of speech; a job's blocks follow each other without a gap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spoken {
    /// Sample rate of `audio`.
    pub rate_hz: u32,
    /// Mono samples.
    #[serde(skip)]
    pub audio: Vec<i16>,
}

impl Wire for Speak {}

impl Wire for Spoken {
    fn samples(&self) -> &[i16] {
        &self.audio
    }
    fn attach(&mut self, samples: Vec<i16>) {
        self.audio = samples;
    }
}

impl Kind for TextToSpeech {
    const NAME: &'static str = "text-to-speech";
    type Task = Speak;
    type Output = Spoken;

    fn units(output: &Spoken) -> Units<'_> {
        Units::Sound { rate_hz: output.rate_hz, audio: &output.audio }
    }
    fn skip(mut output: Spoken, amount: usize) -> Option<Spoken> {
        output.audio.drain(..amount.min(output.audio.len()));
        (!output.audio.is_empty()).then_some(output)
    }
}

/// Tells from the sound whether a speaker has finished; a job has one output, 0..1.
#[derive(Debug)]
pub struct EndOfTurn;

/// "Has this speaker finished?"
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JudgeEndOfTurn {
    /// Mono, 16 kHz: the utterance so far with the silence after it; only the last 8 s count.
    #[serde(skip)]
    pub audio: Arc<[i16]>,
}

impl Wire for JudgeEndOfTurn {
    fn samples(&self) -> &[i16] {
        &self.audio
    }
    fn attach(&mut self, samples: Vec<i16>) {
        self.audio = samples.into();
    }
}

impl Wire for f32 {}

impl Kind for EndOfTurn {
    const NAME: &'static str = "end-of-turn";
    type Task = JudgeEndOfTurn;
    /// Probability that the speaker has finished, 0..1.
    type Output = f32;
}

/// What a worker says of itself once it can take tasks.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WorkerDetails {
    /// [`Kind::NAME`] of the engine.
    pub engine: String,
    /// The model's file name, without its folder.
    pub model: String,
    /// Time from start to ready, in milliseconds.
    pub load_ms: u64,
    /// Languages that it can listen to or has a voice for; empty where that has no meaning.
    #[serde(default)]
    pub languages: Vec<String>,
    /// The model's context in tokens, for a language model.
    #[serde(default)]
    pub context_tokens: Option<u32>,
    /// Sample rate of what it speaks, for a voice.
    #[serde(default)]
    pub rate_hz: Option<u32>,
}

impl WorkerDetails {
    /// Names the model's file; the other fields keep their defaults.
    pub fn of(model: &Path) -> Self {
        let model = model.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Self { model, ..Self::default() }
    }
}
