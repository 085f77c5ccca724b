//! WAV files: reading any of them as mono, writing 16-bit mono.
//!
//! Rules:
//! - Reading streams: an hour-long file never has to fit into memory.
//! - A file that was cut short gives what is there, and says so ([`WavReader::is_cut_short`]).
//! - Samples come in -1..=1 as the mean of all channels; what is not a number is silence.

mod reader;
mod writer;

use std::io;
use std::path::{Path, PathBuf};

pub use reader::WavReader;
pub use writer::WavWriter;

use crate::resample::{ResampleError, Resampler};
use crate::sample::extend_i16;

/// Why a WAV file could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum WavError {
    /// It is missing, or closed to us.
    #[error("{} cannot be opened: {source}. Check the path and its permissions", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The content is something else, or its header is broken.
    #[error("{} is not a WAV file ({reason}). Convert it, for example with `sox IN OUT.wav`", path.display())]
    NotWav {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// There is not one sample in it.
    #[error("{} has no sound in it. Record it again", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The samples are encoded in a way that is not read here, such as ADPCM or 64-bit float.
    #[error("{} is encoded in a way that is not supported ({encoding}). Convert it with `sox IN -e signed -b 16 OUT.wav`", path.display())]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// Format tag and sample size.
        encoding: String,
    },
    /// Its sample rate cannot be converted.
    #[error("{}: {source}", path.display())]
    Rate {
        /// The file.
        path: PathBuf,
        /// The rate, and which ones are supported.
        source: ResampleError,
    },
    /// The disk failed while reading.
    #[error("{} cannot be read: {source}. Check the disk", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The disk is full, or failed while writing.
    #[error("{} cannot be written: {source}. Free some space, or choose another place", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A WAV file cannot hold more.
    #[error("{} is full: a WAV file holds 4 GiB. Start another file", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
    },
}

/// Samples that are converted at a time.
const BLOCK_SAMPLES: usize = 16_384;

/// Reads a whole, short clip as 16-bit mono at `rate_hz`. For long files use [`WavReader`] block by block.
///
/// # Errors
/// The file cannot be read; a rate outside the [`crate::resample`] bounds.
pub fn load(path: &Path, rate_hz: u32) -> Result<Vec<i16>, WavError> {
    let mut reader = WavReader::open(path)?;
    let rate_error = |source| WavError::Rate { path: path.to_owned(), source };
    let mut resampler = Resampler::new(reader.rate_hz(), rate_hz).map_err(rate_error)?;
    let (mut block, mut converted, mut clip) = (vec![0.0; BLOCK_SAMPLES], Vec::new(), Vec::new());
    loop {
        let read = reader.read(&mut block)?;
        if read == 0 {
            resampler.finish(&mut converted);
        } else {
            resampler.process(&block[..read], &mut converted);
        }
        extend_i16(&converted, &mut clip);
        converted.clear();
        if read == 0 {
            return Ok(clip);
        }
    }
}

#[cfg(test)]
mod tests;
