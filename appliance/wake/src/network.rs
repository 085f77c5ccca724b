//! A network of microWakeWord's, read from a file and run step by step.

mod file;
mod plan;
mod steps;
#[cfg(test)]
mod tests;

use self::plan::Plan;

/// Why a file is of no use.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NetworkError {
    /// The bytes end too soon, or point to where nothing is.
    #[error("the file is damaged, or is no TensorFlow Lite model")]
    Damaged,
    /// It is larger than any network of this kind.
    #[error("the file has more than {} bytes", file::MOST_BYTES)]
    Large,
    /// It is a model of another kind.
    #[error("the network is none that hears a word: {0}")]
    Other(&'static str),
}

/// A network, with what it remembers.
pub struct Network {
    plan: Plan,
    values: Vec<Vec<i8>>,
    /// Features that wait until there are enough for a step.
    waiting: Vec<i8>,
}

impl Network {
    /// Reads a network from a file's bytes.
    ///
    /// # Errors
    /// The file is damaged, or has another kind of model.
    pub fn new(bytes: &[u8]) -> Result<Self, NetworkError> {
        let plan = Plan::read(bytes)?;
        let values = plan.values();
        Ok(Self { waiting: Vec::with_capacity(plan.input_length()), values, plan })
    }

    /// Takes the features of one step; after every so many of them says how likely it is, 0..1, that the word has just ended.
    pub fn push(&mut self, features: &[u16; crate::CHANNELS]) -> Option<f32> {
        self.waiting.extend(features.iter().map(|feature| self.plan.quantized(*feature)));
        if self.waiting.len() < self.plan.input_length() {
            return None;
        }
        self.plan.run(&self.waiting, &mut self.values);
        self.waiting.clear();
        Some(self.plan.likelihood(&self.values))
    }

    /// Forgets all that was heard.
    pub fn forget(&mut self) {
        self.values = self.plan.values();
        self.waiting.clear();
    }
}
