//! Does a sentence end where a person has stopped speaking?
//!
//! A model that has read "what is the weather like" knows how likely a question mark comes next, and how likely "in".
//! So it is asked what follows the last word: a mark that ends a sentence, or the end of the message. (LiveKit's turn
//! detector asks a model of this size the same, trained for it; this is any chat model, reading the prompt that it
//! reads anyway.)

use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::token::LlamaToken;

/// What the tokens of one vocabulary mean for the end of a sentence.
pub struct SentenceEnds {
    /// By token: what follows a whole sentence.
    ends: Vec<bool>,
    /// By token: marks without a word.
    marks: Vec<bool>,
    /// By token: where a message ends.
    message_ends: Vec<bool>,
}

impl SentenceEnds {
    pub fn new(model: &LlamaModel) -> Self {
        let vocab = model.vocab();
        let message_ends: Vec<bool> = vocab.tokens().map(|token| vocab.is_eog(token)).collect();
        let pieces: Vec<String> =
            model.tokens(false).map(|(_, piece)| String::from_utf8_lossy(&piece).into()).collect();
        let ends = pieces.iter().zip(&message_ends).map(|(piece, end)| *end || ends_sentence(piece)).collect();
        let marks = pieces.iter().map(|piece| is_mark(piece)).collect();
        Self { ends, marks, message_ends }
    }

    /// Where in the prompt the last word of the last message is; `None` where nobody can tell.
    pub fn last_word(&self, prompt: &[LlamaToken]) -> Option<usize> {
        let is = |table: &[bool], token: &LlamaToken| table.get(token.0 as usize).copied().unwrap_or(false);
        let end = prompt.iter().rposition(|token| is(&self.message_ends, token))?;
        let word = prompt.get(..end)?.iter().rposition(|token| !is(&self.marks, token))?;
        (!is(&self.message_ends, prompt.get(word)?)).then_some(word)
    }

    /// The probability that what follows ends a sentence, 0..1, from the logits behind the last word.
    pub fn probability(&self, logits: &[f32]) -> f32 {
        let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let (mut all, mut ends) = (0.0_f64, 0.0_f64);
        for (logit, end) in logits.iter().zip(&self.ends) {
            let weight = f64::from(logit - highest).exp();
            all += weight;
            ends += if *end { weight } else { 0.0 };
        }
        if all > 0.0 { (ends / all) as f32 } else { 0.0 }
    }
}

/// A full stop, a question or an exclamation mark; three dots are the opposite.
fn ends_sentence(piece: &str) -> bool {
    piece.starts_with(['.', '?', '!', '。', '？', '！', '؟', '।']) && !piece.starts_with("..")
}

fn is_mark(piece: &str) -> bool {
    !piece.is_empty()
        && piece.chars().all(|c| c.is_whitespace() || c.is_ascii_punctuation() || "…。？！؟।、，".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 0 ends a message, 1 is ".", 2 is "?" and 3 upwards are words.
    fn vocabulary() -> SentenceEnds {
        SentenceEnds {
            ends: vec![true, true, true, false, false],
            marks: vec![false, true, true, false, false],
            message_ends: vec![true, false, false, false, false],
        }
    }

    fn last_word(tokens: &[i32]) -> Option<usize> {
        let prompt: Vec<LlamaToken> = tokens.iter().copied().map(LlamaToken).collect();
        vocabulary().last_word(&prompt)
    }

    #[test]
    fn the_last_word_is_before_the_marks_and_the_end_of_the_message() {
        assert_eq!(last_word(&[3, 0, 3, 4, 0, 3]), Some(3));
        assert_eq!(last_word(&[3, 0, 3, 4, 2, 1, 0, 3]), Some(3));
        assert_eq!(last_word(&[3, 0, 1, 0]), None, "marks alone are no sentence");
        assert_eq!(last_word(&[3, 4]), None);
        assert_eq!(last_word(&[]), None);
        assert_eq!(last_word(&[0, 3]), None);
    }

    #[test]
    fn the_probability_is_that_of_all_ends_together() {
        let ends = vocabulary();
        assert!((ends.probability(&[0.0; 5]) - 0.6).abs() < 1e-6);
        assert!(ends.probability(&[0.0, 0.0, 0.0, 30.0, 0.0]) < 1e-6);
        assert!(ends.probability(&[-5.0, 30.0, 0.0, 0.0, 0.0]) > 0.999);
        assert_eq!(ends.probability(&[]), 0.0);
    }

    #[test]
    fn three_dots_end_nothing() {
        assert!(ends_sentence(".") && ends_sentence("?\"") && ends_sentence("。"));
        assert!(!ends_sentence("...") && !ends_sentence(",") && !ends_sentence("a."));
        assert!(is_mark("...") && is_mark("?\"") && !is_mark("a.") && !is_mark(""));
    }
}
