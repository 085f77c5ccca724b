//! Choosing the next token by the model's scores.

use whisper_rs::WhisperTokenId;

/// The scores of those tokens that may be said.
#[derive(Debug, Clone, Copy)]
pub struct Scores<'a> {
    scores: &'a [f32],
    sayable: &'a [bool],
    not: [Option<usize>; 2],
    best: usize,
    total: f32,
}

/// What is drawn is the same for the same sound: the same task has the same answer.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    pub fn new() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }

    /// A value in 0..1 (xorshift).
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 40) as f32 / (1_u64 << 24) as f32
    }
}

impl<'a> Scores<'a> {
    /// `sayable`: by token. The last of them is the end, which stands where nothing else may be said; `not` are further
    /// tokens that may not.
    pub fn new(scores: &'a [f32], sayable: &'a [bool], not: [Option<usize>; 2]) -> Self {
        let mut new = Self { scores, sayable, not, best: sayable.len().saturating_sub(1), total: 0.0 };
        if let Some((best, _)) = new.all().max_by(|a, b| a.1.total_cmp(&b.1)) {
            new.best = best;
        }
        let best = new.score(new.best);
        new.total = new.all().map(|(_, score)| (score - best).exp()).sum();
        new
    }

    fn all(&self) -> impl Iterator<Item = (usize, f32)> {
        let Self { sayable, not, .. } = *self;
        self.scores
            .iter()
            .copied()
            .enumerate()
            .take(sayable.len())
            .filter(move |(token, _)| sayable.get(*token) == Some(&true) && !not.contains(&Some(*token)))
    }

    fn score(&self, token: usize) -> f32 {
        self.scores.get(token).copied().unwrap_or(f32::NEG_INFINITY)
    }

    fn with_probability(&self, token: usize) -> (WhisperTokenId, f32) {
        (token as WhisperTokenId, self.score(token) - self.score(self.best) - self.total.ln())
    }

    /// The logarithm of a token's probability.
    pub fn log_probability(&self, token: WhisperTokenId) -> f32 {
        self.with_probability(token as usize).1
    }

    /// The likeliest token but the barred one, and the logarithm of its probability.
    pub fn likeliest(&self, barred: Option<WhisperTokenId>) -> (WhisperTokenId, f32) {
        let barred = barred.map(|token| token as usize);
        if barred != Some(self.best) {
            return self.with_probability(self.best);
        }
        let others = self.all().filter(|(token, _)| Some(*token) != barred);
        let best = others.max_by(|a, b| a.1.total_cmp(&b.1));
        self.with_probability(best.map_or(self.sayable.len().saturating_sub(1), |(token, _)| token))
    }

    /// A token by chance, likely ones more often; the higher the temperature, the less so.
    pub fn drawn(
        &self,
        barred: Option<WhisperTokenId>,
        temperature: f32,
        chance: &mut Chance,
    ) -> (WhisperTokenId, f32) {
        let barred = barred.map(|token| token as usize);
        let best = self.score(self.best);
        let weights = || {
            let others = self.all().filter(move |(token, _)| Some(*token) != barred);
            others.map(|(token, score)| (token, ((score - best) / temperature).exp()))
        };
        let mut left = chance.next() * weights().map(|(_, weight)| weight).sum::<f32>();
        let drawn = weights().find(|(_, weight)| {
            left -= weight;
            left <= 0.0
        });
        drawn.map_or_else(
            || self.likeliest(barred.map(|token| token as WhisperTokenId)),
            |(token, _)| self.with_probability(token),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [bool; 4] = [true; 4];
    const NONE: [Option<usize>; 2] = [None, None];

    #[test]
    fn the_likeliest_is_taken_and_the_barred_one_never() {
        let scores = Scores::new(&[1.0, 5.0, 3.0, 0.0], &ALL, NONE);
        assert_eq!((scores.likeliest(None).0, scores.likeliest(Some(1)).0), (1, 2));
        assert!(scores.likeliest(None).1 > scores.likeliest(Some(1)).1);
    }

    #[test]
    fn what_may_not_be_said_is_not() {
        let sayable = [true, false, true, true];
        assert_eq!(Scores::new(&[1.0, 5.0, 3.0, 0.0], &sayable, [Some(2), None]).likeliest(None).0, 0);
        // Scores beyond the end token are those of control tokens.
        assert_eq!(Scores::new(&[1.0, 5.0, 3.0, 0.0, 9.0], &sayable, NONE).likeliest(None).0, 2);
    }

    proptest! {
        #[test]
        fn what_is_drawn_may_be_said_and_is_the_same_again(
            scores in prop::collection::vec(-9.0_f32..9.0, 4),
            barred in 0_i32..3,
            temperature in 0.1_f32..1.0,
        ) {
            let sayable = [true, true, false, true];
            let scores = Scores::new(&scores, &sayable, NONE);
            let drawn = |_| scores.drawn(Some(barred), temperature, &mut Chance::new());
            let [first, second] = [(), ()].map(drawn);
            prop_assert_eq!(first, second);
            prop_assert!(first.0 != barred && first.0 != 2 && first.1 <= 0.0);
        }

        #[test]
        fn the_probabilities_of_all_are_one(scores in prop::collection::vec(-9.0_f32..9.0, 4)) {
            let scores = Scores::new(&scores, &ALL, NONE);
            let sum: f32 = (0..4).map(|token| scores.log_probability(token).exp()).sum();
            prop_assert!((sum - 1.0).abs() < 1e-3, "{}", sum);
        }
    }
}
