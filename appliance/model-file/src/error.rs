//! Why a file is not what its name says.

use std::io;

/// What is wrong with a file. Each message goes on from the file's name: "ggml-base.bin: it is cut short: …".
#[derive(Debug, thiserror::Error)]
pub enum ModelFileError {
    /// It cannot be opened or read.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It is a folder or a device.
    #[error("it is not a file")]
    NotAFile,
    /// It is another kind of file.
    #[error("it is {found}, and not {expected}")]
    OtherKind {
        /// What it is, with an article.
        found: &'static str,
        /// What it should be, with an article.
        expected: &'static str,
    },
    /// It ends too early.
    #[error("it is cut short: it has {present} bytes, and its contents go on to byte {needed} at least")]
    CutShort {
        /// Bytes that it has.
        present: u64,
        /// Bytes that what was read so far asks for.
        needed: u64,
    },
    /// Its structure makes no sense.
    #[error("it is damaged: {0}")]
    Damaged(&'static str),
}
