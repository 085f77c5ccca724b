//! What is compared with a word: the last embeddings, without what all speech has in common.

use std::collections::VecDeque;

use crate::embedding::{EMBEDDING, Embedder, EmbeddingModel};

/// Embeddings that are looked at together: the last begins 480 ms behind the first, and each hears 775 ms.
pub const SPAN: usize = 7;

/// The mean embedding of 116 minutes of telephone prompts in Spanish, French, Italian and Russian: what all speech has in common.
#[rustfmt::skip]
const COMMON: [f32; EMBEDDING] = [
    -10.7, 16.0, 6.4, 1.4, 1.6, 22.8, 12.9, -2.0, 10.2, 17.4, -13.7, -6.1, 10.2, -5.9, -4.3, 7.2,
    0.5, -4.9, 4.5, -9.8, 4.4, 17.3, -13.0, 3.2, -3.0, 7.4, -17.7, 9.6, 10.2, 2.5, -19.7, 10.7,
    -22.4, -1.9, -6.1, 3.6, 26.5, 20.7, 0.3, 24.0, -5.5, 3.6, 44.2, -18.2, -6.4, -8.1, -14.4, 7.0,
    17.3, -1.6, -11.4, 8.2, 7.2, -8.4, -13.6, -13.7, -7.5, 25.4, -17.2, -5.1, 5.1, 7.9, 1.4, -5.9,
    24.7, 9.9, -3.6, -8.3, -4.3, -8.0, 0.4, 15.1, 2.7, -14.4, 19.1, 0.0, -5.3, -6.4, -22.5, -27.9,
    5.3, 16.3, 18.0, -6.3, 12.6, 7.4, 3.0, -3.8, -1.1, 25.5, 0.7, 15.6, 17.0, -20.6, 6.1, 14.2,
];

/// Embeddings without what all have in common, each of length 1.
pub type Stretch = [[f32; EMBEDDING]; SPAN];

/// The last embeddings.
#[derive(Default)]
pub(crate) struct Recent(VecDeque<[f32; EMBEDDING]>);

impl Recent {
    pub(crate) fn push(&mut self, embedding: &[f32; EMBEDDING]) {
        if self.0.len() == SPAN {
            self.0.pop_front();
        }
        let mut own = *embedding;
        for (number, common) in own.iter_mut().zip(COMMON) {
            *number -= common;
        }
        self.0.push_back(unit(own));
    }

    /// What is compared; `None` before enough was heard.
    pub(crate) fn stretch(&self) -> Option<Stretch> {
        let mut stretch = [[0.0; EMBEDDING]; SPAN];
        for (place, embedding) in stretch.iter_mut().zip(&self.0) {
            *place = *embedding;
        }
        (self.0.len() == SPAN).then_some(stretch)
    }
}

/// The stretches of a stream of sound.
pub struct Stretches {
    embedder: Embedder,
    recent: Recent,
}

impl Stretches {
    /// Those of a stream of which nothing was heard.
    pub fn new(model: &EmbeddingModel) -> Self {
        Self { embedder: Embedder::new(model), recent: Recent::default() }
    }

    /// Takes sound at [`RATE_HZ`](crate::RATE_HZ), mono, however it is cut, and gives `each` of its stretches with the step of
    /// [`STEP_SAMPLES`](crate::STEP_SAMPLES) at whose end it is known.
    pub fn push(&mut self, sound: &[i16], mut each: impl FnMut(&Stretch, u64)) {
        let Self { embedder, recent } = self;
        embedder.push(sound, |embedding, step| {
            recent.push(embedding);
            if let Some(stretch) = recent.stretch() {
                each(&stretch, step);
            }
        });
    }

    pub(crate) fn forget(&mut self) {
        self.embedder.forget();
        self.recent = Recent::default();
    }
}

pub(crate) fn unit(mut numbers: [f32; EMBEDDING]) -> [f32; EMBEDDING] {
    let length = numbers.iter().map(|number| number.powi(2)).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    numbers.iter_mut().for_each(|number| *number /= length);
    numbers
}
