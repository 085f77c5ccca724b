//! Which language was spoken.

use whisper_rs::{WhisperContext, WhisperTokenId};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Language {
    /// ISO 639-1, or 639-3 where that has none.
    pub code: &'static str,
    /// The token that stands for it.
    pub token: WhisperTokenId,
}

/// A language, and how sure it is, 0..1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Detected {
    pub language: Language,
    /// Its probability among the candidates.
    pub probability: f32,
}

/// The languages of a model; English alone where it knows no other.
pub fn languages(context: &WhisperContext) -> Vec<Language> {
    if !context.is_multilingual() {
        return vec![Language { code: "en", token: context.token_lang(0) }];
    }
    // whisper.cpp's list has one language more than most models: where theirs end, other tokens begin.
    (0..=whisper_rs::get_lang_max_id())
        .map(|id| (whisper_rs::get_lang_str(id), context.token_lang(id)))
        .take_while(|(_, token)| *token < context.token_translate())
        .filter_map(|(code, token)| Some(Language { code: code?, token }))
        .collect()
}

/// Which of `candidates` may have been spoken, by the scores that the model gives every token: the likeliest first,
/// then those that are [`PLAUSIBLE`], at most [`MOST`] in all, and `usual` in any case where it is a candidate.
pub fn detect(scores: &[f32], candidates: &[Language], usual: Language) -> Vec<Detected> {
    let scored: Vec<(Language, f32)> = candidates
        .iter()
        .filter_map(|language| Some((*language, *scores.get(usize::try_from(language.token).ok()?)?)))
        .collect();
    let best = scored.iter().map(|(_, score)| *score).fold(f32::NEG_INFINITY, f32::max);
    let total: f32 = scored.iter().map(|(_, score)| (score - best).exp()).sum();
    let mut detected: Vec<Detected> = scored
        .into_iter()
        .map(|(language, score)| Detected { language, probability: (score - best).exp() / total })
        .collect();
    detected.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    let mut rank = 0;
    detected.retain(|one| {
        rank += 1;
        rank == 1 || (rank <= MOST && one.probability >= PLAUSIBLE) || one.language == usual
    });
    detected
}

/// Below this a language was not spoken.
const PLAUSIBLE: f32 = 0.01;
/// Trying a language out costs as much as writing the transcript once more.
const MOST: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    const CANDIDATES: [Language; 4] = [
        Language { code: "en", token: 0 },
        Language { code: "es", token: 1 },
        Language { code: "gl", token: 2 },
        Language { code: "pt", token: 3 },
    ];

    fn check(probabilities: [f32; 4], expected: &[&str]) {
        let detected = detect(&probabilities.map(f32::ln), &CANDIDATES, CANDIDATES[0]);
        assert_eq!(detected.iter().map(|one| one.language.code).collect::<Vec<_>>(), expected);
        for one in detected {
            assert!((one.probability - probabilities[one.language.token as usize]).abs() < 1e-3);
        }
    }

    #[test]
    fn the_likeliest_come_in_order() {
        check([0.2, 0.4, 0.3, 0.1], &["es", "gl", "en"]);
        check([0.3, 0.2, 0.1, 0.4], &["pt", "en", "es"]);
    }

    #[test]
    fn the_implausible_are_left_out() {
        check([0.98, 0.004, 0.011, 0.005], &["en", "gl"]);
    }

    #[test]
    fn the_usual_language_is_among_them_however_implausible() {
        check([0.001, 0.5, 0.3, 0.199], &["es", "gl", "pt", "en"]);
    }

    #[test]
    fn only_candidates_are_detected() {
        let detected = detect(&[9.0, 1.0, 2.0, 9.0], &CANDIDATES[1..3], CANDIDATES[0]);
        assert_eq!(detected.iter().map(|one| one.language.code).collect::<Vec<_>>(), ["gl", "es"]);
        assert_eq!(detect(&[0.0], &[], CANDIDATES[0]), []);
    }
}
