//! Whisper from CTranslate2's `model.bin` to whisper.cpp's ggml format, weights as 16-bit floats.
//!
//! The registries have Whisper only in CTranslate2's format. The two differ in order and packing, not in substance:
//! CTranslate2 fuses the query, key and value projections; whisper.cpp wants positions and convolution biases as
//! 32-bit floats, and brings the mel filters and the vocabulary along.
//!
//! Rules:
//! - The same input gives the same bytes on every machine: no floating-point function of the platform is used.
//! - Input is checked before it is believed: any damaged file is an error, and memory stays below a few megabytes
//!   beside the tokenizer.

mod ctranslate2;
mod float;
mod mel;
mod plan;
mod tokenizer;
mod write;

use std::io::{self, Read, Seek, Write};

use parley_model_file::{Scan, ScanError};

/// Why a model was not converted.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    /// The model is damaged, or is no Whisper model.
    #[error("the CTranslate2 model is damaged or no Whisper model: {0}")]
    Model(String),
    /// The tokenizer is damaged, or belongs to another model.
    #[error("the tokenizer does not belong to a Whisper model: {0}")]
    Tokenizer(String),
    /// An input could not be read.
    #[error("an input of the conversion cannot be read: {0}")]
    Read(#[source] io::Error),
    /// The output could not be written.
    #[error("the converted model cannot be written: {0}")]
    Write(#[source] io::Error),
}

impl From<ScanError> for ConvertError {
    fn from(error: ScanError) -> ConvertError {
        match error {
            ScanError::CutShort { .. } => ConvertError::Model(error.to_string()),
            ScanError::Io(error) => ConvertError::Read(error),
        }
    }
}

/// Converts a model. `progress` is told how many bytes of the output are written.
///
/// # Errors
/// An input is damaged or of another model, or reading or writing failed. The output is then incomplete.
pub fn ctranslate2_whisper(
    model: impl Read + Seek,
    tokenizer: impl Read,
    output: impl Write,
    progress: impl FnMut(u64),
) -> Result<(), ConvertError> {
    let mut scan = Scan::new(model)?;
    let tensors = ctranslate2::parse(&mut scan)?;
    let shape = plan::Shape::of(&tensors, &mut scan)?;
    let vocabulary = tokenizer::read(tokenizer, shape.vocabulary)?;
    let steps = plan::steps(&shape, &tensors)?;
    write::ggml(&mut scan, &shape, &vocabulary, &steps, output, progress)
}

#[cfg(test)]
mod tests;
