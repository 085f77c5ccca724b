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
#[error("{}{problem}", path.display())]
pub struct WavError {
    path: PathBuf,
    problem: WavProblem,
}

/// What is wrong with a WAV file. Each message goes on from the file's path.
#[derive(Debug, thiserror::Error)]
enum WavProblem {
    #[error(" cannot be opened: {0}. Check the path and its permissions")]
    Open(io::Error),
    #[error(" is not a WAV file ({0}). Convert it, for example with `sox IN OUT.wav`")]
    NotWav(String),
    #[error(" has no sound in it. Record it again")]
    Empty,
    /// Format tag and sample size, such as those of ADPCM or 64-bit floats.
    #[error(" is encoded in a way that is not supported ({0}). Convert it with `sox IN -e signed -b 16 OUT.wav`")]
    Unsupported(String),
    #[error(": {0}")]
    Rate(ResampleError),
    #[error(" cannot be read: {0}. Check the disk")]
    Read(io::Error),
    #[error(" cannot be written: {0}. Free some space, or choose another place")]
    Write(io::Error),
    #[error(" is full: a WAV file holds 4 GiB. Start another file")]
    TooLong,
}

impl WavProblem {
    fn of(self, path: &Path) -> WavError {
        WavError { path: path.to_owned(), problem: self }
    }
}

/// Samples that are converted at a time.
const BLOCK_SAMPLES: usize = 16_384;

/// Reads a whole, short clip as 16-bit mono at `rate_hz`. For long files use [`WavReader`] block by block.
///
/// # Errors
/// The file cannot be read; a rate that [`Resampler::new`] refuses.
pub fn load(path: &Path, rate_hz: u32) -> Result<Vec<i16>, WavError> {
    let mut reader = WavReader::open(path)?;
    let resampler = Resampler::new(reader.rate_hz(), rate_hz);
    let mut resampler = resampler.map_err(|error| WavProblem::Rate(error).of(path))?;
    let (mut block, mut converted, mut clip) = (vec![0.0; BLOCK_SAMPLES], Vec::new(), Vec::new());
    loop {
        match reader.read(&mut block)? {
            0 => break,
            read => resampler.process(&block[..read], &mut converted),
        }
    }
    resampler.finish(&mut converted);
    extend_i16(&converted, &mut clip);
    Ok(clip)
}

#[cfg(test)]
mod tests;
