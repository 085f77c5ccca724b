//! A quick look at a model file: is it of the kind that its name says, and does it go on to its end?
//!
//! This costs a few seeks, not a read of the whole file; only a checksum tells whether the content is right. Each
//! format's own lengths are followed to the end, so a download that broke off is noticed at any place.

mod ggml;
mod gguf;
mod onnx;

pub(crate) use ggml::MAGIC as GGML_MAGIC;

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;

use serde::Deserialize;

use crate::scan::{Scan, ScanError};

/// The kinds of file that can be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// whisper.cpp's model format.
    Ggml,
    /// llama.cpp's model format.
    Gguf,
    /// ONNX, which is protobuf.
    Onnx,
    /// JSON: only its first character is looked at.
    Json,
    /// RIFF WAVE: only the header is looked at.
    Wav,
    /// A shared library or program: only the magic is looked at.
    Elf,
}

/// Why a file is not what its name says.
#[derive(Debug, thiserror::Error)]
pub enum HeaderError {
    /// It begins like something else.
    #[error("it is not {expected}: {reason}")]
    WrongKind {
        /// The expected format, with its article.
        expected: &'static str,
        /// What gave it away.
        reason: &'static str,
    },
    /// It ends before its content does.
    #[error("it is cut short: {expected} that ends too early")]
    CutShort {
        /// The expected format, with its article.
        expected: &'static str,
    },
    /// It could not be read.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
}

/// What a format's own check found.
enum Finding {
    WrongKind(&'static str),
    Scan(ScanError),
}

impl From<ScanError> for Finding {
    fn from(error: ScanError) -> Finding {
        Finding::Scan(error)
    }
}

/// Looks at a file.
///
/// # Errors
/// It is of another kind, cut short, or cannot be read.
pub fn check(path: &Path, format: Format) -> Result<(), HeaderError> {
    check_in(File::open(path)?, format)
}

/// Looks at anything that can be read like a file.
///
/// # Errors
/// As [`check`].
pub fn check_in(file: impl Read + Seek, format: Format) -> Result<(), HeaderError> {
    let expected = format.described();
    let looked = Scan::new(file).map_err(Finding::Scan).and_then(|mut scan| match format {
        Format::Ggml => ggml::check(&mut scan),
        Format::Gguf => gguf::check(&mut scan),
        Format::Onnx => onnx::check(&mut scan),
        Format::Json => json(&mut scan),
        Format::Wav => wav(&mut scan),
        Format::Elf => magic(&mut scan, b"\x7fELF"),
    });
    looked.map_err(|finding| match finding {
        Finding::WrongKind(reason) => HeaderError::WrongKind { expected, reason },
        Finding::Scan(ScanError::CutShort) => HeaderError::CutShort { expected },
        Finding::Scan(ScanError::Io(error)) => HeaderError::Io(error),
    })
}

impl Format {
    /// The format that a file's name implies.
    pub fn of_name(name: &str) -> Option<Format> {
        let ending = name.rsplit('.').next().unwrap_or_default();
        match ending {
            "gguf" => Some(Format::Gguf),
            "onnx" => Some(Format::Onnx),
            "json" => Some(Format::Json),
            "wav" => Some(Format::Wav),
            "bin" if name.starts_with("ggml-") => Some(Format::Ggml),
            _ if name.starts_with("lib") && name.contains(".so") => Some(Format::Elf),
            _ => None,
        }
    }

    fn described(self) -> &'static str {
        match self {
            Format::Ggml => "a Whisper model in ggml format",
            Format::Gguf => "a language model in GGUF format",
            Format::Onnx => "an ONNX model",
            Format::Json => "a JSON object",
            Format::Wav => "a WAV recording",
            Format::Elf => "a shared library",
        }
    }
}

fn magic<R: Read + Seek, const N: usize>(scan: &mut Scan<R>, expected: &[u8; N]) -> Result<(), Finding> {
    if &scan.array::<N>()? == expected { Ok(()) } else { Err(Finding::WrongKind("its first bytes are others")) }
}

fn wav<R: Read + Seek>(scan: &mut Scan<R>) -> Result<(), Finding> {
    magic(scan, b"RIFF")?;
    scan.u32()?;
    magic(scan, b"WAVE")
}

fn json<R: Read + Seek>(scan: &mut Scan<R>) -> Result<(), Finding> {
    loop {
        match scan.u8()? {
            b' ' | b'\t' | b'\r' | b'\n' => {}
            b'{' => return Ok(()),
            _ => return Err(Finding::WrongKind("it does not begin with `{`")),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    const EVERY: [Format; 6] = [Format::Ggml, Format::Gguf, Format::Onnx, Format::Json, Format::Wav, Format::Elf];

    /// Checks a whole file, every shorter beginning of it, and that no other format takes it for its own.
    pub(crate) fn whole_only(bytes: &[u8], format: Format) {
        assert!(check_in(Cursor::new(bytes), format).is_ok(), "{:?}", check_in(Cursor::new(bytes), format));
        for len in 0..bytes.len() {
            assert!(
                check_in(Cursor::new(&bytes[..len]), format).is_err(),
                "{format:?} cut to {len} of {}",
                bytes.len()
            );
        }
        for other in EVERY.into_iter().filter(|other| *other != format) {
            assert!(check_in(Cursor::new(bytes), other).is_err(), "{format:?} as {other:?}");
        }
    }

    #[test]
    fn names_imply_formats() {
        assert_eq!(Format::of_name("ggml-base.bin"), Some(Format::Ggml));
        assert_eq!(Format::of_name("x.onnx"), Some(Format::Onnx));
        assert_eq!(Format::of_name("x.onnx.json"), Some(Format::Json));
        assert_eq!(Format::of_name("libonnxruntime.so.1.24.4"), Some(Format::Elf));
        assert_eq!(Format::of_name("README"), None);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), format in proptest::sample::select(&EVERY[..])) {
            let _ = check_in(Cursor::new(bytes), format);
        }
    }
}
