//! The model that tells whether a speaker has finished: smart-turn 3, made from Whisper's encoder.

use std::path::{Path, PathBuf};

use ort::ep;
use ort::logging::LogLevel;
use ort::session::Session;
use ort::value::TensorRef;
use parley_engines::worker::{CancelFlag, Input, Model, Outputs};
use parley_engines::{EndOfTurn, JudgeEndOfTurn};

use crate::log_mel::{FRAMES, LogMel, MELS};

const INPUT: &str = "input_features";

#[derive(Debug, thiserror::Error)]
pub enum SmartTurnError {
    #[error("there is no model at {0}; fetch it, or change --model")]
    Missing(PathBuf),
    #[error("the model {path} cannot be loaded ({source}); fetch it again")]
    Damaged { path: PathBuf, source: ort::Error },
    #[error(
        "the model {0} is not smart-turn 3: that takes {MELS} × {FRAMES} values as {INPUT:?} and gives one probability"
    )]
    OtherModel(PathBuf),
    #[error("ONNX Runtime failed: {0}")]
    Runtime(#[from] ort::Error),
    #[error("there is no sound to judge")]
    NoSound,
}

pub struct SmartTurn {
    log_mel: LogMel,
    session: Session,
}

impl SmartTurn {
    /// Loads the model and tries it.
    pub fn load(model: &Path, threads: usize) -> Result<Self, SmartTurnError> {
        if !model.is_file() {
            return Err(SmartTurnError::Missing(model.to_owned()));
        }
        let session =
            session(model, threads).map_err(|source| SmartTurnError::Damaged { path: model.to_owned(), source })?;
        let mut smart_turn = Self { log_mel: LogMel::default(), session };
        let takes =
            |shape: &[i64]| matches!(shape, [_, mels, frames] if (*mels, *frames) == (MELS as i64, FRAMES as i64));
        let fits = matches!(smart_turn.session.inputs(), [input] if input.name() == INPUT && input.dtype().tensor_shape().is_some_and(|shape| takes(shape)));
        if !fits {
            return Err(SmartTurnError::OtherModel(model.to_owned()));
        }
        match smart_turn.probability(&[0; 1_600]) {
            Ok(probability) if (0.0..=1.0).contains(&probability) => Ok(smart_turn),
            Ok(_) => Err(SmartTurnError::OtherModel(model.to_owned())),
            Err(error) => Err(error),
        }
    }

    /// Probability that the speaker has finished, 0..1, from the utterance so far at 16 kHz and the silence after it.
    pub fn probability(&mut self, sound: &[i16]) -> Result<f32, SmartTurnError> {
        if sound.is_empty() {
            return Err(SmartTurnError::NoSound);
        }
        let features = self.log_mel.of(sound);
        let outputs =
            self.session.run(ort::inputs! { INPUT => TensorRef::from_array_view(([1, MELS, FRAMES], &*features))? })?;
        // The graph ends in a sigmoid, although it calls its output logits.
        let (_, probabilities) = outputs[0].try_extract_tensor::<f32>()?;
        Ok(probabilities.first().copied().unwrap_or(f32::NAN))
    }
}

/// A session for a small model on a shared processor: idle threads sleep instead of spinning, and memory that a run
/// needed is kept, because all runs are of one size.
fn session(model: &Path, threads: usize) -> Result<Session, ort::Error> {
    Session::builder()?
        .with_log_level(LogLevel::Error)?
        .with_intra_threads(threads)?
        .with_inter_threads(1)?
        .with_intra_op_spinning(false)?
        .with_execution_providers([ep::CPU::default().with_arena_allocator(true).build()])?
        .commit_from_file(model)
}

impl Model<EndOfTurn> for SmartTurn {
    fn run(
        &mut self,
        task: JudgeEndOfTurn,
        _: &mut Input,
        cancel: &CancelFlag,
        outputs: &mut Outputs<EndOfTurn>,
    ) -> Result<(), String> {
        if cancel.is_set() {
            return Ok(());
        }
        let probability = self.probability(&task.audio).map_err(|error| error.to_string())?;
        if cancel.is_set() {
            return Ok(());
        }
        outputs.send(probability).map_err(|error| error.to_string())
    }
}
