//! Every setting with its range, and what has to hold between settings.

use std::path::Path;

use toml::Value;

use crate::config::{Config, NO_BOARD, WakeWord};
use crate::language;

/// One setting.
#[derive(Debug)]
pub struct Key {
    /// What it is called, with its table: `audio.input`.
    pub name: &'static str,
    /// Its good values, in words; `docs/CONFIGURATION.md` says the same.
    pub range: &'static str,
    /// Whether the daemon's door may set it.
    pub over_door: OverDoor,
    is_good: fn(&Config) -> bool,
}

/// What the daemon's door may do with a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverDoor {
    /// Set it, and a Parley that runs takes it over.
    WhileRunning,
    /// Set it, for the next start.
    AtNextStart,
    /// Nothing, because of this.
    Refused(&'static str),
}

impl Key {
    /// The setting of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.name == name)
    }

    /// Whether settings, of which this one alone is not the default, are in its range.
    pub(crate) fn is_good(&self, config: &Config) -> bool {
        (self.is_good)(config)
    }

    /// What is wrong with a value that is out of range or of another type, and what to write.
    pub(crate) fn refusal(&self, value: &Value) -> String {
        let Self { name, range, .. } = self;
        let is_language = *range == language::RANGE;
        let advice = value.as_str().filter(|_| is_language).map(language::advice).unwrap_or_default();
        format!("{name} = {} has to be {range}{advice}", shown(value))
    }
}

/// A value as a person recognises it.
pub(crate) fn shown(value: &Value) -> String {
    const LONGEST: usize = 60;
    let text = value.to_string().replace('\n', " ");
    let Some((end, _)) = text.char_indices().nth(LONGEST) else { return text };
    format!("{}…", text.get(..end).unwrap_or_default())
}

/// Every setting there is. The door sets only what says so: whoever is let in there talks with Parley, and is neither who
/// administers the machine nor root.
pub const KEYS: &[Key] = &[
    key("audio.input", A_DEVICE, DEVICE, |config| is_line(&config.audio.input)),
    key("audio.output", A_DEVICE, DEVICE, |config| is_line(&config.audio.output)),
    key("audio.channel", A_DEVICE, "0 to 32", |config| config.audio.channel <= 32),
    key("audio.volume", WHILE_RUNNING, "0 to 100 percent", |config| config.audio.volume <= 100),
    key("audio.sounds", AT_NEXT_START, r#""none", "needed" or "all""#, |_| true),
    key("audio.energy-floor", AT_NEXT_START, "-90 to -20 dB of full scale", |config| {
        config.audio.energy_floor.is_none_or(|floor| (-90..=-20).contains(&floor))
    }),
    key("models.profile", MODELS, "a profile of the model manifest", |config| is_line(&config.models.profile)),
    key("models.folder", MODELS, FOLDER, |config| config.models.folder.as_deref().is_none_or(is_folder)),
    key("models.manifest", MODELS, A_FILE, |config| config.models.manifest.as_deref().is_none_or(is_file)),
    key("models.speech-to-text", MODELS, A_FILE, |config| config.models.speech_to_text.as_deref().is_none_or(is_file)),
    key("models.language-model", MODELS, A_FILE, |config| config.models.language_model.as_deref().is_none_or(is_file)),
    key("models.voices", MODELS, "a list of at most 16 absolute paths of files", |config| {
        config.models.voices.len() <= 16 && config.models.voices.iter().all(|voice| is_file(voice))
    }),
    key("conversation.persona", WHILE_RUNNING, "text of at most 4000 characters", |config| {
        config.conversation.persona.as_ref().is_none_or(|text| text.chars().count() <= 4_000 && !text.contains('\0'))
    }),
    key("conversation.wake-words", AT_NEXT_START, WAKE_WORDS, |config| is_wake_words(&config.conversation.wake_words)),
    key("conversation.follow-up", AT_NEXT_START, "0 to 60000 milliseconds", |config| {
        config.conversation.follow_up <= 60_000
    }),
    key("conversation.keep-near-misses", AT_NEXT_START, "true or false", |_| true),
    key("conversation.barge-in", WHILE_RUNNING, r#""auto", "key" or "voice""#, |_| true),
    key("conversation.patience", AT_NEXT_START, "0.5 to 4", |config| {
        (0.5..=4.0).contains(&config.conversation.patience)
    }),
    key("conversation.pause", AT_NEXT_START, "0 to 5000 milliseconds", |config| config.conversation.pause <= 5_000),
    key("conversation.echo-guard", AT_NEXT_START, "0 to 2000 milliseconds", |config| {
        config.conversation.echo_guard <= 2_000
    }),
    key("conversation.remembered-turns", WHILE_RUNNING, "0 to 100 turns", |config| {
        config.conversation.remembered_turns <= 100
    }),
    key("conversation.language", AT_NEXT_START, language::RANGE, |config| {
        language::is_known(&config.conversation.language)
    }),
    key("conversation.vocabulary", AT_NEXT_START, VOCABULARY, |config| is_vocabulary(&config.conversation.vocabulary)),
    key("conversation.answer-tokens", WHILE_RUNNING, "1 to 8192 tokens", |config| {
        (1..=8_192).contains(&config.conversation.answer_tokens)
    }),
    key("conversation.temperature", WHILE_RUNNING, "0 to 1.5", |config| {
        (0.0..=1.5).contains(&config.conversation.temperature)
    }),
    key("engines.folder", A_FOLDER, FOLDER, |config| config.engines.folder.as_deref().is_none_or(is_folder)),
    key("engines.speech-to-text-threads", LOAD, THREADS, |config| is_threads(config.engines.speech_to_text_threads)),
    key("engines.language-model-threads", LOAD, THREADS, |config| is_threads(config.engines.language_model_threads)),
    key("engines.text-to-speech-threads", LOAD, THREADS, |config| is_threads(config.engines.text_to_speech_threads)),
    key("engines.context-tokens", LOAD, "128 to 131072 tokens", |config| {
        (128..=131_072).contains(&config.engines.context_tokens)
    }),
    key("engines.state-folder", A_FOLDER, FOLDER, |config| {
        config.engines.state_folder.as_deref().is_none_or(is_folder)
    }),
    key("hardware.board", A_BOARD, "\"none\", or a board that Parley knows", |config| {
        let board = &config.hardware.board;
        board == NO_BOARD || parley_board::names().any(|name| name == board)
    }),
    key("hardware.brightness", AT_NEXT_START, "0 to 100 percent", |config| config.hardware.brightness <= 100),
    key("hardware.night-brightness", AT_NEXT_START, "0 to 100 percent", |config| {
        config.hardware.night_brightness <= 100
    }),
    key("updates.stick", UPDATES, r#""ask", "install" or "ignore""#, |_| true),
    key("updates.restart", UPDATES, r#""asked" or "quiet""#, |_| true),
    key(
        "updates.hours",
        UPDATES,
        r#""any", or two times of day, ten minutes apart at least, as in "02:00-05:00""#,
        |_| true,
    ),
];

const DEVICE: &str = r#""auto", or an ALSA device name"#;
const FOLDER: &str = "a folder";
const A_FILE: &str = "the absolute path of a file";
const VOCABULARY: &str = "a list of at most 50 names or words, each of 2 to 40 characters, letters among them, and without control characters, of 500 together";
const WAKE_WORDS: &str = r#"a list of at most 8 words, each a name such as "hey jarvis", the absolute path of a file, or { word = …, sensitivity = 0 to 1 }"#;
const THREADS: &str = "1 to 64";

const WHILE_RUNNING: OverDoor = OverDoor::WhileRunning;
const AT_NEXT_START: OverDoor = OverDoor::AtNextStart;
const A_DEVICE: OverDoor = OverDoor::Refused("a wrong device leaves Parley deaf or mute");
const A_BOARD: OverDoor = OverDoor::Refused("the firmware has to be told too: parley-setup.toml says it");
const A_FOLDER: OverDoor = OverDoor::Refused("it says which programs and files are used");
const MODELS: OverDoor =
    OverDoor::Refused("it says which models are used, and a wrong one leaves Parley without a voice");
const LOAD: OverDoor = OverDoor::Refused("a wrong one makes every answer slow, or leaves no memory");
const UPDATES: OverDoor = OverDoor::Refused("it is root who decides about updates");

const fn key(name: &'static str, over_door: OverDoor, range: &'static str, is_good: fn(&Config) -> bool) -> Key {
    Key { name, range, over_door, is_good }
}

fn is_line(text: &str) -> bool {
    (1..=256).contains(&text.len()) && !text.contains(char::is_control)
}

fn is_folder(path: &Path) -> bool {
    !path.as_os_str().is_empty() && !path.to_string_lossy().contains('\0')
}

/// Whether it is there is looked at where it is used: a file may lie on a disk that comes later.
fn is_file(path: &Path) -> bool {
    path.is_absolute() && is_folder(path)
}

/// The more there are, the more is heard that was not said.
fn is_vocabulary(words: &[String]) -> bool {
    let is_word = |word: &String| {
        (2..=40).contains(&word.chars().count())
            && word.contains(char::is_alphabetic)
            && word.trim() == word
            && !word.contains(char::is_control)
    };
    let together: usize = words.iter().map(|word| word.chars().count()).sum();
    words.len() <= 50 && together <= 500 && words.iter().all(is_word)
}

/// Whether there is such a word is looked at where it is listened for.
fn is_wake_words(words: &[WakeWord]) -> bool {
    let is_word = |word: &WakeWord| is_line(word.word()) && (0.0..=1.0).contains(&word.sensitivity());
    words.len() <= 8 && words.iter().all(is_word)
}

fn is_threads(count: usize) -> bool {
    (1..=64).contains(&count)
}

/// The settings that have to fit each other.
pub(crate) const RELATED: &[&str] = &["conversation.answer-tokens", "conversation.persona", "engines.context-tokens"];

/// What does not fit, and what to change.
pub(crate) fn misfit(config: &Config) -> Option<String> {
    let (answer, context) = (config.conversation.answer_tokens, config.engines.context_tokens);
    let enough = config.least_context_tokens();
    (enough > context as usize).then(|| {
        format!(
            "engines.context-tokens = {context} leaves no room for persona and question beside \
             conversation.answer-tokens = {answer}: shorten answer or conversation.persona, or make the context larger \
             ({enough} tokens are enough)"
        )
    })
}
