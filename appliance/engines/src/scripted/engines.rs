//! The four scripted engines: what their scripts say, and how that becomes outputs.

use std::time::Duration;

use super::Scripted;
use crate::{
    EndOfTurn, Generate, Generated, JudgeEndOfTurn, LanguageModel, Role, Speak, SpeechToText, Spoken, StopReason,
    TextToSpeech, Transcribe, Transcript,
};

/// Sample rate of everything that a scripted voice says.
pub const RATE_HZ: u32 = 22_050;
/// How long a scripted voice speaks for each character: about 160 words a minute.
pub const SPEECH_PER_CHARACTER: Duration = Duration::from_millis(65);
/// Of one output of a scripted voice.
const BLOCK: Duration = Duration::from_millis(100);
const TONE_HZ: f32 = 220.0;
/// A quarter of full scale.
const TONE_LEVEL: f32 = 8_192.0;
const PIECE_CHARACTERS: usize = 5;

impl Scripted<SpeechToText> {
    /// Hears what the script says, in the language that was asked for, or else English.
    pub fn new<T: Into<String>>(script: impl Fn(&Transcribe) -> T + Send + Sync + 'static) -> Self {
        Self::from_outputs(move |task| {
            vec![Transcript {
                text: script(task).into(),
                language: task.language.clone().unwrap_or_else(|| "en".to_owned()),
                language_probability: 1.0,
                confidence: 0.9,
                incomplete: false,
                remedy: None,
            }]
        })
    }

    /// Always hears the same.
    pub fn hearing(text: &str) -> Self {
        let text = text.to_owned();
        Self::new(move |_| text.clone())
    }
}

impl Scripted<LanguageModel> {
    /// Streams the text that the script answers in token-like pieces, no more than the task allows, and the end.
    /// Nothing is ever reused from a cache.
    pub fn new<T: Into<String>>(script: impl Fn(&Generate) -> T + Send + Sync + 'static) -> Self {
        Self::from_outputs(move |task| {
            let mut pieces = if task.max_tokens == 0 { Vec::new() } else { token_like_pieces(&script(task).into()) };
            let fits = pieces.len() <= task.max_tokens as usize && task.max_tokens > 0;
            pieces.truncate(task.max_tokens as usize);
            let prompt_tokens: usize = task.messages.iter().map(|message| token_like_pieces(&message.text).len()).sum();
            let finished = Generated::Finished {
                reason: if fits { StopReason::EndOfAnswer } else { StopReason::Length },
                prompt_tokens: u32::try_from(prompt_tokens).unwrap_or(u32::MAX),
                reused_tokens: 0,
                generated_tokens: u32::try_from(pieces.len()).unwrap_or(u32::MAX),
                prefill_ms: 0.0,
            };
            pieces.into_iter().map(Generated::Text).chain([finished]).collect()
        })
    }

    /// Always answers the same.
    pub fn answering(text: &str) -> Self {
        let text = text.to_owned();
        Self::new(move |_| text.clone())
    }
}

impl Scripted<TextToSpeech> {
    /// Says these samples at [`RATE_HZ`], in blocks of 100 ms.
    pub fn new(script: impl Fn(&Speak) -> Vec<i16> + Send + Sync + 'static) -> Self {
        Self::from_outputs(move |task| {
            let block = samples_in(BLOCK);
            script(task).chunks(block).map(|audio| Spoken { rate_hz: RATE_HZ, audio: audio.to_vec() }).collect()
        })
    }

    /// A tone of 220 Hz for as long as the text takes to say.
    pub fn tone() -> Self {
        Self::new(|task| {
            let per_sample = std::f32::consts::TAU * TONE_HZ / RATE_HZ as f32;
            (0..speech_samples(&task.text))
                .map(|index| ((index as f32 * per_sample).sin() * TONE_LEVEL) as i16)
                .collect()
        })
    }

    /// Silence for as long as the text takes to say.
    pub fn silence() -> Self {
        Self::new(|task| vec![0; speech_samples(&task.text)])
    }
}

impl Scripted<EndOfTurn> {
    /// Takes the probability that the speaker has finished from the script.
    pub fn new(script: impl Fn(&JudgeEndOfTurn) -> f32 + Send + Sync + 'static) -> Self {
        Self::from_outputs(move |task| vec![script(task)])
    }

    /// Always judges the same.
    pub fn judging(probability: f32) -> Self {
        Self::new(move |_| probability)
    }
}

/// What the person said last in this chat; empty where they said nothing.
pub fn last_words(task: &Generate) -> &str {
    task.messages.iter().rev().find(|message| message.role == Role::User).map_or("", |message| &message.text)
}

/// The text in pieces such as a tokenizer makes: a space begins a piece, and no piece has more than five characters.
pub fn token_like_pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for character in text.chars() {
        match pieces.last_mut() {
            Some(piece) if character != ' ' && piece.chars().count() < PIECE_CHARACTERS => piece.push(character),
            _ => pieces.push(character.to_string()),
        }
    }
    pieces
}

fn speech_samples(text: &str) -> usize {
    text.chars().count() * samples_in(SPEECH_PER_CHARACTER)
}

fn samples_in(duration: Duration) -> usize {
    (duration.as_secs_f64() * f64::from(RATE_HZ)) as usize
}
