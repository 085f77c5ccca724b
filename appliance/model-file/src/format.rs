//! The kinds of file there are, and how each begins.

use std::io::{Read, Seek};

use serde::Deserialize;

use crate::error::ModelFileError;
use crate::scan::Scan;

/// The first bytes of a file in whisper.cpp's format.
pub const GGML_MAGIC: [u8; MAGIC_BYTES] = *b"lmgg";

const MAGIC_BYTES: usize = 4;

/// What a file is called that begins like none of those known.
pub(crate) const UNKNOWN: &str = "something else";

/// The formats that begin with a magic, and what a file that does is called where another one was expected.
const MAGICS: [([u8; MAGIC_BYTES], Format, &str); 4] = [
    (GGML_MAGIC, Format::Ggml, "a ggml file, such as a Whisper model"),
    (*b"GGUF", Format::Gguf, "a GGUF file, such as a language model"),
    (*b"RIFF", Format::Wav, "a RIFF file, such as a recording"),
    (*b"\x7fELF", Format::Elf, "a program or a shared library"),
];

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
    /// A voice of Kokoro's: nothing but numbers, so that only its length is looked at.
    Kokoro,
    /// JSON: only its first character is looked at.
    Json,
    /// RIFF WAVE: only the header is looked at.
    Wav,
    /// TensorFlow Lite: only its identifier is looked at, behind the first four bytes.
    Tflite,
    /// A shared library or program: only the magic is looked at.
    Elf,
}

impl Format {
    /// The format that a file's name implies.
    pub fn of_name(name: &str) -> Option<Self> {
        let ending = name.rsplit('.').next().unwrap_or_default();
        match ending {
            "gguf" => Some(Self::Gguf),
            "onnx" => Some(Self::Onnx),
            "kokoro" => Some(Self::Kokoro),
            "json" => Some(Self::Json),
            "wav" => Some(Self::Wav),
            "tflite" => Some(Self::Tflite),
            "bin" if name.starts_with("ggml-") => Some(Self::Ggml),
            _ if name.starts_with("lib") && name.contains(".so") => Some(Self::Elf),
            _ => None,
        }
    }

    /// The error of a file that should be of this format, and is what `found` says, with an article.
    pub(crate) fn expected(self, found: &'static str) -> ModelFileError {
        let expected = match self {
            Self::Ggml => "a Whisper model in ggml format",
            Self::Gguf => "a language model in GGUF format",
            Self::Onnx => "an ONNX model",
            Self::Kokoro => "a voice of Kokoro's",
            Self::Json => "a JSON object",
            Self::Wav => "a WAV recording",
            Self::Tflite => "a TensorFlow Lite model",
            Self::Elf => "a shared library",
        };
        ModelFileError::OtherKind { found, expected }
    }

    /// Passes over the magic where the format has one. A file that begins with another format's is called by its name.
    pub(crate) fn begin<R: Read + Seek>(self, scan: &mut Scan<R>) -> Result<(), ModelFileError> {
        let mut first = [0; MAGIC_BYTES];
        scan.read_some(&mut first)?;
        match MAGICS.iter().find(|(magic, ..)| *magic == first) {
            Some((_, format, _)) if *format == self => Ok(()),
            Some((_, _, name)) => Err(self.expected(name)),
            None if MAGICS.iter().all(|(_, format, _)| *format != self) => scan.jump(0),
            None => {
                scan.require(MAGIC_BYTES as u64)?;
                Err(self.expected(UNKNOWN))
            }
        }
    }
}
