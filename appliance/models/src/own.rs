//! Files of one's own, which no manifest lists, in the place of a profile's models.
//!
//! Nobody knows their checksums, so all that is looked at is whether each is of the right kind and whole, and whether a worker
//! knows what to do with it.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use parley_model_file::{Format, Header};
use serde::Deserialize;

use crate::catalogue::SelectError;
use crate::manifest::Purpose;

/// A voice's JSON has a few thousand bytes.
const MAX_JSON_BYTES: u64 = 4 << 20;

/// Files that somebody names in the settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnFiles {
    /// A Whisper model in whisper.cpp's format.
    pub speech_to_text: Option<PathBuf>,
    /// A language model in GGUF.
    pub language_model: Option<PathBuf>,
    /// Piper voices, each with its JSON beside it.
    pub voices: Vec<PathBuf>,
}

/// What was found in them.
#[derive(Debug, Default)]
pub(crate) struct Looked {
    /// Each voice with its ISO 639-1 code.
    pub(crate) voices: Vec<(String, PathBuf)>,
    /// What each file is for, and its bytes.
    pub(crate) bytes: Vec<(Purpose, u64)>,
}

impl OwnFiles {
    /// Whether a profile's models of this purpose are not needed.
    pub(crate) fn replaces(&self, purpose: Purpose) -> bool {
        match purpose {
            Purpose::SpeechToText => self.speech_to_text.is_some(),
            Purpose::LanguageModel => self.language_model.is_some(),
            Purpose::TextToSpeech => !self.voices.is_empty(),
            Purpose::EndOfTurn | Purpose::WakeWord | Purpose::VoiceActivity => false,
        }
    }

    /// Looks at all of them.
    ///
    /// # Errors
    /// The first that is not there, of another kind, cut short, or of no use to its worker.
    pub(crate) fn look(&self) -> Result<Looked, SelectError> {
        let mut looked = Looked::default();
        if let Some(path) = &self.speech_to_text {
            looked.bytes.push((Purpose::SpeechToText, file("models.speech-to-text", path, Format::Ggml)?));
        }
        if let Some(path) = &self.language_model {
            const KEY: &str = "models.language-model";
            looked.bytes.push((Purpose::LanguageModel, file(KEY, path, Format::Gguf)?));
            let header = parley_model_file::gguf_header(path).map_err(|error| refused(KEY, path, &error))?;
            chats(&header).map_err(|reason| refused(KEY, path, &reason))?;
        }
        for path in &self.voices {
            const KEY: &str = "models.voices";
            looked.bytes.push((Purpose::TextToSpeech, file(KEY, path, Format::Onnx)?));
            let code = voice_language(path).map_err(|reason| refused(KEY, path, &reason))?;
            looked.voices.push((code, path.clone()));
        }
        Ok(looked)
    }
}

fn refused(key: &str, path: &Path, reason: &dyn std::fmt::Display) -> SelectError {
    SelectError::new(format!("{key} = {}: {reason}", path.display()))
}

/// A file of the right kind that goes on to its end; its size.
fn file(key: &str, path: &Path, format: Format) -> Result<u64, SelectError> {
    parley_model_file::check(path, format).map_err(|error| refused(key, path, &error))?;
    path.metadata().map(|data| data.len()).map_err(|error| refused(key, path, &error))
}

fn chats(header: &Header) -> Result<(), String> {
    let name = header.architecture.as_str();
    if parley_model_file::can_chat(name) {
        return Ok(());
    }
    Err(if name.is_empty() {
        "it does not say its architecture, so nothing can run it".to_owned()
    } else if parley_model_file::NO_CHAT.contains(&name) {
        format!("a model of the architecture `{name}` does not answer; choose one that was made for conversation")
    } else {
        format!("this version's worker does not know the architecture `{name}`; choose a model of another one")
    })
}

/// What a voice's JSON says that is needed to speak with it.
#[derive(Deserialize)]
struct VoiceJson {
    audio: Audio,
    espeak: Espeak,
    phoneme_id_map: serde_json::Map<String, serde_json::Value>,
}

#[derive(Deserialize)]
struct Audio {
    sample_rate: u32,
}

#[derive(Deserialize)]
struct Espeak {
    voice: String,
}

/// The ISO 639-1 code of a voice's language, by the JSON beside it.
fn voice_language(model: &Path) -> Result<String, String> {
    let named = PathBuf::from(format!("{}.json", model.display()));
    let found = [named.clone(), model.with_extension("json")].into_iter().find(|path| path.is_file());
    let path = found.ok_or_else(|| {
        format!("the voice has no {} beside it; fetch both files", named.file_name().unwrap_or_default().display())
    })?;
    let shown = path.display();
    let mut text = String::new();
    let read = File::open(&path).and_then(|file| file.take(MAX_JSON_BYTES).read_to_string(&mut text));
    read.map_err(|error| format!("{shown} cannot be read: {error}"))?;
    let json: VoiceJson =
        serde_json::from_str(&text).map_err(|error| format!("{shown} does not describe a Piper voice: {error}"))?;
    if json.audio.sample_rate == 0 || json.phoneme_id_map.is_empty() {
        return Err(format!("{shown} does not describe a Piper voice: it has no sample rate or no phonemes"));
    }
    let code = json.espeak.voice.split(['-', '_']).next().unwrap_or_default().to_owned();
    let is_code = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_lowercase());
    is_code.then_some(code).ok_or_else(|| {
        format!("{shown} names the language {:?}, which has no code of two letters (ISO 639-1)", json.espeak.voice)
    })
}

#[cfg(test)]
pub(crate) mod tests;
