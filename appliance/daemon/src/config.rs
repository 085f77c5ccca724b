//! The configuration: one TOML file, every key optional. `docs/CONFIGURATION.md` and `parley.example.toml` list the keys.

#[cfg(test)]
mod documents;

use std::path::{Path, PathBuf};

use parley_conversation::BargeIn;
use parley_update::settings::{self, Updates};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    pub audio: AudioSettings,
    pub models: ModelsSettings,
    pub conversation: ConversationSettings,
    pub engines: EnginesSettings,
    pub updates: Updates,
}

/// Sound devices, by their ALSA names ("default", "plughw:CARD=sndrpihifiberry").
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct AudioSettings {
    pub input: String,
    pub output: String,
}

impl Default for AudioSettings {
    fn default() -> Self {
        Self { input: "default".into(), output: "default".into() }
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
}

impl Default for ModelsSettings {
    fn default() -> Self {
        Self { profile: "demo".into(), folder: None }
    }
}

/// How a conversation behaves.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ConversationSettings {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub persona: Option<String>,
    pub barge_in: BargeIn,
    /// Past turns that are part of every prompt.
    pub remembered_turns: usize,
    /// The language that people speak, as an ISO 639-1 code; "auto" detects it.
    pub language: String,
    /// The longest answer, in tokens.
    pub answer_tokens: u32,
}

impl Default for ConversationSettings {
    fn default() -> Self {
        Self { persona: None, barge_in: BargeIn::Key, remembered_turns: 5, language: "auto".into(), answer_tokens: 120 }
    }
}

/// The worker processes.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct EnginesSettings {
    /// The folder of the worker programs; by default that of `parley` itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<PathBuf>,
    /// Threads of speech-to-text. Threads beyond the free cores make every engine much slower.
    pub speech_to_text_threads: usize,
    pub language_model_threads: usize,
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
    fn for_cores(cores: usize) -> Self {
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

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the configuration {path}: {source}")]
    Read { path: PathBuf, source: std::io::Error },
    /// The file has a mistake; the message shows the line and the allowed keys.
    #[error("the configuration {path} has a mistake:\n{source}")]
    Parse { path: PathBuf, source: Box<toml::de::Error> },
}

impl Config {
    /// Reads the named file; without a name the first that exists of the user's and the system's, or the defaults.
    ///
    /// # Errors
    /// A named file that is missing, and any file with a mistake.
    pub fn load(named: Option<&Path>) -> Result<Self, ConfigError> {
        let Some(path) = settings::file(named) else { return Ok(Self::default()) };
        match std::fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text).map_err(|source| ConfigError::Parse { path, source: Box::new(source) }),
            Err(source) => Err(ConfigError::Read { path, source }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("parley.toml");
        std::fs::write(&path, text).expect("the file can be written");
        Config::load(Some(&path))
    }

    #[test]
    fn an_empty_file_is_the_default_and_what_is_written_can_be_read() {
        assert_eq!(load("").ok(), Some(Config::default()));
        let text = toml::to_string(&Config::default()).expect("the default can be written");
        assert_eq!(load(&text).ok(), Some(Config::default()));
    }

    #[test]
    fn a_misspelt_key_is_shown_with_its_line_and_the_allowed_ones() {
        let message = load("[audio]\ninpt = \"hw:0\"\n").expect_err("the key does not exist").to_string();
        for part in ["parley.toml", "line 2", "inpt", "input", "output"] {
            assert!(message.contains(part), "{part:?} is missing in:\n{message}");
        }
    }

    #[test]
    fn a_missing_file_is_named() {
        let message = Config::load(Some(Path::new("/no/such.toml"))).expect_err("it is missing").to_string();
        assert!(message.contains("/no/such.toml"));
    }
}
