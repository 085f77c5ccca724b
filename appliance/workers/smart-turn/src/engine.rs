//! The engine behind the worker protocol.

use parley_engines::worker::{CancelFlag, Engine, Outputs};
use parley_engines::{EndOfTurn, Judge};

use crate::end_of_turn::EndOfTurnHead;

/// Every head that is loaded.
pub struct Ears {
    /// Has the speaker finished?
    pub end_of_turn: EndOfTurnHead,
}

impl Engine<Judge> for Ears {
    fn run(&mut self, task: EndOfTurn, cancel: &CancelFlag, outputs: &mut Outputs<'_, Judge>) -> Result<(), String> {
        if cancel.is_set() {
            return Ok(());
        }
        let probability = self.end_of_turn.probability(&task.audio).map_err(|error| error.to_string())?;
        if cancel.is_set() {
            return Ok(());
        }
        outputs.send(probability).map_err(|error| error.to_string())
    }
}
