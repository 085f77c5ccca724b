//! Teaches a head its word: batches of its renditions, of anything else, and of what it finds likeliest of anything
//! else.

use parley_speech::noise::Randomness;

use crate::examples::{Examples, HEARD, Rendition};
use crate::hearing::{Bank, WINDOW};
use crate::network::{Adam, Example, Network, UNITS};
use crate::surroundings::chance;

/// In a batch: windows with the word, of anything else, of the likeliest of that, and of the word before it was said to
/// its end.
const SAID: usize = 128;
const ELSE: usize = 192;
const HARD: usize = 128;
const NOT_YET: usize = 64;
/// After so many steps it is looked for what is found likeliest, and so many windows of that are taken.
const LOOK: usize = 1_500;
const LIKELIEST: usize = 20_000;
/// The length of the first step, and of the last.
const STEPS: [f32; 2] = [2e-3, 1e-5];
/// What is added to every number of a window, at most, and which share of units is left out.
const NOISE: f32 = 0.43;
const LEFT_OUT: f32 = 0.3;

/// What is learnt from: the places of windows.
pub struct Lessons {
    said: Vec<usize>,
    not_yet: Vec<usize>,
    other: Vec<usize>,
}

impl Lessons {
    /// Those for the word of this number: what is kept for choosing is in none of them, and the other words are
    /// something else.
    pub fn of(examples: &Examples, word: usize) -> Self {
        let (mut said, mut not_yet, mut other) = (Vec::new(), Vec::new(), Vec::new());
        for (number, renditions) in examples.words.iter().enumerate() {
            for rendition in renditions.iter().filter(|rendition| !rendition.kept) {
                if number == word {
                    let (now, before) = rendition.taught();
                    said.extend(now);
                    not_yet.extend(before);
                } else {
                    other.extend((0..rendition.known.len()).map(|window| rendition.place + window));
                }
            }
        }
        for stretch in examples.without.iter().filter(|stretch| !stretch.kept) {
            other.extend(stretch.place..stretch.place + stretch.windows);
        }
        Self { said, not_yet, other }
    }

    /// Windows with the word, and without it.
    pub fn windows(&self) -> [usize; 2] {
        [self.said.len(), self.not_yet.len() + self.other.len()]
    }

    /// Teaches for so many steps; `told` is called with each step at which it looks for what is likeliest, and its
    /// odds.
    pub fn teach(
        &self,
        bank: &Bank,
        steps: usize,
        seed: u64,
        word: usize,
        mut told: impl FnMut(usize, f32),
    ) -> Network {
        let mut random = chance(seed, 40, word);
        let (mut network, mut adam) = (Network::new(&mut random), Adam::new());
        let mut hard: Vec<usize> = Vec::new();
        let mut windows = vec![0.0; (SAID + ELSE + HARD + NOT_YET) * WINDOW];
        for step in 0..steps {
            if step > 0 && step % LOOK == 0 {
                hard = self.likeliest(bank, &network);
                told(step, hard.first().map(|place| network.odds(bank.window(*place))).unwrap_or_default());
            }
            let mut places = Vec::with_capacity(SAID + ELSE + HARD + NOT_YET);
            for (count, from) in [(SAID, &self.said), (ELSE, &self.other), (HARD, &hard), (NOT_YET, &self.not_yet)] {
                if !from.is_empty() {
                    places.extend((0..count).map(|_| from[at(from.len(), &mut random)]));
                }
            }
            let mut batch = Vec::with_capacity(places.len());
            for (number, (place, noisy)) in places.iter().zip(windows.chunks_exact_mut(WINDOW)).enumerate() {
                for (number, clean) in noisy.iter_mut().zip(bank.window(*place)) {
                    *number = clean + NOISE * random.next_sample();
                }
                let mut kept = [0.0; UNITS];
                for unit in &mut kept {
                    *unit = if random.next_share() < LEFT_OUT { 0.0 } else { 1.0 / (1.0 - LEFT_OUT) };
                }
                batch.push(Example { window: noisy, wanted: if number < SAID { 1.0 } else { 0.0 }, kept });
            }
            let (_, gradient) = network.gradient(&batch);
            let done = step as f32 / steps as f32;
            adam.step(&mut network, gradient, STEPS[0] + (STEPS[1] - STEPS[0]) * done);
        }
        network
    }

    /// Of all that is something else what a head finds likeliest.
    fn likeliest(&self, bank: &Bank, network: &Network) -> Vec<usize> {
        let mut odds: Vec<(f32, usize)> =
            self.other.iter().map(|place| (network.odds(bank.window(*place)), *place)).collect();
        odds.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
        odds.into_iter().take(LIKELIEST).map(|(_, place)| place).collect()
    }
}

/// A place among so many, which may be more than one draw reaches.
fn at(count: usize, random: &mut Randomness) -> usize {
    (((random.below(1 << 12) << 12) + random.below(1 << 12)) * count) >> 24
}

/// In how many of these renditions the word is heard from these odds on, and of how many.
pub fn heard<'a>(
    renditions: impl Iterator<Item = &'a Rendition>,
    bank: &Bank,
    network: &Network,
    from: f32,
) -> [usize; 2] {
    let mut count = [0, 0];
    for rendition in renditions {
        let mut places = rendition.known.iter().enumerate().filter(|(_, known)| HEARD.contains(known));
        let heard = places.any(|(index, _)| network.odds(bank.window(rendition.place + index)) > from);
        count[0] += usize::from(heard);
        count[1] += 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_can_be_drawn_and_none_beyond() {
        let mut random = Randomness::new(1);
        let mut seen = [false; 7];
        (0..200).for_each(|_| seen[at(7, &mut random)] = true);
        assert_eq!(seen, [true; 7]);
        assert!((0..1_000).all(|_| at(40_000_000, &mut random) < 40_000_000));
    }
}
