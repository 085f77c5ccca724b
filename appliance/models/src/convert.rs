//! Whisper from CTranslate2's `model.bin` to whisper.cpp's ggml format, weights as 16-bit floats.
//!
//! The registries have Whisper only in CTranslate2's format. The two differ in order and packing, not in substance:
//! CTranslate2 fuses the query, key and value projections; whisper.cpp wants positions, biases and norms as 32-bit
//! floats, and brings the mel filters and the vocabulary along.
//!
//! Rules:
//! - The same input gives the same bytes on every machine: no floating-point function of the platform is used. Whether
//!   they are the right ones, the pinned SHA-256 of the output decides.
//! - Input is checked before it is believed: any damaged file is an error, and memory stays below a few megabytes
//!   beside the tokenizer.

mod ctranslate2;
mod mel;
mod plan;
mod tokenizer;
mod write;

use std::io::{self, Read, Seek, Write};

use parley_model_file::{ModelFileError, Scan};

pub(crate) use tokenizer::MAX_TOKENIZER_BYTES;

/// Why a model was not converted.
#[derive(Debug)]
pub(crate) enum ConvertError {
    /// The model or the tokenizer is damaged, or of another model.
    Input(String),
    /// The output could not be written.
    Write(io::Error),
}

impl From<ModelFileError> for ConvertError {
    fn from(error: ModelFileError) -> Self {
        wrong(error)
    }
}

fn wrong(reason: impl std::fmt::Display) -> ConvertError {
    ConvertError::Input(format!("the CTranslate2 model or its tokenizer is not Whisper's: {reason}"))
}

/// Converts a model; `progress` is told how many bytes of the output are written. After an error the output is
/// incomplete.
pub(crate) fn ctranslate2_whisper(
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
