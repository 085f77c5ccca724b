//! From what the encoder heard to words, one token at a time.
//!
//! whisper.cpp has such a loop too (`whisper_full`), but it must be told the language before it computes, and asking
//! it for the language costs a second pass of the encoder, nine tenths of the whole time. Here the first token's scores
//! say the language and whether there is speech, and the loop goes on from there.

use whisper_rs::{WhisperContext, WhisperError, WhisperState, WhisperTokenId};

use crate::language::{self, Detected, Language};
use crate::text;

/// What the first token's scores say.
#[derive(Debug, Clone)]
pub struct Beginning {
    /// Languages that may be spoken, as [`language::detect`] says; none for a model that knows no languages.
    pub detected: Vec<Detected>,
    /// Probability that nobody speaks, 0..1.
    pub no_speech: f32,
}

/// Words, and how sure they are.
#[derive(Debug, Clone, PartialEq)]
pub struct Words {
    pub text: String,
    /// Mean probability of the tokens, 0..1; 0 without tokens.
    pub confidence: f32,
    /// Mean logarithm of the tokens' probabilities; 0 without tokens.
    pub mean_log_probability: f32,
    /// Whether the model came to an end by itself, and not in a loop or at the limit.
    pub finished: bool,
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
}

impl Decoder {
    pub fn new(context: &WhisperContext, threads: usize) -> Self {
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

    /// Says what was heard; to be called after [`begin`](Self::begin), once for every language to try.
    ///
    /// # Errors
    /// whisper.cpp failed, or was interrupted.
    pub fn words(
        &self,
        context: &WhisperContext,
        state: &mut WhisperState,
        language: Language,
        max_tokens: usize,
    ) -> Result<Words, WhisperError> {
        let mut position = 1;
        if let Some(transcribe) = self.transcribe {
            state.decode(&[language.token, transcribe], position, self.threads)?;
            position += 2;
        }
        // Alone: of several tokens at once, whisper-rs shows the scores after the first only.
        state.decode(&[self.no_timestamps], position, self.threads)?;
        position += 1;

        let mut tokens = Vec::new();
        let mut log_probabilities = Vec::new();
        let mut finished = false;
        while tokens.len() < max_tokens {
            let (token, log_probability) = self.likeliest(state.get_logits()?, tokens.is_empty());
            if token == self.end {
                finished = true;
                break;
            }
            tokens.push(token);
            log_probabilities.push(log_probability);
            if let Some(kept) = text::loop_start(&tokens) {
                tokens.truncate(kept);
                log_probabilities.truncate(kept);
                break;
            }
            state.decode(&[token], position, self.threads)?;
            position += 1;
        }

        let mut bytes = Vec::new();
        for token in &tokens {
            bytes.extend_from_slice(context.token_to_bytes(*token)?);
        }
        let mean = |sum: f32| if tokens.is_empty() { 0.0 } else { sum / tokens.len() as f32 };
        Ok(Words {
            text: String::from_utf8_lossy(&bytes).into_owned(),
            confidence: mean(log_probabilities.iter().map(|value| value.exp()).sum()),
            mean_log_probability: mean(log_probabilities.iter().sum()),
            finished,
        })
    }

    /// The likeliest token that may be said, and the logarithm of its probability among these.
    fn likeliest(&self, scores: &[f32], first: bool) -> (WhisperTokenId, f32) {
        let end = self.sayable.len() - 1;
        let allowed =
            |&(token, _): &(usize, f32)| self.sayable[token] && !(first && (token == end || Some(token) == self.blank));
        let candidates = || scores.iter().copied().enumerate().take(end + 1).filter(allowed);
        let (token, best) = candidates().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((end, 0.0));
        let total: f32 = candidates().map(|(_, score)| (score - best).exp()).sum();
        (token as WhisperTokenId, -total.ln())
    }
}

/// The probability of one token among all.
fn probability(scores: &[f32], token: usize) -> f32 {
    let best = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let total: f32 = scores.iter().map(|score| (score - best).exp()).sum();
    scores.get(token).map_or(0.0, |score| (score - best).exp() / total)
}
