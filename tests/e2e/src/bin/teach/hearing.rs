//! What is heard of sound: embeddings, by the product's own code, of what its conditioning makes of a microphone's
//! frames.

use std::time::Instant;

use parley_conversation::Position;
use parley_daemon::listening::{Conditioning, FRAME_SAMPLES};
use parley_wake::{EMBEDDING, EMBEDDING_STEPS, EmbeddingModel, SPAN, STEP_SAMPLES, Stretches};

/// Numbers of one window: what a head looks at.
pub const WINDOW: usize = SPAN * EMBEDDING;

/// An embedding as it is taught with: its numbers are about 1, where a head's are as long as 1 together.
pub type Embedded = [f32; EMBEDDING];

/// By how much they are greater.
pub fn scale() -> f32 {
    (EMBEDDING as f32).sqrt()
}

/// The embeddings of one sound, one behind the other.
pub struct Heard {
    pub embeddings: Vec<Embedded>,
    /// The sample at which the first of them is known.
    first: usize,
}

impl Heard {
    pub fn of(sound: &[i16], model: &EmbeddingModel) -> Self {
        let (mut conditioning, mut stretches) = (Conditioning::default(), Stretches::new(model));
        let (mut embeddings, mut first) = (Vec::new(), 0);
        let arrived = Instant::now();
        for (number, frame) in sound.as_chunks::<FRAME_SAMPLES>().0.iter().enumerate() {
            let end = Position(((number + 1) * FRAME_SAMPLES) as u64);
            let judged = conditioning.condition(frame, end, arrived).judged;
            stretches.push(&judged, |stretch, step| {
                let scaled = |embedding: &Embedded| embedding.map(|number| number * scale());
                if embeddings.is_empty() {
                    let before = (SPAN as u64 - 1) * EMBEDDING_STEPS;
                    first = step.saturating_sub(before) as usize * STEP_SAMPLES;
                    embeddings.extend(stretch.iter().map(scaled));
                } else if let Some(last) = stretch.last() {
                    embeddings.push(scaled(last));
                }
            });
        }
        Self { embeddings, first }
    }

    /// How many windows it has: all that can be looked at together.
    pub fn windows(&self) -> usize {
        (self.embeddings.len() + 1).saturating_sub(SPAN)
    }

    /// The sample at which a window is known.
    pub fn known(&self, window: usize) -> usize {
        self.first + (window + SPAN - 1) * EMBEDDING_STEPS as usize * STEP_SAMPLES
    }
}

/// The embeddings of many sounds one behind the other, and those windows of them that are of one kind.
#[derive(Default)]
pub struct Bank {
    embeddings: Vec<Embedded>,
}

impl Bank {
    /// Keeps what was heard; the place of its first window.
    pub fn keep(&mut self, heard: &Heard) -> usize {
        let place = self.embeddings.len();
        self.embeddings.extend_from_slice(&heard.embeddings);
        place
    }

    /// The window at a place; places that were not given by [`keep`](Self::keep) may have none.
    pub fn window(&self, place: usize) -> &[f32] {
        self.embeddings.get(place..place + SPAN).unwrap_or_default().as_flattened()
    }
}
