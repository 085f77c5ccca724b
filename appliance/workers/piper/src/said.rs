//! What a slow voice has said before: sentences that are always the same ("I do not know that") are computed once.

use std::collections::VecDeque;

/// The most samples that are kept of one voice, of all pieces together: a minute and a half at 24 kHz, 8 MB. So an answer that is repeated, and
/// fixed sentences that come often.
const MOST_SAMPLES: usize = 2_160_000;
/// The longest piece that is kept, in samples.
const LONGEST: usize = 144_000;

/// Pieces by their phonemes; what was not asked for the longest goes first.
#[derive(Debug, Default)]
pub struct Said {
    pieces: VecDeque<(String, Vec<f32>)>,
    samples: usize,
}

impl Said {
    /// The samples of a piece that was said before.
    pub fn get(&mut self, phonemes: &str) -> Option<Vec<f32>> {
        let position = self.pieces.iter().position(|(said, _)| said == phonemes)?;
        let piece = self.pieces.remove(position)?;
        let samples = piece.1.clone();
        self.pieces.push_back(piece);
        Some(samples)
    }

    /// Keeps a piece that [`get`](Self::get) does not know.
    pub fn keep(&mut self, phonemes: &str, samples: &[f32]) {
        if samples.is_empty() || samples.len() > LONGEST {
            return;
        }
        self.pieces.push_back((phonemes.to_owned(), samples.to_vec()));
        self.samples += samples.len();
        while self.samples > MOST_SAMPLES {
            self.samples -= self.pieces.pop_front().map_or(self.samples, |(_, samples)| samples.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_is_known_and_nothing_else() {
        let mut said = Said::default();
        said.keep("one", &[0.5; 10]);
        assert_eq!(said.get("one"), Some(vec![0.5; 10]));
        assert_eq!(said.get("two"), None);
        said.keep("long", &vec![0.1; LONGEST + 1]);
        said.keep("cancelled", &[]);
        assert_eq!((said.get("long"), said.get("cancelled")), (None, None));
    }

    #[test]
    fn it_stays_below_its_limit_and_keeps_what_is_asked_for() {
        let mut said = Said::default();
        said.keep("asked for", &vec![0.0; LONGEST]);
        for piece in 0..100 {
            said.keep(&piece.to_string(), &vec![0.0; LONGEST]);
            assert!(said.get("asked for").is_some(), "after {piece}");
            let kept: usize = said.pieces.iter().map(|(_, samples)| samples.len()).sum();
            assert!(kept == said.samples && kept <= MOST_SAMPLES, "{kept}");
        }
        assert_eq!(said.get("0"), None);
    }
}
