//! The settings as types, with their defaults.

use std::path::PathBuf;

use parley_conversation::{LANGUAGES, estimated_tokens};
use serde::{Deserialize, Serialize};

use crate::updates::Updates;

/// All settings of Parley.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// Sound devices.
    pub audio: AudioSettings,
    /// Which models are used.
    pub models: ModelsSettings,
    /// How a conversation behaves.
    pub conversation: ConversationSettings,
    /// The worker processes.
    pub engines: EnginesSettings,
    /// What is on the board's pins.
    pub hardware: HardwareSettings,
    /// Updates of a device.
    pub updates: Updates,
}

/// Sound devices, by their ALSA names ("plughw:CARD=sndrpihifiberry"), and the volume.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct AudioSettings {
    /// The microphone; "auto": a card that records.
    pub input: String,
    /// The loudspeaker; "auto": a card that plays.
    pub output: String,
    /// Which channel of the microphone is heard, from 1; 0: those that carry sound.
    pub channel: u8,
    /// How loud it is, in percent, until somebody says otherwise.
    pub volume: u8,
    /// Which sounds say something without a voice.
    pub sounds: Sounds,
    /// What is quieter is silence, in dB of full scale; by default the voice-activity detector alone decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub energy_floor: Option<i32>,
}

/// Sounds that need no engine. Each choice holds those before it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sounds {
    /// None.
    None,
    /// That Parley is ready, and that something failed and cannot be said.
    #[default]
    Needed,
    /// That somebody was heard to the end, too.
    All,
}

impl Default for AudioSettings {
    fn default() -> Self {
        Self {
            input: "auto".into(),
            output: "auto".into(),
            channel: 0,
            volume: 100,
            sounds: Sounds::default(),
            energy_floor: None,
        }
    }
}

/// Which models are used, and where they are kept.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ModelsSettings {
    /// A profile of the manifest; `parley models list` shows them.
    pub profile: String,
    /// The folder of the models; by default the user's cache folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<PathBuf>,
    /// A manifest of one's own, beside the one that this program has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manifest: Option<PathBuf>,
    /// A file of one's own in the place of the profile's speech-to-text: a Whisper model in whisper.cpp's format.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speech_to_text: Option<PathBuf>,
    /// A file of one's own in the place of the profile's language model, in GGUF.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language_model: Option<PathBuf>,
    /// Files of one's own in the place of the profile's voices: Piper voices, each with its JSON beside it.
    pub voices: Vec<PathBuf>,
}

impl Default for ModelsSettings {
    fn default() -> Self {
        Self {
            profile: "tiny".into(),
            folder: None,
            manifest: None,
            speech_to_text: None,
            language_model: None,
            voices: Vec::new(),
        }
    }
}

/// How a conversation behaves.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ConversationSettings {
    /// How the prompt begins; by default the core's own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub persona: Option<String>,
    /// The words that wake Parley; none: it listens all the time.
    pub wake_words: Vec<WakeWord>,
    /// How long somebody may go on after an answer without waking it again, in milliseconds.
    pub follow_up: u32,
    /// Whether the sound of near misses is kept in memory, for an hour.
    pub keep_near_misses: bool,
    /// What may interrupt an answer.
    pub barge_in: BargeInSetting,
    /// So many times as long as usual is every wait for somebody to go on.
    pub patience: f64,
    /// The least silence that ends a question, in milliseconds.
    pub pause: u32,
    /// How long nobody is heard after an answer where only a key interrupts, in milliseconds.
    pub echo_guard: u32,
    /// Past turns that are part of every prompt.
    pub remembered_turns: usize,
    /// The language that people speak, as an ISO 639-1 code; "auto" detects it.
    pub language: String,
    /// Names and words that people here say, and that a recogniser hardly knows.
    pub vocabulary: Vec<String>,
    /// The longest answer, in tokens.
    pub answer_tokens: u32,
    /// How freely the language model chooses among likely words; 0 always takes the likeliest.
    pub temperature: f64,
}

impl Default for ConversationSettings {
    fn default() -> Self {
        Self {
            persona: None,
            wake_words: Vec::new(),
            follow_up: 8_000,
            keep_near_misses: false,
            barge_in: BargeInSetting::Auto,
            patience: 1.0,
            pause: 0,
            echo_guard: 200,
            remembered_turns: 5,
            language: "auto".into(),
            vocabulary: Vec::new(),
            answer_tokens: 120,
            temperature: 0.0,
        }
    }
}

/// A word that wakes Parley, as it is set: alone, or with how easily it is heard.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum WakeWord {
    /// Its name among the models, such as "hey jarvis", or the absolute path of its description.
    Usual(String),
    /// The same, with its own sensitivity.
    Tuned {
        /// As above.
        word: String,
        /// How easily it is heard, 0 to 1; 0.5 is as usual.
        sensitivity: f64,
    },
}

impl WakeWord {
    /// Its name, or the path of its description.
    pub fn word(&self) -> &str {
        let (Self::Usual(word) | Self::Tuned { word, .. }) = self;
        word
    }

    /// How easily it is heard, 0 to 1.
    pub fn sensitivity(&self) -> f64 {
        match self {
            Self::Usual(_) => 0.5,
            Self::Tuned { sensitivity, .. } => *sensitivity,
        }
    }
}

/// What may interrupt an answer, as it is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BargeInSetting {
    /// Speech, where what the loudspeaker plays is taken out of what the microphone hears: at the device. Elsewhere a key.
    Auto,
    /// A key or a button, which has to be there.
    Key,
    /// Speech, everywhere: no microphone hears its loudspeaker, or each is taken out.
    Voice,
}

/// What is on the board's pins.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct HardwareSettings {
    /// Its buttons and lights, by the name of a board that Parley knows; "none": there are none.
    pub board: String,
    /// How bright its lights are, in percent.
    pub brightness: u8,
    /// The same at night.
    pub night_brightness: u8,
}

impl Default for HardwareSettings {
    fn default() -> Self {
        Self { board: NO_BOARD.into(), brightness: 60, night_brightness: 10 }
    }
}

/// What an owner writes who has no such board, or none any more.
pub const NO_BOARD: &str = "none";

/// The worker processes.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct EnginesSettings {
    /// The folder of the worker programs; by default that of `parley` itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<PathBuf>,
    /// Threads of speech-to-text. Threads beyond the free cores make every engine much slower.
    pub speech_to_text_threads: usize,
    /// Threads of the language model.
    pub language_model_threads: usize,
    /// Threads of text-to-speech.
    pub text_to_speech_threads: usize,
    /// The language model's context in tokens.
    pub context_tokens: u32,
    /// A folder for the evaluated system prompt, so that the first answer comes sooner; none keeps nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_folder: Option<PathBuf>,
}

impl Default for EnginesSettings {
    fn default() -> Self {
        Self::for_cores(std::thread::available_parallelism().map_or(1, std::num::NonZero::get))
    }
}

impl EnginesSettings {
    pub(crate) fn for_cores(cores: usize) -> Self {
        // Three on four cores, so that the audio threads always find a free one; the engines take turns.
        let threads = cores.clamp(1, 3);
        Self {
            folder: None,
            speech_to_text_threads: threads,
            language_model_threads: threads.min(2),
            text_to_speech_threads: threads.min(2),
            context_tokens: 2_048,
            state_folder: None,
        }
    }
}

impl Config {
    /// What the language model's context leaves for the persona, past exchanges and the question, in tokens.
    pub fn prompt_tokens(&self) -> usize {
        let answer = self.conversation.answer_tokens.saturating_add(TEMPLATE_TOKENS);
        self.engines.context_tokens.saturating_sub(answer) as usize
    }

    /// The least context with which the persona is not cut and a question has room.
    pub fn least_context_tokens(&self) -> usize {
        let usual = || LANGUAGES.map(|language| estimated_tokens(language.persona)).into_iter().max();
        let own = self.conversation.persona.as_deref().map(estimated_tokens);
        let persona = own.or_else(usual).unwrap_or_default() + LANGUAGE_TOKENS;
        // A persona never gets more than half of the prompt.
        let prompt = (2 * persona).max(persona + QUESTION_TOKENS);
        prompt + (self.conversation.answer_tokens.saturating_add(TEMPLATE_TOKENS)) as usize
    }
}

/// Tokens that a chat template puts around the answer, generously.
const TEMPLATE_TOKENS: u32 = 32;

/// What is added to the persona: in which language to answer.
const LANGUAGE_TOKENS: usize = 16;

/// A spoken question of half a minute.
const QUESTION_TOKENS: usize = 128;
