//! From what the encoder heard to words, one token at a time.
//!
//! whisper.cpp has such a loop too (`whisper_full`), but it must be told the language before it computes, and asking
//! it for the language costs a second pass of the encoder, nine tenths of the whole time. Here the first token's scores
//! say the language and whether there is speech, and the loop goes on from there.

use whisper_rs::{WhisperContext, WhisperError, WhisperState, WhisperTokenId};

use crate::audio;
use crate::belief::runs_away;
use crate::language::{self, Detected, Language};
use crate::scores::{Chance, Scores};
use crate::speech::Speech;
use crate::text;
use crate::vocabulary::Vocabulary;

/// What the first token's scores say.
#[derive(Debug, Clone)]
pub struct Beginning {
    /// Languages that may be spoken, as [`language::detect`] says; none for a model that knows no languages.
    pub detected: Vec<Detected>,
    /// Probability that nobody speaks, 0..1.
    pub no_speech: f32,
}

/// How to read what the encoder heard.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    pub language: Language,
    /// The most tokens.
    pub max_tokens: usize,
    /// 0 takes the likeliest token, more takes others too.
    pub temperature: f32,
    /// What they begin with, known from an earlier reading, and not read again.
    pub settled: Option<&'a Words>,
    /// What the words begin with.
    pub prefix: &'a [WhisperTokenId],
    /// What does not follow the prefix.
    pub barred: Option<WhisperTokenId>,
    /// What the tokens are said in.
    pub speech: Speech,
    /// Whether the vocabulary is shown first.
    pub with_vocabulary: bool,
}

/// Words, and how sure they are.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Words {
    pub tokens: Vec<WhisperTokenId>,
    /// Of each token, the logarithm of its probability.
    pub log_probabilities: Vec<f32>,
    /// The same of the likeliest other token in the place of each of the prefix.
    pub others: Vec<f32>,
    /// Whether the model came to an end by itself, and not in a loop or at the limit.
    pub finished: bool,
}

impl Words {
    /// Mean probability of the tokens, 0..1; 0 without tokens.
    pub fn confidence(&self) -> f32 {
        mean(self.log_probabilities.iter().map(|value| value.exp()))
    }

    /// Mean logarithm of the tokens' probabilities; 0 without tokens.
    pub fn mean_log_probability(&self) -> f32 {
        mean(self.log_probabilities.iter().copied())
    }
}

fn mean(values: impl ExactSizeIterator<Item = f32>) -> f32 {
    let count = values.len().max(1);
    values.sum::<f32>() / count as f32
}

pub struct Decoder {
    start: WhisperTokenId,
    end: WhisperTokenId,
    no_speech: WhisperTokenId,
    no_timestamps: WhisperTokenId,
    transcribe: Option<WhisperTokenId>,
    /// By token: whether it may be said. Only up to the end token: all after it are control tokens.
    sayable: Vec<bool>,
    blank: Option<usize>,
    threads: usize,
    /// Begins what was said before.
    previous: WhisperTokenId,
    vocabulary: Vocabulary,
}

impl Decoder {
    pub fn new(context: &WhisperContext, threads: usize, vocabulary: Vocabulary) -> Self {
        let end = context.token_eot();
        let spelling = |token| context.token_to_str_lossy(token).unwrap_or_default();
        Self {
            start: context.token_sot(),
            end,
            no_speech: context.token_nosp(),
            no_timestamps: context.token_not(),
            transcribe: context.is_multilingual().then(|| context.token_transcribe()),
            sayable: (0..end).map(|token| text::is_sayable(&spelling(token))).chain([true]).collect(),
            blank: (0..end).position(|token| spelling(token) == " "),
            threads,
            previous: context.token_prev(),
            vocabulary,
        }
    }

    /// Looks at the beginning of what the encoder heard.
    ///
    /// # Errors
    /// whisper.cpp failed, or was interrupted.
    pub fn begin(
        &self,
        state: &mut WhisperState,
        candidates: &[Language],
        usual: Language,
    ) -> Result<Beginning, WhisperError> {
        state.decode(&[self.start], 0, self.threads)?;
        let scores = state.get_logits()?;
        let detected = self.transcribe.map(|_| language::detect(scores, candidates, usual)).unwrap_or_default();
        Ok(Beginning { detected, no_speech: probability(scores, self.no_speech as usize) })
    }

    /// Says what was heard; to be called after [`begin`](Self::begin), as often as there are ways to read it.
    ///
    /// # Errors
    /// whisper.cpp failed, or was interrupted.
    pub fn words(&self, state: &mut WhisperState, reading: &Reading<'_>) -> Result<Words, WhisperError> {
        let mut words = reading.settled.cloned().unwrap_or_default();
        // [`begin`](Self::begin) has left the start in place 0; the vocabulary stands before it.
        let mut from = 1;
        let mut known: Vec<WhisperTokenId> = Vec::new();
        if reading.with_vocabulary && !self.vocabulary.shown.is_empty() {
            known.push(self.previous);
            known.extend(&self.vocabulary.shown);
            known.push(self.start);
            from = 0;
        }
        known.extend(self.transcribe.map(|transcribe| [reading.language.token, transcribe]).into_iter().flatten());
        known.push(self.no_timestamps);
        known.extend(&words.tokens);
        // The last alone: of several tokens at once, whisper-rs shows the scores after the first only.
        let (last, before) = known.split_last().unwrap_or((&self.no_timestamps, &[]));
        if !before.is_empty() {
            state.decode(before, from, self.threads)?;
        }
        state.decode(&[*last], from + before.len(), self.threads)?;
        let mut position = from + known.len();
        let mut chance = Chance::new();
        let room = audio::PLACES.saturating_sub(position);
        while words.tokens.len() < reading.max_tokens.min(room) {
            let place = words.tokens.len();
            let scores = self.allowed(state.get_logits()?, place == 0);
            let (token, log_probability) = if let Some(forced) = reading.prefix.get(place) {
                words.others.push(scores.likeliest(Some(*forced)).1);
                (*forced, scores.log_probability(*forced))
            } else {
                let barred = reading.barred.filter(|_| place == reading.prefix.len());
                if reading.temperature > 0.0 {
                    scores.drawn(barred, reading.temperature, &mut chance)
                } else {
                    scores.likeliest(barred)
                }
            };
            if token == self.end {
                words.finished = true;
                break;
            }
            words.tokens.push(token);
            words.log_probabilities.push(log_probability);
            if place >= reading.prefix.len() && runs_away(&words.tokens, reading.speech).is_some() {
                break;
            }
            state.decode(&[token], position, self.threads)?;
            position += 1;
        }
        Ok(words)
    }

    /// # Errors
    /// A token is none of the model's.
    pub fn text(context: &WhisperContext, tokens: &[WhisperTokenId]) -> Result<String, WhisperError> {
        let mut bytes = Vec::new();
        for token in tokens {
            bytes.extend_from_slice(context.token_to_bytes(*token)?);
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The scores of the tokens that may be said.
    fn allowed<'a>(&'a self, scores: &'a [f32], first: bool) -> Scores<'a> {
        let end = self.sayable.len() - 1;
        let not = if first { [Some(end), self.blank] } else { [None, None] };
        Scores::new(scores, &self.sayable, not)
    }
}

/// The probability of one token among all.
fn probability(scores: &[f32], token: usize) -> f32 {
    let best = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let total: f32 = scores.iter().map(|score| (score - best).exp()).sum();
    scores.get(token).map_or(0.0, |score| (score - best).exp() / total)
}
