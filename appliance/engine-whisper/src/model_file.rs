//! Looks through a Whisper model file before whisper.cpp does, which may end the process over a damaged one.
//!
//! The format: a magic number, eleven numbers that say how large the model is, the mel filters, the vocabulary, then
//! tensors until the end of the file.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

/// What is wrong with a model file.
#[derive(Debug, thiserror::Error)]
pub enum ModelFileError {
    /// It cannot be opened or read.
    #[error("cannot read it: {0}")]
    Io(#[from] io::Error),
    /// It is another kind of file.
    #[error("it is {0}, and not a Whisper model in ggml format")]
    OtherKind(&'static str),
    /// It ends too early.
    #[error("it is cut short: it has {present} bytes, and its contents go on to byte {needed} at least")]
    Truncated {
        /// Bytes that it has.
        present: u64,
        /// Bytes that what was read so far asks for.
        needed: u64,
    },
    /// Its structure makes no sense.
    #[error("it is damaged: {0}")]
    Damaged(&'static str),
}

const HEADER_NUMBERS: usize = 11;
const TEXT_LAYERS: usize = 8;
const AUDIO_LAYERS: usize = 4;

/// Reads the whole structure of the file at `path`.
///
/// # Errors
/// The file is no Whisper model, or not a whole one.
pub fn check(path: &Path) -> Result<(), ModelFileError> {
    let file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(ModelFileError::OtherKind("not a file"));
    }
    let bytes = file.metadata()?.len();
    check_stream(BufReader::new(file), bytes)
}

fn check_stream(stream: impl Read, bytes: u64) -> Result<(), ModelFileError> {
    let mut reader = Reader { stream, position: 0, length: bytes };
    match &reader.array::<4>()? {
        b"lmgg" => {}
        b"GGUF" => return Err(ModelFileError::OtherKind("a GGUF file, such as a language model")),
        _ => return Err(ModelFileError::OtherKind("something else")),
    }
    let mut header = [0; HEADER_NUMBERS];
    for number in &mut header {
        *number = reader.number()?;
    }
    if header.iter().take(HEADER_NUMBERS - 1).any(|&number| number == 0 || number > 1 << 20) {
        return Err(ModelFileError::Damaged("its first numbers are not those of a Whisper model"));
    }

    let filter_values = u64::from(reader.number()?) * u64::from(reader.number()?);
    reader.skip(filter_values.saturating_mul(4))?;
    for _ in 0..reader.number()? {
        let length = reader.number()?;
        reader.skip(length.into())?;
    }

    // As whisper.cpp counts them: 7 and 15 of the encoder, 4 and 24 of the decoder.
    let expected = 11 + 15 * u64::from(header[AUDIO_LAYERS]) + 24 * u64::from(header[TEXT_LAYERS]);
    let mut tensors = 0;
    while reader.position < reader.length {
        reader.skip_tensor()?;
        tensors += 1;
    }
    if tensors < expected {
        return Err(ModelFileError::Truncated { present: bytes, needed: bytes + 1 });
    }
    Ok(())
}

struct Reader<R> {
    stream: R,
    position: u64,
    length: u64,
}

impl<R: Read> Reader<R> {
    /// Moves on by `count` bytes, which the file must have.
    fn advance(&mut self, count: u64) -> Result<(), ModelFileError> {
        let needed = self.position.saturating_add(count);
        if needed > self.length {
            return Err(ModelFileError::Truncated { present: self.length, needed });
        }
        self.position = needed;
        Ok(())
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ModelFileError> {
        self.advance(N as u64)?;
        let mut bytes = [0; N];
        self.stream.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn number(&mut self) -> Result<u32, ModelFileError> {
        self.array().map(u32::from_le_bytes)
    }

    fn skip(&mut self, count: u64) -> Result<(), ModelFileError> {
        self.advance(count)?;
        io::copy(&mut (&mut self.stream).take(count), &mut io::sink())?;
        Ok(())
    }

    fn skip_tensor(&mut self) -> Result<(), ModelFileError> {
        let dimensions = self.number()?;
        let name_bytes = self.number()?;
        let kind = self.number()?;
        if dimensions > 4 {
            return Err(ModelFileError::Damaged("a tensor has more than four dimensions"));
        }
        let mut elements: u64 = 1;
        for _ in 0..dimensions {
            elements = elements.saturating_mul(self.number()?.into());
        }
        self.skip(name_bytes.into())?;
        let (size, bytes) = block(kind).ok_or(ModelFileError::Damaged("a tensor has an unknown type"))?;
        self.skip(elements.div_ceil(size).saturating_mul(bytes))
    }
}

/// Elements and bytes of a block of a tensor type.
fn block(kind: u32) -> Option<(u64, u64)> {
    Some(match kind {
        0 => (1, 4),      // F32
        1 => (1, 2),      // F16
        2 => (32, 18),    // Q4_0
        3 => (32, 20),    // Q4_1
        6 => (32, 22),    // Q5_0
        7 => (32, 24),    // Q5_1
        8 => (32, 34),    // Q8_0
        10 => (256, 84),  // Q2_K
        11 => (256, 110), // Q3_K
        12 => (256, 144), // Q4_K
        13 => (256, 176), // Q5_K
        14 => (256, 210), // Q6_K
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// One layer each, two mel filters, two words, and the 50 tensors that such a model has.
    fn small_file() -> Vec<u8> {
        let mut file = b"lmgg".to_vec();
        for number in [9, 1500, 8, 1, 1, 448, 8, 1, 1, 80, 1, 1, 2] {
            file.extend(u32::to_le_bytes(number));
        }
        file.extend([0; 8]);
        file.extend([2_u32, 1].map(u32::to_le_bytes).concat());
        file.extend(b"a");
        file.extend([2_u32.to_le_bytes().as_slice(), b"bc"].concat());
        for _ in 0..50 {
            file.extend([1_u32, 4, 1, 3].map(u32::to_le_bytes).concat());
            file.extend(b"name012345");
        }
        file
    }

    fn check_bytes(bytes: &[u8]) -> Result<(), ModelFileError> {
        check_stream(bytes, bytes.len() as u64)
    }

    #[test]
    fn a_whole_file_is_accepted() {
        check_bytes(&small_file()).unwrap();
    }

    #[test]
    fn a_file_that_lost_any_of_its_end_is_refused() {
        let file = small_file();
        for length in 0..file.len() {
            assert!(matches!(check_bytes(&file[..length]), Err(ModelFileError::Truncated { .. })), "{length} bytes");
        }
    }

    #[test]
    fn a_language_model_is_named() {
        let error = check_bytes(b"GGUF\x03\0\0\0").unwrap_err();
        assert!(error.to_string().contains("a language model"), "{error}");
    }

    proptest! {
        #[test]
        fn no_damage_makes_it_panic_or_take_memory(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let mut file = small_file();
            let at = at.index(file.len());
            file[at] = byte;
            let _ = check_bytes(&file);
        }
    }
}
