//! The scripted voice: a text's samples are made from the text, so that a sound tells which text it is of, and where.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use parley_engines::Spoken;
use parley_engines::TextToSpeech;
use parley_engines::scripted::{SPEECH_PER_CHARACTER, Scripted};

/// Of the voice and of the loudspeaker: a sample is a millisecond.
pub const RATE_HZ: u32 = 1_000;
/// One output of the voice: 100 ms.
const BLOCK_SAMPLES: usize = 100;

/// The samples of a text; none is 0, which is silence.
pub fn samples(text: &str) -> Vec<i16> {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let mut random = fastrand::Rng::with_seed(hasher.finish());
    let count = length(text).as_millis() as usize;
    std::iter::repeat_with(|| random.i16(1..=i16::MAX)).take(count).collect()
}

pub fn length(text: &str) -> Duration {
    SPEECH_PER_CHARACTER * text.chars().count() as u32
}

pub fn scripted() -> Scripted<TextToSpeech> {
    Scripted::<TextToSpeech>::from_outputs(|task| {
        let block = |audio: &[i16]| Spoken { rate_hz: RATE_HZ, audio: audio.to_vec() };
        samples(&task.text).chunks(BLOCK_SAMPLES).map(block).collect()
    })
}
