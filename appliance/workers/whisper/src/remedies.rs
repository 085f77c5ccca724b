//! What is done about words that cannot be what was said.
//!
//! A reading that [`belief`] believes costs nothing here. Any other is read again, each time in another way, until one
//! is believed:
//!
//! 1. with all of the window that the model was trained on: most loops come of a short one;
//! 2. out of the loop: the words up to where the model came nearest to leaving it, and from there anything else;
//! 3. with less likely words, more and more of them.
//!
//! None of these readings is shown the vocabulary, which may have been what misled the first.
//!
//! Of several that are believed, the likeliest is taken. Where none is, the transcript says that it is incomplete, and
//! has of a loop only its first time.

use parley_engines::Remedy;
use whisper_rs::{WhisperError, WhisperTokenId};

use crate::belief::{Belief, belief};
use crate::decoder::{Decoder, Reading, Words};
use crate::engine::Whisper;
use crate::language::Language;
use crate::repetition::{self, Repetition};
use crate::speech::Speech;
use crate::{audio, text};

/// From this mean logarithmic probability on, what is believed is not compared with further readings.
const LIKELY: f32 = -0.8;
/// How often the model is led out of a loop.
const WAYS_OUT: usize = 2;
/// One after the other.
const TEMPERATURES: [f32; 3] = [0.2, 0.4, 0.6];

/// What was found to be said.
#[derive(Debug, Clone, PartialEq)]
pub struct Believed {
    pub text: String,
    /// Mean probability of the tokens, 0..1.
    pub confidence: f32,
    pub remedy: Option<Remedy>,
    pub incomplete: bool,
}

/// One way to read the sound, and what came of it.
#[derive(Debug, Clone)]
struct Try {
    words: Words,
    text: String,
    remedy: Option<Remedy>,
    belief: Belief,
}

impl Try {
    fn is_sure(&self) -> bool {
        self.belief == Belief::Plausible && self.words.mean_log_probability() >= LIKELY
    }

    /// Two readings with the same words, which came to an end: what else there is in the sound is no speech.
    fn agrees(&self, other: &Self) -> bool {
        let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        let [own, others]: [String; 2] = [letters(&self.text), letters(&other.text)];
        self.words.finished && other.words.finished && own == others
    }
}

impl Whisper {
    /// What was said in the samples, of which `words` are the first reading.
    ///
    /// # Errors
    /// whisper.cpp failed, or was interrupted.
    pub(crate) fn believed(
        &mut self,
        samples: &[i16],
        language: Language,
        speech: Speech,
        words: Words,
    ) -> Result<Believed, WhisperError> {
        let first = self.attempt(words, None, speech)?;
        if first.belief == Belief::Plausible || first.text.is_empty() {
            return Ok(found(first, false));
        }
        let max_tokens = (2 * audio::max_tokens(samples.len())).min(audio::MAX_TOKENS);
        let reading = Reading {
            language,
            max_tokens,
            temperature: 0.0,
            settled: None,
            prefix: &[],
            barred: None,
            speech,
            with_vocabulary: false,
        };
        self.encode(samples, audio::MAX_POSITIONS)?;
        self.decoder.begin(&mut self.state, &[], language)?;
        let words = self.decoder.words(&mut self.state, &reading)?;
        let wide = self.attempt(words, Some(Remedy::Window), speech)?;
        if wide.is_sure() || wide.agrees(&first) {
            return Ok(found(wide, false));
        }
        let mut looping = wide.words.clone();
        let mut tries = vec![first, wide];
        for _ in 0..WAYS_OUT {
            let Some(words) = self.out_of_loop(&looping, &reading)? else { break };
            looping = words.clone();
            let out = self.attempt(words, Some(Remedy::Barred), speech)?;
            let is_sure = out.is_sure();
            tries.push(out);
            if is_sure {
                break;
            }
        }
        for temperature in TEMPERATURES {
            if tries.iter().any(Try::is_sure) {
                break;
            }
            let words = self.decoder.words(&mut self.state, &Reading { temperature, ..reading })?;
            tries.push(self.attempt(words, Some(Remedy::Temperature), speech)?);
        }
        Ok(best(tries).map_or_else(nothing, |(best, incomplete)| {
            let mut found = found(best.clone(), incomplete);
            if let Some(kept) = cut(&best).filter(|_| incomplete) {
                let kept = best.words.tokens.get(..kept).unwrap_or_default();
                found.text = Decoder::text(&self.context, kept).map(|text| text::clean(&text)).unwrap_or_default();
            }
            found
        }))
    }

    fn attempt(&self, words: Words, remedy: Option<Remedy>, speech: Speech) -> Result<Try, WhisperError> {
        let text = text::clean(&Decoder::text(&self.context, &words.tokens)?);
        let belief = belief(&text, &words.tokens, words.finished, speech);
        Ok(Try { words, text, remedy, belief })
    }

    /// The words up to where the model came nearest to leaving their loop, and what it says then; `None` where there is
    /// no loop.
    fn out_of_loop(&mut self, words: &Words, reading: &Reading<'_>) -> Result<Option<Words>, WhisperError> {
        let Some(found) = repetition::at_end(&words.tokens) else { return Ok(None) };
        let again = Reading { prefix: &words.tokens, max_tokens: words.tokens.len(), ..*reading };
        let others = self.decoder.words(&mut self.state, &again)?.others;
        let Some(way_out) = way_out(&others, found) else { return Ok(None) };
        let prefix = words.tokens.get(..way_out).unwrap_or_default();
        let barred = words.tokens.get(way_out).copied();
        self.decoder.words(&mut self.state, &Reading { prefix, barred, ..*reading }).map(Some)
    }
}

/// Where the model came nearest to saying something else, after the phrase was said once. `others`: of each place, the
/// logarithm of the probability of the likeliest other token.
fn way_out(others: &[f32], found: Repetition) -> Option<usize> {
    let from = found.start + found.period;
    let places = others.iter().enumerate().skip(from);
    places.max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0))).map(|(place, _)| place)
}

/// The likeliest that is believed; where none is, the likeliest that came to an end, or of all, and that it is
/// incomplete.
fn best(tries: Vec<Try>) -> Option<(Try, bool)> {
    let rank = |one: &Try| (one.belief == Belief::Plausible, one.words.finished);
    tries
        .into_iter()
        .max_by(|a, b| {
            let likely = a.words.mean_log_probability().total_cmp(&b.words.mean_log_probability());
            rank(a).cmp(&rank(b)).then(likely)
        })
        .map(|best| {
            let incomplete = best.belief != Belief::Plausible;
            (best, incomplete)
        })
}

/// How many tokens of a loop are kept.
fn cut(of: &Try) -> Option<usize> {
    let found = repetition::longest::<WhisperTokenId>(&of.words.tokens).filter(|_| of.belief == Belief::Loop)?;
    Some(found.start + found.period)
}

fn found(of: Try, incomplete: bool) -> Believed {
    Believed { confidence: of.words.confidence(), text: of.text, remedy: of.remedy, incomplete }
}

fn nothing() -> Believed {
    Believed { text: String::new(), confidence: 0.0, remedy: None, incomplete: false }
}

#[cfg(test)]
mod tests;
