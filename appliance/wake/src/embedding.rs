//! What a stretch of speech sounds like, as 96 numbers: Google's *speech embedding*, a network that was trained on many words,
//! so that a few examples are enough for another (Lin, Kilgour, Roblek, Sharifi: "Training Keyword Spotters with Limited and
//! Synthesized Speech Data", 2020). openWakeWord and LiveKit use the same file.
//!
//! It has no padding in time, so it is computed here as sound comes, and nothing twice: a tenth of what it costs to look at
//! the same stretch as a whole again and again.

mod layers;
mod mel;
mod model;

use std::sync::Arc;

use self::layers::Layer;
use self::mel::Mel;
pub use self::model::EmbeddingError;

/// Numbers in one embedding.
pub const EMBEDDING: usize = 96;
/// Steps of 10 ms from one embedding to the next.
pub const EMBEDDING_STEPS: u64 = 8;

/// The network, as it was read from its file; copies share it.
#[derive(Clone)]
pub struct EmbeddingModel(Arc<[Layer]>);

impl EmbeddingModel {
    /// Reads the network from the bytes of its file (ONNX).
    ///
    /// # Errors
    /// The file is damaged, or has another network.
    pub fn new(bytes: &[u8]) -> Result<Self, EmbeddingError> {
        Ok(Self(model::read(bytes)?.into()))
    }
}

/// Computes embeddings of sound as it comes.
pub struct Embedder {
    model: EmbeddingModel,
    mel: Mel,
    /// What each layer remembers.
    memories: Vec<layers::Memory>,
    /// Steps of 10 ms that were heard.
    steps: u64,
}

impl Embedder {
    /// One that has heard nothing.
    pub fn new(model: &EmbeddingModel) -> Self {
        let memories = model.0.iter().map(Layer::memory).collect();
        Self { model: model.clone(), mel: Mel::default(), memories, steps: 0 }
    }

    /// Takes sound at [`RATE_HZ`](crate::RATE_HZ), mono, however it is cut, and gives `each` every embedding that is complete with
    /// it, of the last 775 ms, and the step at which it is.
    pub fn push(&mut self, sound: &[i16], mut each: impl FnMut(&[f32; EMBEDDING], u64)) {
        let Self { model, mel, memories, steps } = self;
        mel.push(sound, |bands| {
            *steps += 1;
            if let Some(embedding) = layers::run(&model.0, memories, bands) {
                each(embedding, *steps);
            }
        });
    }

    /// Forgets all that was heard, as if the stream began now.
    pub fn forget(&mut self) {
        *self = Self::new(&self.model);
    }
}

#[cfg(test)]
mod tests;
