//! Writing 16-bit mono.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use hound::{SampleFormat, WavSpec};

use super::{WavError, WavProblem};

/// Bytes of sound that a WAV file holds at most, with room for the header.
const MAX_DATA_BYTES: u64 = u32::MAX as u64 - 1_024;

/// A WAV file that grows. Its header is set right every second of sound and at the end, so that a crash costs at most
/// the last second.
pub struct WavWriter {
    path: PathBuf,
    encoder: hound::WavWriter<BufWriter<File>>,
    /// The same file, to force it onto the disk at the end.
    file: File,
    rate_hz: u32,
    since_header: u32,
}

impl WavWriter {
    /// Creates a file, or replaces one.
    ///
    /// # Errors
    /// The folder does not exist, is not writable or is full.
    pub fn create(path: &Path, rate_hz: u32) -> Result<Self, WavError> {
        let error = |error| WavProblem::Write(error).of(path);
        let file = File::create(path).map_err(error)?;
        let same_file = file.try_clone().map_err(error)?;
        let spec = WavSpec { channels: 1, sample_rate: rate_hz, bits_per_sample: 16, sample_format: SampleFormat::Int };
        let encoder = hound::WavWriter::new(BufWriter::new(file), spec);
        let mut writer = Self {
            path: path.to_owned(),
            encoder: encoder.map_err(|failure| write_error(path, failure))?,
            file: same_file,
            rate_hz,
            since_header: 0,
        };
        writer.encoder.flush().map_err(|failure| write_error(path, failure))?;
        Ok(writer)
    }

    /// Appends samples.
    ///
    /// # Errors
    /// The disk is full or failed, or the file has 4 GiB.
    pub fn write(&mut self, samples: &[i16]) -> Result<(), WavError> {
        if (u64::from(self.encoder.len()) + samples.len() as u64) * 2 > MAX_DATA_BYTES {
            return Err(WavProblem::TooLong.of(&self.path));
        }
        let result = samples.iter().try_for_each(|sample| self.encoder.write_sample(*sample));
        self.since_header = self.since_header.saturating_add(samples.len() as u32);
        let result = if self.since_header >= self.rate_hz {
            self.since_header = 0;
            result.and_then(|()| self.encoder.flush())
        } else {
            result
        };
        result.map_err(|failure| write_error(&self.path, failure))
    }

    /// Completes the file and waits until it is on the disk.
    ///
    /// # Errors
    /// The disk is full or failed.
    pub fn finish(self) -> Result<(), WavError> {
        let Self { path, encoder, file, .. } = self;
        encoder.finalize().map_err(|failure| write_error(&path, failure))?;
        match file.sync_all() {
            // Not every kind of file can be forced onto a disk: a pipe or a device has none.
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
            result => result.map_err(|error| WavProblem::Write(error).of(&path)),
        }
    }
}

fn write_error(path: &Path, failure: hound::Error) -> WavError {
    let reason = failure.to_string();
    let error = if let hound::Error::IoError(error) = failure { error } else { io::Error::other(reason) };
    WavProblem::Write(error).of(path)
}
