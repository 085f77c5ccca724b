//! The head that tells whether a speaker has finished: smart-turn 3, made from Whisper's encoder.

use std::path::{Path, PathBuf};

use ort::session::Session;
use ort::value::TensorRef;

use crate::log_mel::{FRAMES, LogMel, MELS};
use crate::session;

const INPUT: &str = "input_features";

/// Why the model cannot judge.
#[derive(Debug, thiserror::Error)]
pub enum EndOfTurnError {
    /// There is no file.
    #[error("there is no model at {0}; fetch it, or change --end-of-turn")]
    Missing(PathBuf),
    /// ONNX Runtime does not take it.
    #[error("the model {path} cannot be loaded ({source}); fetch it again")]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What ONNX Runtime said.
        source: ort::Error,
    },
    /// A model for something else.
    #[error(
        "the model {0} is not smart-turn 3: that takes {MELS} × {FRAMES} values as {INPUT:?} and gives one probability"
    )]
    OtherModel(PathBuf),
    /// ONNX Runtime failed; its own words.
    #[error("ONNX Runtime failed: {0}")]
    Runtime(#[from] ort::Error),
    /// A task without sound.
    #[error("there is no sound to judge")]
    NoSound,
}

/// The model, loaded.
pub struct EndOfTurnHead {
    log_mel: LogMel,
    session: Session,
}

impl EndOfTurnHead {
    /// Loads the model and tries it.
    ///
    /// # Errors
    /// See [`EndOfTurnError`].
    pub fn load(model: &Path, threads: usize) -> Result<Self, EndOfTurnError> {
        if !model.is_file() {
            return Err(EndOfTurnError::Missing(model.to_owned()));
        }
        let session = session::load(model, threads)
            .map_err(|source| EndOfTurnError::Damaged { path: model.to_owned(), source })?;
        let mut head = Self { log_mel: LogMel::default(), session };
        let takes =
            |shape: &[i64]| matches!(shape, [_, mels, frames] if (*mels, *frames) == (MELS as i64, FRAMES as i64));
        let fits = matches!(head.session.inputs(), [input] if input.name() == INPUT && input.dtype().tensor_shape().is_some_and(|shape| takes(shape)));
        if !fits {
            return Err(EndOfTurnError::OtherModel(model.to_owned()));
        }
        match head.probability(&[0; 1_600]) {
            Ok(probability) if (0.0..=1.0).contains(&probability) => Ok(head),
            Ok(_) => Err(EndOfTurnError::OtherModel(model.to_owned())),
            Err(error) => Err(error),
        }
    }

    /// Probability that the speaker has finished, 0..1, from the utterance so far at 16 kHz and the silence after it.
    ///
    /// # Errors
    /// See [`EndOfTurnError`].
    pub fn probability(&mut self, sound: &[i16]) -> Result<f32, EndOfTurnError> {
        if sound.is_empty() {
            return Err(EndOfTurnError::NoSound);
        }
        let features = self.log_mel.of(sound);
        let outputs =
            self.session.run(ort::inputs! { INPUT => TensorRef::from_array_view(([1, MELS, FRAMES], &*features))? })?;
        // The graph ends in a sigmoid, although it calls its output logits.
        let (_, probabilities) = outputs[0].try_extract_tensor::<f32>()?;
        Ok(probabilities.first().copied().unwrap_or(f32::NAN))
    }
}
