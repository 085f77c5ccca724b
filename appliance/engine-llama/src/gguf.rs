//! Looks through a GGUF file before llama.cpp does, which may end the process over a damaged one.
//!
//! Only the structure is checked: every name, value and tensor lies within the file. What the values mean is
//! llama.cpp's business.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

/// What the worker wants to know of a model file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Bytes of the file.
    pub bytes: u64,
    /// `general.architecture`, such as "llama"; empty where the file does not say.
    pub architecture: String,
}

/// What is wrong with a model file.
#[derive(Debug, thiserror::Error)]
pub enum ModelFileError {
    /// It cannot be opened or read.
    #[error("cannot read it: {0}")]
    Io(#[from] io::Error),
    /// It is another kind of file.
    #[error("it is {0}, and not a language model in GGUF format")]
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

/// A model has hundreds of tensors and dozens of values; far more than that is a damaged header.
const MAX_ENTRIES: u64 = 1 << 20;
/// Where tensors begin at a multiple of, unless `general.alignment` says otherwise.
const DEFAULT_ALIGNMENT: u64 = 32;

const STRING: u32 = 8;
const ARRAY: u32 = 9;

/// Reads the whole structure of the file at `path`.
///
/// # Errors
/// The file is no GGUF file, or not a whole one.
pub fn check(path: &Path) -> Result<Summary, ModelFileError> {
    let file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(ModelFileError::OtherKind("not a file"));
    }
    let bytes = file.metadata()?.len();
    check_stream(BufReader::new(file), bytes)
}

fn check_stream(stream: impl Read, bytes: u64) -> Result<Summary, ModelFileError> {
    let mut reader = Reader { stream, position: 0, length: bytes };
    match &reader.array::<4>()? {
        b"GGUF" => {}
        b"lmgg" => return Err(ModelFileError::OtherKind("an old ggml file, such as a Whisper model")),
        _ => return Err(ModelFileError::OtherKind("something else")),
    }
    if !(2..=3).contains(&reader.u32()?) {
        return Err(ModelFileError::Damaged("its version is neither 2 nor 3"));
    }
    let tensors = reader.count()?;
    let values = reader.count()?;

    let mut architecture = String::new();
    let mut alignment = DEFAULT_ALIGNMENT;
    for _ in 0..values {
        let key = reader.string()?;
        let kind = reader.u32()?;
        match (key.as_slice(), kind) {
            (b"general.architecture", STRING) => {
                architecture = String::from_utf8_lossy(&reader.string()?).into_owned();
            }
            (b"general.alignment", 4) => alignment = u64::from(reader.u32()?).max(1),
            _ => reader.skip_value(kind)?,
        }
    }

    let mut data_bytes = 0;
    for _ in 0..tensors {
        data_bytes = data_bytes.max(reader.tensor_end()?);
    }
    let needed = reader.position.next_multiple_of(alignment).saturating_add(data_bytes);
    if needed > bytes {
        return Err(ModelFileError::Truncated { present: bytes, needed });
    }
    Ok(Summary { bytes, architecture })
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

    fn u32(&mut self) -> Result<u32, ModelFileError> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, ModelFileError> {
        self.array().map(u64::from_le_bytes)
    }

    fn count(&mut self) -> Result<u64, ModelFileError> {
        let count = self.u64()?;
        if count > MAX_ENTRIES { Err(ModelFileError::Damaged("it claims a million entries")) } else { Ok(count) }
    }

    fn string(&mut self) -> Result<Vec<u8>, ModelFileError> {
        let length = self.u64()?;
        self.advance(length)?;
        let mut bytes = Vec::new();
        (&mut self.stream).take(length).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn skip(&mut self, count: u64) -> Result<(), ModelFileError> {
        self.advance(count)?;
        io::copy(&mut (&mut self.stream).take(count), &mut io::sink())?;
        Ok(())
    }

    fn skip_value(&mut self, kind: u32) -> Result<(), ModelFileError> {
        match kind {
            STRING => {
                let length = self.u64()?;
                self.skip(length)
            }
            ARRAY => {
                let element = self.u32()?;
                let count = self.u64()?;
                match element {
                    STRING => {
                        for _ in 0..count {
                            let length = self.u64()?;
                            self.skip(length)?;
                        }
                        Ok(())
                    }
                    element => self.skip(count.saturating_mul(value_bytes(element)?)),
                }
            }
            kind => self.skip(value_bytes(kind)?),
        }
    }

    /// Reads one tensor's description; returns where it ends within the data.
    fn tensor_end(&mut self) -> Result<u64, ModelFileError> {
        self.string()?;
        let dimensions = self.u32()?;
        if dimensions > 4 {
            return Err(ModelFileError::Damaged("a tensor has more than four dimensions"));
        }
        let mut elements: u64 = 1;
        for _ in 0..dimensions {
            elements = elements.saturating_mul(self.u64()?);
        }
        let kind = self.u32()?;
        let offset = self.u64()?;
        // A type that is not listed here is newer than this list: at least its beginning must be there.
        let bytes = block(kind).map_or(1, |(size, bytes)| elements.div_ceil(size).saturating_mul(bytes));
        Ok(offset.saturating_add(bytes))
    }
}

fn value_bytes(kind: u32) -> Result<u64, ModelFileError> {
    match kind {
        0 | 1 | 7 => Ok(1),
        2 | 3 => Ok(2),
        4..=6 => Ok(4),
        10..=12 => Ok(8),
        _ => Err(ModelFileError::Damaged("a value has a type that GGUF does not have")),
    }
}

/// Elements and bytes of a block of a tensor type.
fn block(kind: u32) -> Option<(u64, u64)> {
    Some(match kind {
        0 => (1, 4),      // F32
        1 | 30 => (1, 2), // F16, BF16
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
        20 => (32, 18),   // IQ4_NL
        23 => (256, 136), // IQ4_XS
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn string(text: &str) -> Vec<u8> {
        [&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat()
    }

    /// Two values, one of them an array of strings, and one tensor of 64 elements of Q4_0: 36 bytes.
    fn small_file() -> Vec<u8> {
        let mut file = [b"GGUF".as_slice(), &3_u32.to_le_bytes(), &1_u64.to_le_bytes(), &2_u64.to_le_bytes()].concat();
        file.extend([string("general.architecture"), STRING.to_le_bytes().into(), string("llama")].concat());
        file.extend([string("words"), ARRAY.to_le_bytes().into(), STRING.to_le_bytes().into()].concat());
        file.extend([2_u64.to_le_bytes().into(), string("a"), string("bc")].concat());
        file.extend([string("weights"), 1_u32.to_le_bytes().into(), 64_u64.to_le_bytes().into()].concat());
        file.extend([2_u32.to_le_bytes().as_slice(), &0_u64.to_le_bytes()].concat());
        file.resize(file.len().next_multiple_of(32) + 36, 0);
        file
    }

    fn check_bytes(bytes: &[u8]) -> Result<Summary, ModelFileError> {
        check_stream(bytes, bytes.len() as u64)
    }

    #[test]
    fn a_whole_file_is_accepted() {
        let file = small_file();
        let summary = check_bytes(&file).unwrap();
        assert_eq!(summary, Summary { bytes: file.len() as u64, architecture: "llama".into() });
    }

    #[test]
    fn a_file_that_lost_any_of_its_end_is_refused() {
        let file = small_file();
        for length in 0..file.len() {
            assert!(matches!(check_bytes(&file[..length]), Err(ModelFileError::Truncated { .. })), "{length} bytes");
        }
    }

    #[test]
    fn a_whisper_model_is_named() {
        let error = check_bytes(b"lmgg\0\0\0\0\0\0\0\0").unwrap_err();
        assert!(error.to_string().contains("Whisper"), "{error}");
    }

    proptest! {
        #[test]
        fn no_damage_makes_it_panic_or_take_memory(at in 0_usize..240, byte in any::<u8>()) {
            let mut file = small_file();
            let at = at % file.len();
            file[at] = byte;
            let _ = check_bytes(&file);
        }
    }
}
