//! What a job that is sent again says, compared with what its owner already has.
//!
//! After a crash the next worker does the job from the beginning, and what was delivered is left out. That is only right
//! where it says the same: two texts are never spliced. Of a text every character counts; of sound one sample in
//! [`EVERY`], which may differ by as much as rounding does, because a voice may cut its sentences into other blocks.

use std::hash::{DefaultHasher, Hasher};

use crate::{Kind, Units};

/// A voice that says something else differs in far more than one of them. 20 s of speech make 60 KB.
const EVERY: usize = 16;
/// Blocks of another size give samples that are rounded differently, one apart at most; a sound that is not the same is
/// thousands apart.
const ROUNDING: u16 = 4;

/// What of an answer was said so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Said {
    /// [`Kind::amount`] of all outputs.
    amount: usize,
    /// Outputs without an amount, such as the end of an answer.
    markers: usize,
    text: DefaultHasher,
    rate_hz: Option<u32>,
    /// One sample in [`EVERY`].
    sound: Vec<i16>,
}

impl Said {
    /// Adds an output.
    pub fn add(&mut self, units: Units<'_>) {
        let amount = units.amount();
        self.markers += usize::from(amount == 0);
        self.add_first(units, amount);
    }

    /// Adds the first `amount` of an output.
    fn add_first(&mut self, units: Units<'_>, amount: usize) {
        match units {
            Units::Text(text) => {
                for character in text.chars().take(amount) {
                    self.text.write_u32(character.into());
                }
            }
            Units::Sound { rate_hz, audio } => {
                let from = self.amount.next_multiple_of(EVERY) - self.amount;
                self.sound.extend(audio.iter().take(amount).skip(from).step_by(EVERY));
                if amount > 0 {
                    self.rate_hz = Some(rate_hz);
                }
            }
            Units::Whole | Units::Marker => {}
        }
        self.amount += amount;
    }

    fn is_same(&self, other: &Self) -> bool {
        let close = |(a, b): (&i16, &i16)| a.abs_diff(*b) <= ROUNDING;
        self.amount == other.amount
            && self.text.finish() == other.text.finish()
            && self.rate_hz == other.rate_hz
            && self.sound.len() == other.sound.len()
            && self.sound.iter().zip(&other.sound).all(close)
    }
}

/// The worker does not say again what it has said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Differs;

/// Leaves out what was said before; without anything said before, nothing.
#[derive(Debug)]
pub(crate) struct Replay {
    before: Said,
    again: Said,
    markers: usize,
}

impl Replay {
    /// A job whose owner has got this.
    pub fn of(before: &Said) -> Self {
        Self { markers: before.markers, before: before.clone(), again: Said::default() }
    }

    /// What of an output is new.
    pub fn new_part<K: Kind>(&mut self, output: K::Output) -> Result<Option<K::Output>, Differs> {
        let amount = K::amount(&output);
        if amount == 0 {
            let is_known = self.markers > 0;
            self.markers -= usize::from(is_known);
            return Ok(Some(output).filter(|_| !is_known));
        }
        let known = amount.min(self.before.amount - self.again.amount);
        if known > 0 {
            self.again.add_first(K::units(&output), known);
            if self.again.amount == self.before.amount && !self.again.is_same(&self.before) {
                return Err(Differs);
            }
        }
        Ok(K::skip(output, known))
    }

    /// The job has ended: whether it said all of what was said before.
    pub fn end(&self) -> Result<(), Differs> {
        if self.again.amount == self.before.amount { Ok(()) } else { Err(Differs) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Generated, LanguageModel, Spoken, TextToSpeech};

    fn pieces<T: Clone>(all: &[T], cuts: &[usize]) -> Vec<Vec<T>> {
        let (mut rest, mut pieces) = (all, Vec::new());
        for cut in cuts.iter().chain(std::iter::repeat(&7)) {
            if rest.is_empty() {
                return pieces;
            }
            let (piece, after) = rest.split_at(*cut.min(&rest.len()));
            pieces.push(piece.to_vec());
            rest = after;
        }
        pieces
    }

    /// The owner has got `delivered` of the outputs `first`; what it gets of `again`, or that they differ.
    fn replayed<K: Kind>(
        first: &[K::Output],
        delivered: usize,
        again: &[K::Output],
    ) -> Result<Vec<K::Output>, Differs> {
        let mut said = Said::default();
        first.iter().take(delivered).for_each(|output| said.add(K::units(output)));
        let mut replay = Replay::of(&said);
        let mut new = Vec::new();
        for output in again {
            new.extend(replay.new_part::<K>(output.clone())?);
        }
        replay.end().map(|()| new)
    }

    fn texts(text: &str, cuts: &[usize]) -> Vec<Generated> {
        let characters: Vec<char> = text.chars().collect();
        pieces(&characters, cuts).into_iter().map(|piece| Generated::Text(piece.into_iter().collect())).collect()
    }

    fn sounds(sound: &[i16], cuts: &[usize]) -> Vec<Spoken> {
        pieces(sound, cuts).into_iter().map(|audio| Spoken { rate_hz: 22_050, audio }).collect()
    }

    fn text_of(outputs: &[Generated]) -> String {
        let text = |output: &Generated| if let Generated::Text(text) = output { text.clone() } else { String::new() };
        outputs.iter().map(text).collect()
    }

    fn cuts() -> impl Strategy<Value = Vec<usize>> {
        prop::collection::vec(1..40_usize, 0..60)
    }

    proptest! {
        #[test]
        fn the_same_text_goes_on_where_it_was(
            text in "\\PC{0,60}", (a, b) in (cuts(), cuts()), delivered in 0..20_usize,
        ) {
            let first = texts(&text, &a);
            let delivered = delivered.min(first.len());
            let new = replayed::<LanguageModel>(&first, delivered, &texts(&text, &b)).expect("it is the same");
            prop_assert_eq!(text_of(&first[..delivered]) + &text_of(&new), text);
        }

        #[test]
        fn another_text_is_never_spliced_to_what_was_delivered(
            (before, after) in ("[ab]{0,20}", "[ab]{0,20}"), (a, b) in (cuts(), cuts()), delivered in 0..20_usize,
        ) {
            let first = texts(&before, &a);
            let had = text_of(&first[..delivered.min(first.len())]);
            let new = replayed::<LanguageModel>(&first, delivered, &texts(&after, &b));
            prop_assert_eq!(new.is_ok(), after.starts_with(&had), "{:?} and {:?}", had, after);
        }

        #[test]
        fn the_same_sound_goes_on_where_it_was_however_it_is_rounded(
            sound in prop::collection::vec(-20_000..20_000_i16, 0..500), (a, b) in (cuts(), cuts()), delivered in 0..20_usize,
        ) {
            let first = sounds(&sound, &a);
            let delivered = delivered.min(first.len());
            let rounded: Vec<i16> = sound.iter().enumerate().map(|(at, sample)| sample + (at % 3) as i16 - 1).collect();
            let new = replayed::<TextToSpeech>(&first, delivered, &sounds(&rounded, &b)).expect("it is the same");
            let had: usize = first[..delivered].iter().map(|block| block.audio.len()).sum();
            let new: Vec<i16> = new.into_iter().flat_map(|block| block.audio).collect();
            prop_assert_eq!(&new[..], &rounded[had..]);
        }

        #[test]
        fn another_sound_is_never_spliced_to_what_was_delivered(
            sound in prop::collection::vec(0..1_000_i16, 64..500), (a, b) in (cuts(), cuts()), delivered in 16..20_usize,
        ) {
            let first = sounds(&sound, &a);
            let other: Vec<i16> = sound.iter().map(|sample| sample + 5_000).collect();
            prop_assert_eq!(replayed::<TextToSpeech>(&first, delivered, &sounds(&other, &b)), Err(Differs));
        }
    }

    #[test]
    fn another_rate_is_another_sound() {
        let block = |rate_hz| [Spoken { rate_hz, audio: vec![0; 100] }];
        assert_eq!(replayed::<TextToSpeech>(&block(22_050), 1, &block(16_000)), Err(Differs));
    }

    #[test]
    fn a_marker_that_was_delivered_is_left_out_once() {
        let sentence = [Generated::Sentence(0.5), Generated::Text("Yes".to_owned())];
        let again = [Generated::Sentence(0.6), Generated::Text("Yes, ".to_owned())];
        assert_eq!(replayed::<LanguageModel>(&sentence, 2, &again), Ok(vec![Generated::Text(", ".to_owned())]));
    }
}
