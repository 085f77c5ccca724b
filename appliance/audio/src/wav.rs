//! WAV files: reading any of them as mono, writing 16-bit mono.
//!
//! Rules:
//! - Reading streams: an hour-long file never has to fit into memory.
//! - No length is believed that the file contradicts. A file that was cut short, or never closed, gives what is there,
//!   and says so ([`WavReader::is_cut_short`]).
//! - Samples come in -1..=1 as the mean of all channels, or as the loudest of them where the mean would cancel the sound
//!   ([`WavReader::channels_cancel`]); what is not a number is silence.
//! - What comes through a pipe is kept in a file without a name first, and then read like any other.

mod channels;
mod chunks;
mod format;
mod input;
mod problem;
mod reader;
mod writer;

use std::path::Path;

pub use problem::WavError;
pub use reader::WavReader;
pub use writer::WavWriter;

use crate::resample::Resampler;
use crate::sample::extend_i16;
use problem::WavProblem;

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
