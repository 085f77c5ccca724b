//! A head: a small network behind the embeddings that has been taught one word from many voices, in rooms, noise and music.
//!
//! Its file: `PARLEYH1`; the embeddings that it looks at and its units, two bytes each; for every unit a factor, a bias and how much
//! it counts, four bytes each, and a whole number of one byte for every number of every embedding; at last a bias. All of it is
//! little-endian. What comes out of 0.5 and more may be its word, and of [`CUTOFF`] and more is it.

use crate::decision::DOUBTFUL;
use crate::embedding::{EMBEDDING, EmbeddingModel};
use crate::stretch::{SPAN, Stretch};
use crate::word::Word;

/// From this likelihood on the word was said.
pub(crate) const CUTOFF: f32 = 0.9;

/// A word is likeliest so many samples after its end, 200 ms, or sooner: in nine of ten recordings by voices that taught no head.
pub(crate) const KNOWN_AFTER: u64 = 3_200;

const MAGIC: &[u8; 8] = b"PARLEYH1";
/// Heads have 16 to 64 units.
const MOST_UNITS: usize = 256;

/// One of the units in the middle, as it is taught.
#[derive(Debug, Clone, PartialEq)]
pub struct TaughtUnit {
    /// For each number of each embedding of a [`Stretch`], the oldest first.
    pub weights: Vec<f32>,
    /// What it begins with.
    pub bias: f32,
    /// How much it counts in the end.
    pub counts: f32,
}

/// One of the units in the middle.
struct Unit {
    /// For each number of each embedding, the oldest first; every one times `factor`.
    weights: Vec<i8>,
    factor: f32,
    bias: f32,
    /// How much it counts in the end.
    counts: f32,
}

/// What hears one word.
pub struct Head {
    units: Vec<Unit>,
    bias: f32,
}

impl Head {
    /// From this likelihood on its word was said,
    pub const SURE: f32 = CUTOFF;
    /// and from this on it may have been.
    pub const DOUBTFUL: f32 = DOUBTFUL;

    /// A head of what was taught; `None` where there are no units or too many, a unit has another number of weights than a stretch
    /// has numbers, or a number is not finite.
    pub fn of(units: &[TaughtUnit], bias: f32) -> Option<Self> {
        let units = units.iter().map(Unit::of).collect::<Option<Vec<_>>>()?;
        ((1..=MOST_UNITS).contains(&units.len()) && bias.is_finite()).then_some(Self { units, bias })
    }

    /// The bytes of its file, for [`read`](Self::read).
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        // Both were checked to be small.
        for count in [SPAN, self.units.len()] {
            bytes.extend((count as u16).to_le_bytes());
        }
        for Unit { weights, factor, bias, counts } in &self.units {
            bytes.extend([factor, bias, counts].into_iter().flat_map(|number| number.to_le_bytes()));
            bytes.extend(weights.iter().flat_map(|weight| weight.to_le_bytes()));
        }
        bytes.extend(self.bias.to_le_bytes());
        bytes
    }

    /// `None` where the bytes are no head's.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (magic, mut rest) = bytes.split_first_chunk::<8>()?;
        let span = usize::from(u16::from_le_bytes(next(&mut rest)?));
        let units = usize::from(u16::from_le_bytes(next(&mut rest)?));
        if magic != MAGIC || span != SPAN || !(1..=MOST_UNITS).contains(&units) {
            return None;
        }
        let units: Option<Vec<Unit>> = (0..units).map(|_| Unit::read(&mut rest)).collect();
        let (units, bias) = (units?, number(&mut rest)?);
        rest.is_empty().then_some(Self { units, bias })
    }

    /// How likely it is, 0..1, that its word has just been said.
    pub fn likelihood(&self, heard: &Stretch) -> f32 {
        let sum: f32 = self.units.iter().map(|unit| unit.after(heard)).sum();
        1.0 / (1.0 + (-sum - self.bias).exp())
    }
}

impl Unit {
    /// The weights become whole numbers, the greatest of them 127.
    fn of(taught: &TaughtUnit) -> Option<Self> {
        let TaughtUnit { weights, bias, counts } = taught;
        let greatest = weights.iter().fold(0.0_f32, |so_far, weight| so_far.max(weight.abs()));
        let factor = greatest / f32::from(i8::MAX);
        let is_sound =
            weights.len() == SPAN * EMBEDDING && [factor, *bias, *counts].iter().all(|number| number.is_finite());
        if !is_sound || weights.iter().any(|weight| weight.is_nan()) {
            return None;
        }
        // A unit without weights is one that only its bias counts of.
        let whole = |weight: &f32| if factor > 0.0 { (weight / factor).round() as i8 } else { 0 };
        Some(Self { weights: weights.iter().map(whole).collect(), factor, bias: *bias, counts: *counts })
    }

    fn read(rest: &mut &[u8]) -> Option<Self> {
        let (factor, bias, counts) = (number(rest)?, number(rest)?, number(rest)?);
        let (weights, after) = rest.split_at_checked(SPAN * EMBEDDING)?;
        *rest = after;
        let weights = weights.iter().map(|byte| i8::from_le_bytes([*byte])).collect();
        Some(Self { weights, factor, bias, counts })
    }

    fn after(&self, heard: &Stretch) -> f32 {
        let numbers = heard.as_flattened().iter().zip(&self.weights);
        let sum: f32 = numbers.map(|(number, weight)| number * f32::from(*weight)).sum();
        (sum * self.factor + self.bias).max(0.0) * self.counts
    }
}

fn next<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (bytes, after) = rest.split_first_chunk::<N>()?;
    *rest = after;
    Some(*bytes)
}

fn number(rest: &mut &[u8]) -> Option<f32> {
    Some(f32::from_le_bytes(next(rest)?)).filter(|number| number.is_finite())
}

/// The names that heads hear, and their files.
const HEADS: [(&str, &[u8]); 2] = [
    ("hey jarvis", include_bytes!("../heads/hey-jarvis.head")),
    ("hey parley", include_bytes!("../heads/hey-parley.head")),
];

/// What hears "stop".
const STOP: &[u8] = include_bytes!("../heads/stop.head");

/// The names that can be heard by embeddings without having been taught.
pub fn known_names() -> impl Iterator<Item = &'static str> {
    HEADS.iter().map(|(name, _)| *name)
}

/// A word of such a name; `None` where there is none.
pub fn known_word(name: &str, model: &EmbeddingModel) -> Option<Word> {
    let (name, head) = HEADS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name.trim()))?;
    Word::with_head(name, head, model)
}

/// What hears "stop"; its name is nobody's wake word.
pub fn stop_word(model: &EmbeddingModel) -> Option<Word> {
    Word::with_head("\"stop\"", STOP, model)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_heads_that_come_along_are_read() {
        for (name, head) in HEADS.into_iter().chain([("stop", STOP)]) {
            let head = Head::read(head).unwrap_or_else(|| panic!("{name}"));
            assert!(head.likelihood(&[[0.0; EMBEDDING]; SPAN]) < 0.1, "{name} in nothing");
        }
    }

    #[test]
    fn the_sum_is_that_of_the_units_which_find_something() {
        let unit = |weight: i8, bias: f32, counts: f32| {
            let numbers: Vec<u8> = [0.5, bias, counts].into_iter().flat_map(f32::to_le_bytes).collect();
            [numbers, vec![weight as u8; SPAN * EMBEDDING]].concat()
        };
        let header = [&MAGIC[..], &(SPAN as u16).to_le_bytes(), &2_u16.to_le_bytes()].concat();
        let bytes = [header, unit(2, 1.0, 3.0), unit(-2, 0.0, 100.0), (-6.0_f32).to_le_bytes().to_vec()].concat();
        let mut heard = [[0.0; EMBEDDING]; SPAN];
        (heard[0][0], heard[SPAN - 1][EMBEDDING - 1]) = (1.0, 1.0);
        let likelihood = Head::read(&bytes).unwrap().likelihood(&heard);
        // (1 + 1) · 0.5 · 2 + 1 = 3, three times, less 6; the other finds less than nothing.
        assert!((likelihood - 1.0 / (1.0 + (-3.0_f32).exp())).abs() < 1e-6, "{likelihood}");
        for end in 0..bytes.len() {
            assert!(Head::read(&bytes[..end]).is_none(), "cut at {end}");
        }
        assert!(Head::read(&[&bytes[..], &[0]].concat()).is_none(), "with something behind it");
        let mut damaged = bytes.clone();
        damaged[12..16].copy_from_slice(&f32::NAN.to_le_bytes());
        assert!(Head::read(&damaged).is_none(), "no number");
    }

    #[test]
    fn what_is_taught_is_read_again_and_hears_the_same() {
        let weights =
            |unit: usize| (0..SPAN * EMBEDDING).map(move |at| ((at * 37 + unit * 11) % 101) as f32 / 50.0 - 1.0);
        let unit = |unit: usize| TaughtUnit { weights: weights(unit).collect(), bias: 0.25, counts: 1.5 - unit as f32 };
        let units: Vec<TaughtUnit> = (0..3).map(unit).collect();
        let head = Head::of(&units, -0.5).expect("it is sound");
        let again = Head::read(&head.bytes()).expect("it is a head's");
        assert_eq!(again.bytes(), head.bytes());
        let mut heard = [[0.0; EMBEDDING]; SPAN];
        heard
            .as_flattened_mut()
            .iter_mut()
            .enumerate()
            .for_each(|(at, number)| *number = ((at % 7) as f32 - 3.0) / 40.0);
        let after = |unit: &TaughtUnit| {
            let sum: f32 = unit.weights.iter().zip(heard.as_flattened()).map(|(weight, number)| weight * number).sum();
            (sum + unit.bias).max(0.0) * unit.counts
        };
        let meant = 1.0 / (1.0 + (0.5 - units.iter().map(after).sum::<f32>()).exp());
        assert!((again.likelihood(&heard) - meant).abs() < 0.01, "{} for {meant}", again.likelihood(&heard));
        let mut damaged = units.clone();
        damaged[1].weights[5] = f32::NAN;
        assert!(Head::of(&damaged, 0.0).is_none(), "no number");
        damaged[1].weights.truncate(5);
        assert!(Head::of(&damaged, 0.0).is_none(), "too few");
        assert!(Head::of(&[], 0.0).is_none() && Head::of(&units, f32::INFINITY).is_none());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..2_000), magic: bool) {
            if magic && bytes.len() >= 12 {
                bytes[..8].copy_from_slice(MAGIC);
                bytes[8..12].copy_from_slice(&[SPAN as u8, 0, 1, 0]);
            }
            if let Some(head) = Head::read(&bytes) {
                prop_assert!(!head.likelihood(&[[0.1; EMBEDDING]; SPAN]).is_nan());
            }
        }
    }
}
