//! A quick look at a model file: is it of the kind that its name says, and does it go on to its end?
//!
//! This costs a few seeks, not a read of the whole file; only a checksum tells whether the content is right. Each
//! format's own lengths are followed to the end, so a download that broke off is noticed at any place. The store looks
//! at its files so, and a worker at its model before a native engine does, which may end the process over a damaged
//! one.
//!
//! Rules:
//! - No file, however damaged, makes a look panic, or take memory by a length that the file claims.
//! - What a file means is its engine's business; only what the engine needs in order to read on is checked.

mod architectures;
mod error;
mod format;
mod ggml;
mod gguf;
mod onnx;
mod scan;

pub use architectures::{ARCHITECTURES, NO_CHAT, can_chat};
pub use error::ModelFileError;
pub use format::{Format, GGML_MAGIC};
pub use gguf::Header;
pub use scan::Scan;

use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

/// Looks at a file.
///
/// # Errors
/// It is of another kind, damaged, cut short, no file at all, or cannot be read.
pub fn check(path: &Path, format: Format) -> Result<(), ModelFileError> {
    check_in(open(path)?, format)
}

/// Looks at anything that can be read like a file.
///
/// # Errors
/// As [`check`].
pub fn check_in(file: impl Read + Seek, format: Format) -> Result<(), ModelFileError> {
    let mut scan = Scan::new(file)?;
    format.begin(&mut scan)?;
    match format {
        Format::Ggml => ggml::check(&mut scan),
        Format::Gguf => gguf::header(&mut scan).map(drop),
        Format::Onnx => onnx::check(&mut scan),
        Format::Kokoro => kokoro(&scan),
        Format::Json => json(&mut scan),
        Format::Wav => wav(&mut scan),
        Format::Tflite => tflite(&mut scan),
        Format::Elf => Ok(()),
    }
}

/// Looks at a GGUF file, and reads what it says of its model.
///
/// # Errors
/// As [`check`].
pub fn gguf_header(path: &Path) -> Result<Header, ModelFileError> {
    let mut scan = Scan::new(open(path)?)?;
    Format::Gguf.begin(&mut scan)?;
    gguf::header(&mut scan)
}

/// Looks at a GGUF file; the model's architecture, such as "llama", which is empty where the file does not say.
///
/// # Errors
/// As [`check`].
pub fn architecture(path: &Path) -> Result<String, ModelFileError> {
    gguf_header(path).map(|header| header.architecture)
}

fn open(path: &Path) -> Result<File, ModelFileError> {
    let file = File::open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(ModelFileError::NotAFile) }
}

/// Styles of 256 numbers with 32 bits, one behind the other.
fn kokoro<R: Read + Seek>(scan: &Scan<R>) -> Result<(), ModelFileError> {
    const STYLE_BYTES: u64 = 256 * 4;
    match scan.remaining() {
        0 => Err(ModelFileError::CutShort { present: 0, needed: STYLE_BYTES }),
        present if present.is_multiple_of(STYLE_BYTES) => Ok(()),
        present => Err(ModelFileError::CutShort { present, needed: present.next_multiple_of(STYLE_BYTES) }),
    }
}

fn wav<R: Read + Seek>(scan: &mut Scan<R>) -> Result<(), ModelFileError> {
    let _length = scan.u32()?;
    if &scan.array()? == b"WAVE" { Ok(()) } else { Err(Format::Wav.expected("a RIFF file of another kind")) }
}

fn tflite<R: Read + Seek>(scan: &mut Scan<R>) -> Result<(), ModelFileError> {
    let _root = scan.u32()?;
    if &scan.array()? == b"TFL3" { Ok(()) } else { Err(Format::Tflite.expected(format::UNKNOWN)) }
}

fn json<R: Read + Seek>(scan: &mut Scan<R>) -> Result<(), ModelFileError> {
    loop {
        match scan.u8()? {
            b' ' | b'\t' | b'\r' | b'\n' => {}
            b'{' => return Ok(()),
            _ => return Err(Format::Json.expected(format::UNKNOWN)),
        }
    }
}

#[cfg(test)]
mod tests;
